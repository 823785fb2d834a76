"""ToolServer: a scripted MCP server, with the tools that scenarios list and call.

```python
vox.tools("https://tools.example/mcp").tool("find_order", returns=lambda number: {"state": "sent"})
```
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from voxsim.vocabulary.naming import did_you_mean

if TYPE_CHECKING:
    from voxsim.engine.connectors.ports import AgentFar, AgentNear, Asked
    from voxsim.engine.media import Sound

METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
"""JSON-RPC's codes, which MCP uses."""

_ANY_OBJECT: Final = {"type": "object"}


@attrs.frozen
class Tool:
    """One tool: what it is called, what it is for, what it takes, and what it gives."""

    name: str
    returns: Any
    description: str
    schema: Mapping[str, Any]

    def listed(self) -> dict[str, Any]:
        """As ToolsList has it."""
        return {"name": self.name, "description": self.description, "inputSchema": dict(self.schema)}


@attrs.frozen
class ToolCall:
    """A call of a tool by a scenario."""

    name: str
    arguments: Mapping[str, Any]


class ToolServer:
    """An MCP server at one endpoint.

    Attributes:
        endpoint: its URL; `*` plays for all.
        calls: what was called, in order.
        headers: those of the client that connected last.
    """

    def __init__(self, endpoint: str = "*") -> None:
        self.endpoint = endpoint
        self.calls: list[ToolCall] = []
        self.headers: Mapping[str, Any] = {}
        self._tools: dict[str, Tool] = {}
        self._delay = 0.1
        self._absence: str | None = None

    def tool(
        self, name: str, returns: Any = None, *, description: str = "", schema: Mapping[str, Any] | None = None
    ) -> Self:
        """Offer a tool.

        Args:
            name: what it is called.
            returns: its result: text, or what JSON can hold; or a function that gets the arguments by name. An
                exception that it raises is the tool's error.
            description: what it is for.
            schema: the JSON Schema of its arguments; its `required` ones are asked for.
        """
        self._tools[name] = Tool(name, returns, description, schema or _ANY_OBJECT)
        return self

    def slow(self, seconds: float) -> Self:
        """Take so many seconds for each answer; 0.1 when nothing is said."""
        self._delay = seconds
        return self

    def cannot_be_reached(self, reason: str = "Connection failed") -> Self:
        """Let the creation of a client fail."""
        self._absence = reason
        return self

    def connect(self, asked: Asked, near: AgentNear) -> AgentFar | str:
        """The far end for a client, or why there is none."""
        if self._absence is not None:
            return self._absence
        self.headers = asked.parameters["mcpServerConnectionConfig"].get("headers") or {}
        return _Connection(self, near)

    def answer(self, message: str, payload: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The event that answers a message, and its payload."""
        if message == "listTools":
            return "ToolsList", {"tools": [tool.listed() for tool in self._tools.values()]}
        name, arguments = str(payload.get("name", "")), payload.get("arguments") or {}
        if name not in self._tools:
            text = f"Unknown tool: {name}.{did_you_mean(name, self._tools)}"
            return "MCPError", {"code": METHOD_NOT_FOUND, "message": text}
        tool = self._tools[name]
        lacking = [one for one in tool.schema.get("required", ()) if one not in arguments]
        if lacking:
            return "MCPError", {"code": INVALID_PARAMS, "message": f"{name} needs {', '.join(lacking)}"}
        self.calls.append(ToolCall(name, dict(arguments)))
        return "ToolResult", _result(tool.returns, arguments)

    @property
    def delay(self) -> float:
        """Seconds for each answer."""
        return self._delay


class _Connection:
    """One client's connection."""

    def __init__(self, server: ToolServer, near: AgentNear) -> None:
        self._server = server
        self._near = near

    def opened(self) -> None:
        """Nothing is said first."""

    def told(self, message: str, payload: Any) -> None:
        """A request: its answer comes after a while."""
        event, answer = self._server.answer(message, payload)
        self._near.session.switch.after(self._server.delay, self._near.told, event, answer)

    def heard(self, sound: Sound | None) -> None:
        """A tool server does not listen."""

    def cleared(self) -> None:
        """A tool server does not speak."""

    def closed(self, code: int, reason: str) -> None:
        """The client is gone."""


def _result(returns: Callable[..., Any] | Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A tool's result as MCP has it: texts, and whether it is an error."""
    try:
        value = returns(**arguments) if callable(returns) else returns
    except Exception as error:  # noqa: BLE001 - whatever a tool raises is its answer
        return {"content": [{"type": "text", "text": f"{type(error).__name__}: {error}"}], "isError": True}
    text = value if isinstance(value, str) else json.dumps(value)
    return {"content": [{"type": "text", "text": text}], "isError": False}


class ToolServers:
    """The scripted servers by endpoint."""

    def __init__(self) -> None:
        self.servers: list[ToolServer] = []

    def add(self, endpoint: str) -> ToolServer:
        """A server at an endpoint; later ones come first."""
        self.servers.insert(0, ToolServer(endpoint))
        return self.servers[0]

    def connect(self, asked: Asked, near: AgentNear) -> AgentFar | str:
        """The far end for a new client, or why there is none."""
        endpoint = str(asked.parameters["mcpServerConnectionConfig"]["endpoint"])
        for server in self.servers:
            if server.endpoint in ("*", endpoint):
                return server.connect(asked, near)
        return f'Nobody plays the MCP server {endpoint}: say who does, as in vox.tools("{endpoint}").tool("name").'
