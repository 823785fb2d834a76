"""Recorder and ConferenceRecorder: their events in order, what they record, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voxsim.testing import Vox

Write = Callable[[str], str]

UP = "require(Modules.Recorder)\ncall.answer()\nawait call.wait_for(CallEvents.Connected)\n"


def told(session: Any, kind: str = "event") -> list[tuple[float, str]]:
    """The events of recorders: the second, and the name."""
    return [
        (round(record.seconds, 3), record.name.partition(".")[2])
        for record in session.timeline
        if record.kind == kind and record.name.startswith("Recorder.")
    ]


def on_tape(vox: Vox) -> list[tuple[float, float, str]]:
    """What is on the first record: the seconds from and to, and the content."""
    return [
        (piece.at / 1e6, (piece.at + piece.length) / 1e6, piece.sound.content)
        for piece in vox.recordings.made[0].pieces
    ]


async def dialled(vox: Vox, text: str, **caller: Any) -> None:
    """A caller of a scenario, to the end of the session."""
    await vox.phone(**{"hangup": 8, **caller}).dial(scenario=text)
    await vox.finished()


# --- events ---


async def test_started_then_stopped(vox: Vox, incoming: Write):
    text = f"""{UP}
recorder = VoxEngine.create_recorder()
assert len(recorder.id()) == 43
call.send_media_to(recorder)
await sleep(3.5)
recorder.stop()
"""
    await dialled(vox, incoming(text))
    assert told(vox.session) == [(0.039, "Started"), (3.535, "Stopped")]
    started, stopped = (record.facts() for record in vox.session.events if record.name.startswith("Recorder."))
    assert started["url"] == vox.recordings.made[0].url
    assert started["recorder"] == stopped["recorder"]
    assert stopped["cost"] == "0"
    assert stopped["duration"] == 3
    assert "url" not in stopped


async def test_a_recorder_goes_on_after_a_call(vox: Vox, incoming: Write):
    text = f"""{UP}
recorder = VoxEngine.create_recorder()
call.send_media_to(recorder)
await call.wait_for(CallEvents.Disconnected)
await sleep(2)
recorder.stop()
stopped = await recorder.wait_for(RecorderEvents.Stopped)
Logger.write(str(stopped.duration))
"""
    await dialled(vox, incoming(text), hangup=5)
    assert vox.session.log == ["6"]


async def test_the_end_of_the_session_stops_it_unheard(vox: Vox, incoming: Write):
    await dialled(vox, incoming(f"{UP}VoxEngine.create_recorder()\nawait sleep(2)\nVoxEngine.terminate()"))
    assert told(vox.session) == [(0.039, "Started")]
    assert told(vox.session, "undelivered") == [(2.02, "Stopped")]
    assert vox.recordings.made[0].length == 1_981_000


async def test_stopped_before_it_has_started(vox: Vox, incoming: Write):
    await dialled(vox, incoming(f"{UP}VoxEngine.create_recorder().stop()"))
    assert told(vox.session) == [(0.039, "Started"), (0.054, "Stopped")]
    assert vox.recordings.made[0].length == 0


async def test_recording_that_fails(vox: Vox, incoming: Write):
    vox.recordings.error = "No space left"
    text = f"""{UP}
recorder = VoxEngine.create_recorder()
Logger.write((await recorder.wait_for(RecorderEvents.RecorderError)).error)
recorder.stop()
"""
    await dialled(vox, incoming(text))
    assert vox.session.log == ["No space left"]
    assert told(vox.session) == [(0.039, "Error")]
    assert any(warning.startswith("stop: recorder") for warning in vox.session.warnings)


async def test_old_names_of_its_events(vox: Vox, incoming: Write):
    vox.recordings.error = "No space left"
    text = f"""{UP}
recorder = VoxEngine.create_recorder()
recorder.add_event_listener(RecorderEvents.Error, lambda event: Logger.write(event.name))
"""
    await dialled(vox, incoming(text))
    assert vox.session.log == ["Recorder.Error"]


async def test_without_the_module_it_works_with_a_warning(vox: Vox, incoming: Write):
    await dialled(vox, incoming("call.answer()\nVoxEngine.create_recorder()"))
    assert any("require(Modules.Recorder) is missing" in warning for warning in vox.session.warnings)
    assert told(vox.session)[0][1] == "Started"


# --- arguments ---


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        ("", {"name": "", "secure": False, "ending": "mp3"}),
        ('"sales", True', {"name": "sales", "secure": True}),
        ('{"lossless": True}', {"lossless": True, "ending": "flac"}),
        ('{"hd_audio": True, "name": "hd"}', {"hd_audio": True, "name": "hd"}),
        ('record_name_prefix="north-", expire=RecordExpireTime.ONEYEAR', {"prefix": "north-", "expire": "-1y"}),
        (
            'transcribe=True, language="ru-RU", format="json"',
            {"transcribe": True, "language": "ru-RU", "format": "json"},
        ),
        ('content_disposition_filename="call.mp3"', {"file_name": "call.mp3"}),
        ("RecorderParameters(name='shape', video=True)", {"name": "shape", "video": True, "ending": "mp4"}),
    ],
)
async def test_arguments(arguments: str, fields: dict[str, Any], vox: Vox, incoming: Write):
    text = f"""
