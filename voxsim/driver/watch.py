"""The watchdog on handlers: scenario code that computes for over a second is interrupted.

A CPU-time signal ticks while the process computes; when the same stretch of scenario code is seen for too many ticks,
or a scenario's task in all of them since nothing else had a chance, ScenarioTimeout is raised right in it. Best effort:
it interrupts Python code, not a single long C call; it needs the main thread and a system with `setitimer`, and it is
off under a debugger.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections import Counter
from types import FrameType
from typing import TYPE_CHECKING, Any

from voxsim.engine.current import running
from voxsim.engine.ports import Watch
from voxsim.vocabulary.errors import ScenarioTimeout

if TYPE_CHECKING:
    from voxsim.engine.session import Session

_TICKS = 4


class CpuWatch(Watch):
    """Watches the handlers of one run. `limit` is in seconds of CPU time.

    Attributes:
        rests: how often there was nothing to do but to wait. A task that only yields, as by `sleep(0)`, prevents it.
    """

    def __init__(self, limit: float) -> None:
        super().__init__()
        self._limit = limit
        self.rests = 0
        self._seen = -1
        self._ticks = 0
        self._rested = -1
        self._going_round: Counter[Session] = Counter()
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
            self._tick_between()
            return
        if self.stretch != self._seen:
            self._seen, self._ticks = self.stretch, 0
            return
        self._ticks += 1
        if self._ticks >= _TICKS:
            raise ScenarioTimeout(f"The handler computed for more than {self._limit:g} s.")

    def _tick_between(self) -> None:
        """Between turns a task may go round by itself, and keep all others from theirs: count whose tasks are seen."""
        if self.rests != self._rested:
            self._rested = self.rests
            self._going_round.clear()
        session = running.get(None)
        if session is None:
            return
        self._going_round[session] += 1
        if self._going_round[session] > _TICKS:
            self._going_round.clear()
            raise ScenarioTimeout(
                f"The handler computed for more than {self._limit:g} s and waited for nothing: sleep(0) is no wait."
            )


def _debugged() -> bool:
    """Whether a debugger traces this process (a coverage tool does not count)."""
    trace = sys.gettrace()
    return trace is not None and any(name in repr(trace).lower() for name in ("pdb", "pydevd", "bdb", "debug"))
