"""Server: one platform with all its doors open, from the first listener to the last written session.

It moves the engine in real time, serves its routes, and ends by the platform's rules: sessions that are asked to stop
still get Terminating and Terminated, and are written down.
"""

from __future__ import annotations

import contextlib
import ssl
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import attrs
import trio

from voxsim.platform.commands import ManagementError
from voxsim.protocols.gate import Gate
from voxsim.protocols.management import Verifier, authenticate
from voxsim.protocols.websdk import Gateway, MediaPlane
from voxsim.server.audio import Speech
from voxsim.server.calls import Calls
from voxsim.server.door import Door
from voxsim.server.limits import ServerLimits
from voxsim.server.listening import Listening
from voxsim.server.messages import Request, Response
from voxsim.server.phone import PAGE as PHONE
from voxsim.server.phone import Phone
from voxsim.server.phone.package import Package
from voxsim.server.records import Records
from voxsim.server.routes import Attend, Management, Routes
from voxsim.server.shelf import PREFIX as RECORDS
from voxsim.server.shelf import Shelf
from voxsim.server.sweep import Sweep
from voxsim.server.websdk import SdkDoor
from voxsim.vocabulary.codes import FinishReason

if TYPE_CHECKING:
    from voxsim.parties.mediaentry import MediaEntry
    from voxsim.parties.world import World
    from voxsim.platform.storage import Storage


@attrs.frozen(kw_only=True)
class Address:
    """Where to listen. A port of 0 lets the system choose; `secure_port` is None for no TLS."""

    host: str = "127.0.0.1"
    port: int = 12092
    secure_port: int | None = 12093


