"""Reading: records that were written down, as records again, so that all pictures can be drawn of them.

What a record's data were before (an event, a command's arguments) is not restored: its facts are, and pictures are
made of those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from voxsim.engine.journal import Record
from voxsim.timeline.jsonl import BadTimeline, read_jsonl

_KEY: Final = re.compile(r"[0-9A-Fa-f]+\.(\d{1,12})\.")
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "t": (int,),
    "n": (int,),
    "session": (str, type(None)),
    "kind": (str,),
    "name": (str,),
    "unit": (str, type(None)),
    "data": (dict,),
}


def read_records(lines: Iterable[str]) -> list[Record]:
    """The records of these JSON lines.

    Raises:
        BadTimeline: a line is no record, or of a version that cannot be read.
    """
    return [_record(written) for written in read_jsonl(lines)]


def _record(written: dict[str, Any]) -> Record:
    for key, types in _TYPES.items():
        if type(written.get(key)) not in types:
            raise BadTimeline(
                f"A record of the timeline has no {key!r} that can be read, got {written.get(key)!r:.60}."
            )
    return Record(**{key: written[key] for key in _TYPES})


def epoch_of(records: Iterable[Record]) -> int:
    """The unix second at which the run of these records began; the keys of sessions tell. 0 when none does."""
    for record in records:
        match = _KEY.match(record.session or "") if record.name == "created" else None
        if match is not None:
            return int(match[1]) - record.t // 1_000_000
    return 0
