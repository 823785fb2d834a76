"""The media plane's socket: many calls over one port, what strangers send to it, and what is left when calls end."""

import base64
import json
import os
import random
import socket
import sys
from itertools import pairwise

import pytest
import trio
from browserlike import KEYS, Browser
from websockets.trio.client import connect

from voxsim.engine.frames import ENCODINGS
from voxsim.engine.ports import SilentFar
from voxsim.engine.tones import FILE_HZ, tone
from voxsim.parties.mediaentry import MediaEntry
from voxsim.platform.platform import Caller
from voxsim.protocols.media import rtp, stun
from voxsim.protocols.media.peer import PeerState
from voxsim.server.media import Media
from voxsim.vocabulary.errors import ConfigurationError

pytestmark = pytest.mark.trio

LOUD = tone(ENCODINGS["ULAW"], 20)
MUSIC = tone(ENCODINGS["ULAW"], 20, FILE_HZ)

PLAYS = """
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    call = event.call
    call.handle_tones(True)
    call.handle_mic_status(True)
    call.add_event_listener(CallEvents.MicStatusChange, lambda mic: Logger.write(f"mic {mic.active}"))
    call.add_event_listener(CallEvents.ToneReceived, lambda tone: Logger.write(f"tone {tone.tone}"))
    call.add_event_listener(CallEvents.RtpStopped, lambda event: Logger.write("rtp stopped"))
    call.add_event_listener(CallEvents.RtpResumed, lambda event: Logger.write("rtp resumed"))
    call.add_event_listener(CallEvents.Connected,
                            lambda event: call.start_playback("https://audio.example/music.wav", loop=True))
    call.answer()
"""


AGENT = """
caller = None
VoxEngine.allow_web_socket_connections()

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    global caller
    caller = event.call
    caller.answer()

@VoxEngine.on(AppEvents.WebSocket)
def opened(event):
    {mixer}
    caller.send_media_to(event.websocket, encoding=WebSocketAudioEncoding.ULAW)
"""
DIRECTLY = AGENT.format(mixer="event.websocket.send_media_to(caller)")
MIXED = AGENT.format(
    mixer="room = VoxEngine.create_conference(); event.websocket.send_media_to(room); room.send_media_to(caller)"
)


class SdkCall(SilentFar):
    """A call of a client, without the client."""


class Phone:
    """A browser's end of a call, with a socket of its own. It stands between that browser and the plane's socket."""

    def __init__(self, plane, link, answer):
        self.link = link
        self.udp = trio.socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._plane = (plane.host, plane.port)
        self._inbox = []
        self._answer = answer

    async def connect(self):
        await self.udp.bind(("127.0.0.1", 0))
        self.browser = Browser(self, self._inbox, self.udp.getsockname())
        self.browser.understand(self._answer(self.browser.describe()))
        self.browser.check()
        with trio.fail_after(10):
            while self.browser.sending is None or self.link.peer.state is not PeerState.OPEN:
                await self._listen()

    def receive(self, datagram, address, clock):
        """What the browser sends."""
        self.udp._sock.sendto(datagram, self._plane)

    async def hear(self, count):
        """So many packets of audio, from now on."""
        del self.browser.heard[:]
        with trio.fail_after(10):
            while len(self.browser.heard) < count:
                await self._listen()
        return self.browser.heard

    async def say(self, payload, frames):
        """Send frames at the pace of speech."""
        for _ in range(frames):
            self.browser.say(payload)
            await trio.sleep(0.02)

    async def _listen(self):
        datagram, _ = await self.udp.recvfrom(2048)
        self._inbox.append((datagram, self.browser.address))
        self.browser.settle()


@pytest.fixture
async def server(request, driver, serve, tls):
    return await serve(getattr(request, "param", PLAYS), tls=tls, media=MediaEntry(speech_text="hello"))


@pytest.fixture
def call(server, world):
    """Call the scenario, with audio; gives the phone."""
    phones = []

    async def begin():
        plane, near = server.gateway.media, SdkCall()

        def dial():
            near.link = plane.open(near)
            near.leg = world.platform.incoming("100", Caller(kind="user", number="alice"), near)

        await server.door.call(dial)
        phone = Phone(plane, near.link, near.link.answer)
        phones.append(phone)
        await phone.connect()
        phone.leg = near.leg
        return phone

    yield begin
    for phone in phones:
        phone.udp.close()


async def test_calls_share_a_port_and_hear_their_own(driver, server, call):
    phones = [await call() for _ in range(5)]
    for phone in phones:
        heard = await phone.hear(30)
        assert [packet.payload for packet in heard[-10:]] == [MUSIC] * 10
        numbers = [packet.sequence for packet in heard]
        assert all((after - before) & 0xFFFF == 1 for before, after in pairwise(numbers))
    assert len({phone.browser.heard[0].ssrc for phone in phones}) == 5


