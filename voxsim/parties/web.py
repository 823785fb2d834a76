"""The scripted web: services that answer a scenario's requests, sockets it can connect to, mail servers it can use.

A request that nothing answers fails as an unknown host would, and is remembered, so that a test can say which URL
nobody answered.
"""

from __future__ import annotations

import json as json_module
import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import attrs

from voxsim.engine.http import HttpRequest
from voxsim.engine.ports import Asker, Headers, SocketFar, SocketNear
from voxsim.vocabulary.codes import HttpCode
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import did_you_mean

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch

FAULTS: Final[dict[str, HttpCode]] = {
    "unknown": HttpCode.UNKNOWN,
    "host_not_found": HttpCode.HOST_NOT_FOUND,
    "connection": HttpCode.CONNECTION,
    "network": HttpCode.NETWORK,
    "timeout": HttpCode.TIMEOUT,
    "internal": HttpCode.INTERNAL,
}
"""The ways in which a scripted service can fail, and the result code of each."""

Answer = Callable[[HttpRequest], Any]
T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Reply:
    """One answer of a service. `delay` and `connect_delay` are seconds; `fault` is one of FAULTS."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delay: float = 0.05
    connect_delay: float = 0.0
    fault: HttpCode | None = None
    function: Answer | None = None


class Service:
    """What answers one method and URL. Replies are used in order; the last one is used for all further requests.

    Attributes:
        requests: what was received, in order.
    """

    def __init__(self, method: str, url: str | re.Pattern[str], most: int | None = None) -> None:
        self.method = method.upper()
        self.url = url
        self._most = most
        self.requests: list[HttpRequest] = []
        self._replies: list[Reply] = []

    def answers(self, request: HttpRequest) -> bool:
        """Whether a request is for this service."""
        if self.method not in ("*", request.method):
            return False
        if not isinstance(self.url, str):
            return self.url.search(request.url) is not None
        wanted = request.url if "?" in self.url else request.url.partition("?")[0]
        return wanted == self.url or ("*" in self.url and fnmatchcase(wanted, self.url))

    def reply(
        self,
        status: int = 200,
        *,
        json: Any = None,
        text: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.05,
        connect_delay: float = 0.0,
        times: int = 1,
    ) -> Self:
        """Answer so; call it again for the answer after this one.

        Args:
            status: the HTTP status.
            json, text, body: the body, in one of three forms.
            headers: further response headers.
            delay: seconds until the response is complete.
            connect_delay: seconds until the connection stands.
            times: how many requests get this answer before the next one's turn.

        Raises:
            BadArgument: that is no status of a response.
        """
        if not isinstance(status, int) or not 200 <= status <= 599:
            raise BadArgument(f"An HTTP status is a number from 200 to 599, got {status!r}.")
        content, kind = _content(json, text, body)
        pairs = tuple((headers or {}).items())
        if kind and not any(name.lower() == "content-type" for name, _ in pairs):
            pairs = (("Content-Type", kind), *pairs)
        reply = Reply(status=status, headers=pairs, body=content, delay=delay, connect_delay=connect_delay)
        self._replies.extend([reply] * times)
        return self

    def fail(self, fault: str = "connection", *, delay: float = 0.05) -> Self:
        """Fail so: `host_not_found`, `connection`, `network`, `timeout`, `internal` or `unknown`."""
        if fault not in FAULTS:
            raise BadArgument(f"A service cannot fail with {fault!r}.{did_you_mean(fault, FAULTS)}")
        self._replies.append(Reply(fault=FAULTS[fault], delay=delay))
        return self

    def call(self, function: Answer, *, delay: float = 0.05) -> Self:
        """Answer with what a function of the request returns: text, a JSON value, or `(status, value)`."""
        self._replies.append(Reply(function=function, delay=delay))
        return self

    def next_reply(self, request: HttpRequest) -> Reply:
        """The reply for one more request."""
        _keep(self.requests, request, self._most)
        if not self._replies:
            return Reply()
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if reply.function is None:
            return reply
        value = reply.function(request)
        status, value = value if isinstance(value, tuple) else (200, value)
        is_text = isinstance(value, str)
        content, kind = _content(None if is_text else value, value if is_text else None, None)
        return Reply(status=status, headers=(("Content-Type", kind),), body=content, delay=reply.delay)

    @property
    def last(self) -> HttpRequest:
        """The request received last.

        Raises:
            IndexError: none was received yet.
        """
        return self.requests[-1]


class Peer:
    """The far end of a WebSocket that a scenario makes, or that a test opens to a session.

    Attributes:
        texts: what the scenario sent, in order, media frames included.
        close_code: the code with which the scenario closed it, or None.
    """

    def __init__(self, switch: Switch, script: SocketService | None = None) -> None:
        self._switch = switch
        self._script = script
        self._near: SocketNear | None = None
        self.texts: list[str] = []
        self.close_code: int | None = None
        self.on_text: list[Callable[[str], None]] = []

    def join(self, near: SocketNear) -> None:
        """Connect it to the engine's end."""
        self._near = near

    @property
    def open(self) -> bool:
        """Whether it can still send."""
        return self._near is not None and self.close_code is None

    def send(self, text: str) -> None:
        """Send a text message to the scenario."""
        if self._near is not None:
            self._switch.post(self._near.far_sent, text)

    def send_json(self, value: Any) -> None:
        """Send a value as JSON."""
        self.send(json_module.dumps(value))

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket."""
        if self._near is not None:
            self._switch.post(lambda: self._near.far_closed(code, reason) if self._near else None)

    def lose(self) -> None:
        """Lose the connection without a close."""
        if self._near is not None:
            self._switch.post(lambda: self._near.far_closed(1006, "", clean=False) if self._near else None)

    @property
    def frames(self) -> list[dict[str, Any]]:
        """The media frames that the scenario sent, as parsed JSON."""
        parsed = (json_module.loads(text) for text in self.texts if text.startswith('{"event"'))
        return [frame for frame in parsed if frame.get("event") in ("start", "media", "stop")]

    @property
    def messages(self) -> list[str]:
        """What the scenario sent, without media frames."""
        return [text for text in self.texts if not text.startswith('{"event"')]

    def sent(self, text: str) -> None:
        """The scenario sent a message."""
        self.texts.append(text)
        for told in tuple(self.on_text):
            told(text)
        if self._script is not None:
            self._script.react(self, text)

    def closed(self, code: int, reason: str) -> None:
        """The scenario closed the socket."""
        self.close_code = int(code)


class SocketService:
    """What a scenario meets at a WebSocket URL: it may greet, and react to messages.

    Attributes:
        peers: the connections made so far.
    """

    def __init__(self, switch: Switch, url: str) -> None:
        self.url = url
        self.peers: list[Peer] = []
        self._switch = switch
        self._greetings: list[str] = []
        self._reactions: list[tuple[str, str | Callable[[Peer, str], None]]] = []
        self._refused = False

    def greet(self, *texts: str) -> Self:
        """Send these texts once a connection is open."""
        self._greetings.extend(texts)
        return self

    def on(self, pattern: str, answer: str | Callable[[Peer, str], None]) -> Self:
        """React to messages that match a pattern with `*`: send a text, or call `answer(peer, text)`."""
        self._reactions.append((pattern, answer))
        return self

    def refuse(self) -> Self:
        """Let connections fail."""
        self._refused = True
        return self

    @property
    def peer(self) -> Peer:
        """The connection made last.

        Raises:
            IndexError: none was made yet.
        """
        return self.peers[-1]

    def connect(self, near: SocketNear) -> Peer | None:
        """A scenario connects."""
        if self._refused:
            return None
        peer = Peer(self._switch, self)
        peer.join(near)
        self.peers.append(peer)
        self._switch.after_ms(self._switch.timing.socket_open, self._opened, peer, near)
        return peer

    def _opened(self, peer: Peer, near: SocketNear) -> None:
        near.far_opened()
        for text in self._greetings:
            peer.send(text)

    def react(self, peer: Peer, text: str) -> None:
        """Do what the script says about a message."""
        for pattern, answer in self._reactions:
            if fnmatchcase(text, pattern):
                if callable(answer):
                    answer(peer, text)
                else:
                    peer.send(answer)
                return


class ScriptedWeb:
    """All services of a run.

    Args:
        most: how many requests, mails and misses are remembered; None for all.

    Attributes:
        on_request: called with each request as it comes.
        on_peer: called with the URL and the peer of each WebSocket that a scenario connects.
        requests: every request received, answered or not.
        sockets: the scripted WebSocket services.
        unexpected: those that nothing answers, as `METHOD URL`.
        mails: every mail sent.
    """

    def __init__(self, switch: Switch, most: int | None = None) -> None:
        self._switch = switch
        self._most = most
        self._services: list[Service] = []
        self.sockets: list[SocketService] = []
        self._mail_code: tuple[int, str | None] = (250, None)
        self.on_request: list[Callable[[HttpRequest], None]] = []
        self.on_peer: list[Callable[[str, Peer], None]] = []
        self.requests: list[HttpRequest] = []
        self.unexpected: list[str] = []
        self.mails: list[dict[str, Any]] = []

    def on(self, method: str, url: str | re.Pattern[str]) -> Service:
        """Answer requests of a method (`*` for any) to a URL; `*` in the URL stands for anything.

        A URL without a query answers requests with any query; a compiled pattern is looked for in the whole URL. What
        was added last is asked first.

        Raises:
            BadArgument: the method or the URL is of another kind.
        """
        if not isinstance(method, str) or not isinstance(url, str | re.Pattern):
            raise BadArgument(f"A service has a method and a URL, both as text (or the URL as a pattern), got {url!r}.")
        if isinstance(url, str) and not url.startswith(("http://", "https://")) and "*" not in url:
            raise BadArgument(f"A URL such as 'https://crm.example/*' is needed, got {url!r}.")
        service = Service(method, url, self._most)
        self._services.insert(0, service)
        return service

    def socket(self, url: str) -> SocketService:
        """Let a scenario connect a WebSocket to a URL; `*` stands for anything."""
        service = SocketService(self._switch, url)
        self.sockets.insert(0, service)
        return service

    def mail_server(self, code: int = 250, error: str | None = None) -> None:
        """Answer mails with an SMTP code, and an error text."""
        self._mail_code = (code, error)

    # --- the engine's side ---

    def fetch(self, request: HttpRequest, asker: Asker) -> None:
        """One request of a scenario."""
        _keep(self.requests, request, self._most)
        for told in self.on_request:
            told(request)
        service = self._find(request)
        if service is None:
            _keep(self.unexpected, f"{request.method} {request.url}", self._most)
            error = f"Host not found: nothing answers {request.method} {request.url}"
            self._switch.post(asker.fail, HttpCode.HOST_NOT_FOUND, error)
            return
        reply = service.next_reply(request)
        self._switch.after(reply.connect_delay, self._connected, asker, reply)

    def _connected(self, asker: Asker, reply: Reply) -> None:
        if asker.over:
            return
        if reply.fault is HttpCode.TIMEOUT:
            asker.connected()
            return
        if reply.fault is not None:
            self._switch.after(reply.delay, asker.fail, reply.fault)
            return
        asker.connected()
        self._switch.after(reply.delay, asker.respond, reply.status, reply.headers, reply.body)

    def _find(self, request: HttpRequest) -> Service | None:
        return next((service for service in self._services if service.answers(request)), None)

    def send_mail(self, mail: Mapping[str, Any], done: Callable[[int, str | None], None]) -> None:
        """One mail of a scenario."""
        _keep(self.mails, dict(mail), self._most)
        self._switch.after_ms(self._switch.timing.mail, done, *self._mail_code)

    def open_socket(self, url: str, protocols: tuple[str, ...], headers: Headers, near: SocketNear) -> SocketFar | None:
        """One WebSocket of a scenario."""
        for service in self.sockets:
            if url == service.url or fnmatchcase(url, service.url):
                peer = service.connect(near)
                if peer is not None:
                    for told in self.on_peer:
                        told(url, peer)
                return peer
        _keep(self.unexpected, f"WebSocket {url}", self._most)
        return None


def _keep(kept: list[T], one: T, most: int | None) -> None:
    """Remember one more; of too many the oldest is forgotten."""
    kept.append(one)
    if most is not None and len(kept) > most:
        del kept[0]


def _content(json: Any, text: str | None, body: bytes | None) -> tuple[bytes, str]:
    """The body and its content type."""
    given: Sequence[Any] = [one for one in (json, text, body) if one is not None]
    if len(given) > 1:
        raise BadArgument("A reply has one body: `json`, `text` or `body`.")
    if text is not None:
        return text.encode(), "text/plain; charset=utf-8"
    if body is not None:
        return body, "application/octet-stream"
    if json is not None:
        return json_module.dumps(json).encode(), "application/json"
    return b"", ""
