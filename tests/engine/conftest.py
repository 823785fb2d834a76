"""What the engine's tests share: scenarios written beside a test, and an engine to be moved by hand."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voxsim.engine.origin import Origin
from voxsim.engine.session import Session
from voxsim.parties.world import World
from voxsim.vocabulary.errors import ScenarioError

_IMPORTS = "from voxsim import *\n"

_INCOMING = """
@VoxEngine.on(AppEvents.CallAlerting)
{kind} alerting(event):
    call = event.call
{body}
"""

_STARTED = """
@VoxEngine.on(AppEvents.Started)
{kind} started(event):
{body}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Callable[[str], str]:
    """`scenario(text)` writes a scenario file and returns its path; all of voxsim's names are imported in it."""
    written: list[Path] = []

    def write(text: str) -> str:
        file = tmp_path / f"scenario{len(written) or ''}.py"
        file.write_text(_IMPORTS + textwrap.dedent(text), encoding="utf-8")
        written.append(file)
        return str(file)

    return write


@pytest.fixture
def incoming(scenario: Callable[[str], str]) -> Callable[[str], str]:
    """`incoming(body)` writes a scenario that does this with `call` when a call comes in."""
    return lambda body: scenario(_handler(_INCOMING, body))


@pytest.fixture
def started(scenario: Callable[[str], str]) -> Callable[[str], str]:
    """`started(body)` writes a scenario that does this when its session starts."""
    return lambda body: scenario(_handler(_STARTED, body))


@pytest.fixture
def names() -> Callable[[Any], list[str]]:
    """`names(session)` are the names of the events that were delivered in a session, in order."""
    return lambda session: [record.name for record in session.events]


def _handler(frame: str, body: str) -> str:
    lines = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    return frame.format(kind="async def" if "await " in lines else "def", body=lines)


class NoProgram:
    """A program without files."""

    names = ()

    def load(self, session: Session, index: int) -> None:
        """There is nothing to load."""

    def explain(self, error: BaseException) -> ScenarioError:
        """The error as it is."""
        return ScenarioError(f"{type(error).__name__}: {error}")

    def release(self, session: Session) -> None:
        """There is nothing to drop."""


class Engine:
    """A platform moved by hand, and one session on it that has no code of its own."""

    def __init__(self) -> None:
        self.world = World()
        self.switch = self.world.switch
        self.session = Session(self.switch, NoProgram(), Origin())

    def start(self) -> Session:
        """Start the session, and let the present instant pass."""
        self.session.begin()
        self.settle()
        return self.session

    def settle(self) -> None:
        """Let the present instant pass."""
        self.switch.run_due()

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass."""
        until = self.switch.now + round(seconds * 1_000_000)
        self.settle()
        while (instant := self.switch.next_instant) is not None and instant <= until:
            self.switch.advance(instant)
            self.settle()
        self.switch.advance(until)


@pytest.fixture
def engine() -> Engine:
    """A platform moved by hand, and one session on it."""
    return Engine()


@pytest.fixture(scope="session")
def new_engine() -> type[Engine]:
    """Makes platforms, for tests that need a new one for every example."""
    return Engine
