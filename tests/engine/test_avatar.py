"""Avatars: a dialog by text in states, and the same dialog held on a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voxsim.testing import Vox

Write = Callable[[str], str]

BY_TEXT = """
require(Modules.Avatar)
EPOCH = now().timestamp()

def write(text):
    Logger.write(f"{{now().timestamp() - EPOCH:.2f}} {{text}}")

def tell(event):
    facts = {{
        VoximplantAvatar.Events.Reply: lambda: (
            event.utterance, event.current_state, event.next_state, event.listen, event.is_final),
        VoximplantAvatar.Events.UtteranceParsed: lambda: (
            event.text, event.intent, event.current_state, event.visits_counter, event.utterance_counter),
        VoximplantAvatar.Events.Finish: lambda: (event.utterance, event.current_state, event.custom_data),
        VoximplantAvatar.Events.Error: lambda: event.reason,
    }}.get(event.name, lambda: "")()
    write(f"{{event.name.partition('.')[2]}} {{facts}}".strip())

@VoxEngine.on(AppEvents.Started)
async def started(event):
    avatar = VoximplantAvatar.create_avatar({config})
    for kind in VoximplantAvatar.Events:
        avatar.add_event_listener(kind, tell)
    {body}
"""


@pytest.fixture
def by_text(vox: Vox, scenario: Write) -> Callable[..., Any]:
    """Start a scenario with an avatar, which waits until it is loaded and lets it begin."""

    async def start(body: str = "pass", config: str = '{"avatarId": "shop"}', seconds: float = 5) -> list[str]:
        begin = "await avatar.wait_for(VoximplantAvatar.Events.Loaded); avatar.start()\n    "
        vox.start(scenario(BY_TEXT.format(body=begin + body, config=config)))
        await vox.advance(seconds)
        return list(vox.session.log)

    return start


# --- by text ---


async def test_a_dialog_by_text_runs_through_its_states_to_its_end(vox: Vox, by_text: Any):
    shop = vox.avatar("shop").begins().replies("What would you like?", next_state="order")
    shop.hears("pizza", state="order").replies("Which size?", intent="pizza", next_state="size")
    shop.hears("large", state="size").replies("Done.", ends=True, custom_data={"size": "L"})
    log = await by_text("""
    await sleep(1)
    await avatar.handle_utterance("a pizza please")
    write("handled")
    await avatar.handle_utterance("large")
""")
    assert log == [
        "0.20 Loaded",
        "0.50 Reply ('What would you like?', 'start', 'order', True, False)",
        "1.50 UtteranceParsed ('a pizza please', 'pizza', 'order', 1, 1)",
        "1.50 Reply ('Which size?', 'order', 'size', True, False)",
        "1.50 handled",
        "1.80 UtteranceParsed ('large', 'large', 'size', 1, 1)",
        "1.80 Reply ('Done.', 'size', None, None, True)",
        "1.80 Finish ('Done.', 'size', {'size': 'L'})",
    ]


async def test_utterances_and_visits_are_counted_in_their_state(vox: Vox, by_text: Any):
    vox.avatar().begins().replies("Hi").otherwise().replies("Again?").enters("order").replies("Order!")
    log = await by_text("""
    await sleep(1)
    await avatar.handle_utterance("one")
    await avatar.handle_utterance("two")
    await avatar.go_to_state("order")
    await avatar.handle_utterance("three")
""")
    parsed = [line.partition(" ")[2] for line in log if "Parsed" in line or "Order!" in line]
    assert parsed == [
        "UtteranceParsed ('one', '', 'start', 1, 1)",
        "UtteranceParsed ('two', '', 'start', 1, 2)",
        "Reply ('Order!', 'order', None, True, False)",
        "UtteranceParsed ('three', '', 'order', 1, 1)",
    ]


async def test_intents_and_entities_come_when_they_are_asked_for(vox: Vox, by_text: Any):
    vox.avatar().hears("pizza").replies("ok", intent="order", confidence=0.7, parameters={"food": "pizza"})
    body = """
    await sleep(1)
    await avatar.handle_utterance("pizza")
"""
    await by_text(body, '{"avatarId": "shop", "extended": True, "customData": {"name": "Ann"}}')
    parsed = next(one.data for one in vox.session.events if one.name == "AvatarEvents.UtteranceParsed")
    assert parsed.intents == [{"intent": "order", "confidence": 0.7}]
    assert (parsed.entities, parsed.confidence, parsed.response) == ({"food": "pizza"}, 0.7, "ok")
    question = vox.world.dialogs.dialogs[0].questions[-1]
    assert (question.agent, question.state, question.parameters) == ("shop", "start", {"customData": {"name": "Ann"}})


async def test_silence_is_answered_too(vox: Vox, by_text: Any):
    vox.avatar().begins().replies("Hi").hears_nothing().replies("Are you there?", listen_timeout=3000)
    log = await by_text("await sleep(1); await avatar.handle_timeout()")
    assert log[-1] == "1.50 Reply ('Are you there?', 'start', None, True, False)"


async def test_a_failure_is_told_and_the_dialog_goes_on(vox: Vox, by_text: Any):
    vox.avatar().hears("bad").fails("no model").hears("good").replies("fine")
    log = await by_text("""
    await sleep(1)
    await avatar.handle_utterance("bad")
    await avatar.handle_utterance("good")
