"""CallEvents: every event of a call, with its payload.

Those of signalling and playback are fired by `callline`, those of detection by `calldetect` and the detectors, those of
records by `take`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from voxsim.vocabulary.declare import Event, EventNames, documented, event, payload

if TYPE_CHECKING:
    from voxsim.engine.units.call import Call


@payload
class CallEvent(Event):
    """What every event of a call carries: the call, and its id."""

    call: Call
    id: str


@payload
class HeadersEvent(CallEvent):
    """An event that came with headers."""

    headers: dict[str, str] | None = None


@payload
class AudioStartedEvent(HeadersEvent):
    """The callee opened early media."""

    code: int = 183
    scheme: Any = None
    sip_transport: str = ""


@payload
class AudioIdentificationResultEvent(CallEvent):
    """A verdict of the answering machine detector."""

    audio_type: str
    audio_sub_type: str
    confidence: float


@payload
class BlindTransferRequestedEvent(HeadersEvent):
    """The other side asks to be transferred to `transfer_to`."""

    transfer_to: str = attrs.field(kw_only=True)


@payload
class ConnectedEvent(CallEvent):
    """The call is connected: answered by the scenario, or by the callee."""

    headers: dict[str, str]
    custom_data: str | None = None
    scheme: Any = None
    display_name: str = ""
    sip_call_id: str = ""
    sip_transport: str = ""
    encrypted: bool = False


@payload
class DisconnectedEvent(HeadersEvent):
    """The call ended. `duration` counts whole seconds, rounded up; `cost` is in the account's currency."""

    internal_code: int = attrs.field(kw_only=True)
    reason: str = attrs.field(kw_only=True)
    duration: int = attrs.field(kw_only=True)
    cost: float = attrs.field(kw_only=True)
    direction: str = attrs.field(kw_only=True)


@payload
class FailedEvent(HeadersEvent):
    """An outgoing call ended before it was connected; `code` is a SIP status."""

    code: int = attrs.field(kw_only=True)
    reason: str = attrs.field(kw_only=True)


@payload
class InfoReceivedEvent(HeadersEvent):
    """A SIP INFO arrived."""

    mime_type: str = attrs.field(kw_only=True)
    body: str = attrs.field(kw_only=True)


@payload
class MessageReceivedEvent(HeadersEvent):
    """A text message arrived."""

    text: str = attrs.field(kw_only=True)


@payload
class MicStatusChangeEvent(CallEvent):
    """The other side began or ceased to speak."""

    active: bool


@payload
class PlaybackStartedEvent(CallEvent):
    """A playback began; `duration` in milliseconds."""

    duration: int


@payload
class PlaybackFinishedEvent(CallEvent):
    """A playback ended by itself, or by an error."""

    error: str | None = None


@payload
class PushSentEvent(CallEvent):
    """A push notification was sent."""

    result: str


@payload
class ReInviteEvent(HeadersEvent):
    """A new session description was asked for, or accepted."""

    mime_type: str = attrs.field(kw_only=True)
    body: str = attrs.field(kw_only=True)


@payload
class ReInviteRejectedEvent(HeadersEvent):
    """A new session description was refused."""

    code: int = attrs.field(kw_only=True, default=488)
    reason: str = attrs.field(kw_only=True, default="")


@payload
class RecordStartedEvent(CallEvent):
    """A recording of this call began."""

    url: str


@payload
class RecordStoppedEvent(CallEvent):
    """A recording of this call ended; `cost` is a string, `duration` whole seconds, rounded down."""

    url: str
    cost: str
    duration: int
    reason: str = "Stopped by user"


@payload
class ErrorEvent(CallEvent):
    """Something about this call failed."""

    error: str


@payload
class StateChangedEvent(CallEvent):
    """The call went from one state to another."""

    old_state: str
    new_state: str


@payload
class ToneDetectedEvent(CallEvent):
    """A progress or voicemail tone was heard (the older detector)."""

    progress_tone: bool = documented("ProgressTone")
    voicemail_tone: bool = documented("VoicemailTone")


@payload
class ToneReceivedEvent(CallEvent):
    """A DTMF digit arrived; `type` is `1` (RFC 2833), `2` (in-band) or `3` (SIP INFO)."""

    tone: str
    type: str


@payload
class TransferCompleteEvent(HeadersEvent):
    """A transfer worked; `role` is `transferor`, `target` or `transferee`."""

    role: str | None = attrs.field(kw_only=True, default=None)


