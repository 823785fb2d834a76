"""Call.record: the order of its events to the instant, what is on the record, and the record in the call history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voxsim.engine.media import LEFT, RIGHT
from voxsim.engine.switch import EPOCH
from voxsim.platform.history import call_history
from voxsim.testing import Vox
from voxsim.timeline import render_log

Write = Callable[[str], str]

UP = "call.answer()\nawait call.wait_for(CallEvents.Connected)\n"


def told(session: Any, *, undelivered: bool = False) -> list[tuple[float, str]]:
    """The events of a call's end and of its records: the second, and the name."""
    kind = "undelivered" if undelivered else "event"
    wanted = ("Call.Record", "Call.Disconnected", "Call.Failed", "Call.Connected", "Call.Video", "Application.T")
    return [
        (round(record.seconds, 3), record.name.partition(".")[2])
        for record in session.timeline
        if record.kind == kind and record.name.startswith(wanted)
    ]


def payload(session: Any, name: str) -> dict[str, Any]:
    """The payload of the only event of this name."""
    (record,) = (record for record in session.events if record.name == name)
    return record.facts()


def on_tape(vox: Vox, number: int = 0) -> list[tuple[str, float, float, str]]:
    """What is on a record: the side, the seconds from and to, and the content."""
    sides = {LEFT: "left", RIGHT: "right"}
    return [
        (sides[piece.channel], piece.at / 1e6, (piece.at + piece.length) / 1e6, piece.sound.content)
        for piece in vox.recordings.made[number].pieces
    ]


# --- the order of events ---


async def test_a_record_stops_after_disconnected(vox: Vox, incoming: Write):
    call = await vox.phone().dial(scenario=incoming(f"{UP}call.record()"))
    await call.answered()
    await vox.advance(10)
    await call.hang_up()
    await vox.finished()
    assert told(vox.session)[:4] == [
        (0.02, "Connected"),
        (0.039, "RecordStarted"),
        (10.02, "Disconnected"),
        (10.035, "RecordStopped"),
    ]


async def test_the_payloads(vox: Vox, incoming: Write):
    await vox.phone(hangup=104.83).dial(scenario=incoming(f"{UP}call.record()"))
    await vox.finished()
    started, stopped = (payload(vox.session, f"Call.Record{name}") for name in ("Started", "Stopped"))
    assert started["url"].startswith("http://127.0.0.1:12092/records/2026/01/01/")
    assert started["url"].endswith(f".mp3?record_id={vox.world.sessions[-1].number}0001")
    assert stopped == {**started, "cost": "0", "duration": 104, "reason": "Stopped by user"}
    assert payload(vox.session, "Call.Disconnected")["duration"] == 105


async def test_a_scenario_that_ends_with_the_call_gets_no_record_stopped(vox: Vox, incoming: Write):
    text = f"{UP}call.record()\ncall.add_event_listener(CallEvents.Disconnected, VoxEngine.terminate)"
    await vox.phone(hangup=5).dial(scenario=incoming(text))
    await vox.finished()
    assert told(vox.session)[2:] == [(5.02, "Disconnected"), (5.02, "Terminating"), (5.02, "Terminated")]
    assert told(vox.session, undelivered=True) == [(5.02, "RecordStopped")]
    assert vox.recordings.made[0].length == 4_981_000


async def test_a_record_ends_when_the_session_is_terminated(vox: Vox, incoming: Write):
    await vox.phone().dial(scenario=incoming(f"{UP}call.record()\nawait sleep(3)\nVoxEngine.terminate()"))
    await vox.finished()
    assert told(vox.session, undelivered=True) == [(3.02, "RecordStopped"), (3.02, "Disconnected")]
    assert vox.recordings.made[0].length == 2_981_000


async def test_a_session_that_ends_before_a_record_begins_tells_nothing_of_it(vox: Vox, incoming: Write):
    await vox.phone().dial(scenario=incoming(f"{UP}call.record()\nVoxEngine.terminate()"))
    await vox.finished()
    assert told(vox.session, undelivered=True) == [(0.02, "Disconnected")]
    assert vox.recordings.made == []


