"""Call forwarding with two fallbacks, in callback style.

The dialled user's app rings first. When it is busy, offline or not answered in time, the call goes on to a mobile
phone. When that fails too, the caller hears an announcement and a tone, and has half a minute to speak.

Try it: voxsim run scenarios/forward.py --to desk-7 --answer "desk-7=busy" --answer "+12025550120=answer:5"
"""

from voxsim import AppEvents, CallEvents, Logger, VoxEngine, set_timeout

MOBILE = "+12025550120"
SECONDS_IN_THE_APP = 15
SECONDS_ON_THE_MOBILE = 20
SECONDS_TO_SPEAK = 30
ANNOUNCEMENT = "Nobody can take your call. Please leave a message after the tone."
BEEP = "1000@-19;1(1/0/1)"

caller = None  # the incoming call: every session has variables of its own


def on_alerting(event):
    global caller
    caller = event.call
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    app = VoxEngine.call_user(
        username=event.destination,
        callerid=event.callerid,
        display_name=event.display_name,
        extra_headers={"VI-CallTimeout": str(SECONDS_IN_THE_APP)},
    )
    join(app, when_failed=try_mobile)


def try_mobile(event):
    Logger.write(f"the app: {event.code} {event.reason}")
    headers = {"VI-CallTimeout": str(SECONDS_ON_THE_MOBILE)}
    mobile = VoxEngine.call_pstn(MOBILE, caller.callerid(), extra_headers=headers)
    join(mobile, when_failed=take_message)


def join(callee, when_failed):
    """Show the caller what happens on the outgoing call, and connect the two when it is answered."""
    callee.add_event_listener(CallEvents.Ringing, lambda _: caller.ring())
    callee.add_event_listener(CallEvents.AudioStarted, lambda _: caller.start_early_media())
    callee.add_event_listener(CallEvents.Connected, lambda _: caller.answer())
    callee.add_event_listener(CallEvents.Failed, when_failed)
    callee.add_event_listener(CallEvents.Disconnected, lambda _: caller.hangup())
    VoxEngine.send_media_between(caller, callee)


def take_message(event):
    Logger.write(f"the mobile phone: {event.code} {event.reason}")
    caller.add_event_listener(CallEvents.Connected, lambda _: caller.say(ANNOUNCEMENT))
    caller.add_event_listener(CallEvents.PlaybackFinished, beep)
    caller.answer()


def beep(event):
    VoxEngine.create_tone_script_player(BEEP).send_media_to(caller)
    set_timeout(caller.hangup, SECONDS_TO_SPEAK * 1000)


VoxEngine.add_event_listener(AppEvents.CallAlerting, on_alerting)
