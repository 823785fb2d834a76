"""ElevenLabs: the client of the agents platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.connectors.base import ConnectorNamespace, OnClose, connector_events, sends
from voxsim.engine.connectors.voice import VoiceConnector, media_events
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.speaking import ElevenLabsSpeaking
from voxsim.vocabulary.declare import namespace, unit

if TYPE_CHECKING:
    from voxsim.engine.future import Future

ElevenLabsEvents = media_events("ElevenLabs")

AgentsEvents = connector_events(
    "ElevenLabs.AgentsEvents",
    """
    Unknown HTTPResponse ConversationInitiationMetadata Ping UserTranscript AgentResponse
    AgentResponseCorrection Interruption ContextualUpdate ClientToolCall VadScore InternalTentativeAgentResponse
    WebSocketError ConnectorInformation AgentToolResponse
    """,
)


@unit("ElevenLabs.AgentsClient", events=AgentsEvents, module="ElevenLabs")
class AgentsClient(VoiceConnector):
    """A client of ElevenLabs's Agents."""

    __slots__ = ()

    NAME: ClassVar = "ElevenLabs.AgentsClient"
    SERVICE: ClassVar = "ElevenLabs.Agents"
    EVENTS: ClassVar = AgentsEvents
    MORE_EVENTS: ClassVar = (ElevenLabsEvents,)

    conversation_initiation_client_data = sends(
        "conversationInitiationClientData",
        "Say how this conversation differs from the agent's settings, and its variables.",
    )
    client_tool_result = sends(
        "clientToolResult",
        "Answer a tool call: `tool_call_id`, `result` and `is_error`; without `is_error` the service closes with 1008.",
    )
    contextual_update = sends("contextualUpdate", "Tell the agent what it should know without answering: `text`.")
    user_message = sends("userMessage", "What the caller writes: `text`; the agent answers.")


@namespace("ElevenLabs", module="ElevenLabs")
class ElevenLabsNamespace(ElevenLabsSpeaking, ConnectorNamespace):
    """ElevenLabs's services."""

    NAME: ClassVar = "ElevenLabs"

    @command("createAgentsClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_agents_client(
        self,
        parameters: Options = None,
        *,
        xi_api_key: str = "",
        agent_id: str = "",
        include_conversation_id: bool | None = None,
        base_url: str | None = None,
        on_web_socket_close: OnClose = None,
    ) -> Future[AgentsClient]:
        """A client, to be awaited.

        Args:
            parameters: the options below under their documented names.
            xi_api_key: the account's key.
            agent_id: which agent.
            include_conversation_id: tell the conversation's id.
            base_url: another endpoint of the same protocol.
            on_web_socket_close: called with `code`, `reason` and `was_clean` when the connection ends.

        Raises:
            ConnectionFailed: nobody plays the service, or it cannot be reached.
        """
        given = {
            "xiApiKey": xi_api_key,
            "agentId": agent_id,
            "includeConversationId": include_conversation_id,
            "baseUrl": base_url,
        }
        return self._connect(AgentsClient, given, on_web_socket_close, required="xiApiKey agentId")


ElevenLabs = ElevenLabsNamespace()
