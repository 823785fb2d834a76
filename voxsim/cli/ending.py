"""What is said after the picture of a run, if anything: errors with their lines, an unexpected end, unanswered URLs.

It knows what happened, and not where it is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Final

from voxsim.timeline.words import clean

if TYPE_CHECKING:
    from voxsim.cli.values import Request
    from voxsim.parties.world import World
    from voxsim.vocabulary.errors import ScenarioError, VoxsimError

_MOST: Final = 10
_ANSWERING: Final = "[[web]] in a voxsim.toml beside the scenario says what a web service answers."


def ending(world: World, cut_short: VoxsimError | None, unsent: Iterable[Request]) -> Iterator[str]:
    """The lines to say.

    Args:
        world: what was run.
        cut_short: why the run was ended before its sessions were, or None.
        unsent: requests whose moment did not come.
    """
    yield from errors(world.failures)
    if cut_short is not None:
        yield str(cut_short)
    if not world.failures:
        yield from _counted(_unanswered(world))
    yield from _counted(f"Nobody answered: {url}" for url in world.web.unexpected)
    if any(not request.startswith("WebSocket ") for request in world.web.unexpected):
        yield _ANSWERING
    if not world.failures:
        for request in unsent:
            over = world.switch.now / 1e6
            yield f"Not sent: {request.method} at {request.at:g} s. The run was over after {over:g} s."
    if world.failures or cut_short is not None:
        yield f"Seed: {world.seed}"


def _unanswered(world: World) -> Iterator[str]:
    """A call for which the time to answer it ran out, in a scenario without errors: it has most likely forgotten to."""
    for record in world.journal:
        if record.kind == "limit" and record.name == "unanswered_incoming_seconds":
            seconds = world.switch.limits.unanswered_incoming_seconds
            yield f"Nobody answered the caller within {seconds:g} s: did the scenario forget call.answer()?"


def errors(failures: Iterable[ScenarioError]) -> Iterator[str]:
    """The lines that tell of a scenario's errors."""
    return _counted(map(_error, failures))


def _error(error: ScenarioError) -> str:
    """An error with the scenario's own way to it; one frame alone says no more than the error's place."""
    lines = [f"Error: {error}"]
    if len(error.frames) > 1:
        for frame, same in groupby(error.frames):
            again = len(list(same)) > 1
            lines.append(f"    {frame}" + (", again and again" if again else ""))
    return "\n".join(lines)


def _counted(texts: Iterable[str]) -> Iterator[str]:
    """Each text once, with how often it came; the tail of a long list as a number."""
    counted = Counter(texts)
    for text, times in list(counted.items())[:_MOST]:
        first, *rest = (clean(line) for line in text.split("\n"))
        yield "\n".join([first + (f" ({times} times)" if times > 1 else ""), *rest])
    if len(counted) > _MOST:
        yield f"… and {len(counted) - _MOST} more"
