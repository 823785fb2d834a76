"""Codes, reasons, headers and durations of calls that end: what the scenario reads, and what the other side sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voxsim.testing import Vox
from voxsim.vocabulary.codes import FAILURES, REASONS, FinishReason, HttpCode, Sip, reason_text

Write = Callable[[str], str]

DOCUMENTED = {
    402: "Payment Required",
    404: "Not Found",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    487: "Request Terminated",
    603: "Decline",
}

REPORT = """
call.add_event_listener(CallEvents.Failed, lambda e: Logger.write(f"Failed {e.code} {e.reason}"))
call.add_event_listener(CallEvents.Disconnected, lambda e: Logger.write(f"Disconnected {e.internal_code} {e.reason}"))
"""


def ends(session: Any) -> list[tuple[str, dict[str, Any]]]:
    """The ends of a session's calls, in order, with their payloads."""
    return [
        (event.name, event.facts()) for event in session.events if event.name in ("Call.Failed", "Call.Disconnected")
    ]


# --- the tables ---


@pytest.mark.parametrize(("code", "text"), DOCUMENTED.items())
def test_a_documented_code_has_its_documented_text(code: int, text: str):
    assert reason_text(code) == REASONS[code] == text


def test_a_code_without_a_usual_text_names_itself():
    assert reason_text(499) == "SIP 499"


def test_every_named_status_has_a_text():
    assert set(REASONS) == {int(one) for one in Sip}


def test_finish_reasons_are_those_of_call_history():
    assert {str(one) for one in FinishReason} == {
        "Normal termination",
        "Insufficient funds",
        "Internal error (billing timeout)",
        "Terminated administratively",
        "JS session error",
        "Timeout",
    }


def test_internal_http_codes_go_from_0_down_to_minus_9():
    assert sorted(int(one) for one in HttpCode) == list(range(-9, 1))


# --- failures of outgoing calls ---


@pytest.mark.parametrize("name", FAILURES)
async def test_a_callee_can_fail_with(name: str, vox: Vox, started: Write):
    vox.phone("+15550100", name)
    vox.start(started(f'call = VoxEngine.call_pstn("+15550100", "1")\n{REPORT}'))
    session = await vox.finished()
    code = FAILURES[name]
    text = {"offline": "User Offline", "blocked": "Forbidden", "error": "Server Internal Error"}.get(name)
    assert session.log == [f"Failed {code} {text or DOCUMENTED[code]}"]
    assert [seen for seen, _ in ends(session)] == ["Call.Failed"]


@pytest.mark.parametrize("name", ["no_money", "blocked", "not_found", "unavailable", "offline", "busy"])
async def test_a_phone_does_not_ring_before_it_fails_with(name: str, vox: Vox, started: Write, names: Any):
    vox.phone("+15550100", name)
    vox.start(started('VoxEngine.call_pstn("+15550100", "1")'))
    assert "Call.Ringing" not in names(await vox.finished())


@pytest.mark.parametrize("code", [302, 400, 403, 404, 480, 486, 487, 499, 500, 503, 600, 603, 699])
async def test_a_callee_can_refuse_with_any_status(code: int, vox: Vox, started: Write):
    vox.phone("+15550100", reject=code)
    vox.start(started(f'call = VoxEngine.call_pstn("+15550100", "1")\n{REPORT}'))
    assert (await vox.finished()).log == [f"Failed {code} {reason_text(code)}"]


async def test_a_call_to_nobody_is_404(vox: Vox, started: Write):
    vox.start(started(f'call = VoxEngine.call_pstn("+15559999", "1")\n{REPORT}'))
    assert (await vox.finished()).log == ["Failed 404 Not Found"]


async def test_a_user_who_is_not_logged_in_is_480(vox: Vox, started: Write):
    vox.user("anna", online=False)
    vox.start(started(f'call = VoxEngine.call_user(username="anna")\n{REPORT}'))
    assert (await vox.finished()).log == ["Failed 480 User Offline"]


async def test_a_call_that_the_scenario_takes_back_is_487(vox: Vox, started: Write):
    callee = vox.phone("+15550100", "silent")
    vox.start(started(f'call = VoxEngine.call_pstn("+15550100", "1")\n{REPORT}\nset_timeout(call.hangup, 3000)'))
    assert (await vox.finished()).log == ["Failed 487 Request Terminated"]
    assert callee.calls[0].cause.code == 487


async def test_a_caller_whom_no_rule_takes_gets_404_and_no_session(vox: Vox, incoming: Write):
    vox.scenario(incoming("pass"), r"\+?1555\d{4}")
    refused = vox.phone().place("999")
    taken = vox.phone().place("+15550100")
    assert (await refused.ended(404)).reason == "Not Found"
    assert taken.state == "ALERTING"
    assert len(vox.sessions) == 1


