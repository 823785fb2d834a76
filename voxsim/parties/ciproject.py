"""Projects of voxengine-ci, as they lie on disk: their applications, rules and scenarios, ready to be run unchanged.

A project's root (`voxfiles`, unless its `.env` names another) holds a folder for each application with its rules, and
the scenarios' sources, which share their globals when a rule names several. What is built of them, and what is known
of the platform's own copies, is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

from voxsim.languages import language
from voxsim.parties.entries import ApplicationEntry, RuleEntry
from voxsim.parties.jsontables import read_json
from voxsim.parties.reading import RULE_NAME_CHARACTERS, read_pattern
from voxsim.parties.tables import Table, read_tables
from voxsim.vocabulary.errors import ConfigurationError
from voxsim.vocabulary.naming import did_you_mean

_ROOT: Final = "voxfiles"
_ROOT_SETTING: Final = re.compile(r"^\s*(?:export\s+)?VOX_CI_ROOT_PATH\s*=\s*(['\"]?)(.*?)\1\s*(?:#.*)?$", re.MULTILINE)
_APPLICATION: Final = "application.config"
_RULES: Final = "rules.config"
_KEYS: Final = ("ruleName", "rulePattern", "scenarios")
_LABEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@attrs.frozen
class CiProject:
    """The applications of a project.

    Attributes:
        root: the folder that holds them.
        account: the name of the account that they belong to, or None when none says.
    """

    root: Path
    account: str | None
    applications: tuple[ApplicationEntry, ...]


def find_root(place: Path) -> Path | None:
    """The root of the project that a folder holds, or that it is; None when it is no project.

    Raises:
        ConfigurationError: its `.env` names a folder that is no root.
    """
    named = _named_root(place)
    if named is not None:
        if not _is_root(named):
            setting = place / ".env"
            text = f"{setting}: VOX_CI_ROOT_PATH names {str(named)!r}, which has no folders 'applications'"
            raise ConfigurationError(f"{text} and 'scenarios/src'.")
        return named
    return next((one for one in (place / _ROOT, place) if _is_root(one)), None)


def _named_root(place: Path) -> Path | None:
    try:
        text = (place / ".env").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = _ROOT_SETTING.search(text)
    return place / found[2] if found is not None and found[2] else None


def _is_root(folder: Path) -> bool:
    return (folder / "applications").is_dir() and (folder / "scenarios" / "src").is_dir()


def read_project(root: Path, account: str | None = None) -> CiProject:
    """All of a project.

    Args:
        root: as `find_root` found it.
        account: whose applications are wanted; needed when they are of several accounts.

    Raises:
        ConfigurationError: it has a mistake in it; the message tells the file and the line.
    """
    folder = root / "applications"
    try:
        places = sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
    except OSError as error:
        raise ConfigurationError(f"The folder {str(folder)!r} cannot be read: {error.strerror}.") from None
    if not places:
        text = "a folder of it holds application.config.json and rules.config.json"
        raise ConfigurationError(f"There is no application in {str(folder)!r}: {text}.")
    titles = {place: _full_name(place) for place in places}
    accounts = sorted({labels[1] for labels in map(_labels, titles.values()) if len(labels) > 1})
    if account is not None and accounts and account not in accounts:
        names = ", ".join(repr(one) for one in accounts)
        raise ConfigurationError(f"No application in {str(folder)!r} is of the account {account!r}, only of {names}.")
    if account is None and len(accounts) > 1:
        text = f"The applications in {str(folder)!r} are of {len(accounts)} accounts, {', '.join(accounts)}"
        raise ConfigurationError(f'{text}: say which is meant, in a voxsim.toml with [account] name = "{accounts[0]}".')
    chosen = account or (accounts[0] if accounts else None)
    found: dict[str, ApplicationEntry] = {}
    for place, full in titles.items():
        name, *rest = _labels(full)
        if rest and rest[0] != chosen:
            continue
        if name in found:
            raise ConfigurationError(f"{place}: There is a second application of the name {name!r}.")
        found[name] = ApplicationEntry(name=name, rules=_rules(place, root / "scenarios"))
    return CiProject(root, chosen, tuple(found.values()))


def _labels(full: str) -> list[str]:
    """The parts of a full name, `application.account.voximplant.com`: an application may give its own alone."""
    return full.split(".")[:2]


def _full_name(place: Path) -> str:
    """An application's name, which its folder has too."""
    whole = _document(place, _APPLICATION)
    if whole is None:
        name, wrong = place.name, ConfigurationError(f"{place}: An application's folder is called by its name.")
    else:
        table = whole.table(_APPLICATION)
        name = table.need("applicationName", str)
        text = f"'applicationName' is a name such as 'app.account.voximplant.com', got {name!r}."
        wrong = table.wrong(text, "applicationName")
        if name != place.name:
            text = f"'applicationName' is {name!r}, and the folder is called {place.name!r}: both have to be the same."
            raise table.wrong(text, "applicationName")
    if not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise wrong
    return name


