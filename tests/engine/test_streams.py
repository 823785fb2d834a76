"""Streams: which samples go into which frame, where silence goes, and what a peer sends on to another peer."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from voxsim.engine.frames import ENCODINGS, Encoding
from voxsim.engine.media import Sound
from voxsim.engine.samples import OPUS_SILENCE, decode
from voxsim.engine.tones import Tones, tone
from voxsim.testing import SocketHandle, Vox

Write = Callable[[str], str]

URL = "wss://peer.example/"
OTHER = "wss://other.example/"

OPENED = f"""
call.answer()
socket = VoxEngine.create_web_socket("{URL}")
await socket.wait_for(WebSocketEvents.OPEN)
"""


class Numbered:
    """Voices whose pieces hold the number of 20 ms since the sound's beginning, and begin with who says what."""

    def __init__(self, *, steady: bool = False) -> None:
        self.steady = steady
        self.sounds: list[Sound] = []

    def samples(self, sound: Sound, encoding: Encoding, position: int, milliseconds: float) -> bytes:
        self.sounds.append(sound)
        return f"{sound.content} {position // 1000}".encode().ljust(320, b"\0")


def heard(frames: list[dict[str, Any]]) -> list[str]:
    """What `Numbered` put into the media frames; silence is empty."""
    pieces = [base64.b64decode(frame["media"]["payload"]) for frame in frames if frame["event"] == "media"]
    return [piece.rstrip(b"\0").decode() for piece in pieces]


def numbered(vox: Vox, *, steady: bool = False) -> Numbered:
    voices = Numbered(steady=steady)
    vox.world.switch.voices = voices
    return voices


# --- to the peer ---


@pytest.mark.parametrize("encoding", ["PCM8", "PCM16", "ULAW", "ALAW"])
async def test_speech_of_the_caller_arrives_as_exactly_these_bytes(encoding: str, vox: Vox, incoming: Write):
    service = vox.web.socket(URL)
    send = f"call.send_media_to(socket, encoding='{encoding}')"
    call = await vox.phone().dial(scenario=incoming(OPENED + send))
    await vox.advance(1)
    await call.say("hello", seconds=0.06)
    await vox.advance(1)
    pieces = [frame["media"]["payload"] for frame in service.peer.frames[1:]]
    assert [base64.b64decode(piece) for piece in pieces] == [tone(ENCODINGS[encoding], 20)] * 3


async def test_a_frame_is_the_json_that_it_looks_like(vox: Vox, incoming: Write):
    service = vox.web.socket(URL)
    tag = 'a "quoted" tag, é'
    call = await vox.phone().dial(scenario=incoming(OPENED + f"call.send_media_to(socket, tag={tag!r})"))
    await vox.advance(1)
    await call.say("hello", seconds=0.02)
    payload = base64.b64encode(tone(ENCODINGS["PCM8"], 20)).decode()
    media = {"tag": tag, "chunk": 0, "timestamp": 0, "payload": payload}
    assert json.loads(service.peer.texts[-1]) == {"event": "media", "sequenceNumber": 1, "media": media}


async def test_each_frame_goes_on_where_the_last_one_ended(vox: Vox, incoming: Write):
    numbered(vox)
    service = vox.web.socket(URL)
    call = await vox.phone().dial(scenario=incoming(OPENED + "call.send_media_to(socket)"))
    await vox.advance(1)
    await call.say("one", seconds=0.06)
    await vox.advance(1)
    await call.say("two", seconds=0.05)
    await vox.advance(1)
    assert heard(service.peer.frames) == ["one 0", "one 20", "one 40", "two 0", "two 20", "two 40"]


async def test_a_route_made_in_the_middle_of_a_sound_begins_there(vox: Vox, incoming: Write):
    numbered(vox)
    service = vox.web.socket(URL)
    call = await vox.phone().dial(scenario=incoming(OPENED + "set_timeout(lambda: call.send_media_to(socket), 1000)"))
    await vox.advance(0.95)
    await call.say("hello", seconds=0.2)
    await vox.advance(1)
    places = [int(text.removeprefix("hello ")) for text in heard(service.peer.frames)]
    assert len(places) > 2
    assert 0 < places[0] < 200
    assert [later - first for first, later in itertools.pairwise(places)] == [20] * (len(places) - 1)


