"""Blind transfer: to numbers, users and SIP addresses, its failures, and callers and agents who hang up meanwhile."""

import pytest

from voxsim.testing import CallHandle, Vox

TRANSFER = "scenarios/transfer.py"
CALLER = "+12025550199"
SUPPORT = "+12025550130"


async def talking(vox: Vox) -> tuple[CallHandle, CallHandle]:
    """A caller and the reception, connected with each other."""
    reception = vox.user("reception", answer=2)
    caller = await vox.phone(CALLER).dial("100", scenario=TRANSFER)
    agent = await reception.rang()
    await caller.answered()
    await agent.say("Reception, how can I help?")
    await caller.heard("how can I help")
    return caller, agent


async def test_caller_talks_to_the_number_that_the_agent_named(vox: Vox) -> None:
    support = vox.phone(SUPPORT, answer=4)
    caller, agent = await talking(vox)
    agent.transfer(SUPPORT)
    await caller.heard("440@-19")  # ringing
    expert = await support.rang()
    await agent.transferred(200)
    await agent.ended()
    assert caller.state == "CONNECTED"

    expert.say("Support, hello.")
    await caller.heard("Support, hello.")
    caller.say("My line is noisy.")
    await expert.heard("My line is noisy.")

    await caller.hang_up()
    await expert.ended()
    await vox.finished()


async def test_target_may_be_a_user(vox: Vox) -> None:
    colleague = vox.user("desk-9", answer=1, hangup=5)
    caller, agent = await talking(vox)
    agent.transfer("desk-9")
    await colleague.rang()
    await agent.transferred()
    await caller.ended()  # the colleague hangs up
    await vox.finished()


async def test_target_may_be_a_sip_address(vox: Vox) -> None:
    branch = vox.sip("sip:branch@office.example", answer=1, hangup=5)
    caller, agent = await talking(vox)
    agent.transfer("sip:branch@office.example")
    await branch.rang()
    await agent.transferred()
    await caller.ended()
    await vox.finished()


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [("busy", 486), ("decline", 603), ("not_found", 404), ("silent", 408)],
)
async def test_agent_gets_the_caller_back_when_the_target_does_not_answer(vox: Vox, behaviour: str, code: int) -> None:
    vox.phone(SUPPORT, behaviour)
    caller, agent = await talking(vox)
    agent.transfer(SUPPORT)
    await agent.transferred(code)
    agent.say("They do not answer. May I help you myself?")
    await caller.heard("help you myself")
    await caller.hang_up()
    await agent.ended()
    await vox.finished()


async def test_agent_may_try_another_target(vox: Vox) -> None:
    vox.phone(SUPPORT, "busy")
    vox.user("desk-9", answer=1)
    caller, agent = await talking(vox)
    agent.transfer(SUPPORT)
    await agent.transferred(486)
    agent.transfer("desk-9")
    await agent.transferred(200)
    await caller.hang_up()
    session = await vox.finished()
    assert session.log == [f"{SUPPORT} did not answer: 486 Busy Here", "transferred to desk-9"]


async def test_caller_can_be_passed_on_again_by_the_target(vox: Vox) -> None:
    first = vox.user("desk-1", answer=1)
    second = vox.user("desk-2", answer=1)
    caller, agent = await talking(vox)
    agent.transfer("desk-1")
    one = await first.rang()
    await agent.ended()
    one.transfer("desk-2")
    two = await second.rang()
    await one.ended()
    two.say("Third time lucky.")
    await caller.heard("Third time lucky.")
    await caller.hang_up()
    await vox.finished()


async def test_target_stops_ringing_when_the_caller_hangs_up(vox: Vox) -> None:
    support = vox.phone(SUPPORT, answer=20)
    caller, agent = await talking(vox)
    agent.transfer(SUPPORT)
    ringing = await support.rang()
    await vox.advance(3)
    await caller.hang_up()
    await ringing.ended(487)
    await agent.ended()
    await vox.finished()


async def test_agent_may_leave_before_the_target_answers(vox: Vox) -> None:
    support = vox.phone(SUPPORT, answer=5)
    caller, agent = await talking(vox)
    agent.transfer(SUPPORT)
    expert = await support.rang()
    await agent.hang_up()
    await vox.advance(6)
    expert.say("Support, hello.")
    await caller.heard("Support, hello.")
    await caller.hang_up()
    await vox.finished()


async def test_call_ends_when_the_agent_hangs_up_without_a_transfer(vox: Vox) -> None:
    caller, agent = await talking(vox)
    await agent.hang_up()
    await caller.ended()
    session = await vox.finished()
    assert session.finish_reason == "Normal termination"


@pytest.mark.parametrize("behaviour", ["busy", "silent"])
async def test_caller_is_not_answered_when_nobody_is_at_the_reception(vox: Vox, behaviour: str) -> None:
    vox.user("reception", behaviour)
    caller = await vox.phone(CALLER).dial("100", scenario=TRANSFER)
    await caller.ended()
    await vox.finished()
    assert "answered" not in [item.what for item in caller.received]


def test_events_of_a_transfer(vox: Vox) -> None:
    vox.user("reception", answer=2, transfer=f"{SUPPORT}@3")
    vox.phone(SUPPORT, answer=2, hangup=5)
    vox.phone(CALLER).place("100", scenario=TRANSFER)
    session = vox.run()
    names = [event.name for event in session.events]
    assert names[names.index("Call.BlindTransferRequested") :] == [
        "Call.BlindTransferRequested",
        "Call.PlaybackReady",  # the ringback tone
        "Call.PlaybackStarted",
        "Call.Ringing",
        "Call.Connected",
        "Call.Disconnected",  # the reception
        "Call.FirstAudioPacketReceived",
        "Call.AudioQualityDetected",
        "Call.Disconnected",  # the target
        "Application.Terminating",
        "Application.Terminated",
    ]
