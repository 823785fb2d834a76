"""The official API as data: what its typings list, read from the package when somebody asks for it.

`api` holds classes, functions, events and shapes, `constants` the values of enumerations and lists. Both are made from
the typings by a script in the tests, and are read once. `management` lists the commands of the management API.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any


@cache
def api() -> dict[str, Any]:
    """Classes, functions, events, shapes and namespaces by dotted name; `?` marks what may be left out."""
    return _read("api.json")


@cache
def constants() -> dict[str, Any]:
    """Sets of constants by dotted name: `values` of the members, or `names` and `kind` of opaque ones."""
    return _read("constants.json")


@cache
def management() -> dict[str, dict[str, list[str]]]:
    """The commands of the management API by their groups, each with the names of its parameters."""
    return _read("management.json")


def _read(name: str) -> dict[str, Any]:
    from importlib.resources import files

    data: dict[str, Any] = json.loads((files("voxsim.vocabulary") / "data" / name).read_text(encoding="utf-8"))
    return data
