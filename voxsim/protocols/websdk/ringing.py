"""Ringing: a call to a user rings at every device where the user is logged in, until one takes it or none is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voxsim.engine.leg import Leg
from voxsim.engine.ports import Headers, SilentFar
from voxsim.protocols.websdk.call import SdkCall
from voxsim.vocabulary.codes import USER_OFFLINE, Cause, Sip

if TYPE_CHECKING:
    from voxsim.engine.switch import Timer
    from voxsim.protocols.websdk.connection import Connection
    from voxsim.protocols.websdk.gateway import Gateway


class Ringing(SilentFar):
    """The far end of a leg to a user, until a device answers; then that device is.

    Args:
        connections: the devices.
    """

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._connections = tuple(connections)
        self._calls: dict[SdkCall, None] = {}
        self._worst: Cause | None = None
        self._leg: Leg

    def offered(self, leg: Leg) -> None:
        """A call arrives: every device gets it."""
        self._leg = leg
        for connection in self._connections:
            self._calls[connection.offered(self)] = None
        for call in tuple(self._calls):
            call.offer(leg)
            if not call.connection.confirms:
                call.confirm()

    def ended(self, leg: Leg, cause: Cause, headers: Headers) -> None:
        """The caller, or the platform, gave up."""
        self._withdraw(elsewhere=False)

    # --- what the devices say ---

    def rings(self, call: SdkCall) -> None:
        """A device rings."""
        self._leg.far_rings(device=self._name(call))

    def accepted(self, call: SdkCall, headers: Headers, custom_data: str | None) -> None:
        """A device answers: the others stop, and it is the leg's far end from now on."""
        self._calls.pop(call, None)
        self._withdraw(elsewhere=True)
        self._leg.far = call
        self._leg.far_answers(headers, custom_data, self._name(call))

    def refused(self, call: SdkCall, cause: Cause, headers: Headers | None = None) -> None:
        """One device does not take the call; the others go on ringing."""
        self._worst = cause
        call.withdraw(elsewhere=False)
        self._drop(call, headers)

    def declined(self, call: SdkCall, headers: Headers) -> None:
        """The person does not take the call, on any device."""
        self._withdraw(elsewhere=False)
        self._leg.far_ends(Cause.sip(Sip.DECLINE), headers)

    def gone(self, call: SdkCall) -> None:
        """A device is not connected any more."""
        self._drop(call)

    # --- inside ---

    def _drop(self, call: SdkCall, headers: Headers | None = None) -> None:
        self._calls.pop(call, None)
        if not self._calls and self._leg.alive:
            offline = Cause.sip(Sip.TEMPORARILY_UNAVAILABLE, USER_OFFLINE)
            self._leg.far_ends(self._worst or offline, headers)

    def _withdraw(self, *, elsewhere: bool) -> None:
        calls, self._calls = tuple(self._calls), {}
        for call in calls:
            call.withdraw(elsewhere=elsewhere)

    def _name(self, call: SdkCall) -> str:
        """A device's name, where there are several."""
        if len(self._connections) < 2:
            return ""
        return f"device {self._connections.index(call.connection) + 1}"


class Sleeping(SilentFar):
    """The far end of a leg to a user who is to be woken: the call rings where the user logs in first, or is lost.

    Args:
        name: the user's.
    """

    def __init__(self, gateway: Gateway, name: str) -> None:
        self._gateway = gateway
        self._name = name
        self._leg: Leg
        self._timer: Timer | None = None

    def offered(self, leg: Leg) -> None:
        """A call arrives: a push notification goes out."""
        self._leg = leg
        self._gateway.sleeping.setdefault(self._name, []).append(self)
        self._timer = self._gateway.switch.after(leg.push_seconds or 0, self._too_late)
        leg.push_sent("success")

    def woken(self, connection: Connection) -> None:
        """The user has logged in."""
        self._forget()
        ringing = Ringing([connection])
        self._leg.far = ringing
        ringing.offered(self._leg)

    def ended(self, leg: Leg, cause: Cause, headers: Headers) -> None:
        """The caller, or the platform, gave up."""
        self._forget()

    def _too_late(self) -> None:
        self._forget()
        self._leg.refuse(Sip.TEMPORARILY_UNAVAILABLE, USER_OFFLINE)

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        waiting = self._gateway.sleeping.get(self._name, [])
        if self in waiting:
            waiting.remove(self)
        if not waiting:
            self._gateway.sleeping.pop(self._name, None)
