"""Furnishing: from the entries of a configuration to the world that they describe, with everybody in place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs

from voxsim.languages import load_program
from voxsim.parties.behaviour import Behaviour
from voxsim.parties.entries import ApplicationEntry, Configuration, PartyEntry, RuleEntry, UserEntry, WebEntry
from voxsim.parties.party import Party
from voxsim.parties.staffing import set_up
from voxsim.parties.world import World
from voxsim.platform.account import Account, Application, ScenarioFile, User, password_hash
from voxsim.platform.rules import Rule
from voxsim.vocabulary.naming import scenario_name


def furnished(
    configuration: Configuration,
    *,
    first: Iterable[Party] = (),
    created: datetime | None = None,
    reload: bool = False,
    **settings: Any,
) -> World:
    """The world that a configuration describes.

    Args:
        configuration: what is wanted.
        first: parties that come before those of the configuration.
        created: since when there is the account.
        reload: whether a session that begins after a scenario was changed runs the changed one.
        settings: all else that a World is made with.

    Raises:
        ConfigurationError: a scenario cannot be loaded at all.
    """
    account = _account(configuration, created, reload)
    world = World(
        limits=configuration.limits,
        timing=configuration.timing,
        sounds=configuration.sounds,
        stranger=Behaviour(),
        account=account,
        **settings,
    )
    for one in first:
        world.directory.add(one)
    applications = {one.name: one.id for one in account.applications}
    users = {one.name: (number, one.party) for number, one in enumerate(configuration.users, 1)}
    set_up(world, configuration.queues, configuration.operators, application=applications.get, users=users)
    for user in configuration.users:
        if user.party is not None:
            world.directory.add(_party(user.party))
    for agent in configuration.agents:
        world.agents.add(agent.agent())
    for dialog in configuration.dialogs:
        world.dialogs.add(dialog.dialog())
    for party in configuration.parties:
        world.directory.add(_party(party))
    for entry in reversed(configuration.web):
        _add_service(world, entry)
    return world


def _account(configuration: Configuration, created: datetime | None, reload: bool) -> Account:
    entry = configuration.account
    account = Account(
        id=entry.id,
        name=entry.name,
        email=entry.email,
        api_key=entry.api_key or "",
        currency=entry.currency,
        balance=entry.balance,
        created=created,
        applications=[],
    )
    for application in configuration.applications:
        _add_application(account, application, reload)
    files = dict.fromkeys(file for one in configuration.applications for rule in one.rules for file in rule.scenarios)
    account.scenarios = [ScenarioFile(number, scenario_name(file), file) for number, file in enumerate(files, 1)]
    for number in configuration.numbers:
        owner = next(one for one in account.applications if one.name == number.application)
        owner.numbers[number.number] = next((rule for rule in owner.rules if rule.name == number.rule), None)
    for user in configuration.users:
        _add_user(account, user)
    return account


def _add_application(account: Account, entry: ApplicationEntry, reload: bool) -> None:
    first = len(account.rules) + 1
    rules = [_rule(rule, number, reload) for number, rule in enumerate(entry.rules, first)]
    number = len(account.applications) + 1
    account.applications.append(Application(id=number, name=entry.name, rules=rules, secrets=entry.secrets))


def _rule(entry: RuleEntry, number: int, reload: bool) -> Rule:
    return Rule(
        name=entry.name,
        program=load_program(entry.scenarios, reload=reload),
        pattern=entry.pattern,
        number=number,
        exclude=entry.pattern_exclude,
        video_conference=entry.video_conference,
    )


def _add_user(account: Account, entry: UserEntry) -> None:
    number = len(account.users) + 1
    ids = [one.id for one in account.applications if not entry.applications or one.name in entry.applications]
    account.users[number] = User(
        id=number,
        name=entry.name,
        display_name=entry.display_name,
        password_hash=password_hash(entry.name, entry.password) if entry.password else "",
        active=entry.active,
        custom_data=entry.custom_data,
        applications=tuple(ids),
    )


def _party(entry: PartyEntry) -> Party:
    fields = {field.name: getattr(entry, field.name) for field in attrs.fields(PartyEntry)}
    return Party(**{**fields, "devices": dict(entry.devices)})


def _add_service(world: World, entry: WebEntry) -> None:
    service = world.web.on(entry.method, entry.url)
    if entry.fault is not None:
        service.fail(entry.fault, delay=entry.delay)
    else:
        service.reply(
            entry.status,
            json=entry.json,
            text=entry.text,
            headers=entry.headers,
            delay=entry.delay,
            connect_delay=entry.connect_delay,
        )
