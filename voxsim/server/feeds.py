"""Call events, served: the calls of this server are told to the systems that follow calls, over the real network.

Here the folds of `protocols.callevents` meet the journal, their rules meet the storage, and their doors the routes.
While nobody has asked for anything nothing is folded.
"""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import trio

from voxsim.protocols.callevents.delivery import SECONDS, Delivery
from voxsim.protocols.callevents.feeds import Feed, Feeds
from voxsim.protocols.callevents.people import People
from voxsim.protocols.callevents.view import KINDS
from voxsim.protocols.voipnow.configured import dialect_of, extended, rules_of
from voxsim.protocols.voipnow.feed import VoipNow
from voxsim.protocols.voipnow.resource import PREFIX, PhoneCallEvents
from voxsim.protocols.voipnow.rules import EventType, Method, Rule
from voxsim.server.ccs import CcsDoor
from voxsim.server.messages import JSON, Request, Response
from voxsim.server.telephony import TelephonyDoor
from voxsim.vocabulary.codes import HttpCode
from voxsim.vocabulary.errors import ConfigurationError

if TYPE_CHECKING:
    from voxsim.driver import Driver
    from voxsim.engine.http import HttpRequest
    from voxsim.engine.ports import Asker, Fetcher
    from voxsim.parties.entries import Configuration
    from voxsim.platform.storage import Storage
    from voxsim.server.server import Server

_RULES: Final = "voipnow"


class CallEvents:
    """The feeds of a server.

    Args:
        configuration: who is who, and who asked for what.
        server: whose calls are followed; it gets the feeds' doors.
        storage: keeps the rules that were made over REST. Those of the configuration begin anew with each server.
        nursery: where the network is used.
        ca_file: certificates to trust beside the system's.
    """

    def __init__(
        self,
        configuration: Configuration,
        server: Server,
        storage: Storage,
        nursery: trio.Nursery,
        ca_file: Path | None = None,
    ) -> None:
        switch = server.world.switch
        self.people = People.of(configuration)
        self.voipnow = VoipNow(rules_of(configuration, self.people, example=False), dialect_of(configuration))
        self._configuration = configuration
        self._server = server
        self._switch = switch
        self._storage = storage
        self._nursery = nursery
        self._web = _LateWeb(server.world.driver, nursery, ca_file)
        self.feeds = Feeds(self.people, switch.epoch, {}, self._trouble)
        self._changed: dict[str, None] = {}
        self._writing = trio.Lock()
        self._deliveries: list[Delivery] = []
        self._ccs = CcsDoor(configuration, self.people, server, self.follow, self._trouble)
        self._telephony = TelephonyDoor(configuration.elma365, self.people, server, lambda: self._web)
        self._fixed = frozenset(rule.id for rule in self.voipnow.rules)

    async def open(self) -> None:
        """Take up the rules of earlier servers, and begin."""
        rules = self.voipnow.rules
        for identity, row in sorted((await self._storage.load(_RULES)).items(), key=lambda item: _age(item[1])):
            if identity not in rules and (rule := _read(identity, row)) is not None:
                rules.put(rule)
        rules.on_change.append(self._note_change)
        self._server.more[PREFIX] = self._manage
        self._server.last.append(self._delivered)
        if len(rules):
            self._follow_for_voipnow()
        self._ccs.open()
        self._telephony.open(self.follow, self.delivery)

    def follow(self, name: str, feed: Feed, deliver: Callable[[Any], None]) -> None:
        """Tell a feed of all calls from now on, and give its messages away."""
        if not self.feeds.names:
            self._switch.follow(self.feeds.see_all, KINDS)
        self.feeds.add(name, feed, deliver)

    def delivery(self, name: str, web: Callable[[], Fetcher] | None = None) -> Delivery:
        """What makes HTTP requests of a feed, over the real network unless another web is given.

        A receiver has real seconds, however fast scenario time goes.
        """
        factor = self._server.door.factor
        made = Delivery(self._switch, web or (lambda: self._web), name, seconds=SECONDS * factor)
        self._deliveries.append(made)
        return made

    # --- VoipNow ---

    def _follow_for_voipnow(self) -> None:
        if _RULES not in self.feeds.names:
            self.follow(_RULES, self.voipnow, self.delivery(_RULES).send_all)

    def _note_change(self, identity: str, rule: Rule | None) -> None:
        """A rule was made, changed or removed."""
        self._follow_for_voipnow()
        if identity not in self._fixed:
            self._changed[identity] = None

    async def _write(self) -> None:
        """Write down what has changed, as it is now."""
        async with self._writing:
            while self._changed:
                identity, _ = self._changed.popitem()
                rule = self.voipnow.rules.get(identity)
                if rule is None:
                    await self._storage.delete(_RULES, identity)
                else:
                    await self._storage.put(_RULES, identity, _row(rule))

    async def _manage(self, request: Request) -> Response:
        self._switch.catch_up()  # what has happened is told by the rules as they were
        resource = PhoneCallEvents(
            rules=self.voipnow.rules,
            admits=self._admits,
            extended=lambda extension: extended(self.people, extension),
            exists=self.people.has,
            new_id=self._switch.ids.secret,
            now=lambda: self._switch.unix_time,
        )
        scheme = "https" if request.secure else "http"
        authorization = request.header("authorization")
        url = f"{scheme}://{request.authority}"
        answer = resource.answer(request.method, request.path, request.query, authorization, request.body, url)
        await self._write()
        return Response(answer.status, answer.body, JSON, answer.headers)

    def _admits(self, token: str) -> bool:
        account = self._server.world.platform.account
        known = (self._configuration.voipnow.token, account.api_key)
        return any(one and compare_digest(token.encode(), one.encode()) for one in known)

    # --- inside ---

    def _trouble(self, name: str, error: Exception) -> None:
        text = f"voxsim itself failed for this feed: {type(error).__name__}: {error}. Please report it."
        self._switch.note(None, "feed", "failed", None, {"feed": name, "error": text})

    async def _delivered(self) -> None:
        """Wait until nothing is on its way any more."""
        for delivery in self._deliveries:
            if not delivery.idle:
                event = trio.Event()
                delivery.on_idle.append(event.set)
                await event.wait()


