"""Cartesia: the client of its voice agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.connectors.base import ConnectorNamespace, OnClose, connector_events, sends
from voxsim.engine.connectors.voice import VoiceConnector, media_events
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.speaking import CartesiaSpeaking
from voxsim.vocabulary.declare import namespace, unit

if TYPE_CHECKING:
    from voxsim.engine.future import Future

CartesiaEvents = media_events("Cartesia")

AgentsEvents = connector_events(
    "Cartesia.AgentsEvents",
    """
    Unknown HTTPResponse ACK Clear DTMF Custom WebSocketError ConnectorInformation
    """,
)


@unit("Cartesia.AgentsClient", events=AgentsEvents, module="Cartesia")
class AgentsClient(VoiceConnector):
    """A client of Cartesia's Agents."""

    __slots__ = ()

    NAME: ClassVar = "Cartesia.AgentsClient"
    SERVICE: ClassVar = "Cartesia.Agents"
    EVENTS: ClassVar = AgentsEvents
    MORE_EVENTS: ClassVar = (CartesiaEvents,)

    start = sends("start", "Begin the conversation: `config`, `metadata`; ACK follows.")
    dtmf = sends("dtmf", "Tell the agent a digit that the caller pressed.")
    custom = sends("custom", "Send an event of the agent's own: `metadata`.")


@namespace("Cartesia", module="Cartesia")
class CartesiaNamespace(CartesiaSpeaking, ConnectorNamespace):
    """Cartesia's services."""

    NAME: ClassVar = "Cartesia"

    @command("createAgentsClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_agents_client(
        self,
        parameters: Options = None,
        *,
        api_key: str = "",
        cartesia_version: str = "",
        agent_id: str = "",
        on_web_socket_close: OnClose = None,
    ) -> Future[AgentsClient]:
        """A client, to be awaited.

        Args:
            parameters: the options below under their documented names.
            api_key: the account's key.
            cartesia_version: the version of the API, as a date.
            agent_id: which agent.
            on_web_socket_close: called with `code`, `reason` and `was_clean` when the connection ends.

        Raises:
            ConnectionFailed: nobody plays the service, or it cannot be reached.
        """
        given = {"apiKey": api_key, "cartesiaVersion": cartesia_version, "agentId": agent_id}
        return self._connect(AgentsClient, given, on_web_socket_close, required="apiKey cartesiaVersion agentId")


Cartesia = CartesiaNamespace()
