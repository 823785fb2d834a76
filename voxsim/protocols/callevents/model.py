"""Model: what a feed knows of calls. Sessions, legs and links as they are just now; parties and tenants as they are.

A session is all that one first call drags along, its transfers included. A leg is the line to one party. A link is the
leg that calls with those that it rings, later with the one that answered. `view` makes and changes these; feeds only
read them, while a happening is told, and remember by id what they need later.
"""

from __future__ import annotations

from enum import StrEnum

import attrs

from voxsim.protocols.callevents.causes import Cause


class PartyKind(StrEnum):
    """Whose end of a leg it is."""

    USER = "user"
    """Somebody inside, with an extension and a tenant."""
    OUTSIDE = "outside"
    """Somebody in the telephone network."""
    SCENARIO = "scenario"
    """The scenario itself: a menu, a queue, a conference."""


@attrs.frozen
class Tenant:
    """A client of the telephone system: its domain, and the four digits that its extensions begin with."""

    domain: str
    client: str


@attrs.frozen(kw_only=True)
class Party:
    """Somebody, or something, at an end of a leg.

    Attributes:
        number: the number, user name or SIP address by which the platform knows it; numbers without `+`.
        short: the extension's number inside its tenant; empty for the outside, and for a scenario without one.
        tenant: None for the outside.
        display_name: what others see beside the number; empty when nobody said.
        dids: the public numbers (digits) that reach it.
        groups: the names of the groups that it belongs to.
        assumed: nobody configured its extension: it has one so that there is something to see.
        extended: the extended form `0003*201` of its extension, or an empty text.
        domain: its tenant's domain, or an empty text.
        address: `201@alpha.test` inside, the plain number outside.
        outside: whether it is in the telephone network.
    """

    kind: PartyKind
    number: str
    short: str = ""
    tenant: Tenant | None = None
    display_name: str = ""
    dids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    assumed: bool = False
    extended: str = attrs.field(init=False, eq=False)
    domain: str = attrs.field(init=False, eq=False)
    address: str = attrs.field(init=False, eq=False)
    outside: bool = attrs.field(init=False, eq=False)

    @extended.default
    def _extended(self) -> str:
        return f"{self.tenant.client}*{self.short}" if self.tenant is not None and self.short else ""

    @domain.default
    def _domain(self) -> str:
        return self.tenant.domain if self.tenant is not None else ""

    @address.default
    def _address(self) -> str:
        return f"{self.short or self.number}@{self.tenant.domain}" if self.tenant is not None else self.number

    @outside.default
    def _outside(self) -> bool:
        return self.kind is PartyKind.OUTSIDE


@attrs.define(eq=False)
class Leg:
    """The line between the platform and one party. Times are unix milliseconds, None while it has not come to that.

    Attributes:
        id: the call's id in the scenario and in the journal.
        run: the key of the journal's session that it belongs to.
        incoming: whether the party called the platform, not the platform the party.
        kind: `pstn`, `user`, `sip`, `wab` or `conference`.
        number: the number that was dialled.
        party: who is at the far end.
        shown: the caller id that is shown to a party that is called; of an incoming leg, the caller's own.
        shown_name: the display name beside it.
        link: the link that it belongs to now, or None.
        initiator: whether it is the one that calls in its link; true of an incoming leg without a link, too.
        referred_by: the leg whose party asked for the transfer that made this one, or None.
        stands_for: the leg of the party that was transferred, when this one was made to take its place, or None.
        held: whether the party holds the call.
        code: the SIP status of its end; 200 when it was connected before.
        cause: why it ended, or None.
        ended_by: `far` (its own party), `scenario` or `platform`; empty while it lives.
        elsewhere: it rang in vain, since another leg of its link was answered.
    """

    id: str
    session: Session = attrs.field(repr=False)
    run: str
    incoming: bool
    kind: str
    number: str
    party: Party
    created: int
    shown: str = ""
    shown_name: str = ""
    link: Link | None = attrs.field(default=None, repr=False)
    initiator: bool = False
    referred_by: Leg | None = attrs.field(default=None, repr=False)
    stands_for: Leg | None = attrs.field(default=None, repr=False)
    held: bool = False
    ringing: int | None = None
    answered: int | None = None
    ended: int | None = None
    code: int = 0
    cause: Cause | None = None
    ended_by: str = ""
    elsewhere: bool = False

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self.ended is None

    @property
    def talk_ms(self) -> int:
        """For how many milliseconds it was connected."""
        if self.answered is None or self.ended is None:
            return 0
        return self.ended - self.answered

    @property
    def peer(self) -> Leg | None:
        """Whom it talks to: the other leg of a link that was answered, or of one that has a single target."""
        link = self.link
        if link is None:
            return None
        if self is not link.initiator:
            return link.initiator
        return link.answered_by or (link.targets[0] if len(link.targets) == 1 else None)


@attrs.define(eq=False)
class Link:
    """A leg that calls, with the legs that it rings, later with the one that answered.

    Attributes:
        id: the session's call id, a dot, and the link's number in the session.
        number: that number, from 1 on.
        initiator: the leg that calls.
        targets: the legs that it rings or talks to, without those that have ended.
        called: the number of its first target, as it was called.
        created: when its first target was called, in unix milliseconds.
        answered_by: the first target that answered, or None. It stays when that leg has ended.
        answered: when it did.
        referred_by: the leg whose party asked for the transfer that this link carries out, or None.
        recording: how many records of it are running.
        cause: of the last target that failed; ANSWERED once there is an answer.
        code: that target's SIP status; 200 once there is an answer.
        ended: when it ended, or None.
    """

    id: str
    number: int
    session: Session = attrs.field(repr=False)
    initiator: Leg
    called: str
    created: int
    targets: list[Leg] = attrs.field(factory=list)
    answered_by: Leg | None = None
    answered: int | None = None
    referred_by: Leg | None = attrs.field(default=None, repr=False)
    recording: int = 0
    cause: Cause | None = None
    code: int = 0
    ended: int | None = None


@attrs.define(eq=False)
class Session:
    """All that one first call drags along: what a call id, a seance and a card stand for.

    Attributes:
        id: the key of the first session of the journal in it; of a call that no rule takes, the call's id.
        call_id: 16 hexadecimal digits that tell it from all others.
        created: when its first leg was created, in unix milliseconds.
        started_by: `call`, `http`, `conference` or `list`.
        scenario: the scenario that serves it.
        did: the public number through which the first call came in, or empty.
        legs: those that are alive, by id.
        links: those that are alive, in order.
        numbers: the numbers that were called for it, each once, in order.
    """

    id: str
    call_id: str
    created: int
    started_by: str
    scenario: Party
    did: str = ""
    legs: dict[str, Leg] = attrs.field(factory=dict)
    links: list[Link] = attrs.field(factory=list)
    numbers: list[str] = attrs.field(factory=list)
    link_count: int = 0