async def test_the_first_rule_that_matches_the_destination_takes_the_call(vox: Vox, incoming: Write):
    vox.scenario(incoming('Logger.write("sales")'), "1..")
    vox.scenario(incoming('Logger.write("all")'))
    for number in ("100", "1000", "15550001"):
        await vox.phone().dial(number)
    assert [session.log for session in vox.sessions] == [["sales"], ["all"], ["all"]]


# --- ends of incoming calls ---


@pytest.mark.parametrize("code", [300, 403, 404, 408, 480, 486, 487, 500, 603, 699])
async def test_a_rejected_caller_gets_the_code_and_so_does_the_scenario(code: int, vox: Vox, incoming: Write):
    caller = await vox.phone().dial(scenario=incoming(f"{REPORT}\ncall.reject({code})"))
    assert (await caller.ended(code)).reason == reason_text(code)
    assert vox.session.log == [f"Disconnected {code} {reason_text(code)}"]


@pytest.mark.parametrize("code", ["299", "700", "200", "True", "'486'", "None"])
async def test_a_code_that_is_no_refusal_is_an_error(code: str, vox: Vox, incoming: Write):
    caller = await vox.phone().dial(scenario=incoming(f"call.reject({code})"))
    await vox.failed("from 300 to 699")
    assert caller.state == "ALERTING"


async def test_an_incoming_call_never_fails(vox: Vox, incoming: Write):
    path = incoming("pass")
    for behaviour in ({"cancel": 1}, {}):
        await vox.phone(**behaviour).dial(scenario=path)
    await vox.finished()
    codes = [(name, facts["internalCode"]) for session in vox.sessions for name, facts in ends(session)]
    assert codes == [("Call.Disconnected", 487), ("Call.Disconnected", 408)]


@pytest.mark.parametrize("who", ["caller", "scenario"])
async def test_a_plain_hangup_is_cause_16_with_its_header(who: str, vox: Vox, incoming: Write):
    path = incoming("call.answer()" if who == "caller" else "call.answer(); set_timeout(call.hangup, 5000)")
    await vox.phone(**({"hangup": 5} if who == "caller" else {})).dial(scenario=path)
    ((name, facts),) = ends(await vox.finished())
    assert name == "Call.Disconnected"
    assert (facts["internalCode"], facts["reason"]) == (16, "Normal call clearing")
    assert facts["headers"] == {"Reason": 'Q.850;cause=16;text="Normal call clearing"'}
    assert facts["cost"] == 0


@pytest.mark.parametrize(
    ("kind", "direction"), [("phone", "All numbers"), ("sip", "Incoming call"), ("user", "Incoming call")]
)
async def test_the_direction_of_an_incoming_call(kind: str, direction: str, vox: Vox, incoming: Write):
    party = {
        "phone": lambda: vox.phone(hangup=1),
        "sip": lambda: vox.sip("sip:desk@a.example", hangup=1),
        "user": lambda: vox.user("anna", hangup=1),
    }[kind]()
    await party.dial(scenario=incoming("call.answer()"))
    ((_, facts),) = ends(await vox.finished())
    assert facts["direction"] == direction


async def test_the_direction_of_an_outgoing_sip_call(vox: Vox, started: Write):
    vox.sip("sip:desk@a.example", answer=0, hangup=1)
    vox.start(started('VoxEngine.call_sip("sip:desk@a.example")'))
    ((_, facts),) = ends(await vox.finished())
    assert facts["direction"] == "SIP Call"


# --- durations ---


@pytest.mark.parametrize(
    ("seconds", "duration"),
    [(0, 0), (0.001, 1), (1, 1), (1.0001, 2), (3.89, 4), (104.86, 105), (3600, 3600), (3600.5, 3601)],
)
async def test_a_duration_is_rounded_up_to_whole_seconds(seconds: float, duration: int, vox: Vox, started: Write):
    vox.phone("+15550100", answer=7, hangup=seconds)
    vox.start(started('VoxEngine.call_pstn("+15550100", "1")'))
    ((name, facts),) = ends(await vox.finished())
    assert name == "Call.Disconnected"
    assert facts["duration"] == duration


async def test_an_unanswered_call_lasted_no_time(vox: Vox, incoming: Write):
    await vox.phone(cancel=30).dial(scenario=incoming("call.start_early_media()"))
    ((_, facts),) = ends(await vox.finished())
    assert facts["duration"] == 0


