"""The journal: the one record of everything that happens, and how a record becomes plain data.

A record is made for every happening, whether anyone listens or not. A session's timeline is its own records; ladder,
log, history, diagrams and expectations are all read from it. Nothing in a record depends on the machine: no addresses,
no wall clock, no hash order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from voxsim.vocabulary.declare import Event, Signature, payload_fields

VERSION = 1
"""The version of the record's schema, `v` in the written form."""

KINDS = (
    "session",  # created, loading, loaded, phase, ended
    "event",  # delivered to the scenario, or to nobody
    "undelivered",  # an event that the platform keeps from a session that is ending
    "command",  # given by the scenario
    "leg",  # created, routed, ringing, early_media, answered, held, resumed, dtmf, refer, transferred, ended
    "media",  # a route made or cut, a sound heard at a far end
    "link",  # two legs joined or parted
    "timer",  # fired
    "http",  # request queued, sent, answered, failed; a managing request
    "mail",  # the same for mails
    "calllist",  # created, ended; an attempt of a task begins
    "storage",  # a request to the ApplicationStorage by its name; answered, failed
    "recording",  # started, stopped, failed: a record of a call or a recorder
    "websocket",  # opened, sent, received, closed
    "log",  # a line of the session log
    "warning",  # the platform's own warning about a command
    "limit",  # a limit was hit
    "error",  # a failure of the scenario's own code
    "queue",  # somebody entered a queue; an agent was offered, failed, served; gone
    "operator",  # somebody who serves queues has another status
    "agent",  # what the agent of a service said and did
    "party",  # what somebody outside did
    "feed",  # a message of a call-event feed was delivered, or was not
)
"""Every kind of record."""

_SECRETS = frozenset({"password", "apiKey", "api_key", "private_key"})
_HIDDEN = "******"


class Record(NamedTuple):
    """One happening.

    Attributes:
        t: microseconds since the run's epoch.
        n: sequence number, counted over the whole engine.
        session: the session's key, or None for what belongs to no session.
        kind: one of `KINDS`.
        name: the documented name of the event or command, or a word for the happening.
        unit: the id of the unit concerned (call, player, socket …), or None.
        data: further facts: a mapping, an event, a command's arguments, or an object with `facts()`.
    """

    t: int
    n: int
    session: str | None
    kind: str
    name: str
    unit: str | None
    data: Any

    @property
    def seconds(self) -> float:
        """The instant in seconds since the run's epoch."""
        return self.t / 1e6

    def facts(self) -> dict[str, Any]:
        """The record's data as plain JSON values, with documented names as keys."""
        data = self.data
        if data is None:
            return {}
        if isinstance(data, Event):
            return _payload(data)
        if isinstance(data, tuple):
            return _arguments(*data)
        if not isinstance(data, Mapping):
            data = data.facts()
        return {str(key): plain(value) for key, value in data.items()}

    def written(self) -> dict[str, Any]:
        """The record in its written form, one JSON object."""
        return {
            "v": VERSION,
            "t": self.t,
            "n": self.n,
            "session": self.session,
            "kind": self.kind,
            "name": self.name,
            "unit": self.unit,
            "data": self.facts(),
        }


class _Masked:
    """A record's data with secrets hidden in it; worked out when somebody reads it."""

    __slots__ = ("_record", "_secrets")

    def __init__(self, record: Record, secrets: tuple[str, ...]) -> None:
        self._record = record
        self._secrets = secrets

    def facts(self) -> dict[str, Any]:
        """The data as plain JSON values."""
        hidden: dict[str, Any] = without(self._record.facts(), self._secrets)
        return hidden


def masked(record: Record, secrets: tuple[str, ...]) -> Record:
    """The record with these texts hidden wherever they stand in it."""
    data = None if record.data is None else _Masked(record, secrets)
    return record._replace(name=without(record.name, secrets), data=data)


def without(value: Any, secrets: tuple[str, ...]) -> Any:
    """A plain value with these texts hidden in it, at every depth."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, _HIDDEN)
        return value
    if isinstance(value, dict):
        return {key: without(item, secrets) for key, item in value.items()}
    return [without(item, secrets) for item in value] if isinstance(value, list) else value


def _arguments(signature: Signature, args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
    """A command's arguments under their documented names; secrets are hidden."""
    given: dict[str, Any] = {
        parameter.name: plain(value) for parameter, value in zip(signature.parameters, args, strict=False)
    }
    given.update((signature.wire_name(key), plain(value)) for key, value in options.items())
    return {key: _HIDDEN if key in _SECRETS else value for key, value in given.items()}


def _payload(event: Event) -> dict[str, Any]:
    """An event's payload under its documented names; what it does not carry is left out."""
    pairs = ((wire, getattr(event, name)) for name, wire in payload_fields(type(event)))
    return {wire: plain(value) for wire, value in pairs if value is not None}


def plain(value: Any) -> Any:
    """A value as JSON data that is the same on every run: units by their id, functions by their name."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case Mapping():
            return {str(key): _HIDDEN if key in _SECRETS else plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case bytes() | bytearray():
            return f"{len(value)} bytes"
        case Event():
            return _payload(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    identity = getattr(value, "_id", None)
    if isinstance(identity, str):
        return identity
    name = getattr(value, "__qualname__", None)
    return f"<{name}>" if isinstance(name, str) else f"<{type(value).__name__}>"
