"""The README's promises that can be checked: its commands, its example, its tables."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from voxsim.parties.behaviour import Behaviour
from voxsim.parties.configuration import load_configuration

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "server"))
from processes import serving  # noqa: E402

README = (ROOT / "README.md").read_text()


def commands() -> list[str]:
    return [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


def test_the_checks_call_the_test_command_of_the_readme():
    test_command = next(line for line in commands() if " -m pytest " in line)
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


def test_the_lines_for_a_server_do_what_the_readme_says(tmp_path):
    blocks = [block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "URL=" in block]
    with serving(ROOT / "scenarios", "--memory", "--no-tls") as server:
        lines = blocks[0].replace("http://127.0.0.1:12092", server.url).replace("python3", sys.executable)
        told = subprocess.run(["bash", "-e", "-c", lines], capture_output=True, text=True, check=True).stdout  # noqa: S607
    assert '{"state": "CONNECTED", "watchers": 0}' in told
    assert told.count('{"ok": true}') == 2
    assert "says: One moment." in told
    assert '"finish_reason": "Normal termination"' in told
    assert '"remote_number": "15550100"' in told


def test_the_configuration_of_the_readme_can_be_read(tmp_path):
    (tmp_path / "voxsim.toml").write_text(re.search(r"```toml\n(.*?)```", README, re.DOTALL)[1])
    (tmp_path / "menu.py").write_text((ROOT / "scenarios" / "menu.py").read_text())
    assert load_configuration(tmp_path).applications[0].rules[0].name == "hotline"


def samples():
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    return {
        name: block for block in blocks for name in re.findall(r"^async def (test_\w+)\(vox\)", block, re.MULTILINE)
    }


@pytest.mark.parametrize("name", samples())
async def test_a_test_of_the_readme_passes(vox, tmp_path, monkeypatch, name):
    (tmp_path / "scenario.py").write_text(re.search(r"```python\n(.*?)```", README, re.DOTALL)[1])
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(samples()[name], names)  # noqa: S102
    await names[name](vox)
