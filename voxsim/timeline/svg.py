"""SVG: a run as a sequence diagram that stands by itself: no scripts, no styles or fonts from elsewhere.

Text cannot be measured here, so widths are estimated from the characters; boxes and gaps leave a little room. Every
label goes through one escape, and control characters are gone before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from xml.sax.saxutils import escape

import attrs

from voxsim.engine.journal import Record
from voxsim.timeline.canvas import Kind, Participant, Picture, Shape, Step, Tone
from voxsim.timeline.layout import Room, gaps
from voxsim.timeline.picture import draw
from voxsim.timeline.words import cells, clip, clock, wrap

_CELL: Final = 6.7
_BOLD: Final = 1.12
_LINE: Final = 16
_HEAD: Final = 34
_MARGIN: Final = 20
_TIME: Final = 74
_PAUSE: Final = 1_000_000
_LONGEST_NAME: Final = 32
_NOTE_CELLS: Final = 40
_MOST_LINES: Final = 6


def _width(text: str) -> int:
    """The estimated width of a text in pixels."""
    return round(cells(text) * _CELL)


_ROOM: Final = Room(
    head=lambda label: round(_width(clip(label, _LONGEST_NAME)) * _BOLD) + 44,
    arrow=lambda label: _width(label) + 36,
    note=lambda label: min(_width(label), round(_NOTE_CELLS * _CELL)) // 2 + 40,
    least=110,
    most=330,
)

_HEADS: Final[dict[Kind, tuple[str, str]]] = {
    Kind.PARTY: ("#e8f0fe", "#3b6fd4"),
    Kind.SCENARIO: ("#e6f4ea", "#2f8f4e"),
    Kind.SERVICE: ("#f3e8fd", "#8a4fc7"),
    Kind.PLATFORM: ("#f1f3f4", "#5f6368"),
}
"""Fill and border of a participant's box."""

_ARROWS: Final[dict[Tone, str]] = {
    Tone.PLAIN: "#3c4450",
    Tone.RETURN: "#8a93a0",
    Tone.LOG: "#3c4450",
    Tone.WARNING: "#b06f00",
    Tone.ERROR: "#c5221f",
}

_NOTES: Final[dict[Tone, tuple[str, str, str]]] = {
    Tone.PLAIN: ("#ffffff", "#c3c9d1", "#3c4450"),
    Tone.RETURN: ("#ffffff", "#c3c9d1", "#3c4450"),
    Tone.LOG: ("#f1f8fb", "#a9cfe0", "#245a72"),
    Tone.WARNING: ("#fff7e0", "#e5b94e", "#7a4d00"),
    Tone.ERROR: ("#fdecea", "#e08a84", "#a31512"),
}
"""Fill, border and text of a note."""

_MONO: Final = ' font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11"'
_LINK: Final = ("#e4f3ec", "#5aa37c", "#1f6b43")


@attrs.frozen
class _Sheet:
    """Where the lifelines stand, and how wide the drawing is."""

    at: tuple[int, ...]
    width: int


def render_svg(records: Iterable[Record]) -> str:
    """The SVG document of these records' sequence diagram."""
    picture = draw(records)
    sheet = _sheet(picture)
    top = _MARGIN + _HEAD + 14
    body: list[str] = []
    y = top
    before: int | None = None
    for step in picture.steps:
        if before is not None and step.t - before >= _PAUSE:
            y += _LINE
        drawn, height = _step(step, sheet, y)
        if step.t != before:
            body.append(_text(_TIME - 14, y + 18, clock(step.t), "#8a93a0", "end", mono=True))
        before = step.t
        body.extend(drawn)
        y += height
    bottom = y + 12
    lines = (_lifeline(at, bottom) for at in sheet.at)
    heads = (_head(one, at) for one, at in zip(picture.participants, sheet.at, strict=True))
    return "\n".join((_opening(sheet.width, bottom + _MARGIN), *lines, *heads, *body, "</svg>")) + "\n"


