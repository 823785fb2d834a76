"""`voxsim call`: a call is placed into a server, and its timeline comes back as a picture.

The server here is one of the standard library that speaks the same wire: it runs the scenario against the caller that
it is told of.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trio

from voxsim.cli import main
from voxsim.parties.party import Party, kind_of
from voxsim.parties.world import World
from voxsim.timeline import render_ladder, render_log, write_jsonl

Run = Callable[..., tuple[int, str, str]]

MENU = """\
from voxsim import AppEvents, CallEnded, CallEvents, Logger, VoxEngine

@VoxEngine.on(AppEvents.CallAlerting)
async def welcome(event):
    call = event.call
    call.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    Logger.write(f"from {event.callerid} to {event.destination}")
    Logger.write(f"with {event.headers.get('X-Source')} and {event.custom_data}")
    call.answer()
    await call.wait_for(CallEvents.Connected)
    call.handle_tones(True)
    await call.wait_for(CallEvents.ToneReceived)
"""


def scenario_that(does: str) -> str:
    """The scenario that does this when a digit was pressed."""
    return f"{MENU}    {does}\n"


class Server(ThreadingHTTPServer):
    """Runs one scenario for each call; `placed` is what was asked for, and `world` what came of it last."""

    daemon_threads = True

    def __init__(self, scenario: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.scenario = scenario
        self.placed: list[dict[str, Any]] = []
        self.world = World()
        self.answers: dict[str, tuple[int, bytes] | None] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def place(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        self.placed.append(asked)
        self.world = world = World()
        rule = world.add_rule(self.scenario.name)
        caller = Party.make(kind_of(asked["from"]), asked["from"], asked.get("behaviour"))
        caller.behaviour = caller.behaviour.with_patience()
        world.call_in(caller, asked["to"], rule, custom_data=asked.get("custom_data"), headers=asked.get("headers"))
        trio.run(world.driver.run, lambda: not world.switch.sessions, clock=world.driver)
        number = world.sessions[0].number
        return 201, json.dumps({"call": "x", "session": number, "timeline": f"/sessions/{number}/timeline"}).encode()

    def timeline(self) -> tuple[int, bytes]:
        return 200, "".join(f"{line}\n" for line in write_jsonl(self.world.sessions[0].timeline)).encode()


class Handler(BaseHTTPRequestHandler):
    """The wire: `POST /calls`, then `GET /sessions/<number>/timeline?wait=true`."""

    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path in self.server.answers:
            self._answer(self.server.answers[self.path])
        else:
            assert (self.path, self.headers["content-type"]) == ("/calls", "application/json")
            self._answer(self.server.place(json.loads(body)))

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        assert query == "wait=true"
        self._answer(self.server.answers.get("timeline", self.server.timeline()))
        assert path.startswith("/sessions/")

    def _answer(self, answer: tuple[int, bytes] | None) -> None:
        if answer is None:
            self.close_connection = True
            return
        status, body = answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of the base
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server of one scenario that hangs up when a digit was pressed."""
    monkeypatch.chdir(tmp_path)
    scenario = tmp_path / "menu.py"
    scenario.write_text(scenario_that("call.hangup()"))
    with Server(scenario) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def call(server: Server, capsys: pytest.CaptureFixture[str]) -> Run:
    """Place a call into the server: its status, and what was written to both streams."""

    def call(*options: str) -> tuple[int, str, str]:
        status = main(["call", "--server", server.url, *options])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return status, out, err

    return call


# --- the call ---


def test_the_caller_is_as_the_options_say(server: Server, call: Run) -> None:
    status, out, err = call(
        *("--from", "+15550002", "--to", "200", "--press", "1@3s,2@5s", "--say", "yes@4", "--hangup", "20s"),
        *("--header", "X-Source=web=1", "--header", "X-Empty=", "--custom-data", "grüß", "--application", "shop"),
    )
    assert status == 0
    assert server.placed == [
        {
            "from": "+15550002",
            "to": "200",
            "behaviour": "press:1@3,press:2@5,say:yes@4,hangup:20",
            "headers": {"X-Source": "web=1", "X-Empty": ""},
            "custom_data": "grüß",
            "application": "shop",
        }
    ]
    assert "from 15550002 to 200" in out
    assert "with web=1 and grüß" in out
    number = server.world.sessions[0].number
    assert err == f"Session {number} has begun. Its timeline: {server.url}/sessions/{number}/timeline\n"


def test_what_nobody_says_is_not_sent(server: Server, call: Run) -> None:
    assert call()[0] == 0
    assert server.placed == [{"from": "+15550001", "to": "100"}]


@pytest.mark.parametrize(
    ("options", "acts"),
    [
        (("--behaviour", "press:5@1,hangup:3"), [("press", "5", 1.0), ("hangup", "", 3.0)]),
        (("--behaviour", "press:5@1,hangup:9", "--hangup", "4"), [("press", "5", 1.0), ("hangup", "", 4.0)]),
        (("--behaviour", "press:5@1,hangup:9", "--say", "a@2"), [("press", "5", 1.0), ("say", "a", 2.0)]),
        (
            ("--say", '"yes, please @ once"@2.5', "--press", "1@1"),
            [("press", "1", 1.0), ("say", "yes, please @ once", 2.5)],
        ),
        (("--press", "1@0.0001"), [("press", "1", 0.0001)]),
    ],
)
def test_a_behaviour_is_put_together(server: Server, call: Run, options: tuple[str, ...], acts: list[Any]) -> None:
    assert call(*options)[0] == 0
    plan = Party.make("pstn", "1", server.placed[0]["behaviour"]).behaviour.plan
    assert [(act.what, act.value, act.at) for act in plan][: len(acts)] == acts


