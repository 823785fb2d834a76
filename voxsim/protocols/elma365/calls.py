"""Calls: a pure fold of happenings into what a provider has to tell, in no dialect. One operator's call is one part.

A call comes in when it rings at an operator, and goes out when an operator calls; between operators it is internal.
Who never rang and is never to ring is not told of. Records are told behind the end of the call that they are of.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

import attrs

from voxsim.protocols.callevents import happenings as told
from voxsim.protocols.callevents.causes import Cause
from voxsim.protocols.callevents.happenings import Happening
from voxsim.protocols.callevents.model import Leg, Link, Party, PartyKind, Session

_PUBLIC_DIGITS: Final = 7
_BEGINS: Final = frozenset({told.LegCreated, told.LegLinked, told.RouteFailed, told.RecordStarted})
"""With what there can begin to be something to tell of a session."""


class Direction(StrEnum):
    """From where to where."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


class Stage(StrEnum):
    """What is told of a part."""

    START = "start"
    RING = "ring"
    """The called operator of an internal call rings; of others START says it."""
    ANSWER = "answer"
    TRANSFER = "transfer"
    """The operator hands the call over, and is about to leave."""
    END = "end"
    OVER = "over"
    """The whole call has ended, all operators that were rung for it; told of the one who answered, or was last."""
    RECORD = "record"
    HISTORY = "history"
    """All is known of the call: it is over, and its record is there, or will not come."""


@attrs.frozen
class Recorded:
    """A record: its number, where it is, and its length in milliseconds."""

    number: int
    url: str
    duration: int


@attrs.define(eq=False, kw_only=True)
class Part:
    """One operator's call. Times are unix milliseconds, None while it has not come to that.

    Attributes:
        operator: whose call it is: who is called, or of an outgoing or internal call who calls.
        other: the far end: the client, or of an internal call the operator who is called.
        leg: the leg that is called.
        caller: the leg that calls.
        link: the id of the link that it is in; empty when nobody could be reached.
        source, destination: the numbers.
        did: the public number that was dialled, or empty.
        shown: the caller id that the client of an outgoing call sees.
        first: whether it is the first part of its link that is told of.
        opened: when the first part of its link began; `begun` is when this one did.
        rang: whether the called operator of an internal call rang.
        recorded: whether there is a record of it, or one is being made, when the call is over.
    """

    call_id: str
    direction: Direction
    operator: Party
    other: Party
    leg: str
    caller: str
    link: str
    source: str
    destination: str
    did: str = ""
    shown: str = ""
    begun: int
    opened: int = 0
    first: bool = False
    started: bool = False
    rang: bool = False
    answered: int | None = None
    ended: int | None = None
    cause: Cause | None = None
    recorded: bool = False

    @property
    def talk_ms(self) -> int:
        """For how many milliseconds they talked."""
        return self.ended - self.answered if self.answered is not None and self.ended is not None else 0


@attrs.define(eq=False)
class Moment:
    """Something to tell of a part, as it is just now."""

    at: int
    stage: Stage
    part: Part
    record: Recorded | None = None


@attrs.define(eq=False)
class _Call:
    """One session.

    Attributes:
        parts: those that are going on, by link and leg.
        opened: when the first part of a link began.
        chosen: for each link that is going on, which of its parts that have ended tells of it: one that was answered.
        done: the same for links that are over.
        running, ready: records that are being made, or have come too early: of which link and leg.
        waiting: parts whose record is still being made.
    """

    parts: dict[tuple[str, str], Part] = attrs.field(factory=dict)
    opened: dict[str, int] = attrs.field(factory=dict)
    chosen: dict[str, Part] = attrs.field(factory=dict)
    done: dict[str, Part] = attrs.field(factory=dict)
    running: dict[int, tuple[str, str]] = attrs.field(factory=dict)
    ready: list[tuple[tuple[str, str], Recorded]] = attrs.field(factory=list)
    waiting: list[Part] = attrs.field(factory=list)


