"""The examples in Python and in JavaScript: the same calls give the same timeline, record by record.

The other tests of this folder run with both twins too; here both runs of a call stand in one test.
"""

import json
from pathlib import Path

import pytest

from voxsim.engine import managing
from voxsim.testing import Vox

CALLER = "+12025550199"
MOBILE = "+12025550120"
SALES = "+12025550101"
CUSTOMER = "+12025550142"
REMINDER = json.dumps({"number": CUSTOMER, "name": "customer 42", "time": "9:30"})

FORWARDED = {
    "the app answers": {"desk-7": "answer:3,hangup:10"},
    "the app is busy": {"desk-7": "busy", MOBILE: "answer:5,hangup:9"},
    "the app is not answered": {"desk-7": "silent", MOBILE: "answer:5,hangup:9"},
    "nobody answers": {"desk-7": "reject:480", MOBILE: "busy"},
}
CALLED_BACK = {
    "what is posted is said": ("answer:2", ["Hello", "status", "hangup"]),
    "the callee hangs up": ("answer:2,hangup:3", ["Hello", "status"]),
    "nobody answers": ("busy", ["status"]),
}
CHOSEN = {
    "sales answers": ("press:1@4", "answer:3,hangup:5"),
    "a digit while the prompt plays": ("press:1@1", "answer:3,hangup:5"),
    "a wrong digit": ("press:9@2,press:1@9", "answer:1,hangup:5"),
    "sales is busy": ("press:1@4", "busy"),
    "the caller hangs up": ("press:1@4,hangup:8", "answer:20"),
}
SAID = {
    "sales answers": ("say:sales@4", "answer:3,hangup:5"),
    "while the question is asked": ("say:sales@0.5", "answer:1,hangup:5"),
    "something else": ("say:nothing of this@4", "busy"),
    "sales is busy": ("say:sales@4", "busy"),
    "nothing, and the caller hangs up": ("hangup:12", "busy"),
}
REMINDED = {
    "confirmed": ("answer:4,press:1@6", 201),
    "cancelled, the CRM is out of order": ("answer:4,press:2@6", 503),
    "hung up": ("answer:4,hangup:3", 200),
    "busy twice": ("busy@2", 200),
    "no reply": ("answer:1", 200),
}
CAMPAIGNS = {
    "a person confirms": "answer:4,press:1@6",
    "a machine": "answer:2,machine:6",
    "a machine with a short greeting": "answer:0,machine:1",
    "the line is busy": "busy@2",
    "who hangs up": "answer:1,hangup:4",
}
TRANSFERRED = {
    "to a number": ("answer:2,transfer:+12025550130@3", "answer:2,hangup:5"),
    "to a number that is busy": ("answer:2,transfer:+12025550130@3,hangup:12", "busy"),
    "nobody is there": ("busy", "busy"),
}
OPERATORS = {
    "answers": "answer:20,hangup:9",
    "is quick": "answer:1,hangup:9",
    "is busy": "busy",
    "never answers": "silent",
}


@pytest.fixture
def both(alike):
    """Compare what `run(vox, ending)` comes to with each ending."""

    def compare(run, **settings):
        python, javascript = Vox(**settings), Vox(**settings)
        results = []
        for vox, ending in ((python, ".py"), (javascript, ".js")):
            results.append(run(vox, ending))
            vox.run()
            assert vox.failures == []
        assert results[0] == results[1]
        assert python.sessions
        alike(python.sessions, javascript.sessions)

    return compare


def test_every_example_has_both_twins_and_a_test_file():
    examples = {path.stem for path in Path("scenarios").glob("*.py")}
    assert {path.stem for path in Path("scenarios").glob("*.js")} == examples
    tests = "".join(path.read_text() for path in Path("tests/scenarios").glob("test_*.py") if "twins" not in path.stem)
    assert [name for name in examples if f'= "scenarios/{name}.py"' not in tests] == []


@pytest.mark.parametrize("others", FORWARDED.values(), ids=FORWARDED)
def test_forward(both, others):
    def run(vox, ending):
        vox.user("desk-7", others["desk-7"])
        if MOBILE in others:
            vox.phone(MOBILE, others[MOBILE])
        vox.phone(CALLER, "hangup:60").place("desk-7", scenario=f"scenarios/forward{ending}")

    both(run)


@pytest.mark.parametrize(("callee", "posted"), CALLED_BACK.values(), ids=CALLED_BACK)
def test_callback(both, callee, posted):
    def run(vox, ending):
        vox.phone("15550100", callee)
        replies: list[managing.Reply] = []
        session = vox.start(f"scenarios/callback{ending}", custom_data="15550100")
        for second, content in enumerate(posted, 4):
            vox.world.switch.after(second, managing.request, session.session, "POST", content, (), replies.append)
        return replies

    both(run)


def test_controlled(both):
    def run(vox, ending):
        vox.web.on("POST", "https://reports.example/calls").reply()
        replies: list[managing.Reply] = []
        session = vox.phone(CALLER, "hangup:20").place("100", scenario=f"scenarios/controlled{ending}")
        for second, content in enumerate(['{"command": "status"}', "x", '{"command": "say", "text": "Hello"}'], 4):
            vox.world.switch.after(second, _request, vox, content, replies)
        return session and None

    both(run)


