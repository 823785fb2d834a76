"""Yandex: the client of its Realtime API."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.connectors.base import ConnectorNamespace, OnClose, connector_events
from voxsim.engine.connectors.realtime import ItemsConnector
from voxsim.engine.connectors.voice import media_events
from voxsim.engine.lifecycle import Operation
from voxsim.vocabulary.declare import namespace, unit

if TYPE_CHECKING:
    from voxsim.engine.future import Future

YandexEvents = media_events("Yandex")

RealtimeAPIEvents = connector_events(
    "Yandex.RealtimeAPIEvents",
    """
    Unknown HTTPResponse WebSocketError ConnectorInformation Error SessionCreated SessionUpdated
    ConversationItemCreated ConversationItemRetrieved ConversationItemInputAudioTranscriptionCompleted
    ConversationItemInputAudioTranscriptionDelta ConversationItemInputAudioTranscriptionSegment
    ConversationItemInputAudioTranscriptionFailed ConversationItemTruncated ConversationItemDeleted
    InputAudioBufferCommitted InputAudioBufferCleared InputAudioBufferDTMFEventReceived
    InputAudioBufferSpeechStarted InputAudioBufferSpeechStopped InputAudioBufferTimeoutTriggered
    OutputAudioBufferCleared OutputAudioBufferStarted OutputAudioBufferStopped ResponseCreated ResponseDone
    ResponseOutputItemAdded ResponseOutputItemDone ResponseContentPartAdded ResponseContentPartDone
    ResponseOutputTextDelta ResponseOutputTextDone ResponseOutputAudioTranscriptDelta
    ResponseOutputAudioTranscriptDone ResponseOutputAudioDone ResponseFunctionCallArgumentsDelta
    ResponseFunctionCallArgumentsDone ResponseMCPCallArgumentsDelta ResponseMCPCallArgumentsDone
    ResponseMCPCallInProgress ResponseMCPCallCompleted ResponseMCPCallFailed MCPListToolsInProgress
    MCPListToolsCompleted MCPListToolsFailed RateLimitsUpdated
    """,
    {"RateLimitsUpdated": "Yandex.RealtimeAPI.ResponseMCPCallFailed"},
)


@unit("Yandex.RealtimeAPIClient", events=RealtimeAPIEvents, module="Yandex")
class RealtimeAPIClient(ItemsConnector):
    """A client of Yandex's RealtimeAPI."""

    __slots__ = ()

    NAME: ClassVar = "Yandex.RealtimeAPIClient"
    SERVICE: ClassVar = "Yandex.RealtimeAPI"
    EVENTS: ClassVar = RealtimeAPIEvents
    MORE_EVENTS: ClassVar = (YandexEvents,)


@namespace("Yandex", module="Yandex")
class YandexNamespace(ConnectorNamespace):
    """Yandex's services."""

    NAME: ClassVar = "Yandex"

    @command("createRealtimeAPIClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_realtime_api_client(
        self,
        parameters: Options = None,
        *,
        api_key: str = "",
        folder_id: str = "",
        model: str | None = None,
        on_web_socket_close: OnClose = None,
    ) -> Future[RealtimeAPIClient]:
        """A client, to be awaited.

        Args:
            parameters: the options below under their documented names.
            api_key: the account's key.
            folder_id: the cloud folder.
            model: the model.
            on_web_socket_close: called with `code`, `reason` and `was_clean` when the connection ends.

        Raises:
            ConnectionFailed: nobody plays the service, or it cannot be reached.
        """
        given = {"apiKey": api_key, "folderId": folder_id, "model": model}
        return self._connect(RealtimeAPIClient, given, on_web_socket_close, required="apiKey folderId")


Yandex = YandexNamespace()
