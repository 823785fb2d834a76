from textwrap import dedent, indent

import pytest

from voxsim.engine import managing
from voxsim.engine.journal import Record
from voxsim.timeline.picture import Kind, Shape, Tone, draw

ANSWER = """
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
"""


def told(world):
    """Each step as `from -> to: label`, or `at: label` for a note."""
    picture = draw(world.journal)
    names = [participant.label for participant in picture.participants]
    lines = []
    for step in picture.steps:
        ends = names[step.source]
        if step.shape is not Shape.NOTE:
            ends += f" {'==' if step.shape is Shape.LINK else '->'} {names[step.target]}"
        lines.append(f"{ends}: {step.label}")
    return lines


def tones(world):
    return {step.label: step.tone for step in draw(world.journal).steps}


def test_a_short_call_is_told_in_fourteen_steps(menu):
    assert told(menu) == [
        "15550001 -> menu: calls 100",
        "menu -> 15550001: answers",
        "15550001 -> menu: connected",
        "menu -> 15550001: “Press one for sales.” (1.3s)",
        "15550001 -> menu: presses 1",
        "menu: pressed 1",
        "menu -> +15550100: calls +15550100 as 15550001",
        "+15550100 -> menu: ringing",
        "+15550100 -> menu: answers",
        "15550001 == +15550100: joined",
        "15550001 -> menu: hangs up (16 Normal call clearing)",
        "menu: terminate()",
        "menu -> +15550100: platform hangs up (16 Normal call clearing)",
        "menu: session ends: Normal termination",
    ]


def test_participants_stand_in_the_order_in_which_they_appear(menu):
    assert [(one.label, one.kind) for one in draw(menu.journal).participants] == [
        ("15550001", Kind.PARTY),
        ("menu", Kind.SCENARIO),
        ("+15550100", Kind.PARTY),
    ]


@pytest.mark.parametrize(
    ("behaviour", "label"),
    [
        ("busy", "refuses (486 Busy Here)"),
        ("reject:603@1", "refuses (603 Decline)"),
        ("silent", "fails (408 Request Timeout)"),
    ],
)
def test_an_outgoing_call_that_fails_is_an_error_from_the_callee(play, behaviour, label):
    def setup(world, rule):
        world.add_party("pstn", "+15550100", behaviour)
        world.start(rule)

    world = play('VoxEngine.call_pstn("+15550100", "100")', setup)
    assert f"+15550100 -> menu: {label}" in told(world)
    assert tones(world)[label] is Tone.ERROR


def test_digits_in_a_row_are_one_step(play):
    world = play(
        ANSWER + "    call.handle_tones(True)\n",
        lambda w, r: w.call_in(w.add_party("pstn", "+1", press="12#@1", hangup=3), "100"),
    )
    assert "1 -> menu: presses 12#" in told(world)


def test_digits_that_take_their_time_are_steps_of_their_own(play):
    world = play(
        ANSWER + "    call.handle_tones(True)\n",
        lambda w, r: w.call_in(w.add_party("pstn", "+1", press=["1@1", "2@4"], hangup=9), "100"),
    )
    assert [one for one in told(world) if "presses" in one] == ["1 -> menu: presses 1", "1 -> menu: presses 2"]


def test_what_a_bridge_passes_on_goes_from_party_to_party(play):
    def setup(world, rule):
        world.add_party("user", "alice", "answer:1,say:Hello@1")
        caller = world.add_party("user", "joe", "say:Who is it@3,press:1@5,hangup:9")
        world.call_in(caller, "alice")

    steps = told(play("VoxEngine.forward_call_to_user()", setup))
    assert "alice -> joe: “Hello” (0.5s)" in steps
    assert "joe -> alice: “Who is it” (0.6s)" in steps
    assert "joe -> alice: presses 1" in steps


def test_a_call_that_no_rule_takes(play):
    def setup(world, rule):
        world.platform.rules.clear()
        world.call_in(world.add_party("pstn", "+15550001"), "200")

    assert told(play("", setup)) == [
        "15550001 -> Voximplant: calls 200",
        "Voximplant -> 15550001: 404 Not Found: no rule takes 200",
    ]


def test_two_legs_of_one_number_that_are_up_at_once_have_a_column_each(play):
    def setup(world, rule):
        world.start(rule)

    text = 'for _ in range(2):\n    VoxEngine.call_pstn("+1555", "100")\nset_timeout(VoxEngine.terminate, 500)\n'
    world = play(text, setup)
    assert [one.label for one in draw(world.journal).participants] == ["menu", "+1555", "+1555 (2)"]
    text = """
    @VoxEngine.on(AppEvents.Started)
    async def started(event):
        for _ in range(2):
            call = VoxEngine.call_pstn("+1555", "100")
            await call.wait_for(CallEvents.Connected)
            call.hangup()
        VoxEngine.terminate()
    """
    assert [one.label for one in draw(play(text, setup).journal).participants] == ["menu", "+1555"]


def test_sessions_of_one_rule_are_numbered(play):
    world = play("", lambda w, r: [w.start(r), w.start(r)])
    assert [one.label for one in draw(world.journal).participants] == ["menu", "menu #2"]


