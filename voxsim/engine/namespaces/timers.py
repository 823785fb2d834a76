"""The timer functions, in milliseconds as documented, and voxsim's own `sleep`, in seconds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from random import Random
from typing import Any

from voxsim.engine.current import current
from voxsim.engine.future import Future
from voxsim.engine.lifecycle import Operation, check_allowed
from voxsim.engine.session import Session
from voxsim.engine.timers import Timers
from voxsim.vocabulary.errors import BadArgument


def set_timeout(callback: Callable[[], Any], timeout: float = 0) -> int:
    """Call `callback()` once, after so many milliseconds; returns a number for `clear_timeout`.

    Raises:
        LimitExceeded: the session has 100 active timers.
        NotAllowed: the session is ending.
    """
    return _timers("setTimeout").start(callback, timeout, repeat=False)


def set_interval(callback: Callable[[], Any], timeout: float = 0) -> int:
    """Call `callback()` over and over; a period below 100 milliseconds counts as 100."""
    return _timers("setInterval").start(callback, timeout, repeat=True)


def clear_timeout(timeout_id: int | None) -> None:
    """Stop a timer; an unknown number changes nothing."""
    timers = current().timers
    if timers is not None:
        timers.clear_one(timeout_id)


def clear_interval(interval_id: int | None) -> None:
    """Stop a repeating timer; an unknown number changes nothing."""
    clear_timeout(interval_id)


async def sleep(seconds: float) -> None:
    """Wait in scenario time (seconds); the session goes on meanwhile."""
    session = current()
    check_allowed(session.phase, Operation.TIMER, "sleep")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
        raise BadArgument(f"sleep takes a number of seconds, got {seconds!r}.")
    future: Future[None] = Future(session.switch, f"the end of sleep({seconds})")
    session.switch.after(seconds, future.set, None)
    await future


def outside() -> AbstractContextManager[None]:
    """Hold virtual time in a `with` block, while the scenario does real work of its own, such as reading a file."""
    return current().switch.tasks.outside()


def now() -> datetime:
    """The present instant of the session, in UTC."""
    return datetime.fromtimestamp(current().switch.unix_time, UTC)


def random_source() -> Random:
    """The session's source of chance: seeded in runs and tests, so that they repeat."""
    return current().switch.random


def _timers(name: str) -> Timers:
    session: Session = current()
    check_allowed(session.phase, Operation.TIMER, name)
    if session.timers is None:
        session.timers = Timers(session)
    return session.timers
