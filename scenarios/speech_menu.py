"""A phone menu that listens: say "sales", "support" or "billing".

The caller may speak while the question is still being asked. What was not heard clearly is asked again as a yes-or-no
question; what was not understood at all, or ten seconds of silence, costs one of three attempts. When speech cannot be
recognised at all, the caller is put through to sales rather than sent away.

Try it: voxsim run scenarios/speech_menu.py --say "billing@4s"
"""

from contextlib import suppress

import trio

from voxsim import (
    AppEvents,
    ASREvents,
    ASRProfileList,
    CallEnded,
    CallEvents,
    Logger,
    Modules,
    PlaybackStopped,
    RecognitionStopped,
    VoxEngine,
    require,
)

require(Modules.ASR)

DEPARTMENTS = {
    "sales": "+12025550101",
    "support": "+12025550102",
    "billing": "+12025550103",
}
ATTEMPTS = 3
SECONDS_TO_ANSWER = 10
SURE = 0.7  # Google's confidence goes from 0 to 1


@VoxEngine.on(AppEvents.CallAlerting)
async def welcome(event):
    caller = event.call
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    caller.answer()
    # A caller may hang up at any moment: whatever we wait for then is called off by one of these.
    with suppress(CallEnded, PlaybackStopped):
        await caller.wait_for(CallEvents.Connected)
        department = await choose(caller)
        if department is None:
            await caller.say("We did not understand you. Goodbye.").finished()
            caller.hangup()
        else:
            await connect(caller, department)


async def choose(caller):
    """Ask until a department is understood; None when the attempts are used up."""
    asr = VoxEngine.create_asr(
        profile=ASRProfileList.Google.en_US,
        phrase_hints=[*DEPARTMENTS, "yes", "no"],
        single_utterance=True,
    )
    # Who speaks is not talked over.
    asr.add_event_listener(ASREvents.CaptureStarted, lambda _: caller.stop_playback())
    asr.add_event_listener(ASREvents.ASRError, lambda error: Logger.write(f"recognition failed: {error.error}"))
    caller.send_media_to(asr)
    try:
        for attempt in range(1, ATTEMPTS + 1):
            answer = await ask(caller, asr, "Sales, support or billing?")
            department = department_in(answer)
            if department and (answer.confidence >= SURE or await confirmed(caller, asr, department)):
                asr.stop()
                return department
            Logger.write(f"attempt {attempt}: {'silence' if answer is None else repr(answer.text)}")
    except RecognitionStopped:
        return "sales"
    asr.stop()
    return None


async def ask(caller, asr, question):
    """What the caller answers to a question, or None when nothing is said in time."""
    caller.say(question)
    with trio.move_on_after(SECONDS_TO_ANSWER):
        return await asr.wait_for(ASREvents.Result)
    return None


async def confirmed(caller, asr, department):
    """Whether the caller says that this department was meant."""
    answer = await ask(caller, asr, f"Did you say {department}?")
    return answer is not None and "yes" in answer.text.lower()


def department_in(answer):
    """The department that was named, or None."""
    words = answer.text.lower() if answer is not None else ""
    return next((name for name in DEPARTMENTS if name in words), None)


async def connect(caller, department):
    """Call a department, and let the two talk when it answers."""
    await caller.say(f"Connecting you to {department}.").finished()
    caller.play_progress_tone("US")
    agent = VoxEngine.call_pstn(DEPARTMENTS[department], caller.callerid())
    agent.add_event_listener(CallEvents.Disconnected, lambda _: caller.hangup())
    outcome = await agent.wait_for(CallEvents.Connected, CallEvents.Failed)
    caller.stop_playback()
    if outcome.name == CallEvents.Connected:
        VoxEngine.send_media_between(caller, agent)
    else:
        Logger.write(f"{department} did not answer: {outcome.code} {outcome.reason}")
        await caller.say(f"Nobody in {department} can take your call. Please try again later.").finished()
        caller.hangup()
