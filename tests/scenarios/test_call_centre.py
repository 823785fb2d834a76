"""The call centre: music and places, priorities and skills, callbacks, messages, and callers who hang up."""

from __future__ import annotations

import pytest

from voxsim.testing import Vox

CENTRE = "scenarios/call_centre.py"
MUSIC = "https://example.com/waiting.mp3"


@pytest.fixture(autouse=True)
def centre(vox: Vox) -> Vox:
    """The queue of the example, with nobody in it yet."""
    vox.queue("support", max_size=3, max_waiting=300)
    vox.audio(MUSIC, 120)
    return vox


def caller(vox: Vox, number: str = "+12025550101", **how: object):
    return vox.phone(number, **how).dial("100", scenario=CENTRE)


async def test_a_caller_is_greeted_and_joined_with_a_free_operator(vox: Vox):
    operator = vox.operator("operator1", queue="support", answer=3)
    call = await caller(vox)
    await call.heard("Welcome")
    agent = await operator.rang()
    assert agent.callerid == "12025550101"
    await call.heard(MUSIC)
    await vox.advance(4)
    agent.say("Support, how can I help?")
    await call.heard("how can I help")
    await call.hang_up()
    await agent.ended()
    assert (await vox.finished()).finish_reason == "Normal termination"


async def test_who_waits_hears_music_the_place_and_the_time(vox: Vox):
    vox.operator("operator1", queue="support", answer=1, talk=119)
    first = await caller(vox, "+12025550101")
    await first.heard("Welcome")
    await vox.advance(5)
    second, third = [await caller(vox, number) for number in ("+12025550102", "+12025550103")]
    await second.heard("You are number 1 in the queue. Press 1")
    await second.heard(MUSIC)
    await third.heard("You are number 2 in the queue. Press 1")
    await first.ended()
    await third.heard("You are number 1 in the queue. It will take about 2 minutes.")
    await third.ended()
    await vox.finished()


async def test_the_place_is_told_only_when_it_changes(vox: Vox):
    vox.operator("operator1", queue="support", status="DND")
    call = await caller(vox)
    await call.heard("You are number 1")
    await call.within(60).never("heard", "You are number")
    await call.hang_up()
    await vox.finished()


async def test_the_best_customers_are_served_first(vox: Vox):
    operator = vox.operator("operator1", queue="support", status="DND", talk=10)
    await caller(vox, "+12025550101")
    await vox.advance(10)
    await caller(vox, "+12025550107")
    await vox.advance(10)
    await operator.set_status("READY")
    await vox.finished()
    assert [call.callerid for call in operator.calls] == ["12025550107", "12025550101"]


async def test_callers_from_france_get_somebody_who_speaks_french(vox: Vox):
    other = vox.operator("operator1", queue="support")
    french = vox.operator("operator2", queue="support", skills={"french": 4}, talk=10)
    await caller(vox, "+33140000001")
    await french.rang()
    await vox.finished()
    assert other.calls == []


async def test_an_operator_who_is_not_at_the_desk_gives_way_to_the_next(vox: Vox):
    away = vox.operator("operator1", "ring:1,reject:486@4", queue="support")
    operator = vox.operator("operator2", queue="support", talk=10)
    await caller(vox)
    await vox.finished()
    assert (away.served, operator.served) == (0, 1)


async def test_who_presses_1_keeps_the_place_and_is_called_back(vox: Vox):
    operator = vox.operator("operator1", queue="support", status="DND", answer=1, talk=40)
    customer = vox.phone("12025550101", answer=5)
    call = await caller(vox)
    await call.heard("Press 1")
    call.press("1")
    await call.heard("We will call you")
    await call.ended()
    await vox.advance(100)
    await operator.set_status("READY")
    agent = await operator.rang()
    await agent.heard("we are calling a customer back")
    back = await customer.rang()
    assert back.callerid == "12025550100"
    await vox.advance(6)
    back.say("There you are.")
    await agent.heard("There you are")
    await back.ended()
    session = await vox.finished()
    assert session.log == ["12025550101 keeps the place in the queue"]


async def test_a_customer_who_does_not_answer_the_callback(vox: Vox):
    operator = vox.operator("operator1", queue="support", status="DND", answer=1)
    vox.phone("12025550101", "busy")
    call = await caller(vox)
    await call.heard("Press 1")
    call.press("1")
    await call.ended()
    await operator.set_status("READY")
    agent = await operator.rang()
    await agent.heard("does not answer")
    await agent.ended()
    session = await vox.finished()
    assert session.log[-1] == "12025550101 could not be called back: 486 Busy Here"


async def test_a_place_that_was_kept_is_lost_after_five_minutes_too(vox: Vox):
    operator = vox.operator("operator1", queue="support", status="DND")
    call = await caller(vox)
    await call.heard("Press 1")
    call.press("1")
    session = await vox.finished()
    assert 300 < vox.now < 305
    assert operator.calls == []
    assert session.finish_reason == "Normal termination"


async def test_an_operator_who_comes_while_the_callback_is_promised_is_taken_at_once(vox: Vox):
    operator = vox.operator("operator1", queue="support", status="DND", answer=0)
    call = await caller(vox)
    await call.heard("Press 1")
    call.press("1")
    await call.heard("We will call you")
    await operator.set_status("READY")
    agent = await operator.rang()
    await vox.settled()
    agent.say("Here I am.")
    await call.heard("Here I am")
    await call.hang_up()
    await vox.finished()
    assert operator.served == 1


async def test_nobody_waits_for_more_than_five_minutes(vox: Vox):
    vox.operator("operator1", queue="support", status="DND")
    call = await caller(vox)
    await call.heard("Please leave a message")
    assert 300 < vox.now < 310
    await vox.advance(10)
    call.say("Please call me tomorrow.")
    await call.ended()
    session = await vox.finished()
    assert session.log[0] == "not served: It waited for 300 s."
    assert session.log[1].startswith("message at http")


async def test_a_caller_finds_the_queue_full_and_leaves_a_message(vox: Vox):
    vox.operator("operator1", queue="support", status="DND")
    waiting = [await caller(vox, f"+1202555011{index}") for index in range(3)]
    await vox.advance(10)
    call = await caller(vox)
    await call.heard("Please leave a message")
    await call.hang_up()
    for one in waiting:
        await one.hang_up()
    await vox.finished()


async def test_outside_of_hours_there_is_only_the_machine(vox: Vox):
    vox.operator("operator1", queue="support", status="OFFLINE")
    call = await caller(vox)
    await call.heard("Please leave a message")
    await call.hang_up()
    assert (await vox.finished()).log == ["not served: No agent of the queue is logged in."]


@pytest.mark.parametrize("seconds", [0.01, 1, 3, 6, 9, 25, 311])
async def test_a_caller_may_hang_up_at_any_moment(vox: Vox, seconds: float):
    vox.operator("operator1", queue="support", status="DND" if seconds > 20 else "READY", answer=4, talk=60)
    await caller(vox, hangup=seconds)
    session = await vox.finished()
    assert session.finish_reason == "Normal termination"
    assert len(vox.queue("support")) == 0


async def test_three_operators_and_eight_callers(vox: Vox):
    vox.queue("support", max_size=10)
    operators = [vox.operator(f"operator{number}", queue="support", talk=60, after_call=10) for number in (1, 2, 3)]
    for number in range(8):
        await caller(vox, f"+1202555012{number}")
    await vox.finished()
    assert [operator.served for operator in operators] == [3, 3, 2]
    assert len(vox.sessions) == 8