class Calls:
    """The fold."""

    def __init__(self) -> None:
        self._calls: dict[str, _Call] = {}
        self._out: list[Moment] = []
        self._at = 0

    def take(self, happening: Happening) -> list[Moment]:
        """What one more happening means, in order."""
        kind = type(happening)
        call = self._calls.get(happening.session.id)
        if call is None:
            # Most sessions never have an operator in them: nothing is remembered of those.
            if kind not in _BEGINS or (isinstance(happening, told.LegCreated) and not _calls_operator(happening.leg)):
                return []
            call = self._calls[happening.session.id] = _Call()
        out: list[Moment] = []
        handler = HANDLERS.get(kind)
        if handler is not None:
            self._out = out
            self._at = happening.at
            handler(self, call, happening)
        return out

    def _tell(self, stage: Stage, part: Part, record: Recorded | None = None) -> None:
        self._out.append(Moment(self._at, stage, part, record))

    # --- what happens ---

    def _leg_created(self, call: _Call, happening: told.LegCreated) -> None:
        if happening.leg.link is not None and not happening.leg.initiator:
            self._begin(call, happening.leg, happening.leg.link)

    def _leg_linked(self, call: _Call, happening: told.LegLinked) -> None:
        leg = happening.leg
        if leg.initiator:
            return
        part = self._begin(call, leg, happening.link)
        if part is not None and leg.answered is not None:
            self._answer(call, part)
        elif part is not None and leg.ringing is not None:
            self._ring(call, part)

    def _ringing(self, call: _Call, happening: told.LegRinging) -> None:
        part = _part_of(call, happening.leg)
        if part is not None:
            self._ring(call, part)

    def _answered(self, call: _Call, happening: told.LegAnswered) -> None:
        part = _part_of(call, happening.leg)
        if part is not None:
            self._answer(call, part)

    def _transferred(self, call: _Call, happening: told.Transferred) -> None:
        for part in call.parts.values():
            if part.answered is not None and happening.by.id in (part.leg, part.caller) and _inside(happening.by.party):
                self._tell(Stage.TRANSFER, part)

    def _route_failed(self, call: _Call, happening: told.RouteFailed) -> None:
        leg = happening.leg
        callee = happening.party or Party(kind=PartyKind.OUTSIDE, number=happening.number.lstrip("+"))
        direction = None if leg is None else _direction(leg.party, callee)
        if leg is None or direction is None:
            return
        part = self._part(leg.session, leg, callee, direction, leg_id="", link_id="", shown=leg.shown)
        call.opened.pop("", None)
        self._end(call, part, happening.cause)
        self._over(call, part)

    def _leg_ended(self, call: _Call, happening: told.LegEnded) -> None:
        leg = happening.leg
        for part in list(call.parts.values()):
            if part.leg == leg.id:
                self._end(call, part, Cause.CANCELLED if leg.elsewhere else leg.cause)
            elif part.caller == leg.id and part.direction is not Direction.IN:
                gave_up = leg.cause in (None, Cause.ANSWERED)
                self._end(call, part, Cause.CANCELLED if gave_up else leg.cause)

    def _link_ended(self, call: _Call, happening: told.LinkEnded) -> None:
        link = happening.link
        for part in [one for one in call.parts.values() if one.link == link.id]:
            self._end(call, part, link.cause)
        chosen = call.chosen.pop(link.id, None)
        if chosen is not None:
            self._over(call, chosen)

    def _session_ended(self, call: _Call, happening: told.SessionEnded) -> None:
        for part in call.waiting:
            self._tell(Stage.HISTORY, part)
        del self._calls[happening.session.id]

    # --- parts ---

    def _begin(self, call: _Call, leg: Leg, link: Link) -> Part | None:
        """A leg is called, or joins a link in which it counts as called."""
        direction = _direction(link.initiator.party, leg.party)
        if direction is None or (link.id, leg.id) in call.parts:
            return call.parts.get((link.id, leg.id))
        for part in [one for one in call.parts.values() if one.leg == leg.id]:
            self._end(call, part, Cause.CANCELLED)
        part = self._part(
            leg.session, link.initiator, leg.party, direction, leg_id=leg.id, link_id=link.id, shown=leg.shown
        )
        call.parts[link.id, leg.id] = part
        if direction is not Direction.IN:
            self._start(call, part)
        return part

    def _part(
        self,
        session: Session,
        caller: Leg,
        callee: Party,
        direction: Direction,
        *,
        leg_id: str,
        link_id: str,
        shown: str,
    ) -> Part:
        incoming = direction is Direction.IN
        return Part(
            call_id=session.call_id,
            direction=direction,
            operator=callee if incoming else caller.party,
            other=caller.party if incoming else callee,
            leg=leg_id,
            caller=caller.id,
            link=link_id,
            source=phone(caller.party),
            destination=phone(callee),
            did=session.did if incoming else "",
            shown="" if incoming else shown.lstrip("+"),
            begun=self._at,
        )

    def _start(self, call: _Call, part: Part) -> None:
        if not part.started:
            part.started, part.begun = True, self._at
            part.first = part.link not in call.opened
            part.opened = call.opened.setdefault(part.link, self._at)
            self._tell(Stage.START, part)

    def _ring(self, call: _Call, part: Part) -> None:
        self._start(call, part)
        if part.direction is Direction.INTERNAL:
            part.rang = True
            self._tell(Stage.RING, part)

    def _answer(self, call: _Call, part: Part) -> None:
        self._start(call, part)
        if part.answered is None:
            part.answered = self._at
            self._tell(Stage.ANSWER, part)

    def _end(self, call: _Call, part: Part, cause: Cause | None) -> None:
        call.parts.pop((part.link, part.leg), None)
        part.ended = self._at
        part.cause = Cause.ANSWERED if part.answered is not None else cause or Cause.ERROR
        if part.cause is Cause.ANSWERED and part.answered is None:
            part.cause = Cause.CANCELLED
        if not part.started and part.cause is Cause.CANCELLED:
            return
        self._start(call, part)
        self._tell(Stage.END, part)
        known = call.chosen.get(part.link)
        if known is None or known.answered is None or part.answered is not None:
            call.chosen[part.link] = part

    def _over(self, call: _Call, part: Part) -> None:
        call.chosen.pop(part.link, None)
        call.done[part.link] = part
        expected = any(_meant(call, of) is part for of in call.running.values())
        ready = [record for of, record in call.ready if _meant(call, of) is part]
        call.ready = [(of, record) for of, record in call.ready if record not in ready]
        part.recorded = bool(expected or ready)
        self._tell(Stage.OVER, part)
        if expected and not ready:
            call.waiting.append(part)
        for record in ready:
            self._tell(Stage.RECORD, part, record)
        if ready or not expected:
            self._tell(Stage.HISTORY, part, ready[0] if ready else None)

    # --- records ---

    def _record_started(self, call: _Call, happening: told.RecordStarted) -> None:
        call.running[happening.record] = _of(happening)

    def _record_ready(self, call: _Call, happening: told.RecordReady) -> None:
        of = call.running.pop(happening.record, None) or _of(happening)
        record = Recorded(happening.record, happening.url, happening.duration)
        part = _meant(call, of)
        if part is None or part.ended is None or part.link in call.chosen:
            call.ready.append((of, record))
            return
        self._tell(Stage.RECORD, part, record)
        if part in call.waiting:
            call.waiting.remove(part)
            self._tell(Stage.HISTORY, part, record)


