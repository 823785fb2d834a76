"""Telling: how events are made, one method for each thing that calls, connections and seances do.

What is an object's first event and what its last, in which order several events of one thing come, and that a state is
never told twice: that is decided here. When something happened is decided in `fold`.
"""

from __future__ import annotations

from typing import Any, Final

from voxsim.protocols.callevents.causes import Cause
from voxsim.protocols.callevents.model import Leg, Link
from voxsim.protocols.ccsevents.events import Event
from voxsim.protocols.ccsevents.objects import Call, Connection, Record, Seance

STOP_REASONS: Final[dict[Cause, str]] = {
    Cause.ANSWERED: "bye",
    Cause.BUSY: "busy",
    Cause.NO_ANSWER: "timeout",
    Cause.CANCELLED: "cancel",
    Cause.REJECTED: "rejected",
    Cause.NO_ROUTE: "no_route",
    Cause.UNREACHABLE: "unreachable",
    Cause.ERROR: "error",
}
"""The words for the end of a call."""

ELSEWHERE: Final = "answered_elsewhere"
"""The word for the end of a call that rang in vain, since another one was answered."""

STOP_TYPES: Final[dict[Cause, str]] = {
    Cause.ANSWERED: "bye",
    Cause.BUSY: "call_final",
    Cause.NO_ANSWER: "timeout",
    Cause.CANCELLED: "cancel",
    Cause.REJECTED: "call_final",
    Cause.NO_ROUTE: "call_final",
    Cause.UNREACHABLE: "call_final",
    Cause.ERROR: "error",
}
"""The words for the end of a connection."""

TERMINATED: Final = "call_terminate"
"""The word for the end of a connection that the platform itself broke."""

_KEY: Final = "fs:voxsim:"
_new: Final = tuple.__new__  # many events are made: without the function that a NamedTuple has for it


