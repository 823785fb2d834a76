"""A phone menu: press 1 for sales, 2 for support.

The caller has three attempts. A wrong digit, or ten seconds without one, costs an attempt. When the department does not
answer, or the attempts are used up, the caller hears why before the call ends.

Try it: voxsim run scenarios/menu.py --press "1@4s"
"""

from contextlib import suppress

import trio

from voxsim import AppEvents, CallEnded, CallEvents, Logger, PlaybackStopped, VoxEngine

DEPARTMENTS = {
    "1": ("sales", "+12025550101"),
    "2": ("support", "+12025550102"),
}
ATTEMPTS = 3
SECONDS_TO_CHOOSE = 10


@VoxEngine.on(AppEvents.CallAlerting)
async def welcome(event):
    caller = event.call
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    caller.answer()
    caller.handle_tones(True)
    # A caller may hang up at any moment: whatever we wait for then is called off by one of these two.
    with suppress(CallEnded, PlaybackStopped):
        await caller.wait_for(CallEvents.Connected)
        digit = await choose(caller)
        if digit is None:
            await caller.say("We did not get your choice. Goodbye.").finished()
            caller.hangup()
        else:
            department, number = DEPARTMENTS[digit]
            await connect(caller, department, number)


async def choose(caller):
    """Ask until a digit of the menu comes; None when the attempts are used up."""
    for attempt in range(1, ATTEMPTS + 1):
        caller.say("Press one for sales, or two for support.")
        digit = None
        with trio.move_on_after(SECONDS_TO_CHOOSE):
            digit = (await caller.wait_for(CallEvents.ToneReceived)).tone
        if digit in DEPARTMENTS:
            return digit
        Logger.write(f"attempt {attempt}: {'nothing pressed' if digit is None else f'{digit} is not on the menu'}")
        if digit is not None:
            await caller.say("Sorry, that is not a choice.").finished()
    return None


async def connect(caller, department, number):
    """Call a department, and let the two talk when it answers."""
    await caller.say(f"Connecting you to {department}.").finished()
    caller.play_progress_tone("US")
    agent = VoxEngine.call_pstn(number, caller.callerid())
    agent.add_event_listener(CallEvents.Disconnected, lambda _: caller.hangup())
    outcome = await agent.wait_for(CallEvents.Connected, CallEvents.Failed)
    caller.stop_playback()
    if outcome.name == CallEvents.Connected:
        VoxEngine.send_media_between(caller, agent)
    else:
        Logger.write(f"{department} did not answer: {outcome.code} {outcome.reason}")
        await caller.say(f"Nobody in {department} can take your call. Please try again later.").finished()
        caller.hangup()
