"""Telephony modules on a real server: their webhook over HTTP, their provider, and what people see of them."""

from __future__ import annotations

import contextlib

import httpx2
import pytest
import trio

from voxsim.parties.configuration import load_configuration
from voxsim.parties.party import Party
from voxsim.server.building import Project
from voxsim.server.server import Address

pytestmark = pytest.mark.trio

SCENARIO = """
from voxsim import *
VoxEngine.forward_call_to_user()
"""

MODULE = """
import json

async def ask(path, **how):
    data = Namespace.params.data
    answer = await fetch(data.endpoint + path, headers={"Authorization": "Bearer " + data.apiKey}, **how)
    return answer

async def VoipTestConnection():
    return {"success": (await ask("/ping")).ok}

async def VoipGetMembers():
    return (await ask("/members")).json()

async def VoipGenerateCall(src, dst):
    answer = await ask("/calls", method="POST", json={"srcPhone": src, "dstPhone": dst})
    print(answer.status)

async def VoipGetCallLink(call):
    return call["link"]

async def VoipParseWebhookRequest(request):
    if request.body == "slow":
        import trio
        await trio.sleep(0.2)
        return {"response": HttpResponse().content("slept")}
    if not request.body:
        return {"response": HttpResponse().status(418).header("X-Method", request.method).content("text")}
    told = json.loads(request.body)
    outcome = {"noanswer": "NoAnswer"}.get(told["disposition"], told["disposition"].capitalize())
    call = {name: told[name] for name in ("srcPhone", "dstPhone", "callId")}
    call |= {"direction": told["direction"].capitalize(), "disposition": outcome}
    if told["type"] == "record":
        return {"callRecord": {**call, "duration": told["duration"], "call": {"link": told["callLink"]}}}
    return {"event": {**call, "event": "Notify" + told["type"].capitalize()}, "response": HttpResponse().status(202)}
"""

TOML = """
[account]
api_key = "key"

[[application]]
name = "shop"

[[application.rule]]
scenarios = ["forward.py"]

[[user]]
name = "anna"
display_name = "Anna"
extension = "201"
behaviour = "ring:0.02,answer:0.05,hangup:0.1"

[[party]]
address = "+15550177"
answer = 0.05
hangup = 0.1

[[elma365.module]]
name = "pbx"
file = "module.py"
token = "sesame"
users = { 201 = "Anna B." }
contacts = ["+15550001"]
"""


@pytest.fixture
def project(tmp_path):
    """A folder of one scenario with a module."""
    (tmp_path / "forward.py").write_text(SCENARIO)
    (tmp_path / "module.py").write_text(MODULE)
    (tmp_path / "voxsim.toml").write_text(TOML)
    return Project.opened(tmp_path, memory=True, tls=False)


@pytest.fixture
def driver(project):
    """The clock of the test."""
    return project.world.driver


class Served:
    """A running server, and a client of it."""

    def __init__(self, server, client):
        self.server = server
        self.client = client
        self.told = []
        server.world.switch.subscribe(self._see, ("feed",))

    def _see(self, record):
        self.told.append((record.name, record.facts()))

    async def ask(self, method, path, **how):
        """One request."""
        return await self.client.request(method, self.server.url + path, **how)

    async def call(self, who, to):
        """Somebody calls."""
        await self.server.door.call(self.server.world.call_in, Party(kind="pstn", address=who), to)

    async def outcomes(self, count):
        """Wait until so many webhooks were delivered."""
        while sum(name == "delivered" for name, _ in self.told) < count:
            await trio.sleep(0.01)


@pytest.fixture
def served(project, driver):
    """`async with served() as server` is the running server."""

    @contextlib.asynccontextmanager
    async def running():
        async with (
            project.serving() as server,
            httpx2.AsyncClient(trust_env=False, timeout=20) as client,
            trio.open_nursery() as tasks,
        ):
            ready = trio.Event()
            tasks.start_soon(server.run, Address(port=0, secure_port=None), ready.set)
            await ready.wait()
            yield Served(server, client)
            server.stop()

    return running


