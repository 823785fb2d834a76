"""A bare hello as an ASGI application: what uvicorn serves beside a managing request."""

from collections.abc import Awaitable, Callable
from typing import Any

_HEAD = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"5")],
}
_BODY = {"type": "http.response.body", "body": b"hello"}


async def app(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    """Answer every request with `hello`."""
    if scope["type"] != "http":
        return
    await receive()
    await send(_HEAD)
    await send(_BODY)
