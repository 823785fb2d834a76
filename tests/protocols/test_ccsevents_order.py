"""ccsevents: which events a call makes, and in which order."""

from __future__ import annotations

import pytest

PATIENT = """
from voxsim import *
NUMBERS = {numbers!r}

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    caller = event.call
    callees = [VoxEngine.call_user(username=one, callerid=event.callerid) for one in NUMBERS]
    def answered(event):
        winner = event.call
        caller.answer()
        VoxEngine.send_media_between(caller, winner)
        losers = [one for one in callees if one is not winner]
        caller.add_event_listener(CallEvents.Connected, lambda _: [one.hangup() for one in losers])
    for one in callees:
        one.add_event_listener(CallEvents.Ringing, lambda _: caller.ring())
        one.add_event_listener(CallEvents.Connected, answered)
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
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
    outcome = await agent.wait_for(CallEvents.Connected, CallEvents.Failed)
    if outcome.name == CallEvents.Connected:
        VoxEngine.send_media_between(caller, agent)
        await agent.wait_for(CallEvents.Disconnected)
    await sleep(5)
    caller.hangup()
"""

FORWARDS = "from voxsim import *\nVoxEngine.forward_call_to_user()"

BEGIN = ["call_create 201", "seance_create", "call_attach_to_seance 201"]
CONNECT = ["connection_create", "connection_attach_to_seance", "connection_link_call 201 a"]
END = ["seance_set_state stopped", "seance_delete"]


def target(number, *, first=False):
    """What comes when somebody is called."""
    made = [f"call_create {number}", f"call_attach_to_seance {number}", f"connection_link_call {number} b"]
    return [f"seance_set_next_number {number}", *made, *(["seance_set_state dialing"] if first else [])]


def gone(number, why):
    """What comes when a call ends."""
    return [f"call_set_state {number} stopped", f"call_delete {number} {why}"]


