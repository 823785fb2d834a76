"""Project: what a configuration describes, built and ready to be served. The account, its world, and what is kept.

All that lasts stands in `.voxsim` beside the scenarios: the storage, the certificate, the public halves of keys.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Final

import attrs
import trio

from voxsim.driver import Pace
from voxsim.parties.configuration import load_configuration
from voxsim.parties.entries import Configuration
from voxsim.parties.furnishing import furnished
from voxsim.parties.world import World
from voxsim.platform.account import Account
from voxsim.platform.commands import Context
from voxsim.platform.commands.secrets import load_secrets
from voxsim.platform.commands.users import load_users
from voxsim.platform.keys import Keys
from voxsim.platform.sqlite import SQLite
from voxsim.platform.storage import Memory, Storage
from voxsim.protocols.gate import Gate
from voxsim.protocols.management import Management
from voxsim.server.feeds import CallEvents
from voxsim.server.keeper import Keeper
from voxsim.server.messages import Request, Response
from voxsim.server.phone.package import NAME as SDK
from voxsim.server.phone.package import Package
from voxsim.server.server import Server
from voxsim.vocabulary.errors import ConfigurationError

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.server.certificates import Authority

FOLDER: Final = ".voxsim"
_LOOSE_RECORDS: Final = 1000
_SETTINGS: Final = "server"


@attrs.define(eq=False)
class Project:
    """Something to serve.

    Attributes:
        folder: where is kept what lasts; None keeps nothing.
        authority: makes the certificate; None for no TLS.
        names: further host names of the server.
        network: whether scenarios reach the real network; `record` keeps what it answers.
        replay: answer scenarios from such a file instead.
        package: where the Web SDK for the page with the phone is.
    """

    configuration: Configuration
    world: World
    folder: Path | None
    authority: Authority | None
    names: tuple[str, ...] = ()
    network: bool = False
    record: Path | None = None
    replay: Path | None = None
    package: Package = attrs.field(factory=Package)

    @classmethod
    def opened(
        cls,
        place: Path,
        *,
        pace: str | None = None,
        memory: bool = False,
        tls: bool = True,
        names: Iterable[str] = (),
        web_sdk: Path | None = None,
    ) -> Project:
        """Read what is to be served, and build it.

        Args:
            place: a folder of scenarios, its `voxsim.toml`, or one scenario file.
            pace: `real` or a factor such as `x10`; what the configuration says when None.
            memory: keep nothing.
            tls: serve HTTPS.
            names: further host names of the server.
            web_sdk: where the Web SDK's npm package is, when it is not found beside the scenarios or above them.

        Raises:
            ConfigurationError: it cannot be served as it is.
        """
        configuration = load_configuration(place)
        home = (place if place.is_dir() else place.parent) / FOLDER
        authority = None
        if tls:
            from voxsim.server.certificates import Authority

            authority = Authority.kept_in(home / "ca")
        entry = configuration.server
        world = furnished(
            configuration,
            created=datetime.now(UTC),
            reload=True,
            random=SystemRandom(),
            epoch=int(time.time()),
            pace=Pace.parse(pace or entry.time or "real"),
            until=None,
            loose_records=_LOOSE_RECORDS,
            keep_sessions=False,
        )
        package = Package(place, _sdk_folder(web_sdk))
        return cls(configuration, world, None if memory else home, authority, (*entry.hosts, *names), package=package)

    @property
    def account(self) -> Account:
        """The account that is served."""
        return self.world.platform.account

    @property
    def sample_destination(self) -> str:
        """A destination to show how to place a call: of the first rule whose scenario seems to take calls."""
        answering = {one.name for one in self.account.scenarios if _mentions(one.file, "CallAlerting")}
        rules = [rule for rule in self.account.rules if answering.intersection(rule.program.names)]
        rule = next(iter(rules or self.account.rules), None)
        if rule is None:
            return "100"
        literal = re.sub(r"[^0-9A-Za-z_+-]", "", rule.pattern.pattern)
        numbers = [number for application in self.account.applications for number in application.numbers]
        tried = (rule.name, "100", *numbers, literal, literal.lstrip("+"), "+15550100", "15550100")
        return next((one for one in tried if rule.matches(one)), "100")

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Server]:
        """The server, with its storage open; it is closed behind it."""
        async with contextlib.AsyncExitStack() as stack:
            storage: Storage = Memory()
            if self.folder is not None:
                storage = await stack.enter_async_context(SQLite.opened(self.folder / "voxsim.sqlite3"))
            await self._connect(stack)
            await self._recall(storage)
            tls = self.authority.server_context(self.names) if self.authority is not None else None
            files = self.folder / "records" if self.folder is not None else None
            media = self.configuration.media
            server = Server(
                self.world, storage, gate=Gate.of(self.names), tls=tls, folder=files, media=media, package=self.package
            )
            server.sample_destination = self.sample_destination
            keeper = await stack.enter_async_context(Keeper.opened(self.world.platform, storage))
            context = self.world.context = Context(self.world.platform, storage, _Starter(server), kept=keeper.kept)
            await load_secrets(context)
            server.keys = Keys(self.folder / "keys.json" if self.folder is not None else None)
            management = Management(context, server.keys)
            server.management = _Spoken(management, server)
            nursery = await stack.enter_async_context(trio.open_nursery())
            stack.callback(nursery.cancel_scope.cancel)
            await self._follow(server, storage, nursery)
            yield server

    async def _connect(self, stack: contextlib.AsyncExitStack) -> None:
        """Lead the scenarios' requests to where they were asked to go: outside, or to a recording of it."""
        switch = self.world.switch
        if self.network:
            from voxsim.server.network import RealWeb

            trusted = self.authority.certificate_file if self.authority is not None else None
            switch.web = await stack.enter_async_context(RealWeb.opened(self.world.driver, ca_file=trusted))
        if self.record is not None:
            from voxsim.server.recorder import Recorder

            recorder = Recorder(switch, switch.web, self.record)
            stack.callback(recorder.close)
            switch.web = recorder
        if self.replay is not None:
            from voxsim.server.replay import Replay

            switch.web = Replay(switch, self.replay)

    async def _follow(self, server: Server, storage: Storage, nursery: trio.Nursery) -> None:
        """Let the systems that follow calls have what is configured for them, and open their doors."""
        trusted = self.authority.certificate_file if self.authority is not None else None
        events = CallEvents(self.configuration, server, storage, nursery, trusted)
        await events.open()

    async def _recall(self, storage: Storage) -> None:
        """Take up what earlier runs have left."""
        account = self.account
        self.world.switch.ids.continue_at(await storage.next_number())
        await load_users(account, storage)
        if not account.api_key:
            known = await storage.load(_SETTINGS)
            account.api_key = known.get("api_key") or secrets.token_hex(16)
            if "api_key" not in known:
                await storage.put(_SETTINGS, "api_key", account.api_key)


@attrs.frozen
class _Starter:
    """Begins sessions for the management API; a session's number is told when the storage knows of it."""

    server: Server

    async def __call__(self, begin: Callable[[], Session]) -> Session:
        session = await self.server.door.call(begin)
        await self.server.records.begun(session)
        return session


@attrs.frozen
class _Spoken:
    """The management API as one of the server's routes."""

    management: Management
    server: Server

    async def __call__(self, request: Request) -> Response:
        # While nothing happens the engine's time stands still: what a command finds expired depends on it.
        self.server.door.driver.poke()
        scheme, _, token = request.header("authorization").partition(" ")
        answer = await self.management.answer(
            request.method,
            request.path,
            request.query,
            request.header("content-type"),
            token.strip() if scheme.lower() == "bearer" else "",
            request.body,
            time.time(),
        )
        return Response(answer.status, answer.body, answer.content_type)


def _sdk_folder(named: Path | None) -> Path | None:
    if named is not None and Package(named=named).find() is None:
        raise ConfigurationError(
            f"There is no Web SDK in {str(named)!r}: name the folder in which you ran 'npm install {SDK}'."
        )
    return named


def _mentions(file: str, word: str) -> bool:
    try:
        return word in Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
