"""Routes: which path of the server means what, and who may ask for it.

Managing URLs and those of recordings are capabilities, open to whoever knows them. The management API asks for
credentials. All else is for programs of this machine: a page of another site is turned away by its Origin.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import attrs

from voxsim.engine import managing
from voxsim.engine.units.websocket import WebSocket
from voxsim.protocols.gate import CLIENT_HOSTS, Gate
from voxsim.protocols.managing import PREFIX, Address
from voxsim.server.door import Pending
from voxsim.server.messages import JSON, Request, Response
from voxsim.server.phone import PAGE as PHONE
from voxsim.server.phone import SETUP, Phone
from voxsim.server.shelf import PREFIX as RECORDS
from voxsim.server.shelf import Shelf
from voxsim.server.websdk import BALANCERS, NEAREST, PLATFORM, SdkDoor
from voxsim.server.websocket import BadHandshake, SocketConnection
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    import trio

    from voxsim.server.calls import Calls
    from voxsim.server.door import Door
    from voxsim.server.limits import ServerLimits
    from voxsim.server.records import Records
    from voxsim.server.streams import Stream
    from voxsim.server.sweep import Sweep

Management = Callable[[Request], Awaitable[Response]]
Attend = Callable[["Routes", Request, bytes, "Stream"], Awaitable[None]]
"""Carries a WebSocket that is no session's: the request that asked for it, the bytes behind it, and the stream."""

API: Final = "/platform_api"
CALLS: Final = "/calls"
SESSIONS: Final = "/sessions/"
LOGS: Final = "/logs/"

_NOT_FOUND: Final = Response(404)


def json_response(status: int, value: Any) -> Response:
    """A response with a JSON body."""
    return Response(status, json.dumps(value).encode(), JSON)


def refused(status: int, text: str) -> Response:
    """A refusal with its reason, as JSON."""
    return json_response(status, {"error": text})


