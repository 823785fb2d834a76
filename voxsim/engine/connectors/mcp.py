"""MCP: the client of servers that offer tools by the Model Context Protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.connectors.base import Connector, ConnectorNamespace, OnClose, connector_events, sends
from voxsim.engine.connectors.voice import media_events
from voxsim.engine.lifecycle import Operation
from voxsim.vocabulary.declare import namespace, unit
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.future import Future

MCPEvents = media_events("MCP")

ServerEvents = connector_events("MCP.ServerEvents", "Unknown ToolsList ToolResult MCPError ConnectorInformation")


@unit("MCP.Client", events=ServerEvents, module="MCP")
class Client(Connector):
    """A client of one MCP server; its answers come as events."""

    __slots__ = ()

    NAME: ClassVar = "MCP.Client"
    SERVICE: ClassVar = "MCP.Server"
    EVENTS: ClassVar = ServerEvents
    MORE_EVENTS: ClassVar = (MCPEvents,)

    list_tools = sends("listTools", "Ask which tools there are: ToolsList follows, or MCPError.")
    call_tool = sends("callTool", "Call a tool by `name` with `arguments`: ToolResult follows, or MCPError.")


@namespace("MCP", module="MCP")
class MCPNamespace(ConnectorNamespace):
    """The Model Context Protocol."""

    NAME: ClassVar = "MCP"

    @command("createClient({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_client(
        self,
        parameters: Options = None,
        *,
        mcp_server_connection_config: Mapping[str, Any] | None = None,
        on_web_socket_close: OnClose = None,
    ) -> Future[Client]:
        """A client, to be awaited.

        Args:
            parameters: the options below under their documented names.
            mcp_server_connection_config: `endpoint`, `headers`, `transport`, `clientName` and `clientVersion`.
            on_web_socket_close: called with `code`, `reason` and `was_clean` when the connection ends.

        Raises:
            BadArgument: there is no endpoint.
            ConnectionFailed: nobody plays the server, or it cannot be reached.
        """
        config = mcp_server_connection_config
        if not isinstance(config, Mapping) or not config.get("endpoint"):
            raise BadArgument(f"createClient needs `mcpServerConnectionConfig` with `endpoint` in it, got {config!r}.")
        given = {"mcpServerConnectionConfig": dict(config)}
        return self._connect(Client, given, on_web_socket_close, required="mcpServerConnectionConfig")


MCP = MCPNamespace()
