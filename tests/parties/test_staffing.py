"""Queues and operators of a configuration: what is read, what is refused and where, and who serves whom then."""

from __future__ import annotations

from pathlib import Path

import pytest

from voxsim.parties.configuration import load_configuration
from voxsim.parties.entries import OperatorEntry, QueueEntry
from voxsim.parties.staffing import set_up
from voxsim.parties.world import World
from voxsim.vocabulary.errors import ConfigurationError

WHOLE = """
[[queue]]
name = "support"
max_size = 20
max_waiting = 300
hold = true
agent_selection = "LEAST_QUALIFIED"
task_selection = "MAX_WAITING_TIME"

[[queue]]
name = "sales"
application = "shop"

[[user]]
name = "operator2"
behaviour = "busy"

[[operator]]
name = "operator1"
queues = ["support", "sales"]
skills = { french = 3, loans = 5 }
answer = 2
talk = 60
after_call = 10
ban = 600
status = "DND"
display_name = "Desk 1"

[[operator]]
name = "operator2"
queues = ["sales"]

[[application]]
name = "shop"

[[application.rule]]
scenarios = ["shop.py"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text("")
    return tmp_path / "voxsim.toml"


def test_queues_and_operators_are_read(file: Path):
    file.write_text(WHOLE)
    configuration = load_configuration(file)
    support, sales = configuration.queues
    assert support == QueueEntry(
        name="support",
        max_size=20,
        max_waiting=300,
        hold=True,
        agent_selection="LEAST_QUALIFIED",
        task_selection="MAX_WAITING_TIME",
    )
    assert sales == QueueEntry(name="sales", application="shop")
    first, second = configuration.operators
    assert first.party is not None
    assert first.party.behaviour.answer == 2
    assert (first.skills, first.talk, first.after_call, first.ban) == ({"french": 3, "loans": 5}, 60, 10, 600)
    assert second == OperatorEntry(name="operator2", queues=("sales",))


def test_they_are_set_up_in_a_world(file: Path):
    file.write_text(WHOLE)
    configuration = load_configuration(file)
    world = World()
    users = {user.name: (number, user.party) for number, user in enumerate(configuration.users, 1)}
    set_up(world, configuration.queues, configuration.operators, application={"shop": 7}.get, users=users)
    support, sales = world.switch.queues
    assert (support.application, sales.application) == (None, 7)
    assert [agent.name for agent in sales.agents] == ["operator1", "operator2"]
    assert [agent.name for agent in support.agents] == ["operator1"]
    first, second = world.switch.queues.agents.values()
    assert (first.status, first.display_name, first.ban_seconds) == ("DND", "Desk 1", 600)
    assert (second.status, second.id) == ("READY", 1)
    party = world.directory.find("user", "operator2")
    assert party is not None
    assert party.behaviour.reject == 486


def test_the_only_queue_needs_not_be_named(file: Path):
    file.write_text('[[queue]]\nname = "support"\n[[operator]]\nname = "operator1"\n')
    (operator,) = load_configuration(file).operators
    assert operator.queues == ("support",)


QUEUE = '[[queue]]\nname = "support"\n'
OPERATOR = QUEUE + '[[operator]]\nname = "operator1"\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[[queue]]\nname = ""', 2, "'name' is empty"),
        ("[[queue]]\nmax_size = 1", 1, "needs the key 'name'"),
        (QUEUE + "max_size = -1", 3, "cannot be negative"),
        (QUEUE + "max_wait = 3", 3, "Did you mean 'max_waiting'"),
        (QUEUE + 'agent_selection = "BEST"', 3, "is one of MOST_QUALIFIED"),
        (QUEUE + 'application = "shopp"', 3, "Did you mean 'shop'"),
        (QUEUE + QUEUE, 4, "a second [[queue]]"),
        ('[[operator]]\nname = "operator1"', 1, "Say which queues"),
        (OPERATOR + 'queues = ["suport"]', 5, "Did you mean 'support'"),
        (OPERATOR + "skills = { french = 6 }", 5, "from 1 to 5"),
        (OPERATOR + 'skills = { french = "good" }', 5, "a whole number"),
        (OPERATOR + 'status = "DIALING"', 5, "is one of AFTER_SERVICE"),
        (OPERATOR + "ban = 0", 5, "'ban' cannot be 0"),
        (OPERATOR + "talk = -1", 5, "cannot be negative"),
        (OPERATOR + "anser = 3", 5, "Did you mean 'answer'"),
        (OPERATOR + 'answer = "soon"', 5, "takes seconds"),
    ],
)
def test_mistakes_are_told_with_their_line(file: Path, text: str, line: int, words: str):
    rest = '\n[[application]]\nname = "shop"\n[[application.rule]]\nscenarios = ["shop.py"]\n'
    file.write_text(text + rest)
    with pytest.raises(ConfigurationError) as told:
        load_configuration(file)
    assert words in str(told.value)
    assert f"voxsim.toml:{line}:" in str(told.value)
