"""The whole session of `whole_plain.py` as one coroutine."""
# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs

from voxsim import AppEvents, CallEvents, VoxEngine


@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    caller = event.call
    caller.answer()
    await caller.wait_for(CallEvents.Connected)
    caller.handle_tones(True)
    caller.say("Enter your code.")
    digits = ""
    while len(digits) < 3:
        digits += (await caller.wait_for(CallEvents.ToneReceived)).tone
    agent = VoxEngine.call_pstn("+15550100", "15550001")
    await agent.wait_for(CallEvents.Connected)
    VoxEngine.send_media_between(caller, agent)
    await caller.wait_for(CallEvents.Disconnected)
    agent.hangup()
    await agent.wait_for(CallEvents.Disconnected)
    VoxEngine.terminate()
