"""Turns: the tasks that the driver lets run one after the other, and why a run can be given up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import attrs
import trio

from voxsim.engine.future import Future
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session

Done = Callable[[Any, BaseException | None], None]


class Stuck(VoxsimError):
    """Nothing is left to happen, but something is still waited for; the message says who would have to act."""


class TimeUp(VoxsimError):
    """The longest time that a run may take has passed."""


class Waiter:
    """A trio task that waits for a future of the engine.

    Attributes:
        of_scenario: whether the task is a handler's; others belong to a test, or to a server.
        gone: whether it has been resumed or cancelled.
    """

    __slots__ = ("_turns", "_waiters", "future", "gone", "of_scenario", "task")

    def __init__(
        self,
        turns: deque[Waiter | Start | None],
        waiters: set[Waiter],
        task: trio.lowlevel.Task,
        future: Future[Any],
        of_scenario: bool,
    ) -> None:
        self._turns = turns
        self._waiters = waiters
        self.task = task
        self.future = future
        self.of_scenario = of_scenario
        self.gone = False

    def due(self) -> None:
        """The future is done: its turn comes."""
        self._turns.append(self)

    def abort(self, _: Any) -> trio.lowlevel.Abort:
        """The task is cancelled."""
        self.gone = True
        self._waiters.discard(self)
        return trio.lowlevel.Abort.SUCCEEDED


@attrs.define(eq=False)
class Start:
    """A coroutine that is to become a task."""

    session: Session | None
    coroutine: Coroutine[Any, Any, Any]
    done: Done
