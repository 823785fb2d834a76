"""Ultravox: the client of the WebSocket API; the call to the agent is made, or joined, when it connects."""

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

UltravoxEvents = media_events("Ultravox")

WebSocketAPIEvents = connector_events(
    "Ultravox.WebSocketAPIEvents",
    """
    Unknown HTTPResponse State Transcript ClientToolInvocation DataConnectionToolInvocation Debug
    PlaybackClearBuffer WebSocketError ConnectorInformation
    """,
)


@unit("Ultravox.WebSocketAPIClient", events=WebSocketAPIEvents, module="Ultravox")
class WebSocketAPIClient(VoiceConnector):
    """A client of Ultravox's WebSocketAPI."""

    __slots__ = ()

    NAME: ClassVar = "Ultravox.WebSocketAPIClient"
    SERVICE: ClassVar = "Ultravox.WebSocketAPI"
    EVENTS: ClassVar = WebSocketAPIEvents
    MORE_EVENTS: ClassVar = (UltravoxEvents,)

    input_text_message = sends(
        "inputTextMessage", "What the caller writes: `text`; the older name of `userTextMessage`."
    )
    user_text_message = sends("userTextMessage", "What the caller writes: `text`.")
    set_output_medium = sends("setOutputMedium", "Let the agent answer by `voice` or `text` from now on: `medium`.")
    client_tool_result = sends("clientToolResult", "Answer a ClientToolInvocation: `invocationId`, `result`.")
    data_connection_tool_result = sends(
        "dataConnectionToolResult", "Answer a DataConnectionToolInvocation: `invocationId`, `result`."
    )
    forced_agent_message = sends("forcedAgentMessage", "Let the agent say just this: `content`.")
    hang_up = sends("hangUp", "End the call with the agent.")


@namespace("Ultravox", module="Ultravox")
class UltravoxNamespace(ConnectorNamespace):
    """Ultravox's services."""

    NAME: ClassVar = "Ultravox"

    @command("createWebSocketAPIClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_web_socket_api_client(
        self,
        parameters: Options = None,
        *,
        endpoint: str = "",
        authorizations: Mapping[str, Any] | None = None,
        path_parameters: Mapping[str, Any] | None = None,
        query_parameters: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        join_url: str | None = None,
        on_web_socket_close: OnClose = None,
    ) -> Future[WebSocketAPIClient]:
        """A client, to be awaited.

        Args:
            parameters: the options below under their documented names.
            endpoint: a member of `Ultravox.HTTPEndpoint`.
            authorizations: headers with the account's key.
            join_url: the call to join, for `JOIN_CALL`.
            path_parameters, query_parameters, body: of the request that makes the call.
            on_web_socket_close: called with `code`, `reason` and `was_clean` when the connection ends.

        Raises:
            ConnectionFailed: nobody plays the service, or it cannot be reached.
        """
        given: dict[str, Any] = {
            "endpoint": endpoint,
            "authorizations": authorizations,
            "pathParameters": path_parameters,
            "queryParameters": query_parameters,
            "body": body,
            "joinUrl": join_url,
        }
        return self._connect(WebSocketAPIClient, given, on_web_socket_close, required="endpoint")


Ultravox = UltravoxNamespace()
