"""Log: one session as the platform's own session log, a plain-text file in UTC.

It shows what the platform writes down: the scenarios loaded, every event when it is queued (`Sent event to JS …`),
every command that reaches the media server (`Executing JS command: …`), warnings, the scenario's own lines as bare
text, and the end. Timers and what happens at the far ends are not in it. Events made in JS for JS (those of a call's
hidden player) come as JSON. How commands are named stands in `logcommands`; how values are printed, in `logvalues`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from voxsim.engine.journal import Record
from voxsim.timeline.logcommands import command_line, units_made
from voxsim.timeline.logvalues import printed
from voxsim.timeline.words import printable
from voxsim.vocabulary.codes import FinishReason

ENGINE_VERSION: Final = "7.35.0"
"""The engine version that the log names: that of the newest real log its form was taken from."""

_STACK: Final = "VoxEngine.terminate@/voxengine.js:73:51"
_QUEUED_FIRST: Final = ("Application.Started", "Application.CallAlerting")
_LAST_EVENTS: Final = frozenset({"Application.Terminating", "Application.Terminated"})
_EVENTS: Final = frozenset({"event", "undelivered"})
_UNITS: Final = frozenset({"id", "call", "player", "sequencePlayer", "recorder", "websocket"})
_HIDDEN_TONE: Final = "*"


def render_log(records: Iterable[Record], epoch: int) -> str:
    """The session log of these records.

    Args:
        records: of one session.
        epoch: the unix time, in seconds, at which the run begins.
    """
    listed = list(records)
    writer = _Writer(units_made(listed))
    start = datetime.fromtimestamp(epoch, UTC)
    lines = ((instant, line) for instant, record in _as_queued(listed) for line in writer.lines(record))
    return "".join(f"{_stamp(start, instant)} {printable(line)}\n" for instant, line in lines)


def _stamp(start: datetime, microseconds: int) -> str:
    return (start + timedelta(microseconds=microseconds)).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _as_queued(records: Sequence[Record]) -> Iterator[tuple[int, Record]]:
    """The records in the order in which the platform writes them down, each with its instant.

    Started and CallAlerting are queued before the top level of the scenarios has finished: they stand above what it
    does, right below the loading of the files.
    """
    loaded = next((index for index, one in enumerate(records) if one.kind == "session" and one.name == "loaded"), None)
    if loaded is None:
        yield from ((record.t, record) for record in records)
        return
    first = [_find(records[loaded:], name) for name in _QUEUED_FIRST]
    moved = {record.n for record in first if record is not None}
    head = [one for one in records[:loaded] if one.kind == "session" and one.name in ("loading", "custom_data")]
    moved.update(record.n for record in head)
    yield from ((record.t, record) for record in head)
    instant = head[-1].t if head else records[loaded].t
    yield from ((instant, record) for record in first if record is not None)
    yield from ((record.t, record) for record in records if record.n not in moved)


def _find(records: Iterable[Record], name: str) -> Record | None:
    return next((record for record in records if record.kind in _EVENTS and record.name == name), None)


class _Writer:
    """Turns the records of one session into its lines, in order."""

    def __init__(self, made: dict[int, str]) -> None:
        self._made = made
        self._hides_tones = False
        self._closing = False
        self._kinds: dict[str, Callable[[Record], Iterable[str]]] = {
            "session": self._session,
            "event": self._event,
            "undelivered": self._event,
            "command": self._command,
            "http": self._http,
            "storage": self._storage,
            "warning": lambda record: [f"WARNING! {record.name}"],
            "limit": lambda record: [f"WARNING! Limit reached: {record.name} ({printed(record.facts().get('limit'))})"],
            "error": self._error,
            "log": lambda record: [record.name],
        }

    def lines(self, record: Record) -> Iterable[str]:
        """What the log says of one record: usually one line, or nothing."""
        write = self._kinds.get(record.kind)
        return write(record) if write is not None else ()

    def _session(self, record: Record) -> Iterator[str]:
        facts = record.facts()
        match record.name:
            case "loading":
                yield f"Loading scenario {facts.get('scenario', '')}"
            case "custom_data":
                yield f"Sent event to JS VoxEngine.customData with params {printed([facts.get('customData', '')])}"
            case "module":
                yield f"Module loaded: {facts.get('module', '')}"
            case "loaded":
                yield f"VoxEngine version: {ENGINE_VERSION}"
            case "closing" if facts.get("reason") == FinishReason.NORMAL:
                yield "Executing JS command: terminating with params []"
            case "ended":
                yield from self._close(failed=False)
                yield "Executing JS command: close with params {CpuMillis = 0 ; }"
                yield str(facts.get("reason", ""))
                yield "Session terminated"

    def _event(self, record: Record) -> Iterator[str]:
        name = record.name
        facts = record.facts()
        if name in _LAST_EVENTS:
            yield from self._close(failed=bool(facts.get("systemError")))
            return
        if name.startswith("WebSocket.") and record.kind == "undelivered":
            yield from self._close(failed=False)
        payload = self._payload(record, facts)
        if name.startswith("Call.Playback"):
            text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
            yield f"Sent event from JS onPhoneEvent with params {text}"
        else:
            yield f"Sent event to JS onPhoneEvent with params {printed([payload])}"

    def _payload(self, record: Record, facts: dict[str, Any]) -> dict[str, Any]:
        own = facts.get("id") or (None if record.unit == record.session else record.unit)
        payload: dict[str, Any] = {"id": own, "name": record.name} if own else {"name": record.name}
        payload.update((key, value) for key, value in facts.items() if key not in _UNITS)
        if self._hides_tones and "tone" in payload:
            payload["tone"] = _HIDDEN_TONE
        return payload

    def _command(self, record: Record) -> Iterator[str]:
        if record.name == "terminate":
            yield f"Terminating request..., stack={_STACK}"
        elif record.name == "hideTones":
            self._hides_tones = bool(record.facts().get("flag", False))
        elif (line := command_line(record, self._made.get(record.n))) is not None:
            yield line

    def _http(self, record: Record) -> Iterator[str]:
        if record.name == "body":  # written down for those requests whose option enableSystemLog asks for it
            facts = record.facts()
            yield f"HTTP request body: {facts.get('url', '')} {facts.get('body', '')}"

    def _storage(self, record: Record) -> Iterator[str]:
        if record.name not in ("answered", "failed"):
            yield f"Sent request from JS ApplicationStorage.{record.name} with params {printed([record.facts()])}"

    def _error(self, record: Record) -> Iterator[str]:
        frames = record.facts().get("frames") or []
        yield "\n".join((f"Uncaught exception: {record.name}", *(f"    at {frame}" for frame in reversed(frames))))

    def _close(self, *, failed: bool) -> Iterator[str]:
        """The two lines with which the engine closes, once."""
        if not self._closing:
            self._closing = True
            yield "Terminating (onClose)"
            yield f"Terminating with exit code {int(failed)}."
