"""Fold: happenings into events, for nobody in particular. A pure fold, with the state of each seance that is alive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from voxsim.protocols.callevents import happenings as told
from voxsim.protocols.callevents.happenings import Happening
from voxsim.protocols.callevents.model import Party, Session
from voxsim.protocols.ccsevents.ending import Ending
from voxsim.protocols.ccsevents.objects import Call, Connection, Record, Seance


class Fold(Ending):
    """The fold.

    Args:
        failure_on_no_answer: tell of a `connection_failure`, too, when calls were rung and none was answered.
    """

    def __init__(self, *, failure_on_no_answer: bool = False) -> None:
        super().__init__(failure_on_no_answer=failure_on_no_answer)

    @property
    def calls(self) -> list[Call]:
        """The calls that are alive, in order."""
        return list(self._calls.values())

    @property
    def connections(self) -> list[Connection]:
        """The connections that are alive, in order."""
        return list(self._connections.values())

    # --- calls ---

    def _leg_created(self, happening: told.LegCreated) -> None:
        leg = happening.leg
        seance = self._seance(happening.session)
        link = leg.link if not leg.initiator else None
        if link is None:
            self._create_call(Call(leg, seance, "a", None))
            return
        connection = self._connections.get(link.id)
        call = Call(leg, seance, "b", connection)
        self._create_call(call)
        if connection is not None:
            self._join_target(connection, call)

    def _join_target(self, connection: Connection, call: Call) -> None:
        """A call is rung in a connection."""
        self._link(connection, call, "b")
        if connection.seance.state in ("init", "ivr", "queue") and not call.talks:
            self._set_seance(connection.seance, "dialing")

    def _ringing(self, happening: told.LegRinging) -> None:
        call = self._calls.get(happening.leg.id)
        if call is not None and call.state == "init":
            self._set_state(call, "ringing")

    def _answered(self, happening: told.LegAnswered) -> None:
        call = self._calls.get(happening.leg.id)
        if call is None:
            return
        self._set_state(call, "talk")
        connection = call.connection
        if connection is not None and connection.since is not None and connection.caller == call.id:
            self._establish(connection)
        elif call.side == "a" and call.seance.state == "init":
            self._set_seance(call.seance, "ivr")

    def _held(self, happening: told.LegHeld | told.LegResumed) -> None:
        call = self._calls.get(happening.leg.id)
        if call is not None and call.talks:
            self._set_state(call, "hold" if isinstance(happening, told.LegHeld) else "talk")
            if call.connection is not None and call.connection.state == "dialog":
                self._refresh(call.seance)

    def _dtmf(self, happening: told.Dtmf) -> None:
        call = self._calls.get(happening.leg.id)
        if call is not None:
            connection = call.connection
            data = {
                "callid": call.id,
                "connectionid": connection.id if connection is not None else None,
                "seanceid": call.seance.id,
                "dtmf": happening.digit,
            }
            self._tell("call_dtmf", call.seance, data, call)

    def _changed(self, happening: told.LegChanged) -> None:
        call = self._calls.get(happening.leg.id)
        if call is not None:
            self._update_call(call, **{happening.what: happening.value or True})

    # --- connections ---

    def _routed(self, happening: told.Routed) -> None:
        link = happening.link
        caller = link.initiator
        call = self._calls.get(caller.id)
        seance = call.seance if call is not None else self._seance(happening.session)
        connection = self._connections[link.id] = Connection(link, seance)
        self._create_connection(connection)
        if call is not None and caller.link is link:
            self._link(connection, call, "a")
        else:
            connection.waits = True

    def _leg_linked(self, happening: told.LegLinked) -> None:
        call = self._calls.get(happening.leg.id)
        connection = self._connections.get(happening.link.id)
        if call is None or connection is None:
            return
        if connection.caller == call.id:
            self._link(connection, call, "a")
        else:
            self._join_target(connection, call)

    def _link_answered(self, happening: told.LinkAnswered) -> None:
        connection = self._connections.get(happening.link.id)
        if connection is None:
            return
        connection.callee = happening.leg.id
        caller = self._calls.get(connection.caller)
        connection.since = self._at
        if connection.waits:
            self._keep_back(connection.seance)
        if caller is not None and caller.talks:
            self._establish(connection)

    def _route_failed(self, happening: told.RouteFailed) -> None:
        seance = self._seance(happening.session)
        self._fail(seance, happening.leg, happening.number, happening.code, happening.cause)

    # --- transfers ---

    def _transferred(self, happening: told.Transferred) -> None:
        old = self._connections.get(happening.old.id) if happening.old is not None else None
        by = happening.by.party
        if happening.attended:
            self._replaced(happening, old, by)
        elif happening.new is None and old is not None:
            self._update_connection(old, isreferred=True, urireferedby=f"sip:{by.address}")

    def _replaced(self, happening: told.Transferred, old: Connection | None, by: Party) -> None:
        """Whom the one who leaves had talked to before takes its place, out of another seance if need be."""
        new = self._connections.get(happening.new.id) if happening.new is not None else None
        connection = old or new
        if connection is None:
            return
        connection.replacing, connection.referred_by = True, f"sip:{by.address}"
        self._update_connection(connection, isreplacing=True, urireferedby=connection.referred_by)
        if new is None or new.seance is connection.seance:
            return
        seance = connection.seance
        for call in tuple(new.calls.values()):
            if call.party != by:
                new.seance.calls.pop(call.id, None)
                seance.calls[call.id] = call
                self._attach(call, seance)
                self._link(connection, call, "b")
        self._update_seance(seance, calls=list(seance.calls))

    # --- records ---

    def _record_started(self, happening: told.RecordStarted) -> None:
        leg, link = happening.leg, happening.link
        seance = self._seance(happening.session)
        connection = self._connections.get(link.id) if link is not None else None
        record = Record(leg.id if leg is not None else None, connection)
        seance.records[happening.record] = record
        if connection is not None and connection.state == "dialog":
            self._start_record(record, connection)

    # --- seances ---

    def _queued(self, happening: told.Queued) -> None:
        seance = self._seance(happening.session)
        if seance.told:
            seance.queue, seance.queued = happening.queue, True
            self._update_seance(seance, queue=happening.queue)
            if seance.state != "talk":
                self._set_seance(seance, "queue")

    def _unqueued(self, happening: told.Unqueued) -> None:
        seance = self.seances.get(happening.session.id)
        if seance is not None:
            seance.queued = False
            if seance.state == "queue":
                self._refresh(seance)

    def _target_added(self, happening: told.TargetAdded) -> None:
        seance = self._seance(happening.session)
        if seance.told:
            self._serve(seance, happening.number, happening.index)
        else:
            seance.early = (*seance.early, (happening.number, happening.index))

    def _session_ended(self, happening: told.SessionEnded) -> None:
        seance = self.seances.pop(happening.session.id, None)
        if seance is None:
            return
        kept = self._kept.pop(seance.key, None)
        self._release_ends(seance, kept)
        self._kept.pop(seance.key, None)
        seance.over = True
        self._settle(seance)
        if kept is not None:
            self._close_records(kept)

    def _seance(self, session: Session) -> Seance:
        seance = self.seances.get(session.id)
        if seance is None:
            seance = self.seances[session.id] = Seance(session)
        return seance


HANDLERS: Final[dict[type[Happening], Callable[[Fold, Any], None]]] = {
    told.LegCreated: Fold._leg_created,
    told.Routed: Fold._routed,
    told.TargetAdded: Fold._target_added,
    told.LegLinked: Fold._leg_linked,
    told.LegRinging: Fold._ringing,
    told.LegAnswered: Fold._answered,
    told.LinkAnswered: Fold._link_answered,
    told.LegHeld: Fold._held,
    told.LegResumed: Fold._held,
    told.Dtmf: Fold._dtmf,
    told.Queued: Fold._queued,
    told.Unqueued: Fold._unqueued,
    told.LegChanged: Fold._changed,
    told.RecordStarted: Fold._record_started,
    told.RecordReady: Fold._record_ready,
    told.Transferred: Fold._transferred,
    told.RouteFailed: Fold._route_failed,
    told.LegEnded: Fold._leg_ended,
    told.LinkEnded: Fold._link_ended,
    told.SessionEnded: Fold._session_ended,
}
"""What each happening leads to: every kind of them to something."""
