"""Requests: the ten parameters of a call event, and how a rule's URL becomes a request with them."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import attrs

from voxsim.protocols.callevents.causes import Cause
from voxsim.protocols.voipnow.rules import Method, Rule

CALLING: Final = "CALLING"
ANSWER: Final = "ANSWER"
UNKNOWN: Final = "UNKNOWN"

STATUSES: Final[dict[Cause, str]] = {
    Cause.ANSWERED: ANSWER,
    Cause.BUSY: "BUSY",
    Cause.NO_ANSWER: "NOANSWER",
    Cause.CANCELLED: "CANCEL",
    Cause.REJECTED: "BUSY",
    Cause.NO_ROUTE: "CONGESTION",
    Cause.UNREACHABLE: "CHANUNAVAIL",
    Cause.ERROR: "CONGESTION",
}
"""The status of a Hangup in the full vocabulary, by the cause."""


@attrs.frozen(kw_only=True)
class Dialect:
    """In which of the forms that are in use the parameters are written.

    Attributes:
        full: Hangup tells why (`BUSY`, `NOANSWER`, …); otherwise only whether there was an answer (`UNKNOWN`).
        old_spelling: send the caller's name under `CallerIDNam`, too, as one page of the vendor spells it.
        lower_flow: `in` and `out` in place of `IN` and `OUT`.
    """

    full: bool = True
    old_spelling: bool = False
    lower_flow: bool = False

    def status(self, cause: Cause | None) -> str:
        """The CallStatus of a Hangup; None stands for a cause that nobody knows."""
        if cause is None:
            return UNKNOWN
        status = STATUSES[cause]
        return status if self.full or status == ANSWER else UNKNOWN


@attrs.frozen(kw_only=True)
class Parameters:
    """What is known of the call for the extension whose event it is; texts, empty when there is nothing to say."""

    call_id: str
    caller_number: str = ""
    caller_name: str = ""
    called_did: str = ""
    called_extension: str = ""
    status: str = CALLING
    outgoing: bool = False
    caller_extension: str = ""
    called_number: str = ""

    def pairs(self, dialect: Dialect) -> list[tuple[str, str]]:
        """All ten, always, in the documented order."""
        flow = "OUT" if self.outgoing else "IN"
        pairs = [
            ("CallID", self.call_id),
            ("CallerIDNum", self.caller_number),
            ("CallerIDName", self.caller_name),
            ("CalledDID", self.called_did),
            ("CalledExtension", self.called_extension),
            ("CallStatus", self.status),
            ("CallFlow", flow.lower() if dialect.lower_flow else flow),
            ("CallerExtension", self.caller_extension),
            ("CalledNumber", self.called_number),
            ("CallAPIID", f"vs-{self.call_id}"),
        ]
        if dialect.old_spelling:
            pairs.insert(3, ("CallerIDNam", self.caller_name))
        return pairs


@attrs.frozen(kw_only=True)
class CallEvent:
    """One request as it is to be made.

    Attributes:
        at: the unix milliseconds of the happening.
        call: the call's id: requests of one call are made in order.
        extension: whose event it is.
        rule: the rule that asked for it.
        url: with the parameters in its query, for GET.
        body: the form, for POST.
        parameters: the pairs, as they were before they were encoded.
    """

    at: int
    call: str
    extension: str
    rule: Rule
    url: str
    body: bytes
    parameters: tuple[tuple[str, str], ...]

    @property
    def method(self) -> str:
        """`GET` or `POST`."""
        return self.rule.method.name

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The request's own headers."""
        return (("Content-Type", "application/x-www-form-urlencoded"),) if self.body else ()

    def shown(self) -> list[str]:
        """The request as lines: what goes where, then the form."""
        first = f"{self.rule.event.title} of {self.extension}: {self.method} {self.url}"
        return [first, self.body.decode()] if self.body else [first]


def request(rule: Rule, at: int, extension: str, parameters: Parameters, dialect: Dialect) -> CallEvent:
    """The request that a rule asks for, with these parameters."""
    pairs = parameters.pairs(dialect)
    form = urlencode(pairs, errors="replace")
    url, body = rule.url, form.encode()
    if rule.method is Method.GET:
        parts = urlsplit(url)
        query = f"{parts.query}&{form}" if parts.query else form
        url, body = urlunsplit(parts._replace(query=query, fragment="")), b""
    return CallEvent(
        at=at, call=parameters.call_id, extension=extension, rule=rule, url=url, body=body, parameters=tuple(pairs)
    )
