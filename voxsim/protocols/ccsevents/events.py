"""Events: the nineteen types of ccsevents, and one event with its envelope."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

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


class Event(NamedTuple):
    """One event, as it is made once and sent to many. To the one domain of a seance that has no other it is a message.

    Two are the same only when they are one: they are compared by identity. They are tuples, since many are made.

    Attributes:
        type: one of `TYPES`.
        at: when it happened, in unix milliseconds.
        number: its number in the seance, from 1 on.
        facts: what its payload says beside its id and its moment.
        seance: whose event it is, even where the payload names none.
        call, connection: what it is about, as far as it is about one.
    """

    type: str
    at: int
    number: int
    facts: dict[str, Any]
    seance: Seance
    call: Call | None = None
    connection: Connection | None = None

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<{CLASS}.{self.type} {self.data}>"

    @property
    def name(self) -> str:
        """Its identifier in subscriptions: `ccsevents.call_create`."""
        return f"{CLASS}.{self.type}"

    @property
    def domain(self) -> str:
        """The domain that receives it when there is no other."""
        return self.seance.sole

    @property
    def event(self) -> Event:
        """Itself."""
        return self

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
        """The envelope as JSON; made when somebody is to get it, and once for all who get it now."""
        return _text(self)

    def shown(self) -> list[str]:
        """See `Message`."""
        return shown(self.domain, self)


class Message(Protocol):
    """An event for one domain."""

    @property
    def at(self) -> int:
        """When it happened, in unix milliseconds."""

    @property
    def domain(self) -> str:
        """Who receives it."""

    @property
    def event(self) -> Event:
        """What is received."""

    def shown(self) -> list[str]:
        """The message for a person to read: where it goes and what it is, and its payload."""


def shown(domain: str, event: Event) -> list[str]:
    """An event for a domain, for a person to read."""
    return [f"{domain}  {event.name}", json.dumps(event.data, ensure_ascii=False)]


@lru_cache(16)
def _text(event: Event) -> str:
    return json.dumps(event.written(), ensure_ascii=False, separators=(",", ":"))
