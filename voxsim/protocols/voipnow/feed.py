"""Feed: a pure fold of happenings into call events, with each extension's own part in a call as its state.

An extension takes part in a call with one leg: it called (OUT), or was called (IN). Its first event is Dial-Out or
Dial-In, its last one Hangup; Answer comes between them, at most once. Who never rang hears nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

import attrs

from voxsim.protocols.callevents import happenings as told
from voxsim.protocols.callevents.causes import Cause
from voxsim.protocols.callevents.feeds import Setting
from voxsim.protocols.callevents.happenings import Happening
from voxsim.protocols.callevents.model import Leg, Party, Session
from voxsim.protocols.voipnow.configured import dialect_of, rules_of
from voxsim.protocols.voipnow.requests import ANSWER, CALLING, CallEvent, Dialect, Parameters
from voxsim.protocols.voipnow.rules import EventType, Rules

DIAL_IN, DIAL_OUT, HANGUP, ANSWER_IN, ANSWER_OUT = EventType  # here, since a class of members is slow to ask for one

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


class VoipNow:
    """The fold.

    Args:
        rules: who asked for what; they may change at any time.
        dialect: how parameters are written.
    """

    def __init__(self, rules: Rules, dialect: Dialect | None = None) -> None:
        self.rules = rules
        self._dialect = dialect or Dialect()
        self._parts: dict[str, _Part] = {}  # of extensions, by their leg's id
        self._menus: dict[str, _Part] = {}  # of scenarios' own extensions, by the session's id
        self._out: list[CallEvent] = []
        self._at = 0

    @property
    def wants(self) -> Collection[type[Happening]]:
        """The happenings that mean something."""
        return _HANDLERS.keys()

    def take(self, happening: Happening) -> Sequence[CallEvent]:
        """The requests that one more happening means, in the order in which they are to be made."""
        out: list[CallEvent] = []
        self._out = out
        self._at = happening.at
        _HANDLERS[type(happening)](self, happening)
        return out

    # --- what happens ---

    def _leg_created(self, happening: told.LegCreated) -> None:
        leg = happening.leg
        if leg.incoming:
            if not leg.session.scenario.assumed:
                self._reaches_menu(leg)
        elif leg.link is not None:
            self._dials(leg.link.initiator, leg.party)

    def _leg_linked(self, happening: told.LegLinked) -> None:
        if not happening.leg.initiator:
            self._dials(happening.link.initiator, happening.leg.party)

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
                menu = self._reaches_menu(leg)
                if menu is not None:
                    self._answer(menu, ANSWER_IN)
        elif (part := self._dials_in(leg)) is not None:
            self._answer(part, ANSWER_IN)

    def _link_answered(self, happening: told.LinkAnswered) -> None:
        caller, callee = happening.link.initiator, happening.leg.party
        part = self._parts.get(caller.id)
        if part is not None and part.known.outgoing:
            part.known = part.known.reaching(_visible(callee, part.owner))
            self._answer(part, ANSWER_OUT)

    def _leg_ended(self, happening: told.LegEnded) -> None:
        leg = happening.leg
        part = self._parts.pop(leg.id, None)
        if part is not None:
            self._hangup(part, _outcome(part, leg))
        if not leg.session.legs:
            menu = self._menus.pop(leg.session.id, None)
            if menu is not None:
                self._hangup(menu, Cause.ANSWERED if menu.answered or leg.answered is not None else leg.cause)

    # --- the parts ---

    def _reaches_menu(self, leg: Leg) -> _Part | None:
        """A call comes to the scenario's own extension; to one that is only assumed, when the scenario answers."""
        session = leg.session
        part, menu = self._menus.get(session.id), session.scenario
        joins = leg.kind == "conference" and menu.assumed
        if part is None and menu.extended and leg.stands_for is None and not joins:
            part = self._menus[session.id] = _Part(menu, self._called(session, leg, menu))
            self._tell(part, DIAL_IN)
        return part

    def _dials(self, leg: Leg, callee: Party | None) -> _Part | None:
        """An extension calls somebody: the first time it is told. One that was called itself only goes on talking."""
        part = self._parts.get(leg.id)
        if part is None and leg.incoming and leg.stands_for is None and leg.party.extended:
            owner, session = leg.party, leg.session
            did, reached = "", ""
            if callee is not None:
                did, reached = "" if callee.outside else session.did, _visible(callee, owner)
            name = owner.display_name or leg.shown_name
            known = Parameters(
                session.call_id, _number(owner), name, did, reached, owner.extended, leg.number, outgoing=True
            )
            part = self._parts[leg.id] = _Part(owner, known)
            self._tell(part, DIAL_OUT)
        return part if part is not None and part.known.outgoing else None

    def _dials_in(self, leg: Leg) -> _Part | None:
        """An extension is called: told once, when it rings or, at the latest, answers."""
        part = self._parts.get(leg.id)
        if part is None and leg.party.extended:
            part = self._parts[leg.id] = _Part(leg.party, self._called(leg.session, leg, leg.party))
            self._tell(part, DIAL_IN)
        return part

    def _called(self, session: Session, leg: Leg, owner: Party) -> Parameters:
        """What an extension that is called, or the scenario's own, is told of its caller."""
        menu = self._menus.get(session.id)
        caller = leg if leg.incoming else leg.link.initiator if leg.link is not None else None
        forwarded = owner is leg.party and (menu is not None or caller is None or _passed_on(caller, leg))
        number, name, extension = leg.shown.lstrip("+"), leg.shown_name, ""
        if caller is not None:
            number, name = _number(caller.party, owner), caller.party.display_name or caller.shown_name
            extension = _visible(caller.party, owner)
        if menu is not None:
            extension = _visible(menu.owner, owner)
        called = owner.extended if forwarded or caller is None else caller.number
        return Parameters(session.call_id, number, name, session.did, owner.extended, extension, called)

    # --- telling ---

    def _answer(self, part: _Part, event: EventType) -> None:
        if not part.answered:
            part.answered = True
            self._tell(part, event, ANSWER)

    def _hangup(self, part: _Part, cause: Cause | None) -> None:
        self._tell(part, HANGUP, self._dialect.status(cause))

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
    if viewer is not None and party.dids and party.extended and party.tenant != viewer.tenant:
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
}


def make(setting: Setting) -> VoipNow:
    """The feed as it is configured; without any rule, every event of everybody is told."""
    return VoipNow(rules_of(setting.configuration, setting.people), dialect_of(setting.configuration))
