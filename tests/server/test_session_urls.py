"""A session's URL: what it answers, to whom, and what a scenario sees of a request. Real requests over loopback."""

import json
from urllib.parse import urlsplit

import pytest
import trio
from rawhttp import RawClient, answer_of

pytestmark = pytest.mark.trio

SCENARIO = """
@VoxEngine.on(AppEvents.HttpRequest)
def asked(event):
    Logger.write(f"{event.method} {event.path.rpartition('/request/')[2].partition('/')[2][16:]} {event.headers}")
    match event.content:
        case "text": return "über"
        case "number": return 4.5
        case "truth": return True
        case "object": return {"a": [1, None]}
        case "error": raise ValueError("no")
        case "end": VoxEngine.terminate()
        case "bytes": return b"raw"
"""

LATER = """
import trio

@VoxEngine.on(AppEvents.HttpRequest)
async def asked(event):
    if event.content == "forever":
        await trio.sleep_forever()
    await trio.sleep(0.01)
    return event.content.upper()
"""


@pytest.fixture
async def session(serve, begin, driver):
    server = await serve(SCENARIO)
    session = await begin(server)
    client = RawClient(server)
    path = session.access_url.partition(str(client.port))[2]
    return server, session, client, path


@pytest.mark.parametrize(
    ("content", "kind", "body"),
    [
        ("text", "text/plain; charset=utf-8", "über"),
        ("number", "text/plain; charset=utf-8", "4.5"),
        ("truth", "application/json", "true"),
        ("object", "application/json", '{"a": [1, null]}'),
        ("bytes", "text/plain; charset=utf-8", "raw"),
        ("nothing", "text/plain; charset=utf-8", ""),
    ],
)
async def test_what_the_handler_returns_is_the_answer(session, driver, content, kind, body):
    _, _, client, path = session
    status, head, told = await client.ask(path, content)
    assert (status, told) == (200, body)
    assert f"content-type: {kind}" in head


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "FOO"])
async def test_any_method_with_path_query_and_own_headers(session, driver, method):
    _, known, client, path = session
    headers = ["X-Name: a", "x-other: ü", "Authorization: no", "Cookie: no"]
    assert (await client.ask(f"{path}/more?a=1", method=method, headers=headers))[0] == 200
    seen = [{"key": "X-Name", "value": "a"}, {"key": "x-other", "value": "Ã¼"}]
    assert known.log == [f"{method} /more?a=1 {seen}"]


async def test_a_handler_that_fails_is_500_and_the_session_goes_on(session, driver):
    _, known, client, path = session
    assert (await client.ask(path, "error"))[0] == 500
    assert (await client.ask(path, "text"))[2] == "über"
    assert "ValueError: no" in known.failures[0].message


async def test_what_does_not_exist_is_one_and_the_same_404(session, driver):
    _, known, client, path = session
    wrong = [
        f"/request/{known.key}/{'0' * 16}",
        f"/request/{known.key}/{known.secret[:-1]}",
        f"/request/{known.key}",
        f"/request/nobody/{known.secret}",
        "/request/",
    ]
    answers = {(await client.ask(target))[::2] for target in wrong}
    await client.ask(path, "end")
    with trio.fail_after(5):
        while known.key in driver.switch.sessions:
            await trio.sleep(0.01)
    answers.add((await client.ask(path))[::2])
    assert answers == {(404, "")}


async def test_a_session_without_a_handler_answers_with_nothing(serve, begin, driver):
    server = await serve("")
    session = await begin(server)
    client = RawClient(server)
    assert (await client.ask(session.access_url.partition(str(client.port))[2]))[::2] == (200, "")


async def test_a_body_that_is_no_utf_8_is_delivered_all_the_same(session, driver):
    _, _, client, path = session
    assert (await client.ask(path, b"\xff\xfe"))[0] == 200


async def test_async_handlers_answer_when_they_are_done(serve, begin, driver):
    server = await serve(LATER)
    session = await begin(server)
    client = RawClient(server)
    path = session.access_url.partition(str(client.port))[2]
    answers = []

    async def ask(word):
        answers.append((await client.ask(path, word))[2])

    async with trio.open_nursery() as nursery:
        for number in range(30):
            nursery.start_soon(ask, f"a{number}")
    assert sorted(answers) == sorted(f"A{number}" for number in range(30))