async def test_a_paused_player_goes_on_where_it_was(vox: Vox, incoming: Write):
    numbered(vox)
    service = vox.web.socket(URL)
    play = """
player = VoxEngine.create_tts_player("hello", voice="en_US_Joanna")
player.send_media_to(socket)
set_timeout(player.pause, 60)
set_timeout(player.resume, 1000)
set_timeout(player.stop, 1040)
"""
    await vox.phone().dial(scenario=incoming(OPENED + play))
    await vox.advance(2)
    assert heard(service.peer.frames) == ["hello 0", "hello 20", "hello 40", "hello 60", "hello 80"]


@pytest.mark.parametrize(
    "play",
    [
        "player = VoxEngine.create_tts_player('hello', voice='Alice')",
        "player = VoxEngine.create_sequence_player(segments=[{'text': 'hello', 'parameters': {'voice': 'Alice'}}])",
    ],
)
async def test_voices_learn_whose_voice_was_asked_for(play: str, vox: Vox, incoming: Write):
    voices = numbered(vox)
    vox.web.socket(URL)
    await vox.phone().dial(scenario=incoming(f"{OPENED}\n{play}\nplayer.send_media_to(socket)"))
    await vox.advance(1)
    assert {sound.voice for sound in voices.sounds} == {"Alice"}


async def test_opus_is_packets_of_silence_with_a_warning(vox: Vox, incoming: Write):
    service = vox.web.socket(URL)
    send = "call.send_media_to(socket, encoding=WebSocketAudioEncoding.OPUS)"
    call = await vox.phone().dial(scenario=incoming(OPENED + send))
    await vox.advance(1)
    await call.say("hello", seconds=1)
    await vox.advance(1)
    await call.hang_up()
    begin, *pieces, end = service.peer.frames
    assert begin["start"]["mediaFormat"] == {"encoding": "OPUS", "sampleRate": 48000, "channels": 1}
    assert {piece["media"]["payload"] for piece in pieces} == {base64.b64encode(OPUS_SILENCE).decode()}
    assert [piece["media"]["timestamp"] for piece in pieces[:3]] == [0, 960, 1920]
    assert end["stop"]["mediaInfo"] == {"bytesSent": 150, "duration": 1}
    assert vox.session.warnings == ["sendMediaTo: voxsim has no Opus encoder; the peer gets packets of silence."]


# --- silence ---


async def test_with_steady_voices_a_connected_call_is_heard_all_the_time(vox: Vox, incoming: Write):
    numbered(vox, steady=True)
    service = vox.web.socket(URL)
    call = await vox.phone().dial(scenario=incoming(OPENED + "call.send_media_to(socket)"))
    await vox.advance(1.007)
    before = len(heard(service.peer.frames))
    await call.say("hello", seconds=0.06)
    await vox.advance(1)
    pieces = heard(service.peer.frames)[before:]
    assert [piece for piece in pieces if piece] == ["hello 0", "hello 20", "hello 40"]
    assert before > 40
    assert len(pieces) == 50
    await call.hang_up()
    stamps = [frame["media"]["timestamp"] for frame in service.peer.frames if frame["event"] == "media"]
    assert stamps == list(range(0, 160 * len(stamps), 160))
    count = len(stamps)
    await vox.advance(1)
    assert len(heard(service.peer.frames)) == count


async def test_steady_silence_begins_when_the_call_is_answered(vox: Vox, incoming: Write):
    numbered(vox, steady=True)
    service = vox.web.socket(URL)
    vox.phone("+15550100", answer=3)
    out = "other = VoxEngine.call_pstn('+15550100', '+15550001')\nother.send_media_to(socket)"
    await vox.phone().dial(scenario=incoming(OPENED + out))
    await vox.advance(2)
    assert heard(service.peer.frames) == []
    await vox.advance(2)
    assert len(heard(service.peer.frames)) > 30


async def test_a_player_is_not_heard_when_it_pauses(vox: Vox, incoming: Write):
    numbered(vox, steady=True)
    service = vox.web.socket(URL)
    play = "player = VoxEngine.create_tts_player('hello')\nplayer.send_media_to(socket)\nset_timeout(player.pause, 40)"
    await vox.phone().dial(scenario=incoming(OPENED + play))
    await vox.advance(2)
    assert heard(service.peer.frames) == ["hello 0", "hello 20"]


# --- from the peer ---


def start(tag: str | None = None, encoding: str = "PCM16", rate: int = 8000) -> dict[str, Any]:
    form = {"mediaFormat": {"encoding": encoding, "sampleRate": rate, "channels": 1}}
    return {"event": "start", "sequenceNumber": 0, "start": form if tag is None else {"tag": tag, **form}}


