"""Scripted agents: turns, tools, patience, interruptions, failures and the text services."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from voxsim.parties.agents import Agent, AgentTiming
from voxsim.testing import ExpectationFailed, Vox
from voxsim.vocabulary.errors import BadArgument

VOICE = """
from voxsim import *
require(Modules.ElevenLabs)

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    global client
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
    client = await ElevenLabs.create_agents_client(xi_api_key="k", agent_id="a")
    VoxEngine.send_media_between(call, client)
    events = ElevenLabs.AgentsEvents
    client.add_event_listener(events.ClientToolCall, tool)
    client.add_event_listener(events.Interruption, lambda event: client.clear_media_buffer())
    call.add_event_listener(CallEvents.Disconnected, lambda event: VoxEngine.terminate())

def tool(event):
    call = event.data["payload"]["client_tool_call"]
    found = "in stock" if call["parameters"].get("number") == 5 else "sold out"
    client.client_tool_result({"tool_call_id": call["tool_call_id"], "result": found, "is_error": False})
"""

REALTIME = """
from voxsim import *
require(Modules.OpenAI)

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    global client
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
    client = await OpenAI.create_realtime_api_client(api_key="k")
    VoxEngine.send_media_between(call, client)
    for name in OpenAI.RealtimeAPIEvents:
        client.add_event_listener(name, told)
{code}

def told(event):
    Logger.write(event.data["customEvent"])
