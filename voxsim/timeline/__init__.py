"""Timeline: the journal of a run as text that people and programs read.

Each of these is a pure fold of the engine's records, and the same records give the same text: the terminal's ladder,
Mermaid and SVG diagrams, a session's log in the platform's own format, and JSON lines.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voxsim.timeline.jsonl import BadTimeline as BadTimeline
    from voxsim.timeline.jsonl import read_jsonl as read_jsonl
    from voxsim.timeline.jsonl import write_jsonl as write_jsonl
    from voxsim.timeline.ladder import render_ladder as render_ladder
    from voxsim.timeline.log import render_log as render_log
    from voxsim.timeline.mermaid import render_mermaid as render_mermaid
    from voxsim.timeline.reading import epoch_of as epoch_of
    from voxsim.timeline.reading import read_records as read_records
    from voxsim.timeline.svg import render_svg as render_svg

_HOMES = {
    "BadTimeline": "jsonl",
    "epoch_of": "reading",
    "read_jsonl": "jsonl",
    "read_records": "reading",
    "render_ladder": "ladder",
    "render_log": "log",
    "render_mermaid": "mermaid",
    "render_svg": "svg",
    "write_jsonl": "jsonl",
}

__all__ = [*_HOMES]  # noqa: PLE0604 - the names stand in the table above


def __getattr__(name: str) -> Any:
    # One renderer is used at a time, and some need modules that take their time to load.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"voxsim.timeline.{_HOMES[name]}"), name)
