"""Domains: who receives which event. Those of the subscribers in a call, each with as much as it may know.

The caller's domain gets everything. A called one gets what comes after routing; where those who are rung belong to
different domains, each gets its own fork alone, until one answers: that one's domain then gets what was withheld.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

import attrs

from voxsim.protocols.ccsevents.events import TYPES, Event, Message, shown
from voxsim.protocols.ccsevents.objects import Call, Seance

_BURST: Final = frozenset({
    "connection_attach_to_seance",
    "connection_link_call",
    "connection_failure",
    "seance_set_next_number",
    "call_create",
    "call_attach_to_seance",
})  # fmt: skip
"""What comes behind a connection's creation while several are called at once: who is rung, is known after that."""

BURST_MS: Final = 100
"""After so many milliseconds all have been called who are called at once."""


_ONLY: Final = -1


@attrs.define(eq=False)
class Sent:
    """An event for one of several domains: a `Message`."""

    domain: str
    event: Event

    @property
    def at(self) -> int:
        """When it happened, in unix milliseconds."""
        return self.event.at

    def shown(self) -> list[str]:
        """See `Message`."""
        return shown(self.domain, self.event)


@attrs.define(eq=False)
class _Fork:
    """One connection, as long as it is not over: who is rung in it.

    Attributes:
        domains: those of the ones who are or were rung, in order.
        begun: what came since the connection's beginning, while it is not known yet who is rung; then None.
        events: those of the connection and of the seance since then, for those who come later.
        given: how far a domain that got everything, as the only one, has been given these; `_ONLY` while it still is.
        answered: somebody has answered.
    """

    id: str
    domains: list[str] = attrs.field(factory=list)
    begun: list[Event] | None = attrs.field(factory=list)
    events: list[Event] = attrs.field(factory=list)
    given: dict[str, int] = attrs.field(factory=dict)
    answered: bool = False


@attrs.define(eq=False)
class Audience:
    """Those who receive a seance's events.

    Attributes:
        whole: the domains that get everything.
        forks: the connections that are alive, by id.
        numbers: what is told to those of `whole` who still are when the next event comes.
        open_since: since when it is not known yet who is rung; None when it is.
        recent: whether somebody may come later who is to be told what there was.
        sent: what the call's own domain was told already, while it is not known yet who else is rung.
    """

    whole: list[str] = attrs.field(factory=list)
    forks: dict[str, _Fork] = attrs.field(factory=dict)
    numbers: list[Sent] = attrs.field(factory=list)
    sent: set[Event] = attrs.field(factory=set)
    open_since: int | None = None
    recent: bool = False

    @property
    def settled(self) -> bool:
        """Whether nothing is kept from anybody for a moment."""
        return self.open_since is None and not self.numbers

    def enter(self, domain: str) -> None:
        """A domain gets everything from now on."""
        if domain and domain not in self.whole:
            self.whole.append(domain)

    def log(self, event: Event) -> None:
        """Keep an event for those who come later, as long as somebody can."""
        if event.type == "connection_failure":
            return
        self.recent = False
        shared, connection = event.call is None or event.type == "connection_link_call", event.connection
        for fork in self.forks.values():
            if fork.begun is not None:
                fork.begun.append(event)
                self.recent = True
            if not fork.answered:
                self.recent = True
                if shared and (connection is None or connection.id == fork.id):
                    fork.events.append(event)

    def told(self, event: Event, domain: str) -> bool:
        """Whether a domain was told of an event of its own already."""
        return event in self.sent and event.call is not None and event.call.party.domain == domain

    def only(self, domain: str) -> bool:
        """Whether a domain gets everything just because it is the only one that was called so far."""
        return any(fork.given.get(domain) == _ONLY and not fork.answered for fork in self.forks.values())


