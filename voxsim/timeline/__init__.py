"""Timeline: the journal of a run as text that people and programs read.

Each of these is a pure fold of the engine's records, and the same records give the same text: the terminal's ladder,
Mermaid and SVG diagrams, a session's log in the platform's own format, and JSON lines.
"""

from voxsim.timeline.jsonl import BadTimeline, read_jsonl, write_jsonl
from voxsim.timeline.ladder import render_ladder
from voxsim.timeline.log import render_log
from voxsim.timeline.mermaid import render_mermaid
from voxsim.timeline.svg import render_svg

__all__ = ["BadTimeline", "read_jsonl", "render_ladder", "render_log", "render_mermaid", "render_svg", "write_jsonl"]
