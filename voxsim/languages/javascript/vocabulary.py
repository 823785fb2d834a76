"""The one vocabulary as JavaScript sees it: each documented name described as data, from the manifest and the lists.

The prelude asks for a name when a scenario first uses it, and builds from the description. Nothing here names a class
or a method of the platform: what is declared in Python is there in JavaScript.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Any, Final

from voxsim.engine.coverage import load_all
from voxsim.engine.namespaces.base import Namespace
from voxsim.vocabulary import constants, legacy, official, shapes
from voxsim.vocabulary.declare import Signature, UnitDeclaration, manifest
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import documented_name, python_name

LANGUAGE: Final = frozenset({"Date", "Intl", "console"})
"""Names of the language itself that the prelude makes."""

_MOST_VALUES: Final = 100
"""A longer set of constants is not described whole: its members are asked for one by one."""

_ASKED_BY_THE_LANGUAGE: Final = frozenset({"then", "toJSON"})
"""What the language asks any object for: not a member of a set that takes any name."""

_MISSING: Final = re.compile(r"missing \d+ required positional argument")
"""How Python tells of arguments that were not given."""

Method = Callable[..., Any]


@cache
def all_names() -> frozenset[str]:
    """Every dotted name that can be described."""
    load_all()
    return frozenset(
        (
            *manifest.functions,
            *manifest.events,
            *manifest.units,
            *official.constants(),
            *official.api()["classes"],
            *official.api()["shapes"],
            *legacy.OPEN_SETS,
            *legacy.ALIASES,
        )
    )


@cache
def global_names() -> frozenset[str]:
    """The names of the global scope."""
    return frozenset(name.partition(".")[0] for name in all_names()) | LANGUAGE


def description(dotted: str, words: Collection[str] | None) -> dict[str, Any]:
    """What a name stands for, as data for the prelude; of its methods only those with a name among the words.

    The prelude asks for the others when a script comes to use one after all, by a name that it puts together. With no
    words all are described, for a script that lists what an object has.
    """
    found = _describe(dotted)
    if words is not None and "methods" in found:
        # `${call}` asks for `toString` without saying so.
        methods = found["methods"].items()
        found["methods"] = {name: required for name, required in methods if name in words or name == "toString"}
    return found


def method(dotted: str, name: str) -> int | None:
    """How many arguments a method needs that a description left out; None when there is no such method."""
    declared = manifest.units[dotted].methods.get(name)
    return None if declared is None else _required(declared[1])


def _describe(dotted: str) -> dict[str, Any]:
    if dotted in legacy.ALIASES and dotted not in manifest.units:
        return {"kind": "alias", "of": legacy.ALIASES[dotted].split(".")}
    if dotted in manifest.functions:
        return {"kind": "function", "required": _required(manifest.functions[dotted][1])}
    inner = sorted(_inner(dotted))
    if dotted in manifest.units:
        found = manifest.units[dotted]
        return {
            "kind": found.kind,
            "methods": {name: _required(found.methods[name][1]) for name in sorted(found.methods)},
            "properties": sorted(properties(found)),
            "makes": makes(found),
            "extends": parent(found),
            "inner": [name for name in inner if name not in found.methods],
        }
    if dotted in manifest.events:
        return {"kind": "set", "values": _event_values(dotted), "inner": []}
    if constants.is_set(dotted):
        values = dict(constants.constant_set(dotted).members) | legacy.VALUES.get(dotted, {})
        if dotted in legacy.OPEN_SETS or len(values) > _MOST_VALUES or any(map(callable, values.values())):
            return {"kind": "list"}
        return {"kind": "set", "values": values, "inner": inner}
    if shapes.is_shape(dotted) or dotted in official.api()["classes"]:
        return {"kind": "shape", "inner": []}
    # A name that only holds others, such as a vendor's part of a list.
    return {"kind": "set", "values": {}, "inner": inner}


def _required(signature: Signature) -> int:
    """How many arguments of a method cannot be left out."""
    places = [place for place, one in enumerate(signature.parameters, 1) if not one.optional]
    return places[-1] if places else 0


def _event_values(dotted: str) -> dict[str, str]:
    members = {name: event.plain for name, event in manifest.events[dotted].members.items()}
    inside = f"{dotted}."
    for old, today in legacy.ALIASES.items():
        if old.startswith(inside):
            members[old[len(inside) :]] = members[today.rpartition(".")[2]]
    return members


def _inner(dotted: str) -> set[str]:
    inside = f"{dotted}."
    return {name[len(inside) :].partition(".")[0] for name in all_names() if name.startswith(inside)}


def properties(declared: UnitDeclaration) -> Iterator[str]:
    """The documented names of a class's or namespace's properties."""
    if declared.kind == "namespace":
        for base in declared.python.__mro__:
            if base is not Namespace:
                yield from (
                    documented_name(name)
                    for name, value in vars(base).items()
                    if isinstance(value, property) and not name.startswith("_")
                )
    else:
        yield from official.api()["classes"].get(declared.name, {}).get("properties", ())
        yield from legacy.PROPERTIES.get(declared.name, ())


def makes(declared: UnitDeclaration) -> bool:
    """Whether a scenario makes such objects with `new`: those that need a session are made by the platform."""
    parameters = list(inspect.signature(declared.python).parameters)
    return declared.kind == "class" and "session" not in parameters[:1] and "conference" not in parameters[:1]


def parent(declared: UnitDeclaration) -> str | None:
    """The documented class that a documented class extends, or None."""
    return unit_name(declared.python.__mro__[1]) if declared.kind == "class" else None


def attribute(owner: Any, documented: str) -> str:
    """The Python name of a property."""
    spelt = python_name(documented)
    return spelt if hasattr(owner, spelt) else documented


def member(dotted: str, name: str) -> str | list[str] | None:
    """A member of a long set: its value behind a `=`, or `inner` or `maker`, or None when there is none.

    The names of all members when no name is given.
    """
    found = constants.constant_set(dotted)
    if not name:
        return [*found.members, *legacy.VALUES.get(dotted, {}), *_inner(dotted)]
    if name in _ASKED_BY_THE_LANGUAGE:
        return None
    value = found.members.get(name, legacy.VALUES.get(dotted, {}).get(name))
    if value is None and dotted in legacy.OPEN_SETS:
        value = f"{dotted}.{name}"
    if value is None:
        return "inner" if constants.is_set(f"{dotted}.{name}") else None
    return "maker" if callable(value) else f"={value}"


_names: Final[dict[type, str | None]] = {}
_methods: Final[dict[type, dict[str, Method]]] = {}


def unit_name(kind: type) -> str | None:
    """The documented class of a Python object, or None when it has none."""
    if kind not in _names:
        by_class = {found.python: name for name, found in manifest.units.items()}
        _names[kind] = next((by_class[base] for base in kind.__mro__ if base in by_class), None)
    return _names[kind]


def bound(unit: Any, name: str) -> Method:
    """A method of a unit, by its documented name.

    Raises:
        BadArgument: its class has no such method.
    """
    known = methods(type(unit))
    if name not in known:
        raise BadArgument(f"A {unit_name(type(unit))} has no {name}.")
    found: Method = known[name].__get__(unit)
    return found


def methods(kind: type) -> dict[str, Method]:
    """The methods of a documented class by documented name."""
    found = _methods.get(kind)
    if found is None:
        declared = manifest.units[unit_name(kind) or ""].methods
        found = {documented: getattr(kind, attribute) for documented, (attribute, _) in declared.items()}
        _methods[kind] = found
    return found


@cache
def namespace(dotted: str) -> Any:
    """The namespace of a documented name; it finds its session by itself."""
    return manifest.units[dotted].python()


@cache
def function(owner: str, name: str) -> Method:
    """A function of a namespace, or (with no owner) a global one."""
    if not owner:
        return manifest.functions[name][0]
    found: Method = getattr(namespace(owner), manifest.units[owner].methods[name][0])
    return found


@cache
def is_namespace(dotted: str) -> bool:
    """Whether a documented name is a namespace."""
    return manifest.units[dotted].kind == "namespace"


def maker(dotted: str) -> type:
    """The class behind a documented name that scenarios make with `new`."""
    return manifest.units[dotted].python


def told(error: Exception) -> str:
    """What an error says, with the names of missing arguments as they are documented."""
    text = str(error)
    if isinstance(error, BadArgument) and _MISSING.search(text):
        return re.sub(r"'(\w+)'", lambda found: repr(documented_name(found[1])), text)
    return text
