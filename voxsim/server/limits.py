"""ServerLimits: what one client may ask of the server, in bytes, connections and real seconds."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class ServerLimits:
    """The limits of the server's own sockets. Times are real seconds, however fast scenario time goes."""

    connections: int = 10_000
    """One more gets 503 and is closed."""
    header_bytes: int = 32 * 1024
    """A longer request line with its headers gets 431."""
    body_bytes: int = 4 * 1024 * 1024
    """A longer body gets 413."""
    message_bytes: int = 1024 * 1024
    """A longer WebSocket message closes its socket with 1009."""
    waiting_bytes: int = 4 * 1024 * 1024
    """A WebSocket whose peer lets more than this wait for it is closed."""
    request_seconds: float = 20
    """A request must be complete this long after its first byte; a slower one gets 408."""
    idle_seconds: float = 75
    """A connection on which nothing is asked for so long is closed."""
    send_seconds: float = 30
    """A client must take what is sent to it within this; a slower one is dropped."""
    handshake_seconds: float = 10
    """A TLS handshake must be over by then."""
    ping_seconds: float = 30
    """A WebSocket that has been silent for so long is asked whether it is still there; twice in vain drops it."""
    closing_seconds: float = 5
    """How long a peer may take to answer the close of a WebSocket."""
    stop_seconds: float = 10
    """How long sessions and requests under way may take to end when the server is asked to stop."""
