"""Feeds: the systems that tell other software of calls, each fed with the same happenings.

A feed is a pure fold: its own state for each session, and one happening, make messages. What it makes is handed to a
delivery of its own, which never waits. A feed that fails is told of and left out of that happening; no call notices.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from importlib import import_module
from typing import Any, Final, Protocol, runtime_checkable

import attrs

from voxsim.engine.journal import Record
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

    def take(self, happening: Happening) -> Iterable[Outgoing]:
        """The messages that one more happening means, in order."""


@runtime_checkable
class KeepsBack(Protocol):
    """A feed that keeps messages back for a moment, until more is known."""

    def flush(self, now: int) -> Iterable[Outgoing]:
        """Those that have waited long enough at this moment, in unix milliseconds."""


_Told = tuple[str, Callable[[Happening], Iterable[Any]], Callable[[Any], None]]
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
    """Feeds on one view. Its `see` is a subscriber of the journal.

    Args:
        view: makes happenings of records.
        deliver: for each feed by name, the feed and what takes its messages.
        trouble: is told when a feed, or the view itself (as `view`), fails.
    """

    def __init__(
        self,
        view: View,
        deliver: Mapping[str, tuple[Feed, Callable[[Any], None]]],
        trouble: Callable[[str, Exception], None],
    ) -> None:
        self.view = view
        self._see = view.see
        self._trouble = trouble
        self._feeds: dict[str, tuple[Feed, Callable[[Any], None]]] = {}
        self._told: dict[type[Happening], tuple[_Told, ...]] = {}
        for name, (feed, takes) in deliver.items():
            self.add(name, feed, takes)

    @property
    def names(self) -> tuple[str, ...]:
        """The feeds that are told."""
        return tuple(self._feeds)

    def add(self, name: str, feed: Feed, deliver: Callable[[Any], None]) -> None:
        """Tell one more feed from now on."""
        self._feeds[name] = feed, deliver
        kinds = {kind for feed, _ in self._feeds.values() for kind in feed.wants}
        self._told = {
            kind: tuple((name, feed.take, takes) for name, (feed, takes) in self._feeds.items() if kind in feed.wants)
            for kind in kinds
        }

    def see(self, record: Record) -> None:
        """One more record; never raises."""
        try:
            happenings = self._see(record)
        except Exception as error:  # noqa: BLE001 - a call must not fail for who looks on
            self._trouble("view", error)
            return
        if not happenings:
            return
        told = self._told
        for happening in happenings:
            for name, take, deliver in told.get(type(happening), ()):
                try:
                    for message in take(happening):
                        deliver(message)
                except Exception as error:  # noqa: BLE001 - a call must not fail for who looks on
                    self._trouble(name, error)
