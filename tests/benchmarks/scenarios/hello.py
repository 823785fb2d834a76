"""The smallest example: answer, say something, hang up."""
# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs

from voxsim import AppEvents, CallEvents, VoxEngine


@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
    await call.say("Hello.").finished()
    call.hangup()
    VoxEngine.terminate()
