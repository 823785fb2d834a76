"""Storage: where the platform keeps what has to last. Call history, timelines, and small named spaces of values.

A write has been committed when it returns. `Memory` keeps everything for the life of the process only; `sqlite` keeps
it in a file.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

import attrs

from voxsim.engine.ids import FIRST_SESSION_ID
from voxsim.vocabulary.errors import VoxsimError

DATE: Final = "%Y-%m-%d %H:%M:%S"
"""How the management API writes a moment, in UTC."""

Row = dict[str, Any]

T = TypeVar("T")

INTERRUPTED: Final = "Internal error (voxsim was stopped)"
"""The finish reason of a session that was alive when its process was killed."""


@attrs.frozen(kw_only=True)
class HistoryQuery:
    """Which sessions of the call history are wanted; what is None or empty does not filter.

    Attributes:
        from_date, to_date: bounds of the session's beginning, UTC.
        min_duration, max_duration: bounds of the whole session's length in seconds.
        sessions: their numbers.
        remote_numbers, local_numbers: of any of the session's calls.
        with_calls, with_records, with_other_resources: what the rows are to contain.
        desc_order: the newest first.
        count, offset: which part of all that match.
    """

    from_date: datetime | None = None
    to_date: datetime | None = None
    min_duration: float | None = None
    max_duration: float | None = None
    sessions: tuple[int, ...] = ()
    application_id: int | None = None
    application_name: str | None = None
    user_ids: tuple[int, ...] = ()
    rule_name: str | None = None
    remote_numbers: tuple[str, ...] = ()
    local_numbers: tuple[str, ...] = ()
    custom_data: str | None = None
    with_calls: bool = False
    with_records: bool = False
    with_other_resources: bool = False
    desc_order: bool = False
    count: int = 20
    offset: int = 0

    def takes(self, row: Mapping[str, Any]) -> bool:
        """Whether a session's row is among those wanted, count and offset aside."""
        start = str(row.get("start_date", ""))
        duration = row.get("duration") or 0
        calls = row.get("calls", ())
        return (
            (self.from_date is None or start >= self.from_date.strftime(DATE))
            and (self.to_date is None or start <= self.to_date.strftime(DATE))
            and (self.min_duration is None or duration >= self.min_duration)
            and (self.max_duration is None or duration <= self.max_duration)
            and (not self.sessions or row.get("call_session_history_id") in self.sessions)
            and self.application_id in (None, row.get("application_id"))
            and self.application_name in (None, row.get("application_name"))
            and (not self.user_ids or row.get("user_id") in self.user_ids)
            and self.rule_name in (None, row.get("rule_name"))
            and (self.custom_data is None or self.custom_data in str(row.get("custom_data") or ""))
            and _any_number(calls, "remote_number", self.remote_numbers)
            and _any_number(calls, "local_number", self.local_numbers)
        )

    @property
    def looks_inside(self) -> bool:
        """Whether a row has to be read to know whether it is wanted: its columns in a table do not tell."""
        inside = self.min_duration, self.max_duration, self.custom_data
        return bool(self.user_ids or self.remote_numbers or self.local_numbers) or any(x is not None for x in inside)

    def shown(self, row: Row) -> Row:
        """The row with only those parts that were asked for."""
        parts = {
            "calls": self.with_calls,
            "records": self.with_records,
            "other_resource_usage": self.with_other_resources,
        }
        return {key: value for key, value in row.items() if parts.get(key, True)}


def _any_number(calls: Iterable[Mapping[str, Any]], key: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or any(str(call.get(key, "")).lstrip("+") in wanted for call in calls)


@attrs.frozen
class HistoryPage:
    """A part of the call history: its rows, and how many match in all."""

    rows: list[Row]
    total: int


class Storage(Protocol):
    """What keeps things. Every write is committed when it returns."""

    async def begin_session(self, number: int, key: str, facts: Mapping[str, Any]) -> None:
        """A session begins; `facts` are the fields of its history row that are known now."""

    async def finish_session(self, number: int, record: Mapping[str, Any], timeline: Iterable[str]) -> None:
        """A session has ended: its whole history row, and its timeline as lines of JSON."""

    async def history(self, query: HistoryQuery) -> HistoryPage:
        """The sessions that have ended, as a query wants them."""

    async def timeline(self, number: int) -> list[str] | None:
        """The timeline of a session that has ended; None when there is no such session."""

    async def load(self, space: str) -> dict[str, Any]:
        """All values of a space, by key."""

    async def put(self, space: str, key: str, value: Any) -> None:
        """Keep a value, which is plain JSON data."""

    async def delete(self, space: str, key: str) -> None:
        """Keep a value no more; nothing happens when there is none."""

    async def next_number(self) -> int:
        """The first number that no session has had."""


class Memory:
    """A storage that is gone with its process."""

    def __init__(self) -> None:
        self._rows: dict[int, Row] = {}
        self._timelines: dict[int, list[str]] = {}
        self._spaces: dict[str, dict[str, Any]] = {}

    async def begin_session(self, number: int, key: str, facts: Mapping[str, Any]) -> None:
        """Nothing is kept of a session before its end."""

    async def finish_session(self, number: int, record: Mapping[str, Any], timeline: Iterable[str]) -> None:
        """Keep a session that has ended."""
        self._rows[number] = dict(record)
        self._timelines[number] = list(timeline)

    async def history(self, query: HistoryQuery) -> HistoryPage:
        """The sessions that have ended, as a query wants them."""
        found = [self._rows[number] for number in sorted(self._rows, reverse=query.desc_order)]
        found = [row for row in found if query.takes(row)]
        part = found[query.offset : query.offset + query.count]
        return HistoryPage([query.shown(row) for row in part], len(found))

    async def timeline(self, number: int) -> list[str] | None:
        """The timeline of a session that has ended; None when there is no such session."""
        return self._timelines.get(number)

    async def load(self, space: str) -> dict[str, Any]:
        """All values of a space, by key."""
        return dict(self._spaces.get(space, {}))

    async def put(self, space: str, key: str, value: Any) -> None:
        """Keep a value."""
        self._spaces.setdefault(space, {})[key] = value

    async def delete(self, space: str, key: str) -> None:
        """Keep a value no more."""
        self._spaces.get(space, {}).pop(key, None)

    async def next_number(self) -> int:
        """The first number that no session has had."""
        return max(self._rows, default=FIRST_SESSION_ID - 1) + 1


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing, as none does that works on `Memory` alone.

    Raises:
        VoxsimError: it does wait.
    """
    try:
        work.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    work.close()
    raise VoxsimError("The storage is in a file here: await what it does.")


def interrupted(facts: Mapping[str, Any], number: int) -> Row:
    """The history row of a session that its process did not bring to an end."""
    return {
        "call_session_history_id": number,
        **facts,
        "duration": 0,
        "finish_reason": INTERRUPTED,
        "calls": [],
        "records": [],
        "other_resource_usage": [],
    }
