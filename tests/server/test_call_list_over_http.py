"""A call list made by the official client over `voxsim serve`: its sessions run, report, and are in the history."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

from processes import serving

from voxsim.platform.keys import Keys

CLIENT = Path(__file__).parent / "clients" / "calllist_client.py"
SCENARIO = """
import json
from voxsim import AppEvents, CallList, VoxEngine

@VoxEngine.on(AppEvents.Started)
def started(event):
    task = json.loads(VoxEngine.custom_data())
    report = CallList.report_result if task["name"] == "Änne" else CallList.report_error
    report(f"told {task['name']}", VoxEngine.terminate)
"""


def test_a_list_is_made_and_its_results_are_read(tmp_path):
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "campaign.py").write_text(SCENARIO, encoding="utf-8")
    credentials = tmp_path / "credentials.json"
    credentials.write_text(json.dumps(Keys(folder / ".voxsim" / "keys.json").make(1, "account@example.com")))
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with serving(folder, "--secure-port", "0") as server:
        done = subprocess.run(
            [sys.executable, str(CLIENT), str(credentials), server.secure_url.removeprefix("https://")],
            env={**clean, "REQUESTS_CA_BUNDLE": str(folder / ".voxsim" / "ca" / "ca.pem")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    count, status, results, file = json.loads(done.stdout)
    assert (count, status) == (2, "Completed")
    assert results == [["Processed", "told Änne"], ["Error", "told Ben"]]
    assert file.count("\n") == 3


WAITING = """
import json
from voxsim import AppEvents, CallList, VoxEngine, sleep

@VoxEngine.on(AppEvents.Started)
async def started(event):
    task = json.loads(VoxEngine.custom_data())
    if task["name"] == "quick":
        await CallList.report_result_async({"told": task["name"]})
        VoxEngine.terminate()
"""


def test_a_list_goes_on_after_a_restart(tmp_path):
    (tmp_path / "campaign.py").write_text(WAITING, encoding="utf-8")
    figures = {"rule_id": 1, "priority": 1, "max_simultaneous": 1, "num_attempts": 2, "name": "spring"}
    with serving(tmp_path) as server:
        command(server, "CreateCallList", **figures, file_content="name\nquick\nslow\nquick\n")
        while details(server)[1]["status"] != "In progress":
            pass
        first = details(server)
        assert [row["status"] for row in first] == ["Processed", "In progress", "New"]
    # The attempt that the server's end cut off has failed: there is one left.
    (tmp_path / "campaign.py").write_text(WAITING.replace('if task["name"] == "quick"', "if True"), encoding="utf-8")
    with serving(tmp_path) as server:
        while {"New", "In progress"} & {row["status"] for row in details(server)}:
            pass
        rows = details(server)
        assert [row["status"] for row in rows] == ["Processed"] * 3
        assert [row["attempts_left"] for row in rows] == [1, 0, 1]
        assert [row["result_data"] for row in rows] == ['{"told": "quick"}', '{"told": "slow"}', '{"told": "quick"}']
        assert [row["task_uuid"] for row in rows] == [row["task_uuid"] for row in first]
        assert command(server, "GetCallLists")["result"][0]["status"] == "Completed"
        command(server, "DeleteCallList", list_id=1)
    with serving(tmp_path) as server:
        assert command(server, "GetCallLists")["total_count"] == 0


def details(server):
    return command(server, "GetCallListDetails", list_id=1, output="json")["result"]


def command(server, cmd, /, **parameters):
    fields = urlencode({"account_id": 1, "api_key": server.api_key, **parameters}).encode()
    with urllib.request.urlopen(f"{server.url}/platform_api/{cmd}", fields, timeout=10) as answer:
        return json.loads(answer.read())
