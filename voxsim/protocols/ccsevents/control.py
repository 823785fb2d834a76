"""Control: the requests that act on calls. What a subscriber's phone would do, or the platform on somebody's wish.

A call is named by `idcall`, a connection by `idconn`, as the events name them; `owner` names a subscriber in place of
its only call. An external system acts on the calls of its domain, a user on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from voxsim.parties.line import Line
from voxsim.parties.party import Party
from voxsim.protocols.callevents.model import PartyKind
from voxsim.protocols.ccsevents.client import Answer, Owner
from voxsim.protocols.ccsevents.links import Links
from voxsim.protocols.ccsevents.requests import (
    BAD,
    CONFLICT,
    FORBIDDEN,
    MISSING,
    UNSUPPORTED,
    Parameters,
    Refused,
    needed,
    text_of,
)
from voxsim.protocols.ccsevents.subscriptions import is_of
from voxsim.protocols.ccsevents.telling import path_of
from voxsim.vocabulary.codes import Sip
from voxsim.vocabulary.enums import CallState
from voxsim.vocabulary.errors import VoxsimError
from voxsim.vocabulary.naming import did_you_mean

if TYPE_CHECKING:
    from voxsim.engine.leg import Leg
    from voxsim.engine.units.call import Call as Unit
    from voxsim.parties.world import World
    from voxsim.protocols.callevents.people import People
    from voxsim.protocols.ccsevents.fold import Fold
    from voxsim.protocols.ccsevents.objects import Call, Connection

_DIGITS: Final = frozenset("0123456789*#ABCD")
_CCS: Final = "ccs"

OTHERS: Final = {
    "referreplaces": "calls of two sessions cannot be connected; use 'refer', or transferTo({call}) in the scenario",
    "switch_to_conference": "who hears whom is the scenario's to say; use VoxEngine.createConference in it",
}
"""Requests that are known, and that this platform cannot carry out: why, and what there is instead."""


class Control:
    """Carries out requests.

    Args:
        world: whose calls they act on.
        people: who is who.
        fold: which calls and connections there are.
        links: makes addresses of records.
        has_record: whether there is a record's file, by its path.
    """

    def __init__(
        self, world: World, people: People, fold: Fold, links: Links, has_record: Callable[[str], bool]
    ) -> None:
        self._world = world
        self._people = people
        self._fold = fold
        self._links = links
        self._has_record = has_record
        self.commands: dict[str, tuple[str, Answer]] = {
            "list_calls": (_CCS, self._list_calls),
            "get_call": (_CCS, self._get_call),
            "list_connections": (_CCS, self._list_connections),
            "get_connection": (_CCS, self._get_connection),
            "bye": (_CCS, self._bye),
            "new_invite": (_CCS, self._new_invite),
            "invite_byivr": (_CCS, self._invite_by_ivr),
            "pickup": (_CCS, self._pickup),
            "refer": (_CCS, self._refer),
            "hold": (_CCS, self._hold),
            "talk": (_CCS, self._talk),
            "send_dtmf": (_CCS, self._send_dtmf),
            "start_record": (_CCS, self._start_record),
            "stop_record": (_CCS, self._stop_record),
            "callrecord_get_path": ("callrecord", self._record_path),
            **{name: (_CCS, self._cannot(name, why)) for name, why in OTHERS.items()},
        }

    # --- looking ---

    def _list_calls(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        named = text_of(parameters, "owner")
        calls = [call for call in self._calls(owner) if not named or is_of(call.party, frozenset((named,)))]
        return {"calls": [call.full() for call in calls]}

    def _get_call(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        return {"call": self._call(owner, parameters).full()}

    def _list_connections(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        return {"connections": [one.full() for one in self._connections(owner)]}

    def _get_connection(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        return {"connection": self._connection(owner, parameters).full()}

    # --- acting ---

    def _bye(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        """Break a connection: BYE to both ends; to those that ring CANCEL, and a failure to the one who calls."""
        connection = None
        if text_of(parameters, "idconn"):
            connection = self._connection(owner, parameters)
            calls = list(connection.calls.values())
        else:
            call = self._call(owner, parameters)
            connection = call.connection
            calls = [call] if connection is None else list(connection.calls.values())
        for leg in [self._leg(call) for call in sorted(calls, key=lambda one: one.side, reverse=True)]:
            if leg.state is CallState.CONNECTED:
                leg.platform_ends()
            elif leg.alive:
                leg.refuse(Sip.REQUEST_TERMINATED)
        return {}

    def _new_invite(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        """A subscriber calls a number, as if it had dialled it."""
        name, number = needed(parameters, "owner"), needed(parameters, "number")
        who = self._people.callee("user", name)
        if who.domain != owner.domain or who.kind is not PartyKind.USER:
            raise Refused(MISSING, f"There is no subscriber {name[:80]!r} in {owner.domain}.")
        if owner.alone is not None and not is_of(who, owner.alone):
            raise Refused(FORBIDDEN, "A user calls in its own name alone.")
        party = self._world.directory.find("user", who.number)
        if party is None or party.address != who.number:
            party = Party.make("user", who.number)
        line = self._world.call_in(party, number)
        if line.leg.call is None:
            raise Refused(MISSING, f"No rule takes a call to {number!r}.")
        return {"idcall": line.leg.id}

    def _invite_by_ivr(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        """A scenario is to call a number: its rule begins a session, with the number or other data as custom data."""
        number, name = needed(parameters, "number"), needed(parameters, "ivr")
        if owner.alone is not None:
            raise Refused(FORBIDDEN, "A user calls in its own name alone: 'new_invite'.")
        known = {
            rule.name: (application, rule)
            for application in reversed(self._world.platform.account.applications)
            for rule in reversed(application.rules)
            if self._people.scenario(rule.name, application.name, "").domain in ("", owner.domain)
        }
        if name not in known:
            hint = did_you_mean(name[:80], known)
            raise Refused(MISSING, f"There is no rule {name[:80]!r} whose scenario could call.{hint}")
        application, rule = known[name]
        data = text_of(parameters, "data") or number
        session = self._world.platform.start_scenarios(rule, data, application=application)
        return {"seanceid": session.key.partition(".")[0].lower()}

    def _pickup(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        """A call that rings is answered."""
        leg = self._own(owner, parameters)
        if leg.incoming or leg.state is not CallState.PROGRESSING:
            raise Refused(CONFLICT, "This call does not ring at a subscriber.")
        if isinstance(leg.far, Line):
            leg.far.answer()
        else:
            leg.far_answers()
        return {}

    def _refer(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        """A subscriber asks for a blind transfer of the one it talks to."""
        number = needed(parameters, "number")
        leg = self._talking(owner, parameters)
        if isinstance(leg.far, Line):
            leg.far.transfer(number)
        else:
            leg.far_refers(number)
        return {}

    def _hold(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        leg = self._talking(owner, parameters)
        if leg.held:
            raise Refused(CONFLICT, "This call is on hold already.")
        if isinstance(leg.far, Line):
            leg.far.hold()
        else:
            leg.far_holds()
        return {}

    def _talk(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        leg = self._talking(owner, parameters)
        if not leg.held:
            raise Refused(CONFLICT, "This call is not on hold.")
        if isinstance(leg.far, Line):
            leg.far.resume()
        else:
            leg.far_resumes()
        return {}

    def _send_dtmf(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        """Digits to a subscriber."""
        digits = needed(parameters, "dtmf").upper()
        if not _DIGITS.issuperset(digits):
            raise Refused(BAD, f"'dtmf' is made of 0-9, *, # and A-D, got {digits[:80]!r}.")
        leg = self._talking(owner, parameters)
        switch = self._world.switch
        for place, digit in enumerate(digits):
            switch.after_ms(place * switch.timing.digit, _press, leg, digit)
        return {}

    def _start_record(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        unit = self._recorded(owner, parameters)
        if any(not take.closed for take in unit.takes or ()):
            raise Refused(CONFLICT, "This call is being recorded already.")
        try:
            unit.record()
        except VoxsimError as error:
            raise Refused(CONFLICT, str(error)) from None
        return {}

    def _stop_record(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        takes = [take for take in self._recorded(owner, parameters).takes or () if not take.closed]
        if not takes:
            raise Refused(CONFLICT, "This call is not being recorded.")
        for take in takes:
            take.stop()
        return {}

    def _record_path(self, owner: Owner, parameters: Parameters) -> dict[str, Any]:
        key = needed(parameters, "key")
        path = path_of(key)
        if path is None or not self._has_record(path):
            raise Refused(MISSING, f"There is no record with the key {key[:200]!r}.")
        return {"result": self._links.make(path)}

    def _cannot(self, name: str, why: str) -> Answer:
        def answer(owner: Owner, parameters: Parameters) -> dict[str, Any]:
            raise Refused(UNSUPPORTED, f"{name!r} is not carried out here: {why}.")

        return answer

    # --- finding ---

    def _calls(self, owner: Owner) -> Iterator[Call]:
        """The calls that it may know of: of a domain those of its seances, of a user its own and those it talks to."""
        for call in self._fold.calls:
            if owner.alone is None:
                people = call.seance.people
                if call.seance.domain == owner.domain or any(one.domain == owner.domain for one in people):
                    yield call
            elif any(one.domain == owner.domain and is_of(one, owner.alone) for one in _together(call)):
                yield call

    def _connections(self, owner: Owner) -> list[Connection]:
        visible = {call.connection.id for call in self._calls(owner) if call.connection is not None}
        return [one for one in self._fold.connections if one.id in visible]

    def _connection(self, owner: Owner, parameters: Parameters) -> Connection:
        identity = needed(parameters, "idconn")
        found = next((one for one in self._connections(owner) if one.id == identity), None)
        if found is None:
            raise Refused(MISSING, f"There is no connection {identity[:200]!r}.")
        return found

    def _call(self, owner: Owner, parameters: Parameters) -> Call:
        identity, named = text_of(parameters, "idcall"), text_of(parameters, "owner")
        if identity:
            found = [call for call in self._calls(owner) if call.id == identity]
            if not found:
                raise Refused(MISSING, f"There is no call {identity[:200]!r}.")
            return found[0]
        if not named:
            raise Refused(BAD, "'idcall' is missing: the id of a call.")
        found = [call for call in self._calls(owner) if is_of(call.party, frozenset((named,)))]
        if not found:
            raise Refused(MISSING, f"{named[:80]!r} has no call.")
        if len(found) > 1:
            raise Refused(CONFLICT, f"{named[:80]!r} has {len(found)} calls: name one by its 'idcall'.")
        return found[0]

    def _leg(self, call: Call) -> Leg:
        return self._unit(call).leg

    def _unit(self, call: Call) -> Unit:
        session = self._world.switch.sessions.get(call.run)
        unit = session.calls.get(call.id) if session is not None else None
        if unit is None:
            raise Refused(MISSING, f"The call {call.id!r} has ended.")
        return unit

    def _own(self, owner: Owner, parameters: Parameters) -> Leg:
        """A call whose phone it may use."""
        call = self._call(owner, parameters)
        if owner.alone is not None and not is_of(call.party, owner.alone):
            raise Refused(FORBIDDEN, "A user acts on its own calls alone.")
        return self._leg(call)

    def _talking(self, owner: Owner, parameters: Parameters) -> Leg:
        leg = self._own(owner, parameters)
        if leg.state is not CallState.CONNECTED:
            raise Refused(CONFLICT, "This call is not connected.")
        return leg

    def _recorded(self, owner: Owner, parameters: Parameters) -> Unit:
        """The call whose record a connection's is: that of the one who calls."""
        if not text_of(parameters, "idconn"):
            return self._unit(self._call(owner, parameters))
        connection = self._connection(owner, parameters)
        if connection.state != "dialog":
            raise Refused(CONFLICT, "This connection is not answered yet.")
        calls = connection.calls
        return self._unit(calls.get(connection.caller) or next(iter(calls.values())))


def _together(call: Call) -> Iterator[Any]:
    yield call.party
    if call.connection is not None:
        yield from (one.party for one in call.connection.calls.values())


def _press(leg: Leg, digit: str) -> None:
    if leg.media_open and leg.far is not None:
        leg.far.digits(leg, digit)
