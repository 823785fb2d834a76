"""Configuration: what `voxsim.toml` says, or what a folder of scenarios says by itself, as checked plain data.

It reads and checks; building a platform from it is done elsewhere. Every mistake is a ConfigurationError with file,
line, what is wrong, and the nearest known key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import attrs

from voxsim.engine.timing import Timing
from voxsim.languages import ENDINGS, language
from voxsim.parties import FILE
from voxsim.parties.agents.entries import read_agent
from voxsim.parties.dialogentries import read_dialog
from voxsim.parties.entries import (
    AccountEntry,
    ApplicationEntry,
    Configuration,
    NumberEntry,
    OperatorEntry,
    PartyEntry,
    QueueEntry,
    RuleEntry,
    ServerEntry,
    UserEntry,
    WebEntry,
)
from voxsim.parties.feedentries import read_ccsevents, read_voipnow
from voxsim.parties.identity import contradiction
from voxsim.parties.reading import (
    APPLICATION_NAME,
    RULE_NAME_CHARACTERS,
    read_account,
    read_application_name,
    read_figures,
    read_number,
    read_party,
    read_rule,
    read_secrets,
    read_server,
    read_sounds,
    read_user,
    read_web,
)
from voxsim.parties.staffing import read_operator, read_queue
from voxsim.parties.tables import Table, read_tables
from voxsim.parties.telephonyentries import read_elma365
from voxsim.vocabulary.errors import ConfigurationError
from voxsim.vocabulary.limits import Limits

__all__ = [
    "FILE",
    "AccountEntry",
    "ApplicationEntry",
    "Configuration",
    "NumberEntry",
    "OperatorEntry",
    "PartyEntry",
    "QueueEntry",
    "RuleEntry",
    "ServerEntry",
    "UserEntry",
    "WebEntry",
    "load_configuration",
]

_T = TypeVar("_T")


def load_configuration(place: Path) -> Configuration:
    """What is configured for a folder of scenarios, or for a single one.

    Args:
        place: a folder (`voxsim.toml` in it is read when there is one), such a file itself, or one scenario file, which
            is served alone for every destination.

    Raises:
        ConfigurationError: there is nothing to serve, or the file has a mistake in it.
    """
    if place.suffix == ".toml":
        return _read(place)
    if place.is_dir():
        file = place / FILE
        return _read(file) if file.exists() else Configuration(applications=(_application_of(place, file),))
    try:
        language((str(place),))
    except ConfigurationError as error:
        raise ConfigurationError(f"{error} A folder of scenarios, or one scenario file, is needed.") from None
    rule = RuleEntry(name=_rule_name(place), scenarios=(str(place),))
    return Configuration(applications=(ApplicationEntry(name=_application_name(place.parent), rules=(rule,)),))


def _read(file: Path) -> Configuration:
    """All of a `voxsim.toml`."""
    whole = read_tables(file)
    whole.only(
        *("account", "application", "user", "number", "queue", "operator", "agent", "dialog", "party", "web"),
        *("limits", "timing", "sounds", "server", "voipnow", "ccsevents", "elma365"),
    )
    account = read_account(whole.table("account"))
    elma365 = read_elma365(whole.table("elma365"), file.parent)
    modules = {one.file for one in elma365.modules}
    applications = tuple(_without(one, modules) for one in _applications(whole, file))
    names = tuple(one.name for one in applications)
    queues = _distinct(whole.tables("queue"), lambda table: read_queue(table, names), "application", "name")
    known = tuple(one.name for one in queues)
    rules = {one.name: tuple(rule.name for rule in one.rules) for one in applications}
    made = Configuration(
        account=account,
        applications=applications,
        users=_distinct(whole.tables("user"), lambda table: read_user(table, names), "name"),
        numbers=_distinct(whole.tables("number"), lambda table: read_number(table, rules), "number"),
        queues=queues,
        operators=_distinct(whole.tables("operator"), lambda table: read_operator(table, known), "name"),
        agents=tuple(read_agent(table) for table in whole.tables("agent")),
        dialogs=_distinct(whole.tables("dialog"), read_dialog, "service", "agent"),
        parties=_distinct(whole.tables("party"), read_party, "kind", "address"),
        web=_distinct(whole.tables("web"), read_web, "method", "url"),
        limits=read_figures(whole.table("limits"), Limits),
        timing=read_figures(whole.table("timing"), Timing),
        sounds=read_sounds(whole.table("sounds"), file.parent),
        server=read_server(whole.table("server")),
        voipnow=read_voipnow(whole.table("voipnow")),
        ccsevents=read_ccsevents(whole.table("ccsevents")),
        elma365=elma365,
    )
    if (wrong := _contradiction(made)) is not None:
        raise whole.wrong(wrong)
    return made


def _contradiction(made: Configuration) -> str | None:
    """What cannot be about who is who, or None."""
    return contradiction(
        (
            *((one.name, one.identity) for one in made.users),
            *((one.address, one.identity) for one in made.parties),
            *((rule.name, rule.identity) for one in made.applications for rule in one.rules),
        )
    )


def _without(application: ApplicationEntry, modules: set[str]) -> ApplicationEntry:
    """An application without the rules that a folder's telephony modules were taken for."""
    rules = tuple(rule for rule in application.rules if not modules.issuperset(rule.scenarios))
    return application if len(rules) == len(application.rules) else attrs.evolve(application, rules=rules)