async def test_record_stopped_can_be_awaited_before_and_after_the_end(vox: Vox, incoming: Write):
    text = f"""{UP}
call.record()
Logger.write(str((await call.wait_for(CallEvents.RecordStopped)).duration))
Logger.write((await call.wait_for(CallEvents.RecordStopped)).cost)
try:
    await call.wait_for(CallEvents.RecordError)
except CallEnded as error:
    Logger.write(str(error))
"""
    await vox.phone(hangup=5).dial(scenario=incoming(text))
    await vox.finished()
    assert vox.session.log == ["4", "0", "The call has ended: 16 Normal call clearing."]


async def test_who_waits_for_something_else_is_told_of_the_end_at_once(vox: Vox, incoming: Write):
    text = f"""{UP}
call.record()
try:
    await call.wait_for(CallEvents.ToneReceived)
except CallEnded:
    Logger.write("it has ended")
"""
    await vox.phone(hangup=5).dial(scenario=incoming(text))
    await vox.finished()
    assert [record.seconds for record in vox.session.timeline if record.kind == "log"] == [5.02]


# --- when there is no media yet ---


async def test_a_record_asked_for_before_the_answer_begins_with_the_call(vox: Vox, incoming: Write):
    await vox.phone(hangup=5).dial(scenario=incoming("call.record()\nawait sleep(2)\ncall.answer()"))
    await vox.finished()
    assert told(vox.session)[:2] == [(2.02, "Connected"), (2.039, "RecordStarted")]


async def test_a_record_of_early_media_begins_at_once(vox: Vox, incoming: Write):
    text = "call.record()\nawait sleep(1)\ncall.start_early_media()\nawait sleep(1)\ncall.answer()"
    await vox.phone(hangup=5).dial(scenario=incoming(text))
    await vox.finished()
    assert told(vox.session)[:2] == [(1.019, "RecordStarted"), (2.02, "Connected")]


async def test_an_outgoing_call_is_recorded_from_its_early_media_on(vox: Vox, started: Write):
    vox.phone("+15550100", early=1, answer=3, hangup=5)
    vox.start(started('call = VoxEngine.call_pstn("+15550100", "1")\ncall.record()'))
    await vox.finished()
    assert [name for _, name in told(vox.session)][:4] == [
        "RecordStarted",
        "Connected",
        "Disconnected",
        "RecordStopped",
    ]


async def test_a_call_that_never_had_media_gives_an_error(vox: Vox, started: Write):
    vox.phone("+15550100", busy=2)
    vox.start(started('call = VoxEngine.call_pstn("+15550100", "1")\ncall.record()'))
    await vox.finished()
    assert [name for _, name in told(vox.session)][:2] == ["Failed", "RecordError"]
    assert payload(vox.session, "Call.RecordError")["error"] == "The call ended before anything could be recorded"


async def test_the_media_of_a_direct_call_cannot_be_recorded(vox: Vox, incoming: Write):
    vox.user("anna", answer=1, hangup=9)
    text = """
other = VoxEngine.call_user_direct(call, "anna")
await other.wait_for(CallEvents.Connected)
call.answer_direct(other)
await call.wait_for(CallEvents.Connected)
call.record()
"""
    await vox.user("bob", hangup=5).dial(scenario=incoming(text))
    await vox.finished()
    assert payload(vox.session, "Call.RecordError")["error"] == "The media of this call goes peer to peer"


async def test_an_ended_call_is_not_recorded(vox: Vox, incoming: Write):
    text = f"{UP}await call.wait_for(CallEvents.Disconnected)\ncall.record()"
    await vox.phone(hangup=1).dial(scenario=incoming(text))
    await vox.finished()
    assert "record: the call has ended; ignored." in vox.session.warnings


# --- errors ---


async def test_recording_that_fails(vox: Vox, incoming: Write):
    vox.recordings.error = "No space left"
    await vox.phone(hangup=3).dial(scenario=incoming(f"{UP}call.record()"))
    await vox.finished()
    assert told(vox.session)[1:3] == [(0.039, "RecordError"), (3.02, "Disconnected")]
    assert payload(vox.session, "Call.RecordError")["error"] == "No space left"
    assert vox.recordings.made == []


