"""The door of ccsevents: who may come in by `/ws`, the sockets of those who have, and links to records.

An external system shows its token in the path or as bearer, a user its name and password. Calls never wait for anybody
here: an event is put into a client's queue, and a task of the client's own sends what is there.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterable, Sequence
from hmac import compare_digest
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import attrs
import trio

from voxsim.engine.ports import SocketNear
from voxsim.parties.feedentries import CcsTokenEntry
from voxsim.platform.account import password_hash
from voxsim.protocols.ccsevents import links
from voxsim.protocols.ccsevents.client import Client, Owner
from voxsim.protocols.ccsevents.control import Control
from voxsim.protocols.ccsevents.events import Message
from voxsim.protocols.ccsevents.feed import CcsEvents
from voxsim.protocols.ccsevents.links import Links
from voxsim.server.messages import Request, Response
from voxsim.server.routes import Routes, bare
from voxsim.server.websocket import BadHandshake, SocketConnection

if TYPE_CHECKING:
    from collections.abc import Callable

    from voxsim.engine.switch import Switch
    from voxsim.parties.entries import Configuration
    from voxsim.protocols.callevents.people import People
    from voxsim.server.server import Server
    from voxsim.server.streams import Stream

PATH: Final = "/ws"
NAME: Final = "ccsevents"

_TOKENS: Final = "/ws/token/v1"
_GOING_AWAY: Final = 1001
_POLICY: Final = 1008
_AT_ONCE: Final = 100
"""How many texts are sent to one client before others have their turn."""


class CcsDoor:
    """The door.

    Args:
        configuration: the tokens, and who is who among the users.
        people: who is who.
        server: whose calls are followed.
        follow: begins to follow them.
        trouble: is told what voxsim itself fails at.
    """

    def __init__(
        self,
        configuration: Configuration,
        people: People,
        server: Server,
        follow: Callable[[str, CcsEvents, Callable[[Sequence[Message]], None]], None],
        trouble: Callable[[str, Exception], None],
    ) -> None:
        entry = configuration.ccsevents
        switch = server.world.switch
        self.feed = CcsEvents(people, failure_on_no_answer=entry.failure_on_no_answer)
        self.feed.flush_by(switch, self._deliver, lambda error: trouble(NAME, error))
        self._server = server
        self._switch = switch
        self._people = people
        self._tokens = entry.tokens
        self._follow = follow
        self._trouble = trouble
        self._links = Links(lambda: switch.unix_time, switch.random)
        control = Control(server.world, people, self.feed, self._links, self._has_record)
        self._commands = control.commands
        self._clients: dict[Client, SocketConnection] = {}
        self._followed = False

    def open(self) -> None:
        """Let clients in. Calls are followed from now on when there are tokens, else from the first client on."""
        self._server.sockets[PATH] = self._attend
        self._server.more[PATH] = self._tell
        self._server.free[links.PREFIX] = self._fetch
        self._server.last.append(self._close)
        if self._tokens:
            self._begin()

    # --- events ---

    def _begin(self) -> None:
        if not self._followed:
            self._followed = True
            self._follow(NAME, self.feed, self._deliver)

    def _deliver(self, messages: Sequence[Message]) -> None:
        for client in tuple(self._clients):
            for message in messages:
                client.offer(message)

    # --- clients ---

    async def _tell(self, request: Request) -> Response:
        """Somebody comes without a WebSocket."""
        if request.path != PATH and not request.path.startswith(f"{PATH}/"):
            return Response.text(404, f"There is nothing at {request.path}.")
        headers = (("upgrade", "websocket"),)
        return attrs.evolve(Response.text(426, f"Ask for a WebSocket here: {_TOKENS}/TOKEN."), headers=headers)

    async def _attend(self, routes: Routes, request: Request, trailing: bytes, stream: Stream) -> None:
        """Carry a client's WebSocket until it is closed."""
        owner = self._owner(routes, request)
        if isinstance(owner, bytes):
            await stream.send(owner)
            return
        try:
            socket = SocketConnection(routes.door, routes.limits, routes.nursery, stream, request, trailing)
        except BadHandshake as error:
            await stream.send(bare(400, f"{error}.\n", "sec-websocket-version: 13\r\n"))
            return
        self._begin()
        ids, switch = self._switch.ids, self._switch
        client = Client(owner, lambda: switch.unix_time, self._commands, identity=ids.uuid(), session=ids.uuid())
        waiting = trio.Event()
        socket.accept(_Near(client, switch, self._trouble))
        self._clients[client] = socket
        routes.sweep.watched.add(socket)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._send, client, socket, waiting)
                await socket.run()
                nursery.cancel_scope.cancel()
        finally:
            del self._clients[client]
            routes.sweep.watched.discard(socket)

    async def _send(self, client: Client, socket: SocketConnection, waiting: trio.Event) -> None:
        """Send what waits for a client, and wait for more."""
        while not client.lost:
            client.on_text = waiting.set
            while texts := _some(client):
                socket.sent_all(texts)
                await trio.lowlevel.checkpoint()
            await waiting.wait()
            waiting = trio.Event()
        socket.closed(_POLICY, "The client does not read what is sent to it")

    async def _close(self) -> None:
        """The server ends."""
        for client, socket in tuple(self._clients.items()):
            if texts := _some(client):
                socket.sent_all(texts)
            socket.closed(_GOING_AWAY, "The server ends")

    # --- who comes in ---

    def _owner(self, routes: Routes, request: Request) -> Owner | bytes:
        """Whom a request comes from, or the answer that turns it away."""
        scheme, _, given = request.header("authorization").partition(" ")
        scheme, given = scheme.lower(), given.strip()
        if request.path.startswith(f"{_TOKENS}/"):
            owner = self._of_token(unquote(request.path[len(_TOKENS) + 1 :]))
        elif request.path in (_TOKENS, PATH) and scheme == "bearer":
            owner = self._of_token(given)
        elif request.path == PATH and scheme == "basic":
            # A browser adds a password by itself: pages of other sites must not have the use of it.
            if not routes.gate.admits(request.header("origin"), request.authority):
                return bare(403, "A page of another site may not ask here.\n")
            owner = self._of_user(given)
        elif request.path in (_TOKENS, PATH):
            owner = None
        else:
            return bare(404, f"There is nothing at {request.path}; {_TOKENS}/TOKEN is where events come from.\n")
        if owner is None:
            text = "Show a token, in the path or as bearer; or, at /ws, a user's name and password.\n"
            return bare(401, text, "www-authenticate: Bearer\r\n")
        return owner

    def _of_token(self, given: str) -> Owner | None:
        known: Iterable[CcsTokenEntry] = self._tokens
        if not self._tokens:
            known = (CcsTokenEntry(token=self._server.world.platform.account.api_key),)
        for number, entry in enumerate(known, 1):
            if entry.token and compare_digest(entry.token.encode(), given.encode()):
                domain = self._people.tenant(entry.domain).domain
                return Owner(
                    kind="token", domain=domain, name=entry.name, roles=entry.roles, token=entry.token, number=number
                )
        return None

    def _of_user(self, given: str) -> Owner | None:
        try:
            name, _, password = b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        hashed = password_hash(name, password)
        for user in self._server.world.platform.account.users.values():
            if user.name == name and user.active and user.password_hash:
                known = compare_digest(user.password_hash, hashed)
                return Owner(kind="user", domain=self._people.callee("user", name).domain, name=name) if known else None
        return None

    # --- records ---

    def _has_record(self, path: str) -> bool:
        return self._server.shelf.has(path)

    async def _fetch(self, request: Request) -> Response:
        """A record, by its link."""
        if request.method not in ("GET", "HEAD"):
            return Response(405, headers=(("allow", "GET"),))
        self._server.door.driver.poke()
        path = self._links.find(request.path)
        if path is None:
            return Response.text(404, "There is no such link, or it is older than five minutes.")
        return await self._server.shelf.give(path, request.header("range"))


class _Near(SocketNear):
    """A client, as its socket sees it."""

    def __init__(self, client: Client, switch: Switch, trouble: Callable[[str, Exception], None]) -> None:
        self._client = client
        self._switch = switch
        self._trouble = trouble

    def far_opened(self) -> None:
        """The handshake is done."""

    def far_sent(self, text: str) -> None:
        """A message arrives."""
        try:
            self._switch.catch_up()  # it asks about, and subscribes to, calls as they are now
            self._client.take(text)
        except Exception as error:  # noqa: BLE001 - one bad client must not harm another, nor a call
            self._trouble(NAME, error)

    def far_closed(self, code: int, reason: str, *, clean: bool = True) -> None:
        """The client is gone; its subscriptions go with it."""


def _some(client: Client) -> list[str]:
    """What waits for a client, as far as others can wait for it."""
    texts: list[str] = []
    while len(texts) < _AT_ONCE and (text := client.next_text()) is not None:
        texts.append(text)
    return texts
