"""Row: one line of the benchmarks' table, a value beside its yardstick. And how the figures take turns with theirs.

Machines are noisy, and noise only ever adds: of several repetitions the best counts, unless a figure says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs

SCENARIOS: Final = Path(__file__).parent / "scenarios"

Json = dict[str, str | float]


@attrs.frozen
class Row:
    """A value, what it is held against, and what is asked of it.

    Attributes:
        name: the figure.
        value, unit: what was measured.
        yardstick, yardstick_value: what was measured beside it, in the same run and unit.
        asked: what is wanted of the value, or of the ratio where that is said; `-` when nothing is.
    """

    name: str
    value: float
    unit: str
    yardstick: str
    yardstick_value: float
    asked: str

    def as_json(self) -> Json:
        """The row with its ratio; numbers have five digits that count."""
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit,
            "yardstick": self.yardstick,
            "yardstick_value": _rounded(self.yardstick_value),
            "ratio": _rounded(self.value / self.yardstick_value),
            "asked": self.asked,
        }


def in_turns(times: int, *measures: Callable[[], float]) -> list[list[float]]:
    """Call the measures in turns, so that a machine's slow moments meet all of them; the results of each."""
    results: list[list[float]] = [[] for _ in measures]
    for _ in range(times):
        for measure, known in zip(measures, results, strict=True):
            known.append(measure())
    return results


def _rounded(number: float) -> float:
    return float(f"{number:.5g}")
