"""Coverage: the official API held against what is declared here, class by class.

It reads the list of the typings and the manifest, knows nothing of how anything is built, and is what `voxsim coverage`
prints and the conformance tests check.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import attrs

import voxsim.engine
from voxsim.vocabulary import constants, official
from voxsim.vocabulary.declare import Signature, manifest, payload_fields
from voxsim.vocabulary.naming import python_name


def load_all() -> None:
    """Import every module that declares something, so that the manifest is complete."""
    for module in pkgutil.walk_packages(voxsim.engine.__path__, "voxsim.engine."):
        import_module(module.name)


@attrs.frozen
class Row:
    """One class, namespace or enumeration of the official API.

    Attributes:
        name: its dotted name.
        kind: `class`, `namespace`, `events` or `constants`.
        done: how many of its members are emulated.
        refused: the members that raise by name, with what to use instead.
        missing: what the list has and voxsim has not, or has otherwise.
    """

    name: str
    kind: str
    done: int
    refused: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """`done`, `partial`, `refuses` or `missing`."""
        if not self.missing and not self.refused:
            return "done"
        if self.done:
            return "partial"
        return "missing" if self.missing else "refuses"


def rows() -> list[Row]:
    """All rows, in the order of their names."""
    load_all()
    return sorted([*_classes(), *_namespaces(), *_events(), *_constants()], key=lambda row: (row.kind, row.name))


def _classes() -> Iterator[Row]:
    for name, listed in official.api()["classes"].items():
        if name in ("ASRModel", "ASRProfile", "Voice"):
            continue
        declared = manifest.units.get(name)
        done, refused, missing = 0, [], []
        for method, parameters in listed["methods"].items():
            trouble, refuses = _check(name, method, parameters)
            if trouble:
                missing.append(trouble)
            elif refuses:
                refused.append(f"{method}: {refuses}")
            else:
                done += 1
        for prop in listed["properties"]:
            if declared is not None and _has(declared.python, prop):
                done += 1
            else:
                missing.append(prop)
        if declared is None:
            missing = [name]
        yield Row(name, "class", done, tuple(refused), tuple(missing))


def _has(owner: type, documented: str) -> bool:
    names = (python_name(documented), documented)
    return any(hasattr(owner, name) or name in getattr(owner, "__annotations__", {}) for name in names)


def _namespaces() -> Iterator[Row]:
    groups: dict[str, list[tuple[str, list[str]]]] = {}
    for name, listed in official.api()["functions"].items():
        owner, _, function = name.rpartition(".")
        groups.setdefault(owner, []).append((function, listed["parameters"]))
    for owner, functions in groups.items():
        done, refused, missing = 0, [], []
        for function, parameters in functions:
            trouble, refuses = _check(owner, function, parameters)
            if trouble:
                missing.append(trouble)
            elif refuses:
                refused.append(f"{function}: {refuses}")
            else:
                done += 1
        yield Row(owner or "(global functions)", "namespace", done, tuple(refused), tuple(missing))


def _check(owner: str, method: str, listed: list[str]) -> tuple[str, str]:
    """What is wrong with a method or function as it is declared, and why it refuses; both empty when it is done."""
    found = _declared(owner, method)
    if found is None:
        return method, ""
    signature, function = found
    names = [name.rstrip("?") for name in listed]
    declared = [parameter.name for parameter in signature.parameters]
    if declared[: len(names)] != names:
        return f"{method}({', '.join(declared)}) is not ({', '.join(names)})", ""
    dotted = f"{owner}.{method}" if owner else method
    for parameter in names[signature.options_at :][:1] if signature.options_at is not None else ():
        shape = official.api()["options"].get(f"{dotted}({parameter})")
        if shape and (lacking := _lacking(function, parameter, shape)):
            return f"{method} has no option {', '.join(lacking)}", ""
    return "", getattr(function, "__refuses__", "")


def _declared(owner: str, method: str) -> tuple[Signature, Any] | None:
    if not owner:
        found = manifest.functions.get(method)
        return (found[1], found[0]) if found else None
    unit = manifest.units.get(owner)
    if unit is None or method not in unit.methods:
        return None
    attribute, signature = unit.methods[method]
    return signature, getattr(unit.python, attribute)


def _lacking(function: Any, parameter: str, shape: str) -> list[str]:
    """The fields of an options object that a function lacks as keywords; none when it takes the object whole."""
    accepted = inspect.signature(function).parameters
    keywords = [name for name, one in accepted.items() if one.kind is inspect.Parameter.KEYWORD_ONLY]
    if not keywords:
        return []
    fields = [field.rstrip("?") for field in official.api()["shapes"].get(shape, {}).get("fields", ())]
    known = {*accepted, *getattr(function, "__ignored__", ())}
    return [field for field in fields if python_name(field) not in known]


def _events() -> Iterator[Row]:
    for name, listed in official.api()["events"].items():
        declared = manifest.events.get(name)
        done, missing = 0, []
        for member, facts in listed["members"].items():
            event = declared.members.get(member) if declared is not None else None
            if event is None or event.plain != facts["value"]:
                missing.append(member)
                continue
            has = {"name", *(wire for _, wire in payload_fields(event.payload))}
            lacking = [field for field in (one.rstrip("?") for one in facts["fields"]) if field not in has]
            if lacking:
                missing.append(f"{member} lacks {', '.join(lacking)}")
            else:
                done += 1
        yield Row(name, "events", done, (), tuple(missing))


def _constants() -> Iterator[Row]:
    for name, listed in official.constants().items():
        if "alias" not in listed:
            yield Row(name, "constants", len(constants.constant_set(name).members))


def table(found: list[Row]) -> str:
    """The rows as a table, with what is open under it, and the counts."""
    width = max(len(row.name) for row in found)
    lines = [f"{'':{width}}  {'kind':9}  {'state':7}  done  open"]
    for row in found:
        left = len(row.refused) + len(row.missing)
        lines.append(f"{row.name:{width}}  {row.kind:9}  {row.state:7}  {row.done:4}  {left or '':>4}".rstrip())
    return "\n".join([*lines, *_open(found), "", summary(found)])


def markdown(found: list[Row]) -> str:
    """The same as a Markdown page."""
    lines = [
        "# What of the official API is emulated",
        "",
        "Generated by `voxsim coverage --markdown` from the official typings and the declarations of voxsim. A member",
        "that is not emulated raises by name, and says what to use instead.",
        "",
        f"**{summary(found)}.**",
    ]
    for kind, title in _TITLES.items():
        lines += ["", f"## {title}", "", "| name | state | done | open |", "|---|---|---|---|"]
        for row in found:
            if row.kind == kind:
                left = "; ".join((*row.refused, *row.missing))
                lines.append(f"| `{row.name}` | {row.state} | {row.done} | {left} |")
    return "\n".join(lines) + "\n"


def summary(found: list[Row]) -> str:
    """One line with the counts."""
    states = {state: sum(row.state == state for row in found) for state in ("done", "partial", "refuses", "missing")}
    members = sum(row.done for row in found)
    told = ", ".join(f"{count} {state}" for state, count in states.items() if count)
    return f"{len(found)} rows: {told}; {members} members"


_TITLES = {
    "class": "Classes",
    "namespace": "Functions, by namespace",
    "events": "Events",
    "constants": "Constants",
}


def _open(found: list[Row]) -> list[str]:
    lines = []
    for row in found:
        lines += [f"{row.name}: refuses {one}" for one in row.refused]
        lines += [f"{row.name}: missing {one}" for one in row.missing]
    return ["", *lines] if lines else []
