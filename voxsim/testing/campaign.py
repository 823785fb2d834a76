"""Campaign: a call list as a test sees it: its tasks, what became of them, and when all of them are done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from voxsim.engine.future import Future
from voxsim.platform.tasks import rows_of
from voxsim.testing.expect import ExpectationFailed
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch
    from voxsim.platform.calllist import CallList, Task
    from voxsim.platform.calllists import CallLists
    from voxsim.platform.rules import Rule
    from voxsim.testing.handles import SessionHandle
    from voxsim.testing.vox import Vox

Rows = str | Iterable[Mapping[str, Any]]


def over(calls: CallList, switch: Switch) -> Future[None]:
    """To be awaited: done when no task of the list is open any more."""
    future: Future[None] = Future(switch, f"the end of call list {calls.name!r}")
    calls.done.on_done(lambda: future.set(None))
    return future


class TaskHandle:
    """One task of a call list."""

    def __init__(self, vox: Vox, task: Task) -> None:
        self._vox = vox
        self._task = task

    @property
    def status(self) -> str:
        """`New`, `In progress`, `Processed`, `Error` or `Canceled`."""
        return self._task.status.value

    @property
    def result(self) -> Any:
        """What its sessions reported last, as data; None when they reported nothing."""
        return self._task.result

    @property
    def attempts(self) -> int:
        """How many attempts were made so far."""
        return self._task.attempts

    @property
    def attempts_left(self) -> int:
        """How many more may be made."""
        return self._task.attempts_left

    @property
    def custom_data(self) -> str:
        """What its sessions get."""
        return self._task.custom_data

    @property
    def sessions(self) -> list[SessionHandle]:
        """The sessions of its attempts, in order."""
        return [one for one in self._vox.sessions if one.session.number in self._task.sessions]

    def __repr__(self) -> str:
        return f"<task {self._task.id} {self.status}: {self.custom_data}>"


class CallListHandle:
    """A call list of the platform."""

    def __init__(self, vox: Vox, lists: CallLists, calls: CallList) -> None:
        self._vox = vox
        self._lists = lists
        self.calls = calls

    @classmethod
    def begun(cls, vox: Vox, rows: Rows, rule: Rule, figures: Mapping[str, Any]) -> CallListHandle:
        """A new list of the first application."""
        platform = vox.world.platform
        application = platform.account.applications[0]
        calls = platform.call_lists.create(rows_of(rows), rule, application, **figures)
        return cls(vox, platform.call_lists, calls)

    @property
    def tasks(self) -> list[TaskHandle]:
        """Its tasks, in the order of their rows."""
        return [TaskHandle(self._vox, task) for task in self.calls.tasks]

    @property
    def status(self) -> str:
        """`In progress`, `Completed` or `Canceled`."""
        return self.calls.status.value

    def append(self, rows: Rows) -> None:
        """Add tasks."""
        self._lists.append(self.calls, rows_of(rows))

    def stop(self) -> None:
        """Begin no more attempts; sessions that are alive go on."""
        self._lists.stop(self.calls)

    def recover(self) -> int:
        """Go on with what was stopped; returns how many tasks wait again."""
        return self._lists.recover(self.calls)

    async def finished(self) -> CallListHandle:
        """Wait until no task is open any more.

        Raises:
            ExpectationFailed: nothing is left to happen, and a task is still open.
        """
        __tracebackhide__ = True
        try:
            await over(self.calls, self._vox.world.switch)
        except VoxsimError as error:
            raise ExpectationFailed(str(error), self._vox.world.switch.sequence) from None
        return self

    def __repr__(self) -> str:
        return f"<call list {self.calls.name!r} {self.status}, {len(self.calls.tasks)} tasks>"
