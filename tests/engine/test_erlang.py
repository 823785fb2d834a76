"""A little of what `python tests/erlang.py` does for longer: queues wait as Erlang's C formula says."""

import sys
from heapq import heappop, heappush
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
import erlang


@pytest.mark.parametrize(
    ("operators", "load", "probability"),
    [(1, 0.5, 0.5), (1, 0.8, 0.8), (2, 1.0, 1 / 3), (10, 8.0, 0.409), (3, 2.0, 0.4444)],
)
def test_the_formula_gives_the_published_figures(operators: int, load: float, probability: float):
    assert erlang.erlang_c(operators, load) == pytest.approx(probability, abs=0.0005)


@pytest.mark.parametrize(("operators", "busy"), [(1, 0.5), (2, 0.5), (3, 0.6)])
def test_simulated_load_waits_as_the_formula_says(operators: int, busy: float):
    row = erlang.measure(operators, busy, calls=2500, seed=1)
    assert row.wait.error < 0.35 * row.wait.formula
    assert abs(row.wait.errors_off) < erlang.TOLERANCE, erlang.line(row)
    assert abs(row.waiting.errors_off) < erlang.TOLERANCE, erlang.line(row)


@pytest.mark.parametrize(("operators", "busy"), [(1, 0.9), (4, 0.9)])
def test_each_caller_waits_exactly_as_long_as_arithmetic_says(operators: int, busy: float):
    load = erlang.Load(operators, busy, 400, seed=1)
    free = [0.0] * operators
    waits = []
    for wait, arrival, talk in zip(load.run(), load.arrivals, load.talks, strict=True):
        begins = max(arrival, heappop(free))
        heappush(free, begins + talk)
        waits.append((wait, begins - arrival))
    assert sum(wait > 0 for wait, _ in waits) > 200
    assert all(wait == pytest.approx(computed, abs=0.002) for wait, computed in waits)


def test_the_same_seed_gives_the_same_waits():
    assert erlang.Load(2, 0.7, 200, seed=5).run() == erlang.Load(2, 0.7, 200, seed=5).run()