@attrs.frozen
class Routes:
    """The server's routes.

    Attributes:
        management: answers the management API.
        more: answers what other paths begin with, each by its beginning; for programs of this machine.
        free: the same for those who know a path that cannot be guessed.
        sockets: carries WebSockets that are no session's, by the beginning of the path.
        calls: places simulated calls.
        records: what is left of sessions that have ended.
        shelf: the files of recordings.
        sdk: lets clients of the Web SDK in.
        phone: the page that is such a client.
        welcome: the text of the front page.
    """

    door: Door
    gate: Gate
    limits: ServerLimits
    nursery: trio.Nursery
    sweep: Sweep
    management: Management
    more: Mapping[str, Management]
    free: Mapping[str, Management]
    sockets: Mapping[str, Attend]
    calls: Calls
    records: Records
    shelf: Shelf
    sdk: SdkDoor
    phone: Phone
    welcome: Callable[[], str]

    # --- requests ---

    def answer(self, request: Request) -> Awaitable[Response]:
        """Answer one request; never raises for what a client does."""
        return self._manage(request) if request.path.startswith(PREFIX) else self._other(request)

    async def _other(self, request: Request) -> Response:
        path = request.path
        if path.startswith(RECORDS):
            if request.method not in ("GET", "HEAD"):
                return _only("GET")
            return self._wrong_host(request) or await self.shelf.answer(request)
        if path == NEAREST:
            return self._wrong_host(request, BALANCERS) or self.sdk.nearest(request)
        if (path == PHONE or path.startswith(PHONE + "/")) and path != SETUP:
            # Links to the page may stand anywhere; what it tells of this server is for itself alone.
            return self._wrong_host(request) or await self._phone(request)
        for beginning, answer in self.free.items():
            if path.startswith(beginning):
                return self._wrong_host(request) or await answer(request)
        if path == API or path.startswith(API + "/"):
            return self._barred(request, CLIENT_HOSTS) or await self.management(request)
        if (barred := self._barred(request)) is not None:
            return barred
        try:
            return await self._local(request)
        except VoxsimError as error:
            return refused(400, str(error))

    async def _local(self, request: Request) -> Response:
        method, path = request.method, request.path
        if path == CALLS:
            return await self.calls.place(request) if method == "POST" else _only("POST")
        if path == SETUP:
            return await self._phone(request)
        if path.startswith((SESSIONS, LOGS)):
            return await self.records.answer(request) if method in ("GET", "HEAD") else _only("GET")
        for beginning, answer in self.more.items():
            if path.startswith(beginning):
                return await answer(request)
        if path == "/":
            return Response(200, self.welcome().encode()) if method in ("GET", "HEAD") else _only("GET")
        return refused(404, f"There is nothing at {path}.")

    async def _phone(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return _only("GET")
        return await self.phone.answer(request) or refused(404, f"There is nothing at {request.path}.")

    async def _manage(self, request: Request) -> Response:
        """A managing request: the handler's return value is the answer."""
        if (wrong := self._wrong_host(request)) is not None:
            return wrong
        address = Address.parse(request.target)
        session = address.find(self.door.switch.sessions) if address is not None else None
        if address is None or session is None:
            return _NOT_FOUND
        pending: Pending[managing.Reply] = Pending()
        managing.request(session, request.method, request.text, request.own_headers, pending.give, address.suffix)
        self.door.driver.poke()
        reply = pending.value if pending.given else await pending.wait()
        return Response(reply.status, reply.body.encode("utf-8", "replace"), reply.content_type)

    # --- WebSockets ---

    async def upgrade(self, request: Request, trailing: bytes, stream: Stream) -> None:
        """Carry the WebSocket that a request asks for, until it is closed."""
        barred = self._wrong_host(request)
        if barred is None and request.path == PLATFORM:
            await self._serve_sdk(request, trailing, stream)
            return
        for beginning, attend in self.sockets.items():
            if barred is None and (request.path == beginning or request.path.startswith(f"{beginning}/")):
                await attend(self, request, trailing, stream)
                return
        address = Address.parse(request.target)
        session = address.find(self.door.switch.sessions) if address is not None else None
        if barred is not None or address is None or session is None:
            await stream.send(bare(barred.status if barred is not None else 404))
            return
        try:
            socket = SocketConnection(self.door, self.limits, self.nursery, stream, request, trailing)
        except BadHandshake as error:
            await stream.send(bare(400, f"{error}.\n", "sec-websocket-version: 13\r\n"))
            return

        def opened() -> WebSocket | str:
            # One step: the scenario's handlers come after it, and may send at once.
            near = managing.open_socket(session, socket, request.own_headers, address.suffix)
            if isinstance(near, WebSocket):
                socket.accept(near)
            return near

        outcome = await self.door.call(opened)
        if isinstance(outcome, str):
            socket.reject(403, outcome)
        self.sweep.watched.add(socket)
        try:
            await socket.run()
        finally:
            self.sweep.watched.discard(socket)

    async def _serve_sdk(self, request: Request, trailing: bytes, stream: Stream) -> None:
        try:
            await self.sdk.upgrade(request, trailing, stream)
        except BadHandshake as error:
            await stream.send(bare(400, f"{error}.\n", "sec-websocket-version: 13\r\n"))

    # --- who may ask ---

    def _wrong_host(self, request: Request, also: frozenset[str] = frozenset()) -> Response | None:
        if self.gate.knows(request.authority, also):
            return None
        return refused(421, f"This server is not {request.authority or 'without a name'}; ask for 127.0.0.1.")

    def _barred(self, request: Request, also: frozenset[str] = frozenset()) -> Response | None:
        wrong = self._wrong_host(request, also)
        if wrong is not None:
            return wrong
        foreign = request.header("sec-fetch-site") in ("cross-site", "same-site")
        if foreign or not self.gate.admits(request.header("origin"), request.authority):
            return refused(403, "A page of another site may not ask here.")
        return None


def _only(method: str) -> Response:
    return attrs.evolve(refused(405, f"Only {method} is answered here."), headers=(("allow", method),))


def bare(status: int, text: str = "", headers: str = "") -> bytes:
    """A response in bytes, where HTTP's framing has been left behind."""
    body = text.encode()
    phrase = HTTPStatus(status).phrase
    head = f"HTTP/1.1 {status} {phrase}\r\ncontent-length: {len(body)}\r\n{headers}connection: close\r\n\r\n"
    return head.encode() + body
