"""Staffing: `[[queue]]` and `[[operator]]` of a configuration, read, checked, and set up in a world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

import attrs

from voxsim.engine.agents import CHOSEN
from voxsim.engine.queues import FAULTS, LEVELS, AgentSelection, Queue, TaskSelection, configured
from voxsim.parties.behaviour import KEYS
from voxsim.parties.entries import OperatorEntry, PartyEntry, QueueEntry
from voxsim.parties.operators import make_operator
from voxsim.parties.reading import known_application, party_entry
from voxsim.parties.tables import Table
from voxsim.vocabulary.naming import did_you_mean

if TYPE_CHECKING:
    from voxsim.parties.world import World

_PLAYS: Final = ("behaviour", "devices", "online", *KEYS)


def read_queue(table: Table, applications: tuple[str, ...] | None = None) -> QueueEntry:
    """`[[queue]]`; it is one of all applications unless it says of which.

    Args:
        table: the table.
        applications: the names that there are; None when nobody cares.

    Raises:
        ConfigurationError: a value cannot be.
    """
    table.only(*(field.name for field in attrs.fields(QueueEntry)))
    name = table.need("name", str).strip()
    if not name:
        raise table.wrong("'name' is empty: scenarios call a queue by its name.", "name")
    application = table.take("application", str)
    if application is not None and applications is not None:
        known_application(table, application, applications, "application")
    size = table.take("max_size", int)
    if size is not None and size < 0:
        raise table.wrong(f"'max_size' cannot be negative, got {size}.", "max_size")
    own = QueueEntry(name=name)
    return QueueEntry(
        name=name,
        application=application,
        max_size=size,
        max_waiting=table.seconds("max_waiting", 0) if "max_waiting" in table.values else None,
        hold=table.take("hold", bool) or False,
        agent_selection=_choice(table, "agent_selection", tuple(AgentSelection)) or own.agent_selection,
        task_selection=_choice(table, "task_selection", tuple(TaskSelection)) or own.task_selection,
        fault=_choice(table, "fault", FAULTS),
    )


def read_operator(table: Table, queues: tuple[str, ...]) -> OperatorEntry:
    """`[[operator]]`: a user who serves some of these queues; the only one, unless it says which.

    Raises:
        ConfigurationError: a value cannot be.
    """
    own = (field.name for field in attrs.fields(OperatorEntry) if field.name != "party")
    table.only(*own, *_PLAYS)
    name = table.need("name", str).strip()
    if not name:
        raise table.wrong("'name' is empty: an operator is called by its user name.", "name")
    display_name = table.take("display_name", str) or ""
    ban = table.seconds("ban", OperatorEntry(name="").ban)
    if not ban:
        raise table.wrong("'ban' cannot be 0: an operator who refuses would be called again at once.", "ban")
    return OperatorEntry(
        name=name,
        queues=_queues(table, queues),
        skills=_skills(table),
        talk=table.seconds("talk", 0) if "talk" in table.values else None,
        after_call=table.seconds("after_call", 0),
        ban=ban,
        status=_choice(table, "status", tuple(sorted(CHOSEN))) or "READY",
        display_name=display_name,
        party=party_entry(table, "user", name, display_name) if any(key in table.values for key in _PLAYS) else None,
    )


def _choice(table: Table, key: str, choices: Iterable[str]) -> str | None:
    value = table.take(key, str)
    known = tuple(map(str, choices))
    if value is not None and value not in known:
        raise table.wrong(f"{key!r} is one of {', '.join(known)}, got {value!r}.{did_you_mean(value, known)}", key)
    return value


def _queues(table: Table, known: tuple[str, ...]) -> tuple[str, ...]:
    named = table.texts("queues")
    if not named and len(known) == 1:
        return known
    if not named:
        raise table.wrong('Say which queues it serves: queues = ["support"].', "queues")
    for name in named:
        if name not in known:
            raise table.wrong(f"There is no queue {name!r}.{did_you_mean(name, known)}", "queues")
    return tuple(dict.fromkeys(named))


def _skills(table: Table) -> dict[str, int]:
    skills = table.table("skills")
    found = {name: skills.need(name, int) for name in skills.values}
    for name, level in found.items():
        if level not in LEVELS:
            raise skills.wrong(f"The level of a skill is a number from 1 to 5, got {level}.", name)
    return found


def set_up(
    world: World,
    queues: Iterable[QueueEntry],
    operators: Iterable[OperatorEntry],
    *,
    application: Callable[[str], int | None] = lambda name: None,
    users: Mapping[str, tuple[int, PartyEntry | None]] | None = None,
) -> None:
    """Make queues, and operators who serve them.

    Args:
        world: where.
        queues: the queues; one of no application is one of all.
        operators: who serves them.
        application: the number of an application by its name.
        users: the number of each user, and what plays it when that was said; operators of the same names are these.
    """
    made: dict[str, list[Queue]] = {}
    for entry in queues:
        number = application(entry.application) if entry.application is not None else None
        settings = attrs.asdict(entry, filter=lambda field, _: field.name not in ("name", "application"))
        made.setdefault(entry.name, []).append(configured(world.switch.queues.queue(entry.name, number), **settings))
    for operator in operators:
        served = tuple(queue for name in operator.queues for queue in made[name])
        _add(world, operator, served, (users or {}).get(operator.name, (None, None)))


def _add(
    world: World, entry: OperatorEntry, served: tuple[Queue, ...], user: tuple[int | None, PartyEntry | None]
) -> None:
    number, own = user
    party = entry.party or own or PartyEntry(kind="user", address=entry.name)
    operator = make_operator(
        world.switch,
        entry.name,
        served,
        party.behaviour,
        number=number,
        skills=entry.skills,
        talk=entry.talk,
        after_call=entry.after_call,
        ban=entry.ban,
        status=entry.status,
        display_name=entry.display_name or party.display_name,
        devices=dict(party.devices) or None,
        online=party.online,
    )
    world.directory.add(operator.party)
