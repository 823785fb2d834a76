"""Call: one leg as a scenario sees it. Signalling, media, tones, messages and transfers.

The state machine is the leg's (`engine.leg`), what the leg reports is in `callline`; this file turns the scenario's
commands into acts on the leg. What an ended call is asked to do is ignored with a warning: two ends often hang up at
once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.command import Options, command
from voxsim.engine.headers import given_headers, sendable, utf8_size
from voxsim.engine.leg import ALERTING, CONNECTED, Leg
from voxsim.engine.lifecycle import Operation
from voxsim.engine.ports import Headers
from voxsim.engine.units.calldetect import DetectedLine
from voxsim.engine.units.callevents import CallEvents
from voxsim.engine.units.callrecord import RecordedLine
from voxsim.engine.units.callsound import SoundingLine
from voxsim.vocabulary.codes import Cause, Sip
from voxsim.vocabulary.declare import signature, unit
from voxsim.vocabulary.enums import CallState, DTMFType
from voxsim.vocabulary.errors import BadArgument, LimitExceeded

if TYPE_CHECKING:
    from voxsim.engine.session import Session

_MEDIA_OPTIONS: Final = (
    "audioLevelExtension conferenceCall disableDtxForAudio maxVideoBitrate "
    "disableExtVideoOffset disableExtVideoOrientation disableExtPlayoutDelay disableExtVideoTiming"
)
_DIGITS: Final = frozenset("0123456789*#p")


@unit("Call", events=CallEvents)
class Call(SoundingLine, RecordedLine, DetectedLine):
    """One leg of a session: a line to one subscriber."""

    __slots__ = ()

    def __init__(self, session: Session, leg: Leg, custom_data: str = "") -> None:
        super().__init__(session, leg, custom_data)
        session.calls[leg.id] = self
        session.call_attempts += 1
        if session.idle_timer is not None:
            session.watch_idleness()
        leg.attach(self)

    # --- getters ---

    @signature("id()")
    def id(self) -> str:
        """The call's id."""
        return self._id

    @signature("state()")
    def state(self) -> CallState:
        """ALERTING, PROGRESSING, CONNECTED or TERMINATED."""
        return self.leg.state

    @signature("incoming()")
    def incoming(self) -> bool:
        """Whether the subscriber called."""
        return self.leg.incoming

    @signature("number()")
    def number(self) -> str:
        """The dialled number, in both directions."""
        return self.leg.number

    @signature("callerid()")
    def callerid(self) -> str:
        """The caller id that the callee sees."""
        return self.leg.callerid

    @signature("displayName()")
    def display_name(self) -> str:
        """The caller's display name."""
        return self.leg.display_name

    @signature("clientType()")
    def client_type(self) -> str:
        """`pstn`, `sip`, `user` or `wab` (WhatsApp); a leg of a conference counts as `sip`."""
        return "sip" if self.leg.kind == "conference" else self.leg.kind

    @signature("vad()")
    def vad(self) -> bool:
        """Whether speech of the subscriber is being watched for: by `handle_mic_status`, or by a recogniser."""
        from voxsim.engine.units.asr import ASR

        return self._mic or any(isinstance(sink, ASR) for sink in self.sinks)

    @signature("headers()")
    def headers(self) -> dict[str, str]:
        """The headers that came last from the other side."""
        return dict(self.last_headers)

    @signature("toString()")
    def to_string(self) -> str:
        """The call in words."""
        way = "incoming" if self.leg.incoming else "outgoing"
        return f"Call {self._id} ({way} {self.leg.kind} {self.leg.callerid} -> {self.leg.number}, {self.leg.state})"

    @command("customData(customData?)", Operation.CUSTOM_DATA)
    def custom_data(self, custom_data: str | None = None) -> str:
        """The call's custom data; set first when a value is given. The platform documents 200 bytes."""
        if custom_data is not None:
            warn_custom_data(self.session, custom_data, "Call.customData")
            self._custom_data = str(custom_data)
        return self._custom_data

    # --- signalling ---

    @command("answer(extraHeaders?, {parameters}?)", ignored=_MEDIA_OPTIONS)
    def answer(
        self,
        extra_headers: Headers | None = None,
        parameters: Options = None,
        *,
        display_name: str | None = None,
        scheme: Any = None,
    ) -> None:
        """Answer an incoming call; Connected follows.

        Args:
            extra_headers: `X-…` headers for the caller.
            parameters: the options below, under their documented names.
            display_name: how the platform's side is called on the caller's screen.
            scheme: shapes the real platform's media, as other options do; accepted, and without effect here.
        """
        if self._ringing_in("answer"):
            self.leg.answer(sendable(self.session, extra_headers, self._id))

    @command("answerDirect(peerCall, extraHeaders?, {parameters}?)", ignored=_MEDIA_OPTIONS)
    def answer_direct(
        self,
        peer_call: Call,
        extra_headers: Headers | None = None,
        parameters: Options = None,
        *,
        display_name: str | None = None,
        scheme: Any = None,
    ) -> None:
        """Answer an incoming call peer to peer: its media then bypasses the platform."""
        if not isinstance(peer_call, Call):
            raise BadArgument(f"answerDirect: the peer is a Call, got {type(peer_call).__name__}.")
        if self._ringing_in("answerDirect"):
            self.leg.direct = peer_call.leg.direct = True
            self.leg.partner, peer_call.leg.partner = peer_call.leg, self.leg
            self.leg.answer(sendable(self.session, extra_headers, self._id))

    @command("reject(code, extraHeaders?)")
    def reject(self, code: int = Sip.DECLINE, extra_headers: Headers | None = None) -> None:
        """Refuse an incoming call with a SIP status from 300 to 699; Disconnected follows."""
        self._reject("reject", code, extra_headers)

    @command("decline(code, extraHeaders?)")
    def decline(self, code: int = Sip.DECLINE, extra_headers: Headers | None = None) -> None:
        """An older name of `reject`."""
        self._reject("decline", code, extra_headers)

    @command("hangup(extraHeaders?)")
    def hangup(self, extra_headers: Headers | None = None) -> None:
        """End the call: Disconnected follows, or Failed on an outgoing call that was not connected."""
        if self._alive("hangup"):
            self.leg.hang_up(sendable(self.session, extra_headers, self._id))

    @command("ring(extraHeaders?)")
    def ring(self, extra_headers: Headers | None = None) -> None:
        """Let the caller's device play its own ringback (180)."""
        if self._ringing_in("ring"):
            self.leg.ring(sendable(self.session, extra_headers, self._id))

    @command(
        "startEarlyMedia(extraHeaders?, scheme?, maxVideoBitrate?, audioLevelExtension?, conferenceCall?=false, "
        "disableDtxForAudio?=false)"
    )
    def start_early_media(
        self,
        extra_headers: Headers | None = None,
        scheme: Any = None,
        max_video_bitrate: int | None = None,
        audio_level_extension: bool = False,
        conference_call: bool = False,
        disable_dtx_for_audio: bool = False,
    ) -> None:
        """Open early media to the caller (183): media can be sent to the call before it is answered."""
        if self._ringing_in("startEarlyMedia"):
            self.leg.progress(sendable(self.session, extra_headers, self._id))
            self.media_opens()

    @command("sendMessage(text)")
    def send_message(self, text: str) -> None:
        """Send a text message of at most 8192 bytes."""
        if self._alive("sendMessage") and self.leg.far is not None:
            self.leg.far.texted(self.leg, self._body("sendMessage", text))

    @command("sendInfo(mimeType, body, headers?)")
    def send_info(self, mime_type: str, body: str, headers: Headers | None = None) -> None:
        """Send a SIP INFO with a body of at most 8192 bytes."""
        if self._alive("sendInfo") and self.leg.far is not None:
            kept = sendable(self.session, headers, self._id)
            self.leg.far.informed(self.leg, str(mime_type), self._body("sendInfo", body), kept)

    @command("sendDigits(digits)")
    def send_digits(self, digits: str) -> None:
        """Send DTMF: `0`-`9`, `*`, `#`, and `p` for a pause."""
        wrong = set(str(digits)) - _DIGITS
        if wrong:
            raise BadArgument(f"sendDigits: {''.join(sorted(wrong))!r} are no digits; 0-9, *, # and p are.")
        if not self._alive("sendDigits") or self._is_direct("sendDigits"):
            return
        timing = self.session.switch.timing
        delay = 0.0
        for digit in str(digits):
            if digit != "p":
                self.session.switch.after_ms(delay, self._send_digit, digit)
            delay += timing.digit_pause if digit == "p" else timing.digit

    def _send_digit(self, digit: str) -> None:
        if self.leg.media_open and self.leg.far is not None:
            self.leg.far.digits(self.leg, digit)

    @command("handleTones(doHandle, supportedDtmfTypes?)")
    def handle_tones(self, do_handle: bool = True, supported_dtmf_types: int = DTMFType.ALL) -> None:
        """Turn digits of the subscriber into ToneReceived events, and cut them from the audio."""
        known = [kind for kind in DTMFType if kind == supported_dtmf_types]
        if not known:
            names = ", ".join(map(str, DTMFType))
            raise BadArgument(f"handleTones: the kinds of tones are one of {names}, got {supported_dtmf_types!r}.")
        self._tones = known[0] if do_handle else None

    @command("handleMicStatus(handle)")
    def handle_mic_status(self, handle: bool = True) -> None:
        """Report when the subscriber begins and ceases to speak (MicStatusChange)."""
        self._mic = bool(handle)

    @command("handleBlindTransfer(handle)")
    def handle_blind_transfer(self, handle: bool = True) -> None:
        """Handle a REFER of the subscriber in this session, as BlindTransferRequested."""
        self._handles_transfer = bool(handle)

    @command("notifyBlindTransferSuccess()")
    def notify_blind_transfer_success(self) -> None:
        """Tell the subscriber that the transfer it asked for worked."""
        self._answer_refer("notifyBlindTransferSuccess", 200, "OK")

    @command("notifyBlindTransferFailed(code, reason)")
    def notify_blind_transfer_failed(self, code: int, reason: str = "") -> None:
        """Tell the subscriber that the transfer it asked for failed."""
        self._answer_refer("notifyBlindTransferFailed", _status("notifyBlindTransferFailed", code), reason)

    @command("transferTo({parameters})")
    def transfer_to(
        self,
        parameters: Options = None,
        *,
        to: str = "",
        call: Call | None = None,
        headers: Headers | None = None,
    ) -> None:
        """Ask the subscriber (SIP only) to call somebody else; TransferComplete or TransferFailed follows.

        Args:
            parameters: the options below, under their documented names.
            to: whom to call.
            call: the call to be replaced by it, for an attended transfer.
            headers: `X-…` headers to send along.
        """
        if not to and call is None:
            raise BadArgument("transferTo needs `to`, a SIP URI or number, or `call` for an attended transfer.")
        if not self._alive("transferTo"):
            return
        limit = self.session.switch.limits.transfers_per_call
        self._transfers += 1
        if self._transfers > limit:
            self.session.limit("transfers_per_call", limit, self._id)
            self.session.switch.post(self.leg_refer_answer, Cause.sip(Sip.FORBIDDEN, "Transfer limit reached"), {})
        elif self.leg.kind != "sip" or self.leg.state is not CONNECTED or self.leg.far is None:
            reason = "Only a connected SIP call can be transferred"
            self.session.switch.post(self.leg_refer_answer, Cause.sip(Sip.NOT_ACCEPTABLE_HERE, reason), {})
        else:
            kept = sendable(self.session, headers, self._id)
            replaces = call.leg if call is not None else None
            self.leg.asked_to_transfer(str(to), replaces)
            self.leg.far.referred(self.leg, str(to), replaces, kept)

    @command("reInvite(headers, mimeType, body)")
    def re_invite(self, headers: Headers | None = None, mime_type: str = "", body: str = "") -> None:
        """Ask the subscriber for a new session description."""
        limit = self.session.switch.limits.sip_packet_bytes
        if utf8_size(str(body)) > limit:
            self.session.limit("sip_packet_bytes", limit, self._id)
            self.session.switch.post(self.leg_reinvite_answer, False, {}, "", "", int(Sip.MESSAGE_TOO_LARGE))
        elif self._alive("reInvite") and self.leg.far is not None:
            self.leg.far.reinvited(self.leg, given_headers("reInvite", headers), mime_type, body)

    @command("acceptReInvite(headers, mimeType, body)")
    def accept_re_invite(self, headers: Headers | None = None, mime_type: str = "", body: str = "") -> None:
        """Accept the new session description that the subscriber asked for."""
        if self._alive("acceptReInvite") and self.leg.far is not None:
            self.leg.far.reinvite_answered(self.leg, True, given_headers("acceptReInvite", headers), 200, "OK")

    @command("rejectReInvite(headers, {parameters}?)")
    def reject_re_invite(
        self, headers: Headers | None = None, parameters: Options = None, *, code: int = 488, reason: str = ""
    ) -> None:
        """Refuse the new session description that the subscriber asked for."""
        if self._alive("rejectReInvite") and self.leg.far is not None:
            kept = given_headers("rejectReInvite", headers)
            self.leg.far.reinvite_answered(self.leg, False, kept, _status("rejectReInvite", code), reason)

    # --- inside ---

    def _ringing_in(self, name: str) -> bool:
        """Whether this is an incoming call that waits for its answer."""
        leg = self.leg
        if not leg.incoming:
            raise BadArgument(f"{name} is for incoming calls; this one was made by the scenario.")
        if leg.state is ALERTING and not leg.answering:
            return True
        words = "has ended" if not leg.alive else "is answered already"
        self.session.warn(f"{name}: the call {words}; ignored.", self._id)
        return False

    def _reject(self, name: str, code: int, extra_headers: Headers | None) -> None:
        if isinstance(code, bool) or not isinstance(code, int) or not 300 <= code <= 699:
            raise BadArgument(f"{name}: the code is a SIP status from 300 to 699, got {code!r}.")
        if self._ringing_in(name):
            self.leg.reject(code, sendable(self.session, extra_headers, self._id))

    def _answer_refer(self, name: str, code: int, reason: str) -> None:
        if not self.leg.refer_pending:
            self.session.warn(f"{name}: no transfer was asked for; ignored.", self._id)
        elif self._alive(name) and self.leg.far is not None:
            self.leg.refer_pending = False
            self.leg.transfer_over(code)
            self.leg.far.refer_answered(self.leg, code, reason)

    def _body(self, name: str, text: str) -> str:
        limit = self.session.switch.limits.message_bytes
        size = utf8_size(str(text))
        if size > limit:
            self.session.limit("message_bytes", limit, self._id)
            raise LimitExceeded(f"{name}: the text has {size} bytes; {limit} are allowed.")
        return str(text)


def _status(name: str, code: Any) -> int:
    """The SIP status with which a scenario says that something failed."""
    try:
        return int(code)
    except (TypeError, ValueError, OverflowError):
        raise BadArgument(f"{name}: the code is a SIP status such as 488, got {code!r}.") from None


def warn_custom_data(session: Session, value: str, name: str) -> None:
    """Warn, without cutting, when custom data is longer than the platform documents.

    Raises:
        BadArgument: it is no text.
    """
    if not isinstance(value, str):
        raise BadArgument(f"{name} is a text, got {type(value).__name__}; json.dumps makes one of an object.")
    limit = session.switch.limits.custom_data_bytes
    size = utf8_size(str(value))
    if size > limit:
        session.limit("custom_data_bytes", limit)
        session.warn(f"{name}: {size} bytes of custom data; the platform documents {limit}.")
