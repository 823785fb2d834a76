"""What a JavaScript session costs beside the same session in Python, and beside one of Node's own contexts.

Node's figures, where `node` is there, are those of its `vm` module with an API of plain stand-ins: what a context costs
at least, without a platform behind it. Where there is no Node, the Python twin is the only yardstick.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Final

from memory import event_us, live, resident
from rows import SCENARIOS, Row, in_turns
from throughput import whole_sessions

from voxsim.engine.current import running
from voxsim.languages import load_program

_FEW: Final = 10
_LIVE: Final = 1000
_CONTEXTS: Final = 200
_TIMES: Final = 5
_ENDED: Final = 10_000
_KIB: Final = 1024
_NODE: Final = Path(__file__).with_name("node_contexts.js")


def js_context_ms() -> list[Row]:
    """Milliseconds of CPU for a session's context, prelude and scenario in it, and for its end."""
    contexts = partial(_context_ms, "whole_plain.js")
    in_turns(1, contexts)  # warm up
    took = min(in_turns(_TIMES, contexts)[0])
    return [Row("js_context_ms", took, "ms", "a vm context of Node", _node()["contextMs"], "<= 0.8")]


def js_context_kb() -> list[Row]:
    """Resident KiB of a context at a thousand live sessions: what they take more than their Python twins."""
    kept = [live(100, "idle.js"), live(100, "idle.py")]  # what is made once is no session's
    before = resident()
    kept.append(live(_LIVE, "idle.py"))
    between = resident()
    kept.append(live(_LIVE, "idle.js"))
    after = resident()
    javascript, python = (after - between) / _LIVE / _KIB, (between - before) / _LIVE / _KIB
    return [
        Row("js_context_kb", javascript - python, "KiB", "a vm context of Node", _node()["contextKb"], "<= 300"),
        Row("js_live_1000_mb", after / _KIB**2, "MiB", "1,000 Python sessions", before / _KIB**2, "<= 400"),
    ]


def js_event_us() -> list[Row]:
    """Microseconds of an event to a JavaScript handler and its command back, above what the Python twin takes.

    Once with all events in a few sessions, and once with one each in a thousand, whose contexts the processor's caches
    do not hold.
    """
    rows = []
    for name, sessions, asked in (("js_event_us", _FEW, "<= 10"), ("js_event_us_at_1000", _LIVE, "-")):
        python, javascript = live(sessions, "commands.py"), live(sessions, "commands.js")
        measures = partial(event_us, *python, [0]), partial(event_us, *javascript, [0])
        in_turns(1, *measures)  # warm up
        of_python, of_javascript = (min(known) for known in in_turns(9, *measures))
        rows.append(Row(name, of_javascript - of_python, "us", "the event in Python", of_python, asked))
    rows.append(Row("js_event_us_at_1000", rows[-1].value, "us", "an event in Node's vm", _node()["eventUs"], "-"))
    return rows


def sessions_js() -> list[Row]:
    """Whole JavaScript sessions of twelve events per second of CPU time."""
    measures = partial(whole_sessions, "whole_plain.js"), partial(whole_sessions, "whole_plain.py")
    in_turns(1, *measures)  # warm up
    javascript, python = (max(known) for known in in_turns(_TIMES, *measures))
    return [
        Row("sessions_js", javascript, "sessions/s", "sessions_sync", python, ">= 500"),
        Row("sessions_js", javascript, "sessions/s", "contexts of Node's vm", _node()["rate"], "-"),
    ]


def js_leak() -> list[Row]:
    """Resident KiB that the second half of ten thousand ended contexts has added, all of them together."""
    half = partial(_context_ms, "whole_plain.js", _ENDED // 2)
    half()
    before = resident()
    half()
    grown = (resident() - before) / _KIB
    return [Row("js_leak", grown, "KiB", "all at the half", before / _KIB, "ratio <= 0.01")]


def _context_ms(scenario: str, number: int = _CONTEXTS) -> float:
    program = load_program([str(SCENARIOS / scenario)])
    _, lines = live(1, "idle.py")
    session = lines[0].session
    if session is None:
        raise RuntimeError("The call is in no session.")
    kept = session.script_state
    token = running.set(session)
    gc.collect()
    began = time.process_time()
    for _ in range(number):
        program.load(session, 0)
        program.release(session)
    took = time.process_time() - began
    running.reset(token)
    session.script_state = kept
    return took / number * 1e3


@cache
def _node() -> Mapping[str, float]:
    """Node's figures; all NaN where there is no Node."""
    node = shutil.which("node")
    if node is None:
        return dict.fromkeys(("contextMs", "contextKb", "eventUs", "rate"), float("nan"))
    command = [node, "--expose-gc", str(_NODE), str(SCENARIOS / "whole_plain.js")]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=dict(os.environ))
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
