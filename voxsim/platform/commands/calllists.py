"""Commands for call lists: making and changing them, and reading what has become of their tasks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from voxsim.platform.calllist import FIRST_ATTEMPTS, CallList, ListStatus, Task
from voxsim.platform.commands.declare import (
    EMPTY_PARAMETER,
    INVALID_ARGUMENTS,
    Given,
    ManagementError,
    Reply,
    bad_parameter,
    command,
    part_of,
)
from voxsim.platform.nextattempt import NextAttempt, moment
from voxsim.platform.storage import DATE
from voxsim.platform.tasks import Row, Window, as_text, rows_of, time_of_day
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.platform.calllists import CallLists
    from voxsim.platform.commands.context import Context

_UNKNOWN_LIST: Final = 251
_NO_MONEY: Final = 127
_BAD_FORMAT: Final = 105
_LEAST_BALANCE: Final = 1
_LONGEST_NAME: Final = 255
_MOST: Final = 1000
_FORM: Final = "encoding:s delimiter:s escape:s quote:s"
_PREDICTIVE: Final = (
    "server_location:s ip_address:s call_list_type:s predictive_type:s maximum_error_rate:s minimum_busy_factor:s "
    "task_multiplier:s is_personal_campaign:b avg_dial_time_sec:s avg_time_talk_sec:s avg_total_time_sec:s "
    "percent_successful:s"
)
"""What chooses servers and paces dialling: accepted, and without effect here."""


def _lists(context: Context) -> CallLists:
    return context.platform.call_lists


def _list(context: Context, given: Given) -> CallList:
    found = _lists(context).lists.get(given["list_id"])
    if found is None:
        raise ManagementError(_UNKNOWN_LIST, f"There is no call list {given['list_id']}.")
    return found


def _rows(given: Given) -> list[Row]:
    try:
        return rows_of(
            given["file_content"],
            delimiter=given.get("delimiter"),
            quote=given.get("quote"),
            escape=given.get("escape"),
        )
    except BadArgument as error:
        raise ManagementError(INVALID_ARGUMENTS, f"'file_content': {error}") from None


def _checked_name(name: str) -> str:
    if len(name) > _LONGEST_NAME or "/" in name or "\\" in name:
        raise ManagementError(INVALID_ARGUMENTS, f"'name' has up to {_LONGEST_NAME} characters and no slash.")
    return name


@command(
    "CreateCallList",
    "rule_id:n* priority:n* max_simultaneous:n* num_attempts:n* name:s* file_content:s* list_custom_data:s "
    "interval_seconds:n task_priority_strategy:s queue_id:n start_at:n is_cancelled:b acd_version:s "
    "personal_campaign_type:s buffer_size_target:s buffer_size_value:s buffer_threshold_factor:s "
    f"{_FORM} {_PREDICTIVE}",
)
async def create_call_list(context: Context, given: Given) -> Reply:
    """Make a list from a CSV file; its first sessions begin at once."""
    if context.account.balance < _LEAST_BALANCE:
        raise ManagementError(_NO_MONEY, "Insufficient money: a call list needs a balance of 1 at least.")
    kind = given.get("call_list_type", "automatic").lower()
    if kind != "automatic":
        raise ManagementError(INVALID_ARGUMENTS, f"A call list of the type {kind!r} is not emulated: use 'automatic'.")
    found = context.account.rule(given["rule_id"])
    if found is None:
        raise bad_parameter("rule_id", f"there is no rule {given['rule_id']}")
    application, rule = found
    if given.get("start_at", context.now()) < int(context.now()):
        raise ManagementError(INVALID_ARGUMENTS, "'start_at' cannot be in the past.")
    try:
        made = _lists(context).create(
            _rows(given),
            rule,
            application,
            name=_checked_name(given["name"]),
            attempts=given["num_attempts"],
            interval=given.get("interval_seconds", 0),
            simultaneous=given["max_simultaneous"],
            priority=given["priority"],
            strategy=given.get("task_priority_strategy", FIRST_ATTEMPTS),
            start_at=given.get("start_at"),
            custom_data=given.get("list_custom_data", ""),
            cancelled=given.get("is_cancelled", False),
        )
    except BadArgument as error:
        raise ManagementError(INVALID_ARGUMENTS, str(error)) from None
    await context.kept()
    return {"result": True, "count": len(made.tasks), "list_id": made.id, "batch_id": made.tasks[0].batch}


@command("AppendToCallList", f"file_content:s* list_id:n list_name:s {_FORM}")
async def append_to_call_list(context: Context, given: Given) -> Reply:
    """Add the tasks of a CSV file to a list, which is named by its id or its name."""
    if "list_id" in given:
        to = _list(context, given)
    else:
        name = given.get("list_name", "")
        named = [one for one in _lists(context).lists.values() if one.name == name]
        if not named:
            raise ManagementError(_UNKNOWN_LIST, f"There is no call list {name!r}: give its 'list_id' or 'list_name'.")
        to = named[-1]
    try:
        batch, added = _lists(context).append(to, _rows(given))
    except BadArgument as error:
        raise ManagementError(INVALID_ARGUMENTS, str(error)) from None
    await context.kept()
    return {"result": True, "count": len(added), "list_id": to.id, "batch_id": batch}


@command(
    "EditCallList",
    "list_id:n* list_custom_data:s interval_seconds:n num_attempts:n max_simultaneous:n name:s priority:n start_at:n "
    f"task_priority_strategy:s call_type:s {_PREDICTIVE}",
)
async def edit_call_list(context: Context, given: Given) -> Reply:
    """Change a list's figures."""
    one = _list(context, given)
    names = {
        "list_custom_data": "custom_data",
        "interval_seconds": "interval_seconds",
        "num_attempts": "num_attempts",
        "max_simultaneous": "max_simultaneous",
        "priority": "priority",
        "task_priority_strategy": "strategy",
    }
    figures = {field: given[name] for name, field in names.items() if name in given}
    if "name" in given:
        figures["name"] = _checked_name(given["name"])
    if "start_at" in given:
        figures["start_at"] = _lists(context).instant(given["start_at"])
    try:
        _lists(context).edit(one, **figures)
    except BadArgument as error:
        raise ManagementError(INVALID_ARGUMENTS, str(error)) from None
    return {"result": True}


