"""Call: one leg as a scenario sees it. Signalling, media, tones, messages and transfers.

The state machine is the leg's (`engine.leg`); this file turns the scenario's commands into acts on the leg, and what
the leg reports into events. What an ended call is asked to do is ignored with a warning: two ends often hang up at
once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.headers import sendable
from voxsim.engine.leg import ALERTING, CONNECTED, Leg
from voxsim.engine.lifecycle import Operation
from voxsim.engine.media import MediaUnit, SendMedia, Sound
from voxsim.engine.ports import Headers
from voxsim.engine.units.callevents import AFTER_THE_END, CallEvents
from voxsim.engine.units.playback import Playback, Segment, speech
from voxsim.vocabulary.codes import Cause, Sip
from voxsim.vocabulary.declare import EventType, signature, unit
from voxsim.vocabulary.enums import CallAudioQuality, CallState, DTMFType
from voxsim.vocabulary.errors import BadArgument, CallEnded, LimitExceeded, NotEmulated, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session

US_RINGBACK = "440@-19,480@-19;*(2/4/1+2)"
RU_RINGBACK = "425@-19;5(1/4/1)"

_DIGITS = frozenset("0123456789*#p")
_DTMF_TEXT: dict[int, str] = {kind: str(kind.value) for kind in DTMFType}


class CallPlayback(Playback):
    """The hidden player behind `say`, `start_playback` and `play_progress_tone`: its events appear on the call."""

    __slots__ = ("_call", "_stays")

    EVENTS: ClassVar = CallEvents
    NAME: ClassVar = "Playback"

    def __init__(
        self, call: Call, segment: Segment, *, loop: bool = False, progressive: bool = False, stays: bool = False
    ) -> None:
        self._call = call
        self._stays = stays
        super().__init__(call.session, (segment,), loop=loop, progressive=progressive)

    def stop(self) -> None:
        """Stop this playback; no PlaybackFinished fires."""
        self.halt()

    def _stopped_error(self) -> VoxsimError:
        return super()._stopped_error() if self._call.leg.alive else self._call.ended_error()

    def _replaced_at(self, sink: MediaUnit) -> None:
        # A progress tone goes on when media is bridged to the call: users of the platform have measured it.
        if not self._stays:
            self.halt()

    def _tell(self, moment: str, detail: Any = None) -> None:
        call = self._call
        match moment:
            case "ready":
                call.emit(CallEvents.PlaybackReady(call, call._id))
            case "started":
                call.emit(CallEvents.PlaybackStarted(call, call._id, duration=self.length // 1000))
            case "finished" | "failed":
                call.playback_over(self)
                finished = CallEvents.PlaybackFinished(call, call._id, error=detail)
                call.emit(finished)
                self._settle(finished)
            case "stopped":
                call.playback_over(self)


@unit("Call", events=CallEvents)
class Call(MediaUnit):
    """One leg of a session: a line to one subscriber."""

    __slots__ = (
        "_custom_data",
        "_handles_transfer",
        "_heard",
        "_mic",
        "_playback",
        "_speech",
        "_tones",
        "_transfers",
        "last_headers",
        "leg",
    )

    EVENTS: ClassVar = CallEvents
    NAME: ClassVar = "Call"

    def __init__(self, session: Session, leg: Leg, custom_data: str = "") -> None:
        super().__init__(session, leg.id)
        self.leg = leg
        self.last_headers: Headers = leg.offered_headers if leg.incoming else {}
        self._custom_data = custom_data
        self._tones: DTMFType | None = None
        self._mic = False
        self._handles_transfer = False
        self._transfers = 0
        self._playback: CallPlayback | None = None
        self._speech: Sound | None = None
        self._heard: Sound | None = None
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
        """`pstn`, `sip`, `user` or `wab` (WhatsApp)."""
        return self.leg.kind

    @signature("vad()")
    def vad(self) -> bool:
        """Whether speech of the subscriber is being watched for."""
        return self._mic

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

    @command("answer(extraHeaders?, {parameters}?)")
    def answer(
        self,
        extra_headers: Headers | None = None,
        parameters: Options = None,
        *,
        display_name: str | None = None,
        scheme: Any = None,
        max_video_bitrate: int | None = None,
        audio_level_extension: bool = False,
        conference_call: bool = False,
        disable_dtx_for_audio: bool = False,
    ) -> None:
        """Answer an incoming call; Connected follows.

        Args:
            extra_headers: `X-…` headers for the caller.
            parameters: the options below, under their documented names.
            display_name: how the platform's side is called on the caller's screen.
            scheme, max_video_bitrate, audio_level_extension, conference_call, disable_dtx_for_audio: shape the real
                platform's media; accepted, and without effect here.
        """
        if self._ringing_in("answer"):
            self.leg.answer(sendable(self.session, extra_headers, self._id))

    @command("answerDirect(peerCall, extraHeaders?, {parameters}?)")
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
        self._tones = DTMFType(supported_dtmf_types) if do_handle else None

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
        self._answer_refer("notifyBlindTransferFailed", int(code), reason)

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
            self.leg.far.referred(self.leg, str(to), call.leg if call is not None else None, kept)

    @command("reInvite(headers, mimeType, body)")
    def re_invite(self, headers: Headers | None = None, mime_type: str = "", body: str = "") -> None:
        """Ask the subscriber for a new session description."""
        limit = self.session.switch.limits.sip_packet_bytes
        if len(str(body).encode()) > limit:
            self.session.limit("sip_packet_bytes", limit, self._id)
            self.session.switch.post(self.leg_reinvite_answer, False, {}, "", "", int(Sip.MESSAGE_TOO_LARGE))
        elif self._alive("reInvite") and self.leg.far is not None:
            self.leg.far.reinvited(self.leg, dict(headers or {}), mime_type, body)

    @command("acceptReInvite(headers, mimeType, body)")
    def accept_re_invite(self, headers: Headers | None = None, mime_type: str = "", body: str = "") -> None:
        """Accept the new session description that the subscriber asked for."""
        if self._alive("acceptReInvite") and self.leg.far is not None:
            self.leg.far.reinvite_answered(self.leg, True, dict(headers or {}), 200, "OK")

    @command("rejectReInvite(headers, {parameters}?)")
    def reject_re_invite(
        self, headers: Headers | None = None, parameters: Options = None, *, code: int = 488, reason: str = ""
    ) -> None:
        """Refuse the new session description that the subscriber asked for."""
        if self._alive("rejectReInvite") and self.leg.far is not None:
            self.leg.far.reinvite_answered(self.leg, False, dict(headers or {}), int(code), reason)

    # --- media ---

    @command("say(text, {parameters}?)", Operation.CREATE, positional="voice")
    def say(
        self,
        text: str,
        parameters: Options = None,
        *,
        voice: str | None = None,
        language: str | None = None,
        progressive_playback: bool = False,
        tts_options: Mapping[str, Any] | None = None,
        request: Any = None,
    ) -> CallPlayback:
        """Say a text of at most 1500 characters; it replaces what the call heard before.

        PlaybackReady, PlaybackStarted and PlaybackFinished follow on the call. Returns the playback, whose
        `finished()` can be awaited.
        """
        return self._play("say", speech(text, tts_options), progressive=progressive_playback)

    @command("startPlayback(url, {parameters}?)", Operation.CREATE, positional="loop")
    def start_playback(
        self,
        url: str,
        parameters: Options = None,
        *,
        loop: bool = False,
        progressive_playback: bool = False,
    ) -> CallPlayback:
        """Play an audio file of at most 10 MB from a URL; it replaces what the call heard before."""
        return self._play("startPlayback", Segment("audio", str(url)), loop=loop, progressive=progressive_playback)

    @command("stopPlayback()")
    def stop_playback(self) -> None:
        """Stop what `say`, `start_playback` or `play_progress_tone` plays; no PlaybackFinished fires."""
        if self._playback is not None:
            self._playback.halt()

    @command("playProgressTone(country)", Operation.CREATE)
    def play_progress_tone(self, country: str = "US") -> CallPlayback:
        """Play the ringback of `US` or `RU`, over and over."""
        script = RU_RINGBACK if str(country).upper() == "RU" else US_RINGBACK
        return self._play("playProgressTone", Segment("tone", script), loop=True, stays=True)

    @command("record({parameters}?)")
    def record(self, parameters: Options = None, **_: Any) -> None:
        """Record the call: not emulated yet."""
        raise NotEmulated("Call.record is not emulated yet; there is nothing to use in its place.")

    @command("enableBeepDetection({parameters}?)")
    def enable_beep_detection(self, parameters: Options = None, **_: Any) -> None:
        """Listen for a beep: not emulated yet."""
        raise NotEmulated("Call.enableBeepDetection is not emulated yet; there is nothing to use in its place.")

    @command("disableBeepDetection()")
    def disable_beep_detection(self) -> None:
        """Cease to listen for a beep: not emulated yet."""
        raise NotEmulated("Call.disableBeepDetection is not emulated yet; there is nothing to use in its place.")

    @command("monitorMediaStatistics({parameters}?)")
    def monitor_media_statistics(self, parameters: Options = None, **_: Any) -> None:
        """Report media figures: not emulated yet."""
        raise NotEmulated("Call.monitorMediaStatistics is not emulated yet; there is nothing to use in its place.")

    def _play(
        self, name: str, segment: Segment, *, loop: bool = False, progressive: bool = False, stays: bool = False
    ) -> CallPlayback:
        playback = CallPlayback(self, segment, loop=loop, progressive=progressive, stays=stays)
        if not self._alive(name):
            playback.halt()
            return playback
        if not self.leg.media_coming or self._is_direct(name):
            self.session.warn(
                f"{name}: the call is {self.leg.state}, not connected or in early media; nobody hears it.", self._id
            )
            playback.fail_to_start("The call is not connected")
            return playback
        if self._playback is not None:
            self._playback.halt()
        self._playback = playback
        playback.route_to(self)
        return playback

    def playback_over(self, playback: CallPlayback) -> None:
        """A hidden playback of this call ended."""
        if self._playback is playback:
            self._playback = None

    def hear(self, sound: Sound, origin: MediaUnit) -> None:
        """Sound from a unit reaches the subscriber, when its line is open for it."""
        leg = self.leg
        if leg.media_open and not leg.direct and leg.far is not None:
            self._heard = sound
            self.session.note("media", "heard", self._id, sound.facts())
            leg.far.heard(leg, sound)

    def hear_nothing(self, origin: MediaUnit) -> None:
        """What the subscriber heard was cut."""
        if self._heard is not None and self.leg.alive and self.leg.far is not None:
            self._heard = None
            self.leg.far.heard(self.leg, None)

    def _stream_ends(self, source: MediaUnit, how: SendMedia) -> None:
        self.hear_nothing(source)

    def _sounding(self) -> Sound | None:
        speech = self._speech
        if speech is None or speech.length is None or speech.started + speech.length <= self.session.switch.now:
            return None
        return speech

    def _cannot_send(self) -> str | None:
        return self._no_media()

    def _cannot_receive(self) -> str | None:
        return self._no_media()

    def _no_media(self) -> str | None:
        if not self.leg.alive:
            return f"call {self._id} has ended"
        if self.leg.direct:
            return f"the media of call {self._id} goes peer to peer"
        return None

    # --- what the leg reports ---

    def leg_moved(self, old: CallState, new: CallState) -> None:
        """The leg changed its state."""
        # Real session logs never show this event, so it is made only for those who ask for it.
        if self.wanted(CallEvents.StateChanged):
            self.emit(CallEvents.StateChanged(self, self._id, old_state=str(old), new_state=str(new)))

    def leg_rings(self, headers: Headers) -> None:
        """180 came."""
        self.emit(CallEvents.Ringing(self, self._id, dict(headers)))

    def leg_progresses(self, headers: Headers) -> None:
        """183 came: early media is open."""
        self.emit(CallEvents.AudioStarted(self, self._id, dict(headers)))

    def leg_connected(self, headers: dict[str, str], custom_data: str | None) -> None:
        """The call is connected."""
        self.last_headers = headers or self.last_headers
        if custom_data is not None:
            self._custom_data = custom_data
        self.emit(CallEvents.Connected(self, self._id, headers, custom_data, None, self.leg.display_name))
        for source in self.sources:
            # What is heard since early media, or since the answer was given, does not begin anew.
            if (sound := source._sounding()) is not None and sound is not self._heard:
                self.hear(sound, source)

    def leg_first_packet(self) -> None:
        """The first audio came."""
        self.emit(CallEvents.FirstAudioPacketReceived(self, self._id))

    def leg_quality(self) -> None:
        """The audio quality is known."""
        self.emit(CallEvents.AudioQualityDetected(self, self._id, CallAudioQuality.STANDARD.value))

    def leg_presses(self, digit: str, how: int) -> None:
        """A DTMF digit came."""
        wanted = self._tones
        if wanted is not None and wanted in (DTMFType.ALL, how):
            self.emit(CallEvents.ToneReceived(self, self._id, digit, _DTMF_TEXT[how]))
        else:
            now = self.session.switch.now
            self.play_out(Sound("digits", digit, now, int(self.session.switch.timing.digit * 1000), self._id))

    def leg_speaks(self, sound: Sound) -> None:
        """The subscriber began to say something."""
        self._speech = sound
        if self._mic and sound.length is not None:
            self.emit(CallEvents.MicStatusChange(self, self._id, active=True))
            self.session.switch.at(sound.started + sound.length, self._speech_over, sound)
        self.play_out(sound)

    def _speech_over(self, sound: Sound) -> None:
        if self._mic and self._speech is sound and self.leg.alive:
            self.emit(CallEvents.MicStatusChange(self, self._id, active=False))

    def leg_texts(self, text: str) -> None:
        """A text message came."""
        self.emit(CallEvents.MessageReceived(self, self._id, {}, text=text))

    def leg_informs(self, mime_type: str, body: str, headers: Headers) -> None:
        """A SIP INFO came."""
        self.emit(CallEvents.InfoReceived(self, self._id, dict(headers), mime_type=mime_type, body=body))

    def leg_holds(self, held: bool) -> None:
        """The subscriber held or resumed the call."""
        self.emit((CallEvents.OnHold if held else CallEvents.OffHold)(self, self._id))

    def leg_rtp(self, stopped: bool) -> None:
        """Packets ceased to come, or came again."""
        self.emit((CallEvents.RtpStopped if stopped else CallEvents.RtpResumed)(self, self._id))

    def leg_refers(self, target: str, headers: Headers) -> None:
        """The subscriber asks for a transfer: to the scenario, or (not handled) to the platform."""
        if self._handles_transfer:
            self.emit(CallEvents.BlindTransferRequested(self, self._id, dict(headers), transfer_to=target))
        else:
            self.session.switch.outside.transfer(self.leg, target, headers)

    def leg_refer_answer(self, cause: Cause, headers: Headers) -> None:
        """The subscriber's answer to our REFER; when it worked the platform leaves the call."""
        if not self.leg.alive:
            return
        if 200 <= cause.code < 300:
            self.emit(CallEvents.TransferComplete(self, self._id, dict(headers), role="transferor"))
            self.session.switch.post(self.leg.hang_up)
        else:
            failed = CallEvents.TransferFailed(
                self, self._id, dict(headers), role="transferor", code=cause.code, reason=cause.reason
            )
            self.emit(failed)

    def leg_reinvites(self, headers: Headers, mime_type: str, body: str) -> None:
        """The subscriber asks for a new session description; without a listener the platform accepts."""
        event = CallEvents.ReInviteReceived(self, self._id, dict(headers), mime_type=mime_type, body=body)
        listened = self.wanted(CallEvents.ReInviteReceived)
        self.emit(event)
        if not listened and self.leg.far is not None:
            self.leg.far.reinvite_answered(self.leg, True, {}, 200, "OK")

    def leg_reinvite_answer(self, accepted: bool, headers: Headers, mime_type: str, body: str, code: int) -> None:
        """The subscriber's answer to our re-INVITE."""
        if accepted:
            self.emit(CallEvents.ReInviteAccepted(self, self._id, dict(headers), mime_type=mime_type, body=body))
        else:
            reason = Cause.sip(code).reason
            self.emit(CallEvents.ReInviteRejected(self, self._id, dict(headers), code=code, reason=reason))

    def leg_ended(self, was: CallState, cause: Cause, headers: Headers) -> None:
        """The leg ended: exactly one of Failed and Disconnected follows."""
        session, leg = self.session, self.leg
        if headers:
            self.last_headers = headers
        if self._playback is not None:
            self._playback.halt()
        if self._sinks or self._sources:
            self.unroute_all()
        session.calls.pop(self._id, None)
        if was is CONNECTED or leg.incoming:
            self.emit(
                CallEvents.Disconnected(
                    self,
                    self._id,
                    dict(headers),
                    internal_code=cause.code,
                    reason=cause.reason,
                    duration=leg.duration,
                    cost=0,
                    direction=leg.direction,
                )
            )
        else:
            self.emit(CallEvents.Failed(self, self._id, dict(headers), code=cause.code, reason=cause.reason))
        if self._waiters:
            session.switch.post(self._give_up_waiting, self.ended_error())
        if not session.calls:
            session.watch_idleness()

    def ended_error(self) -> CallEnded:
        """The error for whoever waits for something that this call can no longer give."""
        cause = self.leg.cause
        return CallEnded(f"The call has ended: {cause.code} {cause.reason}." if cause else "The call has ended.")

    # --- inside ---

    def _lasting(self) -> tuple[EventType[Any], ...]:
        if self.leg.state is CONNECTED:
            return (CallEvents.Connected,)
        return () if self.leg.alive else (CallEvents.Disconnected, CallEvents.Failed)

    def _too_late(self, names: list[str]) -> VoxsimError | None:
        if self.leg.alive or AFTER_THE_END.intersection(names):
            return None
        return self.ended_error()

    def _alive(self, name: str) -> bool:
        if not self.leg.alive:
            self.session.warn(f"{name}: the call has ended; ignored.", self._id)
        return self.leg.alive

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
            self.leg.far.refer_answered(self.leg, code, reason)

    def _is_direct(self, name: str) -> bool:
        if self.leg.direct:
            self.session.warn(f"{name}: the media of this call goes peer to peer; ignored.", self._id)
        return self.leg.direct

    def _body(self, name: str, text: str) -> str:
        limit = self.session.switch.limits.message_bytes
        size = len(str(text).encode())
        if size > limit:
            self.session.limit("message_bytes", limit, self._id)
            raise LimitExceeded(f"{name}: the text has {size} bytes; {limit} are allowed.")
        return str(text)


def warn_custom_data(session: Session, value: str, name: str) -> None:
    """Warn, without cutting, when custom data is longer than the platform documents."""
    limit = session.switch.limits.custom_data_bytes
    size = len(str(value).encode())
    if size > limit:
        session.limit("custom_data_bytes", limit)
        session.warn(f"{name}: {size} bytes of custom data; the platform documents {limit}.")
