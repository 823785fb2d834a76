"""What `voxsim check` is to look at: files, folders of scenarios, and projects whose rules are written down.

A project of the vendor's deployment tool keeps its rules in `applications/*/rules.config.json` and its scenarios in
`scenarios/src`; a folder with a `voxsim.toml` names them there. Anywhere else only names tell what belongs together.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import attrs

from voxsim.vocabulary.errors import ConfigurationError
from voxsim.vocabulary.naming import nearest

ENDINGS: Final = frozenset({".js", ".py", ".ts"})
"""The endings of files that are checked."""

_RULES: Final = "applications/*/rules.config.json"
_LEFT_OUT: Final = frozenset({"node_modules", "__pycache__", "venv", "build", "dist", "typings"})
_LOOK: Final = {
    ".py": re.compile(rb"^\s*(?:from|import) voxsim\b(?!\.testing)", re.MULTILINE),
    ".js": re.compile(rb"\b(?:VoxEngine|AppEvents|CallEvents)\s*\."),
}
_MOST_BYTES: Final = 4_000_000


@attrs.frozen
class Work:
    """What is checked together.

    Attributes:
        files: those of which to tell.
        neighbours: further files that may belong to them.
        rule: whether all of these are known to be one rule.
    """

    files: tuple[str, ...]
    neighbours: tuple[str, ...] = ()
    rule: bool = False


def work(places: Sequence[str]) -> list[Work]:
    """What there is to check in these files and folders.

    Raises:
        ConfigurationError: one of them does not exist, or there is nothing to check.
    """
    found: list[Work] = []
    alone: list[str] = []
    for place in places:
        path = Path(place)
        if path.is_dir():
            inside = _folder(path)
            if not inside:
                raise ConfigurationError(f"There is no scenario in the folder {place!r}, nor in those inside it.")
            found += [one for one in inside if one.rule]
            alone += [file for one in inside if not one.rule for file in one.files]
        elif not path.is_file():
            raise ConfigurationError(f"There is no file or folder {place!r}.{_near(path)}")
        elif path.suffix not in ENDINGS:
            known = ", ".join(sorted(ENDINGS))
            raise ConfigurationError(f"{place!r} is no scenario: files that can be checked end with {known}.")
        else:
            alone.append(place)
    told = {file for one in found for file in one.files}
    named = tuple(dict.fromkeys(file for file in alone if file not in told))
    if named:
        found.append(Work(named, tuple(_siblings(named))))
    return found


def _near(path: Path) -> str:
    try:
        name = nearest(path.name, [one.name for one in path.parent.iterdir()])
    except OSError:
        return ""
    return f" Did you mean {str(path.parent / name)!r}?" if name else ""


def _siblings(files: Sequence[str]) -> Iterator[str]:
    """The other files of the same folders, in the same languages."""
    folders = dict.fromkeys((Path(file).parent, Path(file).suffix) for file in files)
    for folder, ending in folders:
        if ending != ".py":
            yield from (str(one) for one in sorted(folder.glob(f"*{ending}")) if one.is_file())


def _folder(folder: Path) -> list[Work]:
    """What there is in a folder: the rules of the projects in it, and files besides."""
    rules: list[Work] = []
    loose: list[str] = []
    for here, folders, files in os.walk(folder):
        place = Path(here)
        folders[:] = sorted(one for one in folders if one not in _LEFT_OUT and not one.startswith("."))
        if "applications" in folders and (configured := _project(place)):
            rules += configured
            loose += _scenarios(place / "scenarios" / "src", sorted(_names(place / "scenarios" / "src")))
            folders[:] = [one for one in folders if one not in ("applications", "scenarios")]
        elif "voxsim.toml" in files:
            rules += _served(place)
        loose += _scenarios(place, sorted(files))
    told = {file for rule in rules for file in rule.files}
    return [*rules, *(Work((file,)) for file in loose if file not in told)]


def _names(folder: Path) -> list[str]:
    try:
        return [one.name for one in folder.iterdir() if one.is_file()]
    except OSError:
        return []


def _scenarios(folder: Path, names: Sequence[str]) -> list[str]:
    """Those of a folder's files that look like scenarios: no tests, no helpers, and they use the platform."""
    return [str(folder / name) for name in names if Path(name).suffix in ENDINGS and _looks_like_one(folder / name)]


def _looks_like_one(file: Path) -> bool:
    stem = file.name.partition(".")[0]
    if stem.startswith(("_", "test_")) or stem.endswith("_test") or stem == "conftest" or file.name.endswith(".d.ts"):
        return False
    try:
        if file.stat().st_size > _MOST_BYTES:
            return False
        content = file.read_bytes()
    except OSError:
        return False
    return _LOOK[".py" if file.suffix == ".py" else ".js"].search(content) is not None


def _project(root: Path) -> list[Work]:
    """The rules of a project of the vendor's deployment tool."""
    found = []
    for file in sorted(root.glob(_RULES)):
        try:
            rules = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{str(file)!r} cannot be read as JSON: {error}.") from None
        if not isinstance(rules, list):
            raise ConfigurationError(f"{str(file)!r} is to hold a list of rules.")
        for rule in rules:
            names = rule.get("scenarios", ()) if isinstance(rule, dict) else ()
            files = [path for name in names if (path := _scenario(root, str(name))) is not None]
            if files:
                found.append(Work(tuple(files), rule=True))
    return list(dict.fromkeys(found))


def _scenario(root: Path, name: str) -> str | None:
    for ending in (".voxengine.js", ".voxengine.ts", ".js", ".ts"):
        path = root / "scenarios" / "src" / f"{name}{ending}"
        if path.is_file():
            return str(path)
    return None


def _served(folder: Path) -> list[Work]:
    """The rules of a `voxsim.toml`."""
    from voxsim.parties.configuration import load_configuration

    configured = load_configuration(folder)
    rules = [tuple(rule.scenarios) for application in configured.applications for rule in application.rules]
    return [Work(files, rule=True) for files in dict.fromkeys(rules)]
