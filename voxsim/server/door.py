"""Door: how tasks with sockets give the engine something to do, and wait for what comes of it.

Whatever comes from outside becomes a step of the engine at the present instant. The step is taken right here when no
handler has its turn, so a request through a plain handler costs no task switch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, cast

import trio

from voxsim.driver import Driver

T = TypeVar("T")


class Pending(Generic[T]):
    """A result that the engine gives once, now or later."""

    __slots__ = ("_event", "_value", "given")

    def __init__(self) -> None:
        self.given = False
        self._value: T | None = None
        self._event: trio.Event | None = None

    def give(self, value: T) -> None:
        """Here it is."""
        self.given = True
        self._value = value
        if self._event is not None:
            self._event.set()

    @property
    def value(self) -> T:
        """The result, once it is there."""
        return cast("T", self._value)

    async def wait(self) -> T:
        """The result, as soon as it is there."""
        if not self.given:
            self._event = trio.Event()
            await self._event.wait()
        return cast("T", self._value)


class Door:
    """The server's way into the engine."""

    __slots__ = ("driver", "factor", "switch")

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.switch = driver.switch
        self.factor = driver.pace.factor

    def deadline(self, seconds: float) -> float:
        """The moment on trio's clock that is so many real seconds away: that clock may go faster than the world's."""
        return trio.current_time() + seconds * self.factor

    async def call(self, function: Callable[..., T], *args: object) -> T:
        """Call a function as a step of the engine, and return or raise what it does."""
        pending: Pending[tuple[T | None, Exception | None]] = Pending()

        def step() -> None:
            try:
                pending.give((function(*args), None))
            except Exception as error:  # noqa: BLE001 - belongs to the caller
                pending.give((None, error))

        self.switch.post(step)
        self.driver.poke()
        value, error = await pending.wait()
        if error is not None:
            raise error
        return cast("T", value)
