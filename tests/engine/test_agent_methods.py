"""Every method of every vendor's client that the great conversation does not need: what the service answers to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from vendors import VENDORS

from voxsim.engine.connectors.ports import AgentFar, AgentNear, Asked
from voxsim.engine.media import Sound
from voxsim.testing import Vox

Write = Callable[[str], str]

SCENARIO = """
require(Modules.{module})

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
    client = await {create}
    VoxEngine.send_media_between(call, client)
{begin}
    await sleep(4)
    {code}
"""

CREATES = {vendor.service: (vendor.module, vendor.create, vendor.begin) for vendor in VENDORS}
BETA, INWORLD, YANDEX = "OpenAI.Beta.RealtimeAPI", "Inworld.RealtimeAPI", "Yandex.RealtimeAPI"
ITEM = '{"id": "i", "type": "message", "role": "system", "content": []}'


def scenario_of(service: str, code: str, **instead: str) -> str:
    module, create, begin = CREATES[service]
    create = instead.get("create", create)
    return SCENARIO.format(module=module, create=create, begin=begin, code=code.replace("\n", "\n    "))


async def events_after(vox: Vox, file: str, seconds: float = 5) -> list[tuple[str, Any]]:
    """What the client gets within some seconds of the code of the test: the events' names and payloads."""
    call = await vox.phone().dial(scenario=file)
    await vox.advance(4.2)
    already = len(vox.session.events)
    await vox.advance(seconds)
    told = [one for one in vox.session.events[already:] if hasattr(one.data, "client")]
    await call.hang_up()
    return [(one.name.rpartition(".")[2], getattr(one.data, "data", {}) or {}) for one in told]


CONFIRMED = [
    ("Ultravox.WebSocketAPI", 'client.set_output_medium({"medium": "text"})', ""),
    ("Deepgram.VoiceAgent", 'client.send_update_prompt({"prompt": "Be brief."})', "PromptUpdated"),
    ("Deepgram.VoiceAgent", 'client.send_update_speak({"speak": {}})', "SpeakUpdated"),
    ("ElevenLabs.Agents", 'client.contextual_update({"text": "A VIP."})', "ContextualUpdate"),
    ("ElevenLabs.Agents", 'client.conversation_initiation_client_data({"dynamic_variables": {}})', ""),
    ("Gemini.LiveAPI", 'client.send_realtime_input({"activityStart": {}})', ""),
    ("Gemini.LiveAPI", 'client.send_client_content({"turns": "I am a VIP.", "turnComplete": False})', ""),
    ("Grok.VoiceAgentAPI", 'client.session_update({"session": {"voice": "ara"}})', "SessionUpdated"),
    ("Grok.VoiceAgentAPI", "client.input_audio_buffer_clear({})", "InputAudioBufferCleared"),
    (INWORLD, 'client.session_update({"session": {}})', "SessionUpdated"),
    (INWORLD, 'client.input_audio_buffer_append({"audio": "AAAA"})', ""),
    (INWORLD, "client.input_audio_buffer_clear({})", "InputAudioBufferCleared"),
    (INWORLD, "client.input_audio_buffer_commit({})", "InputAudioBufferCommitted ConversationItemAdded"),
    (INWORLD, "client.output_audio_buffer_clear({})", "OutputAudioBufferCleared"),
    (YANDEX, 'client.session_update({"session": {}})', "SessionUpdated"),
    (YANDEX, f'client.conversation_item_create({{"item": {ITEM}}})', "ConversationItemCreated"),
    (BETA, 'client.session_update({"voice": "ash"}, "e")', "SessionUpdated"),
    (BETA, f"client.conversation_item_create(None, {ITEM})", "ConversationItemCreated"),
]


@pytest.mark.parametrize(("service", "code", "events"), CONFIRMED, ids=lambda one: one if "client." in one else None)
async def test_a_service_confirms_what_it_confirms(service: str, code: str, events: str, vox: Vox, scenario: Write):
    agent = vox.agent(service)
    told = await events_after(vox, scenario(scenario_of(service, code)))
    assert [name for name, _ in told][: len(events.split())] == events.split()
    assert events or told == []
    method = code.partition("client.")[2].partition("(")[0]
    assert agent.received[-1][0].casefold() == method.replace("_", "")


