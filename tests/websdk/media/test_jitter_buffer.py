"""The jitter buffer and the voice activity decision, frame by frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.engine.frames import ENCODINGS
from voxsim.engine.tones import tone
from voxsim.protocols.media.jitter import FRAME, JitterBuffer
from voxsim.protocols.media.sender import QUIET
from voxsim.protocols.media.voice import VoiceActivity, VoiceSettings, energy

LOUD = tone(ENCODINGS["ULAW"], 20)


def frame(number):
    return bytes([number & 0xFF]) * FRAME


def pulled(buffer, count):
    return [None if one is None else one[0] for one in (buffer.pull() for _ in range(count))]


def test_packets_leave_in_order_after_a_short_wait():
    buffer = JitterBuffer()
    for number in (1, 3, 2):
        buffer.put(number * FRAME, frame(number))
    assert pulled(buffer, 7) == [None, None, None, 1, 2, 3, None]


@given(st.integers(0, 2**32 - 1))
def test_timestamps_wrap_around(start):
    buffer = JitterBuffer()
    heard = []
    for number in range(20):
        buffer.put((start + number * FRAME) & 0xFFFFFFFF, frame(number))
        heard += pulled(buffer, 1)
    assert heard == [None] * 3 + list(range(17))


def test_what_is_lost_is_silence_and_what_comes_twice_is_heard_once():
    buffer = JitterBuffer()
    for number in (1, 2, 2, 4):
        buffer.put(number * FRAME, frame(number))
    assert pulled(buffer, 8) == [None, None, None, 1, 2, None, 4, None]


@pytest.mark.parametrize("milliseconds", [10, 30, 60])
def test_packets_of_other_lengths(milliseconds):
    size = 8 * milliseconds
    buffer = JitterBuffer()
    whole = bytes(number & 0xFF for number in range(960))
    for start in range(0, 960, size):
        buffer.put(start, whole[start : start + size])
    assert b"".join(one for one in (buffer.pull() for _ in range(12)) if one is not None) == whole


def test_a_sender_that_pauses_is_heard_again():
    buffer = JitterBuffer()
    buffer.put(0, frame(1))
    assert pulled(buffer, 50) == [None] * 3 + [1] + [None] * 46
    heard = []
    for number in range(10):
        buffer.put(80_000 + number * FRAME, frame(number))
        heard += pulled(buffer, 1)
    heard += pulled(buffer, 5)
    assert [one for one in heard if one is not None] == list(range(10))


def test_a_burst_is_cut_down_to_what_is_needed():
    buffer = JitterBuffer()
    for number in range(100):
        buffer.put(number * FRAME, frame(number))
    heard = [one for one in pulled(buffer, 100) if one is not None]
    assert heard[-1] == 99
    assert len(heard) <= 10


def test_a_late_stream_gets_more_time():
    buffer = JitterBuffer()
    heard = []
    for number in range(60):
        if number >= 5:
            # From the sixth packet on the network takes 100 ms more.
            heard += pulled(buffer, 1)
            buffer.put((number - 5) * FRAME, frame(number - 5))
        else:
            heard += pulled(buffer, 1)
    tail = [one for one in heard[-30:] if one is not None]
    assert tail == list(range(tail[0], tail[0] + len(tail)))
    assert len(tail) == 30


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=400)) | st.none(), max_size=300))
def test_whatever_comes_it_holds_little_and_gives_whole_frames(steps):
    buffer = JitterBuffer()
    for step in steps:
        if step is None:
            got = buffer.pull()
            assert got is None or len(got) == FRAME
        else:
            buffer.put(*step)
        assert len(buffer._packets) <= 201


# --- voice activity ---


def changes(activity, frames):
    return [(index, what) for index, one in enumerate(frames) if (what := activity.hear(one)[0]) in ("begins", "ends")]


def test_speech_begins_soon_and_ends_after_a_pause():
    frames = [QUIET] * 10 + [LOUD] * 10 + [QUIET] * 30 + [LOUD] * 5
    assert changes(VoiceActivity(), frames) == [(11, "begins"), (44, "ends"), (51, "begins")]


def test_one_loud_frame_is_no_speech():
    assert changes(VoiceActivity(), ([LOUD] + [QUIET] * 9) * 5) == []


def test_short_pauses_belong_to_speech_and_so_does_what_came_right_before_it():
    activity = VoiceActivity()
    heard = [activity.hear(one) for one in [QUIET] * 10 + ([LOUD] * 3 + [QUIET] * 20) * 3]
    assert [what for what, _ in heard if what] == ["begins"] + ["goes on"] * 67
    first = next(audio for what, audio in heard if what == "begins")
    assert first == QUIET * 4 + LOUD * 2


def test_a_speech_without_end_is_several():
    settings = VoiceSettings(longest_frames=50)
    assert changes(VoiceActivity(settings), [LOUD] * 110) == [
        (1, "begins"),
        (51, "ends"),
        (53, "begins"),
        (103, "ends"),
        (105, "begins"),
    ]


@pytest.mark.parametrize(("level", "speaks"), [(-45.0, True), (-10.0, False)])
def test_what_is_loud_enough_can_be_chosen(level, speaks):
    activity = VoiceActivity(VoiceSettings(level=level))
    for _ in range(5):
        activity.hear(LOUD)
    assert activity.speaking is speaks


def test_energy_of_silence_and_of_a_tone():
    assert energy(QUIET) == 0
    assert energy(LOUD) == pytest.approx(8000**2 / 2, rel=0.05)
    assert energy(b"") == 0
