"""Deepgram: the client of the Voice Agent API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.connectors.base import ConnectorNamespace, OnClose, connector_events, sends
from voxsim.engine.connectors.voice import VoiceConnector, media_events
from voxsim.engine.lifecycle import Operation
from voxsim.vocabulary.declare import namespace, unit

if TYPE_CHECKING:
    from voxsim.engine.future import Future

DeepgramEvents = media_events("Deepgram")

VoiceAgentEvents = connector_events(
    "Deepgram.VoiceAgentEvents",
    """
    Unknown HTTPResponse Welcome SettingsApplied ConversationText UserStartedSpeaking AgentThinking
    FunctionCallRequest FunctionCallResponse PromptUpdated SpeakUpdated AgentAudioDone Error Warning History
    WebSocketError ConnectorInformation
    """,
    {"HTTPResponse": "Deepgram.Agents.HTTPResponse"},
)


@unit("Deepgram.VoiceAgentClient", events=VoiceAgentEvents, module="Deepgram")
class VoiceAgentClient(VoiceConnector):
    """A client of Deepgram's VoiceAgent."""

    __slots__ = ()

    NAME: ClassVar = "Deepgram.VoiceAgentClient"
    SERVICE: ClassVar = "Deepgram.VoiceAgent"
    EVENTS: ClassVar = VoiceAgentEvents
    MORE_EVENTS: ClassVar = (DeepgramEvents,)

    send_update_speak = sends("sendUpdateSpeak", "Change the agent's voice: `speak`; SpeakUpdated follows.", "input")
    send_update_prompt = sends(
        "sendUpdatePrompt", "Change the agent's prompt: `prompt`; PromptUpdated follows.", "input"
    )
    send_inject_agent_message = sends("sendInjectAgentMessage", "Let the agent say just this: `message`.", "input")
    send_inject_user_message = sends("sendInjectUserMessage", "What the caller writes: `content`.", "input")
    send_function_call_response = sends(
        "sendFunctionCallResponse", "Answer a FunctionCallRequest: `id`, `name`, `content`.", "input"
    )


@namespace("Deepgram", module="Deepgram")
class DeepgramNamespace(ConnectorNamespace):
    """Deepgram's services."""

    NAME: ClassVar = "Deepgram"

    @command("createVoiceAgentClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_voice_agent_client(
        self,
        parameters: Options = None,
        *,
        api_key: str | None = None,
        access_token: str | None = None,
        settings_options: Mapping[str, Any] | None = None,
        on_web_socket_close: OnClose = None,
    ) -> Future[VoiceAgentClient]:
        """A client, to be awaited.

        Args:
            parameters: the options below under their documented names.
            api_key: the account's key.
            access_token: a token in its place.
            settings_options: the agent's settings; SettingsApplied follows.
            on_web_socket_close: called with `code`, `reason` and `was_clean` when the connection ends.

        Raises:
            ConnectionFailed: nobody plays the service, or it cannot be reached.
        """
        given: dict[str, Any] = {"apiKey": api_key, "accessToken": access_token, "settingsOptions": settings_options}
        return self._connect(VoiceAgentClient, given, on_web_socket_close, required="settingsOptions")


Deepgram = DeepgramNamespace()
