"""Events: the nineteen types of ccsevents, and one event with its envelope."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from voxsim.protocols.callevents.model import Party
    from voxsim.protocols.ccsevents.objects import Call, Connection, Seance

CLASS: Final = "ccsevents"
"""The class of all of them."""

TYPES: Final = (
    "call_create",
    "call_delete",
    "call_update",
    "call_set_state",
    "call_attach_to_seance",
    "call_dtmf",
    "connection_create",
    "connection_delete",
    "connection_update",
    "connection_attach_to_seance",
    "connection_start_record",
    "connection_set_record_info",
    "connection_link_call",
    "connection_failure",
    "seance_create",
    "seance_delete",
    "seance_update",
    "seance_set_state",
    "seance_set_next_number",
)
"""Every type."""


class Event:
    """One event, as it is made once and sent to many.

    Attributes:
        type: one of `TYPES`.
        at: when it happened, in unix milliseconds.
        number: its number in the seance, from 1 on.
        facts: what its payload says beside its id and its moment.
        seance: whose event it is, even where the payload names none.
        call, connection: what it is about, as far as it is about one.
    """

    __slots__ = ("_text", "at", "call", "connection", "facts", "number", "seance", "type")

    def __init__(
        self,
        kind: str,
        at: int,
        number: int,
        facts: dict[str, Any],
        seance: Seance,
        call: Call | None = None,
        connection: Connection | None = None,
    ) -> None:
        self.type = kind
        self.at = at
        self.number = number
        self.facts = facts
        self.seance = seance
        self.call = call
        self.connection = connection
        self._text: str | None = None

    def __repr__(self) -> str:
        return f"<{CLASS}.{self.type} {self.data}>"

    @property
    def name(self) -> str:
        """Its identifier in subscriptions: `ccsevents.call_create`."""
        return f"{CLASS}.{self.type}"

    @property
    def people(self) -> tuple[Party, ...]:
        """The parties whose event it is: of a call its own, of a connection or a seance those in it so far."""
        if self.connection is not None:
            return self.connection.people
        return (self.call.party,) if self.call is not None else self.seance.people

    @property
    def data(self) -> dict[str, Any]:
        """Its payload."""
        return {"eventid": self.seance.uuid("", self.number), "eventts": self.at, **self.facts}

    def written(self) -> dict[str, Any]:
        """The event in its envelope."""
        return {"class": CLASS, "type": self.type, "eventts": self.at, "data": self.data}

    @property
    def text(self) -> str:
        """The envelope as JSON; made when somebody is to get it, and once for all."""
        if self._text is None:
            self._text = json.dumps(self.written(), ensure_ascii=False, separators=(",", ":"))
        return self._text
