"""WebSockets that scenarios open to the real network: the connection, the handshake, and then a Conversation."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Final

import trio
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, RejectConnection, Request

from voxsim.engine.http import USER_AGENT
from voxsim.server.conversation import ABNORMAL, Conversation
from voxsim.server.outbound.http import text_of
from voxsim.server.streams import PlainStream, Stream, TlsStream

if TYPE_CHECKING:
    import httpx2

    from voxsim.engine.ports import Headers, SocketFar, SocketNear
    from voxsim.server.door import Door
    from voxsim.server.limits import ServerLimits
    from voxsim.server.sweep import Sweep

_CONNECT_SECONDS: Final = 10.0
"""A WebSocket must be open after so many real seconds."""

_HEAD_BYTES: Final = 32 * 1024
_END_OF_HEAD: Final = b"\r\n\r\n"
_OF_THE_HANDSHAKE: Final = ("host", "upgrade", "connection", "sec-websocket-")


class SocketClient:
    """Opens the WebSockets of all sessions."""

    def __init__(
        self, door: Door, limits: ServerLimits, nursery: trio.Nursery, sweep: Sweep, tls: ssl.SSLContext
    ) -> None:
        self.door = door
        self.limits = limits
        self.nursery = nursery
        self.sweep = sweep
        self.tls = tls

    def open(self, url: str, protocols: tuple[str, ...], headers: Headers, near: SocketNear) -> SocketFar | None:
        """Begin to open a WebSocket; None when the URL cannot be one."""
        import httpx2

        try:
            address = httpx2.URL(url)
        except httpx2.InvalidURL:
            return None
        if address.scheme not in ("ws", "wss") or not address.host:
            return None
        outgoing = OutgoingSocket(self, near)
        self.nursery.start_soon(outgoing.run, address, _handshake(address, protocols, headers))
        return outgoing


class CannotOpen(Exception):
    """The peer did not open the WebSocket; the text says why."""


class OutgoingSocket:
    """The far end of a WebSocket that a scenario opens: first on its way, then a conversation."""

    __slots__ = ("_client", "_conversation", "_near", "_scope")

    def __init__(self, client: SocketClient, near: SocketNear) -> None:
        self._client = client
        self._near = near
        self._conversation: Conversation | None = None
        self._scope = trio.CancelScope()

    # --- the session's side ---

    def sent(self, text: str) -> None:
        """The scenario sent a text message."""
        if self._conversation is not None:
            self._conversation.sent(text)

    def closed(self, code: int, reason: str) -> None:
        """The scenario, or the end of its session, closed the socket."""
        if self._conversation is not None:
            self._conversation.closed(code, reason)
        else:
            self._scope.cancel()

    # --- the connection ---

    async def run(self, address: httpx2.URL, handshake: Request) -> None:
        """Open the socket and carry messages until it is closed."""
        stream: Stream | None = None
        with self._scope:
            try:
                with trio.fail_at(self._client.door.deadline(_CONNECT_SECONDS)):
                    stream = await _connect(address, self._client.tls)
                    conversation = await self._shake_hands(stream, handshake)
                await self._carry(conversation)
            except trio.TooSlowError:
                self._report_failure("The peer took too long to open the WebSocket")
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not harm other sessions
                self._report_failure(text_of(error))
            finally:
                if stream is not None:
                    with trio.CancelScope(shield=True):
                        await stream.close()

    async def _shake_hands(self, stream: Stream, handshake: Request) -> Conversation:
        ws = WSConnection(ConnectionType.CLIENT)
        await stream.send(ws.send(handshake))
        buffer = b""
        while True:
            head, end, buffer = buffer.partition(_END_OF_HEAD)
            if not end:
                buffer = head + await _more(stream, len(head))
                continue
            ws.receive_data(head + end)
            match next(iter(ws.events()), None):
                case AcceptConnection():
                    client = self._client
                    return Conversation(client.door, client.limits, client.nursery, stream, ws, buffer)
                case RejectConnection(status_code=status):
                    raise CannotOpen(f"The peer answered with HTTP status {status}")

    async def _carry(self, conversation: Conversation) -> None:
        """Both ends are open: tell the session, then let messages flow."""
        client = self._client
        self._conversation = conversation
        conversation.join(self._near)
        client.sweep.watched.add(conversation)
        client.door.switch.post(self._near.far_opened)
        client.door.driver.poke()
        try:
            await conversation.run()
        finally:
            client.sweep.watched.discard(conversation)

    def _report_failure(self, reason: str) -> None:
        near, door = self._near, self._client.door
        door.switch.post(lambda: near.far_closed(ABNORMAL, reason, clean=False))
        door.driver.poke()


def _handshake(address: httpx2.URL, protocols: tuple[str, ...], headers: Headers) -> Request:
    extra = [
        (name.encode("latin-1", "replace"), str(value).encode(errors="replace"))
        for name, value in headers.items()
        if not name.lower().startswith(_OF_THE_HANDSHAKE)
    ]
    if not any(name.lower() == b"user-agent" for name, _ in extra):
        extra.append((b"User-Agent", USER_AGENT.encode()))
    return Request(
        host=address.netloc.decode(),
        target=address.raw_path.decode(),
        subprotocols=[protocol for protocol in protocols if protocol],
        extra_headers=extra,
    )


async def _connect(address: httpx2.URL, tls: ssl.SSLContext) -> Stream:
    host = address.raw_host.decode()
    secure = address.scheme == "wss"
    connection = await trio.open_tcp_stream(host, address.port or (443 if secure else 80))
    if not secure:
        return PlainStream(socket.socket(fileno=connection.socket.detach()))
    encrypted: trio.SSLStream[trio.abc.Stream] = trio.SSLStream(
        connection, tls, server_hostname=host, https_compatible=True
    )
    try:
        await encrypted.do_handshake()
    except BaseException:
        await trio.aclose_forcefully(connection)
        raise
    return TlsStream(encrypted)


async def _more(stream: Stream, so_far: int) -> bytes:
    """Further bytes of the response's head."""
    data = await stream.receive()
    if not data:
        raise CannotOpen("The peer closed the connection before the WebSocket was open")
    if so_far + len(data) > _HEAD_BYTES:
        raise CannotOpen("The peer's answer has too many headers")
    return data
