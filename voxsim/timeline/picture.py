"""Picture: the fold that turns the records of a run into something to draw. Ladder, Mermaid and SVG are made from it.

It chooses what a person would read: what happened between participants, what the scenario did and what went wrong.
The rest (packets, qualities, media routes, events that only repeat another record) is left out. How each kind of
record is told stands in `telling` and `commands`; who stands where, in `canvas`.
"""

from __future__ import annotations

from collections.abc import Iterable

from voxsim.engine.journal import Record
from voxsim.timeline.canvas import Canvas, Kind, Participant, Picture, Shape, Step, Tone
from voxsim.timeline.commands import tell_command
from voxsim.timeline.telling import TELLERS

__all__ = ["Kind", "Participant", "Picture", "Shape", "Step", "Tone", "draw"]


def draw(records: Iterable[Record]) -> Picture:
    """The picture of these records: a whole run, or any part of it."""
    canvas = Canvas()
    for record in records:
        if record.kind == "command":
            tell_command(canvas, record)
        elif (teller := TELLERS.get(record.kind)) is not None:
            teller(canvas, record)
    return canvas.picture()
