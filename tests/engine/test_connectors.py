"""Clients of AI services: how they connect, fail, send, close, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import voxsim
from voxsim.engine.connectors.base import MOVES, ConnectorState
from voxsim.testing import Vox

Write = Callable[[str], str]

CREATE = 'OpenAI.create_realtime_api_client(api_key="k", on_web_socket_close=closed)'
HEAD = """
require(Modules.OpenAI)

def closed(event):
    Logger.write(f"closed {event.code} {event.reason} {event.was_clean}")

"""


def handler(body: str, head: str = HEAD) -> str:
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return f"{head}\n@VoxEngine.on(AppEvents.Started)\nasync def started(event):\n{lines}\n"


# --- connecting ---


async def test_a_client_comes_when_the_connection_is_open_and_introduces_itself(vox: Vox, scenario: Write):
    vox.agent("OpenAI")
    code = f"""
client = await {CREATE}
Logger.write(f"{{now().timestamp() % 60:.3f}} {{client.id() != client.web_socket_id()}}")
event = await client.wait_for(OpenAI.RealtimeAPIEvents.ConnectorInformation)
Logger.write(f"{{now().timestamp() % 60:.3f}} {{event.data['payload']['endpoint']}}")
"""
    session = vox.start(scenario(handler(code)))
    await vox.advance(1)
    assert session.log == ["0.200 True", "0.205 wss://local/openai"]


async def test_the_connection_begins_without_being_awaited(vox: Vox, scenario: Write):
    agent = vox.agent("OpenAI")
    session = vox.start(scenario(handler(CREATE)))
    assert await agent.connected() == {"apiKey": "k"}
    await vox.advance(1)
    assert [one.name for one in session.timeline if one.kind == "connector"] == ["connecting", "opened"]


async def test_nobody_plays_the_service(vox: Vox, scenario: Write):
    code = f"""
try:
    await {CREATE}
except ConnectionFailed as error:
    Logger.write(str(error))
"""
    session = vox.start(scenario(handler(code)))
    await vox.advance(1)
    who = 'vox.agent("OpenAI").greets("Hello!") in a test, or [[agent]] in voxsim.toml'
    why = f"Nobody plays OpenAI.RealtimeAPI: say who does, as with {who}."
    assert session.log == [why]  # what was never open does not close


async def test_a_failed_connection_that_is_not_caught_is_an_error_of_the_scenario(vox: Vox, scenario: Write):
    vox.start(scenario(handler(f"await {CREATE}")))
    error = await vox.failed("Nobody plays OpenAI.RealtimeAPI")
    assert "scenario.py:" in error.where


async def test_a_service_that_cannot_be_reached(vox: Vox, scenario: Write):
    vox.agent("OpenAI").cannot_be_reached("No route to host")
    vox.start(scenario(handler(f"await {CREATE}")))
    await vox.failed("No route to host")


async def test_a_service_that_refuses_says_so_in_events_and_closes(vox: Vox, scenario: Write):
    vox.agent("OpenAI").refuses(401, "Unauthorized")
    code = f"""
client = await {CREATE}
for name in (OpenAI.RealtimeAPIEvents.HTTPResponse, OpenAI.RealtimeAPIEvents.WebSocketError):
    client.add_event_listener(name, lambda event: Logger.write(str(event.data["payload"])))
"""
    session = vox.start(scenario(handler(code)))
    await vox.advance(1)
    assert session.log == [
        "{'statusCode': 401, 'statusMessage': 'Unauthorized', 'body': ''}",
        "{'message': 'Unexpected server response: 401'}",
        "closed 1006 401 Unauthorized False",
    ]


async def test_without_require_the_platform_would_not_have_it(vox: Vox, scenario: Write):
    vox.agent("Gemini")
    session = vox.start(scenario(handler("await Gemini.create_live_api_client()", "")))
    await vox.advance(1)
    assert session.warnings == [
        "require(Modules.Gemini) is missing: on the platform nothing of this module exists without.",
        "Gemini.LiveAPIClient: model is missing; the real service refuses such a client.",
    ]


async def test_options_are_taken_in_every_spelling(vox: Vox, scenario: Write):
    agent = vox.agent("ElevenLabs")
    code = """
await ElevenLabs.create_agents_client({"xiApiKey": "k", "agentId": "a", "trace": True, "onWebSocketClose": print})
await ElevenLabs.create_agents_client(xi_api_key="k", agent_id="a", statistics=True, privacy=True)
"""
    session = vox.start(scenario(handler(code, "require(Modules.ElevenLabs)")))
    for _ in range(2):
        assert await agent.connected() == {"xiApiKey": "k", "agentId": "a"}
    assert session.warnings == []


async def test_an_option_that_no_client_has(vox: Vox, scenario: Write):
    vox.start(scenario(handler('await OpenAI.create_realtime_api_client(apikey="k")')))
    await vox.failed("has no option 'apikey'. Did you mean 'api_key'?")


# --- sending ---


async def test_a_method_sends_its_object_under_its_documented_name(vox: Vox, scenario: Write):
    agent = vox.agent("OpenAI")
    code = f"""
