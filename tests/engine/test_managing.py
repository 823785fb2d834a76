"""Managing a running session over HTTP: what the handler gets, and what the one who asked gets back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from voxsim.testing import SessionHandle, Vox

Write = Callable[[str], str]


async def serving(vox: Vox, path: str) -> SessionHandle:
    """A session that has started."""
    session = vox.start(path)
    await vox.settled()
    return session


def handler(code: str, kind: str = "def") -> str:
    """A scenario whose HttpRequest handler is this."""
    return f"""
@VoxEngine.on(AppEvents.HttpRequest)
{kind} requested(event):
    {code}
"""


# --- what comes back ---

VALUES = [
    pytest.param("'text'", "text", None, id="text"),
    pytest.param("''", "", None, id="empty-text"),
    pytest.param("'{\"a\": 1}'", '{"a": 1}', None, id="json-text"),
    pytest.param("7", "7", None, id="integer"),
    pytest.param("0", "0", None, id="zero"),
    pytest.param("1.5", "1.5", None, id="float"),
    pytest.param("True", "true", "application/json", id="true"),
    pytest.param("False", "false", "application/json", id="false"),
    pytest.param("{'a': [1, None]}", '{"a": [1, null]}', "application/json", id="object"),
    pytest.param("[]", "[]", "application/json", id="empty-list"),
    pytest.param("{}", "{}", "application/json", id="empty-object"),
    pytest.param("None", "", None, id="none"),
]


@pytest.mark.parametrize("kind", ["def", "async def"])
@pytest.mark.parametrize(("value", "body", "content_type"), VALUES)
async def test_the_handlers_value_is_the_answer(
    value: str, body: str, content_type: str | None, kind: str, vox: Vox, scenario: Write
):
    session = await serving(vox, scenario(handler(f"return {value}", kind)))
    reply = await session.request("POST", "body")
    assert (reply.status, reply.body) == (200, body)
    if content_type is not None:
        assert reply.content_type == content_type


async def test_an_async_handler_is_awaited_and_time_passes(vox: Vox, scenario: Write):
    session = await serving(vox, scenario(handler("await sleep(5); return 'late'", "async def")))
    assert (await session.request()).body == "late"
    assert vox.now == 5


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("lambda event: answer(event)", id="lambda"),
        pytest.param("functools.partial(answer)", id="partial"),
        pytest.param("Thing().answer", id="method"),
        pytest.param("Thing()", id="callable-object"),
    ],
)
async def test_whatever_makes_a_coroutine_is_awaited(given: str, vox: Vox, scenario: Write):
    session = await serving(
        vox,
        scenario(f"""
import functools

async def answer(event):
    await sleep(1)
    return "late"

class Thing:
    async def answer(self, event):
        return await answer(event)

    async def __call__(self, event):
        return await answer(event)

VoxEngine.add_event_listener(AppEvents.HttpRequest, {given})
"""),
    )
    assert (await session.request()).body == "late"


async def test_without_a_handler_the_answer_is_empty(vox: Vox, scenario: Write, names: Any):
    session = await serving(vox, scenario("pass"))
    reply = await session.request()
    assert (reply.status, reply.body) == (200, "")
    assert names(session)[-1] == "Application.HttpRequest"


@pytest.mark.parametrize(
    ("values", "body"),
    [
        (["'one'", "'two'"], "two"),
        (["'one'", "None"], "one"),
        (["None", "'two'", "None"], "two"),
        (["None", "None"], ""),
        (["'one'", "False"], "false"),
    ],
)
async def test_of_several_handlers_the_last_value_wins(values: list[str], body: str, vox: Vox, scenario: Write):
    session = await serving(vox, scenario("\n".join(handler(f"return {value}") for value in values)))
    assert (await session.request()).body == body


async def test_of_several_handlers_the_last_one_wins_even_if_an_earlier_one_takes_longer(vox: Vox, scenario: Write):
    slow = handler("await sleep(3); return 'slow'", "async def")
    session = await serving(vox, scenario(slow + handler("return 'quick'")))
    assert (await session.request()).body == "quick"


@pytest.mark.parametrize("kind", ["def", "async def"])
async def test_a_handler_that_fails_is_500_and_the_session_goes_on(kind: str, vox: Vox, scenario: Write):
    session = await serving(vox, scenario(handler("raise ValueError('oops')", kind)))
    for _ in range(2):
        reply = await session.request()
        assert (reply.status, reply.body) == (500, "")
        await vox.failed("oops")
    assert session.finish_reason is None


@pytest.mark.parametrize("kind", ["def", "async def"])
async def test_a_handler_that_takes_no_event_is_500_and_the_session_goes_on(kind: str, vox: Vox, scenario: Write):
    session = await serving(
        vox,
        scenario(f"""
{kind} requested():
    return "never"

