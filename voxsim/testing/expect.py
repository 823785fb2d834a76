"""Expectations: wait until something comes that matches, and fail with the picture of the call when it cannot.

An expectation looks at a stream of things that happened. It begins behind the one that the last expectation on this
stream matched, so that expectations written in order are met in order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from voxsim.driver import Stuck, TimeUp
from voxsim.engine.future import Future

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch, Timer

T = TypeVar("T")


class ExpectationFailed(AssertionError):
    """Something expected did not happen, or something unexpected did.

    Attributes:
        mark: the sequence number of the last record that was still as expected.
    """

    def __init__(self, message: str, mark: int) -> None:
        super().__init__(message)
        self.mark = mark


class Stream(Generic[T]):
    """Things that happened, in order, and how far the test has looked at them.

    Args:
        switch: the engine whose time passes.
        items: the list that grows.
        describe: one item in words, for the message of a failure.
        met: where the test stands: the sequence numbers at which its expectations were met, on any stream.
    """

    def __init__(self, switch: Switch, items: Sequence[T], describe: Callable[[T], str], met: list[int]) -> None:
        self.switch = switch
        self.items = items
        self.describe = describe
        self.position = 0
        self.met = met
        self._waiting: list[tuple[Callable[[T], bool], Future[T]]] = []

    def grew(self, item: T) -> None:
        """One more thing happened; it is the last of `items`."""
        for entry in tuple(self._waiting):
            matches, future = entry
            if not future.done and matches(item):
                self.position = len(self.items)
                self._waiting.remove(entry)
                future.set(item)
                break

    async def next(self, matches: Callable[[T], bool], words: str, seconds: float | None = None) -> T:
        """The next item that matches, now or later; time moves while it is waited for.

        Raises:
            ExpectationFailed: it cannot come any more, or did not come within so many seconds.
        """
        __tracebackhide__ = True
        for index in range(self.position, len(self.items)):
            if matches(self.items[index]):
                self.position = index + 1
                self.met.append(self.switch.sequence)
                return self.items[index]
        future: Future[T] = Future(self.switch, words)
        self._waiting.append((matches, future))
        timer = self._deadline(future, seconds)
        try:
            item = await future
        except (Stuck, TimeUp, _TooLate) as error:
            self._waiting = [entry for entry in self._waiting if entry[1] is not future]
            raise ExpectationFailed(self._message(words, str(error)), self.met[-1]) from None
        finally:
            if timer is not None:
                timer.cancel()
        self.met.append(self.switch.sequence)
        return item

    async def none(self, matches: Callable[[T], bool], words: str, seconds: float | None) -> None:
        """Fail when an item matches, from here on, within so many seconds (None: until nothing is left to happen)."""
        __tracebackhide__ = True
        mark = self.switch.sequence
        future: Future[T] = Future(self.switch, words)
        past = next((item for item in self.items[self.position :] if matches(item)), None)
        if past is None:
            self._waiting.append((matches, future))
            timer = self._deadline(future, seconds)
            try:
                past = await future
            except (Stuck, TimeUp, _TooLate):
                return
            finally:
                self._waiting = [entry for entry in self._waiting if entry[1] is not future]
                if timer is not None:
                    timer.cancel()
        raise ExpectationFailed(f"{words} was not to happen, but it did: {self.describe(past)}.", mark)

    def _deadline(self, future: Future[T], seconds: float | None) -> Timer | None:
        if seconds is None:
            return None
        return self.switch.after(seconds, future.fail, _TooLate(f"{seconds:g} s passed."))

    def _message(self, words: str, why: str) -> str:
        rest = [self.describe(item) for item in self.items[self.position :]]
        lines = [f"Expected: {words}. It did not happen. {why}"]
        if rest:
            lines.append("What happened instead, since the last expectation:")
            lines.extend(f"  {line}" for line in rest[-12:])
        return "\n".join(lines)


class _TooLate(Exception):
    """The time of a `within` has passed."""


class Timed:
    """A base for what can be asked with `within(seconds)`: a copy of it with that time limit."""

    _seconds: float | None = None

    def within(self, seconds: float) -> Self:
        """The same, but an expectation on it fails when it is not met within so many seconds of scenario time."""
        limited = object.__new__(type(self))
        limited.__dict__.update(self.__dict__)
        limited._seconds = float(seconds)
        return limited


def contains(wanted: str | re.Pattern[str], text: str) -> bool:
    """Whether a text has the wanted words in it (in any case), or matches the wanted pattern."""
    if isinstance(wanted, re.Pattern):
        return wanted.search(text) is not None
    return wanted.lower() in text.lower()


def quoted(wanted: str | re.Pattern[str]) -> str:
    """The wanted words for a message."""
    return f"/{wanted.pattern}/" if isinstance(wanted, re.Pattern) else repr(wanted)
