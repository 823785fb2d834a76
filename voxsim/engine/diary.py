"""Diary: a session's own records, as they are written and as they are read.

Something is written for all that happens, and most of it is never read: a record is six places of one list, and is made
into a `Record` when somebody looks, or listens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, Final, cast

from voxsim.engine.emitter import Emitter
from voxsim.engine.journal import Record, masked

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch
    from voxsim.vocabulary.declare import Event

_SHORTEST_HIDDEN: Final = 4
_new: Final = tuple.__new__  # for a Record, without the function that a NamedTuple has for it


class Diary(Emitter):
    """The part of a session that writes down what happens to it."""

    __slots__ = ("_hidden", "_records", "key", "switch")

    _records: list[Any]
    _hidden: tuple[str, ...]
    key: str
    switch: Switch

    def note(self, kind: str, name: str, unit: str | None = None, data: Any = None) -> None:
        """Record one happening of this session."""
        switch = self.switch
        switch.sequence = n = switch.sequence + 1
        self._records += (switch.now, n, kind, name, unit, data)
        subscribers = switch.subscribers_of.get(kind, switch.subscribers)
        if subscribers:
            record = _new(Record, (switch.now, n, self.key, kind, name, unit, data))
            if self._hidden:
                record = masked(record, self._hidden)
            for subscriber in subscribers:
                subscriber(record)

    def warn(self, text: str, unit: str | None = None) -> None:
        """Record a warning about what the scenario did: it goes on, but its author should know."""
        self.note("warning", text, unit)

    def limit(self, name: str, figure: float, unit: str | None = None) -> None:
        """Record that a limit was hit; `name` is the field of Limits."""
        self.note("limit", name, unit, {"limit": figure})

    def hide(self, text: str) -> None:
        """Let a text be hidden in all that is ever told of this session; one of few characters is not worth it."""
        if len(text) >= _SHORTEST_HIDDEN and text not in self._hidden:
            self._hidden = (*self._hidden, text)

    @property
    def begun_at(self) -> int:
        """When it was created, in microseconds since the run's epoch."""
        return int(self._records[0])

    @property
    def instants(self) -> Iterator[int]:
        """When its happenings were, the last one first, in microseconds."""
        records = self._records
        return (records[at] for at in range(len(records) - 6, -1, -6))

    @property
    def timeline(self) -> list[Record]:
        """All records of this session so far, in order."""
        key = self.key
        places = iter(self._records)
        rows = zip(*[places] * 6, strict=True)
        records = [Record(t, n, key, kind, name, unit, data) for t, n, kind, name, unit, data in rows]
        return [masked(record, self._hidden) for record in records] if self._hidden else records

    @property
    def events(self) -> list[Record]:
        """The events delivered so far, in order: records whose `name` is the documented name."""
        return [record for record in self.timeline if record.kind == "event"]

    def last_event(self, unit: str, names: Collection[str], since: int) -> Event | None:
        """The event of a unit that was delivered last, of those with these names, not before an instant; or None."""
        records = self._records
        for at in range(len(records) - 6, -1, -6):
            if records[at] < since:
                return None
            if records[at + 2] == "event" and records[at + 4] == unit and records[at + 3] in names:
                return cast("Event", records[at + 5])
        return None

    @property
    def log(self) -> list[str]:
        """The lines written with Logger.write and console.log, in order."""
        return [record.name for record in self.timeline if record.kind == "log"]
