"""Each test of an example runs with both of its twins, in Python and in JavaScript; their timelines have to agree.

Tests name the scenarios from the project's root, wherever pytest is started.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

TWINS = {"python": ".py", "javascript": ".js"}
_UNLIKE = frozenset({("timer", "fired"), ("session", "loading"), ("session", "handler ended")})
"""What only one of the two languages has: its own timers, its own files, and coroutines that are given up."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of an example once for each of its twins."""
    if _examples(metafunc.module):
        metafunc.parametrize("twin", TWINS, indirect=True)


def _examples(module: Any) -> dict[str, str]:
    """The constants of a test file that name an example."""
    names = {name: value for name, value in vars(module).items() if isinstance(value, str)}
    return {name: value for name, value in names.items() if re.fullmatch(r"scenarios/\w+\.(py|js)", value)}


@pytest.fixture(autouse=True)
def twin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Which of the twins runs: the constants of the test file name it."""
    monkeypatch.chdir(Path(__file__).parents[2])
    language: str = getattr(request, "param", "python")
    for name, value in _examples(request.module).items():
        monkeypatch.setattr(request.module, name, value[:-3] + TWINS[language])
    return language


def told(sessions: Any) -> list[str]:
    """What sessions tell, without what names a file or its functions, and with ids in the order of their coming."""
    ids: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return ids.setdefault(found[0], f"id{len(ids)}")

    lines = []
    for session in sessions:
        for record in session.timeline:
            if (record.kind, record.name) in _UNLIKE:
                continue
            facts = _spaced(record.facts())
            line = json.dumps([record.t, record.kind, record.name, record.unit, facts], sort_keys=True)
            line = re.sub(r'"<[\w.<>]+>"', '"<a function>"', line).replace(".js", ".py")
            lines.append(re.sub(r"[0-9a-f]{16,}|\b[A-Z0-9]{10,}\b", number, line))
    return lines


def _spaced(value: Any) -> Any:
    """Facts with texts of JSON as what they mean, however they are spaced."""
    if isinstance(value, dict):
        return {key: _spaced(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_spaced(one) for one in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


@pytest.fixture
def alike() -> Callable[[Any, Any], None]:
    """Compare what the sessions of two runs tell."""
    return lambda first, second: expect_alike(told(first), told(second))


_timelines: dict[str, list[str]] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Compare the timelines of a test's two runs: whichever comes second is compared with the first."""
    result = yield
    callspec = getattr(item, "callspec", None)
    vox = getattr(item, "funcargs", {}).get("vox")
    if callspec is None or "twin" not in callspec.params or vox is None:
        return result
    both = item.nodeid.replace(callspec.params["twin"], "both")
    timeline = told(vox.sessions)
    expect_alike(_timelines.setdefault(both, timeline), timeline)
    return result


def expect_alike(first: list[str], second: list[str]) -> None:
    """Fail where two timelines part, with the lines around."""
    __tracebackhide__ = True
    if first == second:
        return
    parted = next((i for i, both in enumerate(zip(first, second, strict=False)) if both[0] != both[1]), None)
    at = min(len(first), len(second)) if parted is None else parted
    lines = ["", *first[max(0, at - 2) : at], "the one:", *first[at : at + 3], "the other:", *second[at : at + 3]]
    pytest.fail("\n".join(line[:300] for line in lines))
