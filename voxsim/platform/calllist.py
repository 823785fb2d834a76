"""A call list as data: its figures, its tasks, and what has become of each. When attempts begin is in `calllists`."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import attrs

from voxsim.engine.services import ReportKind
from voxsim.platform.nextattempt import NextAttempt
from voxsim.platform.tasks import TaskStatus, Window
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.future import Future
    from voxsim.engine.switch import Timer
    from voxsim.platform.account import Application
    from voxsim.platform.rules import Rule

MOST_ATTEMPTS: Final = 5
FIRST_ATTEMPTS: Final = "first_attempts"
REPEATED_ATTEMPTS: Final = "repeated_attempts"
_OPEN: Final = (TaskStatus.NEW, TaskStatus.IN_PROGRESS)


class ListStatus(Enum):
    """What has become of a list, as the management API says it."""

    IN_PROGRESS = "In progress"
    COMPLETED = "Completed"
    CANCELED = "Canceled"


@attrs.define(eq=False, kw_only=True)
class Task:
    """One row of a list.

    Attributes:
        custom_data: what its sessions get, JSON of the row.
        attempts: how many were made; `attempts_left` how many may follow.
        result: what was reported last, as data.
        last_attempt: the date of the last attempt, or empty.
        sessions: the numbers of the sessions that tried it.
        due: when the next attempt may begin; `turn` counts how often that was decided anew.
    """

    id: int
    uuid: str
    custom_data: str
    attempts_left: int
    batch: str = ""
    window: Window | None = None
    status: TaskStatus = TaskStatus.NEW
    attempts: int = 0
    result: Any = None
    last_attempt: str = ""
    priority: int = 0
    sessions: list[int] = attrs.field(factory=list)
    due: int = 0
    turn: int = 0


@attrs.define(eq=False, kw_only=True)
class CallList:
    """A list, its figures and its tasks.

    Attributes:
        priority: the lower it is, the sooner its tasks begin when several lists could.
        strategy: whether first or repeated attempts go first.
        submitted, completed: dates; empty while it is not completed.
        start_at: when it may begin.
        running: how many of its sessions are alive.
        open: how many tasks wait for an attempt or are being tried.
        done: set when none is open any more.
    """

    id: int
    name: str
    application: Application
    rule: Rule
    max_simultaneous: int
    num_attempts: int
    done: Future[CallList]
    interval_seconds: int = 0
    priority: int = 0
    strategy: str = FIRST_ATTEMPTS
    custom_data: str = ""
    submitted: str = ""
    completed: str = ""
    status: ListStatus = ListStatus.IN_PROGRESS
    start_at: int = 0
    running: int = 0
    tasks: list[Task] = attrs.field(factory=list)
    open: int = 0
    timer: Timer | None = None
    ready: list[tuple[Any, ...]] = attrs.field(factory=list)
    later: list[tuple[Any, ...]] = attrs.field(factory=list)

    def add(self, task: Task) -> None:
        """Take a task in."""
        self.tasks.append(task)
        self.open += task.status in _OPEN

    def mark(self, task: Task, status: TaskStatus) -> None:
        """Give a task another status."""
        self.open += (status in _OPEN) - (task.status in _OPEN)
        task.status = status

    def task(self, number: int | None = None, uuid: str | None = None) -> Task | None:
        """The task with this number, else with this uuid."""
        if number is not None:
            return next((task for task in self.tasks if task.id == number), None)
        return next((task for task in self.tasks if task.uuid == uuid), None)


@attrs.define(eq=False)
class Attempt:
    """A session that tries a task, and what it has told so far."""

    list: CallList
    task: Task
    outcome: ReportKind | None = None
    reported: int = 0
    next: NextAttempt = attrs.field(factory=NextAttempt)


def check_figures(attempts: int, interval: int, simultaneous: int, priority: int, strategy: str) -> None:
    """Raise BadArgument when a list cannot have such figures."""
    if not 1 <= attempts <= MOST_ATTEMPTS:
        raise BadArgument(f"A call list makes 1 to {MOST_ATTEMPTS} attempts, not {attempts}.")
    if interval < 0:
        raise BadArgument(f"The interval between attempts cannot be negative, got {interval}.")
    if simultaneous < 1:
        raise BadArgument(f"At least one task at a time is needed, got {simultaneous}.")
    if not 0 <= priority <= 1 << 31:
        raise BadArgument(f"A priority is a number from 0, the highest, to 2^31; got {priority}.")
    if strategy not in (FIRST_ATTEMPTS, REPEATED_ATTEMPTS):
        raise BadArgument(f"The strategy is {FIRST_ATTEMPTS!r} or {REPEATED_ATTEMPTS!r}, got {strategy!r}.")
