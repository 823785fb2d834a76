"""A leg: the signalling between the platform and ONE subscriber, with its state machine.

`MOVES` is the law; everything that changes a leg's state is in this file. The scenario's side of a leg is its Call (it
calls `ring`, `answer`, `hang_up` …), the outside's is a Far (it calls `far_…`). Each end of a leg is told once.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.media import Sound, told
from voxsim.engine.ports import Far, Headers
from voxsim.vocabulary.codes import NORMAL_CLEARING, NORMAL_CLEARING_HEADERS, Cause, Sip
from voxsim.vocabulary.enums import CallState
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Switch, Timer
    from voxsim.engine.units.call import Call

MOVES: Final[dict[CallState, frozenset[CallState]]] = {
    CallState.ALERTING: frozenset({CallState.CONNECTED, CallState.TERMINATED}),
    CallState.PROGRESSING: frozenset({CallState.CONNECTED, CallState.TERMINATED}),
    CallState.CONNECTED: frozenset({CallState.TERMINATED}),
    CallState.TERMINATED: frozenset(),
}
"""Which state may follow which. Incoming legs begin ALERTING, outgoing ones PROGRESSING."""

ALERTING, PROGRESSING, CONNECTED, TERMINATED = CallState

NO_HEADERS: Final[dict[str, str]] = {}

_BY_PLATFORM: Final = {"by": "platform"}
_BY_FAR: Final = {"by": "far"}
_DIRECTIONS: Final[dict[tuple[str, bool], str]] = {
    ("pstn", True): "All numbers",
    ("sip", False): "SIP Call",
}
"""The billing text of a leg by (client type, incoming). The two are seen in real logs; others are guesses below."""


class Leg:
    """The line between the platform and one subscriber.

    Attributes:
        id: the call's id.
        call: the scenario's side, or None when there is no session.
        incoming: whether the subscriber called the platform.
        kind: `pstn`, `sip`, `user` or `wab`, as `Call.clientType()` gives it; `conference` for one that joins a
            conference.
        number: the dialled number, in both directions.
        state: where it is in `MOVES`.
        early: early media is open.
        answering: `answer()` was given, its Connected has not come yet.
        connected_at: when it was connected (microseconds), or None.
        cause: why it ended, or None.
        ended_at: when it ended (microseconds).
        ended_by: whose side ended it: `far`, `scenario` or `platform`; empty while it lives.
        transferred: its subscriber was transferred to somebody else, or asked for a transfer that worked.
        transfer: the transfer that its subscriber asked for, or was asked to make, last: `to`, `by`, `replaces`.
        referred_by: the id of the leg whose subscriber asked for the transfer that this call carries out, or empty.
        answered_by: who is at the far end: `human`, `machine`, `mimic` (a machine that sounds like a person), or
            `nobody` when nothing is ever said there.
        custom_data: what a scenario passes with a call to a user, or None.
        direct: its media goes peer to peer, and never reaches the scenario.
        partner: the leg that it is joined with then, or None.
        real: there is a real ear at the far end, which hears samples.
    """

    __slots__ = (
        "_clock",
        "_switch",
        "answered_by",
        "answering",
        "call",
        "callerid",
        "cause",
        "connected_at",
        "custom_data",
        "direct",
        "display_name",
        "early",
        "ended_at",
        "ended_by",
        "far",
        "held",
        "id",
        "incoming",
        "kind",
        "number",
        "offered_headers",
        "partner",
        "push_seconds",
        "real",
        "refer_pending",
        "referred_by",
        "silent",
        "state",
        "transfer",
        "transferred",
    )

    def __init__(
        self,
        switch: Switch,
        identity: str,
        *,
        incoming: bool,
        kind: str,
        number: str,
        callerid: str,
        display_name: str = "",
        headers: Headers = NO_HEADERS,
    ) -> None:
        self._switch = switch
        self.call: Call | None = None
        self._clock: Timer | None = None
        self.id = identity
        self.incoming = incoming
        self.kind = kind
        self.number = number
        self.callerid = callerid
        self.display_name = display_name
        self.offered_headers = headers
        self.push_seconds: float | None = None
        self.custom_data: str | None = None
        self.far: Far | None = None
        self.state = ALERTING if incoming else PROGRESSING
        self.early = False
        self.answering = False
        self.answered_by = "human"
        self.held = False
        self.silent = False
        self.direct = False
        self.partner: Leg | None = None
        self.real = False
        self.refer_pending = False
        self.connected_at: int | None = None
        self.cause: Cause | None = None
        self.ended_at = 0
        self.ended_by = ""
        self.transferred = False
        self.transfer: dict[str, str] | None = None
        self.referred_by = ""

    def __repr__(self) -> str:
        return f"<Leg {self.id} {self.kind} {self.number} {self.state}>"

    def attach(self, call: Call) -> None:
        """Join the scenario's side."""
        self.call = call
        facts = {
            "incoming": self.incoming,
            "type": self.kind,
            "number": self.number,
            "callerid": self.callerid,
            "displayName": self.display_name,
        }
        if self.referred_by:
            facts["referredBy"] = self.referred_by
        self._note("created", facts)

    @property
    def session(self) -> Session | None:
        """The session that it belongs to, or None."""
        return self.call.session if self.call is not None else None

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self.state is not TERMINATED

    @property
    def media_open(self) -> bool:
        """Whether sound reaches the subscriber: the leg is connected, or early media is open."""
        return self.state is CONNECTED or (self.early and self.alive)

    @property
    def media_coming(self) -> bool:
        """Whether sound will reach the subscriber: it does, or the leg is being answered."""
        return self.media_open or (self.answering and self.alive)

    @property
    def media_back(self) -> bool:
        """Whether sound comes from the subscriber: nothing is heard of a caller in early media."""
        return self.state is CONNECTED or (self.early and not self.incoming and self.alive)

    @property
    def duration_us(self) -> int:
        """Connected time so far, in microseconds."""
        return 0 if self.connected_at is None else self._switch.now - self.connected_at

    @property
    def duration(self) -> int:
        """Connected time in whole seconds, rounded up as the platform bills it."""
        return math.ceil(self.duration_us / 1_000_000)

    @property
    def direction(self) -> str:
        """The billing text of this kind of leg."""
        return _DIRECTIONS.get((self.kind, self.incoming), "Incoming call" if self.incoming else "Outgoing call")

    # --- the platform's side ---

    def wait_for_answer(self, seconds: float) -> None:
        """Start the clock that ends an unanswered leg with 408."""
        self._clock = self._switch.after(seconds, self._not_answered)

    def ring(self, headers: Headers = NO_HEADERS) -> None:
        """Send 180 to the caller."""
        self._note("ringing", _BY_PLATFORM)
        if self.far is not None:
            self.far.rang(self, headers)

    def progress(self, headers: Headers = NO_HEADERS) -> None:
        """Send 183 to the caller and open early media."""
        self.early = True
        self._note("early_media", _BY_PLATFORM)
        if self.far is not None:
            self.far.progressed(self, headers)

    def answer(self, headers: Headers = NO_HEADERS) -> None:
        """Accept the caller; the leg is connected a moment later."""
        self.answering = True
        self._stop_clock()
        timing = self._switch.timing
        self._switch.later(timing.answer_to_first_packet, self._first_packet)
        self._switch.later(timing.answer_to_connected, self._answered, headers)

    def _answered(self, headers: Headers) -> None:
        self.answering = False
        if self.state is TERMINATED:
            return
        self._connect()
        if self.far is not None:
            self.far.answered(self, headers)
        if self.state is not TERMINATED and self.call is not None:
            self.call.leg_connected({}, None)

    def push_sent(self, result: str) -> None:
        """A push notification was sent to wake the callee's app."""
        self._note("push sent", {"result": result})
        if self.call is not None:
            self.call.leg_push_sent(result)

    def hang_up(self, headers: Headers = NO_HEADERS) -> None:
        """End the leg from the scenario's side: BYE, or CANCEL before the answer."""
        if self.state is CONNECTED:
            self._end(NORMAL_CLEARING, headers or NORMAL_CLEARING_HEADERS, "scenario")
        elif self.incoming:
            self._end(Cause.sip(Sip.DECLINE), headers, "scenario")
        else:
            self._end(Cause.sip(Sip.REQUEST_TERMINATED), headers, "scenario")

    def reject(self, code: int, headers: Headers = NO_HEADERS) -> None:
        """Refuse the caller with a SIP status."""
        self._end(Cause.sip(code), headers, "scenario")

    def refuse(self, code: int, reason: str | None = None) -> None:
        """The platform itself ends an attempt: a limit, nobody there, no rule."""
        self._end(Cause.sip(code, reason), NO_HEADERS, "platform")

    def platform_ends(self, *, failed: bool = False) -> None:
        """The session is over: whatever is still up is hung up; a caller of a failed session gets 500."""
        if self.state is CONNECTED:
            self._end(NORMAL_CLEARING, NORMAL_CLEARING_HEADERS, "platform")
        else:
            code = Sip.SERVER_ERROR if failed and self.incoming else Sip.REQUEST_TERMINATED
            self._end(Cause.sip(code), NO_HEADERS, "platform")

    # --- the outside's side ---

    def far_rings(self, headers: Headers = NO_HEADERS, device: str = "") -> None:
        """180 from the callee; may come several times, once for each device that rings."""
        if self.state is PROGRESSING:
            self._note("ringing", {"by": "far", "device": device} if device else _BY_FAR)
            if self.call is not None:
                self.call.leg_rings(headers)

    def far_forwards(self) -> None:
        """181 from the callee: it forwards the call, and somebody else may answer it."""
        if self.state is PROGRESSING:
            self._note("forwarded", _BY_FAR)
            if self.call is not None:
                self.call.leg_forwards()

    def far_shows(self) -> None:
        """The first picture from the subscriber."""
        if self.media_back and self.call is not None:
            self.call.leg_first_picture()

    def far_progresses(self, headers: Headers = NO_HEADERS) -> None:
        """183 with early media from the callee."""
        if self.state is PROGRESSING:
            first, self.early = not self.early, True
            self._note("early_media", _BY_FAR)
            if self.call is not None:
                self.call.leg_progresses(headers)
            if first:
                self._switch.later(self._switch.timing.progress_to_first_packet, self._first_packet)

    def far_answers(self, headers: Headers = NO_HEADERS, custom_data: str | None = None, device: str = "") -> None:
        """200 from the callee."""
        if self.state is not PROGRESSING:
            return
        self._stop_clock()
        self._connect(device)
        if not self.early:
            self._switch.later(self._switch.timing.connected_to_first_packet, self._first_packet)
        if self.call is not None:
            self.call.leg_connected(dict(headers), custom_data)

    def far_ends(self, cause: Cause | None = None, headers: Headers | None = None) -> None:
        """The subscriber ends the leg: hangs up, gives up calling, or refuses."""
        if cause is None:
            connected = self.state is CONNECTED
            cause = NORMAL_CLEARING if connected else Cause.sip(Sip.REQUEST_TERMINATED)
            headers = headers or (NORMAL_CLEARING_HEADERS if connected else NO_HEADERS)
        self._end(cause, headers or NO_HEADERS, "far")

    def far_presses(self, digit: str, how: int = 1) -> None:
        """One DTMF digit from the subscriber; `how` is a DTMFType."""
        if self.call is not None and self.media_back:
            self._note("dtmf", {"digit": digit})
            self.call.leg_presses(digit, how)

    def far_says(self, sound: Sound) -> None:
        """The subscriber begins to speak or to play something."""
        if self.media_back:
            self._note("speaks", told(sound))
            if self.call is not None:
                self.call.leg_speaks(sound)

    def far_hushes(self) -> None:
        """What the subscriber was saying or playing is cut off."""
        if self.media_back and self.call is not None:
            self.call.leg_hushes()

    def far_texts(self, text: str) -> None:
        """A text message from the subscriber."""
        if self.state is not TERMINATED and self.call is not None:
            self.call.leg_texts(text)

    def far_informs(self, mime_type: str, body: str, headers: Headers = NO_HEADERS) -> None:
        """A SIP INFO from the subscriber."""
        if self.state is not TERMINATED and self.call is not None:
            self.call.leg_informs(mime_type, body, headers)

    def far_holds(self) -> None:
        """The subscriber puts the leg on hold."""
        if self.state is CONNECTED and not self.held:
            self.held = True
            self._note("held")
            if self.call is not None:
                self.call.leg_holds(True)

    def far_resumes(self) -> None:
        """The subscriber takes the leg off hold."""
        if self.state is CONNECTED and self.held:
            self.held = False
            self._note("resumed")
            if self.call is not None:
                self.call.leg_holds(False)

    def far_falls_silent(self) -> None:
        """No packets come from the subscriber any more; RtpStopped follows."""
        if self.state is CONNECTED and not self.silent:
            self.silent = True
            self._switch.later(self._switch.timing.rtp_stopped, self._rtp, True)

    def far_speaks_again(self) -> None:
        """Packets come again."""
        if self.state is CONNECTED and self.silent:
            self.silent = False
            self._switch.post(self._rtp, False)

    def far_refers(self, target: str, headers: Headers = NO_HEADERS) -> None:
        """The subscriber asks for a blind transfer to `target`."""
        if self.state is CONNECTED and self.call is not None:
            self.refer_pending = True
            self.transfer = {"to": target, "by": "far"}
            self._note("refer", self.transfer)
            self.call.leg_refers(target, headers)

    def asked_to_transfer(self, target: str, replaces: Leg | None) -> None:
        """The scenario asks the subscriber to call `target`, or (attended) to take the place of another leg."""
        self.transfer = {"to": target, "by": "scenario"}
        if replaces is not None:
            self.transfer["replaces"] = replaces.id

    def transfer_over(self, code: int) -> None:
        """What came of the transfer that was asked for last: a SIP status."""
        self.transferred = 200 <= code < 300
        facts = {**(self.transfer or {}), "code": code}
        self._note("transferred" if self.transferred else "transfer failed", facts)

    def far_reinvites(self, headers: Headers, mime_type: str, body: str) -> None:
        """The subscriber asks for a new session description."""
        if self.state is CONNECTED and self.call is not None:
            self.call.leg_reinvites(headers, mime_type, body)

    def far_answers_reinvite(
        self, accepted: bool, headers: Headers = NO_HEADERS, mime_type: str = "", body: str = "", code: int = 488
    ) -> None:
        """The subscriber's answer to the scenario's re-INVITE."""
        if self.state is CONNECTED and self.call is not None:
            self.call.leg_reinvite_answer(accepted, headers, mime_type, body, code)

    def far_answers_refer(self, code: int, reason: str | None = None) -> None:
        """The subscriber's answer to the scenario's REFER: 200 for done, anything else for failed."""
        if self.state is not TERMINATED and self.call is not None:
            self.call.leg_refer_answer(Cause.sip(code, reason), {})

    # --- inside ---

    def _connect(self, device: str = "") -> None:
        self._move(CONNECTED)
        self.connected_at = self._switch.now
        self._note("answered", {"device": device} if device else None)
        self._switch.later(self._switch.timing.connected_to_quality, self._quality)

    def _first_packet(self) -> None:
        if self.state is not TERMINATED and self.call is not None:
            self.call.leg_first_packet()

    def _quality(self) -> None:
        if self.state is not TERMINATED and self.call is not None:
            self.call.leg_quality()

    def _rtp(self, stopped: bool) -> None:
        if self.state is CONNECTED and self.silent == stopped and self.call is not None:
            self.call.leg_rtp(stopped)

    def _not_answered(self) -> None:
        self._clock = None
        if self.call is not None:
            name = "unanswered_incoming_seconds" if self.incoming else "outgoing_answer_seconds"
            self.call.session.limit(name, getattr(self._switch.limits, name), self.id)
        self._end(Cause.sip(Sip.REQUEST_TIMEOUT), NO_HEADERS, "platform")

    def _end(self, cause: Cause, headers: Headers, by: str) -> None:
        if self.state is TERMINATED:
            return
        was = self.state
        self._stop_clock()
        self._move(TERMINATED)
        self.cause = cause
        self.ended_at = self._switch.now
        self.ended_by = by
        facts = {"code": cause.code, "reason": cause.reason, "by": by, "was": str(was), "ms": self.duration_us // 1000}
        self._note("ended", facts)
        if by != "far" and self.far is not None:
            self.far.ended(self, cause, headers)
        if self.call is not None:
            self.call.leg_ended(was, cause, headers)

    def _move(self, state: CallState) -> None:
        if state not in MOVES[self.state]:
            raise VoxsimError(f"A call cannot go from {self.state} to {state}.")
        old, self.state = self.state, state
        if self.call is not None and self.call.has_listeners:
            self.call.leg_moved(old, state)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _note(self, name: str, data: Any = None) -> None:
        if self.call is not None:
            self.call.session.note("leg", name, self.id, data)
        else:
            self._switch.note(None, "leg", name, self.id, data)
