"""JavaScript scenarios with an agent of each vendor run to their end: greeted, a tool called, interrupted, over."""

import json

import pytest

from voxsim.testing import Vox

ASKS = "say:Tell me please@5,say:Hm@13,hangup:20"


@pytest.fixture
def agent(vox: Vox):
    """`agent(service, tool, **arguments)`: somebody who greets, looks things up, and hangs up when asked to."""
    vox.speech(2)

    def play(service, tool, **arguments):
        one = vox.agent(service).greets("Good morning.")
        one.hears("please").says("Let me see.").calls_tool(tool, **arguments)
        one.gets_result().says("There it is.")
        one.hears("bye").says("Goodbye then.").calls_tool("hang_up")
        one.otherwise().says("Pardon?")
        return one

    return play


def results(agent):
    """What the agent's tools came to."""
    return [one.value for one in agent.happenings if one.what == "result"]


def test_a_receptionist_of_openai(vox, here, heard, agent):
    vox.secret("OPENAI_API_KEY", "sk-0123456789")
    weather = vox.web.on("GET", "https://weather.example/Rome%20centre").reply(text="sunny", delay=0.3)
    talks = vox.web.on("POST", "https://crm.example/talks").reply()
    one = agent("OpenAI.RealtimeAPI", "get_weather", city="Rome centre")
    call = vox.phone("+15550001", "say:Tell me please@5,say:bye@13,hangup:40").place(scenario=here("agent_openai.js"))
    session = vox.run()
    assert json.loads(talks.last.text) == [
        "agent: Good morning.",
        "caller: Tell me please",
        "agent: Let me see.",
        "agent: There it is.",
        "caller: bye",
        "agent: Goodbye then.",
    ]
    assert session.log[-1] == "socket closed 1000"
    assert all(line.startswith("spoke ") for line in session.log[:-1])
    assert results(one) == ['"sunny"', '"goodbye"']
    assert len(weather.requests) == 1
    assert [text for _, text in heard(call)][:3] == ["Good morning.", "Let me see.", "There it is."]
    told = next(data for method, data in one.received if method == "sessionUpdate")
    assert [tool["name"] for tool in told["session"]["tools"]] == ["get_weather", "hang_up"]


@pytest.mark.parametrize(
    ("fault", "given", "line"),
    [
        ("refuses", (401, "Unauthorized"), "socket closed 1006"),
        ("cannot_be_reached", ("No route to host",), "no client: ConnectionFailed: No route to host"),
    ],
)
def test_without_openai_the_call_is_over_at_once(fault, given, line, vox, here):
    vox.secret("OPENAI_API_KEY", "sk-0123456789")
    vox.web.on("POST", "https://crm.example/talks").reply()
    getattr(vox.agent("OpenAI.RealtimeAPI"), fault)(*given)
    vox.phone(hangup=20).place(scenario=here("agent_openai.js"))
    session = vox.run()
    assert session.log == [line]
    assert session.finish_reason == "Normal termination"
    assert vox.now < 1


def test_an_assistant_of_gemini(vox, here, heard, agent):
    vox.secret("GEMINI_API_KEY", "g")
    booked = vox.web.on("POST", "https://booking.example/tables").reply(201, text="table 4")
    one = agent("Gemini.LiveAPI", "book_table", people=2, at="19:00")
    call = vox.phone("+15550001", ASKS).place(scenario=here("agent_gemini.js"))
    assert vox.run().log == [
        "ready",
        "voice PCM16",
        "agent: Good morning.",
        "voice PCM16",
        'tool book_table {"people":2,"at":"19:00"}',
        "caller: Tell me please / agent: Let me see.There it is.",
        "voice PCM16",
        "caller: Hm / agent: Pardon?",
    ]
    assert json.loads(booked.last.text) == {"people": 2, "at": "19:00"}
    assert results(one) == ["table 4"]
    assert [text for _, text in heard(call)] == ["Good morning.", "Let me see.", "There it is.", "Pardon?"]


def test_an_agent_of_elevenlabs_by_its_old_names(vox, here, agent):
    one = agent("ElevenLabs.Agents", "book", day="Monday")
    vox.phone("+15550001", ASKS).place(scenario=here("agent_elevenlabs.js"))
    session = vox.run()
    assert session.log == [
        "true",
        "agent: Good morning.",
        "user: Tell me please",
        "agent: Let me see.",
        'tool book {"day":"Monday"}',
        "agent: There it is.",
        "user: Hm",
        "agent: Pardon?",
        "gone 1000",
    ]
    assert results(one) == ["Friday at Monday"]
    asked, answered = (
        next(record.seconds for record in session.timeline if words in (record.name, record.kind + record.name))
        for words in ("ElevenLabs.Agents.ClientToolCall", "clientToolResult")
    )
    assert answered - asked == pytest.approx(0.7)
    assert ("conversationInitiationClientData", {"dynamic_variables": {"caller": "15550001"}}) in one.received


