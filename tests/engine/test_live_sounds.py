"""Live sounds: what a real microphone hears has no length until it is over, and its samples come bit by bit."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.engine.frames import ENCODINGS
from voxsim.engine.hearing import Hearing
from voxsim.engine.live import Live
from voxsim.engine.media import RIGHT, Sound
from voxsim.engine.samples import silence
from voxsim.testing import Vox
from voxsim.testing.calls import CallHandle

Write = Callable[[str], str]

ULAW = ENCODINGS["ULAW"]


class Microphone:
    """The real microphone of one call: 20 ms of it are all of the same byte."""

    def __init__(self, vox: Vox, call: CallHandle) -> None:
        self.live = Live(ULAW)
        self.leg = call.line.leg
        self.switch = vox.world.switch

    def begin(self, text: str = "hello there") -> None:
        self.live = Live(ULAW)
        self.leg.far_says(Sound("speech", text, self.switch.now, None, self.leg.id, live=self.live))

    def grow(self, *values: int) -> None:
        for value in values:
            self.live.append(bytes([value]) * 160)

    def end(self) -> None:
        self.leg.far_hushes()


@pytest.fixture
def dial(vox: Vox, incoming: Write) -> Any:
    async def call(body: str) -> tuple[CallHandle, Microphone]:
        handle = await vox.phone().dial("100", scenario=incoming(body))
        await handle.answered()
        return handle, Microphone(vox, handle)

    return call


def calls(vox: Vox) -> list[Any]:
    """The calls of the only session."""
    (session,) = vox.world.switch.sessions.values()
    return list(session.calls.values())


def logged(vox: Vox) -> list[str]:
    return [record.name for record in vox.session.timeline if record.kind == "log"]


async def test_recognition_gives_its_text_when_it_is_over(vox: Vox, dial):
    _, microphone = await dial("""
        asr = VoxEngine.create_asr(profile=ASRProfileList.Google.en_US, interim_results=True)
        for kind in (ASREvents.CaptureStarted, ASREvents.SpeechCaptured, ASREvents.Result, ASREvents.InterimResult):
            asr.add_event_listener(kind, lambda e: Logger.write(f"{e.name} {getattr(e, 'text', '')}".strip()))
        call.answer()
        call.send_media_to(asr)
    """)
    await vox.advance(1)
    microphone.begin()
    await vox.advance(3)
    assert logged(vox) == ["ASR.CaptureStarted"]
    microphone.end()
    await vox.advance(1)
    assert logged(vox) == ["ASR.CaptureStarted", "ASR.SpeechCaptured", "ASR.Result hello there"]
    microphone.begin("good bye")
    microphone.end()
    await vox.advance(1)
    assert logged(vox)[-1] == "ASR.Result good bye"


async def test_the_microphones_status_follows_it(vox: Vox, dial):
    _, microphone = await dial("""
        call.handle_mic_status(True)
        call.add_event_listener(CallEvents.MicStatusChange, lambda e: Logger.write(str(e.active)))
        call.answer()
    """)
    for _ in range(2):
        microphone.begin()
        await vox.advance(2)
        microphone.end()
        await vox.advance(1)
    assert logged(vox) == ["True", "False", "True", "False"]


async def test_it_is_on_a_record_with_its_samples(vox: Vox, dial):
    call, microphone = await dial("call.record(stereo=True)\ncall.answer()")
    await vox.advance(1)
    microphone.begin()
    microphone.grow(1, 2, 3)
    await vox.advance(0.06)
    microphone.end()
    await call.hang_up()
    (recording,) = vox.recordings.made
    (piece,) = recording.pieces
    assert (piece.channel, piece.position, piece.length) == (RIGHT, 0, 60_000)
    assert piece.sound.live is microphone.live


async def test_the_timeline_remembers_no_audio(vox: Vox, dial):
    _, microphone = await dial("call.answer()\ncall.send_media_to(call)")
    microphone.begin()
    microphone.end()
    await vox.advance(1)
    sounds = [record.data for record in vox.session.timeline if isinstance(record.data, Sound)]
    assert sounds
    assert all(sound.live is None for sound in sounds)


async def test_two_calls_hear_each_other_and_no_other(vox: Vox, scenario: Write):
    file = scenario("""
        calls = []
        @VoxEngine.on(AppEvents.CallAlerting)
        def alerting(event):
            event.call.answer()
            event.call.add_event_listener(CallEvents.Connected, lambda e: out(e.call))
        def out(call):
            other = VoxEngine.call_pstn("+15550100", "+15550199")
            other.add_event_listener(CallEvents.Connected, lambda e: VoxEngine.send_media_between(call, e.call))
    """)
    vox.phone("+15550100", answer=1)
    call = await vox.phone().dial("100", scenario=file)
    await call.answered()
    await vox.advance(2)
    microphone = Microphone(vox, call)
    here, there = calls(vox)
    hearing, own = Hearing(there, ULAW), Hearing(here, ULAW)
    assert hearing.next(20) is None
    microphone.begin()
    microphone.grow(1, 2, 3)
    assert [hearing.next(20)[0] for _ in range(4)] == [1, 2, 3, 0xFF]
    assert own.next(20) is None
    microphone.end()
    assert hearing.next(20) is None


async def test_a_conference_mixes_all_others(vox: Vox, scenario: Write):
    file = scenario("""
        conference = VoxEngine.create_conference()
        @VoxEngine.on(AppEvents.CallAlerting)
        def alerting(event):
            event.call.answer()
            event.call.add_event_listener(CallEvents.Connected, lambda e: out(e.call))
        def out(call):
            VoxEngine.send_media_between(call, conference)
            for number in ("+15550101", "+15550102"):
                other = VoxEngine.call_pstn(number, "+15550199")
                other.add_event_listener(CallEvents.Connected, joined)
        def joined(event):
            VoxEngine.send_media_between(event.call, conference)
    """)
    two, three = vox.phone("+15550101", answer=1), vox.phone("+15550102", answer=1)
    call = await vox.phone().dial("100", scenario=file)
    await call.answered()
    await vox.advance(2)
    microphones = [Microphone(vox, one) for one in (call, *two.calls, *three.calls)]
    hearings = [Hearing(unit, ULAW) for unit in calls(vox)]
    for microphone, value in zip(microphones, (0xA0, 0xB0, 0xFF), strict=True):
        microphone.begin()
        microphone.grow(value)
    heard = [hearing.next(20)[0] for hearing in hearings]
    assert heard[0] == 0xB0, "the first hears the second, and the silence of the third"
    assert heard[1] == 0xA0
    assert heard[2] < 0xA0, "the third hears both, louder than each"
    microphones[0].end()
    assert hearings[2].next(20) is not None
    microphones[1].end()
    microphones[2].end()
    assert [hearing.next(20) for hearing in hearings] == [None] * 3


async def test_it_goes_to_a_web_socket_as_samples(vox: Vox, dial):
    service = vox.web.socket("wss://peer.example/")
    _, microphone = await dial("""
        call.answer()
        await call.wait_for(CallEvents.Connected)
        socket = VoxEngine.create_web_socket("wss://peer.example/")
        await socket.wait_for(WebSocketEvents.OPEN)
        call.send_media_to(socket, encoding=WebSocketAudioEncoding.ULAW)
    """)
    await vox.advance(1)
    microphone.begin()
    microphone.grow(1, 2, 3)
    await vox.advance(0.06)
    microphone.end()
    await vox.advance(1)
    media = [frame["media"] for frame in service.peer.frames if frame["event"] == "media"]
    assert [base64.b64decode(one["payload"])[0] for one in media[:3]] == [1, 2, 3]
    assert len(media) <= 4


# --- its samples ---


@given(st.binary(max_size=1000), st.integers(-100, 200_000), st.sampled_from([5, 10, 20]))
def test_a_piece_is_what_has_come_and_silence(audio: bytes, position: int, milliseconds: int):
    live = Live(ULAW)
    live.append(audio)
    piece = live.samples(ULAW, position, milliseconds)
    assert len(piece) == 8 * milliseconds
    if position >= 0:
        begin = ULAW.samples_of(position)
        there = audio[begin : begin + len(piece)]
        assert piece == there + silence(ULAW, len(piece) - len(there))
    assert live.length == len(audio) * 125


@pytest.mark.parametrize("name", ["PCM8", "PCM16", "ALAW"])
def test_pieces_of_other_encodings_are_as_long(name: str):
    live, encoding = Live(ULAW), ENCODINGS[name]
    live.append(bytes(range(256)) * 3)
    pieces = [live.samples(encoding, position, 20) for position in range(0, 200_000, 20_000)]
    assert {encoding.samples_in(piece) for piece in pieces} == {encoding.samples_of(20_000)}
    assert pieces[-1] == silence(encoding, encoding.samples_of(20_000))
    assert live.samples(ENCODINGS["OPUS"], 0, 20) == silence(ENCODINGS["OPUS"], 960)
