"""JavaScript scenarios of many styles run to their end: calls, digits, HTTP, lists, queues, menus, helpers."""

import json
from itertools import pairwise

import pytest

REQUIRE_OLD = (
    "require(undefined): Modules has no such member. Player, Net, CallList, WebSocket and the like need no require; "
    "check the spelling of any other."
)


# --- an order's status: callbacks, globals without a declaration, a watchdog ---


def test_an_order_is_found_after_a_wrong_number(vox, here, heard):
    vox.speech(2)
    found = vox.web.on("GET", "http://crm.example/orders/42").reply(json={"id": "42", "status": "sent"}, delay=0.5)
    vox.web.on("GET", "http://crm.example/orders/7").reply(404)
    call = vox.phone(press="7@3,#@3.5,42#@9", hangup=60).place(scenario=here("order_status.js"))
    session = vox.run()
    assert heard(call) == [
        (0.02, "Please enter your order number, and press pound."),
        (3.57, "There is no such order."),
        (5.57, "Please enter your order number, and press pound."),
        (9.72, "Your order 4 2 is sent."),
    ]
    assert session.log == ["CRM: 404 ", 'CRM: 200 {"id": "42", "status": "sent"}']
    assert session.warnings == [REQUIRE_OLD] * 2
    assert len(found.requests) == 1
    assert vox.now == pytest.approx(11.72)


@pytest.mark.parametrize(("code", "said"), [(404, "There is no such order."), (503, "The shop cannot be reached.")])
def test_an_order_that_cannot_be_looked_up(code, said, vox, here, heard):
    vox.speech(2)
    vox.web.on("GET", "http://crm.example/orders/*").reply(code)
    call = vox.phone(press="5#@3", hangup=60).place(scenario=here("order_status.js"))
    session = vox.run()
    assert heard(call)[1][1].startswith(said)
    assert session.log[0] == f"CRM: {code} "
    assert session.finish_reason == "Normal termination"


def test_who_presses_nothing_is_asked_twice(vox, here, heard):
    vox.speech(2)
    call = vox.phone(hangup=60).place(scenario=here("order_status.js"))
    session = vox.run()
    begins = [second for second, text in heard(call) if text.startswith("Please")]
    assert [later - earlier for earlier, later in pairwise(begins)] == [2 + 5]
    assert heard(call)[-1] == (14.02, "Goodbye.")
    assert session.log == ["timeout 1", "timeout 2"]


# --- an appointment: a call list and its reports ---


@pytest.mark.parametrize(
    ("behaviour", "status", "result", "log"),
    [
        ("answer:2,press:1@6", "Processed", {"confirmed": True, "duration": 8}, "talked for 8 s"),
        ("answer:2,press:7@5,press:2@6", "Processed", {"confirmed": False, "duration": 8}, "talked for 8 s"),
        ("answer:2,hangup:4", "Error", None, "talked for 4 s"),
        ("busy", "Error", {"result": False, "msg": "Busy Here", "code": 486}, "reported: 200"),
    ],
    ids=["yes", "no", "hung up", "busy"],
)
def test_an_appointment_is_reported_to_its_list(behaviour, status, result, log, vox, here):
    vox.speech(2)
    customer = vox.phone("+12025550142", behaviour)
    row = {"phone": "+12025550142", "name": "Ann", "date": "Monday"}
    calls = vox.call_list([row], here("appointment.js"), attempts=2, interval=60)
    session = vox.run()
    (task,) = calls.tasks
    assert (task.status, task.result) == (status, result)
    assert session.log == list(dict.fromkeys([f"row: {json.dumps(row)}", log, "reported: 200"]))
    assert len(customer.calls) == (1 if status == "Processed" else 2)
    assert calls.status == "Completed"


# --- a callback: promises, retries, an error with a cause ---


