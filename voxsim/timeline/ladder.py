"""Ladder: a run as a diagram for the terminal: the time, one lifeline for each participant, arrows between them.

```
              ┌──────────┐        ┌──────┐
              │ 15550001 │        │ menu │
              └────┬─────┘        └──┬───┘
     0:00.000      ├── calls 100 ───▶│
```

The time stands where it changes, and an empty row where a second or more goes by. When the lifelines do not fit in
the width, the steps are listed one a line instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from voxsim.engine.journal import Record
from voxsim.timeline.canvas import Kind, Participant, Picture, Shape, Step, Tone
from voxsim.timeline.layout import Room, fit, gaps
from voxsim.timeline.picture import draw
from voxsim.timeline.rows import Row
from voxsim.timeline.words import cells, clip, clock, wrap

_LONGEST_NAME: Final = 24
_MOST_LINES: Final = 4
_PAUSE: Final = 1_000_000
_ROOM: Final = Room(
    head=lambda label: min(cells(label), _LONGEST_NAME) + 4,
    arrow=lambda label: cells(label) + 8,
    note=lambda label: cells(label) + 5,
    least=15,
    most=46,
)
_NOTE_ROOM: Final = 22

_COLOURS: Final[dict[Tone, str]] = {
    Tone.PLAIN: "",
    Tone.RETURN: "2",
    Tone.LOG: "36",
    Tone.WARNING: "33",
    Tone.ERROR: "1;31",
}
_DIM: Final = "2"
_NAMES: Final[dict[Kind, str]] = {Kind.PARTY: "1;34", Kind.SCENARIO: "1;32", Kind.SERVICE: "1;35", Kind.PLATFORM: "1"}
_MARK: Final = "1;31"

_SIGNS: Final[dict[Tone, str]] = {
    Tone.PLAIN: "○ ",
    Tone.RETURN: "○ ",
    Tone.LOG: "» ",
    Tone.WARNING: "⚠ ",
    Tone.ERROR: "✗ ",
}
"""What a note begins with; an arrow only when it tells of a trouble, so that it is seen without colours too."""

_SHAFTS: Final[dict[Tone, str]] = {Tone.RETURN: "╌"}
_HERE: Final = "<-- here"


def render_ladder(records: Iterable[Record], *, colour: bool = False, width: int = 100, mark: int | None = None) -> str:
    """The ladder of these records.

    Args:
        records: of a whole run, or any part of it.
        colour: use ANSI colours.
        width: how many cells a line may have.
        mark: a record's sequence number; a line that says "here" is drawn after the last step up to it.
    """
    picture = draw(records)
    if not picture.steps:
        return "(nothing happened)\n"
    marked = _marked(picture, mark)
    columns = _columns(picture, width)
    rows = _ladder(picture, columns, marked) if columns is not None else _list(picture, width, marked)
    return "".join(f"{row.text(colour=colour)}\n" for row in rows)


def _marked(picture: Picture, mark: int | None) -> int | None:
    """The index of the step that the mark follows; -1 for a mark before all steps."""
    if mark is None:
        return None
    return sum(step.n <= mark for step in picture.steps) - 1


@attrs.frozen
class _Columns:
    """Where things stand: the lifelines' positions, and the width of a line and of its time."""

    at: tuple[int, ...]
    width: int
    time: int

    def right_of(self, column: int) -> int:
        """The first position to the right of a lifeline that belongs to another one, or to nobody."""
        return self.at[column + 1] if column + 1 < len(self.at) else self.width


def _columns(picture: Picture, width: int) -> _Columns | None:
    least, wanted = gaps(picture, _ROOM)
    time = max(len(clock(step.t)) for step in picture.steps)
    first = time + 2 + _ROOM.head(picture.participants[0].label) // 2
    least[-1] = max(least[-1], min(wanted[-1], _NOTE_ROOM))
    widths = fit(least, wanted, width - first)
    if widths is None:
        return None
    at = [first]
    for gap in widths[:-1]:
        at.append(at[-1] + gap)
    return _Columns(tuple(at), width, time)


# --- the ladder ---


def _ladder(picture: Picture, columns: _Columns, marked: int | None) -> Iterator[Row]:
    yield from _heads(picture.participants, columns)
    if marked == -1:
        yield _here(columns.width)
    before: int | None = None
    for index, step in enumerate(picture.steps):
        if before is not None and step.t - before >= _PAUSE:
            yield _lifelines(columns)
        rows = list(_step(step, columns))
        if step.t != before:
            rows[0].put(0, clock(step.t).rjust(columns.time), _DIM)
        before = step.t
        yield from rows
        if index == marked:
            yield _here(columns.width)


