"""Grok: the client of xAI's Voice Agent API."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.connectors.base import ConnectorNamespace, OnClose, connector_events, sends
from voxsim.engine.connectors.realtime import RealtimeConnector
from voxsim.engine.connectors.voice import media_events
from voxsim.engine.lifecycle import Operation
from voxsim.vocabulary.declare import namespace, unit

if TYPE_CHECKING:
    from voxsim.engine.future import Future

GrokEvents = media_events("Grok")

VoiceAgentAPIEvents = connector_events(
    "Grok.VoiceAgentAPIEvents",
    """
    Unknown ConversationCreated SessionUpdated ConversationItemAdded
    ConversationItemInputAudioTranscriptionCompleted InputAudioBufferCommitted InputAudioBufferCleared
    InputAudioBufferSpeechStarted InputAudioBufferSpeechStopped ResponseCreated ResponseDone
    ResponseOutputItemAdded ResponseOutputItemDone ResponseOutputAudioTranscriptDelta
    ResponseOutputAudioTranscriptDone ResponseOutputAudioDone ResponseContentPartAdded ResponseContentPartDone
    ResponseFunctionCallArgumentsDone WebSocketError ConnectorInformation
    """,
)


@unit("Grok.VoiceAgentAPIClient", events=VoiceAgentAPIEvents, module="Grok")
class VoiceAgentAPIClient(RealtimeConnector):
    """A client of Grok's VoiceAgentAPI."""

    __slots__ = ()

    NAME: ClassVar = "Grok.VoiceAgentAPIClient"
    SERVICE: ClassVar = "Grok.VoiceAgentAPI"
    EVENTS: ClassVar = VoiceAgentAPIEvents
    MORE_EVENTS: ClassVar = (GrokEvents,)

    input_audio_buffer_clear = sends("inputAudioBufferClear", "Forget what was heard and not yet answered.")


@namespace("Grok", module="Grok")
class GrokNamespace(ConnectorNamespace):
    """Grok's services."""

    NAME: ClassVar = "Grok"

    @command("createVoiceAgentAPIClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_voice_agent_api_client(
        self,
        parameters: Options = None,
        *,
        x_ai_api_key: str = "",
        model: str | None = None,
        on_web_socket_close: OnClose = None,
    ) -> Future[VoiceAgentAPIClient]:
        """A client, to be awaited.

        Args:
            parameters: the options below under their documented names.
            x_ai_api_key: the account's key.
            model: the model.
            on_web_socket_close: called with `code`, `reason` and `was_clean` when the connection ends.

        Raises:
            ConnectionFailed: nobody plays the service, or it cannot be reached.
        """
        given = {"xAIApiKey": x_ai_api_key, "model": model}
        return self._connect(VoiceAgentAPIClient, given, on_web_socket_close, required="xAIApiKey")


Grok = GrokNamespace()