VoxEngine.add_event_listener(AppEvents.HttpRequest, requested)
"""),
    )
    assert (await session.request()).status == 500
    await vox.failed("TypeError")
    assert session.finish_reason is None


async def test_a_handler_that_fails_does_not_keep_another_one_from_answering(vox: Vox, scenario: Write):
    session = await serving(vox, scenario(handler("return 'fine'") + handler("raise ValueError('oops')")))
    reply = await session.request()
    assert (reply.status, reply.body) == (200, "fine")
    await vox.failed("oops")


async def test_a_handler_that_is_no_function_is_500_and_ends_the_session(vox: Vox, scenario: Write):
    session = await serving(vox, scenario("VoxEngine.add_event_listener(AppEvents.HttpRequest, 'text')"))
    assert (await session.request()).status == 500
    await vox.failed("not a function")
    await vox.finished()
    assert session.finish_reason == "JS session error"


async def test_a_value_that_is_no_json_is_no_crash(vox: Vox, scenario: Write):
    session = await serving(vox, scenario(handler("return object")))
    assert (await session.request()).status == 200


# --- sessions that end ---


async def test_a_session_that_is_over_is_404(vox: Vox, started: Write):
    session = await serving(vox, started("VoxEngine.terminate()"))
    await vox.finished()
    before = len(session.timeline)
    reply = await session.request()
    assert (reply.status, reply.body) == (404, "")
    assert session.timeline[before:] == []


async def test_a_session_that_is_closing_is_404(vox: Vox, scenario: Write, names: Any):
    vox.web.on("GET", "https://slow.example/").reply(delay=5)
    session = await serving(
        vox,
        scenario("""
        VoxEngine.add_event_listener(AppEvents.HttpRequest, lambda event: "never")

        @VoxEngine.on(AppEvents.Started)
        def started(event):
            Net.http_request("https://slow.example/", lambda result: None)
            VoxEngine.terminate()
    """),
    )
    assert (await session.request()).status == 404
    assert "Application.HttpRequest" not in names(session)


async def test_a_handler_that_terminates_still_answers(vox: Vox, scenario: Write):
    session = await serving(vox, scenario(handler("VoxEngine.terminate(); return 'bye'")))
    assert (await session.request()).body == "bye"
    assert (await vox.finished()).finish_reason == "Normal termination"


async def test_one_who_waits_for_an_answer_when_the_session_ends_gets_404(vox: Vox, scenario: Write):
    session = await serving(
        vox,
        scenario(handler("await sleep(50); return 'never'", "async def") + "set_timeout(VoxEngine.terminate, 5000)"),
    )
    assert (await session.request()).status == 404
    assert vox.now == 5


async def test_a_request_does_not_end_the_session(vox: Vox, scenario: Write):
    session = await serving(vox, scenario(handler("return 'here'")))
    for _ in range(3):
        assert (await session.request()).body == "here"
        await vox.advance(1)
    assert session.finish_reason is None


# --- what the handler gets ---


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "PURGE"])
async def test_any_method_is_delivered(method: str, vox: Vox, scenario: Write):
    session = await serving(vox, scenario(handler("return event.method")))
    assert (await session.request(method)).body == method


async def test_the_body_is_delivered_as_it_is(vox: Vox, scenario: Write):
    session = await serving(vox, scenario(handler("return event.content")))
    for body in ("", "plain", '{"a": "é"}'):
        assert (await session.request("POST", body)).body == body


@pytest.mark.parametrize("suffix", ["", "?command=stop&x=1", "/command=x/pId=1", "/deep/path?q=1"])
async def test_the_path_is_the_sessions_with_suffix_and_query(suffix: str, vox: Vox, scenario: Write):
    session = await serving(vox, scenario(handler("return event.path")))
    path = f"/request/{session.session.key}/{session.session.secret}"
    assert (await session.request(path=suffix)).body == path + suffix


async def test_only_headers_that_begin_with_x_are_delivered(vox: Vox, scenario: Write):
    session = await serving(vox, scenario(handler("return event.headers")))
    reply = await session.request(headers={"X-A": "1", "x-b": "2", "Host": "h", "Authorization": "s", "XA": "3"})
    assert json.loads(reply.body) == [{"key": "X-A", "value": "1"}, {"key": "x-b", "value": "2"}]


async def test_requests_are_delivered_in_order_one_at_a_time(vox: Vox, scenario: Write):
    session = await serving(vox, scenario("seen = []" + handler("seen.append(event.content); return seen")))
    replies = [(await session.request("POST", body)).body for body in "abc"]
    assert [json.loads(reply) for reply in replies] == [["a"], ["a", "b"], ["a", "b", "c"]]


async def test_a_request_can_be_waited_for(vox: Vox, started: Write):
    session = await serving(
        vox,
        started("""
        request = await VoxEngine.wait_for(AppEvents.HttpRequest)
        Logger.write(request.content)
    """),
    )
    await session.request("POST", "wake up")
    assert session.log == ["wake up"]


async def test_a_handler_may_act_on_the_call(vox: Vox, scenario: Write):
    call = await vox.phone().dial(
        scenario=scenario("""
        calls = []

        @VoxEngine.on(AppEvents.CallAlerting)
        def alerting(event):
            calls.append(event.call)
            event.call.answer()

        @VoxEngine.on(AppEvents.HttpRequest)
        def requested(event):
            calls[0].say(event.content)
            return len(calls)
    """)
    )
    await call.answered()
    reply = await vox.session.request("POST", "you are next")
    assert reply.body == "1"
    await call.heard("you are next")
