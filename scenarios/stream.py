"""A talking bot behind a WebSocket, and monitors that read along.

The caller's voice is streamed to the bot, the bot's voice to the caller. Beside its voice the bot sends texts:
{"customEvent": "said", "payload": "..."} for what it says, "interrupt" to cut its own voice, "hangup" to end the call.
Whoever opens a WebSocket to the session's URL is a monitor, and gets a line for each thing that happens.

Try it: voxsim run scenarios/stream.py (nobody plays the bot there; tests/scenarios/test_stream.py has one)
"""

import json

from voxsim import AppEvents, CallEvents, Logger, VoxEngine, WebSocketAudioEncoding, WebSocketEvents

BOT = "wss://bot.example/talk"

call = None
bot = None
monitors = []


@VoxEngine.on(AppEvents.CallAlerting)
def on_alerting(event):
    global call
    call = event.call
    call.add_event_listener(CallEvents.Connected, on_connected)
    call.add_event_listener(CallEvents.Disconnected, on_disconnected)
    VoxEngine.allow_web_socket_connections()
    call.answer()


def on_connected(event):
    global bot
    bot = VoxEngine.create_web_socket(BOT)
    bot.add_event_listener(WebSocketEvents.OPEN, on_bot_open)
    bot.add_event_listener(WebSocketEvents.MESSAGE, on_bot_message)
    bot.add_event_listener(WebSocketEvents.CLOSE, on_bot_closed)


def on_bot_open(event):
    call.send_media_to(
        bot,
        tag="caller",
        encoding=WebSocketAudioEncoding.ULAW,
        custom_parameters={"callerid": call.callerid()},
    )
    bot.send_media_to(call)
    tell_monitors("the bot is connected")


def on_bot_message(event):
    try:
        message = json.loads(event.text)
    except ValueError:
        message = None
    match message:
        case {"customEvent": "said", "payload": str(text)}:
            tell_monitors(f"bot: {text}")
        case {"customEvent": "interrupt"}:
            bot.clear_media_buffer()
        case {"customEvent": "hangup"}:
            call.hangup()
        case _:
            Logger.write(f"The bot sent what is not understood: {event.text}")


def on_bot_closed(event):
    tell_monitors(f"the bot is gone: {event.code}")
    call.say("The assistant is not available. Please call again later.")
    call.add_event_listener(CallEvents.PlaybackFinished, lambda _: call.hangup())


@VoxEngine.on(AppEvents.WebSocket)
def on_monitor(event):
    monitor = event.websocket
    monitors.append(monitor)
    monitor.add_event_listener(WebSocketEvents.CLOSE, lambda _: monitors.remove(monitor))
    monitor.send(f"watching the call of {call.callerid()}")


def tell_monitors(line):
    for monitor in monitors:
        monitor.send(line)


def on_disconnected(event):
    tell_monitors(f"the call is over after {event.duration} s")
    VoxEngine.terminate()
