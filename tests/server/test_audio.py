"""The server's voices: speech by espeak-ng, or by a program in its place, files, and what is heard meanwhile."""

import base64
import io
import itertools
import json
import math
import shutil
import sys
import wave
from array import array

import attrs
import pytest
import trio
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Request, TextMessage

from voxsim.engine.frames import ENCODINGS
from voxsim.engine.media import Sound
from voxsim.engine.ports import Audio
from voxsim.engine.samples import OPUS_SILENCE, decode, silence
from voxsim.engine.tones import Tones
from voxsim.server.audio import PROGRAM, Speech
from voxsim.server.door import Door

pytestmark = pytest.mark.trio

PCM8, PCM16, ULAW = ENCODINGS["PCM8"], ENCODINGS["PCM16"], ENCODINGS["ULAW"]

real = pytest.mark.skipif(shutil.which(PROGRAM) is None, reason="espeak-ng is not installed: apt-get install espeak-ng")

SPEAKER = """#!{python}
# Says a text as a sawtooth of 8000 Hz: so many hundredths of a second as it has letters, less when it is to be fast.
import struct, sys
arguments, text = sys.argv[1:], sys.stdin.buffer.read().decode()
with open({log!r}, "a") as log:
    print(*arguments, "|", text, file=log)
if any(argument.startswith("xx") for argument in arguments):
    sys.exit(1)
count = len(text) * 80 * 175 // int(arguments[arguments.index("-s") + 1])
samples = struct.pack(f"<{{count}}h", *(n % 1000 for n in range(1, count + 1)))
form = struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
endless = struct.pack("<I", 2**31 - 37)
sys.stdout.buffer.write(b"RIFF" + endless + b"WAVEfmt " + form + b"data" + endless + samples)
"""


@pytest.fixture
def log(tmp_path):
    """What the stand-in was called with, a line each."""
    return tmp_path / "speaker.log"


@pytest.fixture
def speaker(tmp_path, log):
    """A stand-in for espeak-ng, which does not know the language xx."""
    log.touch()
    program = tmp_path / "speaker"
    program.write_text(SPEAKER.format(python=sys.executable, log=str(log)))
    program.chmod(0o755)
    return str(program)


@pytest.fixture
def voices(world, driver, nursery):
    """`voices(program)` are a server's."""
    return lambda program=None: Speech(Door(driver), nursery, world.switch.sounds, program)


async def rendered(voices, sound, encoding=PCM8, position=0):
    """The first piece of a sound, as soon as it is more than silence; and how long it took in pieces of 20 ms."""
    quiet = silence(encoding, encoding.samples_of(20_000))
    with trio.fail_after(30):
        while (piece := voices.samples(sound, encoding, position, 20)) == quiet:
            await trio.sleep(0.001)
            position += 20_000
    return piece, position


def speech(text, length=10_000_000, voice=None):
    return Sound("speech", text, 0, length, "call", voice)


def whole(voices, sound, encoding=PCM8, start=0, pieces=100):
    return b"".join(voices.samples(sound, encoding, start + number * 20_000, 20) for number in range(pieces))


def wav(samples, rate=8000, channels=1, width=2):
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((channels, width, rate, 0, "NONE", ""))
        writer.writeframes(samples)
    return file.getvalue()


# --- speech ---


async def test_silence_then_speech_from_its_beginning_then_silence(voices, speaker):
    speaking, sound = voices(speaker), speech("x" * 10)
    first, at = await rendered(speaking, sound)
    assert at > 0
    samples = decode(first + whole(speaking, sound, start=at + 20_000, pieces=9), PCM8)
    assert list(samples[:790]) == [n % 1000 for n in range(1, 791)]
    assert not any(samples[800:])


async def test_what_was_said_once_is_there_at_once(voices, speaker, log):
    speaking = voices(speaker)
    first, _ = await rendered(speaking, speech("hello"))
    assert speaking.samples(speech("hello"), PCM8, 0, 20) == first
    assert len(log.read_text().splitlines()) == 1


async def test_a_second_listener_hears_it_with_the_first(voices, speaker):
    speaking, sound = voices(speaker), speech("x" * 10)
    first, at = await rendered(speaking, sound)
    assert speaking.samples(sound, PCM8, at, 20) == first


@pytest.mark.parametrize(("encoding", "size"), [("PCM8", 320), ("PCM16", 640), ("ULAW", 160), ("ALAW", 160)])
async def test_a_piece_has_20_ms_of_each_encoding(encoding, size, voices, speaker):
    piece, _ = await rendered(voices(speaker), speech("x" * 100), ENCODINGS[encoding])
    assert len(piece) == size