class Telling:
    """Makes events. `_out` takes them, `_at` is the moment of what happens now, in unix milliseconds."""

    def __init__(self) -> None:
        self._out: list[Event] = []
        self._at = 0
        self._calls: dict[str, Call] = {}

    # --- calls ---

    def _create_call(self, call: Call) -> None:
        seance = call.seance
        self._tell("call_create", seance, call.full(), call)
        self._calls[call.id] = seance.calls[call.id] = call
        if not seance.told:
            seance.told, seance.first = True, call.id
            self._tell("seance_create", seance, seance.full())
        self._attach(call, seance)
        if seance.early:
            early, seance.early = seance.early, ()
            for number, index in early:
                self._serve(seance, number, index)

    def _attach(self, call: Call, seance: Seance) -> None:
        call.seance, call.attached = seance, True
        if call.party not in seance.people:
            seance.people = (*seance.people, call.party)
        self._tell("call_attach_to_seance", seance, {"callid": call.id, "seanceid": seance.id}, call)

    def _set_state(self, call: Call, state: str) -> None:
        before, connection = call.state, call.connection
        if before == state:
            return
        call.prev_state, call.state = before, state
        if state == "talk" and call.answered is None:
            call.answered = self._at
        data = {
            "callid": call.id,
            "connectionid": connection.id if connection is not None else None,
            "seanceid": call.seance.id,
            "state": state,
            "prev_state": before,
            "number": call.party.address,
        }
        self._tell("call_set_state", call.seance, data, call)

    def _update_call(self, call: Call, **changed: Any) -> None:
        data = {"callid": call.id, "seanceid": call.seance.id, **changed, "changed": list(changed)}
        self._tell("call_update", call.seance, data, call)

    def _delete_call(self, call: Call, leg: Leg) -> None:
        """A call's last two events; it leaves its connection and its seance behind."""
        seance, connection = call.seance, call.connection
        self._set_state(call, "stopped")
        call.ended = self._at
        cause = leg.cause or Cause.ERROR
        data = {
            "callid": call.id,
            "seanceid": seance.id,
            "connectionid": connection.id if connection is not None else None,
            "stopreason": ELSEWHERE if leg.elsewhere else STOP_REASONS[cause],
            "sipcode": 200 if leg.elsewhere else leg.code,
            "duration": call.ended - call.answered if call.answered is not None else 0,
        }
        self._tell("call_delete", seance, data, call)
        self._calls.pop(call.id, None)
        seance.calls.pop(call.id, None)
        if connection is not None:
            connection.calls.pop(call.id, None)
            if connection.broken is None and call.id in (connection.caller, connection.callee):
                connection.broken = leg.ended_by == "platform"

    # --- connections ---

    def _create_connection(self, connection: Connection) -> None:
        seance = connection.seance
        self._tell("connection_create", seance, connection.full(), None, connection)
        seance.connections[connection.id] = connection
        connection.attached = True
        data = {"connectionid": connection.id, "seanceid": seance.id}
        self._tell("connection_attach_to_seance", seance, data, None, connection)

    def _link(self, connection: Connection, call: Call, side: str) -> None:
        """A call joins a connection; one that had another leaves that, and is told to have moved."""
        old = call.connection
        if old is connection:
            return
        if old is not None:
            old.calls.pop(call.id, None)
        connection.calls[call.id] = call
        call.connection, call.side = connection, side
        if call.party not in connection.people:
            connection.people = (*connection.people, call.party)
        data = {"connectionid": connection.id, "callid": call.id, "side": side, "seanceid": connection.seance.id}
        self._tell("connection_link_call", connection.seance, data, call, connection)
        if old is not None:
            self._update_call(call, connectionid=connection.id)

    def _update_connection(self, connection: Connection, **changed: Any) -> None:
        seance = connection.seance
        data = {"connectionid": connection.id, "seanceid": seance.id, **changed, "changed": list(changed)}
        self._tell("connection_update", seance, data, None, connection)

    def _establish(self, connection: Connection) -> None:
        """Both ends of a connection talk: it is a dialog."""
        connection.state = "dialog"
        if not connection.waits:
            connection.since = None
        self._update_connection(connection, state="dialog", bcallid=connection.callee)
        self._refresh(connection.seance)
        for record in connection.seance.records.values():
            if not record.started and (record.connection is connection or record.call in connection.calls):
                self._start_record(record, connection)

    def _delete_connection(self, connection: Connection, link: Link) -> None:
        """A connection's last event. Calls of it that go on leave it first; those that waited for them take them."""
        seance = connection.seance
        left = [call for call in connection.calls.values() if call.connection is connection]
        for call in left:
            call.connection = None
            self._update_call(call, connectionid=None)
        connection.calls.clear()
        if connection.state == "dialog" and connection.broken:
            stop_type = TERMINATED
        else:
            stop_type = STOP_TYPES[link.cause or Cause.ERROR]
        connection.state = "stopped"
        data = {"connectionid": connection.id, "seanceid": seance.id, "stoptype": stop_type, "sipcode": link.code}
        self._tell("connection_delete", seance, data, None, connection)
        seance.connections.pop(connection.id, None)
        self._take_over(seance)
        if left:
            self._refresh(seance)

    def _take_over(self, seance: Seance) -> None:
        """Whoever waits for a caller that is free now gets it."""
        for connection in tuple(seance.connections.values()):
            call = seance.calls.get(connection.caller)
            if connection.waits and call is not None and call.connection is None:
                connection.waits, connection.since = False, None
                self._link(connection, call, "a")

    def _fail(self, seance: Seance, leg: Leg | None, number: str, code: int, cause: Cause) -> None:
        seance.failures += 1
        data = {
            "callid": leg.id if leg is not None else None,
            "seanceid": seance.id if seance.told else None,
            "cid": seance.uuid("f", seance.failures),
            "invitets": leg.created if leg is not None else self._at,
            "callednum": number,
            "sipcode": code,
            "reason": STOP_REASONS[cause],
        }
        self._tell("connection_failure", seance, data)

    # --- records ---

    def _start_record(self, record: Record, connection: Connection) -> None:
        record.started, record.connection = True, connection
        connection.records += 1
        data = {"connectionid": connection.id, "seanceid": connection.seance.id, "rects": self._at}
        self._tell("connection_start_record", connection.seance, data, None, connection)
        if connection.records == 1:
            self._update_connection(connection, isrec=True)

    def _stop_record(self, record: Record) -> None:
        connection = record.connection
        if connection is not None and record.started:
            connection.records -= 1
            if not connection.records and connection.state == "dialog":
                self._update_connection(connection, isrec=False)

    def _set_record_info(self, seance: Seance, record: Record, url: str, duration: int) -> None:
        """A record's file is there; the one event that may come behind the deletion of all it is of."""
        connection = record.connection
        key = key_of(url)
        if connection is not None:
            connection.key = key
        data = {
            "connectionid": connection.id if connection is not None else None,
            "callid": record.call,
            "seanceid": seance.id,
            "key": key,
            "duration": duration,
        }
        self._tell("connection_set_record_info", seance, data, None, connection)

    # --- seances ---

    def _serve(self, seance: Seance, number: str, index: int) -> None:
        seance.numbers = (*seance.numbers, number)
        data = {"seanceid": seance.id, "number": number, "index": index, "numbers": list(seance.numbers)}
        self._tell("seance_set_next_number", seance, data)

    def _set_seance(self, seance: Seance, state: str) -> None:
        before = seance.state
        if before == state:
            return
        seance.prev_state, seance.state = before, state
        data = {"seanceid": seance.id, "state": state, "prev_state": before}
        self._tell("seance_set_state", seance, data)

    def _update_seance(self, seance: Seance, **changed: Any) -> None:
        self._tell("seance_update", seance, {"seanceid": seance.id, **changed, "changed": list(changed)})

    def _refresh(self, seance: Seance) -> None:
        """The state that follows from the connections there are, when one was answered, held or is over."""
        state = ""
        for connection in seance.connections.values():
            if connection.state == "dialog":
                state = "hold"
                if not connection.on_hold:
                    state = "talk"
                    break
            elif not state and connection.ringing:
                state = "dialing"
        if state:
            self._set_seance(seance, state)
            return
        for call in seance.calls.values():
            if call.talks:
                self._set_seance(seance, "queue" if seance.queued else "ivr")
                return

    def _delete_seance(self, seance: Seance) -> None:
        self._set_seance(seance, "stopped")
        seance.ended = self._at
        self._tell("seance_delete", seance, {"seanceid": seance.id, "duration": seance.ended - seance.started})

    # --- inside ---

    def _tell(
        self,
        kind: str,
        seance: Seance,
        facts: dict[str, Any],
        call: Call | None = None,
        connection: Connection | None = None,
    ) -> None:
        seance.count = number = seance.count + 1
        self._out.append(_new(Event, (kind, self._at, number, facts, seance, call, connection)))


def key_of(url: str) -> str:
    """The key of a record, by its URL."""
    return _KEY + url.partition("/records/")[2].partition("?")[0]


def path_of(key: str) -> str | None:
    """The path of a record's file below `/records/`, by its key; None for keys of other stores."""
    return key[len(_KEY) :] if key.startswith(_KEY) else None
