"""The phone: a page at `/phone` with which a browser logs in, calls scenarios and is called by them.

It is made of the files in this folder, served as they are, and of the official Web SDK, which is not part of voxsim: it
is taken from where npm has put it (`package.py`). What the page has to know of this server it reads from `setup.json`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import trio

from voxsim.protocols.gate import host_of
from voxsim.server.messages import JSON, Request, Response
from voxsim.server.phone.offers import destinations, logins
from voxsim.server.phone.package import LIBRARY, Package

if TYPE_CHECKING:
    from voxsim.platform.account import Account

PAGE: Final = "/phone"
"""The path of the page; all that belongs to it is below."""

SETUP: Final = f"{PAGE}/setup.json"
"""What the page has to know: for pages of this very server alone."""

_HERE: Final = Path(__file__).parent
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_AUTHORITY: Final = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; "
    "connect-src 'self'{server}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ALWAYS: Final = (
    ("cache-control", "no-cache"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "microphone=(self), camera=(), geolocation=()"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
)


class Phone:
    """The page, its files and its setup.

    Args:
        account: whose users log in.
        package: where the Web SDK is found.
        address: host and port that TLS is served on; gives an empty text for none.
        muted: why calls have no sound; gives an empty text when they have.
    """

    def __init__(
        self, account: Account, package: Package, address: Callable[[], str], muted: Callable[[], str]
    ) -> None:
        self._account = account
        self._package = package
        self._address = address
        self._muted = muted

    async def answer(self, request: Request) -> Response | None:
        """Answer a GET or HEAD for the page or one of its files; None when there is no such file."""
        name = request.path.removeprefix(PAGE).strip("/") or "index.html"
        if name == LIBRARY:
            content = await trio.to_thread.run_sync(self._package.read)
            return None if content is None else self._file(request, content, _TYPES[".js"])
        if name == "setup.json":
            found = await trio.to_thread.run_sync(self._setup, request)
            return Response(200, json.dumps(found).encode(), JSON, (("cache-control", "no-store"), *_ALWAYS[1:]))
        content = _files().get(name)
        return None if content is None else self._file(request, content, _TYPES[Path(name).suffix])

    def _file(self, request: Request, content: bytes, kind: str) -> Response:
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers: tuple[tuple[str, str], ...] = (*_ALWAYS, ("etag", tag))
        if kind == _TYPES[".html"]:
            headers = (*headers, ("content-security-policy", self._policy(request)))
        if tag in request.header("if-none-match"):
            return Response(304, b"", kind, headers)
        return Response(200, content, kind, headers)

    def _policy(self, request: Request) -> str:
        """What the page may load, and whom it may talk to: nobody but this server."""
        server = self.server(request)
        return _POLICY.format(server=f" https://{server} wss://{server}" if server else "")

    def server(self, request: Request) -> str:
        """Host and port to which the page's SDK connects, by the name that the page was asked for; empty for none."""
        address, asked = self._address(), request.authority
        if not address or not _AUTHORITY.fullmatch(asked):
            return address
        if request.secure:
            return asked
        host = host_of(asked)
        return f"{f'[{host}]' if ':' in host else host}:{address.rpartition(':')[2]}"

    def _setup(self, request: Request) -> dict[str, Any]:
        return {
            "sdk": self._package.version(),
            "folder": self._package.folder,
            "server": self.server(request),
            "users": logins(self._account),
            "destinations": destinations(self._account),
            "muted": self._muted(),
        }


@cache
def _files() -> dict[str, bytes]:
    """The page's own files by their names: nothing else can be asked for."""
    return {file.name: file.read_bytes() for file in _HERE.iterdir() if file.suffix in _TYPES}
