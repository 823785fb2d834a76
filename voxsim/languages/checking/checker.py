"""The checker: the files of a rule brought together, their names resolved, and what the rules found, in order.

Which files share their globals is told by the caller where it is known. Where it is not, a file that reads a name which
a neighbour declares is taken to belong to that neighbour's rule.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path as FilePath
from typing import Final

import attrs

from voxsim.languages.checking import catalogue, rules
from voxsim.languages.checking.findings import Finding, Level
from voxsim.languages.checking.inference import Inference, Path
from voxsim.languages.checking.rules import Around, Remark
from voxsim.languages.checking.tree import Binding, Call, Function, Literal, Member, Name, Place, Source, dotted
from voxsim.languages.sources import source as read_source
from voxsim.vocabulary import legacy
from voxsim.vocabulary.limits import Limits
from voxsim.vocabulary.naming import did_you_mean

ENDINGS: Final = frozenset({".js", ".ts", ".py"})
"""The endings of the files that can be checked."""

_LANGUAGE: Final = frozenset(
    {
        "AggregateError", "Array", "ArrayBuffer", "Atomics", "BigInt", "BigInt64Array", "BigUint64Array", "Boolean",
        "DataView", "Date", "Error", "EvalError", "FinalizationRegistry", "Float16Array", "Float32Array",
        "Float64Array", "Function", "Infinity", "Int16Array", "Int32Array", "Int8Array", "Intl", "Iterator", "JSON",
        "Map", "Math", "NaN", "Number", "Object", "Promise", "Proxy", "RangeError", "ReferenceError", "Reflect",
        "RegExp", "Set", "SharedArrayBuffer", "String", "Symbol", "SyntaxError", "TypeError", "URIError", "Uint16Array",
        "Uint32Array", "Uint8Array", "Uint8ClampedArray", "WeakMap", "WeakRef", "WeakSet", "WebAssembly", "console",
        "decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "eval", "globalThis",
        "isFinite", "isNaN", "parseFloat", "parseInt", "undefined", "unescape",
    }
)  # fmt: skip
"""What the language itself has in its global scope."""

_SHORTEST: Final = 4
"""Of a shorter name nobody can say what was meant."""

_ENGINE: Final = {"atob": "base64_decode", "btoa": "base64_encode", "performance": "", "queueMicrotask": ""}
"""What the engine brings along, with the platform's own counterparts."""

_INSIDE: Final = "JSession"
"""How names begin that only the platform's own scripts use."""

_PYTHON: Final = frozenset((*dir(builtins), "__file__", "__name__"))


def load(file: str) -> Source:
    """Read one file.

    Raises:
        ConfigurationError: what is needed to read it is not installed.
        ScenarioError: it cannot be read, is no UTF-8, or is too long.
    """
    _, text = read_source(file, Limits().scenario_characters)
    text = text.removeprefix("\ufeff")
    ending = FilePath(file).suffix
    if ending == ".py":
        from voxsim.languages.checking import python

        return python.read(file, text)
    from voxsim.languages.checking import javascript

    return javascript.read(file, text, ending)


def check(sources: Sequence[Source], neighbours: Sequence[Source] = (), *, certain: bool) -> list[Finding]:
    """What is wrong with files that share their globals, in the order of files, lines and columns.

    Args:
        sources: the files that are asked about.
        neighbours: further files that may belong to the same rule; nothing is said of them.
        certain: whether all of these are known to be one rule.
    """
    group = _Group((*sources, *neighbours), certain=certain)
    return sorted({_finding(source, remark) for source in sources for remark in _once(group.remarks(source))})


def _once(remarks: Iterable[Remark]) -> Iterator[Remark]:
    """Each remark on an old name once, where it is used first, with the number of its uses."""
    notes: dict[str, list[Remark]] = {}
    for remark in remarks:
        if remark.level is Level.NOTE:
            notes.setdefault(remark.message, []).append(remark)
        else:
            yield remark
    for message, found in notes.items():
        times = f" ({len(found)} times in this file)" if len(found) > 1 else ""
        yield attrs.evolve(min(found, key=lambda one: one.at), message=message + times)


def undeclared(source: Source) -> set[str]:
    """The names that a file reads and that neither it nor the platform nor the language declares."""
    known = _known(python=source.python)
    declared = {name for name, _, _, _ in source.writes}
    return {
        name.id
        for name in source.reads
        if name.scope.find(name.id) is None and name.id not in known and name.id not in declared
    } - source.typed


def declared(source: Source) -> set[str]:
    """The globals that a file makes."""
    return source.scope.names.keys() | {name for name, _, _, scope in source.writes if scope.find(name) is None}


@cache
def _known(*, python: bool) -> frozenset[str]:
    return _PYTHON if python else catalogue.global_names() | _LANGUAGE


def _finding(source: Source, remark: Remark) -> Finding:
    line, column = source.place(remark.at)
    return Finding(source.file, line, column, remark.level, remark.rule, remark.message)


