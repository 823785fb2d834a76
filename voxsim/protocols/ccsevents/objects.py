"""Objects: calls, connections and seances as ccsevents shows them, with what is remembered of each while it lives.

A call is the line to one subscriber, a connection joins the one who calls with those who are rung or with the one who
answered, a seance is all that one first call drags along. Times are unix milliseconds, None until it has come to that.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs

from voxsim.protocols.callevents.model import Party, PartyKind

if TYPE_CHECKING:
    from voxsim.protocols.ccsevents.domains import Audience


@attrs.define(eq=False, kw_only=True)
class Call:
    """A call: one leg.

    Attributes:
        number: the subscriber: `201@alpha.test`, or the plain number of somebody outside.
        domain: the subscriber's; empty for somebody outside.
        side: `a` for the one who calls in its connection, `b` for one who is called.
        dir: `in` when the subscriber called the platform, `out` when the platform calls it.
        remote_number: the other party, as it is shown to this one.
        state: `init`, `ringing`, `talk`, `hold` or `stopped`.
        connection, seance: what it belongs to now.
        rung_in: the connection that it was made for, or None.
        run: the key of the journal's session that it is in.
    """

    id: str
    run: str
    party: Party
    side: str
    dir: str
    remote_number: str
    display_name: str
    seance: Seance = attrs.field(repr=False)
    connection: Connection | None = attrs.field(default=None, repr=False)
    rung_in: Connection | None = attrs.field(default=None, repr=False)
    state: str = "init"
    prev_state: str | None = None
    attached: bool = False
    created: int
    answered: int | None = None
    ended: int | None = None
    number: str = attrs.field(init=False)
    domain: str = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.number, self.domain = self.party.address, self.party.domain

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
            "number": self.number,
            "username": party.number if party.kind is PartyKind.USER else "",
            "domain": self.domain,
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


@attrs.define(eq=False, kw_only=True)
class Connection:
    """A connection: a dialog, from the moment at which somebody is called.

    Attributes:
        id: `cid.invitets`: a UUID, and when the one who calls came.
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

    cid: str
    invitets: int
    seance: Seance = attrs.field(repr=False)
    calls: dict[str, Call] = attrs.field(factory=dict, repr=False)
    caller: str
    callee: str | None = None
    state: str = "forking"
    attached: bool = False
    called_number: str
    referred_by: str | None = None
    replacing: bool = False
    waits: bool = False
    since: int | None = None
    records: int = 0
    key: str | None = None
    people: tuple[Party, ...] = ()
    broken: bool | None = None
    failure_told: bool = False
    id: str = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.id = f"{self.cid}.{self.invitets}"

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


@attrs.define(eq=False, kw_only=True)
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
        ends: calls whose end is not told yet, since those whom they called are about to end, too.
        left: connections that are over, while the one who called is about to end, too.
        closed: records that have ended, and are told of a moment later: with their URL and milliseconds.
        since: since when something of these has been kept back.
    """

    id: str
    key: str
    domain: str
    first: str = ""
    state: str = "init"
    prev_state: str | None = None
    numbers: list[str] = attrs.field(factory=list)
    queue: str | None = None
    queued: bool = False
    calls: dict[str, Call] = attrs.field(factory=dict, repr=False)
    connections: dict[str, Connection] = attrs.field(factory=dict, repr=False)
    records: dict[int, Record] = attrs.field(factory=dict, repr=False)
    people: tuple[Party, ...] = ()
    sole: str = ""
    audience: Audience | None = attrs.field(default=None, repr=False)
    started: int
    ended: int | None = None
    told: bool = False
    over: bool = False
    count: int = 0
    failures: int = 0
    ends: dict[str, Any] = attrs.field(factory=dict, repr=False)
    left: dict[str, Any] = attrs.field(factory=dict, repr=False)
    closed: list[tuple[Record, str, int]] = attrs.field(factory=list, repr=False)
    since: int | None = None
    early: list[tuple[str, int]] = attrs.field(factory=list)

    def uuid(self, kind: str, number: int) -> str:
        """A UUID of the seance's own: the same seance and number give the same one."""
        text = self.id.ljust(16, "0")
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-0000-{kind}{number:0{12 - len(kind)}x}"

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
