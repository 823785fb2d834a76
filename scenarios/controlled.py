"""A call that another program steers over HTTP while it goes on.

POST {"command": "say", "text": "..."}, {"command": "status"} or {"command": "hangup"} to the session's URL, which is
written to the log; the answers are JSON. When the session ends, the length of the call is reported to a web service.

Try it: voxsim run scenarios/controlled.py --http 'POST:{"command": "say", "text": "Hello"}@5s'
"""

import json

from voxsim import AppEvents, CallEvents, CallState, Logger, Net, VoxEngine

REPORTS = "https://reports.example/calls"

call = None
seconds = 0  # how long the call lasted, once it is over


@VoxEngine.on(AppEvents.Started)
def on_started(event):
    Logger.write(f"Steer this call at {event.access_secure_url}")


@VoxEngine.on(AppEvents.CallAlerting)
def on_alerting(event):
    global call
    call = event.call
    call.add_event_listener(CallEvents.Disconnected, on_disconnected)
    call.answer()


def on_disconnected(event):
    global seconds
    seconds = event.duration
    VoxEngine.terminate()


@VoxEngine.on(AppEvents.HttpRequest)
def on_request(event):
    """What is returned here is the answer to the HTTP request."""
    try:
        request = json.loads(event.content)
    except ValueError:
        return {"error": "the body is not JSON"}
    match request:
        case {"command": "status"}:
            return {"state": call.state() if call else "no call yet"}
        case {"command": "say" | "hangup"} if call is None or call.state() != CallState.CONNECTED:
            return {"error": "the call is not connected"}
        case {"command": "say", "text": str(text)}:
            call.say(text)
            return {"ok": True}
        case {"command": "hangup"}:
            call.hangup()
            return {"ok": True}
    return {"error": "the command is say (with a text), status or hangup"}


@VoxEngine.on(AppEvents.Terminating)
def on_terminating(event):
    # The platform allows one HTTP request here, and waits for its answer.
    report = json.dumps({"caller": call.callerid() if call else None, "seconds": seconds})
    Net.http_request(REPORTS, on_reported, method="POST", post_data=report)


def on_reported(result):
    Logger.write("reported" if result.code == 200 else f"not reported: {result.code} {result.error}")
