"""Platform: an account with its applications. It begins sessions: for incoming calls, over HTTP, for transfers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from voxsim.engine.appevents import AppEvents
from voxsim.engine.leg import Leg
from voxsim.engine.origin import Origin
from voxsim.engine.ports import Far, Headers
from voxsim.engine.session import Session
from voxsim.engine.switch import Switch
from voxsim.engine.units.call import Call
from voxsim.platform.account import Account, Application
from voxsim.platform.conferences import CONFERENCE, Conferences
from voxsim.platform.rules import Rule, first_match
from voxsim.vocabulary.codes import Sip
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.platform.calllist import CallList
    from voxsim.platform.calllists import CallLists

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
        referred_by: the id of the leg whose subscriber asked for the transfer that this call carries out, or empty.
    """

    kind: str = "pstn"
    number: str
    display_name: str = ""
    headers: Mapping[str, str] = attrs.field(factory=dict)
    custom_data: str | None = None
    referred_by: str = ""


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
        self.conferences = Conferences(self)

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

    @cached_property
    def call_lists(self) -> CallLists:
        """The account's call lists."""
        from voxsim.platform.calllists import CallLists

        def start(rule: Rule, custom_data: str, application: Application) -> Session:
            return self.start_scenarios(rule, custom_data, application=application, started_by="list")

        return CallLists(self.switch, start)

    @property
    def open_call_lists(self) -> list[CallList]:
        """The call lists with a task that is still open."""
        made: CallLists | None = vars(self).get("call_lists")
        return [one for one in made.lists.values() if not one.done.done] if made is not None else []

    def start_scenarios(
        self,
        rule: Rule,
        custom_data: str = "",
        *,
        application: Application | None = None,
        user_id: int = -1,
        started_by: str = "http",
    ) -> Session:
        """Begin a session over HTTP, as StartScenarios does: no call, the rule is named.

        Raises:
            BadArgument: the custom data is no text.
        """
        if not isinstance(custom_data, str):
            raise BadArgument(f"Custom data is a text, got {type(custom_data).__name__}; json.dumps makes one.")
        session = self._session(rule, custom_data, application, started_by=started_by, user_id=user_id)
        session.begin()
        return session

    def start_conference(
        self,
        name: str,
        rule: Rule | None = None,
        custom_data: str = "",
        *,
        application: Application | None = None,
        user_id: int = -1,
    ) -> Session:
        """The session that holds a conference: the one that does already, or a new one, as StartConference does.

        Args:
            name: the conference's id.
            rule: which scenarios hold it; the first rule that matches the id when None.
            custom_data: for a new session.
            application: the conference's; the first one when None.
            user_id: who asks for it; -1 for nobody.

        Raises:
            BadArgument: the name is empty or too long, no rule matches it, or the custom data is no text.
        """
        application = application or self.account.applications[0]
        most = self.switch.limits.conference_name_characters
        if not isinstance(name, str) or not 0 < len(name) <= most:
            raise BadArgument(f"A conference's name is a text of 1 to {most} characters, got {name!r}.")
        if not isinstance(custom_data, str):
            raise BadArgument(f"Custom data is a text, got {type(custom_data).__name__}; json.dumps makes one.")
        session = self.conferences.holder(application, name)
        if session is not None:
            return session
        rule = rule or first_match(application.rules, name)
        if rule is None:
            raise BadArgument(f"No rule of {application.name!r} matches the conference {name!r}.")
        session = self.begun_for(rule, application, name, custom_data, user_id)
        session.begin()
        return session

    def begun_for(
        self, rule: Rule, application: Application, name: str, custom_data: str = "", user_id: int = -1
    ) -> Session:
        """A session that holds a conference, made but not begun."""
        return self._session(
            rule, custom_data, application, started_by=CONFERENCE, user_id=user_id, conference_name=name
        )

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
        leg.referred_by = caller.referred_by
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
        made = self._origins.get(key)
        if made is None:
            made = attrs.evolve(
                self._origin,
                account_id=self.account.id,
                account_name=self.account.name,
                application_id=application.id,
                application_name=application.name,
                rule_id=rule.number,
                rule_name=rule.name,
                video_conference=rule.video_conference,
                **origin,
            )
            if "conference_name" not in origin:
                # Names of conferences are made up by scenarios, without end; all else repeats.
                self._origins[key] = made
        session = Session(self.switch, rule.program, made, custom_data)
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