@pytest.mark.parametrize(
    ("agent", "customer", "report", "log", "tried"),
    [
        ("answer:2,hangup:20", "answer:3", {"ok": True, "duration": 20, "waited": 22}, [], (1, 1)),
        ("answer:1", "answer:2,hangup:5", {"ok": True, "duration": 5, "waited": 8}, [], (1, 1)),
        (
            "busy",
            "answer:1",
            {"ok": False, "message": "gave up", "why": 486, "waited": 6},
            [f"attempt {number}: CallFailure: 486 Busy Here" for number in (1, 2, 3)],
            (3, 0),
        ),
        (
            "answer:1",
            "busy@2",
            {"ok": False, "message": "gave up", "why": 486, "waited": 6},
            [f"attempt {number}: CallFailure: 486 Busy Here" for number in (1, 2)],
            (1, 2),
        ),
    ],
    ids=["the agent ends it", "the customer ends it", "no agent", "no customer"],
)
def test_a_callback_by_promises(agent, customer, report, log, tried, vox, here):
    posted = vox.web.on("POST", "https://crm.example/callbacks").reply(text="ok")
    legs = vox.user("agent1", agent), vox.phone("+12025550142", customer)
    data = json.dumps({"agent": "agent1", "customer": "+12025550142"})
    vox.start(here("callback_promises.js"), custom_data=data)
    session = vox.run()
    assert json.loads(posted.last.text) == report
    assert posted.last.header("Content-Type") == "application/json"
    assert session.log == [*log, "CRM: 200 ok"]
    assert tuple(len(leg.calls) for leg in legs) == tried
    assert legs[0].calls[0].callerid == "+12025550100"


# --- classes, several files, old shapes ---


@pytest.mark.parametrize(
    ("press", "answers", "states"),
    [
        ("5@5,9@9,2@12", {"question1": 5, "question2": 2}, "question1 question2 goodbye"),
        ("5@5", {"question1": 5}, "question1 question2 goodbye"),
        ("8@1", {}, "question1 goodbye"),
    ],
)
def test_a_survey_of_classes(press, answers, states, vox, here, heard):
    vox.speech(2)
    call = vox.phone(press=press, hangup=60).place(scenario=here("state_machine.js"))
    session = vox.run()
    before = ["nowhere", *states.split()]
    assert session.log[:-1] == [f"<{one}> -> {next_}" for one, next_ in pairwise(before)]
    told = {"answers": answers, "started": "2026-01-01T00:00:00.000Z", "machines": 1}
    assert json.loads(session.log[-1]) == told
    assert heard(call)[-1][1] == "Thank you. Goodbye."


@pytest.mark.parametrize(
    ("sales", "log"),
    [("answer:2,hangup:5", "sales talks, call 1"), ("busy", "sales | 486")],
)
def test_three_files_share_their_globals(sales, log, vox, here):
    sales = vox.phone("+12025550101", sales)
    files = [here(name) for name in ("shared_config.js", "shared_library.js", "shared_main.js")]
    vox.phone(hangup=30).place(scenario=files)
    session = vox.run()
    assert session.log == ["call | 1 | closed | object | true | ", log]
    assert len(sales.calls) == 1
    loading = [record.facts()["scenario"] for record in session.timeline if record.name == "loading"]
    assert loading == ["shared_config", "shared_library", "shared_main"]


def test_arguments_as_they_were_in_2015(vox, here, heard):
    posted = vox.web.on("POST", "http://crm.example/begin*").reply()
    vox.user("anna", "busy")
    vox.user("bob", "offline")
    desk = vox.sip("sip:desk@office.example", "reject:603")
    silent, last = vox.phone("12025550101", "silent"), vox.phone("12025550102", "answer:2,hangup:9")
    call = vox.phone(hangup=200).place(scenario=here("old_shapes.js"))
    session = vox.run()
    assert session.log == [
        "anna: 486 Busy Here",
        "bob: 480 User Offline",
        "sip:desk@office.example: 603 Decline",
        "begin 200",
        "12025550101: 408 Request Timeout",
        "12025550102 answered",
        " ".join(["TERMINATED"] * 5),
    ]
    request = posted.last
    assert (request.url, request.text) == ("http://crm.example/begin?session=1", "a=1&b=2")
    assert request.header("Content-Type") == "application/x-www-form-urlencoded"
    assert request.header("X-Old") == "yes"
    assert desk.calls[0].headers["X-Source"] == "old"
    assert silent.calls[0].callerid == last.calls[0].callerid == "15550001"
    assert heard(call)[0][1] == "http://sounds.example/hold.mp3"
    assert heard(last.calls[0])[0] == (62.02, "A call from the shop")
    assert session.warnings[:3] == [REQUIRE_OLD] * 3


