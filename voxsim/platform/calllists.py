"""Call lists: tasks, each of which is tried by starting a session of a rule, until it succeeds or has no attempt left.

A session tells its list of the attempt (the CallList of scenarios); one that tells nothing counts as a success. At most
`max_simultaneous` sessions of a list are alive at a time. All instants are microseconds of the switch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.future import Future
from voxsim.engine.services import Answer, ReportKind
from voxsim.platform.calllist import FIRST_ATTEMPTS, Attempt, CallList, ListStatus, Task, check_figures
from voxsim.platform.nextattempt import NextAttempt
from voxsim.platform.storage import DATE
from voxsim.platform.tasks import Row, TaskStatus, Window, as_text
from voxsim.vocabulary.codes import FinishReason
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Switch
    from voxsim.platform.account import Application
    from voxsim.platform.rules import Rule

Start = Callable[["Rule", str, "Application"], "Session"]

_MICRO: Final = 1_000_000


class CallLists:
    """The call lists of an account.

    Args:
        start: begins a session of a rule with custom data.

    Attributes:
        lists: by their ids.
        on_change: told of every list, and of every task, that has changed.
    """

    def __init__(self, switch: Switch, start: Start) -> None:
        self._switch = switch
        self._start = start
        self._attempts: dict[str, Attempt] = {}
        self._tasks = 0
        self._waking = False
        self._paused = False
        self.on_change: Callable[[CallList, Task | None], None] = lambda one, task: None
        self.lists: dict[int, CallList] = {}
        switch.on_session_end.append(self._ended)

    # --- making and changing lists ---

    def create(
        self,
        rows: Iterable[Row],
        rule: Rule,
        application: Application,
        *,
        name: str = "list",
        attempts: int = 1,
        interval: int = 0,
        simultaneous: int = 1,
        priority: int = 0,
        strategy: str = FIRST_ATTEMPTS,
        start_at: int | None = None,
        custom_data: str = "",
        cancelled: bool = False,
    ) -> CallList:
        """Make a list; its first sessions begin at once.

        Args:
            rows: the tasks.
            rule, application: what each attempt starts.
            attempts: how often a task is tried at most, 1 to 5.
            interval: seconds from a failed attempt to the next.
            simultaneous: how many of its sessions may be alive.
            strategy: `first_attempts` or `repeated_attempts`, whichever go first.
            start_at: unix seconds before which nothing begins.
            custom_data: a text that is kept with the list.
            cancelled: do not begin before the list is recovered.

        Raises:
            BadArgument: a figure is out of bounds.
        """
        check_figures(attempts, interval, simultaneous, priority, strategy)
        number = max(self.lists, default=0) + 1
        made = CallList(
            id=number,
            name=name,
            application=application,
            rule=rule,
            max_simultaneous=simultaneous,
            num_attempts=attempts,
            done=Future(self._switch, f"the end of call list {name!r}"),
            interval_seconds=interval,
            priority=priority,
            strategy=strategy,
            custom_data=custom_data,
            submitted=self._date(),
            start_at=self.instant(start_at) if start_at is not None else 0,
            status=ListStatus.CANCELED if cancelled else ListStatus.IN_PROGRESS,
        )
        self.append(made, rows)
        self.lists[number] = made
        self._switch.note(None, "calllist", "created", None, {"list": made.name, "tasks": len(made.tasks)})
        self._finish_if_over(made)
        return made

    def append(self, to: CallList, rows: Iterable[Row]) -> tuple[str, list[Task]]:
        """Add tasks; returns the id of their batch, and them. A completed list goes on.

        Raises:
            BadArgument: a task's uuid is in the list already.
        """
        batch = self._uuid()
        known = {task.uuid for task in to.tasks}
        added = []
        for row in rows:
            uuid = row.uuid or self._uuid()
            if uuid in known:
                raise BadArgument(f"The task uuid {uuid!r} is in the list twice; each is unique within its list.")
            known.add(uuid)
            self._tasks += 1
            due = self.instant(row.start_at) if row.start_at is not None else 0
            left = to.num_attempts
            data = row.custom_data
            task = Task(id=self._tasks, uuid=uuid, custom_data=data, attempts_left=left, batch=batch, due=due)
            task.window = row.window
            task.status = TaskStatus.CANCELED if to.status is ListStatus.CANCELED else TaskStatus.NEW
            added.append(task)
        for task in added:
            to.add(task)
            self.on_change(to, task)
        if to.status is not ListStatus.CANCELED:
            self._reopen(to)
        for task in added:
            self._place(to, task)
        self.wake()
        return batch, added

    def stop(self, one: CallList) -> None:
        """Begin no more attempts: tasks that wait are canceled; sessions that are alive go on."""
        self.cancel(one, one.tasks)
        one.status = ListStatus.CANCELED
        self.on_change(one, None)
        self._finish_if_over(one)

    def cancel(self, one: CallList, tasks: Iterable[Task]) -> list[Task]:
        """Cancel those of the tasks that wait for an attempt; returns them."""
        canceled = [task for task in tasks if task.status is TaskStatus.NEW]
        for task in canceled:
            self._mark(one, task, TaskStatus.CANCELED)
            task.turn += 1
        self._finish_if_over(one)
        return canceled

    def recover(self, one: CallList) -> int:
        """Go on with a list that was stopped; returns how many tasks wait for an attempt again."""
        canceled = [task for task in one.tasks if task.status is TaskStatus.CANCELED]
        if canceled or one.open:
            self._reopen(one)
        for task in canceled:
            self._mark(one, task, TaskStatus.NEW)
            self._place(one, task)
        self.wake()
        return len(canceled)

    def delete(self, one: CallList) -> None:
        """Stop a list, and forget it."""
        self.stop(one)
        self.lists.pop(one.id, None)
        self.on_change(one, None)

    def edit(self, one: CallList, **figures: Any) -> None:
        """Change a list's figures, by the names of its fields; tasks not tried yet take a new number of attempts.

        Raises:
            BadArgument: a figure is out of bounds.
        """
        fields = ("num_attempts", "interval_seconds", "max_simultaneous", "priority", "strategy")
        check_figures(*(figures.get(name, getattr(one, name)) for name in fields))
        before = one.num_attempts
        for name, value in figures.items():
            setattr(one, name, value)
        for task in one.tasks:
            if task.status is TaskStatus.NEW:
                task.attempts_left = max(0, task.attempts_left + one.num_attempts - before)
                self._place(one, task)
        self.on_change(one, None)
        self.wake()

    def reschedule(self, one: CallList, task: Task, changes: NextAttempt) -> None:
        """Change a task that waits: when, with what data, and how often it is tried.

        Raises:
            BadArgument: it does not wait any more.
        """
        if task.status is not TaskStatus.NEW:
            raise BadArgument(f"The task is {task.status.value}: only one that is New can be edited.")
        self._apply(task, changes, task.due)
        self._place(one, task)
        self.wake()

    def rank(self, one: CallList, task: Task, priority: int) -> None:
        """Let a task go before those with a higher number."""
        task.priority = priority
        self._place(one, task)

    def restore(self, one: CallList) -> None:
        """Take up a list of an earlier run; an attempt that was cut off then counts as failed."""
        for task in one.tasks:
            self._tasks = max(self._tasks, task.id)
            if task.status is TaskStatus.IN_PROGRESS:
                task.due = self._switch.now + one.interval_seconds * _MICRO
                self._mark(one, task, TaskStatus.NEW)
        self.lists[one.id] = one
        for task in one.tasks:
            self._place(one, task)
        self._finish_if_over(one)
        self.wake()

    def pause(self) -> None:
        """Begin no more attempts in this run; lists and tasks stay as they are."""
        self._paused = True

    # --- what sessions tell ---

    def report(self, session: Session, kind: ReportKind, data: Any) -> Answer:
        """Take a session's report of its attempt."""
        attempt = self._attempts.get(session.key)
        if attempt is None:
            session.warn(f"CallList.{kind.value}: the session was not started by a call list; nobody takes the report.")
            return _refused("The session was not started by a call list.")
        task = attempt.task
        if kind is ReportKind.NEXT_ATTEMPT:
            try:
                attempt.next = NextAttempt.read(data)
            except BadArgument as error:
                session.warn(f"CallList.requestNextAttempt: {error}")
                return _refused(str(error))
            attempt.outcome = kind
        else:
            task.result = data
            self.on_change(attempt.list, task)
            again = attempt.outcome is ReportKind.NEXT_ATTEMPT and kind is ReportKind.ERROR
            if kind is not ReportKind.PROGRESS and not again:
                attempt.outcome = kind
        if kind is not ReportKind.PROGRESS:
            attempt.reported = self._switch.now
        return Answer(200, {"result": True})

    # --- attempts ---

    def wake(self) -> None:
        """Begin what can begin, as a step of the present instant."""
        if not self._waking:
            self._waking = True
            self._switch.post(self._begin_all)

    def _begin_all(self) -> None:
        self._waking = False
        for one in sorted(self.lists.values(), key=lambda one: (one.priority, one.id)):
            self._begin_due(one)

    def _begin_due(self, one: CallList) -> None:
        if one.status is not ListStatus.IN_PROGRESS or self._paused:
            return
        now = self._switch.now
        while one.later and one.later[0][0] <= now:
            _, _, turn, task = heappop(one.later)
            if turn == task.turn:
                self._place(one, task)
        while one.ready and one.running < one.max_simultaneous:
            *_, turn, task = heappop(one.ready)
            if turn != task.turn:
                continue
            if self._earliest(one, task) > now:
                self._place(one, task)
            else:
                self._begin(one, task)
        if one.timer is not None:
            one.timer.cancel()
        one.timer = self._switch.at(one.later[0][0], self.wake) if one.later else None
        self._finish_if_over(one)

    def _begin(self, one: CallList, task: Task) -> None:
        task.turn += 1
        task.attempts += 1
        task.attempts_left -= 1
        task.last_attempt = self._date()
        one.running += 1
        session = self._start(one.rule, task.custom_data, one.application)
        task.sessions.append(session.number)
        self._mark(one, task, TaskStatus.IN_PROGRESS)
        self._attempts[session.key] = Attempt(one, task)
        session.note("calllist", "attempt", None, {"list": one.name, "task": task.uuid, "attempt": task.attempts})

    def _ended(self, session: Session) -> None:
        attempt = self._attempts.pop(session.key, None)
        if attempt is None:
            return
        one, task = attempt.list, attempt.task
        one.running -= 1
        # A session that was ended from outside, as a server's are when it stops, had no chance to report.
        cut_off = attempt.outcome is None and session.finish_reason is FinishReason.ADMINISTRATIVE
        if attempt.outcome in (None, ReportKind.RESULT) and not cut_off:
            self._mark(one, task, TaskStatus.PROCESSED)
        else:
            since = self._switch.now if cut_off else attempt.reported
            self._apply(task, attempt.next, since + one.interval_seconds * _MICRO)
            canceled = one.status is ListStatus.CANCELED and task.attempts_left > 0
            self._mark(one, task, TaskStatus.CANCELED if canceled else TaskStatus.NEW)
            self._place(one, task)
        self._finish_if_over(one)
        self.wake()

    def _apply(self, task: Task, changes: NextAttempt, due: int) -> None:
        task.due = due if changes.start_at is None else self.instant(changes.start_at)
        if changes.attempts_left is not None:
            task.attempts_left = changes.attempts_left
        if changes.custom_data is not None:
            task.custom_data = as_text(changes.custom_data)
        if changes.start_time is not None or changes.end_time is not None:
            task.window = (task.window or Window()).changed(changes.start_time, changes.end_time)

    def _place(self, one: CallList, task: Task) -> None:
        """Put a task that waits among those that can begin, or those that can later; without attempts it has failed."""
        if task.status is not TaskStatus.NEW:
            return
        task.turn += 1
        if task.attempts_left < 1:
            self._mark(one, task, TaskStatus.ERROR)
            return
        self.on_change(one, task)
        due = self._earliest(one, task)
        if due > self._switch.now:
            heappush(one.later, (due, task.id, task.turn, task))
        else:
            repeated = task.attempts > 0
            rank = repeated if one.strategy == FIRST_ATTEMPTS else not repeated
            heappush(one.ready, (rank, task.priority, task.due, task.id, task.turn, task))

    def _earliest(self, one: CallList, task: Task) -> int:
        instant = max(self._switch.now, task.due, one.start_at)
        if task.window is None:
            return instant
        return instant + task.window.wait(self._switch.epoch * _MICRO + instant)

    def _mark(self, one: CallList, task: Task, status: TaskStatus) -> None:
        one.mark(task, status)
        self.on_change(one, task)

    def _reopen(self, one: CallList) -> None:
        one.status = ListStatus.IN_PROGRESS
        one.completed = ""
        self.on_change(one, None)
        if one.done.done:
            one.done = Future(self._switch, f"the end of call list {one.name!r}")

    def _finish_if_over(self, one: CallList) -> None:
        if one.running or one.open or one.done.done:
            return
        # What is left in them are entries of tasks that do not wait any more.
        one.ready.clear()
        one.later.clear()
        if one.timer is not None:
            one.timer.cancel()
            one.timer = None
        if one.status is ListStatus.IN_PROGRESS:
            one.status = ListStatus.COMPLETED
            one.completed = self._date()
            self.on_change(one, None)
        self._switch.note(None, "calllist", "ended", None, {"list": one.name, "status": one.status.value})
        one.done.set(one)

    # --- time ---

    def instant(self, unix: float) -> int:
        """Unix seconds as an instant of the switch."""
        return round((unix - self._switch.epoch) * _MICRO)

    def _date(self) -> str:
        return datetime.fromtimestamp(int(self._switch.unix_time), UTC).strftime(DATE)

    def _uuid(self) -> str:
        digits = f"{self._switch.random.getrandbits(128):032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _refused(text: str) -> Answer:
    return Answer(400, {"error": {"code": 101, "msg": text}})
