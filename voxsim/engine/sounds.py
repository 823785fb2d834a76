"""How long things take to say or to play, and what is known of audio files: the one model of sound durations.

Speech runs at a fixed number of characters a second (15, about 180 English words a minute), at least half a second,
divided by the rate that the TTS options ask for. A file whose length nobody told us plays for five seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import attrs

from voxsim.engine.ports import Audio

_NAMED_RATES: Final = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.5}
_SSML_TAG: Final = re.compile(r"<[^>]*>")
_TONE: Final = re.compile(r"^\s*[\d.@,\-]+\s*;\s*(\*|\d+(?:\.\d+)?)\s*\(")


@attrs.define(kw_only=True)
class Sounds:
    """The duration model; a test or a configuration overrides what it needs.

    Attributes:
        characters_per_second: the speed of speech.
        shortest_seconds: no speech is shorter.
        file_seconds: how long a file plays whose length is not known.
        speech_seconds: a function of the text that replaces the speech model, or None.
        files: what is known of audio files, by URL.
    """

    characters_per_second: float = 15
    shortest_seconds: float = 0.5
    file_seconds: float = 5
    speech_seconds: Callable[[str], float] | None = None
    files: dict[str, Audio] = attrs.field(factory=dict)
    _fetched: dict[str, int] = attrs.field(factory=dict, init=False)

    def speech(self, text: str, options: Mapping[str, Any] | None = None) -> float:
        """Seconds to say a text, SSML tags not counted."""
        if self.speech_seconds is not None:
            return self.speech_seconds(text)
        spoken = _spoken_length(text)
        seconds = max(self.shortest_seconds, spoken / self.characters_per_second)
        return seconds / _rate(options) if options else seconds

    def file(self, url: str) -> Audio:
        """What is known of the file at a URL."""
        return self.files.get(url) or Audio(self.file_seconds)

    def cached(self, url: str, now: int, seconds: int) -> bool:
        """Whether the platform still has this file from an earlier playback; `now` in microseconds."""
        fetched = self._fetched.get(url)
        return fetched is not None and now - fetched < seconds * 1_000_000

    def keep(self, url: str, now: int, seconds: int) -> None:
        """Remember that this file was fetched, unless it is in the cache already."""
        if not self.cached(url, now, seconds):
            self._fetched[url] = now

    def tone_script(self, script: str) -> float:
        """Seconds of one pass of a ToneScript: `425@-19;5(1/4/1)` lasts 5, `*` counts as an hour."""
        match = _TONE.match(script)
        if match is None:
            return self.file_seconds
        return 3600.0 if match[1] == "*" else float(match[1])


@lru_cache(maxsize=1024)
def _spoken_length(text: str) -> int:
    """The characters of a text that are said: SSML tags are not."""
    return len(_SSML_TAG.sub("", text).strip())


def _rate(options: Mapping[str, Any]) -> float:
    """How much faster than usual the options ask for: a number, a percentage or one of SSML's words."""
    given = str(options.get("rate") or options.get("speed") or "default").strip()
    if given in _NAMED_RATES:
        return _NAMED_RATES[given]
    try:
        rate = float(given.rstrip("%")) / 100 if given.endswith("%") else float(given)
    except ValueError:
        return 1.0
    return rate if rate > 0 else 1.0