from voxsim.vocabulary.shapes import RecorderParameters
{UP}
assert type(VoxEngine.create_recorder({arguments})) is Recorder
"""
    await dialled(vox, incoming(text))
    asked = vox.recordings.made[0].asked
    assert {field: getattr(asked, field) for field in fields} == fields


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("expire='1y'", "createRecorder: `expire` is a RecordExpireTime"),
        ("video_parameters={'layout': 'circle'}", "`layout` is a RecorderLayout (RecorderLayout.grid"),
        ("video_parameters={'labels': {'position': 'top'}}", "`labels.position` is a RecorderLabelPosition"),
        ("video_parameters={'labels': {'font': 'Wingdings'}}", "`labels.font` is a RecorderLabelFont, got 'Wingdings'"),
        ("video_parameters={'layoutPriority': 7}", "`layoutPriority` is 'vad' or an array"),
        ("video_parameters={'layoutSettings': {}}", "`layoutSettings` is an array of RecorderDrawArea"),
        ("video_parameters={'layoutSettings': [{'grid': [1]}]}", "`layoutSettings.grid` is a RecorderGridDefinition"),
    ],
)
async def test_values_that_are_not_documented_raise(parameters: str, message: str, vox: Vox, incoming: Write):
    await dialled(vox, incoming(f"{UP}VoxEngine.create_recorder({parameters})"))
    assert message in str(await vox.failed())


async def test_unknown_fields_of_a_video_are_ignored_with_a_warning(vox: Vox, incoming: Write):
    await dialled(
        vox, incoming(f'{UP}VoxEngine.create_recorder(video_parameters={{"mixing": False, "backgrund": "#fff"}})')
    )
    expected = "createRecorder: RecorderVideoParameters has no 'backgrund'; ignored. Did you mean 'background'?"
    assert expected in vox.session.warnings


# --- what it records ---


async def test_it_mixes_what_is_sent_to_it(vox: Vox, incoming: Write):
    vox.speech(2)
    text = f"""{UP}
recorder = VoxEngine.create_recorder()
call.send_media_to(recorder)
await sleep(1)
VoxEngine.create_tts_player("welcome").send_media_to(recorder)
"""
    await dialled(vox, incoming(text), say="hello@2")
    assert on_tape(vox) == [(0.981, 2.981, "welcome"), (1.981, 3.981, "hello")]


async def test_what_is_sent_before_it_has_started_is_heard_from_there_on(vox: Vox, incoming: Write):
    vox.speech(2)
    text = f"""{UP}
player = VoxEngine.create_tts_player("welcome")
player.send_media_to(VoxEngine.create_recorder())
"""
    await dialled(vox, incoming(text))
    assert on_tape(vox) == [(0, 1.981, "welcome")]
    assert vox.recordings.made[0].pieces[0].position == 19_000


async def test_what_is_no_longer_sent_ends(vox: Vox, incoming: Write):
    vox.speech(4)
    text = f"""{UP}
recorder = VoxEngine.create_recorder()
player = VoxEngine.create_tts_player("welcome")
player.send_media_to(recorder)
await sleep(1)
player.stop_media_to(recorder)
"""
    await dialled(vox, incoming(text))
    assert on_tape(vox) == [(0, 0.981, "welcome")]


async def test_muted_it_records_silence(vox: Vox, incoming: Write):
    vox.speech(4)
    text = f"""{UP}
recorder = VoxEngine.create_recorder()
VoxEngine.create_tts_player("welcome").send_media_to(recorder)
await sleep(1)
recorder.mute(True)
recorder.mute(True)
await sleep(1)
recorder.mute(False)
await sleep(3)
recorder.stop()
"""
    await dialled(vox, incoming(text))
    assert on_tape(vox) == [(0, 0.981, "welcome"), (1.981, 3.981, "welcome")]
    assert [piece.position for piece in vox.recordings.made[0].pieces] == [19_000, 2_000_000]
    assert vox.recordings.made[0].length == 4_981_000


async def test_muted_to_its_end(vox: Vox, incoming: Write):
    vox.speech(4)
    text = f"""{UP}
