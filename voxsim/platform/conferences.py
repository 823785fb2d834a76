"""Conferences across sessions: a leg that sets out for a conference id becomes a call in the session that holds it.

The switch knows which session holds which conference of an application. While none does, the rule that matches the id
begins one. The two sessions share no more than the crossing between their legs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voxsim.engine.appevents import AppEvents
from voxsim.engine.crossing import Crossing
from voxsim.engine.leg import Leg
from voxsim.engine.ports import Far
from voxsim.engine.units.call import Call
from voxsim.platform.rules import Rule, first_match
from voxsim.vocabulary.codes import CALL_LIMIT_REACHED, Cause, Sip

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.platform.account import Application
    from voxsim.platform.platform import Platform

CONFERENCE = "conference"
"""The kind of a leg to or in a conference, and what begins a session for one."""


class Conferences:
    """The conferences of a platform's applications."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def reach(self, leg: Leg) -> Far | Cause:
        """The far end of a leg that sets out for a conference, or why it cannot be joined."""
        limits = self._platform.switch.limits
        calling = leg.session
        if calling is None:
            return Cause.sip(Sip.NOT_FOUND)
        if len(leg.number) > limits.conference_name_characters:
            calling.limit("conference_name_characters", limits.conference_name_characters, leg.id)
            return Cause.sip(Sip.FORBIDDEN, "The conference id is too long")
        application = self._platform.account.application(calling.origin.application_id)
        if application is None:
            return Cause.sip(Sip.NOT_FOUND)
        holder = self.holder(application, leg.number)
        if holder is None:
            rule = first_match(application.rules, leg.number)
            return Cause.sip(Sip.NOT_FOUND) if rule is None else _Entry(self, leg, application, rule)
        if sum(call.leg.kind == CONFERENCE for call in holder.calls.values()) >= limits.conference_endpoints:
            holder.limit("conference_endpoints", limits.conference_endpoints)
            return Cause.sip(Sip.FORBIDDEN, CALL_LIMIT_REACHED)
        return _Entry(self, leg, application, holder)

    def holder(self, application: Application, name: str) -> Session | None:
        """The session that holds a conference and can be joined, or None."""
        return self._platform.switch.conference(application.id, name)

    def enter(self, outgoing: Leg, application: Application, place: Session | Rule) -> Leg:
        """The leg in the session that holds the conference, or in a new one by the rule that is to hold it."""
        switch, name = self._platform.switch, outgoing.number
        new = isinstance(place, Rule)
        session = self._platform.begun_for(place, application, name) if isinstance(place, Rule) else place
        leg = Leg(
            switch,
            switch.ids.incoming_call(switch.now),
            incoming=True,
            kind=CONFERENCE,
            number=name,
            callerid=outgoing.callerid,
            display_name=outgoing.display_name or outgoing.callerid,
            headers=outgoing.offered_headers,
        )
        leg.far = Crossing(outgoing)
        call = Call(session, leg)
        session.note("leg", "joined", leg.id, {"from": outgoing.id, "number": name, "callerid": leg.callerid})
        leg.wait_for_answer(switch.limits.unanswered_incoming_seconds)
        if new:
            session.begin(call, _alerting(call))
        else:
            session.emit(_alerting(call))
        return leg


class _Entry(Crossing):
    """The far end of a leg that sets out: when it is offered, it becomes a call of the conference's session."""

    def __init__(self, conferences: Conferences, leg: Leg, application: Application, place: Session | Rule) -> None:
        super().__init__(leg)
        self._conferences = conferences
        self._where = application, place

    def offered(self, leg: Leg) -> None:
        """The leg goes out."""
        self.other = self._conferences.enter(leg, *self._where)


def _alerting(call: Call) -> Any:
    leg = call.leg
    return AppEvents.CallAlerting(
        call, leg.callerid, leg.number, leg.display_name, dict(leg.offered_headers), call.session.origin.domain
    )
