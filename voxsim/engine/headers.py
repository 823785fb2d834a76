"""SIP headers that a scenario may send: `X-…` only, within the platform's sizes; the rest is dropped with a warning."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.session import Session

CALL_TIMEOUT = "VI-CallTimeout"
_OWN = "VI-"
"""What the platform's own headers begin with. A scenario that passes a caller's headers on gives them, too."""


def sendable(session: Session, headers: Mapping[str, Any] | None, unit: str | None = None) -> dict[str, str]:
    """The headers that the other side will see."""
    if not headers:
        return {}
    if not isinstance(headers, Mapping):
        raise BadArgument(f"Headers are given as a mapping of names to values, got {type(headers).__name__}.")
    limits = session.switch.limits
    kept: dict[str, str] = {}
    total = 0
    for name, value in headers.items():
        if value is None or str(name).upper().startswith(_OWN):
            continue
        size = utf8_size(f"{name}: {value}")
        if not str(name).upper().startswith("X-"):
            session.warn(f"Header {name!r} is not sent: custom headers begin with 'X-'.", unit)
        elif size > limits.sip_header_bytes:
            session.limit("sip_header_bytes", limits.sip_header_bytes, unit)
            session.warn(f"Header {name!r} is not sent: it has {size} bytes of {limits.sip_header_bytes}.", unit)
        elif total + size > limits.sip_headers_bytes:
            session.limit("sip_headers_bytes", limits.sip_headers_bytes, unit)
            session.warn(f"Header {name!r} is not sent: all headers may have {limits.sip_headers_bytes} bytes.", unit)
        else:
            total += size
            kept[str(name)] = str(value)
    return kept


def call_timeout(session: Session, headers: Mapping[str, Any] | None) -> float:
    """Seconds until an outgoing call is given up: 60, or what `VI-CallTimeout` asks for within 10…400."""
    limits = session.switch.limits
    asked = (headers or {}).get(CALL_TIMEOUT)
    if asked is None:
        return limits.outgoing_answer_seconds
    try:
        seconds = float(asked)
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if math.isnan(seconds):
        session.warn(f"{CALL_TIMEOUT} is a number of seconds, got {asked!r}; the default is used.")
        return limits.outgoing_answer_seconds
    return min(max(seconds, limits.call_timeout_min_seconds), limits.call_timeout_max_seconds)


def given_headers(name: str, headers: object) -> dict[str, str]:
    """The headers of a re-INVITE or of its answer, which go as they are.

    Raises:
        BadArgument: they are no mapping.
    """
    if headers is None:
        return {}
    if not isinstance(headers, Mapping):
        raise BadArgument(f"{name}: headers are given as a mapping of names to values, got {type(headers).__name__}.")
    return dict(headers)


def utf8_size(text: str) -> int:
    """How many bytes a text takes; half of a surrogate pair, which no UTF-8 has, counts as three."""
    return len(text.encode("utf-8", "surrogatepass"))
