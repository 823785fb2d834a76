"""The front end of Python: what `ast` parses, as the checker's common tree.

What a scenario imports from voxsim is the platform's, under its documented name; all else it imports is unknown. Type
annotations are passed over.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

import voxsim
from voxsim.languages.checking import catalogue
from voxsim.languages.checking.tree import (
    CALLEE,
    Awaited,
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
    Place,
    Scope,
    Source,
    dotted,
)
from voxsim.vocabulary.declare import manifest
from voxsim.vocabulary.naming import did_you_mean, python_name

_KINDS: Final = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "undefined"}
_SEQUENCES: Final = (ast.List, ast.Tuple, ast.Set)
_SCOPED: Final = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_DYNAMIC: Final = frozenset({"exec", "globals", "vars"})


def read(file: str, text: str) -> Source:
    """What a file says.

    Raises:
        RecursionError: it is nested too deeply.
    """
    source = Source(file, text.encode("utf-8", errors="replace").split(b"\n"), python=True)
    try:
        tree = ast.parse(text, file)
    except SyntaxError as error:
        line = max(1, error.lineno or 1)
        before = source.lines[line - 1].decode() if line <= len(source.lines) else ""
        source.mistakes.append(((line - 1, len(before[: max(0, (error.offset or 1) - 1)].encode())), error.msg))
        return source
    _Reader(source).body(tree.body)
    return source


@cache
def _documented() -> dict[str, str]:
    """The documented name of each function that is imported from voxsim."""
    return {python_name(name): name for name in catalogue.global_names() & manifest.functions.keys()}


def _at(node: ast.expr | ast.stmt | ast.alias | ast.ExceptHandler | ast.arg | ast.keyword) -> Place:
    return node.lineno - 1, node.col_offset


class _Reader:
    """Goes through a file once, with the scope and the function it is in."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.scope = source.scope
        self.function: Function | None = None
        self.outside: set[str] = set()

    def body(self, statements: Iterable[ast.stmt]) -> None:
        """Read statements, one after the other."""
        for statement in statements:
            self.visit(statement)

    def visit(self, node: ast.AST | None) -> Node:
        """Read an expression, or what there is in a statement."""
        if node is None:
            return Node((0, 0))
        special: Callable[[ast.AST], Node] | None = getattr(self, f"_{type(node).__name__}", None)
        if special is not None:
            return special(node)
        for child in ast.iter_child_nodes(node):
            self.visit(child)
        return Node(_at(node)) if isinstance(node, ast.expr | ast.stmt) else Node((0, 0))

    # --- expressions ---

    def _Name(self, node: ast.Name) -> Node:  # noqa: N802 - named after the syntax
        found = Name(_at(node), node.id, self.scope)
        self.source.reads.append(found)
        self.source.dynamic |= node.id in _DYNAMIC
        return found

    def _Constant(self, node: ast.Constant) -> Node:  # noqa: N802
        kind = _KINDS.get(type(node.value))
        if kind is None:
            return Node(_at(node))
        return Literal(_at(node), kind, node.value if isinstance(node.value, str) else None)

    def _Attribute(self, node: ast.Attribute) -> Node:  # noqa: N802
        owner = self.visit(node.value)
        end = node.end_col_offset or 0
        place = (node.end_lineno or node.lineno) - 1, end - len(node.attr.encode())
        found = Member(_at(node), owner, node.attr, place, written=not isinstance(node.ctx, ast.Load))
        self.source.members.append(found)
        if found.written:
            self.source.assigned |= {node.attr, dotted(found) or ""}
        return found

    def _Call(self, node: ast.Call) -> Node:  # noqa: N802
        found = Call(_at(node), self.visit(node.func), [])
        if isinstance(found.callee, Name | Function):
            found.callee.role = found, CALLEE
        elif isinstance(found.callee, Member):
            found.callee.called = True
        for given in node.args:
            if isinstance(given, ast.Starred) and found.spread is None:
                found.spread = len(found.args)
            self._give(found, self.visit(given))
        for keyword in node.keywords:
            value = self.visit(keyword.value)
            if keyword.arg is None:
                found.spread = len(found.args) if found.spread is None else found.spread
            else:
                found.keywords.append((keyword.arg, _at(keyword), value))
        if dotted(found.callee) in ("hasattr", "getattr") and len(found.args) > 1:
            owner, name = dotted(found.args[0]), found.args[1]
            if owner and isinstance(name, Literal):
                self.source.tested.add(f"{owner}.{name.text}")
        self.source.calls.append(found)
        return found

    def _give(self, call: Call, value: Node) -> None:
        if isinstance(value, Name | Function):
            value.role = call, len(call.args)
        call.args.append(value)

    def _Dict(self, node: ast.Dict) -> Node:  # noqa: N802
        found = Options(_at(node), [], open=False)
        for key, value in zip(node.keys, node.values, strict=True):
            held = self.visit(value)
            name = self.visit(key) if key is not None else None
            if key is not None and isinstance(name, Literal) and name.text is not None:
                found.entries.append((name.text, _at(key), held))
            else:
                found.open = True
        return found

    def _BoolOp(self, node: ast.BoolOp) -> Node:  # noqa: N802
        return Choice(_at(node), [self.visit(value) for value in node.values])

    def _IfExp(self, node: ast.IfExp) -> Node:  # noqa: N802
        self.visit(node.test)
        return Choice(_at(node), [self.visit(node.body), self.visit(node.orelse)])

    def _Await(self, node: ast.Await) -> Node:  # noqa: N802
        return Awaited(_at(node), self.visit(node.value))

    def _JoinedStr(self, node: ast.JoinedStr) -> Node:  # noqa: N802
        for value in node.values:
            self.visit(value)
        return Literal(_at(node), "string")

    def _NamedExpr(self, node: ast.NamedExpr) -> Node:  # noqa: N802
        value = self.visit(node.value)
        self._bind(node.target, value)
        return value

    def _comprehension_of(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Node:
        outer = self.scope
        self.scope = Scope(outer)
        for one in node.generators:
            self.visit(one.iter)
            self._bind(one.target, None)
            for test in one.ifs:
                self.visit(test)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.visit(part)
        self.scope = outer
        return Node(_at(node))

    _ListComp = _SetComp = _GeneratorExp = _DictComp = _comprehension_of

    # --- statements ---

    def _Expr(self, node: ast.Expr) -> Node:  # noqa: N802
        found = self.visit(node.value)
        if isinstance(found, Call):
            found.dropped = True
        return found

    def _Assign(self, node: ast.Assign) -> Node:  # noqa: N802
        value = self.visit(node.value)
        for target in node.targets:
            self._bind(target, value)
        return value

    def _AnnAssign(self, node: ast.AnnAssign) -> Node:  # noqa: N802
        self._bind(node.target, self.visit(node.value) if node.value is not None else None)
        return Node(_at(node))

    def _AugAssign(self, node: ast.AugAssign) -> Node:  # noqa: N802
        self.visit(node.value)
        self._bind(node.target, None)
        return Node(_at(node))

    def _For(self, node: ast.For | ast.AsyncFor) -> Node:  # noqa: N802
        self.visit(node.iter)
        self._bind(node.target, None)
        self.body((*node.body, *node.orelse))
        return Node(_at(node))

    _AsyncFor = _For

    def _withitem(self, node: ast.withitem) -> Node:
        self.visit(node.context_expr)
        if node.optional_vars is not None:
            self._bind(node.optional_vars, None)
        return Node((0, 0))

    def _ExceptHandler(self, node: ast.ExceptHandler) -> Node:  # noqa: N802
        self.visit(node.type)
        if node.name:
            self._declare(node.name, _at(node), None)
        self.body(node.body)
        return Node(_at(node))

    def _Global(self, node: ast.Global | ast.Nonlocal) -> Node:  # noqa: N802
        self.outside.update(node.names)
        return Node(_at(node))

    _Nonlocal = _Global

    def _MatchAs(self, node: ast.MatchAs) -> Node:  # noqa: N802
        self.visit(node.pattern)
        if node.name:
            self._declare(node.name, (node.lineno - 1, node.col_offset), None)
        return Node((0, 0))

    def _MatchStar(self, node: ast.MatchStar) -> Node:  # noqa: N802
        if node.name:
            self._declare(node.name, (node.lineno - 1, node.col_offset), None)
        return Node((0, 0))

    def _MatchMapping(self, node: ast.MatchMapping) -> Node:  # noqa: N802
        for part in (*node.keys, *node.patterns):
            self.visit(part)
        if node.rest:
            self._declare(node.rest, (node.lineno - 1, node.col_offset), None)
        return Node((0, 0))

    def _Import(self, node: ast.Import) -> Node:  # noqa: N802
        for alias in node.names:
            self._declare(alias.asname or alias.name.partition(".")[0], _at(alias), None)
        return Node(_at(node))

    def _ImportFrom(self, node: ast.ImportFrom) -> Node:  # noqa: N802
        for alias in node.names:
            if alias.name == "*":
                self.source.dynamic |= node.module != "voxsim"
                for name in voxsim.__all__ if node.module == "voxsim" else ():
                    self._declare(name, _at(alias), self._of_platform(name, _at(alias)))
                continue
            platform = node.module == "voxsim" and node.level == 0
            if platform and alias.name not in (*voxsim.__all__, "testing"):
                near = did_you_mean(alias.name, voxsim.__all__)
                self.source.missing.append((_at(alias), f"voxsim has no {alias.name!r}.{near}"))
            value = self._of_platform(alias.name, _at(alias)) if platform else None
            self._declare(alias.asname or alias.name, _at(alias), value)
        return Node(_at(node))

    def _of_platform(self, name: str, at: Place) -> Node:
        """What is imported from voxsim, under its documented name."""
        return Imported(at, _documented().get(name, name))

    # --- writing ---

    def _bind(self, node: ast.expr, value: Node | None) -> None:
        if isinstance(node, ast.Name):
            self._declare(node.id, _at(node), value)
        elif isinstance(node, _SEQUENCES):
            for part in node.elts:
                self._bind(part, None)
        elif isinstance(node, ast.Starred):
            self._bind(node.value, None)
        else:
            self.visit(node)
            if isinstance(value, Function):
                value.escapes = True

    def _declare(self, name: str, at: Place, value: Node | None) -> None:
        if name in self.outside:
            around = self.source.scope
            outer = self.scope.parent.find(name) if self.scope.parent is not None else None
            (outer or around.declare(name, at)).writes.append(value)
        else:
            self.scope.closest.declare(name, at).writes.append(value)

    # --- functions and classes ---

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Node:  # noqa: N802
        found = Function(_at(node), node.name, waits=isinstance(node, ast.AsyncFunctionDef))
        given: Node | None = found
        for decorator in node.decorator_list:
            call = self.visit(decorator)
            if isinstance(call, Call) and isinstance(call.callee, Member) and call.callee.name == "on":
                if len(call.args) == 1:
                    self._give(call, found)
            else:
                found.escapes, given = True, None
        self._declare(node.name, _at(node), given)
        self._function(found, node.args, node.body)
        return found

    _AsyncFunctionDef = _FunctionDef

    def _Lambda(self, node: ast.Lambda) -> Node:  # noqa: N802
        found = Function(_at(node), "")
        self._function(found, node.args, node.body)
        return found

    def _function(self, found: Function, given: ast.arguments, body: list[ast.stmt] | ast.expr) -> None:
        for default in (*given.defaults, *given.kw_defaults):
            self.visit(default)
        outer = self.scope, self.function, self.outside
        self.scope, self.function, self.outside = Scope(self.scope, is_function=True), found, set()
        placed = [*given.posonlyargs, *given.args]
        optional = len(placed) - len(given.defaults)
        for index, one in enumerate(placed):
            value = Parameter(_at(one), found, index) if index < optional else None
            self.scope.declare(one.arg, _at(one)).writes.append(value)
        for extra in (*given.kwonlyargs, given.vararg, given.kwarg):
            if extra is not None:
                self.scope.declare(extra.arg, _at(extra)).writes.append(None)
        if isinstance(body, ast.expr):
            found.returns.append(self.visit(body))
        else:
            self.body(body)
        self.scope, self.function, self.outside = outer

    def _Return(self, node: ast.Return) -> Node:  # noqa: N802
        value = self.visit(node.value)
        if node.value is not None and self.function is not None:
            self.function.returns.append(value)
        return Node(_at(node))

    def _yielded(self, node: ast.Yield | ast.YieldFrom) -> Node:
        self.visit(node.value)
        if self.function is not None:
            self.function.generates = True
        return Node(_at(node))

    _Yield = _YieldFrom = _yielded

    def _ClassDef(self, node: ast.ClassDef) -> Node:  # noqa: N802
        for part in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.visit(part)
        self._declare(node.name, _at(node), None)
        outer = self.scope, self.function, self.outside
        self.scope, self.function, self.outside = Scope(self.scope, is_function=True, hidden=True), None, set()
        self.body(node.body)
        self.scope, self.function, self.outside = outer
        return Node(_at(node))
