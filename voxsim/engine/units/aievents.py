"""Events of the AI module: what a Dialogflow instance tells, and what the older voicemail detection tells of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voxsim.vocabulary.declare import Event, EventNames, event, payload

if TYPE_CHECKING:
    from voxsim.engine.units.callline import CallLine
    from voxsim.engine.units.dialogflow import DialogflowInstance


@payload
class DialogflowEvent(Event):
    """What every event of a Dialogflow instance carries."""

    dialogflow: DialogflowInstance


@payload
class DialogflowQueryResultEvent(DialogflowEvent):
    """A query was understood; `result` as in `response["queryResult"]`."""

    result: dict[str, Any]


@payload
class DialogflowRecognitionResultEvent(DialogflowEvent):
    """Something of what the caller says was understood; `is_final` when the utterance is over."""

    is_final: bool


@payload
class DialogflowResponseEvent(DialogflowEvent):
    """Dialogflow answers: `response` has `queryResult` or `recognitionResult`, under documented names."""

    response: dict[str, Any]


@payload
class DialogflowCauseEvent(DialogflowEvent):
    """Something ended or failed; `cause` says why."""

    cause: str


@payload
class DialogflowPlaybackStartedEvent(DialogflowEvent):
    """A reply begins to be played; `duration` in milliseconds."""

    duration: int


@payload
class DialogflowPlaybackFinishedEvent(DialogflowEvent):
    """A reply was played to its end, or failed."""

    error: str | None = None


@payload
class DialogflowMarkerEvent(DialogflowEvent):
    """A marker in a reply was reached; `offset` in milliseconds, as it was set."""

    offset: int


@payload
class VoicemailEvent(Event):
    """The older voicemail detection is over: a person."""

    call: CallLine


@payload
class VoicemailDetectedEvent(VoicemailEvent):
    """The older voicemail detection is over: a machine; `confidence` goes from 0 to 100."""

    confidence: float


class AIEvents(EventNames, documented="AI.Events"):
    """Events of the AI module; those of voicemail detection fire on the call."""

    DialogflowQueryResult = event("AI.Events.DialogflowQueryResult", DialogflowQueryResultEvent)
    DialogflowRecognitionResult = event("AI.Events.DialogflowRecognitionResult", DialogflowRecognitionResultEvent)
    DialogflowResponse = event("AI.Events.DialogflowResponse", DialogflowResponseEvent)
    DialogflowError = event("AI.Events.DialogflowError", DialogflowCauseEvent)
    DialogflowStopped = event("AI.Events.DialogflowStopped", DialogflowCauseEvent)
    DialogflowPlaybackFinished = event("AI.Events.DialogflowPlaybackFinished", DialogflowPlaybackFinishedEvent)
    DialogflowPlaybackStarted = event("AI.Events.DialogflowPlaybackStarted", DialogflowPlaybackStartedEvent)
    DialogflowPlaybackMarkerReached = event("AI.Events.DialogflowPlaybackMarkerReached", DialogflowMarkerEvent)
    VoicemailDetected = event("AI.Events.VoicemailDetected", VoicemailDetectedEvent)
    VoicemailNotDetected = event("AI.Events.VoicemailNotDetected", VoicemailEvent)
