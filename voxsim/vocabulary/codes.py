"""SIP statuses, hangup causes, finish reasons and HTTP result codes, with the texts the platform gives them."""

from __future__ import annotations

from enum import IntEnum, StrEnum

import attrs


class Sip(IntEnum):
    """The SIP statuses with which a call attempt ends before it is answered."""

    MOVED_TEMPORARILY = 302
    PAYMENT_REQUIRED = 402
    FORBIDDEN = 403
    NOT_FOUND = 404
    REQUEST_TIMEOUT = 408
    TEMPORARILY_UNAVAILABLE = 480
    ADDRESS_INCOMPLETE = 484
    BUSY_HERE = 486
    REQUEST_TERMINATED = 487
    NOT_ACCEPTABLE_HERE = 488
    SERVER_ERROR = 500
    SERVICE_UNAVAILABLE = 503
    MESSAGE_TOO_LARGE = 513
    BUSY_EVERYWHERE = 600
    DECLINE = 603


REASONS: dict[int, str] = {
    302: "Moved Temporarily",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    484: "Address Incomplete",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    500: "Server Internal Error",
    503: "Service Unavailable",
    513: "Message Too Large",
    600: "Busy Everywhere",
    603: "Decline",
}
"""The usual reason text of each status."""

FAILURES: dict[str, int] = {
    "no_money": 402,
    "blocked": 403,
    "not_found": 404,
    "no_answer": 408,
    "unavailable": 480,
    "offline": 480,
    "busy": 486,
    "cancelled": 487,
    "error": 500,
    "decline": 603,
}
"""Every failure that the platform documents for a call attempt, by a name that a behaviour can ask for."""

CALL_LIMIT_REACHED = "Call limit reached"
USER_OFFLINE = "User Offline"


def reason_text(code: int) -> str:
    """The usual text of a SIP status; `SIP 4xx` style for one without a usual text."""
    return REASONS.get(code) or f"SIP {code}"


@attrs.frozen
class Cause:
    """Why a leg ended.

    Before the answer `code` is a SIP status (408, 486 …); after it, the cause number of the first `Reason` header of
    the BYE, by default 16, normal call clearing.
    """

    code: int
    reason: str

    @classmethod
    def sip(cls, code: int, reason: str | None = None) -> Cause:
        """A SIP status with its usual reason text, or the given one."""
        return cls(code, reason_text(code) if reason is None else reason)


NORMAL_CLEARING = Cause(16, "Normal call clearing")
"""A plain hangup: what the platform reports for `Q.850;cause=16`."""

NORMAL_CLEARING_HEADERS: dict[str, str] = {"Reason": 'Q.850;cause=16;text="Normal call clearing"'}
"""The headers that a plain hangup carries."""


class FinishReason(StrEnum):
    """Why a session ended, as call history stores it."""

    NORMAL = "Normal termination"
    NO_MONEY = "Insufficient funds"
    BILLING = "Internal error (billing timeout)"
    ADMINISTRATIVE = "Terminated administratively"
    ERROR = "JS session error"
    TIMEOUT = "Timeout"


class HttpCode(IntEnum):
    """Internal result codes of `Net.http_request`, below the HTTP statuses."""

    LIMITS = 0
    UNKNOWN = -1
    BAD_URL = -2
    HOST_NOT_FOUND = -3
    CONNECTION = -4
    REDIRECTS = -5
    NETWORK = -6
    TIMEOUT = -7
    INTERNAL = -8
    TOO_LARGE = -9


HTTP_ERRORS: dict[int, str] = {
    0: "VoxEngine limits violated",
    -1: "Unknown error",
    -2: "Malformed URL",
    -3: "Host not found",
    -4: "Connection error",
    -5: "Too many redirects",
    -6: "Network error",
    -7: "Timeout",
    -8: "Internal error",
    -9: "Response is larger than 2 MB",
}
"""The `error` text of each internal result code."""

HTTP_LIMIT_TEXT = "Exceeded the HTTP connection count limit!"
SMTP_LIMIT_TEXT = "Exceeded the SMTP connection count limit!"