recorder = VoxEngine.create_recorder()
recorder.mute(True)
VoxEngine.create_tts_player("welcome").send_media_to(recorder)
"""
    await dialled(vox, incoming(text))
    assert on_tape(vox) == []


async def test_after_stop_nothing_can_be_done_with_it(vox: Vox, incoming: Write):
    text = f"""{UP}
recorder = VoxEngine.create_recorder()
await sleep(1)
recorder.stop()
recorder.stop()
recorder.mute(True)
call.send_media_to(recorder)
recorder.send_media_to(call)
"""
    await dialled(vox, incoming(text))
    starts = [warning.partition(":")[0] for warning in vox.session.warnings]
    assert starts == ["stop", "mute", "sendMediaTo", "sendMediaTo"]
    assert told(vox.session) == [(0.039, "Started"), (1.035, "Stopped")]


async def test_the_transcript_of_a_record(vox: Vox, incoming: Write):
    vox.speech(1)
    text = f"""{UP}
recorder = VoxEngine.create_recorder(transcribe=True, language="en-US")
call.send_media_to(recorder)
"""
    await dialled(vox, incoming(text), say="hello@2,goodbye@4")
    lines = vox.recordings.made[0].transcript
    assert [(line.at, line.until, line.text) for line in lines] == [
        (1_981_000, 2_981_000, "hello"),
        (3_981_000, 4_981_000, "goodbye"),
    ]


async def test_pictures_tell_of_it(vox: Vox, incoming: Write):
    text = f"{UP}recorder = VoxEngine.create_recorder()\nawait sleep(1)\nrecorder.mute(True)\nrecorder.stop()"
    await dialled(vox, incoming(text))
    ladder = vox.ladder()
    assert "recording begins" in ladder
    assert "records silence from here on" in ladder
    assert "recording ends (1.0s)" in ladder
    assert "stops a player" not in ladder


CONFERENCE = """
require(Modules.Conference)
conference = VoxEngine.create_conference(hd_audio=True)
call.send_media_to(conference)
"""


async def test_a_conference_is_recorded_with_all_who_sound_in_it(vox: Vox, incoming: Write):
    vox.speech({"one": 4, "two": 4, "hello": 1})
    text = f"""{UP}{CONFERENCE}
recorder = VoxEngine.create_recorder()
players = [VoxEngine.create_tts_player("one"), VoxEngine.create_tts_player("two")]
for player in players:
    player.send_media_to(conference)
conference.send_media_to(recorder)
await sleep(1)
players[0].pause()
await sleep(2)
recorder.stop()
"""
    await dialled(vox, incoming(text), say="hello@2")
    assert on_tape(vox) == [(0, 0.981, "one"), (0, 2.981, "two"), (1.981, 2.981, "hello")]


# --- conference recorders ---

MIXING = "VoxEngine.create_recorder(video=True, video_parameters={'mixing': True, 'layout': RecorderLayout.grid})"


async def test_mixing_makes_a_conference_recorder(vox: Vox, incoming: Write):
    text = f"""{UP}
recorder = {MIXING}
assert type(recorder) is ConferenceRecorder
recorder.update(layout=RecorderLayout.tribune, vad={{"thickness": 2}})
recorder.update({{"labels": {{"textAlign": RecorderLabelTextAlign.TOP_LEFT}}, "objectFit": RecorderObjectFit.cover}})
await recorder.set_priority([])
Logger.write(str(recorder.get_priority()))
recorder.stop()
"""
    await dialled(vox, incoming(text))
    assert vox.session.log == ["[]"]
    assert [name for _, name in told(vox.session)] == ["Started", "Stopped"]


async def test_a_conference_recorder_records_its_conference(vox: Vox, incoming: Write):
    vox.speech(1)
    text = f"""{UP}{CONFERENCE}
recorder = {MIXING}
recorder.set_conference(conference)
recorder.set_conference(conference)
await sleep(3)
recorder.set_conference(VoxEngine.create_conference(hd_audio=False))
"""
    await dialled(vox, incoming(text), say="hello@2,goodbye@4")
    assert on_tape(vox) == [(1.981, 2.981, "hello")]
    assert vox.session.warnings == []


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("recorder.set_conference(call)", "setConference: a Conference is needed, got <Call"),
        ("recorder.set_priority([call])", "setPriority: a list of a conference's endpoints is needed"),
        ("recorder.set_priority('anna')", "setPriority: a list of a conference's endpoints is needed"),
        ("recorder.update({'layout': 'circle'})", "update: `layout` is a RecorderLayout"),
        ("recorder.update(direction='up')", "update: `direction` is a RecorderDirection"),
    ],
)
async def test_what_a_conference_recorder_refuses(code: str, message: str, vox: Vox, incoming: Write):
    await dialled(vox, incoming(f"{UP}recorder = {MIXING}\n{code}"))
    assert message in str(await vox.failed())
