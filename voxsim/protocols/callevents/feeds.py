"""Feeds: the systems that tell other software of calls, each fed with the same happenings.

A feed is a pure fold: its own state for each session, and one happening, make messages. What it makes is handed to a
delivery of its own, which never waits. A feed that fails is told of and left out of that happening; no call notices.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any, Final, Protocol, runtime_checkable

import attrs

from voxsim.parties.entries import Configuration
from voxsim.protocols.callevents.happenings import Happening
from voxsim.protocols.callevents.people import People
from voxsim.protocols.callevents.view import View

MAKERS: Final[dict[str, str]] = {
    "ccsevents": "voxsim.protocols.ccsevents.feed",
    "elma365": "voxsim.protocols.elma365.feed",
    "voipnow": "voxsim.protocols.voipnow.feed",
}
"""The feeds by name: the module of each has a function `make(setting)` that makes one."""


class Outgoing(Protocol):
    """A message that a feed makes.

    Attributes:
        at: the happening's instant, in unix milliseconds.
    """

    @property
    def at(self) -> int:
        """See above."""

    def shown(self) -> list[str]:
        """The message as lines for a person to read; the first says what goes where."""


class Feed(Protocol):
    """A pure fold of happenings into messages."""

    @property
    def wants(self) -> Collection[type[Happening]]:
        """The happenings that can mean something to it; it is told of no others."""

    def take(self, happening: Happening) -> Sequence[Outgoing]:
        """The messages that one more happening means, in order."""


@runtime_checkable
class KeepsBack(Protocol):
    """A feed that keeps messages back for a moment, until more is known."""

    def flush(self, now: int) -> Sequence[Outgoing]:
        """Those that have waited long enough at this moment, in unix milliseconds."""


Deliver = Callable[[Any], None]
"""Takes messages: a sequence of them."""

_Told = tuple[str, Callable[[Happening], Sequence[Any]], Deliver]
"""A feed's name, what takes a happening, and what takes the messages that come of it."""


@attrs.frozen
class Setting:
    """What a feed is made from: who is who, and what is configured. `epoch` is where the journal's time begins."""

    people: People
    configuration: Configuration
    epoch: int


def make(name: str, setting: Setting) -> Feed:
    """A feed by its name."""
    made: Feed = import_module(MAKERS[name]).make(setting)
    return made


class Feeds:
    """Feeds on one view.

    Args:
        people: who is who.
        epoch: the unix seconds at which the journal's time begins.
        deliver: for each feed by name, the feed and what takes its messages: those of one happening at a time.
        trouble: is told when a feed, or the view itself (as `view`), fails; by default the error goes up.

    Attributes:
        see: takes one more record; a subscriber of the journal.
        see_all: takes more records; a follower of the journal.
    """

    def __init__(
        self,
        people: People,
        epoch: int,
        deliver: Mapping[str, tuple[Feed, Deliver]],
        trouble: Callable[[str, Exception], None] | None = None,
    ) -> None:
        self.view = View(people, epoch, self._tell, None if trouble is None else partial(trouble, "view"))
        self.see = self.view.see
        self.see_all = self.view.see_all
        self._trouble = trouble
        self._feeds: dict[str, tuple[Feed, Deliver]] = {}
        self._told: dict[type[Happening], tuple[_Told, ...]] = dict.fromkeys(Happening.__subclasses__(), ())
        for name, (feed, takes) in deliver.items():
            self.add(name, feed, takes)

    @property
    def names(self) -> tuple[str, ...]:
        """The feeds that are told."""
        return tuple(self._feeds)

    def add(self, name: str, feed: Feed, deliver: Deliver) -> None:
        """Tell one more feed from now on."""
        self._feeds[name] = feed, deliver
        self._told = {
            kind: tuple((name, feed.take, takes) for name, (feed, takes) in self._feeds.items() if kind in feed.wants)
            for kind in Happening.__subclasses__()
        }

    def _tell(self, happenings: list[Happening]) -> None:
        told = self._told
        for happening in happenings:
            for name, take, deliver in told[type(happening)]:
                try:
                    messages = take(happening)
                    if messages:
                        deliver(messages)
                except Exception as error:
                    # A call must not fail for who looks on.
                    if self._trouble is None:
                        raise
                    self._trouble(name, error)
