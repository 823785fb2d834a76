"""HTTP requests of scenarios on the real network, and the documented code for each way in which they can fail.

Redirects, time-outs and the size limit are the engine's; here one request is made, over a pool of kept connections, and
given up as soon as nobody waits for it. No cookie is kept: sessions must not see each other's.
"""

from __future__ import annotations

import socket
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import trio

from voxsim.vocabulary.codes import HttpCode

if TYPE_CHECKING:
    import httpx2

    from voxsim.engine.http import HttpRequest
    from voxsim.engine.ports import Asker
    from voxsim.server.door import Door

Answer = tuple[int, tuple[tuple[str, str], ...], bytes]
"""Status, headers and body."""

_STANDS: Final = "http11.send_request_headers.started"
_DIALS: Final = "connection.connect_tcp.started"
_PACKINGS: Final = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


class HttpClient:
    """Makes the requests of all sessions.

    Args:
        transport: the pool of connections; it closes with its owner.
    """

    def __init__(self, door: Door, nursery: trio.Nursery, transport: httpx2.AsyncHTTPTransport) -> None:
        self._door = door
        self._nursery = nursery
        self._transport = transport

    def fetch(self, request: HttpRequest, asker: Asker) -> None:
        """Begin one request; what comes of it is reported as steps of the engine."""
        scope = trio.CancelScope()
        asker.on_over = scope.cancel
        self._nursery.start_soon(self._carry_out, request, asker, scope)

    async def _carry_out(self, request: HttpRequest, asker: Asker, scope: trio.CancelScope) -> None:
        switch = self._door.switch
        with scope:
            try:
                answer = await self._answer(request, asker)
            except Exception as error:  # noqa: BLE001 - whatever it is, the scenario gets a code for it
                switch.post(asker.fail, code_of(error), text_of(error))
            else:
                switch.post(asker.respond, *answer)
            self._door.driver.poke()

    async def _answer(self, request: HttpRequest, asker: Asker) -> Answer:
        """Make the request; once more when the kept connection that it was sent on turns out to be dead."""
        import httpx2

        attempt = _Attempt(self._door, asker)
        while True:
            attempt.dialled = False
            try:
                return await self._attempt(request, attempt)
            except (httpx2.NetworkError, httpx2.RemoteProtocolError):
                if attempt.dialled or attempt.answered:
                    raise

    async def _attempt(self, request: HttpRequest, attempt: _Attempt) -> Answer:
        response = await self._transport.handle_async_request(_outgoing(request, attempt))
        attempt.answered = True
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        most = self._door.switch.limits.http_response_bytes
        try:
            packed = await _read(response, most)
        finally:
            await response.aclose()
        return response.status_code, headers, _unpacked(packed, response.headers.get("content-encoding", ""), most)


class _Attempt:
    """What the pool does for one request, as it tells it.

    Attributes:
        dialled: whether a connection of its own was made.
        answered: whether the response has begun.
    """

    def __init__(self, door: Door, asker: Asker) -> None:
        self.dialled = False
        self.answered = False
        self._door = door
        self._asker = asker

    async def trace(self, name: str, info: Any) -> None:
        """Something has begun, is complete or has failed."""
        if name == _DIALS:
            self.dialled = True
        elif name == _STANDS:
            self._door.switch.post(self._asker.connected)
            self._door.driver.poke()


def _outgoing(request: HttpRequest, attempt: _Attempt) -> httpx2.Request:
    import httpx2

    url = httpx2.URL(request.url)
    headers = [(name.encode("latin-1", "replace"), value.encode()) for name, value in request.headers]
    named = {name.lower() for name, _ in headers}
    if b"accept" not in named:
        headers.append((b"Accept", b"*/*"))
    if url.userinfo and b"authorization" not in named:
        headers.append((b"Authorization", b"Basic " + b64encode(unquote(url.userinfo.decode()).encode())))
    extensions = {"trace": attempt.trace}
    return httpx2.Request(request.method, url, headers=headers, content=request.body, extensions=extensions)


async def _read(response: httpx2.Response, most: int) -> bytes:
    """The body as it was sent; of a larger one, a beginning of more than `most` bytes."""
    import httpx2

    body = bytearray()
    try:
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > most:
                # The library's iterators must come to their end by themselves: after this, the next read fails.
                await response.aclose()
    except httpx2.ReadError:
        if len(body) <= most:
            raise
    return bytes(body)


def _unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """The body as it was before it was packed, or a beginning of more than `most` bytes; unknown packing is kept.

    Raises:
        zlib.error: it is not what it says, or its end is missing.
    """
    how = _PACKINGS.get(encoding.strip().lower())
    if how is None or not body or len(body) > most:
        return body
    unpacker = zlib.decompressobj(how)
    unpacked = unpacker.decompress(body, most + 1)
    if not unpacker.eof and len(unpacked) <= most:
        raise zlib.error("The packed body ends in the middle")
    return unpacked


# --- what went wrong ---


def code_of(error: BaseException) -> HttpCode:
    """The documented code for a failure."""
    import httpx2

    if any(is_unknown_host(one) for one in _chain(error)):
        return HttpCode.HOST_NOT_FOUND
    match error:
        case httpx2.InvalidURL() | httpx2.UnsupportedProtocol():
            return HttpCode.BAD_URL
        case httpx2.ConnectError():
            return HttpCode.CONNECTION
        case httpx2.TimeoutException():
            return HttpCode.TIMEOUT
        case httpx2.NetworkError() | httpx2.RemoteProtocolError() | zlib.error():
            return HttpCode.NETWORK
        case httpx2.LocalProtocolError() | UnicodeError():
            return HttpCode.INTERNAL
    return HttpCode.UNKNOWN


def is_unknown_host(error: BaseException) -> bool:
    """Whether the system knows no address for a host, or its name cannot be one."""
    return isinstance(error, socket.gaierror) or (isinstance(error, UnicodeError) and "idna" in str(error))


def text_of(error: BaseException) -> str:
    """What the library says about a failure: the outermost error that has something to say."""
    return next((text for one in _chain(error) if (text := str(one).strip())), type(error).__name__)


def _chain(error: BaseException | None) -> list[BaseException]:
    """An error and what it came from, outermost first."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain
