"""Services: what a session may ask of its platform besides calls, as one small Protocol, and what comes back as data.

Items of the ApplicationStorage, secrets, reports to a call list, and the commands of the management API. The platform
layer implements it; the switch carries it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

import attrs

if TYPE_CHECKING:
    from voxsim.engine.session import Session


@attrs.frozen
class StorageKey:
    """An item of the ApplicationStorage.

    Attributes:
        expire_at: when it is gone, in unix seconds; 0 for one that has been removed.
    """

    key: str
    value: str
    expire_at: int


@attrs.frozen
class StoragePage:
    """Keys of the ApplicationStorage."""

    keys: list[str]


class ReportKind(Enum):
    """What a session tells the call list that started it."""

    PROGRESS = "reportProgress"
    RESULT = "reportResult"
    ERROR = "reportError"
    NEXT_ATTEMPT = "requestNextAttempt"


@attrs.frozen
class Answer:
    """What a service answers over HTTP: the status, and the value that goes as JSON."""

    status: int
    value: Any


class Services(Protocol):
    """What a session may ask of its platform. What fails raises a VoxsimError."""

    async def get_item(self, session: Session, key: str) -> StorageKey | None:
        """The item with this key, or None."""

    async def put_item(self, session: Session, key: str, value: str, ttl: int | None) -> StorageKey:
        """Set an item that lives so many seconds; the platform's own time when None."""

    async def remove_item(self, session: Session, key: str) -> StorageKey | None:
        """Take an item away and return it; None when there was none."""

    async def item_keys(self, session: Session, namespace: str | None, count: int) -> list[str]:
        """The keys of a namespace, or of all items, in order; at most so many."""

    def secret(self, session: Session, name: str) -> str | None:
        """The secret's value, or None when there is none of this name."""

    async def report(self, session: Session, kind: ReportKind, data: Any) -> Answer:
        """Tell the call list that started the session something."""

    async def manage(self, session: Session, command: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Carry out a command of the management API; errors are replies, with a code and a text."""
