"""Commands that read the call history: at once, or as a report to be downloaded."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from voxsim.platform.commands.declare import (
    INVALID_ARGUMENTS,
    Given,
    ManagementError,
    Reply,
    bad_parameter,
    command,
    part_of,
)
from voxsim.platform.storage import HistoryQuery, Row

if TYPE_CHECKING:
    from voxsim.platform.commands.context import Context

REPORTS: Final = "reports"
_MOST: Final = 1000
_FILTERS: Final = (
    "from_date:ts{0} to_date:ts{0} min_duration:n max_duration:n call_session_history_id:ids application_id:n "
    "application_name:s user_id:ids rule_name:s remote_number:strs remote_number_list:s local_number:strs "
    "call_session_history_custom_data:s with_calls:b with_records:b with_other_resources:b desc_order:b "
    "with_total_count:b with_header:b is_async:b output:s count:n offset:n"
)


def _query(context: Context, given: Given, *, count: int) -> HistoryQuery:
    start, end = given["from_date"], given["to_date"]
    if start > end:
        raise ManagementError(123, "Invalid date range: 'from_date' is later than 'to_date'.")
    application = context.application_or_none(given)
    remote = (*given.get("remote_number", ()), *_listed(given.get("remote_number_list", "")))
    return HistoryQuery(
        from_date=start,
        to_date=end,
        min_duration=given.get("min_duration"),
        max_duration=given.get("max_duration"),
        sessions=given.get("call_session_history_id", ()),
        application_id=application.id if application is not None else None,
        user_ids=given.get("user_id", ()),
        rule_name=given.get("rule_name"),
        remote_numbers=tuple(number.lstrip("+") for number in remote),
        local_numbers=tuple(number.lstrip("+") for number in given.get("local_number", ())),
        custom_data=given.get("call_session_history_custom_data"),
        with_calls=given.get("with_calls", False),
        with_records=given.get("with_records", False),
        with_other_resources=given.get("with_other_resources", False),
        desc_order=given.get("desc_order", False),
        count=min(given.get("count", count), _MOST),
        offset=given.get("offset", 0),
    )


def _listed(text: str) -> tuple[str, ...]:
    """A list of numbers, which comes as JSON or parted by semicolons."""
    try:
        found = json.loads(text)
    except ValueError:
        return tuple(part.strip() for part in text.split(";") if part.strip())
    return tuple(str(number) for number in found) if isinstance(found, list) else (text,)


@command("GetCallHistory", _FILTERS.format("*"))
async def get_call_history(context: Context, given: Given) -> Reply:
    """The sessions that have ended; with `is_async` a report of them."""
    if given.get("is_async"):
        return await get_call_history_async(context, given)
    for name in ("count", "offset"):
        if given.get(name, 0) < 0:
            raise ManagementError(INVALID_ARGUMENTS, f"'{name}' cannot be negative.")
    page = await context.storage.history(_query(context, given, count=20))
    reply: Reply = {"result": page.rows, "count": len(page.rows), "timezone": "Etc/GMT"}
    if given.get("with_total_count", True):
        reply["total_count"] = page.total
    return reply


@command("GetCallHistoryAsync", _FILTERS.format("*"))
async def get_call_history_async(context: Context, given: Given) -> Reply:
    """Order a report; GetHistoryReports tells of it, DownloadHistoryReport gives it."""
    page = await context.storage.history(_query(context, given, count=_MOST))
    reports = await context.storage.load(REPORTS)
    number = max((int(key) for key in reports), default=0) + 1
    now = context.date()
    text = _table(page.rows, header=given.get("with_header", False))
    report = {
        "history_report_id": number,
        "history_type": "calls",
        "created": now,
        "completed": now,
        "format": "csv",
        "file_name": f"call_history_{number}.csv",
        "file_size": len(text.encode()),
        "download_size": len(text.encode()),
        "download_count": 0,
        "filters": "",
    }
    await context.storage.put(REPORTS, str(number), {"row": report, "text": text})
    return {"result": 1, "history_report_id": number}


def _table(rows: list[Row], *, header: bool) -> str:
    """The rows as CSV; what is a list or an object stands in its field as JSON."""
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    if header:
        writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name, "")) for name in names])
    return out.getvalue()


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value


@command(
    "GetHistoryReports",
    "history_report_id:n history_type:strs created_from:ts created_to:ts is_completed:b desc_order:b count:n "
    "offset:n application_id:ids application_name:strs",
)
async def get_history_reports(context: Context, given: Given) -> Reply:
    """The reports that were ordered; all of them are complete."""
    number = given.get("history_report_id")
    rows = [value["row"] for value in (await context.storage.load(REPORTS)).values()]
    rows = [row for row in rows if number in (None, row["history_report_id"]) and given.get("is_completed", True)]
    rows.sort(key=lambda row: row["history_report_id"], reverse=given.get("desc_order", False))
    return part_of(rows, given)


@command("DownloadHistoryReport", "history_report_id:n*")
async def download_history_report(context: Context, given: Given) -> Reply:
    """The report's file."""
    report = (await context.storage.load(REPORTS)).get(str(given["history_report_id"]))
    if report is None:
        raise bad_parameter("history_report_id", "there is no such report")
    return {"file_content": report["text"].encode()}
