"""Words: text made fit to be drawn. Clean of control characters, measured in terminal cells, clipped and wrapped.

What a scenario or a stranger wrote may hold anything; after `clean` it is one harmless line. Knows nothing of records.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_TURNING: Final = (0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_VISIBLE: Final[dict[int, str]] = {
    **{code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))},
    **{code: f"\\u{code:04x}" for code in (*_TURNING, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)},
    ord("\n"): "↵",
    ord("\r"): "",
    ord("\t"): " ",
}
"""What stands for characters that would move the cursor, turn the reading direction, or cannot be encoded at all."""

_INVISIBLE: Final = frozenset({"Mn", "Me", "Cf"})


def clean(text: str) -> str:
    """The text as one line without control characters."""
    return text.translate(_VISIBLE)


def printable(text: str) -> str:
    """The text without control characters; its lines stay lines."""
    return "\n".join(map(clean, text.split("\n")))


def cells(text: str) -> int:
    """How many terminal cells the text takes: two for wide characters, none for combining ones."""
    return len(text) if text.isascii() else sum(map(cell, text))


def cell(character: str) -> int:
    """How many terminal cells one character takes."""
    if unicodedata.category(character) in _INVISIBLE:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def clip(text: str, most: int) -> str:
    """The text in at most so many cells, with an ellipsis where something was cut off."""
    if cells(text) <= most:
        return text
    return _head(text, max(most - 1, 0)) + "…"


def _head(text: str, most: int) -> str:
    """As much of the text as fits."""
    taken = 0
    for index, character in enumerate(text):
        taken += cell(character)
        if taken > most:
            return text[:index]
    return text


def wrap(text: str, width: int, most: int) -> list[str]:
    """The text in lines of at most `width` cells and at most `most` lines; it breaks at blanks where it can.

    When that is too little, the end of the first part is cut off: what follows a line end of its own is kept.
    """
    width = max(width, 2)
    first, *others = (_broken(part, width) for part in text.split("\n"))
    kept = [line for part in others for line in part][: most - 1]
    room = most - len(kept)
    if len(first) > room:
        first = [*first[: room - 1], clip(first[room - 1] + "…", width)]
    return first + kept


def _broken(rest: str, width: int) -> list[str]:
    """One part of a text in lines of at most `width` cells."""
    lines: list[str] = []
    while cells(rest) > width:
        head = _head(rest, width) or rest[:1]
        blank = head.rfind(" ") if not rest[len(head) :].startswith(" ") else len(head)
        if blank > width // 3:
            head = head[:blank]
        lines.append(head)
        rest = rest[len(head) :].lstrip(" ")
    return [*lines, rest]


def clock(microseconds: int) -> str:
    """An instant of the run as people read it: `0:03.020`, with hours when there are any."""
    milliseconds = microseconds // 1000
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // 1000:02d}.{rest % 1000:03d}"
    return f"{hours}:{minutes:02d}:{seconds}" if hours else f"{minutes}:{seconds}"


def length(milliseconds: int) -> str:
    """A duration, in one word so that no line breaks in it: `1.3s`."""
    return f"{milliseconds / 1000:.1f}s"
