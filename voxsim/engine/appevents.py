"""AppEvents: the events of a session itself, with every parameter that the platform sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voxsim.vocabulary.declare import Event, EventNames, derived, event, hidden, payload

if TYPE_CHECKING:
    from voxsim.engine.origin import Origin
    from voxsim.engine.units.call import Call
    from voxsim.engine.units.websocket import WebSocket


@payload
class StartedEvent(Event):
    """The first event of every session."""

    session_id: int
    origin: Origin = hidden()
    session_key: str = hidden()
    secret: str = hidden()

    @derived("accessURL")
    def access_url(self) -> str:
        """The managing URL of the session (http)."""
        return self.origin.access_url.format(session=self.session_key, secret=self.secret)

    @derived("accessSecureURL")
    def access_secure_url(self) -> str:
        """The managing URL of the session (https)."""
        return self.origin.access_secure_url.format(session=self.session_key, secret=self.secret)

    @derived("logURL")
    def log_url(self) -> str:
        """Where the session's log can be read."""
        return self.origin.log_url.format(session=self.session_key, number=self.session_id)

    @derived("accountId")
    def account_id(self) -> int:
        """The account."""
        return self.origin.account_id

    @derived("applicationId")
    def application_id(self) -> int:
        """The application."""
        return self.origin.application_id

    @derived("conference_name")
    def conference_name(self) -> str | None:
        """The conference that the session was begun for, or None."""
        return self.origin.conference_name

    @derived("userId")
    def user_id(self) -> int:
        """The platform's user who began the session; -1 for nobody."""
        return self.origin.user_id

    @derived("domainName")
    def domain_name(self) -> str:
        """The application's full name."""
        return self.origin.domain

    @derived("dialplanName")
    def dialplan_name(self) -> str:
        """The name of the rule."""
        return self.origin.rule_name

    @derived("dialplanId")
    def dialplan_id(self) -> int:
        """The number of the rule; 0 for an ad-hoc start."""
        return self.origin.rule_id

    @derived("initiatorCountry")
    def initiator_country(self) -> str | None:
        """The caller's country, two letters, in sessions begun by a call."""
        return self.origin.initiator_country

    @derived("nluAddresses")
    def nlu_addresses(self) -> list[str]:
        """Addresses of the platform's own language services: none here."""
        return []

    @derived("config")
    def config(self) -> dict[str, Any]:
        """Settings of the session."""
        return {"acceptReInviteByDefault": True}


@payload
class CallAlertingEvent(Event):
    """An incoming call arrived."""

    call: Call
    callerid: str
    destination: str
    display_name: str
    headers: dict[str, str]
    domain: str = hidden()
    custom_data: str | None = None
    scheme: Any = None

    @derived("toURI")
    def to_uri(self) -> str:
        """What was dialled, as a SIP address of the application."""
        return f"sip:{self.destination.lstrip('+')}@{self.domain}"

    @derived("fromURI")
    def from_uri(self) -> str | None:
        """The caller's SIP address; a call from the phone network has none."""
        kind = self.call.leg.kind
        if kind in ("user", "conference"):
            return f"sip:{self.callerid}@{self.domain}"
        if kind == "sip":
            return self.callerid if ":" in self.callerid else f"sip:{self.callerid}@sip.example"
        return None

    @derived("id")
    def id(self) -> str:
        """The call's id."""
        return self.call.id()

    @derived("sipCallId")
    def sip_call_id(self) -> str:
        """The Call-ID of the SIP dialog."""
        return f"{self.call.id()}@{self.domain}"

    @derived("sipTransport")
    def sip_transport(self) -> str | None:
        """The SIP transport; a call from an SDK has none."""
        return None if self.call.client_type() == "user" else "UDP"

    @derived("requestIP")
    def request_ip(self) -> str | None:
        """Where an SDK's call comes from, `ip:port`."""
        return "127.0.0.1:50000" if self.call.client_type() == "user" else None


@payload
class HttpRequestEvent(Event):
    """A managing HTTP request reached the session; what the handler returns is the answer."""

    method: str
    path: str
    content: str
    headers: list[dict[str, str]]


@payload
class WebSocketEvent(HttpRequestEvent):
    """A WebSocket was opened to the session's URL."""

    websocket: WebSocket


@payload
class NewWebSocketFailedEvent(HttpRequestEvent):
    """A WebSocket to the session's URL was refused because too many are open."""

    reason: str


@payload
class TerminationEvent(Event):
    """The session is about to end, or has ended; `system_error` when the platform ended it because of an error."""

    system_error: bool | None = None


class AppEvents(EventNames):
    """Events of the session: `VoxEngine.add_event_listener(AppEvents.CallAlerting, handler)`."""

    CallAlerting = event("Application.CallAlerting", CallAlertingEvent)
    Terminating = event("Application.Terminating", TerminationEvent)
    Terminated = event("Application.Terminated", TerminationEvent)
    Started = event("Application.Started", StartedEvent)
    HttpRequest = event("Application.HttpRequest", HttpRequestEvent)
    WebSocket = event("AppEvents.NewWebSocketConnection", WebSocketEvent)
    NewWebSocketFailed = event("Application.OnNewWebSocketFailed", NewWebSocketFailedEvent)
