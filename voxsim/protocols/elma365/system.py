"""System: what the CRM knows of calls. Cards, users, missed calls, items of numbers, records in activity streams.

A card is one call. It has a line for each operator's phone that rings, and the card has ended when all that was still
going on of it has. Nothing here calls the module; `office` hands in what that has returned.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Final

import attrs

from voxsim.protocols.elma365.results import CallEvent, CallRecord, Key, Member
from voxsim.protocols.elma365.vocabulary import VoipCallDirection, VoipCallDisposition, VoipWebhookEvent

_MOST_CARDS: Final = 10_000


class State(StrEnum):
    """What a card, or an operator's line on it, has come to."""

    RINGING = "ringing"
    TALKING = "talking"
    CLOSED = "closed"
    """Of a line alone: another operator has answered, and this one sees the card no more."""
    ENDED = "ended"


_GOING_ON: Final = frozenset({State.RINGING, State.TALKING})


@attrs.define(kw_only=True)
class Line:
    """An operator's part in a card.

    Attributes:
        user: the system's user behind the number, or None.
        talked: whether this operator answered.
    """

    phone: str
    user: str | None
    state: State = State.RINGING
    talked: bool = False


@attrs.define(kw_only=True)
class Card:
    """A call card, and the Phone Call item behind it.

    Attributes:
        number: counts from 1.
        key: of the call's first event.
        created: the unix milliseconds of it; `changed` those of the last one.
        disposition: what came of it so far.
        lines: the operators' phones, in the order in which they rang.
        item: the app item of the client's number, or None.
        missed: whether it was registered as a missed call.
        duration: of its record, in seconds, or None.
        call: what the module gave for VoipGetCallLink, as JSON, or None without a record.
    """

    number: int
    key: Key
    created: int
    changed: int
    state: State = State.RINGING
    disposition: VoipCallDisposition = VoipCallDisposition.Unknown
    lines: dict[str, Line] = attrs.field(factory=dict)
    item: int | None = None
    missed: bool = False
    duration: float | None = None
    call: str | None = None

    @property
    def users(self) -> list[str]:
        """The users who see it."""
        return [line.user for line in self.lines.values() if line.user is not None and line.state is not State.CLOSED]

    @property
    def recorded(self) -> Any:
        """What the module gave for VoipGetCallLink: a copy, so that nobody changes what is kept."""
        return None if self.call is None else json.loads(self.call)

    def written(self) -> dict[str, Any]:
        """It as plain data, with the documented names."""
        return {
            "number": self.number,
            "callId": self.key.call_id,
            "direction": self.key.direction.value,
            "srcPhone": self.key.source,
            "dstPhone": self.key.destination,
            "state": self.state.value,
            "disposition": self.disposition.value,
            "lines": [{"phone": one.phone, "user": one.user, "state": one.state.value} for one in self.lines.values()],
            "users": self.users,
            "item": self.item,
            "missed": self.missed,
            "duration": self.duration,
            "call": self.recorded,
        }


@attrs.frozen(kw_only=True)
class Item:
    """An app item of a client; `automatic`: it was created because nobody knew the number."""

    number: int
    phone: str
    automatic: bool


@attrs.frozen(kw_only=True)
class FeedEntry:
    """A record in the activity stream of an item, with its player."""

    at: int
    card: int
    item: int | None
    duration: float


@attrs.frozen(kw_only=True)
class Notification:
    """A user is told of a stage of a call."""

    at: int
    user: str
    card: int
    stage: str