async def test_calls_reach_the_module_and_make_cards(driver, served):
    async with served() as server:
        await server.call("+15550001", "anna")
        await server.outcomes(3)
        found = (await server.ask("GET", "/voip/modules/pbx")).json()
        (card,) = found["cards"]
        assert (card["state"], card["disposition"], card["users"], card["item"]) == (
            "ended",
            "Answered",
            ["Anna B."],
            1,
        )
        assert [one["stage"] for one in found["notifications"]] == ["NotifyStart", "NotifyAnswer", "NotifyEnd"]
        assert {facts["status"] for name, facts in server.told if name == "delivered"} == {202}
        assert "sesame" not in str(server.told)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_the_webhook_takes_any_method(driver, served, method):
    async with served() as server:
        answer = await server.ask(method, "/voip/webhook/pbx?token=sesame")
        assert (answer.status_code, answer.text, answer.headers["x-method"]) == (418, "text", method)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/voip/webhook/pbx?token=wrong", 401),
        ("/voip/webhook/pbx", 401),
        ("/voip/webhook/other?token=sesame", 404),
        ("/voip/webhook/pbx?token=sesame", 500),
    ],
)
async def test_what_the_webhook_refuses(driver, served, path, status):
    async with served() as server:
        answer = await server.ask("POST", path, content=b"no JSON \xff")
        assert answer.status_code == status
        assert "Traceback" not in answer.text
        found = (await server.ask("GET", "/voip/modules/pbx/cards")).json()
        assert found == []


async def test_requests_do_not_wait_for_each_other(driver, served):
    async with served() as server:
        answers = []

        async def ask(body):
            answers.append((await server.ask("POST", "/voip/webhook/pbx?token=sesame", content=body)).text)

        async with trio.open_nursery() as tasks:
            tasks.start_soon(ask, b"slow")
            await trio.sleep(0.05)
            tasks.start_soon(ask, b"")
        assert answers == ["text", "slept"]


async def test_the_buttons(driver, served):
    async with served() as server:
        assert (await server.ask("GET", "/voip/modules")).json() == [
            {"name": "pbx", "webhook": f"{server.server.url}/voip/webhook/pbx?token=sesame"}
        ]
        assert (await server.ask("POST", "/voip/modules/pbx/check")).json() == {"success": True, "failReason": ""}
        assert (await server.ask("POST", "/voip/modules/pbx/members")).json() == [{"id": "201", "label": "Anna"}]
        numbers = {"srcPhone": "201", "dstPhone": "+15550177"}
        assert (await server.ask("POST", "/voip/modules/pbx/calls", json=numbers)).status_code == 200
        await server.outcomes(3)
        (card,) = (await server.ask("GET", "/voip/modules/pbx/cards")).json()
        assert (card["direction"], card["srcPhone"], card["dstPhone"]) == ("Out", "201", "15550177")
        record = {
            "type": "record", "callId": card["callId"], "direction": "out", "srcPhone": "201", "dstPhone": "15550177",
            "disposition": "answered", "duration": 1, "callLink": "http://pbx.example/rec.wav",
        }  # fmt: skip
        assert (await server.ask("POST", "/voip/webhook/pbx?token=sesame", json=record)).status_code == 200
        link = await server.ask("GET", "/voip/modules/pbx/cards/1/link")
        assert link.json() == {"link": "http://pbx.example/rec.wav"}
        renewed = (await server.ask("POST", "/voip/modules/pbx/token")).json()["webhook"]
        assert (await server.ask("GET", "/voip/webhook/pbx?token=sesame")).status_code == 401
        assert (await server.client.get(renewed)).status_code == 418
        assert (await server.ask("GET", "/voip/modules/pbx/log")).json() == ["201"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/voip/modules/other", 404),
        ("GET", "/voip/modules/pbx/nothing", 404),
        ("POST", "/voip/modules/pbx", 404),
        ("GET", "/voip/modules/pbx/cards/1/link", 404),
        ("GET", "/voip/modules/pbx/cards/x/link", 404),
        ("POST", "/voip/modules/pbx/calls", 400),
        ("GET", "/voip/modulesque", 404),
    ],
)
async def test_what_is_not_there_to_be_asked(driver, served, method, path, status):
    async with served() as server:
        answer = await server.ask(method, path)
        assert (answer.status_code, "error" in answer.json()) == (status, True)