def _sheet(picture: Picture) -> _Sheet:
    if not picture.participants:
        return _Sheet((), 200)
    _, wanted = gaps(picture, _ROOM)
    first = picture.participants[0]
    left = max(_ROOM.head(first.label), _widest_note(picture, 0) + 8) // 2
    at = [_TIME + left]
    for gap in wanted[:-1]:
        at.append(at[-1] + gap)
    right = max(wanted[-1], _widest_note(picture, len(at) - 1) // 2 + 8)
    return _Sheet(tuple(at), at[-1] + right + _MARGIN)


def _widest_note(picture: Picture, column: int) -> int:
    notes = (step for step in picture.steps if step.shape is Shape.NOTE and step.source == column)
    return max((_box_width(_note_lines(step)) for step in notes), default=0)


# --- pieces ---


def _opening(width: int, height: int) -> str:
    heads = "".join(
        f'<marker id="head-{tone.value}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="{colour}"/></marker>'
        for tone, colour in _ARROWS.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="system-ui, -apple-system, \'Segoe UI\', Roboto, Helvetica, Arial, sans-serif" font-size="12">\n'
        f'<defs>{heads}</defs>\n<rect width="{width}" height="{height}" fill="#fcfcfd"/>'
    )


def _lifeline(at: int, bottom: int) -> str:
    start = _MARGIN + _HEAD
    return f'<line x1="{at}" y1="{start}" x2="{at}" y2="{bottom}" stroke="#c3c9d1" stroke-dasharray="3 3"/>'


def _head(participant: Participant, at: int) -> str:
    fill, border = _HEADS[participant.kind]
    name = clip(participant.label, _LONGEST_NAME)
    width = round(_width(name) * _BOLD) + 28
    box = (
        f'<rect x="{at - width // 2}" y="{_MARGIN}" width="{width}" height="{_HEAD}" rx="7" '
        f'fill="{fill}" stroke="{border}" stroke-width="1.3"/>'
    )
    return box + _text(at, _MARGIN + 21, name, border, "middle", bold=True)


def _text(x: int, y: int, text: str, colour: str, anchor: str, *, bold: bool = False, mono: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    family = _MONO if mono else ""
    return f'<text x="{x}" y="{y}" fill="{colour}" text-anchor="{anchor}"{weight}{family}>{escape(text)}</text>'


def _step(step: Step, sheet: _Sheet, y: int) -> tuple[Iterator[str], int]:
    """The pieces of one step that begins at a height, and how high it is."""
    draws = {Shape.NOTE: _note, Shape.ARROW: _arrow, Shape.LINK: _link}
    return draws[step.shape](step, sheet, y)


def _note_lines(step: Step) -> list[str]:
    return wrap(step.label, _NOTE_CELLS, _MOST_LINES)


def _box_width(lines: list[str]) -> int:
    return max(map(_width, lines)) + 22


def _note(step: Step, sheet: _Sheet, y: int) -> tuple[Iterator[str], int]:
    lines = _note_lines(step)
    fill, border, colour = _NOTES[step.tone]
    at, width = sheet.at[step.source], _box_width(lines)
    return _box(at, y, width, lines, (fill, border, colour)), len(lines) * _LINE + 16


def _link(step: Step, sheet: _Sheet, y: int) -> tuple[Iterator[str], int]:
    left, right = sorted((sheet.at[step.source], sheet.at[step.target]))
    lines = wrap(step.label, max(int((right - left) / _CELL) - 2, 12), _MOST_LINES)
    return _box((left + right) // 2, y, right - left + 24, lines, _LINK), len(lines) * _LINE + 16


def _box(at: int, y: int, width: int, lines: list[str], paint: tuple[str, str, str]) -> Iterator[str]:
    fill, border, colour = paint
    yield (
        f'<rect x="{at - width // 2}" y="{y + 3}" width="{width}" height="{len(lines) * _LINE + 8}" rx="4" '
        f'fill="{fill}" stroke="{border}"/>'
    )
    for index, line in enumerate(lines):
        yield _text(at, y + 19 + index * _LINE, line, colour, "middle")


def _arrow(step: Step, sheet: _Sheet, y: int) -> tuple[Iterator[str], int]:
    start, end = sheet.at[step.source], sheet.at[step.target]
    lines = wrap(step.label, max(int((abs(end - start) - 16) / _CELL), 10), _MOST_LINES)
    height = len(lines) * _LINE + 14
    return _shaft(step, lines, (start, end), y), height


def _shaft(step: Step, lines: list[str], ends: tuple[int, int], y: int) -> Iterator[str]:
    start, end = ends
    colour = _ARROWS[step.tone]
    middle = (start + end) // 2
    widest = max(map(_width, lines))
    # A light ground keeps the text readable where it crosses other lifelines.
    yield (
        f'<rect x="{middle - widest // 2 - 3}" y="{y + 2}" width="{widest + 6}" height="{len(lines) * _LINE}" '
        'fill="#fcfcfd"/>'
    )
    for index, line in enumerate(lines):
        yield _text(middle, y + 14 + index * _LINE, line, colour, "middle")
    level = y + len(lines) * _LINE + 4
    dashes = ' stroke-dasharray="5 4"' if step.tone is Tone.RETURN else ""
    tip = end - 2 if end > start else end + 2
    yield (
        f'<line x1="{start}" y1="{level}" x2="{tip}" y2="{level}" stroke="{colour}" stroke-width="1.3"{dashes} '
        f'marker-end="url(#head-{step.tone.value})"/>'
    )
