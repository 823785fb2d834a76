"""VoipNow's call events: which requests a call makes, in which order, and what stands in them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import attrs
import pytest

from voxsim.protocols.voipnow.requests import STATUSES, CallEvent, Dialect, Parameters
from voxsim.protocols.voipnow.rules import EventType, Method, Rule, Rules

TEN = list(dict(Parameters(call_id="").pairs("CALLING", Dialect())))

TRANSFERRING = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    caller = event.call
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    agent = VoxEngine.call_user(username="202", callerid=event.callerid)
    agent.handle_blind_transfer(True)
    await agent.wait_for(CallEvents.Connected)
    caller.answer()
    VoxEngine.send_media_between(caller, agent)
    wish = await agent.wait_for(CallEvents.BlindTransferRequested)
    other = VoxEngine.call_user(username=wish.transfer_to, callerid=event.callerid)
    await other.wait_for(CallEvents.Connected)
    agent.notify_blind_transfer_success()
    agent.hangup()
    VoxEngine.send_media_between(caller, other)
"""

MENU = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    caller = event.call
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    caller.answer()
    await caller.wait_for(CallEvents.Connected)
    await caller.say("One moment.").finished()
    agent = VoxEngine.call_user(username="202", callerid=event.callerid)
    agent.add_event_listener(CallEvents.Failed, lambda _: caller.hangup())
    await agent.wait_for(CallEvents.Connected)
    VoxEngine.send_media_between(caller, agent)
