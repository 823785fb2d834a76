"""A callback that a web application begins, steers and watches.

StartScenarios begins it with the number to call as custom data. What is posted to the session's URL is said to the
callee; `status` and `hangup` are commands. A WebSocket to the same URL gets a line for each thing that happens, and
what it sends is said, too.

Try it: voxsim serve scenarios, and the lines of the README; or
voxsim run scenarios/callback.py --custom-data 15550100 --http POST:Hello@4s --http POST:hangup@9s
"""

from voxsim import AppEvents, CallEvents, CallState, VoxEngine, WebSocketEvents

CALLERID = "15550001"

call = None
watchers = []


@VoxEngine.on(AppEvents.Started)
def on_started(event):
    global call
    VoxEngine.allow_web_socket_connections()
    call = VoxEngine.call_pstn(VoxEngine.custom_data() or "15550100", CALLERID)
    call.add_event_listener(CallEvents.Connected, lambda event: tell("connected"))
    call.add_event_listener(CallEvents.Failed, on_over)
    call.add_event_listener(CallEvents.Disconnected, on_over)


@VoxEngine.on(AppEvents.HttpRequest)
def on_request(event):
    """What is returned here is the answer to the HTTP request."""
    if event.content == "status":
        return {"state": call.state(), "watchers": len(watchers)}
    if call.state() != CallState.CONNECTED:
        return {"error": "nobody has answered yet"}
    if event.content == "hangup":
        call.hangup()
    else:
        say(event.content)
    return {"ok": True}


@VoxEngine.on(AppEvents.WebSocket)
def on_socket(event):
    socket = event.websocket
    watchers.append(socket)
    socket.add_event_listener(WebSocketEvents.MESSAGE, lambda message: say(message.text))
    socket.add_event_listener(WebSocketEvents.CLOSE, lambda _: watchers.remove(socket))
    socket.send(f"the call is {call.state()}")


def say(text):
    call.say(text)
    tell(f"says: {text}")


def tell(text):
    for watcher in watchers:
        watcher.send(text)


def on_over(event):
    tell(f"over: {event.name}")
    VoxEngine.terminate()
