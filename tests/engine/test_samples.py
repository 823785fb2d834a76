"""Samples: G.711 by its reference values, PCM's byte order, Opus' packets, and other rates."""

from __future__ import annotations

import hashlib
import math
from array import array

import pytest

from voxsim.engine.frames import ENCODINGS, Encoding, encoding_of
from voxsim.engine.samples import OPUS_SILENCE, decode, encode, resampled, silence

ULAW, ALAW, PCM8, PCM16, OPUS = (ENCODINGS[name] for name in ("ULAW", "ALAW", "PCM8", "PCM16", "OPUS"))
EVERY = array("h", range(-32768, 32768))


@pytest.mark.parametrize(
    ("encoding", "digest"),
    [
        # SHA-256 of what Python's own `audioop` made of all 65,536 samples, when it still had it.
        pytest.param(ULAW, "81d633c9e6972a18c74a58720b96cb8ca0bdd096d4060b646dd708c3b846019a", id="ulaw"),
        pytest.param(ALAW, "38488f6fd710f4686360edc4d38639f96c491595ef93f8eb8d62d5e07ca6ce7b", id="alaw"),
    ],
)
def test_g711_of_every_sample(encoding: Encoding, digest: str):
    assert hashlib.sha256(encode(EVERY, encoding)).hexdigest() == digest


@pytest.mark.parametrize(
    ("encoding", "digest"),
    [
        pytest.param(ULAW, "3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827", id="ulaw"),
        pytest.param(ALAW, "e04788d110e58ff8c70c93b8480190d973e3b67876b6119abbaec766cc75c174", id="alaw"),
    ],
)
def test_g711_back_from_every_byte(encoding: Encoding, digest: str):
    back = decode(bytes(range(256)), encoding)
    assert hashlib.sha256(encode(back, PCM8)).hexdigest() == digest


@pytest.mark.parametrize("encoding", [ULAW, ALAW], ids=["ulaw", "alaw"])
def test_what_comes_back_is_near(encoding: Encoding):
    back = decode(encode(EVERY, encoding), encoding)
    assert all(abs(got - given) <= max(abs(given) / 16, 16) for got, given in zip(back, EVERY, strict=True))


def test_pcm_is_little_endian():
    assert encode(array("h", [1, -2, 256]), PCM8) == b"\x01\x00\xfe\xff\x00\x01"
    assert list(decode(b"\x01\x00\xfe\xff\x00", PCM8)) == [1, -2]


@pytest.mark.parametrize("encoding", [ULAW, ALAW, PCM8, PCM16], ids=lambda one: f"{one.name}-{one.sample_rate}")
def test_silence_is_silent(encoding: Encoding):
    piece = silence(encoding, 160)
    assert encoding.samples_in(piece) == 160
    assert max(abs(sample) for sample in decode(piece, encoding)) <= 8


def test_opus_is_silence_in_one_packet_of_20_ms():
    assert silence(OPUS, 960) == encode(EVERY, OPUS) == OPUS_SILENCE
    assert OPUS.samples_in(OPUS_SILENCE) == 960
    assert not decode(OPUS_SILENCE, OPUS)


@pytest.mark.parametrize(
    ("packet", "milliseconds"),
    [(b"", 0), (b"\x00", 10), (b"\x18", 60), (b"\x60", 10), (b"\x80", 2.5), (b"\x99", 40), (b"\xfb\x03", 60)],
)
def test_a_packet_of_opus_says_how_long_it_is(packet: bytes, milliseconds: float):
    assert OPUS.samples_in(packet) == 48 * milliseconds


@pytest.mark.parametrize(
    ("given", "wanted"), [(22050, 8000), (22050, 16000), (8000, 16000), (16000, 8000), (8000, 8000)]
)
def test_a_wave_at_another_rate_is_the_same_wave(given: int, wanted: int):
    def wave(rate: int, late: float = 0) -> list[float]:
        return [10_000 * math.sin(2 * math.pi * 300 * (n / rate + late)) for n in range(rate)]

    # The mean over a new sample's time stands for its middle.
    late = (max(given / wanted, 1.0) - 1) / 2 / given
    got = resampled(array("h", map(int, wave(given))), given, wanted)
    assert wanted - 4 <= len(got) <= wanted
    assert all(abs(one - right) < 100 for one, right in zip(got, wave(wanted, late), strict=False))


def test_next_to_nothing_at_another_rate_is_nothing():
    assert not resampled(array("h"), 22050, 8000)
    assert not resampled(array("h", [7]), 22050, 8000)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("ULAW", ULAW),
        ("ulaw", ULAW),
        ("audio/x-mulaw", ULAW),
        ("audio/PCMU;rate=8000", ULAW),
        ("audio/x-alaw", ALAW),
        ("PCMA", ALAW),
        ("audio/l16", PCM16),
        ("PCM16", PCM16),
        ("PCM8", PCM8),
        ("OPUS", OPUS),
        (None, PCM8),
        ("something else", PCM8),
    ],
)
def test_both_families_of_names_are_understood(name: str | None, encoding: Encoding):
    assert encoding_of(name) == encoding


@pytest.mark.parametrize("rate", [True, 3999, 192_001, "8000", None, 8000.5])
def test_a_rate_that_is_none_does_not_count(rate: object):
    assert encoding_of("PCM16", rate) == PCM16
