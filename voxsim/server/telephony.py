"""Telephony served: the doors of hosted telephony modules, of their provider, and of what the system knows.

The webhook and the provider are open to whoever has the token or the key; what people look at is for this machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import trio

from voxsim.engine.future import Future
from voxsim.protocols.callevents.delivery import Delivery
from voxsim.protocols.callevents.feeds import Feed
from voxsim.protocols.callevents.people import People
from voxsim.protocols.elma365.feed import WEBHOOK, Webhooks, speech_of, subscribers
from voxsim.protocols.elma365.module import SECONDS
from voxsim.protocols.elma365.provider import PROVIDER
from voxsim.protocols.elma365.results import Reply
from voxsim.protocols.elma365.telephony import MODULES, Telephony
from voxsim.server.messages import JSON, TEXT, Request, Response

if TYPE_CHECKING:
    from voxsim.engine.ports import Fetcher
    from voxsim.parties.telephonyentries import ElmaEntry
    from voxsim.server.server import Server

NAME = "elma365"


class TelephonyDoor:
    """ELMA365 on a server.

    Args:
        entry: the modules to host, and who else is told of calls.
        people: who is who.
        server: gets the doors; its calls are told of.
        web: where webhooks to others go.
    """

    def __init__(self, entry: ElmaEntry, people: People, server: Server, web: Callable[[], Fetcher]) -> None:
        account = server.world.platform.account
        self._entry = entry
        self._server = server
        self._telephony = Telephony(server.world, people, lambda: server.url, lambda: account.api_key)
        self.web = self._telephony.web(web)

    def open(
        self, follow: Callable[[str, Feed, Callable[[Any], None]], None], delivery: Callable[..., Delivery]
    ) -> None:
        """Host the modules, and tell of calls from now on.

        Raises:
            ConfigurationError: a module cannot be run.
        """
        if not self._entry.modules and not self._entry.webhooks:
            return
        told = subscribers(self._entry)
        for module in self._entry.modules:
            self._telephony.host(module, seconds=SECONDS * self._server.door.factor)
            told.append(self._telephony.subscriber(module.name, speech_of(module)))
        self._server.free[WEBHOOK] = self._webhook
        self._server.free[PROVIDER] = self._command
        self._server.more[MODULES] = self._press
        follow(NAME, Webhooks(told), delivery(NAME, lambda: self.web).send_all)

    async def _webhook(self, request: Request) -> Response:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.raw}
        return await self._answer(
            self._telephony.webhook, request.method, request.path, request.query, headers, request.body
        )

    async def _command(self, request: Request) -> Response:
        authorization = request.header("authorization")
        parts = request.method, request.path, request.query, authorization, request.body
        return _response(await self._server.door.call(self._telephony.command, *parts))

    async def _press(self, request: Request) -> Response:
        return await self._answer(self._telephony.press, request.method, request.path, request.body)

    async def _answer(self, ask: Callable[..., Future[Reply]], *args: object) -> Response:
        """Ask in a step of the engine, and wait for what comes of it."""
        event = trio.Event()

        def begin() -> Future[Reply]:
            future = ask(*args)
            future.on_done(event.set)
            return future

        future = await self._server.door.call(begin)
        await event.wait()
        return _response(future.result())


def _response(reply: Reply) -> Response:
    """A reply as the server sends it."""
    kind = next((value for name, value in reply.headers if name.lower() == "content-type"), None)
    others = tuple((name, value) for name, value in reply.headers if name.lower() != "content-type")
    return Response(reply.status, reply.body, kind or (JSON if reply.body[:1] in (b"{", b"[") else TEXT), others)