# --- VI-CallTimeout ---


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        pytest.param(asked, seconds, id=asked.strip("'"))
        for asked, seconds in (
            ("'10'", 10),
            ("'9'", 10),
            ("'0'", 10),
            ("'-5'", 10),
            ("'35'", 35),
            ("35", 35),
            ("'400'", 400),
            ("'401'", 400),
            ("'99999'", 400),
            ("'inf'", 400),
        )
    ],
)
async def test_call_timeout(asked: str, seconds: float, vox: Vox, started: Write):
    vox.phone("+15550100", "silent")
    vox.start(
        started(f"""
        call = VoxEngine.call_pstn("+15550100", "1", extra_headers={{"VI-CallTimeout": {asked}}})
        await call.wait_for(CallEvents.Failed)
        Logger.write("failed")
    """)
    )
    await vox.logged("failed")
    assert vox.now == seconds


@pytest.mark.parametrize("asked", ["'soon'", "''", "'nan'", "[]"])
async def test_a_call_timeout_that_is_no_number_is_ignored_with_a_warning(asked: str, vox: Vox, started: Write):
    vox.phone("+15550100", "silent")
    vox.start(
        started(f"""
        call = VoxEngine.call_pstn("+15550100", "1", extra_headers={{"VI-CallTimeout": {asked}}})
        await call.wait_for(CallEvents.Failed)
        Logger.write("failed")
    """)
    )
    await vox.logged("failed")
    assert vox.now == 60
    assert "VI-CallTimeout" in vox.session.warnings[0]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param('VoxEngine.call_user(username="anna", extra_headers=headers)', id="call_user"),
        pytest.param('VoxEngine.call_user({"username": "anna", "extraHeaders": headers})', id="call_user-documented"),
        pytest.param('VoxEngine.call_user("anna", "1", "Me", headers)', id="call_user-positional"),
        pytest.param('VoxEngine.call_sip("sip:desk@a.example", headers=headers)', id="call_sip"),
        pytest.param('VoxEngine.call_sip("sip:desk@a.example", "1", "Me", "", "", headers)', id="call_sip-positional"),
        pytest.param('VoxEngine.call_whatsapp_user(number="15550100", headers=headers)', id="call_whatsapp_user"),
        pytest.param('VoxEngine.call_user_direct(event.call, "anna", extra_headers=headers)', id="call_user_direct"),
    ],
)
async def test_every_kind_of_call_takes_it_and_does_not_show_it(command: str, vox: Vox, incoming: Write):
    for party in (
        vox.user("anna", "silent"),
        vox.sip("sip:desk@a.example", "silent"),
        vox.whatsapp("15550100", "silent"),
    ):
        assert party.calls == []
    await vox.phone().dial(
        scenario=incoming(f"""
        call.answer()
        headers = {{"VI-CallTimeout": "10", "X-Case": "7"}}
        out = {command}
        failed = await out.wait_for(CallEvents.Failed)
        Logger.write(f"{{failed.code}} {{now().second}}")
    """)
    )
    assert await vox.logged("") == "408 10"
    (offered,) = [call for party in vox._parties for call in party.calls]
    sent = dict(offered.received[0].data)
    sent.pop("X-DirectCall", None)
    assert sent == {"X-Case": "7"}


# --- headers ---


async def test_only_headers_that_begin_with_x_reach_the_other_side(vox: Vox, incoming: Write):
    call = await vox.phone().dial(
        scenario=incoming("""
        own = {"VI-CallTimeout": "10", "vi-Client-Type": "sip"}
        call.ring({"X-One": "1", "x-two": 2, "Subject": "none", "X-None": None, **own})
    """)
    )
    assert (await call.rang()).data == {"X-One": "1", "x-two": "2"}
    assert vox.session.warnings == ["Header 'Subject' is not sent: custom headers begin with 'X-'."]


@pytest.mark.parametrize(
    ("command", "reached"),
    [
        ("call.ring({'X-A': '1'})", "rang"),
        ("call.start_early_media({'X-A': '1'})", "early"),
        ("call.answer({'X-A': '1'})", "answered"),
        ("call.reject(486, {'X-A': '1'})", "ended"),
        ("call.hangup({'X-A': '1'})", "ended"),
        ("call.send_info('text/plain', 'hello', {'X-A': '1'})", "informed"),
    ],
)
async def test_headers_reach_the_caller_with(command: str, reached: str, vox: Vox, incoming: Write):
    call = await vox.phone().dial(scenario=incoming(command))
    await getattr(call, reached)()
    (received,) = call.received
    assert received.data["X-A"] == "1"


async def test_headers_that_are_no_mapping_are_an_error(vox: Vox, incoming: Write):
    await vox.phone().dial(scenario=incoming("call.answer(['X-A: 1'])"))
    await vox.failed("Headers are given as a mapping")
