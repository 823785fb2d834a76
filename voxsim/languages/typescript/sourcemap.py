"""Source maps: where a place of the JavaScript that a compiler wrote stands in the file that its author wrote.

Only the `mappings` of a map with one source are read: groups of base-64 digits, each number in steps of five bits.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

_DIGITS: Final = {
    digit: value for value, digit in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
_MORE: Final = 32
_LEAST_FIELDS: Final = 4


class SourceMap:
    """The places of one file. Lines and columns count from 1.

    Args:
        mappings: as the map has them.

    Raises:
        ValueError: they are no mappings.
    """

    def __init__(self, mappings: str) -> None:
        # Pairs of (line, column) that begin a piece, in order, and where each piece comes from.
        self._begins: list[tuple[int, int]] = []
        self._sources: list[tuple[int, int]] = []
        source_line = source_column = 0
        for line, groups in enumerate(mappings.split(";"), 1):
            column = 0
            for group in filter(None, groups.split(",")):
                fields = tuple(_numbers(group))
                column += fields[0]
                if len(fields) < _LEAST_FIELDS:
                    continue
                source_line += fields[2]
                source_column += fields[3]
                self._begins.append((line, column + 1))
                self._sources.append((source_line + 1, source_column + 1))

    def place(self, line: int, column: int) -> tuple[int, int]:
        """The line and column of the author's file; those of what stands before, where the compiler added something."""
        at = bisect_right(self._begins, (line, column)) - 1
        if at < 0 or self._begins[at][0] < line:
            # Nothing before it in this line: the line's first piece is nearer than the last one of an earlier line.
            following = self._begins[at + 1] if at + 1 < len(self._begins) else None
            at += 1 if following is not None and (following[0] == line or at < 0) else 0
        return self._sources[at] if 0 <= at < len(self._sources) else (line, column)


def _numbers(group: str) -> Iterator[int]:
    value = shift = 0
    for digit in group:
        if digit not in _DIGITS:
            raise ValueError(f"{digit!r} is no digit of a source map")
        bits = _DIGITS[digit]
        value |= (bits & (_MORE - 1)) << shift
        shift += 5
        if not bits & _MORE:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
    if shift:
        raise ValueError("a source map ends in the middle of a number")