@command("DeleteCallList", "account_id:n list_id:n*")
async def delete_call_list(context: Context, given: Given) -> Reply:
    """Stop a list, and forget it."""
    _lists(context).delete(_list(context, given))
    return {"result": True, "msg": ""}


@command("StopCallListProcessing", "list_id:n*")
async def stop_call_list_processing(context: Context, given: Given) -> Reply:
    """Begin no more attempts of a list; sessions that are alive go on."""
    one = _list(context, given)
    if one.status is not ListStatus.IN_PROGRESS:
        raise ManagementError(INVALID_ARGUMENTS, f"The call list is not in progress: it is {one.status.value}.")
    _lists(context).stop(one)
    return {"result": True, "msg": "The call list processing is stopped."}


@command("RecoverCallList", "list_id:n*")
async def recover_call_list(context: Context, given: Given) -> Reply:
    """Go on with a list that was stopped."""
    return {"result": True, "count_recovery": _lists(context).recover(_list(context, given))}


# --- tasks ---


@command("CancelCallListBatch", "list_id:n* batch_ids:strs*")
async def cancel_call_list_batch(context: Context, given: Given) -> Reply:
    """Cancel the tasks of these batches that wait for an attempt."""
    one = _list(context, given)
    _lists(context).cancel(one, [task for task in one.tasks if task.batch in given["batch_ids"]])
    return {"result": True}


@command("CancelCallListTask", "account_id:n list_id:n* tasks_ids:ids tasks_uuids:strs")
async def cancel_call_list_task(context: Context, given: Given) -> Reply:
    """Cancel tasks that wait for an attempt; the reply says of each whether it did."""
    one = _list(context, given)
    if "tasks_ids" not in given and "tasks_uuids" not in given:
        raise ManagementError(EMPTY_PARAMETER, "'tasks_ids' or 'tasks_uuids' is needed.")
    tasks = [one.task(number) for number in given.get("tasks_ids", ())]
    tasks += [one.task(uuid=uuid) for uuid in given.get("tasks_uuids", ())]
    wanted = (*given.get("tasks_ids", ()), *given.get("tasks_uuids", ()))
    canceled = _lists(context).cancel(one, [task for task in tasks if task is not None])
    return {"result": [_canceled(which, task, task in canceled) for which, task in zip(wanted, tasks, strict=True)]}


def _canceled(which: int | str, task: Task | None, done: bool) -> Reply:
    if task is None:
        named: Reply = {"task_id" if isinstance(which, int) else "task_uuid": which}
        return {**named, "result": False, "error_msg": "There is no such task."}
    why = {} if done else {"error_msg": f"The task is {task.status.value}."}
    return {"task_id": task.id, "task_uuid": task.uuid, "result": done, **why}


@command(
    "EditCallListTask",
    "list_id:n* task_id:n task_uuid:s start_at:s attempts_left:n custom_data:s min_execution_time:s "
    "max_execution_time:s next_attempt_time:s call_schedule:s user_id:n skill_id:ids",
)
async def edit_call_list_task(context: Context, given: Given) -> Reply:
    """Change a task that waits for an attempt."""
    one = _list(context, given)
    task = one.task(given.get("task_id"), given.get("task_uuid"))
    if task is None:
        raise ManagementError(INVALID_ARGUMENTS, "There is no such task: give its 'task_id' or 'task_uuid'.")
    if "call_schedule" in given:
        raise ManagementError(INVALID_ARGUMENTS, "'call_schedule' is not emulated: use the execution times.")
    if ("min_execution_time" in given) is not ("max_execution_time" in given):
        raise ManagementError(INVALID_ARGUMENTS, "'min_execution_time' and 'max_execution_time' belong together.")
    at = given.get("start_at", given.get("next_attempt_time"))
    start, end = given.get("min_execution_time"), given.get("max_execution_time")
    try:
        changes = NextAttempt(
            start_at=None if at is None else moment(at),
            attempts_left=given.get("attempts_left"),
            custom_data=given.get("custom_data"),
            start_time=None if start is None else time_of_day(start),
            end_time=None if end is None else time_of_day(end),
        )
        _lists(context).reschedule(one, task, changes)
    except BadArgument as error:
        raise ManagementError(INVALID_ARGUMENTS, str(error)) from None
    return {"result": True}


