"""Ending: how calls, connections and seances end, each in its proper order.

Two ends often come at once: who gives up lets those that ring go, a scenario whose callee hangs up lets the caller go.
What comes first of such a pair is kept back for a moment, so that a connection ends as one is used to: calls first.
A record's file is closed a moment later than all else: of a call that ends its key comes last.
"""

from __future__ import annotations

from typing import Final

from voxsim.protocols.callevents import happenings as told
from voxsim.protocols.callevents.causes import Cause
from voxsim.protocols.callevents.model import Leg, Link
from voxsim.protocols.ccsevents.events import Event
from voxsim.protocols.ccsevents.objects import Call, Connection, Seance
from voxsim.protocols.ccsevents.telling import Telling

GRACE: Final = 100
"""For how many milliseconds the first of two ends is kept back."""


class Ending(Telling):
    """The part of the fold that ends things.

    Args:
        failure_on_no_answer: tell of a `connection_failure`, too, when calls were rung and none was answered.
    """

    def __init__(self, *, failure_on_no_answer: bool) -> None:
        super().__init__()
        self._failure_on_no_answer = failure_on_no_answer
        self._connections: dict[str, Connection] = {}
        self._waiting: dict[str, Seance] = {}
        self.seances: dict[str, Seance] = {}

    @property
    def waits(self) -> bool:
        """Whether something is kept back."""
        return bool(self._waiting)

    def flush(self, now: int) -> list[Event]:
        """What has been kept back for too long, at this moment in unix milliseconds."""
        out: list[Event] = []
        self._out = out
        self._at = now
        self._catch_up()
        return out

    # --- calls ---

    def _leg_ended(self, happening: told.LegEnded) -> None:
        leg = happening.leg
        call = self._calls.get(leg.id)
        if call is None:
            return
        link = leg.link
        calling = link is not None and link.initiator is leg and link.answered_by is None
        if calling and link is not None and link.targets and leg.answered is None:
            self._keep_back(call.seance)
            call.seance.ends[leg.id] = leg
        else:
            self._end(call, leg)

    def _end(self, call: Call, leg: Leg) -> None:
        seance, connection = call.seance, call.connection
        calling = connection is not None and connection.caller == call.id and connection.callee is None
        if connection is not None and calling and leg.link is not None:
            self._fail_unanswered(connection, leg, leg.link)
        self._delete_call(call, leg)
        if seance.left:
            for identity, (left, link) in tuple(seance.left.items()):
                if not left.calls:
                    del seance.left[identity]
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
        leg = seance.ends.pop(connection.caller, None)
        if leg is not None and (call := self._calls.get(leg.id)) is not None:
            self._end(call, leg)
        if connection.callee is None:
            self._fail_unanswered(connection, leg, link)
        if any(call.connection is connection for call in connection.calls.values()) and not self._is_needed(connection):
            self._keep_back(seance)
            seance.left[link.id] = connection, link
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
            seance.closed.append((record, happening.url, happening.duration))
            self._keep_back(seance)

    def _close_records(self, seance: Seance) -> None:
        closed, seance.closed = seance.closed, []
        for record, url, duration in closed:
            self._set_record_info(seance, record, url, duration)

    # --- what is kept back ---

    def _keep_back(self, seance: Seance) -> None:
        if seance.since is None:
            seance.since = self._at
        self._waiting[seance.key] = seance

    def _overdue(self, seance: Seance) -> bool:
        return seance.since is None or self._at - seance.since > GRACE

    def _catch_up(self) -> None:
        """Tell what a clock would have had told by now, as of then: a timeline is read without one."""
        now = self._at
        for seance in tuple(self._waiting.values()):
            while seance.since is not None and seance.since + GRACE < now:
                self._at = seance.since + GRACE + 1
                self._release(seance)
        self._at = now

    def _release(self, seance: Seance) -> None:
        """Tell what was kept back: nothing that belongs to it has come."""
        self._release_ends(seance)
        self._close_records(seance)

    def _release_ends(self, seance: Seance) -> None:
        self._waiting.pop(seance.key, None)
        seance.since = None
        ends, left = seance.ends, seance.left
        if ends or left:
            seance.ends, seance.left = {}, {}
            for identity, leg in ends.items():
                if (call := self._calls.get(identity)) is not None:
                    self._end(call, leg)
            for connection, link in left.values():
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
