"""Expressions of JavaScript: what tree-sitter parses, as the checker's common tree, and what they write to names.

What is written without a declaration around is a global, as in sloppy scripts. Types of TypeScript are passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final

from voxsim.languages.checking.tree import (
    CALLEE,
    Awaited,
    Call,
    Choice,
    Function,
    Literal,
    Member,
    Name,
    Node,
    Options,
    Place,
    Scope,
    Source,
    dotted,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

TYPES: Final = frozenset(
    {
        "type_annotation", "type_arguments", "type_parameters", "interface_declaration", "type_alias_declaration",
        "implements_clause", "accessibility_modifier", "function_signature", "type_predicate_annotation",
        "abstract_method_signature", "method_signature", "index_signature", "asserts_annotation", "comment",
        "hash_bang_line", "statement_identifier", "optional_chain", "string_fragment", "escape_sequence", "import",
        "meta_property", "override_modifier", "predefined_type", "property_identifier", "private_property_identifier",
    }
)  # fmt: skip
"""What names nothing that is there when the scenario runs."""

_LITERALS: Final = {
    "number": "number", "true": "boolean", "false": "boolean", "null": "null", "undefined": "undefined",
    "regex": "pattern", "array": "array",
}  # fmt: skip

_CAST: Final = frozenset({"as_expression", "satisfies_expression", "non_null_expression"})
_LOGICAL: Final = frozenset({"||", "&&", "??"})
_EQUALITY: Final = frozenset({"==", "!=", "===", "!=="})
NAMES: Final = frozenset({"identifier", "shorthand_property_identifier_pattern", "shorthand_property_identifier"})
_GLOBAL: Final = frozenset({"globalThis", "this"})


def at(node: Syntax) -> Place:
    """Where it begins."""
    point = node.start_point
    return point[0], point[1]


def text(node: Syntax | None) -> str:
    """What stands there."""
    return (node.text or b"").decode(errors="replace") if node is not None else ""


class Expressions:
    """Goes through a file once, with the scope and the function it is in."""

    VISITS: ClassVar[dict[str, str]] = {
        "identifier": "_name",
        "this": "_this",
        "string": "_string",
        "template_string": "_template",
        "parenthesized_expression": "_inner",
        **dict.fromkeys(_CAST, "_inner"),
        "type_assertion": "_inner",
        "sequence_expression": "_last",
        "member_expression": "_member",
        "subscript_expression": "_member",
        "call_expression": "_call",
        "new_expression": "_call",
        "object": "_object",
        "binary_expression": "_binary",
        "unary_expression": "_unary",
        "ternary_expression": "_ternary",
        "await_expression": "_waiting",
        "assignment_expression": "_assignment",
        "augmented_assignment_expression": "_assignment",
        "update_expression": "_update",
        "if_statement": "_condition",
        "while_statement": "_condition",
        "do_statement": "_condition",
    }
    """Which method reads which kind of syntax."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.scope = source.scope
        self.function: Function | None = None
        self._visits: dict[str, Callable[[Syntax], Node]] = {
            kind: getattr(self, name) for kind, name in self.VISITS.items()
        }

    # --- expressions ---

    def within(self, node: Syntax) -> Node:
        """All that is inside a node of no interest by itself."""
        for child in node.named_children:
            self.visit(child)
        return Node(at(node))

    def visit(self, node: Syntax) -> Node:
        """Read an expression, or what there is in a statement."""
        kind = node.type
        if kind in TYPES:
            return Node(at(node))
        if kind in _LITERALS:
            if kind == "array":
                self.within(node)
            return Literal(at(node), _LITERALS[kind])
        special = self._visits.get(kind)
        return special(node) if special is not None else self.within(node)

    def _field(self, node: Syntax, name: str) -> Node:
        child = node.child_by_field_name(name)
        return self.visit(child) if child is not None else Node(at(node))

    def _name(self, node: Syntax) -> Node:
        read = Name(at(node), text(node), self.scope)
        self.source.reads.append(read)
        if read.id == "eval":
            self.source.dynamic = True
        return read

    def _this(self, node: Syntax) -> Node:
        return Name(at(node), "this", self.scope)

    def _string(self, node: Syntax) -> Node:
        return Literal(at(node), "string", "".join(text(part) for part in node.named_children))

    def _template(self, node: Syntax) -> Node:
        self.within(node)
        return Literal(at(node), "string")

    def _inner(self, node: Syntax) -> Node:
        """What stands in brackets, or under a cast."""
        inside = [child for child in node.named_children if child.type not in TYPES]
        return self.visit(inside[0]) if inside else Node(at(node))

    def _last(self, node: Syntax) -> Node:
        found = Node(at(node))
        for child in node.named_children:
            found = self.visit(child)
        return found

    def _member(self, node: Syntax) -> Node:
        owner = self._field(node, "object")
        place = node.child_by_field_name("property")
        name: str | None = text(place)
        if node.type == "subscript_expression":
            place = node.child_by_field_name("index")
            index = self.visit(place) if place is not None else None
            name = index.text if isinstance(index, Literal) else None
        where = at(place) if place is not None else at(node)
        optional = node.child_by_field_name("optional_chain") is not None
        if optional:
            self.test(owner)
        found = Member(at(node), owner, name, where, optional=optional)
        self.source.members.append(found)
        return found

    def _call(self, node: Syntax) -> Node:
        made = node.type == "new_expression"
        callee = self._field(node, "constructor" if made else "function")
        place = node.child_by_field_name("arguments")
        found = Call(at(node), callee, [], made)
        if node.child_by_field_name("optional_chain") is not None:
            self.test(callee)
        if place is not None and place.type == "template_string":
            self.visit(place)
            found.spread = 0
        elif place is not None:
            self._arguments(found, place)
        if isinstance(callee, Name | Function):
            callee.role = found, CALLEE
        elif isinstance(callee, Member):
            callee.called = True
        name = dotted(callee)
        if name == "Boolean" and found.args:
            self.test(found.args[0])
        self.source.dynamic |= name == "Function" or (
            name in ("Object.assign", "Object.defineProperty") and bool(found.args) and dotted(found.args[0]) in _GLOBAL
        )
        self.source.calls.append(found)
        return found

    def _arguments(self, call: Call, node: Syntax) -> None:
        for child in node.named_children:
            if child.type == "comment":
                continue
            if child.type == "spread_element" and call.spread is None:
                call.spread = len(call.args)
            given = self.visit(child)
            if isinstance(given, Name | Function):
                given.role = call, len(call.args)
            call.args.append(given)

    def _object(self, node: Syntax) -> Node:
        found = Options(at(node), [], open=False)
        for child in node.named_children:
            if child.type == "pair":
                key = child.child_by_field_name("key")
                value = self._field(child, "value")
                name = self.key(key)
                if name is None or key is None:
                    found.open = True
                else:
                    found.entries.append((name, at(key), value))
            elif child.type == "shorthand_property_identifier":
                found.entries.append((text(child), at(child), self._name(child)))
            elif child.type == "method_definition":
                self.visit(child)
                name = self.key(child.child_by_field_name("name"))
                found.entries.append((name or "", at(child), Node(at(child))))
            elif child.type == "spread_element":
                self.within(child)
                found.open = True
        return found

    def key(self, node: Syntax | None) -> str | None:
        """The name of a property where it is written out; what works it out is read."""
        if node is None:
            return None
        if node.type == "computed_property_name":
            inside = self._inner(node)
            return inside.text if isinstance(inside, Literal) else None
        if node.type == "string":
            return "".join(text(part) for part in node.named_children)
        return text(node)

    def _binary(self, node: Syntax) -> Node:
        # A long sum is a deep tree: its left side is taken step by step.
        steps: list[Syntax] = []
        left: Syntax | None = node
        while left is not None and left.type == "binary_expression":
            steps.append(left)
            left = left.child_by_field_name("left")
        found = self.visit(left) if left is not None else Node(at(node))
        for step in reversed(steps):
            operator = text(step.child_by_field_name("operator"))
            if operator in _LOGICAL:
                self.test(found)
            right = self._field(step, "right")
            if operator in _EQUALITY:
                self.test(found)
                self.test(right)
            elif operator == "in" and isinstance(found, Literal) and (owner := dotted(right)):
                self.source.tested.add(f"{owner}.{found.text}")
            elif operator == "instanceof":
                self.test(right)
            found = Choice(at(step), [found, right]) if operator in _LOGICAL else Node(at(step))
        return found

    def _unary(self, node: Syntax) -> Node:
        value = self._field(node, "argument")
        operator = text(node.child_by_field_name("operator"))
        if operator == "typeof":
            self.test(value)
            self.source.typed.add(dotted(value) or "")
            return Literal(at(node), "string")
        if operator == "!":
            self.test(value)
            return Literal(at(node), "boolean")
        return Literal(at(node), "undefined" if operator == "void" else "number" if operator != "delete" else "boolean")

    def _ternary(self, node: Syntax) -> Node:
        self.test(self._field(node, "condition"))
        return Choice(at(node), [self._field(node, "consequence"), self._field(node, "alternative")])

    def _waiting(self, node: Syntax) -> Node:
        return Awaited(at(node), self._inner(node))

    def test(self, node: Node) -> None:
        """Somebody asks whether this is there."""
        if isinstance(node, Choice):
            for option in node.options:
                self.test(option)
        elif (name := dotted(node)) is not None:
            self.source.tested.add(name)

    def _condition(self, node: Syntax) -> Node:
        """A statement with a condition: whether what stands there by itself is there."""
        for child in node.children:
            if child.is_named:
                found = self.visit(child)
                if child.type == "parenthesized_expression":
                    self.test(found)
        return Node(at(node))

    # --- writing ---

    def _assignment(self, node: Syntax) -> Node:
        left = node.child_by_field_name("left")
        value = self._field(node, "right")
        if left is not None:
            changed = node.type != "assignment_expression"
            if changed and text(node.child_by_field_name("operator")) in ("||=", "&&=", "??="):
                self.test(self.visit(left))
                self.bind(left, value, None)
            else:
                self.bind(left, Literal(at(node), "number") if changed else value, None)
        return value

    def _update(self, node: Syntax) -> Node:
        target = node.child_by_field_name("argument")
        if target is not None:
            self.visit(target)
            self.bind(target, Literal(at(node), "number"), None)
        return Literal(at(node), "number")

    def bind(self, node: Syntax | None, value: Node | None, scope: Scope | None) -> None:
        """Write a value (None when it cannot be told) to a pattern; with a scope, its names are declared there."""
        if node is None:
            return
        kind = node.type
        if kind in NAMES:
            if scope is not None:
                scope.declare(text(node), at(node)).writes.append(value)
            else:
                self.source.writes.append((text(node), at(node), value, self.scope))
        elif kind in ("member_expression", "subscript_expression"):
            found = self.visit(node)
            if isinstance(found, Member):
                found.written = True
                self.source.assigned |= {found.name or "", dotted(found) or ""}
                if isinstance(value, Function):
                    value.escapes = True
                if dotted(found.object) in _GLOBAL and self.scope.closest is self.source.scope:
                    self.source.dynamic |= found.name is None
                    self.source.scope.declare(found.name or "", at(node)).writes.append(value)
                elif dotted(found.object) == "globalThis":
                    self.source.scope.declare(found.name or "", at(node)).writes.append(value)
        elif kind in ("assignment_pattern", "object_assignment_pattern"):
            default = self._field(node, "right")
            both = Choice(at(node), [value, default]) if value is not None else None
            self.bind(node.child_by_field_name("left"), both, scope)
        elif kind in ("object_pattern", "object"):
            self._parts(node, value, scope)
        elif kind in ("array_pattern", "array", "rest_pattern", "spread_element"):
            for child in node.named_children:
                self.bind(child, None, scope)
        elif kind in _CAST or kind == "parenthesized_expression":
            self.bind(next((one for one in node.named_children if one.type not in TYPES), None), value, scope)

    def _parts(self, node: Syntax, value: Node | None, scope: Scope | None) -> None:
        """Write the members of a value to the names of an object pattern."""
        for child in node.named_children:
            target, name = child, None
            if child.type in ("pair_pattern", "pair"):
                name = self.key(child.child_by_field_name("key"))
                target = child.child_by_field_name("value") or child
            elif child.type in NAMES:
                name = text(child)
            elif child.type == "object_assignment_pattern":
                name = text(child.child_by_field_name("left"))
            part = Member(at(child), value, name, at(child), optional=True) if value is not None and name else None
            self.bind(target, part, scope)
