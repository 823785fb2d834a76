"""Following: the systems that follow calls, as a test sets them up and looks at what they are told.

The fixture's calls are folded as they happen, and the messages travel through its scripted web.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from voxsim.engine.future import Future
from voxsim.parties.feedentries import EVENTS
from voxsim.parties.identity import Identity
from voxsim.protocols.callevents.delivery import SECONDS, Delivery
from voxsim.protocols.callevents.feeds import Feeds
from voxsim.protocols.callevents.people import Menu, People
from voxsim.protocols.callevents.view import KINDS
from voxsim.protocols.voipnow.configured import extended
from voxsim.protocols.voipnow.feed import VoipNow
from voxsim.protocols.voipnow.requests import CallEvent, Dialect
from voxsim.protocols.voipnow.rules import EVERY, EventType, Method, Rule, Rules

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch
    from voxsim.parties.world import World


def people_of(world: World, menus: Mapping[str, str] | None = None, numbers: Iterable[str] = ()) -> People:
    """Who is who among the parties that a world has by now.

    Args:
        menus: the extensions of scenarios, by the scenario's name.
        numbers: the platform's public numbers, digits alone.
    """
    menu_entries = [
        Menu(application=application.name, rule=rule, identity=Identity.of(extension))
        for application in world.platform.account.applications
        for rule, extension in (menus or {}).items()
    ]
    return People([party for party in world.directory.parties if party.identity], menu_entries, numbers)


class VoipNowHandle:
    """VoipNow's call events.

    Args:
        world: whose calls are followed.
        url: where the requests go.
        method: `POST` or `GET`.
        events: some of `dial-in`, `dial-out`, `hangup`, `answer-in`, `answer-out`; all when empty.
        extension: whose events; `*` for everybody's.
        menus, numbers: as for `people_of`.
        dialect: how parameters are written.
        seconds: how long a receiver may take.

    Attributes:
        rules: who asked for what; more can be put in.
        sent: the requests so far, in order, wherever they are on their way.
    """

    def __init__(
        self,
        world: World,
        url: str,
        *,
        method: str = "POST",
        events: Iterable[str] = (),
        extension: str = EVERY,
        menus: Mapping[str, str] | None = None,
        numbers: Iterable[str] = (),
        dialect: Dialect | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.people = people_of(world, menus, numbers)
        self.rules = Rules()
        self.sent: list[CallEvent] = []
        self._switch: Switch = world.switch
        self._delivery = Delivery(world.switch, lambda: world.switch.web, "voipnow", seconds=seconds)
        feed = VoipNow(self.rules, dialect)
        feeds = Feeds(self.people, world.switch.epoch, {"voipnow": (feed, self._send)})
        world.switch.subscribe(feeds.see, KINDS)
        for event in tuple(events) or EVENTS:
            self.rule(EventType(EVENTS.index(event)), url, method=Method[method], extension=extension)

    def rule(self, event: EventType, url: str, *, method: Method = Method.POST, extension: str = EVERY) -> Rule:
        """Add a rule."""
        identity = str(len(self.rules) + 1)
        made = Rule(id=identity, extension=extended(self.people, extension), event=event, method=method, url=url)
        self.rules.put(made)
        return made

    @property
    def told(self) -> list[str]:
        """The requests so far in short: `dial-in 0003*201 CALLING`."""
        return [f"{one.rule.event.title} {one.extension} {dict(one.parameters)['CallStatus']}" for one in self.sent]

    def of(self, extension: str) -> list[CallEvent]:
        """The requests about one extension."""
        return [one for one in self.sent if one.extension == extended(self.people, extension)]

    async def delivered(self) -> None:
        """Wait until nothing is on its way any more."""
        if not self._delivery.idle:
            future: Future[None] = Future(self._switch, "the call events to be delivered")
            self._delivery.on_idle.append(lambda: future.set(None))
            await future
            self._delivery.on_idle.clear()

    def _send(self, messages: Sequence[CallEvent]) -> None:
        self.sent.extend(messages)
        self._delivery.send_all(messages)
