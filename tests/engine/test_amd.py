"""Detection of answering machines, beeps and tones, and media statistics: results, their moments, and mistakes."""

import pytest

from voxsim.testing import Vox

CALL = """
from voxsim import *

@VoxEngine.on(AppEvents.Started)
def started(event):
    {made}
    call = VoxEngine.call_pstn("+15550100", "+15550199", {how})
    {more}
    call.add_event_listener(CallEvents.Failed, lambda e: set_timeout(VoxEngine.terminate, 3000))
    call.add_event_listener(CallEvents.Disconnected, lambda e: set_timeout(VoxEngine.terminate, 100))

def tell(event):
    Logger.write(f"{{event.result_class}} {{event.result_subtype}} {{event.confidence}}")
"""


@pytest.fixture
def dialling(vox: Vox, tmp_path):
    """A scenario that calls +15550100."""

    def start(made="", how="", more=""):
        file = tmp_path / "dial.py"
        file.write_text(CALL.format(made=made, how=how, more=more))
        return vox.start(str(file))

    return start


DETECT = {
    "made": "amd = AMD.create(model=AMD.Model.US{parameters})",
    "how": "amd=amd",
    "more": "amd.add_event_listener(AMD.Events.DetectionComplete, tell)",
}


def detecting(parameters=""):
    return DETECT | {"made": DETECT["made"].format(parameters=parameters)}


@pytest.mark.parametrize(
    ("party", "parameters", "result", "seconds"),
    [
        ({}, "", "HUMAN NONE 90", 1.5),
        ({"machine": 5}, "", "VOICEMAIL NONE 90", 3),
        ({"mimic": True}, "", "VOICEMAIL MIMIC 90", 3),
        ({}, ", timeout=1000", "TIMEOUT None None", 1),
        ({"machine": 5}, ", timeout=0", "TIMEOUT None None", 0),
        ({}, ", thresholds={'human': 95}", "TIMEOUT None None", 6.5),
        ({"machine": 5}, ", thresholds={'human': 95, 'voicemail': 90}", "VOICEMAIL NONE 90", 3),
        ({"hangup": 1}, "", "CALL_ENDED None None", 1),
    ],
)
async def test_a_detector_given_to_a_call(vox: Vox, dialling, party, parameters, result, seconds):
    desk = vox.phone("+15550100", answer=2, **party)
    dialling(**detecting(parameters))
    await vox.logged(result)
    assert desk.calls[0].line.leg.connected_at == 2_000_000
    assert vox.now == pytest.approx(2 + seconds)


async def test_a_call_that_is_never_connected_ends_the_detection(vox: Vox, dialling):
    vox.phone("+15550100", busy=True)
    dialling(**detecting())
    await vox.finished()
    assert vox.session.log == ["CALL_ENDED None None"]


@pytest.mark.parametrize(("when", "seconds"), [("CallEvents.Connected", 3), ("CallEvents.PlaybackFinished", 3)])
async def test_a_detector_may_be_sent_the_media_of_a_call(vox: Vox, dialling, when, seconds):
    vox.phone("+15550100", answer=0, machine=9)
    dialling(
        made="amd = AMD.create({'model': AMD.Model.EU_GENERAL})",
        more=(
            f"call.add_event_listener({when}, lambda e: e.call.send_media_to(amd))\n"
            "    call.add_event_listener(CallEvents.Connected, lambda e: e.call.say('Hello there'))\n"
            "    amd.add_event_listener(AMD.Events.DetectionComplete, tell)"
        ),
    )
    await vox.logged("VOICEMAIL NONE 90")
    assert vox.now == pytest.approx(seconds)


async def test_detect_can_be_awaited_before_and_after_the_result(vox: Vox, tmp_path):
    vox.phone("+15550100", answer=1)
    file = tmp_path / "wait.py"
    file.write_text(
        "from voxsim import *\n"
        "@VoxEngine.on(AppEvents.Started)\n"
        "async def started(event):\n"
        "    amd = AMD.create(model=AMD.Model.BR)\n"
        "    call = VoxEngine.call_pstn('+15550100', '', amd=amd)\n"
        "    result = await amd.detect()\n"
        "    again = await amd.detect()\n"
        "    Logger.write(f'{result.name} {result.result_class} {result is again} {result.call_id == call.id()}')\n"
        "    Logger.write(f'{amd.call is call} {amd.model} {amd.timeout}')\n"
        "    VoxEngine.terminate()\n"
    )
    vox.start(str(file))
    session = await vox.finished()
    assert session.log == ["AMD.Events.DetectionComplete HUMAN True True", "True br 6500"]


