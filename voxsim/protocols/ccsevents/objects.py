"""Objects: calls, connections and seances as ccsevents shows them, with what is remembered of each while it lives.

A call is the line to one subscriber, a connection joins the one who calls with those who are rung or with the one who
answered, a seance is all that one first call drags along. Times are unix milliseconds, None until it has come to that.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs

from voxsim.protocols.callevents.model import Leg, Link, Party, PartyKind, Session

if TYPE_CHECKING:
    from voxsim.protocols.ccsevents.domains import Audience


class Call:
    """A call: one leg.

    Attributes:
        party: the subscriber.
        side: `a` for the one who calls in its connection, `b` for one who is called.
        dir: `in` when the subscriber called the platform, `out` when the platform calls it.
        remote_number: the other party, as it is shown to this one.
        state: `init`, `ringing`, `talk`, `hold` or `stopped`.
        connection, seance: what it belongs to now.
        rung_in: the connection that it was made for, or None.
        run: the key of the journal's session that it is in.
    """

    __slots__ = (
        "answered",
        "attached",
        "connection",
        "created",
        "dir",
        "display_name",
        "ended",
        "id",
        "party",
        "prev_state",
        "remote_number",
        "run",
        "rung_in",
        "seance",
        "side",
        "state",
    )

    def __init__(self, leg: Leg, seance: Seance, side: str, rung_in: Connection | None) -> None:
        self.id = leg.id
        self.run = leg.run
        self.party = party = leg.party
        self.side = side
        if leg.incoming:
            self.dir = "in"
            self.remote_number = leg.number
            self.display_name = leg.shown_name or party.display_name
        else:
            self.dir = "out"
            self.remote_number = leg.shown
            self.display_name = party.display_name
        self.seance = seance
        self.connection: Connection | None = None
        self.rung_in = rung_in
        self.state = "init"
        self.prev_state: str | None = None
        self.attached = False
        self.created = leg.created
        self.answered: int | None = None
        self.ended: int | None = None

    @property
    def talks(self) -> bool:
        """Whether it is connected, on hold or not."""
        return self.state in ("talk", "hold")

    def full(self) -> dict[str, Any]:
        """All that is known of it."""
        party = self.party
        return {
            "callid": self.id,
            "side": self.side,
            "dir": self.dir,
            "number": party.address,
            "username": party.number if party.kind is PartyKind.USER else "",
            "domain": party.domain,
            "outer": party.outside,
            "remote_number": self.remote_number,
            "displayname": self.display_name,
            "state": self.state,
            "prev_state": self.prev_state,
            "connectionid": self.connection.id if self.connection is not None else None,
            "seanceid": self.seance.id if self.attached else None,
            "createts": self.created,
            "answerts": self.answered,
            "endts": self.ended,
        }


class Connection:
    """A connection: a dialog, from the moment at which somebody is called.

    Attributes:
        id: `cid.invitets`, its UUID, and when the one who calls came.
        calls: the calls in it that are alive, by id.
        caller: the id of the one who calls.
        callee: the id of the first who answered, or None.
        state: `forking`, `dialog` or `stopped`.
        called_number: what was dialled.
        referred_by: the address of the one who asked for the transfer that it carries out, or None.
        replacing: whether that one had talked to the target before.
        waits: the caller belongs to an older connection still, and joins this one when that is over.
        since: when it was answered, while the caller itself is not, or waits.
        records: how many records of it are running.
        key: the key of its last record.
        people: all who have been in it.
        broken: whether the first of the two who talk that ended was ended by the platform itself; None while none has.
        failure_told: whether a `connection_failure` was told of it.
    """

    __slots__ = (
        "attached",
        "broken",
        "called_number",
        "callee",
        "caller",
        "calls",
        "cid",
        "failure_told",
        "id",
        "invitets",
        "key",
        "people",
        "records",
        "referred_by",
        "replacing",
        "seance",
        "since",
        "state",
        "waits",
    )

    def __init__(self, link: Link, seance: Seance) -> None:
        caller, referred = link.initiator, link.referred_by
        self.cid = seance.uuid("c", link.number)
        self.invitets = caller.created
        self.id = f"{self.cid}.{caller.created}"
        self.seance = seance
        self.calls: dict[str, Call] = {}
        self.caller = caller.id
        self.callee: str | None = None
        self.state = "forking"
        self.attached = False
        self.called_number = caller.number if caller.incoming and referred is None else link.called
        self.referred_by = f"sip:{referred.party.address}" if referred is not None else None
        self.replacing = False
        self.waits = False
        self.since: int | None = None
        self.records = 0
        self.key: str | None = None
        self.people: tuple[Party, ...] = (caller.party,)
        self.broken: bool | None = None
        self.failure_told = False

    @property
    def ringing(self) -> bool:
        """Whether somebody in it is still being called."""
        return self.state == "forking" and any(call.side == "b" for call in self.calls.values())

    @property
    def on_hold(self) -> bool:
        """Whether one of the two holds it."""
        return any(call.state == "hold" for call in self.calls.values())

    def full(self) -> dict[str, Any]:
        """All that is known of it."""
        return {
            "connectionid": self.id,
            "cid": self.cid,
            "invitets": self.invitets,
            "invitedt": f"{_second(self.invitets // 1000)}.{self.invitets % 1000:03d}+00:00",
            "seanceid": self.seance.id if self.attached else None,
            "calls": list(self.calls),
            "acallid": self.caller,
            "bcallid": self.callee if self.state == "dialog" else None,
            "state": self.state,
            "callednum": self.called_number,
            "isreferred": self.referred_by is not None,
            "isreplacing": self.replacing,
            "urireferedby": self.referred_by,
            "isrec": self.records > 0,
            "key": self.key,
        }


@lru_cache(64)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@attrs.define(eq=False)
class Record:
    """A record that is running: of which call, in which connection, and whether its start was told."""

    call: str | None
    connection: Connection | None
    started: bool = False


class Seance:
    """A seance.

    Attributes:
        key: the session's own id, under which it is remembered.
        domain: whose scenario serves it, or empty.
        first: the id of its first call; empty before there is one.
        state: `init`, `dialing`, `ivr`, `queue`, `talk`, `hold` or `stopped`.
        numbers: the subscribers that served it, in order.
        queue: the queue that it waits in, or waited in last; `queued` tells which.
        calls: those that are alive, by id; so are the connections.
        records: those that are running, by their number.
        people: all who have been in it.
        sole: the only domain there is, from when on it receives everything; empty before, or when there are several.
        audience: who receives its events; see `domains`.
        over: its session has ended; it goes with its last call.
        early: the subscribers who were called before there was a first call.
    """

    __slots__ = (
        "audience",
        "calls",
        "connections",
        "count",
        "domain",
        "early",
        "ended",
        "failures",
        "first",
        "id",
        "key",
        "numbers",
        "over",
        "people",
        "prev_state",
        "queue",
        "queued",
        "records",
        "sole",
        "started",
        "state",
        "told",
    )

    def __init__(self, session: Session) -> None:
        self.id = session.call_id
        self.key = session.id
        self.domain = session.scenario.domain
        self.first = ""
        self.state = "init"
        self.prev_state: str | None = None
        self.numbers: tuple[str, ...] = ()
        self.queue: str | None = None
        self.queued = False
        self.calls: dict[str, Call] = {}
        self.connections: dict[str, Connection] = {}
        self.records: dict[int, Record] = {}
        self.people: tuple[Party, ...] = ()
        self.sole = ""
        self.audience: Audience | None = None
        self.started = session.created
        self.ended: int | None = None
        self.told = False
        self.over = False
        self.count = 0
        self.failures = 0
        self.early: tuple[tuple[str, int], ...] = ()

    def uuid(self, kind: str, number: int) -> str:
        """A UUID of the seance's own: the same seance and number give the same one."""
        text = self.id.ljust(16, "0")
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-0000-{kind}{f'{number:x}'.zfill(12 - len(kind))}"

    def full(self) -> dict[str, Any]:
        """All that is known of it."""
        return {
            "seanceid": self.id,
            "startts": self.started,
            "endts": self.ended,
            "initcallid": self.first,
            "state": self.state,
            "prev_state": self.prev_state,
            "numbers": list(self.numbers),
            "queue": self.queue,
            "calls": list(self.calls),
            "connections": list(self.connections),
        }
