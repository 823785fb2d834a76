"""A conference of all who come; it ends with the last one."""

from voxsim import AppEvents, CallEvents, Modules, VoxEngine, require

require(Modules.Conference)
conference = VoxEngine.create_conference()
calls = []


@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    call = event.call
    calls.append(call)
    call.add_event_listener(CallEvents.Connected, lambda _: VoxEngine.send_media_between(call, conference))
    call.add_event_listener(CallEvents.Disconnected, lambda _: gone(call))
    call.answer()


def gone(call):
    calls.remove(call)
    if not calls:
        VoxEngine.terminate()
