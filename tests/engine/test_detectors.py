"""Silero's voice activity and Pipecat's end of a turn: what they make of what is said."""

import pytest

from voxsim.testing import Vox

SCENARIO = """
from voxsim import *
require(Modules.{vendor})

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.add_event_listener(CallEvents.MessageReceived, lambda e: {on_message})
    call.answer()
    await call.wait_for(CallEvents.Connected)
    detector = await {made}
    for kind in {events}:
        detector.add_event_listener(kind, tell)
    call.send_media_to(detector)

def tell(event):
    fields = ("speech_start_at", "speech_end_at", "end_of_turn", "probability", "reason")
    told = [str(getattr(event, field)) for field in fields if getattr(event, field, None) is not None]
    Logger.write(" ".join([event.name, *told]))
"""


@pytest.fixture
def listening(vox: Vox, tmp_path):
    """A caller whom a detector hears."""

    async def dial(vendor, made, events, on_message):
        file = tmp_path / "detect.py"
        file.write_text(SCENARIO.format(vendor=vendor, made=made, events=events, on_message=on_message))
        call = await vox.phone().dial("100", scenario=str(file))
        await vox.logged("ConnectorInformation")
        return call

    return dial


def vad(listening, options="", on_message="detector.reset()"):
    return listening("Silero", f"Silero.create_vad({options})", "Silero.VADEvents", on_message)


def turns(listening, options="", on_message="detector.predict()"):
    return listening("Pipecat", f"Pipecat.create_turn_detector({options})", "Pipecat.TurnEvents", on_message)


async def test_speech_begins_and_ends_behind_the_silence_that_was_asked_for(vox: Vox, listening):
    call = await vad(listening, "{'minSilenceDurationMs': 500, 'speechPadMs': 30}")
    began = vox.now
    call.say("hello there", 2)
    await vox.logged("Silero.VAD.Result")
    await vox.logged("Silero.VAD.Result")
    assert vox.now == pytest.approx(began + 2.5)
    start, end = (int(line.split()[1]) for line in vox.session.log[1:])
    assert end - start == 2060


async def test_speech_that_goes_on_within_the_silence_has_not_ended(vox: Vox, listening):
    call = await vad(listening, "{'minSilenceDurationMs': 1000}")
    call.say("one", 1)
    await vox.advance(1.5)
    call.say("two", 1)
    await vox.advance(5)
    assert len(vox.session.log) == 1 + 3


async def test_a_reset_forgets_what_is_being_said(vox: Vox, listening):
    call = await vad(listening)
    call.say("hello", 3)
    await vox.advance(1)
    call.send_message("reset")
    await vox.advance(5)
    assert [line.split()[0] for line in vox.session.log[1:]] == ["Silero.VAD.Result", "Silero.VAD.Reset"]


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("I want two tickets.", "True 0.95"),
        ("I want two tickets and", "False 0.1"),
        ("I want, um", "False 0.1"),
        ("Well,", "False 0.1"),
    ],
)
async def test_a_turn_is_over_when_it_sounds_finished(vox: Vox, listening, said, result):
    call = await turns(listening)
    call.say(said)
    await vox.advance(4)
    call.send_message("?")
    await vox.logged(f"Pipecat.Turn.Result {result}")


async def test_nobody_is_done_while_speaking(vox: Vox, listening):
    call = await turns(listening, "threshold=0.9")
    call.say("I am still speaking.", 5)
    await vox.advance(1)
    call.send_message("?")
    await vox.logged("Pipecat.Turn.Result False 0.02")


async def test_a_long_turn_is_over_in_any_case(vox: Vox, listening):
    call = await turns(listening, "max_duration_secs=3")
    call.say("so and", 4)
    await vox.advance(5)
    call.send_message("?")
    await vox.logged("Pipecat.Turn.Result True 0.95")


async def test_with_nothing_heard_there_is_nothing_to_judge(vox: Vox, listening):
    call = await turns(listening, on_message="(detector.reset(), detector.predict())")
    call.say("Done.")
    await vox.advance(3)
    call.send_message("?")
    await vox.logged("Pipecat.Turn.Error Nothing was heard")
    assert vox.session.log[1] == "Pipecat.Turn.Reset"


@pytest.mark.parametrize("make", [vad, turns])
async def test_a_closed_detector_hears_nothing_more(vox: Vox, listening, make):
    call = await make(listening, on_message="(detector.close(), detector.reset())")
    call.send_message("close")
    await vox.advance(1)
    call.say("hello")
    await vox.advance(3)
    assert len(vox.session.log) == 1
    warnings = [record.name for record in vox.session.timeline if record.kind == "warning"]
    assert "closed; ignored" in warnings[0]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ("Silero.create_vad(threshold=2)", "`threshold` is a number from 0 to 1"),
        ("Silero.create_vad(min_silence_duration_ms='x')", "`minSilenceDurationMs` is a number"),
        ("Pipecat.create_turn_detector(max_duration_secs=-1)", "`maxDurationSecs` is a number"),
    ],
)
async def test_wrong_figures_are_told(vox: Vox, tmp_path, made, words):
    file = tmp_path / "wrong.py"
    file.write_text(f"from voxsim import *\n{made}\n")
    vox.start(str(file))
    assert words in (await vox.failed()).message
