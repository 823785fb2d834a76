"""The journal as JSON lines: one record a line, in the written form that `voxsim.engine.journal` defines.

Other programs may keep these lines and read them later, so every line carries the version of its schema, and reading
refuses a line of another version.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from voxsim.engine.journal import VERSION, Record
from voxsim.vocabulary.errors import VoxsimError


class BadTimeline(VoxsimError, ValueError):
    """A line that is no record of a timeline, or one of a version that cannot be read."""


def write_jsonl(records: Iterable[Record]) -> Iterator[str]:
    """Each record as one line of JSON, without its line end."""
    for record in records:
        yield _line(record.written())


def _line(written: dict[str, Any]) -> str:
    line = json.dumps(written, ensure_ascii=False, separators=(",", ":"))
    if not line.isascii():
        try:
            line.encode()
        except UnicodeEncodeError:  # half of a surrogate pair, which no file can hold: written as an escape
            return json.dumps(written, separators=(",", ":"))
    return line


def read_jsonl(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The records of these lines, as they were written; empty lines are passed over.

    Raises:
        BadTimeline: a line is no JSON object, or its version is not the one that this program knows.
    """
    return [_read(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _read(number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise BadTimeline(f"Line {number} of the timeline is not JSON: {error}.") from None
    if not isinstance(found, dict) or "v" not in found:
        text = f'Line {number} of the timeline is no record: an object with "v" is needed, got {line[:60]!r}.'
        raise BadTimeline(text)
    if found["v"] != VERSION:
        raise BadTimeline(
            f"Line {number} of the timeline has version {found['v']!r}; this voxsim reads version {VERSION}. "
            "Read it with the voxsim that wrote it, or record the run again."
        )
    return found
