"""Canvas: the drawable model of a run, participants and steps, and the pencil that draws on it.

It knows who stands in which column: legs by their number, sessions by their rule, web services by their host. It does
not know what records mean; `telling` does.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from voxsim.engine.journal import Record
from voxsim.timeline.words import clean

Facts = dict[str, Any]


class Kind(Enum):
    """What a participant is."""

    PARTY = "party"
    SCENARIO = "scenario"
    SERVICE = "service"
    PLATFORM = "platform"


class Shape(Enum):
    """How a step is drawn."""

    ARROW = "arrow"
    """From one participant to another."""
    NOTE = "note"
    """At one participant."""
    LINK = "link"
    """Between two participants, in both directions."""


class Tone(Enum):
    """What a step means to its reader."""

    PLAIN = "plain"
    RETURN = "return"
    """An answer to an earlier arrow, or a confirmation."""
    LOG = "log"
    WARNING = "warning"
    ERROR = "error"


@attrs.frozen
class Participant:
    """One column. `key` is unique in a picture; `label` is what people read."""

    key: str
    label: str
    kind: Kind


@attrs.frozen(kw_only=True)
class Step:
    """One thing to draw.

    Attributes:
        n: the sequence number of the record it began with.
        t: when, in microseconds since the run's epoch.
        shape, tone: how it looks.
        label: its text; clean, but a long one has several lines.
        source: the index of the participant where it begins, or where the note stands.
        target: the index of the one where it ends; the source for a note.
    """

    n: int
    t: int
    shape: Shape
    tone: Tone
    label: str
    source: int
    target: int


@attrs.frozen
class Picture:
    """A run to be drawn: its participants from left to right, its steps in order."""

    participants: tuple[Participant, ...]
    steps: tuple[Step, ...]


@attrs.define
class _Line:
    """A leg: the key of its column, its direction, and the number that was dialled.

    Attributes:
        crossing: whether a session sets out for a conference on it.
    """

    key: str
    incoming: bool
    number: str
    sounded: tuple[int, int] | None = None
    crossing: bool = False


@attrs.define
class Socket:
    """A WebSocket: the key of its column, and whether the scenario asked for its close."""

    key: str
    closing: bool = False


PLATFORM: Final = "platform"
CLIENT: Final = "client"
NOBODY: Final = "?"
_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_TOGETHER: Final = 1_000_000
"""Microseconds: digits that follow each other within that are one number."""


class Canvas:
    """A picture in the making. Participants get their columns in the order in which steps first touch them."""

    def __init__(self) -> None:
        self._known: dict[str, Participant] = {
            PLATFORM: Participant(PLATFORM, "Voximplant", Kind.PLATFORM),
            CLIENT: Participant(CLIENT, "HTTP client", Kind.SERVICE),
        }
        self._columns: dict[str, int] = {}
        self._steps: list[Step] = []
        self._repeats = 1
        self._busy: dict[str, str] = {}
        self._lines: dict[str, _Line] = {}
        self.sockets: dict[str, Socket] = {}
        self.clients: set[str | None] = set()
        self.mails: dict[str | None, list[str]] = {}
        self.requests: dict[str, int] = {}
        self.told: set[tuple[int, str | None, str, str]] = set()
        self.ending: set[str | None] = set()
        self.entered: set[str | None] = set()
        self._holders: dict[str, str] = {}
        self.mixers: set[str | None] = set()
        self.recognisers: set[str | None] = set()
        self.dialogs: set[str | None] = set()
        self.recorders: set[str] = set()

    def picture(self) -> Picture:
        """What has been drawn so far."""
        keys = sorted(self._columns, key=self._columns.__getitem__)
        return Picture(tuple(self._known[key] for key in keys), tuple(self._steps))

    # --- who is who ---

    def session(self, session: str | None, name: str) -> None:
        """A session began; sessions of the same name are numbered."""
        label = clean(name) or "scenario"
        same = sum(one.kind is Kind.SCENARIO and one.label.split(" #")[0] == label for one in self._known.values())
        key = f"session {session}"
        self._known[key] = Participant(key, f"{label} #{same + 1}" if same else label, Kind.SCENARIO)

    def scenario(self, session: str | None) -> str:
        """The key of a session's column; the platform stands in where there is no session."""
        key = f"session {session}"
        if session is None:
            return PLATFORM
        if key not in self._known:
            self.session(session, "")
        return key

    def line(self, unit: str, number: str, *, incoming: bool, dialled: str) -> _Line:
        """A leg was created; two legs of one number share a column unless both are up at once."""
        label = clean(number).removeprefix("sip:") or "unknown"
        bare = label.removeprefix("+")
        base = key = f"party {bare if bare.isdigit() else label.lower()}"
        others = 1
        while key in self._busy:
            others += 1
            key = f"{base} ({others})"
        self._known.setdefault(key, Participant(key, f"{label} ({others})" if others > 1 else label, Kind.PARTY))
        self._busy[key] = unit
        self._lines[unit] = line = _Line(key, incoming, dialled)
        return line

    # --- conferences: of a crossing's two legs only the outgoing one is drawn, where both are in the records ---

    def setting_out(self, unit: str, conference: str) -> _Line:
        """A session sets out for a conference; until a session holds it, the conference's id has the column."""
        key = self._holders.get(conference)
        if key is None:
            key = f"conference {conference}"
            self._known.setdefault(key, Participant(key, clean(conference) or "unknown", Kind.PLATFORM))
        self._lines[unit] = line = _Line(key, False, conference, crossing=True)
        return line

    def holds(self, session: str | None, conference: str) -> None:
        """A session begins to hold a conference: it takes over the column."""
        key = self._holders[conference] = self.scenario(session)
        waiting = f"conference {conference}"
        if waiting in self._columns and key not in self._columns:
            self._columns[key] = self._columns.pop(waiting)

    def lets_go(self, session: str | None) -> None:
        """A session has ended: a conference that it held may find another one."""
        key = self.scenario(session)
        self._holders = {name: holder for name, holder in self._holders.items() if holder != key}

    def enters(self, unit: str | None, session: str | None, outgoing: str) -> bool:
        """A leg arrives at the session that holds the conference; False when nothing is known of where it set out."""
        line = self._lines.get(outgoing)
        if line is None:
            return False
        self.entered.add(unit)
        line.key = self.scenario(session)
        return True

    def leg(self, unit: str | None) -> _Line | None:
        """What is known of a leg, or None when the unit is none."""
        return self._lines.get(unit or "")

    def free(self, unit: str | None) -> None:
        """A leg ended: another leg of the same number may use its column."""
        line = self._lines.get(unit or "")
        if line is not None and self._busy.get(line.key) == unit:
            del self._busy[line.key]

    def service(self, name: str) -> str:
        """The key of a service's column, by its host."""
        key = f"service {name}"
        self._known.setdefault(key, Participant(key, clean(name), Kind.SERVICE))
        return key

    def unit(self, unit: object) -> str | None:
        """The key of the column of a leg or socket, or None for any other unit."""
        if not isinstance(unit, str):
            return None
        known = self._lines.get(unit) or self.sockets.get(unit)
        return known.key if known is not None else None

    # --- drawing ---

    def arrow(self, record: Record, source: str, target: str, label: str, tone: Tone = Tone.PLAIN) -> None:
        """Draw an arrow from one participant to another."""
        self._add(record, Shape.ARROW, tone, label, source, target)

    def note(self, record: Record, label: str, tone: Tone = Tone.PLAIN, at: str | None = None) -> None:
        """Draw a note at a participant, the record's session unless one is given."""
        key = at or self.scenario(record.session)
        self._add(record, Shape.NOTE, tone, label, key, key)

    def link(self, record: Record, one: str, other: str, label: str) -> None:
        """Draw a connection between two participants."""
        self._add(record, Shape.LINK, Tone.PLAIN, label, one, other)

    def repeated_note(self, record: Record, label: str) -> None:
        """Draw a note, or count it when it repeats the step before."""
        count = self._repeats + 1
        last = self._steps[-1] if self._steps else None
        before = label if self._repeats == 1 else f"{label} {_TIMES}{self._repeats}"
        key = self.scenario(record.session)
        if last is not None and last.label == before and last.source == self._columns.get(key):
            self._steps[-1] = attrs.evolve(last, label=f"{label} {_TIMES}{count}")
            self._repeats = count
        else:
            self.note(record, label)

    def sound(self, record: Record, unit: str, label: str, *, more: str = "") -> None:
        """A party sounds: it says something or presses a digit.

        `more` joins the last step when that is its own, and both came so close together that they are one number.
        """
        line = self._lines[unit]
        last = self._steps[-1] if self._steps else None
        together = line.sounded is not None and record.t - line.sounded[0] <= _TOGETHER
        if more and together and last is not None and self._continues(last, line.key, label):
            self._steps[-1] = attrs.evolve(last, label=last.label + more)
        else:
            self.arrow(record, line.key, self.scenario(record.session), label + more)
        line.sounded = (record.t, len(self._steps) - 1)

    def _continues(self, last: Step, key: str, label: str) -> bool:
        return last.shape is Shape.ARROW and last.source == self._columns.get(key) and last.label.startswith(label)

    def passed_on(self, record: Record, origin: str, target: str, label: str) -> None:
        """What a party sounded is heard by another one: its arrow now ends there; a second hearer gets an arrow."""
        line = self._lines[origin]
        if line.sounded is not None and line.sounded[0] == record.t:
            index = line.sounded[1]
            column = self._column(target)
            heard = self._steps[index]
            if column == heard.source:
                # An echo: what was sent to the scenario comes back to its sender.
                return
            if heard.target == self._columns.get(self.scenario(record.session)) or heard.target == column:
                self._steps[index] = attrs.evolve(heard, target=column)
                return
        self.arrow(record, line.key, target, label)

    def _add(self, record: Record, shape: Shape, tone: Tone, label: str, source: str, target: str) -> None:
        columns = self._column(source), self._column(target)
        self._repeats = 1
        self._steps.append(
            Step(n=record.n, t=record.t, shape=shape, tone=tone, label=label, source=columns[0], target=columns[1])
        )

    def _column(self, key: str) -> int:
        return self._columns.setdefault(key, len(self._columns))


def host(url: str) -> str | None:
    """The host of a URL, with the port when it is named; None when there is none."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    except ValueError:
        return None


def path(url: str) -> str:
    """What of a URL tells requests to one host apart."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
