"""Vocabulary: what a telephony module finds by name. Enumerations, the request it is given, the response it builds.

The system documents few members of its enumerations. The others here are what its names suggest; each stands for one of
the few stages, directions and outcomes that the system tells apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, Self

import attrs


class VoipWebhookEvent(StrEnum):
    """The stage that a call has come to."""

    NotifyStart = "NotifyStart"
    """It rings, or was begun."""
    NotifyAnswer = "NotifyAnswer"
    NotifyEnd = "NotifyEnd"
    NotifyInternal = "NotifyInternal"
    """It rings at an operator: as NotifyStart."""
    NotifyOutStart = "NotifyOutStart"
    """As NotifyStart, of an outgoing call."""
    NotifyOutEnd = "NotifyOutEnd"
    """As NotifyEnd, of an outgoing call."""


class VoipCallDirection(StrEnum):
    """From where to where a call goes."""

    In = "In"
    Out = "Out"
    Internal = "Internal"


class VoipCallDisposition(StrEnum):
    """What came of a call; Unknown while it rings."""

    Unknown = "Unknown"
    Answered = "Answered"
    Busy = "Busy"
    Cancel = "Cancel"
    NoAnswer = "NoAnswer"
    Failed = "Failed"
    NoMoney = "NoMoney"
    """This one and those below are kinds of Failed."""
    UnallocatedNumber = "UnallocatedNumber"
    NoLimit = "NoLimit"
    NoDayLimit = "NoDayLimit"
    LineLimit = "LineLimit"
    NoMoneyNoLimit = "NoMoneyNoLimit"


ENUMERATIONS: Final = (VoipWebhookEvent, VoipCallDirection, VoipCallDisposition)

STAGES: Final[Mapping[VoipWebhookEvent, VoipWebhookEvent]] = {
    VoipWebhookEvent.NotifyInternal: VoipWebhookEvent.NotifyStart,
    VoipWebhookEvent.NotifyOutStart: VoipWebhookEvent.NotifyStart,
    VoipWebhookEvent.NotifyOutEnd: VoipWebhookEvent.NotifyEnd,
}
"""The stage that another name of it stands for."""

OUTGOING: Final = frozenset({VoipWebhookEvent.NotifyOutStart, VoipWebhookEvent.NotifyOutEnd})
"""Names that say the direction, too."""

OUTCOMES: Final = tuple(VoipCallDisposition)[: tuple(VoipCallDisposition).index(VoipCallDisposition.NoMoney)]
"""The outcomes that the system tells apart; all others are Failed."""


class Headers(dict[str, str]):
    """Headers of a request by name, in any case."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        """The header of this name, or the default."""
        return super().get(name.lower(), default)


@attrs.frozen(kw_only=True)
class FetchRequest:
    """A request that reached the webhook.

    Attributes:
        method: the HTTP method.
        url: the path with its query, as it was asked for, without the token.
        query: the query's parameters; of several with one name the last.
        headers: by name, in any case.
        body: the text as it was sent, a form too; None without one.
    """

    method: str = "POST"
    url: str = ""
    query: dict[str, str] = attrs.field(factory=dict)
    headers: Headers = attrs.field(factory=Headers)
    body: str | None = None

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body or "")

    def written(self) -> dict[str, Any]:
        """It as plain data; what is None is left out."""
        facts = {"method": self.method, "url": self.url, "query": self.query, "headers": dict(self.headers)}
        return facts if self.body is None else {**facts, "body": self.body}


class HttpResponse:
    """What the webhook answers: `HttpResponse().status(202).content("taken")`. Without more it is an empty 200."""

    def __init__(self) -> None:
        self.code: Any = 200
        self.text: Any = ""
        self.fields: dict[Any, Any] = {}

    def status(self, code: int) -> Self:
        """Set the HTTP status."""
        self.code = code
        return self

    def content(self, text: str) -> Self:
        """Set the body."""
        self.text = text
        return self

    def header(self, name: str, value: str) -> Self:
        """Set a header."""
        self.fields[name] = value
        return self

    def json(self, value: Any) -> Self:
        """Set the body to a value as JSON, and say so in a header."""
        self.text = json.dumps(value)
        self.fields.setdefault("Content-Type", "application/json")
        return self


@attrs.frozen(kw_only=True)
class FetchResponse:
    """What a module's own request came to."""

    status: int
    headers: Headers
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)
