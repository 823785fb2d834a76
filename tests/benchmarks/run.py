"""The benchmarks: `python tests/benchmarks/run.py [NAME…] [--json]` prints a row for each figure beside its yardstick.

Every figure runs in a process of its own, so that memory and garbage of one do not touch another. Value and yardstick
are measured in turns in the same run, so their ratio means something on any machine.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from rows import Json

FIGURES: Final = {
    "sessions_sync": "throughput",
    "sessions_async": "throughput",
    "idle_session_bytes": "memory",
    "live_growth": "memory",
    "hour_call_ms": "waiting",
    "fixture_overhead_ms": "waiting",
    "run_startup": "waiting",
    "managing_requests": "serving",
    "websocket_echo": "serving",
    "start_scenarios": "serving",
    "serve_startup": "serving",
    "sessions_with_feeds": "feeds",
    "sessions_with_one_feed": "feeds",
    "live_websocket_kib": "serving",
    "sdk_clients": "telephony",
    "sdk_calls": "telephony",
    "js_context_ms": "javascript",
    "js_context_kb": "javascript",
    "js_event_us": "javascript",
    "sessions_js": "javascript",
    "js_leak": "javascript",
}
"""Each figure and the module whose function of this name measures it."""

_COLUMNS: Final = {
    "name": "<24",
    "value": ">10",
    "unit": "<10",
    "yardstick": "<26",
    "yardstick_value": ">15",
    "ratio": ">10",
    "asked": "<12",
}
_ROOT: Final = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit status: 1 when a figure could not be measured, 2 for an unknown name."""
    parser = argparse.ArgumentParser(description="Measure voxsim beside yardsticks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(FIGURES)}; all by default")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in FIGURES:
            parser.error(f"there is no figure {name!r}; there are {', '.join(FIGURES)}")
    if options.inside:
        _measure(options.names)
    return _print_all(dict.fromkeys(options.names) or FIGURES, as_json=options.json)


def _measure(names: Iterable[str]) -> NoReturn:
    """Inside a figure's own process: measure it, print its rows as JSON, and leave."""
    for name in names:
        for row in getattr(importlib.import_module(FIGURES[name]), name)():
            print(json.dumps(row.as_json()))
    sys.stdout.flush()
    os._exit(0)  # taking a hundred thousand sessions apart, object by object, would take seconds


def _print_all(names: Iterable[str], *, as_json: bool) -> int:
    failed = 0
    if not as_json:
        print(_line({column: column for column in _COLUMNS}))
    with tempfile.TemporaryDirectory() as cache:
        environment = _environment(cache)
        for name in names:
            command = [sys.executable, str(Path(__file__).resolve()), "--inside", name]
            done = subprocess.run(
                command, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False
            )
            if done.returncode != 0:
                print(f"{name} could not be measured.", file=sys.stderr)
                failed = 1
            for row in done.stdout.splitlines():
                print(row if as_json else _line(json.loads(row)), flush=True)
    return failed


def _environment(cache: str) -> dict[str, str]:
    """This checkout first on the path, bytecode cached as for any user but not in the checkout, nobody's options."""
    environment = dict(os.environ)
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        environment.pop(name, None)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_ROOT), environment.get("PYTHONPATH"))))
    environment["PYTHONPYCACHEPREFIX"] = cache
    return environment


def _line(row: Json) -> str:
    return "  ".join(format(_cell(row[column]), how) for column, how in _COLUMNS.items()).rstrip()


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


if __name__ == "__main__":
    sys.exit(main())
