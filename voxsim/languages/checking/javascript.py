"""The front end of JavaScript and TypeScript: what a file declares, as the checker's common tree.

Names are declared as sloppy scripts do it: `var` and functions in the function around, `let`, `const` and classes in
their block. Whether a script is one at all, the engine knows best, where it is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Final

from voxsim.languages.checking.expressions import TYPES, Expressions, at, text
from voxsim.languages.checking.tree import Function, Literal, Node, Parameter, Place, Scope, Source
from voxsim.languages.javascript.words import NO_WAITING, fuller
from voxsim.vocabulary.errors import ConfigurationError

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax
    from tree_sitter import Parser

INSTALL: Final = "Checking JavaScript needs a parser: pip install 'voxsim[check]'"

_LOOPS: Final = ("for_statement", "while_statement", "statement_block", "switch_body", "class_static_block")
_OF_MODULES: Final = ("import_statement", "export_statement")
_TYPES_ALONE: Final = frozenset({"interface_declaration", "type_alias_declaration", "ambient_declaration"})


@cache
def parser(ending: str) -> Parser:
    """The parser of files with this ending.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        import tree_sitter

        if ending == ".ts":
            from tree_sitter_typescript import language_typescript as language
        else:
            from tree_sitter_javascript import language
    except ImportError:
        raise ConfigurationError(f"{INSTALL}.") from None
    return tree_sitter.Parser(tree_sitter.Language(language()))


def read(file: str, content: str, ending: str) -> Source:
    """What a file says.

    Args:
        file: its path, as it is told in messages.
        content: its text.
        ending: `.js` or `.ts`.

    Raises:
        ConfigurationError: the parser is not installed.
        RecursionError: it is nested too deeply.
    """
    data = content.encode("utf-8", errors="replace")
    root = parser(ending).parse(data).root_node
    source = Source(file, data.split(b"\n"))
    reader = _Reader(source)
    reader.within(root)
    if ending == ".ts":
        source.mistakes += list(_mistakes(root, source)) or _modular(root, source) or reader.mistakes
    else:
        source.mistakes += _judged(root, source, content)
    return source


def _judged(root: Syntax, source: Source, content: str) -> Iterator[tuple[Place, str]]:
    """What is wrong with a script: the engine that would run it has the last word."""
    from voxsim.languages.javascript import syntax

    try:
        mistake = syntax.mistake(content)
    except ConfigurationError:
        yield from _mistakes(root, source)
        return
    for child in root.named_children if mistake is not None else ():
        if child.type in _OF_MODULES:
            yield at(child), _no_module(child)
            return
    if mistake is not None:
        line, column, message = mistake
        before = source.lines[line - 1].decode("utf-8", errors="replace")[: column - 1] if line else ""
        told = fuller(f"SyntaxError: {message}", before, column)
        yield (line - 1, len(before.encode())), told.removeprefix("SyntaxError: ")


def _no_module(node: Syntax) -> str:
    return f"a scenario is a plain script: build what has `{node.type[:6]}` in it into one first."


def _modular(root: Syntax, source: Source) -> list[tuple[Place, str]]:
    """The first `import` or `export` that is more than one of types, which are gone before the script runs."""
    read = {one.id for one in source.reads}
    for child in root.named_children:
        if child.type in _OF_MODULES and not any(token.type == "type" for token in child.children):
            names = {text(name) for name in _imported_names(child)}
            inside = [one.type for one in child.named_children if one.type != "comment"]
            harmless = not read.intersection(names) if names else not _TYPES_ALONE.isdisjoint(inside)
            empty = inside == ["export_clause"] and not child.named_children[0].named_children
            if not harmless and not empty:
                return [(at(child), _no_module(child))]
    return []


def _imported_names(node: Syntax) -> Iterator[Syntax]:
    """The names that an `import` makes."""
    waiting = [child for child in node.named_children if child.type in ("import_clause", "import_require_clause")]
    while waiting:
        child = waiting.pop()
        if child.type == "identifier":
            yield child
        elif child.type == "import_specifier":
            waiting.append(child.child_by_field_name("alias") or child.named_children[0])
        else:
            waiting += child.named_children


