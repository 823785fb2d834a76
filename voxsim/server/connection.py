"""Connection: HTTP/1.1 with one client, as h11 reads and writes it; what is asked for goes to the server's routes.

Requests are answered in order, however they arrive. Whatever is malformed, too large or too slow gets its 4xx and a
closed connection. A WebSocket leaves here after its handshake.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from enum import Enum
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

import h11
import trio

from voxsim.server.messages import Request, Response
from voxsim.server.streams import LOST, Stream

if TYPE_CHECKING:
    from voxsim.server.door import Door
    from voxsim.server.limits import ServerLimits

Handler = Callable[[Request], Awaitable[Response]]
Upgrade = Callable[[Request, bytes, Stream], Awaitable[None]]
Tunnel = Callable[[str, Stream, bytes], Awaitable[None]]

_BAD_REQUEST: Final = 400
_LINGER_SECONDS: Final = 1.0
_LINGER_BYTES: Final = 4 * 1024 * 1024


class _Phase(Enum):
    """What a connection is at: waiting for a request, for the rest of one, or answering it."""

    IDLE = 1
    READING = 2
    BUSY = 3


class _Refused(Exception):
    """The client gets this answer, and its connection is closed."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.response = Response.text(status, text)


class Connection:
    """One client's connection, from its first byte to its last.

    Args:
        stream: the connection's bytes.
        secure: whether they come over TLS.
        handler: answers a request.
        upgrade: takes over when a WebSocket is asked for: the request, the bytes that follow it, and the stream.
        tunnel: takes over when a proxy's CONNECT is asked for: the wanted authority, the stream, the bytes that follow.
    """

    def __init__(
        self,
        door: Door,
        limits: ServerLimits,
        stream: Stream,
        *,
        secure: bool,
        handler: Handler,
        upgrade: Upgrade,
        tunnel: Tunnel | None,
    ) -> None:
        self._door = door
        self._limits = limits
        self._stream = stream
        self._secure = secure
        self._handler = handler
        self._upgrade = upgrade
        self._tunnel = tunnel
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.header_bytes)
        self._scope = trio.CancelScope()
        self._phase = _Phase.IDLE
        self._since = time.monotonic()
        self.last = False

    async def run(self) -> None:
        """Serve the client until either side has enough. The caller closes the stream."""
        try:
            with self._scope:
                while await self._serve_one():
                    pass
            if self._scope.cancelled_caught and self._phase is _Phase.READING:
                seconds = self._limits.request_seconds
                await self._send(Response.text(408, f"A request must be complete within {seconds:g} s."), close=True)
        except LOST:
            return

    def stop(self) -> None:
        """Answer what is under way, and nothing more."""
        self.last = True
        if self._phase is _Phase.IDLE:
            self._scope.cancel()

    def check(self, now: float) -> None:
        """Give the client up when it has been silent, or slow, for too long."""
        limits = self._limits
        patience = {_Phase.IDLE: limits.idle_seconds, _Phase.READING: limits.request_seconds}.get(self._phase)
        if patience is not None and now - self._since > patience:
            self._scope.cancel()

    async def _serve_one(self) -> bool:
        """Read one request and answer it; False when it was the last."""
        try:
            request = await self._next_request()
            if request is None:
                return False
            self._phase = _Phase.BUSY
            if request.method == "CONNECT":
                await self._open_tunnel(request)
                return False
            if request.method == "GET" and _wants_websocket(request):
                upgrade, stream = self._upgrade, self._stream
                rest = self._http.trailing_data[0]
                self._http = None  # type: ignore[assignment]  # a socket lives long: what it needs no more can go
                await upgrade(request, rest, stream)
                return False
            response = await self._handler(request)
        except _Refused as refused:
            await self._refuse(refused.response)
            return False
        except h11.RemoteProtocolError as error:
            status = error.error_status_hint
            await self._refuse(Response.text(status, f"{_phrase(status)}: {error}."))
            return False
        except LOST:
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of voxsim's own costs this client, and nobody else
            print(f"voxsim: internal error, a client is dropped: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
            await self._send(Response.text(500, "Internal error of voxsim; its standard error tells more."), close=True)
            return False
        await self._send(response, head=request.method == "HEAD", close=self.last)
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    # --- reading ---

    async def _next_request(self) -> Request | None:
        """The next complete request; None when the client sends no more."""
        http = self._http
        self._since = time.monotonic()
        if not http.trailing_data[0]:
            self._phase = _Phase.IDLE
            if self.last:
                return None
            http.receive_data(await self._stream.receive())
        self._phase = _Phase.READING
        started: h11.Request | None = None
        body = b""
        while True:
            event = http.next_event()
            kind = type(event)
            if kind is h11.Data:
                body = body + event.data if body else event.data  # type: ignore[union-attr]
                if len(body) > self._limits.body_bytes:
                    raise _Refused(413, f"A body may have {self._limits.body_bytes} bytes.")
            elif kind is h11.Request:
                started = cast("h11.Request", event)
                if http.their_state is h11.SEND_BODY:
                    self._check_length(started)
            elif event is h11.NEED_DATA:
                if http.they_are_waiting_for_100_continue:
                    await self._stream.send(http.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
                http.receive_data(await self._stream.receive())
            elif started is None:
                return None
            else:
                return self._request(started, bytes(body))

    def _check_length(self, request: h11.Request) -> None:
        """Refuse a body that says itself that it is too long, before it is sent."""
        for name, value in request.headers.raw_items():
            if name.lower() == b"content-length" and int(value) > self._limits.body_bytes:
                raise _Refused(413, f"A body may have {self._limits.body_bytes} bytes, not {int(value)}.")

    def _request(self, started: h11.Request, body: bytes) -> Request:
        raw = started.headers.raw_items()
        method, target = started.method.decode("latin-1"), started.target.decode("latin-1")
        if method == "CONNECT":
            return Request(method, target, "", raw, body, target.lower(), self._secure)
        authority = next((value.decode("latin-1") for name, value in raw if name.lower() == b"host"), "")
        if "://" in target:
            # The absolute form, as clients send it to a proxy: its host counts, whatever the header says.
            authority, slash, rest = target.partition("://")[2].partition("/")
            target = slash + rest or "/"
        if not target.startswith("/") and target != "*":
            raise _Refused(_BAD_REQUEST, "The request's target is no path.")
        path, _, query = target.partition("?")
        return Request(method, path, query, raw, body, authority.lower(), self._secure)

    # --- writing ---

    async def _send(self, response: Response, *, head: bool = False, close: bool = False) -> None:
        """Write a response; nothing can be written any more when one was under way already."""
        http = self._http
        if http is None or http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        close = close or http.their_state is h11.ERROR
        length = len(response.body)
        data = http.send(
            _head(response.status, response.content_type, length, response.headers, int(time.time()), close=close)
        )
        if length and not head and response.status != HTTPStatus.NO_CONTENT:
            data += http.send(h11.Data(data=response.body)) or b""
        data += http.send(h11.EndOfMessage()) or b""
        sent = self._stream.send_now(data)
        if sent < len(data):
            with trio.CancelScope(deadline=self._door.deadline(self._limits.send_seconds)) as scope:
                await self._stream.send(data[sent:])
            if scope.cancelled_caught:
                raise trio.BrokenResourceError

    async def _refuse(self, response: Response) -> None:
        """Answer what cannot be served, and let the client hear it.

        If the connection were closed while the client still sends, the answer would be lost with it: so what comes for
        a while is taken and thrown away.
        """
        await self._send(response, close=True)
        self._stream.end()
        with trio.move_on_at(self._door.deadline(_LINGER_SECONDS)):
            left = _LINGER_BYTES
            while left > 0 and (data := await self._stream.receive()):
                left -= len(data)

    async def _open_tunnel(self, request: Request) -> None:
        if self._tunnel is None:
            raise _Refused(405, "A tunnel inside of a tunnel cannot be had.")
        rest = self._http.trailing_data[0]
        self.last = True
        await self._tunnel(request.authority, self._stream, rest)


def _wants_websocket(request: Request) -> bool:
    return request.header("upgrade").lower() == "websocket" and "upgrade" in request.header("connection").lower()


@lru_cache(maxsize=256)
def _head(
    status: int, content_type: str, length: int, more: tuple[tuple[str, str], ...], second: int, *, close: bool
) -> h11.Response:
    """The head of a response. Most are like those before them: within a second one head serves them all."""
    headers = [(b"date", formatdate(second, usegmt=True).encode())]
    if status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        headers += [(b"content-type", content_type.encode()), (b"content-length", b"%d" % length)]
    headers += [(name.encode(), value.encode("latin-1", "replace")) for name, value in more]
    if close:
        headers.append((b"connection", b"close"))
    return h11.Response(status_code=status, headers=headers, reason=_phrase(status).encode())


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"
