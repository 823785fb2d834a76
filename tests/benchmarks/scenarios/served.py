"""What the server's benchmarks serve: as many calls as the custom data says, a managing handler, and an echo."""
# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs

from voxsim import AppEvents, VoxEngine, WebSocketEvents


@VoxEngine.on(AppEvents.Started)
def started(event):
    VoxEngine.allow_web_socket_connections()
    for line in range(int(VoxEngine.custom_data() or 0)):
        VoxEngine.call_pstn(f"+1555010{line}", "15550001")


@VoxEngine.on(AppEvents.HttpRequest)
def asked(event):
    return "hello"


@VoxEngine.on(AppEvents.WebSocket)
def opened(event):
    socket = event.websocket
    socket.add_event_listener(WebSocketEvents.MESSAGE, lambda message: socket.send(message.text))
