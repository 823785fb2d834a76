"""`voxsim run`: a call is placed, its picture is shown, and whatever is wrong is said in words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voxsim.cli import main

Facts = list[dict[str, Any]]
Run = Callable[..., tuple[int, Facts, str]]

MENU = """\
from voxsim import AppEvents, CallEnded, CallEvents, Logger, VoxEngine

@VoxEngine.on(AppEvents.CallAlerting)
async def welcome(event):
    call = event.call
    call.answer()
    try:
        await call.wait_for(CallEvents.Connected)
        call.handle_tones(True)
        call.say("Press one.")
        while True:
            tone = await call.wait_for(CallEvents.ToneReceived)
            Logger.write(f"pressed {tone.tone}")
    except CallEnded:
        Logger.write("gone")
    VoxEngine.terminate()
"""

DIALLER = """\
from voxsim import AppEvents, CallEvents, Logger, VoxEngine

@VoxEngine.on(AppEvents.Started)
async def started(event):
    kind, _, address = VoxEngine.custom_data().partition(" ")
    if kind == "pstn":
        call = VoxEngine.call_pstn(address, "15550001")
    elif kind == "user":
        call = VoxEngine.call_user(username=address, callerid="15550001")
    else:
        call = VoxEngine.call_sip(address)
    event = await call.wait_for(CallEvents.Connected, CallEvents.Failed)
    Logger.write(event.name if event.name == CallEvents.Connected else f"failed {event.code}")
    VoxEngine.terminate()
"""

MANAGED = """\
from voxsim import AppEvents, Logger, VoxEngine

print("loading")
Logger.write(f"data {VoxEngine.custom_data()!r}")

@VoxEngine.on(AppEvents.HttpRequest)
def asked(event):
    if event.content == "stop":
        VoxEngine.terminate()
    return f"{event.method} understood"
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Write a scenario into an empty working directory and return its name."""
    monkeypatch.chdir(tmp_path)

    def write(source: str | bytes, name: str = "menu.py") -> str:
        (tmp_path / name).write_bytes(source if isinstance(source, bytes) else source.encode())
        return name

    return write


@pytest.fixture
def run(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a scenario's source: its status, its journal, and what was said on stderr."""

    def run(source: str | bytes, *options: str) -> tuple[int, Facts, str]:
        status = main(["run", write(source), "--output", "jsonl", *options])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return status, [json.loads(line) for line in out.splitlines()], err

    return run


def logged(journal: Facts) -> list[str]:
    return [record["name"] for record in journal if record["kind"] == "log"]


def of_kind(journal: Facts, kind: str) -> Facts:
    return [record for record in journal if record["kind"] == kind]


# --- the caller ---


def test_with_no_options_somebody_calls_and_hangs_up_after_thirty_seconds(run: Run) -> None:
    status, journal, err = run(MENU)
    assert (status, err) == (0, "")
    assert logged(journal) == ["gone"]
    alerting = next(record for record in journal if record["name"] == "Application.CallAlerting")
    assert (alerting["data"]["callerid"], alerting["data"]["destination"]) == ("15550001", "100")
    [hung_up] = of_kind(journal, "party")
    assert hung_up["name"] == "hung up"
    connected = next(record for record in journal if record["name"] == "Call.Connected")
    assert hung_up["t"] - connected["t"] == 30_000_000


def test_the_caller_presses_and_hangs_up_when_it_is_told_to(run: Run) -> None:
    status, journal, _ = run(MENU, "--press", "1@3s,2@5s", "--press", "#@6", "--hangup", "20s")
    assert status == 0
    assert logged(journal) == ["pressed 1", "pressed 2", "pressed #", "gone"]
    ended = next(record for record in journal if record["kind"] == "leg" and record["name"] == "ended")
    assert ended["data"]["ms"] == 20_000


def test_who_acts_late_stays_longer(run: Run) -> None:
    _, journal, _ = run(MENU, "--press", "1@50")
    assert logged(journal) == ["pressed 1", "gone"]


def test_the_caller_says_something(run: Run) -> None:
    _, journal, _ = run(MENU, "--say", '"yes, please"@4s', "--say", "no@6")
    said = [(record["name"], record["data"]["value"]) for record in of_kind(journal, "party")]
    assert said == [("said", "yes, please"), ("said", "no"), ("hung up", "")]