# --- the language ---


def test_what_only_sloppy_mode_takes(vox, here, heard):
    vox.speech(1)
    call = vox.phone(hangup=60).place(scenario=here("sloppy.js"))
    assert vox.run().log == [
        "twice 8 12 a%20b b",
        "NaN undefined true",
        "hoisted: function, in a block: undefined",
        "blocked 8, counter 3, this true",
        "attempts left: 1, factorial 120",
    ]
    assert heard(call) == [(0.02, "Say or press something"), (1.02, "Bye")]


@pytest.mark.parametrize(
    ("caller", "log", "seconds"),
    [
        ({"press": "1111@3,1234@6", "hangup": 60}, ["wrong: 1111", "served"], 7.42),
        ({"press": "1111@3", "hangup": 8}, ["wrong: 1111", "RangeError: the caller is gone"], 8.12),
    ],
)
def test_coroutines_of_generators(caller, log, seconds, vox, here, heard):
    vox.speech(1)
    call = vox.phone(**caller).place(scenario=here("generators.js"))
    assert vox.run().log == log
    said = [text for _, text in heard(call)]
    assert said[:2] == ["Enter your PIN.", "That was wrong. Enter your PIN again."]
    assert vox.now == pytest.approx(seconds, abs=0.01)


def test_proxies_tagged_templates_and_regular_expressions(vox, here, texts):
    caller = vox.phone("+15550001", "message:Hi@2,message:My name is José Pérez@3,hangup:9")
    call = caller.place(scenario=here("proxies.js"))
    assert vox.run().log == [
        "from 15550001 to 100, true, en <no region>",
        '{"last":"nobody"} after 2 s',
        '{"first":"José","last":"Pérez"} after 3 s',
        '["Hi","My name is José Pérez"] ["addEventListener","answer","sendMessage"] false true',
        'a\\tb 3 {"a":true}',
    ]
    assert texts(call) == ["Hello stranger", "Hello José"]


# --- HTTP, helpers ---


async def test_a_session_is_steered_over_http(vox, here, heard):
    report = vox.web.on("POST", "https://crm.example/over").reply()
    party = vox.phone("15550100", answer=2, hangup=60)
    session = vox.start(here("http_controlled.js"), custom_data="data")

    async def post(text):
        reply = await session.request("POST", text)
        return reply.status, json.loads(reply.body) if reply.body[:1] in ("{", "[") else reply.body

    can = ["crash", "dial", "hangup", "log", "say", "stop"]
    assert await post('{"do": "dance"}') == (200, {"error": "no dance", "can": can})
    assert await post("{x") == (200, {"error": "SyntaxError"})
    assert await post('{"do": "dial", "number": "15550100"}') == (200, {"connected": True})
    assert vox.now == 2
    assert await post('{"do": "dial", "number": "1"}') == (200, {"error": "busy"})
    assert await post('{"do": "say", "text": "Hello"}') == (200, {"says": 5})
    assert await post('{"do": "crash"}') == (500, "")
    assert (await vox.failed("on purpose")).where.endswith("http_controlled.js:24:34")
    await vox.advance(1)
    assert await post('{"do": "hangup"}') == (200, "")
    assert await post('{"do": "dial", "number": "404"}') == (200, {"connected": False, "code": 404})
    assert await post('{"do": "log"}') == (200, ["Connected", "Disconnected", "Failed 404"])
    assert await post('{"do": "stop"}') == (200, "stopping")
    await vox.finished()
    assert session.log == ["steered at true, data"]
    assert json.loads(report.last.text) == ["Connected", "Disconnected", "Failed 404"]
    assert heard(party.calls[0]) == [(2.0, "Hello")]
    assert vox.now == pytest.approx(4.05)


