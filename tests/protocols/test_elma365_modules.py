"""Hosted telephony modules: their functions in three languages, what they find by name, and how they can fail."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec

import pytest

from voxsim.protocols.elma365 import vocabulary
from voxsim.protocols.elma365.module import FUNCTIONS, ModuleFailed
from voxsim.protocols.elma365.results import BadResult, parse_result
from voxsim.protocols.elma365.scripts import mended
from voxsim.vocabulary.errors import BadArgument, ConfigurationError

PYTHON = """
import json

def pbx():
    return Namespace.params.data.endpoint, {"Authorization": f"Bearer {Namespace.params.data.apiKey}"}

async def VoipTestConnection():
    endpoint, headers = pbx()
    answer = await fetch(f"{endpoint}/ping", headers=headers)
    return {"success": answer.ok} if answer.ok else {"success": False, "failReason": f"HTTP {answer.status}"}

async def VoipGetMembers():
    endpoint, headers = pbx()
    return (await fetch(f"{endpoint}/members", headers=headers)).json()

async def VoipGenerateCall(src, dst):
    endpoint, headers = pbx()
    answer = await fetch(f"{endpoint}/calls", method="POST", headers=headers, json={"srcPhone": src, "dstPhone": dst})
    if not answer.ok:
        raise ValueError(answer.text())

async def VoipGetCallLink(call):
    return call["link"]

async def VoipOnWebhookUpdated(url):
    print("new", url)

async def VoipParseWebhookRequest(request):
    told = json.loads(request.body)
    call = {name: told[name] for name in ("srcPhone", "dstPhone", "callId")}
    call["direction"] = VoipCallDirection[told["direction"].capitalize()]
    if told["type"] == "record":
        call["disposition"] = VoipCallDisposition.Answered
        return {"callRecord": {**call, "duration": told["duration"], "call": {"link": told["callLink"]}}}
    outcome = {"noanswer": "NoAnswer"}.get(told["disposition"], told["disposition"].capitalize())
    call["disposition"] = VoipCallDisposition[outcome]
    call["event"] = VoipWebhookEvent["Notify" + told["type"].capitalize()]
    return {"event": call, "response": HttpResponse().status(202).content("ok")}
"""

JAVASCRIPT = """
const { data } = Namespace.params;
const headers = { Authorization: `Bearer ${data.apiKey}` };

