"""OpenAI: the Realtime client, and the Chat Completions and Responses clients, which are text only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.connectors.base import ConnectorNamespace, OnClose, TextConnector, connector_events, sends
from voxsim.engine.connectors.openai_beta import BetaNamespace, OpenAIBeta
from voxsim.engine.connectors.realtime import ItemsConnector
from voxsim.engine.connectors.voice import media_events
from voxsim.engine.lifecycle import Operation
from voxsim.vocabulary.declare import namespace, unit

if TYPE_CHECKING:
    from voxsim.engine.future import Future

OpenAIEvents = media_events("OpenAI")

RealtimeAPIEvents = connector_events(
    "OpenAI.RealtimeAPIEvents",
    """
    Unknown HTTPResponse Error SessionCreated SessionUpdated ConversationItemAdded ConversationItemDone
    ConversationItemRetrieved ConversationItemInputAudioTranscriptionCompleted
    ConversationItemInputAudioTranscriptionDelta ConversationItemInputAudioTranscriptionSegment
    ConversationItemInputAudioTranscriptionFailed ConversationItemTruncated ConversationItemDeleted
    InputAudioBufferCommitted InputAudioBufferCleared InputAudioBufferSpeechStarted InputAudioBufferSpeechStopped
    InputAudioBufferTimeoutTriggered ResponseCreated ResponseDone ResponseOutputItemAdded ResponseOutputItemDone
    ResponseContentPartAdded ResponseContentPartDone ResponseOutputTextDelta ResponseOutputTextDone
    ResponseOutputAudioTranscriptDelta ResponseOutputAudioTranscriptDone ResponseOutputAudioDone
    ResponseFunctionCallArgumentsDelta ResponseFunctionCallArgumentsDone ResponseMCPCallArgumentsDelta
    ResponseMCPCallArgumentsDone ResponseMCPCallInProgress ResponseMCPCallCompleted ResponseMCPCallFailed
    MCPListToolsInProgress MCPListToolsCompleted MCPListToolsFailed RateLimitsUpdated WebSocketError
    ConnectorInformation
    """,
)

ChatCompletionsAPIEvents = connector_events(
    "OpenAI.ChatCompletionsAPIEvents",
    """
    Unknown Chunk Content ContentDelta ContentDone RefusalDelta RefusalDone FunctionToolCallArgumentsDelta
    FunctionToolCallArgumentsDone LogProbsContentDelta LogProbsContentDone LogProbsRefusalDelta LogProbsRefusalDone
    ChatCompletionsAPIError ConnectorInformation
    """,
)

ResponsesAPIEvents = connector_events(
    "OpenAI.ResponsesAPIEvents",
    """
    Unknown ResponseCodeInterpreterCallCodeDelta ResponseCodeInterpreterCallCodeDone
    ResponseCodeInterpreterCallCompleted ResponseCodeInterpreterCallInProgress
    ResponseCodeInterpreterCallInterpreting ResponseCompleted ResponseContentPartAdded ResponseContentPartDone
    ResponseCreated ResponseError ResponseFileSearchCallCompleted ResponseFileSearchCallInProgress
    ResponseFileSearchCallSearching ResponseFunctionCallArgumentsDelta ResponseFunctionCallArgumentsDone
    ResponseInProgress ResponseFailed ResponseIncomplete ResponseOutputItemAdded ResponseOutputItemDone
    ResponseReasoningSummaryPartAdded ResponseReasoningSummaryPartDone ResponseReasoningSummaryTextDelta
    ResponseReasoningSummaryTextDone ResponseReasoningTextDelta ResponseReasoningTextDone ResponseRefusalDelta
    ResponseRefusalDone ResponseTextDelta ResponseTextDone ResponseWebSearchCallCompleted
    ResponseWebSearchCallInProgress ResponseWebSearchCallSearching ResponseImageGenCallCompleted
    ResponseImageGenCallGenerating ResponseImageGenCallInProgress ResponseImageGenCallPartialImage
    ResponseMCPCallArgumentsDelta ResponseMCPCallArgumentsDone ResponseMCPCallCompleted ResponseMCPCallFailed
    ResponseMCPCallInProgress ResponseMCPListToolsCompleted ResponseMCPListToolsFailed
    ResponseMCPListToolsInProgress ResponseOutputTextAnnotationAdded ResponseQueued ResponseCustomToolCallInputDelta
    ResponseCustomToolCallInputDone ResponsesAPIError ConnectorInformation
    """,
)


@unit("OpenAI.RealtimeAPIClient", events=RealtimeAPIEvents, module="OpenAI")
class RealtimeAPIClient(ItemsConnector):
    """A client of OpenAI's Realtime API."""

    __slots__ = ()

    NAME: ClassVar = "OpenAI.RealtimeAPIClient"
    SERVICE: ClassVar = "OpenAI.RealtimeAPI"
    EVENTS: ClassVar = RealtimeAPIEvents
    MORE_EVENTS: ClassVar = (OpenAIEvents,)

    input_audio_buffer_clear = sends("inputAudioBufferClear", "Forget what was heard and not yet answered.")
    input_audio_buffer_commit = sends("inputAudioBufferCommit", "What was heard is an utterance: without detection.")


