"""OpenAI.Beta: the Realtime API as it was before it became general, with other event names and positional arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.connectors.base import ConnectorNamespace, OnClose, connector_events
from voxsim.engine.connectors.voice import VoiceConnector, media_events
from voxsim.engine.lifecycle import Operation
from voxsim.vocabulary.declare import namespace, unit

if TYPE_CHECKING:
    from voxsim.engine.future import Future

BetaEvents = media_events("OpenAI.Beta")

RealtimeAPIEvents = connector_events(
    "OpenAI.Beta.RealtimeAPIEvents",
    """
    Unknown Error SessionCreated SessionUpdated ConversationCreated ConversationItemCreated ConversationItemRetrieved
    ConversationItemInputAudioTranscriptionCompleted ConversationItemInputAudioTranscriptionDelta
    ConversationItemInputAudioTranscriptionFailed ConversationItemTruncated ConversationItemDeleted
    InputAudioBufferCommitted InputAudioBufferCleared InputAudioBufferSpeechStarted InputAudioBufferSpeechStopped
    ResponseCreated ResponseDone ResponseOutputItemAdded ResponseOutputItemDone ResponseContentPartAdded
    ResponseContentPartDone ResponseTextDelta ResponseTextDone ResponseAudioTranscriptDelta
    ResponseAudioTranscriptDone ResponseAudioDone ResponseFunctionCallArgumentsDelta
    ResponseFunctionCallArgumentsDone RateLimitsUpdated
    """,
)


@unit("OpenAI.Beta.RealtimeAPIClient", events=RealtimeAPIEvents, module="OpenAI")
class RealtimeAPIClient(VoiceConnector):
    """A client of the Realtime API's beta."""

    __slots__ = ()

    NAME: ClassVar = "OpenAI.Beta.RealtimeAPIClient"
    SERVICE: ClassVar = "OpenAI.Beta.RealtimeAPI"
    EVENTS: ClassVar = RealtimeAPIEvents
    MORE_EVENTS: ClassVar = (BetaEvents,)

    @command("sessionUpdate(session, eventId?)")
    def session_update(self, session: Mapping[str, Any], event_id: str | None = None) -> None:
        """Change the session: instructions, tools, voice, turn detection."""
        self._send("sessionUpdate", event_id, session=session)

    @command("conversationItemCreate(previousItemId, item, eventId?)")
    def conversation_item_create(
        self, previous_item_id: str | None, item: Mapping[str, Any], event_id: str | None = None
    ) -> None:
        """Put an item into the conversation, behind another one: a text, or the output of a tool call."""
        self._send("conversationItemCreate", event_id, previous_item_id=previous_item_id, item=item)

    @command("conversationItemRetrieve(itemId, eventId?)")
    def conversation_item_retrieve(self, item_id: str, event_id: str | None = None) -> None:
        """Ask for an item as the service has it."""
        self._send("conversationItemRetrieve", event_id, item_id=item_id)

    @command("conversationItemTruncate(itemId, contentIndex, audioEndMs, eventId?)")
    def conversation_item_truncate(
        self, item_id: str, content_index: int, audio_end_ms: int, event_id: str | None = None
    ) -> None:
        """Forget what a caller did not hear of an answer."""
        heard = {"content_index": content_index, "audio_end_ms": audio_end_ms}
        self._send("conversationItemTruncate", event_id, item_id=item_id, **heard)

    @command("conversationItemDelete(itemId, eventId?)")
    def conversation_item_delete(self, item_id: str, event_id: str | None = None) -> None:
        """Take an item out of the conversation."""
        self._send("conversationItemDelete", event_id, item_id=item_id)

    @command("responseCreate(response, eventId?)")
    def response_create(self, response: Mapping[str, Any] | None = None, event_id: str | None = None) -> None:
        """Let the model answer now."""
        self._send("responseCreate", event_id, response=response)

    @command("responseCancel(eventId?)")
    def response_cancel(self, event_id: str | None = None) -> None:
        """Give up the answer that is being made."""
        self._send("responseCancel", event_id)

    def _send(self, message: str, event_id: str | None, **fields: Any) -> None:
        given = {**fields, "event_id": event_id}
        self.send(message, {name: value for name, value in given.items() if value is not None})


@namespace("OpenAI.Beta", module="OpenAI")
class BetaNamespace(ConnectorNamespace):
    """The beta of OpenAI's Realtime API."""

    NAME: ClassVar = "OpenAI.Beta"

    @command("createRealtimeAPIClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_realtime_api_client(
        self,
        parameters: Options = None,
        *,
        api_key: str = "",
        model: str | None = None,
        on_web_socket_close: OnClose = None,
    ) -> Future[RealtimeAPIClient]:
        """A client of the Realtime API's beta, to be awaited.

        Args:
            parameters: the options below under their documented names.
            api_key: the account's key.
            model: the model.
            on_web_socket_close: called with `code`, `reason` and `was_clean` when the connection ends.

        Raises:
            ConnectionFailed: nobody plays the service, or it cannot be reached.
        """
        return self._connect(RealtimeAPIClient, {"apiKey": api_key, "model": model}, on_web_socket_close)


OpenAIBeta = BetaNamespace()
