"""Legs: how the life of a leg is drawn: it calls, rings, answers, holds, asks for a transfer, and ends for a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from voxsim.engine.journal import Record
from voxsim.timeline import phrases
from voxsim.timeline.canvas import PLATFORM, Canvas, Facts, Tone
from voxsim.timeline.words import clean


def _created(canvas: Canvas, record: Record, facts: Facts) -> None:
    scenario = canvas.scenario(record.session)
    dialled, callerid = str(facts.get("number", "")), str(facts.get("callerid", ""))
    if facts.get("type") == "conference":
        if not facts.get("incoming"):
            line = canvas.setting_out(record.unit or "", dialled)
            canvas.arrow(record, scenario, line.key, f"joins {clean(dialled)}")
    elif facts.get("incoming"):
        line = canvas.line(record.unit or "", callerid, incoming=True, dialled=dialled)
        name = str(facts.get("displayName", ""))
        shown = f" as {phrases.body(name)}" if name not in ("", callerid) else ""
        canvas.arrow(record, line.key, scenario, f"calls {clean(dialled)}{shown}")
    else:
        line = canvas.line(record.unit or "", dialled, incoming=False, dialled=dialled)
        shown = f" as {clean(callerid)}" if callerid else ""
        canvas.arrow(record, scenario, line.key, f"calls {clean(dialled)}{shown}")


def _joined(canvas: Canvas, record: Record, facts: Facts) -> None:
    if not canvas.enters(record.unit, record.session, str(facts.get("from", ""))):
        dialled, callerid = str(facts.get("number", "")), str(facts.get("callerid", ""))
        line = canvas.line(record.unit or "", callerid, incoming=True, dialled=dialled)
        canvas.arrow(record, line.key, canvas.scenario(record.session), f"joins {clean(dialled)}")


def _says(words: str, tone: Tone = Tone.PLAIN) -> Callable[[Canvas, Record, Facts], None]:
    """The party tells the scenario."""

    def tell(canvas: Canvas, record: Record, facts: Facts) -> None:
        line = canvas.leg(record.unit)
        if line is not None:
            device = f" on {clean(facts['device'])}" if facts.get("device") else ""
            canvas.arrow(record, line.key, canvas.scenario(record.session), words + device, tone)

    return tell


def _either_way(words: str) -> Callable[[Canvas, Record, Facts], None]:
    """Whoever the record names tells the other one."""
    from_party = _says(words)

    def tell(canvas: Canvas, record: Record, facts: Facts) -> None:
        line = canvas.leg(record.unit)
        if facts.get("by") == "platform" and line is not None:
            canvas.arrow(record, canvas.scenario(record.session), line.key, words)
        else:
            from_party(canvas, record, facts)

    return tell


def _answered(canvas: Canvas, record: Record, facts: Facts) -> None:
    line = canvas.leg(record.unit)
    if line is not None and line.incoming:
        _says("connected", Tone.RETURN)(canvas, record, facts)
    else:
        _says("answers")(canvas, record, facts)


def _speaks(canvas: Canvas, record: Record, facts: Facts) -> None:
    line = canvas.leg(record.unit)
    # What a conference says is drawn where it is heard.
    if record.unit is not None and line is not None and not line.crossing:
        canvas.sound(record, record.unit, phrases.sound(facts))


def _refers(canvas: Canvas, record: Record, facts: Facts) -> None:
    _says(f"asks to be transferred to {clean(str(facts.get('to', '')))}")(canvas, record, facts)


_ENDS: Final[dict[tuple[str, str], tuple[bool, str, Tone]]] = {
    # (by, situation): whether the party's is the arrow, the words, the tone
    ("far", "connected"): (True, "hangs up", Tone.PLAIN),
    ("far", "incoming"): (True, "gives up", Tone.WARNING),
    ("far", "outgoing"): (True, "refuses", Tone.ERROR),
    ("scenario", "connected"): (False, "hangs up", Tone.PLAIN),
    ("scenario", "incoming"): (False, "rejects", Tone.WARNING),
    ("scenario", "outgoing"): (False, "cancels", Tone.WARNING),
    ("platform", "connected"): (False, "platform hangs up", Tone.PLAIN),
    ("platform", "incoming"): (False, "platform refuses", Tone.ERROR),
    ("platform", "outgoing"): (True, "fails", Tone.ERROR),
}


def _ended(canvas: Canvas, record: Record, facts: Facts) -> None:
    line = canvas.leg(record.unit)
    canvas.free(record.unit)
    if line is None:
        return
    situation = "connected" if facts.get("was") == "CONNECTED" else "incoming" if line.incoming else "outgoing"
    from_party, words, tone = _ENDS.get((str(facts.get("by")), situation), (True, "ends", Tone.PLAIN))
    cause = phrases.status(facts.get("code", ""), facts.get("reason", ""))
    scenario = canvas.scenario(record.session)
    label = f"{words} ({cause})"
    if scenario == PLATFORM and line.incoming:
        label = f"{cause}: no rule takes {clean(line.number)}"
    ends = (line.key, scenario) if from_party else (scenario, line.key)
    canvas.arrow(record, *ends, label, tone)


LEG: Final[dict[str, Callable[[Canvas, Record, Facts], None]]] = {
    "created": _created,
    "joined": _joined,
    "ringing": _either_way("ringing"),
    "early_media": _either_way("early media"),
    "push sent": lambda canvas, record, facts: canvas.note(record, "sends a push notification"),
    "answered": _answered,
    "speaks": _speaks,
    "held": _says("puts on hold"),
    "resumed": _says("resumes"),
    "refer": _refers,
    "ended": _ended,
}
"""How each record of a leg is drawn; that it was routed says nothing new."""
