"""Subscriptions: which events one WebSocket connection wants, of whom, and for how long.

A subscription is asked for with an id, asked for again to renew it, and given up with an expiry of 0. One that has
expired is dropped without a word. Time is the scenario's, in unix seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import attrs

from voxsim.protocols.callevents.model import Party
from voxsim.protocols.ccsevents.events import CLASS, TYPES, Event
from voxsim.protocols.ccsevents.requests import BAD, FORBIDDEN, TOO_MANY, Parameters, Refused
from voxsim.vocabulary.naming import did_you_mean

LONGEST: Final = 3600
"""For how many seconds a subscription lasts at most; a longer wish is cut to this."""

MOST: Final = 100
"""How many subscriptions a connection may have."""

_LONGEST_ID: Final = 200
_EVENT: Final = re.compile(r"([A-Za-z_]\w*)\.(\*|[A-Za-z_]\w*)", re.ASCII)


@attrs.define
class Subscription:
    """One subscription.

    Attributes:
        events: identifiers as they were asked for: `ccsevents.call_create`, `ccsevents.*`.
        types: the types of this class among them.
        objects: whose events: numbers, user names or addresses; None for anybody's.
        expires_at: when it ends.
        exargs: further wishes, kept as they came.
    """

    id: str | int
    events: tuple[str, ...]
    types: frozenset[str]
    objects: frozenset[str] | None
    expires_at: float
    exargs: dict[str, Any]

    def wants(self, event: Event) -> bool:
        """Whether it is for this event."""
        return event.type in self.types and (
            self.objects is None or any(is_of(one, self.objects) for one in event.people)
        )


class Subscriptions:
    """The subscriptions of one connection.

    Args:
        now: the present.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._known: dict[str | int, Subscription] = {}

    def __len__(self) -> int:
        self._clear()
        return len(self._known)

    def ask(self, parameters: Parameters, *, allowed: bool) -> dict[str, Any]:
        """Carry out `subscribe`; returns what the answer says beside its result.

        Raises:
            Refused: it cannot be understood, or there are too many already.
        """
        self._clear()
        identity = parameters.get("id")
        if isinstance(identity, bool) or not isinstance(identity, str | int) or not str(identity):
            raise Refused(BAD, "'id' is missing: a text or a number of your own for the subscription.")
        if len(str(identity)) > _LONGEST_ID:
            raise Refused(BAD, f"'id' may have {_LONGEST_ID} characters.")
        seconds = _seconds(parameters)
        if seconds == 0:
            # To end a subscription needs no rights, and no subscription.
            self._known.pop(identity, None)
            return {"id": identity, "expires": 0}
        if not allowed:
            raise Refused(FORBIDDEN, "This connection may not subscribe: its token lacks the role 'subscr'.")
        old = self._known.get(identity)
        if old is None and len(self._known) >= MOST:
            raise Refused(TOO_MANY, f"A connection may have {MOST} subscriptions.")
        events = _events(parameters, old)
        exargs = parameters.get("exargs", {} if old is None else old.exargs)
        if not isinstance(exargs, dict):
            raise Refused(BAD, "'exargs' is an object.")
        self._known[identity] = Subscription(
            id=identity,
            events=events,
            types=_types(events),
            objects=_objects(parameters, old),
            expires_at=self._now() + seconds,
            exargs=exargs,
        )
        return {"id": identity, "expires": seconds}

    def matching(self, event: Event) -> Iterable[Subscription]:
        """The subscriptions that an event is for, in the order in which they were made."""
        if not self._known:
            return ()
        now = self._now()
        return [one for one in self._known.values() if one.expires_at > now and one.wants(event)]

    def _clear(self) -> None:
        now = self._now()
        for identity in [one.id for one in self._known.values() if one.expires_at <= now]:
            del self._known[identity]


def is_of(party: Party, names: frozenset[str]) -> bool:
    """Whether one of these names, numbers or addresses is this party's."""
    return party.number in names or party.address in names or bool(party.short and party.short in names)


def _seconds(parameters: Parameters) -> int:
    seconds = parameters.get("expires", LONGEST)
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 0:
        raise Refused(BAD, "'expires' is a whole number of seconds; 0 ends the subscription.")
    return min(seconds, LONGEST)


def _events(parameters: Parameters, old: Subscription | None) -> tuple[str, ...]:
    events = parameters.get("events", None if old is None else list(old.events))
    if not isinstance(events, list) or not events:
        raise Refused(BAD, "'events' is a list such as [\"ccsevents.*\"].")
    for event in events:
        match = _EVENT.fullmatch(event) if isinstance(event, str) else None
        if match is None:
            raise Refused(BAD, f"'events' are 'class.type' or 'class.*', got {str(event)[:80]!r}.")
        if match[1] == CLASS and match[2] != "*" and match[2] not in TYPES:
            raise Refused(BAD, f"{CLASS} has no event {match[2]!r}.{did_you_mean(match[2], TYPES)}")
    return tuple(dict.fromkeys(events))


def _types(events: tuple[str, ...]) -> frozenset[str]:
    """The types of this class; those of others may be subscribed to, and never come."""
    if f"{CLASS}.*" in events:
        return frozenset(TYPES)
    return frozenset(name for one in events if (name := one.removeprefix(f"{CLASS}.")) in TYPES)


def _objects(parameters: Parameters, old: Subscription | None) -> frozenset[str] | None:
    if "objects" not in parameters:
        return None if old is None else old.objects
    objects = parameters["objects"]
    if objects == "any":
        return None
    if not isinstance(objects, list) or not objects or not all(isinstance(one, str) for one in objects):
        raise Refused(BAD, '\'objects\' is "any", or a list of users such as ["201"].')
    return frozenset(objects)