async def test_a_detector_without_a_call_says_so(vox: Vox, dialling):
    vox.phone("+15550100")
    dialling(
        made="amd = AMD.create(model='us')",
        more="amd.add_event_listener(AMD.Events.DetectionError, lambda e: Logger.write(e.message)); amd.detect()",
    )
    assert "has no call" in await vox.logged("detector")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ("model='fr'", "one of AMD.Model"),
        ("", "one of AMD.Model"),
        ("model='us', timeout=20001", "0 to 20000"),
        ("model='us', timeout='x'", "0 to 20000"),
        ("model='us', thresholds=80", "is an object"),
        ("model='us', thresholds={'person': 1}", "for human, voicemail and mimic"),
        ("model='us', thresholds={'human': 101}", "0 to 100"),
    ],
)
async def test_wrong_parameters_are_told(vox: Vox, tmp_path, parameters, words):
    file = tmp_path / "wrong.py"
    file.write_text(f"""
from voxsim import *
amd = AMD.create({parameters})
amd.add_event_listener(AMD.Events.DetectionError, lambda e: Logger.write(f"{{e.call_id}} {{e.message}}"))
@VoxEngine.on(AppEvents.Started)
async def started(event):
    Logger.write((await amd.detect()).name)
    VoxEngine.terminate()
""")
    vox.start(str(file))
    told, outcome = (await vox.finished()).log
    assert told.startswith("None ")
    assert words in told
    assert outcome == "AMD.Events.DetectionError"


async def test_a_detector_with_wrong_parameters_tells_its_call(vox: Vox, dialling):
    vox.phone("+15550100", answer=0, hangup=3)
    dialling(
        made="amd = AMD.create(model='fr')",
        how="amd=amd",
        more="call.add_event_listener(CallEvents.AudioIdentificationError, lambda e: Logger.write(e.name))\n"
        "    amd.add_event_listener(AMD.Events.DetectionError, lambda e: Logger.write(e.call_id == call.id()))",
    )
    assert (await vox.finished()).log == ["Call.AudioIdentificationError", "true"]


async def test_who_answers_and_says_nothing_is_not_known_until_the_time_is_over(vox: Vox, dialling):
    vox.phone("+15550100", answer=0, quiet=True)
    dialling(**detecting())
    await vox.logged("TIMEOUT None None")
    assert vox.now == pytest.approx(6.5)


async def test_who_speaks_after_all_is_a_person(vox: Vox, dialling):
    vox.speech(1)
    vox.phone("+15550100", answer=0, quiet=True, say="hello@2")
    dialling(**detecting())
    await vox.logged("HUMAN NONE 90")
    assert vox.now == pytest.approx(3)


async def test_a_result_can_be_waited_for_late(vox: Vox, dialling):
    vox.phone("+15550100", answer=0, machine=5)
    dialling(
        made="amd = AMD.create(model=AMD.Model.US)",
        how="amd=amd",
        more="""
    async def late():
        event = await amd.wait_for(AMD.Events.DetectionComplete)
        Logger.write(event.result_class)
    set_timeout(late, 4000)""",
    )
    await vox.logged("VOICEMAIL")
    assert vox.now == pytest.approx(4)


async def test_the_calls_own_events_tell_of_the_identification(vox: Vox, dialling):
    vox.phone("+15550100", answer=0)
    dialling(
        made=DETECT["made"].format(parameters=""),
        how="amd=amd",
        more="for kind in CallEvents:\n        if 'AudioIdent' in kind: call.add_event_listener(kind, lambda e: "
        "Logger.write(e.name + ' ' + getattr(e, 'audio_type', '')))",
    )
    await vox.logged("Stopped")
    assert [line.strip() for line in vox.session.log] == [
        "Call.AudioIdentificationStarted",
        "Call.AudioIdentificationResult HUMAN",
        "Call.AudioIdentificationStopped",
    ]


BEEPS = (
    "call.add_event_listener(CallEvents.BeepDetectionComplete, lambda e: Logger.write(f'{e.frequencies} {e.timeout}'))"
)


@pytest.mark.parametrize(
    ("options", "heard", "seconds"),
    [
        ("", "[1000.0] None", 5),
        ("frequencies=[1000]", "[1000.0] None", 5),
        ("frequencies=[440], timeout=8000", "None True", 8),
        ("{'timeout': 3000}", "None True", 3),
    ],
)
async def test_a_beep_is_waited_for(vox: Vox, dialling, options, heard, seconds):
    vox.phone("+15550100", answer=0, machine=5)
    connected = f"call.add_event_listener(CallEvents.Connected, lambda e: call.enable_beep_detection({options}))"
    dialling(more=f"{BEEPS}\n    {connected}")
    await vox.logged(heard)
    assert vox.now == pytest.approx(seconds)


async def test_a_beep_that_nobody_waits_for_any_more(vox: Vox, dialling):
    vox.phone("+15550100", answer=0, machine=5, hangup=9)
    connected = "lambda e: (call.enable_beep_detection(), set_timeout(call.disable_beep_detection, 1000))"
    dialling(more=f"{BEEPS}\n    call.add_event_listener(CallEvents.Connected, {connected})")
    assert (await vox.finished()).log == ["None False"]


