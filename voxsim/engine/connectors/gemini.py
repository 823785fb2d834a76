"""Gemini: the client of the Live API."""

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

GeminiEvents = media_events("Gemini")

LiveAPIEvents = connector_events(
    "Gemini.LiveAPIEvents",
    """
    Unknown SetupComplete ServerContent ToolCall ToolCallCancellation ConnectorInformation
    """,
)


@unit("Gemini.LiveAPIClient", events=LiveAPIEvents, module="Gemini")
class LiveAPIClient(VoiceConnector):
    """A client of Gemini's LiveAPI."""

    __slots__ = ()

    NAME: ClassVar = "Gemini.LiveAPIClient"
    SERVICE: ClassVar = "Gemini.LiveAPI"
    EVENTS: ClassVar = LiveAPIEvents
    MORE_EVENTS: ClassVar = (GeminiEvents,)

    send_client_content = sends(
        "sendClientContent", "Put turns into the conversation; with `turnComplete` the model answers.", "input"
    )
    send_realtime_input = sends(
        "sendRealtimeInput", "Send input of the moment, such as a text, or that an activity began or ended.", "input"
    )
    send_tool_response = sends(
        "sendToolResponse", "Answer tool calls: `functionResponses`, each with `id`, `name` and `response`.", "input"
    )


@namespace("Gemini", module="Gemini")
class GeminiNamespace(ConnectorNamespace):
    """Gemini's services."""

    NAME: ClassVar = "Gemini"

    @command("createLiveAPIClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_live_api_client(
        self,
        parameters: Options = None,
        *,
        model: str | None = None,
        backend: str | None = None,
        api_key: str | None = None,
        project: str | None = None,
        location: str | None = None,
        credentials: str | None = None,
        http_options: Mapping[str, Any] | None = None,
        connect_config: Mapping[str, Any] | None = None,
        on_web_socket_close: OnClose = None,
    ) -> Future[LiveAPIClient]:
        """A client, to be awaited.

        Args:
            parameters: the options below under their documented names.
            model: the model, such as `gemini-2.0-flash-live-001`.
            backend: a member of `Gemini.Backend`.
            api_key: the key, for `GEMINI_API`.
            connect_config: the session: instructions, tools, modalities, transcriptions.
            project, location, credentials: for `VERTEX_AI`.
            http_options: of the connection to the service.
            on_web_socket_close: called with `code`, `reason` and `was_clean` when the connection ends.

        Raises:
            ConnectionFailed: nobody plays the service, or it cannot be reached.
        """
        given: dict[str, Any] = {
            "model": model,
            "backend": backend,
            "apiKey": api_key,
            "project": project,
            "location": location,
            "credentials": credentials,
            "httpOptions": http_options,
            "connectConfig": connect_config,
        }
        return self._connect(LiveAPIClient, given, on_web_socket_close, required="model")


Gemini = GeminiNamespace()