""")
    assert log[2:] == [
        "1.50 Error no model",
        "1.80 UtteranceParsed ('good', 'good', 'start', 1, 2)",
        "1.80 Reply ('fine', 'start', None, True, False)",
    ]


async def test_an_avatar_that_nobody_plays_says_who_could(vox: Vox, by_text: Any):
    log = await by_text()
    assert 'Nobody plays Avatar shop: say who does, as in vox.avatar().hears("hello")' in log[-1]


async def test_nothing_is_answered_before_the_start_and_after_the_end(vox: Vox, by_text: Any):
    vox.avatar().begins().replies("Bye", ends=True)
    log = await by_text("""
    await sleep(1)
    await avatar.handle_utterance("too late")
    avatar.start()
""")
    assert log[-1].startswith("0.50 Finish")
    warnings = [record.name for record in vox.session.timeline if record.kind == "warning"]
    assert warnings == [
        "The avatar is finished, not in a dialog: nothing is answered.",
        "start: the avatar is finished already; ignored.",
    ]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("VoximplantAvatar.create_avatar()", "needs `avatarId`, a text, got ''"),
        ("VoximplantAvatar.Avatar('shop')", "is an object with `avatarId` in it, got 'shop'"),
        ("VoximplantAvatar.create_voice_avatar(avatar_config={'avatarId': 'x'})", "needs `call`, a Call, got None"),
        ("VoximplantAvatar.create_voice_avatar(call=7)", "needs `call`, a Call, got 7"),
    ],
)
async def test_what_cannot_be_is_told(code: str, words: str, vox: Vox, started: Write):
    vox.start(started(f"require(Modules.Avatar)\n{code}"))
    assert words in (await vox.failed()).message


# --- on a call ---

ON_A_CALL = """
require(Modules.Avatar)
EPOCH = now().timestamp()

def write(text):
    Logger.write(f"{{now().timestamp() - EPOCH:.2f}} {{text}}")

async def finish(event):
    write(f"finish {{event.custom_data}}")
    await sleep(0.5)
    call.hangup()

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    global call
    call = event.call
    call.add_event_listener(CallEvents.Disconnected, lambda e: VoxEngine.terminate())
    avatar = VoximplantAvatar.create_voice_avatar({{
        "call": call,
        "avatarConfig": {{"avatarId": "shop"}},
        "asrParameters": {{"profile": ASRProfileList.Google.en_US}},
        "ttsPlayerParameters": {{"voice": VoiceList.Google.en_US_Wavenet_A}},
        "asrEndOfPhraseDetectorTimeout": 200,
        "onFinishCallback": finish,
        "onErrorCallback": lambda e: write(f"error {{e.reason}}"),
        {more}
    }})
    {body}
    call.answer()
