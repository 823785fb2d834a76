"""Presence is not enough: every documented method and function is used by a test or an example, not only declared."""

import re
from pathlib import Path

import pytest

from voxsim.engine import coverage
from voxsim.engine.connectors.base import Connector
from voxsim.vocabulary import official
from voxsim.vocabulary.declare import manifest
from voxsim.vocabulary.naming import python_name

coverage.load_all()

ROOT = Path(__file__).parents[2]
USES = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("tests", "scenarios")
    for path in (ROOT / folder).rglob("*.py")
    if path.parent != Path(__file__).parent
)
CLIENTS = {name for name, unit in manifest.units.items() if issubclass(unit.python, Connector)}
"""The clients of AI services are tried one and all, member by member, from the list itself: `test_every_connector`."""

METHODS = [
    f"{name}.{method}"
    for name, listed in official.api()["classes"].items()
    if name not in CLIENTS
    for method in listed["methods"]
]
FUNCTIONS = [name for name in official.api()["functions"] if re.sub(r"create(\w+)$", r"\1", name) not in CLIENTS]


@pytest.mark.parametrize("dotted", [*METHODS, *FUNCTIONS])
def test_it_is_used(dotted):
    assert re.search(rf"\b{python_name(dotted.rpartition('.')[2])}\b", USES)
