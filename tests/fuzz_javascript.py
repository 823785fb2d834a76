"""`python tests/fuzz_javascript.py [--seconds 60] [--seed N] [--engine quickjs-ng]`: hostile scenarios, random limits.

Each round is a process of its own: some sessions, each with limits of memory, time and stack drawn by chance and with
one or several hostile bodies, and a calm one after each. A process that dies or hangs is a fault. Prints the figures;
status 1 when there was one.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "languages"))

import hostile

BODIES = [
    body for group in ("TIME", "MEMORY", "DEEP", "THROWS", "CROSSES") for body in getattr(hostile, group).values()
]
PLAYS = list(hostile.PLAYS.values())
SESSIONS = 12
LONGEST = 60


def text(chance):
    """One hostile scenario."""
    body = " ".join(f"try {{ {chance.choice(BODIES)} }} catch (e) {{ if (e) Logger.write(e.name) }}" for _ in range(2))
    if chance.random() < 0.5:
        body = chance.choice(BODIES)
    play = chance.choice(PLAYS) if chance.random() < 0.2 else ""
    kind = "async function" if chance.random() < 0.2 else "function"
    handler = f"{kind} started() {{\n{body}\n}}"
    if chance.random() < 0.1:
        return f"{play};\n({handler})();"
    return f"{play};\nVoxEngine.addEventListener(AppEvents.Started, {handler});"


def limits(chance):
    """What a session may use."""
    from voxsim.vocabulary.limits import Limits

    memory = int(10 ** chance.uniform(5.5, 7.2))
    return Limits(memory_bytes=memory, handler_cpu_seconds=10 ** chance.uniform(-3.5, -1.2))


def sessions(seed):
    """Run the sessions of one round in this process; prints a word for each."""
    from voxsim.languages.javascript import engines
    from voxsim.testing import Vox

    chance = random.Random(seed)
    for number in range(SESSIONS):
        stack = int(10 ** chance.uniform(4.8, 6.6))
        engines.stack_bytes = lambda stack=stack: stack
        file, calm = Path(f"hostile{number}.js"), Path("calm.js")
        file.write_text(text(chance))
        vox = Vox(limits=limits(chance))
        session = vox.start(str(file)).session
        vox.world.switch.after(30, session.end, "Normal termination")
        vox.run()
        failures = session.failures
        kind = "fine" if not failures else "ended" if failures[-1].fatal else "told"
        if any("voxsim itself" in failure.message for failure in failures):
            kind = f"FAULT {failures[-1].message}"
        print(kind)
        engines.stack_bytes = lambda: 1 << 20
        calm.write_text("Logger.write('well'); VoxEngine.terminate()")
        vox = Vox()
        vox.start(str(calm))
        if vox.run().session.log != ["well"]:
            print("FAULT of the next session")


def fuzz(seconds, seed, engine, most=1 << 60):
    """Run rounds for so long; the number of sessions by what came of them, and the rounds that died."""
    outcomes, faults = Counter(), []
    environment = {**os.environ, "VOXSIM_JAVASCRIPT": engine}
    began, round_number = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as place:
        while time.monotonic() - began < seconds and round_number < most:
            one = f"{seed}.{round_number}"
            round_number += 1
            try:
                done = subprocess.run(
                    [sys.executable, str(Path(__file__).resolve()), "--round", one],
                    capture_output=True, text=True, timeout=LONGEST, cwd=place, env=environment, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                faults.append(f"{one}: hangs")
                continue
            outcomes.update(line.partition(" ")[0] for line in done.stdout.splitlines())
            faults += [f"{one}: {line}" for line in done.stdout.splitlines() if line.startswith("FAULT")]
            if done.returncode:
                faults.append(f"{one}: status {done.returncode} {done.stderr[-300:]}")
    return outcomes, faults


def main(arguments=None):
    """Fuzz, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--engine", default="quickjs-ng")
    parser.add_argument("--round", default="")
    options = parser.parse_args(arguments)
    if options.round:
        sessions(options.round)
        return 0
    outcomes, faults = fuzz(options.seconds, options.seed, options.engine)
    print(f"{outcomes.total():,} sessions on {options.engine}")
    for outcome, count in sorted(outcomes.items()):
        print(f"  {outcome:<8} {count:>9,}")
    print(f"faults: {len(faults)}")
    for fault in faults[:10]:
        print(f"  {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
