"""ccsevents' requests that act on calls: what they do to simulated calls, and whom they obey."""

from __future__ import annotations

import pytest

REFERRING = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    caller = event.call
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    caller.handle_tones(True)
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


@pytest.fixture
def ccs(vox):
    vox.user("202", "ring:1,answer:2", extension="202", domain="b.test")
    vox.user("203", "answer:1", extension="203", domain="c.test")
    vox.user("201", extension="201", domain="a.test")
    return vox.ccsevents()


@pytest.fixture
def client(ccs):
    return ccs.client("a.test")


async def talking(vox, rings):
    """201 talks with 202."""
    handle = await vox.user("201").dial("202", scenario=rings("202"))
    await vox.advance(3)
    return handle


def connection_of(client):
    (connection,) = client.ask("list_connections")["connections"]
    return connection


# --- looking ---


async def test_nothing_is_listed_while_there_is_nothing(vox, client):
    assert client.ask("list_calls") == {"qid": 1, "result": "ok", "calls": []}
    assert client.ask("list_connections") == {"qid": 2, "result": "ok", "connections": []}


async def test_calls_and_connections_are_listed_as_they_are_now(vox, client, rings):
    await talking(vox, rings)
    calls = client.ask("list_calls")["calls"]
    assert [(call["number"], call["side"], call["state"]) for call in calls] == [
        ("201@a.test", "a", "talk"),
        ("202@b.test", "b", "talk"),
    ]
    connection = connection_of(client)
    assert connection["calls"] == [call["callid"] for call in calls]
    assert (connection["state"], connection["bcallid"]) == ("dialog", calls[1]["callid"])
    assert {call["connectionid"] for call in calls} == {connection["connectionid"]}
    assert client.ask("get_connection", idconn=connection["connectionid"])["connection"] == connection
    assert client.ask("get_call", idcall=calls[0]["callid"])["call"] == calls[0]
    assert client.ask("get_call", owner="202")["call"] == calls[1]
    assert client.ask("list_calls", owner="202")["calls"] == [calls[1]]


async def test_another_domain_sees_nothing(vox, ccs, client, rings):
    await talking(vox, rings)
    other = ccs.client("c.test")
    call = client.ask("get_call", owner="202")["call"]
    assert other.ask("list_calls")["calls"] == []
    assert other.ask("get_connection", idconn=call["connectionid"])["errorcode"] == 404
    assert other.ask("bye", idcall=call["callid"])["errorcode"] == 404
    assert ccs.client("b.test").ask("get_call", idcall=call["callid"])["call"] == call


async def test_a_user_sees_its_own_connection_and_acts_on_its_own_call(vox, ccs, rings):
    await talking(vox, rings)
    user = ccs.client("b.test", kind="user", name="202")
    caller, callee = user.ask("list_calls")["calls"]
    assert user.ask("hold", idcall=caller["callid"])["errorcode"] == 403
    assert user.ask("hold", idcall=callee["callid"])["result"] == "ok"
    assert ccs.client("b.test", kind="user", name="299").ask("list_calls")["calls"] == []


MISSING = [
    ("get_call", {}, 400, "'idcall' is missing"),
    ("get_call", {"idcall": "x"}, 404, "There is no call 'x'"),
    ("get_call", {"idcall": ["x"]}, 400, "'idcall' is a text"),
    ("get_call", {"owner": "299"}, 404, "'299' has no call"),
    ("get_connection", {}, 400, "'idconn' is missing"),
    ("get_connection", {"idconn": "x"}, 404, "There is no connection 'x'"),
    ("bye", {}, 400, "'idcall' is missing"),
    ("bye", {"idconn": "x"}, 404, "There is no connection"),
    ("hold", {"idcall": "x"}, 404, "There is no call"),
    ("talk", {}, 400, "'idcall' is missing"),
    ("refer", {"idcall": "x"}, 400, "'number' is missing"),
    ("send_dtmf", {"idcall": "x"}, 400, "'dtmf' is missing"),
    ("send_dtmf", {"idcall": "x", "dtmf": "1x"}, 400, "'dtmf' is made of"),
    ("start_record", {}, 400, "'idcall' is missing"),
    ("stop_record", {"idconn": "x"}, 404, "There is no connection"),
    ("pickup", {"idcall": "x"}, 404, "There is no call"),
    ("new_invite", {"owner": "201"}, 400, "'number' is missing"),
    ("new_invite", {"owner": "202", "number": "1"}, 404, "There is no subscriber '202' in a.test"),
    ("callrecord_get_path", {}, 400, "'key' is missing"),
    ("callrecord_get_path", {"key": "s3:x"}, 404, "There is no record"),
    ("invite_byivr", {"ivr": "x"}, 400, "'number' is missing"),
    ("invite_byivr", {"number": "1"}, 400, "'ivr' is missing"),
    ("invite_byivr", {"number": "1", "ivr": "x"}, 404, "There is no rule 'x'"),
    ("referreplaces", {}, 501, "is not carried out here: calls of two sessions cannot be connected; use 'refer'"),
    ("switch_to_conference", {}, 501, "is not carried out here: who hears whom is the scenario's to say"),
]


