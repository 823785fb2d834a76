"""Real audio between the official Web SDK in a browser and scenarios: both directions, measured at both ends."""

import json

import httpx2
import pytest
import trio
from sdks import NEW, OLD
from sounding import LOUD, QUIET, SPY, channels_of, hears, hears_nothing, loudest

from voxsim.engine.ports import SilentFar
from voxsim.parties.mediaentry import MediaEntry
from voxsim.platform.platform import Caller

pytestmark = pytest.mark.trio

both = pytest.mark.parametrize("sdk", [OLD, NEW])

MEDIA = MediaEntry(speech_text="good morning")

HOTLINE = """
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    call = event.call
    call.handle_tones(True)
    call.handle_mic_status(True)
    asr = VoxEngine.create_asr(profile=ASRProfileList.Google.en_US)
    asr.add_event_listener(ASREvents.CaptureStarted, lambda event: Logger.write("somebody speaks"))
    asr.add_event_listener(ASREvents.Result, lambda result: Logger.write(f"said {result.text}"))
    call.add_event_listener(CallEvents.ToneReceived, lambda tone: Logger.write(f"tone {tone.tone}"))
    call.add_event_listener(CallEvents.MicStatusChange, lambda mic: Logger.write(f"mic {mic.active}"))
    call.add_event_listener(CallEvents.Connected, lambda event: connected(call, asr))
    call.add_event_listener(CallEvents.MessageReceived, lambda event: told(call, event.text))
    call.add_event_listener(CallEvents.RecordStopped, lambda event: Logger.write(event.url))
    call.answer()

def connected(call, asr):
    call.send_media_to(asr)
    call.start_playback("https://audio.example/music.wav", loop=True)

def told(call, text):
    match text.split():
        case ["stop"]:
            call.stop_playback()
        case ["record"]:
            call.record(stereo=True)
        case ["digits", digits]:
            call.send_digits(digits)
        case ["say", *words]:
            call.say(" ".join(words))
"""

EARLY = """
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.add_event_listener(CallEvents.MessageReceived, lambda event: call.answer())
    call.start_early_media()
    call.play_progress_tone("RU")
    call.add_event_listener(CallEvents.Connected, lambda event: connected(call))
    await sleep(6)
    call.answer()

def connected(call):
    call.handle_mic_status(True)
    call.add_event_listener(CallEvents.MicStatusChange, lambda mic: Logger.write(f"mic {mic.active}"))
    call.start_playback("https://audio.example/music.wav", loop=True)
"""

CALL_ALICE = """
@VoxEngine.on(AppEvents.Started)
def started(event):
    call = VoxEngine.call_user(username="alice", callerid="+15550100")
    call.handle_mic_status(True)
    call.add_event_listener(CallEvents.MicStatusChange, lambda mic: Logger.write(f"mic {mic.active}"))
    call.add_event_listener(CallEvents.Connected,
                            lambda event: call.start_playback("https://audio.example/music.wav", loop=True))
    call.add_event_listener(CallEvents.Disconnected, lambda event: Logger.write("over"))
"""

BRIDGE = """
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    out = VoxEngine.call_user(username=event.destination, callerid=event.callerid, display_name=event.display_name)
    VoxEngine.easy_process(event.call, out)
"""

DIRECT = """
VoxEngine.forward_call_to_user_direct()
"""

CONFERENCE = """
conference = None

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    global conference
    conference = conference or VoxEngine.create_conference()
    call = event.call
    call.answer()
    call.add_event_listener(CallEvents.Connected, lambda event: VoxEngine.send_media_between(call, conference))
    if event.destination == "100":
        for name in ("bob", "carol"):
            other = VoxEngine.call_user(username=name, callerid="room")
            other.add_event_listener(CallEvents.Connected, joined)

def joined(event):
    VoxEngine.send_media_between(event.call, conference)
"""


PEER = """(async () => {
  const microphone = await navigator.mediaDevices.getUserMedia({audio: true});
  const peer = window.peer = new RTCPeerConnection();
  peer.addTrack(microphone.getTracks()[0], microphone);
  const names = new Set();
  window.offered = async () => {
    await peer.setLocalDescription(await peer.createOffer());
    return peer.localDescription.sdp;
  };
  window.answered = (sdp) => peer.setRemoteDescription({type: "answer", sdp});
  window.asked = async (sdp) => {
    await peer.setRemoteDescription({type: "offer", sdp});
    await peer.setLocalDescription(await peer.createAnswer());
    return peer.localDescription.sdp;
  };
  window.restarted = async () => {
    for (const one of (await peer.getStats()).values()) {
      if (one.type === "transport" && one.iceState === "connected") names.add(one.iceLocalUsernameFragment);
    }
    return names.has(/a=ice-ufrag:(\\S+)/.exec(peer.localDescription.sdp)[1]) ? "iceRestarts" : "";
  };
})()"""


