"""Later: something that is made when it is first needed.

What few sessions use (queues, agents, records) is imported and built only then: a run begins as fast as without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class _Later:
    """Stands for the thing, and becomes it when something of it is asked for."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.__dict__["_make"] = make

    def __getattr__(self, name: str) -> Any:
        make = self.__dict__.pop("_make", None)
        if make is not None:
            self.__dict__["_made"] = make()
        return getattr(self.__dict__["_made"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        self.__getattr__("__class__")
        setattr(self.__dict__["_made"], name, value)


def later(make: Callable[[], T]) -> T:
    """The thing that `make` makes, as soon as something of it is asked for."""
    return cast("T", _Later(make))