"""


@pytest.fixture
def voice(tmp_path: Path) -> str:
    """A scenario that joins a caller and an agent of ElevenLabs."""
    file = tmp_path / "voice.py"
    file.write_text(VOICE)
    return str(file)


def realtime(folder: Path, code: str = "") -> str:
    file = folder / "realtime.py"
    file.write_text(REALTIME.format(code=textwrap.indent(textwrap.dedent(code), "    ")))
    return str(file)


# --- turns ---


async def test_turns_are_found_by_words_or_patterns_and_otherwise(vox: Vox, voice: str):
    agent = vox.agent("ElevenLabs")
    agent.hears("price").says("Ten euros.").hears(re.compile(r"\d{5}")).says("Thank you.").otherwise().says("Sorry?")
    call = await vox.phone().dial(scenario=voice)
    await vox.advance(1)
    for said, answer in [("The PRICE?", "Ten euros."), ("It is 10115.", "Thank you."), ("Banana.", "Sorry?")]:
        call.say(said)
        await call.heard(answer)
        await vox.advance(2)
    await call.hang_up()


async def test_turns_with_the_same_words_come_in_order_and_the_last_again(vox: Vox, voice: str):
    agent = vox.agent("ElevenLabs")
    agent.hears("again").says("First.").hears("again").says("Second.")
    call = await vox.phone().dial(scenario=voice)
    await vox.advance(1)
    for answer in ("First.", "Second.", "Second."):
        call.say("Once again.")
        await call.heard(answer)
        await vox.advance(2)
    await call.hang_up()


async def test_each_conversation_begins_the_script_anew(vox: Vox, voice: str):
    agent = vox.agent("ElevenLabs").greets("Hello!")
    agent.hears("again").says("First.").hears("again").says("Second.")
    for number in ("+15550001", "+15550002"):
        call = await vox.phone(number).dial(scenario=voice)
        await call.heard("Hello!")
        await vox.advance(2)
        call.say("Once again.")
        await call.heard("First.")
        await call.hang_up()
        await vox.finished()


async def test_what_fits_no_turn_is_not_answered_but_remembered(vox: Vox, voice: str):
    agent = vox.agent("ElevenLabs")
    agent.hears("price").says("Ten euros.")
    call = await vox.phone().dial(scenario=voice)
    await vox.advance(1)
    call.say("Banana.")
    assert await agent.heard("banana") == "Banana."
    await vox.advance(5)
    assert agent.unanswered == ["Banana."]
    assert "has no answer to “Banana.”" in " ".join(vox.ladder().replace("│", " ").split())
    await call.hang_up()


async def test_a_caller_who_goes_on_while_the_agent_thinks_said_one_thing(vox: Vox, voice: str):
    vox.speech(1)
    agent = vox.agent("ElevenLabs").otherwise().says("Sorry?")
    agent.hears("I want to order a pizza").says("Which one?")
    call = await vox.phone(say="I want to@1,order a pizza@2.8").dial(scenario=voice)
    assert await agent.heard() == "I want to"
    assert await agent.heard() == "order a pizza"
    assert await agent.said() == "Which one?"
    await call.hang_up()


async def test_what_had_no_answer_counts_with_what_follows(vox: Vox, voice: str):
    vox.speech(1)
    agent = vox.agent("ElevenLabs")
    agent.hears("I want to order a pizza").says("Which one?")
    call = await vox.phone(say="I want to@1,order a pizza@9").dial(scenario=voice)
    await call.heard("Which one?")
    assert agent.unanswered == ["I want to"]
    await call.hang_up()


async def test_two_utterances_with_a_short_pause_are_one(vox: Vox, voice: str):
    vox.speech(1)
    agent = vox.agent("ElevenLabs")
    agent.hears("I want to order a pizza").says("Which one?")
    call = await vox.phone(say="I want to@1,order a pizza@2.3").dial(scenario=voice)
    assert await agent.heard() == "I want to order a pizza"
    await call.heard("Which one?")
    await call.hang_up()


# --- time ---


async def test_an_answer_takes_the_time_of_its_parts(vox: Vox, voice: str):
    vox.speech(2)
    timing = AgentTiming(detection=0.2, transcription=0.3, thinking=1.0)
    agent = vox.agent("ElevenLabs", timing)
    agent.hears("hello").slow(4).says("Good morning.")
    call = await vox.phone(say="hello@1").dial(scenario=voice)
    vox.recognition.delay = 0.5
    await agent.said("Good morning.")
    assert vox.now == pytest.approx(0.02 + 1 + 2 + 0.5 + 0.3 + 1.0 + 4)
    await call.hang_up()


async def test_what_is_badly_heard_is_not_answered(vox: Vox, tmp_path: Path):
    agent = vox.agent("OpenAI").otherwise().says("Yes?")
    code = 'client.session_update({"audio": {"input": {"transcription": {"model": "whisper-1"}}}})'
    call = await vox.phone().dial(scenario=realtime(tmp_path, code))
    await vox.advance(1)
    call.say("mumble", confidence=0.1)
    await vox.logged("ConversationItemInputAudioTranscriptionFailed")
    await vox.advance(3)
    assert [one.what for one in agent.happenings if one.what in ("heard", "said")] == []
    await call.hang_up()


# --- tools ---


async def test_the_result_of_a_tool_chooses_the_branch(vox: Vox, voice: str):
    agent = vox.agent("ElevenLabs")
    for number in (5, 6):
        agent.hears(f"number {number}").calls_tool("stock", number=number)
        agent.gets_result("in stock").says("We have it.").gets_result("sold out").says("It is gone.")
    call = await vox.phone().dial(scenario=voice)
    await vox.advance(1)
    for number, answer in ((6, "It is gone."), (5, "We have it.")):
        call.say(f"Have you number {number}?")
        assert await agent.called_tool("stock") == {"number": number}
        await call.heard(answer)
        await vox.advance(2)
    await call.hang_up()


async def test_a_result_that_no_branch_has_is_remembered(vox: Vox, voice: str):
    agent = vox.agent("ElevenLabs")
    agent.hears("stock").calls_tool("stock", number=1).gets_result("in stock").says("We have it.")
    call = await vox.phone(say="stock?@1").dial(scenario=voice)
    await agent.got_result("sold out")
    await vox.settled()
    assert agent.unanswered == ["sold out"]
    await call.hang_up()


async def test_what_follows_a_tool_call_is_said_whatever_its_result(vox: Vox, voice: str):
    agent = vox.agent("ElevenLabs")
    agent.hears("stock").says("One moment.").calls_tool("stock").says("Done.")
    call = await vox.phone(say="stock?@1").dial(scenario=voice)
    await call.heard("One moment.")
    await call.heard("Done.")
    await call.hang_up()


def test_a_result_needs_a_call_before_it():
    with pytest.raises(BadArgument, match="follows calls_tool"):
        Agent("OpenAI").hears("x").says("y").gets_result("z")


async def test_a_caller_who_interrupts_takes_back_geminis_tool_calls(vox: Vox, tmp_path: Path):
    file = tmp_path / "gemini.py"
    file.write_text("""
