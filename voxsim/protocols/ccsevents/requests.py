"""Requests: messages of the WebSocket interface, `["method", {parameters}]`, and the refusals of them.

Every request carries a `qid`, which its answer repeats. Errors have a code in the manner of HTTP, and a text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final, NoReturn

import attrs

BAD: Final = 400
FORBIDDEN: Final = 403
MISSING: Final = 404
CONFLICT: Final = 409
TOO_MANY: Final = 429
FAILED: Final = 500
UNSUPPORTED: Final = 501

Parameters = Mapping[str, Any]


class Refused(Exception):
    """A request that is not carried out; the text says why.

    Attributes:
        code: 400 it cannot be understood, 403 its sender may not, 404 there is no such thing, 409 not as things stand,
            429 too many, 500 an error of voxsim's own, 501 the platform cannot do it.
    """

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code

    def facts(self, qid: Any) -> dict[str, Any]:
        """The parameters of the answer."""
        return {"qid": qid, "result": "error", "errorcode": self.code, "errormsg": str(self)}


@attrs.frozen
class Request:
    """One request."""

    method: str
    qid: Any
    parameters: Parameters


def read_request(text: str) -> Request:
    """A request as it was sent.

    Raises:
        Refused: it is none.
    """
    try:
        value = json.loads(text, parse_constant=_no_number, parse_float=_number)
    except (ValueError, RecursionError):
        raise Refused(BAD, "A message is JSON: [method, {parameters}].") from None
    match value:
        case [str(method), dict(parameters)]:
            return Request(method, parameters.pop("qid", None), parameters)
    raise Refused(BAD, 'A message is a list of two, the method and its parameters: ["connection_info", {"qid": 1}].')


def _no_number(name: str) -> NoReturn:
    """NaN and Infinity are no JSON, and could not be repeated in an answer."""
    raise ValueError(name)


def _number(text: str) -> float:
    """A number that is not too large to be one: 1e999 would be repeated as Infinity."""
    value = float(text)
    return value if isfinite(value) else _no_number(text)


def written(method: str, facts: Mapping[str, Any]) -> str:
    """A message of the server's."""
    return json.dumps([method, facts], ensure_ascii=False, separators=(",", ":"))


def text_of(parameters: Parameters, key: str) -> str:
    """A parameter that is a text, or a number for one; empty when there is none.

    Raises:
        Refused: it is something else.
    """
    value = parameters.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Refused(BAD, f"'{key}' is a text.")
    return str(value).strip()


def needed(parameters: Parameters, key: str) -> str:
    """A parameter that has to be there.

    Raises:
        Refused: it is not, or is no text.
    """
    value = text_of(parameters, key)
    if not value:
        raise Refused(BAD, f"'{key}' is missing.")
    return value
