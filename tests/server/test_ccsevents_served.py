"""ccsevents of a real server: a real WebSocket client subscribes, renews, lets one expire, and acts on calls."""

from __future__ import annotations

import contextlib
import json
from functools import partial

import httpx2
import pytest
import trio
from rawsocket import HANDSHAKE, TEXT, frame
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect as connect_socket

from voxsim.parties.party import Party
from voxsim.server.building import Project
from voxsim.server.limits import ServerLimits
from voxsim.server.server import Address

pytestmark = pytest.mark.trio

SCENARIO = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    caller = event.call
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    agent = VoxEngine.call_user(username=event.destination, callerid=event.callerid)
    agent.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    await agent.wait_for(CallEvents.Connected)
    caller.answer()
    VoxEngine.send_media_between(caller, agent)
    caller.record()
"""

TOML = """
[account]
api_key = "sesame"

[[user]]
name = "anna"
extension = "201"
domain = "a.test"
password = "Secret-1"

[[user]]
name = "bert"
extension = "202"
domain = "b.test"
password = "Secret-2"
behaviour = "ring:1,answer:2"

[[user]]
name = "cora"
extension = "203"
domain = "b.test"
behaviour = "ring:1,answer:999"
"""

TOKENS = """
[[ccsevents.token]]
token = "token-a"
domain = "a.test"

[[ccsevents.token]]
token = "token-b"
domain = "b.test"
name = "crm"