from voxsim import *
require(Modules.Gemini)

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    event.call.answer()
    await event.call.wait_for(CallEvents.Connected)
    client = await Gemini.create_live_api_client(model="m")
    VoxEngine.send_media_between(event.call, client)
    cancelled = await client.wait_for(Gemini.LiveAPIEvents.ToolCallCancellation)
    Logger.write(str(cancelled.data["payload"]))
""")
    vox.speech(5)
    agent = vox.agent("Gemini").hears("stock").says("Let me look into the books.").calls_tool("stock")
    call = await vox.phone().dial(scenario=str(file))
    await vox.advance(1)
    call.say("What is in stock?")
    await agent.called_tool("stock")
    call.say("Never mind.")
    await vox.logged("{'ids': ['function-call-0001']}")
    await call.hang_up()


# --- interruptions ---


async def test_what_was_heard_before_an_interruption_is_known(vox: Vox, voice: str):
    vox.speech(8)
    agent = vox.agent("ElevenLabs").greets("one two six ten")
    call = await vox.phone().dial(scenario=voice)
    await call.heard("one two")
    await vox.advance(5)
    call.say("Stop.")
    assert await agent.interrupted() == "one two"
    await call.hang_up()


async def test_a_scenario_that_does_not_clear_the_buffer_lets_the_agent_talk_on(vox: Vox, tmp_path: Path):
    vox.speech(4)
    agent = vox.agent("OpenAI").greets("A long story.").hears("stop").says("As you like.")
    call = await vox.phone().dial(scenario=realtime(tmp_path, "client.response_create({})"))
    await call.heard("A long story.")
    began = vox.now
    await vox.advance(1)
    call.say("stop", seconds=0.5)
    await agent.said("As you like.")
    assert vox.now < began + 4
    await call.heard("As you like.")
    assert vox.now == pytest.approx(began + 4)
    await call.hang_up()


async def test_an_answer_cut_while_it_is_made_is_cancelled(vox: Vox, tmp_path: Path):
    vox.speech(8)
    agent = vox.agent("OpenAI").greets("one two three four five six")
    call = await vox.phone().dial(scenario=realtime(tmp_path, "client.response_create({})"))
    await call.heard("one two")
    call.say("Stop.")
    await agent.interrupted()
    await vox.settled()
    done = next(one.data for one in vox.session.events if one.name == "OpenAI.RealtimeAPI.ResponseDone")
    response = done.data["payload"]["response"]
    assert (response["status"], response["status_details"]["reason"]) == ("cancelled", "turn_detected")
    assert response["output"][0]["status"] == "incomplete"
    await call.hang_up()


# --- OpenAI's own rules ---


async def test_openai_does_not_speak_before_it_is_asked(vox: Vox, tmp_path: Path):
    agent = vox.agent("OpenAI").greets("Hello!")
    call = await vox.phone().dial(scenario=realtime(tmp_path))
    await vox.advance(5)
    assert [one.what for one in agent.happenings] == ["connected"]
    await call.hang_up()


async def test_openai_transcribes_only_when_it_is_asked_to(vox: Vox, tmp_path: Path):
    agent = vox.agent("OpenAI").otherwise().says("Yes?")
    call = await vox.phone(say="hello@1").dial(scenario=realtime(tmp_path))
    await agent.said("Yes?")
    assert "ConversationItemInputAudioTranscriptionCompleted" not in vox.session.log
    assert vox.session.warnings == [
        (
            "ConversationItemInputAudioTranscriptionCompleted: the service tells what a caller said only with "
            "audio.input.transcription in sessionUpdate."
        )
    ]
    await call.hang_up()


async def test_openai_waits_for_the_scenario_where_it_is_told_to(vox: Vox, tmp_path: Path):
    agent = vox.agent("OpenAI").otherwise().says("Yes?")
    code = """
    client.session_update({"session": {"turn_detection": {"type": "server_vad", "create_response": False}}})
    await client.wait_for(OpenAI.RealtimeAPIEvents.InputAudioBufferCommitted)
    await sleep(5)
    client.response_create({})
    """
    call = await vox.phone(say="hello@1").dial(scenario=realtime(tmp_path, code))
    await agent.heard("hello")
    await agent.said("Yes?")
    assert vox.now > 6
    await call.hang_up()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('client.conversation_item_retrieve({"item_id": "x"})', "Item with item_id not found: x"),
        (
            'client.conversation_item_create({"item": {"type": "function_call_output", "call_id": "c"}})',
            "No tool call with this id waits for a result: c",
        ),
        (
            'client.conversation_item_create({"item": {"type": "function_call_output", "call_id": ["c"]}})',
            "No tool call with this id waits for a result: ['c']",
        ),
        ('client.session_update({"session": {"audio": "loud"}})', "Invalid value in sessionUpdate"),
        ('client.session_update({"session": {"turn_detection": 3}})', "Invalid value in sessionUpdate"),
        (
            'client.response_create({}); await sleep(1); client.response_create({"x": 1})',
            "Conversation already has an active response",
        ),
    ],
)
async def test_openai_answers_mistakes_with_an_error(code: str, message: str, vox: Vox, tmp_path: Path):
    vox.agent("OpenAI").greets("A long story that takes its time to be told, as you will see.")
    call = await vox.phone().dial(scenario=realtime(tmp_path, code))
    await vox.logged("Error")
    error = vox.session.events[-1].data.data["payload"]["error"]
    assert error["message"] == message
    await call.hang_up()


async def test_what_was_sent_does_not_change_with_the_scenarios_object(vox: Vox, tmp_path: Path):
    vox.agent("OpenAI")
    code = """
    session = {"instructions": "Be brief."}
    client.session_update({"session": session})
    session["instructions"] = "Be long."
    updated = await client.wait_for(OpenAI.RealtimeAPIEvents.SessionUpdated)
    Logger.write(updated.data["payload"]["session"]["instructions"])
    """
    call = await vox.phone().dial(scenario=realtime(tmp_path, code))
    assert await vox.logged("Be") == "Be brief."
    await call.hang_up()


ITEM = '{"item": {"id": "i", "type": "message", "role": "system", "content": []}}'


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ('client.conversation_item_retrieve({"item_id": "i"})', "ConversationItemRetrieved"),
        (
            'client.conversation_item_truncate({"item_id": "i", "content_index": 0, "audio_end_ms": 900})',
            "ConversationItemTruncated",
        ),
        ('client.conversation_item_delete({"item_id": "i"})', "ConversationItemDeleted"),
        ("client.input_audio_buffer_clear({})", "InputAudioBufferCleared"),
        ("client.input_audio_buffer_commit({})", "InputAudioBufferCommitted"),
    ],
)
async def test_openai_confirms_what_it_is_told(code: str, event: str, vox: Vox, tmp_path: Path):
    vox.agent("OpenAI")
    call = await vox.phone().dial(scenario=realtime(tmp_path, f"client.conversation_item_create({ITEM})\n{code}"))
    await vox.logged(event)
    await call.hang_up()


async def test_a_response_can_be_cancelled(vox: Vox, tmp_path: Path):
    vox.speech(8)
    vox.agent("OpenAI").greets("one two three four")
    code = """
    client.response_create({})
    await client.wait_for(OpenAI.RealtimeAPIEvents.ResponseOutputAudioTranscriptDelta)
    client.response_cancel({})
    """
    call = await vox.phone().dial(scenario=realtime(tmp_path, code))
    await vox.logged("ResponseDone")
    assert "ResponseOutputAudioTranscriptDone" not in vox.session.log
    await call.hang_up()


async def test_an_agent_that_is_told_to_write_has_no_voice(vox: Vox, tmp_path: Path):
    agent = vox.agent("OpenAI").greets("Hello!")
    code = 'client.session_update({"session": {"output_modalities": ["text"]}})\nclient.response_create({})'
    call = await vox.phone().dial(scenario=realtime(tmp_path, code))
    await agent.said("Hello!")
    await vox.logged("ResponseOutputTextDone")
    assert not any("MediaStarted" in one.name or "Audio" in one.name for one in vox.session.events[6:])
    assert "“Hello!”" in vox.ladder()
    await call.hang_up()


# --- failures ---


async def test_the_service_reports_an_error_in_place_of_an_answer(vox: Vox, tmp_path: Path):
    vox.agent("OpenAI").hears("crash").fails("Out of memory", "server_error")
    call = await vox.phone(say="crash@1").dial(scenario=realtime(tmp_path))
    await vox.logged("Error")
    assert vox.session.events[-1].data.data["payload"]["error"] == {
        "type": "server_error",
        "code": "server_error",
        "message": "Out of memory",
        "param": None,
        "event_id": None,
    }
    await call.hang_up()


async def test_a_vendor_without_errors_closes_for_them(vox: Vox, voice: str):
    agent = vox.agent("ElevenLabs").hears("crash").fails("Out of memory")
    call = await vox.phone(say="crash@1").dial(scenario=voice)
    assert await agent.closed() == "1011 Out of memory"
    await call.hang_up()


async def test_the_service_goes_away_in_the_middle(vox: Vox, voice: str):
    agent = vox.agent("ElevenLabs").hears("crash").says("I feel").drops(1006, "")
    call = await vox.phone(say="crash@1").dial(scenario=voice)
    await call.heard("I feel")
    await agent.closed()
    await vox.settled()
    assert [one.name for one in vox.session.events][-2:] == [
        "ElevenLabs.Agents.WebSocketError",
        "ElevenLabs.Events.WebSocketMediaEnded",
    ]
    await call.hang_up()


async def test_elevenlabs_closes_for_a_result_without_a_verdict(vox: Vox, tmp_path: Path):
    file = tmp_path / "verdict.py"
    file.write_text(VOICE.replace(', "is_error": False', ""))
    agent = vox.agent("ElevenLabs").hears("stock").calls_tool("stock")
    call = await vox.phone(say="stock@1").dial(scenario=str(file))
    assert (await agent.closed()).startswith("1008 ")
    await call.hang_up()


async def test_a_silent_agent_takes_the_connection_and_says_nothing(vox: Vox, voice: str):
    agent = vox.agent("ElevenLabs").never_answers()
    call = await vox.phone(say="hello@1").dial(scenario=voice)
    await vox.advance(30)
    assert [one.name for one in vox.session.events if one.name.startswith("ElevenLabs.")] == [
        "ElevenLabs.Agents.ConnectorInformation"
    ]
    with pytest.raises(ExpectationFailed, match="agent of ElevenLabs"):
        await agent.within(10).heard("hello")
    await call.hang_up()


# --- who plays what ---


async def test_agents_are_told_apart_by_the_options_of_their_clients(vox: Vox, voice: str):
    vox.agent("ElevenLabs", agent_id="b").greets("I am b.")
    vox.agent("ElevenLabs", agent_id="a").greets("I am a.")
    call = await vox.phone().dial(scenario=voice)
    await call.heard("I am a.")
    await call.hang_up()


async def test_no_agent_has_the_options_of_the_client(vox: Vox, voice: str):
    vox.agent("ElevenLabs", agent_id="b").greets("I am b.")
    await vox.phone().dial(scenario=voice)
    await vox.failed("plays only for clients with agentId='b'")


async def test_a_service_is_named_as_closely_as_wanted(vox: Vox, tmp_path: Path):
    vox.agent("OpenAI").greets("Any.")
    realtime_agent = vox.agent("OpenAI.RealtimeAPI").greets("Realtime.")
    await vox.phone(hangup=3).dial(scenario=realtime(tmp_path, "client.response_create({})"))
    await realtime_agent.said("Realtime.")


def test_a_service_that_no_vendor_has(vox: Vox):
    with pytest.raises(BadArgument, match="Did you mean 'OpenAI'"):
        vox.agent("OpenIA")


async def test_a_test_may_speak_for_the_agent(vox: Vox, voice: str):
    agent = vox.agent("ElevenLabs")
    call = await vox.phone().dial(scenario=voice)
    await vox.advance(1)
    await agent.say("Good evening.")
    await call.heard("Good evening.")
    await call.hang_up()


# --- text services ---

TEXT = """
from voxsim import *
require(Modules.OpenAI)