@command("EditCallListTasksPriority", "list_id:n* tasks:s*")
async def edit_call_list_tasks_priority(context: Context, given: Given) -> Reply:
    """Let tasks go before others of their list: the lower the number, the sooner."""
    one = _list(context, given)
    results = []
    for entry in _objects(given["tasks"]):
        task = one.task(entry.get("task_id"), entry.get("task_uuid"))
        priority = entry.get("task_priority")
        if task is not None and type(priority) is int:
            _lists(context).rank(one, task, priority)
        named: Reply = {key: entry[key] for key in ("task_id", "task_uuid") if key in entry}
        results.append({**named, "result": task is not None and type(priority) is int})
    return {"results": json.dumps(results)}


def _objects(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ManagementError(
            INVALID_ARGUMENTS, "'tasks' is a JSON list of objects with 'task_id' and 'task_priority'."
        )
    return found


# --- reading ---


@command(
    "GetCallLists",
    "list_id:ids name:s is_active:b from_date:ts to_date:ts type_list:s count:n offset:n application_id:ids "
    "application_name:strs rule_id:ids rule_name:strs status:s",
)
async def get_call_lists(context: Context, given: Given) -> Reply:
    """The lists; a name is looked for as a part of theirs."""
    return part_of([_list_row(one) for one in _wanted(context, given)], given, most=_MOST)


def _wanted(context: Context, given: Given) -> Iterable[CallList]:
    since, until = given.get("from_date"), given.get("to_date")
    for one in _lists(context).lists.values():
        if (
            one.id in (given.get("list_id") or (one.id,))
            and given.get("name", "").lower() in one.name.lower()
            and given.get("is_active", one.status is ListStatus.IN_PROGRESS) is (one.status is ListStatus.IN_PROGRESS)
            and (since is None or one.submitted >= since.strftime(DATE))
            and (until is None or one.submitted <= until.strftime(DATE))
            and given.get("type_list", "AUTOMATIC").upper() == "AUTOMATIC"
            and one.application.id in (given.get("application_id") or (one.application.id,))
            and one.application.name in (given.get("application_name") or (one.application.name,))
            and one.rule.number in (given.get("rule_id") or (one.rule.number,))
            and one.rule.name in (given.get("rule_name") or (one.rule.name,))
            and given.get("status", one.status.value).lower() == one.status.value.lower()
        ):
            yield one


def _list_row(one: CallList) -> Reply:
    row: Reply = {
        "list_id": one.id,
        "list_name": one.name,
        "priority": one.priority,
        "rule_id": one.rule.number,
        "max_simultaneous": one.max_simultaneous,
        "num_attempts": one.num_attempts,
        "dt_submit": one.submitted,
        "interval_seconds": one.interval_seconds,
        "status": one.status.value,
        "task_priority_strategy": one.strategy,
    }
    return {**row, "dt_complete": one.completed} if one.completed else row


@command(
    "GetCallListDetails",
    "list_id:n* count:n offset:n output:s encoding:s delimiter:s batch_id:s is_async:b new_csv_style:b",
)
async def get_call_list_details(context: Context, given: Given) -> Reply:
    """The tasks of a list and their results, as JSON or, by default, as a CSV file."""
    one = _list(context, given)
    output = given.get("output", "csv").lower()
    if output not in ("json", "csv") or given.get("is_async"):
        raise ManagementError(_BAD_FORMAT, "The required output format type is not supported: json or csv, at once.")
    rows = [_task_row(one, task) for task in one.tasks if given.get("batch_id") in (None, task.batch)]
    if output == "json":
        return part_of(rows, given, most=_MOST, default=_MOST)
    part = part_of(rows, given, default=len(rows))["result"]
    return {"file_content": _table(part, given.get("delimiter", ";")).encode()}


def _task_row(one: CallList, task: Task) -> Reply:
    window = task.window
    return {
        "list_id": one.id,
        "custom_data": task.custom_data,
        "start_execution_time": _time(window.start) if window is not None else "",
        "finish_execution_time": _time(window.end) if window is not None else "",
        "result_data": "" if task.result is None else as_text(task.result),
        "last_attempt": task.last_attempt,
        "attempts_left": task.attempts_left,
        "status_id": task.status.id,
        "status": task.status.value,
        "task_id": task.id,
        "task_uuid": task.uuid,
    }


def _time(seconds: int) -> str:
    seconds = min(seconds, Window().end - 1)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _table(rows: list[Reply], delimiter: str) -> str:
    if len(delimiter) != 1:
        raise ManagementError(INVALID_ARGUMENTS, f"'delimiter' is one character, got {delimiter!r}.")
    out = io.StringIO()
    names = list(rows[0]) if rows else []
    writer = csv.DictWriter(out, names, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
