"""What a call is for the engine: the scenario's end of one leg, before any command.

It turns what the leg reports into events, and carries media between the leg and the session's other units. The
commands that a scenario gives are in `call`, the state machine is the leg's (`engine.leg`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

from voxsim.engine.leg import CONNECTED, Leg
from voxsim.engine.media import LEFT, RIGHT, MediaUnit, SendMedia, Sound, told
from voxsim.engine.ports import Headers
from voxsim.engine.units.callevents import AFTER_THE_END, CallEvents
from voxsim.engine.units.playback import Playback, Segment
from voxsim.vocabulary.codes import Cause
from voxsim.vocabulary.declare import Event
from voxsim.vocabulary.enums import CallAudioQuality, CallState, DTMFType
from voxsim.vocabulary.errors import CallEnded, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.units.take import Take

_ON_CONNECTED: Final = frozenset({CallEvents.Connected.plain})
_ENDS: Final = frozenset({CallEvents.Disconnected.plain, CallEvents.Failed.plain})
_ON_ENDED: Final = _ENDS | {CallEvents.RecordStopped.plain}
_DTMF_TEXT: Final[dict[int, str]] = {kind: str(kind.value) for kind in DTMFType}


class Follower(Protocol):
    """What is told of a call's life without being one of its listeners: a detector, an endpoint of a conference."""

    def connected(self) -> None:
        """The call is connected."""

    def heard(self, sound: Sound) -> None:
        """The subscriber begins to sound."""

    def ended(self) -> None:
        """The call is over, and its media routes are cut."""