class Near(SilentFar):
    """A call of a client, without the client."""


@pytest.fixture
def fetched():
    """The file at a URL, as soon as it is there."""

    async def get(url):
        async with httpx2.AsyncClient() as client:
            response = await client.get(url)
        assert response.status_code == 200
        return response.content

    return get


@pytest.fixture
def talk(enter):
    """A page that is logged in, and tells what it hears."""

    async def begin(sdk, server, user):
        page = await enter(sdk, server, user)
        await page.run(SPY)
        return page

    return begin


async def dial(page, number="100"):
    await page.run(f"dial('{number}')")
    await page.run("until('call 0', 'Connected')")


async def answer(page):
    await page.run("until('client', 'IncomingCall')")
    await page.run("calls[0].answer()")
    await page.run("until('call 0', 'Connected')")


@both
async def test_websdk_audio_flows_both_ways(driver, serve, tls, users, talk, log, sdk):
    server = await serve(HOTLINE, tls=tls, media=MEDIA)
    page = await talk(sdk, server, *users("alice"))
    await dial(page)
    await hears(page, hertz=600)
    await log.until("somebody speaks")
    await page.run("calls[0].sendMessage('stop')")
    await hears_nothing(page)
    await page.run("calls[0].muteMicrophone()")
    await log.until("mic False")
    await log.until("said good morning")
    await page.run("calls[0].unmuteMicrophone()")
    await log.until("mic True")
    for key in "5#":
        await page.run(f"calls[0].sendTone('{key}')")
        await log.until(f"tone {key}")


@both
async def test_websdk_a_scenario_calls_a_browser_and_hears_it(driver, serve, tls, users, talk, log, begin, sdk):
    server = await serve(CALL_ALICE, tls=tls, media=MEDIA)
    page = await talk(sdk, server, *users("alice"))
    await begin(server)
    await answer(page)
    await hears(page, hertz=600)
    await log.until("mic True")
    await page.run("calls[0].muteMicrophone()")
    await log.until("mic False")
    await page.run("calls[0].hangup()")
    await log.until("over")


@both
async def test_websdk_a_record_has_both_sides(driver, serve, tls, users, talk, log, sdk, fetched):
    server = await serve(HOTLINE, tls=tls, media=MEDIA)
    page = await talk(sdk, server, *users("alice"))
    await dial(page)
    await page.run("calls[0].sendMessage('record')")
    await log.until("mic True")
    await page.run("calls[0].muteMicrophone()")
    await log.until("mic False")
    await trio.sleep(0.5)
    await page.run("calls[0].unmuteMicrophone()")
    await log.until("mic True")
    await page.run("calls[0].sendMessage('stop')")
    await trio.sleep(1)
    await page.run("calls[0].hangup()")
    (heard, said), rate = channels_of(await fetched(await log.until("http")))
    assert rate == 8000
    assert len(heard) == len(said) > 8000
    assert loudest(heard, rate) > LOUD
    assert loudest(said, rate) > LOUD
    assert loudest(heard[-4000:], rate) < QUIET, "the playback was stopped"


async def test_websdk_a_page_hears_speech_and_digits(driver, serve, tls, users, talk, log):
    server = await serve(HOTLINE, tls=tls, media=MEDIA)
    page = await talk(NEW, server, *users("alice"))
    await dial(page)
    await page.run("calls[0].sendMessage('stop')")
    await hears_nothing(page)
    await page.run("calls[0].sendMessage('say the quick brown fox jumps over the lazy dog')")
    await hears(page)
    await hears_nothing(page)
    await page.run("calls[0].sendMessage('digits 159')")
    await hears(page)


