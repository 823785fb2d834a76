"""Request and Response: one HTTP exchange as the server's routes see it, with no trace of sockets or of framing."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

import attrs

JSON: Final = "application/json"
TEXT: Final = "text/plain; charset=utf-8"

_OWN: Final = (b"X-", b"x-")


@attrs.frozen
class Request:
    """A complete request.

    Attributes:
        method: any HTTP method, as sent.
        path: the path, still percent-encoded.
        query: what follows the question mark, still encoded; empty without one.
        raw: the headers in order, with their names as they were sent, in bytes.
        body: the body's bytes.
        authority: the host, with its port, that the request is for, in lower case.
        secure: whether it came over TLS.
    """

    method: str
    path: str
    query: str
    raw: list[tuple[bytes, bytes]]
    body: bytes
    authority: str
    secure: bool

    def header(self, name: str) -> str:
        """The first header of this name (in lower case), or an empty text."""
        wanted = name.encode()
        for key, value in self.raw:
            if len(key) == len(wanted) and key.lower() == wanted:
                return value.decode("latin-1")
        return ""

    @property
    def own_headers(self) -> list[tuple[str, str]]:
        """The headers of the application's own, whose names begin with `X-`."""
        return [(key.decode("latin-1"), value.decode("latin-1")) for key, value in self.raw if key[:2] in _OWN]

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def parameter(self, name: str) -> str:
        """The first parameter of this name in the query, or an empty text."""
        return next((value for key, value in parse_qsl(self.query) if key == name), "")


@attrs.frozen
class Response:
    """A complete response; the connection adds the length, the date and what else framing needs."""

    status: int
    body: bytes = b""
    content_type: str = TEXT
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def text(cls, status: int, text: str) -> Response:
        """A response with a line of text for a person."""
        return cls(status, f"{text}\n".encode())
