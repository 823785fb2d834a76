"""MCP: a scenario lists and calls the tools of a scripted server."""

import pytest

from voxsim.testing import Vox

SCENARIO = """
import json
from voxsim import *
require(Modules.MCP)

@VoxEngine.on(AppEvents.Started)
async def started(event):
    config = {{"endpoint": "https://tools.example/mcp", "headers": {{"Authorization": "Bearer x"}},
              "transport": "http", "clientName": "test", "clientVersion": "1"}}
    try:
        client = await MCP.create_client({{"mcpServerConnectionConfig": config,
                                          "onWebSocketClose": lambda e: Logger.write(f"closed {{e.code}}")}})
    except VoxsimError as error:
        Logger.write(str(error))
        VoxEngine.terminate()
        return
    for kind in MCP.ServerEvents:
        client.add_event_listener(kind, tell)
    {then}

def tell(event):
    Logger.write(event.name + " " + json.dumps(event.data["payload"], sort_keys=True))
"""


@pytest.fixture
def session(vox: Vox, tmp_path):
    """A session with an MCP client."""

    def start(then="pass"):
        file = tmp_path / "tools.py"
        file.write_text(SCENARIO.format(then=then))
        return vox.start(str(file))

    return start


async def test_tools_are_listed_as_the_protocol_has_them(vox: Vox, session):
    schema = {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]}
    server = vox.tools("https://tools.example/mcp")
    server.tool("find", description="Finds an order", schema=schema).tool("ping", returns="pong")
    session("client.list_tools({})")
    line = await vox.logged("ToolsList")
    assert '{"description": "Finds an order", "inputSchema": {"properties": {"number": {"type": "integer"}}' in line
    assert '"name": "ping"' in line
    assert vox.session.log[0].startswith("MCP.Server.ConnectorInformation")
    assert server.headers == {"Authorization": "Bearer x"}


@pytest.mark.parametrize(
    ("call", "event"),
    [
        (
            {"name": "find", "arguments": {"number": 5}},
            'ToolResult {"content": [{"text": "{\\"number\\": 5}", "type": "text"}], "isError": false}',
        ),
        ({"name": "ping"}, 'ToolResult {"content": [{"text": "pong", "type": "text"}], "isError": false}'),
        (
            {"name": "broken"},
            'ToolResult {"content": [{"text": "ValueError: no", "type": "text"}], "isError": true}',
        ),
        ({"name": "find"}, 'MCPError {"code": -32602, "message": "find needs number"}'),
        ({"name": "pingg"}, """MCPError {"code": -32601, "message": "Unknown tool: pingg. Did you mean 'ping'?"}"""),
    ],
)
async def test_a_tool_is_called(vox: Vox, session, call, event):
    def broken():
        raise ValueError("no")

    server = vox.tools()
    server.tool("find", lambda number: {"number": number}, schema={"required": ["number"]})
    server.tool("ping", "pong").tool("broken", broken)
    session(f"client.call_tool({call})")
    assert await vox.logged(event.split()[0]) == f"MCP.Server.{event}"
    assert len(server.calls) == (event.startswith("ToolResult"))


async def test_nobody_plays_the_server(vox: Vox, session):
    vox.tools("https://other.example/")
    session()
    assert "Nobody plays the MCP server https://tools.example/mcp" in await vox.logged("MCP")


async def test_a_server_that_cannot_be_reached(vox: Vox, session):
    vox.tools().cannot_be_reached("No route to host")
    session()
    await vox.logged("No route to host")


async def test_a_closed_client_asks_in_vain(vox: Vox, session):
    vox.tools().tool("ping")
    session("client.close(); client.list_tools({})")
    await vox.logged("closed 1000")
    assert [record.name for record in vox.session.timeline if record.kind == "warning"] == [
        "listTools: the connection to MCP.Server is closed; dropped."
    ]


async def test_an_endpoint_is_needed(vox: Vox, tmp_path):
    file = tmp_path / "wrong.py"
    file.write_text("from voxsim import *\nMCP.create_client({'mcpServerConnectionConfig': {}})\n")
    vox.start(str(file))
    assert "with `endpoint` in it" in (await vox.failed()).message
