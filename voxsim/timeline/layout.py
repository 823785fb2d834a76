"""Layout: how wide the gaps between the lifelines must be. Text widths are in whatever unit the caller measures.

Shared by the drawings that place columns themselves. It knows the picture, not the medium.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from voxsim.timeline.canvas import Picture, Shape

Measure = Callable[[str], int]


@attrs.frozen
class Room:
    """What a drawing asks for.

    Attributes:
        head: the width of a participant's box, by its label.
        arrow, note: the width of a label with all that stands around it, when it is in one line.
        least: the narrowest gap.
        most: the widest gap that a label may ask for; longer ones are wrapped.
    """

    head: Measure
    arrow: Measure
    note: Measure
    least: int
    most: int


def gaps(picture: Picture, room: Room) -> tuple[list[int], list[int]]:
    """For each column the room it needs to its right: at least, and so that labels stand in one line."""
    heads = [room.head(participant.label) for participant in picture.participants]
    pairs = zip(heads, [*heads[1:], 0], strict=True)
    least = [max(room.least, (one + other) // 2 + 1) for one, other in pairs]
    if least:
        least[-1] = heads[-1] // 2 + 1
    wanted = list(least)
    for step in picture.steps:
        width = max(map(room.note if step.shape is Shape.NOTE else room.arrow, step.label.split("\n")))
        first, last = sorted((step.source, step.target))
        if last - first <= 1:  # a longer arrow has room in several gaps
            wanted[first] = max(wanted[first], min(width, room.most))
    return least, wanted


def fit(least: Sequence[int], wanted: Sequence[int], total: int) -> list[int] | None:
    """The gaps that share the total best: the widest give way first. None when there is no room for the least."""
    if sum(least) > total:
        return None
    widths = list(wanted)
    excess = sum(widths) - total
    while excess > 0:
        widest = max(range(len(widths)), key=lambda index: (widths[index] > least[index], widths[index]))
        widths[widest] -= 1
        excess -= 1
    return widths
