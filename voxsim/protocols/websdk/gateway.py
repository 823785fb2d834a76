"""Gateway: all Web SDK clients of a platform. It lets them in, finds them again, and makes their users reachable."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from voxsim.engine.leg import Leg
from voxsim.engine.ports import Far, SocketFar
from voxsim.platform.platform import Platform
from voxsim.protocols.websdk.connection import Connection
from voxsim.protocols.websdk.credentials import Credentials
from voxsim.protocols.websdk.limits import GatewayLimits
from voxsim.protocols.websdk.media import MediaPlane, SignallingOnly
from voxsim.protocols.websdk.ringing import Ringing, Sleeping
from voxsim.protocols.websdk.statuses import Desk

if TYPE_CHECKING:
    from voxsim.engine.switch import Timer


class Socket:
    """The near end of one socket of a client: a `SocketNear` for whoever carries its texts."""

    def __init__(self, connection: Connection, far: SocketFar) -> None:
        self._connection = connection
        self._far = far

    def far_opened(self) -> None:
        """The handshake of the WebSocket is done: nothing to add."""

    def far_sent(self, text: str) -> None:
        """A text came."""
        self._connection.received(self._far, text)

    def far_closed(self, code: int, reason: str, *, clean: bool = True) -> None:
        """The socket is closed, or lost."""
        self._connection.detached(self._far)


class Gateway:
    """The clients of one platform.

    Args:
        platform: where their calls go.
        limits: what a client may ask for.
        media: makes the media of their calls.
        factor: how much faster than the gateway's seconds the switch's time goes.

    Attributes:
        connections: the clients by their ids, those whose connection is lost for the moment included.
        wakeable: the names of users whom push notifications reach when they are not logged in.
        sleeping: the calls that wait for such a user to log in, by its name.
    """

    def __init__(
        self,
        platform: Platform,
        limits: GatewayLimits | None = None,
        media: MediaPlane | None = None,
        factor: float = 1,
    ) -> None:
        self.platform = platform
        self.switch = platform.switch
        self.limits = limits or GatewayLimits()
        self.media: MediaPlane = media or SignallingOnly()
        self.credentials = Credentials(self.switch, lambda: platform.account, self.limits)
        self.connections: dict[str, Connection] = {}
        self.desk = Desk(self)
        self._factor = factor
        self.wakeable: set[str] = set()
        self.sleeping: dict[str, list[Sleeping]] = {}
        self._devices: dict[str, dict[Connection, None]] = {}

    # --- sockets ---

    def connect(self, version: int, identity: str, far: SocketFar) -> Socket | None:
        """A client has opened a socket.

        Args:
            version: of the protocol: 3 or 5.
            identity: the connection that it wants to take up again; empty for a new one.
            far: its end of the socket.

        Returns:
            The platform's end; None when there is no such connection (any more): then the client is told so, and the
            socket is closed.
        """
        connection = self.connections.get(identity) if identity else self._new(version)
        if connection is None or (identity and not connection.wire.resumable):
            self.switch.note(None, "client", "unknown connection", identity[:100], None)
            far.sent('{"type": "error"}')
            far.closed(1000, "There is no such connection")
            return None
        connection.attach(far)
        return Socket(connection, far)

    def _new(self, version: int) -> Connection:
        identity = self.switch.ids.uuid()
        connection = self.connections[identity] = Connection(self, version, identity)
        return connection

    def after(self, seconds: float, step: Callable[..., Any], *args: Any) -> Timer:
        """Do something so many of the gateway's seconds from now."""
        return self.switch.after(seconds * self._factor, step, *args)

    def stop(self) -> None:
        """Send all clients away."""
        for connection in tuple(self.connections.values()):
            connection.end("the server stops")

    # --- presence ---

    def entered(self, connection: Connection) -> None:
        """A client has logged in."""
        person = connection.person
        if person is not None:
            self._devices.setdefault(person.user.name, {})[connection] = None
            self.desk.entered(connection)
            for sleeping in self.sleeping.pop(person.user.name, ()) if connection.receives else ():
                sleeping.woken(connection)

    def forget(self, connection: Connection) -> None:
        """A client is gone for good."""
        self.connections.pop(connection.id, None)
        person = connection.person
        if person is None:
            return
        devices = self._devices.get(person.user.name, {})
        devices.pop(connection, None)
        if not devices:
            self._devices.pop(person.user.name, None)
        self.desk.left(connection)

    def devices(self, name: str) -> list[Connection]:
        """Where a user is logged in, by its name."""
        return list(self._devices.get(name, ()))

    def reach(self, leg: Leg) -> Far | None:
        """The far end of a call to a user who is logged in, or can be woken by a push notification; else None."""
        session = leg.session
        wanted = session.origin.application_id if session is not None else None
        devices = [
            one
            for one in self.devices(_user_name(leg.number))
            if one.receives and one.person is not None and wanted in (None, one.person.application.id)
        ]
        if devices:
            return Ringing(devices)
        name = _user_name(leg.number)
        return Sleeping(self, name) if leg.push_seconds is not None and name in self.wakeable else None

    def expects(self, leg: Leg) -> bool:
        """Whether the user whom a call is for could be logged in, and is not."""
        user = self.platform.account.user(name=_user_name(leg.number))
        return user is not None and bool(user.password_hash)


def _user_name(address: str) -> str:
    return address.strip().lower().removeprefix("sip:").partition("@")[0]