async def test_the_provider_takes_commands_with_its_key(driver, served):
    async with served() as server:
        bearer = {"Authorization": "Bearer key"}
        assert (await server.ask("GET", "/voip/provider/ping")).json() == {"error": "Invalid token"}
        assert (await server.ask("GET", "/voip/provider/ping", headers=bearer)).json() == {"ok": True}
        assert (await server.ask("GET", "/voip/provider/nothing", headers=bearer)).status_code == 404
        assert (await server.ask("POST", "/voip/provider/calls", headers=bearer, json={})).status_code == 400
        assert (await server.ask("POST", "/voip/provider/calls", headers=bearer, content=b"{no")).status_code == 400
        form = {"cmd": "accounts", "token": "key"}
        accounts = (await server.ask("POST", "/voip/provider", data=form)).json()
        assert accounts == [{"name": "anna", "realName": "Anna", "ext": "201", "telnum": ""}]
        form = {"cmd": "makeCall", "token": "key", "user": "anna@alpha.test", "phone": "15550177"}
        assert len((await server.ask("POST", "/voip/provider", data=form)).json()["uuid"]) == 16
        assert (await server.ask("POST", "/voip/provider", data={"cmd": "x", "token": "key"})).status_code == 400


async def test_a_page_of_another_site_sees_nothing(driver, served):
    async with served() as server:
        answer = await server.ask("GET", "/voip/modules", headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403


# --- modules in TypeScript, each filling out one field of the result ---

TYPED = {
    "record": """
async function VoipParseWebhookRequest(request: FetchRequest): Promise<VoipWebhookParseResult> {
    const data = JSON.parse(request.body);
    return {
        callRecord: {
            srcPhone: data.srcPhone,
            dstPhone: data.dstPhone,
            direction: VoipCallDirection.In,
            duration: data.duration,
            call: { link: data.callLink },
            disposition: VoipCallDisposition.Answered,
        }
    };
}
async function VoipGetCallLink(callData: any): Promise<string> {
    return callData. link;
}
""",
    "event": """
async function VoipParseWebhookRequest(request: FetchRequest):  Promise<VoipWebhookParseResult> {
    const data = JSON.parse(request.body);
    return {
        event: {
            event:  VoipWebhookEvent.NotifyStart,
            direction: VoipCallDirection.In,
            dstPhone: data.dstPhone,
            srcPhone: data.srcPhone,
            disposition: VoipCallDisposition.Unknown,
        };
    };
}
""",
    "response": """
async function VoipParseWebhookRequest(request: FetchRequest):  Promise<VoipWebhookParseResult> {
    return {
        response: new  HttpResponse()
            .status(400)
            .content('Not today: ' + request.method + ' ' + (request.headers['CONTENT-TYPE'] || 'nothing')),
    };
}
""",
}


@pytest.fixture
def typed(tmp_path, project, driver):
    """The same server with three modules in TypeScript."""
    entries = ""
    for name, text in TYPED.items():
        (tmp_path / f"{name}.ts").write_text(text)
        entries += f'\n[[elma365.module]]\nname = "{name}"\nfile = "{name}.ts"\ntoken = "t"\n'
    (tmp_path / "voxsim.toml").write_text(TOML + entries)
    project.configuration = load_configuration(tmp_path / "voxsim.toml")


async def test_modules_in_typescript_do_what_each_returns(typed, driver, served):
    body = b'{"srcPhone": "15550001", "dstPhone": "201", "duration": 42, "callLink": "http://pbx.example/rec.wav"}'
    answers = {}
    async with served() as server:
        for name in TYPED:
            headers = {"content-type": "application/json"}
            path = f"/voip/webhook/{name}?token=t"
            answer = await server.ask("POST", path, content=body, headers=headers)
            answers[name] = answer.status_code, answer.text
        (recorded,) = (await server.ask("GET", "/voip/modules/record/cards")).json()
        link = (await server.ask("GET", "/voip/modules/record/cards/1/link")).json()
        (ringing,) = (await server.ask("GET", "/voip/modules/event/cards")).json()
        assert (await server.ask("GET", "/voip/modules/response/cards")).json() == []
    assert answers == {"record": (200, ""), "event": (200, ""), "response": (400, "Not today: POST application/json")}
    assert (recorded["state"], recorded["disposition"], recorded["duration"]) == ("ended", "Answered", 42)
    assert (recorded["call"], link) == ({"link": "http://pbx.example/rec.wav"}, {"link": "http://pbx.example/rec.wav"})
    assert (ringing["state"], ringing["direction"], ringing["disposition"]) == ("ringing", "In", "Unknown")