class _Group:
    """Files whose global names are looked up together."""

    def __init__(self, sources: Sequence[Source], *, certain: bool) -> None:
        self._sources = sources
        self._shared: dict[str, list[Binding]] = {}
        self._python = any(source.python for source in sources)
        self.inference = Inference(self._shared, certain=certain, python=self._python)
        self._join()
        self._around = Around(
            self.inference,
            set().union(*(source.tested for source in sources)),
            set().union(*(source.assigned for source in sources)),
        )

    def _join(self) -> None:
        """Give each name its writes and reads."""
        for source in self._sources:
            for name, at, _, scope in source.writes:
                if scope.find(name) is None:
                    source.scope.declare(name, at)
            for name, binding in source.scope.names.items():
                self._shared.setdefault(name, []).append(binding)
        for source in self._sources:
            for name, at, value, scope in source.writes:
                for binding in self.inference.bindings(Name(at, name, scope)):
                    binding.writes.append(value)
            for read in source.reads:
                for binding in self.inference.bindings(read):
                    binding.reads.append(read)
        for source in self._sources:
            self._tell_functions(source)

    def _tell_functions(self, source: Source) -> None:
        bindings = {id(binding): binding for read in source.reads for binding in self.inference.bindings(read)}
        for binding in bindings.values():
            for write in binding.writes:
                if isinstance(write, Function) and binding not in write.bindings:
                    write.bindings.append(binding)

    # --- what is said of a file ---

    def remarks(self, source: Source) -> Iterator[Remark]:
        """All that there is to say of one file."""
        for at, message in source.mistakes:
            yield Remark(at, Level.ERROR, "syntax", f"syntax error: {message}")
        if source.mistakes:
            # What stands after a mistake may be read as something else.
            return
        for at, message in source.missing:
            yield Remark(at, Level.ERROR, "unknown-name", message)
        yield from self._unknown_names(source)
        yield from rules.remarks(source, self._around)
        yield from self._missing_modules(source)
        yield from _strange_modules(source)

    def _unknown_names(self, source: Source) -> Iterator[Remark]:
        if any(one.dynamic for one in self._sources):
            return
        known = _known(python=source.python)
        places: dict[str, list[Place]] = {}
        for read in source.reads:
            if not self.inference.bindings(read) and read.id not in known and read.id not in source.typed:
                places.setdefault(read.id, []).append(read.at)
        for name, found in places.items():
            times = f" ({len(found)} times in this file)" if len(found) > 1 else ""
            near = did_you_mean(name, known | self._shared.keys()) if len(name) >= _SHORTEST else ""
            text = f"{name!r} is not defined, neither here nor by the platform{times}.{near}"
            level = Level.ERROR
            if name in _ENGINE:
                instead = f"; the platform has {_ENGINE[name]!r}" if _ENGINE[name] else ""
                text = f"{name!r} is neither the language's nor the platform's, though voxsim's engine has it{instead}."
                level = Level.WARNING
            elif name.startswith(_INSIDE):
                text = f"{name!r} is of the platform's inside, and is not emulated{times}."
                level = Level.WARNING
            yield Remark(found[0], level, "unknown-name", text)

    def _missing_modules(self, source: Source) -> Iterator[Remark]:
        if not any(dotted(call.callee) in _ENTRY for one in self._sources for call in one.calls):
            return
        required = self._required()
        if required is None:
            return
        told: set[str] = set()
        for at, name in self._used(source):
            module = catalogue.module(name)
            if module is None or module in told or module.lower() in required:
                continue
            told.add(module)
            text = f"require(Modules.{module}) is missing: without it the platform has no {name}."
            yield Remark(at, Level.ERROR, "missing-require", text)

    def _used(self, source: Source) -> list[tuple[Place, str]]:
        nodes: Iterable[Name | Member] = (*source.reads, *source.members)
        found = []
        for node in nodes:
            kind = self.inference.of(node)
            root = (dotted(node) or "").partition(".")[0]
            if isinstance(kind, Path) and root not in source.typed:
                found.append((node.at, kind.dotted))
        return sorted(found)

    def _required(self) -> set[str] | None:
        """The modules that are required; None when that cannot be told."""
        found = set()
        for call in (call for source in self._sources for call in source.calls):
            if dotted(call.callee) != "require" or not call.args:
                continue
            module = _module_of(call)
            if module is None:
                return None
            found.add(module.lower())
        return found


def _strange_modules(source: Source) -> Iterator[Remark]:
    """`require` of files and packages, which the platform does not load."""
    known = {module.lower() for module in (*catalogue.members("Modules"), *legacy.MODULES)}
    for call in source.calls:
        given = call.args[0] if dotted(call.callee) == "require" and call.args else None
        if isinstance(given, Literal) and given.text is not None and given.text.lower() not in known:
            text = f"require loads modules of the platform alone, and {given.text!r} is none"
            path = "." in given.text or "/" in given.text or ":" in given.text
            near = "; build files and packages into one script." if path else f".{did_you_mean(given.text, known)}"
            yield Remark(given.at, Level.ERROR, "unknown-module", text + near)


_ENTRY: Final = frozenset({"VoxEngine.addEventListener", "VoxEngine.add_event_listener", "VoxEngine.on"})


def _module_of(call: Call) -> str | None:
    given = call.args[0]
    if isinstance(given, Member) and dotted(given.object) == "Modules":
        return given.name
    return given.text if isinstance(given, Literal) else None
