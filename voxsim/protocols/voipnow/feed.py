"""Feed: a pure fold of happenings into call events, with each extension's own part in a call as its state.

An extension takes part in a call with one leg: it called (OUT), or was called (IN). Its first event is Dial-Out or
Dial-In, its last one Hangup; Answer comes between them, at most once. Who never rang hears nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

import attrs

from voxsim.protocols.callevents import happenings as told
from voxsim.protocols.callevents.causes import Cause
from voxsim.protocols.callevents.feeds import Setting
from voxsim.protocols.callevents.happenings import Happening
from voxsim.protocols.callevents.model import Leg, Link, Party, PartyKind, Session
from voxsim.protocols.voipnow.configured import dialect_of, rules_of
from voxsim.protocols.voipnow.requests import ANSWER, CALLING, CallEvent, Dialect, Parameters
from voxsim.protocols.voipnow.rules import EventType, Rules

_new: Final = tuple.__new__  # for a CallEvent, without the function that a NamedTuple has for it


@attrs.define(eq=False)
class _Part:
    """One extension's part in a call.

    Attributes:
        owner: whose part it is.
        known: the parameters as they were told last.
        answered: whether Answer was told.
        failed: why the last one that it called could not be reached, or None.
    """

    owner: Party
    known: Parameters
    answered: bool = False
    failed: Cause | None = None


@attrs.define(eq=False)
class _Call:
    """The parts of one session: of extensions by their leg's id, and that of the scenario's own extension."""

    parts: dict[str, _Part] = attrs.field(factory=dict)
    menu: _Part | None = None


class VoipNow:
    """The fold.

    Args:
        rules: who asked for what; they may change at any time.
        dialect: how parameters are written.
    """

    def __init__(self, rules: Rules, dialect: Dialect | None = None) -> None:
        self.rules = rules
        self._dialect = dialect or Dialect()
        self._calls: dict[str, _Call] = {}
        self._out: list[CallEvent] = []
        self._at = 0

    @property
    def wants(self) -> Collection[type[Happening]]:
        """The happenings that mean something."""
        return _HANDLERS.keys()

    def take(self, happening: Happening) -> Iterable[CallEvent]:
        """The requests that one more happening means, in the order in which they are to be made."""
        handler = _HANDLERS.get(type(happening))
        if handler is None:
            return ()
        out: list[CallEvent] = []
        self._out = out
        self._at = happening.at
        handler(self, happening)
        return out

    # --- what happens ---

    def _leg_created(self, happening: told.LegCreated) -> None:
        leg = happening.leg
        call = self._call(leg.session)
        if leg.incoming:
            if not leg.session.scenario.assumed:
                self._reaches_menu(call, leg)
        elif leg.link is not None:
            self._dials_out(leg.link, leg.party)

    def _leg_linked(self, happening: told.LegLinked) -> None:
        if not happening.leg.initiator:
            self._dials_out(happening.link, happening.leg.party)

    def _route_failed(self, happening: told.RouteFailed) -> None:
        leg = happening.leg
        if leg is None:
            return
        part = self._dials(leg, happening.party)
        if part is not None:
            part.failed = happening.cause

    def _ringing(self, happening: told.LegRinging) -> None:
        if not happening.leg.incoming:
            self._dials_in(happening.leg)

    def _answered(self, happening: told.LegAnswered) -> None:
        leg = happening.leg
        if leg.incoming:
            if leg.link is None or leg.link.answered_by is None:
                call = self._call(leg.session)
                self._reaches_menu(call, leg)
                if call.menu is not None:
                    self._answer(call.menu, EventType.ANSWER_IN)
        elif (part := self._dials_in(leg)) is not None:
            self._answer(part, EventType.ANSWER_IN)

    def _link_answered(self, happening: told.LinkAnswered) -> None:
        caller, callee = happening.link.initiator, happening.leg.party
        part = self._call(happening.session).parts.get(caller.id)
        if part is not None and part.known.outgoing:
            part.known = part.known.reaching(_visible(callee, part.owner))
            self._answer(part, EventType.ANSWER_OUT)

    def _leg_ended(self, happening: told.LegEnded) -> None:
        leg = happening.leg
        call = self._call(leg.session)
        part = call.parts.pop(leg.id, None)
        if part is not None:
            self._hangup(part, _outcome(part, leg))
        if call.menu is not None and not leg.session.legs:
            menu, call.menu = call.menu, None
            self._hangup(menu, Cause.ANSWERED if menu.answered or leg.answered is not None else leg.cause)

    def _session_ended(self, happening: told.SessionEnded) -> None:
        self._calls.pop(happening.session.id, None)

    # --- the parts ---

    def _call(self, session: Session) -> _Call:
        call = self._calls.get(session.id)
        if call is None:
            call = self._calls[session.id] = _Call()
        return call

    def _reaches_menu(self, call: _Call, leg: Leg) -> None:
        """A call comes to the scenario's own extension; to one that is only assumed, when the scenario answers."""
        menu = leg.session.scenario
        joins = leg.kind == "conference" and menu.assumed
        if call.menu is None and menu.extended and leg.stands_for is None and not joins:
            call.menu = _Part(menu, self._called(leg.session, leg, menu))
            self._tell(call.menu, EventType.DIAL_IN)

    def _dials_out(self, link: Link, callee: Party) -> None:
        self._dials(link.initiator, callee)

    def _dials(self, leg: Leg, callee: Party | None) -> _Part | None:
        """An extension calls somebody: the first time it is told. One that was called itself only goes on talking."""
        parts = self._call(leg.session).parts
        part = parts.get(leg.id)
        if part is None and leg.incoming and leg.stands_for is None and leg.party.extended:
            inside = callee is not None and callee.kind is not PartyKind.OUTSIDE
            parameters = Parameters(
                call_id=leg.session.call_id,
                caller_number=_number(leg.party),
                caller_name=leg.party.display_name or leg.shown_name,
                called_did=leg.session.did if inside else "",
                called_extension=_visible(callee, leg.party) if callee is not None else "",
                outgoing=True,
                caller_extension=leg.party.extended,
                called_number=leg.number,
            )
            part = parts[leg.id] = _Part(leg.party, parameters)
            self._tell(part, EventType.DIAL_OUT)
        return part if part is not None and part.known.outgoing else None

    def _dials_in(self, leg: Leg) -> _Part | None:
        """An extension is called: told once, when it rings or, at the latest, answers."""
        parts = self._call(leg.session).parts
        part = parts.get(leg.id)
        if part is None and leg.party.extended:
            part = parts[leg.id] = _Part(leg.party, self._called(leg.session, leg, leg.party))
            self._tell(part, EventType.DIAL_IN)
        return part

    def _called(self, session: Session, leg: Leg, owner: Party) -> Parameters:
        """What an extension that is called, or the scenario's own, is told of its caller."""
        menu = self._call(session).menu
        caller = leg if leg.incoming else leg.link.initiator if leg.link is not None else None
        forwarded = owner is leg.party and (menu is not None or caller is None or _passed_on(caller, leg))
        number, name, extension = leg.shown.lstrip("+"), leg.shown_name, ""
        if caller is not None:
            number, name = _number(caller.party, owner), caller.party.display_name or caller.shown_name
            extension = _visible(caller.party, owner)
        return Parameters(
            call_id=session.call_id,
            caller_number=number,
            caller_name=name,
            called_did=session.did,
            called_extension=owner.extended,
            caller_extension=_visible(menu.owner, owner) if menu is not None else extension,
            called_number=owner.extended if forwarded or caller is None else caller.number,
        )

    # --- telling ---

    def _answer(self, part: _Part, event: EventType) -> None:
        if not part.answered:
            part.answered = True
            self._tell(part, event, ANSWER)

    def _hangup(self, part: _Part, cause: Cause | None) -> None:
        self._tell(part, EventType.HANGUP, self._dialect.status(cause))

    def _tell(self, part: _Part, event: EventType, status: str = CALLING) -> None:
        extension = part.owner.extended
        for rule in self.rules.due(extension, event):
            request = (self._at, extension, rule, status, part.known, self._dialect)
            self._out.append(_new(CallEvent, request))


