"""Making an outgoing call: the limits on attempts, the clock, and finding the far end.

A call is returned at once. Whatever goes wrong comes as Failed, one step later, so that listeners can be added first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voxsim.engine.headers import call_timeout, sendable
from voxsim.engine.leg import ALERTING, PROGRESSING, Leg
from voxsim.engine.ports import Headers
from voxsim.engine.units.call import Call
from voxsim.vocabulary.codes import CALL_LIMIT_REACHED, Cause, Sip
from voxsim.vocabulary.enums import Modules
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.session import Session


def dial(
    session: Session,
    kind: str,
    number: str,
    callerid: str,
    *,
    display_name: str = "",
    headers: Headers | None = None,
    amd: Any = None,
    push: float | None = None,
) -> Call:
    """Make an outgoing leg of a kind (`pstn`, `user`, `sip`, `wab`) and set out to reach its far end.

    `amd` is a detector of answering machines that listens to the call, or None; `push` how many milliseconds a user who
    is not logged in has to wake, after the push notification that the PushService module sends.
    """
    if type(number) not in (str, int) or number == "":
        raise BadArgument(f"A call needs a number, user name or address as a string, got {number!r}.")
    limits = session.switch.limits
    refused = None
    if session.call_attempts >= limits.call_attempts:
        refused = "call_attempts"
    elif len(session.calls) >= limits.progressing_calls and _progressing(session) >= limits.progressing_calls:
        refused = "progressing_calls"
    leg = Leg(
        session.switch,
        session.switch.ids.unit(),
        incoming=False,
        kind=kind,
        number=str(number),
        callerid="" if callerid is None else str(callerid),
        display_name="" if display_name is None else str(display_name),
        headers=sendable(session, headers),
    )
    if kind == "user" and Modules.PushService in session.modules:
        least, most = limits.push_min_seconds, limits.push_max_seconds
        leg.push_seconds = limits.push_seconds if push is None else min(max(push / 1000, least), most)
    call = Call(session, leg)
    if amd is not None:
        _attach(amd, call)
    session.switch.post(_set_out, call, refused, call_timeout(session, headers))
    return call


def _attach(amd: Any, call: Call) -> None:
    from voxsim.engine.units.amd import AnsweringMachineDetector

    if not isinstance(amd, AnsweringMachineDetector):
        raise BadArgument(f"`amd` is a detector made by AMD.create, got {amd!r}.")
    amd.attach(call)


def _progressing(session: Session) -> int:
    """How many calls of the session are not answered yet."""
    return sum(call.leg.state in (PROGRESSING, ALERTING) for call in session.calls.values())


def _set_out(call: Call, refused: str | None, timeout: float) -> None:
    leg, session = call.leg, call.session
    if not leg.alive:
        return
    if refused is not None:
        session.limit(refused, getattr(session.switch.limits, refused), leg.id)
        leg.refuse(Sip.FORBIDDEN, CALL_LIMIT_REACHED)
        return
    far = session.switch.outside.reach(leg)
    if isinstance(far, Cause):
        leg.refuse(far.code, far.reason)
        return
    leg.far = far
    session.note("leg", "routed", leg.id, {"to": leg.number})
    leg.wait_for_answer(timeout)
    far.offered(leg)
