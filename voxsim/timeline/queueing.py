"""Queueing: how a caller's way through a queue is told: it enters, hears its place, gets an operator, or is sent away.

That operators are called, answer or refuse is told by their legs; what scenarios hear of it besides is quiet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from voxsim.engine.journal import Record
from voxsim.timeline import phrases
from voxsim.timeline.canvas import Canvas, Facts, Tone
from voxsim.timeline.words import clean, length

Teller = Callable[[Canvas, Record, Facts], None]
Words = Callable[[Facts], str]


def _entered(canvas: Canvas, record: Record, facts: Facts) -> None:
    before = facts.get("waiting", 0)
    others = f", {before} before it" if before else ""
    canvas.note(record, f"caller enters the queue {phrases.speech(facts.get('queue', ''))}{others}")


def _served(canvas: Canvas, record: Record, facts: Facts) -> None:
    waited = facts.get("waitedMs", 0)
    after = f" after {length(waited)}" if waited else ""
    canvas.note(record, f"{clean(str(facts.get('agent', '')))} takes the caller{after}")


QUEUE: Final[dict[str, Teller]] = {"entered": _entered, "served": _served}
"""How each record of a queue is drawn."""


def _minutes(facts: Facts) -> str:
    minutes = facts.get("ewt", 0)
    return f"place {facts.get('position', '')}, {minutes} min" if minutes else f"place {facts.get('position', '')}"


def _seconds(facts: Facts) -> str:
    waiting = facts.get("ewt", 0)
    return f"place {facts.get('position', '')}" + (f", {length(waiting)} or so" if waiting else "")


def _sent_away(facts: Facts) -> str:
    return f"leaves the queue: {phrases.status(facts.get('status', ''), facts.get('description', ''))}"


EVENTS: Final[dict[str, tuple[Words, Tone]]] = {
    "ACD.Waiting": (_minutes, Tone.PLAIN),
    "ACD.Offline": (lambda facts: "no operator of the queue is logged in", Tone.WARNING),
    "ACD.QueueFull": (lambda facts: "the queue is full", Tone.WARNING),
    "ACD.Error": (lambda facts: f"queue: {phrases.url(facts.get('error', ''))}", Tone.ERROR),
    "SmartQueue.Waiting": (_seconds, Tone.PLAIN),
    "SmartQueue.TaskCanceled": (_sent_away, Tone.WARNING),
    "SmartQueue.Error": (
        lambda facts: f"queue: {phrases.status(facts.get('type', ''), facts.get('description', ''))}",
        Tone.ERROR,
    ),
}
"""Events that are notes at the scenario."""

QUIET: Final = frozenset(
    {
        "ACD.Queued",
        "ACD.OperatorCallAttempt",
        "ACD.OperatorFailed",
        "ACD.OperatorReached",
        "SmartQueue.EnqueueSuccess",
        "SmartQueue.DistributeTask",
        "SmartQueue.OperatorReached",
        "SmartQueue.ClientDisconnected",
    }
)
"""Events that other records tell."""