class Domains:
    """Sends events to domains.

    Args:
        known: the domains there are, as far as that is known; there may be more of them later.
        wait: is called when something is kept back until it is known who is rung.
    """

    def __init__(self, known: Collection[str], wait: Callable[[], None]) -> None:
        self._known = known
        self._wait = wait
        self._others = 0  # the seances that are told of to some domains alone
        self._open: dict[str, tuple[int, Seance]] = {}
        self._out: list[Message] = []

    @property
    def waits(self) -> bool:
        """Whether it is not known yet, somewhere, who else is rung."""
        return bool(self._open)

    def send(self, events: list[Event]) -> Sequence[Message]:
        """Who receives these events, in order; there is one at least."""
        count, first = len(self._known), events[0]
        # Events that were kept back come first, and may be another seance's: this one may only begin behind them.
        alike = first.seance is events[-1].seance
        if count == 1 and alike and not self._others and (first.seance.sole or _sole_from(first)):
            return events
        out: list[Message] = []
        self._out = out
        for event in events:
            seance = event.seance
            audience = seance.audience
            if audience is None and seance.sole:
                audience = seance.audience = Audience(whole=[seance.sole])
            elif audience is None:
                if event.type == "connection_failure" and seance.domain:
                    # A session that never had a call: all that is known is whose scenario called in vain.
                    out.append(Sent(seance.domain, event))
                if event.type != "call_create":
                    continue
                audience = seance.audience = Audience()
                self._others += 1
            if len(audience.whole) == count and audience.settled:
                # All there are get everything: there is nobody from whom to keep anything.
                out.extend([Sent(domain, event) for domain in audience.whole])
                if count == 1 and not seance.sole:
                    seance.sole = audience.whole[0]
                    self._others -= 1
                elif event.type == "seance_delete":
                    self._seance_deleted(audience, event)
            else:
                self._take(audience, event)
        return out

    def flush(self, now: int) -> list[Message]:
        """What has waited long enough, at this moment in unix milliseconds."""
        out: list[Message] = []
        self._out = out
        for since, seance in tuple(self._open.values()):
            if now - since > BURST_MS:
                self._close(seance)
        return out

    # --- one event ---

    def _take(self, audience: Audience, event: Event) -> None:
        kind, call = event.type, event.call
        if audience.open_since is not None and not _in_burst(audience, event):
            self._close(event.seance)
        before, after = _STEPS[kind]
        if before is not None:
            before(self, audience, event)
        if audience.numbers:
            self._out.extend(one for one in audience.numbers if one.domain in audience.whole)
            audience.numbers.clear()
        whole = audience.whole
        for domain in whole:
            # A number may be another domain's: who is the only one called so far hears of it when it is known whose.
            late = kind == "seance_set_next_number" and audience.only(domain)
            (audience.numbers if late else self._out).append(Sent(domain, event))
        if call is not None and call.party.domain and call.party.domain not in whole:
            self._take_own(audience, event, call, call.party.domain)
        if audience.recent:
            audience.log(event)
        if after is not None:
            after(self, audience, event)

    def _take_own(self, audience: Audience, event: Event, call: Call, domain: str) -> None:
        """An event of one call: its own domain gets it, whatever else that gets."""
        if audience.open_since is not None:
            if call.side == "b":
                return
            audience.sent.add(event)
        self._out.append(Sent(domain, event))

    def _call_created(self, audience: Audience, event: Event) -> None:
        call = event.call
        if call is not None and call.side == "b":
            self._ring(audience, event)
        elif call is not None and not audience.whole and event.seance.first in ("", call.id):
            audience.enter(call.party.domain)

    def _attached(self, audience: Audience, event: Event) -> None:
        if event.call is not None and event.call.id == event.seance.first:
            # The call has been routed to the scenario: its domain is a called one from here on.
            audience.enter(event.seance.domain)

    def _connection_created(self, audience: Audience, event: Event) -> None:
        """A connection: its caller's domain gets everything, whoever else does."""
        if event.connection is not None:
            audience.enter(event.connection.people[0].domain)
            audience.forks[event.connection.id] = _Fork(event.connection.id)
            audience.recent = True
            audience.open_since = event.at
            self._open[event.seance.id] = event.at, event.seance
            self._wait()

    def _ring(self, audience: Audience, event: Event) -> None:
        """Somebody of a domain is rung; a domain that was the only one so far is not any more."""
        call = event.call
        if call is None or call.side != "b":
            return
        domain = call.party.domain
        connection = call.connection or call.rung_in
        fork = audience.forks.get(connection.id) if connection is not None else None
        if fork is None or not domain or domain in fork.domains:
            return
        fork.domains.append(domain)
        for other in tuple(fork.given):
            if other != domain and not fork.answered and fork.given[other] == _ONLY:
                audience.whole.remove(other)
                fork.given[other] = len(fork.events)

    def _talks(self, audience: Audience, event: Event) -> None:
        if event.call is not None and event.facts["state"] == "talk":
            self._answer(audience, event.call)

    def _established(self, audience: Audience, event: Event) -> None:
        callee = event.facts.get("bcallid")
        if event.connection is not None and callee in event.connection.calls:
            self._answer(audience, event.connection.calls[callee])

    def _connection_deleted(self, audience: Audience, event: Event) -> None:
        if event.connection is not None:
            audience.forks.pop(event.connection.id, None)

    def _seance_deleted(self, audience: Audience, event: Event) -> None:
        if not event.seance.sole:
            self._others -= 1
        self._open.pop(event.seance.id, None)

    # --- when it is known who is rung ---

    def _close(self, seance: Seance) -> None:
        self._open.pop(seance.id, None)
        audience = seance.audience
        if audience is None:
            return
        audience.open_since = None
        for fork in audience.forks.values():
            begun, fork.begun = fork.begun, None
            if begun is None:
                continue
            outer = [domain for domain in fork.domains if domain not in audience.whole]
            if len(fork.domains) == 1 and outer:
                self._out.extend(Sent(outer[0], event) for event in begun if not audience.told(event, outer[0]))
                audience.whole.append(outer[0])
                fork.given[outer[0]] = _ONLY
            for event in begun:
                call = event.call
                if call is None or _fork_of(audience, call) is not fork or call.side != "b":
                    continue
                domain = call.party.domain
                if domain and domain not in audience.whole and event not in audience.sent:
                    self._out.append(Sent(domain, event))
        audience.sent.clear()

    def _answer(self, audience: Audience, call: Call) -> None:
        """Somebody answered: its domain gets what was withheld from it, and everything from now on."""
        fork = _fork_of(audience, call)
        if fork is None or call.side != "b" or fork.answered:
            return
        fork.answered = True
        domain = call.party.domain
        if domain and domain not in audience.whole:
            known = fork.events[fork.given.get(domain, 0) :]
            own = (event for event in known if event.call is None or event.call.party.domain != domain)
            self._out.extend(Sent(domain, event) for event in own)
            audience.whole.append(domain)