"""


def of(handle, extension):
    return [(one.rule.event.title, dict(one.parameters)) for one in handle.of(extension)]


# --- the events, one by one ---


@pytest.mark.parametrize(
    ("event", "extension", "status", "flow"),
    [
        ("dial-in", "202", "CALLING", "IN"),
        ("dial-out", "201", "CALLING", "OUT"),
        ("answer-in", "202", "ANSWER", "IN"),
        ("answer-out", "201", "ANSWER", "OUT"),
    ],
)
async def test_each_event_is_its_extensions_own(vox, rings, event, extension, status, flow):
    vox.user("202", "ring:1,answer:2", extension="0003*202")
    caller = vox.user("201", extension="0003*201")
    calls = vox.voipnow(events=[event])
    await caller.dial("202", scenario=rings("202"))
    await vox.advance(5)
    assert calls.told == [f"{event} 0003*{extension} {status}"]
    assert dict(calls.sent[0].parameters)["CallFlow"] == flow


async def test_both_sides_hear_of_the_hangup(vox, rings):
    vox.user("202", "ring:1,answer:2", extension="0003*202")
    caller = vox.user("201", hangup=3, extension="0003*201")
    calls = vox.voipnow(events=["hangup"])
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    assert calls.told == ["hangup 0003*201 ANSWER", "hangup 0003*202 ANSWER"]
    assert [dict(one.parameters)["CallFlow"] for one in calls.sent] == ["OUT", "IN"]


async def test_an_answered_call_between_extensions(vox, rings):
    vox.user("202", "ring:1,answer:3", extension="0003*202")
    caller = vox.user("201", hangup=10, extension="0003*201")
    calls = vox.voipnow()
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    assert calls.told == [
        "dial-out 0003*201 CALLING",
        "dial-in 0003*202 CALLING",
        "answer-in 0003*202 ANSWER",
        "answer-out 0003*201 ANSWER",
        "hangup 0003*201 ANSWER",
        "hangup 0003*202 ANSWER",
    ]
    start = vox.world.switch.epoch * 1000
    assert [one.at - start for one in calls.sent] == [0, 1000, 3000, 3000, 13020, 13020]


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        ("reject:486", ["dial-out 0003*201 CALLING", "hangup 0003*201 BUSY"]),
        (
            "ring:1,reject:486@2",
            ["dial-out 0003*201 CALLING", "dial-in 0003*202 CALLING", "hangup 0003*202 BUSY", "hangup 0003*201 BUSY"],
        ),
        (
            "ring:1,reject:600@2",
            ["dial-out 0003*201 CALLING", "dial-in 0003*202 CALLING", "hangup 0003*202 BUSY", "hangup 0003*201 BUSY"],
        ),
        (
            "ring:1,reject:603@2",
            ["dial-out 0003*201 CALLING", "dial-in 0003*202 CALLING", "hangup 0003*202 BUSY", "hangup 0003*201 BUSY"],
        ),
        (
            "ring:1,reject:480@2",
            ["dial-out 0003*201 CALLING", "dial-in 0003*202 CALLING", "hangup 0003*202 NOANSWER",
             "hangup 0003*201 NOANSWER"],
        ),
        ("reject:480", ["dial-out 0003*201 CALLING", "hangup 0003*201 CHANUNAVAIL"]),
        ("reject:503", ["dial-out 0003*201 CALLING", "hangup 0003*201 CHANUNAVAIL"]),
        ("reject:404", ["dial-out 0003*201 CALLING", "hangup 0003*201 CONGESTION"]),
        ("reject:484", ["dial-out 0003*201 CALLING", "hangup 0003*201 CONGESTION"]),
        ("reject:604", ["dial-out 0003*201 CALLING", "hangup 0003*201 CONGESTION"]),
        ("reject:500", ["dial-out 0003*201 CALLING", "hangup 0003*201 CONGESTION"]),
        ("silent", ["dial-out 0003*201 CALLING", "hangup 0003*201 NOANSWER"]),
        (
            "ring:1,answer:900",
            ["dial-out 0003*201 CALLING", "dial-in 0003*202 CALLING", "hangup 0003*201 NOANSWER",
             "hangup 0003*202 NOANSWER"],
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("full", [True, False])
async def test_a_call_that_is_not_answered_tells_why(vox, rings, behaviour, told, full):
    vox.user("202", behaviour, extension="0003*202")
    caller = vox.user("201", extension="0003*201")
    calls = vox.voipnow(dialect=Dialect(full=full))
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    if not full:
        told = [
            f"{event} {extension} {status if status in ('CALLING', 'ANSWER') else 'UNKNOWN'}"
            for event, extension, status in map(str.split, told)
        ]
    assert calls.told == told


async def test_nobody_can_be_reached(vox, rings):
    vox.user("202", online=False, extension="0003*202")
    caller = vox.user("201", extension="0003*201")
    calls = vox.voipnow()
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    assert calls.told == ["dial-out 0003*201 CALLING", "hangup 0003*201 CHANUNAVAIL"]
    assert dict(calls.sent[0].parameters)["CalledExtension"] == "0003*202"


async def test_the_caller_gives_up(vox, rings):
    vox.user("202", "ring:1,answer:900", extension="0003*202")
    caller = vox.user("201", cancel=5, extension="0003*201")
    calls = vox.voipnow()
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    assert calls.told == [
        "dial-out 0003*201 CALLING",
        "dial-in 0003*202 CALLING",
        "hangup 0003*201 CANCEL",
        "hangup 0003*202 CANCEL",
    ]


async def test_the_scenario_lets_it_ring_long_enough(vox, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.CallAlerting)
    def alerting(event):
        callee = VoxEngine.call_user(username="202", callerid="201")
        callee.add_event_listener(CallEvents.Failed, lambda _: event.call.reject(480))
        event.call.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
        set_timeout(callee.hangup, 10000)
    """
    vox.user("202", "ring:1,answer:900", extension="0003*202")
    caller = vox.user("201", extension="0003*201")
    calls = vox.voipnow(events=["hangup"])
    await caller.dial("202", scenario=scenario(text))
    await vox.finished()
    assert calls.told == ["hangup 0003*202 NOANSWER", "hangup 0003*201 NOANSWER"]