@pytest.mark.parametrize(
    ("destination", "log", "ended"),
    [
        ("user", ["to user", "15550001 talks with anna"], "16 Normal call clearing"),
        ("phone", ["to phone"], "487 Request Terminated"),
        ("nobody", ["to nobody"], "404 Not Found"),
    ],
)
def test_forwarding_by_helpers(destination, log, ended, vox, here, texts):
    vox.user("anna", "answer:2,press:0@2,hangup:6")
    vox.phone("12025550101", "busy")
    call = vox.phone(hangup=30).place(destination, scenario=here("easy.js"))
    assert vox.run().log == log
    assert call.received[-1].value == ended
    assert texts(call) == (['{"pressed":"0"}'] if destination == "user" else [])


def test_the_whole_scenario_is_one_helper(vox, here):
    anna = vox.user("anna", "answer:2,hangup:6")
    vox.phone(hangup=30).place("anna", scenario=here("forward.js"))
    session = vox.run()
    assert session.log == ["connected true false"]
    assert len(anna.calls) == 1
    assert vox.now == 8


# --- queues ---


@pytest.mark.parametrize(
    ("operator", "log", "last", "seconds"),
    [
        ({"answer": 2, "talk": 10}, ["ringing op1", "reached op1"], None, 12.02),
        (
            {"status": "DND"},
            [*["waiting 1 true"] * 5, "enough", "record string"],
            (30.02, "Please leave a message."),
            60.02,
        ),
        ({"status": "OFFLINE"}, [], (0.02, "All operators are offline. Please call again."), 1.02),
    ],
    ids=["reached", "waits", "offline"],
)
def test_the_first_version_of_queues(operator, log, last, seconds, vox, here, heard):
    vox.speech(1)
    vox.audio("http://cdn.example/toto.mp3", 20)
    vox.queue("MainQueue")
    vox.operator("op1", queue="MainQueue", **operator)
    call = vox.phone(hangup=60).place(scenario=here("acd_v1.js"))
    session = vox.run()
    assert session.log == log
    assert vox.now == pytest.approx(seconds, abs=0.01)
    if last is not None:
        assert heard(call)[-1] == last


@pytest.mark.parametrize(
    ("operator", "asked", "log"),
    [
        (
            {"answer": 2, "talk": 10, "skills": {"russian": 4}},
            None,
            "reached CONNECTED op1 true/ENDED FINISHED_BY_OPERATOR",
        ),
        ({"skills": {"french": 2}}, "french:1", "reached CONNECTED op1 true/ENDED FINISHED_BY_CLIENT"),
        (
            {"status": "DND", "skills": {"russian": 3}},
            None,
            "waiting 1 false/waiting 1 false/waiting 1 false/cancelled ENDED  no patience/ENDED CANCELED",
        ),
        (
            {"status": "OFFLINE", "skills": {"russian": 3}},
            None,
            "cancelled ENDED  No agent of the queue is logged in./ENDED QUEUE_EMPTY",
        ),
    ],
    ids=["the operator ends it", "the caller ends it", "nobody is free", "nobody is there"],
)  # fmt: skip
def test_the_second_version_of_queues(operator, asked, log, vox, here):
    vox.queue("desk")
    vox.operator("op1", queue="desk", **operator)
    headers = {"X-Skills": asked} if asked else None
    vox.phone(hangup=60).place(scenario=here("smart_queue.js"), headers=headers)
    assert vox.run().log == ["DISTRIBUTING,,true,,string", *log.split("/")]


# --- menus ---


@pytest.mark.parametrize(
    ("press", "log", "said"),
    [
        ("7@4,1@8,1234@11,55#@15", ["unknown digit 7", "pin 1234", "amount 55"], "Goodbye."),
        ("1@4,1111@9,0@13", ["pin 1111"], "Goodbye."),
        ("1@4,1234@9,5@14", ["pin 1234", "amount so far 5"], "Goodbye."),
        ("2@4", [], "Goodbye."),
        ("", ["no digit"], "Goodbye."),
    ],
)
def test_menus_of_states(press, log, said, vox, here, heard):
    vox.speech(2)
    vox.audio("http://sounds.example/pin.mp3", 1)
    call = vox.phone(hangup=90, **({"press": press} if press else {})).place(scenario=here("ivr_menu.js"))
    session = vox.run()
    assert session.log == ["true,true,function", *log]
    assert heard(call)[-1][1] == said
    assert vox.now < 40
