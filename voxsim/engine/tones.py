"""Tones: what sounds are heard as where nothing better is at hand. Speech and files are steady tones, each its own.

A ToneScript, such as `425@-19;5(1/4/1)`, is what it describes: frequencies with their levels; then sections of seconds,
each a cadence of on, off and the numbers of the frequencies that sound together.
"""

from __future__ import annotations

import math
import re
from array import array
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import attrs

from voxsim.engine.samples import encode, silence

if TYPE_CHECKING:
    from voxsim.engine.frames import Encoding
    from voxsim.engine.media import Sound

SPEECH_HZ: Final = 400
FILE_HZ: Final = 600

_LOUD: Final = 8000
_FULL_SCALE_DBM: Final = 3.14
_FREQUENCY: Final = re.compile(r"([\d.]+)@(-?[\d.]+)")
_SECTION: Final = re.compile(r"(\*|[\d.]+)\(([^()]*)\)")


_EXCHANGE_HZ: Final = 700
"""The tones of a telephone exchange (dial tone, ringback, busy) are lower than this; a machine's beep is higher."""

_Wave = tuple[int, float]
"""A sine wave: its frequency in Hz, and its amplitude."""

_Waves = tuple[_Wave, ...]


def frequencies_of(script: str) -> list[float]:
    """The frequencies of a ToneScript, in hertz."""
    return [float(hertz) for hertz, _ in _FREQUENCY.findall(script)]


def is_progress_tone(script: str) -> bool:
    """Whether a ToneScript sounds like a telephone exchange."""
    return all(hertz < _EXCHANGE_HZ for hertz in frequencies_of(script))


class Tones:
    """Voices without words: of a fixed pitch, from a sound's first sample to its last."""

    steady = False

    def samples(self, sound: Sound, encoding: Encoding, position: int, milliseconds: float) -> bytes:
        """A piece of a sound, as `Voices.samples`."""
        if not encoding.sample_bytes:
            return silence(encoding, 0)
        if sound.kind == "tone":
            return _tone_script(sound, encoding, position, milliseconds)
        return tone(encoding, milliseconds, FILE_HZ if sound.kind == "audio" else SPEECH_HZ)


@cache
def tone(encoding: Encoding, milliseconds: float, hertz: int = SPEECH_HZ) -> bytes:
    """A piece of a tone. Pieces of 20 ms join without a click when the frequency is a multiple of 50 Hz."""
    count = int(encoding.sample_rate * milliseconds / 1000)
    return _from(((hertz, _LOUD),), encoding, 0, count)


def _from(waves: _Waves, encoding: Encoding, start: int, count: int) -> bytes:
    """So many samples of some waves together, from one sample on."""
    size, period = encoding.sample_bytes, _period(waves, encoding)
    start %= len(period) // size
    audio = period[start * size :]
    while len(audio) < count * size:
        audio += period
    return audio[: count * size]


@lru_cache(maxsize=256)
def _period(waves: _Waves, encoding: Encoding) -> bytes:
    """Some waves together, for as long as it takes until all of them begin anew."""
    rate = encoding.sample_rate
    steps = [(2 * math.pi * hertz / rate, amplitude) for hertz, amplitude in waves]
    count = rate // math.gcd(rate, *(hertz for hertz, _ in waves))
    mixed = (sum(amplitude * math.sin(n * step) for step, amplitude in steps) for n in range(count))
    return encode(array("h", [max(-32768, min(32767, int(value))) for value in mixed]), encoding)


# --- ToneScript ---


@attrs.frozen
class _Section:
    """Some seconds of one cadence: spans of seconds on, seconds off, and the waves that sound."""

    seconds: float
    spans: tuple[tuple[float, float, _Waves], ...]


def _tone_script(sound: Sound, encoding: Encoding, position: int, milliseconds: float) -> bytes:
    sections = _parsed(sound.content)
    if sections is None:
        return tone(encoding, milliseconds)
    whole = sum(section.seconds for section in sections)
    place = position / 1e6
    if sound.length is None and whole:
        place %= whole
    for section in sections:
        if place < section.seconds:
            rate = encoding.sample_rate
            return _piece(section, encoding, round(place * rate), int(rate * milliseconds / 1000))
        place -= section.seconds
    return silence(encoding, int(encoding.sample_rate * milliseconds / 1000))


def _piece(section: _Section, encoding: Encoding, start: int, count: int) -> bytes:
    """A piece of a section, as the cadence stands at its beginning."""
    rate = encoding.sample_rate
    cycle = sum(on + off for on, off, _ in section.spans)
    place = start / rate % cycle if cycle and math.isfinite(cycle) else start / rate
    for on, off, waves in section.spans:
        if place < on:
            return _from(waves, encoding, start, count) if waves else silence(encoding, count)
        place -= on + off
        if place < 0:
            break
    return silence(encoding, count)


@lru_cache(maxsize=256)
def _parsed(script: str) -> tuple[_Section, ...] | None:
    """A ToneScript's sections; None for what is none."""
    frequencies, _, rest = script.partition(";")
    try:
        waves = {
            str(number): (round(float(hertz)), _amplitude(float(level)))
            for number, (hertz, level) in enumerate(_FREQUENCY.findall(frequencies), 1)
        }
        sections = tuple(
            _Section(_seconds(seconds), tuple(_span(span, waves) for span in spans.split(",")))
            for seconds, spans in _SECTION.findall(rest)
        )
    except (ValueError, KeyError):
        return None
    return sections or None


def _span(text: str, waves: dict[str, _Wave]) -> tuple[float, float, _Waves]:
    on, off, numbers = text.split("/")
    names = [] if numbers.strip() in ("", "0") else numbers.split("+")
    return _seconds(on), _seconds(off), tuple(waves[name.strip()] for name in names)


def _seconds(text: str) -> float:
    return math.inf if text.strip() == "*" else float(text)


def _amplitude(level: float) -> float:
    """The peak of a wave of so many dBm."""
    return float(32767 * 10 ** ((min(level, 0.0) - _FULL_SCALE_DBM) / 20))
