"""Rules: which URL is to be told of which event of which extension. They are kept in the order of their making."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from typing import Final

import attrs

EVERY: Final = "*"
"""The extension of a rule that is everybody's."""

_REMEMBERED: Final = 4096


class EventType(IntEnum):
    """What a rule can ask for, by the numbers that the REST interface gives them."""

    DIAL_IN = 0
    DIAL_OUT = 1
    HANGUP = 2
    ANSWER_IN = 3
    ANSWER_OUT = 4

    @property
    def title(self) -> str:
        """The event's name, as in a configuration: `dial-in`, `answer-out`."""
        return self.name.lower().replace("_", "-")


class Method(IntEnum):
    """How a request is made, by the numbers that the REST interface gives them."""

    GET = 0
    POST = 1


@attrs.frozen(kw_only=True)
class Rule:
    """One request to make.

    Attributes:
        id: 1 to 255 letters and digits; no other rule has it.
        extension: whose event it is, in extended form `0003*201`, or `*` for everybody.
        event: what has to happen.
        method: GET puts the parameters into the query, POST into the body.
        url: where to; with a query of its own, that query stays.
        enabled: one that is not is never carried out.
        note: for people.
        created: when it was made, in unix seconds.
        modified: when it was made or changed last.
    """

    id: str
    extension: str
    event: EventType
    method: Method
    url: str
    enabled: bool = True
    note: str = ""
    created: float = 0.0
    modified: float = 0.0


class Rules:
    """All rules.

    Attributes:
        on_change: called with the id of each rule that is made, changed or removed (then with None beside it).
    """

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._rules: dict[str, Rule] = {}
        self._of: dict[tuple[str, EventType], list[str]] = {}
        self._places: dict[str, int] = {}
        self._due: dict[tuple[str, EventType], tuple[Rule, ...]] = {}
        self._made = 0
        self.on_change: list[Callable[[str, Rule | None], None]] = []
        for rule in rules:
            self.put(rule)

    def __len__(self) -> int:
        return len(self._rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def __contains__(self, identity: str) -> bool:
        return identity in self._rules

    def get(self, identity: str) -> Rule | None:
        """The rule with this id, or None."""
        return self._rules.get(identity)

    def put(self, rule: Rule) -> None:
        """Add a rule, or put it in the place of the one with its id, which is of the same extension and event."""
        if rule.id not in self._rules:
            self._of.setdefault((rule.extension, rule.event), []).append(rule.id)
            self._made += 1
            self._places[rule.id] = self._made
        self._rules[rule.id] = rule
        self._changed(rule.id, rule)

    def remove(self, rule: Rule) -> None:
        """Take a rule away."""
        del self._rules[rule.id], self._places[rule.id]
        key = rule.extension, rule.event
        self._of[key].remove(rule.id)
        if not self._of[key]:
            del self._of[key]
        self._changed(rule.id, None)

    def of(self, extension: str, event: EventType | None = None) -> list[Rule]:
        """The rules of one extension alone, for one event or for all, in the order of their making."""
        return [rule for rule in self._rules.values() if rule.extension == extension and event in (None, rule.event)]

    def due(self, extension: str, event: EventType) -> tuple[Rule, ...]:
        """The rules to carry out when this happens to an extension, in the order of their making."""
        key = extension, event
        due = self._due.get(key)
        if due is None:
            if len(self._due) >= _REMEMBERED:
                self._due.clear()
            both = sorted((*self._of.get(key, ()), *self._of.get((EVERY, event), ())), key=self._places.__getitem__)
            rules = (self._rules[identity] for identity in both)
            due = self._due[key] = tuple(rule for rule in rules if rule.enabled)
        return due

    def _changed(self, identity: str, rule: Rule | None) -> None:
        self._due.clear()
        for told in self.on_change:
            told(identity, rule)
