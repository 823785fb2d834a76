"""A whole session with plain handlers: a call answered, a prompt, digits, an outgoing leg, a bridge, both ends."""
# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
# ruff: noqa: PLW0603 - a session's variables are module globals, as on the platform

from voxsim import AppEvents, CallEvents, VoxEngine

caller = None
agent = None
digits = ""


@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    global caller
    caller = event.call
    caller.add_event_listener(CallEvents.Connected, connected)
    caller.add_event_listener(CallEvents.ToneReceived, tone)
    caller.add_event_listener(CallEvents.Disconnected, caller_gone)
    caller.answer()


def connected(event):
    event.call.handle_tones(True)
    event.call.say("Enter your code.")


def tone(event):
    global agent, digits
    digits += event.tone
    if len(digits) == 3:
        agent = VoxEngine.call_pstn("+15550100", "15550001")
        agent.add_event_listener(CallEvents.Connected, joined)
        agent.add_event_listener(CallEvents.Disconnected, agent_gone)


def joined(event):
    VoxEngine.send_media_between(caller, event.call)


def caller_gone(_):
    agent.hangup()


def agent_gone(_):
    VoxEngine.terminate()
