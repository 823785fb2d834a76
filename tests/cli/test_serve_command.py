"""`voxsim serve` as people start and end it, and `voxsim call` into it."""

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from voxsim.cli import serve
from voxsim.parties.configuration import load_configuration

sys.path.insert(0, str(Path(__file__).parents[1] / "server"))
from processes import serving

LINGERING = """
from voxsim import AppEvents, Logger, Net, VoxEngine

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    event.call.answer()

@VoxEngine.on(AppEvents.Terminating)
async def terminating(event):
    result = await Net.http_request_async("https://reports.example/end")
    Logger.write(f"reported {result.code}")
"""


def voxsim(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "voxsim", *map(str, arguments)], capture_output=True, text=True, timeout=30, check=False
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lingering.py").write_text(LINGERING)
    return tmp_path


def test_it_says_where_it_is_and_how_to_begin(folder):
    with serving(folder, "--memory", "--no-tls") as server:
        assert server.said.startswith(f"voxsim serves lingering of {folder}\n  HTTP   http://127.0.0.1:")
        assert f'curl {server.url}/calls -d \'{{"to": "lingering"}}\'' in server.said
        assert f"-d api_key={server.api_key} -d rule_id=1" in server.said
        with urllib.request.urlopen(server.url) as front:
            page = front.read().decode()
        assert "Rules: lingering" in page
        assert f'curl {server.url}/calls -d \'{{"to": "lingering"}}\'' in page


FOLLOWED = """
[[voipnow.rule]]
url = "http://127.0.0.1:9/calls"

[[ccsevents.token]]
token = "crm-token"
domain = "alpha.test"

[[elma365.module]]
name = "pbx"
file = "module.py"
token = "sesame"

[[elma365.webhook]]
url = "http://127.0.0.1:9/hook?key=secret"
"""


def test_who_is_told_of_calls_is_said(folder):
    (folder / "voxsim.toml").write_text(FOLLOWED)
    (folder / "module.py").write_text("def VoipParseWebhookRequest(request):\n    return {}\n")
    with serving(folder, "--memory", "--no-tls") as server:
        assert f"\n  VoipNow  {server.url}/uapi/extensions/@me/EXTENSION/phoneCallEvents  (rules" in server.said
        socket = server.url.replace("http", "ws")
        assert f"\n  ccsevents  {socket}/ws/token/v1/crm-token  (calls of alpha.test)\n" in server.said
        assert "\n  ELMA365  webhooks to http://127.0.0.1:9/hook\n" in server.said
        line = next(one for one in server.said.splitlines() if "ELMA365" in one)
        with urllib.request.urlopen(line.split()[1]) as answer:
            assert b"/voip/webhook/pbx?token=sesame" in answer.read()


def test_that_nobody_can_be_told_over_http_is_said(folder, monkeypatch):
    (folder / "voxsim.toml").write_text('[[voipnow.rule]]\nurl = "http://127.0.0.1:9/"\n')
    configuration = load_configuration(folder)
    assert "HTTP: for it" not in "".join(serve._followers(configuration, "http://here"))
    monkeypatch.setattr(serve, "find_spec", lambda name: None)
    assert list(serve._followers(configuration, "http://here"))[-1].endswith("for it: pip install 'voxsim[net]'")


def test_why_calls_of_browsers_have_no_sound_is_said(folder):
    with serving(folder, "--memory", "--secure-port", "0", "--time", "x50") as server:
        assert "\n  Calls of the Web SDK have no sound: it flows in real time only\n" in server.said
    with serving(folder, "--memory", "--secure-port", "0") as server:
        assert "no sound" not in server.said


def test_an_address_for_audio_that_is_none_of_this_machine(folder):
    (folder / "voxsim.toml").write_text('[media]\nhost = "192.0.2.99"\n')
    done = voxsim("serve", folder, "--memory", "--port", "0", "--secure-port", "0")
    assert done.returncode == 2
    assert done.stderr.startswith("voxsim serve: error: Audio cannot be received at 192.0.2.99, UDP port 0:")
    assert done.stderr.count("\n") == 1


def test_a_call_into_it_is_shown_as_a_ladder(folder):
    with serving(folder, "--memory", "--no-tls", "--time", "x50") as server:
        done = voxsim("call", "--to", "anything", "--server", server.url, "--hangup", "5s")
        assert "calls anything" in done.stdout
        assert "hangs up" in done.stdout
        assert done.returncode == 0


def test_a_call_that_no_rule_takes_is_refused_in_words(folder):
    (folder / "other.py").write_text("")
    with serving(folder, "--memory", "--no-tls") as server:
        done = voxsim("call", "--to", "nobody", "--server", server.url)
    assert "No rule takes a call to 'nobody'. The rules are: lingering, other." in done.stderr
    assert done.returncode != 0


def test_a_failing_scenario_fails_the_call_with_its_line(folder):
    (folder / "lingering.py").write_text("from voxsim import *\nVoxEngine.on_call()\n")
    with serving(folder, "--memory", "--no-tls") as server:
        done = voxsim("call", "--to", "1", "--server", server.url)
    assert f"{folder / 'lingering.py'}:2" in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_sessions_by_the_platforms_rules(folder, number):
    command = [sys.executable, "-u", "-m", "voxsim", "serve", str(folder), "--port", "0", "--no-tls", "--memory"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        url = next(line.split()[1] for line in process.stdout if "HTTP" in line)
        with urllib.request.urlopen(f"{url}/calls", b'{"to": "1"}') as placed:
            assert placed.status == 201
        process.send_signal(number)
        _, told = process.communicate(timeout=120)
    assert "Ending 1 session; Ctrl-C again ends at once." in told
    assert "reported -3" in told
    assert "ended: Terminated administratively" in told
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere"),
        ([".", "--record", "file"], "--record keeps what the network answers: it needs --network"),
        ([".", "--network", "--replay", "file"], "leave --network out"),
        ([".", "--replay", "file"], "The recording file cannot be read: No such file or directory."),
        ([".", "--time", "auto"], "a server's time is 'real' or a factor such as 'x10'"),
        ([".", "--port", "70000"], "a port from 0 to 65535 is needed, got '70000'"),
        (
            [".", "--host", "256.0.0.1"],
            "Cannot listen on 256.0.0.1:12092: name or service not known. The address has to be one of this machine's.",
        ),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(folder, monkeypatch, arguments, message):
    monkeypatch.chdir(folder)
    done = voxsim("serve", *arguments, "--memory", "--no-tls")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert (done.stdout, done.returncode) == ("", 2)


def test_a_port_that_is_taken(folder):
    with serving(folder, "--memory", "--no-tls") as server:
        port = server.url.rpartition(":")[2]
        done = voxsim("serve", folder, "--memory", "--no-tls", "--port", port)
    assert f"Cannot listen on 127.0.0.1:{port}: it is in use." in done.stderr
    assert done.returncode == 2


def test_a_folder_that_is_served_already(folder):
    with serving(folder, "--no-tls"):
        done = voxsim("serve", folder, "--no-tls", "--port", "0")
    assert "Another voxsim serves this folder" in done.stderr
    assert done.returncode == 2