def _applications(whole: Table, file: Path) -> tuple[ApplicationEntry, ...]:
    """The applications that the file names; the folder's scenarios are one when it names none."""
    if "application" not in whole.values:
        return (_application_of(file.parent, file),)
    return _distinct(whole.tables("application"), lambda table: _application(table, file), "name")


def _application(table: Table, file: Path) -> ApplicationEntry:
    table.only("name", "rule", "secrets")
    name = read_application_name(table)
    secrets = read_secrets(table.table("secrets"))
    if "rule" not in table.values:
        return ApplicationEntry(name=name, rules=_rules_of(file.parent, file), secrets=secrets)
    rules = _distinct(table.tables("rule"), lambda rule: read_rule(rule, file.parent), "name")
    return ApplicationEntry(name=name, rules=rules, secrets=secrets)


def _distinct(tables: Iterable[Table], read: Callable[[Table], _T], *keys: str) -> tuple[_T, ...]:
    """One entry for each table, no two of which have the same keys."""
    found: dict[tuple[str, ...], _T] = {}
    for table in tables:
        entry = read(table)
        identity = tuple(str(getattr(entry, key)) for key in keys)
        if identity in found:
            raise table.wrong(f"There is a second [[{table.title}]] with the {keys[-1]} {identity[-1]!r}.", keys[-1])
        found[identity] = entry
    return tuple(found.values())


# --- a folder by itself ---


def _application_of(folder: Path, file: Path) -> ApplicationEntry:
    return ApplicationEntry(name=_application_name(folder), rules=_rules_of(folder, file))


def _rules_of(folder: Path, file: Path) -> tuple[RuleEntry, ...]:
    """One rule for each scenario of a folder, which takes the calls to its name; a lone one takes all calls."""
    try:
        scenarios = [path for path in sorted(folder.iterdir()) if _is_scenario(path)]
    except OSError as error:
        raise ConfigurationError(f"The folder {str(folder)!r} cannot be read: {error.strerror}.") from None
    if not scenarios:
        endings = " or ".join(f"*{ending}" for ending in sorted(ENDINGS))
        text = f"There is no scenario in the folder {str(folder)!r}: no file {endings} but tests and helpers (_*)."
        raise ConfigurationError(f"{text} Name some in {str(file)!r}, or name another folder.")
    if len(scenarios) == 1:
        return (RuleEntry(name=_rule_name(scenarios[0]), scenarios=(str(scenarios[0]),)),)
    return tuple(
        RuleEntry(name=_rule_name(path), scenarios=(str(path),), pattern=re.escape(path.stem)) for path in scenarios
    )


def _is_scenario(path: Path) -> bool:
    """Whether a file of a folder is a scenario: no test, no helper whose name begins with `_`."""
    name = path.stem
    apart = name.startswith(("_", ".", "test_")) or name.endswith("_test") or name == "conftest"
    return path.suffix in ENDINGS and not apart and path.is_file()


def _rule_name(path: Path) -> str:
    if len(path.stem) > RULE_NAME_CHARACTERS:
        raise ConfigurationError(f"{str(path)!r} is too long a name: a rule's has {RULE_NAME_CHARACTERS} characters.")
    return path.stem


def _application_name(folder: Path) -> str:
    """The folder's name, as far as an application can have it."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")[:65]
    return name if APPLICATION_NAME.fullmatch(name) else "app"
