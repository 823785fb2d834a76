"""`setTimeout` and `setInterval`: numbered timers of one session, at most 100 active, periods of at least 100 ms."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING, Any

from voxsim.engine.switch import Timer
from voxsim.vocabulary.errors import BadArgument, LimitExceeded

if TYPE_CHECKING:
    from voxsim.engine.session import Session


class Timers:
    """The active timers of one session."""

    __slots__ = ("_active", "_last", "_session")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._active: dict[int, Timer] = {}
        self._last = 0

    def start(self, callback: Callable[[], Any], milliseconds: float, *, repeat: bool) -> int:
        """Start a timer and return its number."""
        limits = self._session.switch.limits
        if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float) or not isfinite(milliseconds):
            raise BadArgument(f"A timer's time is a number of milliseconds, got {milliseconds!r}.")
        if len(self._active) >= limits.active_timers:
            self._session.limit("active_timers", limits.active_timers)
            raise LimitExceeded(f"A session can have {limits.active_timers} active timers; clear some first.")
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

    def _arm(self, number: int, callback: Callable[[], Any], milliseconds: float, repeat: bool) -> None:
        self._active[number] = self._session.switch.after_ms(
            milliseconds, self._fire, number, callback, milliseconds, repeat
        )

    def _fire(self, number: int, callback: Callable[[], Any], milliseconds: float, repeat: bool) -> None:
        if number not in self._active:
            return
        if repeat:
            self._arm(number, callback, milliseconds, repeat)
        else:
            del self._active[number]
        self._session.note("timer", "fired", None, {"timer": number})
        self._session.run(callback)
