"""The watchdog on handlers: scenario code that computes for over a second is interrupted.

A CPU-time signal ticks while the process computes; when the same stretch of scenario code is seen for too many ticks,
ScenarioTimeout is raised right in it. Best effort: it interrupts Python code, not a single long C call; it needs the
main thread and a system with `setitimer`, and it is off under a debugger.
"""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType
from typing import Any

from voxsim.engine.ports import Watch
from voxsim.vocabulary.errors import ScenarioTimeout

_TICKS = 4


class CpuWatch(Watch):
    """Watches the handlers of one run. `limit` is in seconds of CPU time."""

    def __init__(self, limit: float) -> None:
        super().__init__()
        self._limit = limit
        self._seen = -1
        self._ticks = 0
        self._old: Any = None
        self._installed = False

    def install(self) -> None:
        """Begin to tick, where the system allows it."""
        main = threading.current_thread() is threading.main_thread()
        if not main or not hasattr(signal, "setitimer") or _debugged():
            return
        self._old = signal.signal(signal.SIGPROF, self._tick)
        signal.setitimer(signal.ITIMER_PROF, self._limit / _TICKS, self._limit / _TICKS)
        self._installed = True

    def remove(self) -> None:
        """Cease to tick."""
        if self._installed:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, self._old or signal.SIG_DFL)
            self._installed = False

    def _tick(self, number: int, frame: FrameType | None) -> None:
        if not self.inside:
            return
        if self.stretch != self._seen:
            self._seen, self._ticks = self.stretch, 0
            return
        self._ticks += 1
        if self._ticks >= _TICKS:
            raise ScenarioTimeout(f"The handler computed for more than {self._limit:g} s.")


def _debugged() -> bool:
    """Whether a debugger traces this process (a coverage tool does not count)."""
    trace = sys.gettrace()
    return trace is not None and any(name in repr(trace).lower() for name in ("pdb", "pydevd", "bdb", "debug"))
