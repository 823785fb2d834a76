"""`voxsim events`: what a system that follows calls would be told of a run."""

from __future__ import annotations

import pytest

from voxsim.cli import main
from voxsim.cli.arguments import FEEDS
from voxsim.protocols.callevents.feeds import MAKERS

FORWARD = "from voxsim import VoxEngine\nVoxEngine.forward_call_to_user()\n"

TOML = """
[[user]]
name = "202"
extension = "0003*202"

[[voipnow.rule]]
events = ["dial-in"]
url = "http://crm.test/hook?a=1"
method = "GET"
"""


@pytest.fixture
def told(tmp_path, capsys):
    """`told(options…)` is the exit status, the lines of stdout that are not indented, and stderr."""
    scenario = tmp_path / "forward.py"
    scenario.write_text(FORWARD)

    def run(*options, toml=None):
        if toml is not None:
            (tmp_path / "voxsim.toml").write_text(toml)
        try:
            status = main(["events", "voipnow", str(scenario), *options])
        except SystemExit as ended:
            status = ended.code
        out, err = capsys.readouterr()
        return status, [line for line in out.splitlines() if not line.startswith(" ")], err

    return run


def test_the_command_knows_all_feeds():
    assert tuple(MAKERS) == FEEDS


def test_without_a_configuration_all_is_told(told):
    status, lines, _ = told("--from", "201", "--to", "202", "--hangup", "5")
    assert status == 0
    assert [line.split("0001*")[0].split() for line in lines] == [
        ["0:00.000", "dial-out", "of"],
        ["0:00.000", "dial-in", "of"],
        ["0:02.000", "answer-in", "of"],
        ["0:02.000", "answer-out", "of"],
        ["0:07.020", "hangup", "of"],
        ["0:07.020", "hangup", "of"],
    ]


def test_a_configuration_says_who_and_what(told):
    _, lines, _ = told("--to", "202", "--answer", "202=ring:1,answer:2", toml=TOML)
    (line,) = lines
    assert line.startswith("0:01.000    dial-in of 0003*202: GET http://crm.test/hook?a=1&CallID=")
    assert "CallerIDNum=15550001" in line


@pytest.mark.parametrize("named", ["folder", "file"])
def test_a_folder_is_told_of_by_its_own_configuration(tmp_path, capsys, named):
    (tmp_path / "voxsim.toml").write_text('[[user]]\nname = "202"\nextension = "0009*202"\n')
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "forward.py").write_text(FORWARD)
    (folder / "voxsim.toml").write_text(
        f'{TOML}\n[[application]]\nname = "shop"\n[[application.rule]]\nscenarios = ["forward.py"]\n'
    )
    place = folder if named == "folder" else folder / "voxsim.toml"
    assert main(["events", "voipnow", str(place), "--to", "202"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "dial-in of 0003*202: GET http://crm.test/hook" in line


RINGING = """
from voxsim import AppEvents, VoxEngine

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    for name in ("202", "203"):
        VoxEngine.call_user(username=name, callerid=event.callerid)
"""

DOMAINS = """
[[user]]
name = "202"
extension = "202"
domain = "b.test"

[[user]]
name = "203"
extension = "203"
domain = "c.test"
"""


def test_a_run_that_was_given_up_is_told_of_to_its_end(tmp_path, capsys):
    (tmp_path / "ringing.py").write_text(RINGING)
    (tmp_path / "voxsim.toml").write_text(DOMAINS)
    options = ["--to", "1", "--answer", "20*=silent", "--until", "5s"]
    assert main(["events", "ccsevents", str(tmp_path / "ringing.py"), *options]) == 1
    told = [line.split()[1:] for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    own = ["call_create", "call_attach_to_seance", "connection_link_call"]
    assert told == [[domain, f"ccsevents.{name}"] for domain in ("b.test", "c.test") for name in own]


def test_the_same_run_tells_the_same(told):
    assert told("--to", "202") == told("--to", "202")


def test_when_nothing_is_told_it_says_so(told):
    toml = TOML.replace("dial-in", "dial-out")
    status, lines, remarks = told(toml=toml)
    assert (status, lines) == (0, [])
    assert "voipnow is told nothing" in remarks


def test_a_mistake_in_the_configuration_is_one_line(told):
    status, lines, remarks = told(toml=TOML.replace("dial-in", "dialin"))
    assert (status, lines) == (2, [])
    assert remarks.count("\n") == 1
    assert "voxsim.toml:7: 'events' are some of" in remarks


def test_an_unknown_system_is_refused(capsys):
    with pytest.raises(SystemExit):
        raise SystemExit(main(["events", "asterisk", "x.py"]))
    assert "invalid choice: 'asterisk'" in capsys.readouterr().err
