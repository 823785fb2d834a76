"""Call events of a real server: REST over HTTP, requests over loopback, and receivers that misbehave."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
from urllib.parse import parse_qs

import pytest
import trio

from voxsim.parties.party import Party
from voxsim.server import feeds
from voxsim.server.building import Project
from voxsim.server.messages import Request
from voxsim.server.server import Address

pytestmark = pytest.mark.trio

SCENARIO = """
from voxsim import *
VoxEngine.forward_call_to_user()
"""

TOML = """
[account]
api_key = "sesame"

[[user]]
name = "anna"
extension = "0003*201"
behaviour = "answer:0.05,hangup:0.1"

[[user]]
name = "carl"
extension = "0003*202"
"""

RULE = """
[[voipnow.rule]]
extension = "201"
events = ["hangup", "dial-in"]
url = "http://localhost:9/configured"
"""


class Receiver:
    """A small web server that does as it is told with each request.

    Attributes:
        requests: each as method, target and body.
        mode: `answer`, `late`, `slow`, `redirect`, `die`, `error`, `nonsense`, `half`, `endless` or `once`.
    """

    def __init__(self):
        self.requests = []
        self.mode = "answer"
        self.url = ""

    async def run(self, task_status=trio.TASK_STATUS_IGNORED):
        (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
        self.url = f"http://127.0.0.1:{listener.socket.getsockname()[1]}"
        await trio.serve_listeners(self._talk, [listener], task_status=task_status)

    async def _talk(self, stream):
        with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            async with stream:
                while (request := await self._read(stream)) is not None:
                    self.requests.append(request)
                    if not await self._answer(stream):
                        return

    async def _read(self, stream):
        data = b""
        while b"\r\n\r\n" not in data:
            more = await stream.receive_some()
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += await stream.receive_some()
        method, target, _ = first.split()
        return method, target, body.decode()

    async def _answer(self, stream):
        match self.mode:
            case "slow":
                await trio.sleep(60)
            case "late":
                await trio.sleep(0.2)
            case "die":
                return False
            case "half":
                await stream.send_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nha")
                return False
            case "endless":
                await stream.send_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                while True:
                    await stream.send_all(b"400\r\n" + b"x" * 1024 + b"\r\n")
                    await trio.sleep(0.01)
            case "nonsense":
                await stream.send_all(b"\x00\x01\x02\r\n\r\n")
                return False
        status = {"redirect": "302 Found\r\nlocation: /elsewhere", "error": "500 Oh dear"}.get(self.mode, "200 OK")
        await stream.send_all(f"HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nok".encode())
        return self.mode != "once"


@pytest.fixture
def folder(tmp_path):
    """A folder of one scenario, with two users."""
    (tmp_path / "forward.py").write_text(SCENARIO)
    (tmp_path / "voxsim.toml").write_text(TOML)
    return tmp_path


@pytest.fixture
def project(folder):
    """What is served; the test may still write the configuration before it asks for the server."""
    return Project.opened(folder, memory=True, tls=False)


@pytest.fixture
def driver(project):
    """The clock of the test."""
    return project.world.driver


@pytest.fixture
async def receiver(driver, nursery):
    """A receiver of call events."""
    made = Receiver()
    await nursery.start(made.run)
    return made


class Served:
    """A running server."""

    def __init__(self, server):
        self.server = server
        self.url = server.url
        self.outcomes = []
        self.ended = trio.Event()
        switch = server.world.switch
        switch.subscribe(self._see)
        switch.on_session_end.append(lambda session: self.ended.set())
        self._grew = trio.Event()

    def _see(self, record):
        if record.kind == "feed":
            self.outcomes.append((record.name, record.facts()))
            self._grew.set()

    async def call(self, who="carl", to="anna"):
        """Somebody calls; returns when the session has ended."""
        self.ended = trio.Event()
        world = self.server.world
        party = Party(kind="user" if who.isalpha() else "pstn", address=who)
        await self.server.door.call(world.call_in, party, to)
        await self.ended.wait()

    async def told(self, count):
        """Wait until so many outcomes are known; returns their names."""
        while len(self.outcomes) < count:
            self._grew = trio.Event()
            await self._grew.wait()
        return [name for name, _ in self.outcomes]

    async def ask(self, method, path, body=None, token="sesame"):  # noqa: S107 - no secret
        """An HTTP request to the server: status and value."""
        import httpx2

        async with httpx2.AsyncClient(trust_env=False) as client:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await client.request(method, f"{self.url}{path}", json=body, headers=headers)
            return answer.status_code, answer.json()


@pytest.fixture
def served(project, driver):
    """`async with served() as server` is the running server."""

    @contextlib.asynccontextmanager
    async def running():
        async with project.serving() as server, trio.open_nursery() as tasks:
            ready = trio.Event()
            tasks.start_soon(server.run, Address(port=0, secure_port=None), ready.set)
            await ready.wait()
            yield Served(server)
            server.stop()

    return running


PATH = "/uapi/extensions/@me/0003*201/phoneCallEvents"


async def make(server, url, *events, method=1):
    """Make rules for anna; all five when none is named."""
    for event in events or range(5):
        status, _ = await server.ask("POST", PATH, {"type": event, "method": method, "url": url, "note": "n"})
        assert status == 200


async def test_rules_made_over_rest_are_carried_out(driver, served, receiver):
    async with served() as server:
        await make(server, f"{receiver.url}/hook?ev=1")
        await server.call()
        assert await server.told(3) == ["delivered"] * 3
    assert [(method, target) for method, target, _ in receiver.requests] == [("POST", "/hook?ev=1")] * 3
    statuses = [parse_qs(body)["CallStatus"][0] for _, _, body in receiver.requests]
    assert statuses == ["CALLING", "ANSWER", "ANSWER"]


async def test_get_puts_all_into_the_query(driver, served, receiver):
    async with served() as server:
        await make(server, f"{receiver.url}/hook", 0, method=0)
        await server.call(who="15550001")
        await server.told(1)
    ((method, target, body),) = receiver.requests
    asked = parse_qs(target.partition("?")[2], keep_blank_values=True)
    assert (method, body, asked["CalledExtension"]) == ("GET", "", ["0003*201"])
    assert len(asked) == 10


async def test_rest_over_http(driver, served):
    async with served() as server:
        await make(server, "http://crm.test/", 0, 2)
        status, value = await server.ask("GET", f"{PATH}/")
        assert (status, value["totalResults"]) == (200, 2)
        link = value["entry"][0]["links"]["self"]
        assert link.startswith(server.url)
        assert (await server.ask("PUT", link.removeprefix(server.url), {"status": 0}))[1]["status"] == "0"
        assert await server.ask("DELETE", link.removeprefix(server.url)) == (200, {})
        assert (await server.ask("GET", PATH))[1]["totalResults"] == 1
        assert (await server.ask("GET", PATH, token="wrong"))[0] == 401
        assert (await server.ask("GET", PATH.replace("201", "999")))[1]["error"]["code"] == "extension_invalid"


@pytest.fixture
def twice_configured(folder):
    """Two rules of the configuration for the same events."""
    with (folder / "voxsim.toml").open("a") as file:
        file.write(RULE + RULE)


async def test_without_a_network_every_request_fails_at_once_and_says_why(
    twice_configured, driver, served, monkeypatch
):
    async with served() as server:
        monkeypatch.setitem(sys.modules, "httpx2", None)
        for already in (0, 4):
            await server.call()
            assert (await server.told(already + 4))[already:] == ["failed"] * 4
    assert {facts["error"] for _, facts in server.outcomes} == {
        "The real network needs httpx2, which is not installed: pip install 'voxsim[net]'."
    }


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [("error", "refused"), ("redirect", "refused"), ("die", "failed"), ("nonsense", "failed"), ("slow", "failed"),
     ("half", "failed"), ("endless", "failed")],
)  # fmt: skip
async def test_a_receiver_that_misbehaves_costs_the_call_nothing(driver, served, receiver, mode, outcome, monkeypatch):
    monkeypatch.setattr(feeds, "SECONDS", 0.3)
    receiver.mode = mode
    async with served() as server:
        await make(server, f"{receiver.url}/hook")
        await server.call()
        assert await server.told(3) == [outcome] * 3
        assert {target for _, target, _ in receiver.requests} == {"/hook"}
        receiver.mode = "answer"
        await server.call()
        assert (await server.told(6))[3:] == ["delivered"] * 3
    assert not server.server.world.failures


async def test_a_late_receiver_gets_all_in_order_and_no_call_waits(driver, served, receiver):
    receiver.mode = "late"
    async with served() as server:
        await make(server, f"{receiver.url}/hook")
        for _ in range(2):
            await server.call()
        assert len(receiver.requests) < 6
        assert await server.told(6) == ["delivered"] * 6
    by_call = {}
    for _, _, body in receiver.requests:
        known = parse_qs(body)
        by_call.setdefault(known["CallID"][0], []).append(known["CallStatus"][0])
    assert list(by_call.values()) == [["CALLING", "ANSWER", "ANSWER"]] * 2


async def test_a_receiver_that_closes_each_connection_without_a_word_gets_all(driver, served, receiver):
    receiver.mode = "once"
    async with served() as server:
        await make(server, f"{receiver.url}/hook")
        for _ in range(4):
            await server.call()
        assert set(await server.told(12)) == {"delivered"}
    assert len(receiver.requests) == 12


async def test_nobody_listens_there(driver, served):
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        port = gone.getsockname()[1]
    async with served() as server:
        await make(server, f"http://127.0.0.1:{port}/")
        await server.call()
        assert await server.told(3) == ["failed"] * 3
        assert "url" in server.outcomes[0][1]


async def test_a_slow_receiver_does_not_hold_up_another(driver, served, receiver, nursery, monkeypatch):
    monkeypatch.setattr(feeds, "SECONDS", 1.0)
    slow = Receiver()
    slow.mode = "slow"
    await nursery.start(slow.run)
    async with served() as server:
        await make(server, f"{slow.url}/slow", 0)
        await make(server, f"{receiver.url}/quick", 0, 3, 2)
        await server.call()
        assert await server.told(3) == ["delivered"] * 3
        assert len(slow.requests) == 1
    assert len(receiver.requests) == 3


async def test_what_the_end_of_the_server_means_for_calls_is_delivered(project, driver, served, receiver):
    async with served() as server:
        await make(server, f"{receiver.url}/hook", 3, 2)
        world = server.server.world
        party = Party(kind="user", address="carl")
        world.directory.parties.insert(0, Party.make("user", "anna", "answer:0"))
        await server.server.door.call(world.call_in, party, "anna")
        await server.told(1)
        assert len(receiver.requests) == 1
    assert len(receiver.requests) == 2


@pytest.fixture
def configured(folder):
    """A rule of the configuration."""
    with (folder / "voxsim.toml").open("a") as file:
        file.write(RULE)


async def test_configured_rules_come_again_and_those_of_rest_are_kept(folder, configured, driver, receiver):
    def ids(value):
        return sorted(one["id"] for one in value["entry"])

    for time in range(3):
        project = Project.opened(folder, tls=False)
        async with project.serving() as server:
            tasks = server.more["/uapi/"]
            made = {"type": 0, "method": 1, "url": f"{receiver.url}/"}
            assert len(ids(await ask(tasks, "GET"))) == 2 + (time > 0)
            if time == 0:
                kept = await ask(tasks, "POST", body=made)
                gone = await ask(tasks, "POST", body=made)
                await ask(tasks, "DELETE", f"{PATH}/0/{gone['id']}")
            assert kept["id"] in ids(await ask(tasks, "GET"))
            await ask(tasks, "DELETE", f"{PATH}/2/1")


async def ask(resource, method, path=PATH, body=None):
    """A request to the resource itself."""
    data = json.dumps(body).encode() if body is not None else b""
    headers = [(b"authorization", b"Bearer sesame")]
    answer = await resource(Request(method, path, "", headers, data, "localhost", False))
    assert answer.status == 200
    return json.loads(answer.body)
