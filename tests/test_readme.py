"""The README's promises that can be checked: its commands, its example, its tables."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from voxsim.parties.behaviour import Behaviour

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def commands() -> list[str]:
    return [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


def test_the_checks_call_the_test_command_of_the_readme():
    test_command = next(line for line in commands() if line.endswith("pytest -q"))
    assert test_command in (ROOT / ".ci/run").read_text()


def test_the_first_command_shows_what_the_readme_shows():
    command = next(line for line in commands() if "voxsim run scenarios/menu.py" in line)
    arguments = command.partition("voxsim run ")[2].replace('"', "").split()
    shown = subprocess.run(
        [sys.executable, "-m", "voxsim", "run", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    picture = re.search(r"```\n( +┌.*?)```", README, re.DOTALL)
    assert picture
    assert shown.stdout.startswith(picture[1].rstrip())


@pytest.mark.parametrize(
    "text",
    [
        text
        for row in re.findall(r"^\| (`[^|]+) \| `", README, re.MULTILINE)
        for text in re.findall(r"`([a-z_]+[:@]?[^`]*)`", row)
        if re.fullmatch(r"[a-z_]+([:@].*)?", text)
    ],
)
def test_every_behaviour_of_the_table_can_be_read(text):
    assert Behaviour.parse(text)


async def test_the_first_scenario_and_its_test(vox, tmp_path):
    scenario, test = (block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    (tmp_path / "scenario.py").write_text(scenario)
    names: dict = {}
    exec(test.replace('scenario="scenario.py"', f"scenario={str(tmp_path / 'scenario.py')!r}"), names)  # noqa: S102
    await names["test_caller_reaches_sales"](vox)