class System:
    """What the CRM knows of calls.

    Args:
        contacts: numbers of clients whom it knows already.
        users: system users by member id; of a member that is not named here the user has the member's label.
        most: how many cards are kept; of more the oldest is forgotten. As many entries of each other kind are.

    Attributes:
        members: the PBX's users, as the module told of them.
        cards: in the order of their making.
        entries: records in activity streams.
        notifications: what users were told.
        ignored: events that changed nothing, in words.
    """

    def __init__(
        self, contacts: Iterable[str] = (), users: dict[str, str] | None = None, *, most: int = _MOST_CARDS
    ) -> None:
        self._named = dict(users or {})
        self._most = most
        self._made = 0
        self._items = 0
        self._by: dict[object, list[Card]] = {}
        self.members: list[Member] = []
        self.cards: list[Card] = []
        self.items: dict[str, Item] = {}
        self.entries: list[FeedEntry] = []
        self.notifications: list[Notification] = []
        self.ignored: list[str] = []
        for phone in contacts:
            self._item(phone, automatic=False)

    @property
    def missed(self) -> list[Card]:
        """The missed calls."""
        return [card for card in self.cards if card.missed]

    def user(self, phone: str) -> str | None:
        """The system's user behind an operator's number: by the member with this very id."""
        if phone in self._named:
            return self._named[phone]
        return next((one.label for one in self.members if one.id == phone), None)

    def card(self, number: int) -> Card | None:
        """The card with a number, or None."""
        return next((one for one in self.cards if one.number == number), None)

    # --- events ---

    def take(self, event: CallEvent, at: int) -> None:
        """A call has come to a stage; `at` is in unix milliseconds."""
        match event.stage:
            case VoipWebhookEvent.NotifyStart:
                self._start(event, at)
            case VoipWebhookEvent.NotifyAnswer:
                self._answer(event, at)
            case _:
                self._end(event, at)

    def _start(self, event: CallEvent, at: int) -> None:
        card = self._find(event.key) or self._make(event.key, at)
        line = card.lines.get(event.key.operator)
        if line is None or line.state is State.ENDED:
            self._line(card, event.key.operator)
        card.changed = at
        self._notify(card, event.key.operator, event.stage, at)

    def _answer(self, event: CallEvent, at: int) -> None:
        key = event.key
        card = self._find(key)
        if card is None:
            if self._find(key, ended=True) is not None:
                self._ignore(f"NotifyAnswer after the end of {_words(key)}")
                return
            card = self._make(key, at)
        line = card.lines.get(key.operator) or self._line(card, key.operator)
        if line.state is State.ENDED:
            self._ignore(f"NotifyAnswer of {key.operator} after its end in {_words(key)}")
            return
        for other in card.lines.values():
            if other is not line and other.state is not State.ENDED:
                other.state = State.CLOSED
        line.state = card.state = State.TALKING
        line.talked = True
        card.disposition, card.changed = VoipCallDisposition.Answered, at
        self._notify(card, key.operator, event.stage, at)

    def _end(self, event: CallEvent, at: int) -> None:
        key = event.key
        card = self._find(key)
        if card is None:
            late = self._find(key, ended=True)
            line = late.lines.get(key.operator) if late is not None and key.call_id else None
            if line is not None and line.state is State.CLOSED:
                # One of the group whose card was closed by the answer, told of behind the end of the call.
                return
            card = self._make(key, at)
        card.changed = at
        line = card.lines.get(key.operator)
        concerned = [one.phone for one in card.lines.values() if one.state in _GOING_ON]
        if line is not None and line.state is not State.CLOSED:
            line.state = State.ENDED
        if line is not None and any(one.state in _GOING_ON for one in card.lines.values()):
            talking = any(one.state is State.TALKING for one in card.lines.values())
            card.state = State.TALKING if talking else State.RINGING
            self._notify(card, key.operator, event.stage, at)
            return
        # Whoever rang in vain behind an operator who talked, as after a transfer, takes nothing back.
        talked = any(one.talked for one in card.lines.values() if one is not line)
        self._over(card, VoipCallDisposition.Answered if talked else event.disposition)
        for phone in concerned:
            self._notify(card, phone, event.stage, at)

    def _over(self, card: Card, disposition: VoipCallDisposition) -> None:
        """All of a call has ended."""
        card.state = State.ENDED
        card.disposition = disposition
        for line in card.lines.values():
            if line.state is not State.CLOSED:
                line.state = State.ENDED
        incoming = card.key.direction is VoipCallDirection.In
        card.missed = incoming and disposition is not VoipCallDisposition.Answered
        self._know(card)

    # --- records ---

    def record(self, record: CallRecord, at: int) -> None:
        """A call was recorded: the newest one that is meant, whether it has ended or not."""
        card = self._find(record.key, ended=None)
        if card is None:
            card = self._make(record.key, at)
            card.state = State.ENDED
            for line in card.lines.values():
                line.state = State.ENDED
            self._know(card)
        card.disposition, card.duration, card.call, card.changed = record.disposition, record.duration, record.call, at
        if record.disposition is VoipCallDisposition.Answered:
            card.missed = False  # somebody talked, whatever the end of the call had said
        entry = FeedEntry(at=at, card=card.number, item=card.item, duration=record.duration)
        self._keep(self.entries, entry)

    # --- inside ---

    def _find(self, key: Key, *, ended: bool | None = False) -> Card | None:
        """The newest card of a call that has ended, or has not; of either kind when None."""
        found = self._by.get(key.call_id, ()) if key.call_id else ()
        if not found:
            # One that has an id is another call than this one when this has another id.
            found = [card for card in self._by.get(_phones(key), ()) if not (key.call_id and card.key.call_id)]
        fitting = (card for card in reversed(found) if ended is None or (card.state is State.ENDED) is ended)
        return next(fitting, None)

    def _make(self, key: Key, at: int) -> Card:
        self._made += 1
        item = self.items.get(_plain(key.outside))
        card = Card(number=self._made, key=key, created=at, changed=at, item=item.number if item else None)
        self.cards.append(card)
        for name in _names(key):
            self._by.setdefault(name, []).append(card)
        if len(self.cards) > self._most:
            self._forget(self.cards.pop(0))
        self._line(card, key.operator)
        return card

    def _forget(self, card: Card) -> None:
        for name in _names(card.key):
            self._by[name].remove(card)
            if not self._by[name]:
                del self._by[name]

    def _line(self, card: Card, phone: str) -> Line:
        line = card.lines[phone] = Line(phone=phone, user=self.user(phone))
        return line

    def _know(self, card: Card) -> None:
        """Who called, or was called, has an app item from now on."""
        phone = card.key.outside
        if phone and card.item is None:
            card.item = (self.items.get(_plain(phone)) or self._item(phone, automatic=True)).number

    def _item(self, phone: str, *, automatic: bool) -> Item:
        self._items += 1
        item = self.items[_plain(phone)] = Item(number=self._items, phone=phone, automatic=automatic)
        if len(self.items) > self._most:
            del self.items[next(iter(self.items))]
        return item

    def _notify(self, card: Card, phone: str, stage: VoipWebhookEvent, at: int) -> None:
        line = card.lines.get(phone)
        if line is not None and line.user is not None and line.state is not State.CLOSED:
            self._keep(self.notifications, Notification(at=at, user=line.user, card=card.number, stage=stage.value))

    def _ignore(self, words: str) -> None:
        self._keep(self.ignored, words)

    def _keep(self, kept: list[Any], one: Any) -> None:
        kept.append(one)
        if len(kept) > self._most:
            del kept[0]

    def written(self) -> Iterator[tuple[str, Any]]:
        """All of it as plain data, by name."""
        yield "members", [{"id": one.id, "label": one.label, "user": self.user(one.id)} for one in self.members]
        yield "cards", [card.written() for card in self.cards]
        yield "missed", [card.number for card in self.missed]
        yield "items", [attrs.asdict(item) for item in self.items.values()]
        yield "feed", [attrs.asdict(entry) for entry in self.entries]
        yield "notifications", [attrs.asdict(one) for one in self.notifications]
        yield "ignored", list(self.ignored)


def _phones(key: Key) -> object:
    """What a call without an id is known by."""
    return attrs.evolve(key, call_id="")


def _names(key: Key) -> tuple[object, ...]:
    """All that a card is found by."""
    return (key.call_id, _phones(key)) if key.call_id else (_phones(key),)


def _plain(phone: str) -> str:
    """One form for all ways to write a number."""
    digits = "".join(filter(str.isdigit, phone))
    return digits or phone


def _words(key: Key) -> str:
    return key.call_id or f"{key.source} to {key.destination}"
