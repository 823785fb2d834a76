"""Requests: the ten parameters of a call event, and how a rule's URL becomes a request with them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote_plus, urlsplit, urlunsplit

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


@attrs.define
class Parameters:
    """What is known of the call for the extension whose event it is; texts, empty when there is nothing to say.

    Never changed, since requests that are on their way share them; frozen, they would take long to make.
    """

    call_id: str
    caller_number: str = ""
    caller_name: str = ""
    called_did: str = ""
    called_extension: str = ""
    caller_extension: str = ""
    called_number: str = ""
    outgoing: bool = False

    def reaching(self, extension: str) -> Parameters:
        """The same for somebody who has this extension on the line now."""
        if extension == self.called_extension:
            return self
        return attrs.evolve(self, called_extension=extension)

    def pairs(self, status: str, dialect: Dialect) -> tuple[tuple[str, str], ...]:
        """All ten, always, in the documented order, with this CallStatus."""
        flow = "OUT" if self.outgoing else "IN"
        old_name = (("CallerIDNam", self.caller_name),) if dialect.old_spelling else ()
        return (
            ("CallID", self.call_id),
            ("CallerIDNum", self.caller_number),
            ("CallerIDName", self.caller_name),
            *old_name,
            ("CalledDID", self.called_did),
            ("CalledExtension", self.called_extension),
            ("CallStatus", status),
            ("CallFlow", flow.lower() if dialect.lower_flow else flow),
            ("CallerExtension", self.caller_extension),
            ("CalledNumber", self.called_number),
            ("CallAPIID", f"vs-{self.call_id}"),
        )


class CallEvent(NamedTuple):
    """One request as it is to be made. It is encoded when somebody asks for it.

    Attributes:
        at: the unix milliseconds of the happening.
        extension: whose event it is.
        rule: the rule that asked for it.
        status: the CallStatus.
        known: the other parameters.
        dialect: how they are written.
    """

    at: int
    extension: str
    rule: Rule
    status: str
    known: Parameters
    dialect: Dialect

    @property
    def call(self) -> str:
        """The call's id: requests of one call are made in order."""
        return self.known.call_id

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """The pairs, before they are encoded."""
        return self.known.pairs(self.status, self.dialect)

    @property
    def method(self) -> str:
        """`GET` or `POST`."""
        return self.rule.method.name

    @property
    def url(self) -> str:
        """The rule's URL; for GET with the parameters behind a query of its own."""
        url = self.rule.url
        if self.rule.method is Method.POST:
            return url
        parts = urlsplit(url)
        query = f"{parts.query}&{self._form}" if parts.query else self._form
        return urlunsplit(parts._replace(query=query, fragment=""))

    @property
    def body(self) -> bytes:
        """The form, for POST."""
        return self._form.encode() if self.rule.method is Method.POST else b""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The request's own headers."""
        return _FORM if self.rule.method is Method.POST else ()

    @property
    def _form(self) -> str:
        return "&".join([f"{name}={_encoded(value)}" for name, value in self.parameters])

    def shown(self) -> list[str]:
        """The request as lines: what goes where, then the form."""
        first = f"{self.rule.event.title} of {self.extension}: {self.method} {self.url}"
        return [first, self.body.decode()] if self.body else [first]


_FORM: Final = (("Content-Type", "application/x-www-form-urlencoded"),)


@lru_cache(maxsize=4096)
def _encoded(value: str) -> str:
    """A value in a form; half of a surrogate pair becomes a question mark."""
    return quote_plus(value, errors="replace")
