"""A conference with a moderator: everybody hears everybody, and who has the PIN is in charge.

The moderator presses 1 to mute all guests, 2 to let them speak again, 3 to hear how many are here, 4 to lock the
conference or unlock it, and 0 to end it. What is sent to the session over HTTP is read out to all. Callers come by
conference_join.py; the conference ends with its last participant.
"""

from voxsim import AppEvents, CallEvents, Logger, Modules, PlayerEvents, VoxEngine, require

require(Modules.Conference)

PIN = "4711"

conference = None
people = {}  # each participant's call, and whether it moderates
muted = False
locked = False


@VoxEngine.on(AppEvents.Started)
def open_room(event):
    global conference
    conference = VoxEngine.create_conference()
    Logger.write(f"{event.conference_name} is open")


@VoxEngine.on(AppEvents.CallAlerting)
def let_in(event):
    call = event.call
    pin = event.headers.get("X-PIN")
    if pin and pin != PIN:
        call.reject(403)
    elif locked and not pin:
        call.reject(603)
    else:
        call.add_event_listener(CallEvents.Connected, lambda _: enter(call, bool(pin)))
        call.add_event_listener(CallEvents.Disconnected, lambda _: leave(call))
        call.answer()


def enter(call, moderates):
    people[call] = moderates
    conference.send_media_to(call)
    if moderates:
        call.handle_tones(True)
        call.add_event_listener(CallEvents.ToneReceived, lambda event: command(event.tone))
    if moderates or not muted:
        call.send_media_to(conference)
    announce(f"{name_of(call)} has joined.")


def leave(call):
    people.pop(call, None)
    if people:
        announce(f"{name_of(call)} has left.")
    else:
        VoxEngine.terminate()


def command(digit):
    """Do what the moderator's digit stands for."""
    global locked
    if digit in "12":
        mute(digit == "1")
    elif digit == "3":
        announce(f"Participants: {len(people)}.")
    elif digit == "4":
        locked = not locked
        announce("The conference is locked." if locked else "The conference is open.")
    elif digit == "0":
        goodbye = announce("The moderator has ended the conference. Goodbye.")
        goodbye.add_event_listener(PlayerEvents.PlaybackFinished, lambda _: VoxEngine.terminate())


def mute(wanted):
    """Let the guests be heard no more, or again."""
    global muted
    muted = wanted
    for call, moderates in people.items():
        if not moderates and muted:
            call.stop_media_to(conference)
        elif not moderates:
            call.send_media_to(conference)
    announce("All guests are muted." if muted else "All guests may speak.")


@VoxEngine.on(AppEvents.HttpRequest)
def on_request(event):
    announce(event.content)
    return f"heard by {len(people)}"


def announce(text):
    """Say something to everybody."""
    Logger.write(text)
    player = VoxEngine.create_tts_player(text)
    player.send_media_to(conference)
    return player


def name_of(call):
    return call.display_name() or call.callerid() or "Somebody"
