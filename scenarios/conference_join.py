"""The way into a conference: a caller is greeted, may enter the moderator's PIN, and joins.

The conference itself is another session, run by conference_room.py: the first caller begins it, and all later ones join
it. This session only carries the caller's voice and digits there and back, until either side ends.

Try it: voxsim run scenarios/conference_join.py --rule scenarios/conference_room.py --press "4@2,7@2,1@2,1@2,#@2,3@6"
"""

from contextlib import suppress

import trio

from voxsim import AppEvents, CallEnded, CallEvents, PlaybackStopped, VoxEngine

CONFERENCE = "conference_room"  # the rule whose pattern matches it says which scenario holds it
SECONDS_TO_CHOOSE = 15
REFUSALS = {
    403: "This PIN is not known. Goodbye.",
    603: "The conference is locked. Goodbye.",
}


@VoxEngine.on(AppEvents.CallAlerting)
async def welcome(event):
    caller = event.call
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    caller.answer()
    with suppress(CallEnded, PlaybackStopped):
        await caller.wait_for(CallEvents.Connected)
        await join(caller, await ask_for_pin(caller))


async def ask_for_pin(caller):
    """The digits before the hash key; none for a guest, and for one who presses nothing."""
    caller.say("Press hash to join the conference. If you moderate it, enter your PIN first.")
    caller.handle_tones(True)
    pin = ""
    with trio.move_on_after(SECONDS_TO_CHOOSE):
        while (tone := (await caller.wait_for(CallEvents.ToneReceived)).tone) != "#":
            pin += tone
    caller.handle_tones(False)  # from here on digits pass with the sound, to the conference
    return pin


async def join(caller, pin):
    """Connect the caller with the conference, or say why that cannot be."""
    room = VoxEngine.call_conference(CONFERENCE, caller.callerid(), caller.display_name(), {"X-PIN": pin})
    room.add_event_listener(CallEvents.Disconnected, lambda _: caller.hangup())
    outcome = await room.wait_for(CallEvents.Connected, CallEvents.Failed)
    if outcome.name == CallEvents.Connected:
        VoxEngine.send_media_between(caller, room)
    else:
        await caller.say(REFUSALS.get(outcome.code, "The conference cannot be reached. Goodbye.")).finished()
        caller.hangup()
