"""`voxsim new`: the starter that it writes runs, its tests pass, and nothing of the user's is overwritten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from voxsim.cli import main

WRITTEN = ["README.md", "scenario.py", "test_scenario.py"]


@pytest.fixture
def starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "hello"]) == 0
    return tmp_path / "hello"


def test_it_writes_three_files_and_says_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "hello"]) == 0
    assert sorted(file.name for file in (tmp_path / "hello").iterdir()) == WRITTEN
    out = capsys.readouterr().out
    assert "cd hello\n" in out
    assert "voxsim run scenario.py" in out
    assert "pytest" in out


def test_it_fills_an_existing_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["new", "."]) == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([*WRITTEN, "notes.txt"])
    assert "cd " not in capsys.readouterr().out


def test_it_makes_directories_on_the_way(tmp_path: Path) -> None:
    assert main(["new", str(tmp_path / "a" / "b c")]) == 0
    assert (tmp_path / "a" / "b c" / "scenario.py").is_file()


def test_it_overwrites_nothing(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (starter / "README.md").unlink()
    (starter / "scenario.py").write_text("mine")
    capsys.readouterr()
    assert main(["new", "hello"]) == 2
    assert capsys.readouterr().err == (
        "voxsim new: error: 'hello' has scenario.py and test_scenario.py already; nothing was written.\n"
    )
    assert (starter / "scenario.py").read_text() == "mine"
    assert not (starter / "README.md").exists()


def test_a_place_where_nothing_can_be_written(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "hello/README.md"]) == 2
    assert "voxsim new: error: 'hello/README.md' cannot be written: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [[], ["--press", "1@4s"], ["--press", "5@4"], ["--press", "1@4", "--answer", "+15550100=busy"]],
    ids=["nothing pressed", "sales", "another key", "sales is busy"],
)
def test_its_scenario_runs_well(
    starter: Path, options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(starter)
    capsys.readouterr()
    assert main(["run", "scenario.py", *options]) == 0
    assert capsys.readouterr().err == ""


def test_its_tests_pass(starter: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=starter,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


@pytest.mark.parametrize("name", ["menu.js", "menu.ts", "deep/er/menu.voxengine.js", "menu.py"])
def test_a_scenario_of_ones_own_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", name]) == 0
    folder, file = (tmp_path / name).parent, Path(name).name
    assert sorted(one.name for one in folder.iterdir()) == sorted(["README.md", file, "test_menu.py"])
    assert f'voxsim run {file} --press "1@4s"' in capsys.readouterr().out
    monkeypatch.chdir(folder)
    assert main(["run", file, "--press", "1@4"]) == 0
    assert capsys.readouterr().err == ""
    command = [sys.executable, "-m", "pytest", "-q"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "3 passed" in done.stdout
    assert main(["new", file]) == 2
    assert capsys.readouterr().err.endswith(f"has {file} and test_menu.py already; nothing was written.\n")
