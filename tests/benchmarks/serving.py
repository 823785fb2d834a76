"""The server's figures, each with a real server in a process of its own and real clients over loopback.

Server and clients share the machine, so the yardstick is always another server under the same clients.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import psutil
from clients import echoes_a_second, open_websocket, posts_a_second, requests_a_second
from rows import SCENARIOS, Row, in_turns

_SERVERS: Final = Path(__file__).parent / "servers"
_SECONDS: Final = 2.0
_TIMES: Final = 4
_STARTS: Final = 3000
_SOCKETS: Final = 5000
_KEY: Final = "benchmark"


def managing_requests() -> list[Row]:
    """Managing requests a second through a handler: keep-alive, 16 connections."""
    with _voxsim() as (port, _), _uvicorn() as other:
        target = _session(port)
        ask = partial(requests_a_second, connections=16, seconds=_SECONDS)
        own, bare = (max(known) for known in in_turns(_TIMES, partial(ask, port, target), partial(ask, other, "/")))
    return [Row("managing_requests", own, "requests/s", "uvicorn, h11, hello", bare, "ratio >= 1")]


def websocket_echo() -> list[Row]:
    """Echoes a second through a scenario's handler: 64 bytes, one message in flight on each of 8 connections."""
    with _voxsim() as (port, _), _script("bare_echo.py") as bare, _script("websockets_echo.py") as library:
        target = _session(port, calls=8)  # a session may have three WebSockets more than calls
        talk = partial(echoes_a_second, connections=8, seconds=_SECONDS)
        measures = partial(talk, port, target), partial(talk, bare, "/"), partial(talk, library, "/")
        own, plain, websockets = (max(known) for known in in_turns(_TIMES, *measures))
    return [
        Row("websocket_echo", own, "echoes/s", "bare wsproto on trio", plain, "ratio >= 0.7"),
        Row("websocket_echo", own, "echoes/s", "websockets on asyncio", websockets, "-"),
    ]


def start_scenarios() -> list[Row]:
    """Sessions a second started through StartScenarios, each written to the storage before it is told."""
    with _voxsim(memory=False) as (port, _), _uvicorn() as other:
        form = f"account_id=1&api_key={_KEY}&rule_id=1"
        own = partial(posts_a_second, port, "/platform_api/StartScenarios/", form, connections=16, count=_STARTS)
        bare = partial(requests_a_second, other, "/", connections=16, seconds=_SECONDS)
        starts, hellos = (max(known) for known in in_turns(2, own, bare))
    return [Row("start_scenarios", starts, "sessions/s", "uvicorn, h11, hello", hellos, ">= 1000")]


def serve_startup() -> list[Row]:
    """Milliseconds from the start of `voxsim serve` to its first answer."""
    measures = _first_answer_ms, _import_trio_ms
    in_turns(1, *measures)
    own, bare = (min(known) for known in in_turns(5, *measures))
    return [Row("serve_startup", own, "ms", 'python -c "import trio"', bare, "<= 500")]


def live_websocket_kib() -> list[Row]:
    """Memory for each of 5,000 sessions with a call and a WebSocket, beside that of the sessions alone."""
    with _voxsim() as (port, process):
        memory = psutil.Process(process.pid).memory_info
        sessions = [_session(port) for _ in range(200)]  # what is made once is no session's
        sockets = [open_websocket(port, target) for target in sessions]
        empty = memory().rss
        sessions = [_session(port) for _ in range(_SOCKETS)]
        alone = memory().rss
        sockets += [open_websocket(port, target) for target in sessions]
        both = memory().rss
        for connection in sockets:
            connection.close()
    per_session, with_socket = ((value - empty) / _SOCKETS / 1024 for value in (alone, both))
    return [Row("live_websocket_kib", with_socket, "KiB", "the session alone", per_session, "<= 40")]


# --- servers ---


@contextlib.contextmanager
def _voxsim(*, memory: bool = True) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A `voxsim serve` of the one scenario; its port and its process."""
    rule = '[[application]]\nname = "app"\n[[application.rule]]\nname = "all"\nscenarios = ["scenario.py"]\n'
    kept = ["--memory"] if memory else []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "scenario.py").write_text((SCENARIOS / "served.py").read_text())
        (folder / "voxsim.toml").write_text(f'[account]\napi_key = "{_KEY}"\n{rule}')
        command = [sys.executable, "-m", "voxsim", "serve", str(folder), "--port", "0", "--no-tls", "--quiet", *kept]
        with _process(command) as (port, process):
            yield port, process


@contextlib.contextmanager
def _script(name: str) -> Iterator[int]:
    with _process([sys.executable, str(_SERVERS / name)]) as (port, _):
        yield port


@contextlib.contextmanager
def _uvicorn() -> Iterator[int]:
    options = ["--port", "0", "--http", "h11", "--loop", "asyncio", "--no-access-log"]
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(_SERVERS), *options, "asgi_hello:app"]
    with _process(command) as (port, _):
        yield port


@contextlib.contextmanager
def _process(command: list[str]) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A server that says where it listens; it is stopped at the end."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield _port(process), process
        finally:
            process.terminate()
            if process.stdout is not None:
                process.stdout.read()


def _port(process: subprocess.Popen[str]) -> int:
    said = ""
    for line in process.stdout or ():
        said += line
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if found:
            return int(found[1])
    raise RuntimeError(f"The server did not start:\n{said[-2000:]}")


# --- asking voxsim ---


def _session(port: int, calls: int = 1) -> str:
    """A session with calls that last; the target of its managing URL."""
    answer = _api(port, "StartScenarios", rule_id="1", script_custom_data=str(calls))
    return str(answer["media_session_access_url"]).partition(f":{port}")[2]


def _api(port: int, command: str, **parameters: str) -> dict[str, Any]:
    form = "&".join(f"{key}={value}" for key, value in {"account_id": "1", "api_key": _KEY, **parameters}.items())
    url = f"http://127.0.0.1:{port}/platform_api/{command}/"
    with urllib.request.urlopen(url, form.encode()) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


# --- whole processes ---


def _first_answer_ms() -> float:
    began = time.perf_counter()
    with _voxsim() as (port, _):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            answer.read()
        return (time.perf_counter() - began) * 1000


def _import_trio_ms() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import trio"], check=True)
    return (time.perf_counter() - began) * 1000