@unit("OpenAI.ChatCompletionsAPIClient", events=ChatCompletionsAPIEvents, module="OpenAI")
class ChatCompletionsAPIClient(TextConnector):
    """A client of OpenAI's Chat Completions API."""

    __slots__ = ()

    NAME: ClassVar = "OpenAI.ChatCompletionsAPIClient"
    SERVICE: ClassVar = "OpenAI.ChatCompletionsAPI"
    EVENTS: ClassVar = ChatCompletionsAPIEvents

    create_chat_completions = sends("createChatCompletions", "Ask for an answer to these messages.")


@unit("OpenAI.ResponsesAPIClient", events=ResponsesAPIEvents, module="OpenAI")
class ResponsesAPIClient(TextConnector):
    """A client of OpenAI's Responses API."""

    __slots__ = ()

    NAME: ClassVar = "OpenAI.ResponsesAPIClient"
    SERVICE: ClassVar = "OpenAI.ResponsesAPI"
    EVENTS: ClassVar = ResponsesAPIEvents

    create_responses = sends("createResponses", "Ask for an answer to this input.")


@namespace("OpenAI", module="OpenAI")
class OpenAINamespace(ConnectorNamespace):
    """OpenAI's services. `OpenAI.Beta` has the older version of the Realtime API."""

    NAME: ClassVar = "OpenAI"
    Beta: BetaNamespace = OpenAIBeta

    @command("createRealtimeAPIClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_realtime_api_client(
        self,
        parameters: Options = None,
        *,
        api_key: str = "",
        model: str | None = None,
        type: str | None = None,  # noqa: A002 - its documented name
        base_url: str | None = None,
        on_web_socket_close: OnClose = None,
    ) -> Future[RealtimeAPIClient]:
        """A client of the Realtime API, to be awaited.

        Args:
            parameters: the options below under their documented names.
            api_key: the account's key.
            model: the model, such as `gpt-realtime`.
            type: a member of `OpenAI.RealtimeAPIClientType`.
            base_url: another endpoint of the same protocol.
            on_web_socket_close: called with `code`, `reason` and `was_clean` when the connection ends.

        Raises:
            ConnectionFailed: nobody plays the service, or it cannot be reached.
        """
        given = {"apiKey": api_key, "model": model, "type": type, "baseUrl": base_url}
        return self._connect(RealtimeAPIClient, given, on_web_socket_close)

    @command("createChatCompletionsAPIClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_chat_completions_api_client(
        self,
        parameters: Options = None,
        *,
        api_key: str = "",
        store_context: bool | None = None,
        base_url: str | None = None,
        project: str | None = None,
        summary_model: str | None = None,
        summary_prompt: str | None = None,
    ) -> Future[ChatCompletionsAPIClient]:
        """A client of the Chat Completions API, to be awaited; the options go to the service.

        Raises:
            ConnectionFailed: nobody plays the service, or it cannot be reached.
        """
        given: dict[str, Any] = {
            "apiKey": api_key,
            "storeContext": store_context,
            "baseUrl": base_url,
            "project": project,
            "summaryModel": summary_model,
            "summaryPrompt": summary_prompt,
        }
        return self._connect(ChatCompletionsAPIClient, given)

    @command("createResponsesAPIClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_responses_api_client(
        self,
        parameters: Options = None,
        *,
        api_key: str = "",
        store_context: bool | None = None,
        base_url: str | None = None,
        project: str | None = None,
    ) -> Future[ResponsesAPIClient]:
        """A client of the Responses API, to be awaited; the options go to the service.

        Raises:
            ConnectionFailed: nobody plays the service, or it cannot be reached.
        """
        given: dict[str, Any] = {
            "apiKey": api_key,
            "storeContext": store_context,
            "baseUrl": base_url,
            "project": project,
        }
        return self._connect(ResponsesAPIClient, given)


OpenAI = OpenAINamespace()