def _outcome(part: _Part, leg: Leg) -> Cause | None:
    """Why an extension's part ended."""
    if part.answered:
        return Cause.ANSWERED
    if not part.known.outgoing:
        return Cause.NO_ANSWER if leg.elsewhere else leg.cause
    link = leg.link
    if link is not None and link.targets and leg.ended_by == "far":
        return Cause.CANCELLED
    return (link.cause if link is not None else None) or part.failed or leg.cause


def _number(party: Party, viewer: Party | None = None) -> str:
    """A caller id number: of an extension its extended form, or, for another client, its public number."""
    if viewer is not None and party.extended and party.tenant != viewer.tenant and party.dids:
        return party.dids[0]
    return party.extended or party.number


def _visible(party: Party, viewer: Party) -> str:
    """An extension in extended form, as far as another one may see it: those of other clients are numbers to it."""
    known, own = party.tenant, viewer.tenant
    return party.extended if known is own or known == own else ""


def _passed_on(caller: Leg, leg: Leg) -> bool:
    """Whether a leg is rung for a caller who did not call it: who was transferred, or had been answered before."""
    link = leg.link
    return link is not None and (link.referred_by is not None or caller.answered is not None)


_HANDLERS: Final[dict[type[Happening], Callable[[VoipNow, Any], None]]] = {
    told.LegCreated: VoipNow._leg_created,
    told.LegLinked: VoipNow._leg_linked,
    told.RouteFailed: VoipNow._route_failed,
    told.LegRinging: VoipNow._ringing,
    told.LegAnswered: VoipNow._answered,
    told.LinkAnswered: VoipNow._link_answered,
    told.LegEnded: VoipNow._leg_ended,
    told.SessionEnded: VoipNow._session_ended,
}


def make(setting: Setting) -> VoipNow:
    """The feed as it is configured; without any rule, every event of everybody is told."""
    return VoipNow(rules_of(setting.configuration, setting.people), dialect_of(setting.configuration))
