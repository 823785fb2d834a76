"""Call lists as they are kept: plain data of a list and of a task, and how they are read again.

Instants are kept as unix seconds, because each run has an epoch of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.future import Future
from voxsim.platform.calllist import CallList, ListStatus, Task
from voxsim.platform.tasks import TaskStatus, Window

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch
    from voxsim.platform.account import Account

LISTS: Final = "calllists"
_FIGURES: Final = (
    "id",
    "name",
    "max_simultaneous",
    "num_attempts",
    "interval_seconds",
    "priority",
    "strategy",
    "custom_data",
    "submitted",
    "completed",
)
_FACTS: Final = (
    "id",
    "uuid",
    "custom_data",
    "attempts_left",
    "batch",
    "attempts",
    "result",
    "last_attempt",
    "priority",
    "sessions",
)


def tasks_space(number: int) -> str:
    """The storage's space for the tasks of a list."""
    return f"calltasks:{number}"


def list_row(one: CallList, switch: Switch) -> dict[str, Any]:
    """What is kept of a list, without its tasks."""
    figures = {name: getattr(one, name) for name in _FIGURES}
    rule = {"application": one.application.id, "rule": one.rule.number, "rule_name": one.rule.name}
    return {**figures, **rule, "status": one.status.value, "start_at": _unix(one.start_at, switch)}


def task_row(task: Task, switch: Switch) -> dict[str, Any]:
    """What is kept of a task."""
    window = None if task.window is None else [task.window.start, task.window.end]
    facts = {name: getattr(task, name) for name in _FACTS}
    return {**facts, "status": task.status.value, "window": window, "due": _unix(task.due, switch)}


def read_list(row: dict[str, Any], tasks: list[dict[str, Any]], account: Account, switch: Switch) -> CallList | None:
    """The list and its tasks again; None when its rule is not there any more."""
    found = account.rule(row["rule"])
    if found is None or found[1].name != row["rule_name"] or found[0].id != row["application"]:
        return None
    application, rule = found
    one = CallList(
        **{name: row[name] for name in _FIGURES},
        application=application,
        rule=rule,
        status=ListStatus(row["status"]),
        start_at=_instant(row["start_at"], switch),
        done=Future(switch, f"the end of call list {row['name']!r}"),
    )
    for kept in sorted(tasks, key=lambda task: int(task["id"])):
        one.add(_task(kept, switch))
    return one


def _task(row: dict[str, Any], switch: Switch) -> Task:
    return Task(
        **{name: row[name] for name in _FACTS},
        status=TaskStatus(row["status"]),
        window=None if row["window"] is None else Window(*row["window"]),
        due=_instant(row["due"], switch),
    )


def _unix(instant: int, switch: Switch) -> float:
    return switch.epoch + instant / 1e6


def _instant(unix: float, switch: Switch) -> int:
    return round((unix - switch.epoch) * 1_000_000)