def _sole_from(event: Event) -> str:
    """The domain, while there is no other, that is told of a whole seance from this event on, which is its first."""
    call, seance = event.call, event.seance
    if event.type == "call_create" and call is not None and call.side == "a" and seance.audience is None:
        seance.sole = call.party.domain
    return seance.sole


def _in_burst(audience: Audience, event: Event) -> bool:
    """Whether an event still belongs to the beginning of a connection."""
    kind = event.type
    dialling = kind in _BURST or (kind == "seance_set_state" and event.facts["state"] == "dialing")
    return dialling and audience.open_since is not None and event.at - audience.open_since <= BURST_MS


def _fork_of(audience: Audience, call: Call) -> _Fork | None:
    return audience.forks.get(call.connection.id) if call.connection is not None else None


_Step = Callable[[Domains, Audience, Event], None]

_STEPS: Final[dict[str, tuple[_Step | None, _Step | None]]] = {
    **dict.fromkeys(TYPES, (None, None)),
    "call_create": (Domains._call_created, None),
    "call_attach_to_seance": (None, Domains._attached),
    "call_set_state": (Domains._talks, None),
    "connection_create": (Domains._connection_created, None),
    "connection_link_call": (Domains._ring, None),
    "connection_update": (Domains._established, None),
    "connection_delete": (None, Domains._connection_deleted),
    "seance_delete": (None, Domains._seance_deleted),
}
"""What some events change before they are sent, and behind that."""