def test_an_agent_of_ultravox(vox, here, agent):
    vox.secret("ULTRAVOX", "u")
    one = agent("Ultravox.WebSocketAPI", "find", flower="rose", count=3)
    vox.phone("+15550001", "say:Tell me please@5,press:7@14,hangup:20").place(scenario=here("agent_ultravox.js"))
    log = vox.run().log
    assert [line for line in log if not line.startswith("state")] == [
        "http ?",
        "agent: Good morning.",
        "user: Tell me please",
        "agent: Let me see.",
        "agent: There it is.",
        "agent: Pardon?",
    ]
    assert [line for line in log if line.startswith("state")][:4] == [
        f"state {state}" for state in ("listening", "thinking", "speaking", "listening")
    ]
    assert results(one) == ["find:rose,3"]
    assert ("userTextMessage", {"text": "The caller pressed 7"}) in one.received


def test_an_assistant_of_deepgram(vox, here, agent):
    one = agent("Deepgram.VoiceAgent", "cancel_order", number=5)
    vox.phone("+15550001", ASKS).place(scenario=here("agent_deepgram.js"))
    assert vox.run().log == [
        "assistant: Good morning.",
        "user: Tell me please",
        "assistant: Let me see.",
        "assistant: There it is.",
        "user: Hm",
        "assistant: Pardon?",
        "spoke 4 times",
    ]
    assert results(one) == ['{"done":"cancel_order","number":5}']


def test_an_agent_of_cartesia_and_its_voice(vox, here, heard, agent):
    one = agent("Cartesia.Agents", "stock", item="rose")
    call = vox.phone("+15550001", "say:Tell me please@5,press:1@16,hangup:40").place(scenario=here("agent_cartesia.js"))
    session = vox.run()
    assert session.log == ["ack,voice,voice,stock"]
    assert session.warnings == []
    assert results(one) == ["in stock"]
    assert [text for _, text in heard(call)] == [
        "Good morning.",
        "Let me see.",
        "There it is.",
        "Thank you and goodbye.",
    ]
    assert vox.now < 20


def test_an_agent_of_grok_by_one_dispatcher(vox, here, agent):
    vox.secret("XAI", "x")
    one = agent("Grok.VoiceAgentAPI", "weather", city="Oslo")
    vox.phone("+15550001", ASKS).place(scenario=here("agent_grok.js"))
    assert vox.run().log == [
        "grok: Good morning.",
        "grok: Let me see.",
        "grok: There it is.",
        "grok: Pardon?",
        "kinds true, created 4, known true",
    ]
    assert results(one) == ["Oslo: 21 degrees"]


def test_an_agent_of_yandex_that_falls_silent(vox, here, heard, agent):
    agent("Yandex.RealtimeAPI", "weather", city="Oslo")
    call = vox.phone("+15550001", "say:Tell me please@5,hangup:60").place(scenario=here("agent_yandex.js"))
    session = vox.run()
    assert session.log == [
        "агент: Good morning.",
        "абонент: Tell me please",
        "агент: Let me see.",
        "the agent is silent",
    ]
    assert heard(call)[-1][1] == "Перезвоните позже."
    assert vox.now == pytest.approx(heard(call)[-1][0] + 2, abs=0.01)


def test_a_bot_of_dialogflow(vox, here, heard):
    vox.speech(1)
    bot = vox.dialogflow().gets_event("WELCOME").replies("What would you like?", intent="welcome")
    bot.hears("pizza").replies("Anything else?", intent="order", parameters={"food": "pizza"})
    bot.hears("no").replies("Bye.", intent="bye")
    call = vox.phone("+15550001", "say:a pizza@4,say:no@8,hangup:40").place(scenario=here("dialogflow_bot.js"))
    session = vox.run()
    assert session.log == [
        "WELCOME => welcome {}: What would you like?",
        'a pizza => order {"food":"pizza"}: Anything else?',
        "no => bye {}: Bye.",
    ]
    assert [text for _, text in heard(call)] == ["What would you like?", "Anything else?", "Bye."]
    assert vox.now < 12
    assert bot.questions[0].kind == "event"


def test_a_desk_of_ccai(vox, here, heard):
    vox.speech(1)
    desk = vox.ccai("support").gets_event("WELCOME").replies("Welcome.")
    desk.hears("refund").replies("For which order?", intent="refund")
    call = vox.phone("+15550001", "say:refund@4,hangup:9").place(scenario=here("ccai_desk.js"))
    session = vox.run()
    assert session.log == ["agent", "conversation true", "participant", "reply Welcome.", "reply For which order?"]
    assert [text for _, text in heard(call)] == ["Welcome.", "For which order?"]


def test_a_survey_by_an_avatar(vox, here, heard):
    vox.speech(1)
    avatar = vox.avatar("survey").begins().replies("How was it?", next_state="rate")
    avatar.hears("good", state="rate").replies("Thank you.", ends=True, custom_data={"rating": 5})
    call = vox.phone("+15550001", "say:good@3,hangup:40").place(scenario=here("avatar_survey.js"))
    session = vox.run()
    told = {"utterance": "Thank you.", "customData": {"rating": 5}, "currentState": "rate"}
    assert json.loads(session.log[0]) == told
    assert [text for _, text in heard(call)] == ["How was it?", "Thank you.", "Thank you. Goodbye."]
    assert session.warnings == []


def test_an_avatar_that_is_not_there(vox, here):
    call = vox.phone("+15550001", "hangup:40").place(scenario=here("avatar_survey.js"))
    assert vox.run().log[0].startswith("error: Nobody plays Avatar survey")
    assert call.received[-1].what == "ended"
