"""The port to a JavaScript engine: what a session's context needs of one, and the three ways in which code fails.

An engine holds one isolated context. It runs scripts and one entry function, each with its microtasks, under a limit of
CPU time; memory and stack are limited too. Only texts, numbers, truth values and None cross. It knows no session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import attrs

from voxsim.vocabulary.errors import VoxsimError

Plain = str | float | bool | None
"""What crosses between Python and JavaScript. Texts have no NUL and no lone surrogate in them; whole numbers are
floats, because engines differ in how large an integer they take."""

Host = Callable[..., Plain]
"""The one function of Python that JavaScript calls. It never raises: an error is a value like any other."""


@attrs.frozen(kw_only=True)
class Budget:
    """What one context may use.

    Attributes:
        memory_bytes: of all its objects.
        stack_bytes: of its calls.
        seconds: CPU time of one turn, its microtasks included.
    """

    memory_bytes: int
    stack_bytes: int
    seconds: float


FULL: Final = "InternalError: out of memory"
NO_ROOM: Final = frozenset({"null", "InternalError"})
"""What an engine throws when its memory is full, and when there is not even room for the words of it."""


def filling(budget: Budget) -> float:
    """How long it takes at least, in seconds, to fill that much memory with things that are not large."""
    return budget.memory_bytes / 2e10


class JsError(VoxsimError):
    """Something that JavaScript threw and did not catch: its words, and its stack as the engine tells it."""

    def __init__(self, text: str, stack: str = "") -> None:
        super().__init__(text)
        self.stack = stack


class JsOverrun(JsError):
    """A turn used up its time. The context can be used again."""


class JsOutOfMemory(JsError):
    """The context has no memory left; nothing more can be done in it."""


class Engine(Protocol):
    """One isolated context of JavaScript."""

    def prepare(self, prelude: str, host: Host) -> None:
        """Evaluate the prelude, an expression that is a function; it returns the entry function.

        It is called with the host function, and whether the entry function can be called while that one runs.
        """

    def evaluate(self, source: str) -> None:
        """Run a classic script and its microtasks.

        Raises:
            JsError: it threw, used up its time or its memory, or is no JavaScript.
        """

    def call(self, kind: float, number: float, *values: Plain) -> Plain:
        """Call the entry function, run the microtasks, and return what it returned; errors as for `evaluate`."""

    def starved(self) -> bool:
        """Whether the null that this turn threw means that there was no memory for an error."""

    def unhandled(self) -> bool:
        """Give the entry function's next call one rejection that nobody handles, or False when there is none."""

    @property
    def nests(self) -> bool:
        """Whether the entry function can be called while the host function runs."""

    def close(self) -> None:
        """Drop everything."""