def _mistakes(root: Syntax, source: Source) -> Iterator[tuple[Place, str]]:
    """The first thing that the parser could not make sense of."""
    waiting = [root] if root.has_error else []
    while waiting:
        node = waiting.pop()
        if node.is_missing:
            yield at(node), f"{node.type!r} is missing here."
            return
        if node.is_error:
            words = text(node).split("\n")[0][:40]
            yield at(node), f"this makes no sense here: {words}"
            return
        waiting += reversed([child for child in node.children if child.has_error or child.is_missing])


class _Reader(Expressions):
    """Goes through a file once, with the scope and the function it is in."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.mistakes: list[tuple[Place, str]] = []

    VISITS: ClassVar[dict[str, str]] = Expressions.VISITS | {
        "lexical_declaration": "_variables",
        "variable_declaration": "_variables",
        **dict.fromkeys(
            ("function_declaration", "generator_function_declaration", "function_expression", "generator_function",
             "arrow_function", "method_definition"), "_function_of",
        ),
        "return_statement": "_returned",
        "class_declaration": "_class_of",
        "abstract_class_declaration": "_class_of",
        "class": "_class_of",
        "for_in_statement": "_each",
        **dict.fromkeys(_LOOPS, "_block"),
        "catch_clause": "_caught",
        "with_statement": "_opened",
        "import_statement": "_imported",
        "export_statement": "_exported",
        "enum_declaration": "_enumeration",
        "internal_module": "_enumeration",
        "module": "_enumeration",
        "ambient_declaration": "_ambient",
        "field_definition": "_class_field",
        "public_field_definition": "_class_field",
        "labeled_statement": "within",
        "yield_expression": "within",
    }  # fmt: skip

    def _variables(self, node: Syntax) -> Node:
        scope = self.scope.closest if node.type == "variable_declaration" else self.scope
        for child in node.named_children:
            if child.type == "variable_declarator":
                value = child.child_by_field_name("value")
                found = self.visit(value) if value is not None else Literal(at(child), "undefined")
                self.bind(child.child_by_field_name("name"), found, scope)
        return Node(at(node))

    def _waiting(self, node: Syntax) -> Node:
        if self.function is None or not self.function.waits:
            self.mistakes.append((at(node), f"{NO_WAITING}."))
        return super()._waiting(node)

    # --- functions and classes ---

    def _function_of(self, node: Syntax) -> Node:
        name = node.child_by_field_name("name")
        words = [child.type for child in node.children]
        found = Function(at(node), text(name), waits="async" in words)
        found.generates = "*" in words or "generator" in node.type
        outer_scope, outer_function = self.scope, self.function
        if node.type in ("function_declaration", "generator_function_declaration") and name is not None:
            self.scope.closest.declare(text(name), at(name)).writes.append(found)
        elif node.type == "method_definition":
            self.key(name)
        elif name is not None:
            self.scope = Scope(self.scope)
            self.scope.declare(text(name), at(name)).writes.append(found)
        self.scope, self.function = Scope(self.scope, is_function=True), found
        if node.type != "arrow_function":
            self.scope.declare("arguments", at(node)).writes.append(None)
        self._parameters(node, found)
        body = node.child_by_field_name("body")
        if body is not None:
            value = self.visit(body)
            if body.type != "statement_block":
                found.returns.append(value)
        self.scope, self.function = outer_scope, outer_function
        return found

    def _parameters(self, node: Syntax, function: Function) -> None:
        single = node.child_by_field_name("parameter")
        if single is not None:
            self.bind(single, Parameter(at(single), function, 0), self.scope)
        around = node.child_by_field_name("parameters")
        given = [child for child in around.named_children if child.type not in TYPES] if around is not None else []
        for index, child in enumerate(given):
            value = Parameter(at(child), function, index)
            if child.type in ("required_parameter", "optional_parameter"):
                default = self._field(child, "value") if child.child_by_field_name("value") is not None else None
                self.bind(child.child_by_field_name("pattern"), None if default is not None else value, self.scope)
            else:
                self.bind(child, value, self.scope)

    def _returned(self, node: Syntax) -> Node:
        inside = [child for child in node.named_children if child.type != "comment"]
        if inside and self.function is not None:
            self.function.returns.append(self.visit(inside[0]))
        return Node(at(node))

    def _class_of(self, node: Syntax) -> Node:
        name = node.child_by_field_name("name")
        outer_scope, outer_function = self.scope, self.function
        if name is not None and node.type != "class":
            self.scope.declare(text(name), at(name)).writes.append(None)
        self.scope, self.function = Scope(self.scope), None
        if name is not None:
            self.scope.declare(text(name), at(name)).writes.append(None)
        for child in node.named_children:
            if child is not name and child.type not in ("type_identifier", "identifier"):
                self.visit(child)
        self.scope, self.function = outer_scope, outer_function
        return Node(at(node))

    def _class_field(self, node: Syntax) -> Node:
        self.key(node.child_by_field_name("property") or node.child_by_field_name("name"))
        # `this` in a field is the object: its own function keeps it apart.
        outer = self.scope
        self.scope = Scope(outer, is_function=True)
        self._field(node, "value")
        self.scope = outer
        return Node(at(node))

    # --- blocks ---

    def _block(self, node: Syntax) -> Node:
        outer = self.scope
        self.scope = Scope(outer)
        self._condition(node)
        self.scope = outer
        return Node(at(node))

    def _each(self, node: Syntax) -> Node:
        outer = self.scope
        self.scope = Scope(outer)
        kind = text(node.child_by_field_name("kind"))
        scope = None if not kind else self.scope.closest if kind == "var" else self.scope
        self._field(node, "right")
        self.bind(node.child_by_field_name("left"), None, scope)
        self._field(node, "body")
        self.scope = outer
        return Node(at(node))

    def _caught(self, node: Syntax) -> Node:
        outer = self.scope
        self.scope = Scope(outer)
        self.bind(node.child_by_field_name("parameter"), None, self.scope)
        self._field(node, "body")
        self.scope = outer
        return Node(at(node))

    def _opened(self, node: Syntax) -> Node:
        self.source.dynamic = True
        return self.within(node)

    # --- modules, and what only TypeScript has ---

    def _imported(self, node: Syntax) -> Node:
        for name in _imported_names(node):
            self.scope.declare(text(name), at(name)).writes.append(None)
        return Node(at(node))

    def _exported(self, node: Syntax) -> Node:
        before = set(self.scope.names)
        for child in node.named_children:
            if child.type != "export_clause":
                self.visit(child)
        for name in self.scope.names.keys() - before:
            self.scope.names[name].writes.append(None)
        return Node(at(node))

    def _enumeration(self, node: Syntax) -> Node:
        name = node.child_by_field_name("name")
        if name is not None:
            self.scope.declare(text(name), at(name)).writes.append(None)
        outer = self.scope
        self.scope = Scope(outer, is_function=True)
        body = node.child_by_field_name("body")
        if body is not None and node.type == "enum_declaration":
            for child in body.named_children:
                member = child.child_by_field_name("name") or child
                self.scope.declare(text(member), at(member)).writes.append(None)
                self._field(child, "value")
        elif body is not None:
            self.visit(body)
        self.scope = outer
        return Node(at(node))

    def _ambient(self, node: Syntax) -> Node:
        """`declare …`: names that somebody else makes; nothing in it runs."""
        waiting = list(node.named_children)
        while waiting:
            child = waiting.pop()
            name = child.child_by_field_name("name")
            if name is not None:
                self.source.scope.declare(text(name), at(name)).writes.append(None)
            if child.type in ("lexical_declaration", "variable_declaration", "statement_block"):
                waiting += child.named_children
        return Node(at(node))