# --- the picture ---


def test_the_ladder_is_that_of_the_server(server: Server, call: Run) -> None:
    _, out, _ = call("--press", "1@3")
    assert out == render_ladder(server.world.sessions[0].timeline, colour=False, width=100).rstrip("\n") + "\n"


def test_the_log_has_the_hours_of_the_server(server: Server, call: Run) -> None:
    _, out, _ = call("--press", "1@3", "--output", "log")
    assert out == render_log(server.world.sessions[0].timeline, server.world.switch.epoch)


def test_json_lines_come_as_they_are(server: Server, call: Run) -> None:
    _, out, _ = call("--press", "1@3", "--output", "jsonl")
    assert out == "".join(f"{line}\n" for line in write_jsonl(server.world.sessions[0].timeline))


@pytest.mark.parametrize(("output", "begin"), [("mermaid", "sequenceDiagram"), ("svg", "<svg")])
def test_diagrams(call: Run, output: str, begin: str) -> None:
    _, out, _ = call("--press", "1@3", "--output", output)
    assert out.startswith(begin)


def test_who_does_not_wait_gets_the_timelines_address(server: Server, call: Run) -> None:
    status, out, err = call("--no-wait")
    number = server.world.sessions[0].number
    assert (status, out, err) == (0, f"{server.url}/sessions/{number}/timeline\n", "")


# --- what goes wrong ---


def test_an_error_of_the_scenario_is_shown_as_run_shows_it(server: Server, call: Run) -> None:
    server.scenario.write_text(scenario_that("broken(call)") + "\ndef broken(call):\n    call.hang_up()\n")
    status, out, err = call("--press", "1@1")
    assert status == 1
    assert "hang_up" in out
    assert "Error: menu.py:16: UnknownName: " in err or "Error: menu.py:16: AttributeError: " in err
    assert "Did you mean 'hangup'?" in err
    assert "\n    menu.py:16 in broken\n" in err


def test_a_file_that_cannot_be_loaded_is_an_error(server: Server, call: Run) -> None:
    server.scenario.write_text("def broken(:\n")
    status, _, err = call()
    assert status == 1
    assert "Error: menu.py:1: SyntaxError: " in err


def test_a_refused_call_is_told_in_the_servers_words(server: Server, call: Run) -> None:
    server.answers["/calls"] = (404, b'{"error": "No rule takes a call to \'100\'."}')
    assert call() == (2, "", "voxsim call: error: No rule takes a call to '100'.\n")


def test_a_call_without_a_session_is_told(server: Server, call: Run) -> None:
    server.answers["/calls"] = (201, b'{"call": "x", "session": null, "timeline": null}')
    assert call() == (2, "", "voxsim call: error: The call to '100' was refused: no session has begun.\n")


@pytest.mark.parametrize(
    "answer", [(200, b"<html>"), (201, b"{}"), (201, b"[]"), (201, b'{"timeline": 3, "session": 1}'), (502, b'"no"')]
)
def test_another_server_is_known_for_one(server: Server, call: Run, answer: tuple[int, bytes]) -> None:
    server.answers["/calls"] = answer
    status, _, err = call()
    assert status == 2
    assert f"What answers at {server.url} is no voxsim serve." in err


def test_no_server_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert main(["call", "--server", url]) == 2
    expected = f"voxsim call: error: No voxsim serve answers at {url}; start one with `voxsim serve`.\n"
    assert capsys.readouterr().err == expected


def test_a_server_that_goes_away(server: Server, call: Run) -> None:
    server.answers["timeline"] = None
    status, out, err = call()
    assert (status, out) == (2, "")
    assert f"The server at {server.url} went away before the session's end." in err


@pytest.mark.parametrize("body", [b"{}", b"nonsense", b"\xff", b'{"v":2}', b'{"v":1,"t":0}'])
def test_a_timeline_that_cannot_be_read(server: Server, call: Run, body: bytes) -> None:
    server.answers["timeline"] = (200, body)
    status, _, err = call()
    assert status == 2
    assert f"The timeline from {server.url} cannot be read: " in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--server", "ftp://x"], "argument --server: an address such as 'http://127.0.0.1:12092' is needed"),
        (["--server", "http://x:99999"], "argument --server: an address such as"),
        (["--server", "http://x/y"], "argument --server: an address such as"),
        (
            ["--behaviour", "bsy"],
            "argument --behaviour: 'bsy' in the behaviour 'bsy' is not known. Did you mean 'busy'?",
        ),
        (["--header", "Source=web"], "argument --header: X-NAME=VALUE such as 'X-Source=web' is needed"),
        (["--pres", "1"], "there is no option '--pres'. Did you mean '--press'?"),
        (["100"], "there is no place for the argument '100'"),
    ],
)
def test_options_that_cannot_be_used(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["call", *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1
