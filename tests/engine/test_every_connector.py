"""Every client of an AI service: its methods reach the service, and the messages of the service fire its events."""

import pytest

from voxsim.engine import coverage
from voxsim.engine.connectors.base import Connector
from voxsim.engine.connectors.voice import VoiceConnector
from voxsim.engine.media import Sound
from voxsim.testing import Vox
from voxsim.vocabulary import official
from voxsim.vocabulary.declare import manifest
from voxsim.vocabulary.naming import python_name

coverage.load_all()

CLIENTS = {name: unit for name, unit in manifest.units.items() if issubclass(unit.python, Connector)}
COMMON = {"id", "webSocketId", "close", "sendMediaTo", "stopMediaTo", "clearMediaBuffer"}
OPTIONS = {
    "MCP.Client": {"mcpServerConnectionConfig": {"endpoint": "https://tools.example/"}},
}


def own_methods(name):
    return [method for method in official.api()["classes"][name]["methods"] if method not in COMMON | LISTENING]


LISTENING = {"addEventListener", "removeEventListener"}
METHODS = [(name, method) for name in CLIENTS for method in own_methods(name)]
EVENTS = [(name, member) for name in CLIENTS for member in CLIENTS[name].python.EVENTS.members]


class Service:
    """A service that keeps what it is told, and tells what a test wants."""

    def __init__(self):
        self.near = None
        self.messages = []
        self.sounds = []
        self.end = None

    def connect(self, asked, near):
        self.near = near
        return self

    def opened(self):
        pass

    def told(self, message, payload):
        self.messages.append((message, payload))

    def heard(self, sound):
        self.sounds.append(sound and sound.content)

    def cleared(self):
        self.messages.append(("cleared", None))

    def closed(self, code, reason):
        self.end = int(code)


def factory(name):
    """How a client of this class is made, in a scenario."""
    owner, _, kind = name.rpartition(".")
    return f"{owner}.{python_name('create' + kind)}"


@pytest.fixture
def client(vox: Vox, tmp_path):
    """A service of this client's vendor, and a session that talks to it."""

    async def connect(name, then="pass"):
        service = Service()
        vox.world.agents.connect_with(name.partition(".")[0], service.connect)
        file = tmp_path / "client.py"
        file.write_text(
            "from voxsim import *\n\n"
            "@VoxEngine.on(AppEvents.CallAlerting)\n"
            "async def alerting(event):\n"
            "    call = event.call\n"
            "    call.answer()\n"
            "    await call.wait_for(CallEvents.Connected)\n"
            f"    client = await {factory(name)}({OPTIONS.get(name, {})!r})\n"
            "    for enum in (client.EVENTS, *client.MORE_EVENTS):\n"
            "        for kind in enum:\n"
            "            client.add_event_listener(kind, lambda e: Logger.write(f'{e.name} {tell(e)}'))\n"
            "    call.send_media_to(client)\n"
            "    client.send_media_to(call)\n"
            f"    {then}\n\n"
            "def tell(event):\n"
            "    return getattr(event, 'data', None) or ''\n"
        )
        call = await vox.phone().dial("100", scenario=str(file))
        await vox.logged("ConnectorInformation")
        return service, call

    return connect


@pytest.mark.parametrize(("name", "method"), METHODS, ids=".".join)
async def test_a_method_sends_its_message(client, vox: Vox, name, method):
    names = official.api()["classes"][name]["methods"][method]
    arguments = (
        [{"x": 1}] if len(names) == 1 and not names[0].startswith("eventId") else [f"v{i}" for i in range(len(names))]
    )
    if "item" in names or "session" in names or "response" in names:
        arguments = [{"x": 1} if one in ("item", "session", "response") else f"v{i}" for i, one in enumerate(names)]
    call = f"client.{python_name(method)}({', '.join(map(repr, arguments))})"
    service, _ = await client(name, call)
    (message, payload), *others = service.messages
    assert (message, others) == (method, [])
    for argument in arguments:
        assert str(argument) in str(payload) or argument == payload


@pytest.mark.parametrize(("name", "member"), EVENTS, ids=".".join)
async def test_a_message_of_the_service_fires_its_event(client, vox: Vox, name, member):
    service, _ = await client(name)
    service.near.told(member, {"a": 1})
    event = CLIENTS[name].python.EVENTS.members[member]
    data = {"customEvent": member, "payload": {"a": 1}}
    assert await vox.logged(str(data)) == f"{event} {data}"


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_message_that_nobody_knows_is_told_as_unknown(client, vox: Vox, name):
    service, _ = await client(name)
    service.near.told("certainly.new", [1])
    line = await vox.logged("certainly.new")
    assert line.split()[0].endswith(".Unknown")


@pytest.mark.parametrize("name", [name for name, unit in CLIENTS.items() if issubclass(unit.python, VoiceConnector)])
async def test_a_client_with_a_voice_hears_and_is_heard(client, vox: Vox, name):
    service, call = await client(name)
    call.say("can you hear me")
    service.near.says(Sound("speech", "loud and clear", vox.world.switch.now, 1_000_000, "service"))
    await call.heard("loud and clear")
    vendor = name.rpartition(".")[0]
    await vox.logged(f"{vendor}.Events.WebSocketMediaStarted")
    await vox.logged(f"{vendor}.Events.WebSocketMediaEnded")
    assert service.sounds == ["can you hear me"]


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_client_is_closed_by_either_side(client, vox: Vox, name):
    service, _ = await client(name, "set_timeout(client.close, 1000)")
    await vox.advance(2)
    assert service.end == 1000
    service.near.told("Unknown", {})
    assert len(vox.session.log) == 1
