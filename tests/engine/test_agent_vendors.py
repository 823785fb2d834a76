"""Every vendor's voice agent in one conversation: it greets, hears, calls a tool, answers and is interrupted."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

import pytest
from vendors import STORIES, VENDORS, Vendor

from voxsim.testing import Vox
from voxsim.testing.agents import AgentHandle

Write = Callable[[str], str]

SCENARIO = """
require(Modules.{module})
client = None

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    global client
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
    client = await {create}
    client.add_event_listener({service}Events.{tool_event}, tool)
    client.add_event_listener({service}Events.{interruption}, interruption)
    VoxEngine.send_media_between(call, client)
    call.add_event_listener(CallEvents.ToneReceived, write)
    call.add_event_listener(CallEvents.Disconnected, over)
    call.handle_tones(True)
{begin}

def tool(e):
    p, result = e.data["payload"], "shipped on Monday"
{tool}

def interruption(e):
    p = e.data["payload"]
    if {condition}:
        client.clear_media_buffer()

def write(e):
    text = "a written question"
{write}

def over(e):
    client.close()
    VoxEngine.terminate()
"""


def scenario_of(vendor: Vendor) -> str:
    return SCENARIO.format(
        module=vendor.module,
        service=vendor.service,
        create=vendor.create,
        begin=vendor.begin,
        tool_event=vendor.tool[0],
        tool=vendor.tool[1],
        interruption=vendor.interrupts[0],
        condition=vendor.interrupts[1],
        write=vendor.write,
    )


def script(vox: Vox, vendor: Vendor) -> AgentHandle:
    """What the agent does in these tests: four texts of two seconds each."""
    vox.speech(2)
    agent = vox.agent(vendor.service).greets("Good morning.")
    agent.hears("order 5").says("Let me see.").calls_tool("find_order", number=5)
    agent.gets_result("shipped").says("It is on its way.")
    agent.hears("written").says("I can read.")
    return agent


every_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.service)


async def talk(vox: Vox, agent: AgentHandle, file: str) -> Any:
    """The conversation: greeted, asks, is answered, interrupts, hangs up."""
    call = await vox.phone().dial(scenario=file)
    await call.heard("Good morning.")
    await vox.advance(3)
    call.say("Where is my order 5?")
    await call.heard("Let me see.")
    assert await agent.got_result("Monday") == "shipped on Monday"
    await call.heard("It is on its way.")
    await vox.advance(0.5)
    call.say("Stop.")
    await agent.interrupted()
    await vox.advance(6)
    await call.hang_up()
    return await vox.finished()


def told(session: Any, vendor: Vendor) -> list[str]:
    """The events of the client without their prefix; repeated ones once."""
    prefixes = (f"{vendor.service}.", f"{vendor.media}.")
    names = [one.name for one in session.events if one.name.startswith(prefixes)]
    return [name.rpartition(".")[2] for name, _ in groupby(names)]


def payloads(session: Any, vendor: Vendor, event: str) -> list[Any]:
    """What the service sent with each event of this name."""
    return [one.data.data["payload"] for one in session.events if one.name == f"{vendor.service}.{event}"]


@every_vendor
async def test_a_conversation_has_the_events_of_its_vendor_in_order(vendor: Vendor, vox: Vox, scenario: Write):
    agent = script(vox, vendor)
    session = await talk(vox, agent, scenario(scenario_of(vendor)))
    assert told(session, vendor) == STORIES[vendor.service].split()
    assert session.warnings == []
    assert agent.unanswered == ["Stop."]
    assert (await agent.closed()) == "1000 Normal connection close"


@every_vendor
async def test_every_message_names_itself_and_its_client(vendor: Vendor, vox: Vox, scenario: Write):
    session = await talk(vox, script(vox, vendor), scenario(scenario_of(vendor)))
    events = [one.data for one in session.events if one.name.startswith(f"{vendor.service}.")]
    assert {event.client.id() for event in events} == {events[0].client.id()}
    for event in events:
        assert set(event.data) == {"customEvent", "payload"}
        assert event.name.rpartition(".")[2] in (event.data["customEvent"], "Unknown")
    assert list(events[0].data["payload"]) == ["applicationVersion", "id", "endpoint"]
    assert events[0].data["payload"]["id"] == events[0].client.web_socket_id()


@every_vendor
async def test_what_a_caller_says_is_transcribed(vendor: Vendor, vox: Vox, scenario: Write):
    session = await talk(vox, script(vox, vendor), scenario(scenario_of(vendor)))
    if vendor.transcript is None:
        return
    event, field = vendor.transcript
    said = [payload[field] for payload in payloads(session, vendor, event) if payload.get(field)]
    texts = [one.get("user_transcript", one.get("text")) if isinstance(one, dict) else one for one in said]
    assert "Where is my order 5?" in "".join(texts)


@every_vendor
async def test_the_agents_voice_reaches_the_caller_until_it_is_cleared(vendor: Vendor, vox: Vox, scenario: Write):
    agent = script(vox, vendor)
    call = await vox.phone().dial(scenario=scenario(scenario_of(vendor)))
    await call.heard("Good morning.")
    assert vox.now == pytest.approx(0.92, abs=0.15)
    await vox.advance(0.5)
    call.say("Order 5, quickly.")
    await agent.interrupted()
    await vox.settled()
    assert call.received[-1].what == "silence"
    await call.heard("Let me see.")
    await call.hang_up()
    await vox.finished()


@every_vendor
async def test_an_agent_reads_what_a_scenario_writes(vendor: Vendor, vox: Vox, scenario: Write):
    agent = script(vox, vendor)
    call = await vox.phone(press="1@3").dial(scenario=scenario(scenario_of(vendor)))
    assert await agent.heard("written") == "a written question"
    await call.heard("I can read.")
    await call.hang_up()
    await vox.finished()


@every_vendor
async def test_media_events_come_with_the_voice_and_a_second_after_it(vendor: Vendor, vox: Vox, scenario: Write):
    vox.speech(2)
    vox.agent(vendor.service).greets("Good morning.")
    call = await vox.phone().dial(scenario=scenario(scenario_of(vendor)))
    await vox.advance(10)
    started, ended = [one for one in vox.session.events if one.name.startswith(f"{vendor.media}.")]
    assert [one.name.rpartition(".")[2] for one in (started, ended)] == ["WebSocketMediaStarted", "WebSocketMediaEnded"]
    assert ended.seconds - started.seconds == 3.0
    assert ended.data.media_info == {"duration": 2}
    assert (started.data.encoding, started.data.tag, started.data.custom_parameters) == ("PCM16", None, {})
    await call.hang_up()
    await vox.finished()


@every_vendor
def test_the_same_seed_tells_the_same_story(vendor: Vendor, scenario: Write, tmp_path: Any):
    file = scenario(scenario_of(vendor))

    def run() -> list[Any]:
        vox = Vox(tmp_path, seed=7)
        script(vox, vendor)
        vox.phone(say="order 5@3", hangup=12).place(scenario=file)
        return [(one.t, one.name, one.facts()) for one in vox.run().events]

    assert run() == run()


SHAPES = [
    ("OpenAI.RealtimeAPI", "ResponseFunctionCallArgumentsDone", {"call_id": "call_0001", "name": "find_order"}),
    ("OpenAI.RealtimeAPI", "ResponseFunctionCallArgumentsDone", {"arguments": '{"number": 5}', "output_index": 1}),
    ("OpenAI.RealtimeAPI", "InputAudioBufferSpeechStarted", {"type": "input_audio_buffer.speech_started"}),
    ("OpenAI.RealtimeAPI", "SessionCreated", {"type": "session.created"}),
    ("OpenAI.Beta.RealtimeAPI", "ResponseAudioTranscriptDone", {"transcript": "Good morning."}),
    ("Grok.VoiceAgentAPI", "ResponseOutputAudioTranscriptDone", {"transcript": "Good morning."}),
    ("Gemini.LiveAPI", "SetupComplete", {"sessionId": "session_0001"}),
    (
        "Gemini.LiveAPI",
        "ToolCall",
        {"functionCalls": [{"id": "function-call-0001", "name": "find_order", "args": {"number": 5}}]},
    ),
    ("Gemini.LiveAPI", "ServerContent", {"outputTranscription": {"text": "Good"}}),
    (
        "ElevenLabs.Agents",
        "ClientToolCall",
        {
            "client_tool_call": {
                "tool_name": "find_order",
                "tool_call_id": "tool_call_0001",
                "parameters": {"number": 5},
                "event_id": 5,
            }
        },
    ),
    ("ElevenLabs.Agents", "Interruption", {"interruption_event": {"event_id": 8}}),
    (
        "ElevenLabs.Agents",
        "AgentResponseCorrection",
        {
            "agent_response_correction_event": {
                "original_agent_response": "It is on its way.",
                "corrected_agent_response": "It",
                "event_id": 8,
            }
        },
    ),
    ("Ultravox.WebSocketAPI", "State", {"state": "listening"}),
    ("Ultravox.WebSocketAPI", "Transcript", {"role": "agent", "delta": "Good", "final": False, "ordinal": 0}),
    (
        "Ultravox.WebSocketAPI",
        "ClientToolInvocation",
        {"toolName": "find_order", "invocationId": "invocation-0001", "parameters": {"number": 5}},
    ),
    ("Deepgram.VoiceAgent", "ConversationText", {"role": "assistant", "content": "Good morning."}),
    (
        "Deepgram.VoiceAgent",
        "FunctionCallRequest",
        {"functions": [{"id": "func_0001", "name": "find_order", "arguments": '{"number": 5}', "client_side": True}]},
    ),
    ("Cartesia.Agents", "Clear", {"event": "clear"}),
    ("Yandex.RealtimeAPI", "ConversationItemCreated", {"type": "conversation.item.created"}),
    ("Inworld.RealtimeAPI", "OutputAudioBufferStarted", {"response_id": "resp_0001"}),
]


@pytest.mark.parametrize(("service", "event", "fields"), SHAPES, ids=lambda one: one if isinstance(one, str) else "")
async def test_payloads_have_the_vendors_shapes(
    service: str, event: str, fields: dict[str, Any], vox: Vox, scenario: Write
):
    vendor = next(one for one in VENDORS if one.service == service)
    session = await talk(vox, script(vox, vendor), scenario(scenario_of(vendor)))
    first = payloads(session, vendor, event)[0]
    assert {key: first.get(key) for key in fields} == fields
