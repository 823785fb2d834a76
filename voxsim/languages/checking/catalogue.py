"""The catalogue: what the platform has, by dotted name, in the way the checker asks for it.

All of it comes from the declarations and the official list: members of namespaces, enumerations and lists, methods with
their arguments and options, which events an object fires, what a call gives, and which module has to be required.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

import attrs

from voxsim.engine.appevents import AppEvents
from voxsim.languages.javascript import vocabulary
from voxsim.vocabulary import constants, legacy, official, shapes
from voxsim.vocabulary.declare import EventNames, EventType, Signature, manifest, payload_fields
from voxsim.vocabulary.naming import python_name

OBJECT: Final = frozenset(
    {
        "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString",
        "valueOf", "__proto__", "prototype", "name", "length", "call", "apply", "bind",
    }
)  # fmt: skip
"""What every object or function of JavaScript has."""

PLAIN: Final = {"str": "string", "int": "number", "float": "number", "bool": "boolean", "None": "undefined"}
"""What the plain types of Python's annotations are called here."""


@attrs.frozen
class Gives:
    """What a call gives: an object of one of these classes, or a plain value; `later` when it has to be awaited."""

    units: frozenset[str] = frozenset()
    plain: str = ""
    later: bool = False


@attrs.frozen(eq=False)
class Callee:
    """A function or method of the platform.

    Attributes:
        name: its dotted name, such as `Call.say`.
        least: how many arguments it cannot do without.
        most: how many it takes; None when there is no telling.
        options_at: which argument is an object of options, or None.
        options: their names as Python spells them; None when any will do.
        keywords: what Python passes by name.
        gives: what it gives, or None when that is not known.
    """

    name: str
    signature: Signature
    least: int
    most: int | None
    options_at: int | None
    options: frozenset[str] | None
    keywords: frozenset[str]
    gives: Gives | None


# --- members ---


def global_names() -> frozenset[str]:
    """The names that the platform puts into a script's global scope."""
    return vocabulary.global_names()


@cache
def today(dotted: str) -> str:
    """What a name is called today; the name itself when it is not an old one."""
    for old in (dotted, *(dotted[: found.start()] for found in re.finditer(r"\.", dotted))):
        if old in legacy.ALIASES and old not in manifest.units:
            return legacy.ALIASES[old] + dotted[len(old) :]
    return dotted


@cache
def members(dotted: str) -> frozenset[str]:
    """The names of all that a namespace, an enumeration or a list has."""
    inside = f"{dotted}."
    found = {name[len(inside) :].partition(".")[0] for name in vocabulary.all_names() if name.startswith(inside)}
    declared = manifest.units.get(dotted)
    if declared is not None:
        found |= {*declared.methods, *vocabulary.properties(declared)}
        if declared.kind == "namespace":
            found |= {name for name, value in inspect.getmembers(declared.python, inspect.isclass) if name[0] != "_"}
    if dotted in manifest.events:
        found |= manifest.events[dotted].members.keys()
    if constants.is_set(dotted):
        found |= constants.constant_set(dotted).members.keys() | legacy.VALUES.get(dotted, {}).keys()
    return frozenset(found)


def is_open(dotted: str) -> bool:
    """Whether no telling is possible of the members: a set that is gone, a class, a shape, a function."""
    declared = manifest.units.get(dotted)
    if declared is not None:
        return declared.kind != "namespace"
    return dotted in legacy.OPEN_SETS or shapes.is_shape(dotted) or not members(dotted)


@cache
def spelt(dotted: str, name: str) -> str | None:
    """The documented name of a member that Python spells its own way; None when there is none of that name."""
    declared = manifest.units.get(dotted)
    if declared is not None:
        for documented, (attribute, _) in declared.methods.items():
            if attribute == name:
                return documented
        if name in declared.methods and not hasattr(declared.python, name):
            return None
    return next((one for one in members(dotted) if name in (one, python_name(one))), None)


