"""A recording as a WAV file: which sound stands where, on which side, and how loud two are together."""

import io
import json
import wave
from array import array

import attrs
import pytest

from voxsim.engine.frames import ENCODINGS
from voxsim.engine.media import LEFT, RIGHT, Sound
from voxsim.engine.recording import Asked, Chunk, Piece, Recording
from voxsim.engine.samples import encode
from voxsim.server.mixing import mixed, written_down

PCM8, PCM16, OPUS, ULAW = (ENCODINGS[name] for name in ("PCM8", "PCM16", "OPUS", "ULAW"))
SECOND = 1_000_000


class Levels:
    """Voices of one level each: the content of a sound, plus the number of the sample when `counts` is set."""

    counts = False

    async def whole(self, sound, encoding, position, length):
        start, count = encoding.samples_of(position), encoding.samples_of(length)
        level = int(sound.content)
        return encode(array("h", [level + (start + n) * self.counts for n in range(count)]), encoding)


def piece(content, at, length, channel=LEFT, position=0, chunks=()):
    sound = Sound("speech", str(content), 0, None, "unit")
    return Piece(channel, int(at * SECOND), int(length * SECOND), position, sound, chunks)


def recording(*pieces, length=2.0, **asked):
    return Recording(
        number=1,
        path="2026/01/01/x.mp3",
        url="",
        session=1,
        call=None,
        asked=Asked(**asked),
        began=0,
        length=int(length * SECOND),
        pieces=pieces,
    )


async def sides(told, voices=None):
    """The samples of each side of a recording's file, and their rate."""
    content = await mixed(told, voices or Levels())
    assert len(content) == told.size
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getsampwidth(), file.getnchannels()) == (2, told.channels)
        assert file.getnframes() == told.frames
        frames = array("h", file.readframes(told.frames))
        return [frames[n :: told.channels] for n in range(told.channels)], file.getframerate()


@pytest.mark.trio
async def test_a_sound_stands_where_it_was_heard():
    (side,), rate = await sides(recording(piece(100, 0.5, 1)))
    assert rate == 8000
    assert not any(side[:4000])
    assert set(side[4000:12000]) == {100}
    assert not any(side[12000:])


@pytest.mark.trio
async def test_hd_audio_has_16_khz():
    (side,), rate = await sides(recording(piece(100, 0.5, 1), hd_audio=True))
    assert rate == 16000
    assert side.index(100) == 8000
    assert len(side) == 32000


@pytest.mark.trio
async def test_two_sides():
    (left, right), _ = await sides(recording(piece(100, 0, 1), piece(200, 1, 1, RIGHT), stereo=True))
    assert (set(left[:8000]), set(left[8000:])) == ({100}, {0})
    assert (set(right[:8000]), set(right[8000:])) == ({0}, {200})


@pytest.mark.trio
async def test_what_sounds_together_is_added_and_never_wraps():
    (side,), _ = await sides(recording(piece(100, 0, 1), piece(200, 0.5, 1), piece(32700, 0.75, 0.25)))
    assert [side[n] for n in (3999, 4000, 5999, 6000, 7999, 8000, 11999, 12000)] == [
        100,
        300,
        300,
        32767,
        32767,
        200,
        200,
        0,
    ]


@pytest.mark.trio
async def test_a_sound_goes_on_from_its_position():
    voices = Levels()
    voices.counts = True
    (side,), _ = await sides(recording(piece(0, 1, 0.5, position=SECOND // 4)), voices)
    assert list(side[8000:8003]) == [2000, 2001, 2002]


@pytest.mark.trio
async def test_nothing_is_longer_than_the_record():
    (side,), _ = await sides(recording(piece(100, 1.5, 1)))
    assert len(side) == 16000
    assert side[-1] == 100


@pytest.mark.trio
async def test_an_empty_record():
    (side,), _ = await sides(recording(length=0))
    assert len(side) == 0


@pytest.mark.trio
@pytest.mark.parametrize("encoding", [PCM8, PCM16, ULAW])
async def test_what_a_peer_sent_is_heard_without_gaps(encoding):
    level = 1000 if encoding is not ULAW else 988
    rate = encoding.sample_rate
    audio = encode(array("h", [level] * (rate // 50)), encoding)
    chunks = tuple(Chunk(SECOND // 2 + n * 20_000, encoding, audio) for n in range(50))
    (side,), _ = await sides(recording(piece(7, 0.5, 1, chunks=chunks), hd_audio=True))
    assert not any(side[:8000])
    assert set(side[8000:23990]) == {level}
    assert not any(side[24000:])


@pytest.mark.trio
async def test_a_pause_of_a_peer_is_silence():
    audio = encode(array("h", [500] * 160), PCM8)
    chunks = (Chunk(0, PCM8, audio), Chunk(SECOND, PCM8, audio))
    (side,), _ = await sides(recording(piece(7, 0, 2, chunks=chunks)))
    assert [side[n] for n in (0, 159, 160, 7999, 8000, 8159, 8160)] == [500, 500, 0, 0, 500, 500, 0]


@pytest.mark.trio
async def test_opus_is_silence():
    (side,), _ = await sides(recording(piece(7, 0, 1, chunks=(Chunk(0, OPUS, b"\xf8\xff\xfe"),))))
    assert not any(side)


# --- transcripts ---


def talk(**asked):
    said = [
        attrs.evolve(piece(0, 0.98, 2), sound=Sound("speech", "Hello", 0, 1, "unit")),
        attrs.evolve(piece(0, 3661, 1, RIGHT), sound=Sound("speech", "Привет", 0, 1, "unit")),
        attrs.evolve(piece(0, 4000, 1), sound=Sound("digits", "1", 0, 1, "unit")),
    ]
    return recording(*said, length=5000, stereo=True, transcribe=True, **asked)


def test_a_transcript_as_text():
    text = written_down(talk(labels=("Agent", "Client"))).decode()
    assert text == "Agent 00:00:00 - 00:00:02 : Hello\nClient 01:01:01 - 01:01:02 : Привет\n"


def test_a_transcript_as_json():
    assert json.loads(written_down(talk(format="json"))) == [
        {"speaker": "Left", "start": 0.98, "end": 2.98, "text": "Hello"},
        {"speaker": "Right", "start": 3661.0, "end": 3662.0, "text": "Привет"},
    ]
