"""Telephony: ELMA365 as a test sees it. A hosted module, the webhooks that it gets, and what the system knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from voxsim.engine.future import Future
from voxsim.parties.telephonyentries import ModuleEntry
from voxsim.protocols.callevents.delivery import SECONDS, Delivery
from voxsim.protocols.callevents.feeds import Feeds
from voxsim.protocols.callevents.view import KINDS
from voxsim.protocols.elma365.dialects import Speech
from voxsim.protocols.elma365.feed import WEBHOOK, Subscriber, Webhook, Webhooks
from voxsim.protocols.elma365.module import SECONDS as MODULE_SECONDS
from voxsim.protocols.elma365.results import Member, Reply
from voxsim.protocols.elma365.system import Card, FeedEntry, Item, Notification, System
from voxsim.protocols.elma365.telephony import Telephony
from voxsim.testing.following import people_of

if TYPE_CHECKING:
    from pathlib import Path

    from voxsim.engine.switch import Switch
    from voxsim.parties.world import World

SERVER = "http://elma365.test"
"""Where the fixture's module and provider are."""


class Elma365Handle:
    """ELMA365, with one module or none.

    Args:
        world: whose calls are told of.
        module: the module's file; without one webhooks go to `url` alone.
        url: somebody else who is told.
        params: the module's settings; `endpoint` and `apiKey` of the provider are there by themselves.
        users: system users by member id.
        contacts: numbers of clients whom the system knows already.
        dialect, key, secret: how the provider tells of calls: `neutral`, `gravitel` or `zadarma`; the `crm_token` of
            the second, and what signs webhooks of the third.
        numbers: the platform's public numbers, digits alone.
        seconds: how long a receiver may take.
        module_seconds: how long a function of the module may take.

    Attributes:
        sent: the webhooks so far, in order, wherever they are on their way.
    """

    def __init__(
        self,
        world: World,
        module: str | Path | None = None,
        *,
        url: str | None = None,
        params: Mapping[str, Any] | None = None,
        users: Mapping[str, str] | None = None,
        contacts: Iterable[str] = (),
        dialect: str = "neutral",
        key: str = "",
        secret: str = "",
        numbers: Iterable[str] = (),
        seconds: float = SECONDS,
        module_seconds: float = MODULE_SECONDS,
    ) -> None:
        self.sent: list[Webhook] = []
        self._switch: Switch = world.switch
        people = people_of(world, None, numbers)
        self._telephony = Telephony(world, people, lambda: SERVER, lambda: "emulator")
        speech = Speech(dialect=dialect, token=key, secret=secret)
        told = [] if url is None else [Subscriber(where=lambda: url, speech=speech)]
        if module is not None:
            entry = ModuleEntry(
                name="pbx",
                file=str(module),
                token="sesame",  # noqa: S106 - of a world that is gone when the test is
                params=params or {},
                users=users or {},
                contacts=tuple(contacts),
            )
            self.office = self._telephony.host(entry, seconds=module_seconds)
            told.append(self._telephony.subscriber("pbx", speech))
        web = self._telephony.web(lambda: world.switch.web)
        self._delivery = Delivery(world.switch, lambda: web, "elma365", seconds=seconds)
        feeds = Feeds(people, world.switch.epoch, {"elma365": (Webhooks(told), self._send)})
        world.switch.subscribe(feeds.see, KINDS)

    def _send(self, messages: Sequence[Webhook]) -> None:
        self.sent.extend(messages)
        self._delivery.send_all(messages)

    # --- what was told ---

    @property
    def told(self) -> list[str]:
        """The webhooks so far in short: `start in 15550001 202 unknown`, `event INCOMING 202`, `NOTIFY_START`."""
        return [_short(one.fields) for one in self.sent]

    async def delivered(self) -> None:
        """Wait until nothing is on its way any more."""
        if not self._delivery.idle:
            future: Future[None] = Future(self._switch, "the webhooks to be delivered")
            self._delivery.on_idle.append(lambda: future.set(None))
            await future
            self._delivery.on_idle.clear()

    # --- what the system knows ---

    @property
    def system(self) -> System:
        """All of it."""
        return self.office.system

    @property
    def cards(self) -> list[Card]:
        """The call cards, in order."""
        return self.system.cards

    @property
    def members(self) -> list[Member]:
        """The PBX's users, once the module was asked for them."""
        return self.system.members

    @property
    def missed(self) -> list[Card]:
        """The missed calls."""
        return self.system.missed

    @property
    def items(self) -> list[Item]:
        """The app items of clients."""
        return list(self.system.items.values())

    @property
    def feed(self) -> list[FeedEntry]:
        """The records in activity streams."""
        return self.system.entries

    @property
    def notifications(self) -> list[Notification]:
        """What users were told."""
        return self.system.notifications

    @property
    def log(self) -> list[str]:
        """What the module wrote, and what went wrong with it."""
        return self.office.lines

    # --- the buttons ---

    async def check(self) -> tuple[bool, str]:
        """Check the connection: whether it works, and why not."""
        return await self.office.check()

    async def configure(self) -> list[Member]:
        """Ask for the PBX's users, and map them to users of the system."""
        return await self.office.configure()

    async def generate_call(self, source: str, destination: str) -> None:
        """Press a phone number: the operator `source` is called, then the client `destination`."""
        await self.office.generate_call(source, destination)

    async def record_link(self, card: Card) -> str:
        """Play a card's record: where the module says it is."""
        return await self.office.record_link(card.number)

    async def renew(self) -> str:
        """Renew the webhook's token; returns the new link."""
        await self.office.renew()
        return self.office.webhook_url

    async def webhook(
        self,
        body: bytes | str = b"",
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        token: str | None = None,
        module: str = "pbx",
    ) -> Reply:
        """Call the webhook as a provider would; with the right token unless another one is given."""
        data = body.encode() if isinstance(body, str) else body
        asked = urlencode({"token": self.office.token if token is None else token, **(query or {})})
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        return await self._telephony.webhook(method, f"{WEBHOOK}{module}", asked, lower, data)


def _short(fields: dict[str, Any]) -> str:
    if "type" in fields and "cmd" not in fields:
        return " ".join(str(fields[name]) for name in ("type", "direction", "srcPhone", "dstPhone", "disposition"))
    if "cmd" in fields:
        last = fields.get("status", "")
        return " ".join(filter(None, (fields["cmd"], fields["type"], fields["ext"], fields["phone"], last)))
    names = ("event", "caller_id", "destination", "internal", "disposition")
    return " ".join(str(fields[name]) for name in names if fields.get(name))
