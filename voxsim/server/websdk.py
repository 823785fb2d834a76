"""SdkDoor: where the Web SDK finds the platform (`/getNearestHost`) and opens its WebSocket (`/platform`).

The SDK is part of pages from anywhere, so any origin may knock: whoever comes in has a password, a key or a token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from voxsim.protocols.websdk import Gateway
from voxsim.server.messages import Request, Response
from voxsim.server.websocket import SocketConnection

if TYPE_CHECKING:
    from voxsim.server.door import Door
    from voxsim.server.limits import ServerLimits
    from voxsim.server.streams import Stream
    from voxsim.server.sweep import Sweep

NEAREST: Final = "/getNearestHost"
PLATFORM: Final = "/platform"
BALANCERS: Final = frozenset({"balancer.voximplant.com", "balancer.root.voximplant.ru"})
"""The names that the SDK asks for the nearest host; a browser can be told that they are this machine."""

_ANYBODY: Final = (("access-control-allow-origin", "*"), ("cache-control", "no-store"))
_VERSIONS: Final = {"3": 3, "5": 5}
_SUPPORTED: Final = " and ".join(_VERSIONS)


class SdkDoor:
    """The Web SDK's door into a server.

    Args:
        gateway: who is behind it.
        address: the host and port that TLS is served on, once the server listens; empty for none.
    """

    def __init__(self, gateway: Gateway, door: Door, limits: ServerLimits, nursery: trio.Nursery, sweep: Sweep) -> None:
        self.gateway = gateway
        self.address = ""
        self._door = door
        self._limits = limits
        self._nursery = nursery
        self._sweep = sweep

    def nearest(self, request: Request) -> Response:
        """Where to connect: this very server, by the name that it was asked by."""
        if request.method not in ("GET", "HEAD"):
            return Response.text(405, "Only GET is answered here.")
        host = request.authority.partition(":")[0]
        named = request.authority if request.secure and host not in BALANCERS else self.address
        if not named:
            return Response(503, b"The Web SDK connects with TLS only, and this server has none.\n", headers=_ANYBODY)
        return Response(200, named.encode(), headers=_ANYBODY)

    async def upgrade(self, request: Request, trailing: bytes, stream: Stream) -> None:
        """Carry a client's WebSocket until it is closed.

        Raises:
            BadHandshake: what was asked for is no WebSocket.
        """
        socket = SocketConnection(self._door, self._limits, self._nursery, stream, request, trailing)
        version = _VERSIONS.get(request.parameter("version"))
        if version is None:
            socket.reject(400, f"The versions of the Web SDK's protocol are {_SUPPORTED}, as in {PLATFORM}?version=5.")
        else:
            await self._door.call(self._welcome, socket, version, request.parameter("id"))
        self._sweep.watched.add(socket)
        try:
            await socket.run()
        finally:
            self._sweep.watched.discard(socket)

    def _welcome(self, socket: SocketConnection, version: int, identity: str) -> None:
        socket.open()
        near = self.gateway.connect(version, identity, socket)
        if near is not None:
            socket.join(near)
