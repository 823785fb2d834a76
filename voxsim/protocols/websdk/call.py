"""SdkCall: one call of one Web SDK client, between its messages and a leg of the platform.

It is the far end of the leg, whoever called. What the client sends arrives as methods named after the messages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.leg import CONNECTED, Leg
from voxsim.engine.media import Sound
from voxsim.engine.ports import Headers, SilentFar
from voxsim.protocols.websdk.params import CALL_DATA, Params
from voxsim.protocols.websdk.sdp import audio_direction
from voxsim.vocabulary.codes import Cause, Sip

if TYPE_CHECKING:
    from voxsim.platform.account import Application
    from voxsim.platform.platform import Caller
    from voxsim.protocols.websdk.connection import Connection
    from voxsim.protocols.websdk.media import MediaLink
    from voxsim.protocols.websdk.ringing import Ringing

TEXT: Final = ("application", "zingaya-im")
"""The MIME type in which text messages travel."""
CANDIDATES: Final = ("voximplant", "sdpfrag")
"""The MIME type in which ICE candidates travel."""
KEYS: Final = "0123456789*#"
"""The keys of a phone, by the numbers that `sendDTMF` has for them."""
_SDP: Final = "application/sdp"
_HELD: Final = frozenset({"sendonly", "inactive"})


class Phase(Enum):
    """Where a call of a client stands."""

    CALLING = "calling"
    OFFERED = "offered"
    TALKING = "talking"
    OVER = "over"


class SdkCall(SilentFar):
    """One call of one client.

    Args:
        connection: the client's.
        identity: what the client knows the call by.
        ringing: for a call to the client: the other devices that ring with it.

    Attributes:
        leg: the platform's end.
        link: its media.
    """

    leg: Leg

    def __init__(self, connection: Connection, identity: str, ringing: Ringing | None = None) -> None:
        self.connection = connection
        self.id = identity
        self.phase = Phase.CALLING if ringing is None else Phase.OFFERED
        self.rang_at_all = False
        self._ringing = ringing
        self._early = self._rings = False
        self._offer = ""
        self._asked = ""
        self._invited = False
        self._transferred: SdkCall | None = None
        self.link: MediaLink = connection.gateway.media.open(self)

    # --- the client calls ---

    def begin(self, number: str, caller: Caller, application: Application, offer: str) -> None:
        """The client calls a number."""
        self._offer = offer
        self.leg = self.connection.gateway.platform.incoming(number, caller, self, application=application)

    def rang(self, leg: Leg, headers: Headers) -> None:
        """180: the client plays its progress tone."""
        self._rings = True
        self._send("handleRingOut")

    def progressed(self, leg: Leg, headers: Headers) -> None:
        """183: the client hears the platform before the answer; without a description the SDK would hang up."""
        self._stop_ringing()
        if not self._early and (answer := self.link.answer(self._offer)):
            self._early = True
            self._send("startEarlyMedia", dict(headers), answer, self._scheme())

    def answered(self, leg: Leg, headers: Headers) -> None:
        """The platform has answered the client."""
        self._stop_ringing()
        self.phase = Phase.TALKING
        answer = "" if self._early else self.link.answer(self._offer)
        self._send("handleConnectionConnected", dict(headers), answer, {}, self._scheme())

    def _stop_ringing(self) -> None:
        if self._rings:
            self._rings = False
            self._send("stopRinging")

    # --- the client is called ---

    def offer(self, leg: Leg) -> None:
        """Tell the client of a call to it."""
        self.leg = leg
        headers = dict(leg.offered_headers)
        if leg.custom_data is not None:
            headers[CALL_DATA] = leg.custom_data
        name = leg.display_name or leg.callerid
        self._send("handleIncomingConnection", leg.callerid, name, headers, self.link.offer(), self._scheme())

    def accept(self, params: Params) -> None:
        """acceptCall: the client takes the call, unless another device was faster."""
        if self.phase is not Phase.OFFERED or self._ringing is None:
            return
        headers, data = params.headers(1)
        answer = self._sdp(params, 2)
        if answer is None:
            self._ringing.refused(self, Cause.sip(Sip.NOT_ACCEPTABLE_HERE))
            return
        self.phase = Phase.TALKING
        self.link.accepted(answer)
        self._send("handleConnectionConnected", {}, "", {}, self._scheme())
        self._ringing.accepted(self, headers, data)

    def reject(self, params: Params) -> None:
        """rejectCall: this device does not take the call (busy), or the person does not, on any (decline)."""
        if self.phase is not Phase.OFFERED or self._ringing is None:
            return
        headers, _ = params.headers(2)
        if params.any(1) is True:
            self._ringing.refused(self, Cause.sip(Sip.BUSY_HERE), headers)
        else:
            self._ringing.declined(self, headers)

    def confirm(self) -> None:
        """confirmIncomingConnection: the client rings."""
        if self.phase is Phase.OFFERED and not self.rang_at_all and self._ringing is not None:
            self.rang_at_all = True
            self._ringing.rings(self)

    def withdraw(self, *, elsewhere: bool) -> None:
        """The offered call is not for this client any more."""
        if self.phase is Phase.OFFERED:
            self._over()
            self._send("handleConnectionDisconnected", {}, {"answeredElsewhere": elsewhere})

    # --- the end ---

    def disconnect(self, params: Params) -> None:
        """disconnectCall: the client hangs up."""
        headers, _ = params.headers(1)
        if self.phase is Phase.OFFERED and self._ringing is not None:
            self._ringing.declined(self, headers)
            return
        self._leave(None, headers)
        self._send("handleConnectionDisconnected", {}, {})

    def refuse(self, cause: Cause) -> None:
        """The call cannot be, or not go on: the client is told, and so is the platform."""
        talking = self.phase is Phase.TALKING
        self._leave(cause if not talking else None, {})
        if talking:
            self._send("handleConnectionDisconnected", {}, {})
        else:
            self._send("handleConnectionFailed", cause.code, cause.reason, {})

    def lost(self) -> None:
        """The client is gone for good."""
        if self.phase is Phase.OFFERED and self._ringing is not None:
            self._over()
            self._ringing.gone(self)
        elif self.phase is not Phase.OVER:
            self._leave(None, {})

    def ended(self, leg: Leg, cause: Cause, headers: Headers) -> None:
        """The platform's side has ended the call."""
        phase = self.phase
        self._over()
        if phase is Phase.CALLING:
            self._stop_ringing()
            self._send("handleConnectionFailed", cause.code, cause.reason, dict(headers))
        elif phase is Phase.TALKING:
            self._send("handleConnectionDisconnected", dict(headers), {})

    def _leave(self, cause: Cause | None, headers: Headers) -> None:
        self._over()
        if self.leg.alive:
            self.leg.far_ends(cause, dict(headers) or None)

    def _over(self) -> None:
        if self.phase is not Phase.OVER:
            self.phase = Phase.OVER
            self.connection.calls.pop(self.id, None)
            self.link.close()

    # --- within a call ---

    def press(self, params: Params) -> None:
        """sendDTMF: one key."""
        key = params.any(1)
        if isinstance(key, str) and key.isdecimal() and len(key) < 3:
            key = int(key)
        if type(key) is int and 0 <= key < len(KEYS):
            self.leg.far_presses(KEYS[key])

    def inform(self, params: Params) -> None:
        """sendSIPInfo: a text message, ICE candidates, or an INFO of the page's own."""
        kind = (params.word(1), params.word(2))
        body = params.text(3)
        if kind == CANDIDATES:
            self.link.candidates(body)
        elif kind == TEXT:
            if not _is_upgrade(body):
                self.leg.far_texts(body)
        else:
            headers, _ = params.headers(4)
            self.leg.far_informs("/".join(kind), body, headers)

    def texted(self, leg: Leg, text: str) -> None:
        """The scenario sends a text message."""
        self._send("handleSIPInfo", *TEXT, text, {})

    def informed(self, leg: Leg, mime_type: str, body: str, headers: Headers) -> None:
        """The scenario sends an INFO."""
        kind, _, subtype = mime_type.partition("/")
        self._send("handleSIPInfo", kind, subtype, body, dict(headers))

    def heard(self, leg: Leg, sound: Sound | None) -> None:
        """Sound begins, or ceases."""
        self.link.hear(sound)

    def digits(self, leg: Leg, digits: str) -> None:
        """DTMF arrives."""
        self.link.digits(digits)

    # --- new descriptions ---

    def reinvite(self, params: Params) -> None:
        """ReInvite: the client holds, resumes, restarts ICE, or changes its media."""
        headers, _ = params.headers(1)
        offer = self._sdp(params, 2)
        if offer is None or self._asked or self.phase is not Phase.TALKING:
            self._send("handleRejectReinvite", {}, "")
            return
        hold = audio_direction(offer) in _HELD
        if params.table(3).get("iceRestart") is True or hold != self.leg.held:
            self.hold(hold)
            self._accept_reinvite(offer)
            return
        self._asked = offer
        self.leg.far_reinvites(headers, _SDP, offer)

    def hold(self, held: bool) -> None:
        """The client holds or resumes the call."""
        if held:
            self.leg.far_holds()
        else:
            self.leg.far_resumes()

    def reinvite_answered(self, leg: Leg, accepted: bool, headers: Headers, code: int, reason: str) -> None:
        """The scenario, or the platform for it, answers the client's re-INVITE."""
        offer, self._asked = self._asked, ""
        if not offer:
            return
        if accepted:
            self._accept_reinvite(offer, headers)
        else:
            self._send("handleRejectReinvite", dict(headers), "")

    def _accept_reinvite(self, offer: str, headers: Headers | None = None) -> None:
        self._send("handleAcceptReinvite", dict(headers or {}), self.link.renewed(offer), self._scheme())

    def reinvited(self, leg: Leg, headers: Headers, mime_type: str, body: str) -> None:
        """The scenario asks the client for a new description."""
        self._invited = True
        offer = self.link.offer(body if mime_type == _SDP and body.startswith("v=0") else "")
        self._send("handleReInvite", dict(headers), offer, self._scheme())

    def accept_reinvite(self, params: Params) -> None:
        """AcceptReInvite: the client's answer to the scenario's re-INVITE."""
        if not self._invited:
            return
        self._invited = False
        headers, _ = params.headers(1)
        answer = self._sdp(params, 2)
        if answer is None:
            self.leg.far_answers_reinvite(False)
            return
        self.link.accepted(answer)
        self.leg.far_answers_reinvite(True, headers, _SDP, answer)

    def reject_reinvite(self, params: Params) -> None:
        """RejectReInvite: the client has another one under way."""
        if self._invited:
            self._invited = False
            self.leg.far_answers_reinvite(False, params.headers(1)[0])

    # --- transfer ---

    def transfer(self, other: SdkCall) -> None:
        """transferCall: the client wants the far ends of two of its calls to talk without it."""
        if self.leg.state is not CONNECTED or other.leg.state is not CONNECTED or self._transferred is not None:
            self._send("handleTransferFailed")
            return
        self._transferred = other
        self._send("handleTransferStarted")
        leg = other.leg
        self.leg.far_refers(leg.number if leg.incoming else leg.callerid)

    def refer_answered(self, leg: Leg, code: int, reason: str) -> None:
        """The transfer worked, and both calls end; or it did not, and they go on."""
        other, self._transferred = self._transferred, None
        if not 200 <= code < 300:
            self._send("handleTransferFailed")
            return
        self._send("handleTransferComplete")
        if other is not None and other.phase is Phase.TALKING:
            other._send("handleTransferComplete")
            other.refuse(Cause.sip(Sip.REQUEST_TERMINATED))

    # --- inside ---

    def _sdp(self, params: Params, index: int) -> str | None:
        """A session description of the client, or None when it is longer than any browser's."""
        text = params.text(index)
        if len(text) > self.connection.gateway.limits.sdp_characters:
            self.connection.note("description too long", {"call": self.id, "characters": len(text)})
            return None
        return text

    def _scheme(self) -> str:
        """Who talks: the SDK makes the call's endpoint of it."""
        return json.dumps(
            {
                "endpoints": {"": {"place": 0, "type": "call", "mids": {"0": "audio"}, "tracks": {}}},
                "reinviteCauses": [],
            }
        )

    def _send(self, name: str, *values: Any) -> None:
        self.connection.send(name, self.id, *values)


def _is_upgrade(body: str) -> bool:
    """Whether a text message is the SDK's own question for a conference's second socket, which nobody else sees."""
    if "vi/upgrade" not in body:
        return False
    try:
        asked: Any = json.loads(body)
    except ValueError:
        return body.strip() == "vi/upgrade"
    return asked == "vi/upgrade" or (isinstance(asked, Mapping) and asked.get("event") == "vi/upgrade")
