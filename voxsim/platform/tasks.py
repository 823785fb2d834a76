"""Tasks of a call list as they come: rows of a CSV file or mappings, with the columns that the platform itself reads.

`__start_execution_time` and `__end_execution_time` (`HH:MM:SS`, each day), `__start_at` (unix seconds) and
`__task_uuid` shape the task; all other columns are its custom data. Times are UTC.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final

import attrs

from voxsim.vocabulary.errors import BadArgument

_DAY: Final = 24 * 3600
_MICRO: Final = 1_000_000
_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_UUID: Final = re.compile(r"[A-Za-z0-9:-]{1,40}")
_OWN: Final = ("__start_execution_time", "__end_execution_time", "__start_at", "__task_uuid")


class TaskStatus(Enum):
    """What has become of a task, as the management API says it."""

    NEW = "New"
    IN_PROGRESS = "In progress"
    PROCESSED = "Processed"
    ERROR = "Error"
    CANCELED = "Canceled"

    @property
    def id(self) -> int:
        """Its number on the platform."""
        return list(TaskStatus).index(self)


@attrs.frozen
class Window:
    """The part of every day in which a task may be tried, in seconds since midnight; it may go past midnight."""

    start: int = 0
    end: int = _DAY

    def wait(self, instant: int) -> int:
        """Microseconds from an instant (of unix time) to the next at which the window is open."""
        past = instant % (_DAY * _MICRO)
        start, end = self.start * _MICRO, self.end * _MICRO
        inside = start <= past < end if start <= end else past >= start or past < end
        return 0 if inside else (start - past) % (_DAY * _MICRO)

    def changed(self, start: int | None, end: int | None) -> Window:
        """The window with another start or end."""
        return Window(self.start if start is None else start, self.end if end is None else end)


@attrs.frozen(kw_only=True)
class Row:
    """A task to be: its custom data as JSON, and when it may be tried.

    Attributes:
        start_at: unix seconds before which it is not tried, or None.
        uuid: its own name, or empty.
    """

    custom_data: str
    window: Window | None = None
    start_at: float | None = None
    uuid: str = ""


def time_of_day(text: str) -> int:
    """`HH:MM:SS` as seconds since midnight.

    Raises:
        BadArgument: it is no time.
    """
    found = _TIME.fullmatch(str(text).strip())
    if found is None:
        raise BadArgument(f"A time of day is HH:MM:SS, got {text!r}.")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def as_text(data: Any) -> str:
    """Custom data as text: what is none is written as JSON."""
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)


def rows_of(given: str | Iterable[Mapping[str, Any]], **form: str | None) -> list[Row]:
    """The rows of a CSV text, or of mappings.

    Args:
        given: a text whose first line names the columns, or mappings whose keys do.
        form: `delimiter` (a semicolon unless it is given), `quote` and `escape` of a CSV text.

    Raises:
        BadArgument: there is none, or one cannot be read.
    """
    mappings = _read_csv(given, **form) if isinstance(given, str) else [*map(_texts, given)]
    if not mappings:
        raise BadArgument("A call list needs at least one task: a first line with the columns' names, and a row.")
    return [_row(mapping) for mapping in mappings]


def _texts(mapping: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(mapping, Mapping):
        raise BadArgument(f"A task is a mapping such as {{'phone': '+15550100'}}, got {mapping!r}.")
    return {str(key): "" if value is None else as_text(value) for key, value in mapping.items()}


def _read_csv(
    text: str, *, delimiter: str | None = None, quote: str | None = None, escape: str | None = None
) -> list[dict[str, str]]:
    for name, sign in (("delimiter", delimiter), ("quote", quote), ("escape", escape)):
        if sign is not None and len(sign) != 1:
            raise BadArgument(f"The {name} of a CSV file is one character, got {sign!r}.")
    try:
        lines = csv.reader(
            text.removeprefix("\ufeff").splitlines(keepends=True),
            delimiter=delimiter or ";",
            quotechar=quote or '"',
            escapechar=escape,
            strict=True,
        )
        header, *rows = [line for line in lines if any(cell.strip() for cell in line)] or [[]]
    except csv.Error as error:
        raise BadArgument(f"The CSV file cannot be read: {error}.") from None
    names = [name.strip() for name in header]
    if len(set(names)) != len(names):
        raise BadArgument(f"The first line names the columns, each once; got {delimiter or ';'.join(names)!r}.")
    for number, row in enumerate(rows, 2):
        if len(row) > len(names):
            raise BadArgument(f"Line {number} has {len(row)} fields, but there are {len(names)} columns.")
    return [dict(zip(names, [*row, *[""] * (len(names) - len(row))], strict=True)) for row in rows]


_MOST_DIGITS: Final = 12
"""More digits has no unix time up to the year 9999."""


def _row(mapping: dict[str, str]) -> Row:
    start, end, at, uuid = (mapping.get(name, "").strip() for name in _OWN)
    window = Window().changed(time_of_day(start) if start else None, time_of_day(end) if end else None)
    if uuid and not _UUID.fullmatch(uuid):
        raise BadArgument(f"A task uuid has up to 40 letters, digits, hyphens and colons; got {uuid!r}.")
    if at and (not at.isdecimal() or len(at) > _MOST_DIGITS):
        raise BadArgument(f"__start_at is a unix time in seconds, got {at[:40]!r}; the last one is in the year 9999.")
    data = {name: value for name, value in mapping.items() if name not in _OWN}
    return Row(
        custom_data=as_text(data),
        window=window if start or end else None,
        start_at=float(at) if at else None,
        uuid=uuid,
    )
