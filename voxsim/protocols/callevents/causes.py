"""Causes: why a leg ended or could not be reached, in the seven ways that every feed tells apart."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Cause(StrEnum):
    """Why a leg is over."""

    ANSWERED = "answered"
    """It was connected, and then somebody hung up."""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"
    """Whoever called gave up before the answer."""
    REJECTED = "rejected"
    NO_ROUTE = "no_route"
    """Nobody has this number."""
    UNREACHABLE = "unreachable"
    """Somebody has, and no device of his is there."""
    ERROR = "error"


_CAUSES: Final[dict[int, Cause]] = {
    404: Cause.NO_ROUTE,
    408: Cause.NO_ANSWER,
    410: Cause.NO_ROUTE,
    484: Cause.NO_ROUTE,
    486: Cause.BUSY,
    487: Cause.CANCELLED,
    503: Cause.UNREACHABLE,
    600: Cause.BUSY,
    603: Cause.REJECTED,
    604: Cause.NO_ROUTE,
}


def cause_of(code: int, *, rang: bool) -> Cause:
    """The cause that the final code of a leg stands for that was never answered.

    Args:
        code: the SIP status.
        rang: whether the callee's phone rang: 480 is then somebody who does not answer, and otherwise nobody there.
    """
    if code == 480:
        return Cause.NO_ANSWER if rang else Cause.UNREACHABLE
    return _CAUSES.get(code, Cause.ERROR)
