"""The voice agent: a tool call, an interruption, a hand-over to a human, and what happens without the agent."""

import pytest

from voxsim.testing import AgentHandle, CallHandle, Vox

AGENT = "scenarios/voice_agent.py"
HUMAN = "+12025550150"
CALLER = "+12025550199"


@pytest.fixture
def agent(vox: Vox) -> AgentHandle:
    """The shop's agent, and the shop's web service."""
    vox.secret("OPENAI_API_KEY", "sk-0123456789")
    vox.web.on("GET", "https://shop.example/orders/5").reply(text="on its way, delivered tomorrow", delay=0.4)
    agent = vox.agent("OpenAI").greets("Good morning, this is the shop. How can I help you?")
    agent.hears("order 5").says("Let me look.").calls_tool("find_order", number=5)
    agent.gets_result("on its way").says("It is on its way, and you will have it tomorrow before noon.")
    agent.gets_result("not know").says("I do not find this order.")
    agent.hears("human").calls_tool("call_a_human")
    agent.otherwise().says("Sorry, I did not understand you.")
    return agent


async def call_in(vox: Vox) -> CallHandle:
    call = await vox.phone(CALLER).dial("100", scenario=AGENT)
    await call.heard("How can I help you?")
    await vox.advance(4)
    return call


async def test_agent_greets_and_answers_with_what_the_shop_knows(vox: Vox, agent: AgentHandle) -> None:
    call = await call_in(vox)
    call.say("Where is my order 5?")
    await call.heard("Let me look")
    await vox.requested("GET", "https://shop.example/orders/5")
    assert await agent.got_result() == "on its way, delivered tomorrow"
    await call.heard("tomorrow before noon")
    await vox.advance(4)
    await call.hang_up()
    session = await vox.finished()
    assert session.log == [
        "agent: Good morning, this is the shop. How can I help you?",
        "caller: Where is my order 5?",
        "agent: Let me look.",
        "agent: It is on its way, and you will have it tomorrow before noon.",
    ]


async def test_agent_is_given_instructions_and_tools(vox: Vox, agent: AgentHandle) -> None:
    call = await call_in(vox)
    session = (await agent.message("sessionUpdate"))["session"]
    assert "Be brief." in session["instructions"]
    assert [tool["name"] for tool in session["tools"]] == ["find_order", "call_a_human"]
    await call.hang_up()


async def test_caller_may_interrupt_the_agent(vox: Vox, agent: AgentHandle) -> None:
    call = await call_in(vox)
    call.say("Where is my order 5?")
    await call.heard("tomorrow before noon")
    await vox.advance(1)
    call.say("A human, please!")
    assert await agent.interrupted() == "It is on its way,"
    await vox.settled()
    assert call.received[-1].what == "silence"
    await call.hang_up()


async def test_agent_hands_over_to_a_human(vox: Vox, agent: AgentHandle) -> None:
    human = vox.phone(HUMAN, answer=2)
    call = await call_in(vox)
    call.say("I want to talk to a human.")
    await call.heard("connecting you to a colleague")
    colleague = await human.rang()
    await vox.advance(4)
    colleague.say("Good morning, how can I help?")
    await call.heard("Good morning, how can I help?")
    call.say("My parcel is lost.")
    await colleague.heard("parcel is lost")
    assert await agent.closed() == "1000 Normal connection close"
    await colleague.hang_up()
    await call.ended()
    await vox.finished()


async def test_an_order_that_the_shop_does_not_know(vox: Vox) -> None:
    vox.secret("OPENAI_API_KEY", "sk-0123456789")
    vox.web.on("GET", "https://shop.example/orders/7").reply(404)
    agent = vox.agent("OpenAI").greets("Hello.")
    agent.hears("order 7").calls_tool("find_order", number=7)
    agent.gets_result("does not know").says("I do not find it.")
    call = await vox.phone(CALLER, say="Where is order 7?@3").dial("100", scenario=AGENT)
    await call.heard("I do not find it.")
    await call.hang_up()


async def test_without_the_agent_a_human_is_called(vox: Vox) -> None:
    vox.secret("OPENAI_API_KEY", "sk-0123456789")
    vox.agent("OpenAI").cannot_be_reached("No route to host")
    human = vox.phone(HUMAN, answer=1, hangup=5)
    call = await vox.phone(CALLER).dial("100", scenario=AGENT)
    await call.heard("connecting you to a colleague")
    await human.rang()
    await call.ended()
    session = await vox.finished()
    assert session.log == ["no agent: No route to host"]
    assert len(human.calls) == 1


async def test_an_agent_that_goes_away_is_replaced_by_a_human(vox: Vox) -> None:
    vox.secret("OPENAI_API_KEY", "sk-0123456789")
    vox.agent("OpenAI").greets("Hello.").hears("order").drops(1011, "overloaded")
    human = vox.phone(HUMAN, answer=1)
    call = await vox.phone(CALLER, say="My order, please.@3").dial("100", scenario=AGENT)
    await vox.logged("the agent is gone: 1011 overloaded")
    await human.rang()
    await call.hang_up()
    await vox.finished()


@pytest.mark.parametrize("seconds", [0.01, 0.3, 1.5, 6.5, 8.2])
def test_caller_may_hang_up_at_any_moment(vox: Vox, agent: AgentHandle, seconds: float) -> None:
    vox.phone(CALLER, say="Where is my order 5?@5", hangup=seconds).place("100", scenario=AGENT)
    session = vox.run()
    assert session.finish_reason == "Normal termination"
    assert session.failures == ()


async def test_the_picture_tells_what_agent_and_caller_say(vox: Vox, agent: AgentHandle) -> None:
    call = await call_in(vox)
    call.say("Where is my order 5?")
    await call.heard("tomorrow before noon")
    await call.hang_up()
    await vox.finished()
    picture = " ".join(vox.ladder().replace("│", " ").split())
    for words in (
        "connects to RealtimeAPI",
        "“Good morning, this is the shop.",
        "hears “Where is my order 5?”",
        "calls find_order(number=5",
        "gets “on its way, delivered",
        "closes (1000 Normal",
    ):
        assert words in picture
    assert "customEvent" not in picture
