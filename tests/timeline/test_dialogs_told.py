"""What pictures tell of dialogs and menus: what is asked, what is answered, and nothing twice."""

from voxsim.parties.dialogs import Dialog
from voxsim.timeline.picture import Tone, draw

UP = """
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    global call
    call = event.call
    call.add_event_listener(CallEvents.Disconnected, lambda e: VoxEngine.terminate())
    call.answer()
    await call.wait_for(CallEvents.Connected)
"""

FLOW = f"""
require(Modules.AI)
{UP}
    flow = AI.create_dialogflow(lang="en")
    flow.send_media_to(call)
    call.send_media_to(flow)
    flow.send_query(event={{"name": "WELCOME"}})
    await sleep(1)
    call.send_media_to(flow)
    await sleep(5)
    flow.send_query(text={{"text": "trouble"}})
    await sleep(1)
    flow.stop()
"""

AVATAR = f"""
require(Modules.Avatar)
{UP}
    VoximplantAvatar.create_voice_avatar(
        call=call, avatar_config={{"avatarId": "shop"}}, asr_parameters={{"profile": ASRProfileList.Google.en_US}})
"""

MENU = f"""
require(Modules.IVR)
{UP}
    IVRState("main", {{"type": "select", "prompt": {{"say": "Press a digit."}}}}).enter(call)
"""

PUSH = """
require(Modules.PushService)
@VoxEngine.on(AppEvents.Started)
def started(event):
    VoxEngine.call_user(username="anna").add_event_listener(CallEvents.Disconnected, lambda e: VoxEngine.terminate())
"""


def caller(say):
    """Somebody who says this, and a dialog for whoever asks."""

    def setup(world, rule):
        for service in ("Dialogflow", "Avatar"):
            dialog = world.dialogs.add(Dialog(service))
            dialog.gets_event("WELCOME").replies("Hello!").begins().replies("Hello!")
            dialog.hears("taxi").replies("Where to?", intent="order")
            dialog.hears("trouble").fails("out of order")
        world.call_in(world.add_party("pstn", "+15550001", say=say, hangup=9), "100")

    return setup


def exchange(world, service):
    """The labels of the arrows between the scenario and a service."""
    picture = draw(world.journal)
    column = [participant.label for participant in picture.participants].index(service)
    return [step.label for step in picture.steps if column in (step.source, step.target)]


def labels(world):
    """All labels of a picture."""
    return [step.label for step in draw(world.journal).steps]


def test_a_dialogflow_dialog(play):
    world = play(FLOW, caller("a taxi@2"))
    assert exchange(world, "Dialogflow") == [
        "event WELCOME",
        "intent WELCOME: “Hello!”",
        "asks “a taxi”",
        "intent order: “Where to?”",
        "asks “trouble”",
    ]
    told = labels(world)
    assert "ends the dialog" in told
    assert not any("AI.Events.Dialogflow" in label for label in told if "Error" not in label)
    assert "AI.Events.DialogflowError cause='out of order'" in told


def test_an_avatar(play):
    world = play(AVATAR, caller("a taxi@3"))
    assert exchange(world, "Avatar") == [
        "begins the dialog",
        "answers: “Hello!”",
        "asks “a taxi”",
        "intent order: “Where to?”",
    ]


def test_a_menu_that_is_entered(play):
    assert "enters the menu main" in labels(play(MENU))


def test_a_push_notification(play):
    def offline(world, rule):
        world.add_party("user", "anna", "wakes:1,answer:1,hangup:2", online=False)
        world.start(rule)

    world = play(PUSH, offline)
    (note,) = (step for step in draw(world.journal).steps if step.label == "sends a push notification")
    assert note.tone is Tone.PLAIN
