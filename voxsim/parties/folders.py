"""Folders that hold scenarios and no word about them: which of their files are scenarios, and what rules these get."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from voxsim.languages import ENDINGS
from voxsim.languages.sources import TYPESCRIPT
from voxsim.parties.entries import ApplicationEntry, RuleEntry
from voxsim.parties.reading import APPLICATION_NAME, RULE_NAME_CHARACTERS
from voxsim.vocabulary.errors import ConfigurationError
from voxsim.vocabulary.naming import scenario_name


def application_of(folder: Path, file: Path) -> ApplicationEntry:
    """The one application of a folder; `file` is where more could be said.

    Raises:
        ConfigurationError: there is no scenario in it.
    """
    return ApplicationEntry(name=application_name(folder), rules=rules_of(folder, file))


def rules_of(folder: Path, file: Path) -> tuple[RuleEntry, ...]:
    """One rule for each scenario of a folder, which takes the calls to its name; a lone one takes all calls.

    Where files of several languages share a name, the rules have their endings too, and the first takes what is called
    without one.
    """
    try:
        scenarios = [path for path in sorted(folder.iterdir()) if _is_scenario(path)]
    except OSError as error:
        raise ConfigurationError(f"The folder {str(folder)!r} cannot be read: {error.strerror}.") from None
    if not scenarios:
        endings = " or ".join(f"*{ending}" for ending in sorted(ENDINGS))
        text = f"There is no scenario in the folder {str(folder)!r}: no file {endings} but tests and helpers (_*)."
        raise ConfigurationError(f"{text} Name some in {str(file)!r}, or name another folder.")
    if len(scenarios) == 1:
        return (rule_of(scenarios[0]),)
    times = Counter(scenario_name(path.name) for path in scenarios)
    return tuple(_among(path, alone=times[scenario_name(path.name)] == 1) for path in scenarios)


def _among(path: Path, *, alone: bool) -> RuleEntry:
    """The rule of one of several scenarios; alone when no other has its name."""
    name = re.escape(scenario_name(path.name))
    if alone:
        return rule_of(path, name)
    return rule_of(path, f"{name}({re.escape(path.suffix)})?", scenario_name(path.name) + path.suffix)


def rule_of(path: Path, pattern: str = ".*", name: str = "") -> RuleEntry:
    """The rule of one scenario by itself, by its own name when no other is given."""
    name = name or scenario_name(path.name)
    if len(name) > RULE_NAME_CHARACTERS:
        raise ConfigurationError(f"{str(path)!r} is too long a name: a rule's has {RULE_NAME_CHARACTERS} characters.")
    return RuleEntry(name=name, scenarios=(str(path),), pattern=pattern)


def _is_scenario(path: Path) -> bool:
    """Whether a file of a folder is a scenario: no test, no helper whose name begins with `_`, no typings."""
    if path.suffix not in ENDINGS or not path.is_file():
        return False
    name = path.stem
    if name.startswith(("_", ".", "test_")) or name.endswith(("_test", ".test", ".spec", ".d", ".config")):
        return False
    # What stands beside TypeScript of the same name was made from it.
    return name != "conftest" and not (path.suffix == ".js" and path.with_suffix(TYPESCRIPT).is_file())


def application_name(folder: Path) -> str:
    """The folder's name, as far as an application can have it."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")[:65]
    return name if APPLICATION_NAME.fullmatch(name) else "app"