ITEMS = [
    (service, method, event)
    for service in (BETA, INWORLD, YANDEX)
    for method, event in (
        ("retrieve", "ConversationItemRetrieved"),
        ("truncate", "ConversationItemTruncated"),
        ("delete", "ConversationItemDeleted"),
    )
]


@pytest.mark.parametrize(("service", "method", "event"), ITEMS)
async def test_items_can_be_read_cut_and_deleted(service: str, method: str, event: str, vox: Vox, scenario: Write):
    vox.agent(service)
    if service == BETA:
        more = ", 0, 900" if method == "truncate" else ""
        code = f'client.conversation_item_create(None, {ITEM})\nclient.conversation_item_{method}("i"{more})'
    else:
        given = '{"item_id": "i", "content_index": 0, "audio_end_ms": 900}'
        code = f'client.conversation_item_create({{"item": {ITEM}}})\nclient.conversation_item_{method}({given})'
    told = await events_after(vox, scenario(scenario_of(service, code)))
    name, data = told[-1]
    assert name == event
    payload = data["payload"]
    assert payload.get("item_id", payload.get("item", {}).get("id")) == "i"
    assert method != "truncate" or (payload["content_index"], payload["audio_end_ms"]) == (0, 900)


SAID = [
    ("Ultravox.WebSocketAPI", 'client.forced_agent_message({"content": "Just this."})'),
    ("Deepgram.VoiceAgent", 'client.send_inject_agent_message({"message": "Just this."})'),
]


@pytest.mark.parametrize(("service", "code"), SAID)
async def test_an_agent_can_be_told_what_to_say(service: str, code: str, vox: Vox, scenario: Write):
    agent = vox.agent(service)
    call = await vox.phone().dial(scenario=scenario(scenario_of(service, code)))
    await call.heard("Just this.")
    assert await agent.said() == "Just this."
    await call.hang_up()


READ = [
    ("Ultravox.WebSocketAPI", 'client.input_text_message({"text": "a note"})'),
    ("Cartesia.Agents", 'client.dtmf({"dtmf": "a note"})'),
    ("Cartesia.Agents", 'client.custom({"metadata": {"text": "a note"}})'),
    ("Gemini.LiveAPI", 'client.send_client_content({"turns": [{"role": "user", "parts": [{"text": "a note"}]}]})'),
]


@pytest.mark.parametrize(("service", "code"), READ)
async def test_an_agent_reads_what_is_written_in_other_ways(service: str, code: str, vox: Vox, scenario: Write):
    agent = vox.agent(service).hears("a note").says("I have read it.")
    call = await vox.phone().dial(scenario=scenario(scenario_of(service, code)))
    assert await agent.heard("note") == "a note"
    await call.heard("I have read it.")
    await call.hang_up()


@pytest.mark.parametrize("service", [BETA, INWORLD, YANDEX])
async def test_an_answer_can_be_cancelled(service: str, vox: Vox, scenario: Write):
    vox.speech(20)
    agent = vox.agent(service).greets("one two three four five six seven")
    code = "client.response_cancel()" if service == BETA else "client.response_cancel({})"
    told = await events_after(vox, scenario(scenario_of(service, code)))
    done = next(data for name, data in told if name == "ResponseDone")
    assert done["payload"]["response"]["status"] == "cancelled"
    assert await agent.message("responseCancel") == {}


async def test_ultravox_writes_once_it_is_told_to(vox: Vox, scenario: Write):
    vox.agent("Ultravox").hears("a note").says("I have read it.")
    code = 'client.set_output_medium({"medium": "text"})\nclient.user_text_message({"text": "a note"})'
    told = await events_after(vox, scenario(scenario_of("Ultravox.WebSocketAPI", code)))
    transcripts = [data["payload"] for name, data in told if name == "Transcript"]
    assert (transcripts[-1]["medium"], transcripts[-1]["text"]) == ("text", "I have read it.")
    assert not any(name.startswith("WebSocketMedia") for name, _ in told)


