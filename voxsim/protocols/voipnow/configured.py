"""Configured: what `[voipnow]` of a configuration says, as rules and a dialect."""

from __future__ import annotations

from typing import Final

from voxsim.parties.entries import Configuration
from voxsim.protocols.callevents.people import People
from voxsim.protocols.voipnow.requests import Dialect
from voxsim.protocols.voipnow.rules import EVERY, EventType, Method, Rule, Rules

NOWHERE: Final = "http://localhost/voipnow"
"""Where requests would go when nobody has said where to."""


def rules_of(configuration: Configuration, people: People, *, example: bool = True) -> Rules:
    """The rules that are configured.

    Args:
        example: with none configured, one rule for each event of everybody, to look at.
    """
    entries = configuration.voipnow.rules
    if not entries and example:
        return Rules(
            Rule(id=str(event.value + 1), extension=EVERY, event=event, method=Method.POST, url=NOWHERE)
            for event in EventType
        )
    return Rules(
        Rule(
            id=str(number),
            extension=extended(people, entry.extension),
            event=EventType(entry.event),
            method=Method[entry.method],
            url=entry.url,
            enabled=entry.enabled,
            note=entry.note,
        )
        for number, entry in enumerate(entries, 1)
    )


def dialect_of(configuration: Configuration) -> Dialect:
    """How parameters are to be written."""
    entry = configuration.voipnow
    return Dialect(full=entry.statuses == "full", old_spelling=entry.old_spelling, lower_flow=entry.flow == "lower")


def extended(people: People, extension: str) -> str:
    """The extended form of an extension that may have been given without its client: whose it is, is looked for."""
    if extension == EVERY or "*" in extension:
        return extension
    known = next((party for party in people.inside if party.short == extension), None)
    return known.extended if known is not None else f"{people.tenant().client}*{extension}"