async def test_an_answer_without_ringing_is_rung_first(vox, scenario):
    vox.user("202", "answer:0,ring:5,hangup:3", extension="0003*202")
    caller = vox.phone()
    calls = vox.voipnow()
    await caller.dial("202", scenario=scenario("from voxsim import *\nVoxEngine.forward_call_to_user()"))
    await vox.finished()
    assert calls.told == ["dial-in 0003*202 CALLING", "answer-in 0003*202 ANSWER", "hangup 0003*202 ANSWER"]


# --- from outside, menus, forks, transfers ---


async def test_a_call_from_outside_to_a_public_number(vox, rings):
    vox.user("202", "ring:1,answer:2", extension="0003*202", dids=("+15550199",))
    calls = vox.voipnow()
    caller = vox.phone("+15550101", hangup=5, display_name="Jan")
    await caller.dial("15550199", scenario=rings("202"))
    session = await vox.finished()
    identity = session.session.key.partition(".")[0].lower()
    assert [one for one, _ in of(calls, "202")] == ["dial-in", "answer-in", "hangup"]
    assert of(calls, "202")[0][1] == {
        "CallID": identity,
        "CallerIDNum": "15550101",
        "CallerIDName": "Jan",
        "CalledDID": "15550199",
        "CalledExtension": "0003*202",
        "CallStatus": "CALLING",
        "CallFlow": "IN",
        "CallerExtension": "",
        "CalledNumber": "15550199",
        "CallAPIID": f"vs-{identity}",
    }


async def test_an_extension_calls_outside(vox, scenario):
    text = "from voxsim import *\nVoxEngine.forward_call_to_pstn()"
    vox.phone("+15550100", "ring:1,answer:2")
    caller = vox.user("201", hangup=5, extension="0003*201", display_name="Ann")
    calls = vox.voipnow()
    await caller.dial("+15550100", scenario=scenario(text))
    await vox.finished()
    assert calls.told == ["dial-out 0003*201 CALLING", "answer-out 0003*201 ANSWER", "hangup 0003*201 ANSWER"]
    last = dict(calls.sent[-1].parameters)
    assert (last["CallerIDNum"], last["CallerIDName"], last["CallerExtension"]) == ("0003*201", "Ann", "0003*201")
    assert (last["CalledNumber"], last["CalledExtension"], last["CalledDID"]) == ("+15550100", "", "")


async def test_extensions_that_call_each_other(vox, rings):
    caller = vox.user("201", hangup=5, extension="0003*201")
    vox.user("202", "ring:1,answer:2", extension="0003*202")
    calls = vox.voipnow()
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    for one in calls.sent:
        known = dict(one.parameters)
        assert (known["CallerIDNum"], known["CallerExtension"]) == ("0003*201", "0003*201")
        assert (known["CalledExtension"], known["CalledNumber"], known["CalledDID"]) == ("0003*202", "202", "")
    assert len({dict(one.parameters)["CallID"] for one in calls.sent}) == 1


async def test_a_menu_with_an_extension_comes_first_and_leaves_last(vox, scenario):
    vox.user("202", "ring:1,answer:2", extension="0003*202")
    calls = vox.voipnow(menus={"menu": "0003*099"})
    await vox.phone("+15550101", hangup=10).dial("15550199", scenario=scenario(MENU, "menu"))
    await vox.finished()
    assert calls.told == [
        "dial-in 0003*099 CALLING",
        "answer-in 0003*099 ANSWER",
        "dial-in 0003*202 CALLING",
        "answer-in 0003*202 ANSWER",
        "hangup 0003*202 ANSWER",
        "hangup 0003*099 ANSWER",
    ]
    rung = of(calls, "202")[0][1]
    assert (rung["CallerExtension"], rung["CallerIDNum"]) == ("0003*099", "15550101")
    assert rung["CalledNumber"] == "0003*202"
    menu = of(calls, "099")[0][1]
    assert (menu["CalledExtension"], menu["CalledNumber"], menu["CallerExtension"]) == ("0003*099", "15550199", "")


