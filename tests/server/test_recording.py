"""Recordings: what is kept of the network, and how it is played back, in virtual time."""

import json
import os
import stat

import pytest

from voxsim.server.recorder import Recorder
from voxsim.server.recording import SocketStep, line_of, masked_headers, masked_url, read
from voxsim.server.replay import Replay
from voxsim.vocabulary.errors import ConfigurationError
from voxsim.vocabulary.limits import Limits

URL = "https://a.example/path"

STARTED = """
from voxsim import *
@VoxEngine.on(AppEvents.Started)
async def started(event):
"""


@pytest.fixture
def scenario(tmp_path):
    """`scenario(*lines)` writes a scenario that does this when it starts."""

    def write(*lines):
        file = tmp_path / f"scenario{len(list(tmp_path.glob('*.py')))}.py"
        file.write_text(STARTED + "".join(f"    {line}\n" for line in lines))
        return str(file)

    return write


@pytest.fixture
def ask(scenario):
    """`ask(*arguments)` writes a scenario that makes these requests in turn, and logs what comes of each and when."""

    def write(*arguments):
        lines = [
            f"r = await Net.http_request_async({one}); Logger.write(f'{{r.code}} {{r.text}} {{r.error}} {{now() - t}}')"
            for one in arguments
        ]
        return scenario("from voxsim import now", "t = now()", *lines)

    return write


@pytest.fixture
def file(tmp_path):
    return tmp_path / "recording.jsonl"


@pytest.fixture
def record(vox, file):
    """The recorder of what `vox.web` answers."""
    recorder = Recorder(vox.world.switch, vox.web, file)
    vox.world.switch.web = recorder
    yield recorder
    recorder.close()


def lines(file):
    """The recording, line by line."""
    return [json.loads(line) for line in file.read_text().splitlines()]


def written(session):
    """What the scenario wrote to its log."""
    return [record.name for record in session.timeline if record.kind == "log"]


# --- what is kept ---


async def test_a_request_and_its_answer_are_a_line(vox, record, file, ask):
    vox.web.on("POST", URL).reply(201, text="made", headers={"Set-Cookie": "a=b"}, delay=0.25, connect_delay=0.5)
    headers = "{'Authorization': 'Bearer x', 'X-Api-Key': 'k', 'X-Own': '1'}"
    vox.start(ask(f"'{URL}?api_key=s&q=1', method='POST', post_data='body', headers={headers}"))
    await vox.logged("201 made")
    (line,) = lines(file)
    del line["at"]
    assert line == {
        "v": 1,
        "kind": "http",
        "n": 1,
        "method": "POST",
        "url": f"{URL}?api_key=***&q=1",
        "headers": [
            ["User-Agent", "VoxEngine/1.0"],
            ["Authorization", "***"],
            ["X-Api-Key", "***"],
            ["X-Own", "1"],
            ["Content-Type", "application/x-www-form-urlencoded"],
        ],
        "body": "body",
        "connected": 0.5,
        "seconds": 0.75,
        "status": 201,
        "response_headers": [["Content-Type", "text/plain; charset=utf-8"], ["Set-Cookie", "***"]],
        "response_body": "made",
    }


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("connection", {"code": -4}), ("host_not_found", {"code": -3}), ("timeout", {"connected": 0.0})],
)
async def test_a_failure_is_kept_as_it_was(fault, outcome, vox, record, file, ask):
    vox.web.on("GET", URL).fail(fault)
    vox.start(ask(f"'{URL}', timeout=2"))
    await vox.logged("None")
    (line,) = lines(file)
    assert {key: line.get(key) for key in ("code", "status", *outcome)} == {"code": None, "status": None, **outcome}


async def test_a_response_that_is_too_large_is_not_kept(vox, record, file, ask):
    vox.world.switch.limits = Limits(http_response_bytes=10)
    vox.web.on("GET", URL).reply(text="x" * 11)
    vox.start(ask(f"'{URL}'"))
    await vox.logged("-9")
    (line,) = lines(file)
    assert line["code"] == -9
    assert "response_body" not in line


async def test_a_password_is_not_kept(vox, record, file, scenario):
    options = "login='me', password='secret-word', port=25"
    vox.start(scenario(f"Net.send_mail('mail.example', 'a@b.c', 'd@e.f', 'Title', 'Body', print, {options})"))
    await vox.finished()
    (line,) = lines(file)
    assert line["mail"]["login"] == "me"
    assert "secret-word" not in file.read_text()


async def test_only_its_owner_may_read_it(vox, record, file):
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600  # noqa: PTH116


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("https://me:pass@a.example/", "https://me:***@a.example/"),
        ("https://a.example/?key=1&monkey=2", "https://a.example/?key=***&monkey=2"),
        ("https://a.example/?a=1&Access_Token=2#f", "https://a.example/?a=1&Access_Token=***#f"),
        ("https://a.example/a:b@c?q=token", "https://a.example/a:b@c?q=token"),
    ],
)
def test_secrets_in_urls_are_masked(url, masked):
    assert masked_url(url) == masked


