"""`python tests/conformance/distil.py LIST`: make the data files of the official API from the list of its typings.

LIST is the typings as JSON: `symbols` of kind class, function, enum, const, interface and type, and `events` with their
flattened payloads. Two files come out, in voxsim/vocabulary/data: `api.json` holds classes, functions, events and
shapes, `constants.json` the values of enumerations and the members of the lists that have none.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "voxsim" / "vocabulary" / "data"

_NAMED_AFTER_THEMSELVES = ("ConferenceMode", "ConferenceDirection")
"""Enumerations without values in the typings whose parameters take the members' names as strings."""


def main() -> None:
    """Read the list, write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("list", type=Path)
    listed = json.loads(parser.parse_args().list.read_text(encoding="utf-8"))
    _write("api.json", api(listed))
    _write("constants.json", constants(listed))


def _write(name: str, data: Any) -> None:
    DATA.mkdir(exist_ok=True)
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    (DATA / name).write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")


def api(listed: dict[str, Any]) -> dict[str, Any]:
    """Classes, functions, events and shapes by dotted name; `?` marks what may be left out."""
    symbols = listed["symbols"]
    interfaces = {one["name"]: one for one in symbols if one["kind"] == "interface"}
    return {
        "classes": {one["name"]: _class(one) for one in symbols if one["kind"] == "class"},
        "functions": {
            one["name"]: {"module": one.get("module"), "parameters": _names(one.get("params", []))}
            for one in symbols
            if one["kind"] == "function"
        },
        "options": _options(symbols, interfaces),
        "events": _events(listed["events"]),
        "shapes": {
            name: {"module": one.get("module"), "fields": _fields(one, interfaces)}
            for name, one in interfaces.items()
            if not name.rpartition(".")[2].startswith("_")
        }
        | {one["name"]: {"module": one.get("module"), "fields": _spelt_out(one)} for one in symbols if _is_shape(one)},
        "namespaces": {one["name"]: one.get("module") for one in listed["namespaces"]},
    }


def constants(listed: dict[str, Any]) -> dict[str, Any]:
    """Sets of constants by dotted name: members with their values, or `"kind"` of the opaque ones and their names."""
    sets: dict[str, Any] = {}
    for one in listed["symbols"]:
        name, kind = one["name"], one["kind"]
        if kind == "enum" and not one.get("event"):
            named = name in _NAMED_AFTER_THEMSELVES
            sets[name] = {"values": {m["name"]: m["name"] if named else m.get("value") for m in one["members"]}}
        elif kind == "const" and "=>" in str(one.get("type")):
            owner, _, member = name.rpartition(".")
            sets.setdefault(owner, {"kind": "", "names": []}).setdefault("makers", []).append(member)
        elif kind == "const" and str(one.get("type")).startswith("typeof "):
            sets[name] = {"alias": one["type"].removeprefix("typeof ")}
        elif kind == "const" and "." in name:
            owner, _, member = name.rpartition(".")
            opaque = sets.setdefault(owner, {"kind": "", "names": []})
            opaque["kind"] = str(one.get("type") or "")
            opaque["names"].append(member)
    return sets


def _class(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "module": one.get("module"),
        "extends": one.get("extends", []),
        "methods": {method["name"]: _names(method.get("params", [])) for method in one.get("methods", [])},
        "properties": [prop["name"] for prop in one.get("properties", [])],
    }


def _options(symbols: list[dict[str, Any]], interfaces: dict[str, Any]) -> dict[str, str]:
    """The shape of the options object of each function and method that takes one."""
    found = {}
    for one in symbols:
        calls = [one] if one["kind"] == "function" else one.get("methods", []) if one["kind"] == "class" else []
        for call in calls:
            name = one["name"] if call is one else f"{one['name']}.{call['name']}"
            for parameter in call.get("params", []):
                kind = str(parameter.get("type"))
                scopes = one["name"].split(".")
                for depth in range(len(scopes), -1, -1):
                    shape = ".".join([*scopes[:depth], kind])
                    if shape in interfaces:
                        found[f"{name}({parameter['name']})"] = shape
                        break
    return found


def _names(parameters: list[dict[str, Any]]) -> list[str]:
    return [one["name"] + ("?" if one.get("optional") else "") for one in parameters]


def _events(events: list[dict[str, Any]]) -> dict[str, Any]:
    enums: dict[str, Any] = {}
    for one in events:
        enum = enums.setdefault(one["enum"], {"module": one.get("module"), "members": {}})
        enum["members"][one["member"]] = {"value": one["value"], "fields": _names(one["fields"])}
    return enums


def _fields(one: dict[str, Any], interfaces: dict[str, Any], seen: frozenset[str] = frozenset()) -> list[str]:
    """The fields of an interface, those of what it extends first."""
    fields: dict[str, str] = {}
    for base in one.get("extends", []):
        scoped = f"{one['name'].rpartition('.')[0]}.{base}"
        found = interfaces.get(scoped) or interfaces.get(base)
        if found is not None and found["name"] not in seen:
            fields |= {name.rstrip("?"): name for name in _fields(found, interfaces, seen | {one["name"]})}
    fields |= {name.rstrip("?"): name for name in _names(one.get("properties", []))}
    return list(fields.values())


def _is_shape(one: dict[str, Any]) -> bool:
    return one["kind"] == "type" and "{" in one["type"]


def _spelt_out(one: dict[str, Any]) -> list[str]:
    """The outer fields of a type that is written as an object, or as a choice of objects."""
    fields: dict[str, str] = {}
    for choice in re.findall(r"\{((?:[^{}]|\{[^{}]*\})*)\}", one["type"]):
        outer = re.sub(r"\{[^{}]*\}", "", choice)
        fields |= {name.rstrip("?"): name for name in re.findall(r"(\w+\??):", outer)}
    return list(fields.values())


if __name__ == "__main__":
    main()
