"""The bot behind a WebSocket: media in both directions, its texts, its failures, and the monitors that read along."""

import base64
import json
from collections import Counter

import pytest

from voxsim.testing import CallHandle, SocketHandle, Vox

STREAM = "scenarios/stream.py"
BOT = "wss://bot.example/talk"
CALLER = "+12025550199"

ONE_SECOND_OF_SILENCE = base64.b64encode(b"\xff" * 8000).decode()  # ULAW, 8000 samples a second


@pytest.fixture
async def call(vox: Vox) -> CallHandle:
    """A call that has been answered and is connected to the bot."""
    vox.web.socket(BOT)
    handle = await vox.phone(CALLER).dial("100", scenario=STREAM)
    await handle.answered()
    await vox.advance(0.1)  # the socket to the bot opens
    return handle


def speaks(bot: SocketHandle, seconds: int) -> None:
    """Let the bot send so many seconds of audio, faster than they play, as real ones do."""
    media_format = {"encoding": "ULAW", "sampleRate": 8000, "channels": 1}
    bot.send_json({"event": "start", "sequenceNumber": 0, "start": {"tag": "bot", "mediaFormat": media_format}})
    for chunk in range(seconds):
        media = {"tag": "bot", "chunk": chunk, "timestamp": 8000 * chunk, "payload": ONE_SECOND_OF_SILENCE}
        bot.send_json({"event": "media", "sequenceNumber": chunk + 1, "media": media})


async def test_voice_of_the_caller_reaches_the_bot_in_frames_of_20_ms(vox: Vox, call: CallHandle) -> None:
    bot = vox.socket(BOT)
    call.say("I would like to book a table.", seconds=2)
    await vox.advance(3)
    await call.hang_up()
    await vox.finished()
    assert Counter(frame["event"] for frame in bot.frames) == {"start": 1, "media": 100, "stop": 1}
    start, first = bot.frames[:2]
    assert start["start"]["tag"] == "caller"
    assert start["start"]["mediaFormat"] == {"encoding": "ULAW", "sampleRate": 8000, "channels": 1}
    assert json.loads(start["start"]["customParameters"]) == {"callerid": CALLER.removeprefix("+")}
    assert len(base64.b64decode(first["media"]["payload"])) == 160
    assert bot.frames[-1]["stop"]["mediaInfo"] == {"bytesSent": 16000, "duration": 2}


async def test_voice_of_the_bot_reaches_the_caller(vox: Vox, call: CallHandle) -> None:
    speaks(vox.socket(BOT), seconds=3)
    await call.heard("stream bot")
    await vox.advance(5)
    ended = [event for event in vox.session.events if event.name == "WebSocket.MediaEventEnded"]
    assert [event.facts()["mediaInfo"] for event in ended] == [{"duration": 3}]
    await call.hang_up()
    await vox.finished()


async def test_bot_can_cut_its_own_voice(vox: Vox, call: CallHandle) -> None:
    bot = vox.socket(BOT)
    speaks(bot, seconds=8)
    await call.heard("stream bot")
    await vox.advance(1)
    await bot.send_json({"customEvent": "interrupt"})
    assert call.received[-1].what == "silence"
    await call.hang_up()
    await vox.finished()


async def test_bot_can_end_the_call(vox: Vox, call: CallHandle) -> None:
    bot = vox.socket(BOT)
    bot.send_json({"customEvent": "hangup"})
    await call.ended()
    await vox.finished()
    assert bot.close_code == 1000


@pytest.mark.parametrize("text", ["hello", "[]", '{"customEvent": "dance"}', '{"customEvent": "said"}'])
async def test_what_the_bot_says_in_other_words_is_only_logged(vox: Vox, call: CallHandle, text: str) -> None:
    vox.socket(BOT).send(text)
    line = await vox.logged("not understood")
    assert line.endswith(text)
    assert call.state == "CONNECTED"
    await call.hang_up()
    await vox.finished()


async def test_caller_hears_an_apology_when_the_bot_cannot_be_reached(vox: Vox) -> None:
    vox.web.socket(BOT).refuse()
    call = await vox.phone(CALLER).dial("100", scenario=STREAM)
    await call.heard("not available")
    await call.ended()
    session = await vox.finished()
    assert session.finish_reason == "Normal termination"


async def test_caller_hears_an_apology_when_the_bot_goes_away(vox: Vox, call: CallHandle) -> None:
    vox.socket(BOT).close(1011, "restart")
    await call.heard("not available")
    await call.ended()
    await vox.finished()


async def test_bot_is_left_when_the_caller_hangs_up(vox: Vox, call: CallHandle) -> None:
    bot = vox.socket(BOT)
    await call.hang_up()
    await vox.finished()
    assert bot.close_code == 1000
    assert bot.frames[-1]["event"] == "stop"


async def test_monitor_reads_what_happens(vox: Vox, call: CallHandle) -> None:
    monitor = await vox.session.websocket()
    assert await monitor.message() == f"watching the call of {CALLER.removeprefix('+')}"
    vox.socket(BOT).send_json({"customEvent": "said", "payload": "How can I help?"})
    await monitor.message("bot: How can I help?")
    await vox.advance(7)
    await call.hang_up()
    await monitor.message("the call is over after 8 s")
    await vox.finished()
    assert monitor.close_code == 1000


async def test_monitor_that_leaves_gets_no_more(vox: Vox, call: CallHandle) -> None:
    leaving, staying = await vox.session.websocket(), await vox.session.websocket()
    await leaving.message("watching")
    await leaving.close()
    vox.socket(BOT).send_json({"customEvent": "said", "payload": "Still there?"})
    await staying.message("Still there?")
    assert len(leaving.peer.texts) == 1
    await call.hang_up()
    await vox.finished()


async def test_a_call_can_have_four_monitors_and_no_more(vox: Vox, call: CallHandle) -> None:
    for _ in range(4):
        await vox.session.websocket()
    with pytest.raises(ConnectionRefusedError, match="4 are allowed"):
        await vox.session.websocket()
    await call.hang_up()
    session = await vox.finished()
    assert "Application.OnNewWebSocketFailed" in [event.name for event in session.events]


async def test_nobody_can_watch_before_the_call_comes(vox: Vox) -> None:
    vox.start(STREAM)
    with pytest.raises(ConnectionRefusedError, match="not allowed"):
        await vox.session.websocket()
    await vox.finished()


async def test_events_of_a_call_with_the_bot(vox: Vox, call: CallHandle) -> None:
    bot = vox.socket(BOT)
    speaks(bot, seconds=1)
    await vox.advance(1)
    bot.send_json({"customEvent": "said", "payload": "Hello."})
    await vox.advance(5)
    await call.hang_up()
    session = await vox.finished()
    assert [event.name for event in session.events] == [
        "Application.Started",
        "Application.CallAlerting",
        "Call.FirstAudioPacketReceived",
        "Call.Connected",
        "WebSocket.Created",
        "Call.AudioQualityDetected",
        "WebSocket.Open",
        "WebSocket.MediaEventStarted",
        "WebSocket.Message",
        "WebSocket.MediaEventEnded",
        "Call.Disconnected",
        "Application.Terminating",
        "Application.Terminated",
    ]