def test_secrets_in_headers_are_masked():
    names = ("Authorization", "Cookie", "Proxy-Authorization", "X-Auth-Token", "apikey")
    assert masked_headers(tuple((name, "s") for name in names)) == tuple((name, "***") for name in names)
    assert masked_headers((("Accept", "s"),)) == (("Accept", "s"),)
    assert masked_headers((("location", "/there?token=s"),)) == (("location", "/there?token=***"),)


# --- and played back ---


async def test_answers_come_in_order_and_in_their_time(vox, record, file, ask):
    vox.web.on("GET", URL).reply(text="one", delay=2, connect_delay=1).reply(503, text="two", delay=4)
    vox.web.on("POST", URL).reply(body=b"\xff\x00", delay=1)
    path = ask(f"'{URL}'", f"'{URL}?token=1'", f"'{URL}', method='POST', post_data=[255]", f"'{URL}'", "'http://b.c/'")
    vox.start(path)
    first = written(await vox.finished())
    assert [text.split()[0] for text in first] == ["200", "503", "200", "503", "-3"]

    vox.world.switch.web = Replay(vox.world.switch, file)
    vox.start(path)
    assert written(await vox.finished())[-5:] == first


async def test_time_outs_are_played_by_the_engine(vox, record, file, ask):
    vox.web.on("GET", URL).fail("timeout")
    path = ask(f"'{URL}', timeout=2")
    vox.start(path)
    await vox.finished()
    vox.world.switch.web = Replay(vox.world.switch, file)
    vox.start(path)
    assert written(await vox.finished())[-1].startswith("-7 None Timeout")


async def test_redirects_are_played_step_by_step(vox, record, file, ask):
    vox.web.on("GET", URL).reply(302, headers={"Location": "/there?token=1"})
    vox.web.on("GET", "https://a.example/there").reply(text="moved")
    path = ask(f"'{URL}'")
    vox.start(path)
    await vox.finished()
    assert [line["url"] for line in lines(file)] == [URL, "https://a.example/there?token=***"]
    vox.world.switch.web = Replay(vox.world.switch, file)
    vox.start(path)
    assert written(await vox.finished())[-1].startswith("200 moved")


async def test_what_was_never_recorded_fails_and_says_so(vox, file, ask):
    entry = {"v": 1, "kind": "http", "n": 1, "at": 0, "method": "GET", "url": URL, "status": 200}
    file.write_text(json.dumps(entry))
    vox.world.switch.web = web = Replay(vox.world.switch, file)
    vox.start(ask(f"'{URL}'", f"'{URL}'", f"'{URL}', method='POST', post_data='other'"))
    told = written(await vox.finished())
    assert f"the recording {file} has no more answers for GET {URL}" in told[1]
    assert f"the recording {file} has no answer for POST {URL} with this body" in told[2]
    assert all(text.startswith("-3") for text in told[1:])
    assert web.unexpected == [f"GET {URL}", f"POST {URL}"]


TALK = (
    "ws = VoxEngine.create_web_socket('wss://a.example/talk?key=1')",
    "await ws.wait_for(WebSocketEvents.OPEN)",
    "Logger.write(await ws.message())",
    "ws.send('first')",
    "Logger.write(await ws.message())",
    "await sleep(3)",
    "ws.send('second')",
    "Logger.write(await ws.message())",
    "event = await ws.wait_for(WebSocketEvents.CLOSE)",
    "Logger.write(f'{event.code} {event.reason}')",
)


async def test_a_conversation_is_played_back(vox, record, file, scenario):
    service = vox.web.socket("wss://a.example/*").greet("hello")
    service.on("first", "one").on("second", lambda peer, text: (peer.send("two"), peer.close(4000, "enough")))
    path = scenario("from voxsim import sleep", *TALK)
    vox.start(path)
    first = written(await vox.finished())
    assert first == ["hello", "one", "two", "4000 enough"]
    assert [line.get("what", line["kind"]) for line in lines(file)] == [
        "websocket",
        "opened",
        "received",
        "sent",
        "received",
        "sent",
        "received",
        "closed",
    ]
    vox.world.switch.web = Replay(vox.world.switch, file)
    vox.start(path)
    assert written(await vox.finished())[-4:] == first


async def test_a_scenario_that_closes_is_played_back(vox, record, file, scenario):
    vox.web.socket("wss://a.example/*").greet("hello")
    path = scenario(*TALK[:3], "ws.close()")
    vox.start(path)
    await vox.finished()
    assert lines(file)[-1]["what"] == "left"
    vox.world.switch.web = Replay(vox.world.switch, file)
    vox.start(path)
    assert written(await vox.finished())[-1] == "hello"


@pytest.mark.parametrize("recorded", [True, False])
async def test_a_socket_that_does_not_open_is_played_back(recorded, vox, record, file, scenario):
    path = scenario(TALK[0], *TALK[-2:])
    if recorded:
        vox.start(path)
        assert written(await vox.finished())[-1].startswith("1006")
    vox.world.switch.web = Replay(vox.world.switch, file)
    vox.start(path)
    told = written(await vox.finished())[-1]
    assert told.startswith("1006")
    assert ("has no answer for WebSocket" in told) is not recorded


