"""The engine quickjs-ng, by the PyPI package of that name.

Its own time limit forbids calls into Python, so the limits are kept here, by an interrupt of the C library that asks
for the CPU time and the memory every ten thousand operations. The library's own limit of memory lies higher: in the
middle of an operation it may crash there. Rejections that nobody handles are collected as the library tells of them.
"""

from __future__ import annotations

import re
from functools import cache
from time import perf_counter, thread_time
from types import ModuleType
from typing import Any, Final

from voxsim.languages.javascript.engine import (
    FULL,
    NO_ROOM,
    Budget,
    Host,
    JsError,
    JsOutOfMemory,
    JsOverrun,
    Plain,
    filling,
)
from voxsim.languages.javascript.native import INTERRUPT, TRACKER, Library, Value, find
from voxsim.vocabulary.errors import ConfigurationError

_HOST: Final = "\x01host"
_MAKE: Final = b"\x01make"
_REASON: Final = b"\x01rejected"
_JOBS_BETWEEN_LOOKS: Final = 100
_ABOVE: Final = 16 * 1024 * 1024
"""How far above twice the limit of memory the library's own lies (bytes)."""

_WORDS: Final = "out of memory"
_NO_STACK: Final = re.compile(r"\n(undefined|null|)$")


class Missing(ConfigurationError):
    """The package is not installed."""


@cache
def load() -> tuple[ModuleType, Library]:
    """The package's module, and the library in it.

    Raises:
        Missing: it is not installed.
        ConfigurationError: the old `quickjs` package hides it, or it is not as known.
    """
    try:
        import _quickjs
    except ImportError:
        raise Missing("quickjs-ng is not installed.") from None
    if not hasattr(_quickjs, "StackOverflow"):
        raise ConfigurationError(
            "The old package 'quickjs' stands in the way of 'quickjs-ng': both have a module `_quickjs`. "
            "Mend it with: pip uninstall quickjs, then pip install --force-reinstall quickjs-ng."
        )
    return _quickjs, find(_quickjs)


@cache
def _compiled(prelude: str) -> bytes:
    module, library = load()
    context: Any = module.Context()
    return library.compile(library.pointers(context)[1], prelude)


def warm(prelude: str) -> None:
    """Do what is done once for all contexts."""
    _compiled(prelude)


class _Turns:
    """How long the running turn has computed: one for the process, since one thing runs at a time."""

    __slots__ = ("began", "depth", "engine", "full", "limit", "over", "start")

    def __init__(self) -> None:
        self.depth = 0
        self.limit = self.start = 0.0
        self.over = self.full = False
        self.began: float | None = None
        self.engine: QuickJs | None = None

    def look(self) -> bool:
        """Whether the turn has used up its time or its memory; the clock is first read when it has gone on a while."""
        if self.depth == 0 or self.engine is None:
            return False
        if self.full or self.over:
            # It was told before, and some part of the library took no notice.
            return True
        if self.engine.overflows():
            self.full = True
            return True
        now = thread_time()
        if self.began is None:
            self.began = now
        elif now - self.began > self.limit:
            self.over = True
        return self.over


_turns: Final = _Turns()
_contexts: Final[dict[int, QuickJs]] = {}


def _interrupt(runtime: int, opaque: int) -> int:
    return _turns.look()


def _track(context: int, promise: Value, reason: Value, handled: bool, opaque: int) -> None:
    engine = _contexts.get(context)
    if engine is not None:
        engine.rejected(promise, reason, handled)


_on_interrupt: Final = INTERRUPT(_interrupt)
_on_rejection: Final = TRACKER(_track)


