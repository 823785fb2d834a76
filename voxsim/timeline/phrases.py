"""Phrases: how single facts are put into words, the same in every picture."""

from __future__ import annotations

from typing import Any, Final

from voxsim.timeline.canvas import Facts
from voxsim.timeline.words import clean, clip, length

_SPEECH: Final = 60
_BODY: Final = 48
_URL: Final = 56


def speech(text: object) -> str:
    """Something said or written, in quotes."""
    return f"“{clip(clean(str(text)), _SPEECH)}”"


def body(text: object) -> str:
    """The body of a message, cut to what fits in a picture."""
    return clip(clean(str(text)), _BODY)


def url(text: object) -> str:
    """A URL, or a path of one."""
    return clip(clean(str(text)), _URL)


def status(code: object, reason: object) -> str:
    """A code with its reason: `486 Busy Here`."""
    return clean(f"{code} {reason}".strip())


def sound(facts: Facts) -> str:
    """A sound with how long it lasts: speech in quotes, files and tones with a note."""
    lasting = facts.get("ms")
    duration = "repeats" if lasting is None else length(lasting)
    content = facts.get("content", "")
    match facts.get("kind"):
        case "speech" if lasting is None:  # of a real person, who is still speaking
            return speech(content)
        case "speech":
            return f"{speech(content)} ({duration})"
        case "tone":  # a ToneScript tells a reader nothing
            return f"♪ tone ({duration})"
    return f"♪ {url(content)} ({duration})"


def arguments(facts: Facts, most: int = 60) -> str:
    """Arguments or a payload in one short line; ids of units say nothing to a reader and are left out."""
    shown = (f"{key}={_value(value)}" for key, value in facts.items() if not _is_id(value))
    return clip(clean(", ".join(shown)), most)


def _value(value: Any) -> str:
    return repr(value) if isinstance(value, str) else str(value)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and len(value) >= 32 and " " not in value and "/" not in value
