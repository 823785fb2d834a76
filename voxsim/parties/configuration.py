"""Configuration: what `voxsim.toml` says, or what a folder or project says by itself, as checked plain data.

It reads and checks; building a platform from it is done elsewhere. Every mistake is a ConfigurationError with file,
line, what is wrong, and the nearest known key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import attrs

from voxsim.engine.timing import Timing
from voxsim.languages import language
from voxsim.parties import FILE
from voxsim.parties.agents.entries import read_agent
from voxsim.parties.ciproject import CiProject, find_root, read_project
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
from voxsim.parties.folders import application_name, application_of, rule_of, rules_of
from voxsim.parties.identity import contradiction
from voxsim.parties.mediaentry import read_media
from voxsim.parties.reading import (
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
from voxsim.vocabulary.naming import did_you_mean

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
        place: a folder of scenarios or a project of voxengine-ci (`voxsim.toml` in it is read when there is one),
            such a file itself, or one scenario file, which is served alone for every destination.

    Raises:
        ConfigurationError: there is nothing to serve, or the file has a mistake in it.
    """
    if place.suffix == ".toml":
        return _read(place)
    if place.is_dir():
        file = place / FILE
        if file.exists():
            return _read(file)
        project = _project(place)
        if project is not None:
            account = AccountEntry(name=project.account) if project.account else AccountEntry()
            return Configuration(account=account, applications=project.applications)
        return Configuration(applications=(application_of(place, file),))
    try:
        language((str(place),))
    except ConfigurationError as error:
        raise ConfigurationError(f"{error} A folder of scenarios, or one scenario file, is needed.") from None
    application = ApplicationEntry(name=application_name(place.parent), rules=(rule_of(place),))
    return Configuration(applications=(application,))


def _project(place: Path, account: str | None = None) -> CiProject | None:
    """The project of voxengine-ci that a folder holds, or None when it holds none."""
    root = find_root(place)
    return None if root is None else read_project(root, account)


def _read(file: Path) -> Configuration:
    """All of a `voxsim.toml`."""
    whole = read_tables(file)
    whole.only(
        *("account", "application", "user", "number", "queue", "operator", "agent", "dialog", "party", "web"),
        *("limits", "timing", "sounds", "server", "media", "voipnow", "ccsevents", "elma365"),
    )
    elma365 = read_elma365(whole.table("elma365"), file.parent)
    modules = {one.file for one in elma365.modules}
    named = whole.table("account")
    account = read_account(named)
    project = _project(file.parent, account.name if "name" in named.values else None)
    if project is not None and project.account is not None:
        account = attrs.evolve(account, name=project.account)
    applications = tuple(_without(one, modules) for one in _applications(whole, file, project))
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
        media=read_media(whole.table("media")),
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


def _applications(whole: Table, file: Path, project: CiProject | None) -> tuple[ApplicationEntry, ...]:
    """The applications that the file names, with the project's; the folder's scenarios are one when there are none."""
    lying = {one.name: one for one in project.applications} if project is not None else {}
    if "application" not in whole.values:
        return tuple(lying.values()) or (application_of(file.parent, file),)
    named = _distinct(whole.tables("application"), lambda table: _application(table, file, lying), "name")
    return (*{**lying, **{one.name: one for one in named}}.values(),)


def _application(table: Table, file: Path, lying: Mapping[str, ApplicationEntry]) -> ApplicationEntry:
    table.only("name", "rule", "secrets")
    name = read_application_name(table)
    secrets = read_secrets(table.table("secrets"))
    if "rule" in table.values:
        if name in lying:
            raise table.wrong(f"The rules of the application {name!r} stand in the project's own files.", "rule")
        rules = _distinct(table.tables("rule"), lambda rule: read_rule(rule, file.parent), "name")
        return ApplicationEntry(name=name, rules=rules, secrets=secrets)
    if lying and name not in lying:
        raise table.wrong(f"The project has no application {name!r}.{did_you_mean(name, lying)}", "name")
    rules = lying[name].rules if lying else rules_of(file.parent, file)
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