async def test_lossless_excludes_hd_audio(vox: Vox, incoming: Write):
    await vox.phone(hangup=3).dial(scenario=incoming(f"{UP}call.record(lossless=True, hd_audio=True)"))
    await vox.finished()
    assert payload(vox.session, "Call.RecordError")["error"] == "lossless and hd_audio exclude each other"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ('expire="-4m"', "record: `expire` is a RecordExpireTime (RecordExpireTime.THREEMONTHS"),
        ('video_parameters={"mixing": True, "profile": "8K"}', "record: `profile` is a RecorderProfile"),
        ('labels=["one"]', "record: `labels` are two texts"),
        ('video_parameters="HD"', "record: `videoParameters` is a RecorderVideoParameters, an object, got 'HD'"),
    ],
)
async def test_values_that_are_not_documented_raise(options: str, message: str, vox: Vox, incoming: Write):
    await vox.phone(hangup=1).dial(scenario=incoming(f"{UP}call.record({options})"))
    await vox.finished()
    assert message in str(await vox.failed())


# --- argument shapes of scenarios in production ---


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        '{"stereo": True}',
        '{"hd_audio": True, "stereo": True}',
        '{"stereo": True, "format": "mp3"}',
        '{"stereo": True, "hd_audio": True, "name": "a call"}',
        '{"stereo": True, "format": "json", "transcribe": True, "language": ASRLanguage.ENGLISH_US}',
        '{"maxDuration": 60, "format": "wav", "terminateOn": "#"}',
        '{"stereo": True, "expire": VoxEngine.RecordExpireTime.ONEYEAR}',
    ],
)
async def test_shapes(arguments: str, vox: Vox, incoming: Write):
    await vox.phone(hangup=2).dial(scenario=incoming(f"{UP}call.record({arguments})"))
    await vox.finished()
    assert [name for _, name in told(vox.session)][1] == "RecordStarted"
    assert vox.recordings.made[0].asked.stereo is ("stereo" in arguments)


@pytest.mark.parametrize(
    ("options", "ending"),
    [("", ".mp3"), ("lossless=True", ".flac"), ("video=True", ".mp4"), ("hd_audio=True", ".mp3")],
)
async def test_the_files_name_ends_as_the_format_says(options: str, ending: str, vox: Vox, incoming: Write):
    await vox.phone(hangup=2).dial(scenario=incoming(f"{UP}call.record({options})"))
    await vox.finished()
    assert vox.recordings.made[0].path.endswith(ending)


async def test_a_prefix_stands_before_the_name_and_can_do_no_harm(vox: Vox, incoming: Write):
    await vox.phone(hangup=2).dial(scenario=incoming(f'{UP}call.record(record_name_prefix="../sales/")'))
    await vox.finished()
    assert vox.recordings.made[0].path.startswith("2026/01/01/-sales-")


async def test_video_creates_a_track(vox: Vox, incoming: Write):
    await vox.phone(hangup=2).dial(scenario=incoming(f"{UP}call.record(video=True)"))
    await vox.finished()
    assert told(vox.session)[1:3] == [(0.039, "RecordStarted"), (0.039, "Video.TrackCreated")]
    assert payload(vox.session, "Call.Video.TrackCreated")["url"] == payload(vox.session, "Call.RecordStarted")["url"]


async def test_a_transcript_without_a_language_is_warned_of(vox: Vox, incoming: Write):
    await vox.phone(hangup=2).dial(scenario=incoming(f"{UP}call.record(transcribe=True)"))
    await vox.finished()
    assert any("`language`" in warning for warning in vox.session.warnings)


# --- what is recorded ---


