"""Players: a greeting made of speech and a jingle, then music on hold until an operator answers, in callback style.

A marker one second before the greeting's end is the moment to ring the operator. The music plays over and over; every
half minute a voice asks for patience.

Try it: voxsim run scenarios/players.py --answer "operator=answer:20"
"""

from voxsim import (
    AppEvents,
    CallEvents,
    Logger,
    PlayerEvents,
    SequencePlayerEvents,
    VoxEngine,
    clear_interval,
    set_interval,
)

JINGLE = "https://sounds.example/jingle.mp3"
MUSIC = "https://sounds.example/music.mp3"
SECONDS_OF_MUSIC = 30
SECONDS_FOR_THE_OPERATOR = 120

caller = operator = greeting = music = patience = None


def on_alerting(event):
    global caller
    caller = event.call
    caller.add_event_listener(CallEvents.Connected, greet)
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    caller.answer()


def greet(event):
    global greeting
    greeting = VoxEngine.create_sequence_player(segments=[{"text": "Welcome. Stay on the line."}, {"url": JINGLE}])
    greeting.add_marker(-1000)
    greeting.add_event_listener(SequencePlayerEvents.PlaybackMarkerReached, lambda _: ring_operator())
    greeting.add_event_listener(SequencePlayerEvents.PlaybackFinished, hold)
    greeting.send_media_to(caller)


def ring_operator():
    global operator
    operator = VoxEngine.call_user(
        username="operator",
        callerid=caller.callerid(),
        extra_headers={"VI-CallTimeout": str(SECONDS_FOR_THE_OPERATOR)},
    )
    operator.add_event_listener(CallEvents.Connected, connect)
    operator.add_event_listener(CallEvents.Failed, apologise)
    operator.add_event_listener(CallEvents.Disconnected, lambda _: caller.hangup())


def hold(event):
    global music, patience
    if event.error:
        # Without the file there is no greeting and no marker: the caller need not suffer for it.
        Logger.write(f"the greeting cannot be played: {event.error}")
        ring_operator()
    music = VoxEngine.create_url_player(MUSIC, loop=True)
    music.add_event_listener(PlayerEvents.Error, lambda e: Logger.write(f"the music cannot be played: {e.error}"))
    music.send_media_to(caller)
    # The voice takes the music's place on the line, and the music the voice's when that has finished.
    patience = set_interval(lambda: caller.say("Please stay on the line."), SECONDS_OF_MUSIC * 1000)
    caller.add_event_listener(CallEvents.PlaybackFinished, lambda _: music.send_media_to(caller))


def connect(event):
    stop_waiting()
    VoxEngine.send_media_between(caller, operator)


def apologise(event):
    stop_waiting()
    caller.add_event_listener(CallEvents.PlaybackFinished, lambda _: caller.hangup())
    caller.say("All operators are busy. Please call again later.")


def stop_waiting():
    greeting.remove_event_listener(SequencePlayerEvents.PlaybackFinished)
    caller.remove_event_listener(CallEvents.PlaybackFinished)
    clear_interval(patience)
    for player in (greeting, music):
        if player is not None:
            player.stop()


VoxEngine.add_event_listener(AppEvents.CallAlerting, on_alerting)
