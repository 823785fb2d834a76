"""A result that comes later, awaitable from scenarios and tests without knowing any event loop."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch

T = TypeVar("T")


class Future(Generic[T]):
    """Done once, with a value or an error. Awaiting it gives control back to the engine.

    `waiting_for` says in words what would complete it, for the report of a run that cannot end; the words may be
    worked out only when somebody asks.
    """

    __slots__ = ("_callbacks", "_error", "_switch", "_value", "_words", "done")

    def __init__(self, switch: Switch, waiting_for: str | Callable[[], str] = "") -> None:
        self._switch = switch
        self._callbacks: list[Callable[[], None]] = []
        self._value: T | None = None
        self._error: BaseException | None = None
        self.done = False
        self._words = waiting_for

    def __repr__(self) -> str:
        return "a promise (await it first)"

    @property
    def waiting_for(self) -> str:
        """What would complete it, in words."""
        return self._words if isinstance(self._words, str) else self._words()

    def set(self, value: T) -> None:
        """Complete it with a value; a second completion is ignored."""
        if not self.done:
            self._value = value
            self._finish()

    def fail(self, error: BaseException) -> None:
        """Complete it with an error; a second completion is ignored."""
        if not self.done:
            self._error = error
            self._finish()

    def on_done(self, callback: Callable[[], None]) -> None:
        """Call back when it is done (at once, when it is already)."""
        if self.done:
            callback()
        else:
            self._callbacks.append(callback)

    def forget(self, callback: Callable[[], None]) -> None:
        """Do not call back after all; nothing happens when it was never asked for."""
        with contextlib.suppress(ValueError):
            self._callbacks.remove(callback)

    def result(self) -> T:
        """The value, or the error raised."""
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]

    def __await__(self) -> Generator[Any, Any, T]:
        yield from self._switch.tasks.wait(self).__await__()
        return self.result()

    def _finish(self) -> None:
        self.done = True
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()


class Promised(Future[T]):
    """What an async handler returned, in a language that has promises: its outcome comes later, by itself."""

    __slots__ = ()


LATER: Final = frozenset({CoroutineType, Promised})
"""What a handler returns whose outcome comes later."""