async def test_a_menu_without_an_extension_is_not_told(vox, scenario):
    vox.user("202", "ring:1,answer:2", extension="0003*202")
    calls = vox.voipnow()
    await vox.phone("+15550101", hangup=10).dial("100", scenario=scenario(MENU, "menu"))
    await vox.finished()
    assert calls.told == ["dial-in 0003*202 CALLING", "answer-in 0003*202 ANSWER", "hangup 0003*202 ANSWER"]


async def test_who_only_hears_a_menu_dials_nobody(vox, scenario):
    caller = vox.user("201", hangup=0.2, extension="0003*201")
    calls = vox.voipnow()
    await caller.dial("100", scenario=scenario(MENU, "menu"))
    await vox.finished()
    assert calls.told == []


async def test_a_conference_may_have_an_extension(vox):
    vox.scenario("scenarios/conference_room.py", pattern="conference_room")
    caller = vox.user("202", hangup=30, extension="0003*202")
    calls = vox.voipnow(menus={"conference_room": "0003*300"})
    await caller.dial("100", scenario="scenarios/conference_join.py")
    await vox.finished()
    assert [line for line in calls.told if "0003*300" in line] == [
        "dial-in 0003*300 CALLING",
        "answer-in 0003*300 ANSWER",
        "hangup 0003*300 ANSWER",
    ]
    assert {known["CalledExtension"] for _, known in of(calls, "300")} == {"0003*300"}


async def test_a_fork_has_one_winner(vox, rings):
    vox.user("202", "ring:1,answer:5", extension="0003*202")
    vox.user("203", "ring:1,answer:3", extension="0003*203")
    caller = vox.user("201", hangup=10, extension="0003*201")
    calls = vox.voipnow()
    await caller.dial("group", scenario=rings("202", "203"))
    await vox.finished()
    assert calls.told == [
        "dial-out 0003*201 CALLING",
        "dial-in 0003*202 CALLING",
        "dial-in 0003*203 CALLING",
        "answer-in 0003*203 ANSWER",
        "answer-out 0003*201 ANSWER",
        "hangup 0003*202 NOANSWER",
        "hangup 0003*201 ANSWER",
        "hangup 0003*203 ANSWER",
    ]
    assert {known["CalledExtension"] for _, known in of(calls, "202")} == {"0003*202"}
    assert [known["CalledExtension"] for _, known in of(calls, "201")] == ["0003*202", "0003*203", "0003*203"]


async def test_a_transfer_keeps_the_call_id(vox, scenario):
    vox.user("202", "ring:1,answer:2,transfer:203@5", extension="0003*202")
    vox.user("203", "ring:1,answer:2", extension="0003*203")
    calls = vox.voipnow()
    await vox.phone("+15550101", hangup=20).dial("15550199", scenario=scenario(TRANSFERRING))
    await vox.finished()
    assert calls.told == [
        "dial-in 0003*202 CALLING",
        "answer-in 0003*202 ANSWER",
        "dial-in 0003*203 CALLING",
        "answer-in 0003*203 ANSWER",
        "hangup 0003*202 ANSWER",
        "hangup 0003*203 ANSWER",
    ]
    assert len({dict(one.parameters)["CallID"] for one in calls.sent}) == 1
    rung = of(calls, "203")[0][1]
    assert (rung["CallerIDNum"], rung["CalledNumber"]) == ("15550101", "0003*203")


