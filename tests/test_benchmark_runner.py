"""The benchmarks' runner prints what it measured. How long anything took is nobody's business here."""

import json
import subprocess
import sys
from pathlib import Path

RUNNER = Path(__file__).parent / "benchmarks" / "run.py"
KEYS = ["name", "value", "unit", "yardstick", "yardstick_value", "ratio", "asked"]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(RUNNER), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_figure_is_printed_as_json_from_any_folder(tmp_path: Path) -> None:
    done = run(tmp_path, "hour_call_ms", "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [list(row) for row in rows] == [KEYS]
    row = rows[0]
    assert (row["name"], row["unit"], row["asked"]) == ("hour_call_ms", "ms", "<= 2")
    assert all(isinstance(row[key], float | int) for key in ("value", "yardstick_value", "ratio"))


def test_figure_is_printed_as_a_table(tmp_path: Path) -> None:
    done = run(tmp_path, "hour_call_ms")
    assert done.returncode == 0, done.stderr
    header, row = done.stdout.splitlines()
    assert header.split() == KEYS
    assert row.startswith("hour_call_ms ")


def test_unknown_name_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    done = run(tmp_path, "speed")
    assert done.returncode == 2
    assert "'speed'" in done.stderr
    assert "sessions_sync" in done.stderr
    assert done.stdout == ""
