"""CallList: what a session tells the call list that started it, in every form, and what comes of it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable

import pytest

from voxsim.testing import Vox

Write = Callable[[str], str]

ROWS = [{"phone": "+15550100", "name": "Anna"}]


async def one_attempt(vox: Vox, started: Write, body: str, **how: int):
    """Run a list of one task whose sessions do this; returns the task."""
    calls = vox.call_list(ROWS, started(textwrap.dedent(body)), **how)
    return (await calls.finished()).tasks[0]


@pytest.mark.parametrize(
    ("name", "status"),
    [("report_result", "Processed"), ("report_error", "Error"), ("report_progress", "Processed")],
)
@pytest.mark.parametrize("data", ["a text", {"code": 486, "why": ["busy"]}, None])
async def test_reports_are_stored_as_they_were_given(name: str, status: str, data: object, vox: Vox, started: Write):
    task = await one_attempt(vox, started, f"CallList.{name}({data!r}, VoxEngine.terminate)")
    assert (task.status, task.result, task.attempts, task.attempts_left) == (status, data, 1, 0)
    assert vox.now == pytest.approx(0.1)
    assert vox.session.warnings == []


@pytest.mark.parametrize("name", ["report_progress", "report_result", "report_error", "request_next_attempt"])
async def test_each_report_has_a_callback_and_can_be_awaited(name: str, vox: Vox, started: Write):
    body = f"""
    def told(result):
        Logger.write(["callback", result.code, result.text])

    data = {{}}
    CallList.{name}(data, told)
    CallList.{name}(data)
    result = await CallList.{name}_async(data)
    Logger.write(["awaited", type(result).__name__, result.code])
    VoxEngine.terminate()
    """
    await one_attempt(vox, started, body)
    assert vox.session.log == ['["callback", 200, "{\\"result\\": true}"]', '["awaited", "HttpRequestResult", 200]']


async def test_no_report_at_all_is_a_success(vox: Vox, started: Write):
    task = await one_attempt(vox, started, "VoxEngine.terminate()", attempts=3)
    assert (task.status, task.result, task.attempts, task.attempts_left) == ("Processed", None, 1, 2)


async def test_progress_alone_is_a_success_and_is_kept(vox: Vox, started: Write):
    task = await one_attempt(vox, started, 'CallList.report_progress("ringing", VoxEngine.terminate)', attempts=3)
    assert (task.status, task.result, task.attempts) == ("Processed", "ringing", 1)


async def test_a_report_right_before_the_end_is_taken(vox: Vox, started: Write):
    task = await one_attempt(vox, started, 'CallList.report_error("busy")\nVoxEngine.terminate()')
    assert (task.status, task.result) == ("Error", "busy")
    assert [event.name for event in vox.session.events][-2:] == ["Application.Terminating", "Application.Terminated"]
    assert vox.now == pytest.approx(0.1)


async def test_the_terminating_handler_may_report_once(vox: Vox, started: Write):
    body = """
    def ending(event):
        CallList.report_result("at the end")
        try:
            CallList.report_result("once more")
        except NotAllowed as error:
            Logger.write(str(error))
    VoxEngine.add_event_listener(AppEvents.Terminating, ending)
    VoxEngine.terminate()
    """
    task = await one_attempt(vox, started, body)
    assert task.result == "at the end"
    assert vox.session.log == [
        "CallList.reportResult: a Terminating handler may make one HTTP request, and it has made it."
    ]


async def test_reports_count_among_the_http_requests(vox: Vox, started: Write):
    body = """
    for number in range(35):
        CallList.report_progress(number)
    try:
        CallList.report_progress("too many")
    except LimitExceeded as error:
        Logger.write(str(error))
    await sleep(5)
    VoxEngine.terminate()
    """
    task = await one_attempt(vox, started, body)
    assert vox.session.log == ["Exceeded the HTTP connection count limit!"]
    assert task.result == 34


async def test_a_session_of_no_list_is_told_so(vox: Vox, started: Write):
    vox.start(
        started("""
        result = await CallList.report_result_async("done")
        Logger.write([result.code, result.text])
        VoxEngine.terminate()
        """)
    )
    session = await vox.finished()
    assert session.log == [
        '[400, "{\\"error\\": {\\"code\\": 101, \\"msg\\": \\"The session was not started by a call list.\\"}}"]'
    ]
    assert session.warnings == [
        "CallList.reportResult: the session was not started by a call list; nobody takes the report."
    ]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"start_att": 1}, "there is no field 'start_att'. Did you mean 'start_at'?"),
        ({"attempts_left": -1}, "'attempts_left' is a number from 0, got -1."),
        ({"attempts_left": "many"}, "'attempts_left' is a number from 0, got 'many'."),
        ({"start_at": "tomorrow"}, "a moment is YYYY-MM-DD HH:MM:SS in UTC, or unix seconds; got 'tomorrow'."),
        ({"start_execution_time": "25:00:00"}, "A time of day is HH:MM:SS, got '25:00:00'."),
        ("soon", "an object of fields is needed, got str."),
    ],
)
async def test_a_wrong_request_for_the_next_attempt_is_refused(data: object, why: str, vox: Vox, started: Write):
    body = f"""
    result = await CallList.request_next_attempt_async({data!r})
    Logger.write([result.code, result.text])
    VoxEngine.terminate()
    """
    task = await one_attempt(vox, started, body, attempts=2)
    (line,) = vox.session.log
    code, text = json.loads(line)
    assert (code, json.loads(text)) == (400, {"error": {"code": 101, "msg": why}})
    assert vox.session.warnings == [f"CallList.requestNextAttempt: {why}"]
    assert (task.status, task.attempts) == ("Processed", 1)


async def test_the_old_name_is_the_same_namespace(vox: Vox, started: Write):
    body = """
    require(Modules.CallList)
    VoxEngine.CallList.report_result({"result": True}, VoxEngine.terminate)
    """
    task = await one_attempt(vox, started, body)
    assert (task.status, task.result) == ("Processed", {"result": True})


async def test_the_session_knows_that_a_list_started_it(vox: Vox, started: Write):
    task = await one_attempt(vox, started, "Logger.write(VoxEngine.custom_data())\nVoxEngine.terminate()")
    (session,) = task.sessions
    assert session.log == ['{"phone": "+15550100", "name": "Anna"}']
    assert session.timeline[0].facts()["startedBy"] == "list"
    assert next(event.name for event in session.events) == "Application.Started"
    assert session.finish_reason == "Normal termination"
