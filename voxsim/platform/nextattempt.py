"""NextAttempt: what a session, or the management API, asks for the next attempt of a task."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from voxsim.platform.storage import DATE
from voxsim.platform.tasks import time_of_day
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import did_you_mean, python_name


@attrs.frozen(kw_only=True)
class NextAttempt:
    """What is to be different the next time; None leaves it as it is.

    Attributes:
        start_at: unix seconds at which it is to be tried.
        attempts_left: how many attempts may follow, the next one included.
        custom_data: what its sessions get.
        start_time, end_time: the part of the day in which it may be tried, in seconds since midnight.
    """

    start_at: float | None = None
    attempts_left: int | None = None
    custom_data: Any = None
    start_time: int | None = None
    end_time: int | None = None

    @classmethod
    def read(cls, given: Any) -> NextAttempt:
        """Read what a scenario gave.

        Raises:
            BadArgument: it is no object, has an unknown field, or a value that cannot be read.
        """
        if given is None:
            return cls()
        if not isinstance(given, Mapping):
            raise BadArgument(f"an object of fields is needed, got {type(given).__name__}.")
        fields = {python_name(str(name)): value for name, value in given.items() if value is not None}
        known = ("start_at", "next_attempt_time", "attempts_left", "custom_data", *_TIMES)
        for name in fields:
            if name not in known:
                raise BadArgument(f"there is no field {name!r}.{did_you_mean(name, known)}")
        at = fields.get("start_at", fields.get("next_attempt_time"))
        start, end = (fields.get(name) for name in _TIMES)
        return cls(
            start_at=None if at is None else moment(at),
            attempts_left=_attempts(fields.get("attempts_left")),
            custom_data=fields.get("custom_data"),
            start_time=None if start is None else time_of_day(start),
            end_time=None if end is None else time_of_day(end),
        )


LAST_MOMENT = 253_402_300_799
"""The end of the year 9999 in unix seconds, the last moment that a date can name."""

_TIMES = ("start_execution_time", "end_execution_time")


def moment(given: Any) -> float:
    """`YYYY-MM-DD HH:MM:SS` in UTC, or unix seconds, as unix seconds.

    Raises:
        BadArgument: it is neither, or farther away than any date.
    """
    text = str(given).strip()
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if number or text.isdecimal():
        seconds = given if number else float(text)
        if not -LAST_MOMENT <= seconds <= LAST_MOMENT:
            raise BadArgument(f"a moment is up to the year 9999, in unix seconds up to {LAST_MOMENT}; got {text:.40}.")
        return float(seconds)
    try:
        return datetime.strptime(text.replace("T", " ").removesuffix("Z"), DATE).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise BadArgument(f"a moment is YYYY-MM-DD HH:MM:SS in UTC, or unix seconds; got {given!r}.") from None


def _attempts(given: Any) -> int | None:
    if given is None:
        return None
    try:
        number = int(given)
    except (TypeError, ValueError, OverflowError):
        number = -1
    if number < 0:
        raise BadArgument(f"'attempts_left' is a number from 0, got {given!r}.")
    return number