def _calls_operator(leg: Leg) -> bool:
    """Whether a new leg is called by an operator, or calls one."""
    link = None if leg.initiator else leg.link
    return link is not None and _direction(link.initiator.party, leg.party) is not None


def _part_of(call: _Call, leg: Leg) -> Part | None:
    return call.parts.get((leg.link.id, leg.id)) if leg.link is not None and not leg.initiator else None


def _of(happening: told.RecordStarted | told.RecordReady) -> tuple[str, str]:
    """Of what a record is: the ids of a link and a leg, as far as they are known."""
    link, leg = happening.link, happening.leg
    return (link.id if link is not None else "", leg.id if leg is not None else "")


def _meant(call: _Call, of: tuple[str, str]) -> Part | None:
    """Whose record it is: of the one who talked in that link or on that leg, else of whoever was there last."""
    link, leg = of
    known = [*call.parts.values(), *call.chosen.values(), *reversed(call.done.values())]
    fitting = [one for one in known if link and one.link == link]
    fitting = fitting or [one for one in known if leg and leg in (one.leg, one.caller)] or known
    return next((one for one in fitting if one.answered is not None), fitting[0] if fitting else None)


def phone(party: Party) -> str:
    """A number as the provider tells it: an operator's extension, a client's digits."""
    return party.short or party.number if _inside(party) else party.number


def _inside(party: Party) -> bool:
    """Whether somebody is an operator; whoever only is assumed to have an extension is none with a public number."""
    if party.assumed and len(party.number) >= _PUBLIC_DIGITS and party.number.isdigit():
        return False
    return party.kind is PartyKind.USER


def _direction(caller: Party, callee: Party) -> Direction | None:
    """From where to where a call goes; None for one without an operator, or with the scenario itself."""
    calls, is_called = _inside(caller), _inside(callee)
    if not (calls or is_called) or PartyKind.SCENARIO in (caller.kind, callee.kind):
        return None
    return Direction.IN if not calls else Direction.INTERNAL if is_called else Direction.OUT


HANDLERS: Final[dict[type[Happening], Callable[[Calls, _Call, Any], None]]] = {
    told.LegCreated: Calls._leg_created,
    told.LegLinked: Calls._leg_linked,
    told.LegRinging: Calls._ringing,
    told.LegAnswered: Calls._answered,
    told.Transferred: Calls._transferred,
    told.RouteFailed: Calls._route_failed,
    told.LegEnded: Calls._leg_ended,
    told.LinkEnded: Calls._link_ended,
    told.RecordStarted: Calls._record_started,
    told.RecordReady: Calls._record_ready,
    told.SessionEnded: Calls._session_ended,
}
"""What each happening leads to."""
