"""GatewayLimits: what one Web SDK client may ask of the platform, and how long the gateway waits for it."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class GatewayLimits:
    """The gateway's figures. Seconds are real ones behind sockets, and virtual ones in tests."""

    connect_seconds: float = 10
    """A client must have shaken hands by then; the SDK itself gives up after this time, too."""
    resume_seconds: float = 30
    """How long a lost connection is kept for its client, which tries for some 23 seconds to come back."""
    ack_seconds: float = 20
    """A client that has not acknowledged what it was sent for so long is disconnected; the SDK takes 5 at most."""
    unacknowledged: int = 2_000
    """So many messages are kept for a client that does not acknowledge any."""
    unacknowledged_bytes: int = 4 * 1024 * 1024
    """So many bytes of them."""
    breaches: int = 5
    """So many breaches of the protocol by one client, and its connection is not kept for it any more."""
    wrong_logins: int = 20
    """So many wrong log-ins in a row over one connection, and it is closed."""
    sdp_characters: int = 128 * 1024
    """A longer session description ends its call with 513; browsers write some 10,000."""
    calls: int = 20
    """A client may have so many calls at once; one more fails with 403."""
    devices: int = 50
    """A user may be logged in so often at once; one more log-in is refused with 403."""
    one_time_key_seconds: float = 300
    """A key for a log-in without a password can be used for so long."""
    one_time_keys: int = 20
    """A user has at most so many keys at once; the oldest one goes."""
    access_token_seconds: float = 30 * 24 * 3600
    """How long an access token can be used to log in."""
    refresh_token_seconds: float = 180 * 24 * 3600
    """How long a refresh token can be exchanged for new tokens."""
    tokens: int = 100
    """A user has at most so many tokens of each kind; the oldest one goes."""
