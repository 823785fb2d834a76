"""WebSocketEvents: every event of a WebSocket, with its payload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voxsim.vocabulary.declare import Event, EventNames, event, payload

if TYPE_CHECKING:
    from voxsim.engine.units.websocket import WebSocket


@payload
class SocketEvent(Event):
    """What every event of a socket carries."""

    websocket: WebSocket


@payload
class SocketCreatedEvent(SocketEvent):
    """The socket was made."""

    statistics_url: str | None = None


@payload
class SocketMessageEvent(SocketEvent):
    """A text message that is not a media frame."""

    text: str


@payload
class SocketCloseEvent(SocketEvent):
    """The socket is closed, by anyone."""

    code: int
    reason: str
    was_clean: bool


@payload
class MediaStartedEvent(SocketEvent):
    """The peer began a media stream."""

    tag: str | None = None
    encoding: str | None = None
    custom_parameters: dict[str, Any] | None = None


@payload
class MediaEndedEvent(SocketEvent):
    """A media stream of the peer ended; `media_info` has its `duration` in seconds."""

    tag: str | None = None
    media_info: dict[str, int] | None = None


class WebSocketEvents(EventNames):
    """Events of a WebSocket."""

    OPEN = event("WebSocket.Open", SocketEvent)
    CLOSE = event("WebSocket.Close", SocketCloseEvent)
    MESSAGE = event("WebSocket.Message", SocketMessageEvent)
    ERROR = event("WebSocket.Error", SocketEvent)
    CREATED = event("WebSocket.Created", SocketCreatedEvent)
    MEDIA_STARTED = event("WebSocket.MediaEventStarted", MediaStartedEvent)
    MEDIA_ENDED = event("WebSocket.MediaEventEnded", MediaEndedEvent)