"""


@pytest.fixture
def on_a_call(vox: Vox, scenario: Write) -> Callable[..., Any]:
    """Dial a scenario with a voice avatar; every text takes a second."""
    vox.speech(1)

    async def dial(body: str = "pass", more: str = "") -> Any:
        return await vox.phone().dial(scenario=scenario(ON_A_CALL.format(body=body, more=more)))

    return dial


async def test_a_voice_avatar_holds_the_dialog(vox: Vox, on_a_call: Any):
    shop = vox.avatar("shop").begins().replies("What would you like?")
    shop.hears("pizza").replies("Coming.").replies("Goodbye.", ends=True, custom_data="pizza")
    call = await on_a_call()
    await call.heard("What would you like?")
    await vox.advance(2)
    call.say("a pizza please")
    await call.heard("Coming.")
    await call.heard("Goodbye.")
    await call.ended()
    session = await vox.finished()
    # 1 s of speech, 0.5 to recognise it, 0.2 of silence, 0.3 to answer it, and two replies of 1 s each.
    assert session.log == [f"{2.5 + 1 + 0.5 + 0.2 + 0.3 + 2:.2f} finish pizza"]


async def test_the_scenario_hears_the_events_of_the_avatar_its_ears_and_its_voice(vox: Vox, on_a_call: Any):
    vox.avatar().begins().replies("Hello?").otherwise().replies("Bye.", ends=True)
    body = """for kind in (*VoximplantAvatar.Events, *ASREvents, *PlayerEvents):
        avatar.add_event_listener(kind, lambda e: write(e.name))
    avatar.remove_event_listener(PlayerEvents.Created)
    avatar.remove_event_listener(ASREvents.Started)"""
    call = await on_a_call(body)
    await call.heard("Hello?")
    await vox.advance(2)
    call.say("no")
    await call.ended()
    names = [line.split(" ")[1] for line in vox.session.log]
    assert names == [
        "AvatarEvents.Loaded",
        "AvatarEvents.Reply",
        "Player.PlaybackReady",
        "Player.Started",
        "Player.PlaybackFinished",
        "ASR.CaptureStarted",
        "ASR.SpeechCaptured",
        "ASR.Result",
        "AvatarEvents.UtteranceParsed",
        "AvatarEvents.Reply",
        "AvatarEvents.Finish",
        "Player.PlaybackReady",
        "Player.Started",
        "Player.PlaybackFinished",
        "finish",
        "ASR.Stopped",
    ]


async def test_what_is_said_while_the_avatar_speaks_is_not_heard(vox: Vox, on_a_call: Any):
    shop = vox.avatar().begins().replies("Hello?")
    call = await on_a_call()
    await call.heard("Hello?")
    call.say("pizza", 0.5)
    await vox.advance(5)
    assert [question.kind for question in shop.questions] == ["start"]


async def test_the_caller_may_interrupt_after_the_time_that_the_reply_allows(vox: Vox, on_a_call: Any):
    shop = vox.avatar().begins().replies("A long speech.", interruptable_after=300)
    shop.hears("stop").replies("All right.")
    vox.speech({"A long speech.": 10, "stop": 1, "All right.": 1})
    call = await on_a_call()
    await call.heard("A long speech.")
    await vox.advance(2)
    call.say("stop")
    await vox.advance(0.01)
    assert call.received[-1].what == "silence"
    await call.heard("All right.")


async def test_silence_is_the_callers_turn_after_its_time(vox: Vox, on_a_call: Any):
    shop = vox.avatar().begins().replies("Hello?", listen_timeout=2000)
    shop.hears_nothing().replies("Still there?").hears_nothing().replies("Bye.", ends=True)
    call = await on_a_call(more='"defaultListenTimeout": 3000')
    begins = [(await call.heard(words)).seconds for words in ("Hello?", "Still there?", "Bye.")]
    assert [round(later - begins[0], 2) for later in begins] == [0, 3.3, 7.6]
    await call.ended()


async def test_a_pause_inside_what_the_caller_says_does_not_end_it(vox: Vox, on_a_call: Any):
    shop = vox.avatar().begins().replies("Yes?").otherwise().replies("I see.")
    call = await on_a_call(more='"asrEndOfPhraseDetectorTimeout": 1500')
    await call.heard("Yes?")
    await vox.advance(2)
    call.say("I would like")
    await vox.advance(2)
    call.say("a pizza")
    await call.heard("I see.")
    assert [question.value for question in shop.questions if question.kind == "text"] == ["I would like a pizza"]


async def test_errors_reach_the_callback(vox: Vox, on_a_call: Any):
    vox.avatar().begins().fails("no such avatar")
    await on_a_call()
    await vox.logged("error no such avatar")


async def test_a_caller_who_hangs_up_ends_the_dialog(vox: Vox, on_a_call: Any):
    vox.avatar().begins().replies("Hello?")
    call = await on_a_call()
    await call.heard("Hello?")
    await call.hang_up()
    session = await vox.finished()
    assert session.log == []
    assert [one.name for one in session.events if one.name.startswith(("Player", "ASR"))][-2:] == [
        "Player.Stopped",
        "ASR.Stopped",
    ]


async def test_a_reply_for_which_there_is_no_player_left_is_told_as_an_error(vox: Vox, incoming: Write):
    vox.avatar().begins().replies("Hi").hears("done").replies("Bye", ends=True)
    scenario = incoming("""
        call.answer()
        players = [VoxEngine.create_tts_player("a", on_pause=True) for _ in range(10)]
        VoximplantAvatar.create_voice_avatar(
            call=call,
            avatar_config={"avatarId": "a"},
            asr_parameters={"profile": "ASRProfileList.Google.en_US"},
            on_error_callback=lambda event: (Logger.write(event.reason), players.pop().stop()),
            on_finish_callback=lambda event: call.hangup(),
        )
    """)
    call = await vox.phone().dial(scenario=scenario)
    await vox.logged("The reply cannot be said: A session can have 10 players at a time; stop some first.")
    call.say("done")
    await call.heard("Bye")
    assert (await vox.finished()).failures == ()
