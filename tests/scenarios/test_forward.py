"""Call forwarding: who rings when, for how long, and what the caller gets when nobody answers."""

import pytest

from voxsim.testing import Vox

FORWARD = "scenarios/forward.py"
MOBILE = "+12025550120"
CALLER = "+12025550199"


async def test_caller_talks_to_the_user_who_answers_in_the_app(vox: Vox) -> None:
    app = vox.user("desk-7", ring=1, answer=5)
    mobile = vox.phone(MOBILE)
    call = await vox.phone(CALLER).dial("desk-7", scenario=FORWARD)
    await call.rang()
    await call.answered()
    assert vox.now == pytest.approx(5, abs=0.1)

    callee = app.calls[0]
    callee.say("Hello?")
    await call.heard("Hello?")
    call.say("Hello, desk seven.")
    await callee.heard("desk seven")

    await callee.hang_up()
    await call.ended()
    await vox.finished()
    assert mobile.calls == []


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [("busy", "486 Busy Here"), ("decline", "603 Decline"), ("silent", "408 Request Timeout")],
)
async def test_mobile_rings_when_the_app_does_not_answer(vox: Vox, behaviour: str, why: str) -> None:
    vox.user("desk-7", behaviour)
    vox.phone(MOBILE, answer=2, hangup=10)
    call = await vox.phone(CALLER).dial("desk-7", scenario=FORWARD)
    await call.answered()
    await call.ended()
    session = await vox.finished()
    assert session.log == [f"the app: {why}"]


async def test_mobile_rings_at_once_when_the_user_is_not_logged_in(vox: Vox) -> None:
    vox.user("desk-7", online=False)
    mobile = vox.phone(MOBILE, answer=2)
    call = await vox.phone(CALLER).dial("desk-7", scenario=FORWARD)
    await mobile.within(1).rang()
    await call.answered()
    await call.hang_up()
    session = await vox.finished()
    assert session.log == ["the app: 480 User Offline"]


async def test_app_rings_for_15_seconds_and_the_mobile_for_20(vox: Vox) -> None:
    vox.user("desk-7", "no_answer")
    mobile = vox.phone(MOBILE, "no_answer")
    call = await vox.phone(CALLER).dial("desk-7", scenario=FORWARD)
    await mobile.rang()
    assert vox.now == 15
    await call.answered()
    assert vox.now == pytest.approx(15 + 20, abs=0.1)
    await call.hang_up()
    await vox.finished()


async def test_caller_may_leave_a_message_when_nobody_answers(vox: Vox) -> None:
    vox.user("desk-7", "busy")
    vox.phone(MOBILE, "busy")
    call = await vox.phone(CALLER).dial("desk-7", scenario=FORWARD)
    await call.heard("leave a message after the tone")
    tone = await call.heard("1000@-19")
    call.say("Please call me back.")
    await call.ended()
    assert vox.now == pytest.approx(tone.at / 1e6 + 30, abs=0.1)
    session = await vox.finished()
    assert session.log == ["the app: 486 Busy Here", "the mobile phone: 486 Busy Here"]


async def test_caller_hears_what_the_mobile_network_plays_before_the_answer(vox: Vox) -> None:
    vox.user("desk-7", "busy")
    vox.phone(MOBILE, early=1, answer=6)
    call = await vox.phone(CALLER).dial("desk-7", scenario=FORWARD)
    await call.early()
    assert call.state == "ALERTING"
    await call.answered()
    await call.hang_up()
    await vox.finished()


async def test_nobody_rings_on_when_the_caller_gives_up(vox: Vox) -> None:
    app = vox.user("desk-7", answer=10)
    mobile = vox.phone(MOBILE)
    vox.phone(CALLER, cancel=4).place("desk-7", scenario=FORWARD)
    ringing = await app.rang()
    await ringing.ended(487)
    await vox.finished()
    assert mobile.calls == []


async def test_callee_sees_who_is_calling(vox: Vox) -> None:
    app = vox.user("desk-7", answer=1, hangup=1)
    vox.phone(CALLER).place("desk-7", scenario=FORWARD)
    ringing = await app.rang()
    await vox.finished()
    assert ringing.received[0].value == CALLER.removeprefix("+")


def test_events_of_a_call_that_goes_on_to_the_mobile(vox: Vox) -> None:
    vox.user("desk-7", "busy@3")
    vox.phone(MOBILE, ring=1, answer=4, hangup=5)
    vox.phone(CALLER).place("desk-7", scenario=FORWARD)
    session = vox.run()
    assert [event.name for event in session.events] == [
        "Application.Started",
        "Application.CallAlerting",
        "Call.Ringing",  # the app
        "Call.Failed",
        "Call.Ringing",  # the mobile phone
        "Call.Connected",
        "Call.FirstAudioPacketReceived",
        "Call.AudioQualityDetected",
        "Call.FirstAudioPacketReceived",  # the caller
        "Call.Connected",
        "Call.AudioQualityDetected",
        "Call.Disconnected",
        "Call.Disconnected",
        "Application.Terminating",
        "Application.Terminated",
    ]
