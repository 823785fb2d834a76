"""SocketConnection: the handshake of a client that asks for a WebSocket on a session's URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11
import trio
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, RejectConnection, RejectData
from wsproto.events import Request as Handshake
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from voxsim.server.conversation import Conversation
from voxsim.server.streams import Stream

if TYPE_CHECKING:
    from voxsim.engine.ports import SocketNear
    from voxsim.server.door import Door
    from voxsim.server.limits import ServerLimits
    from voxsim.server.messages import Request


class BadHandshake(Exception):
    """What was asked for is no WebSocket; the text says why."""


class SocketConnection(Conversation):
    """The far end of a WebSocket of a session: a real client.

    Args:
        nursery: where what cannot be sent at once is sent from.
        stream: the connection's bytes, after the request.
        request: the request that asked for the WebSocket.
        trailing: the bytes that came right behind it.
    """

    __slots__ = ("protocols",)

    def __init__(
        self,
        door: Door,
        limits: ServerLimits,
        nursery: trio.Nursery,
        stream: Stream,
        request: Request,
        trailing: bytes = b"",
    ) -> None:
        super().__init__(door, limits, nursery, stream, WSConnection(ConnectionType.SERVER), trailing)
        try:
            self._ws.initiate_upgrade_connection(request.raw, request.target)
            event = next(iter(self._ws.events()))
        except (RemoteProtocolError, LocalProtocolError, h11.ProtocolError, ValueError) as error:
            raise BadHandshake(str(error)) from None
        self.protocols = tuple(event.subprotocols) if isinstance(event, Handshake) else ()

    def accept(self, near: SocketNear) -> None:
        """Open the socket: the session has its end of it."""
        self.join(near)
        self.open()

    def open(self) -> None:
        """Complete the handshake; what comes before somebody joins is dropped."""
        chosen = "chat" if "chat" in self.protocols else next(iter(self.protocols), None)
        self._queue(self._ws.send(AcceptConnection(subprotocol=chosen)))

    def reject(self, status: int, text: str) -> None:
        """Refuse the socket with an HTTP status."""
        body = f"{text}\n".encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        data = self._ws.send(RejectConnection(status_code=status, headers=headers, has_body=True))
        self._queue(data + self._ws.send(RejectData(data=body)))
        self._end_reading()