class Server:
    """The platform behind sockets.

    Args:
        world: the platform and its outside; its pace must be real time, or a multiple of it.
        storage: where sessions are written.
        gate: the names by which clients may ask for this server.
        tls: the certificate; None for no TLS.
        folder: where the files of recordings are kept; None for one that is gone with the server.
        media: how calls of the Web SDK get real audio; None for none.
        package: where the Web SDK for the page with the phone is.

    Attributes:
        muted: why they have none, in words; empty when they have.
        management: answers the management API; the caller sets it before the server runs.
        keys: knows the service accounts' keys; the caller sets it, too.
        more: answers what else the server is asked for, by the beginning of the path.
        free: the same, for those who know a path that cannot be guessed.
        sockets: carries WebSockets that are no session's, by the beginning of the path.
        last: what is waited for, within the server's bounded time, when all sessions have ended.
        url, secure_url: the beginnings of all URLs, once the server listens.
    """

    def __init__(
        self,
        world: World,
        storage: Storage,
        *,
        limits: ServerLimits | None = None,
        gate: Gate | None = None,
        tls: ssl.SSLContext | None = None,
        folder: Path | None = None,
        media: MediaEntry | None = None,
        package: Package | None = None,
    ) -> None:
        self.world = world
        self.door = Door(world.driver)
        self.management: Management = _no_management
        self.keys: Verifier | None = None
        self.more: dict[str, Management] = {}
        self.free: dict[str, Management] = {}
        self.sockets: dict[str, Attend] = {}
        self.last: list[Callable[[], Awaitable[None]]] = []
        self.url = self.secure_url = ""
        self.gateway: Gateway
        self.sdk: SdkDoor
        self.records: Records
        self.shelf: Shelf
        self.nursery: trio.Nursery
        self._storage = storage
        self._limits = limits or ServerLimits()
        self._gate = gate or Gate()
        self._tls = tls
        self._folder = folder
        self._media = media
        self._package = package or Package()
        self.muted = ""
        self.sample_destination = "100"
        self._stop = trio.Event()
        self._over = False

    async def run(self, address: Address, ready: Callable[[], None]) -> None:
        """Serve until `stop()`; `ready` is called when clients can connect.

        Raises:
            ConfigurationError: an address cannot be listened on.
        """
        with contextlib.ExitStack() as stack:
            folder = self._folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voxsim-")))
            await self._serve(folder, address, ready)

    async def _serve(self, folder: Path, address: Address, ready: Callable[[], None]) -> None:
        async with trio.open_nursery() as nursery, trio.open_nursery() as clients:
            self.nursery = nursery
            self.records = Records(self.world, self._storage, nursery)
            switch = self.world.switch
            switch.voices = speech = Speech(self.door, nursery, switch.sounds)
            self.shelf = switch.recordings = await self._shelf(folder, speech, nursery)
            sweep = Sweep()
            self.sdk = self._sdk(sweep, await self._sound(nursery))
            routes = self._routes(nursery, sweep)
            listening = Listening(self.door, self._limits, clients, routes.answer, routes.upgrade, sweep, self._tls)
            await self._listen(listening, address)
            nursery.start_soon(self._drive)
            nursery.start_soon(sweep.run, self.door)
            ready()
            await self._stop.wait()
            await self._end_sessions()
            await self.door.call(self.gateway.stop)
            await listening.stop(self._limits.stop_seconds)
            clients.cancel_scope.cancel()
            nursery.cancel_scope.cancel()

    def stop(self) -> None:
        """End all sessions by the platform's rules, within a bounded time, and stop serving."""
        self._stop.set()

    def _routes(self, nursery: trio.Nursery, sweep: Sweep) -> Routes:
        return Routes(
            door=self.door,
            gate=self._gate,
            limits=self._limits,
            nursery=nursery,
            sweep=sweep,
            management=self._manage,
            more=self.more,
            free=self.free,
            sockets=self.sockets,
            calls=Calls(self.door, self.world),
            records=self.records,
            shelf=self.shelf,
            sdk=self.sdk,
            phone=Phone(self.world.platform.account, self._package, lambda: self.sdk.address, lambda: self.muted),
            welcome=self._welcome,
        )

    async def _sound(self, nursery: trio.Nursery) -> MediaPlane | None:
        """The media of Web SDK calls, if they are to have any and can."""
        if self._media is None or self._tls is None:
            return None
        if self.door.factor != 1:
            self.muted = "it flows in real time only"
            return None
        try:
            from voxsim.server.media import Media
        except ModuleNotFoundError:
            self.muted = "for it: pip install 'voxsim[media]'"
            return None
        media = Media(self.door, self._media)
        await media.listen(nursery)
        return media

    def _sdk(self, sweep: Sweep, media: MediaPlane | None) -> SdkDoor:
        """The door of Web SDK clients; from now on calls to users find those who are logged in."""
        world = self.world
        self.gateway = Gateway(world.platform, media=media, factor=self.door.factor)
        world.directory.presence = self.gateway
        return SdkDoor(self.gateway, self.door, self._limits, self.nursery, sweep)

    async def _shelf(self, folder: Path, voices: Speech, nursery: trio.Nursery) -> Shelf:
        switch = self.world.switch
        shelf = Shelf(folder, self._storage, voices, nursery, now=lambda: switch.unix_time, admits=self._admits)
        await shelf.open()
        return shelf

    def _admits(self, request: Request) -> bool:
        """Whether a request may have what the management API would give it."""
        scheme, _, token = request.header("authorization").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else ""
        try:
            authenticate(self.world.platform.account, self.keys, bearer, dict(parse_qsl(request.query)), time.time())
        except ManagementError:
            return False
        return True

    async def _manage(self, request: Request) -> Response:
        return await self.management(request)

    async def _listen(self, listening: Listening, address: Address) -> None:
        host = f"[{address.host}]" if ":" in address.host else address.host
        port = await listening.listen(address.host, address.port, secure=False)
        # Clients on this machine reach a server that listens everywhere by its local name.
        shown = "127.0.0.1" if host in ("0.0.0.0", "[::]") else host  # noqa: S104 - compared, not bound
        self.url = f"http://{shown}:{port}"
        self.secure_url = ""
        if address.secure_port is not None and self._tls is not None:
            port = await listening.listen(address.host, address.secure_port, secure=True)
            self.secure_url = f"https://{shown}:{port}"
            self.sdk.address = f"{shown}:{port}"
        self.world.platform.origin = attrs.evolve(
            self.world.platform.origin,
            access_url=f"{self.url}/request/{{session}}/{{secret}}",
            access_secure_url=f"{self.secure_url or self.url}/request/{{session}}/{{secret}}",
            log_url=f"{self.url}/logs/{{session}}.log?sessionid={{number}}",
            record_url=f"{self.url}{RECORDS}{{path}}?record_id={{number}}",
        )

    async def _drive(self) -> None:
        """Move the engine until the server is over. An error of voxsim's own must not take the other sessions along."""
        driver = self.world.driver
        with driver.outside():
            while not self._over:
                try:
                    await driver.run(lambda: self._over)
                except Exception as error:  # noqa: BLE001
                    print(f"voxsim: internal error, {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
                    await trio.lowlevel.checkpoint()  # one that comes again and again keeps nobody else from his turn

    async def _end_sessions(self) -> None:
        """End every session, and wait for a bounded time until each has had its Terminated and is written."""
        await self.door.call(self._ask_to_end)
        with trio.move_on_at(self.door.deadline(self._limits.stop_seconds)):
            await self.records.all_written()
            await self.shelf.all_kept()
            self.door.switch.catch_up()
            for last in self.last:
                await last()

    def _ask_to_end(self) -> None:
        self.world.platform.call_lists.pause()
        for session in tuple(self.door.switch.sessions.values()):
            session.end(FinishReason.ADMINISTRATIVE)

    def _welcome(self) -> str:
        rules = ", ".join(rule.name for rule in self.world.platform.account.rules) or "none"
        return (
            "voxsim, the Voximplant platform on this machine.\n\n"
            f"Rules: {rules}\n"
            f'Place a call:         curl {self.url}/calls -d \'{{"to": "{self.sample_destination}"}}\'\n'
            f"The management API:   {self.url}/platform_api/<Method>/\n"
            f"A phone in a browser: {self.secure_url or self.url}{PHONE}\n"
        )


async def _no_management(request: Request) -> Response:
    return Response(404)
