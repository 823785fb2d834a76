"""AppEvents: the events of a session itself, with every parameter that the platform sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from voxsim.vocabulary.declare import Event, EventNames, documented, event

if TYPE_CHECKING:
    from voxsim.engine.units.call import Call
    from voxsim.engine.units.websocket import WebSocket


@attrs.define(eq=False)
class StartedEvent(Event):
    """The first event of every session."""

    access_url: str = documented("accessURL")
    access_secure_url: str = documented("accessSecureURL")
    account_id: int
    application_id: int
    log_url: str = documented("logURL")
    session_id: int
    conference_name: str | None = documented("conference_name", None)
    user_id: int = -1
    domain_name: str = ""
    dialplan_name: str = ""
    dialplan_id: int = 0
    initiator_country: str | None = None
    nlu_addresses: list[str] = attrs.field(factory=list)
    config: dict[str, Any] = attrs.field(factory=lambda: {"acceptReInviteByDefault": True})


@attrs.define(eq=False)
class CallAlertingEvent(Event):
    """An incoming call arrived."""

    call: Call
    callerid: str
    destination: str
    to_uri: str = documented("toURI")
    from_uri: str = documented("fromURI")
    display_name: str
    headers: dict[str, str]
    custom_data: str | None = None
    scheme: Any = None
    id: str = ""
    sip_call_id: str = ""
    sip_transport: str = ""
    request_ip: str = documented("requestIP", "")


@attrs.define(eq=False)
class HttpRequestEvent(Event):
    """A managing HTTP request reached the session; what the handler returns is the answer."""

    method: str
    path: str
    content: str
    headers: list[dict[str, str]]


@attrs.define(eq=False)
class WebSocketEvent(HttpRequestEvent):
    """A WebSocket was opened to the session's URL."""

    websocket: WebSocket


@attrs.define(eq=False)
class NewWebSocketFailedEvent(HttpRequestEvent):
    """A WebSocket to the session's URL was refused because too many are open."""

    reason: str


@attrs.define(eq=False)
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
