"""StreamingAgent: what is sent to it is published, one track at a time, until either side has enough."""

import pytest

from voxsim.testing import Vox

SCENARIO = """
from voxsim import *
require(Modules.StreamingAgent)

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.add_event_listener(CallEvents.MessageReceived, lambda e: {on_message})
    call.answer()
    await call.wait_for(CallEvents.Connected)
    agent = VoxEngine.create_streaming_agent({made})
    for kind in StreamingAgentEvents:
        agent.add_event_listener(kind, tell)
    call.send_media_to(agent)

def tell(event):
    fields = ("reason", "stream_name", "track_id")
    told = [str(getattr(event, field)) for field in fields if hasattr(event, field)]
    Logger.write(" ".join([event.name.removeprefix("StreamingAgent."), *told]))
"""

URL = "rtmp://video.example/live"
MADE = "{'protocol': 'RTMP', 'url': 'rtmp://video.example/live', 'streamName': 'key'}"
BEGINNING = ["Stream.AudioStarted 0", "Stream.AudioSwitched New stream 0"]
UP = [f"Connected {URL}", f"Stream.Started {URL} key"]


@pytest.fixture
def streaming(vox: Vox, tmp_path):
    """A caller whose call is published."""

    async def dial(on_message="agent.stop()", made=MADE):
        file = tmp_path / "publish.py"
        file.write_text(SCENARIO.format(on_message=on_message, made=made))
        call = await vox.phone().dial("100", scenario=str(file))
        await vox.advance(1)
        return call

    return dial


async def test_what_the_caller_says_is_published(vox: Vox, streaming):
    call = await streaming()
    call.say("hello world")
    await vox.advance(2)
    call.send_message("enough")
    await vox.advance(1)
    assert vox.session.log == [*BEGINNING, *UP, "Stream.Stopped Stopped key", "Disconnected Stopped"]
    server = vox.rtmp(URL)
    assert (server.streams, server.heard, server.endings) == (["key"], ["hello world"], ["Stopped"])


async def test_the_newest_track_is_published_until_another_is_set(vox: Vox, streaming):
    make = "VoxEngine.create_tts_player('the player speaks', {}).send_media_to(agent)"
    call = await streaming(
        f"({make} if e.text == 'add' else agent.set_active_track({{'audioTrack': 0}}), "
        "Logger.write(str([agent.active_audio_track(), agent.active_video_track(), agent.audio_tracks()])))"
    )
    await call.send_message("add")
    await vox.logged("AudioSwitched New stream 1")
    await call.send_message("back")
    await vox.logged("AudioSwitched Set stream 0")
    call.say("me again")
    await vox.advance(3)
    assert vox.rtmp(URL).heard == ["the player speaks", "me again"]
    assert "[0, -1, [{'kind': 'audio', 'trackId': '0'}, {'kind': 'audio', 'trackId': '1'}]]" in vox.session.log


async def test_a_track_that_ends_leaves_its_place_to_the_newest_one_left(vox: Vox, streaming):
    call = await streaming(
        "(player := VoxEngine.create_tts_player('the player speaks'), player.send_media_to(agent), "
        "set_timeout(player.stop, 300))"
    )
    await call.send_message("add")
    await vox.advance(2)
    assert [line for line in vox.session.log if "Switched" in line] == [
        "Stream.AudioSwitched New stream 0",
        "Stream.AudioSwitched New stream 1",
        "Stream.AudioSwitched New stream 0",
    ]


async def test_the_backup_is_tried_when_the_first_server_takes_nothing(vox: Vox, streaming):
    vox.rtmp(URL).refuses()
    await streaming(made=MADE[:-1] + ", 'backupUrl': 'rtmp://backup.example/live'}")
    assert vox.session.log[-1] == "Stream.Started rtmp://backup.example/live key"


async def test_a_refused_connection(vox: Vox, streaming):
    vox.rtmp(URL).refuses("No such stream")
    await streaming()
    assert vox.session.log == [*BEGINNING, "ConnectionFailed No such stream"]


async def test_a_lost_connection_and_a_complaint(vox: Vox, streaming):
    await streaming()
    vox.rtmp(URL).complains("Bitrate too low")
    vox.rtmp(URL).drops()
    await vox.advance(1)
    assert vox.session.log == [
        *BEGINNING,
        *UP,
        "Error Bitrate too low",
        "Stream.Error Connection lost key",
        "Disconnected Connection lost",
    ]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ("{'protocol': 'SRT', 'url': 'rtmp://x'}", "the only protocol is 'RTMP'"),
        ("{'protocol': 'RTMP'}", "begins with 'rtmp://'"),
        ("{'url': 'http://x'}", "begins with 'rtmp://'"),
        ("{'url': 'rtmp://x', 'keyframeInterval': 1}", "at least 2 s"),
    ],
)
async def test_wrong_parameters_are_told(vox: Vox, tmp_path, made, words):
    file = tmp_path / "wrong.py"
    file.write_text(f"from voxsim import *\nVoxEngine.create_streaming_agent({made})\n")
    vox.start(str(file))
    assert words in (await vox.failed()).message


async def test_an_unknown_track_is_told(vox: Vox, streaming):
    call = await streaming("agent.set_active_track({'audioTrack': 7})")
    call.send_message("x")
    assert "there is no audio track 7; there are [0]" in (await vox.failed()).message
