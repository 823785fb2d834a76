"""Values: what the text of an option means. Each converter takes the text, and says what is wrong with it.

A behaviour's own reader is imported when an option with one is given.
"""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from voxsim.parties.behaviour import Act, Behaviour

_UNITS: Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)([smh]?)")
_REQUEST: Final = re.compile(r"([A-Za-z]+)(?::(.*))?@([^@]+)", re.DOTALL)
_HEADER: Final = re.compile(r"([Xx]-[\w-]+)=(.*)", re.ASCII)
_KEYS: Final = frozenset("0123456789*#ABCDabcd")

SERVER: Final = "127.0.0.1:12092"
"""Where `voxsim serve` listens unless it is told otherwise."""

SECURE_PORT: Final = 12093
"""Where it listens for HTTPS."""


class Address(NamedTuple):
    """Where a server is."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"


class Request(NamedTuple):
    """One managing HTTP request, and how many seconds after the run's beginning it is sent."""

    method: str
    body: str
    at: float


def duration(text: str) -> float:
    """Read `90`, `90s`, `5m` or `2h` as seconds."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise argparse.ArgumentTypeError(f"a time such as 90, 90s, 5m or 2h is needed, got {text!r}")
    return float(match[1]) * _UNITS[match[2]]


def pace(text: str) -> str:
    """Check the way in which time goes; the driver reads it."""
    if text in ("auto", "real") or (re.fullmatch(r"x\d+(\.\d+)?", text) and float(text[1:]) > 0):
        return text
    raise argparse.ArgumentTypeError(f"time is 'auto', 'real' or a factor such as 'x10', got {text!r}")


def presses(text: str) -> list[Act]:
    """Read `1@3s,2@5s`: keys of a phone with their moments."""
    acts = _moments(text, "press")
    for act in acts:
        if not _KEYS.issuperset(act.value):
            raise argparse.ArgumentTypeError(f"keys and moments such as '1@3s,2@5s' are needed, got {text!r}")
    return acts


def says(text: str) -> list[Act]:
    """Read `yes@4s`: words with their moments."""
    return _moments(text, "say")


def _moments(text: str, key: str) -> list[Act]:
    from voxsim.parties.behaviour import moments
    from voxsim.vocabulary.errors import BadBehaviour

    try:
        return list(moments(text, key))
    except BadBehaviour:
        raise argparse.ArgumentTypeError(f"what and when, such as '1@3s', is needed, got {text!r}") from None


def answer(text: str) -> tuple[str, Behaviour]:
    """Read `PATTERN=BEHAVIOUR`. A SIP address may have `=` in it: the first one that leaves a behaviour parts them."""
    from voxsim.parties.behaviour import Behaviour
    from voxsim.vocabulary.errors import BadBehaviour

    wrong = ""
    for place in (index for index, character in enumerate(text) if character == "=" and index):
        try:
            return text[:place].strip(), Behaviour.parse(text[place + 1 :])
        except BadBehaviour as error:
            wrong = wrong or str(error)
    raise argparse.ArgumentTypeError(wrong or f"PATTERN=BEHAVIOUR such as '+15550100=busy' is needed, got {text!r}")


def rule(text: str) -> tuple[str, str]:
    """Read `PATTERN=FILE`; without a pattern a rule takes the calls to the file's name, as a served folder's does."""
    from voxsim.vocabulary.naming import scenario_name

    pattern, _, file = text.rpartition("=")
    if not file.strip():
        raise argparse.ArgumentTypeError(f"PATTERN=FILE such as 'room-.*=room.py' is needed, got {text!r}")
    return pattern or re.escape(scenario_name(file)), file


def request(text: str) -> Request:
    """Read `METHOD[:BODY]@t`: one managing HTTP request with its moment."""
    match = _REQUEST.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"METHOD[:BODY]@t such as 'POST:stop@30s' is needed, got {text!r}")
    return Request(match[1].upper(), match[2] or "", duration(match[3]))


def behaviour(text: str) -> str:
    """Check a behaviour; the server reads it."""
    from voxsim.parties.behaviour import Behaviour
    from voxsim.vocabulary.errors import BadBehaviour

    try:
        Behaviour.parse(text)
    except BadBehaviour as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def header(text: str) -> tuple[str, str]:
    """Read `X-Name=value`."""
    match = _HEADER.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"X-NAME=VALUE such as 'X-Source=web' is needed, got {text!r}")
    return match[1], match[2]


def address(text: str) -> Address:
    """Read `http://127.0.0.1:12092`."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        if parts.scheme == "http" and parts.hostname and parts.path in ("", "/") and not parts.query:
            return Address(parts.hostname, parts.port or 80)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"an address such as 'http://{SERVER}' is needed, got {text!r}")


def port(text: str) -> int:
    """Read a TCP port."""
    if not text.isdecimal() or not 0 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"a port from 0 to 65535 is needed, got {text!r}")
    return int(text)


def serving_pace(text: str) -> str:
    """Check the way in which a server's time goes."""
    if text == "auto":
        raise argparse.ArgumentTypeError("a server's time is 'real' or a factor such as 'x10'")
    return pace(text)
