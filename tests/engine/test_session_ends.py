"""What ends a session, when, and with which finish reason; and what keeps it alive, or does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voxsim.testing import Vox
from voxsim.vocabulary.codes import FinishReason

Write = Callable[[str], str]

LAST = ["Application.Terminating", "Application.Terminated"]


def ends(session: Any) -> tuple[float, str, bool]:
    """When a session ended, why, and whether the platform calls it a system error."""
    ended = session.timeline[-1]
    assert (ended.kind, ended.name) == ("session", "ended")
    assert [event.name for event in session.events[-2:]] == LAST
    errors = {event.facts()["systemError"] for event in session.events[-2:]}
    return ended.seconds, str(session.finish_reason), errors.pop()


# --- terminate() ---


async def test_terminate_ends_it_at_once(vox: Vox, started: Write):
    vox.start(started("VoxEngine.terminate()"))
    assert ends(await vox.finished()) == (0, "Normal termination", False)


async def test_terminate_may_be_called_unbound(vox: Vox, started: Write):
    vox.start(started("set_timeout(VoxEngine.terminate, 20_000)"))
    assert ends(await vox.finished()) == (20, "Normal termination", False)


async def test_terminate_at_top_level_ends_it_before_it_starts(vox: Vox, scenario: Write, names: Any):
    vox.start(scenario("VoxEngine.terminate()"))
    session = await vox.finished()
    assert ends(session) == (0, "Normal termination", False)
    assert names(session) == LAST


async def test_terminate_twice_is_the_same_as_once(vox: Vox, started: Write, names: Any):
    vox.start(started("VoxEngine.terminate(); VoxEngine.terminate()"))
    session = await vox.finished()
    assert ends(session) == (0, "Normal termination", False)
    assert names(session) == ["Application.Started", *LAST]


async def test_terminate_ends_its_own_session_only(vox: Vox, started: Write):
    stays = vox.start(started("pass"))
    goes = vox.start(started("VoxEngine.terminate()"))
    await vox.settled()
    assert goes.finish_reason == "Normal termination"
    assert stays.finish_reason is None


async def test_terminate_hangs_up_what_is_still_up(vox: Vox, incoming: Write):
    answered = vox.phone("+15550100", answer=0)
    ringing = vox.phone("+15550200", "silent")
    caller = await vox.phone().dial(
        scenario=incoming("""
        call.answer()
        VoxEngine.call_pstn("+15550100", "1")
        VoxEngine.call_pstn("+15550200", "1")
        set_timeout(VoxEngine.terminate, 5000)
    """)
    )
    assert (await caller.ended()).code == 16
    assert vox.now == 5
    await vox.finished()
    assert [party.calls[0].cause.code for party in (answered, ringing)] == [16, 487]


# --- no calls ---


async def test_a_session_that_makes_no_call_ends_after_60_seconds(vox: Vox, started: Write):
    vox.start(started("pass"))
    assert ends(await vox.finished()) == (60, "Timeout", False)


async def test_it_ends_60_seconds_after_its_last_call(vox: Vox, started: Write):
    vox.phone("+15550100", answer=2, hangup=10)
    vox.phone("+15550200", answer=2, hangup=30)
    vox.start(started('VoxEngine.call_pstn("+15550100", "1"); VoxEngine.call_pstn("+15550200", "1")'))
    assert ends(await vox.finished()) == (32 + 60, "Timeout", False)


async def test_a_failed_call_counts_as_a_call_that_ended(vox: Vox, started: Write):
    vox.phone("+15550100", "busy")
    vox.start(started('set_timeout(lambda: VoxEngine.call_pstn("+15550100", "1"), 50_000)'))
    assert ends(await vox.finished()) == (110, "Timeout", False)


async def test_a_new_call_stops_the_clock(vox: Vox, incoming: Write):
    vox.phone("+15550100", answer=0, hangup=100)
    caller = await vox.phone().dial(
        scenario=incoming("""
        call.reject(486)
        set_timeout(lambda: VoxEngine.call_pstn("+15550100", "1"), 59_000)
    """)
    )
    await caller.ended(486)
    assert ends(await vox.finished()) == (59 + 100 + 60, "Timeout", False)


async def test_a_call_made_when_the_last_one_ends_keeps_it_alive(vox: Vox, incoming: Write):
    vox.phone("+15550100", answer=0, hangup=100)
    caller = vox.phone(hangup=10)
    await caller.dial(
        scenario=incoming("""
        call.answer()
        call.add_event_listener(CallEvents.Disconnected, lambda e: VoxEngine.call_pstn("+15550100", "1"))
    """)
    )
    seconds, *rest = ends(await vox.finished())
    assert seconds == pytest.approx(10.02 + 100 + 60)
    assert rest == ["Timeout", False]


async def test_a_call_made_at_the_very_instant_of_the_clock_is_not_cut(vox: Vox, scenario: Write):
    vox.phone("+15550100", answer=0, hangup=100)
    vox.start(
        scenario("""
        set_timeout(lambda: VoxEngine.call_pstn("+15550100", "1"), 60_000)
    """)
    )
    assert ends(await vox.finished()) == (60 + 100 + 60, "Timeout", False)


@pytest.mark.parametrize(
    "open_thing",
    [
        pytest.param("set_interval(lambda: None, 1000)", id="timer"),
        pytest.param('VoxEngine.create_web_socket("wss://a.example/")', id="websocket"),
        pytest.param('VoxEngine.create_url_player("https://a.example/a.mp3", loop=True)', id="player"),
    ],
)
async def test_without_calls_it_is_not_kept_alive_by_a(open_thing: str, vox: Vox, started: Write):
    vox.web.socket("wss://a.example/")
    vox.start(started(open_thing))
    assert ends(await vox.finished()) == (60, "Timeout", False)


async def test_without_calls_an_active_http_request_only_delays_the_end(vox: Vox, started: Write):
    vox.web.on("GET", "https://a.example/").reply(text="late", delay=30)
    vox.start(
        started("""
        set_timeout(lambda: Net.http_request("https://a.example/", lambda r: Logger.write(r.text)), 50_000)
    """)
    )
    session = await vox.finished()
    assert ends(session) == (80, "Timeout", False)
    assert session.log == ["late"]


async def test_a_call_that_nobody_listens_for_ends_after_60_seconds_and_its_session_60_later(vox: Vox, scenario: Write):
    caller = await vox.phone().dial(scenario=scenario("pass"))
    await caller.ended(408)
    assert vox.now == 60
    assert ends(await vox.finished()) == (120, "Timeout", False)


async def test_a_rejected_call_starts_the_clock(vox: Vox, incoming: Write):
    caller = await vox.phone().dial(scenario=incoming("call.reject(603)"))
    assert str((await caller.ended(603)).reason) == "Decline"
    assert ends(await vox.finished()) == (60, "Timeout", False)


async def test_a_caller_who_hangs_up_before_the_scenario_is_loaded_leaves_a_session_that_ends(
    vox: Vox, incoming: Write, names: Any
):
    call = vox.phone().place(scenario=incoming("call.answer()"))
    call.hang_up()
    session = await vox.finished()
    assert ends(session) == (60, "Timeout", False)
    assert names(session)[:3] == ["Application.Started", "Application.CallAlerting", "Call.Disconnected"]


# --- the ready-made flows ---


@pytest.mark.parametrize(
    ("caller", "callee", "seconds"),
    [
        pytest.param({}, {"busy": True}, 0, id="callee-refuses"),
        pytest.param({}, {"answer": None, "silent": True}, 60, id="callee-does-not-answer"),
        pytest.param({"cancel": 5}, {"silent": True}, 5, id="caller-gives-up"),
        pytest.param({"hangup": 20}, {"answer": 3}, 23.02, id="caller-hangs-up"),
        pytest.param({}, {"answer": 3, "hangup": 20}, 23, id="callee-hangs-up"),
    ],
)
async def test_easy_process_ends_it_with_either_call(
    caller: dict[str, Any], callee: dict[str, Any], seconds: float, vox: Vox, incoming: Write
):
    vox.phone("+15550100", **callee)
    await vox.phone(**caller).dial(
        scenario=incoming("""
        VoxEngine.easy_process(call, VoxEngine.call_pstn("+15550100", event.callerid))
    """)
    )
    when, *rest = ends(await vox.finished())
    assert when == pytest.approx(seconds)
    assert rest == ["Normal termination", False]


@pytest.mark.parametrize(
    ("caller", "seconds"),
    [pytest.param({}, 7, id="played-to-the-end"), pytest.param({"hangup": 2}, 2.02, id="caller-hangs-up")],
)
async def test_play_sound_and_hangup_ends_it(caller: dict[str, Any], seconds: float, vox: Vox, scenario: Write):
    vox.audio("https://a.example/bye.mp3", 7)
    call = await vox.phone(**caller).dial(
        scenario=scenario('VoxEngine.play_sound_and_hangup("https://a.example/bye.mp3")')
    )
    await call.heard("bye.mp3")
    when, *rest = ends(await vox.finished())
    assert when == pytest.approx(seconds)
    assert rest == ["Normal termination", False]


# --- errors ---


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("def broken(:", "SyntaxError", id="syntax-error"),
        pytest.param("1 / 0", "ZeroDivisionError", id="error-at-top-level"),
        pytest.param("import no_such_module", "ModuleNotFoundError", id="import-of-what-is-not-there"),
        pytest.param(
            "VoxEngine.add_event_listener(AppEvents.Started, None)", "not a function, but None", id="handler-None"
        ),
        pytest.param(
            "VoxEngine.add_event_listener(AppEvents.Started, 'f')", "not a function, but a str", id="handler-str"
        ),
        pytest.param("set_timeout(5, 0)", "not a function, but a int", id="timer-callback"),
    ],
)
async def test_a_fatal_error_ends_it_at_once(text: str, error: str, vox: Vox, scenario: Write):
    vox.start(scenario(text))
    session = await vox.finished()
    assert ends(session) == (0, "JS session error", True)
    assert (await vox.failed(error)).fatal


async def test_a_load_error_drops_the_caller(vox: Vox, scenario: Write, names: Any):
    call = await vox.phone().dial(scenario=scenario("1 / 0"))
    await call.ended(500)
    assert names(await vox.finished()) == LAST
    await vox.failed("ZeroDivisionError")


async def test_a_load_error_keeps_the_following_scenarios_from_being_loaded(vox: Vox, scenario: Write):
    vox.start((scenario("Logger.write('first')"), scenario("1 / 0"), scenario("Logger.write('third')")))
    assert (await vox.finished()).log == ["first"]
    await vox.failed("ZeroDivisionError")


async def test_an_http_callback_that_is_no_function_ends_it(vox: Vox, started: Write):
    vox.web.on("GET", "https://a.example/").reply()
    vox.start(started('Net.http_request("https://a.example/", None)'))
    assert ends(await vox.finished())[1:] == ("JS session error", True)
    await vox.failed("not a function")


@pytest.mark.parametrize("kind", ["def", "async def"])
async def test_an_error_in_a_handler_does_not_end_it(kind: str, vox: Vox, scenario: Write):
    vox.start(
        scenario(f"""
        @VoxEngine.on(AppEvents.Started)
        {kind} first(event):
            raise ValueError("oops")

        VoxEngine.add_event_listener(AppEvents.Started, lambda event: Logger.write("the second handler runs"))
    """)
    )
    session = await vox.finished()
    assert ends(session) == (60, "Timeout", False)
    assert session.log == ["the second handler runs"]
    error = await vox.failed("ValueError: oops")
    assert not error.fatal
    assert error.where.endswith("scenario.py:5")


# --- what call history will say ---


@pytest.mark.parametrize("reason", list(FinishReason), ids=lambda reason: reason.name)
def test_the_reason_of_its_end_is_kept(reason: FinishReason, engine: Any):
    session = engine.start()
    session.end(reason, system_error=reason is not FinishReason.NORMAL)
    session.end(FinishReason.NORMAL)
    engine.advance(1)
    assert session.finish_reason is reason
    assert session.timeline[-1].facts() == {"reason": str(reason)}
    assert engine.switch.sessions == {}


async def test_nothing_happens_in_a_session_that_has_ended(vox: Vox, incoming: Write):
    caller = await vox.phone().dial(scenario=incoming("call.answer(); set_timeout(VoxEngine.terminate, 5000)"))
    session = await vox.finished()
    before = len(session.timeline)
    await caller.press("1")
    await caller.send_message("hello")
    await caller.hang_up()
    await vox.advance(300)
    assert [record for record in session.timeline[before:] if record.kind != "party"] == []


async def test_a_session_that_never_lets_time_pass_is_ended_and_others_go_on(vox: Vox, scenario: Write):
    circle = scenario("""
        @VoxEngine.on(AppEvents.CallAlerting)
        def alerting(event):
            event.call.add_event_listener(CallEvents.PlaybackFinished, lambda e: e.call.say("again"))
            event.call.say("once more")
        """)
    await vox.phone("+15550002").dial("100", scenario=circle)
    assert "goes round in a circle" in (await vox.failed("circle")).message
    assert ends(vox.session)[1:] == ("JS session error", True)
