"""Telephony: all modules that are hosted, the provider, and what each path under `/voip/` means. It knows no sockets.

A web of its own leads what is asked of these paths to them in place, and all else on: so modules are reached without a
network, and reach the provider.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import attrs

from voxsim.engine.future import Future
from voxsim.protocols.elma365.dialects import Speech
from voxsim.protocols.elma365.feed import WEBHOOK, Subscriber
from voxsim.protocols.elma365.module import SECONDS, Surroundings, open_module
from voxsim.protocols.elma365.office import Office
from voxsim.protocols.elma365.provider import PROVIDER, Provider
from voxsim.protocols.elma365.results import Reply
from voxsim.protocols.elma365.system import System
from voxsim.protocols.elma365.vocabulary import FetchRequest, Headers
from voxsim.vocabulary.codes import HttpCode
from voxsim.vocabulary.errors import BadArgument, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.http import HttpRequest
    from voxsim.engine.ports import Asker, Fetcher
    from voxsim.parties.telephonyentries import ModuleEntry
    from voxsim.parties.world import World
    from voxsim.protocols.callevents.people import People

MODULES: Final = "/voip/modules"
"""What the paths begin with under which people look at modules and press their buttons."""

_NO_MODULE: Final = "There is no module {!r}."


class Telephony:
    """Modules and their provider.

    Args:
        world: where the provider places calls, and whose web the modules' requests go to.
        people: who is who.
        server: the beginning of all URLs here.
        key: what the provider takes for commands; modules find it in their settings as `apiKey`.

    Attributes:
        offices: the modules, by name.
    """

    def __init__(self, world: World, people: People, server: Callable[[], str], key: Callable[[], str]) -> None:
        self.offices: dict[str, Office] = {}
        self.provider = Provider(
            world, people, lambda given: compare_digest(given.encode("utf-8", "replace"), key().encode())
        )
        self._world = world
        self._server = server
        self._key = key

    def host(self, entry: ModuleEntry, *, seconds: float = SECONDS) -> Office:
        """Host a module.

        Raises:
            ConfigurationError: its file cannot be run.
        """
        switch = self._world.switch
        system = System(entry.contacts, dict(entry.users))
        office = Office(entry.name, entry.token, switch, system, self._server)

        given = Surroundings(
            switch=switch,
            web=lambda: self.web(lambda: switch.web),
            params=lambda: {"endpoint": f"{self._server()}{PROVIDER}", "apiKey": self._key(), **entry.params},
            log=office.log,
            seconds=seconds,
        )
        office.runner = open_module(entry.file, given)
        self.offices[entry.name] = office
        return office

    def subscriber(self, name: str, speech: Speech) -> Subscriber:
        """A module as somebody who is told of all calls."""
        office = self.offices[name]
        return Subscriber(where=lambda: office.webhook_url, speech=speech)

    def web(self, outer: Callable[[], Fetcher]) -> Fetcher:
        """A web in which this is a server, and all else as it was."""
        return _Web(self, outer)

    # --- what is asked ---

    def webhook(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Future[Reply]:
        """Answer a request to a webhook: 404 for a module that is not hosted, else as the module does.

        Args:
            path: all of it, still encoded.
            query: what follows the question mark; its `token` is not shown to the module.
            headers: by name in lower case.
        """
        name = unquote(path.removeprefix(WEBHOOK)).rstrip("/")
        office = self.offices.get(name)
        if office is None:
            missing: Future[Reply] = Future(self._world.switch)
            missing.set(Reply(status=404, body=f"{_NO_MODULE.format(name[:80])}\n".encode("utf-8", "replace")))
            return missing
        pairs = parse_qsl(query, keep_blank_values=True)
        others = [pair for pair in pairs if pair[0] != "token"]
        request = FetchRequest(
            method=method,
            url=f"{path}?{urlencode(others)}" if others else path,
            query=dict(others),
            headers=Headers(headers),
            body=body.decode("utf-8", "replace") if body else None,
        )
        return office.webhook(request, dict(pairs).get("token", ""))

    def command(self, method: str, path: str, query: str, authorization: str, body: bytes) -> Reply:
        """Carry out a command that a module gives the provider."""
        answer = self.provider.answer(method, path.removeprefix(PROVIDER), query, authorization, body)
        return _json(answer.status, answer.value)

    def press(self, method: str, path: str, body: bytes) -> Future[Reply]:
        """Carry out what somebody asks of the system: look at a module's calls, or press a button.

        `GET /voip/modules` lists the modules, `GET …/NAME` shows all that is known, `GET …/NAME/cards` a part of it.
        `POST …/NAME/check`, `…/members`, `…/calls` (with `srcPhone` and `dstPhone`), `…/token`, and
        `GET …/NAME/cards/NUMBER/link` call the module.
        """
        beyond = path.removeprefix(MODULES)
        if beyond[:1] not in ("", "/"):
            return self._at_once(404, {"error": f"There is nothing at {path}."})
        name, *rest = map(unquote, beyond.strip("/").split("/"))
        if not name:
            return self._at_once(200, [{"name": one.name, "webhook": one.webhook_url} for one in self.offices.values()])
        office = self.offices.get(name)
        if office is None:
            return self._at_once(404, {"error": _NO_MODULE.format(name[:80])})
        try:
            return self._press(office, method, rest, body)
        except VoxsimError as error:
            return self._at_once(404 if isinstance(error, BadArgument) else 400, {"error": str(error)})

    def _press(self, office: Office, method: str, rest: list[str], body: bytes) -> Future[Reply]:
        known = {**dict(office.system.written()), "log": office.lines}
        match method, rest:
            case "GET" | "HEAD", []:
                return self._at_once(200, {"name": office.name, "webhook": office.webhook_url, **known})
            case "GET" | "HEAD", [part] if part in known:
                return self._at_once(200, known[part])
            case "GET", ["cards", number, "link"] if number.isascii() and number.isdigit():
                return self._when(office.record_link(int(number)), lambda link: {"link": link})
            case "POST", ["check"]:
                return self._when(office.check(), lambda found: {"success": found[0], "failReason": found[1]})
            case "POST", ["members"]:
                return self._when(office.configure(), lambda found: [attrs.asdict(one) for one in found])
            case "POST", ["token"]:
                return self._when(office.renew(), lambda _: {"webhook": office.webhook_url})
            case "POST", ["calls"]:
                source, destination = _numbers(body)
                return self._when(office.generate_call(source, destination), lambda _: {})
        text = f"A module has {', '.join(known)}; and POST check, members, calls, token, GET cards/NUMBER/link."
        return self._at_once(404, {"error": text})

    def _at_once(self, status: int, value: Any) -> Future[Reply]:
        answer: Future[Reply] = Future(self._world.switch)
        answer.set(_json(status, value))
        return answer

    def _when(self, future: Future[Any], shown: Callable[[Any], Any]) -> Future[Reply]:
        """The reply when something has come about; 502 when the module failed."""
        answer: Future[Reply] = Future(self._world.switch, future.waiting_for)

        def done() -> None:
            try:
                answer.set(_json(200, shown(future.result())))
            except VoxsimError as error:
                answer.set(_json(502, {"error": str(error)}))

        future.on_done(done)
        return answer


class _Web:
    """A web in which telephony's own paths are answered in place."""

    def __init__(self, telephony: Telephony, outer: Callable[[], Fetcher]) -> None:
        self._telephony = telephony
        self._outer = outer

    def fetch(self, request: HttpRequest, asker: Asker) -> None:
        """Carry out one request."""
        telephony = self._telephony
        server, parts = telephony._server(), urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" != server or not parts.path.startswith((WEBHOOK, PROVIDER)):
            self._outer().fetch(request, asker)
            return
        post = telephony._world.switch.post
        post(asker.connected)
        if parts.path.startswith(PROVIDER):
            authorization = request.header("authorization") or ""
            reply = telephony.command(request.method, parts.path, parts.query, authorization, request.body)
            post(asker.respond, reply.status, reply.headers, reply.body)
            return
        headers = {name.lower(): value for name, value in request.headers}
        future = telephony.webhook(request.method, parts.path, parts.query, headers, request.body)

        def done() -> None:
            try:
                reply = future.result()
                post(asker.respond, reply.status, reply.headers, reply.body)
            except Exception as error:  # noqa: BLE001 - whatever it is, who asks is told
                post(asker.fail, HttpCode.INTERNAL, str(error))

        future.on_done(done)


def _json(status: int, value: Any) -> Reply:
    return Reply(status=status, body=json.dumps(value).encode(), headers=(("Content-Type", "application/json"),))


def _numbers(body: bytes) -> tuple[str, str]:
    """Who is to be called, and then whom."""
    try:
        asked = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        asked = None
    known = asked if isinstance(asked, dict) else {}
    source, destination = known.get("srcPhone"), known.get("dstPhone")
    if isinstance(source, str) and isinstance(destination, str) and source and destination:
        return source, destination
    raise VoxsimError('The body is JSON, as in {"srcPhone": "201", "dstPhone": "+15550100"}.')
