"""The pytest plugin as its user meets it: async tests without a mark, and reports that show the test and the call."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCENARIO = """\
from voxsim import AppEvents, VoxEngine

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    event.call.answer()
    event.call.say("Welcome.")
"""
Report = Callable[..., str]


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """Run a test with this body beside the scenario, and return what pytest says of it."""

    def run(body: str, *options: str, scenario: str = SCENARIO) -> str:
        (tmp_path / "welcome.py").write_text(scenario)
        (tmp_path / "test_it.py").write_text(f"async def test_it(vox):\n    {body}\n")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False)
        return done.stdout

    return run


DIAL = 'call = await vox.phone().dial("100", scenario="welcome.py")\n    '


def test_an_async_test_needs_no_mark(report: Report) -> None:
    assert "1 passed" in report(DIAL + 'await call.heard("Welcome")')


def test_a_failed_expectation_shows_what_happened_and_where_it_broke(report: Report) -> None:
    said = report(DIAL + 'await call.answered()\n    await call.heard("Goodbye")')
    assert "Expected: <call of +15550001> hears 'Goodbye'. It did not happen." in said
    assert "0.020 s: heard 'Welcome.'" in said
    assert "calls 100" in said
    assert "<-- here" in said
    assert "seed: 0" in said


def test_a_scenario_error_that_nobody_expected_fails_the_test(report: Report) -> None:
    said = report(DIAL + "await call.answered()\n    await vox.advance(1)", scenario=f"{SCENARIO}    1 / 0\n")
    assert "The scenario failed, and the test did not expect it:" in said
    assert "welcome.py:7: ZeroDivisionError: division by zero" in said


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (DIAL.replace("welcome.py", "welcom.py"), "There is no scenario file 'welcom.py'. Did you mean 'welcome.py'?"),
        ("vox.phone(anser=3)", "A party has no behaviour 'anser'. Did you mean 'answer'?"),
        ('vox.web.on("GET", "crm.example")', "A URL such as 'https://crm.example/*' is needed, got 'crm.example'."),
        ('vox.web.on("GET", "*").reply("ok")', "An HTTP status is a number from 200 to 599, got 'ok'."),
        ("await vox.advance(-1)", "Time goes on by a number of seconds, got -1."),
        (
            '(await vox.phone().dial("100", scenario="welcome.py")).press("x")',
            "A phone has the keys 0 to 9, *, # and A",
        ),
    ],
)
def test_what_a_test_gives_wrongly_is_shown_at_its_own_line(report: Report, body: str, words: str) -> None:
    said = report(body)
    assert words in said
    assert "test_it.py:2: " in said
    assert "/voxsim/" not in said
    assert "def " not in said.replace("async def test_it", "")


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("sed=1", "The mark `vox` has no setting 'sed'. Did you mean 'seed'?"),
        ('limits={"active_timers": 1}', "The mark `vox` takes limits=Limits(…), got a dict."),
    ],
)
def test_what_a_mark_gives_wrongly_is_told(tmp_path: Path, report: Report, mark: str, words: str) -> None:
    (tmp_path / "test_marked.py").write_text(f"import pytest\n\n@pytest.mark.vox({mark})\ndef test_it(vox): ...\n")
    said = report("pass")
    assert words in said
    assert "/voxsim/" not in said


def test_the_insides_are_shown_to_who_asks_for_them(report: Report) -> None:
    assert "def _from_keys" in report("vox.phone(anser=3)", "--full-trace")
