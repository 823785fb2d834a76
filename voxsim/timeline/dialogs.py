"""Dialogs: how Dialogflow, CCAI and avatars are drawn. What is asked and answered, and what a menu's call enters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from voxsim.engine.journal import Record
from voxsim.timeline import phrases
from voxsim.timeline.canvas import Canvas, Facts
from voxsim.timeline.words import clean

_QUESTIONS: Final[dict[str, str]] = {
    "text": "asks {}",
    "event": "event {}",
    "start": "begins the dialog",
    "timeout": "nothing was said",
    "state": "goes to state {}",
    "conversation": "begins a conversation",
}


def _asked(canvas: Canvas, record: Record, facts: Facts) -> None:
    canvas.dialogs.add(record.unit)
    kind, value = str(facts.get("kind", "")), str(facts.get("value", ""))
    told = phrases.speech(value) if kind == "text" else clean(value)
    label = _QUESTIONS.get(kind, clean(kind)).format(told)
    canvas.arrow(record, canvas.scenario(record.session), canvas.service(str(facts.get("service", ""))), label)


def _answered(canvas: Canvas, record: Record, facts: Facts) -> None:
    intent, text = facts.get("intent"), facts.get("text")
    label = f"intent {phrases.body(intent)}" if intent else "answers"
    if text:
        label = f"{label}: {phrases.speech(text)}"
    canvas.arrow(record, canvas.service(str(facts.get("service", ""))), canvas.scenario(record.session), label)


DIALOG: Final[dict[str, Callable[[Canvas, Record, Facts], None]]] = {"asked": _asked, "answered": _answered}
"""What is asked and answered. What fails is told by the event of its unit."""

QUIET_COMMANDS: Final = frozenset(
    """
    analyzeContent createAvatar createDialogflow createVoiceAvatar goToState handleTimeout handleUtterance sendQuery
    """.split()  # noqa: SIM905 - a table of names reads better as words
)
"""Commands that show in what is asked."""

_LOUD: Final = frozenset({"AI.Events.DialogflowError", "AvatarEvents.Error", "AI.Events.CcaiConversationError"})
_FAMILIES: Final = ("AI.Events.Dialogflow", "AI.Events.Ccai", "AvatarEvents.")


def is_quiet(event: str) -> bool:
    """Whether an event is told by other records already."""
    return event.startswith(_FAMILIES) and event not in _LOUD


def told_command(canvas: Canvas, record: Record) -> bool:
    """Draw a command of a dialog or a menu, or leave it out; False when it is none."""
    if record.name in QUIET_COMMANDS:
        return True
    if record.name == "enter":
        canvas.note(record, f"enters the menu {clean(str(record.unit))}")
        return True
    if record.name == "stop" and record.unit in canvas.dialogs:
        canvas.note(record, "ends the dialog")
        return True
    return False