async function VoipTestConnection() {
  const answer = await fetch(`${data.endpoint}/ping`, { headers });
  return answer.ok ? { success: true } : { success: false, failReason: `HTTP ${answer.status}` };
}
const VoipGetMembers = async () => (await fetch(`${data.endpoint}/members`, { headers })).json();
async function VoipGenerateCall(src, dst) {
  const body = JSON.stringify({ srcPhone: src, dstPhone: dst });
  const answer = await fetch(`${data.endpoint}/calls`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(await answer.text());
}
async function VoipGetCallLink(call) {
  return call.link;
}
async function VoipOnWebhookUpdated(url) {
  console.log("new", url);
}
async function VoipParseWebhookRequest(request) {
  const told = JSON.parse(request.body);
  const { srcPhone, dstPhone, callId, duration } = told;
  const direction = { in: "In", out: "Out", internal: "Internal" }[told.direction];
  const call = { srcPhone, dstPhone, callId, direction: VoipCallDirection[direction] };
  if (told.type === "record") {
    const disposition = VoipCallDisposition.Answered;
    return { callRecord: { ...call, duration, call: { link: told.callLink }, disposition } };
  }
  const outcome = {
    unknown: "Unknown", answered: "Answered", busy: "Busy", cancel: "Cancel", noanswer: "NoAnswer", failed: "Failed",
  }[told.disposition];
  const stage = { start: "NotifyStart", answer: "NotifyAnswer", end: "NotifyEnd" }[told.type];
  return {
    event: { ...call, event: VoipWebhookEvent[stage], disposition: VoipCallDisposition[outcome] },
    response: new HttpResponse().status(202).content("ok"),
  };
}
"""

SAMPLES = {
    "record": """
async function VoipParseWebhookRequest(request: FetchRequest): Promise<VoipWebhookParseResult> {
    const data = JSON.parse(request.body);
    return {
        callRecord: {
            srcPhone: data.srcPhone,
            dstPhone: data.dstPhone,
            direction: VoipCallDirection.In,
            duration: data.duration,
            call: {
                link: data.callLink,
            },
            disposition: VoipCallDisposition.Answered,
        }
    };
}
async function VoipGetCallLink(callData: any): Promise<string> {
    return callData.callLink;
}
""",
    "event": """
async function VoipParseWebhookRequest(request: FetchRequest): Promise<VoipWebhookParseResult> {
    const data = JSON.parse(request.body);
    return {
        event: {
            event: VoipWebhookEvent.NotifyStart,
            direction: VoipCallDirection.In,
            dstPhone: data.dstPhone,
            srcPhone: data.srcPhone,
            disposition: VoipCallDisposition.Unknown,
        };
    };
}
""",
    "response": """
async function VoipParseWebhookRequest(request: FetchRequest): Promise<VoipWebhookParseResult> {
    return {
        response: new HttpResponse()
            .status(400)
            .content('Hello, world!'),
    };
}
""",
}
"""The documented ways to fill out each field of a result; in the second one a semicolon stands for a comma."""

BODY = '{"srcPhone": "15550001", "dstPhone": "202", "duration": 42, "callLink": "http://pbx.example/rec.wav"}'


@pytest.fixture
def write(tmp_path):
    """`write(text, ending)` writes a module and returns its path."""

    def written(text, ending=".py", name="module"):
        file = tmp_path / f"{name}{ending}"
        file.write_text(text)
        return file

    return written


@pytest.fixture
def typescript(write):
    """`typescript(text)` writes a module in TypeScript; without something to take its types off, they are left out."""

    def written(text):
        if find_spec("voxsim.languages.typescript") is not None:
            return write(text, ".ts")
        return write(re.sub(r": (Promise<\w+>|FetchRequest|any)", "", text), ".js")

    return written


LANGUAGES = pytest.mark.parametrize(("text", "ending"), [(PYTHON, ".py"), (JAVASCRIPT, ".js")], ids=["py", "js"])


# --- the functions ---


@LANGUAGES
async def test_all_six_functions(vox, rings, write, text, ending):
    vox.user("202", "ring:1,answer:2,hangup:5", extension="202", display_name="Anna")
    vox.phone("+15550177", "ring:1,answer:2,hangup:3")
    elma = vox.elma365(write(text, ending))
    assert await elma.check() == (True, "")
    assert [(one.id, one.label) for one in await elma.configure()] == [("202", "Anna")]
    await vox.phone("+15550001").dial("100", scenario=rings("202"))
    await vox.finished()
    await elma.delivered()
    (card,) = elma.cards
    assert (card.state, card.disposition, card.users) == ("ended", "Answered", ["Anna"])
    assert [one.stage for one in elma.notifications] == ["NotifyStart", "NotifyAnswer", "NotifyEnd"]
    await elma.generate_call("202", "15550177")
    await vox.finished()
    await elma.delivered()
    assert [line.split()[:4] for line in elma.told[3:]] == [
        [stage, "out", "202", "15550177"] for stage in ("start", "answer", "end")
    ]
    assert elma.cards[1].users == ["Anna"]
    url = await elma.renew()
    assert elma.log == [f"new {url}"]
    records = [one for one in vox.world.journal if one.kind == "feed" and one.name == "delivered"]
    assert {one.facts()["status"] for one in records} == {202}


@LANGUAGES
async def test_a_record_is_played_by_what_the_module_saved(vox, write, text, ending):
    elma = vox.elma365(write(text, ending))
    told = (
        '{"type": "record", "callId": "c-17", "direction": "in", "srcPhone": "15550001", "dstPhone": "202",'
        ' "disposition": "answered", "duration": 42, "callLink": "http://pbx.example/rec.wav"}'
    )
    assert (await elma.webhook(told)).status == 200
    (card,) = elma.cards
    assert (card.duration, card.recorded) == (42, {"link": "http://pbx.example/rec.wav"})
    assert await elma.record_link(card) == "http://pbx.example/rec.wav"
    assert [(one.card, one.duration) for one in elma.feed] == [(card.number, 42)]


async def test_a_connection_that_does_not_work_says_why(vox, write):
    elma = vox.elma365(write(PYTHON), params={"apiKey": "wrong"})
    assert await elma.check() == (False, "HTTP 401")
    away = vox.elma365(write(PYTHON, name="other"), params={"endpoint": "http://nobody.example"})
    success, why = await away.check()
    assert not success
    assert "nothing answers GET http://nobody.example/ping" in why


async def test_a_call_that_cannot_be_placed_is_an_error(vox, write):
    elma = vox.elma365(write(PYTHON))
    with pytest.raises(ModuleFailed, match="'dstPhone' is missing"):
        await elma.generate_call("202", " ")
    assert len(vox.world.sessions) == 0


async def test_an_operator_who_does_not_answer_keeps_the_client_from_being_called(vox, write):
    vox.user("202", "ring:1,reject:486@2", extension="202")
    vox.phone("+15550177", "answer:1")
    elma = vox.elma365(write(PYTHON))
    await elma.generate_call("202", "15550177")
    await vox.finished()
    assert elma.told == []
    assert vox.world.failures == []


async def test_a_module_may_do_without_the_function_that_is_told_of_a_new_webhook(vox, write):
    elma = vox.elma365(write(PYTHON.replace("VoipOnWebhookUpdated", "other")))
    old = elma.office.token
    url = await elma.renew()
    assert elma.log == []
    assert url.endswith(f"?token={elma.office.token}")
    assert (await elma.webhook(BODY, token=old)).status == 401


@pytest.mark.parametrize("ending", [".py", ".js"])
@pytest.mark.parametrize("name", FUNCTIONS)
async def test_a_function_that_is_missing_is_named(vox, write, name, ending):
    elma = vox.elma365(write("x = 1", ending), users={})
    if name == "VoipTestConnection":
        assert await elma.check() == (False, elma.log[-1])
    elif name == "VoipParseWebhookRequest":
        assert (await elma.webhook(BODY)).status == 500
    elif name == "VoipGetMembers":
        with pytest.raises(ModuleFailed):
            await elma.configure()
    elif name == "VoipGenerateCall":
        with pytest.raises(ModuleFailed):
            await elma.generate_call("202", "203")
    else:
        elma.system.take(*_event(elma))
        with pytest.raises(BadArgument):
            await elma.record_link(elma.cards[0])
        return
    assert f"has no function {name}" in elma.log[-1]


def _event(elma):
    event = {"event": "NotifyStart", "direction": "In", "srcPhone": "1", "dstPhone": "2", "disposition": "Unknown"}
    return parse_result({"event": event}).event, 0


# --- the documented samples ---


async def test_the_sample_of_a_record_and_the_slip_in_its_link(vox, typescript):
    elma = vox.elma365(typescript(SAMPLES["record"]))
    assert (await elma.webhook(BODY)).status == 200
    (card,) = elma.cards
    assert (card.state, card.disposition, card.duration) == ("ended", "Answered", 42)
    assert card.recorded == {"link": "http://pbx.example/rec.wav"}
    with pytest.raises(BadResult, match="returns the record's URL, got nothing"):
        await elma.record_link(card)
    mended_module = vox.elma365(typescript(SAMPLES["record"].replace("callData.callLink", "callData.link")))
    await mended_module.webhook(BODY)
    assert await mended_module.record_link(mended_module.cards[0]) == "http://pbx.example/rec.wav"


async def test_the_sample_of_an_event_with_its_semicolon(vox, typescript):
    elma = vox.elma365(typescript(SAMPLES["event"]), users={"202": "Anna"})
    reply = await elma.webhook(BODY)
    assert (reply.status, reply.body, elma.log) == (200, b"", [])
    (card,) = elma.cards
    assert (card.state, card.key.source, card.key.destination) == ("ringing", "15550001", "202")
    assert [(one.user, one.stage) for one in elma.notifications] == [("Anna", "NotifyStart")]


async def test_the_sample_of_a_response(vox, typescript):
    elma = vox.elma365(typescript(SAMPLES["response"]))
    reply = await elma.webhook(BODY)
    assert (reply.status, reply.body) == (400, b"Hello, world!")
    assert elma.cards == []


def test_semicolons_become_commas_right_inside_objects_alone():
    text = 'f({ a: { b: 1 }; c: 2; }); if (x) { y; } const z = "{;"; // {;\nreturn { d: () => { e; }; };'
    assert (
        mended(text) == 'f({ a: { b: 1 }, c: 2, }); if (x) { y; } const z = "{;"; // {;\nreturn { d: () => { e; }, };'
    )


# --- what a module finds by name ---


LOOKS = {
    ".py": """
def VoipParseWebhookRequest(request):
    print(request.method, request.url, request.query["a"], request.headers["X-Own"], request.headers.get("none"))
    print(repr(request.body))
    return {"response": HttpResponse().header("X-Mine", "1").json({"a": [1]})}
""",
    ".js": """
function VoipParseWebhookRequest(request) {
  console.log(request.method, request.url, request.query.a, request.headers["X-Own"], request.headers.get("none"));
  console.log(typeof request.body === "string" ? `'${request.body}'` : "None");
  return { response: new HttpResponse().header("X-Mine", "1").json({ a: [1] }) };
}
""",
}


@pytest.mark.parametrize("ending", [".py", ".js"])
async def test_a_request_and_a_response_in_full(vox, write, ending):
    elma = vox.elma365(write(LOOKS[ending], ending))
    reply = await elma.webhook("x=1", method="PUT", headers={"x-OWN": "me"}, query={"a": "1"})
    assert [line.replace("null", "None") for line in elma.log] == ["PUT /voip/webhook/pbx?a=1 1 me None", "'x=1'"]
    headers = (("X-Mine", "1"), ("Content-Type", "application/json"))
    assert (reply.status, reply.body.replace(b" ", b""), reply.headers) == (200, b'{"a":[1]}', headers)


@pytest.mark.parametrize("ending", [".py", ".js"])
async def test_a_request_without_a_body_has_none(vox, write, ending):
    elma = vox.elma365(write(LOOKS[ending], ending))
    await elma.webhook(method="GET", headers={"X-Own": "me"}, query={"a": "1"})
    assert elma.log[1] == "None"


def test_both_languages_have_the_same_enumerations():
    names = {one.__name__: list(one.__members__) for one in vocabulary.ENUMERATIONS}
    assert names["VoipCallDirection"] == ["In", "Out", "Internal"]
    assert names["VoipWebhookEvent"][:3] == ["NotifyStart", "NotifyAnswer", "NotifyEnd"]
    assert [str(one) for one in vocabulary.OUTCOMES] == ["Unknown", "Answered", "Busy", "Cancel", "NoAnswer", "Failed"]


async def test_javascript_sees_the_enumerations_frozen(vox, write):
    show = "console.log(JSON.stringify([VoipWebhookEvent, VoipCallDirection, VoipCallDisposition]), "
    text = f"function VoipTestConnection() {{ {show} Object.isFrozen(VoipWebhookEvent)); return {{ success: true }}; }}"
    elma = vox.elma365(write(text, ".js"))
    await elma.check()
    told, _, frozen = elma.log[0].rpartition(" ")
    assert frozen == "true"
    assert json.loads(told) == [{name: str(one[name]) for name in one.__members__} for one in vocabulary.ENUMERATIONS]


ASKS = {
    ".py": """
async def VoipTestConnection():
    answer = await fetch("http://pbx.example/a", method="post", headers={"X-Key": "k"}, body="x=1")
    print(answer.status, answer.ok, answer.headers["content-type"], answer.json())
    try:
        await fetch("nonsense")
    except Exception as error:
        print(error)
    return {"success": True}
""",
    ".js": """
async function VoipTestConnection() {
  const answer = await fetch("http://pbx.example/a", { method: "post", headers: { "X-Key": "k" }, body: "x=1" });
  console.log(answer.status, answer.ok ? "True" : "False", answer.headers.get("Content-Type"), await answer.json());
  try {
    await fetch("nonsense");
  } catch (error) {
    console.log(error.message);
  }
  return { success: true };
}
""",
}


@pytest.mark.parametrize("ending", [".py", ".js"])
async def test_fetch_asks_the_scripted_web_and_follows_redirects(vox, write, ending):
    vox.web.on("POST", "http://pbx.example/a").reply(307, headers={"Location": "/b"})
    service = vox.web.on("POST", "http://pbx.example/b").reply(json=[1])
    elma = vox.elma365(write(ASKS[ending], ending))
    assert await elma.check() == (True, "")
    assert elma.log == ["200 True application/json [1]", "fetch: 'nonsense' is no URL of http or https."]
    assert (service.last.text, service.last.header("x-key")) == ("x=1", "k")


async def test_redirects_end(vox, write):
    vox.web.on("GET", "http://pbx.example/a").reply(302, headers={"Location": "/a"})
    text = "async def VoipTestConnection():\n    await fetch('http://pbx.example/a')\n"
    success, why = await vox.elma365(write(text)).check()
    assert not success
    assert "leads to nothing but other places" in why


async def test_time_and_forms_in_javascript(vox, write):
    text = """
    async function VoipTestConnection() {
      const form = new URLSearchParams("a=1&b=%D0%9F+x&c");
      console.log(form.get("b"), form.has("c"), form.get("d"), String(new URLSearchParams({ a: "x y", b: "&" })));
      const before = Date.now();
      await new Promise((done) => setTimeout(done, 1500));
      console.log(Date.now() - before, new Date(0).toISOString());
      return { success: true };
    }
    """
    elma = vox.elma365(write(text, ".js"))
    await elma.check()
    assert elma.log == ["П x true null a=x+y&b=%26", "1500 1970-01-01T00:00:00.000Z"]


async def test_a_call_knows_nothing_of_the_one_before(vox, write):
    python = """
count = 0

def VoipTestConnection():
    global count
    count += 1
    print(count)
    return {"success": True}
"""
    script = "let count = 0; function VoipTestConnection() { console.log(++count); return { success: true }; }"
    for file in (write(python), write(script, ".js")):
        elma = vox.elma365(file)
        await elma.check()
        await elma.check()
        assert elma.log == ["1", "1"]


async def test_a_file_that_was_changed_is_read_anew(vox, write):
    file = write("function VoipTestConnection() { return { success: true }; }", ".js")
    elma = vox.elma365(file)
    assert await elma.check() == (True, "")
    file.write_text("function VoipTestConnection() { return { success: false, failReason: 'changed' }; }")
    assert await elma.check() == (False, "changed")


# --- modules that go wrong ---


WRONG = [
    (".py", "async def VoipTestConnection():\n    return 1 / 0\n", r"ZeroDivisionError: division by zero \(.*:2\)"),
    (".py", "def VoipTestConnection(:\n", r"SyntaxError: .*module.py:1"),
    (".py", "import nonsense_that_is_not_there\n", r"ModuleNotFoundError: .*module.py:1"),
    (".py", "import trio\nasync def VoipTestConnection():\n    await trio.sleep_forever()\n", r"took more than 30 s"),
    (".py", "def VoipTestConnection():\n    return None\n", r"result is an object, got nothing"),
    (".py", "def VoipTestConnection():\n    return {}\n", r"'success' is true or false, got nothing"),
    (".py", "def VoipTestConnection():\n    raise SystemExit\n", r"SystemExit"),
    (".py", "from voxsim import VoxEngine\ndef VoipTestConnection():\n    VoxEngine.terminate()\n", r"NoSession"),
    (".py", "def VoipTestConnection():\n    while True:\n        pass\n", r"computed for more than|ScenarioTimeout"),
    (".py", "x = \u00a7", r"SyntaxError"),
    (".js", "function VoipTestConnection() { throw new Error('\\ud800\\0') }", r"Error"),
    (".js", "async function VoipTestConnection() {\n  null.x;\n}", r"TypeError: .*module.js:2:"),
    (".js", "function VoipTestConnection() {\n  (", r"SyntaxError: .*module.js:"),
    (".js", "throw new Error('at the top')", r"Error: at the top .*module.js:1"),
    (".js", "function VoipTestConnection() { return new Promise(() => {}); }", r"can never be settled"),
    (".js", "const VoipTestConnection = async () => { throw 'words' }", r"words"),
    (".js", "function VoipTestConnection() { while (true); }", r"computed for more than"),
    (".js", "function VoipTestConnection() { const a = []; while (true) a.push('x'.repeat(1e6) + a); }", r"memory"),
    (".js", "function VoipTestConnection() { return VoipTestConnection() + 1; }", r"(?i)stack"),
    (".js", "function VoipTestConnection() { return 12n; }", r"(?i)bigint"),
    (".js", "function VoipTestConnection() { const a = {}; a.a = a; return a; }", r"(?i)circular"),
    (".js", "function VoipTestConnection() { return { success: 1 }; }", r"'success' is true or false, got int 1"),
    (".js", "async function VoipTestConnection() { await fetch('http://slow.example/'); }", r"took more than|timeout"),
]  # fmt: skip


@pytest.mark.parametrize(("ending", "text", "why"), WRONG)
async def test_what_goes_wrong_is_told_with_its_place(vox, write, ending, text, why):
    vox.web.on("GET", "http://slow.example/").fail("timeout")
    elma = vox.elma365(write(text, ending))
    success, told = await elma.check()
    assert not success
    assert re.search(why, told)
    assert elma.log[-1] == told
    assert "voxsim itself" not in "".join(elma.log)


async def test_a_rejection_that_nobody_handles_is_logged_and_nothing_more(vox, write):
    text = "function VoipTestConnection() { Promise.reject(new Error('lost')); return { success: true }; }"
    elma = vox.elma365(write(text, ".js"))
    assert await elma.check() == (True, "")
    assert elma.log == ["Unhandled rejection: Error: lost"]


async def test_any_text_can_be_written_to_the_log(vox, write):
    text = "function VoipTestConnection() { console.log('a\\0b', '\\ud83d\\ude00'); return { success: true }; }"
    elma = vox.elma365(write(text, ".js"))
    await elma.check()
    assert elma.log == ["a\0b \U0001f600"]


async def test_half_a_surrogate_pair_harms_nobody(vox, write):
    event = "{ event: 'NotifyStart', direction: 'In', disposition: 'Unknown', srcPhone: '\\ud800', dstPhone: '2' }"
    text = f"function VoipParseWebhookRequest() {{ console.log('\\ud800'); return {{ event: {event} }}; }}"
    elma = vox.elma365(write(text, ".js"))
    assert (await elma.webhook("x")).status == 200
    assert json.dumps([elma.log, dict(elma.system.written())])


async def test_what_a_module_leaves_behind_is_dropped(vox, write):
    service = vox.web.on("GET", "http://pbx.example/late").reply(delay=5)
    asks = "fetch('http://pbx.example/late').then(console.log)"
    text = f"function VoipTestConnection() {{ {asks}; return {{ success: true }}; }}"
    elma = vox.elma365(write(text, ".js"))
    assert await elma.check() == (True, "")
    await vox.advance(10)
    assert elma.log == []
    assert len(service.requests) <= 1


@pytest.mark.parametrize(
    ("result", "why"),
    [
        ("[{'id': '1', 'label': 'a'}, {'id': '1', 'label': 'b'}]", "two members with the id '1'"),
        ("[{'id': 1}]", "member 0.id is a text"),
        ("{'id': '1'}", "returns a list of members"),
        ("['1']", "member 0 is an object"),
    ],
)
async def test_members_that_cannot_be(vox, write, result, why):
    elma = vox.elma365(write(f"def VoipGetMembers():\n    return {result}\n"))
    with pytest.raises(BadResult, match=why):
        await elma.configure()
    assert elma.members == []


@pytest.mark.parametrize("result", ["None", "''", "12", "['http://pbx.example/']"])
async def test_a_link_that_is_none(vox, write, result):
    text = PYTHON.replace('return call["link"]', f"return {result}")
    elma = vox.elma365(write(text))
    await elma.webhook(
        '{"type": "record", "callId": "c", "direction": "in", "srcPhone": "1", "dstPhone": "2", "duration": 1,'
        ' "callLink": "x"}'
    )
    with pytest.raises(BadResult, match="returns the record's URL"):
        await elma.record_link(elma.cards[0])


@pytest.mark.parametrize(("name", "why"), [("gone.py", "There is no telephony module"), ("x.txt", "with the ending")])
def test_a_file_that_is_no_module(vox, tmp_path, name, why):
    with pytest.raises(ConfigurationError, match=why):
        vox.elma365(tmp_path / name)