async def test_mails_are_played_back(vox, record, file, scenario):
    vox.web.mail_server(550, "No such user")
    mail = "await Net.send_mail_async('mail.example', 'a@b.c', 'd@e.f', 'Title', '{}', password='{}')"
    log = "Logger.write(f'{r.code} {r.error}')"
    vox.start(scenario("r = " + mail.format("Body", "one"), log))
    await vox.finished()
    vox.world.switch.web = Replay(vox.world.switch, file)
    vox.start(scenario("r = " + mail.format("Body", "two"), log, "r = " + mail.format("Other", "two"), log))
    told = written(await vox.finished())[-2:]
    assert told[0] == "550 No such user"
    assert told[1].startswith("-3 Host not found")


# --- the file ---


async def test_a_recording_goes_on_where_it_ended(vox, record, file, ask):
    vox.web.on("GET", URL).reply()
    vox.start(ask(f"'{URL}'"))
    await vox.finished()
    record.close()
    vox.world.switch.web = more = Recorder(vox.world.switch, vox.web, file)
    vox.start(ask(f"'{URL}'"))
    await vox.finished()
    more.close()
    assert [line["n"] for line in lines(file)] == [1, 2]


async def test_a_line_without_its_end_is_ended_first(vox, file, ask):
    file.write_text(json.dumps({"v": 1, "kind": "http", "n": 1, "at": 0, "method": "GET", "url": URL}))
    vox.world.switch.web = more = Recorder(vox.world.switch, vox.web, file)
    vox.start(ask(f"'{URL}'"))
    await vox.finished()
    more.close()
    assert [line["n"] for line in lines(file)] == [1, 2]


@pytest.mark.parametrize("text", ["a\u2028b", "a\u0085b", "a\r\nb", "a\ud800b", "\0", "\U0001f600"])
def test_any_text_can_be_kept(text, file):
    entry = SocketStep(n=1, at=0.5, what="received", text=text)
    file.write_text(line_of(entry) + "\n", encoding="utf-8")
    assert list(read(file)) == [entry]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "Expecting property name"),
        ("[" * 100_000, "recursion"),
        ('{"v": 1, "kind": "http", "n": 1, "at": 0, "url": "x", "method": "GET", "headers": [["a"]]}', "headers"),
        ('{"v": 1, "kind": "http", "n": 1, "at": 0, "url": "x", "method": "GET", "seconds": NaN}', "'seconds' must be"),
        (
            '{"v": 1, "kind": "http", "n": 1, "at": 0, "url": "x", "method": "G", "connected": -1}',
            "'connected' must be",
        ),
        ('{"v": 1, "kind": "http", "n": 1, "at": 1e999, "url": "x", "method": "GET"}', "'at' must be"),
        ("[]", "JSON object"),
        ('{"kind": "http"}', "'v'"),
        ('{"v": 2, "kind": "http"}', "'v'"),
        ('{"v": 1, "kind": "ftp"}', "'kind' is one of http, mail"),
        ('{"v": 1, "kind": ["http"]}', "'kind'"),
        ('{"v": 1, "kind": "http", "n": 1, "at": 0, "url": "x"}', "'http' needs 'method'"),
        ('{"v": 1, "kind": "http", "n": 1, "at": 0, "url": "x", "method": "GET", "colour": 1}', "no 'colour'"),
        ('{"v": 1, "kind": "http", "n": 1, "at": 0, "url": 5, "method": "GET"}', "'url' must be"),
        ('{"v": 1, "kind": "http", "n": 1, "at": 0, "url": "x", "method": "GET", "headers": [5]}', "headers"),
        ('{"v": 1, "kind": "http", "n": 1, "at": 0, "url": "x", "method": "GET", "code": 7}', "'code' must be in"),
        ('{"v": 1, "kind": "http", "n": 1, "at": 0, "url": "x", "method": "G", "body": {"base64": "?"}}', "base64"),
        ('{"v": 1, "kind": "websocket step", "n": 1, "at": 0, "what": "sang"}', "'what' must be in"),
    ],
)
async def test_a_broken_line_is_named(line, told, vox, file):
    file.write_text("\n" + line + "\n")
    for opened in (lambda: Replay(vox.world.switch, file), lambda: Recorder(vox.world.switch, vox.web, file)):
        with pytest.raises(ConfigurationError) as caught:
            opened()
        assert str(caught.value).startswith(f"{file}:2: ")
        assert told in str(caught.value)


async def test_a_file_that_cannot_be_opened_is_named(vox, tmp_path):
    with pytest.raises(ConfigurationError, match=r"missing\.jsonl cannot be read"):
        Replay(vox.world.switch, tmp_path / "missing.jsonl")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        Recorder(vox.world.switch, vox.web, tmp_path / "nowhere" / "file.jsonl")
