"""Findings: what the checker has to say, at a place in a file."""

from __future__ import annotations

from enum import StrEnum

import attrs


class Level(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """The platform does not have it, or it fails when it is reached."""
    WARNING = "warning"
    """The platform ignores it: what was meant does not happen."""
    NOTE = "note"
    """It works, under an old name."""


@attrs.frozen(order=True)
class Finding:
    """One remark.

    Attributes:
        file: the path as it was given.
        line: from 1.
        column: from 1, in characters.
        level: how bad it is.
        rule: a short name of what was looked for, such as `unknown-name`.
        message: what is wrong, and what was probably meant.
    """

    file: str
    line: int
    column: int
    level: Level = attrs.field(order=str)
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.level}: {self.message}"

    def data(self) -> dict[str, str | int]:
        """The finding as plain data."""
        return attrs.asdict(
            self, value_serializer=lambda _, __, value: str(value) if isinstance(value, Level) else value
        )
