"""WebSockets that scenarios open, against an independent server, and against peers that misbehave."""

import math
import threading
from contextlib import asynccontextmanager

import pytest
import trio
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

from voxsim.server.limits import ServerLimits
from voxsim.server.network import RealWeb

pytestmark = pytest.mark.trio


class Near:
    """The session's end: what it is told, in order."""

    def __init__(self):
        self._tell, self._told = trio.open_memory_channel(math.inf)

    def far_opened(self):
        self._tell.send_nowait("open")

    def far_sent(self, text):
        self._tell.send_nowait(text)

    def far_closed(self, code, reason, *, clean=True):
        self._tell.send_nowait((code, reason, clean))

    async def told(self):
        """The next thing it is told."""
        return await self._told.receive()


@asynccontextmanager
async def _peer(handler, **options):
    server = serve(handler, "127.0.0.1", 0, **options)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        scheme = "wss" if "ssl" in options else "ws"
        yield f"{scheme}://127.0.0.1:{server.socket.getsockname()[1]}"
    finally:
        await trio.to_thread.run_sync(server.shutdown)
        await trio.to_thread.run_sync(thread.join)


@pytest.fixture
def peer():
    """`async with peer(handler) as url`: a server of the `websockets` library, whose handler runs in a thread."""
    return _peer


class Opened:
    """A socket that a scenario opens."""

    def __init__(self, net, url, protocols=("chat",), headers=None):
        self.near = Near()
        self.far = None
        self._net = net
        net.do(self._open, url, protocols, headers or {})

    def _open(self, url, protocols, headers):
        self.far = self._net.web.open_socket(url, protocols, headers, self.near)

    def send(self, text):
        """The scenario sends."""
        self._net.do(self.far.sent, text)

    def close(self, code=1000, reason="bye"):
        """The scenario closes."""
        self._net.do(self.far.closed, code, reason)


def echo(connection):
    """Send back what comes."""
    for message in connection:
        connection.send(message)


async def test_messages_go_both_ways(driver, net, peer):
    async with peer(echo) as url:
        socket = Opened(net, f"{url}/path?q=1")
        assert await socket.near.told() == "open"
        for text in ("one", "zwei ü", "", "x" * 100_000):
            socket.send(text)
            assert await socket.near.told() == text
        socket.close()


async def test_the_handshake_carries_protocols_and_headers(driver, net, peer):
    requests = []

    def look(connection):
        requests.append((connection.request.path, connection.request.headers, connection.subprotocol))

    headers = {"X-Own": "1", "Sec-WebSocket-Key": "never", "Authorization": "Bearer t", "X-Half": "\ud800"}
    async with peer(look, subprotocols=["chat"]) as url:
        socket = Opened(net, f"{url}/pa%20th?q=1", ("chat", "other"), headers)
        assert [await socket.near.told(), await socket.near.told()] == ["open", (1000, "", True)]
    path, seen, chosen = requests[0]
    assert (path, chosen) == ("/pa%20th?q=1", "chat")
    assert seen["Sec-WebSocket-Protocol"] == "chat, other"
    assert (seen["X-Own"], seen["X-Half"], seen["Authorization"]) == ("1", "?", "Bearer t")
    assert seen["User-Agent"] == "VoxEngine/1.0"
    assert seen["Sec-WebSocket-Key"] != "never"


async def test_fragments_make_one_message(driver, net, peer):
    def send(connection):
        connection.send(iter(["one ", "two ", "thrée"]))
        connection.recv()

    async with peer(send) as url:
        socket = Opened(net, url)
        assert [await socket.near.told(), await socket.near.told()] == ["open", "one two thrée"]
        socket.close()


async def test_what_comes_right_behind_the_handshake_is_not_lost(driver, net, peer):
    def greet(connection):
        for text in ("one", "two"):
            connection.send(text)
        connection.recv()

    async with peer(greet) as url:
        socket = Opened(net, url)
        assert [await socket.near.told() for _ in range(3)] == ["open", "one", "two"]
        socket.close()


async def test_pings_are_answered(driver, net, peer):
    def ping(connection):
        if connection.ping("are you there").wait(30):
            connection.send("yes")

    async with peer(ping) as url:
        socket = Opened(net, url)
        assert [await socket.near.told(), await socket.near.told()] == ["open", "yes"]