async def test_what_would_take_too_long_is_said_faster(voices, speaker, log):
    speaking, sound = voices(speaker), speech("x" * 200, length=1_000_000)
    first, at = await rendered(speaking, sound)
    audio = decode(first + whole(speaking, sound, start=at + 20_000), PCM8).tobytes().rstrip(b"\0")
    assert 0.85 < len(audio) / 16000 <= 0.93
    assert len(log.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "voice", "languages"),
    [
        ("hello", None, ["en-us"]),
        ("Привет", None, ["ru"]),
        ("hello", "VoiceList.Amazon.en_GB_Amy", ["en-gb"]),
        ("hello", "VoiceList.Google.pt_BR_Neural2_A", ["pt-br"]),
        ("hello", "Amy", ["en-us"]),
        ("hello", "VoiceList.Some.xx_XX_Nobody", ["xx-xx", "xx", "en-us"]),
    ],
)
async def test_the_language_is_the_voices_or_the_texts(text, voice, languages, voices, speaker, log):
    await rendered(voices(speaker), speech(text * 10, voice=voice))
    called = [line.partition("-v ")[2].partition(" ")[0] for line in log.read_text().splitlines()]
    assert called == languages


async def test_tags_are_not_said_but_ssml_is_understood(voices, speaker, log):
    speaking = voices(speaker)
    await rendered(speaking, speech("<b>hello</b> you"))
    await rendered(speaking, speech("<speak>hello</speak>"))
    plain, marked = log.read_text().splitlines()
    assert plain.endswith("|  hello  you")
    assert marked.endswith("-m | <speak>hello</speak>")


@pytest.mark.parametrize("program", [None, "/nowhere/espeak-ng"])
async def test_without_a_program_texts_are_tones(program, voices):
    assert voices(program).samples(speech("hello"), PCM8, 0, 20) == Tones().samples(speech("hello"), PCM8, 0, 20)


async def test_a_program_that_fails_leaves_a_tone(voices, tmp_path):
    program = tmp_path / "fails"
    program.write_text("#!/bin/sh\necho no sound\n")
    program.chmod(0o755)
    piece, _ = await rendered(voices(str(program)), speech("hello"))
    assert piece == Tones().samples(speech("hello"), PCM8, 0, 20)


async def test_opus_is_silence(voices, speaker):
    assert voices(speaker).samples(speech("hello"), ENCODINGS["OPUS"], 0, 20) == OPUS_SILENCE


@real
async def test_espeak_ng_speaks(voices):
    speaking, sound = voices(PROGRAM), speech("Please press one, or stay on the line.", 3_000_000)
    first, at = await rendered(speaking, sound, PCM16)
    samples = decode(first + whole(speaking, sound, PCM16, at + 20_000, 150), PCM16)
    loud = sum(abs(sample) > 500 for sample in samples) / 16000
    assert 0.5 < loud < 3
    assert max(samples) > 5000
    assert not any(samples[int(2.95 * 16000) :])


# --- files ---


def known(world, tmp_path, content):
    file = tmp_path / "sound.wav"
    file.write_bytes(content)
    world.switch.sounds.files["https://x.example/a.wav"] = Audio(1, path=str(file))
    return Sound("audio", "https://x.example/a.wav", 0, 1_000_000, "player")


async def test_a_file_on_this_machine_is_heard_as_what_it_is(voices, world, tmp_path):
    samples = array("h", range(1, 4001))
    playing, sound = voices(), known(world, tmp_path, wav(samples.tobytes()))
    first, at = await rendered(playing, sound)
    assert decode(first + whole(playing, sound, start=at + 20_000, pieces=24), PCM8) == samples


async def test_a_file_that_is_looped_begins_anew(voices, world, tmp_path):
    samples = array("h", range(1, 201))
    sound = known(world, tmp_path, wav(samples.tobytes()))
    playing, looped = voices(), Sound(sound.kind, sound.content, 0, None, "player")
    first, at = await rendered(playing, looped)
    got = decode(first + whole(playing, looped, start=at + 20_000, pieces=4), PCM8)
    assert got == samples * 4


@pytest.mark.parametrize(
    ("channels", "width", "data"),
    [
        pytest.param(1, 1, bytes([192] * 8000), id="8-bit"),
        pytest.param(2, 2, array("h", [16000, 16768] * 8000).tobytes(), id="stereo"),
        pytest.param(2, 1, bytes([160, 224] * 8000), id="8-bit-stereo"),
    ],
)
async def test_kinds_of_files(channels, width, data, voices, world, tmp_path):
    piece, _ = await rendered(voices(), known(world, tmp_path, wav(data, 8000, channels, width)))
    assert set(decode(piece, PCM8)) == {16384}


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000])
async def test_a_file_of_any_rate_keeps_its_pitch(rate, voices, world, tmp_path):
    samples = array("h", [int(10_000 * math.sin(2 * math.pi * 400 * (n + 1) / rate)) for n in range(rate)])
    playing, sound = voices(), known(world, tmp_path, wav(samples.tobytes(), rate))
    first, at = await rendered(playing, sound)
    got = decode(first + whole(playing, sound, start=at + 20_000, pieces=24), PCM8)
    crossings = sum(a < 0 <= b for a, b in itertools.pairwise(got))
    assert abs(crossings - 200) <= 1


