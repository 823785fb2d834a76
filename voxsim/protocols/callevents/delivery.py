"""Delivery: HTTP requests of feeds on their way, one attempt each, and what became of each in the journal.

To one host they set out first in, first out; those of one call go one after the other, so that nothing overtakes, and
those of other calls do not wait for them. Nobody waits for a delivery: a receiver that is slow, refuses, or is dead
costs it the messages, and the calls nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

import attrs

from voxsim.engine.http import HttpRequest
from voxsim.engine.ports import Fetcher
from voxsim.vocabulary.codes import HTTP_ERRORS, HttpCode

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch, Timer

SECONDS: Final = 5.0
"""How long a receiver may take for one request."""

_USER_AGENT: Final = ("User-Agent", "voxsim")


class HttpMessage(Protocol):
    """A request that a feed wants to be made; see `Delivery.send`."""

    @property
    def call(self) -> str:
        """Requests with the same one are made in order."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def url(self) -> str:
        """Where to."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The request's own headers."""

    @property
    def body(self) -> bytes:
        """The body; may be empty."""


@attrs.define(eq=False)
class _Lane:
    """What is on its way to one host: what waits by call, the calls whose turn has come, the calls under way."""

    waiting: dict[str, deque[HttpMessage]] = attrs.field(factory=dict)
    turn: deque[str] = attrs.field(factory=deque)
    under_way: set[str] = attrs.field(factory=set)
    length: int = 0


class Delivery:
    """Makes the requests of one feed.

    Args:
        switch: its clock times the requests, and its journal has what became of each: `delivered`, `refused` (an answer
            that is no 2xx; redirects are not followed), `failed`, or `dropped`.
        web: where requests go; a function, since a world's web may change.
        feed: the feed's name, for the journal.
        seconds: how long a receiver may take, in scenario time.
        most_at_once: how many requests may be under way to one host.
        most_waiting: how many may wait for one host; more are dropped.

    Attributes:
        on_idle: called when nothing is on its way any more.
    """

    def __init__(
        self,
        switch: Switch,
        web: Callable[[], Fetcher],
        feed: str,
        *,
        seconds: float = SECONDS,
        most_at_once: int = 16,
        most_waiting: int = 1000,
    ) -> None:
        self._switch = switch
        self._web = web
        self._feed = feed
        self._seconds = seconds
        self._most_at_once = most_at_once
        self._most_waiting = most_waiting
        self._lanes: dict[str, _Lane] = {}
        self.on_idle: list[Callable[[], None]] = []

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._lanes

    def send_all(self, messages: Iterable[HttpMessage]) -> None:
        """Let requests be made, as soon as the turn of each comes; returns at once."""
        for message in messages:
            self.send(message)

    def send(self, message: HttpMessage) -> None:
        """Let a request be made as soon as its turn comes; returns at once."""
        host = _host(message.url)
        lane = self._lanes.setdefault(host, _Lane())
        if lane.length >= self._most_waiting:
            self.note("dropped", message, error=f"{self._most_waiting} requests wait for {host} already")
            return
        lane.length += 1
        waiting = lane.waiting.get(message.call)
        if waiting is None:
            lane.waiting[message.call] = deque((message,))
            if message.call not in lane.under_way:
                lane.turn.append(message.call)
                self._switch.post(self._set_out, host, lane)
        else:
            waiting.append(message)

    def _set_out(self, host: str, lane: _Lane) -> None:
        while lane.turn and len(lane.under_way) < self._most_at_once:
            call = lane.turn.popleft()
            waiting = lane.waiting[call]
            message = waiting.popleft()
            lane.length -= 1
            if not waiting:
                del lane.waiting[call]
            lane.under_way.add(call)
            _Attempt(self, host, lane, message).begin(self._switch, self._web(), self._seconds)

    def over(self, host: str, lane: _Lane, call: str) -> None:
        """A request has come to its end: the next one of its call has its turn behind all that wait already."""
        lane.under_way.discard(call)
        if call in lane.waiting:
            lane.turn.append(call)
        if lane.turn:
            self._switch.post(self._set_out, host, lane)
        elif not lane.under_way and not lane.waiting and self._lanes.get(host) is lane:
            del self._lanes[host]
            if self.idle:
                for told in self.on_idle:
                    told()

    def note(self, outcome: str, message: HttpMessage, *, status: int | None = None, error: str | None = None) -> None:
        """Write down what became of a request."""
        facts: dict[str, object] = {"feed": self._feed, "call": message.call}
        facts.update(method=message.method, url=_shown(message.url))
        if status is not None:
            facts["status"] = status
        if error is not None:
            facts["error"] = error
        self._switch.note(None, "feed", outcome, None, facts)


class _Attempt:
    """One request under way, as the web sees who asks."""

    __slots__ = ("_clock", "_delivery", "_host", "_lane", "_message", "on_over", "over")

    def __init__(self, delivery: Delivery, host: str, lane: _Lane, message: HttpMessage) -> None:
        self._delivery = delivery
        self._host = host
        self._lane = lane
        self._message = message
        self._clock: Timer | None = None
        self.over = False
        self.on_over: Callable[[], None] | None = None

    def begin(self, switch: Switch, web: Fetcher, seconds: float) -> None:
        """Make the request."""
        message = self._message
        request = HttpRequest(
            method=message.method,
            url=message.url,
            headers=(_USER_AGENT, *message.headers),
            body=message.body,
            timeout=seconds,
            connection_timeout=seconds,
        )
        self._clock = switch.after(seconds, self.fail, HttpCode.TIMEOUT)
        try:
            web.fetch(request, self)
        except Exception as error:  # noqa: BLE001 - whatever it is, the calls go on
            self.fail(HttpCode.INTERNAL, str(error))

    def connected(self) -> None:
        """The connection stands."""

    def respond(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        """There is an answer; what it says has no meaning."""
        self._end("delivered" if 200 <= status < 300 else "refused", status=status)

    def fail(self, code: HttpCode, text: str | None = None) -> None:
        """There will be none."""
        self._end("failed", error=text or HTTP_ERRORS[int(code)])

    def _end(self, outcome: str, *, status: int | None = None, error: str | None = None) -> None:
        if self.over:
            return
        self.over = True
        if self._clock is not None:
            self._clock.cancel()
        self._delivery.note(outcome, self._message, status=status, error=error)
        told, self.on_over = self.on_over, None
        if told is not None:
            told()
        self._delivery.over(self._host, self._lane, self._message.call)


def _host(url: str) -> str:
    """Whom a URL leads to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.netloc}"


def _shown(url: str) -> str:
    """A URL as it may be written down: without its parameters and credentials."""
    scheme, slashes, rest = url.partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"
