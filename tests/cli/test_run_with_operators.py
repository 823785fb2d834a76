"""`voxsim run` with a `voxsim.toml` beside the scenario: its queues are there, and its operators answer."""

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

    def start(configuration: str, *options: str) -> tuple[int, str]:
        (tmp_path / "voxsim.toml").write_text(configuration)
        (tmp_path / "support.py").write_text(SCENARIO)
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
