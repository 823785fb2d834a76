"""`setTimeout` and `setInterval`: numbered timers of one session, at most 100 active, periods of at least 100 ms."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.emitter import NotAFunction
from voxsim.engine.switch import Timer
from voxsim.vocabulary.errors import BadArgument, LimitExceeded, ScenarioError

if TYPE_CHECKING:
    from voxsim.engine.session import Session


MOST_AT_ONE_INSTANT: Final = 10_000
"""More timers of one session that fire at one instant are taken for an endless loop (a guess: the platform has no
such figure, but its handlers have a run time of one second)."""


class Timers:
    """The active timers of one session."""

    __slots__ = ("_active", "_fired", "_instant", "_last", "session")

    def __init__(self, session: Session) -> None:
        self.session = session
        self._active: dict[int, Timer] = {}
        self._last = 0
        self._instant = -1
        self._fired = 0

    def start(self, callback: Any, milliseconds: float, *, repeat: bool) -> int:
        """Start a timer and return its number."""
        limits = self.session.switch.limits
        if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float) or not isfinite(milliseconds):
            raise BadArgument(f"A timer's time is a number of milliseconds, got {milliseconds!r}.")
        if len(self._active) >= limits.active_timers:
            self.session.limit("active_timers", limits.active_timers)
            raise LimitExceeded(f"A session can have {limits.active_timers} active timers; clear some first.")
        if not callable(callback):
            callback = NotAFunction(callback, self.session.script.where())
        self._last += 1
        period = max(milliseconds, limits.interval_min_ms) if repeat else max(milliseconds, 0)
        self._arm(self._last, callback, period, repeat)
        return self._last

    def clear_one(self, number: Any) -> None:
        """Stop a timer; an unknown number changes nothing."""
        timer = self._active.pop(number, None) if isinstance(number, int) else None
        if timer is not None:
            timer.cancel()

    def clear(self) -> None:
        """Stop all timers."""
        for timer in self._active.values():
            timer.cancel()
        self._active.clear()

    def _count(self) -> None:
        """Refuse to go on for ever at one instant: timers that set timers of no length never let time pass.

        Raises:
            ScenarioError: so many fired that this is no coincidence; the session ends.
        """
        now = self.session.switch.now
        self._fired = self._fired + 1 if now == self._instant else 1
        self._instant = now
        if self._fired > MOST_AT_ONE_INSTANT:
            text = f"{MOST_AT_ONE_INSTANT} timers fired at one instant: timers of 0 ms that set each other never end."
            self.session.failed(ScenarioError(text, fatal=True))

    def _arm(self, number: int, callback: Callable[[], Any], milliseconds: float, repeat: bool) -> None:
        self._active[number] = self.session.switch.after_ms(
            milliseconds, self._fire, number, callback, milliseconds, repeat
        )

    def _fire(self, number: int, callback: Callable[[], Any], milliseconds: float, repeat: bool) -> None:
        if number not in self._active:
            return
        self._count()
        if number not in self._active:
            return
        if repeat:
            self._arm(number, callback, milliseconds, repeat)
        else:
            del self._active[number]
        self.session.note("timer", "fired", None, {"timer": number})
        self.session.run(callback)