@payload
class TransferFailedEvent(TransferCompleteEvent):
    """A transfer failed."""

    code: int = attrs.field(kw_only=True)
    reason: str = attrs.field(kw_only=True)


@payload
class UrlEvent(CallEvent):
    """Something is to be had at a URL."""

    url: str


@payload
class BeepDetectionCompleteEvent(CallEvent):
    """A beep was heard (no `timeout`), time ran out (True), or detection was switched off (False)."""

    frequencies: list[float] | None = None
    timeout: bool | None = None


@payload
class BeepDetectionErrorEvent(CallEvent):
    """Beep detection failed."""

    reason: str


@payload
class AudioQualityDetectedEvent(CallEvent):
    """The audio quality of the call is known; `quality` is a CallAudioQuality."""

    quality: str


@payload
class MediaStatisticsReceivedEvent(CallEvent):
    """Figures about the call's media."""

    audio: dict[str, Any]


class CallEvents(EventNames):
    """Events of a call: `call.add_event_listener(CallEvents.Connected, handler)`."""

    AudioStarted = event("Call.AudioStarted", AudioStartedEvent)
    AudioIdentificationStarted = event("Call.AudioIdentificationStarted", CallEvent)
    AudioIdentificationResult = event("Call.AudioIdentificationResult", AudioIdentificationResultEvent)
    AudioIdentificationStopped = event("Call.AudioIdentificationStopped", CallEvent)
    AudioIdentificationError = event("Call.AudioIdentificationError", CallEvent)
    BlindTransferRequested = event("Call.BlindTransferRequested", BlindTransferRequestedEvent)
    Connected = event("Call.Connected", ConnectedEvent)
    Forwarding = event("Call.Forwarding", CallEvent)
    Disconnected = event("Call.Disconnected", DisconnectedEvent)
    Failed = event("Call.Failed", FailedEvent)
    InfoReceived = event("Call.InfoReceived", InfoReceivedEvent)
    MessageReceived = event("Call.MessageReceived", MessageReceivedEvent)
    MicStatusChange = event("Call.MicStatusChange", MicStatusChangeEvent)
    OffHold = event("Call.OffHold", CallEvent)
    OnHold = event("Call.OnHold", CallEvent)
    PlaybackFinished = event("Call.PlaybackFinished", PlaybackFinishedEvent)
    PlaybackReady = event("Call.PlaybackReady", CallEvent)
    PlaybackStarted = event("Call.PlaybackStarted", PlaybackStartedEvent)
    PushSent = event("Call.PushSent", PushSentEvent)
    ReInviteAccepted = event("Call.ReInviteAccepted", ReInviteEvent)
    ReInviteReceived = event("Call.ReInviteReceived", ReInviteEvent)
    ReInviteRejected = event("Call.ReInviteRejected", ReInviteRejectedEvent)
    RecordStarted = event("Call.RecordStarted", RecordStartedEvent)
    RecordStopped = event("Call.RecordStopped", RecordStoppedEvent)
    RecordError = event("Call.RecordError", ErrorEvent)
    Ringing = event("Call.Ringing", HeadersEvent)
    StateChanged = event("Call.StateChanged", StateChangedEvent)
    Statistics = event("Call.Statistics", CallEvent)
    ToneDetected = event("Call.ToneDetected", ToneDetectedEvent)
    ToneReceived = event("Call.ToneReceived", ToneReceivedEvent)
    TransferComplete = event("Call.TransferComplete", TransferCompleteEvent)
    TransferFailed = event("Call.TransferFailed", TransferFailedEvent)
    VideoTrackCreated = event("Call.Video.TrackCreated", UrlEvent)
    FirstAudioPacketReceived = event("Call.FirstAudioPacketReceived", CallEvent)
    FirstVideoPacketReceived = event("Call.FirstVideoPacketReceived", CallEvent)
    RtpStopped = event("Call.RtpStopped", CallEvent)
    RtpResumed = event("Call.RtpResumed", CallEvent)
    BeepDetectionComplete = event("Call.BeepDetectionComplete", BeepDetectionCompleteEvent)
    BeepDetectionError = event("Call.BeepDetectionError", BeepDetectionErrorEvent)
    AudioQualityDetected = event("Call.AudioQualityDetected", AudioQualityDetectedEvent)
    MediaStatisticsReceived = event("Call.MediaStatisticsReceived", MediaStatisticsReceivedEvent)


AFTER_THE_END = frozenset(
    str(name) for name in (CallEvents.RecordStopped, CallEvents.RecordError, CallEvents.Disconnected, CallEvents.Failed)
)
"""The events that may still come once a leg has ended."""