def _document(folder: Path, name: str, *endings: str) -> Table | None:
    """A file of settings in one of its forms, or None when there is none."""
    for ending in (".json", ".yml", ".yaml", *endings):
        file = folder / f"{name}{ending}"
        if not file.is_file():
            continue
        if ending == ".json":
            return read_json(file, name)
        if ending == ".toml":
            whole = read_tables(file)
            # The key under which a list stands: a TOML document cannot be one.
            return Table(whole.file, {name: whole.values.get("rules")}, lines=_moved(whole, name))
        raise ConfigurationError(f"{file}: voxsim reads no YAML. Write the same as {name}.json.")
    return None


def _moved(whole: Table, name: str) -> dict[tuple[str | int, ...], int]:
    return {(name, *way[1:]): line for way, line in whole.lines.items() if way[0] == "rules"}


def _rules(place: Path, scenarios: Path) -> tuple[RuleEntry, ...]:
    """The rules of an application; the first that matches takes a call."""
    whole = _document(place, _RULES, ".toml")
    if whole is None:
        return ()
    if not isinstance(whole.values[_RULES], list):
        raise whole.wrong(
            "The file holds a list of rules, each with 'ruleName', 'rulePattern' and 'scenarios'.", _RULES
        )
    found: dict[str, RuleEntry] = {}
    for index, value in enumerate(whole.values[_RULES]):
        if not isinstance(value, dict):
            raise whole.wrong("A rule is an object with 'ruleName', 'rulePattern' and 'scenarios'.", _RULES, index)
        table = Table(whole.file, value, "rule", (_RULES, index), whole.lines)
        rule = _rule(table, scenarios)
        if rule.name in found:
            raise table.wrong(f"There is a second rule of the name {rule.name!r}.", "ruleName")
        found[rule.name] = rule
    return tuple(found.values())


def _rule(table: Table, scenarios: Path) -> RuleEntry:
    for key in table.values:
        # Others are nobody's business, unless one is missing that it looks like.
        near = did_you_mean(key, [one for one in _KEYS if one not in table.values]) if key not in _KEYS else ""
        if near:
            raise table.wrong(f"A rule has no key {key!r}.{near}", key)
    name = table.need("ruleName", str)
    if not name.strip() or len(name) > RULE_NAME_CHARACTERS:
        raise table.wrong(f"A rule's name has 1 to {RULE_NAME_CHARACTERS} characters, got {len(name)}.", "ruleName")
    given = table.texts("scenarios")
    if not given:
        raise table.wrong(f"The rule {name!r} needs 'scenarios', a list of their names.", "scenarios")
    files = []
    for index, one in enumerate(given):
        try:
            files.append(_scenario(one, scenarios))
        except ConfigurationError as error:
            raise table.wrong(str(error), "scenarios", index) from None
    try:
        language(files)
    except ConfigurationError as error:
        raise table.wrong(str(error), "scenarios") from None
    pattern = (read_pattern(table, "rulePattern") if table.values.get("rulePattern") else None) or ".*"
    return RuleEntry(name=name, scenarios=tuple(files), pattern=pattern)


def _scenario(name: str, scenarios: Path) -> str:
    """The source of a scenario: one file, in one of the two languages."""
    sources = scenarios / "src"
    files = [sources / f"{name}.voxengine{ending}" for ending in (".ts", ".js")]
    there = [file for file in files if _exists(file)]
    if len(there) > 1:
        raise ConfigurationError(f"There are two sources of {name!r}: {there[0]} and {there[1].name}; one has to go.")
    if there:
        return str(there[0])
    known = sorted(_names(sources))
    text = f"There is no scenario {name!r}: neither {files[0].name} nor {files[1].name} in {str(sources)!r}."
    if near := did_you_mean(name, known):
        raise ConfigurationError(text + near)
    if _exists(scenarios / "dist" / files[1].name):
        raise ConfigurationError(f"{text} What is in 'dist' is built of the sources, and is not run.")
    raise ConfigurationError(text)


def _exists(file: Path) -> bool:
    """Whether there is such a file; a name that no file can have is one that does not exist."""
    try:
        return file.is_file()
    except (OSError, ValueError):
        return False


def _names(sources: Path) -> Iterator[str]:
    for file in sources.glob("*.voxengine.*"):
        name, middle, ending = file.name.rpartition(".voxengine.")
        if middle and ending in ("js", "ts"):
            yield name
