"""What pictures tell of recognition, of answering machines and of beeps: one line for each thing worth knowing."""

from voxsim.timeline.picture import Shape, Tone, draw

LISTEN = """
require(Modules.ASR)

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.add_event_listener(CallEvents.Disconnected, lambda e: VoxEngine.terminate())
    call.answer()
    await call.wait_for(CallEvents.Connected)
    asr = VoxEngine.create_asr(profile=ASRProfileList.Google.en_US, interim_results=True)
    call.send_media_to(asr)
    await asr.wait_for(ASREvents.Result)
    await asr.wait_for(ASREvents.Result)
    asr.stop()
"""

CALL = """
require(Modules.AI)

@VoxEngine.on(AppEvents.Started)
async def started(event):
    call = VoxEngine.call_pstn("+15550100", "1", amd=AMD.create(model=AMD.Model.US))
    AMD.create(model="nowhere")
    AI.detect_voicemail(call)
    await call.wait_for(CallEvents.Connected)
    call.enable_beep_detection()
    await call.wait_for(CallEvents.BeepDetectionComplete)
    call.enable_beep_detection(timeout=1000)
    await call.wait_for(CallEvents.BeepDetectionComplete)
    call.enable_beep_detection()
    call.disable_beep_detection()
    call.hangup()
    await call.wait_for(CallEvents.Disconnected)
    call.add_event_listener(CallEvents.BeepDetectionError, lambda e: VoxEngine.terminate())
    call.enable_beep_detection()
"""


def notes(world):
    """The notes of a picture that are no commands, up to the end."""
    steps = [step for step in draw(world.journal).steps if step.shape is Shape.NOTE]
    return [step.label for step in steps if "(" not in step.label.partition(" ")[0] and "session" not in step.label]


def speaking(world, rule):
    world.switch.recognition.misheard = {"hm": ""}
    world.call_in(world.add_party("pstn", "+15550001", say="two tickets@1,hm@4", hangup=8), "100")


def failing(world, rule):
    world.switch.recognition.error = "Service unavailable"
    speaking(world, rule)


def a_machine(world, rule):
    world.add_party("pstn", "+15550100", "answer:0,machine:5")
    world.start(rule)


def test_recognition(play):
    assert notes(play(LISTEN, speaking)) == [
        "so far “two”",
        "recognised “two tickets” (0.9)",
        "nothing was understood",
        "recognition ends",
    ]


def test_recognition_that_fails(play):
    world = play(LISTEN, failing)
    assert notes(world) == ["recognition failed: Service unavailable"]
    (failure,) = (step for step in draw(world.journal).steps if step.label.startswith("recognition failed"))
    assert failure.tone is Tone.ERROR


def test_machines_and_beeps(play):
    _, *told = notes(play(CALL, a_machine))
    assert told[0].startswith("detection failed: `model` is one of AMD.Model")
    assert told[1:] == [
        "detected: VOICEMAIL (90)",
        "voicemail detected (90)",
        "beep heard (1000 Hz)",
        "no beep was heard in time",
        "no longer waits for a beep",
        "beep detection failed: The call has ended",
    ]