async def test_ultravox_hangs_up(vox: Vox, scenario: Write):
    agent = vox.agent("Ultravox")
    code = 'client.hang_up({"message": "Goodbye."})'
    await vox.phone().dial(scenario=scenario(scenario_of("Ultravox.WebSocketAPI", code)))
    assert await agent.closed() == "1000 Goodbye."


async def test_ultravox_joins_a_call_without_making_one(vox: Vox, scenario: Write):
    vox.agent("Ultravox")
    create = """Ultravox.create_web_socket_api_client(
        endpoint=Ultravox.HTTPEndpoint.JOIN_CALL, join_url="wss://voice.example/1")"""
    await vox.phone().dial(scenario=scenario(scenario_of("Ultravox.WebSocketAPI", "", create=create)))
    await vox.advance(2)
    names = [one.name for one in vox.session.events if one.name.startswith("Ultravox.WebSocketAPI.")]
    assert names == ["Ultravox.WebSocketAPI.ConnectorInformation", "Ultravox.WebSocketAPI.State"]


async def test_ultravox_takes_results_of_data_connections_too(vox: Vox, scenario: Write):
    agent = vox.agent("Ultravox").greets("Hello.").calls_tool("stock").gets_result("out of reach").says("A pity.")
    code = """client.data_connection_tool_result(
        {"invocationId": "invocation-0001", "errorType": "implementation-error", "errorMessage": "out of reach"})"""
    call = await vox.phone().dial(scenario=scenario(scenario_of("Ultravox.WebSocketAPI", code)))
    assert await agent.got_result() == "out of reach"
    await call.heard("A pity.")
    await call.hang_up()


async def test_yandex_tells_of_keys(vox: Vox, scenario: Write):
    vox.agent("Yandex")
    file = scenario(scenario_of(YANDEX, "pass"))
    call = await vox.phone().dial(scenario=file)
    await vox.advance(2)
    call.press("5")
    await vox.advance(1)
    told = vox.session.events[-1]
    assert (told.name, told.data.data["payload"]["event"]) == (
        "Yandex.RealtimeAPI.InputAudioBufferDTMFEventReceived",
        "5",
    )
    await call.hang_up()


# --- another far end in an agent's place ---


@attrs.define
class Parrot:
    """An adapter as one to a real service would be: it gets what the scenario sends, and says it again."""

    near: AgentNear
    closes: list[tuple[int, str]] = attrs.field(factory=list)

    def opened(self) -> None:
        """The client is there."""
        self.near.told("SessionCreated", {"type": "session.created"})

    def told(self, message: str, payload: Any) -> None:
        """A message: said again."""
        now = self.near.session.switch.now
        self.near.says(Sound("speech", f"{message}!", now, 1_000_000, ""))

    def heard(self, sound: Sound | None) -> None:
        """A sound."""

    def cleared(self) -> None:
        """Nothing is left to be played."""

    def closed(self, code: int, reason: str) -> None:
        """The scenario closed."""
        self.closes.append((code, reason))


async def test_a_real_service_can_stand_in_an_agents_place(vox: Vox, scenario: Write):
    parrots: list[Parrot] = []

    def connect(asked: Asked, near: AgentNear) -> AgentFar | str:
        assert (asked.vendor, asked.parameters["apiKey"]) == ("OpenAI", "k")
        parrots.append(Parrot(near))
        return parrots[-1]

    vox.world.agents.connect_with("OpenAI.RealtimeAPI", connect)
    code = "client.response_create({})\nawait sleep(5)\nclient.close()"
    call = await vox.phone().dial(scenario=scenario(scenario_of("OpenAI.RealtimeAPI", code)))
    await call.heard("responseCreate!")
    await vox.advance(20)
    assert parrots[0].closes == [(1000, "Normal connection close")]
    await call.hang_up()