async def test_the_peer_closes(driver, net, peer):
    async with peer(lambda connection: connection.close(4001, "enough")) as url:
        socket = Opened(net, url)
        assert [await socket.near.told(), await socket.near.told()] == ["open", (4001, "enough", True)]


async def test_the_scenario_closes(driver, net, peer):
    closes = []

    def wait(connection):
        try:
            connection.recv()
        except ConnectionClosed as closed:
            closes.append((closed.rcvd.code, closed.rcvd.reason))

    async with peer(wait) as url:
        socket = Opened(net, url)
        await socket.near.told()
        socket.close(1000, "Normal connection close")
    assert closes == [(1000, "Normal connection close")]


async def test_tls_is_spoken_with_whom_is_trusted(driver, net, peer, server_tls):
    async with peer(echo, ssl=server_tls) as url:
        socket = Opened(net, url)
        assert await socket.near.told() == "open"
        socket.send("safe")
        assert await socket.near.told() == "safe"
        socket.close()


# --- what can go wrong ---


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "ws:///path", "ws://a.invalid/\0"])
async def test_no_url_of_a_websocket_is_nobody(url, driver, net):
    socket = Opened(net, url)
    await trio.testing.wait_all_tasks_blocked()
    assert socket.far is None


async def test_a_host_that_is_not_there(driver, net):
    code, reason, clean = await Opened(net, "ws://nowhere.invalid/").near.told()
    assert (code, clean) == (1006, False)
    assert reason


async def test_a_port_that_is_closed(driver, net):
    assert (await Opened(net, "ws://127.0.0.1:1/").near.told())[::2] == (1006, False)


async def test_an_unknown_certificate(moving, driver, peer, server_tls):
    async with peer(echo, ssl=server_tls) as url, RealWeb.opened(driver) as web:
        code, reason, clean = await Opened(moving(web), url).near.told()
    assert (code, clean) == (1006, False)
    assert "CERTIFICATE_VERIFY_FAILED" in reason


async def test_a_server_that_refuses(driver, net, peer):
    def refuse(connection, request):
        return connection.respond(403, "no")

    async with peer(echo, process_request=refuse) as url:
        told = await Opened(net, url).near.told()
    assert told == (1006, "The peer answered with HTTP status 403", False)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "before the WebSocket was open"),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "Bad accept token"),
        (b"not HTTP at all\r\n\r\n", ""),
        (b"HTTP/1.1 101 Switching\r\nX: " + b"y" * 40_000, "too many headers"),
    ],
)
async def test_a_server_that_knows_no_websockets(answer, reason, driver, net, listening):
    async def answer_so(stream):
        await stream.receive_some()
        await stream.send_all(answer)
        await stream.aclose()

    async with listening(answer_so) as port:
        code, told, clean = await Opened(net, f"ws://127.0.0.1:{port}/").near.told()
    assert (code, clean) == (1006, False)
    assert reason in told


async def test_a_lost_connection(driver, net, peer):
    def lose(connection):
        connection.recv()
        connection.socket.shutdown(2)

    async with peer(lose) as url:
        socket = Opened(net, url)
        await socket.near.told()
        socket.send("go")
        assert await socket.near.told() == (1006, "Connection lost", False)


async def test_a_binary_message_is_not_supported(driver, net, peer):
    def send(connection):
        connection.send(b"bytes")

    async with peer(send) as url:
        socket = Opened(net, url)
        assert [await socket.near.told(), (await socket.near.told())[::2]] == ["open", (1003, False)]


async def test_a_peer_that_does_not_read_is_closed(moving, driver, peer):
    waiting = threading.Event()
    async with peer(lambda connection: waiting.wait(), max_queue=1, close_timeout=0.1) as url:
        async with RealWeb.opened(driver, limits=ServerLimits(waiting_bytes=100_000)) as web:
            socket = Opened(moving(web), url)
            await socket.near.told()
            for _ in range(1000):
                socket.send("x" * 65_536)
            told = await socket.near.told()
        waiting.set()
    assert told == (1008, "The peer does not read what is sent to it", False)


async def test_a_scenario_that_closes_before_the_socket_is_open(driver, net, listening, silent):
    async with listening(silent.serve) as port:
        socket = Opened(net, f"ws://127.0.0.1:{port}/")
        await silent.asked.wait()
        socket.close()
        await silent.left.wait()
