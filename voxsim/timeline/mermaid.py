"""Mermaid: a run as a `sequenceDiagram`, for Markdown pages and issue trackers.

Whatever a label holds, the diagram stays valid: what Mermaid would read as syntax becomes one of its `#…;` entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from voxsim.engine.journal import Record
from voxsim.timeline.canvas import Kind, Shape, Step, Tone
from voxsim.timeline.picture import draw
from voxsim.timeline.words import clock, wrap

_ENTITIES: Final = str.maketrans(
    {
        "#": "#35;",
        ";": "#59;",
        '"': "#quot;",
        "<": "#lt;",
        ">": "#gt;",
        "&": "#amp;",
        "%": "#37;",
        "{": "#123;",
        "}": "#125;",
        "\\": "#92;",
        "\n": "<br/>",
    }
)
"""`;` ends a statement, `#` begins an entity, `%%` a comment, `%%{` a directive; a page would read the rest as HTML."""

_END: Final = re.compile(r"\bend\b", re.IGNORECASE)
"""The word that closes Mermaid's blocks; even inside a text it can end one."""

_WIDTH: Final = 60
_MOST_LINES: Final = 6
_SIGNS: Final[dict[Tone, str]] = {Tone.WARNING: "⚠ ", Tone.ERROR: "✗ "}
_ARROWS: Final[dict[Tone, str]] = {Tone.RETURN: "-->>", Tone.ERROR: "-x"}


def render_mermaid(records: Iterable[Record]) -> str:
    """The Mermaid source of these records' sequence diagram."""
    picture = draw(records)
    lines = ["sequenceDiagram"]
    for index, participant in enumerate(picture.participants):
        word = "actor" if participant.kind is Kind.PARTY else "participant"
        lines.append(f"    {word} p{index} as {escape(participant.label)}")
    before: int | None = None
    for step in picture.steps:
        lines.append("    " + _line(step, "" if step.t == before else f"{clock(step.t)} "))
        before = step.t
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """A text that Mermaid shows as it is."""
    escaped = text.translate(_ENTITIES)
    return _END.sub(lambda word: f"#{ord(word[0][0])};{word[0][1:]}", escaped).strip() or "#160;"


def _line(step: Step, time: str) -> str:
    """One step; the time stands where it changes."""
    text = time + _SIGNS.get(step.tone, "") + step.label
    label = escape("\n".join(wrap(text, _WIDTH, _MOST_LINES)))
    match step.shape:
        case Shape.NOTE:
            return f"Note over p{step.source}: {label}"
        case Shape.LINK:
            return f"Note over p{min(step.source, step.target)},p{max(step.source, step.target)}: {label}"
    return f"p{step.source}{_ARROWS.get(step.tone, '->>')}p{step.target}: {label}"
