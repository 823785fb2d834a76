"""WebSocket: a socket of the session, made by the scenario or opened to the session's URL.

Text messages, and media in both directions as frames (`engine.frames`) of streams (`engine.streams`). The peer is a
port: a scripted one, or a real connection. Its ready states are in `MOVES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from voxsim.engine import frames
from voxsim.engine.command import Options, command
from voxsim.engine.media import MediaUnit, SendMedia, Sound
from voxsim.engine.ports import SocketFar
from voxsim.engine.samples import silence
from voxsim.engine.streams import Incoming, Outgoing
from voxsim.engine.units.socketevents import WebSocketEvents
from voxsim.vocabulary.declare import Event, signature, unit
from voxsim.vocabulary.enums import WebSocketCloseCode, WebSocketReadyState
from voxsim.vocabulary.errors import SocketClosed, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session

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
        self._inbound: dict[str | None, Incoming] = {}
        self._outbound: dict[MediaUnit, Outgoing] = {}
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
        for name, stream in tuple(self._inbound.items()):
            if tag is None or tag == name:
                stream.clear(now)
                (self._end_inbound if stream.over else self._arm_silence)(stream)
        for sink, how in tuple((self._sinks or {}).items()):
            if tag is None or how.tag in (None, tag):
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
            case frames.Media(tag, payload) if (stream := self._inbound.get(tag)) is not None and not stream.over:
                self._take(stream, payload)
            case frames.Stop(tag) if (stream := self._inbound.get(tag)) is not None and not stream.over:
                self._end_inbound(stream)
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
        for stream in tuple(self._inbound.values()):
            stream.clear(self.session.switch.now)
            self._end_inbound(stream)
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
            self._outbound[origin].hear(sound)

    def _takes_samples(self) -> bool:
        return True

    def hear_flow(self, origin: MediaUnit) -> None:
        """Silence does, too, where silence is sent."""
        if origin in self._outbound and self.session.switch.voices.steady:
            self._outbound[origin].hear(None)

    def _write_frame(self, make: Callable[[int], str]) -> None:
        """Send the frame that is made with the next sequence number, while the socket is open."""
        if self.ready_state is OPEN:
            number, self._number = self._number, self._number + 1
            self._write(make(number))

    def _stream_begins(self, source: MediaUnit, how: SendMedia) -> None:
        if self.ready_state is OPEN:
            self._open_stream(source)

    def _open_stream(self, source: MediaUnit) -> None:
        how = (source._sinks or {}).get(self)
        if how is None:
            return
        encoding = frames.encoding_of(how.encoding)
        if not encoding.sample_bytes:
            self.session.warn("sendMediaTo: voxsim has no Opus encoder; the peer gets packets of silence.", source._id)
        stream = frames.OutgoingStream(how.tag or source._id, encoding, how.custom_parameters)
        self._outbound[source] = outgoing = Outgoing(self, source, stream)
        self.session.note("websocket", "media start", self._id, {"tag": stream.tag, "from": source._id})
        outgoing.begin()

    def _stream_ends(self, source: MediaUnit, how: SendMedia) -> None:
        outgoing = self._outbound.pop(source, None)
        if outgoing is not None:
            facts = outgoing.end()
            if self.ready_state is OPEN:
                self.session.note("websocket", "media stop", self._id, facts)

    def _write(self, text: str) -> None:
        if self._far is not None:
            self._far.sent(text)

    # --- media from the peer ---

    def _begin_inbound(self, start: frames.Start) -> None:
        if (before := self._inbound.get(start.tag)) is not None:
            self._end_inbound(before)
        self._inbound[start.tag] = stream = Incoming(start.tag, start.encoding, self.session.switch.now)
        parameters = start.custom_parameters if isinstance(start.custom_parameters, dict) else None
        self.emit(
            WebSocketEvents.MEDIA_STARTED(
                self, tag=start.tag, encoding=start.given_encoding, custom_parameters=parameters
            )
        )
        self._arm_silence(stream)

    def _take(self, stream: Incoming, payload: bytes) -> None:
        now = self.session.switch.now
        seconds = self.session.switch.limits.websocket_buffer_seconds
        dropped = stream.dropped
        begins, taken = stream.take(payload, now, int(seconds * 1_000_000), self._id)
        if stream.dropped and not dropped:
            self.session.limit("websocket_buffer_seconds", seconds, self._id)
        if not taken:
            return
        sinks = [sink for sink, how in (self._sinks or {}).items() if how.tag in (None, stream.tag)]
        if any(sink._takes_samples() for sink in sinks):
            stream.keep(taken, now)
        if begins and stream.sound is not None:
            for sink in sinks:
                sink.hear(stream.sound, self)
        if stream.sound is not None:
            chunk = stream.encoding, taken
            for sink in sinks:
                sink.hear_more(stream.sound, self, stream.plays_until, chunk)
        self._arm_silence(stream)

    def _sounding_to(self, sink: MediaUnit) -> Sound | None:
        """A sink that named a tag hears the stream of that tag; others hear what began last."""
        how, now = (self._sinks or {}).get(sink), self.session.switch.now
        heard = [
            sound
            for stream in self._inbound.values()
            if how is not None and how.tag in (None, stream.tag) and (sound := stream.sounding(now)) is not None
        ]
        return max(heard, key=lambda sound: sound.started, default=None)

    def _sounds_until(self, sound: Sound) -> int | None:
        playing = (stream.plays_until for stream in self._inbound.values() if stream.sound is sound)
        return next(playing, self.session.switch.now)

    def _samples(self, sound: Sound, encoding: frames.Encoding, position: int, milliseconds: float) -> bytes:
        for stream in self._inbound.values():
            if stream.sound is sound:
                return stream.samples(encoding, position, milliseconds)
        return silence(encoding, encoding.samples_of(round(milliseconds * 1000)))

    def _arm_silence(self, stream: Incoming) -> None:
        """Report the end of the stream one second after its last audio has been played."""
        if stream.clock is not None:
            stream.clock.cancel()
        switch = self.session.switch
        quiet = int(switch.limits.websocket_silence_seconds * 1_000_000)
        stream.clock = switch.at(max(stream.plays_until, switch.now) + quiet, self._fall_silent, stream)

    def _fall_silent(self, stream: Incoming) -> None:
        """Nothing has come for a while: the stream is reported as ended, but audio that comes later belongs to it."""
        if not stream.silent:
            stream.silent = True
            self._report_end(stream)

    def _end_inbound(self, stream: Incoming) -> None:
        """No more comes of it; what is buffered plays nevertheless."""
        if stream.clock is not None:
            stream.clock.cancel()
        if not stream.silent and not stream.over:
            self._report_end(stream)
        stream.over = True
        switch = self.session.switch
        if stream.sounding(switch.now) is None:
            self._forget(stream)
        else:
            stream.clock = switch.at(stream.plays_until, self._forget, stream)

    def _forget(self, stream: Incoming) -> None:
        if self._inbound.get(stream.tag) is stream:
            del self._inbound[stream.tag]

    def _report_end(self, stream: Incoming) -> None:
        self._seconds += round(stream.received / 1_000_000)
        facts = {"tag": stream.tag, "ms": stream.received // 1000, "droppedMs": stream.dropped // 1000}
        self.session.note("websocket", "media received", self._id, facts)
        stream.received = stream.dropped = 0
        self.emit(WebSocketEvents.MEDIA_ENDED(self, tag=stream.tag, media_info={"duration": self._seconds}))

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
