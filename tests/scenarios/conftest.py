"""Tests of the example scenarios name them from the project's root, wherever pytest is started."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _at_the_project_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
