"""Dialogflow: what a caller says is recognised and answered, in the shapes of its API, and the reply is heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voxsim.testing import Vox

Write = Callable[[str], str]

TALK = """
require(Modules.AI)
EPOCH = now().timestamp()

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    global call, flow
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
    call.add_event_listener(CallEvents.Disconnected, lambda e: VoxEngine.terminate())
    flow = AI.create_dialogflow({options})
    for kind in AI.Events:
        flow.add_event_listener(kind, tell)
    {body}

def tell(event):
    name = event.name.removeprefix("AI.Events.Dialogflow")
    facts = ""
    if name == "Response":
        result = event.response.get("queryResult")
        heard = event.response.get("recognitionResult")
        facts = result.get("fulfillmentText") if result else heard["transcript"] or heard["messageType"]
    elif name in ("Error", "Stopped"):
        facts = event.cause
    elif name == "PlaybackStarted":
        facts = event.duration
    elif name == "PlaybackMarkerReached":
        facts = event.offset
        call.send_media_to(flow)
    elif name == "RecognitionResult":
        facts = event.is_final
    Logger.write(f"{{now().timestamp() - EPOCH:.2f}} {{name}} {{facts}}".strip())
"""

BOTH_WAYS = "flow.send_media_to(call); call.send_media_to(flow)"


@pytest.fixture
def talk(vox: Vox, scenario: Write) -> Callable[..., Any]:
    """Dial a scenario that talks to Dialogflow; every text takes a second."""
    vox.speech(1)

    async def dial(body: str = BOTH_WAYS, options: str = 'lang="en"') -> Any:
        call = await vox.phone().dial(scenario=scenario(TALK.format(body=body, options=options)))
        await call.answered()
        await vox.settled()
        return call

    return dial


def responses(session: Any) -> list[Any]:
    """The responses so far."""
    return [record.data.response for record in session.events if record.name == "AI.Events.DialogflowResponse"]


# --- by voice ---


async def test_what_is_said_is_recognised_answered_and_the_reply_is_heard(vox: Vox, talk: Any):
    vox.dialogflow().hears("a taxi").replies("Where to?", intent="taxi", parameters={"seats": 2})
    call = await talk()
    call.say("I want a taxi")
    await call.heard("Where to?")
    await vox.advance(3)
    assert vox.session.log == [
        "0.12 Response I",
        "0.12 RecognitionResult False",
        "0.52 Response I want",
        "0.52 RecognitionResult False",
        "0.62 Response I want a",
        "0.62 RecognitionResult False",
        "1.52 Response I want a taxi",
        "1.52 RecognitionResult True",
        "1.82 Response Where to?",
        "1.82 QueryResult",
        "1.82 PlaybackStarted 1000",
        "2.82 PlaybackFinished",
    ]
    silence = [item.value for item in call.received if item.what in ("heard", "silence")]
    assert silence == ["Where to?", ""]


async def test_responses_have_the_shapes_of_the_service(vox: Vox, talk: Any):
    vox.dialogflow().hears("a taxi").replies(
        "Where to?", intent="taxi", parameters={"seats": 2}, action="ask", complete=False, payload={"map": True}
    )
    call = await talk()
    call.say("A taxi")
    await vox.advance(3)
    *_, recognised, answered = responses(vox.session)
    assert recognised == {
        "recognitionResult": {"messageType": "TRANSCRIPT", "transcript": "A taxi", "isFinal": True, "confidence": 0.9}
    }
    assert set(answered) == {"responseId", "queryResult", "webhookStatus"}
    result = answered["queryResult"]
    assert result.pop("intent").items() >= {"displayName": "taxi", "isFallback": False}.items()
    assert result == {
        "queryText": "A taxi",
        "action": "ask",
        "parameters": {"seats": 2},
        "allRequiredParamsPresent": False,
        "fulfillmentText": "Where to?",
        "fulfillmentMessages": [{"text": {"text": ["Where to?"]}}, {"payload": {"map": True}}],
        "intentDetectionConfidence": 1.0,
        "languageCode": "en",
    }


async def test_with_the_answer_it_ceases_to_listen_until_media_is_sent_again(vox: Vox, talk: Any):
    flow = vox.dialogflow().otherwise().replies("And?")
    call = await talk("flow.add_marker(-300); " + BOTH_WAYS)
    call.say("first")
    await vox.advance(2.2)
    call.say("lost", 0.1)
    await call.heard("And?")
    await vox.advance(2)
    call.say("second")
    await vox.advance(3)
    assert [question.value for question in flow.questions] == ["first", "second"]
    markers = [line for line in vox.session.log if "Marker" in line]
    assert markers == ["2.52 PlaybackMarkerReached -300", "6.72 PlaybackMarkerReached -300"]


async def test_what_fits_nothing_gets_the_fallback(vox: Vox, talk: Any):
    vox.dialogflow().hears("a taxi").replies("Where to?")
    call = await talk()
    call.say("mumble")
    await call.heard("say that again")
    result = responses(vox.session)[-1]["queryResult"]
    assert (result["intent"]["displayName"], result["action"]) == ("Default Fallback Intent", "input.unknown")


async def test_turns_with_the_same_words_follow_each_other(vox: Vox, talk: Any):
    flow = vox.dialogflow()
    flow.hears("yes").replies("One.").hears("yes").replies("Two.", ends=True)
    call = await talk("flow.add_marker(0); " + BOTH_WAYS)
    for reply in ("One.", "Two.", "Two."):
        call.say("yes")
        await call.heard(reply)
        await vox.advance(1.1)
    ends = [one["queryResult"].get("diagnosticInfo") for one in responses(vox.session) if "queryResult" in one]
    assert ends == [None, {"end_conversation": True}, {"end_conversation": True}]


async def test_the_end_of_a_single_utterance_is_reported(vox: Vox, talk: Any):
    vox.dialogflow()
    call = await talk(options='lang="en", single_utterance=True')
    call.say("hello")
    await vox.advance(1.6)
    kinds = [one["recognitionResult"]["messageType"] for one in responses(vox.session)]
    assert kinds == ["END_OF_SINGLE_UTTERANCE", "TRANSCRIPT"]


async def test_silence_is_answered_without_a_text_and_without_an_id(vox: Vox, talk: Any):
    vox.dialogflow()
    await talk()
    await vox.advance(61)
    assert responses(vox.session) == [{"queryResult": {"languageCode": "en"}}]
    assert vox.session.log[0].startswith("60.02 Response")


async def test_what_is_cut_off_is_recognised_as_far_as_it_was_said(vox: Vox, talk: Any):
    flow = vox.dialogflow()
    call = await talk(BOTH_WAYS + "; set_timeout(lambda: call.stop_media_to(flow), 700)")
    call.say("two tickets to Rome")
    await vox.advance(3)
    assert [question.value for question in flow.questions] == ["two tickets"]


async def test_mishearing_is_asked_as_it_was_understood(vox: Vox, talk: Any):
    vox.recognition.misheard = {"a taxi": "attacks"}
    flow = vox.dialogflow()
    call = await talk()
    call.say("a taxi")
    await vox.advance(3)
    assert flow.questions[0].value == "attacks"


async def test_hints_make_recognition_surer(vox: Vox, talk: Any):
    vox.dialogflow()
    call = await talk('flow.set_phrase_hints({"phrases": ["taxi"]}); ' + BOTH_WAYS)
    call.say("a taxi")
    await vox.advance(3)
    results = [one["recognitionResult"] for one in responses(vox.session) if "recognitionResult" in one]
    assert results[-1]["confidence"] == 0.95


# --- by text and event ---


async def test_an_event_is_answered(vox: Vox, talk: Any):
    flow = vox.dialogflow().gets_event("WELCOME").replies("Hello!")
    body = """flow.set_query_parameters({"payload": {"name": "Ann"}})
    flow.send_media_to(call)
    flow.send_query({"event": {"name": "WELCOME", "parameters": {"vip": True}, "language_code": "en"}})"""
    call = await talk(body)
    await call.heard("Hello!")
    question = flow.questions[0]
    assert (question.kind, question.value, question.language) == ("event", "WELCOME", "en")
    assert question.parameters == {"payload": {"name": "Ann"}, "vip": True}


async def test_a_text_is_answered_and_the_rate_of_speech_counts(vox: Vox, talk: Any):
    vox.world.switch.sounds.speech_seconds = None
    vox.dialogflow().hears("open").replies("From nine to five, every day.")
    body = """flow.set_output_audio_config(synthesize_speech_config={"speakingRate": 2.0, "voice": {"name": "Ann"}})
    flow.send_query(text={"text": "When do you open?", "languageCode": "en"})"""
    await talk(body)
    await vox.advance(3)
    assert vox.session.log[2] == f"0.32 PlaybackStarted {29 * 1000 // 30}"


async def test_a_second_reply_replaces_the_first(vox: Vox, talk: Any):
    flow = vox.dialogflow()
    flow.gets_event("A").replies("One.").gets_event("B").replies("Two.")
    body = """flow.send_media_to(call)
    flow.send_query(event={"name": "A"})
    set_timeout(lambda: flow.send_query(event={"name": "B"}), 500)"""
    call = await talk(body)
    await vox.advance(5)
    assert [item.value for item in call.received if item.what == "heard"] == ["One.", "Two."]
    assert sum("PlaybackFinished" in line for line in vox.session.log) == 1


async def test_the_reply_streams_to_a_websocket_as_any_units_sound_does(vox: Vox, started: Write):
    vox.speech(1)
    vox.web.socket("wss://peer.example/x")
    vox.dialogflow().gets_event("WELCOME").replies("Hello!")
    vox.start(
        started("""
        require(Modules.AI)
        socket = VoxEngine.create_web_socket("wss://peer.example/x")
        await socket.wait_for(WebSocketEvents.OPEN)
        flow = AI.create_dialogflow(lang="en")
        flow.send_media_to(socket)
        flow.send_query(event={"name": "WELCOME"})
    """)
    )
    peer = await vox.connected()
    await vox.advance(3)
    frames = [text for text in peer.peer.texts if '"event": "media"' in text]
    assert len(frames) == 50


# --- which agent ---


async def test_each_agent_has_its_own_dialog(vox: Vox, talk: Any):
    vox.dialogflow().otherwise().replies("anybody")
    vox.dialogflow(7).otherwise().replies("seven")
    call = await talk(BOTH_WAYS, 'lang="en", agent_id=7')
    call.say("hello")
    await call.heard("seven")


# --- the end and errors ---


async def test_a_failure_is_told_and_the_dialog_goes_on(vox: Vox, talk: Any):
    vox.dialogflow().gets_event("BAD").fails("backend is down").gets_event("GOOD").replies("fine")
    body = """flow.send_media_to(call)
    flow.send_query(event={"name": "BAD"})
    set_timeout(lambda: flow.send_query(event={"name": "GOOD"}), 500)"""
    call = await talk(body)
    await call.heard("fine")
    assert vox.session.log[0] == "0.32 Error backend is down"


async def test_a_dialog_that_nobody_plays_fails_with_what_to_do(vox: Vox, talk: Any):
    await talk('flow.send_query(text={"text": "hello"})')
    await vox.advance(1)
    assert 'Nobody plays Dialogflow: say who does, as in vox.dialogflow().hears("hello")' in vox.session.log[0]


async def test_recognition_may_fail(vox: Vox, talk: Any):
    vox.recognition.error = "no quota"
    call = await talk()
    call.say("hello")
    await vox.advance(1)
    assert vox.session.log == ["0.02 Error no quota"]


async def test_stop_ends_everything(vox: Vox, talk: Any):
    vox.dialogflow().gets_event("A").replies("One.")
    body = """flow.send_media_to(call)
    flow.send_query(event={"name": "A"})
    set_timeout(lambda: (flow.stop(), flow.stop(), flow.send_query(event={"name": "A"})), 500)"""
    call = await talk(body)
    await vox.advance(3)
    assert vox.session.log[-1] == "0.52 Stopped Stopped by the scenario"
    assert [item.what for item in call.received][-2:] == ["heard", "silence"]
    warnings = [record.name for record in vox.session.timeline if record.kind == "warning"]
    assert len([one for one in warnings if "has been stopped already" in one]) == 2


async def test_the_end_of_the_session_stops_it_unheard(vox: Vox, talk: Any):
    vox.dialogflow()
    call = await talk()
    call.say("hello there")
    await vox.advance(0.5)
    await call.hang_up()
    session = await vox.finished()
    assert [record.name for record in session.timeline if record.kind == "undelivered"] == [
        "AI.Events.DialogflowStopped"
    ]


async def test_the_module_must_be_required(vox: Vox, started: Write):
    vox.start(
        started("flow = AI.create_dialogflow({'lang': DialogflowLanguage.RUSSIAN})\nLogger.write(len(flow.id()))")
    )
    await vox.logged("43")
    assert any("require(Modules.AI) is missing" in record.name for record in vox.session.timeline)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("flow.send_query({})", "needs `text` with a `text` in it, or `event` with a `name`"),
        ("flow.send_query(text='hello')", "needs `text` with a `text` in it"),
        ("flow.add_marker('soon')", "a number of milliseconds, got 'soon'"),
        ("flow.set_output_audio_config(synthesize_speech_config=3)", "is an object such as"),
        ("flow.set_query_parameters(timezone='x')", "no option 'timezone'. Did you mean 'time_zone'"),
    ],
)
async def test_what_cannot_be_is_told(code: str, words: str, vox: Vox, started: Write):
    vox.start(started(f"require(Modules.AI)\nflow = AI.create_dialogflow()\n{code}"))
    assert words in (await vox.failed()).message
