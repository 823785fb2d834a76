"""A recording: what the network answered, as lines of JSON that can be read, kept in a repository and replayed.

A request or a mail is one line, written when its answer is there. A WebSocket is a line for its beginning and one for
each thing that happened on it. Secrets in headers and URLs do not get into the file; bodies stand there as they are.
"""

from __future__ import annotations

import json
import math
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs
from attrs.validators import and_, deep_iterable, ge, in_, instance_of, lt, max_len, min_len, optional

from voxsim.vocabulary.codes import HttpCode
from voxsim.vocabulary.errors import ConfigurationError

VERSION: Final = 1
MASK: Final = "***"

_SECRET: Final = r"auth|cookie|token|secret|passw|signature|api[-_]?key"  # noqa: S105 - words, not one of them
_SECRET_HEADER: Final = re.compile(_SECRET, re.IGNORECASE)
_SECRET_PARAMETER: Final = re.compile(rf"([?&](?:key|[^=&#]*(?:{_SECRET})[^=&#]*)=)[^&#]*", re.IGNORECASE)
_PASSWORD: Final = re.compile(r"(//[^/?#@:]*:)[^/?#]*@")
_WITH_URLS: Final = ("location", "content-location", "referer")

Pairs = tuple[tuple[str, str], ...]


def masked_url(url: str) -> str:
    """The URL without passwords, keys and tokens."""
    return _SECRET_PARAMETER.sub(rf"\g<1>{MASK}", _PASSWORD.sub(rf"\g<1>{MASK}@", url))


def masked_headers(headers: Pairs) -> Pairs:
    """The headers, without the values of those that identify somebody, and with masked URLs."""
    return tuple((name, _masked_value(name, value)) for name, value in headers)


def _masked_value(name: str, value: str) -> str:
    if _SECRET_HEADER.search(name):
        return MASK
    return masked_url(value) if name.lower() in _WITH_URLS else value


# --- from JSON ---


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _pairs(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list | tuple) else value


def _bytes(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"base64"}:
        return b64decode(value["base64"], validate=True)
    return value.encode() if isinstance(value, str) else value


_SECONDS: Final[Any] = and_(instance_of((int, float)), and_(ge(0), lt(math.inf)))


def _number(**more: Any) -> Any:
    return attrs.field(validator=_SECONDS, **more)


def _text(**more: Any) -> Any:
    return attrs.field(validator=instance_of(str), **more)


def _maybe(kind: type) -> Any:
    return attrs.field(default=None, validator=optional(instance_of(kind)))


_TEXTS: Final = deep_iterable(instance_of(str), instance_of(tuple))
_PAIRS: Final = deep_iterable(and_(_TEXTS, min_len(2), max_len(2)), instance_of(tuple))


@attrs.frozen(kw_only=True)
class Entry:
    """One line.

    Attributes:
        n: counts what scenarios began, in order; the lines of one WebSocket share theirs.
        at: when that was (or, on a WebSocket, when this happened), in seconds since the run began.
    """

    n: int = attrs.field(validator=instance_of(int))
    at: float = _number()


@attrs.frozen(kw_only=True)
class HttpEntry(Entry):
    """A request, and what came of it: a response (`status`), a failure (`code`), or nothing while anybody waited.

    Attributes:
        connected, seconds: when the connection stood, and when it was over, in seconds since the request.
    """

    method: str = _text()
    url: str = _text()
    headers: Pairs = attrs.field(default=(), converter=_pairs, validator=_PAIRS)
    body: bytes = attrs.field(default=b"", converter=_bytes, validator=instance_of(bytes))
    connected: float | None = attrs.field(default=None, validator=optional(_SECONDS))
    seconds: float | None = attrs.field(default=None, validator=optional(_SECONDS))
    status: int | None = _maybe(int)
    response_headers: Pairs = attrs.field(default=(), converter=_pairs, validator=_PAIRS)
    response_body: bytes = attrs.field(default=b"", converter=_bytes, validator=instance_of(bytes))
    code: int | None = attrs.field(default=None, validator=optional(in_(frozenset(map(int, HttpCode)))))
    error: str | None = _maybe(str)


@attrs.frozen(kw_only=True)
class MailEntry(Entry):
    """A mail, and what the server said. `mail` has no password in it; `seconds` is how long it took."""

    mail: dict[str, Any] = attrs.field(validator=instance_of(dict))
    seconds: float = _number()
    code: int = attrs.field(validator=instance_of(int))
    error: str | None = _maybe(str)


@attrs.frozen(kw_only=True)
class SocketEntry(Entry):
    """A WebSocket that a scenario opens."""

    url: str = _text()
    protocols: tuple[str, ...] = attrs.field(default=(), converter=_tuple, validator=_TEXTS)
    headers: Pairs = attrs.field(default=(), converter=_pairs, validator=_PAIRS)


@attrs.frozen(kw_only=True)
class SocketStep(Entry):
    """What happened on a WebSocket: by the peer `opened`, `received`, `closed`, by the scenario `sent`, `left`."""

    what: str = attrs.field(validator=in_(("opened", "received", "sent", "closed", "left")))
    text: str = _text(default="")
    code: int = attrs.field(default=1005, validator=instance_of(int))
    reason: str = _text(default="")
    clean: bool = attrs.field(default=True, validator=instance_of(bool))


KINDS: Final[dict[str, type[Entry]]] = {
    "http": HttpEntry,
    "mail": MailEntry,
    "websocket": SocketEntry,
    "websocket step": SocketStep,
}
"""The kinds of lines."""

_KIND_OF: Final = {kind: name for name, kind in KINDS.items()}


def line_of(entry: Entry) -> str:
    """An entry as a line of JSON; what has its default value is left out, and half a surrogate pair is escaped."""
    facts = {
        field.name: _plain(value)
        for field in attrs.fields(type(entry))
        if (value := getattr(entry, field.name)) != field.default
    }
    line = json.dumps({"v": VERSION, "kind": _KIND_OF[type(entry)], **facts}, ensure_ascii=False)
    return line.encode(errors="backslashreplace").decode()


def _plain(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(value).decode()}


def read(path: Path) -> Iterator[Entry]:
    """All entries of a recording, in the order of its lines.

    Raises:
        ConfigurationError: the file cannot be read, or a line of it is no entry; the message names the line.
    """
    try:
        # Not `splitlines`: it takes characters for line breaks that JSON does not escape.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(f"The recording {path} cannot be read: {reason}.") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _entry(json.loads(line))
            except (ValueError, TypeError, RecursionError) as error:
                raise ConfigurationError(f"{path}:{number}: {error.args[0]}") from None


def _entry(facts: Any) -> Entry:
    if not isinstance(facts, dict):
        raise TypeError(f"a line of a recording is a JSON object, got {type(facts).__name__}")
    version, name = facts.pop("v", None), facts.pop("kind", None)
    if version != VERSION:
        raise ValueError(f"the version of a line ('v') is {VERSION}, got {version!r}")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"a line's 'kind' is one of {', '.join(KINDS)}, got {name!r}")
    fields = {field.name: field.default for field in attrs.fields(kind)}
    unknown = [key for key in facts if key not in fields]
    missing = [key for key, default in fields.items() if default is attrs.NOTHING and key not in facts]
    if unknown or missing:
        raise ValueError(f"'{name}' has no {unknown[0]!r}" if unknown else f"'{name}' needs {missing[0]!r}")
    return kind(**facts)