async def test_a_session_that_ends_meanwhile_is_404(serve, begin, driver):
    server = await serve(LATER)
    session = await begin(server)
    client = RawClient(server)
    path = session.access_url.partition(str(client.port))[2]
    stream = await client.connect()
    async with stream:
        await stream.send_all(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 7\r\n\r\nforever".encode())
        while not session.events or session.events[-1].name != "Application.HttpRequest":
            await trio.sleep(0.01)
        server.stop()
        assert (await answer_of(stream))[0] == 404


# --- who may ask ---


@pytest.mark.parametrize(
    ("target", "host", "headers", "status"),
    [
        ("/", "127.0.0.1:1", [], 200),
        ("/", "localhost", [], 200),
        ("/", "[::1]:80", [], 200),
        ("/", "192.168.1.5", [], 200),
        ("/", "evil.example", [], 421),
        ("/", "api.voximplant.com", [], 421),
        ("/", "127.0.0.1.evil.example", [], 421),
        ("/calls", "evil.example", [], 421),
        ("/platform_api", "evil.example", [], 421),
        ("/platform_api", "api.voximplant.com", [], 404),
        ("/", "127.0.0.1", ["Origin: http://evil.example"], 403),
        ("/", "127.0.0.1", ["Origin: null"], 403),
        ("/", "127.0.0.1", ["Origin: http://127.0.0.1"], 200),
        ("/", "127.0.0.1", ["Sec-Fetch-Site: cross-site"], 403),
        ("/", "127.0.0.1", ["Sec-Fetch-Site: none"], 200),
        ("/calls", "127.0.0.1", ["Origin: http://evil.example"], 403),
        ("/platform_api", "127.0.0.1", ["Origin: http://evil.example"], 403),
        ("/nothing", "127.0.0.1", [], 404),
    ],
)
async def test_hosts_and_origins(serve, driver, target, host, headers, status):
    client = RawClient(await serve(""))
    method = "GET" if target != "/calls" else "POST"
    found, head, _ = await client.ask(target, "{}" if target == "/calls" else "", method, headers, host)
    assert found == status
    assert "access-control" not in head


async def test_a_page_may_use_the_url_that_it_was_given_but_not_by_another_name(session, driver):
    _, _, client, path = session
    page = ["Origin: http://localhost:3000"]
    assert (await client.ask(path, "text", headers=page))[0] == 200
    assert (await client.ask(path, "text", host="evil.example"))[0] == 421


# --- calls and what is left of them ---


@pytest.mark.parametrize(
    ("method", "body", "status", "text"),
    [
        ("GET", "", 405, "Only POST"),
        ("POST", "", 400, 'A call needs \\"to\\"'),
        ("POST", "{", 400, "The body is JSON"),
        ("POST", "[]", 400, "The body is a JSON object"),
        ("POST", "[" * 100_000, 400, "The body is JSON"),
        ("POST", '{"to": "1", "form": "2"}', 400, "Did you mean 'from'?"),
        ("POST", '{"to": ["1"]}', 400, "'to' is a text"),
        ("POST", '{"to": "1", "kind": "fax"}', 400, "is one of pstn, user, sip, wab"),
        ("POST", '{"to": "1", "behaviour": "dance"}', 400, "dance"),
        ("POST", '{"to": "1", "behaviour": 5}', 400, "is a text such as"),
        ("POST", '{"to": "1", "headers": {"Name": "x"}}', 400, "headers that begin with X-"),
        ("POST", '{"to": "1", "custom_data": 5}', 400, "is a text"),
        ("POST", '{"to": "1", "application": "none"}', 404, "There is no application 'none'"),
    ],
)
async def test_a_call_that_cannot_be_placed(serve, driver, method, body, status, text):
    client = RawClient(await serve(""))
    found, _, told = await client.ask("/calls", body, method)
    assert (found, text in told) == (status, True), told


async def test_a_call_that_was_placed_can_be_sent_managing_requests(serve, driver):
    scenario = (
        "VoxEngine.add_event_listener(AppEvents.HttpRequest, lambda event: 'got ' + event.content)\n"
        "VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda event: event.call.answer())"
    )
    client = RawClient(await serve(scenario))
    status, _, told = await client.ask("/calls", '{"to": 100}')
    placed = json.loads(told)
    path = urlsplit(placed["media_session_access_url"]).path
    assert (status, urlsplit(placed["media_session_access_secure_url"]).path) == (201, path)
    assert (await client.ask(path, "a word"))[::2] == (200, "got a word")


async def test_a_call_and_its_timeline(serve, driver):
    client = RawClient(
        await serve("VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda event: event.call.answer())")
    )
    status, _, told = await client.ask("/calls", '{"to": 100, "from": "alice", "behaviour": {"hangup": 0.2}}')
    placed = json.loads(told)
    assert status == 201
    assert (await client.ask(placed["timeline"], method="GET"))[0] == 409
    driver.switch.sessions[next(iter(driver.switch.sessions))].end("Normal termination")
    status, _, lines = await client.ask(f"{placed['timeline']}?wait=true", method="GET")
    records = [json.loads(line) for line in lines.splitlines()]
    assert (status, records[0]["name"], records[-1]["name"]) == (200, "created", "ended")
    key = records[0]["session"]
    status, _, log = await client.ask(f"/logs/{key}.log?sessionid={placed['session']}", method="GET")
    assert (status, "Loading scenario scenario" in log) == (200, True)
    assert (await client.ask("/sessions/1/timeline", method="GET"))[0] == 404
    assert (await client.ask("/sessions/x/timeline", method="GET"))[0] == 404
    assert (await client.ask("/sessions/", method="GET"))[0] == 404
