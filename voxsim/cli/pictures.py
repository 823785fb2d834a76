"""Pictures: what happened, in the form that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from voxsim.cli import terminal

if TYPE_CHECKING:
    from voxsim.engine.journal import Record


def picture(output: str, records: Sequence[Record], timelines: Iterable[Iterable[Record]], epoch: int) -> Iterable[str]:
    """The pieces of a picture, to be written to stdout.

    Args:
        output: one of `voxsim.cli.arguments.OUTPUTS`.
        records: all that happened.
        timelines: the records of each session, for their logs.
        epoch: the unix time, in seconds, at which the run began.
    """
    match output:
        case "jsonl":
            from voxsim.timeline import write_jsonl

            return write_jsonl(records)
        case "mermaid":
            from voxsim.timeline import render_mermaid

            return (render_mermaid(records),)
        case "svg":
            from voxsim.timeline import render_svg

            return (render_svg(records),)
        case "log":
            from voxsim.timeline import render_log

            return (render_log(timeline, epoch) for timeline in timelines)
    from voxsim.timeline import render_ladder

    out = sys.stdout
    return (render_ladder(records, colour=terminal.colourful(out), width=terminal.width(out)),)
