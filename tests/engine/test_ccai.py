"""CCAI: agents, conversations and participants, which wait for each other, and what they tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voxsim import CCAI
from voxsim.testing import Vox
from voxsim.vocabulary.errors import NoSession

Write = Callable[[str], str]

TALK = """
EPOCH = now().timestamp()

def write(text):
    Logger.write(f"{{now().timestamp() - EPOCH:.2f}} {{text}}")

def tell(event):
    if event.name == CCAI.Events.Participant.Response:
        write(f"Response {{event.response.get('reply_text', event.response)}}")
    else:
        write(event.name.removeprefix("AI.Events.Ccai"))

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    global call, agent, conversation, participant
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
    call.add_event_listener(CallEvents.Disconnected, lambda e: VoxEngine.terminate())
    agent = CCAI.Agent("support", "eu")
    conversation = CCAI.Conversation({{"agent": agent, "profile": {profile}, "project": "shop"}})
    participant = conversation.add_participant(
        {{"call": call, "dialogflowSettings": {{"lang": "en"}}, "options": {{"role": CCAI.Vendor.Role.END_USER}}}})
    for kind in CCAI.Events.Agent:
        agent.add_event_listener(kind, tell)
    for kind in CCAI.Events.Conversation:
        conversation.add_event_listener(kind, tell)
    for kind in CCAI.Events.Participant:
        participant.add_event_listener(kind, tell)
    participant.send_media_to(call)
    call.send_media_to(participant)
    {body}
