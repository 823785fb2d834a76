"""Wishes: what a scenario asks a queue for, read from the arguments of ACD requests and the settings of tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Final, TypeGuard

import attrs

from voxsim.engine.ports import Headers
from voxsim.engine.queues import DEFAULT_PRIORITY, Demand
from voxsim.vocabulary.constants import constant_set
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import python_name

_LONGEST: Final = 1e9
"""The most seconds that can be waited for: more than anybody will, and few enough to be counted."""


@attrs.frozen(kw_only=True)
class Wish:
    """What the holder of a ticket asks for.

    Attributes:
        queue_name, queue_id: the queue; the id wins.
        demand: what the agent has to be.
        priority: from 1, which comes first, to 100.
        timeout: seconds that it will wait, or None.
        operator_seconds: how long it waits for the operator that it demands, None for as long as it may.
        strict: nobody but that operator will do.
        otherwise: what the agent has to be when the demanded operator does not come.
        stays: it waits on although all agents of the queue leave, but does not begin to while none is there.
        callerid, display_name, headers: what the agent's call carries.
    """

    queue_name: str = ""
    queue_id: int | None = None
    demand: Demand = attrs.field(factory=Demand)
    otherwise: Demand = attrs.field(factory=Demand)
    priority: int = DEFAULT_PRIORITY
    timeout: float | None = None
    operator_seconds: float | None = None
    strict: bool = False
    stays: bool = False
    callerid: str = ""
    display_name: str = ""
    headers: Mapping[str, Any] | None = None


def wish_of(settings: Mapping[str, Any]) -> Wish:
    """What the settings of a task, under their documented names, ask for.

    Raises:
        BadArgument: one of them cannot be read; the message says which.
    """
    name, number = _queue(settings.get("queue"))
    demand = Demand(_skills(settings.get("skills")))
    operator, strict, patience = _operator(settings.get("operatorSettings"))
    call = settings.get("call")
    return Wish(
        queue_name=name,
        queue_id=number,
        demand=demand if operator is None else Demand(operator=operator),
        otherwise=demand,
        priority=priority_of("enqueueTask", settings["priority"]),
        timeout=timeout_seconds("enqueueTask", settings.get("timeout")),
        operator_seconds=patience,
        strict=strict,
        callerid=call.callerid() if call is not None else "",
        display_name=call.display_name() if call is not None else "",
        headers=settings.get("extraHeaders"),
    )


def _fields(what: str, given: object) -> dict[str, Any]:
    """An inner object of options, by PEP 8 names."""
    if not isinstance(given, Mapping):
        raise BadArgument(f"enqueueTask: {what}, got {given!r}.")
    return {python_name(str(key)): value for key, value in given.items()}


def _queue(given: object) -> tuple[str, int | None]:
    fields = _fields("`queue` is an object with `name` or `id`", given)
    name, number = fields.get("name"), fields.get("id")
    if number is None and not name:
        raise BadArgument(f"enqueueTask: `queue` is an object with `name` or `id`, got {given!r}.")
    if number is not None and not _is_number(number):
        raise BadArgument(f"enqueueTask: the `id` of a queue is a number, got {number!r}.")
    return str(name or ""), None if number is None else int(number)


def _skills(given: object) -> tuple[tuple[str, frozenset[int]], ...]:
    if given is None:
        return ()
    if isinstance(given, str | Mapping) or not isinstance(given, Sequence):
        raise BadArgument(f"enqueueTask: `skills` is a list of objects with `name` and `level`, got {given!r}.")
    found: dict[str, frozenset[int]] = {}
    for one in given:
        fields = _fields("a skill is an object with `name` and `level`", one)
        if not fields.get("name"):
            raise BadArgument(f"enqueueTask: a skill is an object with `name` and `level`, got {one!r}.")
        found[str(fields["name"])] = _levels(fields.get("level", 1))
    return tuple(sorted(found.items()))


def _levels(given: object) -> frozenset[int]:
    """The levels that will do: those of a list, or all from a number on."""
    listed: list[Any] = list(given) if isinstance(given, list | tuple) else [given]
    if not listed or any(isinstance(one, bool) or one not in (1, 2, 3, 4, 5) for one in listed):
        raise BadArgument(f"enqueueTask: the level of a skill is a number from 1 to 5, got {given!r}.")
    return frozenset(listed) if isinstance(given, list | tuple) else frozenset(range(int(listed[0]), 6))


def _operator(given: object) -> tuple[int | None, bool, float | None]:
    """The operator that is asked for, whether it has to be that one, and for how many seconds to wait for it."""
    if given is None:
        return None, False, None
    fields = _fields("`operatorSettings` is an object with `operatorId`", given)
    number, mode = fields.get("operator_id"), fields.get("mode", "STRICT")
    if not _is_number(number):
        raise BadArgument(f"enqueueTask: `operatorId` is a number, got {number!r}.")
    if mode not in constant_set("SmartQueueOperatorSettingsMode"):
        raise BadArgument(f"enqueueTask: the `mode` of operatorSettings is STRICT or SMART, got {mode!r}.")
    return int(number), mode == "STRICT", timeout_seconds("enqueueTask", fields.get("timeout"))


def _is_number(given: object) -> TypeGuard[int | float]:
    """Whether it can be the number of a queue or an operator."""
    return type(given) is int or (type(given) is float and isfinite(given))


def headers_of(name: str, given: object) -> Headers | None:
    """The headers that a scenario gave, or None: as texts of its own, for the agent is called later.

    Raises:
        BadArgument: they are no mapping.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise BadArgument(f"{name}: headers are given as a mapping of names to values, got {type(given).__name__}.")
    return {str(header): str(value) for header, value in given.items() if value is not None}


def timeout_seconds(name: str, given: object) -> float | None:
    """A number of seconds that a scenario gave, or None when it gave none.

    Raises:
        BadArgument: it is no number of seconds, or an endless one.
    """
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= _LONGEST:
        raise BadArgument(f"{name}: a number of seconds above 0, up to {_LONGEST:g}, is needed, got {given!r}.")
    return float(given)


def priority_of(name: str, given: object) -> int:
    """A priority that a scenario gave.

    Raises:
        BadArgument: it is no number from 1 to 100.
    """
    if isinstance(given, bool) or not isinstance(given, int | float) or not 1 <= given <= 100:
        raise BadArgument(f"{name}: the priority is a number from 1 (served first) to 100, got {given!r}.")
    return int(given)