def media(audio: bytes, tag: str | None = None) -> dict[str, Any]:
    piece = {"payload": base64.b64encode(audio).decode()}
    return {"event": "media", "sequenceNumber": 1, "media": piece if tag is None else {"tag": tag, **piece}}


def block(number: int, milliseconds: int = 20) -> bytes:
    """PCM of one value, at 8 kHz."""
    return number.to_bytes(2, "little") * (8 * milliseconds)


async def relayed(vox: Vox, scenario: Write, options: str = "") -> tuple[SocketHandle, Any]:
    """A peer whose audio a scenario sends on to another peer."""
    service = vox.web.socket(OTHER)
    session = vox.start(
        scenario(f"""
VoxEngine.allow_web_socket_connections()
other = VoxEngine.create_web_socket("{OTHER}")

@VoxEngine.on(AppEvents.WebSocket)
def opened(event):
    global socket
    socket = event.websocket
    socket.send_media_to(other{options})
    socket.onmessage = lambda e: socket.clear_media_buffer()
""")
    )
    await vox.advance(1)
    socket = await session.websocket()
    await vox.settled()
    return socket, service


async def test_audio_of_one_peer_reaches_another_in_frames_of_20_ms(vox: Vox, scenario: Write):
    socket, service = await relayed(vox, scenario)
    socket.send_json(start())
    # Pieces of odd lengths, all at once: they play one after the other.
    socket.send_json(media(block(1, 30)))
    socket.send_json(media(block(2, 10)))
    socket.send_json(media(block(3, 25)))
    socket.send_json({"event": "stop", "stop": {}})
    await vox.advance(5)
    sent = [base64.b64decode(frame["media"]["payload"]) for frame in service.peer.frames[1:]]
    assert b"".join(sent) == block(1, 30) + block(2, 10) + block(3, 25) + block(0, 15)
    assert {len(piece) for piece in sent} == {320}


async def test_it_is_brought_into_the_encoding_that_was_asked_for(vox: Vox, scenario: Write):
    socket, service = await relayed(vox, scenario, ", encoding='PCM16'")
    socket.send_json(start(encoding="ULAW"))
    for _ in range(5):
        socket.send_json(media(tone(ENCODINGS["ULAW"], 20)))
    await vox.advance(1)
    sent = [
        decode(base64.b64decode(frame["media"]["payload"]), ENCODINGS["PCM16"]) for frame in service.peer.frames[1:]
    ]
    assert [len(piece) for piece in sent] == [320] * 5
    wanted = decode(tone(ENCODINGS["PCM16"], 20), ENCODINGS["PCM16"])
    assert all(abs(got - right) < 600 for piece in sent[:4] for got, right in zip(piece, wanted, strict=True))


async def test_a_tag_chooses_one_of_several_streams(vox: Vox, scenario: Write):
    socket, service = await relayed(vox, scenario, ", tag='b'")
    for number, tag in enumerate("ab", 1):
        socket.send_json(start(tag))
        socket.send_json(media(block(number), tag))
    await vox.advance(1)
    assert [base64.b64decode(frame["media"]["payload"]) for frame in service.peer.frames[1:]] == [block(2)]


async def test_what_is_cleared_is_not_heard(vox: Vox, scenario: Write):
    socket, service = await relayed(vox, scenario)
    socket.send_json(start())
    socket.send_json(media(block(1, 1000)))
    await vox.advance(0.05)
    await socket.send("be quiet")
    await vox.advance(1)
    socket.send_json(media(block(2)))
    await vox.advance(1)
    sent = [base64.b64decode(frame["media"]["payload"]) for frame in service.peer.frames[1:]]
    assert sent == [block(1)] * 3 + [block(2)]


async def test_a_piece_that_does_not_fit_is_cut_where_the_buffer_ends(vox: Vox, scenario: Write):
    socket, service = await relayed(vox, scenario)
    socket.send_json(start())
    socket.send_json(media(block(1, 9000)))
    socket.send_json(media(block(2, 3000)))
    await vox.advance(20)
    sent = b"".join(base64.b64decode(frame["media"]["payload"]) for frame in service.peer.frames[1:])
    assert sent == block(1, 9000) + block(2, 1000)
    told = [record.facts() for record in vox.session.timeline if record.name == "media received"]
    assert told == [{"tag": None, "ms": 10_000, "droppedMs": 2000}]


def test_the_default_voices_are_tones(vox: Vox):
    assert isinstance(vox.world.switch.voices, Tones)