class CallPlayback(Playback):
    """The hidden player behind `say`, `start_playback` and `play_progress_tone`: its events appear on the call."""

    __slots__ = ("_call", "_stays")

    EVENTS: ClassVar = CallEvents
    NAME: ClassVar = "Playback"

    def __init__(
        self, call: CallLine, segment: Segment, *, loop: bool = False, progressive: bool = False, stays: bool = False
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


class CallLine(MediaUnit):
    """The scenario's end of one leg."""

    __slots__ = (
        "_custom_data",
        "_detectors",
        "_handles_transfer",
        "_heard",
        "_mic",
        "_playback",
        "_speech",
        "_tones",
        "_transfers",
        "last_headers",
        "leg",
        "takes",
    )

    EVENTS: ClassVar = CallEvents
    NAME: ClassVar = "Call"

    def __init__(self, session: Session, leg: Leg, custom_data: str = "") -> None:
        super().__init__(session, leg.id)
        self.leg = leg
        self.last_headers: Headers = leg.offered_headers if leg.incoming else {}
        self._custom_data = custom_data
        self._detectors: list[Follower] | None = None
        self._tones: DTMFType | None = None
        self._mic = False
        self._handles_transfer = False
        self._transfers = 0
        self._playback: CallPlayback | None = None
        self._speech: Sound | None = None
        self._heard: Sound | None = None
        self.takes: list[Take] | None = None

    def playback_over(self, playback: CallPlayback) -> None:
        """A hidden playback of this call ended."""
        if self._playback is playback:
            self._playback = None

    def hear(self, sound: Sound, origin: MediaUnit) -> None:
        """Sound from a unit reaches the subscriber, when its line is open for it."""
        leg = self.leg
        if leg.media_open and not leg.direct and leg.far is not None:
            self._heard = sound
            self.session.note("media", "heard", self._id, told(sound))
            leg.far.heard(leg, sound)
            for take in self.takes or ():
                take.hears(LEFT, sound, origin)

    def hear_nothing(self, origin: MediaUnit) -> None:
        """What the subscriber heard was cut."""
        for take in self.takes or ():
            take.silent(LEFT, origin)
        if self._heard is not None and self.leg.alive and self.leg.far is not None:
            self._heard = None
            self.leg.far.heard(self.leg, None)

    def _stream_ends(self, source: MediaUnit, how: SendMedia) -> None:
        self.hear_nothing(source)

    def _sounding(self) -> Sound | None:
        speech = self._speech
        if speech is not None and speech.live is not None:
            return speech
        if speech is None or speech.length is None or speech.started + speech.length <= self.session.switch.now:
            return None
        return speech

    def _flows(self) -> bool:
        return self.leg.media_back

    def _takes_samples(self) -> bool:
        return self.leg.real

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

    def leg_forwards(self) -> None:
        """181 came."""
        self.emit(CallEvents.Forwarding(self, self._id))

    def leg_first_picture(self) -> None:
        """The first picture came."""
        self.emit(CallEvents.FirstVideoPacketReceived(self, self._id))

    def leg_push_sent(self, result: str) -> None:
        """A push notification was sent to wake the callee's app."""
        self.emit(CallEvents.PushSent(self, self._id, result=result))

    def leg_progresses(self, headers: Headers) -> None:
        """183 came: early media is open."""
        self.media_opens()
        self.emit(CallEvents.AudioStarted(self, self._id, dict(headers)))

    def leg_connected(self, headers: dict[str, str], custom_data: str | None) -> None:
        """The call is connected."""
        self.last_headers = headers or self.last_headers
        if custom_data is not None:
            self._custom_data = custom_data
        self.media_opens()
        self.emit(CallEvents.Connected(self, self._id, headers, custom_data, None, self.leg.display_name))
        for detector in self._detectors or ():
            detector.connected()
        for source in self.sources:
            # What is heard since early media, or since the answer was given, does not begin anew.
            for sound in source._sounds_for(self):
                if sound is not self._heard:
                    self.hear(sound, source)

    def media_opens(self) -> None:
        """There is something to record from now on."""
        for take in self.takes or ():
            take.start()

    def leg_first_packet(self) -> None:
        """The first audio came."""
        for sink in self.sinks:
            sink.hear_flow(self)
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
        if self._mic and sound.kind == "speech" and (sound.length is not None or sound.live is not None):
            self.emit(CallEvents.MicStatusChange(self, self._id, active=True))
            if sound.length is not None:
                self.session.switch.at(sound.started + sound.length, self._speech_over, sound)
        for detector in self._detectors or ():
            detector.heard(sound)
        self.play_out(sound)

    def leg_hushes(self) -> None:
        """What the subscriber was saying was cut off."""
        speech = self._speech
        if speech is not None:
            if speech.live is not None:
                self._speech_over(speech)
            self._speech = None
            for sink in self.sinks:
                sink.hear_nothing(self)
            for take in self.takes or ():
                take.silent(RIGHT, self)

    def listen(self, detector: Follower) -> None:
        """Tell a detector, or whoever else follows the call, when the call is connected, and when it is over."""
        if self._detectors is None:
            self._detectors = []
        self._detectors.append(detector)

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
        self.leg.transfer_over(cause.code)
        if self.leg.transferred:
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
        for detector in self._detectors or ():
            detector.ended()
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
        for take in tuple(self.takes or ()):
            take.stop() if take.begun else take.fail("The call ended before anything could be recorded")
        if self._waiters:
            session.switch.post(self._give_up_waiting, self.ended_error())
        if not session.calls:
            session.watch_idleness()

    def ended_error(self) -> CallEnded:
        """The error for whoever waits for something that this call can no longer give."""
        cause = self.leg.cause
        return CallEnded(f"The call has ended: {cause.code} {cause.reason}." if cause else "The call has ended.")

    # --- inside ---

    def _late(self, names: list[str]) -> Event | VoxsimError | None:
        leg = self.leg
        if leg.state is CONNECTED:
            wanted, since = _ON_CONNECTED.intersection(names), leg.connected_at or 0
        elif leg.alive:
            return None
        else:
            wanted, since = _ON_ENDED.intersection(names), leg.ended_at
        event = self.session.last_event(self._id, wanted, since) if wanted else None
        coming = AFTER_THE_END if self.takes else _ENDS
        if event is not None or leg.alive or coming.intersection(names):
            return event
        return self.ended_error()
