"""Happenings: what the view tells the feeds, one small class for each kind, in the order in which things happen.

Each says when (unix milliseconds), in which session, and to which leg or link. What they point to is as it was left by
that happening; a feed reads it at once and keeps no reference for later.
"""

from __future__ import annotations

import attrs

from voxsim.protocols.callevents.causes import Cause
from voxsim.protocols.callevents.model import Leg, Link, Party, Session


@attrs.define(eq=False)
class Happening:
    """Something that happened; `at` is in unix milliseconds and never falls within a session."""

    at: int
    session: Session


@attrs.define(eq=False)
class LegCreated(Happening):
    """There is a leg. A target's link is set already; the first leg of a session begins the session."""

    leg: Leg


@attrs.define(eq=False)
class Routed(Happening):
    """A leg calls somebody: a link begins. Its first target follows, as LegCreated or LegLinked."""

    link: Link


@attrs.define(eq=False)
class TargetAdded(Happening):
    """A number is called that was not called before in this session; `index` counts from 0."""

    number: str
    index: int


@attrs.define(eq=False)
class LegLinked(Happening):
    """A leg that was there before joins a link: the scenario connected two calls."""

    leg: Leg
    link: Link


@attrs.define(eq=False)
class LegRinging(Happening):
    """A called party's phone rings; of an incoming leg, the caller hears it. Once for each leg."""

    leg: Leg


@attrs.define(eq=False)
class LegAnswered(Happening):
    """A leg is connected: its party answered, or the scenario answered its call."""

    leg: Leg


@attrs.define(eq=False)
class LinkAnswered(Happening):
    """A link has its first answer; comes right behind that leg's LegAnswered, or LegLinked."""

    link: Link
    leg: Leg


@attrs.define(eq=False)
class LegHeld(Happening):
    """A party put its call on hold."""

    leg: Leg


@attrs.define(eq=False)
class LegResumed(Happening):
    """A party took its call off hold."""

    leg: Leg


@attrs.define(eq=False)
class Dtmf(Happening):
    """A party pressed a digit."""

    leg: Leg
    digit: str


@attrs.define(eq=False)
class Queued(Happening):
    """The session waits in a queue for somebody who serves it."""

    queue: str


@attrs.define(eq=False)
class Unqueued(Happening):
    """The session waits no longer: somebody serves it, or it has left the queue. May come twice."""


@attrs.define(eq=False)
class LegChanged(Happening):
    """Something else about a leg is new: `device` (which one answered) or `forwarded`."""

    leg: Leg
    what: str
    value: str


@attrs.define(eq=False)
class RecordStarted(Happening):
    """A record begins: of a leg and its link, as far as it is known which; `record` is its number."""

    leg: Leg | None
    link: Link | None
    record: int
    url: str


@attrs.define(eq=False)
class RecordReady(Happening):
    """A record has ended and can be fetched; `duration` is in milliseconds. It may come after the link's end."""

    leg: Leg | None
    link: Link | None
    record: int
    url: str
    duration: int


@attrs.define(eq=False)
class Transferred(Happening):
    """A transfer worked, and the one who asked for it is about to leave.

    Attributes:
        by: the leg of the one who asked, or was asked, to transfer.
        old: the link that it leaves, or None.
        new: the link that takes its place, or None when that is outside of the platform.
        target: whom it named.
        attended: whether it had talked to the target before.
    """

    by: Leg
    old: Link | None
    new: Link | None
    target: str
    attended: bool


@attrs.define(eq=False)
class RouteFailed(Happening):
    """Somebody could not be called at all: no such number, nobody logged in, not allowed. No leg came of it.

    Attributes:
        leg: the leg that called, or None when the scenario called by itself.
        number: whom.
        party: who that would have been, or None when no rule took the call.
        code: the SIP status, and `cause` what it stands for.
    """

    leg: Leg | None
    number: str
    party: Party | None
    code: int
    cause: Cause


@attrs.define(eq=False)
class LegEnded(Happening):
    """A leg is over; its code, cause and who ended it are set. It still has its link, which may outlive it."""

    leg: Leg


@attrs.define(eq=False)
class LinkEnded(Happening):
    """A link is over: all its targets are, and it was answered or its initiator is gone."""

    link: Link


@attrs.define(eq=False)
class SessionEnded(Happening):
    """All is over, and the view has forgotten it; only a RecordReady may have come late, before this."""
