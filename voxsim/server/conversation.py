"""Conversation: an open WebSocket, from either end, as wsproto reads and writes it.

Text messages go to the session's end in the order in which they arrive; what the scenario answers to one batch of bytes
goes out in one piece. A peer that does not read is dropped before it fills the memory. How the WebSocket came to be is
not known here: a client may have asked for it, or a scenario.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import trio
from wsproto import WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from voxsim.server.streams import LOST, Stream

if TYPE_CHECKING:
    from voxsim.engine.ports import SocketNear
    from voxsim.server.door import Door
    from voxsim.server.limits import ServerLimits

ABNORMAL: Final = 1006
PROTOCOL_ERROR: Final = 1002
UNSUPPORTED: Final = 1003
POLICY: Final = 1008
TOO_LARGE: Final = 1009


class Conversation:
    """The far end of a WebSocket of a session: a real peer.

    Args:
        nursery: where what cannot be sent at once is sent from.
        stream: the connection's bytes, after the handshake's request or response.
        ws: what reads and writes frames.
        trailing: the bytes that came right behind the handshake.
    """

    __slots__ = (
        "_closing_since",
        "_door",
        "_flushed",
        "_flushing",
        "_in_batch",
        "_limits",
        "_message",
        "_near",
        "_nursery",
        "_outgoing",
        "_pinged",
        "_reading",
        "_scope",
        "_since",
        "_size",
        "_stream",
        "_trailing",
        "_ws",
    )

    def __init__(
        self,
        door: Door,
        limits: ServerLimits,
        nursery: trio.Nursery,
        stream: Stream,
        ws: WSConnection,
        trailing: bytes = b"",
    ) -> None:
        self._door = door
        self._limits = limits
        self._nursery = nursery
        self._stream = stream
        self._ws = ws
        self._trailing = trailing
        self._near: SocketNear | None = None
        self._outgoing = bytearray()
        self._message: list[str] = []
        self._size = 0
        self._flushing = self._in_batch = self._pinged = False
        self._flushed: trio.Event | None = None
        self._reading = True
        self._since = time.monotonic()
        self._closing_since: float | None = None
        self._scope = trio.CancelScope()

    def join(self, near: SocketNear) -> None:
        """The session's end, which is told what the peer does."""
        self._near = near

    async def run(self) -> None:
        """Carry messages until the socket is closed. The caller closes the stream."""
        try:
            with self._scope:
                await self._read()
        except LOST:
            pass
        finally:
            self._gone(ABNORMAL, "Connection lost", clean=False)

    # --- the session's side ---

    def sent(self, text: str) -> None:
        """The scenario sent a text message."""
        if self._ws.state is ConnectionState.OPEN:
            # Half of a surrogate pair cannot travel as UTF-8: it becomes a question mark.
            self._queue(self._ws.send(TextMessage(data=text.encode("utf-8", "replace").decode())))

    def sent_all(self, texts: Iterable[str]) -> None:
        """Several text messages, which go out in one piece."""
        self._in_batch = True
        try:
            for text in texts:
                self.sent(text)
        finally:
            self._in_batch = False
        self._flush_soon()

    def closed(self, code: int, reason: str) -> None:
        """The scenario, or the end of its session, closed the socket."""
        self._near = None
        if self._ws.state is ConnectionState.OPEN:
            self._close(code, reason)

    # --- reading ---

    async def _read(self) -> None:
        if self._reading and self._trailing:
            self._take_batch(self._trailing)
        while self._reading:
            data = await self._stream.receive()
            if not data:
                return
            self._since = time.monotonic()
            self._pinged = False
            self._take_batch(data)
        await self._leave()

    def _take_batch(self, data: bytes) -> None:
        """What the scenario answers to these bytes goes out in one piece."""
        self._in_batch = True
        try:
            self._take(data)
            self._door.driver.poke()
        finally:
            self._in_batch = False
        self._flush_soon()

    def _end_reading(self) -> None:
        """Nothing that the peer still sends has a meaning."""
        self._reading = False
        self._closing_since = time.monotonic()

    async def _leave(self) -> None:
        """Send what still waits, then let the peer hang up: a connection closed over unread bytes would be reset."""
        await self._flush_all()
        await self._stream.finish()
        while await self._stream.receive():
            continue

    def check(self, now: float) -> None:
        """Ask a silent peer whether it is still there; drop one that does not answer."""
        waited = now - self._since
        if self._closing_since is not None:
            if now - self._closing_since > self._limits.closing_seconds:
                self._drop()
        elif waited > 2 * self._limits.ping_seconds:
            self._drop()
        elif waited > self._limits.ping_seconds and not self._pinged:
            self._pinged = True
            self._queue(self._ws.send(Ping()))

    def _take(self, data: bytes) -> None:
        """Hand what these bytes hold to the session."""
        try:
            self._ws.receive_data(data)
            for event in self._ws.events():
                match event:
                    case TextMessage(data=text):
                        self._take_text(text, complete=event.message_finished)
                    case BytesMessage():
                        self._refuse(UNSUPPORTED, "Only text messages are supported")
                    case Ping():
                        if self._ws.state is ConnectionState.OPEN:
                            self._queue(self._ws.send(event.response()))
                    case Pong():
                        pass
                    case CloseConnection():
                        self._take_close(event)
        except RemoteProtocolError:
            self._refuse(PROTOCOL_ERROR, "Protocol error")
            self._end_reading()

    def _take_close(self, close: CloseConnection) -> None:
        """The peer closed or answered our close; or what it sent is no frame, which wsproto tells with a close, too."""
        match self._ws.state:
            case ConnectionState.REMOTE_CLOSING:
                self._queue(self._ws.send(close.response()))
                self._gone(close.code, close.reason or "", clean=True)
            case ConnectionState.OPEN:
                self._refuse(int(close.code), close.reason or "Protocol error")
        self._end_reading()

    def _take_text(self, text: str, *, complete: bool) -> None:
        if self._ws.state is not ConnectionState.OPEN:
            return
        self._size += len(text) if text.isascii() else len(text.encode())
        if self._size > self._limits.message_bytes:
            self._refuse(TOO_LARGE, f"A message may have {self._limits.message_bytes} bytes")
            return
        if not complete:
            if text:
                self._message.append(text)
            return
        if self._message:
            text = "".join((*self._message, text))
            self._message.clear()
        self._size = 0
        if self._near is not None:
            self._door.switch.post(self._near.far_sent, text)

    def _refuse(self, code: int, reason: str) -> None:
        """The peer broke a rule: answer what came before that, and close."""
        self._door.driver.poke()
        if self._ws.state is ConnectionState.OPEN:
            self._close(code, reason)
        self._gone(code, reason, clean=False)

    def _close(self, code: int, reason: str) -> None:
        try:
            # A close frame has room for 123 bytes of reason; some codes may not travel in one at all.
            fitting = reason.encode()[:123].decode(errors="ignore")
            self._queue(self._ws.send(CloseConnection(code=code, reason=fitting)))
        except LocalProtocolError:
            self._queue(self._ws.send(CloseConnection(code=1000)))
        self._closing_since = time.monotonic()

    def _gone(self, code: int, reason: str, *, clean: bool) -> None:
        """Tell the session that the peer is gone, once."""
        near, self._near = self._near, None
        if near is not None:
            switch = self._door.switch
            switch.post(lambda: near.far_closed(code, reason, clean=clean))
            self._door.driver.poke()

    # --- writing ---

    def _queue(self, data: bytes) -> None:
        self._outgoing += data
        if len(self._outgoing) > self._limits.waiting_bytes:
            self._drop()
            self._gone(POLICY, "The peer does not read what is sent to it", clean=False)
        elif not self._in_batch:
            self._flush_soon()

    def _flush_soon(self) -> None:
        """Send what waits: at once when the connection takes it, else from a task of its own."""
        if self._flushing or not self._outgoing:
            return
        try:
            sent = self._stream.send_now(bytes(self._outgoing))
        except OSError:
            self._outgoing.clear()
            return
        del self._outgoing[:sent]
        if self._outgoing:
            self._flushing = True
            self._nursery.start_soon(self._flush)

    async def _flush(self) -> None:
        try:
            while self._outgoing:
                data = bytes(self._outgoing)
                self._outgoing.clear()
                with trio.CancelScope(deadline=self._door.deadline(self._limits.send_seconds)) as scope:
                    await self._stream.send(data)
                if scope.cancelled_caught:
                    self._drop()
                    return
        except LOST:
            self._outgoing.clear()
        finally:
            self._flushing = False
            if self._flushed is not None:
                self._flushed.set()

    def _drop(self) -> None:
        """Give the peer up."""
        self._outgoing.clear()
        self._scope.cancel()

    async def _flush_all(self) -> None:
        """Before the stream is closed: let go out what still waits."""
        with trio.move_on_at(self._door.deadline(self._limits.closing_seconds)):
            if self._flushing:
                self._flushed = trio.Event()
                await self._flushed.wait()
