"""Links: addresses under which a record can be fetched by anybody, for five minutes."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

PREFIX: Final = "/temp/"
SECONDS: Final = 300
"""For how long a link is valid, in scenario time."""

_MOST: Final = 10_000


class Links:
    """The links that are valid.

    Args:
        now: the present, in unix seconds.
        random: where what cannot be guessed comes from.
    """

    def __init__(self, now: Callable[[], float], random: Random) -> None:
        self._now = now
        self._random = random
        self._known: dict[str, tuple[float, str]] = {}

    def make(self, path: str) -> str:
        """A link to a record's file: a path of this server's."""
        self._clear()
        link = f"{PREFIX}{self._random.getrandbits(128):032x}.{path.rpartition('.')[2]}"
        self._known[link] = self._now() + SECONDS, path
        return link

    def find(self, link: str) -> str | None:
        """The path of the file that a link leads to, as long as it is valid."""
        until, path = self._known.get(link, (0.0, ""))
        return path if until > self._now() else None

    def _clear(self) -> None:
        now = self._now()
        # Links are valid for equally long: those that expire first stand first.
        for link, (until, _) in tuple(self._known.items()):
            if until > now and len(self._known) < _MOST:
                break
            del self._known[link]
