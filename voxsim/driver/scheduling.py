"""Order among plain trio sleeps: trio shuffles tasks that wake at the same instant; here they wake in a fixed order.

trio has a switch for this that is not public, so it is touched in this one place, and only if it is there. The order
among voxsim's own awaits does not depend on it: that comes from the engine's queue.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import trio


@contextlib.contextmanager
def deterministic(seed: int) -> Iterator[bool]:
    """Make trio's order repeatable inside the block; yields whether this trio has the switch."""
    run = getattr(getattr(trio, "_core", None), "_run", None)
    chance = getattr(run, "_r", None)
    if run is None or chance is None or not hasattr(run, "_ALLOW_DETERMINISTIC_SCHEDULING"):
        yield False
        return
    before, state = run._ALLOW_DETERMINISTIC_SCHEDULING, chance.getstate()
    run._ALLOW_DETERMINISTIC_SCHEDULING = True
    chance.seed(seed)
    try:
        yield True
    finally:
        run._ALLOW_DETERMINISTIC_SCHEDULING = before
        chance.setstate(state)
