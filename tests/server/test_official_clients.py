"""The two official clients, unmodified, each in a process of its own, against a real `voxsim serve` over TLS."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from processes import serving

from voxsim.platform.keys import Keys

CLIENTS = Path(__file__).parent / "clients"
NODE_MODULES = Path(__file__).parents[1] / "node" / "node_modules"
SCENARIO = """
from voxsim import AppEvents, VoxEngine

@VoxEngine.on(AppEvents.HttpRequest)
def asked(event):
    VoxEngine.terminate()
    return f"{event.content}: {VoxEngine.custom_data()}"
"""


@pytest.fixture
def server(tmp_path):
    """A server of one scenario, and a credentials file that it accepts."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "answering.py").write_text(SCENARIO)
    credentials = Keys(folder / ".voxsim" / "keys.json").make(1, "account@example.com")
    (tmp_path / "credentials.json").write_text(json.dumps(credentials))
    with serving(folder, "--secure-port", "0") as found:
        found.credentials = tmp_path / "credentials.json"
        found.certificate = folder / ".voxsim" / "ca" / "ca.pem"
        yield found


def run(command, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        command, env={**clean, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


EXPECTED_RULES = [["answering", ["answering"]]]


def test_the_python_client_starts_a_scenario_and_reads_its_history(server):
    host = server.secure_url.removeprefix("https://")
    command = [sys.executable, str(CLIENTS / "python_client.py"), str(server.credentials), host]
    found = run(command, REQUESTS_CA_BUNDLE=str(server.certificate))
    assert found == {
        "account": "account",
        "applications": ["scenarios.account.voximplant.com"],
        "rules": EXPECTED_RULES,
        "answer": "end: über",
        "history": [[True, "Normal termination", "über", []]],
        "total": 1,
        "users": ["alice"],
        "item": "blue",
        "error": 147,
        "not yet": [104, True],
    }


NODE = pytest.mark.skipif(
    shutil.which("node") is None or not NODE_MODULES.is_dir(),
    reason="needs Node.js and: npm install --no-package-lock --prefix tests/node",
)


@NODE
def test_the_node_client_starts_a_scenario_and_reads_its_history(server):
    host = server.secure_url.removeprefix("https://")
    command = ["node", str(CLIENTS / "node_client.js"), str(server.credentials), host]
    found = run(command, NODE_EXTRA_CA_CERTS=str(server.certificate), NODE_PATH=str(NODE_MODULES))
    assert found == {
        "account": "account",
        "rules": EXPECTED_RULES,
        "answer": "end: über",
        "history": [[True, "Normal termination"]],
        "error": 147,
    }


@NODE
def test_the_node_client_reaches_the_server_through_a_proxy_with_its_host_left_alone(server):
    command = ["node", str(CLIENTS / "node_client.js"), str(server.credentials)]
    found = run(command, HTTPS_PROXY=server.url, NODE_PATH=str(NODE_MODULES))
    assert (found["answer"], found["error"]) == ("end: über", 147)


def test_the_python_client_reaches_the_server_through_a_proxy_with_its_host_left_alone(server):
    command = [sys.executable, str(CLIENTS / "python_client.py"), str(server.credentials), "api.voximplant.com"]
    found = run(command, HTTPS_PROXY=server.url, NO_PROXY="127.0.0.1", REQUESTS_CA_BUNDLE=str(server.certificate))
    assert (found["answer"], found["error"]) == ("end: über", 147)