@pytest.mark.parametrize("scenario", [BRIDGE, DIRECT], ids=["bridge", "direct"])
async def test_websdk_two_browsers_hear_each_other(driver, serve, tls, users, talk, scenario):
    server = await serve(scenario, tls=tls, media=MEDIA)
    alice, bob = [await talk(sdk, server, user) for sdk, user in zip((NEW, OLD), users("alice", "bob"), strict=True)]
    await alice.run("dial('bob')")
    await answer(bob)
    await alice.run("until('call 0', 'Connected')")
    await hears(alice)
    await hears(bob)
    await bob.run("calls[0].muteMicrophone()")
    await hears_nothing(alice)
    await hears(bob)
    await alice.run("calls[0].muteMicrophone()")
    await hears_nothing(bob)


async def test_websdk_a_conference_lets_all_hear_all_others(driver, serve, tls, users, talk):
    server = await serve(CONFERENCE, tls=tls, media=MEDIA)
    alice, bob, carol = [await talk(NEW, server, user) for user in users("alice", "bob", "carol")]
    await alice.run("dial('100')")
    await answer(bob)
    await answer(carol)
    await alice.run("until('call 0', 'Connected')")
    for page in (alice, bob, carol):
        await hears(page)
    await alice.run("calls[0].muteMicrophone()")
    await bob.run("calls[0].muteMicrophone()")
    await hears_nothing(carol)
    await hears(alice)
    await hears(bob)


async def test_websdk_hold_stops_the_sound_and_unhold_brings_it_back(driver, serve, tls, users, talk, log):
    server = await serve(HOTLINE, tls=tls, media=MEDIA)
    page = await talk(NEW, server, *users("alice"))
    await dial(page)
    await hears(page, hertz=600)
    await page.run("calls[0].setActive(false).then(() => 0)")
    await hears_nothing(page)
    await page.run("calls[0].setActive(true).then(() => 0)")
    await hears(page, hertz=600)


async def test_websdk_a_reinvite_crosses_a_bridge_and_the_sound_goes_on(driver, serve, tls, users, talk):
    server = await serve(BRIDGE, tls=tls, media=MEDIA)
    alice, bob = [await talk(NEW, server, user) for user in users("alice", "bob")]
    await alice.run("dial('bob')")
    await answer(bob)
    await hears(alice)
    await hears(bob)
    await alice.run("settle(calls[0].sendVideo(true)).then(() => 0)")
    await alice.run("until('call 0', 'Updated')")
    await bob.run("calls[0].muteMicrophone()")
    await hears_nothing(alice)
    await bob.run("calls[0].unmuteMicrophone()")
    await hears(alice)
    await hears(bob)


@both
async def test_websdk_early_media_is_heard_before_the_answer(driver, serve, tls, users, talk, log, sdk):
    server = await serve(EARLY, tls=tls, media=MEDIA)
    page = await talk(sdk, server, *users("alice"))
    await page.run("dial('100')")
    await hears(page, hertz=425)
    assert "Connected" not in await page.run("names('call 0')")
    await page.run("until('call 0', 'Connected')")
    await hears(page, hertz=600)
    await log.until("mic True")


async def test_websdk_any_peer_connection_is_reported_to_and_may_restart_ice(driver, serve, tls, browser, pages, world):
    server = await serve(HOTLINE, tls=tls, media=MEDIA)
    page = await browser.page(f"{pages}/page/{NEW}")
    await page.run(SPY)
    await page.run(PEER)
    call = Near()

    def dial(offer):
        call.link = server.gateway.media.open(call)
        call.leg = world.platform.incoming("100", Caller(kind="user", number="alice"), call)
        return call.link.answer(offer)

    await page.run(f"answered({json.dumps(await server.door.call(dial, await page.run('offered()')))})")
    await hears(page, hertz=600)
    before = call.link.peer.address
    again = await server.door.call(call.link.renewed, await page.run("peer.restartIce(), offered()"))
    await page.run(f"answered({json.dumps(again)})")
    with trio.fail_after(20):
        while "iceRestarts" not in await page.run("restarted()"):
            await trio.sleep(0.1)
    await hears(page, hertz=600)
    # The platform may ask anew, too: what is there goes on.
    theirs = await page.run(f"asked({json.dumps(await server.door.call(call.link.offer))})")
    await server.door.call(call.link.accepted, theirs)
    await hears(page, hertz=600)
    assert before is not None
    with trio.fail_after(20):
        while (found := await page.run("statistics()")).get("remote-inbound-rtp", {}).get("roundTripTime") is None:
            await trio.sleep(0.2)
    assert found["remote-inbound-rtp"]["packetsLost"] == 0
    assert found["inbound-rtp"]["packetsLost"] == 0
    await server.door.call(call.link.close)
    await page.close()