[[ccsevents.token]]
token = "watching"
domain = "a.test"
roles = ["subscr"]
"""


@pytest.fixture
def tokens():
    """The tokens that are configured."""
    return TOKENS


@pytest.fixture
def pace():
    """How fast time goes."""
    return "x100"


@pytest.fixture
def project(tmp_path, tokens, pace):
    """A folder of one scenario, with users of two domains and a token for each."""
    (tmp_path / "forward.py").write_text(SCENARIO)
    (tmp_path / "voxsim.toml").write_text(TOML + tokens)
    return Project.opened(tmp_path, memory=True, tls=False, pace=pace)


@pytest.fixture
def driver(project):
    """The clock of the test."""
    return project.world.driver


class Client:
    """A client of the `websockets` library, in a thread of its own."""

    def __init__(self, socket):
        self._socket = socket
        self._asked = 0
        self.told = []

    async def ask(self, method, **parameters):
        """A request, and the parameters of its answer; events that come before it are kept."""
        self._asked += 1
        await self.send(json.dumps([method, {"qid": self._asked, **parameters}]))
        while True:
            name, answer = await self.next()
            if name != "event":
                assert (name, answer["qid"]) == (f"{method}_result", self._asked)
                return answer
            self.told.append(answer)

    async def subscribe(self, identity="s", *events, **parameters):
        """A subscription to all events, or some."""
        answer = await self.ask("subscribe", id=identity, events=list(events or ["ccsevents.*"]), **parameters)
        assert answer["result"] == "ok"

    async def send(self, text):
        """Any message."""
        await trio.to_thread.run_sync(self._socket.send, text)

    async def next(self):
        """The next message."""
        return json.loads(await trio.to_thread.run_sync(partial(self._socket.recv, timeout=20)))

    async def until(self, kind, count=1):
        """All events up to the one of this type: identity of the subscription, type and payload."""
        while sum(one["event"]["type"] == kind for one in self.told) < count:
            name, answer = await self.next()
            assert name == "event"
            self.told.append(answer)
        told, self.told = self.told, []
        return [(one["id"], one["event"]["type"], one["event"]["data"]) for one in told]


class Served:
    """A running server."""

    def __init__(self, server):
        self.server = server
        self.url = server.url
        self._begun = []
        self._ended = trio.Event()
        server.world.switch.on_session_end.append(self._over)

    def _over(self, session):
        self._ended.set()
        self._ended = trio.Event()

    @contextlib.asynccontextmanager
    async def client(self, path="/ws/token/v1/token-a", **options):
        """A client, connected."""
        url = self.url.replace("http", "ws") + path
        opened = partial(connect_socket, url, open_timeout=20, close_timeout=5, **options)
        manager = await trio.to_thread.run_sync(opened)
        socket = await trio.to_thread.run_sync(manager.__enter__)
        try:
            yield Client(socket)
        finally:
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(manager.__exit__, None, None, None)

    async def place(self, to="bert", **behaviour):
        """Anna calls; returns while the call goes on."""
        party = Party.make("user", "anna", **{"hangup": 5, **behaviour})
        return await self.server.door.call(self.server.world.call_in, party, to)

    async def call(self, to="bert", **behaviour):
        """Anna calls; returns when the session has ended."""
        ended = self._ended
        await self.place(to, **behaviour)
        await ended.wait()

    async def get(self, path):
        """An HTTP request."""
        async with httpx2.AsyncClient(trust_env=False, timeout=20) as client:
            return await client.get(f"{self.url}{path}")


@pytest.fixture
def served(project, driver):
    """`async with served() as server` is the running server."""

    @contextlib.asynccontextmanager
    async def running(**limits):
        async with project.serving() as server, trio.open_nursery() as tasks:
            if limits:
                server._limits = ServerLimits(**limits)
            ready = trio.Event()
            tasks.start_soon(server.run, Address(port=0, secure_port=None), ready.set)
            await ready.wait()
            yield Served(server)
            server.stop()

    return running


# --- who may come in ---

BEARER = {"Authorization": "Bearer token-b"}
BASIC = {"Authorization": "Basic YmVydDpTZWNyZXQtMg=="}


@pytest.mark.parametrize(
    ("path", "headers", "info"),
    [
        ("/ws/token/v1/token-a", {}, ("token", "a.test", 1)),
        ("/ws/token/v1", BEARER, ("token", "b.test", 2)),
        ("/ws", BEARER, ("token", "b.test", 2)),
        ("/ws", BASIC, ("user", "b.test", None)),
    ],
)
async def test_the_three_doors(driver, served, path, headers, info):
    async with served() as server, server.client(path, additional_headers=headers) as client:
        answer = await client.ask("connection_info")
        assert (answer["ownertype"], answer["domain"], answer.get("integration_point_id")) == info


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/ws/token/v1/wrong", {}, 401),
        ("/ws/token/v1/", {}, 401),
        ("/ws/token/v1", {}, 401),
        ("/ws", {}, 401),
        ("/ws", {"Authorization": "Bearer"}, 401),
        ("/ws", {"Authorization": "Basic nonsense!"}, 401),
        ("/ws", {"Authorization": "Basic YmVydDp3cm9uZw=="}, 401),
        ("/ws", {"Authorization": "Basic Y29yYTo="}, 401),
        ("/ws", {**BASIC, "Origin": "https://elsewhere.example"}, 403),
        ("/ws/elsewhere", {}, 404),
        ("/ws/token/v2/token-a", {}, 404),
    ],
)
async def test_who_may_not_come_in_is_told(driver, served, path, headers, status):
    async with served() as server:
        with pytest.raises(InvalidStatus) as refused:
            async with server.client(path, additional_headers=headers):
                pass
        assert refused.value.response.status_code == status
        assert refused.value.response.body


@pytest.mark.parametrize("tokens", [""])
async def test_without_configured_tokens_the_api_key_is_one(driver, served):
    async with served() as server, server.client("/ws/token/v1/sesame") as client:
        domain = (await client.ask("connection_info"))["domain"]
        assert domain.endswith(".voximplant.com")
        await client.subscribe()
        await server.call()
        assert client.told == []


async def test_a_handshake_that_is_none_gets_400(driver, served, connect):
    async with served() as server:
        raw = await connect(server.url)
        headers = {**HANDSHAKE, "Sec-WebSocket-Version": "8"}
        status, _ = await raw.ask(f"{server.url}/ws/token/v1/token-a", headers)
        assert status == 400


async def test_without_a_websocket_it_is_told_what_to_ask_for(driver, served):
    async with served() as server:
        assert (await server.get("/ws/token/v1/token-a")).status_code == 426
        assert (await server.get("/wsx")).status_code == 404


# --- subscriptions ---


async def test_a_client_is_told_exactly_what_its_domain_is_told(driver, served):
    async with served() as server, server.client() as caller, server.client("/ws/token/v1/token-b") as callee:
        for client in (caller, callee):
            await client.subscribe(expires=3600)
        await server.place()
        whole, part = await caller.until("seance_delete"), await callee.until("seance_delete")
        assert [kind for _, kind, _ in whole][:3] == ["call_create", "seance_create", "call_attach_to_seance"]
        assert [data["eventid"] for _, _, data in part] == [data["eventid"] for _, _, data in whole][3:]
        times = [data["eventts"] for _, _, data in whole]
        assert times == sorted(times)


async def test_one_subscription_is_renewed_and_one_expires(driver, served):
    async with served() as server, server.client() as client:
        for identity in ("kept", "gone"):
            await client.subscribe(identity, "ccsevents.seance_create", expires=90)
        renewed = await client.ask("subscribe", id="kept", expires=3600)
        assert renewed == {"qid": 3, "result": "ok", "id": "kept", "expires": 3600}
        await trio.sleep(91)
        await server.call()
        # What had not expired would have come before the answer.
        assert (await client.ask("connection_info"))["result"] == "ok"
        assert [one["id"] for one in client.told] == ["kept"]
        assert (await client.ask("subscribe", id="gone", expires=60))["errorcode"] == 400


async def test_unsubscribing(driver, served):
    async with served() as server, server.client() as client:
        await client.subscribe()
        assert (await client.ask("subscribe", id="s", expires=0))["expires"] == 0
        await server.call()
        assert (await client.ask("connection_info"))["result"] == "ok"
        assert client.told == []


async def test_subscriptions_die_with_their_socket(driver, served):
    async with served() as server:
        async with server.client() as client:
            await client.subscribe()
        async with server.client() as client:
            await server.call()
            assert (await client.ask("subscribe", id="s", expires=60))["errorcode"] == 400
            assert client.told == []


async def test_a_user_is_told_of_its_own_calls(driver, served):
    async with served() as server, server.client("/ws", additional_headers=BASIC) as client:
        await client.subscribe()
        await server.call("cora", cancel=3)
        await server.call("bert")
        told = await client.until("connection_delete")
        numbers = {data["number"] for _, kind, data in told if kind.startswith("call_") and "number" in data}
        assert numbers == {"202@b.test"}


# --- acting ---


async def test_a_call_is_listed_held_and_ended(driver, served):
    async with served() as server, server.client() as client:
        await client.subscribe(
            "s", "ccsevents.call_set_state", "ccsevents.connection_update", "ccsevents.seance_delete"
        )
        await server.place(hangup=90_000)
        told = await client.until("connection_update")
        (connection,) = (await client.ask("list_connections"))["connections"]
        assert connection["state"] == "dialog"
        assert (await client.ask("hold", owner="202"))["result"] == "ok"
        assert (await client.ask("bye", idconn=connection["connectionid"]))["result"] == "ok"
        told += await client.until("seance_delete")
        mine = [data["state"] for _, kind, data in told if data.get("number") == "202@b.test"]
        assert mine == ["ringing", "talk", "hold", "stopped"]


async def test_a_token_without_the_role_only_watches(driver, served):
    async with served() as server, server.client("/ws/token/v1/watching") as client:
        assert (await client.ask("connection_info"))["capabilities"] == ["subscr"]
        assert (await client.ask("list_calls"))["errorcode"] == 403


@pytest.mark.parametrize("pace", ["x300"])
async def test_a_record_is_fetched_by_its_link_for_five_minutes(driver, served):
    async with served() as server, server.client() as client:
        assert (await server.get("/temp/nothing.mp3")).status_code == 404
        await client.subscribe("s", "ccsevents.connection_set_record_info")
        await server.call()
        ((_, _, info),) = await client.until("connection_set_record_info")
        link = (await client.ask("callrecord_get_path", key=info["key"]))["result"]
        record = await server.get(link)
        assert (record.status_code, record.headers["content-type"]) == (200, "audio/wav")
        assert record.content[:4] == b"RIFF"
        await trio.sleep(301)
        assert (await server.get(link)).status_code == 404
        assert (await client.ask("callrecord_get_path", key="fs:voxsim:nothing.mp3"))["errorcode"] == 404


# --- bad clients ---


async def test_nonsense_harms_nobody(driver, served):
    async with served() as server, server.client() as client, server.client() as other:
        for text in ("", "[", '["subscribe"]', '["x", {}]', "\u0000", '["subscribe", {"qid": 1, "id": {}}]'):
            await client.send(text)
            name, answer = await client.next()
            assert answer["result"] == "error", (name, answer)
        await other.subscribe("s", "ccsevents.seance_delete")
        await server.call()
        assert len(await other.until("seance_delete")) == 1


async def test_half_a_surrogate_pair_is_answered_and_harms_nobody(driver, served):
    async with served() as server, server.client() as client:
        await client.send('["connection_info", {"qid": "\\ud800"}]')
        name, answer = await client.next()
        assert (name, answer["result"]) == ("connection_info_result", "ok")
        await client.subscribe("\ud800 x", "ccsevents.seance_delete")
        await server.call()
        assert len(await client.until("seance_delete")) == 1


async def test_who_does_not_read_is_dropped_and_calls_go_on(driver, served, connect):
    async with served(waiting_bytes=100_000) as server, server.client() as client:
        raw = await connect(server.url, receive_buffer=4096)
        assert (await raw.ask(f"{server.url}/ws/token/v1/token-a", HANDSHAKE))[0] == 101
        for number in range(100):
            wish = ["subscribe", {"qid": number, "id": f"{number:0200}", "events": ["ccsevents.*"]}]
            await raw.send(frame(TEXT, json.dumps(wish).encode()))
        await client.subscribe("s", "ccsevents.seance_delete")
        door = next(iter(server.server.sockets.values())).__self__
        calls = 0
        while len(door._clients) > 1:
            await server.call()
            calls += 1
            assert calls < 50
        assert len(await client.until("seance_delete", calls)) == calls
        assert not server.server.world.failures


async def test_a_client_that_vanishes_is_forgotten(driver, served, connect):
    async with served() as server:
        raw = await connect(server.url)
        assert (await raw.ask(f"{server.url}/ws/token/v1/token-a", HANDSHAKE))[0] == 101
        door = next(iter(server.server.sockets.values())).__self__
        assert len(door._clients) == 1
        raw.vanish()
        while door._clients:
            await trio.sleep(0.1)


async def test_the_end_of_the_server_closes_the_sockets(driver, served):
    async with served() as server, server.client() as client:
        await client.subscribe()
        server.server.stop()
        with pytest.raises(ConnectionClosed) as closed:
            await client.next()
        assert closed.value.rcvd.code == 1001
