"""RealWeb: the real network, as scenarios' requests, WebSockets and mails meet it.

Certificates are verified. Proxies that the environment names are not used: they are meant for the clients of this
server, and may lead right back to it.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import trio

from voxsim.server.door import Door
from voxsim.server.limits import ServerLimits
from voxsim.server.outbound.http import HttpClient
from voxsim.server.outbound.mail import Mailer
from voxsim.server.outbound.sockets import SocketClient
from voxsim.server.sweep import Sweep
from voxsim.vocabulary.errors import ConfigurationError

if TYPE_CHECKING:
    from voxsim.driver import Driver
    from voxsim.engine.http import HttpRequest
    from voxsim.engine.ports import Asker, Headers, SocketFar, SocketNear

_KEPT: Final = 100
_KEPT_SECONDS: Final = 15.0


class RealWeb:
    """A `Web` that leads outside. Make it with `RealWeb.opened`.

    The engine's own clocks end requests that take too long, so the pace of scenario time is theirs, too.
    """

    def __init__(self, http: HttpClient, sockets: SocketClient, mailer: Mailer) -> None:
        self._http = http
        self._sockets = sockets
        self._mailer = mailer

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(
        cls, driver: Driver, *, ca_file: str | Path | None = None, limits: ServerLimits | None = None
    ) -> AsyncIterator[RealWeb]:
        """The network while the context lasts; whatever is under way at its end is dropped.

        Args:
            driver: moves the engine, in real time or a multiple of it.
            ca_file: certificates in PEM form to trust beside the system's.
            limits: what a peer may ask of its WebSocket.

        Raises:
            ConfigurationError: the `net` extra is not installed, or the file holds no certificates.
        """
        try:
            import httpx2
        except ModuleNotFoundError:
            raise ConfigurationError(
                "The real network needs httpx2, which is not installed: pip install 'voxsim[net]'."
            ) from None
        door, tls = Door(driver), _tls(ca_file)
        pool = httpx2.Limits(max_connections=None, max_keepalive_connections=_KEPT, keepalive_expiry=_KEPT_SECONDS)
        transport = httpx2.AsyncHTTPTransport(verify=tls, limits=pool)
        sweep = Sweep()
        async with transport, trio.open_nursery() as nursery:
            nursery.start_soon(sweep.run, door)
            try:
                yield cls(
                    HttpClient(door, nursery, transport),
                    SocketClient(door, limits or ServerLimits(), nursery, sweep, tls),
                    Mailer(door, nursery, tls),
                )
            finally:
                nursery.cancel_scope.cancel()

    def fetch(self, request: HttpRequest, asker: Asker) -> None:
        """Carry out one request."""
        self._http.fetch(request, asker)

    def send_mail(self, mail: Mapping[str, Any], done: Callable[[int, str | None], None]) -> None:
        """Send one mail."""
        self._mailer.send(mail, done)

    def open_socket(self, url: str, protocols: tuple[str, ...], headers: Headers, near: SocketNear) -> SocketFar | None:
        """Connect a WebSocket."""
        return self._sockets.open(url, protocols, headers, near)


def _tls(ca_file: str | Path | None) -> ssl.SSLContext:
    """How certificates of peers are verified: the system's authorities, and those of a file."""
    import httpx2

    context = httpx2.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(f"{ca_file} holds no certificates in PEM form that can be read: {error}") from None
    return context