"""


@pytest.fixture
def talk(vox: Vox, scenario: Write) -> Callable[..., Any]:
    """Dial a scenario with an agent, a conversation and a participant; every text takes a second."""
    vox.speech(1)

    async def dial(body: str = "pass", profile: str = '{"name": "sales"}') -> Any:
        call = await vox.phone().dial(scenario=scenario(TALK.format(body=body, profile=profile)))
        await call.answered()
        await vox.settled()
        return call

    return dial


async def test_agent_conversation_and_participant_come_about_in_turn(vox: Vox, talk: Any):
    vox.ccai("support")
    await talk(profile='{"display_name": "new"}')
    await vox.advance(2)
    assert vox.session.log == [
        "0.22 AgentStarted",
        "0.52 ConversationProfileCreated",
        "0.52 ConversationCreated",
        "0.52 ParticipantCreated",
    ]


async def test_a_caller_is_understood_answered_and_hears_the_reply(vox: Vox, talk: Any):
    desk = vox.ccai().hears("refund").replies("For which order?", intent="refund", parameters={"kind": "money"})
    call = await talk("participant.add_playback_marker(-400)")
    await vox.advance(2)
    call.say("refund")
    await call.heard("For which order?")
    await vox.advance(2)
    assert vox.session.log[3:] == [
        (
            "3.52 Response {'recognition_result': {'message_type': 'TRANSCRIPT', 'transcript': 'refund', "
            "'is_final': True, 'confidence': 0.9}}"
        ),
        "3.82 Response For which order?",
        "3.82 ParticipantPlaybackReady",
        "3.82 ParticipantPlaybackStarted",
        "4.42 ParticipantMarkerReached",
        "4.82 ParticipantPlaybackFinished",
    ]
    question = desk.questions[-1]
    assert (question.agent, question.language, question.value) == ("support", "en", "refund")
    answer = [one.data.response for one in vox.session.events if one.name.endswith("ParticipantResponse")][-1]
    found = answer["automated_agent_reply"]["detect_intent_response"]["query_result"]
    assert found["intent"]["display_name"] == "refund"
    assert (found["query_text"], found["parameters"]) == ("refund", {"kind": "money"})
    playbacks = {one.data.playback_id for one in vox.session.events if "ParticipantPlayback" in one.name}
    assert len(playbacks) == 1


async def test_content_is_analysed_once_the_conversation_is_there(vox: Vox, talk: Any):
    vox.ccai().gets_event("WELCOME").replies("Hello.").hears("help").replies("Sure.")
    call = await talk("""participant.analyze_content({"name": "WELCOME", "language_code": "en"})
    set_timeout(lambda: participant.analyze_content({"text": "help", "language_codes": "en"}), 3000)""")
    await call.heard("Hello.")
    await call.heard("Sure.")
    assert vox.session.log[3] == "0.82 Response Hello."


async def test_stopping_a_reply_is_told(vox: Vox, talk: Any):
    vox.ccai().gets_event("WELCOME").replies("Hello.")
    body = """participant.analyze_content({"name": "WELCOME"})
    set_timeout(lambda: conversation.remove_participant(participant), 1000)"""
    await talk(body)
    await vox.advance(3)
    assert vox.session.log[-3:] == [
        "0.82 ParticipantPlaybackStarted",
        "1.02 ParticipantPlaybackStopped",
        "1.02 ConversationCompleted",
    ]


async def test_destroying_the_agent_ends_its_conversations(vox: Vox, talk: Any):
    vox.ccai()
    await talk("set_timeout(lambda: agent.destroy(), 1000); set_timeout(lambda: conversation.stop(), 2000)")
    await vox.advance(3)
    assert vox.session.log[-2:] == ["1.02 ConversationCompleted", "1.02 AgentStopped"]


async def test_what_fails_is_told_by_the_conversation(vox: Vox, talk: Any):
    vox.ccai().hears("x").fails("quota")
    body = """for kind in CCAI.Events.Conversation:
        conversation.add_event_listener(kind, lambda e: write(getattr(e, "error", "")))
    participant.analyze_content({"text": "x"})"""
    await talk(body)
    await vox.logged("quota")
    assert "0.82 ConversationError" in vox.session.log


async def test_an_agent_that_nobody_plays_says_who_could(vox: Vox, talk: Any):
    body = "conversation.add_event_listener(CCAI.Events.Conversation.Error, lambda e: write(e.error))"
    await talk(body)
    assert 'Nobody plays CCAI support: say who does, as in vox.ccai().hears("hello")' in await vox.logged("Nobody")


async def test_profiles_are_listed_read_and_changed(vox: Vox, started: Write):
    vox.ccai("support").has_profile("sales", display_name="Sales").has_profile("help")
    vox.start(
        started("""
        agent = CCAI.Agent({"agentId": "support", "region": "eu"})
        found = await agent.get_profiles_list()
        Logger.write([found["name"], [one["name"] for one in found["response"]["conversation_profiles"]]])
        await agent.update_conversation_profile({"name": "help", "display_name": "Help!"})
        Logger.write((await agent.get_conversation_profile({"name": "help"}))["response"])
        try:
            await agent.get_conversation_profile({"name": "sale"})
        except VoxsimError as error:
            Logger.write(str(error))
        agent.destroy()
        try:
            await agent.get_profiles_list()
        except VoxsimError as error:
            Logger.write(str(error))
    """)
    )
    await vox.logged("has been stopped")
    assert vox.session.log == [
        '["getProfilesList", ["sales", "help"]]',
        '{"name": "help", "display_name": "Help!"}',
        "getConversationProfile: There is no conversation profile 'sale'. Did you mean 'sales'?",
        "getProfilesList: the agent has been stopped.",
    ]


def test_the_classes_are_made_inside_a_session():
    with pytest.raises(NoSession, match="inside a scenario"):
        CCAI.Agent("support")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("CCAI.Agent('')", "needs the agent's id, a text, got ''"),
        ("CCAI.Conversation({'agent': 'support'})", "needs `agent`, a CCAI.Agent, got 'support'"),
        ("CCAI.Conversation({'agent': CCAI.Agent('a')}).add_participant()", "needs `call`, a Call, got None"),
        ("CCAI.Agent('a').get_conversation_profile('x')", "takes an object such as {'name': …}, got 'x'"),
    ],
)
async def test_what_cannot_be_is_told(code: str, words: str, vox: Vox, started: Write):
    vox.start(started(code))
    assert words in (await vox.failed()).message


async def test_analysis_needs_a_text_or_an_event(vox: Vox, talk: Any):
    vox.ccai()
    await talk("participant.analyze_content({'query': 'x'})")
    assert "takes an object with `text` or with `name` in it" in (await vox.failed()).message