def _request(vox, content, replies):
    managing.request(vox.session.session, "POST", content, (), replies.append)


@pytest.mark.parametrize(("caller", "sales"), CHOSEN.values(), ids=CHOSEN)
def test_menu(both, caller, sales):
    def run(vox, ending):
        vox.phone(SALES, sales)
        vox.phone(CALLER, caller).place("100", scenario=f"scenarios/menu{ending}")

    both(run)


@pytest.mark.parametrize(("caller", "sales"), SAID.values(), ids=SAID)
def test_speech_menu(both, caller, sales):
    def run(vox, ending):
        vox.phone(SALES, sales)
        vox.phone(CALLER, caller).place("100", scenario=f"scenarios/speech_menu{ending}")

    both(run)


@pytest.mark.parametrize(("customer", "code"), REMINDED.values(), ids=REMINDED)
def test_reminder(both, customer, code):
    def run(vox, ending):
        vox.web.on("POST", "https://crm.example/reminders").reply(code)
        vox.phone(CUSTOMER, customer)
        vox.start(f"scenarios/reminder{ending}", custom_data=REMINDER)

    both(run)


@pytest.mark.parametrize("customer", CAMPAIGNS.values(), ids=CAMPAIGNS)
def test_outbound_voicemail(both, customer):
    def run(vox, ending):
        vox.phone(CUSTOMER, customer)
        rows = [{"phone": CUSTOMER, "name": "customer 42", "time": "9:30"}]
        vox.call_list(rows, f"scenarios/outbound_voicemail{ending}", attempts=2, interval=60)

    both(run, until=2 * 24 * 3600)


@pytest.mark.parametrize(("reception", "target"), TRANSFERRED.values(), ids=TRANSFERRED)
def test_transfer(both, reception, target):
    def run(vox, ending):
        vox.user("reception", reception)
        vox.phone("+12025550130", target)
        vox.phone(CALLER, "hangup:40").place("100", scenario=f"scenarios/transfer{ending}")

    both(run)


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_players(both, operator):
    def run(vox, ending):
        vox.audio("https://sounds.example/jingle.mp3", seconds=4)
        vox.audio("https://sounds.example/music.mp3", seconds=180)
        vox.user("operator", operator)
        vox.phone(CALLER).place("100", scenario=f"scenarios/players{ending}")

    both(run)


def test_call_centre(both):
    def run(vox, ending):
        vox.queue("support", max_size=3, max_waiting=60)
        vox.audio("https://example.com/waiting.mp3", 120)
        vox.operator("operator1", queue="support", answer=3, talk=50)
        for number in ("+12025550101", "+12025550107", "+12025550103", "+12025550104"):
            caller = vox.phone(number, "press:1@25,hangup:300" if number.endswith("4") else "hangup:300")
            caller.place("100", scenario=f"scenarios/call_centre{ending}")

    both(run)


def test_conference(both):
    def run(vox, ending):
        vox.scenario(f"scenarios/conference_room{ending}", "conference_room")
        vox.scenario(f"scenarios/conference_join{ending}")
        vox.phone("+15550001", "press:4711#@2,press:1@9,press:2@14,press:3@18,press:4@22,press:0@40").place("100")
        vox.phone("+15550002", "press:#@3,say:Can you hear me?@12,hangup:30").place("100")
        vox.phone("+15550003", "press:0000#@3").place("100")
        vox.phone("+15550004", "").place("100")

    both(run)


def test_stream(both):
    def run(vox, ending):
        vox.web.socket("wss://bot.example/talk")
        caller = "say:I would like to book a table.@2,hangup:9"
        vox.phone(CALLER, caller).place("100", scenario=f"scenarios/stream{ending}")
        for second, text in enumerate(['{"customEvent": "said", "payload": "How can I help?"}', "[]", "x"], 2):
            vox.world.switch.after(second, _send, vox, text)
        vox.world.switch.after(7, _close, vox)

    both(run)


def _send(vox, text):
    vox.socket("wss://bot.example/talk").send(text)


def _close(vox):
    vox.socket("wss://bot.example/talk").close(1011, "restart")


def test_voice_agent(both):
    def run(vox, ending):
        vox.secret("OPENAI_API_KEY", "sk-0123456789")
        vox.web.on("GET", "https://shop.example/orders/5").reply(text="on its way", delay=0.4)
        agent = vox.agent("OpenAI").greets("Good morning, this is the shop. How can I help you?")
        agent.hears("order 5").says("Let me look.").calls_tool("find_order", number=5)
        agent.gets_result("on its way").says("It is on its way, and you will have it tomorrow before noon.")
        agent.hears("human").calls_tool("call_a_human")
        vox.phone("+12025550150", "answer:2,hangup:9")
        caller = "say:Where is my order 5?@5,say:A human please@9,hangup:40"
        vox.phone(CALLER, caller).place("100", scenario=f"scenarios/voice_agent{ending}")

    both(run)
