"""The command line as a whole: versions, help, words it does not know, and the process around it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import voxsim
from voxsim.cli import main


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"voxsim {voxsim.__version__}\n"


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert "run a scenario" in out
    assert "write a first scenario" in out


@pytest.mark.parametrize("command", ["run", "new", "call", "credentials"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"usage: voxsim {command}" in capsys.readouterr().out


def test_without_a_command_it_shows_help_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage: voxsim" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rn"], "voxsim: error: argument COMMAND: invalid choice: 'rn'"),
        (["--bogus"], "voxsim: error: there is no option '--bogus'."),
        (["run"], "voxsim run: error: the following arguments are required: SCENARIO"),
        (["new"], "voxsim new: error: the following arguments are required: PLACE"),
        (["new", "a", "b"], "voxsim new: error: there is no place for the argument 'b'"),
        (["run", "a.py", "--anwser=x=busy"], "there is no option '--anwser'. Did you mean '--answer'?"),
        (["run", "a.py", "--pres", "1"], "there is no option '--pres'. Did you mean '--press'?"),
    ],
)
def test_words_it_does_not_know(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "voxsim", "--version"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"voxsim {voxsim.__version__}\n", "")


def test_what_a_run_needs_is_loaded_by_a_run_only() -> None:
    program = "import sys; from voxsim.cli import main; main(['--version']); print('trio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.endswith("False\n")