@cache
def event_of_value(value: str) -> EventType[Any] | None:
    """The event with a documented value, such as `Call.Connected`, or None."""
    found = (enum.find(value) for enum in manifest.events.values())
    return next((event for event in found if event is not None), None)


def event_type(dotted: str) -> EventType[Any] | None:
    """The event of a dotted name, or None."""
    enum, _, member = today(dotted).rpartition(".")
    found = manifest.events.get(enum)
    return found.members.get(member) if found is not None else None


@cache
def module(dotted: str) -> str | None:
    """The module that has to be required for a name, or None."""
    api = official.api()
    while dotted:
        for part in ("functions", "events", "classes"):
            if dotted in api[part]:
                return str(api[part][dotted]["module"] or "") or _own_module(dotted)
        if (found := _own_module(dotted)) is not None:
            return found
        dotted = dotted.rpartition(".")[0]
    return None


def _own_module(dotted: str) -> str | None:
    declared = manifest.units.get(dotted) or manifest.units.get(dotted.partition(".")[0])
    return declared.module if declared is not None else None


# --- objects ---


@cache
def has(unit: str, name: str, *, python: bool) -> bool:
    """Whether objects of a class have a method or property of this name."""
    declared = manifest.units[unit]
    if python:
        return hasattr(declared.python, name) or name in getattr(declared.python, "__annotations__", {})
    return name in declared.methods or name in _listed(unit) or name in OBJECT


@cache
def holds(unit: str, name: str) -> bool:
    """Whether objects of a class hold something of this name here, although the official list does not say so."""
    return hasattr(manifest.units[unit].python, python_name(name))


@cache
def names(unit: str, *, python: bool) -> tuple[str, ...]:
    """The methods and properties of a class."""
    declared = manifest.units[unit]
    documented = {*declared.methods, *_listed(unit)}
    if not python:
        return tuple(sorted(documented))
    own = (name for name in dir(declared.python) if not name.startswith("_"))
    return tuple(sorted({*map(python_name, documented), *own}))


@cache
def waits(unit: str, name: str) -> bool:
    """Whether a method of a class is Python's own, and does nothing until it is awaited."""
    return inspect.iscoroutinefunction(getattr(manifest.units[unit].python, name, None))


def _listed(unit: str) -> set[str]:
    listed = official.api()["classes"].get(unit, {})
    found = {*listed.get("methods", ()), *listed.get("properties", ())}
    for base in listed.get("extends", ()):
        found |= _listed(base)
    return found


def has_in_python(dotted: str, name: str) -> bool:
    """Whether a namespace has something of this name in Python alone, such as `on`."""
    declared = manifest.units.get(dotted)
    return declared is not None and hasattr(declared.python, name)


@cache
def enumerations(unit: str) -> tuple[Any, ...]:
    """The enumerations of the events that objects of a class fire."""
    if unit == "VoxEngine":
        return (AppEvents,)
    python: Any = manifest.units[unit].python
    first = getattr(python, "EVENTS", None)
    return (first, *getattr(python, "MORE_EVENTS", ())) if first is not None else ()


def fires(unit: str, event: str) -> bool:
    """Whether objects of a class fire the event with this value."""
    return any(enum.find(event) is not None for enum in enumerations(unit))


@cache
def made_with_new(dotted: str) -> bool:
    """Whether scenarios make objects of a class themselves."""
    return vocabulary.makes(manifest.units[dotted])


# --- calls ---


@cache
def function(dotted: str) -> Callee | None:
    """The function of a dotted name: a global one, or a namespace's."""
    if dotted in manifest.functions:
        return _callee(dotted, *manifest.functions[dotted])
    owner, _, name = dotted.rpartition(".")
    declared = manifest.units.get(owner)
    return method(owner, name) if declared is not None and declared.kind == "namespace" else None


