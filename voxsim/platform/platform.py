"""Platform: an account with its applications. It begins sessions: for incoming calls, over HTTP, for transfers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from voxsim.engine.appevents import AppEvents
from voxsim.engine.leg import Leg
from voxsim.engine.ports import Far, Headers
from voxsim.engine.session import Origin, Session
from voxsim.engine.switch import Switch
from voxsim.engine.units.call import Call
from voxsim.platform.account import Account, Application
from voxsim.platform.rules import Rule
from voxsim.vocabulary.codes import Sip
from voxsim.vocabulary.errors import BadArgument

CLIENT_HEADERS: dict[str, dict[str, str]] = {
    "pstn": {"VI-Client-Type": "pstn", "VI-Client-Device": "SIP"},
    "user": {"VI-Client-Type": "user", "VI-Client-Device": "WebRTC", "VI-Client-IP": "127.0.0.1"},
    "sip": {"VI-Client-Type": "sip", "VI-Client-Device": "SIP"},
    "wab": {"VI-Client-Type": "wab"},
}
"""The headers that the platform adds to an incoming call, by the caller's kind."""


@attrs.frozen(kw_only=True)
class Caller:
    """Who calls in.

    Attributes:
        kind: `pstn`, `user`, `sip` or `wab`.
        number: the caller's number, user name or SIP address.
        display_name: what the callee sees beside it; the number when empty.
        headers: `X-…` headers of the call.
        custom_data: what an SDK passes with the call, or None.
    """

    kind: str = "pstn"
    number: str
    display_name: str = ""
    headers: Mapping[str, str] = attrs.field(factory=dict)
    custom_data: str | None = None


class Platform:
    """One account with its applications.

    Args:
        origin: what sessions tell of where they come from, save what account, application and rule say.
        account: who the platform works for.
        keep_sessions: whether sessions that have ended stay in `sessions`; a server writes them down instead.
    """

    def __init__(
        self,
        switch: Switch,
        origin: Origin | None = None,
        account: Account | None = None,
        *,
        keep_sessions: bool = True,
    ) -> None:
        self.switch = switch
        self.account = account or Account()
        self.sessions: list[Session] = []
        self._keep_sessions = keep_sessions
        self._origin = origin or Origin()
        self._origins: dict[tuple[Any, ...], Origin] = {}

    @property
    def rules(self) -> list[Rule]:
        """The rules of the first application."""
        return self.account.applications[0].rules

    @property
    def origin(self) -> Origin:
        """What sessions tell of where they come from."""
        return self._origin

    @origin.setter
    def origin(self, origin: Origin) -> None:
        self._origin = origin
        self._origins.clear()

    def start_scenarios(
        self, rule: Rule, custom_data: str = "", *, application: Application | None = None, user_id: int = -1
    ) -> Session:
        """Begin a session over HTTP, as StartScenarios does: no call, the rule is named.

        Raises:
            BadArgument: the custom data is no text.
        """
        if not isinstance(custom_data, str):
            raise BadArgument(f"Custom data is a text, got {type(custom_data).__name__}; json.dumps makes one.")
        session = self._session(rule, custom_data, application, started_by="http", user_id=user_id)
        session.begin()
        return session

    def incoming(
        self,
        destination: str,
        caller: Caller,
        far: Far,
        rule: Rule | None = None,
        application: Application | None = None,
    ) -> Leg:
        """A call arrives. The first rule that matches the destination takes it; with none the caller gets 404.

        Args:
            destination: the dialled number, user name or conference id.
            caller: who calls.
            far: the caller's end of the line.
            rule: take this rule and match nothing.
            application: look for a rule in this application alone.
        """
        switch = self.switch
        route = (application, rule) if rule is not None else self.account.route(destination, application)
        leg = Leg(
            switch,
            switch.ids.incoming_call(switch.now),
            incoming=True,
            kind=caller.kind,
            number=destination,
            callerid=_shown(caller),
            display_name=caller.display_name or _shown(caller),
            headers=self._headers(caller),
        )
        leg.far = far
        if route is None:
            facts = {"incoming": True, "type": caller.kind, "number": destination, "callerid": leg.callerid}
            switch.note(None, "leg", "created", leg.id, facts)
            switch.post(leg.refuse, Sip.NOT_FOUND)
            return leg
        session = self._session(route[1], "", route[0], started_by="call", initiator_country=_country(caller))
        call = Call(session, leg, caller.custom_data or "")
        leg.wait_for_answer(switch.limits.unanswered_incoming_seconds)
        session.begin(call, self._alerting(call, caller))
        return leg

    def _session(self, rule: Rule, custom_data: str, application: Application | None, **origin: Any) -> Session:
        application = application or self.account.applications[0]
        key = (application.id, rule.number, rule.name, *origin.values())
        if key not in self._origins:
            self._origins[key] = attrs.evolve(
                self._origin,
                account_id=self.account.id,
                account_name=self.account.name,
                application_id=application.id,
                application_name=application.name,
                rule_id=rule.number,
                rule_name=rule.name,
                **origin,
            )
        session = Session(self.switch, rule.program, self._origins[key], custom_data)
        if self._keep_sessions:
            self.sessions.append(session)
        return session

    def _headers(self, caller: Caller) -> Headers:
        headers = CLIENT_HEADERS.get(caller.kind, {})
        if caller.kind == "user":
            return {**headers, "VI-Authenticated-Caller": caller.number, **caller.headers}
        return {**headers, **caller.headers} if caller.headers else headers

    def _alerting(self, call: Call, caller: Caller) -> Any:
        leg = call.leg
        return AppEvents.CallAlerting(
            call,
            leg.callerid,
            leg.number,
            leg.display_name,
            dict(leg.offered_headers),
            call.session.origin.domain,
            caller.custom_data,
        )


def _shown(caller: Caller) -> str:
    """The caller id as scenarios see it: phone numbers come without their plus."""
    return caller.number.lstrip("+") if caller.kind == "pstn" else caller.number


def _country(caller: Caller) -> str | None:
    return "US" if caller.kind == "pstn" and caller.number.lstrip("+").startswith("1") else None