def test_requests_and_their_results(play):
    def setup(world, rule):
        world.web.on("POST", "https://crm.example/lookup").reply(json={})
        world.web.on("GET", "https://crm.example/a").reply(500, delay=0.3)
        world.web.on("GET", "https://crm.example/b").reply(delay=0.1)
        world.start(rule, custom_data="a")

    text = """
    @VoxEngine.on(AppEvents.Started)
    async def started(event):
        await Net.http_request_async("https://crm.example/lookup?id=1", method="POST")
        one, two = (Net.http_request_async(f"https://crm.example/{name}") for name in "ab")
        await one
        await Net.http_request_async("https://nobody.example/")
        await Net.http_request_async("nonsense")
        VoxEngine.terminate()
    """
    world = play(text, setup)
    assert told(world) == [
        "menu: started over HTTP",
        "menu: custom data “a”",
        "menu -> crm.example: POST /lookup?id=1",
        "crm.example -> menu: 200",
        "menu -> crm.example: GET /a",
        "menu -> crm.example: GET /b",
        "crm.example -> menu: 200 to /b",
        "crm.example -> menu: 500",
        "menu -> nobody.example: GET /",
        "nobody.example -> menu: -3 Host not found: nothing answers GET https://nobody.example/",
        "menu: HTTP -2 Malformed URL: nonsense",
        "menu: terminate()",
        "menu: session ends: Normal termination",
    ]


def test_managing_requests_show_no_secret(play):
    def setup(world, rule):
        session = world.start(rule)
        world.switch.after(1, managing.request, session, "POST", "hello", (), lambda reply: None, "/path?q=1")

    text = """
    @VoxEngine.on(AppEvents.HttpRequest)
    def asked(event):
        VoxEngine.terminate()
        return {"ok": True}
    """
    world = play(text, setup)
    assert told(world)[1:4] == [
        "HTTP client -> menu: POST /path?q=1 hello",
        "menu: terminate()",
        'menu -> HTTP client: 200 {"ok": true}',
    ]
    assert not [line for line in told(world) if world.sessions[0].secret in line]


def test_sockets_and_their_messages(play):
    def setup(world, rule):
        world.web.socket("wss://bot.example/*").greet("welcome")
        world.start(rule)

    text = """
    @VoxEngine.on(AppEvents.Started)
    async def started(event):
        socket = VoxEngine.create_web_socket("wss://bot.example/stream")
        await socket.wait_for(WebSocketEvents.OPEN)
        socket.send("hello")
        await socket.message()
        socket.close()
        VoxEngine.create_web_socket("wss://nobody.example/")
        await sleep(1)
        VoxEngine.terminate()
    """
    assert told(play(text, setup))[1:-2] == [
        "menu -> bot.example: opens WebSocket /stream",
        "bot.example -> menu: open",
        "menu -> bot.example: hello",
        "bot.example -> menu: welcome",
        "menu -> bot.example: closes (1000 Normal connection close)",
        "menu -> nobody.example: opens WebSocket /",
        "nobody.example -> menu: connection failed",
        "nobody.example -> menu: closes (1006 Connection failed)",
    ]


def test_errors_name_their_line_and_warnings_their_reason(play):
    world = play(ANSWER + "    call.ring()\n    call.sya('hi')\n")
    error = "AttributeError: Call has no 'sya'. Did you mean 'say'?\nat menu.py:9"
    warning = "ring: the call is answered already; ignored."
    assert told(world)[3:5] == [f"menu: {warning}", f"menu: {error}"]
    assert (tones(world)[warning], tones(world)[error]) == (Tone.WARNING, Tone.ERROR)


def test_a_timer_that_fires_again_and_again_is_one_step(play):
    world = play("set_interval(lambda: None, 1000)\nset_timeout(VoxEngine.terminate, 4500)\n", lambda w, r: w.start(r))
    assert "menu: timer 1 fires ×4" in told(world)  # noqa: RUF001


def test_what_parties_do_during_a_call(play):
    def setup(world, rule):
        acts = "message:hi@1,info:data@2,hold@3,resume@4,transfer:sip:carol@x@5,mute@6,hangup:15"
        world.call_in(world.add_party("sip", "joe@pbx", acts), "100")

    text = """
    call.handle_blind_transfer(True)
    await call.wait_for(CallEvents.BlindTransferRequested)
    call.notify_blind_transfer_failed(603, "no")
    call.send_digits("12")
    call.send_message("hey")
    """
    assert told(play(ANSWER + indent(dedent(text), "    "), setup))[3:-3] == [
        "joe@pbx -> menu: message “hi”",
        "joe@pbx -> menu: INFO data",
        "joe@pbx -> menu: puts on hold",
        "joe@pbx -> menu: resumes",
        "joe@pbx -> menu: asks to be transferred to sip:carol@x",
        "menu -> joe@pbx: transfer failed (603 no)",
        "menu -> joe@pbx: sends digits 12",
        "menu -> joe@pbx: message “hey”",
        "joe@pbx -> menu: sends no packets any more",
        "joe@pbx -> menu: no packets come any more",
    ]


def test_tones_without_a_scripted_party_are_told_from_their_event(menu):
    alone = [record for record in menu.journal if record.kind != "party"]
    assert [step.label for step in draw(alone).steps] == [step.label for step in draw(menu.journal).steps]


def test_a_part_of_a_run_can_be_drawn(menu):
    for start in range(0, len(menu.journal), 3):
        draw(menu.journal[start:])


def test_what_no_table_knows_is_told_by_its_name():
    command = Record(0, 1, "s", "command", "createOracle", None, {"question": "why", "deep": True})
    event = Record(0, 2, "s", "event", "Oracle.Spoke", None, {"answer": 42})
    other = Record(0, 3, "s", "omen", "raven", None, {})
    labels = [step.label for step in draw([command, event, other]).steps]
    assert labels == ["createOracle(question='why', deep=True)", "Oracle.Spoke answer=42"]