client = await {CREATE}
client.session_update({{"session": {{"voice": "alloy"}}}})
client.response_create({{}})
"""
    vox.start(scenario(handler(code)))
    assert await agent.message("sessionUpdate") == {"session": {"voice": "alloy"}}
    assert await agent.message("responseCreate") == {}
    assert agent.received == [("sessionUpdate", {"session": {"voice": "alloy"}}), ("responseCreate", {})]


@pytest.mark.parametrize(
    ("given", "words"),
    [('"hello"', "sessionUpdate takes an object"), ('{"a": {1, 2}}', "can only hold what JSON can")],
)
async def test_what_no_service_understands_is_an_error(given: str, words: str, vox: Vox, scenario: Write):
    vox.agent("OpenAI")
    vox.start(scenario(handler(f"client = await {CREATE}\nclient.session_update({given})")))
    await vox.failed(words)


async def test_a_message_that_the_client_has_no_event_for_is_unknown(vox: Vox, scenario: Write):
    agent = vox.agent("OpenAI")
    code = f"""
client = await {CREATE}
client.add_event_listener(OpenAI.RealtimeAPIEvents.Unknown, lambda event: Logger.write(str(event.data)))
"""
    session = vox.start(scenario(handler(code)))
    await vox.advance(1)
    await agent.tell("response.surprise", {"type": "response.surprise"})
    assert session.log == ["{'customEvent': 'response.surprise', 'payload': {'type': 'response.surprise'}}"]
    assert session.events[-1].name == "OpenAI.RealtimeAPI.Unknown"


async def test_events_that_a_client_does_not_have(vox: Vox, scenario: Write):
    vox.agent("OpenAI")
    code = f"client = await {CREATE}\nclient.add_event_listener(Gemini.LiveAPIEvents.ToolCall, print)"
    vox.start(scenario(handler(code)))
    await vox.failed("its events are those of OpenAI.RealtimeAPIEvents and OpenAI.Events")


# --- closing ---


@pytest.mark.parametrize(
    ("code", "reason", "told"),
    [
        (1000, "bye", "closed 1000 bye True"),
        (1011, "overloaded", "closed 1011 overloaded True"),
        (1006, "", "closed 1006  False"),
    ],
)
async def test_the_service_closes(code: int, reason: str, told: str, vox: Vox, scenario: Write):
    agent = vox.agent("OpenAI")
    body = f"""
client = await {CREATE}
client.add_event_listener(OpenAI.RealtimeAPIEvents.WebSocketError, lambda event: Logger.write("socket error"))
"""
    session = vox.start(scenario(handler(body)))
    await vox.advance(1)
    await agent.close(code, reason)
    assert session.log == ([told] if code == 1000 else ["socket error", told])


async def test_the_scenario_closes_and_what_it_sends_then_is_dropped(vox: Vox, scenario: Write):
    agent = vox.agent("OpenAI")
    code = f"""
client = await {CREATE}
client.close()
client.close()
client.response_create({{}})
client.clear_media_buffer()
try:
    await client.wait_for(OpenAI.RealtimeAPIEvents.SessionCreated)
except SocketClosed as error:
    Logger.write(str(error))
"""
    session = vox.start(scenario(handler(code)))
    assert await agent.closed() == "1000 Normal connection close"
    await vox.settled()
    assert sorted(session.log) == [
        "The connection to OpenAI.RealtimeAPI has closed already.",
        "closed 1000 Normal connection close True",
    ]
    assert session.warnings == ["responseCreate: the connection to OpenAI.RealtimeAPI is closed; dropped."]


async def test_who_waits_for_an_event_is_told_of_the_close(vox: Vox, scenario: Write):
    agent = vox.agent("OpenAI").never_answers()
    code = f"""
client = await {CREATE}
try:
    await client.wait_for(OpenAI.RealtimeAPIEvents.SessionCreated)
except SocketClosed as error:
    Logger.write(str(error))
