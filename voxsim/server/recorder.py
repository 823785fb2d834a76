"""Recorder: a web that passes everything on to another one, and keeps what it answers in a recording."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from voxsim.server.recording import (
    Entry,
    HttpEntry,
    MailEntry,
    Pairs,
    SocketEntry,
    SocketStep,
    line_of,
    masked_headers,
    masked_url,
    read,
)
from voxsim.vocabulary.codes import HTTP_ERRORS, HttpCode
from voxsim.vocabulary.enums import WebSocketCloseCode
from voxsim.vocabulary.errors import ConfigurationError

if TYPE_CHECKING:
    from voxsim.engine.http import HttpRequest
    from voxsim.engine.ports import Asker, Headers, SocketFar, SocketNear, Web
    from voxsim.engine.switch import Switch

_ONLY_FOR_THE_OWNER: Final = 0o600


class Recorder:
    """A `Web` that keeps what another one answers.

    Args:
        web: the web that answers.
        path: the recording; more is added to one that exists.

    Raises:
        ConfigurationError: the file cannot be written, or is no recording.
    """

    def __init__(self, switch: Switch, web: Web, path: str | Path) -> None:
        self.switch = switch
        self._web = web
        self._path = Path(path)
        known = read(self._path) if self._path.exists() else iter(())
        self._last = max((entry.n for entry in known), default=0)
        self._file: TextIO | None = None
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _ONLY_FOR_THE_OWNER)
        except OSError as error:
            raise ConfigurationError(f"The recording {path} cannot be written: {error}") from None
        self._file = os.fdopen(descriptor, "w", encoding="utf-8")
        if self._path.stat().st_size and not self._path.read_bytes().endswith(b"\n"):
            self._file.write("\n")

    @property
    def now(self) -> float:
        """Seconds since the run began."""
        return self.switch.now / 1e6

    def number(self) -> int:
        """The number of the next thing that a scenario begins."""
        self._last += 1
        return self._last

    def write(self, entry: Entry) -> None:
        """Add a line; it is in the file when this returns. A full disk ends the recording, not the sessions."""
        if self._file is None:
            return
        try:
            self._file.write(line_of(entry) + "\n")
            self._file.flush()
        except OSError as error:
            self._file = None
            self.switch.note(None, "warning", f"The recording {self._path} ends here: {error}")

    def close(self) -> None:
        """End the recording; what comes later is passed on all the same."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    # --- the engine's side ---

    def fetch(self, request: HttpRequest, asker: Asker) -> None:
        """Pass on a request."""
        heard = _HeardAsker(self, request, asker)
        asker.on_over = heard.ended
        self._web.fetch(request, heard)

    def send_mail(self, mail: Mapping[str, Any], done: Callable[[int, str | None], None]) -> None:
        """Pass on a mail."""
        n, began = self.number(), self.now

        def heard(code: int, error: str | None) -> None:
            seconds = round(self.now - began, 6)
            self.write(MailEntry(n=n, at=began, mail=shown(mail), seconds=seconds, code=int(code), error=error))
            done(code, error)

        self._web.send_mail(mail, heard)

    def open_socket(self, url: str, protocols: tuple[str, ...], headers: Headers, near: SocketNear) -> SocketFar | None:
        """Pass on a WebSocket."""
        heard = _HeardSocket(self, near)
        kept = masked_headers(tuple(headers.items()))
        self.write(SocketEntry(n=heard.n, at=self.now, url=masked_url(url), protocols=protocols, headers=kept))
        heard.far = self._web.open_socket(url, protocols, headers, heard)
        if heard.far is None:
            heard.step("closed", code=int(WebSocketCloseCode.CLOSE_ABNORMAL), clean=False)
            return None
        return heard


def shown(mail: Mapping[str, Any]) -> dict[str, Any]:
    """A mail as a recording has it: without its password."""
    return {key: value for key, value in mail.items() if key != "password"}


class _HeardAsker:
    """Stands before somebody who waits for a request, and writes down what is reported to them."""

    def __init__(self, recorder: Recorder, request: HttpRequest, asker: Asker) -> None:
        self.on_over: Callable[[], None] | None = None
        self._recorder = recorder
        self._request = request
        self._asker = asker
        self._n = recorder.number()
        self._began = recorder.now
        self._connected: float | None = None
        self._written = False

    @property
    def session(self) -> Any:
        """Whose request it is, so that an error in its handlers is told to the right one."""
        return getattr(self._asker, "session", None)

    @property
    def over(self) -> bool:
        return self._asker.over

    def connected(self) -> None:
        self._connected = self._elapsed()
        self._asker.connected()

    def respond(self, status: int, headers: Pairs, body: bytes) -> None:
        if len(body) > self._recorder.switch.limits.http_response_bytes:
            code = HttpCode.TOO_LARGE
            self._write(code=int(code), error=HTTP_ERRORS[code])
        else:
            self._write(status=status, response_headers=masked_headers(headers), response_body=body)
        self._asker.respond(status, headers, body)

    def fail(self, code: HttpCode, text: str | None = None) -> None:
        self._write(code=int(code), error=text)
        self._asker.fail(code, text)

    def ended(self) -> None:
        """Nobody waits any more, with or without a result."""
        self._write()
        told, self.on_over = self.on_over, None
        if told is not None:
            told()

    def _write(self, **outcome: Any) -> None:
        if self._written:
            return
        self._written = True
        request = self._request
        entry = HttpEntry(
            n=self._n,
            at=self._began,
            method=request.method,
            url=masked_url(request.url),
            headers=masked_headers(request.headers),
            body=request.body,
            connected=self._connected,
            seconds=self._elapsed(),
            **outcome,
        )
        self._recorder.write(entry)

    def _elapsed(self) -> float:
        return round(self._recorder.now - self._began, 6)


class _HeardSocket:
    """Stands between both ends of a WebSocket, and writes down what passes."""

    def __init__(self, recorder: Recorder, near: SocketNear) -> None:
        self.n = recorder.number()
        self.far: SocketFar | None = None
        self._recorder = recorder
        self._near = near

    @property
    def session(self) -> Any:
        """Whose socket it is, so that an error in its handlers is told to the right one."""
        return getattr(self._near, "session", None)

    def step(self, what: str, **facts: Any) -> None:
        """Write down one thing that happened."""
        self._recorder.write(SocketStep(n=self.n, at=self._recorder.now, what=what, **facts))

    def far_opened(self) -> None:
        self.step("opened")
        self._near.far_opened()

    def far_sent(self, text: str) -> None:
        self.step("received", text=text)
        self._near.far_sent(text)

    def far_closed(self, code: int, reason: str, *, clean: bool = True) -> None:
        self.step("closed", code=int(code), reason=reason, clean=clean)
        self._near.far_closed(code, reason, clean=clean)

    def sent(self, text: str) -> None:
        self.step("sent", text=text)
        if self.far is not None:
            self.far.sent(text)

    def closed(self, code: int, reason: str) -> None:
        self.step("left", code=int(code), reason=reason)
        if self.far is not None:
            self.far.closed(code, reason)