@VoxEngine.on(AppEvents.Started)
async def started(event):
    global client
    client = await OpenAI.create_{service}_api_client(api_key="k", store_context=True)
    for name in OpenAI.{events}:
        client.add_event_listener(name, told)
    {ask}

def told(event):
    Logger.write(event.data["customEvent"])
    if event.data["customEvent"] == "{tool}":
        {answer}
"""

COMPLETIONS = {
    "service": "chat_completions",
    "events": "ChatCompletionsAPIEvents",
    "ask": 'client.create_chat_completions({"messages": [{"role": "user", "content": "stock of 5?"}]})',
    "tool": "FunctionToolCallArgumentsDone",
    "answer": 'client.create_chat_completions({"messages": [{"role": "tool", "tool_call_id": "call_0001", '
    '"content": "in stock"}]})',
}
RESPONSES = {
    "service": "responses",
    "events": "ResponsesAPIEvents",
    "ask": 'client.create_responses({"input": "stock of 5?"})',
    "tool": "ResponseFunctionCallArgumentsDone",
    "answer": 'client.create_responses({"input": [{"type": "function_call_output", "call_id": "call_0001", '
    '"output": "in stock"}]})',
}
STREAMS = [
    pytest.param(
        COMPLETIONS,
        "ConnectorInformation Chunk Chunk FunctionToolCallArgumentsDelta Chunk FunctionToolCallArgumentsDone "
        "Chunk Chunk ContentDelta Content Chunk ContentDelta Content ContentDone Chunk",
        id="completions",
    ),
    pytest.param(
        RESPONSES,
        "ConnectorInformation ResponseCreated ResponseInProgress ResponseOutputItemAdded "
        "ResponseFunctionCallArgumentsDelta ResponseFunctionCallArgumentsDone ResponseOutputItemDone ResponseCompleted "
        "ResponseCreated ResponseInProgress ResponseOutputItemAdded ResponseContentPartAdded ResponseTextDelta "
        "ResponseTextDelta ResponseTextDone ResponseContentPartDone ResponseOutputItemDone ResponseCompleted",
        id="responses",
    ),
]


def text_scenario(folder: Path, how: dict[str, str]) -> str:
    file = folder / "text.py"
    file.write_text(TEXT.format(**how))
    return str(file)


@pytest.mark.parametrize(("how", "stream"), STREAMS)
async def test_a_text_service_streams_a_call_and_an_answer(how: dict[str, str], stream: str, vox: Vox, tmp_path: Path):
    agent = vox.agent("OpenAI").hears("stock").calls_tool("stock", number=5).gets_result("in stock").says("Have it.")
    session = vox.start(text_scenario(tmp_path, how))
    assert await agent.called_tool("stock") == {"number": 5}
    await agent.said("Have it.")
    await vox.advance(3)
    assert session.log == stream.split()


@pytest.mark.parametrize(
    ("how", "event", "place"), [(COMPLETIONS, "ContentDelta", "delta"), (RESPONSES, "ResponseTextDelta", "delta")]
)
async def test_the_pieces_of_a_text_make_it_up(how: dict[str, str], event: str, place: str, vox: Vox, tmp_path: Path):
    vox.agent("OpenAI").hears("stock").says("Yes, we have all of them.")
    session = vox.start(text_scenario(tmp_path, how))
    await vox.advance(3)
    told = [one.data.data["payload"] for one in session.events if one.name.endswith(f".{event}")]
    assert "".join(one[place] for one in told) == "Yes, we have all of them."


@pytest.mark.parametrize(
    ("how", "event"),
    [(COMPLETIONS, "ChatCompletionsAPIError"), (RESPONSES, "ResponseError")],
    ids=["chat", "responses"],
)
async def test_a_text_service_fails(how: dict[str, str], event: str, vox: Vox, tmp_path: Path):
    vox.agent("OpenAI").hears("stock").fails("Rate limit reached", "rate_limit_exceeded")
    session = vox.start(text_scenario(tmp_path, how))
    await vox.advance(3)
    assert session.log[-1] == event


@pytest.mark.parametrize(
    ("how", "event"),
    [(COMPLETIONS, "ChatCompletionsAPIError"), (RESPONSES, "ResponsesAPIError")],
    ids=["chat", "responses"],
)
async def test_a_text_service_refuses_a_key(how: dict[str, str], event: str, vox: Vox, tmp_path: Path):
    vox.agent("OpenAI").refuses(401, "Incorrect API key")
    session = vox.start(text_scenario(tmp_path, how))
    await vox.advance(3)
    assert session.log == ["ConnectorInformation", event]


async def test_a_text_client_has_no_voice_and_no_ears(vox: Vox, tmp_path: Path):
    vox.agent("OpenAI").greets("x")
    ask = 'VoxEngine.send_media_between(VoxEngine.create_tts_player("x"), client)'
    how: dict[str, Any] = {**COMPLETIONS, "ask": ask}
    session = vox.start(text_scenario(tmp_path, how))
    await vox.advance(1)
    assert session.warnings == [
        "sendMediaTo: OpenAI.ChatCompletionsAPIClient hears nothing; no media flows.",
        "sendMediaTo: OpenAI.ChatCompletionsAPIClient has no voice; no media flows.",
    ]
