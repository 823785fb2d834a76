"""Managing a running session from outside: HTTP requests to its URL, and WebSockets to the same URL.

The rules of the platform, for in-process callers and for a server's sockets alike: the handler's return value is the
answer; only `X-` headers are delivered; WebSockets must be allowed, and there may be three more than calls.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from voxsim.engine.appevents import AppEvents
from voxsim.engine.future import LATER
from voxsim.engine.journal import plain
from voxsim.engine.lifecycle import RUNNING
from voxsim.engine.ports import SocketFar
from voxsim.engine.units.websocket import WebSocket
from voxsim.vocabulary.declare import seal

if TYPE_CHECKING:
    from voxsim.engine.session import Session

HeaderPairs = Iterable[tuple[str, str]]


@attrs.frozen
class Reply:
    """The answer to a managing request."""

    status: int
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


ENDED = Reply(404)
"""The answer for a session that is over, or that never was."""

NO_ANSWER = Reply(200)
"""The answer when no handler returned a value."""

HANDLER_FAILED = Reply(500)
"""The answer when a handler raised."""


def request(
    session: Session,
    method: str,
    content: str,
    headers: HeaderPairs,
    done: Callable[[Reply], None],
    suffix: str = "",
) -> None:
    """Deliver one managing HTTP request; `done` gets the reply, at once or when an async handler has it.

    Args:
        session: the session whose URL was asked for.
        method: any HTTP method.
        content: the body as text.
        headers: all headers of the request; only those with `X-` are delivered.
        done: called once with the reply.
        suffix: what follows the session's secret in the path, query included.
    """
    session.switch.post(_deliver, session, method, content, tuple(headers), done, suffix)


def _deliver(
    session: Session,
    method: str,
    content: str,
    headers: tuple[tuple[str, str], ...],
    done: Callable[[Reply], None],
    suffix: str,
) -> None:
    if session.phase is not RUNNING:
        done(ENDED)
        return
    path = session_path(session) + suffix
    session.note("http", "managing request", None, {"method": method, "path": path, "content": content})
    event = AppEvents.HttpRequest(method, path, content, delivered(headers))
    session.note("event", event.name, session.key, event)
    seal(event)
    handlers = tuple((session._listeners or {}).get(event.name, ()))
    answers = _Answers(session, len(handlers), done)
    for index, handler in enumerate(handlers):
        before = len(session.failures)
        result = session.run(handler, event, done=partial(answers.late, index))
        if type(result) in LATER:
            answers.expect()
        elif len(session.failures) > before:
            answers.failed()
        else:
            answers.answered(index, result)
    session.wake(event)
    answers.close()


class _Answers:
    """Collects what the handlers of one request return: the last value that is not None wins."""

    def __init__(self, session: Session, handlers: int, done: Callable[[Reply], None]) -> None:
        self._session = session
        self._values: list[Any] = [None] * handlers
        self._open = 1
        self._error = False
        self._done = done
        self._watching = False

    def expect(self) -> None:
        """One handler has its answer later, unless the session ends first."""
        self._open += 1
        if not self._watching:
            self._watching = True
            self._session.ended.on_done(self._session_over)

    def late(self, index: int, result: Any, error: BaseException | None) -> None:
        """An async handler has ended."""
        if error is not None:
            self._session.task_done(result, error)
            self.failed()
        else:
            self.answered(index, result)
        self.close()

    def answered(self, index: int, value: Any) -> None:
        """A handler returned."""
        self._values[index] = value

    def failed(self) -> None:
        """A handler raised."""
        self._error = True

    def close(self) -> None:
        """One more of the parts is complete; with the last one the reply goes out."""
        self._open -= 1
        if self._open == 0:
            values = [value for value in self._values if value is not None]
            if values:
                self._reply(reply_of(values[-1]))
            else:
                self._reply(HANDLER_FAILED if self._error else NO_ANSWER)

    def _session_over(self) -> None:
        self._reply(ENDED)

    def _reply(self, reply: Reply) -> None:
        if self._done is not _nobody:
            done, self._done = self._done, _nobody
            if self._watching:
                self._session.ended.forget(self._session_over)
            self._session.note("http", "managing reply", None, {"status": reply.status, "content": reply.body})
            done(reply)


def _nobody(_: Reply) -> None:
    """The reply has gone out already."""


def reply_of(value: Any) -> Reply:
    """A handler's return value as the answer: a string or number as it is, anything else as JSON."""
    if isinstance(value, str):
        return Reply(200, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Reply(200, str(value))
    if isinstance(value, bytes | bytearray):
        return Reply(200, value.decode("utf-8", "replace"))
    return Reply(200, json.dumps(plain(value)), "application/json")


def session_path(session: Session) -> str:
    """The path of the session's managing URL."""
    return f"/request/{session.key}/{session.secret}"


def delivered(headers: HeaderPairs) -> list[dict[str, str]]:
    """The headers that a scenario sees: only those that begin with `X-`."""
    return [{"key": name, "value": value} for name, value in headers if name.upper().startswith("X-")]


def open_socket(session: Session, far: SocketFar, headers: HeaderPairs = (), suffix: str = "") -> WebSocket | str:
    """Open a WebSocket to the session's URL.

    Returns the session's end of it, or why it was refused.
    """
    if session.phase is not RUNNING:
        return "The session has ended"
    if not session.allows_sockets:
        session.note("websocket", "refused", None, {"reason": "not allowed"})
        return "WebSocket connections are not allowed: the scenario did not call VoxEngine.allowWebSocketConnections()"
    path = session_path(session) + suffix
    kept = delivered(headers)
    incoming = sum(socket.incoming for socket in (session.sockets or {}).values())
    most = len(session.calls) + session.switch.limits.websockets_beyond_calls
    if incoming >= most:
        session.limit("websockets_beyond_calls", session.switch.limits.websockets_beyond_calls)
        reason = f"Too many WebSocket connections: {most} are allowed"
        session.emit(AppEvents.NewWebSocketFailed("GET", path, "", kept, reason=reason))
        return reason
    url = session.access_secure_url.replace("http", "ws", 1)
    socket = WebSocket.accepted(session, url + suffix, far)
    session.emit(AppEvents.WebSocket("GET", path, "", kept, websocket=socket))
    return socket
