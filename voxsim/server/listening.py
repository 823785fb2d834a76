"""Listening: sockets that accept clients, plain and with TLS, and the tunnel that a proxy's client asks for.

Each client has a task of its own in one nursery. Clients beyond the limit are told so and closed. When the server is
asked to stop, what is under way is answered, and idle connections are closed.
"""

from __future__ import annotations

import errno
import socket
import ssl
from typing import TYPE_CHECKING, Final

import trio

from voxsim.protocols.gate import CLIENT_HOSTS, host_of
from voxsim.server.connection import Connection, Handler, Upgrade
from voxsim.server.streams import LOST, Adopted, PlainStream, Stream, TlsStream
from voxsim.vocabulary.errors import ConfigurationError

if TYPE_CHECKING:
    from voxsim.server.door import Door
    from voxsim.server.limits import ServerLimits
    from voxsim.server.sweep import Sweep

_FULL: Final = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TUNNEL: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"
_NO_TUNNEL: Final = b"HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_BACKLOG: Final = 1024


class Listening:
    """The server's listeners and its clients.

    Args:
        handler, upgrade: the server's routes, for requests and for WebSockets.
        sweep: finds clients that are too slow.
        tls: the server's certificate, or None: then there is no TLS.
    """

    def __init__(
        self,
        door: Door,
        limits: ServerLimits,
        nursery: trio.Nursery,
        handler: Handler,
        upgrade: Upgrade,
        sweep: Sweep,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._door = door
        self._limits = limits
        self._nursery = nursery
        self._handler = handler
        self._upgrade = upgrade
        self._sweep = sweep
        self._tls = tls
        self._clients: set[Connection] = set()
        self._open = 0
        self._accepting: list[trio.CancelScope] = []
        self._empty = trio.Event()

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return self._open

    async def listen(self, host: str, port: int, *, secure: bool) -> int:
        """Begin to accept clients; returns the port, which the system chooses when 0 is asked for.

        Raises:
            ConfigurationError: the address cannot be listened on.
        """
        try:
            listeners = await trio.open_tcp_listeners(port, host=host, backlog=_BACKLOG)
        except OSError as error:
            reason = "it is in use" if error.errno == errno.EADDRINUSE else (error.strerror or str(error)).lower()
            advice = "Choose another port, or 0 for any that is free."
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                advice = "The address has to be one of this machine's."
            raise ConfigurationError(f"Cannot listen on {host}:{port}: {reason}. {advice}") from None
        for extra in listeners[1:]:
            await extra.aclose()
        listener = listeners[0]
        self._nursery.start_soon(self._accept, listener, secure)
        return int(listener.socket.getsockname()[1])

    async def stop(self, seconds: float) -> None:
        """Accept nobody any more, answer what is under way for so many real seconds, and drop the rest."""
        for scope in self._accepting:
            scope.cancel()
        for client in tuple(self._clients):
            client.stop()
        if self._open:
            with trio.move_on_at(self._door.deadline(seconds)):
                await self._empty.wait()

    async def _accept(self, listener: trio.SocketListener, secure: bool) -> None:
        with listener.socket, trio.CancelScope() as scope:
            self._accepting.append(scope)
            while True:
                try:
                    accepted = await listener.accept()
                except OSError as error:
                    if error.errno not in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                        raise
                    # No descriptor is free just now: those who wait in the backlog are served when one is.
                    await trio.sleep(0.1 * self._door.factor)
                    continue
                raw = socket.socket(fileno=accepted.socket.detach())
                if self._open >= self._limits.connections:
                    _turn_away(raw)
                    continue
                self._open += 1
                self._nursery.start_soon(self._serve, raw, secure)

    async def _serve(self, raw: socket.socket, secure: bool) -> None:
        stream: Stream = PlainStream(raw)
        try:
            if secure:
                tls = await self._handshake(trio.SocketStream(trio.socket.from_stdlib_socket(raw)))
                if tls is None:
                    raw.close()
                    return
                stream = tls
            else:
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._converse(stream, secure=secure, tunnel=not secure and self._tls is not None)
        finally:
            with trio.CancelScope(shield=True):
                await stream.close()
            self._open -= 1
            if not self._open:
                self._empty.set()
                self._empty = trio.Event()

    async def _converse(self, stream: Stream, *, secure: bool, tunnel: bool) -> None:
        """Serve one client over a stream."""
        client = Connection(
            self._door,
            self._limits,
            stream,
            secure=secure,
            handler=self._handler,
            upgrade=self._upgrade,
            tunnel=self._through if tunnel else None,
        )
        self._clients.add(client)
        self._sweep.watched.add(client)
        try:
            await client.run()
        finally:
            self._clients.discard(client)
            self._sweep.watched.discard(client)

    async def _handshake(self, transport: trio.abc.Stream) -> TlsStream | None:
        """Begin TLS; None when the client does not manage it in time."""
        if self._tls is None:
            return None
        stream = trio.SSLStream(transport, self._tls, server_side=True, https_compatible=True)
        with trio.move_on_at(self._door.deadline(self._limits.handshake_seconds)):
            try:
                await stream.do_handshake()
            except LOST:
                return None
            return TlsStream(stream)
        return None

    async def _through(self, authority: str, stream: Stream, before: bytes) -> None:
        """A client that takes this server for its proxy wants a tunnel to a host; the host is this server, too."""
        if host_of(authority) not in CLIENT_HOSTS:
            await stream.send(_NO_TUNNEL)
            return
        await stream.send(_TUNNEL)
        tls = await self._handshake(Adopted(stream, before))
        if tls is not None:
            await self._converse(tls, secure=True, tunnel=False)


def _turn_away(raw: socket.socket) -> None:
    """Tell a client that there are too many, without waiting for it."""
    with raw:
        raw.setblocking(False)
        try:
            raw.send(_FULL)
        except OSError:
            return
