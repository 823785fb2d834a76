"""A call list made by the official client over `voxsim serve`: its sessions run, report, and are in the history."""

import json
import os
import subprocess
import sys
from pathlib import Path

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
