"""The speech menu: what is said clearly, unclearly, or not at all, and when recognition itself fails."""

from itertools import pairwise

import pytest

from voxsim.testing import Vox

MENU = "scenarios/speech_menu.py"
SALES = "+12025550101"
SUPPORT = "+12025550102"
BILLING = "+12025550103"
CALLER = "+12025550199"
QUESTION = "Sales, support or billing?"


async def test_caller_who_says_sales_talks_to_sales(vox: Vox) -> None:
    sales = vox.phone(SALES, answer=3)
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    await call.heard(QUESTION)
    call.say("sales")
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


@pytest.mark.parametrize(
    ("words", "number", "department"),
    [
        ("Sales, please.", SALES, "sales"),
        ("I need SUPPORT with my phone", SUPPORT, "support"),
        ("it is about billing", BILLING, "billing"),
    ],
)
async def test_a_department_is_understood_inside_a_sentence(vox: Vox, words: str, number: str, department: str) -> None:
    callee = vox.phone(number, answer=2, hangup=10)
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    await call.heard(QUESTION)
    call.say(words)
    await call.heard(f"Connecting you to {department}")
    await callee.rang()
    await call.ended()  # the agent hangs up, and so does the scenario
    await vox.finished()


async def test_the_question_stops_when_the_caller_speaks(vox: Vox) -> None:
    vox.phone(SALES)
    call = await vox.phone(CALLER, say="sales@0.5").dial("100", scenario=MENU)
    question = await call.heard(QUESTION)
    await call.heard("Connecting")
    silence = next(item for item in call.received if item.what == "silence")
    assert silence.seconds - question.seconds == pytest.approx(0.5)
    await call.hang_up()
    await vox.finished()


@pytest.mark.parametrize("reply", ["Yes.", "oh yes, please"])
async def test_what_was_not_clear_is_asked_again(vox: Vox, reply: str) -> None:
    support = vox.phone(SUPPORT, answer=1)
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    await call.heard(QUESTION)
    call.say("support", confidence=0.4)
    await call.heard("Did you say support?")
    call.say(reply)
    await support.rang()
    await call.hang_up()
    session = await vox.finished()
    assert session.log == []


async def test_a_no_brings_the_question_back(vox: Vox) -> None:
    sales, billing = vox.phone(SALES), vox.phone(BILLING, answer=1)
    vox.recognition.misheard = {"billing": "sales"}
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    await call.heard(QUESTION)
    call.say("billing", confidence=0.5)
    await call.heard("Did you say sales?")
    call.say("no")
    await call.heard(QUESTION)
    call.say("the billing department")
    await billing.rang()
    await call.hang_up()
    session = await vox.finished()
    assert session.log == ["attempt 1: 'sales'"]
    assert sales.calls == []


async def test_caller_who_says_nothing_is_asked_every_ten_seconds(vox: Vox) -> None:
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    begins = [(await call.heard(QUESTION)).seconds for _ in range(3)]
    assert [round(later - earlier) for earlier, later in pairwise(begins)] == [10, 10]
    await call.heard("We did not understand you")
    await call.ended()
    session = await vox.finished()
    assert session.log == [f"attempt {number}: silence" for number in (1, 2, 3)]


async def test_three_answers_that_cannot_be_understood_end_the_call(vox: Vox) -> None:
    vox.recognition.noise = 0.8
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    for _ in range(3):
        await call.heard(QUESTION)
        call.say("support")
    await call.heard("Goodbye")
    await call.ended()
    session = await vox.finished()
    assert session.log == [f"attempt {number}: ''" for number in (1, 2, 3)]


async def test_caller_is_put_through_to_sales_when_recognition_fails(vox: Vox) -> None:
    sales = vox.phone(SALES, answer=1)
    vox.recognition.error = "Service unavailable"
    call = await vox.phone(CALLER).dial("100", scenario=MENU)
    await call.heard(QUESTION)
    call.say("support")
    await call.heard("Connecting you to sales")
    await sales.rang()
    await call.hang_up()
    session = await vox.finished()
    assert session.log == ["recognition failed: Service unavailable"]


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [("busy", "486 Busy Here"), ("decline", "603 Decline"), ("silent", "408 Request Timeout")],
)
async def test_caller_is_told_when_the_department_does_not_answer(vox: Vox, behaviour: str, why: str) -> None:
    vox.phone(SALES, behaviour)
    call = await vox.phone(CALLER, say="sales@4").dial("100", scenario=MENU)
    await call.heard("Nobody in sales can take your call")
    await call.ended()
    session = await vox.finished()
    assert session.log == [f"sales did not answer: {why}"]


@pytest.mark.parametrize("seconds", [0.01, 1, 3.2, 5.5])
def test_caller_may_hang_up_at_any_moment(vox: Vox, seconds: float) -> None:
    sales = vox.phone(SALES, answer=20)
    vox.phone(CALLER, say="sales@3", hangup=seconds).place("100", scenario=MENU)
    session = vox.run()
    assert session.finish_reason == "Normal termination"
    assert all(call.state == "TERMINATED" for call in sales.calls)


def test_events_come_in_the_documented_order(vox: Vox) -> None:
    vox.speech(2)
    vox.phone(SALES, answer=2)
    vox.phone(CALLER, say="sales@1", hangup=12).place("100", scenario=MENU)
    session = vox.run()
    assert [event.name for event in session.events] == [
        "Application.Started",
        "Application.CallAlerting",
        "Call.FirstAudioPacketReceived",
        "Call.Connected",
        "ASR.Started",
        "Call.PlaybackReady",
        "Call.PlaybackStarted",
        "Call.AudioQualityDetected",
        "ASR.CaptureStarted",
        "ASR.SpeechCaptured",
        "ASR.Result",
        "ASR.Stopped",
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