@cache
def method(unit: str, name: str) -> Callee | None:
    """The method of a class or namespace by its documented name."""
    declared = manifest.units[unit]
    if name not in declared.methods:
        return None
    attribute, signature = declared.methods[name]
    return _callee(f"{unit}.{name}", getattr(declared.python, attribute), signature)


@cache
def constructor(dotted: str) -> Gives | None:
    """What `new` with a documented class gives."""
    return Gives(frozenset({dotted})) if dotted in manifest.units else None


def _callee(dotted: str, function: Callable[..., Any], signature: Signature) -> Callee:
    inner = inspect.unwrap(function)
    kinds = [one for one in inspect.signature(inner).parameters.values() if one.name != "self"]
    placed = [one for one in kinds if one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    named = frozenset(one.name for one in kinds if one.kind is inspect.Parameter.KEYWORD_ONLY)
    free = any(one.kind is inspect.Parameter.VAR_POSITIONAL for one in kinds) or getattr(function, "__older__", False)
    anything = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in kinds)
    at = signature.options_at
    most = len(signature.parameters) if at is None else max(len(signature.parameters), at + len(signature.positional))
    least = 0 if free else sum(one.default is inspect.Parameter.empty for one in placed)
    options = None
    if at is not None and not anything:
        shape = official.api()["options"].get(f"{dotted}({signature.parameters[at].name})")
        fields = shapes.shape(shape).fields if shape is not None else ()
        options = frozenset(
            (*named, *getattr(function, "__ignored__", ()), *(one.python for one in signature.parameters),
             *map(python_name, fields))
        )  # fmt: skip
    return Callee(
        name=dotted,
        signature=signature,
        least=least,
        most=None if free else max(most, len(placed)),
        options_at=at,
        options=options,
        keywords=named | {one.name for one in placed},
        gives=_gives(inner.__annotations__.get("return"), inner.__globals__),
    )


# --- what annotations say ---


@cache
def _by_python_name() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, declared in manifest.units.items():
        found.setdefault(declared.python.__name__, []).append(name)
    return found


def _unit(name: str, around: dict[str, Any]) -> str | None:
    """The documented class that a name in an annotation means."""
    known = vocabulary.unit_name(around[name]) if isinstance(around.get(name), type) else None
    possible = _by_python_name().get(name, [])
    return known or (possible[0] if len(possible) == 1 else None)


def _gives(annotation: Any, around: dict[str, Any]) -> Gives | None:
    if not isinstance(annotation, str):
        return None
    later = re.fullmatch(r"(?:Future|Awaitable|Coroutine|Promise)\[(.*)\]", annotation)
    parts = [part.strip() for part in (later[1] if later else annotation).split("|")]
    if len(parts) > 1:
        parts = [part for part in parts if part != "None"]
    if len(parts) == 1 and parts[0] in PLAIN:
        return Gives(plain=PLAIN[parts[0]], later=later is not None)
    units = [_unit(part, around) for part in parts]
    if any(unit is None for unit in units):
        return Gives(later=True) if later else None
    return Gives(frozenset(filter(None, units)), later=later is not None)


@cache
def field(event: EventType[Any], name: str, *, python: bool) -> Gives | None:
    """What a field of an event holds, where that is an object of the platform."""
    for spelling, documented in payload_fields(event.payload):
        if name == (spelling if python else documented):
            for base in event.payload.__mro__:
                annotation = inspect.get_annotations(base).get(spelling)
                if annotation is not None:
                    return _gives(annotation, vars(sys.modules[base.__module__]))
    return None


def enumeration_of(units: Iterable[str]) -> str:
    """The enumerations of the events of these classes, in words."""
    found = dict.fromkeys(enum.documented for unit in units for enum in enumerations(unit))
    return " and ".join(found)


def events_of(units: Iterable[str]) -> list[str]:
    """The dotted names of the events of these classes."""
    return [
        f"{enum.documented}.{member}"
        for unit in units
        for enum in enumerations(unit)
        if issubclass(enum, EventNames)
        for member in enum.members
    ]
