"""Events of CCAI: agents, conversations and their participants.

The typings list only whose event it is; what else an event needs to be of use is given along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voxsim.vocabulary.declare import Event, EventNames, event, payload

if TYPE_CHECKING:
    from voxsim.engine.units.ccai import Agent, Conversation
    from voxsim.engine.units.ccaiparticipant import Participant


@payload
class AgentEvent(Event):
    """What every event of an agent carries."""

    ccai_agent: Agent


class AgentEvents(EventNames, documented="CCAI.Events.Agent"):
    """Events of an agent."""

    Started = event("AI.Events.CcaiAgentStarted", AgentEvent)
    Stopped = event("AI.Events.CcaiAgentStopped", AgentEvent)


@payload
class ConversationEvent(Event):
    """What every event of a conversation carries."""

    ccai_conversation: Conversation


@payload
class ConversationErrorEvent(ConversationEvent):
    """Something of the conversation failed; `error` says what."""

    error: str


class ConversationEvents(EventNames, documented="CCAI.Events.Conversation"):
    """Events of a conversation."""

    Created = event("AI.Events.CcaiConversationCreated", ConversationEvent)
    ProfileCreated = event("AI.Events.CcaiConversationProfileCreated", ConversationEvent)
    Completed = event("AI.Events.CcaiConversationCompleted", ConversationEvent)
    Error = event("AI.Events.CcaiConversationError", ConversationErrorEvent)


@payload
class ParticipantEvent(Event):
    """What every event of a participant carries."""

    ccai_participant: Participant


@payload
class ParticipantResponseEvent(ParticipantEvent):
    """Something was recognised or answered: `response` is as the service's API has it."""

    response: dict[str, Any]


@payload
class ParticipantPlaybackEvent(ParticipantEvent):
    """Something happens to a reply's voice: `playback_id` says which reply."""

    playback_id: str


@payload
class ParticipantStartedEvent(ParticipantPlaybackEvent):
    """A reply begins to be played; `duration` in milliseconds."""

    duration: int


@payload
class ParticipantFinishedEvent(ParticipantPlaybackEvent):
    """A reply was played to its end, or failed."""

    error: str | None = None


@payload
class ParticipantMarkerEvent(ParticipantPlaybackEvent):
    """A marker in a reply was reached; `offset` in milliseconds, as it was set."""

    offset: int


class ParticipantEvents(EventNames, documented="CCAI.Events.Participant"):
    """Events of a participant."""

    Created = event("AI.Events.CcaiParticipantCreated", ParticipantEvent)
    Response = event("AI.Events.CcaiParticipantResponse", ParticipantResponseEvent)
    PlaybackFinished = event("AI.Events.CcaiParticipantPlaybackFinished", ParticipantFinishedEvent)
    PlaybackStarted = event("AI.Events.CcaiParticipantPlaybackStarted", ParticipantStartedEvent)
    PlaybackStopped = event("AI.Events.CcaiParticipantPlaybackStopped", ParticipantPlaybackEvent)
    PlaybackReady = event("AI.Events.CcaiParticipantPlaybackReady", ParticipantPlaybackEvent)
    MarkerReached = event("AI.Events.CcaiParticipantMarkerReached", ParticipantMarkerEvent)