@pytest.mark.parametrize("content", [b"", b"no wave", wav(bytes(24000), width=3), wav(b"")[:30]])
async def test_what_is_no_file_to_play_is_a_tone(content, voices, world, tmp_path):
    playing, sound = voices(), known(world, tmp_path, content)
    piece, _ = await rendered(playing, sound)
    assert piece == Tones().samples(sound, PCM8, 0, 20)


async def test_files_that_are_not_here_are_a_tone_at_once(voices):
    sound = Sound("audio", "https://x.example/b.mp3", 0, None, "player")
    assert voices().samples(sound, PCM8, 0, 20) == Tones().samples(sound, PCM8, 0, 20)


async def test_what_was_not_used_for_long_is_dropped(voices, speaker, log, monkeypatch):
    monkeypatch.setattr("voxsim.server.audio._KEPT_BYTES", 40_000)
    speaking = voices(speaker)
    for text in ("a" * 100, "b" * 100, "c" * 100, "a" * 100):
        await rendered(speaking, speech(text))
    assert [line[-1] for line in log.read_text().splitlines()] == ["a", "b", "c", "a"]


# --- through a server ---


async def test_a_peer_hears_a_text_in_chunks_of_20_ms(serve, begin, driver, speaker, monkeypatch):
    monkeypatch.setattr("voxsim.server.server.Speech", lambda *args: Speech(*args, speaker))
    server = await serve("""
VoxEngine.allow_web_socket_connections()

@VoxEngine.on(AppEvents.WebSocket)
def opened(event):
    player = VoxEngine.create_tts_player("x" * 20)
    player.send_media_to(event.websocket, encoding=WebSocketAudioEncoding.PCM16, tag="bot")
""")
    session = await begin(server)
    host, port = server.url.removeprefix("http://").split(":")
    path = session.access_url.removeprefix(server.url)
    frames = []
    async with await trio.open_tcp_stream(host, int(port)) as stream:
        ws = WSConnection(ConnectionType.CLIENT)
        await stream.send_all(ws.send(Request(host=f"{host}:{port}", target=path)))
        with trio.fail_after(30):
            while not frames or frames[-1]["event"] != "stop":
                ws.receive_data(await stream.receive_some())
                for event in ws.events():
                    assert isinstance(event, AcceptConnection | TextMessage)
                    if isinstance(event, TextMessage):
                        frames.append(json.loads(event.data))
    begun, *pieces, stopped = frames
    assert begun["start"]["mediaFormat"] == {"encoding": "PCM16", "sampleRate": 16000, "channels": 1}
    audio = [base64.b64decode(piece["media"]["payload"]) for piece in pieces]
    assert {len(piece) for piece in audio} == {640}
    assert [piece["media"]["timestamp"] for piece in pieces] == list(range(0, 320 * len(pieces), 320))
    assert stopped["stop"]["mediaInfo"]["bytesSent"] == 640 * len(pieces)
    samples = decode(b"".join(audio).lstrip(b"\0"), PCM16)
    assert [samples[n] for n in (0, 10, 500)] == [1, 6, 251]


# --- whole sounds, for recordings ---


async def test_a_whole_sound_is_waited_for_and_begins_at_its_beginning(voices, speaker):
    speaking, sound = voices(speaker), speech("x" * 10)
    await rendered(speaking, sound)
    again = speech("x" * 10)
    assert list(decode(await speaking.whole(again, PCM8, 0, 10_000), PCM8)) == list(range(1, 81))
    assert list(decode(await speaking.whole(again, PCM8, 10_000, 10_000), PCM8)) == list(range(81, 161))


async def test_whole_sounds_are_rendered_once_for_all_who_wait(voices, speaker, log):
    speaking, wholes = voices(speaker), []

    async def one():
        wholes.append(await speaking.whole(speech("x" * 10), PCM8, 0, 200_000))

    async with trio.open_nursery() as several:
        for _ in range(3):
            several.start_soon(one)
    assert len({bytes(audio) for audio in wholes}) == 1
    assert len(wholes[0]) == 3200
    assert len(log.read_text().splitlines()) == 1


async def test_a_whole_sound_that_repeats_for_long(voices, world, tmp_path):
    sound = known(world, tmp_path, wav(array("h", range(1, 81)).tobytes()))
    repeated = await voices().whole(attrs.evolve(sound, length=None), PCM8, 5_000, 60_000_000)
    samples = decode(repeated, PCM8)
    assert len(samples) == 480_000
    assert list(samples[:42]) == [*range(41, 81), 1, 2]
    assert list(samples[-41:]) == [80, *range(1, 41)]


async def test_a_whole_tone_is_the_same_as_its_pieces(voices):
    sound = Sound("tone", "425@-10;3(1/1/1)", 0, 3_000_000, "player")
    audio = await voices().whole(sound, PCM8, 0, 1_500_000)
    assert audio == b"".join(Tones().samples(sound, PCM8, n * 20_000, 20) for n in range(75))