"""
    session = vox.start(scenario(handler(code)))
    await vox.advance(5)
    await agent.close(1012, "restart")
    assert "The connection to OpenAI.RealtimeAPI closed: 1012 restart." in session.log


async def test_the_end_of_the_session_closes_the_connection(vox: Vox, scenario: Write):
    agent = vox.agent("OpenAI")
    vox.start(scenario(handler(f"client = await {CREATE}\nawait sleep(1)\nVoxEngine.terminate()")))
    session = await vox.finished()
    assert await agent.closed() == "1000 Normal connection close"
    assert session.log == []  # no handler runs once the end was asked for
    assert [one.name for one in session.timeline if one.kind == "connector"][-1] == "closed"


async def test_a_session_that_ends_while_it_connects(vox: Vox, scenario: Write):
    agent = vox.agent("OpenAI").greets("Hello!")
    vox.start(scenario(handler(f"{CREATE}\nVoxEngine.terminate()")))
    session = await vox.finished()
    assert [one.name for one in session.timeline if one.kind == "connector"] == ["connecting", "closed"]
    assert await agent.closed() == "1000 Normal connection close"


def test_a_client_can_go_only_where_its_table_says():
    assert set(MOVES) == set(ConnectorState)
    assert MOVES[ConnectorState.CLOSED] == frozenset()


# --- media ---


async def test_media_can_be_routed_to_a_client_and_is_cut_with_it(vox: Vox, scenario: Write):
    agent = vox.agent("OpenAI").greets("A long story.")
    vox.speech(10)
    code = (
        HEAD
        + f"""
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    event.call.answer()
    await event.call.wait_for(CallEvents.Connected)
    client = await {CREATE}
    VoxEngine.send_media_between(event.call, client)
    client.response_create({{}})
"""
    )
    call = await vox.phone().dial(scenario=scenario(code))
    await call.heard("A long story.")
    await vox.advance(2)
    await agent.close(1011, "gone")
    assert call.received[-1].what == "silence"
    cut = [one.name for one in vox.session.timeline if one.kind == "media" and one.name == "cut"]
    assert cut == ["cut", "cut"]
    ended = vox.session.events[-1]
    assert (ended.name, ended.data.media_info) == ("OpenAI.Events.WebSocketMediaEnded", {"duration": 10})
    await call.hang_up()


async def test_a_clients_voice_has_one_stream_without_a_tag(vox: Vox, scenario: Write):
    vox.agent("OpenAI")
    session = vox.start(scenario(handler(f'client = await {CREATE}\nclient.clear_media_buffer(tag="x")')))
    await vox.advance(1)
    assert len(session.warnings) == 1
    assert "has no stream with the tag 'x'" in session.warnings[0]


async def test_a_closed_client_sends_no_media(vox: Vox, scenario: Write):
    vox.agent("OpenAI")
    code = f"""
client = await {CREATE}
client.close()
player = VoxEngine.create_tts_player("hello")
player.send_media_to(client)
"""
    session = vox.start(scenario(handler(code)))
    await vox.advance(1)
    assert session.warnings == ["sendMediaTo: the connection to OpenAI.RealtimeAPI has closed; no media flows."]


async def test_a_clients_voice_can_be_stopped_at_one_end_and_listeners_removed(vox: Vox, scenario: Write):
    vox.agent("OpenAI").greets("A long story.")
    vox.speech(10)
    code = (
        HEAD
        + f"""
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    event.call.answer()
    await event.call.wait_for(CallEvents.Connected)
    client = await {CREATE}
    client.add_event_listener(OpenAI.RealtimeAPIEvents.ResponseCreated, lambda event: Logger.write("created"))
    client.remove_event_listener(OpenAI.RealtimeAPIEvents.ResponseCreated)
    client.send_media_to(event.call)
    client.response_create({{}})
    await client.wait_for(OpenAI.Events.WebSocketMediaStarted)
    await sleep(2)
    client.stop_media_to(event.call)
"""
    )
    call = await vox.phone().dial(scenario=scenario(code))
    await call.heard("A long story.")
    began = vox.now
    await vox.advance(5)
    assert [(one.what, one.seconds - began) for one in call.received[-1:]] == [("silence", pytest.approx(2))]
    assert vox.session.log == []
    await call.hang_up()


# --- old names ---


async def test_the_old_names_of_elevenlabs_work(vox: Vox, scenario: Write):
    agent = vox.agent("ElevenLabs").greets("Hello!")
    code = """
client = await ElevenLabs.createConversationalAIClient({"xiApiKey": "k", "agentId": "a"})
assert isinstance(client, ElevenLabs.AgentsClient)
events = ElevenLabs.ConversationalAIEvents
client.add_event_listener(events.AgentResponse, lambda event: Logger.write(event.name))
client.add_event_listener(events.UserTranscript, print)
"""
    session = vox.start(scenario(handler(code, "require(Modules.ElevenLabs)")))
    await agent.said("Hello!")
    await vox.settled()
    assert session.log == ["ElevenLabs.Agents.AgentResponse"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ResponseAudioTranscriptDone", "ResponseOutputAudioTranscriptDone"),
        ("ResponseAudioTranscriptDelta", "ResponseOutputAudioTranscriptDelta"),
        ("InputAudioTranscriptionCompleted", "ConversationItemInputAudioTranscriptionCompleted"),
    ],
)
def test_old_events_of_openai(old: str, new: str):
    events: Any = voxsim.OpenAI.RealtimeAPIEvents
    assert getattr(events, old) is getattr(events, new)


def test_setup_complete_exists_though_the_typings_lack_it():
    assert voxsim.Gemini.LiveAPIEvents.SetupComplete == "Gemini.LiveAPI.SetupComplete"
