"""Inference: what an expression is, where that is sure.

A name is what all that is written to it is; a parameter is what all calls of its function give it, or the event that
its function handles. Whatever cannot be told for sure is unknown, and nothing is said about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import attrs

from voxsim.languages.checking import catalogue
from voxsim.languages.checking.tree import (
    CALLEE,
    Awaited,
    Binding,
    Call,
    Choice,
    Function,
    Imported,
    Literal,
    Member,
    Name,
    Node,
    Options,
    Parameter,
)
from voxsim.vocabulary.declare import EventType, manifest

LISTENING: Final = frozenset({"addEventListener", "add_event_listener", "on"})
DEAF: Final = frozenset({"removeEventListener", "remove_event_listener"})


@attrs.frozen
class Path:
    """Something that the platform has under a dotted name."""

    dotted: str


@attrs.frozen
class Thing:
    """An object of one of these classes of the platform."""

    units: frozenset[str]


@attrs.frozen
class Method:
    """A method of such an object."""

    units: frozenset[str]
    name: str


@attrs.frozen
class Happening:
    """An event that a handler is called with: one of these."""

    events: frozenset[EventType[Any]]


@attrs.frozen
class Plain:
    """A value of the language, by its kind."""

    kind: str


@attrs.frozen(eq=False)
class Code:
    """A function of the scenario."""

    function: Function


@attrs.frozen
class Promised:
    """A promise of something."""

    value: Type


Type = Path | Thing | Method | Happening | Plain | Code | Promised | None

_NOTHING: Final = frozenset({"undefined", "null"})


class Inference:
    """What the expressions of files that share their globals are.

    Args:
        shared: the bindings of each global name, in all of the files.
        certain: whether the files are known to share their globals. Files that only may do so have first of all their
            own.
        python: whether names are spelt as Python does.
    """

    def __init__(self, shared: dict[str, list[Binding]], *, certain: bool, python: bool) -> None:
        self._shared = shared
        self._certain = certain
        self._python = python
        self._known: dict[int, Type] = {}
        self._asked: set[int] = set()

    def bindings(self, name: Name) -> list[Binding]:
        """What a name may stand for: one binding, or the global ones of that name; none when it is not declared."""
        found = name.scope.find(name.id)
        if found is not None and not (found.is_global and self._certain):
            return [found]
        return self._shared.get(name.id, [])

    def of(self, node: Node | None) -> Type:
        """What an expression is."""
        if node is None:
            return None
        key = id(node)
        if key in self._known:
            return self._known[key]
        if key in self._asked:
            return None
        self._asked.add(key)
        found = self._work_out(node)
        self._asked.discard(key)
        self._known[key] = found
        return found

    def _work_out(self, node: Node) -> Type:
        if isinstance(node, Literal):
            return Plain(node.kind)
        if isinstance(node, Options):
            return Plain("object")
        if isinstance(node, Function):
            return Code(node)
        if isinstance(node, Name):
            return self._name(node)
        if isinstance(node, Imported):
            return Path(node.dotted) if node.dotted in catalogue.global_names() else None
        if isinstance(node, Member):
            return self._member(node)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Awaited):
            value = self.of(node.value)
            return value.value if isinstance(value, Promised) else value
        if isinstance(node, Choice):
            return joined(self.of(option) for option in node.options)
        if isinstance(node, Parameter):
            return self._parameter(node)
        return None

    def _name(self, node: Name) -> Type:
        bindings = self.bindings(node)
        if bindings:
            return joined(self.of(write) for binding in bindings for write in binding.writes)
        if node.id == "undefined":
            return Plain("undefined")
        return Path(node.id) if node.id in catalogue.global_names() else None

    def _member(self, node: Member) -> Type:
        owner = self.of(node.object)
        name = node.name
        if name is None:
            return None
        if isinstance(owner, Path):
            return self.step(owner, name)
        if isinstance(owner, Thing):
            documented = self._documented(owner.units, name)
            return Method(owner.units, documented) if documented is not None else None
        if isinstance(owner, Happening):
            given = [catalogue.field(event, name, python=self._python) for event in owner.events]
            return joined(_type(one) for one in given)
        return None

    def step(self, owner: Path, name: str) -> Type:
        """A member of something with a dotted name; None when there is none, or no telling."""
        if catalogue.is_open(owner.dotted):
            return None
        documented: str | None = name
        if self._python:
            documented = catalogue.spelt(owner.dotted, name)
        elif name not in catalogue.members(owner.dotted):
            documented = None
        return Path(catalogue.today(f"{owner.dotted}.{documented}")) if documented is not None else None

    def _documented(self, units: frozenset[str], name: str) -> str | None:
        """The documented name of a method that all these classes have."""
        if not self._python:
            return name if all(name in manifest.units[unit].methods for unit in units) else None
        found = {
            next((one for one, (attribute, _) in manifest.units[unit].methods.items() if attribute == name), None)
            for unit in units
        }
        return found.pop() if len(found) == 1 else None

    # --- calls ---

    def callee(self, call: Call) -> catalogue.Callee | None:
        """The function or method of the platform that is called."""
        found = self.of(call.callee)
        if isinstance(found, Path):
            return catalogue.function(found.dotted)
        if isinstance(found, Method):
            return catalogue.method(min(found.units), found.name)
        return None

    def _call(self, call: Call) -> Type:
        found = self.of(call.callee)
        if isinstance(found, Path) and found.dotted in manifest.units:
            declared = manifest.units[found.dotted]
            return Thing(frozenset({found.dotted})) if declared.kind == "class" else None
        if isinstance(found, Path | Method):
            known = self.callee(call)
            return _type(known.gives) if known is not None else None
        if isinstance(found, Code) and not call.made:
            return self._result(found.function)
        return None

    def _result(self, function: Function) -> Type:
        if function.generates:
            return None
        result = joined(self.of(one) for one in function.returns) if function.returns else Plain("undefined")
        return Promised(result) if function.waits else result

    # --- parameters ---

    def _parameter(self, node: Parameter) -> Type:
        function = node.function
        found: list[Type] = []
        if function.role is not None:
            found.append(self._given(*function.role, node.index))
        if function.escapes:
            return None
        for binding in function.bindings:
            if len(binding.writes) != 1:
                return None
            for read in binding.reads:
                if read.role is None:
                    return None
                if not self._forgets(*read.role):
                    found.append(self._given(*read.role, node.index))
        return joined(found) if found else None

    def _forgets(self, call: Call, index: int) -> bool:
        return index != CALLEE and isinstance(call.callee, Member) and call.callee.name in DEAF

    def _given(self, call: Call, place: int, index: int) -> Type:
        """What a function gets at an index, when it stands in a call at this place."""
        if place == CALLEE:
            if call.spread is not None and call.spread <= index:
                return None
            if index < len(call.args):
                return self.of(call.args[index])
            return None if call.keywords else Plain("undefined")
        listening = isinstance(call.callee, Member) and call.callee.name in LISTENING
        if index == 0 and place == 1 and listening and call.spread is None:
            event = self.event(call.args[0])
            return Happening(frozenset({event})) if event is not None else None
        return None

    def event(self, node: Node) -> EventType[Any] | None:
        """The event that an expression names."""
        if isinstance(node, Literal) and node.text is not None:
            return catalogue.event_of_value(node.text)
        found = self.of(node)
        return catalogue.event_type(found.dotted) if isinstance(found, Path) else None


def _type(gives: catalogue.Gives | None) -> Type:
    if gives is None:
        return None
    found: Type = Thing(gives.units) if gives.units else Plain(gives.plain) if gives.plain else None
    return Promised(found) if gives.later else found


def joined(types: Iterable[Type]) -> Type:
    """What something is that is one of these: unknown, when one of them is or they do not go together.

    That it may be nothing as well is not asked: a scenario that uses it takes it to be there.
    """
    found: Type = None
    nothing: Type = None
    for one in types:
        if one is None:
            return None
        if isinstance(one, Plain) and one.kind in _NOTHING:
            nothing = one
        elif found is None or found == one:
            found = one
        elif isinstance(found, Thing) and isinstance(one, Thing):
            found = Thing(found.units | one.units)
        elif isinstance(found, Happening) and isinstance(one, Happening):
            found = Happening(found.events | one.events)
        else:
            return None
    return found if found is not None else nothing
