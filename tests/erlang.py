"""Queues against theory: simulated load through the whole engine, beside what Erlang's C formula says of it.

`python tests/erlang.py` prints the table; the status is 1 when a figure is off by more than three standard errors.
Callers arrive at random (exponential gaps), and so long are the talks; both come from a seeded source. The standard
error is that of the means of consecutive batches, since waits that follow each other are alike.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from random import Random
from statistics import fmean, stdev
from typing import Final

import attrs

from voxsim.engine.journal import Record
from voxsim.parties.party import Party
from voxsim.parties.world import World

SCENARIO: Final = Path(__file__).with_name("erlang_scenario.py")
TALK: Final = 180.0
"""The mean length of a talk, in seconds."""
CASES: Final = ((1, 0.5), (1, 0.8), (2, 0.7), (3, 0.7), (5, 0.8), (10, 0.85), (20, 0.9))
"""Numbers of operators, and how busy each of them is."""
CALLS: Final = 20_000
BATCHES: Final = 20
WARM_UP: Final = 0.1
TOLERANCE: Final = 3


@attrs.frozen
class Figure:
    """A measured figure, its standard error, and what the formula says."""

    measured: float
    error: float
    formula: float

    @property
    def errors_off(self) -> float:
        """How many standard errors it is off."""
        return (self.measured - self.formula) / self.error if self.error else 0.0


@attrs.frozen
class Result:
    """One row: so many operators, each so busy; how long callers waited, and how many had to."""

    operators: int
    busy: float
    wait: Figure
    waiting: Figure

    @property
    def good(self) -> bool:
        """Whether both figures are as the formula says, within the tolerance."""
        return all(abs(figure.errors_off) <= TOLERANCE for figure in (self.wait, self.waiting))


def erlang_c(operators: int, load: float) -> float:
    """The probability that a caller has to wait; `load` is in erlangs, below the number of operators."""
    last = load**operators / math.factorial(operators) * operators / (operators - load)
    return last / (sum(load**k / math.factorial(k) for k in range(operators)) + last)


class Load:
    """Callers who arrive at random, and operators who talk to them at random length.

    Attributes:
        arrivals, talks: when callers came and how long they talked, in seconds, in the order of both.
        waits: how long they waited.
    """

    def __init__(self, operators: int, busy: float, calls: int, seed: int) -> None:
        self.random = Random(f"{seed} {operators} {busy}")
        self.world = World(seed=seed, until=None, keep_sessions=False, loose_records=0)
        self.rule = self.world.rule(SCENARIO)
        self.caller = Party(kind="pstn", address="+15550001")
        self.gap = TALK / (operators * busy)
        self.left = calls
        self.arrivals: list[float] = []
        self.talks: list[float] = []
        self.waits: list[float] = []
        for number in range(operators):
            self.world.add_operator(f"operator{number + 1}", ("support",), answer=0, talk=self.talk)
        self.world.switch.subscribe(self.look)

    def talk(self) -> float:
        """The length of the next talk."""
        self.talks.append(self.random.expovariate(1 / TALK))
        return self.talks[-1]

    def look(self, record: Record) -> None:
        """An operator came: how long has the caller waited?"""
        if record.kind == "queue" and record.name == "served":
            self.waits.append(record.data["waitedMs"] / 1000)

    def arrive(self) -> None:
        """A caller arrives, and the next one is on the way."""
        self.arrivals.append(self.world.switch.now / 1e6)
        self.world.call_in(self.caller, "100", self.rule)
        self.left -= 1
        if self.left:
            self.world.switch.after(self.random.expovariate(1 / self.gap), self.arrive)

    def run(self) -> list[float]:
        """The seconds that each caller waited, in the order of the operators' answers."""
        calls, switch = self.left, self.world.switch
        switch.post(self.arrive)
        while (instant := switch.next_instant) is not None:
            switch.run_due(horizon=instant)
        if self.world.failures or len(self.waits) != calls:
            raise RuntimeError(f"{len(self.waits)} of {calls} calls were served. {self.world.failures[:1]}")
        return self.waits


def measure(operators: int, busy: float, calls: int = CALLS, seed: int = 1) -> Result:
    """Simulate one load, and hold it against the formula."""
    waits = Load(operators, busy, calls, seed).run()
    waits = waits[round(calls * WARM_UP) :]
    load = operators * busy
    waiting = erlang_c(operators, load)
    return Result(
        operators,
        busy,
        _figure(waits, waiting * TALK / (operators - load)),
        _figure([float(wait > 0) for wait in waits], waiting),
    )


def _figure(values: list[float], formula: float) -> Figure:
    size = len(values) // BATCHES
    means = [fmean(values[start : start + size]) for start in range(0, size * BATCHES, size)]
    return Figure(fmean(means), stdev(means) / math.sqrt(BATCHES), formula)


HEAD: Final = (
    "operators  busy    wait s  formula    error  ± std      waiting  formula    error  ± std\n"
    "---------  ----  --------  -------  -------  -----      -------  -------  -------  -----"
)


def line(row: Result) -> str:
    """One row of the table."""
    wait, waiting = row.wait, row.waiting
    return (
        f"{row.operators:9}  {row.busy:4.2f}  {wait.measured:8.2f}  {wait.formula:7.2f}  "
        f"{wait.measured - wait.formula:+7.2f}  {wait.error:5.2f}      "
        f"{waiting.measured:7.4f}  {waiting.formula:7.4f}  "
        f"{waiting.measured - waiting.formula:+7.4f}  {waiting.error:.4f}{'' if row.good else '   OFF'}"
    )


def main() -> int:
    """Print the table; 1 when a figure is off."""
    parser = argparse.ArgumentParser(description="Queues against Erlang's C formula.")
    parser.add_argument("--calls", type=int, default=CALLS, help="how many calls each load has")
    parser.add_argument("--seed", type=int, default=1, help="what chance comes from")
    options = parser.parse_args()
    print(f"{options.calls} calls for each load, talks of {TALK:g} s on average, seed {options.seed}\n")
    print(HEAD)
    good = True
    for operators, busy in CASES:
        row = measure(operators, busy, options.calls, options.seed)
        print(line(row), flush=True)
        good = good and row.good
    print(f"\nAll within {TOLERANCE} standard errors." if good else f"\nOff by more than {TOLERANCE} standard errors.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
