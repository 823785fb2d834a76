"""Ccs: ccsevents as a test looks at it. What each domain is told, and clients without sockets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voxsim.protocols.callevents.feeds import Feeds
from voxsim.protocols.callevents.view import KINDS
from voxsim.protocols.ccsevents.client import Client, Owner
from voxsim.protocols.ccsevents.control import Control
from voxsim.protocols.ccsevents.events import Event, Message
from voxsim.protocols.ccsevents.feed import CcsEvents
from voxsim.protocols.ccsevents.links import Links
from voxsim.testing.following import people_of

if TYPE_CHECKING:
    from voxsim.parties.world import World


class CcsHandle:
    """ccsevents.

    Args:
        world: whose calls are followed.
        failure_on_no_answer: tell of a `connection_failure`, too, when calls were rung and none was answered.
        menus, numbers: as for `people_of`.

    Attributes:
        events: all events so far, in order, whoever is told of them.
        messages: the same as they were told to domains.
    """

    def __init__(
        self,
        world: World,
        *,
        failure_on_no_answer: bool = False,
        menus: Mapping[str, str] | None = None,
        numbers: Iterable[str] = (),
    ) -> None:
        self.people = people_of(world, menus, numbers)
        self.events: list[Event] = []
        self.messages: list[Message] = []
        self._clients: list[Client] = []
        self._switch = world.switch
        self._feed = CcsEvents(self.people, failure_on_no_answer=failure_on_no_answer)
        self._feed.on_events = self.events.extend
        self._feed.flush_by(world.switch, self._deliver)
        self._links = Links(lambda: world.switch.unix_time, world.switch.random)
        self._control = Control(world, self.people, self._feed, self._links, lambda path: True)
        feeds = Feeds(self.people, world.switch.epoch, {"ccsevents": (self._feed, self._deliver)})
        world.switch.subscribe(feeds.see, KINDS)

    @property
    def told(self) -> list[str]:
        """All events so far in short: `call_create 201`, `call_set_state 201 talk`, `connection_delete bye`."""
        return [_short(event) for event in self.events]

    def of(self, domain: str) -> list[Event]:
        """What a domain was told so far, in order."""
        return [message.event for message in self.messages if message.domain == domain]

    def told_to(self, domain: str) -> list[str]:
        """The same in short."""
        return [_short(event) for event in self.of(domain)]

    def client(self, domain: str = "", **owner: Any) -> CcsClient:
        """A client of a domain; by default of the one for those who name none. Keywords as for `Owner`."""
        whose = Owner(domain=self.people.tenant(domain).domain, **{"kind": "token", "token": "secret", **owner})
        ids, switch = self._switch.ids, self._switch
        commands = self._control.commands
        client = Client(whose, lambda: switch.unix_time, commands, identity=ids.uuid(), session=ids.uuid())
        self._clients.append(client)
        return CcsClient(client)

    def _deliver(self, messages: Sequence[Message]) -> None:
        self.messages.extend(messages)
        for client in self._clients:
            for message in messages:
                client.offer(message)


class CcsClient:
    """A client of a test: what it asks is answered at once, and what it is told waits to be looked at."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._told: list[tuple[str | int, dict[str, Any]]] = []
        self._asked = 0

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Make a request, and return the parameters of its answer."""
        self._asked += 1
        return self.send(json.dumps([method, {"qid": self._asked, **parameters}]))[1]

    def send(self, text: str) -> tuple[str, dict[str, Any]]:
        """Send any text, and return the method and the parameters of the answer."""
        self._read()
        self.client.take(text)
        answer = self.client.next_text()
        method, parameters = json.loads(answer or "[null, null]")
        return method, parameters

    def subscribe(self, *events: str, identity: str | int = "s", **parameters: Any) -> dict[str, Any]:
        """Subscribe to events, to all by default; returns the answer."""
        return self.ask("subscribe", id=identity, events=list(events or ("ccsevents.*",)), **parameters)

    @property
    def told(self) -> list[tuple[str | int, dict[str, Any]]]:
        """What it was told so far: the subscription's id and the event, as they were sent."""
        self._read()
        return self._told

    def _read(self) -> None:
        while (text := self.client.next_text()) is not None:
            _, parameters = json.loads(text)
            self._told.append((parameters["id"], parameters["event"]))


def _short(event: Event) -> str:
    data, words = event.data, [event.type]
    if event.call is not None:
        words.append(event.call.party.short or event.call.party.number)
    keys: tuple[str, ...] = ("stopreason", "stoptype", "dtmf", "number", "reason", "side")
    if event.type.endswith("set_state"):
        keys = ("state",)
    elif event.type.endswith("create"):
        keys = ()
    elif "changed" in data:
        keys = ("changed",)
    for key in keys:
        if key in data:
            value = data[key]
            words.append(",".join(value) if isinstance(value, list) else str(value).partition("@")[0])
    return " ".join(words)
