"""A call under the control of HTTP requests: commands, their answers, and the report at the end."""

import json

import pytest

from voxsim.testing import CallHandle, Vox

CONTROLLED = "scenarios/controlled.py"
REPORTS = "https://reports.example/calls"
CALLER = "+12025550199"


@pytest.fixture
async def call(vox: Vox) -> CallHandle:
    """A call that the scenario has answered; the reports are taken."""
    vox.web.on("POST", REPORTS).reply()
    handle = await vox.phone(CALLER).dial("100", scenario=CONTROLLED)
    await handle.answered()
    return handle


async def command(vox: Vox, **request: str) -> dict[str, object]:
    """Send a command to the session and return the answer."""
    reply = await vox.session.request("POST", json.dumps(request))
    assert reply.status == 200
    assert reply.content_type == "application/json"
    answer: dict[str, object] = json.loads(reply.body)
    return answer


async def test_text_of_a_say_command_is_heard(vox: Vox, call: CallHandle) -> None:
    assert await command(vox, command="say", text="Your taxi is here.") == {"ok": True}
    await call.heard("Your taxi is here.")
    await call.hang_up()
    await vox.finished()


async def test_hangup_command_ends_the_call_and_the_session(vox: Vox, call: CallHandle) -> None:
    await vox.advance(12)
    assert await command(vox, command="hangup") == {"ok": True}
    await call.ended()
    session = await vox.finished()
    assert session.finish_reason == "Normal termination"


async def test_status_tells_the_state_of_the_call(vox: Vox, call: CallHandle) -> None:
    assert await command(vox, command="status") == {"state": "CONNECTED"}
    await call.hang_up()
    await vox.finished()


async def test_status_before_any_call_says_so(vox: Vox) -> None:
    vox.web.on("POST", REPORTS).reply()
    vox.start(CONTROLLED)
    assert await command(vox, command="status") == {"state": "no call yet"}
    assert await command(vox, command="say", text="Hello") == {"error": "the call is not connected"}
    await vox.finished()


@pytest.mark.parametrize(
    "body", ["", "hangup", "[]", '{"command": "dance"}', '{"command": "say"}', '{"command": "say", "text": 5}']
)
async def test_wrong_commands_are_answered_with_an_error(vox: Vox, call: CallHandle, body: str) -> None:
    reply = await vox.session.request("POST", body)
    assert "error" in json.loads(reply.body)
    assert call.state == "CONNECTED"
    await call.hang_up()
    await vox.finished()


async def test_session_is_not_found_once_it_has_ended(vox: Vox, call: CallHandle) -> None:
    await call.hang_up()
    session = await vox.finished()
    reply = await session.request("POST", '{"command": "status"}')
    assert reply.status == 404


async def test_url_for_commands_is_in_the_log(vox: Vox, call: CallHandle) -> None:
    line = await vox.logged("Steer this call at")
    assert line.split()[-1].startswith("https://")
    await call.hang_up()
    await vox.finished()


async def test_length_of_the_call_is_reported_while_the_session_ends(vox: Vox, call: CallHandle) -> None:
    await vox.advance(3599.5)
    await call.hang_up()
    request = await vox.requested("POST", REPORTS)
    assert json.loads(request.text) == {"caller": CALLER.removeprefix("+"), "seconds": 3600}  # rounded up
    session = await vox.finished()
    assert session.log[-1] == "reported"
    assert [event.name for event in session.events][-3:] == [
        "Call.Disconnected",
        "Application.Terminating",
        "Application.Terminated",
    ]


async def test_report_that_takes_a_minute_is_waited_for(vox: Vox) -> None:
    vox.web.on("POST", REPORTS).reply(delay=60)
    vox.phone(CALLER, hangup=5).place("100", scenario=CONTROLLED)
    session = await vox.finished()
    assert session.log[-1] == "reported"
    assert vox.now == pytest.approx(65, abs=0.1)


@pytest.mark.parametrize(("fault", "code"), [("connection", -4), ("timeout", -7)])
async def test_failure_of_the_report_is_logged(vox: Vox, fault: str, code: int) -> None:
    vox.web.on("POST", REPORTS).fail(fault)
    vox.phone(CALLER, hangup=5).place("100", scenario=CONTROLLED)
    session = await vox.finished()
    assert session.log[-1].startswith(f"not reported: {code}")


async def test_session_without_a_call_ends_after_a_minute(vox: Vox) -> None:
    reports = vox.web.on("POST", REPORTS).reply()
    session = vox.start(CONTROLLED)
    await vox.finished()
    assert session.finish_reason == "Timeout"
    assert json.loads(reports.last.text) == {"caller": None, "seconds": 0}
