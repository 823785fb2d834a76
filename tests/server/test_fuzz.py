"""A little of what `python tests/fuzz.py` does for longer."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from fuzz import fuzz


def test_no_bytes_hang_or_harm_a_server():
    outcomes, told = fuzz(seconds=60, seed=1, most=400)
    assert outcomes.total() == 400
    assert outcomes["HANGS"] == 0
    assert {"200", "400", "101"} <= set(outcomes)
    assert "rror" not in told