class QuickJs:
    """One context of quickjs-ng."""

    __slots__ = (
        "_budget", "_context", "_entry", "_in_use", "_inner", "_library", "_most", "_pending", "_rejections",
        "_runtime", "_spent",
    )  # fmt: skip

    nests: Final = True

    def __init__(self, budget: Budget) -> None:
        module, self._library = load()
        self._budget = budget
        self._context: Any = module.Context()
        self._most = budget.memory_bytes
        self._context.set_memory_limit(2 * budget.memory_bytes + _ABOVE)
        self._context.set_max_stack_size(budget.stack_bytes)
        self._pending = self._context.execute_pending_job
        self._entry: Any = None
        self._spent = False
        self._rejections: dict[int, tuple[Value, Value]] = {}
        self._runtime, self._inner = self._library.pointers(self._context)
        self._in_use = self._library.in_use(self._runtime)
        self._library.set_interrupt(self._runtime, _on_interrupt, None)
        self._library.set_tracker(self._runtime, _on_rejection, None)
        _contexts[self._inner] = self

    def prepare(self, prelude: str, host: Host) -> None:
        """Evaluate the prelude with this host function."""
        context = self._context
        context.add_callable(_HOST, host)
        self._library.set_global(self._inner, _MAKE, self._library.run(self._inner, _compiled(prelude)))
        make = "(() => { const make = globalThis['\\x01make'], host = globalThis['\\x01host'];"
        make += "delete globalThis['\\x01make']; delete globalThis['\\x01host']; return make(host, true) })()"
        self._entry = context.eval(make)

    def evaluate(self, source: str) -> None:
        """Run a classic script and its microtasks."""
        # The completion value is dropped: it need not be one that can cross.
        self._turn(self._context.eval, f"{source}\n;undefined")

    def call(self, kind: float, number: float, *values: Plain) -> Plain:
        """Call the entry function, and run the microtasks."""
        return self._turn(self._entry, kind, number, *values)

    def _turn(self, function: Any, *args: Plain) -> Plain:
        turns = _turns
        if turns.depth:
            return self._nested(function, *args)
        turns.limit = self._budget.seconds
        turns.engine = self
        turns.over = turns.full = False
        turns.began = None
        turns.start = perf_counter()
        turns.depth = 1
        result: Plain = None
        thrown: JsError | None = None
        try:
            try:
                result = function(*args)
            except Exception as error:  # noqa: BLE001 - the package raises what it likes
                thrown = self._read(error)
            # The microtasks run after a throw as well, and never again after an end.
            if not self._spent and self._pending():
                self._run_jobs()
        except Exception as error:  # noqa: BLE001 - the package raises what it likes
            raise self._read(error) from None
        finally:
            turns.depth = 0
            turns.engine = None
        if not self._spent and self._in_use.value > self._most and self.overflows():
            self._spent = True
            raise JsOutOfMemory(_WORDS, thrown.stack if thrown is not None else "")
        if turns.over or turns.full:
            # A promise may have taken the interrupt for a rejection; its place is known where it was thrown.
            thrown = self._cut(thrown.stack if thrown is not None else "")
        if thrown is not None:
            raise thrown
        return result

    def overflows(self) -> bool:
        """Whether more memory is in use than may be, when all that nobody needs is given back."""
        if self._in_use.value <= self._most:
            return False
        self._library.collect(self._runtime)
        return self._in_use.value > self._most

    def _run_jobs(self) -> None:
        pending = self._pending
        jobs = 0
        while pending():
            jobs += 1
            if jobs % _JOBS_BETWEEN_LOOKS == 0 and _turns.look():
                raise self._cut("")

    def _nested(self, function: Any, *args: Plain) -> Plain:
        _turns.depth += 1
        try:
            result: Plain = function(*args)
            return result
        except Exception as error:  # noqa: BLE001 - the package raises what it likes
            raise self._read(error) from None
        finally:
            _turns.depth -= 1

    def _read(self, error: Exception) -> JsError:
        """What the package raised, as one of the port's errors."""
        if isinstance(error, JsError):
            return error
        words = str(error)
        head, stack = _parted(words)
        if _turns.over or _turns.full:
            return self._cut(stack)
        if head == FULL or (head in NO_ROOM and self.starved()):
            return JsOutOfMemory(_WORDS, stack)
        if isinstance(error, MemoryError):
            return JsOutOfMemory(_WORDS)
        return JsError(head, stack)

    def starved(self) -> bool:
        """Whether the null that this turn threw means that there was no memory for an error.

        What filled it may be free again by now; but it took its time.
        """
        return self._in_use.value > self._most // 2 or perf_counter() - _turns.start > filling(self._budget)

    def _cut(self, stack: str) -> JsError:
        """What the interrupt of the running turn means."""
        self._spent = True
        if _turns.full:
            return JsOutOfMemory(_WORDS, stack)
        return JsOverrun(f"JavaScript computed for more than {self._budget.seconds:g} s", stack)

    # --- rejections ---

    def rejected(self, promise: Value, reason: Value, handled: bool) -> None:
        """A promise was rejected with nobody to handle it, or somebody handles it after all."""
        if handled:
            for value in self._rejections.pop(promise.union, ()):
                self._library.drop(self._inner, value)
        else:
            keep = self._library.keep
            self._rejections[promise.union] = keep(self._inner, promise), keep(self._inner, reason)

    def unhandled(self) -> bool:
        """Give the entry function's next call one rejection that nobody handles."""
        if not self._rejections:
            return False
        promise, reason = self._rejections.pop(next(iter(self._rejections)))
        self._library.drop(self._inner, promise)
        self._library.set_global(self._inner, _REASON, reason)
        return True

    def close(self) -> None:
        """Drop everything."""
        while self._rejections:
            for value in self._rejections.popitem()[1]:
                self._library.drop(self._inner, value)
        _contexts.pop(self._inner, None)
        self._spent = True
        self._entry = self._pending = self._context = None


_FRAME: Final = re.compile(r"[^\n]*@[^\n]*:\d+:\d+$")


def _parted(words: str) -> tuple[str, str]:
    """An error's words, and the lines of its stack that the prelude wrote below them."""
    lines = words.split("\n")
    at = len(lines)
    while at > 1 and _FRAME.match(lines[at - 1]):
        at -= 1
    head = "\n".join(lines[:at])
    stack = "\n".join(lines[at:])
    return (head if stack else _NO_STACK.sub("", head)), stack
