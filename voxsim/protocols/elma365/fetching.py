"""Fetching: the requests that a module makes itself. Redirects are followed, as `fetch` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

import attrs

from voxsim.engine.http import HttpRequest, malformed
from voxsim.protocols.elma365.vocabulary import FetchResponse, Headers
from voxsim.vocabulary.codes import HTTP_ERRORS, HttpCode
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.ports import Fetcher
    from voxsim.engine.switch import Switch, Timer

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 5
_CREDENTIALS: Final = frozenset({"authorization", "cookie"})


class FetchFailed(VoxsimError):
    """A request came to nothing."""


class Fetch:
    """One request under way.

    Args:
        switch: times it.
        web: where it goes.
        done: is called once, with the response or what went wrong.
        seconds: how long it may take.
    """

    def __init__(
        self, switch: Switch, web: Fetcher, done: Callable[[FetchResponse | FetchFailed], None], seconds: float
    ) -> None:
        self._switch = switch
        self._web = web
        self._done = done
        self._seconds = seconds
        self._clock: Timer | None = None
        self._request: HttpRequest | None = None
        self._redirects = 0
        self.over = False
        self.on_over: Callable[[], None] | None = None

    def begin(self, method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        """Make the request."""
        if malformed(url):
            self._switch.post(self._end, FetchFailed(f"fetch: {url!r} is no URL of http or https."))
            return
        if not any(name.lower() == "user-agent" for name, _ in headers):
            headers = (("User-Agent", "ELMA365"), *headers)
        self._clock = self._switch.after(self._seconds, self.fail, HttpCode.TIMEOUT)
        self._attempt(HttpRequest(method.upper(), url, headers, body, self._seconds, self._seconds))

    def _attempt(self, request: HttpRequest) -> None:
        self._request = request
        try:
            self._web.fetch(request, self)
        except Exception as error:  # noqa: BLE001 - whatever it is, the module hears of it and nobody else
            self.fail(HttpCode.INTERNAL, str(error))

    def connected(self) -> None:
        """The connection stands."""

    def respond(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        """The response is here."""
        if self.over or self._request is None:
            return
        found = Headers({name.lower(): value for name, value in headers})
        target = found.get("location") if status in _REDIRECTS else None
        if target is None:
            self._end(FetchResponse(status=status, headers=found, body=body))
            return
        self._redirects += 1
        url = urljoin(self._request.url, target)
        if self._redirects > _MOST_REDIRECTS or malformed(url):
            self._end(FetchFailed(f"fetch: {self._request.url} leads to nothing but other places."))
            return
        self._switch.post(self._attempt, _redirected(self._request, status, url))

    def fail(self, code: HttpCode, text: str | None = None) -> None:
        """There will be none."""
        self._end(FetchFailed(f"fetch: {text or HTTP_ERRORS[int(code)]}"))

    def drop(self) -> None:
        """Nobody waits for it any more."""
        self._done = lambda _: None
        self._end(FetchFailed("fetch: dropped"))

    def _end(self, outcome: FetchResponse | FetchFailed) -> None:
        if self.over:
            return
        self.over = True
        if self._clock is not None:
            self._clock.cancel()
        told, self.on_over = self.on_over, None
        if told is not None:
            told()
        self._done(outcome)


def _redirected(request: HttpRequest, status: int, url: str) -> HttpRequest:
    """The same request elsewhere; what a browser asks again without a body is asked so."""
    headers = request.headers
    if urljoin(request.url, "/") != urljoin(url, "/"):
        headers = tuple(pair for pair in headers if pair[0].lower() not in _CREDENTIALS)
    if status == 303 or (status in (301, 302) and request.method == "POST"):
        return attrs.evolve(request, method="GET", url=url, headers=headers, body=b"")
    return attrs.evolve(request, url=url, headers=headers)


def pairs_of(headers: Any) -> tuple[tuple[str, str], ...]:
    """Headers as pairs, from a mapping or from pairs."""
    items = headers.items() if hasattr(headers, "items") else headers or ()
    return tuple((str(name), str(value)) for name, value in items)
