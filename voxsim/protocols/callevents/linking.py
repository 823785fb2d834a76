"""Linking: which leg calls which. The part of the view that makes, joins, answers and ends links.

A scenario calls whom it likes and connects whom it likes, so a link is found by what it does: an outgoing leg belongs
to the leg that it was connected to before it set out, else to the one whose party is being transferred, else to the
one caller there is. A later connection of two legs corrects that.
"""

from __future__ import annotations

import attrs

from voxsim.protocols.callevents import happenings as told
from voxsim.protocols.callevents.causes import Cause
from voxsim.protocols.callevents.happenings import Happening
from voxsim.protocols.callevents.model import Leg, Link, Session


@attrs.define(eq=False)
class Run:
    """One session of the journal; several make one session of the model when a transfer began the later ones.

    Attributes:
        waiting: outgoing legs that have not set out yet.
        hints: for a leg, the one that the scenario connected it to before it set out.
        routes: which legs send their sound to which.
        heard_by: for a recorder or another unit, the leg that it hears.
        records: the records that are running: of which leg and link.
        referrer: the leg whose party asked for a transfer that the scenario has not carried out yet.
    """

    key: str
    rule: str
    application: str
    started_by: str
    session: Session | None = None
    legs: dict[str, Leg] = attrs.field(factory=dict)
    waiting: dict[str, Leg] = attrs.field(factory=dict)
    hints: dict[str, Leg] = attrs.field(factory=dict)
    routes: set[tuple[str, str]] | None = None
    heard_by: dict[str, Leg] | None = None
    records: dict[int, tuple[Leg | None, Link | None]] | None = None
    referrer: Leg | None = None


class Linking:
    """What is known of the happening that is being told, and what is done with links."""

    def __init__(self) -> None:
        self._out: list[Happening] = []
        self._at = 0

    def _initiator(self, run: Run, leg: Leg) -> Leg | None:
        """The leg that a new outgoing leg is called for, or None when the scenario calls by itself."""
        if (hint := run.hints.get(leg.id)) is not None and hint.alive:
            return hint
        if run.referrer is not None and (away := run.referrer.peer) is not None and away.alive:
            return away
        callers, first, free, up = 0, None, None, []
        for one in run.legs.values():
            if one.kind == "conference":
                continue
            if one.incoming:
                callers += 1
                first = first or one
                if one.link is None or one.link.answered_by is None:
                    free = one
            elif one.answered is not None and (one.link is None or one.initiator):
                up.append(one)
        if callers:
            return first if callers == 1 else free
        return up[0] if len(up) == 1 else None

    def _referrer(self, run: Run, initiator: Leg) -> Leg | None:
        """Who asked for the transfer that a new link of this leg carries out."""
        if run.referrer is not None and run.referrer.peer is initiator:
            return run.referrer
        return initiator.referred_by

    def _open_link(self, run: Run, initiator: Leg) -> Link | None:
        """The link that a leg is calling in already, as long as nobody has answered and no transfer is asked for."""
        if run.referrer is not None and run.referrer.peer is initiator:
            return self._referred_link(run.referrer, initiator)
        return initiator.link if _calling(initiator) else None

    def _referred_link(self, referrer: Leg, initiator: Leg) -> Link | None:
        links = referrer.session.links
        return next(
            (
                link
                for link in links
                if link.referred_by is referrer and link.initiator is initiator and link.answered_by is None
            ),
            None,
        )

    def _new_link(self, initiator: Leg, referrer: Leg | None, called: str) -> Link:
        session = initiator.session
        session.link_count = number = session.link_count + 1
        link = Link(f"{session.call_id}.{number}", number, session, initiator, called, self._at)
        link.referred_by = referrer
        session.links.append(link)
        if referrer is None or initiator.link is None:
            self._move(initiator, link, initiator=True)
        self._out.append(told.Routed(self._at, session, link))
        return link

    def _into(self, link: Link, leg: Leg) -> None:
        link.targets.append(leg)
        self._move(leg, link, initiator=False)

    def _move(self, leg: Leg, link: Link, *, initiator: bool) -> None:
        """A leg belongs to another link from now on."""
        old, leg.link, leg.initiator = leg.link, link, initiator
        if old is not None and old is not link:
            if leg in old.targets:
                old.targets.remove(leg)
            self._settle(old)

    def _answer_link(self, link: Link, leg: Leg) -> None:
        if link.answered_by is None:
            link.answered_by, link.answered, link.cause, link.code = leg, self._at, Cause.ANSWERED, 200
            if link.initiator.alive and link.initiator.link is not link:
                self._move(link.initiator, link, initiator=True)
            self._out.append(told.LinkAnswered(self._at, link.session, link, leg))

    def _settle(self, link: Link) -> None:
        """End a link that has nobody left to talk to, and can have nobody new."""
        if link.ended is not None or link.targets:
            return
        caller = link.initiator
        if link.answered_by is None and caller.alive and caller.link is link:
            return
        self._end_link(link)

    def _end_link(self, link: Link) -> None:
        link.ended = self._at
        link.session.links.remove(link)
        if link.cause is None:
            link.cause, link.code = Cause.CANCELLED, 487
        if link.initiator.link is link and link.initiator.alive:
            link.initiator.link = None
        self._out.append(told.LinkEnded(self._at, link.session, link))

    def _joined(self, run: Run, one: Leg, other: Leg) -> None:
        """The scenario lets two legs hear each other."""
        if one.id in run.waiting or other.id in run.waiting:
            for leg, hint in ((one, other), (other, one)):
                if leg.id in run.waiting and hint.id not in run.waiting:
                    run.hints[leg.id] = hint
            return
        if one.link is not None and one.link is other.link:
            return
        caller, target = sorted((one, other), key=_not_calling)
        link = caller.link if _calling(caller) else None
        if link is None:
            link = self._new_link(caller, None, target.number if not target.incoming else target.party.number)
            self._out.append(told.LegLinked(self._at, caller.session, caller, link))
        self._into(link, target)
        self._out.append(told.LegLinked(self._at, target.session, target, link))
        if target.answered is not None:
            self._answer_link(link, target)


def _calling(leg: Leg) -> bool:
    """Whether a leg calls in a link in which nobody has answered yet."""
    return leg.link is not None and leg.link.initiator is leg and leg.link.answered_by is None


def _not_calling(leg: Leg) -> tuple[bool, bool, int]:
    """What puts the one of two legs first that calls the other."""
    return not _calling(leg), not leg.incoming, leg.created
