"""One connected call, and nothing more until its caller hangs up."""
# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs

from voxsim import AppEvents, CallEvents, VoxEngine


@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    event.call.add_event_listener(CallEvents.Disconnected, gone)
    event.call.answer()


def gone(_):
    VoxEngine.terminate()