@pytest.mark.parametrize(
    ("caller", "kind", "callerid"),
    [
        ("+44 20 7946 0000", "pstn", "44 20 7946 0000"),
        ("alice", "user", "alice"),
        ("sip:a@b.example", "sip", "sip:a@b.example"),
    ],
)
def test_who_calls_whom(caller: str, kind: str, callerid: str, run: Run) -> None:
    _, journal, _ = run(MENU, "--from", caller, "--to", "sales", "--custom-data", "vip")
    alerting = next(record for record in journal if record["name"] == "Application.CallAlerting")
    assert alerting["data"]["callerid"] == callerid
    assert alerting["data"]["destination"] == "sales"
    assert alerting["data"]["customData"] == "vip"
    assert alerting["data"]["headers"]["VI-Client-Type"] == kind


# --- without a call ---


def test_a_scenario_that_takes_no_calls_is_started_over_http(run: Run) -> None:
    status, journal, err = run(MANAGED, "--custom-data", "vip")
    assert status == 0
    assert logged(journal) == ["data 'vip'"]
    assert not of_kind(journal, "leg")
    assert of_kind(journal, "session")[0]["data"]["startedBy"] == "http"
    assert err == "loading\n"


def test_its_journal_begins_as_if_nobody_had_looked_before(run: Run) -> None:
    _, journal, _ = run(MANAGED)
    assert [record["n"] for record in journal[:2]] == [1, 2]
    assert journal[0]["t"] == 0


def test_options_for_a_caller_who_is_not_wanted_are_remarked(run: Run) -> None:
    status, _, err = run(MANAGED, "--press", "1@3")
    assert status == 0
    assert "does not listen to AppEvents.CallAlerting" in err


