"""Replay: a web that answers from a recording, offline, as fast or slow as the network was, in any kind of time.

Equal requests get their answers in the order in which they were made. What was never recorded fails as an unknown host
does, and says so.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from voxsim.server.recorder import shown
from voxsim.server.recording import HttpEntry, MailEntry, SocketEntry, SocketStep, masked_url, read
from voxsim.vocabulary.codes import HttpCode
from voxsim.vocabulary.enums import WebSocketCloseCode

if TYPE_CHECKING:
    from voxsim.engine.http import HttpRequest
    from voxsim.engine.ports import Asker, Headers, SocketFar, SocketNear
    from voxsim.engine.switch import Switch, Timer


_REMEMBERED: Final = 1000


class Replay:
    """A `Web` that answers from a recording.

    Attributes:
        unexpected: the last of what the recording has no answer for, as `METHOD URL`.

    Raises:
        ConfigurationError: the file cannot be read, or a line of it is broken.
    """

    def __init__(self, switch: Switch, path: str | Path) -> None:
        self.unexpected: list[str] = []
        self._switch = switch
        self._path = Path(path)
        self._left: dict[Hashable, deque[Any]] = {}
        self._steps: dict[int, list[SocketStep]] = {}
        for entry in sorted(read(self._path), key=lambda entry: entry.n):
            match entry:
                case HttpEntry():
                    self._keep(("http", entry.method, entry.url, entry.body), entry)
                case MailEntry():
                    self._keep(("mail", _text_of(entry.mail)), entry)
                case SocketEntry():
                    self._keep(("websocket", entry.url), entry)
                case SocketStep():
                    self._steps.setdefault(entry.n, []).append(entry)

    def fetch(self, request: HttpRequest, asker: Asker) -> None:
        """Answer one request."""
        url, after = masked_url(request.url), self._switch.after
        entry = self._take(("http", request.method, url, request.body), f"{request.method} {url}")
        if isinstance(entry, str):
            self._switch.post(asker.fail, HttpCode.HOST_NOT_FOUND, entry)
            return
        if entry.connected is not None:
            after(entry.connected, asker.connected)
        if entry.status is not None:
            after(entry.seconds or 0, asker.respond, entry.status, entry.response_headers, entry.response_body)
        elif entry.code is not None:
            after(entry.seconds or 0, asker.fail, HttpCode(entry.code), entry.error)

    def send_mail(self, mail: Mapping[str, Any], done: Callable[[int, str | None], None]) -> None:
        """Answer one mail."""
        entry = self._take(("mail", _text_of(shown(mail))), f"MAIL {', '.join(mail['to'])}")
        if isinstance(entry, str):
            self._switch.post(done, int(HttpCode.HOST_NOT_FOUND), entry)
        else:
            self._switch.after(entry.seconds, done, entry.code, entry.error)

    def open_socket(self, url: str, protocols: tuple[str, ...], headers: Headers, near: SocketNear) -> SocketFar | None:
        """Play the peer of one WebSocket."""
        entry = self._take(("websocket", masked_url(url)), f"WebSocket {masked_url(url)}")
        if isinstance(entry, str):
            code = WebSocketCloseCode.CLOSE_ABNORMAL
            self._switch.post(lambda: near.far_closed(code, entry, clean=False))
            return _Nobody()
        return _Player(self._switch, near, entry.at, self._steps.get(entry.n, ()))

    def _keep(self, key: Hashable, entry: HttpEntry | MailEntry | SocketEntry) -> None:
        self._left.setdefault(key, deque()).append(entry)

    def _take(self, key: Hashable, what: str) -> Any:
        """The next entry for a key, or why there is none."""
        entries = self._left.get(key)
        if entries:
            return entries.popleft()
        self.unexpected.append(what)
        del self.unexpected[:-_REMEMBERED]
        more = "no more answers" if entries is not None else "no answer"
        body = " with this body" if isinstance(key, tuple) and key[0] == "http" and key[-1] else ""
        return f"Host not found: the recording {self._path} has {more} for {what}{body}"


def _text_of(mail: Mapping[str, Any]) -> str:
    """What makes two mails equal."""
    return json.dumps(mail, sort_keys=True, default=str)


class _Nobody:
    """The far end of a WebSocket that does not open."""

    def sent(self, text: str) -> None:
        """Nobody hears it."""

    def closed(self, code: int, reason: str) -> None:
        """Nobody hears it."""


class _Player:
    """Plays the peer of a WebSocket. What followed the scenario's third message waits for its third message."""

    def __init__(self, switch: Switch, near: SocketNear, at: float, steps: Iterable[SocketStep]) -> None:
        self._switch = switch
        self._near = near
        self._at = at
        self._steps = deque(steps)
        self._unanswered = 0
        self._timer: Timer | None = None
        self._go_on()

    def sent(self, text: str) -> None:
        """The scenario sent a message: whatever it says, its turn has come."""
        self._unanswered += 1
        self._go_on()

    def closed(self, code: int, reason: str) -> None:
        """The scenario closed the socket."""
        self._steps.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _go_on(self) -> None:
        """Pass the messages that the scenario has sent, and arm what comes next of the peer."""
        while self._timer is None and self._steps:
            step = self._steps[0]
            if step.what == "left" or (step.what == "sent" and not self._unanswered):
                return
            delay, self._at = max(step.at - self._at, 0), step.at
            self._steps.popleft()
            if step.what == "sent":
                self._unanswered -= 1
            else:
                self._timer = self._switch.after(delay, self._play, step)

    def _play(self, step: SocketStep) -> None:
        self._timer = None
        match step.what:
            case "opened":
                self._near.far_opened()
            case "received":
                self._near.far_sent(step.text)
            case _:
                self._near.far_closed(step.code, step.reason, clean=step.clean)
        self._go_on()
