"""What a scenario keeps and reads over `voxsim serve` is what the management API has, and it lasts."""

import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from processes import serving

from voxsim.platform.keys import Keys

CLIENT = Path(__file__).parent / "clients" / "storage_client.py"
SCENARIO = """
from voxsim import ApplicationStorage, AppEvents, Modules, VoxEngine, VoximplantAPI, require

require(Modules.ApplicationStorage)
require(Modules.VoximplantAPI)

@VoxEngine.on(AppEvents.HttpRequest)
async def asked(event):
    word, _, rest = event.content.partition(" ")
    if word == "put":
        key, value = rest.split()
        return (await ApplicationStorage.put(key, value, 3600)).value
    if word == "get":
        found = await ApplicationStorage.get(rest)
        return found.value if found else "nothing"
    if word == "secret":
        return str(len(VoxEngine.get_secret_value(rest) or ""))
    client = VoximplantAPI.Client()
    if word == "item":
        return (await client.KeyValueStorage.get_key_value_item(key=rest)).result.value
    if word == "another":
        reply = await client.Scenarios.start_scenarios(rule_id=1, script_custom_data=rest)
        return reply.media_session_access_url
    if word == "who":
        return VoxEngine.custom_data()
"""
CONFIGURATION = """
[[application]]
name = "shop"

[application.secrets]
CRM_KEY = "from the file"
"""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "keeping.py").write_text(SCENARIO)
    (folder / "voxsim.toml").write_text(CONFIGURATION)
    credentials = Keys(folder / ".voxsim" / "keys.json").make(1, "account@example.com")
    (tmp_path / "credentials.json").write_text(json.dumps(credentials))
    return folder


def post(url, text):
    with urllib.request.urlopen(url, text.encode(), timeout=10) as answer:
        return answer.read().decode()


def command(server, name, **parameters):
    fields = {"account_id": 1, "api_key": server.api_key, **parameters}
    return json.loads(post(f"{server.url}/platform_api/{name}", urllib.parse.urlencode(fields)))


def session(server):
    return command(server, "StartScenarios", rule_id=1)["media_session_access_url"]


def official_client(server, folder, key):
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    host = server.secure_url.removeprefix("https://")
    done = subprocess.run(
        [sys.executable, str(CLIENT), str(folder.parent / "credentials.json"), host, key],
        env={**clean, "REQUESTS_CA_BUNDLE": str(folder / ".voxsim" / "ca" / "ca.pem")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_item_put_by_a_scenario_is_seen_by_the_official_client_and_survives_a_restart(folder):
    with serving(folder, "--secure-port", "0") as server:
        url = session(server)
        assert post(url, "put orders:17 paid") == "paid"
        assert official_client(server, folder, "orders:17") == "paid"
        command(server, "SetKeyValueItem", key="orders:17", value="sent", application_id=1)
        assert post(url, "get orders:17") == "sent"
    with serving(folder) as server:
        assert post(session(server), "get orders:17") == "sent"
        assert command(server, "GetKeyValueItem", key="orders:17", application_id=1)["result"]["value"] == "sent"


def test_secrets_come_from_the_file_and_from_the_management_api(folder):
    with serving(folder) as server:
        command(server, "AddSecret", secret_name="OTHER", secret_value="1234567", application_id=1)
        url = session(server)
        assert post(url, "secret CRM_KEY") == str(len("from the file"))
        assert post(url, "secret OTHER") == "7"
    with serving(folder) as server:
        url = session(server)
        assert post(url, "secret OTHER") == "7"
        assert post(url, "secret NOBODY") == "0"


def test_the_management_api_is_there_for_scenarios(folder):
    with serving(folder) as server:
        url = session(server)
        post(url, "put colour blue")
        assert post(url, "item colour") == "blue"
        other = post(url, "another the second")
        assert other != url
        assert post(other, "who") == "the second"
        number = command(server, "GetCallHistory", from_date="2020-01-01 00:00:00", to_date="2040-01-01 00:00:00")
        assert number["total_count"] == 0


def test_an_item_expires_while_nothing_happens(folder):
    with serving(folder, "--time", "x10") as server:
        command(server, "SetKeyValueItem", key="short", value="x", ttl=10)
        assert command(server, "GetKeyValueItem", key="short")["result"]["value"] == "x"
        while "error" not in (answer := command(server, "GetKeyValueItem", key="short")):
            assert answer["result"]["value"] == "x"
        assert answer["error"]["code"] == 101
