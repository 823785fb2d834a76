"""Inworld: the client of its Realtime API."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.connectors.base import ConnectorNamespace, OnClose, connector_events, sends
from voxsim.engine.connectors.realtime import ItemsConnector
from voxsim.engine.connectors.voice import media_events
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.speaking import InworldSpeaking
from voxsim.vocabulary.declare import namespace, unit

if TYPE_CHECKING:
    from voxsim.engine.future import Future

InworldEvents = media_events("Inworld")

RealtimeAPIEvents = connector_events(
    "Inworld.RealtimeAPIEvents",
    """
    Unknown HTTPResponse Error SessionCreated SessionUpdated ConversationItemAdded ConversationItemDone
    ConversationItemDeleted ConversationItemRetrieved ConversationItemTruncated
    ConversationItemInputAudioTranscriptionDelta ConversationItemInputAudioTranscriptionCompleted
    ResponseCreated ResponseDone ResponseOutputItemAdded ResponseOutputItemDone ResponseContentPartAdded
    ResponseContentPartDone ResponseOutputTextDelta ResponseOutputTextDone ResponseOutputAudioDone
    ResponseOutputAudioTranscriptDelta ResponseOutputAudioTranscriptDone ResponseFunctionCallArgumentsDelta
    ResponseFunctionCallArgumentsDone InputAudioBufferSpeechStarted InputAudioBufferSpeechStopped
    InputAudioBufferCommitted InputAudioBufferCleared InputAudioBufferTimeoutTriggered OutputAudioBufferStarted
    OutputAudioBufferStopped OutputAudioBufferCleared RateLimitsUpdated WebSocketError ConnectorInformation
    """,
)


@unit("Inworld.RealtimeAPIClient", events=RealtimeAPIEvents, module="Inworld")
class RealtimeAPIClient(ItemsConnector):
    """A client of Inworld's RealtimeAPI."""

    __slots__ = ()

    NAME: ClassVar = "Inworld.RealtimeAPIClient"
    SERVICE: ClassVar = "Inworld.RealtimeAPI"
    EVENTS: ClassVar = RealtimeAPIEvents
    MORE_EVENTS: ClassVar = (InworldEvents,)

    input_audio_buffer_append = sends("inputAudioBufferAppend", "Send audio as base64: `audio`.")
    input_audio_buffer_commit = sends("inputAudioBufferCommit", "What was heard is an utterance: without detection.")
    input_audio_buffer_clear = sends("inputAudioBufferClear", "Forget what was heard and not yet answered.")
    output_audio_buffer_clear = sends(
        "outputAudioBufferClear", "Stop speaking; what is in the platform's buffer is cleared by `clear_media_buffer`."
    )


@namespace("Inworld", module="Inworld")
class InworldNamespace(InworldSpeaking, ConnectorNamespace):
    """Inworld's services."""

    NAME: ClassVar = "Inworld"

    @command("createRealtimeAPIClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_realtime_api_client(
        self,
        parameters: Options = None,
        *,
        api_key: str = "",
        session_key: str = "",
        auth_scheme: str | None = None,
        on_web_socket_close: OnClose = None,
    ) -> Future[RealtimeAPIClient]:
        """A client, to be awaited.

        Args:
            parameters: the options below under their documented names.
            api_key: the account's key.
            session_key: the session, by a name of your own.
            auth_scheme: how the key is sent.
            on_web_socket_close: called with `code`, `reason` and `was_clean` when the connection ends.

        Raises:
            ConnectionFailed: nobody plays the service, or it cannot be reached.
        """
        given = {"apiKey": api_key, "sessionKey": session_key, "authScheme": auth_scheme}
        return self._connect(RealtimeAPIClient, given, on_web_socket_close, required="apiKey sessionKey")


Inworld = InworldNamespace()
