"""WebSocket: a socket of the session, made by the scenario or opened to the session's URL.

Text messages, and media streams as frames in both directions (`engine.frames`). The peer is a port: a scripted one, or
a real connection. Its ready states are in `MOVES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from voxsim.engine import frames
from voxsim.engine.command import Options, command
from voxsim.engine.media import MediaUnit, SendMedia, Sound
from voxsim.engine.ports import SocketFar
from voxsim.vocabulary.declare import Event, EventNames, event, payload, signature, unit
from voxsim.vocabulary.enums import WebSocketCloseCode, WebSocketReadyState
from voxsim.vocabulary.errors import SocketClosed, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer

CONNECTING, OPEN = WebSocketReadyState.CONNECTING, WebSocketReadyState.OPEN
CLOSING, CLOSED = WebSocketReadyState.CLOSING, WebSocketReadyState.CLOSED

MOVES: Final[dict[WebSocketReadyState, frozenset[WebSocketReadyState]]] = {
    CONNECTING: frozenset({OPEN, CLOSED}),
    OPEN: frozenset({CLOSING, CLOSED}),
    CLOSING: frozenset({CLOSED}),
    CLOSED: frozenset(),
}
"""Which ready state may follow which."""

NORMAL_CLOSE: Final = "Normal connection close"


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


_PROPERTY_OF: Final[dict[str, str]] = {
    WebSocketEvents.OPEN.plain: "onopen",
    WebSocketEvents.CLOSE.plain: "onclose",
    WebSocketEvents.MESSAGE.plain: "onmessage",
    WebSocketEvents.ERROR.plain: "onerror",
    WebSocketEvents.CREATED.plain: "oncreated",
    WebSocketEvents.MEDIA_STARTED.plain: "onmediastarted",
    WebSocketEvents.MEDIA_ENDED.plain: "onmediaended",
}

Handler = Callable[[Any], Any] | None


@attrs.define
class _Inbound:
    """A stream from the peer: until when its buffered audio plays (microseconds), and how much came in all."""

    encoding: frames.Encoding
    plays_until: int = 0
    received: int = 0
    dropped: int = 0
    silent: bool = False
    clock: Timer | None = None


@unit("WebSocket", events=WebSocketEvents)
class WebSocket(MediaUnit):
    """A WebSocket of the session.

    The properties `onopen`, `onclose`, `onmessage`, `onerror`, `oncreated`, `onmediastarted` and `onmediaended` hold a
    handler each, called right before the listeners of the same event.
    """

    __slots__ = (
        "_far",
        "_inbound",
        "_number",
        "_outbound",
        "_seconds",
        "incoming",
        "onclose",
        "oncreated",
        "onerror",
        "onmediaended",
        "onmediastarted",
        "onmessage",
        "onopen",
        "ready_state",
        "url",
    )

    EVENTS: ClassVar = WebSocketEvents
    NAME: ClassVar = "WebSocket"
    MIXES: ClassVar = True

    def __init__(self, session: Session, url: str, *, incoming: bool) -> None:
        super().__init__(session, session.switch.ids.unit())
        self.url = url
        self.incoming = incoming
        self.ready_state = OPEN if incoming else CONNECTING
        self.onopen: Handler = None
        self.onclose: Handler = None
        self.onmessage: Handler = None
        self.onerror: Handler = None
        self.oncreated: Handler = None
        self.onmediastarted: Handler = None
        self.onmediaended: Handler = None
        self._far: SocketFar | None = None
        self._inbound: dict[str | None, _Inbound] = {}
        self._outbound: dict[MediaUnit, frames.OutgoingStream] = {}
        self._number = 0
        self._seconds = 0
        session.sockets = session.sockets if session.sockets is not None else {}
        session.sockets[self._id] = self

    @classmethod
    def connect(cls, session: Session, url: str, protocols: tuple[str, ...], headers: Mapping[str, str]) -> WebSocket:
        """Make a socket to a URL; Created follows at once, then Open, or Error and Close."""
        self = cls(session, url, incoming=False)
        self.emit(WebSocketEvents.CREATED(self))
        session.switch.post(self._connect, protocols, headers)
        return self

    @classmethod
    def accepted(cls, session: Session, url: str, far: SocketFar) -> WebSocket:
        """A socket that was opened to the session's URL: it is open already."""
        self = cls(session, url, incoming=True)
        self._far = far
        session.note("websocket", "opened", self._id, {"incoming": True})
        return self

    def _connect(self, protocols: tuple[str, ...], headers: Mapping[str, str]) -> None:
        if self.ready_state is not CONNECTING:
            return
        self.session.note("websocket", "connecting", self._id, {"url": self.url})
        self._far = self.session.switch.web.open_socket(self.url, protocols, headers, self)
        if self._far is None:
            self._lost()

    # --- the scenario's side ---

    @signature("id()")
    def id(self) -> str:
        """The socket's id."""
        return self._id

    @command("send(data)")
    def send(self, data: str) -> None:
        """Send a text message; before Open and after Close it is dropped with a warning."""
        if self.ready_state is not OPEN:
            self.session.warn(f"send: the WebSocket is {self.ready_state}; the message is dropped.", self._id)
            return
        self.session.note("websocket", "sent", self._id, {"text": str(data)})
        self._write(str(data))

    @command("close()")
    def close(self) -> None:
        """Close the socket with 1000; Close follows."""
        if self.ready_state in (CLOSING, CLOSED):
            return
        if self._far is not None:
            self._far.closed(WebSocketCloseCode.CLOSE_NORMAL, NORMAL_CLOSE)
        if self.ready_state is OPEN:
            self._move(CLOSING)
        self.session.switch.post(self._finish_closing)

    def _finish_closing(self) -> None:
        if self.ready_state is not CLOSED:
            self._closed(WebSocketCloseCode.CLOSE_NORMAL, NORMAL_CLOSE, clean=True)

    @command("clearMediaBuffer({parameters}?)")
    def clear_media_buffer(self, parameters: Options = None, *, tag: str | None = None) -> None:
        """Throw away what is buffered of the peer's audio: of one tag, or of all."""
        now = self.session.switch.now
        for name, stream in self._inbound.items():
            if tag is None or tag == name:
                stream.plays_until = min(stream.plays_until, now)
                self._arm_silence(name, stream)
        for sink in self.sinks:
            sink.hear_nothing(self)

    async def message(self) -> str:
        """Wait for the next text message and return its text."""
        return (await self.wait_for(WebSocketEvents.MESSAGE)).text

    def cut(self) -> None:
        """The session is over: close."""
        if self.ready_state in (CONNECTING, OPEN) and self._far is not None:
            self._far.closed(WebSocketCloseCode.CLOSE_NORMAL, NORMAL_CLOSE)
        self._finish_closing()

    # --- the peer's side ---

    def far_opened(self) -> None:
        """The handshake is done."""
        if self.ready_state is not CONNECTING:
            return
        self._move(OPEN)
        self.session.note("websocket", "opened", self._id, {"incoming": False})
        self.emit(WebSocketEvents.OPEN(self))
        for source in self.sources:
            self._open_stream(source)

    def far_sent(self, text: str) -> None:
        """A text message arrives: a media frame, or a message for the scenario."""
        if self.ready_state is not OPEN:
            return
        match frames.parse(text):
            case frames.Start() as start:
                self._begin_inbound(start)
            case frames.Media(tag, payload) if tag in self._inbound:
                self._take(tag, self._inbound[tag], payload)
            case frames.Stop(tag) if tag in self._inbound:
                self._end_inbound(tag)
            case _:
                self.session.note("websocket", "received", self._id, {"text": text})
                self.emit(WebSocketEvents.MESSAGE(self, text=text))

    def far_closed(self, code: int, reason: str, *, clean: bool = True) -> None:
        """The peer closed the socket, or the connection was lost."""
        if self.ready_state is CLOSED:
            return
        if not clean:
            self.emit(WebSocketEvents.ERROR(self))
        self._closed(code, reason, clean=clean)

    def _lost(self) -> None:
        """Nobody is there: Error, then Close with 1006."""
        self.session.note("websocket", "failed", self._id, {"url": self.url})
        self.far_closed(WebSocketCloseCode.CLOSE_ABNORMAL, "Connection failed", clean=False)

    def _closed(self, code: int, reason: str, *, clean: bool) -> None:
        for tag in tuple(self._inbound):
            self._end_inbound(tag)
        self._move(CLOSED)
        self.unroute_all()
        self.session.note("websocket", "closed", self._id, {"code": int(code), "reason": reason})
        self.emit(WebSocketEvents.CLOSE(self, code=int(code), reason=reason, was_clean=clean))
        self.session.switch.post(self._give_up_waiting, SocketClosed(f"The WebSocket closed: {int(code)} {reason}."))
        if self.session.sockets is not None:
            self.session.sockets.pop(self._id, None)

    # --- media to the peer ---

    def hear(self, sound: Sound, origin: MediaUnit) -> None:
        """Sound goes to the peer, in frames of 20 ms while it lasts."""
        if origin in self._outbound:
            self.session.switch.post(self._send_frame, origin, sound)

    def _stream_begins(self, source: MediaUnit, how: SendMedia) -> None:
        if self.ready_state is OPEN:
            self._open_stream(source)

    def _open_stream(self, source: MediaUnit) -> None:
        how = (source._sinks or {}).get(self)
        if how is None:
            return
        encoding = frames.encoding_of(how.encoding)
        stream = frames.OutgoingStream(how.tag or source._id, encoding, how.custom_parameters)
        self._outbound[source] = stream
        self.session.note("websocket", "media start", self._id, {"tag": stream.tag, "from": source._id})
        self._write(stream.start(self._next()))
        if (sound := source._sounding()) is not None:
            self.hear(sound, source)

    def _stream_ends(self, source: MediaUnit, how: SendMedia) -> None:
        stream = self._outbound.pop(source, None)
        if stream is not None and self.ready_state is OPEN:
            facts = {"tag": stream.tag, "chunks": stream.chunk, "bytes": stream.sent_bytes}
            self.session.note("websocket", "media stop", self._id, facts)
            self._write(stream.stop(self._next()))

    def _send_frame(self, source: MediaUnit, sound: Sound) -> None:
        stream = self._outbound.get(source)
        switch = self.session.switch
        if stream is None or source._sounding() is not sound or self.ready_state is not OPEN:
            return
        if sound.length is not None and switch.now >= sound.started + sound.length:
            return
        self._write(stream.media(self._next(), frames.tone(stream.encoding, switch.timing.frame)))
        switch.after_ms(switch.timing.frame, self._send_frame, source, sound)

    def _write(self, text: str) -> None:
        if self._far is not None:
            self._far.sent(text)

    def _next(self) -> int:
        number, self._number = self._number, self._number + 1
        return number

    # --- media from the peer ---

    def _begin_inbound(self, start: frames.Start) -> None:
        if start.tag in self._inbound:
            self._end_inbound(start.tag)
        self._inbound[start.tag] = stream = _Inbound(start.encoding, self.session.switch.now)
        parameters = start.custom_parameters if isinstance(start.custom_parameters, dict) else None
        self.emit(
            WebSocketEvents.MEDIA_STARTED(
                self, tag=start.tag, encoding=start.given_encoding, custom_parameters=parameters
            )
        )
        self._arm_silence(start.tag, stream)

    def _take(self, tag: str | None, stream: _Inbound, payload: bytes) -> None:
        now = self.session.switch.now
        length = len(payload) * 1_000_000 // stream.encoding.bytes_per_second
        buffered = max(stream.plays_until - now, 0)
        limits = self.session.switch.limits
        if buffered + length > limits.websocket_buffer_seconds * 1_000_000:
            if not stream.dropped:
                self.session.limit("websocket_buffer_seconds", limits.websocket_buffer_seconds, self._id)
            stream.dropped += length
            return
        fresh = stream.plays_until <= now
        stream.plays_until = now + buffered + length
        stream.received += length
        stream.silent = False
        if fresh:
            sound = Sound("audio", f"stream {tag}" if tag else "stream", now, None, self._id)
            self.play_out(sound)
        self._arm_silence(tag, stream)

    def _arm_silence(self, tag: str | None, stream: _Inbound) -> None:
        """Report the end of the stream one second after its last audio has been played."""
        if stream.clock is not None:
            stream.clock.cancel()
        switch = self.session.switch
        quiet = int(switch.limits.websocket_silence_seconds * 1_000_000)
        stream.clock = switch.at(max(stream.plays_until, switch.now) + quiet, self._fall_silent, tag)

    def _fall_silent(self, tag: str | None) -> None:
        """Nothing has come for a while: the stream is reported as ended, but audio that comes later belongs to it."""
        stream = self._inbound.get(tag)
        if stream is not None and not stream.silent:
            stream.silent = True
            self._report_end(tag, stream)

    def _end_inbound(self, tag: str | None) -> None:
        stream = self._inbound.pop(tag, None)
        if stream is None:
            return
        if stream.clock is not None:
            stream.clock.cancel()
        if not stream.silent:
            self._report_end(tag, stream)

    def _report_end(self, tag: str | None, stream: _Inbound) -> None:
        self._seconds += round(stream.received / 1_000_000)
        facts = {"tag": tag, "ms": stream.received // 1000, "droppedMs": stream.dropped // 1000}
        self.session.note("websocket", "media received", self._id, facts)
        stream.received = stream.dropped = 0
        self.emit(WebSocketEvents.MEDIA_ENDED(self, tag=tag, media_info={"duration": self._seconds}))

    # --- inside ---

    def _deliver(self, event: Event) -> None:
        handler = getattr(self, _PROPERTY_OF[event.name])
        if handler is None:
            super()._deliver(event)
            return
        # The property's handler runs right before the listeners, so it stands first among them this once.
        listeners = self._listeners
        self._listeners = {**(listeners or {}), event.name: [handler, *(listeners or {}).get(event.name, ())]}
        try:
            super()._deliver(event)
        finally:
            self._listeners = listeners

    def _late(self, names: list[str]) -> Event | VoxsimError | None:
        lasting = {OPEN: WebSocketEvents.OPEN.plain, CLOSED: WebSocketEvents.CLOSE.plain}.get(self.ready_state)
        if lasting is not None and lasting in names:
            return self.session.last_event(self._id, (lasting,), 0)
        return SocketClosed("The WebSocket has closed already.") if self.ready_state is CLOSED else None

    def _cannot_send(self) -> str | None:
        return "the WebSocket has closed" if self.ready_state is CLOSED else None

    def _cannot_receive(self) -> str | None:
        return self._cannot_send()

    def _move(self, state: WebSocketReadyState) -> None:
        if state not in MOVES[self.ready_state]:
            raise VoxsimError(f"A WebSocket cannot go from {self.ready_state} to {state}.")
        self.ready_state = state
