"""Services: how clients of AI services and the agents behind them are drawn: what is asked, called and said.

An agent's column is its vendor's. The vendor's many messages are left out but for errors: what they amount to is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from voxsim.engine.journal import Record
from voxsim.timeline import phrases
from voxsim.timeline.canvas import Canvas, Facts, Socket, Tone
from voxsim.timeline.words import clean

Teller = Callable[[Canvas, Record, Facts], None]

_TROUBLES: Final = ("Error", "HTTPResponse", "Failed", "Unknown")
"""Messages whose names end so are told as they are."""


def _connecting(canvas: Canvas, record: Record, facts: Facts) -> None:
    vendor, _, service = str(facts.get("service", "")).partition(".")
    key = canvas.service(vendor)
    canvas.sockets[record.unit or ""] = Socket(key)
    canvas.clients.add(record.unit)
    canvas.arrow(record, canvas.scenario(record.session), key, f"connects to {clean(service)}")


def _closed(canvas: Canvas, record: Record, facts: Facts) -> None:
    socket = canvas.sockets.pop(record.unit or "", None)
    if socket is None:
        return
    scenario = canvas.scenario(record.session)
    ours = socket.closing or record.session in canvas.ending
    label = f"closes ({phrases.status(facts.get('code', ''), facts.get('reason', ''))})"
    tone = Tone.PLAIN if facts.get("code") in (1000, 1001) else Tone.WARNING
    canvas.arrow(record, *((scenario, socket.key) if ours else (socket.key, scenario)), label, tone)


def _from(canvas: Canvas, record: Record, label: str, tone: Tone = Tone.PLAIN) -> None:
    socket = canvas.sockets.get(record.unit or "")
    if socket is not None:
        canvas.arrow(record, socket.key, canvas.scenario(record.session), label, tone)


def _to(canvas: Canvas, record: Record, label: str) -> None:
    socket = canvas.sockets.get(record.unit or "")
    if socket is not None:
        canvas.arrow(record, canvas.scenario(record.session), socket.key, label)


def _note(canvas: Canvas, record: Record, label: str, tone: Tone = Tone.PLAIN) -> None:
    socket = canvas.sockets.get(record.unit or "")
    if socket is not None:
        canvas.note(record, label, tone, socket.key)


CONNECTOR: Final[dict[str, Teller]] = {
    "connecting": _connecting,
    "opened": lambda canvas, record, facts: _from(canvas, record, "connected", Tone.RETURN),
    "sent": lambda canvas, record, facts: _to(canvas, record, clean(str(facts.get("customEvent", "")))),
    "closed": _closed,
}
"""What a client does."""


def _said(canvas: Canvas, record: Record, facts: Facts) -> None:
    if not facts.get("voice"):  # what is spoken is drawn where it is heard
        _from(canvas, record, phrases.speech(facts.get("value", "")))


def _tool(canvas: Canvas, record: Record, facts: Facts) -> None:
    arguments = phrases.arguments(facts.get("data") or {})
    _from(canvas, record, f"calls {clean(str(facts.get('value', '')))}({arguments})")


def _interrupted(canvas: Canvas, record: Record, facts: Facts) -> None:
    heard = facts.get("value")
    _note(canvas, record, f"interrupted after {phrases.speech(heard)}" if heard else "interrupted")


AGENT: Final[dict[str, Teller]] = {
    "heard": lambda canvas, record, facts: _note(canvas, record, f"hears {phrases.speech(facts.get('value', ''))}"),
    "said": _said,
    "tool": _tool,
    "result": lambda canvas, record, facts: _note(canvas, record, f"gets {phrases.speech(facts.get('value', ''))}"),
    "interrupted": _interrupted,
    "unanswered": lambda canvas, record, facts: _note(
        canvas, record, f"has no answer to {phrases.speech(facts.get('value', ''))}", Tone.WARNING
    ),
}
"""What a scripted agent does."""


def told_event(canvas: Canvas, record: Record) -> bool:
    """Draw an event of a client, or leave it out; False when it is none."""
    if record.unit not in canvas.clients:
        return False
    name = record.name.rpartition(".")[2]
    if name.endswith(_TROUBLES):
        data = record.facts().get("data") or {}
        content = data.get("payload") if isinstance(data, Mapping) else None
        label = f"{clean(str(data.get('customEvent', name)))} {_short(content)}".rstrip()
        _from(canvas, record, label, Tone.ERROR if "Error" in name else Tone.PLAIN)
    return True


def told_command(canvas: Canvas, record: Record) -> bool:
    """Whether a command is told by what comes of it: a client's own methods, and those that make clients."""
    if record.name.startswith("create") and record.name.endswith("Client"):
        return True
    if record.unit not in canvas.clients or record.name in _SHOWN:
        return False
    if record.name == "close" and record.unit in canvas.sockets:
        canvas.sockets[record.unit].closing = True
    return True


_SHOWN: Final = frozenset({"sendMediaTo", "stopMediaTo", "clearMediaBuffer"})


def _short(content: Any) -> str:
    return phrases.arguments(dict(content)) if isinstance(content, Mapping) else phrases.body(content or "")