async def test_a_simple_call(vox, rings):
    vox.user("202", "ring:1,answer:2", extension="202")
    caller = vox.user("201", hangup=5, extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    assert ccs.told == [
        *BEGIN,
        *CONNECT,
        *target("202", first=True),
        "call_set_state 202 ringing",
        "call_set_state 201 ringing",
        "call_set_state 202 talk",
        "call_set_state 201 talk",
        "connection_update state,bcallid",
        "seance_set_state talk",
        *gone("201", "bye"),
        *gone("202", "bye"),
        "connection_delete bye",
        *END,
    ]


async def test_a_simple_call_that_the_callee_ends(vox, rings):
    vox.user("202", "answer:2,hangup:5", extension="202")
    caller = vox.user("201", extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    assert ccs.told[-7:] == [*gone("202", "bye"), *gone("201", "bye"), "connection_delete bye", *END]


async def test_a_fork(vox, scenario):
    vox.user("202", "ring:1,answer:2", extension="202")
    vox.user("203", "ring:1,answer:9", extension="203")
    caller = vox.user("201", hangup=5, extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=scenario(PATIENT.format(numbers=["202", "203"])))
    await vox.finished()
    assert ccs.told == [
        *BEGIN,
        *CONNECT,
        *target("202", first=True),
        *target("203"),
        "call_set_state 202 ringing",
        "call_set_state 203 ringing",
        "call_set_state 201 ringing",
        "call_set_state 202 talk",
        "call_set_state 201 talk",
        "connection_update state,bcallid",
        "seance_set_state talk",
        *gone("203", "answered_elsewhere"),
        *gone("201", "bye"),
        *gone("202", "bye"),
        "connection_delete bye",
        *END,
    ]
    (loser,) = [event for event in ccs.events if event.data.get("stopreason") == "answered_elsewhere"]
    assert loser.data["sipcode"] == 200


async def test_several_devices_of_one_number_are_one_number(vox, rings):
    vox.user("202", "ring:1,answer:2", devices=2, extension="202")
    caller = vox.user("201", hangup=5, extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    assert [one for one in ccs.told if one.startswith("seance_set_next")] == ["seance_set_next_number 202"]
    assert ccs.told.count("call_set_state 202 ringing") == 1
    assert "call_update 202 device" in ccs.told


FAILURES = [
    ("ring:1,reject:486@2", "busy", "call_final", 486),
    ("ring:1,reject:600@2", "busy", "call_final", 600),
    ("reject:603", "rejected", "call_final", 603),
    ("ring:1,reject:408@30", "timeout", "timeout", 408),
    ("ring:1,reject:480@2", "timeout", "timeout", 480),
    ("reject:480", "unreachable", "call_final", 480),
    ("reject:503", "unreachable", "call_final", 503),
    ("reject:500", "error", "error", 500),
]


@pytest.mark.parametrize(("behaviour", "reason", "stop_type", "code"), FAILURES)
async def test_all_forks_fail(vox, rings, behaviour, reason, stop_type, code):
    vox.user("202", behaviour, extension="202")
    vox.user("203", behaviour, extension="203")
    caller = vox.user("201", extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=rings("202", "203"))
    await vox.finished()
    assert [one for one in ccs.told if "stopped" in one or "delete" in one] == [
        *gone("202", reason),
        *gone("203", reason),
        *gone("201", reason),
        f"connection_delete {stop_type}",
        *END,
    ]
    codes = [event.data["sipcode"] for event in ccs.events if "sipcode" in event.data]
    assert codes == [code] * 4
    assert not any(one.startswith("connection_failure") for one in ccs.told)


async def test_all_forks_fail_and_failures_are_wanted(vox, rings):
    vox.user("202", "ring:1,reject:486@2", extension="202")
    caller = vox.user("201", extension="201")
    ccs = vox.ccsevents(failure_on_no_answer=True)
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    assert ccs.told[-8:] == [
        *gone("202", "busy"),
        "connection_failure busy",
        *gone("201", "busy"),
        "connection_delete call_final",
        *END,
    ]
    (failure,) = [event for event in ccs.events if event.type == "connection_failure"]
    assert (failure.data["sipcode"], failure.data["callednum"]) == (486, "202")


@pytest.mark.parametrize(("online", "reason", "code"), [(None, "no_route", 404), (False, "unreachable", 480)])
async def test_a_failure_before_any_dialog(vox, rings, online, reason, code):
    if online is not None:
        vox.user("202", extension="202", online=online)
    caller = vox.user("201", extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    assert ccs.told == [*BEGIN, f"connection_failure {reason}", *gone("201", reason), *END]
    assert [event.data["sipcode"] for event in ccs.events if "sipcode" in event.data] == [code, code]


async def test_a_call_that_no_rule_takes(vox, rings):
    caller = vox.user("201", extension="201")
    ccs = vox.ccsevents()
    vox.scenario(rings("202"), pattern="nothing")
    caller.place("999")
    await vox.advance(1)
    assert ccs.told == [*BEGIN, "connection_failure no_route", *gone("201", "no_route"), *END]


async def test_the_caller_cancels(vox, rings):
    vox.user("202", "ring:1,silent", extension="202")
    vox.user("203", "ring:1,silent", extension="203")
    caller = vox.user("201", cancel=5, extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=rings("202", "203"))
    await vox.finished()
    assert ccs.told[-9:] == [
        *gone("202", "cancel"),
        *gone("203", "cancel"),
        *gone("201", "cancel"),
        "connection_delete cancel",
        *END,
    ]
    assert {event.data["sipcode"] for event in ccs.events if "sipcode" in event.data} == {487}


async def test_the_caller_cancels_and_the_scenario_lets_them_ring(vox, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.CallAlerting)
    async def alerting(event):
        agent = VoxEngine.call_user(username="202", callerid=event.callerid)
        await event.call.wait_for(CallEvents.Disconnected)
        await sleep(10)
        agent.hangup()
        await sleep(1)
        VoxEngine.terminate()
    """
    vox.user("202", "ring:1,silent", extension="202")
    caller = vox.user("201", cancel=5, extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=scenario(text))
    await vox.advance(7)
    assert ccs.told[-2:] == gone("201", "cancel")
    await vox.finished()
    assert ccs.told[-5:] == [*gone("202", "cancel"), "connection_delete cancel", *END]


async def test_a_blind_transfer_that_the_scenario_carries_out(vox):
    vox.user("reception", "answer:1,transfer:203@5", extension="202")
    vox.phone("203", "ring:1,answer:2", extension="203")
    caller = vox.user("201", hangup=20, extension="201")
    ccs = vox.ccsevents()
    await caller.dial("100", scenario="scenarios/transfer.py")
    await vox.finished()
    start = ccs.told.index("seance_set_state talk") + 1
    assert ccs.told[start:] == [
        "connection_create",
        "connection_attach_to_seance",
        "seance_set_next_number 203",
        "call_create 203",
        "call_attach_to_seance 203",
        "connection_link_call 203 b",
        "call_set_state 203 ringing",
        "call_set_state 203 talk",
        "connection_update state,bcallid",
        *gone("202", "bye"),
        "call_update 201 connectionid",
        "connection_delete bye",
        "connection_link_call 201 a",
        *gone("201", "bye"),
        *gone("203", "bye"),
        "connection_delete bye",
        *END,
    ]
    second = [event for event in ccs.events if event.type == "connection_create"][1].data
    assert (second["isreferred"], second["isreplacing"], second["callednum"]) == (True, False, "203")
    assert second["urireferedby"] == f"sip:202@{ccs.people.tenant().domain}"


async def test_a_blind_transfer_that_fails_leaves_the_connection_alone(vox):
    vox.user("reception", "answer:1,transfer:203@5", extension="202")
    vox.phone("203", "ring:1,reject:486@2", extension="203")
    caller = vox.user("201", hangup=20, extension="201")
    ccs = vox.ccsevents()
    await caller.dial("100", scenario="scenarios/transfer.py")
    await vox.finished()
    assert (
        ccs.told[-9:]
        == [
            *gone("203", "busy"),
            "connection_delete call_final",
            *gone("201", "bye"),
            *gone("202", "bye"),
            "connection_delete bye",
            *END,
        ][-9:]
    )
    assert not any(one.startswith("call_update 201") for one in ccs.told)


async def test_a_blind_transfer_that_the_platform_carries_out(vox, scenario):
    vox.scenario(scenario(FORWARDS))
    vox.user("202", "answer:1,transfer:203@5", extension="202")
    vox.user("203", "ring:1,answer:2,hangup:5", extension="203")
    caller = vox.user("201", extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202")
    await vox.finished()
    start = ccs.told.index("seance_set_state talk") + 1
    assert ccs.told[start : start + 9] == [
        "call_create 201",
        "call_attach_to_seance 201",
        "connection_create",
        "connection_attach_to_seance",
        "connection_link_call 201 a",
        "seance_set_next_number 203",
        "call_create 203",
        "call_attach_to_seance 203",
        "connection_link_call 203 b",
    ]
    assert len({event.data["seanceid"] for event in ccs.events if event.type == "call_attach_to_seance"}) == 1
    assert [one for one in ccs.told if one.startswith("seance_create")] == ["seance_create"]
    second = [event for event in ccs.events if event.type == "connection_create"][1].data
    assert (second["isreferred"], second["isreplacing"]) == (True, False)
    assert second["urireferedby"].startswith("sip:202@")
    assert ccs.told[-2:] == END
    old = [event.data["connectionid"] for event in ccs.events if event.type == "connection_delete"]
    assert old[0] != second["connectionid"]


async def test_a_transfer_out_of_the_platform(vox, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.CallAlerting)
    async def alerting(event):
        caller = event.call
        caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
        agent = VoxEngine.call_sip("sip:202@b.example", callerid="1")
        await agent.wait_for(CallEvents.Connected)
        caller.answer()
        VoxEngine.send_media_between(caller, agent)
        await sleep(3)
        agent.transfer_to(to="sip:300@c.example")
        await agent.wait_for(CallEvents.Disconnected)
        VoxEngine.terminate()
    """
    vox.sip("sip:202@b.example", "answer:1", extension="202")
    caller = vox.user("201", extension="201")
    ccs = vox.ccsevents()
    await caller.dial("100", scenario=scenario(text))
    await vox.finished()
    assert ccs.told[-8:] == [
        "connection_update isreferred,urireferedby",
        *gone("202", "bye"),
        *gone("201", "bye"),
        "connection_delete bye",
        *END,
    ]


async def test_an_attended_transfer_in_one_session(vox, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.CallAlerting)
    async def alerting(event):
        caller = event.call
        caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
        agent = VoxEngine.call_sip("sip:202@b.example", callerid="1")
        await agent.wait_for(CallEvents.Connected)
        caller.answer()
        VoxEngine.send_media_between(caller, agent)
        await sleep(3)
        expert = VoxEngine.call_user(username="203", callerid="1")
        await expert.wait_for(CallEvents.Connected)
        agent.transfer_to(to="sip:203@c.example", call=expert)
        await agent.wait_for(CallEvents.Disconnected)
        VoxEngine.terminate()
    """
    vox.sip("sip:202@b.example", "answer:1", extension="202")
    vox.user("203", "answer:1", extension="203")
    caller = vox.user("201", extension="201")
    ccs = vox.ccsevents()
    await caller.dial("100", scenario=scenario(text))
    await vox.finished()
    assert "connection_update isreplacing,urireferedby" in ccs.told
    assert ccs.told[-2:] == END


async def test_hold_and_digits(vox, rings):
    vox.user("202", "answer:1,hold@2,resume@3", extension="202")
    caller = vox.user("201", "press:1#@1", hangup=5, extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    start = ccs.told.index("seance_set_state talk") + 1
    assert ccs.told[start : start + 6] == [
        "call_dtmf 201 1",
        "call_dtmf 201 #",
        "call_set_state 202 hold",
        "seance_set_state hold",
        "call_set_state 202 talk",
        "seance_set_state talk",
    ]


async def test_a_menu_that_dials_and_takes_the_caller_back(vox, scenario):
    vox.user("202", "ring:1,answer:2,hangup:3", extension="202")
    caller = vox.user("201", extension="201")
    ccs = vox.ccsevents()
    await caller.dial("100", scenario=scenario(MENU))
    await vox.finished()
    assert [one for one in ccs.told if one.startswith("seance_set_state")] == [
        f"seance_set_state {state}" for state in ("ivr", "dialing", "talk", "ivr", "stopped")
    ]
    start = ccs.told.index("call_delete 202 bye") + 1
    assert ccs.told[start:] == [
        "call_update 201 connectionid",
        "connection_delete bye",
        "seance_set_state ivr",
        *gone("201", "bye"),
        *END,
    ]


async def test_a_menu_whose_agent_is_busy(vox, scenario):
    vox.user("202", "ring:1,reject:486@2", extension="202")
    caller = vox.user("201", extension="201")
    ccs = vox.ccsevents()
    await caller.dial("100", scenario=scenario(MENU))
    await vox.finished()
    start = ccs.told.index("call_set_state 202 stopped")
    assert ccs.told[start:] == [
        *gone("202", "busy"),
        "seance_set_state ivr",
        *gone("201", "bye"),
        "connection_delete call_final",
        *END,
    ]


async def test_a_queue(vox):
    vox.queue("support", max_size=3, max_waiting=300)
    vox.audio("https://example.com/waiting.mp3", 120)
    vox.operator("operator1", queue="support", answer=3, talk=5)
    ccs = vox.ccsevents()
    await vox.user("201").dial("100", scenario="scenarios/call_centre.py")
    await vox.finished()
    states = [one.split()[-1] for one in ccs.told if one.startswith("seance_set_state")]
    assert states[:4] == ["ivr", "queue", "dialing", "talk"]
    assert states[-1] == "stopped"
    (update,) = [event.data for event in ccs.events if event.type == "seance_update"]
    assert (update["queue"], update["changed"]) == ("support", ["queue"])


async def test_a_session_that_is_started_over_http(vox, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.Started)
    async def started(event):
        one = VoxEngine.call_user(username="201", callerid="100")
        await one.wait_for(CallEvents.Connected)
        two = VoxEngine.call_user(username="202", callerid="100")
        await two.wait_for(CallEvents.Connected)
        VoxEngine.send_media_between(one, two)
        await two.wait_for(CallEvents.Disconnected)
        VoxEngine.terminate()
    """
    vox.user("201", "answer:1", extension="201")
    vox.user("202", "answer:1,hangup:5", extension="202")
    ccs = vox.ccsevents()
    vox.start(scenario(text))
    await vox.finished()
    assert ccs.told == [
        "call_create 201",
        "seance_create",
        "call_attach_to_seance 201",
        "seance_set_next_number 201",
        "call_set_state 201 ringing",
        "call_set_state 201 talk",
        "seance_set_state ivr",
        *CONNECT,
        *target("202", first=True),
        "call_set_state 202 ringing",
        "call_set_state 202 talk",
        "connection_update state,bcallid",
        "seance_set_state talk",
        *gone("202", "bye"),
        *gone("201", "bye"),
        "connection_delete bye",
        *END,
    ]
