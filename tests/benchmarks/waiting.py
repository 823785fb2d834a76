"""How long somebody waits: for a call's test, for a test that takes the fixture, for the command line to begin.

All in milliseconds on the clock on the wall.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from statistics import median
from typing import Final

import trio
import trio.testing
from rows import SCENARIOS, Row, in_turns

from voxsim.driver.scheduling import deterministic
from voxsim.testing import Vox

_TESTS: Final = 300
_KINDS: Final = {
    "one": "def test_{}(): pass\n",
    "empty": "def test_{}(): pass\n",
    "with_async": "async def test_{}(vox): pass\n",
    "with_sync": "def test_{}(vox): pass\n",
}


def hour_call_ms() -> list[Row]:
    """A test's call with an hour of silence in it, from the fixture's making to its end. The best of many counts."""
    in_turns(3, _hour_call, _hour_sleep)
    call, sleep = (min(known) for known in in_turns(50, _hour_call, _hour_sleep))
    return [Row("hour_call_ms", call, "ms", "trio.run sleeping an hour", sleep, "<= 2")]


def fixture_overhead_ms() -> list[Row]:
    """What a test that takes `vox`, and dials nothing, takes over an empty one: async tests, and then plain ones.

    pytest runs a file of each kind, in turns; what it takes to start falls out of the difference. The best runs count.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        for kind, line in _KINDS.items():
            tests = "".join(line.format(number) for number in range(1 if kind == "one" else _TESTS))
            (folder / f"test_{kind}.py").write_text(tests, encoding="utf-8")
        measures = [partial(_wall, _pytest(kind), folder) for kind in _KINDS]
        in_turns(1, *measures)  # fills the caches of bytecode
        one, empty, with_async, with_sync = (min(known) for known in in_turns(4, *measures))
    empty_ms = (empty - one) / (_TESTS - 1)
    return [
        Row("fixture_overhead_ms", (with_async - empty) / _TESTS, "ms", "an empty test", empty_ms, "<= 2"),
        Row("fixture_overhead_sync_ms", (with_sync - empty) / _TESTS, "ms", "an empty test", empty_ms, "<= 2"),
    ]


def run_startup() -> list[Row]:
    """`voxsim run` of the smallest scenario over importing trio. The medians of pairs count."""
    run = [sys.executable, "-m", "voxsim", "run", str(SCENARIOS / "hello.py")]
    bare = [sys.executable, "-c", "import trio"]
    measures = partial(_wall, run, SCENARIOS), partial(_wall, bare, SCENARIOS)
    in_turns(2, *measures)  # fills the caches of bytecode
    value, yardstick = (median(known) for known in in_turns(11, *measures))
    return [Row("run_startup", value, "ms", 'python -c "import trio"', yardstick, "ratio <= 2")]


# --- an hour ---


def _hour_call() -> float:
    began = time.perf_counter()
    vox = Vox(SCENARIOS)
    with deterministic(vox.seed):  # as the plugin does
        trio.run(_call_with_silence, vox, clock=vox)
    took = time.perf_counter() - began
    if vox.failures or vox.now < 3600:
        raise RuntimeError(f"The call did not take an hour: {vox.now:g} s, {vox.failures}.")
    return took * 1000


async def _call_with_silence(vox: Vox) -> None:
    call = await vox.phone().dial("100", scenario="idle.py")
    await call.answered()
    await vox.advance(3600)
    await call.hang_up()
    await vox.finished()


def _hour_sleep() -> float:
    began = time.perf_counter()
    trio.run(trio.sleep, 3600, clock=trio.testing.MockClock(autojump_threshold=0))
    return (time.perf_counter() - began) * 1000


# --- processes ---


def _pytest(kind: str) -> list[str]:
    """The command for one of the files; it names the plugin when voxsim is not installed."""
    plugin = [] if entry_points(group="pytest11", name="voxsim") else ["-p", "voxsim.testing.plugin"]
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, f"test_{kind}.py"]


def _wall(command: list[str], folder: Path) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n…{(done.stdout + done.stderr)[-2000:]}")
    return took * 1000