async def test_speech_and_digits_reach_the_scenario(driver, call, log):
    phone = await call()
    await phone.hear(10)
    await phone.say(LOUD, 10)
    await log.until("mic True")
    await log.until("mic False")
    for piece in rtp.key_events("7", 800):
        phone.browser.send(phone.browser.packet(piece.encode(), kind=KEYS, timestamp=5000))
    await log.until("tone 7")


@pytest.mark.parametrize("server", [DIRECTLY, MIXED], indirect=True, ids=["directly", "mixed"])
async def test_a_voice_agent_behind_a_web_socket_hears_and_is_heard(driver, server, call):
    phone = await call()
    url = phone.leg.session.access_url.replace("http", "ws", 1)
    words = bytes(range(1, 161))
    begin = {"event": "start", "start": {"mediaFormat": {"encoding": "ULAW", "sampleRate": 8000}}}
    media = {"event": "media", "media": {"payload": base64.b64encode(words * 10).decode()}}
    async with connect(url, max_queue=None) as agent:
        await agent.send(json.dumps(begin))
        await agent.send(json.dumps(media))
        heard = [packet.payload for packet in await phone.hear(40)]
        # The clocks of engine and sound differ by a piece or two, so the end may be cut.
        assert words * 8 in b"".join(heard)
        await phone.say(LOUD, 20)
        with trio.fail_after(10):
            while True:
                frame = json.loads(await agent.recv())
                if frame["event"] == "media" and base64.b64decode(frame["media"]["payload"]) == LOUD:
                    break


async def test_packets_that_cease_are_noticed(driver, world, call, log):
    world.switch.timing = type(world.switch.timing)(rtp_stopped=100)
    phone = await call()
    await phone.hear(10)
    await phone.say(LOUD, 3)
    await log.until("rtp stopped")
    await phone.say(LOUD, 3)
    await log.until("rtp resumed")


async def test_when_calls_end_nothing_is_left_of_them(driver, server, call):
    plane = server.gateway.media
    phones = [await call() for _ in range(3)]
    for phone in phones:
        await server.door.call(phone.leg.far_ends)
        await server.door.call(phone.link.close)
        assert phone.link.peer.state is PeerState.CLOSED
    assert not plane._links
    assert not plane._addresses
    before = [phone.link.peer.sender.packets for phone in phones]
    await trio.sleep(0.1)
    assert [phone.link.peer.sender.packets for phone in phones] == before
    assert [packet.payload for packet in await (await call()).hear(10)][-1] == MUSIC


async def test_a_flood_of_nonsense_harms_nobody(driver, server, call):
    plane = server.gateway.media
    phone = await call()
    await phone.hear(10)
    chance = random.Random(7)  # noqa: S311 - any nonsense will do
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.setblocking(False)
    name = phone.browser.theirs.ufrag
    request = stun.Message(stun.BINDING_REQUEST, os.urandom(12), ((stun.USERNAME, f"{name}:x".encode()),))
    kinds = (request.encode("guess"), request.encode(), b"\x16\xfe\xfd", b"\x80\x00", b"\x80\xc8", b"")
    for _ in range(3000):
        begin = chance.choice(kinds)
        try:
            stranger.sendto(begin + chance.randbytes(chance.randrange(200)), (plane.host, plane.port))
        except BlockingIOError:
            await trio.sleep(0.01)
    stranger.close()
    heard = await phone.hear(20)
    assert [packet.payload for packet in heard] == [MUSIC] * 20
    assert set(plane._addresses) == {phone.browser.address}


async def test_a_call_whose_media_breaks_harms_no_other(driver, server, call, monkeypatch, capsys):
    broken, whole = await call(), await call()
    await whole.hear(5)

    def explode(*_):
        raise RuntimeError("a mistake")

    monkeypatch.setattr(broken.link.peer, "tick", explode)
    heard = await whole.hear(20)
    assert [packet.payload for packet in heard] == [MUSIC] * 20
    assert "media of a call failed, RuntimeError: a mistake" in capsys.readouterr().err


async def test_an_address_that_cannot_be_had_is_said(driver, serve, tls):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        async with trio.open_nursery() as nursery:
            with pytest.raises(ConfigurationError, match=rf"UDP port {port}: Address already in use.*\[media\]"):
                await Media(None, MediaEntry(port=port)).listen(nursery)


async def test_without_the_extra_calls_have_no_sound_and_it_is_said(driver, serve, tls, monkeypatch):
    monkeypatch.setitem(sys.modules, "voxsim.server.media", None)
    server = await serve(PLAYS, tls=tls, media=MediaEntry())
    assert server.muted == "for it: pip install 'voxsim[media]'"
    assert type(server.gateway.media).__name__ == "SignallingOnly"
