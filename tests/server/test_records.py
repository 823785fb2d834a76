"""Records over loopback: a call is recorded, its file is downloaded, and what is in it is measured."""

import io
import itertools
import wave
from array import array
from random import SystemRandom
from urllib.parse import urlsplit

import httpx2
import pytest
import trio

from voxsim.driver import Pace
from voxsim.parties.behaviour import Behaviour
from voxsim.parties.party import Party
from voxsim.parties.world import World
from voxsim.platform.history import call_history
from voxsim.platform.storage import Memory
from voxsim.server.server import Address, Server

pytestmark = pytest.mark.trio

TONE = "425@-10;1(*/0/1)"

SCENARIO = """
require(Modules.Recorder)

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
    call.record({options})
    await call.wait_for(CallEvents.RecordStarted)
    await sleep(1)
    {sound}
    await call.wait_for(CallEvents.RecordStopped)
    VoxEngine.terminate()
"""

SAYS = 'call.say("Welcome to the test of the records, please speak after the tone")'
SOUNDS = f'VoxEngine.create_tone_script_player("{TONE}").send_media_to(call)'


@pytest.fixture
def world():
    """Ten times as fast as the clock, for calls take their seconds."""
    return World(
        random=SystemRandom(),
        epoch=1_800_000_000,
        pace=Pace.parse("x10"),
        until=None,
        stranger=Behaviour(),
        loose_records=100,
    )


@pytest.fixture
def recorded(serve, world):
    """Let a caller be recorded by a scenario, to the end of the session; returns the server and the session."""

    async def call(options="stereo=True", sound=SOUNDS, behaviour="hangup:6", text=SCENARIO):
        server = await serve(text.format(options=options, sound=sound))
        caller = Party(kind="pstn", address="+15550001", behaviour=Behaviour.of(behaviour))
        line = await server.door.call(world.call_in, caller, "100")
        session = line.leg.call.session
        await session.ended
        return server, session

    return call


async def fetched(url, method="GET", **headers):
    async with httpx2.AsyncClient(timeout=30) as client:
        return await client.request(
            method, url, headers={key.replace("_", "-"): value for key, value in headers.items()}
        )


def url_of(session, kind="record_url"):
    (row,) = call_history(session)["records"]
    return row[kind]


def opened(content):
    """The sides of a WAV file, as floats of seconds to energy, and its length in seconds."""
    with wave.open(io.BytesIO(content)) as file:
        count, rate, channels = file.getnframes(), file.getframerate(), file.getnchannels()
        samples = array("h", file.readframes(count))
    return [samples[n::channels] for n in range(channels)], rate


def energy(side, rate, start, end):
    """The mean square of what is between two seconds."""
    part = side[int(start * rate) : int(end * rate)]
    return sum(sample * sample for sample in part) / len(part)


def facts(session, name):
    return next(one for one in session.timeline if (one.kind, one.name) == ("recording", name))


# --- the file ---


async def test_a_stereo_record_has_each_side_at_its_time(recorded, driver):
    _, session = await recorded(behaviour="say:good morning@3,hangup:6")
    response = await fetched(url_of(session))
    assert (response.status_code, response.headers["content-type"]) == (200, "audio/wav")
    (left, right), rate = opened(response.content)
    assert rate == 8000
    began, ended = facts(session, "started").t, facts(session, "stopped").t
    assert abs(len(left) / rate - (ended - began) / 1e6) < 0.02
    assert len(response.content) == facts(session, "stopped").facts()["bytes"]
    tone = next(one for one in session.timeline if (one.kind, one.name) == ("media", "heard"))
    spoken = next(one for one in session.timeline if (one.kind, one.name) == ("leg", "speaks"))
    at, said = ((one.t - began) / 1e6 for one in (tone, spoken))
    assert energy(left, rate, 0, at - 0.02) == 0
    assert energy(left, rate, at + 0.02, at + 0.98) > 1000**2
    assert energy(left, rate, at + 1.02, len(left) / rate) == 0
    length = spoken.facts()["ms"] / 1000
    assert energy(right, rate, 0, said - 0.02) == 0
    assert energy(right, rate, said, said + length) > 100**2
    assert energy(right, rate, said + length + 0.02, len(right) / rate) == 0


