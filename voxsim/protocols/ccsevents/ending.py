"""Ending: how calls, connections and seances end, each in its proper order.

Two ends often come at once: who gives up lets those that ring go, a scenario whose callee hangs up lets the caller go.
What comes first of such a pair is kept back for a moment, so that a connection ends as one is used to: calls first.
A record's file is closed a moment later than all else: of a call that ends its key comes last.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import attrs

from voxsim.protocols.callevents import happenings as told
from voxsim.protocols.callevents.causes import Cause
from voxsim.protocols.callevents.happenings import Happening
from voxsim.protocols.callevents.model import Leg, Link
from voxsim.protocols.ccsevents.objects import Call, Connection, Record, Seance
from voxsim.protocols.ccsevents.telling import Telling

GRACE: Final = 100
"""For how many milliseconds the first of two ends is kept back."""

_ENDS: Final = (told.LegEnded, told.LinkEnded, told.SessionEnded, told.RecordReady, told.Transferred, told.Unqueued)
"""What may come between two ends that belong together."""


@attrs.define(eq=False)
class _Kept:
    """What is kept back of a seance.

    Attributes:
        since: since when something is.
        ends: legs whose end is not told yet, since those whom they called are about to end, too.
        left: connections that are over, while the one who called is about to end, too.
        closed: records that have ended, and are told of a moment later: with their URL and milliseconds.
    """

    seance: Seance
    since: int
    ends: dict[str, Leg] = attrs.field(factory=dict)
    left: dict[str, tuple[Connection, Link]] = attrs.field(factory=dict)
    closed: list[tuple[Record, str, int]] = attrs.field(factory=list)


class Ending(Telling):
    """The part of the fold that ends things.

    Args:
        failure_on_no_answer: tell of a `connection_failure`, too, when calls were rung and none was answered.

    Attributes:
        on_wait: called when something is kept back for a moment; `flush` is to be called a little later.
    """

    def __init__(self, *, failure_on_no_answer: bool) -> None:
        super().__init__()
        self.on_wait: Callable[[], None] | None = None
        self._failure_on_no_answer = failure_on_no_answer
        self._connections: dict[str, Connection] = {}
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self.seances: dict[str, Seance] = {}

    # --- calls ---

    def _leg_ended(self, happening: told.LegEnded) -> None:
        leg = happening.leg
        call = self._calls.get(leg.id)
        if call is None:
            return
        link = leg.link
        calling = link is not None and link.initiator is leg and link.answered_by is None
        if calling and link is not None and link.targets and leg.answered is None:
            self._keep_back(call.seance).ends[leg.id] = leg
        else:
            self._end(call, leg)

    def _end(self, call: Call, leg: Leg) -> None:
        seance, connection = call.seance, call.connection
        calling = connection is not None and connection.caller == call.id and connection.callee is None
        if connection is not None and calling and leg.link is not None:
            self._fail_unanswered(connection, leg, leg.link)
        self._delete_call(call, leg)
        if self._kept and (kept := self._kept.get(seance.key)) is not None:
            for identity, (left, link) in tuple(kept.left.items()):
                if not left.calls:
                    del kept.left[identity]
                    self._drop(left, link)
        if connection is not None and call.side == "b" and seance.state == "dialing" and not connection.ringing:
            # The caller whom the scenario had answered before is with the scenario again, unless it leaves, too.
            self._keep_back(seance)
        self._settle(seance)

    def _fail_unanswered(self, connection: Connection, leg: Leg | None, link: Link) -> None:
        if self._failure_on_no_answer and not connection.failure_told:
            connection.failure_told = True
            failed = link.cause is not None and link.cause is not Cause.ANSWERED
            cause = (link.cause if failed else None) or (leg.cause if leg is not None else None) or Cause.ERROR
            code = link.code if failed else leg.code if leg is not None else 0
            self._fail(connection.seance, leg or link.initiator, connection.called_number, code, cause)

    # --- connections ---

    def _link_ended(self, happening: told.LinkEnded) -> None:
        link = happening.link
        connection = self._connections.get(link.id)
        if connection is None:
            return
        seance = connection.seance
        kept = self._kept.get(seance.key)
        leg = kept.ends.pop(connection.caller, None) if kept is not None else None
        if leg is not None and (call := self._calls.get(leg.id)) is not None:
            self._end(call, leg)
        if connection.callee is None:
            self._fail_unanswered(connection, leg, link)
        if any(call.connection is connection for call in connection.calls.values()) and not self._is_needed(connection):
            self._keep_back(seance).left[link.id] = connection, link
        else:
            self._drop(connection, link)

    def _is_needed(self, connection: Connection) -> bool:
        """Whether another connection waits for the caller of this one."""
        return any(one.waits and one.caller in connection.calls for one in connection.seance.connections.values())

    def _drop(self, connection: Connection, link: Link) -> None:
        self._connections.pop(link.id, None)
        self._delete_connection(connection, link)

    # --- seances ---

    def _settle(self, seance: Seance) -> None:
        """A seance ends with its session; calls that it took out of another one may keep it for longer."""
        if seance.over and seance.told and not seance.calls and seance.ended is None:
            self._delete_seance(seance)

    # --- records ---

    def _record_ready(self, happening: told.RecordReady) -> None:
        seance = self.seances.get(happening.session.id)
        record = seance.records.pop(happening.record, None) if seance is not None else None
        if seance is not None and record is not None:
            self._stop_record(record)
            self._keep_back(seance).closed.append((record, happening.url, happening.duration))

    def _close_records(self, kept: _Kept) -> None:
        for record, url, duration in kept.closed:
            self._set_record_info(kept.seance, record, url, duration)

    # --- what is kept back ---

    def _keep_back(self, seance: Seance) -> _Kept:
        kept = self._kept.get(seance.key)
        if kept is None:
            kept = self._kept[seance.key] = _Kept(seance, self._at)
        self._wait()
        return kept

    def _wait(self) -> None:
        """Something is kept back."""
        if self.on_wait is not None:
            self.on_wait()

    def _hurry(self, happening: Happening) -> None:
        """Let go what waits too long already, and of this session what waits for something else than this."""
        self._catch_up()
        kept = self._kept.get(happening.session.id)
        if kept is not None and not isinstance(happening, _ENDS):
            self._release(kept.seance)

    def _catch_up(self) -> None:
        """Tell what a clock would have had told by now, as of then: a timeline is read without one."""
        now = self._at
        # The oldest stand first: what others keep back is not gone through for each happening.
        while self._kept and (first := next(iter(self._kept.values()))).since + GRACE < now:
            kept: _Kept | None = first
            while kept is not None and kept.since + GRACE < now:
                self._at = kept.since + GRACE + 1
                self._release(kept.seance)
                kept = self._kept.get(first.seance.key)
        self._at = now

    def _release(self, seance: Seance) -> None:
        """Tell what was kept back: nothing that belongs to it has come."""
        kept = self._kept.pop(seance.key, None)
        self._release_ends(seance, kept)
        if kept is not None:
            self._close_records(kept)

    def _release_ends(self, seance: Seance, kept: _Kept | None) -> None:
        if kept is not None:
            for identity, leg in kept.ends.items():
                if (call := self._calls.get(identity)) is not None:
                    self._end(call, leg)
            for connection, link in kept.left.values():
                self._drop(connection, link)
        for connection in tuple(seance.connections.values()):
            call = seance.calls.get(connection.caller)
            if connection.waits and connection.since is not None and call is not None:
                self._take_caller(connection, call)
        if not seance.over:
            self._refresh(seance)

    def _take_caller(self, connection: Connection, call: Call) -> None:
        """A connection that was answered does not wait for ever for its caller to be free."""
        if connection.since is not None and self._at - connection.since <= GRACE:
            self._keep_back(call.seance)
            return
        connection.waits, connection.since = False, None
        self._link(connection, call, "a")