@pytest.mark.parametrize(("method", "parameters", "code", "words"), MISSING)
async def test_what_cannot_be_done_is_told(vox, client, method, parameters, code, words):
    answer = client.ask(method, **parameters)
    assert (answer["result"], answer["errorcode"]) == ("error", code)
    assert words in answer["errormsg"]


@pytest.mark.parametrize(
    ("method", "parameters"), [("hold", {}), ("talk", {}), ("refer", {"number": "203"}), ("send_dtmf", {"dtmf": "1"})]
)
async def test_a_call_that_rings_cannot_do_what_needs_a_connection(vox, client, rings, method, parameters):
    await vox.user("201").dial("202", scenario=rings("202"))
    await vox.advance(1.5)
    assert client.ask(method, owner="202", **parameters)["errorcode"] == 409


async def test_a_token_without_the_role_may_not(vox, ccs):
    assert ccs.client("a.test", roles=("subscr",)).ask("list_calls")["errorcode"] == 403


async def test_an_owner_with_several_calls_has_to_name_one(vox, ccs, client, rings):
    vox.scenario(rings("202"))
    await vox.user("201").dial("202")
    await vox.user("201").dial("202")
    await vox.advance(3)
    assert client.ask("hold", owner="201")["errorcode"] == 409


# --- acting ---


async def test_bye_breaks_a_dialog(vox, ccs, client, rings):
    handle = await talking(vox, rings)
    assert client.ask("bye", idconn=connection_of(client)["connectionid"]) == {"qid": 2, "result": "ok"}
    await handle.ended()
    await vox.finished()
    assert ccs.told[-7:] == [
        "call_set_state 202 stopped",
        "call_delete 202 bye",
        "call_set_state 201 stopped",
        "call_delete 201 bye",
        "connection_delete call_terminate",
        "seance_set_state stopped",
        "seance_delete",
    ]


async def test_bye_breaks_a_dialog_that_another_had_rung_for(vox, ccs, client, rings):
    await vox.user("201").dial("202", scenario=rings("202", "203"))
    await vox.advance(3)
    assert "call_delete 202 answered_elsewhere" in ccs.told
    assert client.ask("bye", idconn=connection_of(client)["connectionid"])["result"] == "ok"
    await vox.finished()
    assert "connection_delete call_terminate" in ccs.told


async def test_bye_while_it_rings_cancels_and_fails(vox, ccs, client, rings):
    handle = await vox.user("201").dial("202", scenario=rings("202"))
    await vox.advance(1.5)
    call = client.ask("get_call", owner="201")["call"]
    assert client.ask("bye", idcall=call["callid"])["result"] == "ok"
    await handle.ended()
    await vox.finished()
    assert ccs.told[-7:] == [
        "call_set_state 202 stopped",
        "call_delete 202 cancel",
        "call_set_state 201 stopped",
        "call_delete 201 cancel",
        "connection_delete cancel",
        "seance_set_state stopped",
        "seance_delete",
    ]


