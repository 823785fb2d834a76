"""Tones: what sounds are heard as by default, and ToneScripts as what they describe."""

from __future__ import annotations

import itertools
import math

import pytest

from voxsim.engine.frames import ENCODINGS
from voxsim.engine.media import Sound
from voxsim.engine.samples import OPUS_SILENCE, decode, silence
from voxsim.engine.tones import FILE_HZ, SPEECH_HZ, Tones

PCM8, ULAW = ENCODINGS["PCM8"], ENCODINGS["ULAW"]
QUIET = silence(PCM8, 160)


def piece(script: str, seconds: float, length: int | None = 10_000_000) -> bytes:
    return Tones().samples(Sound("tone", script, 0, length, "player"), PCM8, round(seconds * 1e6), 20)


def strength(audio: bytes, hertz: float, rate: int = 8000) -> float:
    """How much of a frequency is in a piece of PCM: the amplitude, by one term of a Fourier series."""
    samples = decode(audio, PCM8)
    waves = [
        (math.cos(2 * math.pi * hertz * n / rate), math.sin(2 * math.pi * hertz * n / rate))
        for n in range(len(samples))
    ]
    real, imaginary = (sum(s * w[part] for s, w in zip(samples, waves, strict=True)) for part in (0, 1))
    return 2 * math.hypot(real, imaginary) / len(samples)


@pytest.mark.parametrize(("kind", "hertz"), [("speech", SPEECH_HZ), ("audio", FILE_HZ)])
def test_speech_and_files_are_tones_of_their_own_that_join_without_a_click(kind: str, hertz: int):
    sound = Sound(kind, "hello", 0, 1_000_000, "call")
    first, second = (Tones().samples(sound, PCM8, position, 20) for position in (0, 20_000))
    assert first == second
    assert len(first) == 320
    assert strength(first, hertz) == pytest.approx(8000, rel=0.01)
    samples = decode(first + second, PCM8)
    steepest = 8000 * 2 * math.pi * hertz / 8000
    assert max(abs(b - a) for a, b in itertools.pairwise(samples)) <= steepest + 1


@pytest.mark.parametrize(("name", "size"), [("PCM8", 320), ("PCM16", 640), ("ULAW", 160), ("ALAW", 160)])
@pytest.mark.parametrize("kind", ["speech", "audio", "tone", "digits"])
def test_20_ms_have_the_size_of_the_encoding(kind: str, name: str, size: int):
    sound = Sound(kind, "425@-19;5(1/4/1)", 0, None, "player")
    assert len(Tones().samples(sound, ENCODINGS[name], 1_230_000, 20)) == size


def test_opus_has_no_tones():
    assert Tones().samples(Sound("speech", "hello", 0, None, "call"), ENCODINGS["OPUS"], 0, 20) == OPUS_SILENCE


def test_a_cadence_is_on_and_off():
    script = "425@-19;5(1/4/1)"
    loud = [second for second in range(50) if piece(script, second / 10) != QUIET]
    assert loud == list(range(10))
    assert strength(piece(script, 0.5), 425) == pytest.approx(32767 * 10 ** (-22.14 / 20), rel=0.02)


def test_frequencies_sound_together():
    ringback = piece("440@-19,480@-19;*(2/4/1+2)", 6)
    assert strength(ringback + piece("440@-19,480@-19;*(2/4/1+2)", 6.02), 440) > 1500
    assert piece("440@-19,480@-19;*(2/4/1+2)", 9) == QUIET


def test_sections_follow_each_other_and_then_comes_nothing():
    script = "950@-10,1400@-10;0.4(0.2/0/1,0.2/0/2);1(*/0/0)"
    assert [strength(piece(script, at), 950) > 5000 for at in (0.1, 0.3)] == [True, False]
    assert [strength(piece(script, at), 1400) > 5000 for at in (0.1, 0.3)] == [False, True]
    assert piece(script, 0.5) == piece(script, 2) == QUIET


def test_a_script_that_repeats_begins_anew():
    script = "400@-10;1(0.5/0.5/1)"
    assert piece(script, 3.1) == QUIET
    assert piece(script, 3.1, length=None) == piece(script, 0.1) != QUIET


@pytest.mark.parametrize(
    "script", ["", "no script", "425@-19", "425@-19;5(1/4/7)", "425@-19;5(1/4)", "425@-19;.(1/4/1)"]
)
def test_what_is_no_tone_script_is_a_tone(script: str):
    assert strength(piece(script, 0), 400) == pytest.approx(8000, rel=0.01)


def test_mu_law_is_the_same_tone():
    sound = Sound("speech", "hello", 0, None, "call")
    pcm, ulaw = (decode(Tones().samples(sound, one, 0, 20), one) for one in (PCM8, ULAW))
    assert all(abs(a - b) <= 260 for a, b in zip(pcm, ulaw, strict=True))
