"""View: a pure fold of the journal into happenings. One record in, the happenings that it means are told.

What is remembered belongs to sessions that are alive, and is dropped with them. Records of units that it never saw
begin (it may have been asked to look late) mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from voxsim.engine.journal import Record
from voxsim.protocols.callevents import happenings as told
from voxsim.protocols.callevents.causes import Cause, cause_of
from voxsim.protocols.callevents.happenings import Happening
from voxsim.protocols.callevents.linking import Linking, Run
from voxsim.protocols.callevents.model import Leg, Link, Party, Session
from voxsim.protocols.callevents.people import People

Facts = Mapping[str, Any]

_NO_FACTS: Final[dict[str, Any]] = {}


class View(Linking):
    """The fold.

    Args:
        people: who is who.
        epoch: the unix seconds at which the journal's time begins.
        tell: takes the happenings that a record means, in order; most mean nothing.
        trouble: is told when the view fails at a record, which then means nothing; by default the error goes up.
    """

    def __init__(
        self,
        people: People,
        epoch: int,
        tell: Callable[[list[Happening]], None],
        trouble: Callable[[Exception], None] | None = None,
    ) -> None:
        super().__init__()
        self._tell = tell
        self._trouble = trouble
        self.people = people
        self._epoch_ms = epoch * 1000
        self._runs: dict[str, Run] = {}
        self._legs: dict[str, Leg] = {}
        self._runs_of: dict[str, int] = {}

    def see(self, record: Record) -> None:
        """One more record."""
        self.see_all((record,))

    def see_all(self, records: Iterable[Record]) -> None:
        """More records, in order; what each means is told before the next one is looked at."""
        epoch, tell = self._epoch_ms, self._tell
        happenings: list[Happening] = []
        self._out = happenings
        for record in records:
            t, _, key, kind, name, unit, data = record
            handler = _HANDLERS.get((kind, name))
            if handler is None:
                continue
            self._at = epoch + t // 1000
            try:
                if type(data) is not dict:
                    data = _NO_FACTS if data is None else record.facts()
                handler(self, key or "", unit or "", data)
            except Exception as error:
                if self._trouble is None:
                    raise
                self._trouble(error)
                happenings.clear()
                continue
            if happenings:
                tell(happenings)
                self._out = happenings = []

    # --- sessions ---

    def _session_created(self, key: str, unit: str, facts: Facts) -> None:
        get = facts.get
        self._runs[key] = Run(key, get("rule", ""), get("application", ""), get("startedBy", "call"))

    def _session_ended(self, key: str, unit: str, facts: Facts) -> None:
        run = self._runs.pop(key, None)
        if run is None:
            return
        for leg in tuple(run.legs.values()):
            self._end(run, leg, 487, "platform")
        self._leave(run)

    def _leave(self, run: Run) -> None:
        """A run is over; the last one takes its session along."""
        session = run.session
        if session is None:
            return
        self._runs_of[session.id] -= 1
        if self._runs_of[session.id]:
            return
        del self._runs_of[session.id]
        for link in tuple(session.links):
            self._end_link(link)
        self._out.append(told.SessionEnded(self._at, session))

    def _run(self, key: str, unit: str) -> Run | None:
        """The run that a leg begins in; a call that no rule takes is one by itself."""
        if key:
            return self._runs.get(key)
        run = self._runs[unit] = Run(unit, "", "", "call")
        return run

    def _session_of(self, run: Run, leg_number: str, *, incoming: bool, origin: Leg | None) -> Session:
        """The session that a run belongs to, from its first leg on."""
        session = run.session
        if session is None:
            if origin is not None and origin.session.id in self._runs_of:
                session = origin.session
            else:
                dialled = leg_number if incoming else ""
                scenario = self.people.scenario(run.rule, run.application, dialled)
                call_id = run.key.partition(".")[0].lower()
                session = Session(run.key, call_id, self._at, run.started_by, scenario)
                session.did = self.people.did(dialled)
            run.session = session
            self._runs_of[session.id] = self._runs_of.get(session.id, 0) + 1
        return session

    # --- legs ---

    def _created(self, key: str, unit: str, facts: Facts) -> None:
        run = self._run(key, unit)
        if run is None:
            return
        get = facts.get
        incoming, kind, number = bool(get("incoming")), get("type", ""), get("number", "")
        shown, name = get("callerid", ""), get("displayName", "")
        origin = self._legs.get(get("referredBy", ""))
        session = self._session_of(run, number, incoming=incoming, origin=origin)
        away = origin.peer if origin is not None else None
        if away is not None:
            party = away.party
        elif kind == "conference":
            party = self.people.conference(shown if incoming else number)
        else:
            party = self.people.caller(kind, shown, name) if incoming else self.people.callee(kind, number)
        leg = Leg(unit, session, run.key, incoming, kind, number, party, self._at)
        leg.shown = shown if away is None else away.party.number
        leg.shown_name = "" if name == shown else name
        leg.initiator = incoming
        leg.referred_by, leg.stands_for = origin, away
        if not incoming:
            run.waiting[leg.id] = leg
            return
        if origin is not None:
            self._forget_referrer(origin)
        self._begin(run, leg)

    def _begin(self, run: Run, leg: Leg) -> None:
        run.legs[leg.id] = self._legs[leg.id] = leg.session.legs[leg.id] = leg
        self._out.append(told.LegCreated(self._at, leg.session, leg))

    def _routed(self, key: str, unit: str, facts: Facts) -> None:
        run = self._runs.get(key)
        leg = run.waiting.pop(unit, None) if run is not None else None
        if run is None or leg is None:
            return
        initiator = self._initiator(run, leg)
        run.hints.pop(leg.id, None)
        if initiator is None:
            self._count(leg)
        else:
            link = self._open_link(run, initiator) or self._new_link(
                initiator, self._referrer(run, initiator), leg.number
            )
            self._count(leg)
            self._into(link, leg)
        self._begin(run, leg)

    def _count(self, leg: Leg) -> None:
        numbers = leg.session.numbers
        number = leg.party.address
        if number not in numbers:
            numbers.append(number)
            self._out.append(told.TargetAdded(self._at, leg.session, number, len(numbers) - 1))

    def _ringing(self, key: str, unit: str, facts: Facts) -> None:
        leg = self._legs.get(unit)
        if leg is not None and leg.ringing is None and leg.answered is None:
            leg.ringing = self._at
            self._out.append(told.LegRinging(self._at, leg.session, leg))

    def _early_media(self, key: str, unit: str, facts: Facts) -> None:
        # A callee who opens early media rings as far as anybody can tell; a caller only hears something.
        if facts.get("by") == "far":
            self._ringing(key, unit, facts)

    def _answered(self, key: str, unit: str, facts: Facts) -> None:
        leg = self._legs.get(unit)
        if leg is None:
            return
        leg.answered = self._at
        self._out.append(told.LegAnswered(self._at, leg.session, leg))
        if facts.get("device"):
            self._out.append(told.LegChanged(self._at, leg.session, leg, "device", str(facts["device"])))
        if leg.link is not None and not leg.initiator:
            self._answer_link(leg.link, leg)

    def _forwarded(self, key: str, unit: str, facts: Facts) -> None:
        leg = self._legs.get(unit)
        if leg is not None:
            self._out.append(told.LegChanged(self._at, leg.session, leg, "forwarded", ""))

    def _held(self, key: str, unit: str, facts: Facts) -> None:
        leg = self._legs.get(unit)
        if leg is not None:
            leg.held = True
            self._out.append(told.LegHeld(self._at, leg.session, leg))

    def _resumed(self, key: str, unit: str, facts: Facts) -> None:
        leg = self._legs.get(unit)
        if leg is not None:
            leg.held = False
            self._out.append(told.LegResumed(self._at, leg.session, leg))

    def _dtmf(self, key: str, unit: str, facts: Facts) -> None:
        leg = self._legs.get(unit)
        if leg is not None:
            self._out.append(told.Dtmf(self._at, leg.session, leg, facts.get("digit", "")))

    def _ended(self, key: str, unit: str, facts: Facts) -> None:
        code, by = facts.get("code", 0), facts.get("by", "")
        run = self._runs.get(key or unit)
        if run is None:
            return
        if (waiting := run.waiting.pop(unit, None)) is not None:
            initiator = self._initiator(run, waiting)
            run.hints.pop(unit, None)
            if by != "scenario" and code != 487:
                self._fail_route(waiting.session, initiator, waiting.number, waiting.party, code)
        elif (leg := run.legs.get(unit)) is not None:
            if not key:
                self._fail_route(leg.session, leg, leg.number, None, code)
            self._end(run, leg, code, by)
        if not key:
            del self._runs[run.key]
            self._leave(run)

    def _fail_route(self, session: Session, leg: Leg | None, number: str, party: Party | None, code: int) -> None:
        cause = cause_of(code, rang=False)
        self._out.append(told.RouteFailed(self._at, session, leg, number, party, code, cause))

    def _end(self, run: Run, leg: Leg, code: int, by: str) -> None:
        identity, session, link = leg.id, leg.session, leg.link
        leg.ended, leg.ended_by, leg.held = self._at, by, False
        if leg.answered is not None:
            leg.code, leg.cause = 200, Cause.ANSWERED
        else:
            leg.code, leg.cause = code, cause_of(code, rang=leg.ringing is not None)
            if link is not None and not leg.initiator and leg.cause is Cause.CANCELLED:
                self._cancelled(leg, link, by)
        run.legs.pop(identity, None)
        session.legs.pop(identity, None)
        self._legs.pop(identity, None)
        if run.referrer is leg:
            run.referrer = None
        if run.routes:
            run.routes = {route for route in run.routes if identity not in route}
        if run.heard_by:
            run.heard_by = {unit: heard for unit, heard in run.heard_by.items() if heard is not leg}
        if run.hints:
            run.hints = {waiting: hint for waiting, hint in run.hints.items() if hint is not leg}
        self._out.append(told.LegEnded(self._at, session, leg))
        if session.links:
            for one in tuple(session.links):
                if leg in one.targets:
                    one.targets.remove(leg)
                    if one.answered_by is None:
                        one.cause, one.code = leg.cause, leg.code
                self._settle(one)

    def _cancelled(self, leg: Leg, link: Link, by: str) -> None:
        """A leg that was called rang in vain."""
        caller = link.initiator
        leg.elsewhere = link.answered_by is not None
        if not leg.elsewhere and (by == "scenario" if caller.alive else caller.cause is Cause.NO_ANSWER):
            # Nobody gave up: the scenario, or a clock, let it ring long enough.
            leg.cause = Cause.NO_ANSWER

    # --- what the scenario connects ---

    def _media_routed(self, key: str, unit: str, facts: Facts) -> None:
        run = self._runs.get(key)
        other = facts.get("to", "")
        if run is None or (source := run.legs.get(unit) or run.waiting.get(unit)) is None:
            return
        sink = run.legs.get(other) or run.waiting.get(other)
        if sink is None:
            if run.heard_by is None:
                run.heard_by = {}
            run.heard_by[other] = source
            return
        if run.routes is None:
            run.routes = set()
        elif (other, unit) in run.routes:
            self._joined(run, source, sink)
        run.routes.add((unit, other))

    def _media_cut(self, key: str, unit: str, facts: Facts) -> None:
        run = self._runs.get(key)
        if run is not None:
            other = facts.get("to", "")
            if run.routes:
                run.routes.discard((unit, other))
            if run.heard_by:
                run.heard_by.pop(other, None)

    # --- transfers ---

    def _refer(self, key: str, unit: str, facts: Facts) -> None:
        run, leg = self._runs.get(key), self._legs.get(unit)
        if run is not None and leg is not None:
            run.referrer = leg

    def _forget_referrer(self, leg: Leg) -> None:
        run = self._runs.get(leg.run)
        if run is not None and run.referrer is leg:
            run.referrer = None

    def _transfer_failed(self, key: str, unit: str, facts: Facts) -> None:
        run = self._runs.get(key)
        if run is not None and run.referrer is not None and run.referrer.id == unit:
            run.referrer = None

    def _transferred(self, key: str, unit: str, facts: Facts) -> None:
        leg = self._legs.get(unit)
        if leg is None:
            return
        self._transfer_failed(key, unit, facts)
        replaced = self._legs.get(str(facts.get("replaces", "")))
        new = next((link for link in leg.session.links if link.referred_by is leg), None)
        if new is None and replaced is not None:
            new = replaced.link
        target = str(facts.get("to", ""))
        attended = "replaces" in facts
        self._out.append(told.Transferred(self._at, leg.session, leg, leg.link, new, target, attended))

    # --- queues ---

    def _queued(self, key: str, unit: str, facts: Facts) -> None:
        run = self._runs.get(key)
        if run is not None and run.session is not None:
            self._out.append(told.Queued(self._at, run.session, str(facts.get("queue", ""))))

    def _unqueued(self, key: str, unit: str, facts: Facts) -> None:
        run = self._runs.get(key)
        if run is not None and run.session is not None:
            self._out.append(told.Unqueued(self._at, run.session))

    # --- records ---

    def _record_started(self, key: str, unit: str, facts: Facts) -> None:
        run = self._runs.get(key)
        if run is None or run.session is None:
            return
        leg = run.legs.get(unit) or (run.heard_by or {}).get(unit)
        link = leg.link if leg is not None else None
        number, url = int(facts.get("record", 0)), str(facts.get("url", ""))
        run.records = {**(run.records or {}), number: (leg, link)}
        if link is not None:
            link.recording += 1
        self._out.append(told.RecordStarted(self._at, run.session, leg, link, number, url))

    def _record_stopped(self, key: str, unit: str, facts: Facts) -> None:
        run = self._runs.get(key)
        number = int(facts.get("record", 0))
        if run is None or run.session is None or number not in (run.records or ()):
            return
        leg, link = (run.records or {}).pop(number)
        if link is not None:
            link.recording -= 1
        url, duration = str(facts.get("url", "")), int(facts.get("ms", 0))
        self._out.append(told.RecordReady(self._at, run.session, leg, link, number, url, duration))


_Handler = Callable[[View, str, str, Facts], None]

_HANDLERS: Final[dict[tuple[str, str], _Handler]] = {
    ("session", "created"): View._session_created,
    ("session", "ended"): View._session_ended,
    ("leg", "created"): View._created,
    ("leg", "routed"): View._routed,
    ("leg", "ringing"): View._ringing,
    ("leg", "early_media"): View._early_media,
    ("leg", "answered"): View._answered,
    ("leg", "forwarded"): View._forwarded,
    ("leg", "held"): View._held,
    ("leg", "resumed"): View._resumed,
    ("leg", "dtmf"): View._dtmf,
    ("leg", "refer"): View._refer,
    ("leg", "transferred"): View._transferred,
    ("leg", "transfer failed"): View._transfer_failed,
    ("leg", "ended"): View._ended,
    ("queue", "entered"): View._queued,
    ("queue", "served"): View._unqueued,
    ("queue", "gone"): View._unqueued,
    ("media", "routed"): View._media_routed,
    ("media", "cut"): View._media_cut,
    ("recording", "started"): View._record_started,
    ("recording", "stopped"): View._record_stopped,
}
"""What is done with each record that means something, by its kind and name."""

KINDS: Final = frozenset(kind for kind, _ in _HANDLERS)
"""The kinds of records that can mean something."""
