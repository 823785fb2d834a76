"""The phone menu: choices, wrong digits, silence, departments that do not answer, callers who hang up."""

from itertools import pairwise

import pytest

from voxsim.testing import Vox

MENU = "scenarios/menu.py"
SALES = "+12025550101"
SUPPORT = "+12025550102"
CALLER = "+12025550199"


async def test_caller_who_presses_1_talks_to_sales(vox: Vox) -> None:
    sales = vox.phone(SALES, answer=3)
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    await call.heard("Press one for sales")
    call.press("1")
    await call.heard("Connecting you to sales")
    agent = await sales.rang()
    await vox.advance(5)

    agent.say("Sales, good morning.")
    await call.heard("good morning")
    call.say("I would like to buy something.")
    await agent.heard("buy something")

    await call.hang_up()
    await agent.ended()
    session = await vox.finished()
    assert session.finish_reason == "Normal termination"


@pytest.mark.parametrize(("digit", "number", "department"), [("1", SALES, "sales"), ("2", SUPPORT, "support")])
async def test_each_digit_leads_to_its_department(vox: Vox, digit: str, number: str, department: str) -> None:
    callee = vox.phone(number, answer=2, hangup=10)
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    await call.heard("Press one")
    call.press(digit)
    await call.heard(f"Connecting you to {department}")
    await callee.rang()
    await call.ended()  # the agent hangs up, and so does the scenario
    await vox.finished()


async def test_department_sees_the_number_of_the_caller(vox: Vox) -> None:
    sales = vox.phone(SALES, answer=2, hangup=1)
    vox.phone(CALLER, press="1@2").place("100", scenario=MENU)
    agent = await sales.rang()
    assert agent.received[0].what == "offered"
    assert agent.received[0].value == CALLER.removeprefix("+")
    await vox.finished()


async def test_digits_may_be_pressed_while_the_prompt_plays(vox: Vox) -> None:
    sales = vox.phone(SALES, answer=2)
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    await call.heard("Press one for sales")
    call.press("1")
    await sales.within(3).rang()
    assert vox.now < 3
    await call.hang_up()
    await vox.finished()


async def test_wrong_digit_is_told_and_the_menu_comes_again(vox: Vox) -> None:
    support = vox.phone(SUPPORT, answer=1)
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    await call.heard("Press one")
    call.press("9")
    await call.heard("not a choice")
    await call.heard("Press one")
    call.press("2")
    await support.rang()
    await call.hang_up()
    session = await vox.finished()
    assert session.log == ["attempt 1: 9 is not on the menu"]


async def test_three_wrong_digits_end_the_call_with_goodbye(vox: Vox) -> None:
    sales = vox.phone(SALES)
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    for digit in "789":
        await call.heard("Press one")
        call.press(digit)
        await call.heard("not a choice")
    await call.heard("Goodbye")
    await call.ended()
    session = await vox.finished()
    assert len(session.log) == 3
    assert sales.calls == []


async def test_caller_who_presses_nothing_hears_the_menu_every_ten_seconds(vox: Vox) -> None:
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    begins = [(await call.heard("Press one")).at / 1e6 for _ in range(3)]
    assert [round(later - earlier) for earlier, later in pairwise(begins)] == [10, 10]
    await call.heard("We did not get your choice")
    await call.ended()
    session = await vox.finished()
    assert session.log == [f"attempt {number}: nothing pressed" for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [("busy", "486 Busy Here"), ("decline", "603 Decline"), ("silent", "408 Request Timeout")],
)
async def test_caller_is_told_when_the_department_does_not_answer(vox: Vox, behaviour: str, why: str) -> None:
    vox.phone(SALES, behaviour)
    call = await vox.phone(CALLER, press="1@4").dial("100", scenario=MENU)
    await call.heard("Nobody in sales can take your call")
    await call.ended()
    session = await vox.finished()
    assert session.log == [f"sales did not answer: {why}"]


async def test_caller_hears_ringing_until_the_agent_answers(vox: Vox) -> None:
    vox.phone(SALES, answer=6)
    call = await vox.phone(CALLER, press="1@1").dial("100", scenario=MENU)
    await call.heard("440@-19,480@-19")  # the ringback tone of the United States
    ringing_since = vox.now
    await vox.advance(5)
    await call.within(2).never("ended")
    silence = next(item for item in call.received if item.what == "silence" and item.at / 1e6 > ringing_since)
    assert silence.at / 1e6 - ringing_since == pytest.approx(6, abs=0.1)
    await call.hang_up()
    await vox.finished()


@pytest.mark.parametrize("seconds", [0.01, 1, 5.5])
def test_caller_may_hang_up_at_any_moment(vox: Vox, seconds: float) -> None:
    sales = vox.phone(SALES, answer=20)
    vox.phone(CALLER, press="1@3", hangup=seconds).place("100", scenario=MENU)
    session = vox.run()
    assert session.finish_reason == "Normal termination"
    assert all(call.state == "TERMINATED" for call in sales.calls)


def test_events_come_in_the_documented_order(vox: Vox) -> None:
    vox.phone(SALES, answer=2)
    vox.phone(CALLER, press="1@1", hangup=10).place("100", scenario=MENU)
    session = vox.run()
    assert [event.name for event in session.events] == [
        "Application.Started",
        "Application.CallAlerting",
        "Call.FirstAudioPacketReceived",
        "Call.Connected",
        "Call.PlaybackReady",
        "Call.PlaybackStarted",
        "Call.AudioQualityDetected",
        "Call.ToneReceived",
        "Call.PlaybackReady",  # "Connecting you to sales."
        "Call.PlaybackStarted",
        "Call.PlaybackFinished",
        "Call.PlaybackReady",  # the ringback tone
        "Call.PlaybackStarted",
        "Call.Ringing",
        "Call.Connected",
        "Call.FirstAudioPacketReceived",
        "Call.AudioQualityDetected",
        "Call.Disconnected",
        "Application.Terminating",
        "Application.Terminated",
    ]
