"""Stepping a trio task in place: a task that the driver has just rescheduled runs at once, where the driver stands.

Giving a task its turn through trio's own loop costs two rounds of it, system calls included, and an async handler needs
a turn for everything that it awaits. Trio offers no public way to run a scheduled task at once, so this file does what
its loop does with one task. It is used only when this trio has all that it touches; without it the driver is slower.
"""

from __future__ import annotations

from typing import Any, Final

import outcome
import trio

_RUNNER: Final = ("deadlines", "instruments", "reschedule", "runq", "task_exited")
_TASK: Final = ("_next_send_fn", "_next_send", "_abort_func", "_attempt_delivery_of_any_pending_cancel")


class InPlace:
    """Steps tasks of the trio run that it was found in."""

    def __init__(self, context: Any, traps: Any) -> None:
        self._context = context
        self._runner = context.runner
        self._checkpoint = traps.CancelShieldedCheckpoint
        self._wait = traps.WaitTaskRescheduled

    @classmethod
    def find(cls) -> InPlace | None:
        """The stepper for the present trio run, or None when this trio is built differently."""
        core = getattr(trio, "_core", None)
        context = getattr(getattr(core, "_run", None), "GLOBAL_RUN_CONTEXT", None)
        traps = getattr(core, "_traps", None)
        runner = getattr(context, "runner", None)
        task = trio.lowlevel.current_task()
        fits = (
            hasattr(traps, "CancelShieldedCheckpoint")
            and hasattr(traps, "WaitTaskRescheduled")
            and all(hasattr(runner, name) for name in _RUNNER)
            and all(hasattr(task, name) for name in _TASK)
            and hasattr(runner.deadlines, "_active")  # type: ignore[union-attr]
        )
        # An instrument wants to see every step, and would not see these.
        return cls(context, traps) if fits and not runner.instruments.get("_all") else None  # type: ignore[union-attr]

    @property
    def has_deadlines(self) -> bool:
        """Whether any cancel scope has a deadline."""
        return self._runner.deadlines._active > 0  # type: ignore[no-any-return]

    def step_last(self) -> None:
        """Run the task that was rescheduled last until it blocks or ends, as trio's loop would on its next round."""
        runner, context = self._runner, self._context
        task = runner.runq.pop()
        send, value = task._next_send_fn, task._next_send
        task._next_send_fn = task._next_send = None
        driver, context.task = context.task, task
        final: outcome.Outcome[Any] | None = None
        message: Any = None
        try:
            message = task.context.run(send, value)
        except StopIteration as stop:
            final = outcome.Value(stop.value)
        except BaseException as error:  # noqa: BLE001 - every end of a task is reported to trio, as its loop does
            final = outcome.Error(error)
        finally:
            context.task = driver
        if final is not None:
            runner.task_exited(task, final)
        elif type(message) is self._wait:
            task._abort_func = message.abort_func
            task._attempt_delivery_of_any_pending_cancel()
        elif message is self._checkpoint:
            runner.reschedule(task)
        else:
            runner.reschedule(task, outcome.Error(TypeError(f"A handler awaited something foreign: {message!r}")))
