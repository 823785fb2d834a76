"""The common tree: what the checker needs to know of a scenario, whichever language it is written in.

Expressions are nodes; statements leave only the names that they declare, read and write. A name is looked up when the
whole of a rule is known, so that what is declared further down, or in another file, counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

Place = tuple[int, int]
"""Line and column from 0; the column counts what the parser counts, bytes."""


@attrs.define(eq=False, repr=False)
class Node:
    """An expression of which nothing is known but its place."""

    at: Place


@attrs.define(eq=False, repr=False)
class Literal(Node):
    """A value that stands in the file: its kind (`string`, `number`, `undefined`, `object` …), and a string's text."""

    kind: str
    text: str | None = None


@attrs.define(eq=False, repr=False)
class Name(Node):
    """A name that is read. `role` tells how: as what is called, or as which argument of a call."""

    id: str
    scope: Scope
    role: tuple[Call, int] | None = None


@attrs.define(eq=False, repr=False)
class Imported(Node):
    """What a file imports from the platform, under its documented name."""

    dotted: str


@attrs.define(eq=False, repr=False)
class Member(Node):
    """A member of something: `object.name`; the name is None when it is worked out."""

    object: Node | None
    name: str | None
    name_at: Place
    called: bool = False
    written: bool = False
    optional: bool = False


@attrs.define(eq=False, repr=False)
class Call(Node):
    """A call; CALLEE is the role of what is called.

    `spread` is where arguments begin that are not counted; `dropped` tells whether nobody takes what it gives.
    """

    callee: Node
    args: list[Node]
    made: bool = False
    spread: int | None = None
    keywords: list[tuple[str, Place, Node]] = attrs.field(factory=list)
    dropped: bool = False


CALLEE: Final = -1


@attrs.define(eq=False, repr=False)
class Options(Node):
    """An object that is written out: its keys with their places and values; open when there may be others."""

    entries: list[tuple[str, Place, Node]]
    open: bool


@attrs.define(eq=False, repr=False)
class Choice(Node):
    """One of several expressions."""

    options: list[Node]


@attrs.define(eq=False, repr=False)
class Awaited(Node):
    """What a promise comes to."""

    value: Node


@attrs.define(eq=False, repr=False)
class Parameter(Node):
    """What a function is given at a place."""

    function: Function
    index: int


@attrs.define(eq=False, repr=False)
class Function(Node):
    """A function that the scenario defines.

    Attributes:
        name: the name of its own, or nothing.
        returns: what it returns, expression by expression; empty when it returns nothing.
        waits: whether it is async: a call of it is a promise.
        generates: whether it is a generator.
        role: of which call it is an argument, and which.
        bindings: the names that stand for it.
        escapes: whether others may call it as well, in ways that cannot be told.
    """

    name: str
    returns: list[Node] = attrs.field(factory=list)
    waits: bool = False
    generates: bool = False
    role: tuple[Call, int] | None = None
    bindings: list[Binding] = attrs.field(factory=list)
    escapes: bool = False


@attrs.define(eq=False, repr=False)
class Binding:
    """A declared name: what is written to it (None for what cannot be told), and where it is read."""

    name: str
    at: Place
    is_global: bool = False
    writes: list[Node | None] = attrs.field(factory=list)
    reads: list[Name] = attrs.field(factory=list)


@attrs.define(eq=False, repr=False)
class Scope:
    """Where names are declared; `closest` is that of the function around, or of the file."""

    parent: Scope | None
    is_function: bool = False
    names: dict[str, Binding] = attrs.field(factory=dict)
    hidden: bool = False
    """Whether functions inside do not see its names, as those of a class in Python."""

    @property
    def closest(self) -> Scope:
        """The scope to which `var` belongs."""
        scope = self
        while not scope.is_function and scope.parent is not None:
            scope = scope.parent
        return scope

    def declare(self, name: str, at: Place) -> Binding:
        """The binding of a name declared here."""
        known = self.names.get(name)
        if known is None:
            known = self.names[name] = Binding(name, at, is_global=self.parent is None)
        return known

    def find(self, name: str) -> Binding | None:
        """The binding of a name, here or further out."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and (not scope.hidden or scope is self):
                return scope.names[name]
            scope = scope.parent
        return None


@attrs.define(eq=False, repr=False)
class Source:
    """All that the rules need to know of one file.

    Attributes:
        file: its path as it was given.
        lines: its text by lines, as bytes, for columns in characters.
        scope: its outermost scope.
        reads, members, calls: all of them, in order.
        writes: names that are written without a declaration around: globals.
        tested: dotted expressions whose being there is asked for; `typed` those asked with `typeof`.
        assigned: members that are written somewhere: their names, and their dotted names where they have one.
        dynamic: whether names may come into being in ways that cannot be told.
        mistakes: what is wrong with its syntax, as (place, message).
        missing: what it imports from the platform and the platform does not have, as (place, message).
        python: whether names are spelt as Python does.
    """

    file: str
    lines: list[bytes]
    scope: Scope = attrs.field(factory=lambda: Scope(None, is_function=True))
    reads: list[Name] = attrs.field(factory=list)
    members: list[Member] = attrs.field(factory=list)
    calls: list[Call] = attrs.field(factory=list)
    writes: list[tuple[str, Place, Node | None, Scope]] = attrs.field(factory=list)
    tested: set[str] = attrs.field(factory=set)
    typed: set[str] = attrs.field(factory=set)
    assigned: set[str] = attrs.field(factory=set)
    dynamic: bool = False
    mistakes: list[tuple[Place, str]] = attrs.field(factory=list)
    missing: list[tuple[Place, str]] = attrs.field(factory=list)
    python: bool = False

    def place(self, at: Place) -> tuple[int, int]:
        """Line and column from 1, in characters."""
        line, column = at
        text = self.lines[line][:column] if line < len(self.lines) else b""
        return line + 1, len(text.decode("utf-8", errors="replace")) + 1


def dotted(node: Node | None) -> str | None:
    """A chain of plain names, as `A.b.c`; None for anything else."""
    path: list[str] = []
    while isinstance(node, Member) and node.name is not None:
        path.append(node.name)
        node = node.object
    if not isinstance(node, Name):
        return None
    return ".".join((node.id, *reversed(path)))


def values(node: Node | None) -> Iterator[Node | None]:
    """The expressions that this one may be: the ways of a choice, one by one."""
    if isinstance(node, Choice):
        for option in node.options:
            yield from values(option)
    else:
        yield node
