"""What recognition makes of speech: the one model of delays, confidence and mistakes of all that listens.

Recognisers, voice agents and dialogs hear whole utterances; this says when they know what was said, what they believe
it was, and how sure they are. A test or a configuration overrides what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import attrs

from voxsim.engine.media import Sound

_SURE: Final = 1.0


@attrs.define(kw_only=True)
class Recognition:
    """The model of recognition.

    Attributes:
        delay: seconds from the end of an utterance to its result.
        confidence: how sure a recogniser is, from 0 to 1, of what nothing else is said of.
        noise: how much of that sureness noise takes away, from 0 to 1; below `unintelligible` nothing is understood.
        unintelligible: the sureness below which the result is empty.
        misheard: what is understood in place of an utterance, by the whole utterance; or a function of it.
        error: why recognition fails from now on, or None.
        hint_gain: how much surer a recogniser is of an utterance that has one of its hints in it.
        longest: seconds of speech after which a result comes in any case (the platform documents 60).
    """

    delay: float = 0.5
    confidence: float = 0.9
    noise: float = 0.0
    unintelligible: float = 0.2
    misheard: Mapping[str, str] | Callable[[str], str] = attrs.field(factory=dict)
    error: str | None = None
    hint_gain: float = 0.05
    longest: float = 60.0

    def heard(self, sound: Sound, hints: Iterable[str] = ()) -> Heard:
        """What is understood of an utterance."""
        said = sound.content
        sure = self.confidence if sound.confidence is None else sound.confidence
        if any(hint.casefold() in said.casefold() for hint in hints):
            sure = min(_SURE, sure + self.hint_gain)
        sure = round(max(0.0, sure - self.noise), 3)
        if sure < self.unintelligible:
            return Heard("", 0.0)
        text = self.misheard(said) if callable(self.misheard) else self.misheard.get(said, said)
        return Heard(text, sure)


@attrs.frozen
class Heard:
    """What was understood, and how sure it is, from 0 to 1."""

    text: str
    confidence: float


def spoken(text: str) -> str:
    """A text as it is said: one blank between two words."""
    return " ".join(text.split())


def words_in_time(text: str, microseconds: int) -> list[tuple[int, int]]:
    """The words of a text that takes so long: the instant (from its start) at which each has been said, and its end.

    The end counts in the text as it is `spoken`: what has been said by then is all of it up to there.
    """
    words = text.split()
    letters = sum(map(len, words)) or 1
    so_far, ends = 0, []
    for index, word in enumerate(words):
        so_far += len(word)
        ends.append((microseconds * so_far // letters, so_far + index))
    return ends


def said_by(words: list[tuple[int, int]], instant: int) -> int:
    """Up to where a text has been said at an instant from its start."""
    return max((end for at, end in words if at <= instant), default=0)