async def test_a_beep_on_a_call_that_has_ended_is_an_error(vox: Vox, dialling):
    vox.phone("+15550100", busy=True)
    told = "call.add_event_listener(CallEvents.BeepDetectionError, lambda e: Logger.write(e.reason))"
    vox.phone("+15550101")
    dialling(
        more=f"other = VoxEngine.call_pstn('+15550101')\n    {told}\n"
        "    other.add_event_listener(CallEvents.Connected, lambda e: call.enable_beep_detection())"
    )
    await vox.logged("The call has ended")


async def test_a_machines_beep_is_a_tone_for_the_older_detector(vox: Vox, dialling):
    vox.phone("+15550100", answer=0, machine=2)
    dialling(
        more="call.add_event_listener(CallEvents.ToneDetected, "
        "lambda e: Logger.write(f'{e.progress_tone} {e.voicemail_tone}'))"
    )
    await vox.logged("False True")


@pytest.mark.parametrize(("hertz", "told"), [(425, "True False"), (1400, "False True")])
async def test_the_older_detector_tells_of_one_tone_in_a_session(vox: Vox, dialling, hertz, told):
    desk = vox.phone("+15550100", answer=0)
    dialling(
        more="call.add_event_listener(CallEvents.ToneDetected, "
        "lambda e: Logger.write(f'{e.progress_tone} {e.voicemail_tone}'))"
    )
    call = await desk.rang()
    await vox.advance(1)
    await call.beep(hertz)
    await call.beep(hertz)
    await vox.advance(1)
    assert vox.session.log == [told]


async def test_media_statistics_come_at_their_interval(vox: Vox, dialling):
    desk = vox.phone("+15550100", answer=0)
    stats = "call.add_event_listener(CallEvents.MediaStatisticsReceived, lambda e: Logger.write(str(e.audio['in'])))"
    started = "lambda e: call.monitor_media_statistics(monitor=True, interval=1000)"
    texted = "lambda e: call.monitor_media_statistics({'monitor': False})"
    dialling(
        more=f"{stats}\n    call.add_event_listener(CallEvents.Connected, {started})\n"
        f"    call.add_event_listener(CallEvents.MessageReceived, {texted})"
    )
    await vox.logged("'id': 0")
    desk.calls[0].say("hello", 3)
    line = await vox.logged("'id': 1")
    assert line == "[{'id': 1, 'jitter': 0, 'packetLoss': 0, 'numPackets': 50, 'audioLevel': -20}]"
    desk.calls[0].send_message("enough")
    await vox.advance(5)
    assert len(vox.session.log) == 2


@pytest.mark.parametrize("allowed", ["float('nan')", "float('inf')", "'soon'", "[]"])
async def test_a_detector_with_a_wrong_timeout_may_be_sent_a_calls_media_at_once(vox: Vox, incoming, allowed):
    scenario = incoming(f"""
    call.answer()
    await call.wait_for(CallEvents.Connected)
    amd = AMD.create(model="us", timeout={allowed})
    call.send_media_to(amd)
    Logger.write((await amd.detect()).message)
    """)
    await vox.phone().dial(scenario=scenario)
    assert "0 to 20000" in await vox.logged("milliseconds")


async def test_who_waits_for_the_other_outcome_is_told(vox: Vox, started):
    vox.start(
        started("""
        amd = AMD.create(model="fr")
        for _ in range(2):
            try:
                await amd.wait_for(AMD.Events.DetectionComplete)
            except Exception as error:
                Logger.write(f"{type(error).__name__}: {error}")
        VoxEngine.terminate()
        """)
    )
    log = (await vox.finished()).log
    assert len(log) == 2
    assert all("RecognitionStopped" in line and "AMD.Events.DetectionError" in line for line in log)


async def test_a_detector_at_work_is_not_disturbed_by_what_else_is_sent_to_it(vox: Vox, dialling):
    vox.phone("+15550100", answer=0)
    more = (
        DETECT["more"]
        + "\n    call.add_event_listener(CallEvents.AudioIdentificationError, lambda e: Logger.write('error'))"
        + "\n    say = lambda: VoxEngine.create_tts_player('hello').send_media_to(amd)"
        + "\n    set_timeout(say, 1000); set_timeout(say, 4000); set_timeout(VoxEngine.terminate, 5000)"
    )
    dialling(**DETECT | {"made": "amd = AMD.create(model=AMD.Model.US)", "more": more})
    session = await vox.finished()
    assert session.log == ["HUMAN NONE 90"]
    warnings = [record.name for record in session.timeline if record.kind == "warning"]
    assert [warning.endswith("serves one call only; ignored.") for warning in warnings] == [True, True]
