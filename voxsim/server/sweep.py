"""Sweep: once a second, every connection is asked whether its patience is over.

A deadline for each read would cost more than the read itself; clients that are slow or silent may as well be found a
second late. Time here is the wall's, however fast scenario time goes.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Protocol

import trio

if TYPE_CHECKING:
    from voxsim.server.door import Door

_PERIOD: Final = 1.0


class Watched(Protocol):
    """Something that waits for a client."""

    def check(self, now: float) -> None:
        """Do what has to be done when the client has let it wait for too long; `now` is `time.monotonic()`."""


class Sweep:
    """The connections that are watched."""

    def __init__(self) -> None:
        self.watched: set[Watched] = set()

    async def run(self, door: Door) -> None:
        """Look at every connection once a second."""
        while True:
            await trio.sleep(_PERIOD * door.factor)
            now = time.monotonic()
            for connection in tuple(self.watched):
                connection.check(now)