async def test_both_directions_are_on_the_sides_of_a_stereo_record(vox: Vox, incoming: Write):
    vox.speech({"welcome": 2, "hello": 1})
    text = f'{UP}call.record(stereo=True)\nawait sleep(1)\ncall.say("welcome")'
    await vox.phone(say="hello@4", hangup=6).dial(scenario=incoming(text))
    await vox.finished()
    assert on_tape(vox) == [("left", 0.981, 2.981, "welcome"), ("right", 3.981, 4.981, "hello")]
    assert [(one.speaker, one.text) for one in vox.recordings.made[0].transcript] == [
        ("Left", "welcome"),
        ("Right", "hello"),
    ]


async def test_a_mono_record_has_both_on_one_side(vox: Vox, incoming: Write):
    vox.speech(1)
    text = f'{UP}call.record()\nawait sleep(1)\ncall.say("welcome")'
    await vox.phone(say="hello@4", hangup=6).dial(scenario=incoming(text))
    await vox.finished()
    assert [(side, content) for side, _, _, content in on_tape(vox)] == [("left", "welcome"), ("left", "hello")]


async def test_what_sounds_when_a_record_begins_is_heard_from_there_on(vox: Vox, incoming: Write):
    vox.speech(3)
    text = f'{UP}call.say("welcome")\nawait sleep(1)\ncall.record(stereo=True)'
    await vox.phone(say="hello@1", hangup=6).dial(scenario=incoming(text))
    await vox.finished()
    assert on_tape(vox) == [("left", 0, 1.981, "welcome"), ("right", 0, 2.981, "hello")]
    assert [piece.position for piece in vox.recordings.made[0].pieces] == [1_019_000, 19_000]


async def test_what_is_replaced_or_stopped_ends_on_the_record(vox: Vox, incoming: Write):
    vox.speech(5)
    text = f"""{UP}
call.record()
await sleep(1)
call.say("one")
await sleep(1)
call.say("two")
await sleep(1)
call.stop_playback()
"""
    await vox.phone(hangup=8).dial(scenario=incoming(text))
    await vox.finished()
    assert on_tape(vox) == [("left", 0.981, 1.981, "one"), ("left", 1.981, 2.981, "two")]


async def test_a_pause_of_a_player_is_silence(vox: Vox, incoming: Write):
    vox.audio("https://a.example/a.mp3", 4)
    text = f"""{UP}
call.record()
player = VoxEngine.create_url_player("https://a.example/a.mp3")
await sleep(1)
player.send_media_to(call)
await sleep(1)
player.pause()
await sleep(1)
player.resume()
"""
    await vox.phone(hangup=8).dial(scenario=incoming(text))
    await vox.finished()
    assert [(at, until) for _, at, until, _ in on_tape(vox)] == [(0.981, 1.981), (2.981, 4.981)]
    assert [piece.position for piece in vox.recordings.made[0].pieces] == [1_000_000, 2_000_000]


async def test_a_bridged_call_is_recorded_with_the_other_party(vox: Vox, incoming: Write):
    vox.speech(1)
    vox.phone("+15550100", answer=1, say="good day@1", hangup=20)
    text = f"""{UP}
call.record(stereo=True)
other = VoxEngine.call_pstn("+15550100", "1")
await other.wait_for(CallEvents.Connected)
VoxEngine.send_media_between(call, other)
"""
    await vox.phone(say="hello@5", hangup=8).dial(scenario=incoming(text))
    await vox.finished()
    assert [(side, content) for side, _, _, content in on_tape(vox)] == [("left", "good day"), ("right", "hello")]


async def test_digits_that_are_handled_are_cut_from_the_record(vox: Vox, incoming: Write):
    await vox.phone(press="1@1", hangup=3).dial(scenario=incoming(f"{UP}call.record()"))
    await vox.finished()
    await vox.phone("+15550002", press="1@1", hangup=3).dial(
        scenario=incoming(f"{UP}call.handle_tones(True)\ncall.record()")
    )
    await vox.finished()
    assert [content for _, _, _, content in on_tape(vox)] == ["1"]
    assert on_tape(vox, 1) == []


