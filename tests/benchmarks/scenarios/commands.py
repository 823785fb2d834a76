"""One connected call whose digits are listened to, with a command for each."""
# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
# ruff: noqa: PLW0603 - a session's variables are module globals, as on the platform

from voxsim import AppEvents, CallEvents, VoxEngine

digits = 0


@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    event.call.add_event_listener(CallEvents.ToneReceived, tone)
    event.call.add_event_listener(CallEvents.Disconnected, gone)
    event.call.answer()
    event.call.handle_tones(True)


def tone(event):
    global digits
    digits += 1
    event.call.handle_tones(True)


def gone(_):
    VoxEngine.terminate()
