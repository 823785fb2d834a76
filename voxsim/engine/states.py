"""Moving from state to state by a table: what is not in the table is a mistake of the engine, and never passes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from voxsim.vocabulary.errors import VoxsimError

S = TypeVar("S", bound=Enum)


def moved(table: Mapping[S, frozenset[S]], old: S, new: S, what: str) -> S:
    """The new state, when the table lets it follow the old one.

    Raises:
        VoxsimError: it does not.
    """
    if new not in table[old]:
        raise VoxsimError(f"{what} cannot go from {old.value} to {new.value}.")
    return new