async def test_several_records_of_one_call(vox: Vox, incoming: Write):
    text = f"{UP}call.record()\nawait sleep(2)\ncall.record(stereo=True)"
    await vox.phone(hangup=5).dial(scenario=incoming(text))
    await vox.finished()
    assert [name for _, name in told(vox.session)] == [
        "Connected",
        "RecordStarted",
        "RecordStarted",
        "Disconnected",
        "RecordStopped",
        "RecordStopped",
        "Terminating",
        "Terminated",
    ]
    assert [one.length for one in vox.recordings.made] == [4_981_000, 2_981_000]
    assert len({one.url for one in vox.recordings.made}) == 2


async def test_audio_over_a_websocket_is_on_the_record_as_long_as_it_plays(vox: Vox, incoming: Write):
    vox.web.socket("wss://bot.example/")
    text = f"""{UP}
call.record(stereo=True)
socket = VoxEngine.create_web_socket("wss://bot.example/")
await socket.wait_for(WebSocketEvents.OPEN)
socket.send_media_to(call)
"""
    await vox.phone(hangup=8).dial(scenario=incoming(text))
    bot = await vox.connected("wss://bot.example/")
    await vox.advance(1)
    await bot.speak(1.5)
    await vox.finished()
    ((side, at, until, _),) = on_tape(vox)
    assert side == "left"
    assert until - at == 1.5


async def test_a_voice_agent_and_its_interruption_are_on_the_record(vox: Vox, incoming: Write):
    vox.speech({"Good morning.": 4, "Stop!": 1})
    vox.agent("OpenAI.RealtimeAPI").greets("Good morning.")
    text = f"""
require(Modules.OpenAI)
{UP}
call.record(stereo=True)
client = await OpenAI.create_realtime_api_client(api_key="k", model="gpt-realtime")
client.add_event_listener(
    OpenAI.RealtimeAPIEvents.InputAudioBufferSpeechStarted, lambda event: client.clear_media_buffer()
)
VoxEngine.send_media_between(call, client)
client.response_create({{}})
"""
    await vox.phone(say="Stop!@3", hangup=8).dial(scenario=incoming(text))
    await vox.finished()
    (_, at, until, greeting), (_, spoken, _, stop) = on_tape(vox)
    assert (greeting, stop) == ("Good morning.", "Stop!")
    assert at < spoken <= until < spoken + 1


# --- the call history ---


async def test_the_call_history_tells_of_records(vox: Vox, incoming: Write):
    text = f'{UP}call.record(stereo=True, name="sales", transcribe=True, language="en-US")'
    await vox.phone(hangup=5.5).dial(scenario=incoming(text))
    await vox.finished()
    session = vox.world.sessions[-1]
    row = call_history(session)
    url = payload(vox.session, "Call.RecordStarted")["url"]
    assert row["calls"][0]["record_url"] == url
    assert row["records"] == [
        {
            "record_id": session.number * 10_000 + 1,
            "record_name": "sales",
            "cost": 0,
            "start_time": "2026-01-01 00:00:00",
            "duration": 5,
            "record_url": url,
            "transaction_id": session.number * 10_000 + 1,
            "file_size": 44 + int(5.481 * 8000) * 4,
            "transcription_url": url.replace(".mp3", ".txt"),
            "transcription_status": "Complete",
        }
    ]


async def test_a_call_without_records_has_no_record_url(vox: Vox, incoming: Write):
    await vox.phone(hangup=1).dial(scenario=incoming(UP))
    await vox.finished()
    row = call_history(vox.world.sessions[-1])
    assert "record_url" not in row["calls"][0]
    assert row["records"] == []


# --- pictures and the log ---


async def test_the_ladder_and_the_log_show_recording(vox: Vox, incoming: Write):
    await vox.phone(hangup=5).dial(scenario=incoming(f"{UP}call.record(stereo=True, hd_audio=True)"))
    session = await vox.finished()
    assert "recording begins (stereo, HD)" in vox.ladder()
    assert "recording ends (5.0s)" in vox.ladder()
    log = render_log(session.timeline, EPOCH)
    assert "Executing JS command: Record with params [{classification = {} ; contentDispositionFilename =  ; " in log
    assert " ; format = text ; hd_audio = true ; id = " in log
    assert "name = Call.RecordStopped ; url = http://" in log