async def test_speech_is_in_a_mono_record(recorded, driver):
    _, session = await recorded("hd_audio=True", SAYS)
    (side,), rate = opened((await fetched(url_of(session))).content)
    assert rate == 16000
    heard = next(one for one in session.timeline if (one.kind, one.name) == ("media", "heard"))
    at = (heard.t - facts(session, "started").t) / 1e6
    assert energy(side, rate, 0, at - 0.02) == 0
    assert energy(side, rate, at, at + heard.facts()["ms"] / 1000) > 300**2


async def test_what_a_peer_of_a_websocket_sends_is_in_the_record(recorded, driver, world):
    socket = """VoxEngine.create_web_socket("wss://bot.example/")
    await socket.wait_for(WebSocketEvents.OPEN)
    socket.send_media_to(call)""".replace("VoxEngine", "socket = VoxEngine", 1)
    service = world.web.socket("wss://bot.example/")
    frames = ['{"event": "start", "start": {"tag": "t", "mediaFormat": {"encoding": "ULAW", "sampleRate": 8000}}}']
    loud = "AIAAgACA" * 40  # half of the samples as loud as mu-law can be
    frames += [f'{{"event": "media", "media": {{"tag": "t", "payload": "{loud}"}}}}'] * 25
    service.greet(*frames)
    _, session = await recorded("stereo=True", socket)
    (left, _), rate = opened((await fetched(url_of(session))).content)
    loudness = [energy(left, rate, n / 50, (n + 1) / 50) > 1000**2 for n in range(len(left) * 50 // rate - 1)]
    seconds = sum(loudness) / 50
    assert 0.7 < seconds <= 0.8
    assert [key for key, _ in itertools.groupby(loudness)] == [False, True, False]


@pytest.mark.parametrize(("options", "ending"), [("", ".mp3"), ("lossless=True", ".flac"), ("video=True", ".mp4")])
async def test_whatever_its_name_says_it_is_a_wav_file(options, ending, recorded, driver):
    _, session = await recorded(options, behaviour="hangup:2")
    response = await fetched(url_of(session))
    assert urlsplit(url_of(session)).path.endswith(ending)
    assert response.headers["content-type"] == "audio/wav"
    assert response.content[:4] == b"RIFF"


async def test_a_recorder_s_file(recorded, driver):
    text = """
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    require(Modules.Recorder)
    event.call.answer()
    await event.call.wait_for(CallEvents.Connected)
    recorder = VoxEngine.create_recorder({options})
    player = VoxEngine.create_tone_script_player("{sound}")
    player.send_media_to(recorder)
    event.call.send_media_to(recorder)
    await sleep(2)
    recorder.stop()
    await recorder.wait_for(RecorderEvents.Stopped)
    VoxEngine.terminate()
"""
    _, session = await recorded("name='all'", TONE, text=text)
    (side,), rate = opened((await fetched(url_of(session))).content)
    assert energy(side, rate, 0, 0.9) > 1000**2
    assert energy(side, rate, 1.1, len(side) / rate) == 0


async def test_the_transcript(recorded, driver):
    options = 'transcribe=True, language="en-US", stereo=True, labels=["Us", "Them"]'
    _, session = await recorded(options, 'call.say("welcome")', "say:good morning@3,hangup:6")
    response = await fetched(url_of(session, "transcription_url"))
    assert response.headers["content-type"].startswith("text/plain")
    assert [line.partition(" ")[0] + line.rpartition(":")[2] for line in response.text.splitlines()] == [
        "Us welcome",
        "Them good morning",
    ]


# --- asking for it ---


async def test_a_name_under_which_it_is_saved(recorded, driver):
    _, session = await recorded('content_disposition_filename="Gespräch 1.wav"', behaviour="hangup:2")
    response = await fetched(url_of(session))
    assert response.headers["content-disposition"] == "attachment; filename*=UTF-8''Gespr%C3%A4ch%201.wav"


@pytest.mark.parametrize(
    ("wanted", "status", "first", "last"),
    [
        ("bytes=0-3", 206, 0, 3),
        ("bytes=40-", 206, 40, None),
        ("bytes=4-99999999", 206, 4, None),
        ("bytes=99999999-", 416, None, None),
        ("bytes=5-4", 416, None, None),
        ("lines=1-2", 200, 0, None),
    ],
)
async def test_a_part_of_it(wanted, status, first, last, recorded, driver):
    _, session = await recorded(behaviour="hangup:2")
    whole = (await fetched(url_of(session))).content
    response = await fetched(url_of(session), range=wanted)
    assert response.status_code == status
    if first is not None:
        assert response.content == whole[first : None if last is None else last + 1]


async def test_head_tells_its_size(recorded, driver):
    _, session = await recorded(behaviour="hangup:2")
    response = await fetched(url_of(session), "HEAD")
    assert int(response.headers["content-length"]) == facts(session, "stopped").facts()["bytes"]
    assert (await fetched(url_of(session), "POST")).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "",
        "2027/01/15",
        "../voxsim.sqlite3",
        "%2e%2e/%2e%2e/etc/passwd",
        "2027/01/15/../15/{name}",
        "2027/01/15/{stem}.wav",
        "2027/01/15/{stem}.txt",
        "2027//01/15/{name}",
        "/etc/passwd",
    ],
)
async def test_no_other_path_gives_anything(path, recorded, driver, connect):
    server, session = await recorded(behaviour="hangup:2")
    name = urlsplit(url_of(session)).path.rpartition("/")[2]
    path = path.format(name=name, stem=name.partition(".")[0])
    async with await trio.open_tcp_stream("127.0.0.1", int(server.url.rpartition(":")[2])) as stream:
        await stream.send_all(f"GET /records/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert (await stream.receive_some(12)) == b"HTTP/1.1 404"


async def test_another_host_name_gets_nothing(recorded, driver):
    _, session = await recorded(behaviour="hangup:2")
    assert (await fetched(url_of(session), host="evil.example")).status_code == 421


async def test_a_secure_record_needs_what_the_management_api_needs(recorded, driver, world):
    world.platform.account.api_key = "s3cret"
    _, session = await recorded("secure=True", behaviour="hangup:2")
    url = url_of(session)
    refused = await fetched(url)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert (await fetched(f"{url}&account_id=1&api_key=wrong")).status_code == 401
    assert (await fetched(url, authorization="Bearer nonsense")).status_code == 401
    assert (await fetched(f"{url}&account_id=1&api_key=s3cret")).status_code == 200


async def test_a_service_account_gets_a_secure_record(recorded, driver):
    class Keys:
        def verify(self, token, now):
            return {"signed": 1}.get(token, 0)

    server, session = await recorded("secure=True", behaviour="hangup:2")
    server.keys = Keys()
    assert (await fetched(url_of(session), authorization="Bearer signed")).status_code == 200


# --- how long it is kept ---


async def test_it_is_thrown_away_when_it_has_expired(serve, recorded, driver, world):
    server, session = await recorded("expire=RecordExpireTime.ONEYEAR", behaviour="hangup:2")
    url = url_of(session)
    world.switch.epoch += 364 * 24 * 3600
    assert (await fetched(url)).status_code == 200
    world.switch.epoch += 2 * 24 * 3600
    assert (await fetched(url)).status_code == 404
    (folder,) = {server.shelf._folder}
    assert len(list(folder.rglob("*.wav"))) == 1
    await server.shelf.open()
    assert list(folder.rglob("*.wav")) == []


async def test_it_outlives_its_server(world, driver, tmp_path):
    file = tmp_path / "scenario.py"
    file.write_text("from voxsim import *\n" + SCENARIO.format(options="secure=False", sound=SOUNDS))
    world.add_rule(file)
    storage = Memory()
    contents = []
    for run in range(2):
        server = Server(world, storage, folder=tmp_path / "records")
        async with trio.open_nursery() as nursery:
            ready = trio.Event()
            nursery.start_soon(server.run, Address(port=0, secure_port=None), ready.set)
            await ready.wait()
            if run == 0:
                caller = Party(kind="pstn", address="+15550001", behaviour=Behaviour.of("hangup:2"))
                line = await server.door.call(world.call_in, caller, "100")
                session = line.leg.call.session
                await session.ended
            url = server.url + url_of(session).partition("/records/")[1] + url_of(session).partition("/records/")[2]
            contents.append((await fetched(url)).content)
            server.stop()
    assert contents[0] == contents[1]
    (kept,) = (tmp_path / "records").rglob("*.wav")
    assert kept.stat().st_mode & 0o777 == 0o600
