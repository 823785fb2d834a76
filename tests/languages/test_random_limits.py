"""Hostile scenarios under limits drawn by chance, each round in a process of its own: nothing dies, nothing hangs."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz_javascript import fuzz


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 1 << 30))
def test_no_process_dies_or_hangs(seed):
    outcomes, faults = fuzz(seconds=60, seed=seed, engine="quickjs-ng", most=1)
    assert faults == []
    assert outcomes.total() == 12
