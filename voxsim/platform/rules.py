r"""Routing rules: a pattern for the dialled destination, and the scenarios that run when it matches.

Rules are tried from top to bottom, the first match wins, and the whole destination must match. The platform accepts a
pattern that begins with a bare quantifier (`+?[1-9]\d{1,14}` is in its documentation): a leading `+` is a literal
plus.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import attrs

from voxsim.engine.ports import Script
from voxsim.vocabulary.errors import ConfigurationError

_DEFAULT_PATTERN = ".*"

PLUS = r"(?:\+)"
"""What stands in a regular expression for a leading plus."""


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression.

    Raises:
        ConfigurationError: it is none.
    """
    text = PLUS + pattern[1:] if pattern.startswith("+") else pattern
    try:
        return re.compile(text)
    except re.error as error:
        raise ConfigurationError(f"The rule pattern {pattern!r} is no regular expression: {error}.") from None
    except (OverflowError, RecursionError):
        raise ConfigurationError(f"The rule pattern {pattern:.40}… is too much for a regular expression.") from None


def _to_pattern(value: Any) -> re.Pattern[str]:
    return value if isinstance(value, re.Pattern) else compiled(str(value))


@attrs.frozen
class Rule:
    """One rule: its name, its program, the pattern of destinations, and its number on the platform.

    Attributes:
        exclude: what a destination must not match, or None.
        video_conference: whether it serves video conferences.
    """

    name: str
    program: Script
    pattern: re.Pattern[str] = attrs.field(default=_DEFAULT_PATTERN, converter=_to_pattern)
    number: int = 1
    exclude: re.Pattern[str] | None = attrs.field(default=None, converter=attrs.converters.optional(_to_pattern))
    video_conference: bool = False

    def matches(self, destination: str) -> bool:
        """Whether the whole destination matches, and does not match what is excluded."""
        if self.exclude is not None and self.exclude.fullmatch(destination) is not None:
            return False
        return self.pattern.fullmatch(destination) is not None


def first_match(rules: Iterable[Rule], destination: str) -> Rule | None:
    """The rule that takes a call to this destination, or None."""
    return next((rule for rule in rules if rule.matches(destination)), None)