async def test_bye_of_a_call_to_the_scenario_alone(vox, client, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.CallAlerting)
    async def alerting(event):
        event.call.answer()
        await event.call.wait_for(CallEvents.Disconnected)
        VoxEngine.terminate()
    """
    handle = await vox.user("201").dial("202", scenario=scenario(text))
    await vox.advance(1)
    assert client.ask("bye", owner="201")["result"] == "ok"
    await handle.ended()


async def test_hold_and_talk(vox, ccs, client, rings):
    await talking(vox, rings)
    assert client.ask("hold", owner="202")["result"] == "ok"
    assert client.ask("get_call", owner="202")["call"]["state"] == "hold"
    assert client.ask("hold", owner="202")["errorcode"] == 409
    assert client.ask("talk", owner="202")["result"] == "ok"
    assert client.ask("talk", owner="202")["errorcode"] == 409
    assert ccs.told[-4:] == [
        "call_set_state 202 hold",
        "seance_set_state hold",
        "call_set_state 202 talk",
        "seance_set_state talk",
    ]


async def test_digits_reach_the_subscriber(vox, client, rings):
    handle = await talking(vox, rings)
    assert client.ask("send_dtmf", owner="201", dtmf="12#")["result"] == "ok"
    await vox.advance(2)
    digits = [one.value for one in handle.received if one.what == "digits"]
    assert "".join(digits) == "12#"


async def test_refer_transfers_the_other_one(vox, ccs, client, scenario):
    handle = await vox.user("201", hangup=9).dial("202", scenario=scenario(REFERRING))
    await vox.advance(4)
    assert client.ask("refer", owner="202", number="203")["result"] == "ok"
    await vox.advance(3)
    assert [call["number"] for call in client.ask("list_calls")["calls"]] == ["201@a.test", "203@c.test"]
    assert connection_of(client)["urireferedby"] == "sip:202@b.test"
    await handle.ended()


async def test_a_record_begins_and_ends(vox, ccs, client, rings):
    await talking(vox, rings)
    connection = connection_of(client)["connectionid"]
    assert client.ask("start_record", idconn=connection)["result"] == "ok"
    await vox.advance(1)
    assert client.ask("start_record", idconn=connection)["errorcode"] == 409
    assert connection_of(client)["isrec"] is True
    await vox.advance(4)
    assert client.ask("stop_record", idconn=connection)["result"] == "ok"
    await vox.advance(1)
    assert client.ask("stop_record", idconn=connection)["errorcode"] == 409
    info = next(event.data for event in ccs.events if event.type == "connection_set_record_info")
    assert 4000 <= info["duration"] <= 5000
    assert connection_of(client)["key"] == info["key"]
    answer = client.ask("callrecord_get_path", key=info["key"])
    assert answer["result"].startswith("/temp/")


async def test_a_connection_that_rings_cannot_be_recorded(vox, client, rings):
    await vox.user("201").dial("202", scenario=rings("202"))
    await vox.advance(1.5)
    assert client.ask("start_record", idconn=connection_of(client)["connectionid"])["errorcode"] == 409


async def test_a_call_that_rings_can_be_picked_up(vox, client, rings):
    await vox.user("201").dial("202", scenario=rings("202"))
    await vox.advance(1.5)
    assert client.ask("pickup", owner="202")["result"] == "ok"
    assert client.ask("get_call", owner="202")["call"]["state"] == "talk"
    assert client.ask("pickup", owner="202")["errorcode"] == 409
    assert client.ask("pickup", owner="201")["errorcode"] == 409


async def test_a_subscriber_calls(vox, client, rings):
    vox.scenario(rings("202"), pattern="202")
    answer = client.ask("new_invite", owner="201", number="202")
    await vox.advance(3)
    assert client.ask("get_call", idcall=answer["idcall"])["call"]["state"] == "talk"
    assert client.ask("new_invite", owner="201", number="777")["errorcode"] == 404


async def test_a_call_that_has_just_ended_is_not_there(vox, client, rings):
    handle = await talking(vox, rings)
    call = client.ask("get_call", owner="201")["call"]
    await handle.hang_up()
    await vox.finished()
    assert client.ask("bye", idcall=call["callid"])["errorcode"] == 404


INVITING = """
from voxsim import *

@VoxEngine.on(AppEvents.Started)
async def started(event):
    call = VoxEngine.call_user(username=VoxEngine.custom_data().rpartition(" ")[2], callerid="100")
    await call.wait_for(CallEvents.Connected)
    await call.say("Hello.").finished()
    VoxEngine.terminate()
"""


@pytest.mark.parametrize(("more", "given"), [({}, "202"), ({"data": "for 202"}, "for 202")])
async def test_a_scenario_calls_a_number(vox, ccs, client, scenario, more, given):
    vox.scenario(scenario(INVITING, "hello"))
    answer = client.ask("invite_byivr", number="202", ivr="hello", **more)
    assert answer["result"] == "ok"
    await vox.advance(1.5)
    assert [call["number"] for call in ccs.client("b.test").ask("list_calls")["calls"]] == ["202@b.test"]
    session = await vox.finished()
    assert session.custom_data == given
    assert ccs.told[:2] == ["call_create 202", "seance_create"]
    assert {event.seance.id for event in ccs.events} == {answer["seanceid"]}


async def test_a_user_starts_no_scenario(vox, ccs, scenario):
    vox.scenario(scenario(INVITING, "hello"))
    user = ccs.client("b.test", kind="user", name="202")
    assert user.ask("invite_byivr", number="203", ivr="hello")["errorcode"] == 403
    assert vox.world.sessions == []


async def test_a_scenario_of_another_domain_is_not_there(vox, scenario):
    vox.user("202", "answer:1", extension="202", domain="b.test")
    vox.scenario(scenario(INVITING, "hello"))
    ccs = vox.ccsevents(menus={"hello": "0001*900"})
    answer = ccs.client("b.test").ask("invite_byivr", number="202", ivr="hello")
    assert answer["errorcode"] == 404