def _heads(participants: Iterable[Participant], columns: _Columns) -> Iterator[Row]:
    rows = Row(), Row(), Row()
    for participant, at in zip(participants, columns.at, strict=True):
        name = clip(participant.label, _LONGEST_NAME)
        inside = cells(name) + 2
        left = at - (inside + 2) // 2
        below = "─" * (at - left - 1) + "┬" + "─" * (left + inside - at)
        for row, text in zip(rows, (f"┌{'─' * inside}┐", f"│ {name} │", f"└{below}┘"), strict=True):
            row.put(left, text, _DIM)
        rows[1].put(left + 2, name, _NAMES[participant.kind])
    return iter(rows)


def _lifelines(columns: _Columns) -> Row:
    row = Row()
    for at in columns.at:
        row.put(at, "│", _DIM)
    return row


def _here(width: int) -> Row:
    row = Row()
    row.put(0, ("─" * (width - len(_HERE) - 1)) + " " + _HERE, _MARK)
    return row


def _step(step: Step, columns: _Columns) -> Iterator[Row]:
    return _note(step, columns) if step.shape is Shape.NOTE else _arrow(step, columns)


def _note(step: Step, columns: _Columns) -> Iterator[Row]:
    at = columns.at[step.source]
    sign = _sign(step)
    room = columns.right_of(step.source) - at - 3 - len(sign)
    if room < _NOTE_ROOM and cells(step.label) > room:  # too narrow to be read there: write over the other lifelines
        room = columns.width - at - 2 - len(sign)
    for index, line in enumerate(wrap(step.label, room, _MOST_LINES)):
        row = _lifelines(columns)
        row.put(at + 2, (" " * len(sign) if index else sign) + line, _COLOURS[step.tone])
        yield row


def _arrow(step: Step, columns: _Columns) -> Iterator[Row]:
    left, right = sorted((columns.at[step.source], columns.at[step.target]))
    colour = _COLOURS[step.tone]
    room = right - left - 1
    label = _sign(step) + step.label
    inside = cells(label) + 6 <= room and "\n" not in label
    if not inside:
        for line in wrap(label, room - 2, _MOST_LINES):
            row = _lifelines(columns)
            row.put(left + 1, " " * room, "")
            row.put(left + 1 + (room - cells(line)) // 2, line, colour)
            yield row
    row = _lifelines(columns)
    row.put(left, _shaft(step, room, columns.at[step.target] == right), colour)
    if inside:
        row.put(left + 1 + (room - cells(label) - 2) // 2, f" {label} ", colour)
    yield row


def _sign(step: Step) -> str:
    troubled = step.tone in (Tone.WARNING, Tone.ERROR)
    return _SIGNS[step.tone] if troubled or step.shape is Shape.NOTE else ""


def _shaft(step: Step, room: int, rightwards: bool) -> str:
    """An arrow from lifeline to lifeline."""
    if step.shape is Shape.LINK:
        return f"╞{'═' * room}╡"
    line = _SHAFTS.get(step.tone, "─") * (room - 1)
    return f"├{line}▶│" if rightwards else f"│◀{line}┤"


# --- the list, when there are too many participants ---


def _list(picture: Picture, width: int, marked: int | None) -> Iterator[Row]:
    names = [clip(participant.label, _LONGEST_NAME) for participant in picture.participants]
    time = max(len(clock(step.t)) for step in picture.steps)
    who = [_who(step, names) for step in picture.steps]
    column = min(max(map(cells, who)), max(width // 2 - time, 8))
    if marked == -1:
        yield _here(width)
    before: int | None = None
    for index, (step, ends) in enumerate(zip(picture.steps, who, strict=True)):
        start = time + 2 + column + 2
        for number, line in enumerate(wrap(_sign(step) + step.label, max(width - start, 12), _MOST_LINES)):
            row = Row()
            if number == 0:
                row.put(0, clock(step.t).rjust(time) if step.t != before else "", _DIM)
                row.put(time + 2, clip(ends, column), "")
            row.put(start, line, _COLOURS[step.tone])
            yield row
        before = step.t
        if index == marked:
            yield _here(width)


def _who(step: Step, names: list[str]) -> str:
    if step.shape is Shape.NOTE:
        return names[step.source]
    return f"{names[step.source]} {'══' if step.shape is Shape.LINK else '─▶'} {names[step.target]}"