class _LateWeb:
    """The real network, opened when the first request is made: most servers never make one."""

    def __init__(self, driver: Driver, nursery: trio.Nursery, ca_file: Path | None) -> None:
        self._driver = driver
        self._nursery = nursery
        self._ca_file = ca_file
        self._web: Fetcher | None = None
        self._waiting: list[tuple[HttpRequest, Asker]] | None = None

    def fetch(self, request: HttpRequest, asker: Asker) -> None:
        """Carry out one request."""
        if self._web is not None:
            self._web.fetch(request, asker)
        elif self._waiting is not None:
            self._waiting.append((request, asker))
        else:
            self._waiting = [(request, asker)]
            self._nursery.start_soon(self._open)

    async def _open(self) -> None:
        from voxsim.server.network import RealWeb

        try:
            async with RealWeb.opened(self._driver, ca_file=self._ca_file) as web:
                self._web = web
                for request, asker in self._waiting or ():
                    web.fetch(request, asker)
                await trio.sleep_forever()
        except ConfigurationError as error:
            # Whoever is told may ask for the next request at once.
            waiting, self._waiting = self._waiting or (), None
            for _, asker in waiting:
                self._driver.switch.post(asker.fail, HttpCode.INTERNAL, str(error))
            self._driver.poke()


def _row(rule: Rule) -> dict[str, Any]:
    """A rule as the storage keeps it."""
    return {
        "extension": rule.extension,
        "event": int(rule.event),
        "method": rule.method.name,
        "url": rule.url,
        "enabled": rule.enabled,
        "note": rule.note,
        "created": rule.created,
        "modified": rule.modified,
    }


def _read(identity: str, row: Any) -> Rule | None:
    """A rule that was kept; None for what cannot be read."""
    try:
        return Rule(
            id=identity,
            extension=row["extension"],
            event=EventType(row["event"]),
            method=Method[row["method"]],
            url=row["url"],
            enabled=row["enabled"],
            note=row["note"],
            created=row["created"],
            modified=row["modified"],
        )
    except (KeyError, TypeError, ValueError):
        return None


def _age(row: Any) -> float:
    created = row.get("created") if isinstance(row, dict) else None
    return float(created) if isinstance(created, int | float) else 0.0
