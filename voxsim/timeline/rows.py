"""Rows: lines of a terminal on which text is put at positions, over what stands there, each piece in its colour."""

from __future__ import annotations

from itertools import groupby

from voxsim.timeline.words import cell


class Row:
    """One line of the terminal, as cells. A wide character fills its own cell and empties the next one."""

    def __init__(self) -> None:
        self._cells: list[tuple[str, str]] = []

    def put(self, at: int, text: str, colour: str) -> None:
        """Write a text from a position on; `colour` is an ANSI attribute list, such as `1;31`, or empty."""
        for character in text:
            width = cell(character)
            if width == 0:
                if 0 < at <= len(self._cells):
                    shown, painted = self._cells[at - 1]
                    self._cells[at - 1] = (shown + character, painted)
                continue
            self._reach(at + width)
            self._cells[at] = (character, colour)
            if width == 2:
                self._cells[at + 1] = ("", colour)
            at += width

    def _reach(self, length: int) -> None:
        self._cells.extend([(" ", "")] * (length - len(self._cells)))

    def text(self, *, colour: bool) -> str:
        """The line, without blanks at its end."""
        kept = self._cells
        while kept and kept[-1][0] == " ":
            kept = kept[:-1]
        if not colour:
            return "".join(character for character, _ in kept)
        return "".join(_painted("".join(c for c, _ in run), paint) for paint, run in groupby(kept, key=lambda c: c[1]))


def _painted(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if colour and text.strip() else text
