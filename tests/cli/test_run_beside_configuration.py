"""`voxsim run` with a `voxsim.toml` beside the scenario: whom it describes is there, and its figures count."""

from __future__ import annotations

from pathlib import Path

import pytest

from voxsim.cli import main

SCENARIO = """\
from voxsim import *
require(Modules.SmartQueue)

@VoxEngine.on(AppEvents.CallAlerting)
async def welcome(event):
    event.call.answer()
    task = VoxEngine.enqueue_task(call=event.call, queue={"name": "support"})
    outcome = await task.wait_for(SmartQueueEvents.OperatorReached, SmartQueueEvents.TaskCanceled)
    Logger.write(outcome.name)
    VoxEngine.terminate()
"""
QUEUE = '[[queue]]\nname = "support"\n'
OPERATOR = '[[operator]]\nname = "operator1"\nanswer = 1\n'


@pytest.fixture
def run(tmp_path: Path, capsys):
    """Run the scenario with such a configuration, and return the status and what was shown."""

    def start(configuration: str, *options: str, scenario: str = SCENARIO) -> tuple[int, str]:
        (tmp_path / "voxsim.toml").write_text(configuration)
        (tmp_path / "support.py").write_text(scenario)
        with pytest.raises(SystemExit) as ended:
            raise SystemExit(main(["run", str(tmp_path / "support.py"), *options]))
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out + shown.err

    return start


def test_an_operator_of_the_configuration_answers(run):
    status, shown = run(QUEUE + OPERATOR)
    assert status == 0
    assert "operator1 takes the caller" in shown
    assert "SmartQueue.OperatorReached" in shown


def test_who_answers_is_said_on_the_command_line_first(run):
    _, shown = run(QUEUE + OPERATOR, "--answer", "operator1=busy", "--hangup", "20")
    assert "refuses (486 Busy Here)" in shown


def test_a_queue_without_operators_takes_nobody(run):
    _, shown = run(QUEUE)
    assert "leaves the queue: 1003" in shown


def test_a_mistake_is_told_with_its_line(run):
    status, shown = run(QUEUE + "max_sise = 3\n")
    assert status == 2
    assert "voxsim.toml:3: [queue] has no key 'max_sise'. Did you mean 'max_size'?" in shown


EVERYBODY = """\
import json
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
async def welcome(event):
    event.call.answer()
    answer = await Net.http_request_async("https://crm.example/lookup?phone=1")
    Logger.write(json.loads(answer.text)["name"] + " " + VoxEngine.get_secret_value("KEY"))
    sales = VoxEngine.call_pstn("+15550199")
    refused = await sales.wait_for(CallEvents.Failed)
    Logger.write(f"sales {refused.code}")
    ann = VoxEngine.call_user(username="ann", callerid="1")
    refused = await ann.wait_for(CallEvents.Failed)
    Logger.write(f"ann {refused.code}")
    for _ in range(2):
        set_timeout(lambda: None, 1000)
"""
AROUND = """\
[[application]]
name = "shop"
[[application.rule]]
scenarios = ["support.py"]
pattern = "15550100"
[application.secrets]
KEY = "open"
[[number]]
number = "15550100"
[[user]]
name = "ann"
behaviour = "busy"
[[party]]
address = "+1555*"
reject = 603
[[web]]
url = "https://crm.example/lookup*"
json = { name = "Ann" }
[limits]
active_timers = 1
"""


def test_parties_services_secrets_and_limits_are_those_of_the_file(run, tmp_path):
    (tmp_path / "other.py").write_text("no rule of the file is loaded(")
    status, shown = run(AROUND, scenario=EVERYBODY)
    assert status == 1
    for words in ("» Ann ******", "» sales 603", "» ann 486", "1 active timers"):
        assert words in shown


def test_a_mistake_in_any_table_is_told(run):
    status, shown = run("[limits]\nactive_timer = 3\n")
    assert status == 2
    assert "voxsim.toml:2: [limits] has no key 'active_timer'. Did you mean 'active_timers'?" in shown
