"""HTTP requests and mails of one session: the queue, the time-outs, redirects, sizes and result codes.

At most 3 requests are active, further ones wait, 35 in all; mails 2 and 10. The web itself is a port: scripted
services, recorded exchanges or real sockets answer through an `Exchange`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

import attrs

from voxsim.engine.http import HttpRequest, HttpRequestOptions, HttpRequestResult, malformed, outgoing, result_of
from voxsim.engine.lifecycle import RUNNING, Operation, Phase, check_allowed
from voxsim.vocabulary.codes import HTTP_ERRORS, HTTP_LIMIT_TEXT, SMTP_LIMIT_TEXT, HttpCode
from voxsim.vocabulary.errors import LimitExceeded, NotAllowed

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer

_CREDENTIALS: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@attrs.frozen
class SendMailResult:
    """What a mail came to: the SMTP code, and what went wrong."""

    code: int
    error: str | None = None


class Exchange:
    """One request under way. The web reports here; what comes after the end is ignored.

    Attributes:
        on_over: called once, when nobody waits for it any more; each new attempt of a redirect may set another.
    """

    __slots__ = (
        "_body_wanted",
        "_connect_clock",
        "_done",
        "_net",
        "_over",
        "_redirects",
        "_total_clock",
        "on_over",
        "request",
    )

    def __init__(self, net: Net, request: HttpRequest, raw: bool, done: Callable[[HttpRequestResult], None]) -> None:
        self._net = net
        self.request = request
        self._body_wanted = raw
        self._done = done
        self._over = False
        self._redirects = 0
        self._connect_clock: Timer | None = None
        self._total_clock: Timer | None = None
        self.on_over: Callable[[], None] | None = None

    def begin(self) -> None:
        """Send the request out and start its clocks."""
        switch = self._net.session.switch
        self._total_clock = switch.after(self.request.timeout, self.fail, HttpCode.TIMEOUT)
        self._attempt()

    def _attempt(self) -> None:
        switch = self._net.session.switch
        if self._connect_clock is not None:
            self._connect_clock.cancel()
        self._connect_clock = switch.after(self.request.connection_timeout, self.fail, HttpCode.TIMEOUT)
        self._net.session.note("http", "sent", None, {"method": self.request.method, "url": self.request.url})
        switch.web.fetch(self.request, self)

    @property
    def session(self) -> Session:
        """Whose request it is."""
        return self._net.session

    @property
    def malformed(self) -> bool:
        """Whether it cannot be sent at all."""
        return malformed(self.request.url)

    @property
    def over(self) -> bool:
        """Whether it has its result."""
        return self._over

    def connected(self) -> None:
        """The connection stands; the response may still take its time."""
        if self._connect_clock is not None:
            self._connect_clock.cancel()
            self._connect_clock = None

    def respond(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        """The complete response is here."""
        if self._over:
            return
        limits = self._net.session.switch.limits
        found = {key.lower(): value for key, value in headers}
        if status in _REDIRECTS and "location" in found:
            self._follow(status, found["location"])
        elif len(body) > limits.http_response_bytes:
            self._net.session.limit("http_response_bytes", limits.http_response_bytes)
            self.fail(HttpCode.TOO_LARGE)
        else:
            self._finish(result_of(status, headers, body, raw=self._body_wanted))

    def fail(self, code: HttpCode, text: str | None = None) -> None:
        """It came to nothing."""
        if not self._over:
            self._finish(HttpRequestResult(int(code), error=text or HTTP_ERRORS[int(code)]))

    def abandon(self) -> None:
        """Nobody waits for it any more."""
        self._over = True
        self._stop_clocks()
        told, self.on_over = self.on_over, None
        if told is not None:
            told()

    def _follow(self, status: int, location: str) -> None:
        self._redirects += 1
        limits = self._net.session.switch.limits
        if self._redirects > limits.http_redirects:
            self._net.session.limit("http_redirects", limits.http_redirects)
            self.fail(HttpCode.REDIRECTS)
            return
        url = urljoin(self.request.url, location)
        if urlsplit(url)[:2] != urlsplit(self.request.url)[:2]:
            # What proves who asks is meant for the one who was asked, not for whom that one names.
            kept = tuple(pair for pair in self.request.headers if pair[0].lower() not in _CREDENTIALS)
            self.request = attrs.evolve(self.request, headers=kept)
        keeps_method = status in (307, 308) or (status in (301, 302) and self.request.method != "POST")
        if keeps_method:
            self.request = attrs.evolve(self.request, url=url)
        else:
            headers = tuple(pair for pair in self.request.headers if not pair[0].lower().startswith("content-"))
            method = "HEAD" if self.request.method == "HEAD" else "GET"
            self.request = attrs.evolve(self.request, url=url, method=method, body=b"", headers=headers)
        if malformed(url):
            self.fail(HttpCode.BAD_URL)
        else:
            self._attempt()

    def _finish(self, result: HttpRequestResult) -> None:
        self.abandon()
        self._net.finished(self, result, self._done)

    def _stop_clocks(self) -> None:
        for clock in (self._connect_clock, self._total_clock):
            if clock is not None:
                clock.cancel()


class Net:
    """The requests and mails of one session."""

    __slots__ = (
        "_active",
        "_after_terminating",
        "_mails_active",
        "_mails_queued",
        "_pending_clock",
        "_queued",
        "session",
    )

    def __init__(self, session: Session) -> None:
        self.session = session
        self._active: list[Exchange] = []
        self._queued: deque[Exchange] = deque()
        self._mails_active = 0
        self._mails_queued: deque[tuple[dict[str, Any], Callable[[SendMailResult], None]]] = deque()
        self._after_terminating = 0
        self._pending_clock: Timer | None = None

    @property
    def busy(self) -> bool:
        """Whether a request or a mail is under way."""
        return bool(self._active) or self._mails_active > 0

    # --- requests ---

    def request(self, url: str, options: HttpRequestOptions, done: Callable[[HttpRequestResult], None]) -> None:
        """Make a request, or queue it behind the active ones."""
        session = self.session
        self.admit("Net.httpRequest")
        exchange = Exchange(self, outgoing(url, options, session), bool(options.raw_output), done)
        if options.enable_system_log and exchange.request.body:
            session.note("http", "body", None, {"url": exchange.request.url, "body": exchange.request.text})
        self.enter(exchange)

    def admit(self, name: str) -> None:
        """Check that one more request may be made; `name` is the command that makes it.

        Raises:
            LimitExceeded: too many are active or queued.
            NotAllowed: the session is ending.
        """
        session = self.session
        limits = session.switch.limits
        check_allowed(session.phase, Operation.HTTP, name)
        if session.phase is Phase.TERMINATING:
            self._after_terminating += 1
            if self._after_terminating > limits.http_after_terminating:
                session.limit("http_after_terminating", limits.http_after_terminating)
                raise NotAllowed(f"{name}: a Terminating handler may make one HTTP request, and it has made it.")
        if len(self._active) + len(self._queued) >= limits.http_total:
            session.limit("http_total", limits.http_total)
            raise LimitExceeded(HTTP_LIMIT_TEXT)

    def enter(self, exchange: Exchange) -> None:
        """Begin an exchange that was admitted, or let it wait behind the active ones."""
        if len(self._active) < self.session.switch.limits.http_active:
            self._activate(exchange)
        else:
            self.session.note("http", "queued", None, {"url": exchange.request.url})
            self._queued.append(exchange)

    def _activate(self, exchange: Exchange) -> None:
        self._active.append(exchange)
        if exchange.malformed:
            self.session.switch.post(exchange.fail, HttpCode.BAD_URL)
        else:
            self.session.switch.post(exchange.begin)

    def finished(
        self, exchange: Exchange, result: HttpRequestResult, done: Callable[[HttpRequestResult], None]
    ) -> None:
        """A request has its result: tell the scenario, and start the next one."""
        data = {"url": exchange.request.url, "code": result.code}
        if result.error:
            data["error"] = result.error
        self.session.note("http", "answered" if result.code > 0 else "failed", None, data)
        self.session.switch.post(self._complete, exchange, result, done)

    def _complete(
        self, exchange: Exchange, result: HttpRequestResult, done: Callable[[HttpRequestResult], None]
    ) -> None:
        if exchange not in self._active:
            return
        self._active.remove(exchange)
        if self._queued and self.session.phase is RUNNING:
            self._activate(self._queued.popleft())
        done(result)
        self._settle()

    # --- mails ---

    def mail(self, mail: dict[str, Any], done: Callable[[SendMailResult], None]) -> None:
        """Send a mail, or queue it behind the active ones."""
        session = self.session
        limits = session.switch.limits
        check_allowed(session.phase, Operation.MAIL, "Net.sendMail")
        if self._mails_active + len(self._mails_queued) >= limits.mail_total:
            session.limit("mail_total", limits.mail_total)
            raise LimitExceeded(SMTP_LIMIT_TEXT)
        if self._mails_active < limits.mail_active:
            self._send_mail(mail, done)
        else:
            session.note("mail", "queued", None, {"to": mail["to"]})
            self._mails_queued.append((mail, done))

    def _send_mail(self, mail: dict[str, Any], done: Callable[[SendMailResult], None]) -> None:
        self._mails_active += 1
        self.session.note("mail", "sent", None, {key: mail[key] for key in ("server", "from", "to", "title")})

        def report(code: int, error: str | None) -> None:
            if not self._mails_active:
                return
            result = SendMailResult(code, error)
            self.session.note("mail", "answered", None, {"server": mail["server"], "to": mail["to"], "code": code})
            self.session.switch.post(self._mail_complete, result, done)

        self.session.switch.post(self.session.switch.web.send_mail, mail, report)

    def _mail_complete(self, result: SendMailResult, done: Callable[[SendMailResult], None]) -> None:
        if not self._mails_active:
            return
        self._mails_active -= 1
        if self._mails_queued and self.session.phase is RUNNING:
            self._send_mail(*self._mails_queued.popleft())
        done(result)
        self._settle()

    # --- the end of the session ---

    def drop_queued(self) -> None:
        """The session closes: what waits is dropped without a callback."""
        for exchange in self._queued:
            self.session.note("http", "dropped", None, {"url": exchange.request.url})
        self._queued.clear()
        for mail, _ in self._mails_queued:
            self.session.note("mail", "dropped", None, {"to": mail["to"]})
        self._mails_queued.clear()

    def watch_pending(self) -> None:
        """Let active requests hold the end of the session back, but for 90 s only."""
        if self.busy:
            self._pending_clock = self.session.switch.after(
                self.session.switch.limits.pending_http_seconds, self._give_up
            )

    def _give_up(self) -> None:
        limits = self.session.switch.limits
        self.session.limit("pending_http_seconds", limits.pending_http_seconds)
        for exchange in self._active:
            exchange.abandon()
            self.session.note("http", "dropped", None, {"url": exchange.request.url})
        self._active.clear()
        self._mails_active = 0
        self.session.settle()

    def _settle(self) -> None:
        if self.session.phase in (Phase.CLOSING, Phase.TERMINATING) and not self.busy:
            if self._pending_clock is not None:
                self._pending_clock.cancel()
            self.session.switch.post(self.session.settle)


def net_of(session: Session) -> Net:
    """The session's requests, made at the first one."""
    if session.net_or_none is None:
        session.net_or_none = Net(session)
    return session.net_or_none
