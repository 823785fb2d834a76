"""What `voxsim run` makes of a folder, and of a `voxsim.toml` beside a scenario.

A folder is run with its own rules, one of which takes the call; a scenario brings its rule, and the file beside it all
else: whom it meets, and what the platform allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import trio

from voxsim.driver import Pace
from voxsim.parties.configuration import load_configuration
from voxsim.parties.entries import ApplicationEntry, Configuration
from voxsim.parties.furnishing import furnished
from voxsim.parties.party import Party
from voxsim.parties.world import World
from voxsim.platform.account import Account, Application
from voxsim.platform.rules import Rule
from voxsim.vocabulary.errors import ConfigurationError
from voxsim.vocabulary.naming import did_you_mean, scenario_name

if TYPE_CHECKING:
    from voxsim.cli.arguments import Options

_MOST_NAMED = 8


def project_world(options: Options, parties: Iterable[Party]) -> tuple[World, Application, Rule]:
    """The platform of a folder, with these parties before its own, and the rule to run.

    Raises:
        ConfigurationError: there is a mistake in it, or no rule is meant by the options.
    """
    if len(options.scenarios) > 1:
        raise ConfigurationError("A folder is run alone: name it, or some scenarios, but not both.")
    world = _furnished(load_configuration(Path(options.scenarios[0])), options, parties)
    application, rule = _meant(world.platform.account, options)
    return world, application, rule


def surroundings(file: Path, options: Options, parties: Iterable[Party]) -> World:
    """A platform without a rule, for scenarios beside this `voxsim.toml`: its parties, services, figures and secrets.

    Raises:
        ConfigurationError: there is a mistake in the file.
    """
    configuration = load_configuration(file)
    applications = configuration.applications
    secrets = {name: value for one in reversed(applications) for name, value in one.secrets.items()}
    name = applications[0].name if len(applications) == 1 else Application().name
    only = ApplicationEntry(name=name, secrets=secrets)
    users = tuple(attrs.evolve(user, applications=()) for user in configuration.users)
    return _furnished(attrs.evolve(configuration, applications=(only,), users=users, numbers=()), options, parties)


def _furnished(configuration: Configuration, options: Options, parties: Iterable[Party]) -> World:
    world = furnished(
        configuration,
        first=parties,
        seed=options.seed,
        pace=Pace.parse(options.time),
        until=options.until,
    )
    if any(one.secrets for one in world.platform.account.applications):
        from voxsim.platform.commands.secrets import load_secrets

        trio.run(load_secrets, world.context)
    return world


def _meant(account: Account, options: Options) -> tuple[Application, Rule]:
    """Who takes the call: the rule that is named, else the one that the destination leads to."""
    only = None
    if options.application is not None:
        only = account.application(name=options.application)
        if only is None:
            near = did_you_mean(options.application, [one.name for one in account.applications])
            raise ConfigurationError(f"There is no application {options.application!r}.{near}")
    applications = account.applications if only is None else [only]
    rules = [(application, rule) for application in applications for rule in application.rules]
    if not rules:
        raise ConfigurationError(f"{options.scenarios[0]!r} has no rule to run.")
    if options.rules:
        return _named(rules, options)
    found = account.route(options.destination, only)
    if found is None:
        patterns = [f"{rule.name!r} takes {rule.pattern.pattern}" for _, rule in rules[:_MOST_NAMED]]
        text = f"No rule takes a call to {options.destination!r}: {', '.join(patterns)}"
        raise ConfigurationError(f"{text}. Say what is called with --to, or which rule is run with --rule NAME.")
    return found


def _named(rules: list[tuple[Application, Rule]], options: Options) -> tuple[Application, Rule]:
    if len(options.rules) > 1:
        raise ConfigurationError("A folder has its rules already: --rule names the one that takes the call.")
    pattern, name = options.rules[0]
    if pattern != re.escape(scenario_name(name)):
        name = f"{pattern}={name}"
    found = [(application, rule) for application, rule in rules if rule.name == name]
    if not found:
        names = list(dict.fromkeys(rule.name for _, rule in rules))
        near = did_you_mean(name, names) or f" There are {', '.join(map(repr, names[:_MOST_NAMED]))}."
        raise ConfigurationError(f"There is no rule {name!r}.{near}")
    if len(found) > 1:
        applications = ", ".join(application.name for application, _ in found)
        raise ConfigurationError(f"There is a rule {name!r} in {applications}: say which with --application.")
    return found[0]
