"""How scenario time goes: as fast as possible, as the wall clock, a multiple of it, or only when told."""

from __future__ import annotations

import re
from enum import Enum

import attrs

from voxsim.vocabulary.errors import ConfigurationError


class Kind(Enum):
    """The ways in which time can go."""

    AUTO = "auto"
    REAL = "real"
    MANUAL = "manual"


@attrs.frozen
class Pace:
    """A way in which time goes; `factor` is how many scenario seconds pass in one real second."""

    kind: Kind = Kind.AUTO
    factor: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Pace:
        """Read `auto`, `real`, `manual` or `x10`.

        Raises:
            ConfigurationError: it is none of them.
        """
        if text in ("auto", "real", "manual"):
            return cls(Kind(text))
        match = re.fullmatch(r"x(\d+(?:\.\d+)?)", text)
        if match and float(match[1]) > 0:
            return cls(Kind.REAL, float(match[1]))
        raise ConfigurationError(f"Time is 'auto', 'real', 'manual' or a factor such as 'x10', got {text!r}.")