def test_managing_requests_and_their_replies_are_in_the_journal(run: Run) -> None:
    status, journal, err = run(MANAGED, "--http", "GET@2s", "--http", "post:stop@5", "--http", "PUT:a@b@9")
    assert status == 0
    http = [(record["t"] // 1_000_000, record["data"]) for record in of_kind(journal, "http")]
    assert [(at, facts.get("method"), facts["content"]) for at, facts in http] == [
        (2, "GET", ""),
        (2, None, "GET understood"),
        (5, "POST", "stop"),
        (5, None, "POST understood"),
    ]
    assert "Not sent: PUT at 9 s. The run was over after 5 s." in err


# --- those who are called ---


@pytest.mark.parametrize(
    ("called", "answer", "result"),
    [
        ("pstn +15550100", "+15550100=busy", "failed 486"),
        ("pstn 15550100", "+1 (555) 01*=reject:603", "failed 603"),
        ("pstn +15550100", "+15550199=busy", "Call.Connected"),
        ("pstn +15550100", "alice*=busy", "Call.Connected"),
        ("user alice", "ali*=busy", "failed 486"),
        ("user alice", "bob=busy", "Call.Connected"),
        ("sip sip:bob@pbx.example", "sip:*@pbx.example=busy", "failed 486"),
        ("sip sip:bob@pbx.example", "bob@pbx.example=busy", "failed 486"),
        ("sip sip:bob@pbx.example;transport=tls", "sip:bob@pbx.example;transport=tls=busy", "failed 486"),
    ],
)
def test_somebody_is_called(called: str, answer: str, result: str, run: Run) -> None:
    status, journal, _ = run(DIALLER, "--custom-data", called, "--answer", answer)
    assert status == 0
    assert logged(journal) == [result]


def test_the_first_answer_that_matches_counts(run: Run) -> None:
    options = ["--answer", "+15550100=busy", "--answer", "*=reject:603"]
    assert logged(run(DIALLER, "--custom-data", "pstn +15550100", *options)[1]) == ["failed 486"]
    assert logged(run(DIALLER, "--custom-data", "pstn +15550101", *options)[1]) == ["failed 603"]


def test_a_stranger_answers_after_two_seconds(run: Run) -> None:
    _, journal, _ = run(DIALLER, "--custom-data", "pstn +15550100")
    assert next(record["t"] for record in journal if record["name"] == "Call.Connected") == 2_000_000


# --- several files, and what they print ---


def test_several_files_share_their_globals(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    files = [write("NAME = 'sales'", "names.py"), write("from voxsim import Logger\nLogger.write(NAME)", "main.py")]
    assert main(["run", *files, "--output", "log"]) == 0
    assert "sales" in capsys.readouterr().out


JOINER = """\
from voxsim import AppEvents, CallEvents, VoxEngine

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    VoxEngine.easy_process(event.call, VoxEngine.call_conference("room-1", event.callerid))
"""

HOLDER = """\
from voxsim import AppEvents, CallEvents, Logger, VoxEngine

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    Logger.write(f"{event.destination} is joined by {event.callerid}")
    event.call.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    event.call.answer()
"""


@pytest.mark.parametrize("given", ["room-1={}", "room-.*={}", "x={0}|room-1={0}", "{}"])
def test_a_further_rule_holds_the_conference(given: str, run: Run, write: Callable[..., str]) -> None:
    holder = write(HOLDER, "room-1.py")
    rules = [word for one in given.format(holder).split("|") for word in ("--rule", one)]
    status, journal, err = run(JOINER, "--hangup", "3", *rules)
    assert (status, err, logged(journal)) == (0, "", ["room-1 is joined by 15550001"])


def test_a_rule_needs_a_file(write: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", write(JOINER, "join.py"), "--rule", "room="]) == 2
    assert "PATTERN=FILE such as 'room-.*=room.py' is needed, got 'room='" in capsys.readouterr().err
    assert main(["run", write(JOINER, "join.py"), "--rule", "room=missing.py"]) == 2
    assert "missing.py" in capsys.readouterr().err


def test_what_a_scenario_prints_does_not_spoil_the_picture(run: Run) -> None:
    _, journal, err = run("print('loading')\n" + MENU.replace("call.answer()", "call.answer(); print('answered')"))
    assert logged(journal) == ["gone"]
    assert err == "loading\nanswered\n"


# --- forms ---


@pytest.mark.parametrize(
    ("form", "words"),
    [("ladder", "Press one."), ("log", "gone"), ("mermaid", "sequenceDiagram"), ("svg", "<svg"), ("jsonl", '"v":')],
)
def test_forms_of_the_picture(
    form: str, words: str, write: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", write(MENU), "--output", form]) == 0
    out, err = capsys.readouterr()
    assert words in out
    assert "\x1b" not in out
    assert out.endswith("\n")
    assert err == ""


def test_the_trace_is_the_whole_journal(run: Run, tmp_path: Path) -> None:
    _, journal, _ = run(MENU, "--trace", "run.jsonl")
    assert [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()] == journal


def test_a_trace_carries_what_utf_8_cannot(run: Run, tmp_path: Path) -> None:
    source = MENU.replace('"gone"', r'"\ud83d lone \u2192"')
    run(source, "--trace", "run.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text(encoding="utf-8").splitlines()]
    assert logged(lines) == ["\ud83d lone \u2192"]


def test_a_trace_is_written_of_a_run_that_fails(run: Run, tmp_path: Path) -> None:
    assert run("x = 1 / 0", "--trace", "run.jsonl")[0] == 1
    assert "ZeroDivisionError" in (tmp_path / "run.jsonl").read_text()


# --- scenarios that fail ---

HANDLER = "from voxsim import AppEvents, VoxEngine\n\n@VoxEngine.on(AppEvents.CallAlerting)\ndef alerting(event):\n    "

BAD_SCENARIOS = {
    "syntax error": ("x = 1\ndef f(:\n    pass\n", "menu.py:2: SyntaxError"),
    "top-level exception": ("x = 1\ny = {}['no']\n", "menu.py:2: KeyError: 'no'"),
    "exit": ("import sys\nsys.exit(3)\n", "menu.py:2: SystemExit"),
    "exception in a handler": (HANDLER + "1 / 0\n", "menu.py:5: ZeroDivisionError"),
    "recursion": (HANDLER + "deep(0)\ndef deep(n):\n    return deep(n + 1)\n", "menu.py:7: RecursionError"),
    "endless loop": (HANDLER + "while True: pass\n", "menu.py:5: The handler computed for more than 1 s"),
    "endless loop in a coroutine": (
        HANDLER.replace("def", "async def") + "while True: pass\n",
        "menu.py:5: The handler computed for more than 1 s",
    ),
    "endless loop that yields": (
        HANDLER.replace("def", "async def") + "import trio\n    while True: await trio.sleep(0)\n",
        "menu.py:6: The handler computed for more than 1 s and waited for nothing: sleep(0) is no wait.",
    ),
    "endless loop at the top": ("while True: pass\n", "menu.py:1: The handler computed for more than 1 s"),
    "too long": ("#" + "x" * 300_000 + "\n", "menu.py: The file has 300002 characters; a scenario may have 262144"),
    "not UTF-8": (b"x = 1\n# caf\xe9\n", "menu.py:2: The file is not UTF-8: byte 0xe9"),
    "handler that is no function": (
        "from voxsim import AppEvents, VoxEngine\nVoxEngine.add_event_listener(AppEvents.CallAlerting, 'welcome')\n",
        "The handler is not a function, but a str ('welcome')",
    ),
    "unknown event": (
        "from voxsim import AppEvents, VoxEngine\nVoxEngine.add_event_listener(AppEvents.CallAlerted, print)\n",
        "menu.py:2: AttributeError: AppEvents has no 'CallAlerted'. Did you mean 'CallAlerting'?",
    ),
    "unknown event as text": (
        "from voxsim import VoxEngine\nVoxEngine.add_event_listener('Application.CallAlertin', print)\n",
        "Did you mean 'AppEvents.CallAlerting'?",
    ),
    "misspelt name": (HANDLER + "event.fromURI\n", "has no 'fromURI'. Did you mean 'from_uri'?"),
    "asyncio": (
        HANDLER.replace("def", "async def") + "import asyncio\n    await asyncio.sleep(1)\n",
        "menu.py:6: RuntimeError: asyncio does not run here: scenarios run on trio. `await trio.sleep(seconds)` waits",
    ),
    "misspelt method": (HANDLER + "VoxEngine.callPST('1')\n", "has no 'callPST'. Did you mean 'call_pstn'?"),
}


@pytest.mark.parametrize(("source", "message"), BAD_SCENARIOS.values(), ids=BAD_SCENARIOS.keys())
def test_a_scenario_that_fails(source: str | bytes, message: str, run: Run) -> None:
    status, journal, err = run(source)
    assert status == 1
    assert message in err
    assert "Error: " in err
    assert "Seed: 0" in err
    assert of_kind(journal, "error")
    assert journal[-1]["name"] == "ended"


def test_the_way_to_an_error_is_the_scenarios_own(run: Run) -> None:
    _, _, err = run(HANDLER + "first()\ndef first():\n    second()\ndef second():\n    1 / 0\n")
    assert err.splitlines() == [
        "Error: menu.py:9: ZeroDivisionError: division by zero",
        "    menu.py:5 in alerting",
        "    menu.py:7 in first",
        "    menu.py:9 in second",
        "Seed: 0",
    ]


def test_an_error_that_comes_again_and_again_is_told_once(run: Run) -> None:
    source = HANDLER + "event.call.answer()\n    set_interval(lambda: 1 / 0, 1000)\nfrom voxsim import set_interval\n"
    _, _, err = run(source, "--until", "10s")
    assert "menu.py:6: ZeroDivisionError: division by zero (10 times)" in err


def test_a_session_that_nobody_ends_is_stuck(run: Run) -> None:
    status, _, err = run(HANDLER + "event.call.answer()\n    VoxEngine.call_pstn('+15550100', '1')\n", "--seed", "7")
    assert status == 1
    assert "Nothing is left to happen" in err
    assert "call with +15550100 is CONNECTED: one side would have to hang up" in err
    assert "Seed: 7" in err


def test_a_run_that_goes_on_for_ever_is_given_up(run: Run) -> None:
    source = HANDLER + "VoxEngine.call_pstn('+15550100', '1')\n    set_interval(print, 60_000)\n"
    status, journal, err = run(source + "from voxsim import set_interval\n", "--until", "5m")
    assert status == 1
    assert "given up after 300 s" in err
    assert journal[-1]["t"] <= 300_000_000


def test_urls_that_nobody_answered_are_named_and_no_failure(run: Run) -> None:
    source = """\
from voxsim import AppEvents, Net, VoxEngine

@VoxEngine.on(AppEvents.Started)
async def started(event):
    for _ in range(3):
        await Net.http_request_async("https://crm.example/lookup")
    VoxEngine.terminate()
"""
    status, _, err = run(source)
    assert status == 0
    assert err.splitlines() == [
        "Nobody answered: GET https://crm.example/lookup (3 times)",
        "[[web]] in a voxsim.toml beside the scenario says what a web service answers.",
    ]


def test_a_call_that_was_never_answered_is_remarked(run: Run) -> None:
    status, _, err = run(HANDLER + "pass\n")
    assert (status, err) == (0, "Nobody answered the caller within 60 s: did the scenario forget call.answer()?\n")


# --- commands that cannot be used ---


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--press", "x@3"], "argument --press: keys and moments such as '1@3s,2@5s' are needed, got 'x@3'"),
        (["--press", "@3"], "argument --press: what and when, such as '1@3s', is needed, got '@3'"),
        (["--hangup", "soon"], "argument --hangup: a time such as 90, 90s, 5m or 2h is needed, got 'soon'"),
        (["--until", "-1"], "argument --until: "),
        (["--time", "manual"], "argument --time: time is 'auto', 'real' or a factor such as 'x10', got 'manual'"),
        (["--time", "x0"], "argument --time: "),
        (["--seed", "one"], "argument --seed: invalid int value: 'one'"),
        (["--answer", "busy"], "argument --answer: PATTERN=BEHAVIOUR such as '+15550100=busy' is needed, got 'busy'"),
        (["--answer", "1=bsy"], "argument --answer: 'bsy' in the behaviour 'bsy' is not known. Did you mean 'busy'?"),
        (["--answer", "1=answer:soon"], "'answer' takes seconds, got 'soon'."),
        (["--http", "POST"], "argument --http: METHOD[:BODY]@t such as 'POST:stop@30s' is needed, got 'POST'"),
        (["--http", "POST@x"], "argument --http: a time such as"),
        (["--output", "pdf"], "argument --output: invalid choice: 'pdf'"),
        (["--trace", "no/such/folder.jsonl"], "The trace cannot be written to 'no/such/folder.jsonl': "),
        (["--trace", "menu.py"], "The trace would overwrite the scenario 'menu.py'."),
        (["menue.py"], "There is no scenario file 'menue.py'. Did you mean 'menu.py'?"),
        (["no/menu.py"], "There is no scenario file 'no/menu.py'. There is no folder 'no' either."),
        (["notes.txt"], "notes.txt' is no scenario: the files of scenarios end with .js, .py, .ts."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_that_cannot_be_used(
    options: list[str], message: str, write: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    write("", "notes.txt")
    scenario = write(MENU)
    assert main(["run", scenario, *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("voxsim run: error: ")
    assert message in err
    assert err.count("\n") == 1
    assert Path(scenario).read_text() == MENU


# --- the process ---


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voxsim", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment}
    )


TIES = """\
import trio
from voxsim import AppEvents, Logger, VoxEngine, now, random, set_timeout, sleep, uuidgen

async def worker(name, pause):
    for _ in range(3):
        await pause(1)
        Logger.write(f"{name} {random.random()} {uuidgen()} {now()}")

def started(event):
    Logger.write(", ".join(event.call.headers()))

for name in ["a", "b", "c", "d", "e"]:
    VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda _, name=name: worker(name, trio.sleep))
    VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda _, name=name: worker(name.upper(), sleep))
VoxEngine.add_event_listener(AppEvents.CallAlerting, started)
"""


@pytest.mark.parametrize("source", [MENU, TIES, MANAGED, "x = 1 / 0"], ids=["menu", "ties", "no call", "failure"])
def test_the_same_seed_gives_the_same_trace_to_the_byte(source: str, write: Callable[..., str]) -> None:
    scenario = write(source)
    traces = []
    for hash_seed in ("0", "1", "random"):
        trace = f"trace-{hash_seed}.jsonl"
        options = ["--press", "1@3", "--http", "GET@4", "--seed", "5", "--trace", trace]
        process("run", scenario, *options, PYTHONHASHSEED=hash_seed)
        traces.append(Path(trace).read_bytes())
    assert len(traces[0]) > 500
    assert traces[0] == traces[1] == traces[2]


def test_another_seed_gives_another_trace(write: Callable[..., str]) -> None:
    scenario = write(MENU)
    for seed in ("1", "2"):
        assert main(["run", scenario, "--seed", seed, "--trace", seed]) == 0
    assert Path("1").read_bytes() != Path("2").read_bytes()


def test_a_reader_that_goes_away_is_no_error(write: Callable[..., str]) -> None:
    command = [sys.executable, "-m", "voxsim", "run", write(MENU), "--output", "jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == ""
    assert child.returncode == 0


@pytest.mark.parametrize("name", ["http.py", "queue.py", "trio.py"])
def test_a_scenario_may_have_the_name_of_a_module(name: str, write: Callable[..., str]) -> None:
    done = process("run", write(MENU, name), "--output", "svg")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_picture_for_a_terminal_without_its_characters(write: Callable[..., str]) -> None:
    done = process("run", write(MENU), PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Press one." in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send to another process")
@pytest.mark.parametrize("handler", ["def", "async def"])
def test_ctrl_c_ends_a_run_in_real_time_with_its_picture(handler: str, write: Callable[..., str]) -> None:
    scenario = write(
        "from voxsim import AppEvents, Logger, VoxEngine, sleep\n"
        "@VoxEngine.on(AppEvents.CallAlerting)\n"
        f"{handler} alerting(event):\n"
        "    event.call.answer()\n"
        "    Logger.write('ready')\n" + ("    await sleep(3600)\n" if handler == "async def" else "")
    )
    command = [sys.executable, "-m", "voxsim", "run", scenario, "--time", "real", "--trace", "run.jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert child.stdout is not None
        assert "ready" in child.stderr.readline()
        child.send_signal(signal.SIGINT)
        assert child.stderr.read() == ""
        assert "ready" in child.stdout.read()
    assert child.returncode == 130
    assert "ready" in Path("run.jsonl").read_text()
