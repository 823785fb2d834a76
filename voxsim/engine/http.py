"""An HTTP request as data: what goes out, what comes back, and how a scenario's options become a request.

It sends nothing; queues, clocks and redirects are in `net`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isnan
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

import attrs

from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import python_name

if TYPE_CHECKING:
    from voxsim.engine.session import Session

USER_AGENT: Final = "VoxEngine/1.0"
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_TEXT_TYPES: Final = ("json", "xml", "javascript", "x-www-form-urlencoded", "html", "csv", "yaml")


@attrs.frozen
class HttpRequest:
    """One request as it goes out. `headers` are pairs in order; times are seconds."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    timeout: float
    connection_timeout: float

    def header(self, name: str) -> str | None:
        """The first header of this name, in any case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@attrs.frozen
class HttpRequestResult:
    """What a request came to.

    Attributes:
        code: the HTTP status, or an internal code from 0 to -9.
        text: the body, when its content type is a text.
        data: the body as numbers, only with `raw_output`.
        headers: `{key, value}` objects in order.
        raw_headers: the header block as received.
        error: what went wrong, for internal codes.
    """

    code: int
    text: str | None = None
    data: list[int] | None = None
    headers: list[dict[str, str]] | None = None
    raw_headers: str | None = None
    error: str | None = None

    def header(self, name: str) -> str | None:
        """The first response header of this name, in any case."""
        return next((item["value"] for item in self.headers or () if item["key"].lower() == name.lower()), None)


@attrs.define
class HttpRequestOptions:
    """Options of a request as an object whose fields can be set, as older scripts make it, in either spelling."""

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, python_name(name), value)

    method: str = "GET"
    post_data: str | bytes | list[int] | None = None
    headers: Any = None
    params: Mapping[str, Any] | None = None
    raw_output: bool = False
    timeout: float | None = None
    connection_timeout: float | None = None
    enable_system_log: bool = False


def malformed(url: str) -> bool:
    """Whether a URL cannot be asked for: no http(s) scheme, no host, an impossible port."""
    try:
        parts = urlsplit(url)
        return parts.scheme not in ("http", "https") or not parts.hostname or (parts.port or 1) < 0
    except ValueError:
        return True


def outgoing(url: str, options: HttpRequestOptions, session: Session) -> HttpRequest:
    """The request that these options ask for."""
    limits = session.switch.limits
    method = str(options.method or "GET").upper()
    body = _body(options.post_data)
    if body and method not in _WITH_BODY:
        session.warn(f"Net.httpRequest: postData is sent with POST, PUT and PATCH, not with {method}; ignored.")
        body = b""
    headers = _headers(options.headers)
    names = {name.lower() for name, _ in headers}
    if "user-agent" not in names:
        headers = (("User-Agent", USER_AGENT), *headers)
    if body and "content-type" not in names:
        headers = (*headers, ("Content-Type", "application/x-www-form-urlencoded"))
    if options.params:
        query = urlencode({str(key): str(value) for key, value in options.params.items()})
        url = f"{url}{'&' if '?' in url else '?'}{query}"
    return HttpRequest(
        method,
        url,
        headers,
        body,
        _seconds("timeout", options.timeout, limits.http_total_seconds),
        _seconds("connectionTimeout", options.connection_timeout, limits.http_connect_seconds),
    )


def _seconds(name: str, asked: float | None, most: float) -> float:
    if asked is None:
        return most
    if isinstance(asked, bool) or not isinstance(asked, int | float) or isnan(asked):
        raise BadArgument(f"Net.httpRequest: {name} is a number of seconds, got {asked!r}.")
    return most if asked <= 0 else min(asked, most)


def _body(data: object) -> bytes:
    match data:
        case None:
            return b""
        case bytes() | bytearray():
            return bytes(data)
        case str():
            return data.encode()
        case list() | tuple():
            try:
                return bytes(data)
            except (TypeError, ValueError):
                raise BadArgument("Net.httpRequest: postData as a list holds bytes, numbers from 0 to 255.") from None
    raise BadArgument(f"Net.httpRequest: postData is a string or a list of bytes, got {type(data).__name__}.")


def _headers(headers: Any) -> tuple[tuple[str, str], ...]:
    """Headers from a mapping, or from an older script's list of `Name: value` lines."""
    if not headers:
        return ()
    if isinstance(headers, Mapping):
        return tuple((str(name), str(value)) for name, value in headers.items())
    if isinstance(headers, list | tuple) and all(isinstance(line, str) for line in headers):
        pairs = (line.partition(":") for line in headers)
        return tuple((name.strip(), value.strip()) for name, _, value in pairs)
    raise BadArgument("Net.httpRequest: headers are a mapping, or a list of 'Name: value' lines.")


def result_of(status: int, headers: tuple[tuple[str, str], ...], body: bytes, *, raw: bool) -> HttpRequestResult:
    """The result for a complete response; `raw` adds its bytes."""
    content_type = next((value for key, value in headers if key.lower() == "content-type"), "text/plain").lower()
    is_text = content_type.startswith("text/") or any(word in content_type for word in _TEXT_TYPES)
    return HttpRequestResult(
        status,
        text=body.decode(_charset(content_type), "replace") if is_text else None,
        data=list(body) if raw else None,
        headers=[{"key": key, "value": value} for key, value in headers],
        raw_headers="".join(f"{key}: {value}\r\n" for key, value in headers),
    )


def _charset(content_type: str) -> str:
    charset = content_type.partition("charset=")[2].partition(";")[0].strip(" \"'") or "utf-8"
    try:
        "".encode(charset)
    except LookupError:
        return "utf-8"
    return charset
