"""Queues and operators of a project that is served: operators are users, and applications have their own queues."""

from __future__ import annotations

from pathlib import Path

from voxsim.server.building import Project

CONFIGURATION = """
[[application]]
name = "shop"

[[application]]
name = "bank"

[[user]]
name = "operator1"
display_name = "Desk 1"

[[user]]
name = "operator2"
behaviour = "busy"

[[queue]]
name = "support"
max_size = 5

[[queue]]
name = "loans"
application = "bank"

[[operator]]
name = "operator2"
queues = ["support", "loans"]

[[operator]]
name = "operator3"
queues = ["support"]
"""


def test_a_served_project_has_its_queues(tmp_path: Path):
    (tmp_path / "shop.py").write_text("")
    (tmp_path / "voxsim.toml").write_text(CONFIGURATION)
    project = Project.opened(tmp_path, memory=True, tls=False)
    queues = project.world.switch.queues
    assert queues.find("support", None, 1) is queues.find("support", None, 2)
    assert queues.find("loans", None, 1) is None
    loans = queues.find("loans", None, 2)
    assert loans is not None
    assert [agent.name for agent in loans.agents] == ["operator2"]
    second, third = queues.agents["operator2"], queues.agents["operator3"]
    assert second.id == project.account.user(name="operator2").id == 2
    assert third.id == 3
    party = project.world.directory.find("user", "operator2")
    assert party is not None
    assert party.behaviour.reject == 486
