"""The engine of the PyPI package jsbox, which is quickjs-ng too, behind another wrapper: the second choice.

It stands in where quickjs-ng is missing or not as known. What is different: a turn's limit is time on the clock, not of
the CPU, and its line is not told; a rejection that nobody handles stays unseen, unless a handler returned its promise;
the entry function cannot be called while the host function runs. It is a weaker wall: an endless chain of `finally` may
go on for ever, and where memory runs out in the middle of an operation the library may crash.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from time import perf_counter
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
from voxsim.vocabulary.errors import ConfigurationError

_MOST_STACK: Final = 4 * 1024 * 1024
_MARK: Final = "__voxsim__"
"""A constant of the scripts' scope: what a turn needs is behind it, and it is no property of the global object."""

_GLUE: Final = f"""
const {_MARK} = (() => {{
  "use strict";
  const take = (name) => {{ const value = globalThis[name]; delete globalThis[name]; return value }};
  const [make, host, given, done] = ["make", "host", "given", "done"].map((name) => take("\\u0001" + name));
  const {{ apply }} = Reflect, never = new Promise(() => undefined), entry = make(host, false);
  return Object.freeze({{
    __proto__: null,
    never,
    turn() {{
      const values = given();
      if (values === null) return undefined;
      done(apply(entry, undefined, values));
      return never;
    }},
    end() {{
      done(null);
      return never;
    }},
  }});
}})();
"""


@cache
def load() -> Any:
    """The package's module.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        import jsbox
    except ImportError:
        raise ConfigurationError("jsbox is not installed.") from None
    return jsbox


def warm(prelude: str) -> None:
    """Do what is done once for all contexts."""
    load()


class JsBox:
    """One context of jsbox."""

    __slots__ = ("_began", "_budget", "_finished", "_given", "_overrun_error", "_result", "_runtime", "_thrown")

    nests: Final = False

    def __init__(self, budget: Budget) -> None:
        module = load()
        self._budget = budget
        self._thrown: type[Exception] = module.JavaScriptError
        self._overrun_error: type[Exception] = module.JsTimeoutError
        self._given: Sequence[Plain] | None = None
        self._began = 0.0
        self._finished = False
        self._result: Plain = None
        self._runtime: Any = module.Runtime(
            memory_limit=budget.memory_bytes,
            max_stack_size=min(budget.stack_bytes, _MOST_STACK),
            max_value_bytes=budget.memory_bytes,
        )

    def prepare(self, prelude: str, host: Host) -> None:
        """Evaluate the prelude with this host function."""
        bind = self._runtime.bind_function
        bind("\x01host", host)
        bind("\x01given", self._give)
        bind("\x01done", self._done)
        # Each script begins at line 1: what stands before the scenario's files has fewer lines than is kept for it.
        self._runtime.eval(f"globalThis['\\x01make'] = {prelude};undefined")
        self._runtime.eval(_GLUE)

    def _give(self) -> Sequence[Plain] | None:
        """What the entry function is called with: asked for from inside, since nothing but a script goes in."""
        given, self._given = self._given, None
        return given

    def _done(self, result: Plain = None, *_: Any) -> None:
        self._finished = True
        self._result = result

    def evaluate(self, source: str) -> None:
        """Run a classic script and its microtasks."""
        self._turn(f"{source}\n;{_MARK}.end()")

    def call(self, kind: float, number: float, *values: Plain) -> Plain:
        """Call the entry function, and run the microtasks."""
        self._given = (kind, number, *values)
        return self._turn(f"{_MARK}.turn()")

    def _turn(self, source: str) -> Plain:
        self._finished = False
        self._result = None
        self._began = perf_counter()
        error = self._run(source, self._budget.seconds)
        if error is None:
            return self._result
        if not isinstance(error, JsOverrun | JsOutOfMemory):
            # The microtasks run after a throw as well, and in the rest of the turn's time.
            later = self._run(f"{_MARK}.never", max(self._began + self._budget.seconds - perf_counter(), 0.001))
            error = later if isinstance(later, JsOverrun | JsOutOfMemory) else error
        raise error

    def _run(self, source: str, seconds: float) -> JsError | None:
        """Run a script whose value is a promise that never settles, which makes the package run all microtasks."""
        try:
            self._runtime.eval(source, timeout=seconds)
        except Exception as error:  # noqa: BLE001 - the package raises what it likes
            if isinstance(error, self._thrown) and self._finished:
                # All is done, and the promise is as it should be.
                return None
            return self._read(error)
        return None

    def _read(self, error: Exception) -> JsError:
        """What the package raised, as one of the port's errors."""
        if isinstance(error, self._overrun_error):
            return JsOverrun(f"JavaScript computed for more than {self._budget.seconds:g} s")
        if isinstance(error, MemoryError):
            return JsOutOfMemory("out of memory")
        if not isinstance(error, self._thrown):
            return JsError(f"{type(error).__name__}: {error}")
        told: Any = error
        text = f"{told.name}: {told.message}".removesuffix(": ") if told.name else str(told.message)
        stack = (told.stack or "").rstrip("\n")
        if text == FULL or (text in NO_ROOM and self.starved()):
            return JsOutOfMemory("out of memory", stack)
        return JsError(text, stack)

    def starved(self) -> bool:
        """Whether the null that this turn threw means that there was no memory for an error.

        What filled it may be free again by now; but it took its time.
        """
        return perf_counter() - self._began > filling(self._budget)

    def unhandled(self) -> bool:
        """Rejections that nobody handles are not told of by this package."""
        return False

    def close(self) -> None:
        """Drop everything."""
        self._runtime = self._given = self._result = None