async def test_a_transfer_by_the_platform_keeps_the_call_id(vox, scenario):
    vox.scenario(scenario("from voxsim import *\nVoxEngine.forward_call_to_user()"))
    vox.user("202", "ring:1,answer:2,transfer:203@5", extension="0003*202")
    vox.user("203", "ring:1,answer:2,hangup:5", extension="0003*203")
    caller = vox.user("201", extension="0003*201")
    calls = vox.voipnow()
    await caller.dial("202")
    await vox.finished()
    assert len({dict(one.parameters)["CallID"] for one in calls.sent}) == 1
    assert [event for event, _ in of(calls, "203")] == ["dial-in", "answer-in", "hangup"]
    assert [event for event, _ in of(calls, "201")] == ["dial-out", "answer-out", "hangup"]
    assert of(calls, "203")[0][1]["CallerExtension"] == "0003*201"


async def test_a_callback_rings_its_extension(vox, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.Started)
    async def started(event):
        one = VoxEngine.call_user(username="201", callerid="+15550000")
        await one.wait_for(CallEvents.Connected)
        two = VoxEngine.call_user(username="202", callerid="+15550000")
        await two.wait_for(CallEvents.Connected)
        VoxEngine.send_media_between(one, two)
        await two.wait_for(CallEvents.Disconnected)
        VoxEngine.terminate()
    """
    vox.user("201", "ring:1,answer:2", extension="0003*201")
    vox.user("202", "ring:1,answer:2,hangup:5", extension="0003*202")
    calls = vox.voipnow()
    vox.start(scenario(text))
    await vox.finished()
    assert calls.told == [
        "dial-in 0003*201 CALLING",
        "answer-in 0003*201 ANSWER",
        "dial-in 0003*202 CALLING",
        "answer-in 0003*202 ANSWER",
        "hangup 0003*202 ANSWER",
        "hangup 0003*201 ANSWER",
    ]
    assert of(calls, "201")[0][1]["CallerIDNum"] == "15550000"
    assert of(calls, "202")[0][1]["CallerExtension"] == "0003*201"


async def test_clients_do_not_see_each_others_extensions(vox, rings):
    caller = vox.user("201", hangup=5, extension="0003*201", domain="alpha.test", dids=("15550201",))
    vox.user("202", "ring:1,answer:2", extension="0004*202", domain="beta.test")
    calls = vox.voipnow()
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    assert {known["CalledExtension"] for _, known in of(calls, "0003*201")} == {""}
    assert {known["CallerExtension"] for _, known in of(calls, "0004*202")} == {""}
    assert {known["CallerIDNum"] for _, known in of(calls, "0004*202")} == {"15550201"}


async def test_with_nothing_configured_everybody_has_an_extension(vox, rings):
    vox.user("anna", "ring:1,answer:2")
    calls = vox.voipnow()
    await vox.phone("+15550101", hangup=5).dial("100", scenario=rings("anna"))
    await vox.finished()
    assert [one.split()[0] for one in calls.told] == [
        "dial-out", "dial-in", "answer-in", "answer-out", "hangup", "hangup"
    ]  # fmt: skip
    assert {one.extension for one in calls.sent} == {"0001*101", "0001*102"}


# --- the requests ---

RULE = Rule(id="1", extension="0003*202", event=EventType.DIAL_IN, method=Method.POST, url="http://crm.test/hooks")
KNOWN = Parameters(call_id="5f0c9d7a41b24f6e", caller_number="15550101", caller_name="Jan & Ö", called_number="0003*1")


def request(rule, at, extension, parameters, dialect):
    return CallEvent(at, extension, rule, "CALLING", parameters, dialect)


def form(text):
    return dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True))


def test_there_are_ten_parameters():
    assert TEN == [
        "CallID",
        "CallerIDNum",
        "CallerIDName",
        "CalledDID",
        "CalledExtension",
        "CallStatus",
        "CallFlow",
        "CallerExtension",
        "CalledNumber",
        "CallAPIID",
    ]


def test_a_post_has_all_ten_in_its_body():
    made = request(RULE, 0, "0003*202", KNOWN, Dialect())
    assert (made.method, made.url) == ("POST", "http://crm.test/hooks")
    assert made.headers == (("Content-Type", "application/x-www-form-urlencoded"),)
    assert list(form(made.body.decode())) == TEN
    assert form(made.body.decode())["CallerIDName"] == "Jan & Ö"
    assert b"CalledNumber=0003%2A1" in made.body
    assert b"CallerExtension=&" in made.body


@pytest.mark.parametrize(
    ("url", "before"),
    [
        ("http://crm.test/h", ""),
        ("http://crm.test/h?ev=hangup", "ev=hangup&"),
        ("http://crm.test?a=%20#part", "a=%20&"),
    ],
)
def test_a_get_has_all_ten_behind_its_own_query(url, before):
    made = request(rule(method=Method.GET, url=url), 0, "0003*202", KNOWN, Dialect())
    assert (made.method, made.body, made.headers) == ("GET", b"", ())
    query = urlsplit(made.url).query
    assert query.startswith(f"{before}CallID=")
    assert list(form(query))[-10:] == TEN
    assert "#" not in made.url


def test_a_post_keeps_the_query_of_its_url():
    made = request(rule(url="http://crm.test/h?ev=1"), 0, "0003*202", KNOWN, Dialect())
    assert made.url == "http://crm.test/h?ev=1"


def rule(**changes):
    return attrs.evolve(RULE, **changes)


def test_the_old_spelling_comes_beside_the_new_one():
    made = request(RULE, 0, "0003*202", KNOWN, Dialect(old_spelling=True))
    assert form(made.body.decode())["CallerIDNam"] == form(made.body.decode())["CallerIDName"] == "Jan & Ö"
    assert set(form(made.body.decode())) == {*TEN, "CallerIDNam"}


def test_the_flow_can_be_lower_case():
    made = request(RULE, 0, "0003*202", KNOWN, Dialect(lower_flow=True))
    assert form(made.body.decode())["CallFlow"] == "in"


def test_the_two_vocabularies():
    assert [Dialect().status(cause) for cause in STATUSES] == list(STATUSES.values())
    assert {Dialect(full=False).status(cause) for cause in STATUSES} == {"ANSWER", "UNKNOWN"}
    assert Dialect().status(None) == Dialect(full=False).status(None) == "UNKNOWN"


def test_half_a_surrogate_pair_travels_as_a_question_mark():
    made = request(RULE, 0, "0003*202", Parameters(call_id="1", caller_name="\ud83d"), Dialect())
    assert form(made.body.decode())["CallerIDName"] == "?"


# --- the rules ---


def numbered(number, **changes):
    return rule(id=str(number), **changes)


def test_rules_of_one_event_fire_in_the_order_of_their_making():
    rules = Rules([numbered(1), numbered(2, extension="*"), numbered(3), numbered(4, event=EventType.HANGUP)])
    assert [one.id for one in rules.due("0003*202", EventType.DIAL_IN)] == ["1", "2", "3"]
    assert [one.id for one in rules.due("0003*999", EventType.DIAL_IN)] == ["2"]
    assert rules.due("0003*999", EventType.HANGUP) == ()


def test_a_disabled_rule_is_never_carried_out():
    rules = Rules([numbered(1), numbered(2)])
    rules.put(numbered(1, enabled=False))
    assert [one.id for one in rules.due("0003*202", EventType.DIAL_IN)] == ["2"]
    rules.put(numbered(1))
    assert [one.id for one in rules.due("0003*202", EventType.DIAL_IN)] == ["1", "2"]


async def test_rules_may_change_while_a_call_is_up(vox, rings):
    vox.user("202", "ring:1,answer:2", extension="0003*202")
    calls = vox.voipnow(events=["dial-in"])
    await vox.phone(hangup=10).dial("202", scenario=rings("202"))
    await vox.advance(5)
    calls.rule(EventType.HANGUP, "http://crm.test/late")
    await vox.finished()
    assert calls.told == ["dial-in 0003*202 CALLING", "hangup 0003*202 ANSWER"]
