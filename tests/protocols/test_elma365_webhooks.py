"""The webhooks that a provider sends of simulated calls: which, in which order, in three dialects."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from voxsim.protocols.callevents.causes import Cause
from voxsim.protocols.elma365.dialects import DIALECTS, DISPOSITIONS
from voxsim.protocols.elma365.feed import Subscriber, Webhooks

RECORDING = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    caller = event.call
    agent = VoxEngine.call_user(username="202", callerid=event.callerid)
    agent.add_event_listener(CallEvents.Ringing, lambda _: caller.ring())
    agent.add_event_listener(CallEvents.Failed, lambda _: VoxEngine.terminate())
    agent.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    await agent.wait_for(CallEvents.Connected)
    caller.answer()
    VoxEngine.send_media_between(caller, agent)
    caller.record()
"""

OUT = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    caller = event.call
    callee = VoxEngine.call_pstn(event.destination, "15550100")
    VoxEngine.easy_process(caller, callee)
"""

MENU = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    event.call.answer()
    await event.call.say("Nobody is here.").finished()
    VoxEngine.terminate()
"""

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


def operators(vox, *behaviours):
    for number, behaviour in enumerate(behaviours, 202):
        vox.user(str(number), behaviour, extension=str(number), domain="alpha.test", dids=[f"1555010{number}"])
    return vox.elma365(url="http://crm.example/hook")


# --- neutral: the moments and their bodies ---


async def test_an_incoming_call_that_is_answered_and_recorded(vox, scenario):
    elma = operators(vox, "ring:1,answer:2")
    await vox.phone("+15550001", hangup=42).dial("100", scenario=scenario(RECORDING))
    await vox.finished()
    both = {"callId": elma.sent[0].call, "direction": "in", "srcPhone": "15550001", "dstPhone": "202"}
    start, answer, end, record = [json.loads(one.body) for one in elma.sent]
    assert start == {"type": "start", **both, "disposition": "unknown"}
    assert answer == {"type": "answer", **both, "disposition": "answered"}
    assert end == {"type": "end", **both, "disposition": "answered", "duration": end["duration"]}
    assert record == {
        "type": "record", **both, "disposition": "answered", "duration": record["duration"],
        "callLink": record["callLink"],
    }  # fmt: skip
    assert 42 <= end["duration"] < 42.1
    assert 41.9 < record["duration"] < 42.1
    assert record["callLink"].startswith("http")
    assert {(one.method, one.headers) for one in elma.sent} == {("POST", (("Content-Type", "application/json"),))}


@pytest.mark.parametrize(
    ("behaviour", "patience", "disposition"),
    [
        ("ring:1,reject:486@3", None, "busy"),
        ("ring:1,reject:600@3", None, "busy"),
        ("ring:1,reject:603@3", None, "busy"),
        ("ring:1,reject:408@3", None, "noanswer"),
        ("ring:1,reject:480@3", None, "noanswer"),
        ("ring:1,answer:900", None, "noanswer"),
        ("ring:1,answer:900", 3, "cancel"),
        ("ring:1,reject:404@3", None, "failed"),
        ("ring:1,reject:503@3", None, "failed"),
        ("ring:1,reject:500@3", None, "failed"),
        ("reject:486", None, "busy"),
        ("reject:480", None, "failed"),
    ],
)
async def test_a_missed_call_tells_why(vox, rings, behaviour, patience, disposition):
    elma = operators(vox, behaviour)
    caller = vox.phone("+15550001", **({"cancel": patience} if patience else {}))
    await caller.dial("100", scenario=rings("202"))
    await vox.finished()
    assert elma.told == ["start in 15550001 202 unknown", f"end in 15550001 202 {disposition}"]
    assert elma.sent[1].fields["duration"] == 0


def test_every_cause_has_a_disposition():
    assert set(DISPOSITIONS) == set(Cause)


async def test_a_caller_who_gives_up_before_anybody_rings_was_never_there(vox, rings):
    elma = operators(vox, "ring:5,answer:9")
    await vox.phone("+15550001", cancel=2).dial("100", scenario=rings("202"))
    await vox.finished()
    assert elma.told == []


async def test_an_operator_who_is_away_misses_the_call(vox, rings):
    vox.user("202", online=False, extension="202")
    elma = vox.elma365(url="http://crm.example/hook")
    await vox.phone("+15550001").dial("100", scenario=rings("202"))
    await vox.finished()
    assert elma.told == ["start in 15550001 202 unknown", "end in 15550001 202 failed"]


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        ("ring:1,answer:2,hangup:5", ["start", "answer", "end"]),
        ("ring:1,reject:486@2", ["start", "end"]),
        ("reject:404", ["start", "end"]),
    ],
)
async def test_an_outgoing_call(vox, scenario, behaviour, told):
    vox.phone("+15550177", behaviour)
    elma = operators(vox, "answer:1")
    await vox.user("201", extension="201").dial("+15550177", scenario=scenario(OUT))
    await vox.finished()
    elma_told = [one.fields for one in elma.sent]
    assert [one["type"] for one in elma_told] == told
    assert {(one["direction"], one["srcPhone"], one["dstPhone"]) for one in elma_told} == {("out", "201", "15550177")}


async def test_a_number_that_cannot_be_called_is_told_as_a_pair(vox, scenario):
    elma = operators(vox, "answer:1")
    caller = vox.user("201", extension="201")
    await caller.dial("+15559999", scenario=scenario(OUT))
    await vox.finished()
    assert elma.told == ["start out 201 15559999 unknown", "end out 201 15559999 failed"]


async def test_an_internal_call(vox, rings):
    elma = operators(vox, "ring:1,answer:2,hangup:3")
    await vox.user("201", extension="201").dial("100", scenario=rings("202"))
    await vox.finished()
    assert elma.told == [
        "start internal 201 202 unknown", "answer internal 201 202 answered", "end internal 201 202 answered",
    ]  # fmt: skip
    assert [one.at % 100_000 for one in elma.sent] == [0, 2000, 5000]


async def test_a_group_has_a_start_each_one_answer_and_losers_that_end_first(vox, rings):
    elma = operators(vox, "ring:1,answer:3", "ring:1,answer:9", "ring:2,answer:9")
    await vox.phone("+15550001", hangup=10).dial("100", scenario=rings("202", "203", "204"))
    await vox.finished()
    assert elma.told == [
        "start in 15550001 202 unknown",
        "start in 15550001 203 unknown",
        "start in 15550001 204 unknown",
        "answer in 15550001 202 answered",
        "end in 15550001 203 cancel",
        "end in 15550001 204 cancel",
        "end in 15550001 202 answered",
    ]
    assert len({one.call for one in elma.sent}) == 1


async def test_who_was_not_rung_yet_hears_nothing_of_the_group(vox, rings):
    elma = operators(vox, "ring:1,answer:2", "ring:5,answer:9")
    await vox.phone("+15550001", hangup=3).dial("100", scenario=rings("202", "203"))
    await vox.finished()
    assert {one.fields["dstPhone"] for one in elma.sent} == {"202"}


async def test_a_transfer_ends_for_the_leaver_and_starts_for_the_new_operator(vox, scenario):
    elma = operators(vox, "ring:1,answer:2,transfer:203@5", "ring:1,answer:2")
    await vox.phone("+15550001", hangup=20).dial("100", scenario=scenario(TRANSFERRING))
    await vox.finished()
    assert elma.told == [
        "start in 15550001 202 unknown",
        "answer in 15550001 202 answered",
        "start in 15550001 203 unknown",
        "answer in 15550001 203 answered",
        "end in 15550001 202 answered",
        "end in 15550001 203 answered",
    ]
    assert len({one.call for one in elma.sent}) == 1


async def test_a_scenario_that_answers_by_itself_is_nothing(vox, scenario):
    elma = operators(vox, "answer:1")
    await vox.phone("+15550001").dial("100", scenario=scenario(MENU))
    await vox.finished()
    assert elma.told == []


async def test_with_nothing_configured_a_public_number_is_a_client_and_all_else_an_operator(vox, rings):
    vox.user("202", "ring:1,answer:2,hangup:3")
    elma = vox.elma365(url="http://crm.example/hook")
    await vox.phone("+15550001").dial("100", scenario=rings("202"))
    await vox.finished()
    assert elma.told[0] == "start in 15550001 202 unknown"


# --- the dialects of two providers ---


async def test_gravitel_tells_of_each_operator_and_then_the_history(vox, scenario):
    vox.user("anna", "ring:1,answer:2", extension="202", domain="alpha.test", dids=["15550102"], groups=["sales"])
    elma = vox.elma365(url="http://crm.example/hook", dialect="gravitel", key="k", numbers=["15550100"])
    text = RECORDING.replace('"202"', '"anna"')
    await vox.phone("+15550001", hangup=42).dial("15550100", scenario=scenario(text))
    await vox.finished()
    known = {
        "cmd": "event", "phone": "15550001", "diversion": "15550100", "user": "anna@alpha.test", "ext": "202",
        "groupRealName": "sales", "telnum": "15550102", "callid": elma.sent[0].call, "crm_token": "k",
    }  # fmt: skip
    *events, history = [dict(parse_qsl(one.body.decode(), keep_blank_values=True)) for one in elma.sent]
    assert events == [{**known, "type": kind} for kind in ("INCOMING", "ACCEPTED", "COMPLETED")]
    link = history.pop("link")
    assert link.startswith("http")
    assert history == {
        **known, "cmd": "history", "type": "in", "start": "20260101T000001Z", "duration": "42", "status": "Success",
    }  # fmt: skip
    assert elma.sent[0].headers == (("Content-Type", "application/x-www-form-urlencoded"),)


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        ("ring:1,answer:2,hangup:5", "Success"),
        ("ring:1,reject:486@2", "Busy"),
        ("ring:1,reject:480@2", "NotAvailable"),
        ("ring:1,reject:503@2", "NotAvailable"),
        ("reject:404", "NotAllowed"),
    ],
)
async def test_gravitel_tells_what_came_of_an_outgoing_call(vox, scenario, behaviour, status):
    vox.phone("+15550177", behaviour)
    vox.user("202", extension="202")
    elma = vox.elma365(url="http://crm.example/hook", dialect="gravitel")
    await vox.user("201", extension="201").dial("+15550177", scenario=scenario(OUT))
    await vox.finished()
    kinds = [one.fields["type"] for one in elma.sent]
    up = status == "Success"
    assert kinds == ["OUTGOING", "ACCEPTED", "COMPLETED", "out"] if up else ["OUTGOING", "CANCELLED", "out"]
    assert elma.sent[-1].fields["status"] == status


async def test_gravitel_cancels_the_losers_and_has_one_history(vox, rings):
    vox.user("202", "ring:1,answer:2", extension="202")
    vox.user("203", "ring:1,answer:9", extension="203")
    elma = vox.elma365(url="http://crm.example/hook", dialect="gravitel")
    await vox.phone("+15550001", hangup=5).dial("100", scenario=rings("202", "203"))
    await vox.finished()
    assert elma.told == [
        "event INCOMING 202 15550001",
        "event INCOMING 203 15550001",
        "event ACCEPTED 202 15550001",
        "event CANCELLED 203 15550001",
        "event COMPLETED 202 15550001",
        "history in 202 15550001 Success",
    ]


async def test_gravitel_tells_of_missed_calls_and_of_both_ends_of_internal_ones(vox, rings):
    vox.user("202", "ring:1,reject:486@2", extension="202")
    elma = vox.elma365(url="http://crm.example/hook", dialect="gravitel")
    await vox.phone("+15550001").dial("100", scenario=rings("202"))
    await vox.finished()
    assert elma.told[-1] == "history in 202 15550001 missed"
    elma.sent.clear()
    await vox.user("201", extension="201").dial("100", scenario=rings("202"))
    await vox.finished()
    assert elma.told == [
        "event OUTGOING 201 202",
        "event INCOMING 202 201",
        "event CANCELLED 201 202",
        "event CANCELLED 202 201",
        "history out 201 202 Busy",
    ]


async def test_gravitel_tells_who_hands_a_call_over(vox, scenario):
    vox.user("202", "ring:1,answer:2,transfer:203@5", extension="202")
    vox.user("203", "ring:1,answer:2", extension="203")
    elma = vox.elma365(url="http://crm.example/hook", dialect="gravitel")
    await vox.phone("+15550001", hangup=20).dial("100", scenario=scenario(TRANSFERRING))
    await vox.finished()
    assert "event TRANSFERRED 202 15550001" in elma.told
    assert [line for line in elma.told if line.startswith("history")] == [
        "history in 202 15550001 Success", "history in 203 15550001 Success",
    ]  # fmt: skip


def signed(fields, names):
    text = "".join(fields[name] for name in names)
    return b64encode(hmac.new(b"s3cret", text.encode(), "sha1").hexdigest().encode()).decode()


SIGNED = {
    "NOTIFY_START": ("caller_id", "called_did", "call_start"),
    "NOTIFY_INTERNAL": ("caller_id", "called_did", "call_start"),
    "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
    "NOTIFY_END": ("caller_id", "called_did", "call_start"),
    "NOTIFY_OUT_START": ("internal", "destination", "call_start"),
    "NOTIFY_OUT_END": ("internal", "destination", "call_start"),
    "NOTIFY_RECORD": ("pbx_call_id", "call_id_with_rec"),
}


async def test_zadarma_tells_of_the_call_as_a_whole_and_signs_it(vox, scenario):
    vox.user("202", "ring:1,answer:2", extension="202")
    elma = vox.elma365(url="http://crm.example/hook", dialect="zadarma", secret="s3cret", numbers=["15550100"])
    await vox.phone("+15550001", hangup=42).dial("15550100", scenario=scenario(RECORDING))
    await vox.finished()
    told = [dict(parse_qsl(one.body.decode(), keep_blank_values=True)) for one in elma.sent]
    call = f"in_{elma.sent[0].call}"
    known = {"call_start": "2026-01-01 00:00:01", "pbx_call_id": call, "caller_id": "15550001"}
    record = f"{elma.sent[0].call}.1"
    assert told == [
        {"event": "NOTIFY_START", **known, "called_did": "15550100"},
        {"event": "NOTIFY_INTERNAL", **known, "called_did": "15550100", "internal": "202"},
        {"event": "NOTIFY_ANSWER", **known, "destination": "202", "internal": "202"},
        {
            "event": "NOTIFY_END", **known, "called_did": "15550100", "internal": "202", "duration": "42",
            "disposition": "answered", "status_code": "16", "is_recorded": "1", "call_id_with_rec": record,
        },
        {"event": "NOTIFY_RECORD", "pbx_call_id": call, "call_id_with_rec": record},
    ]  # fmt: skip
    for one, fields in zip(elma.sent, told, strict=True):
        assert dict(one.headers)["Signature"] == signed(fields, SIGNED[fields["event"]])


@pytest.mark.parametrize(
    ("behaviour", "disposition", "code"),
    [
        ("ring:1,answer:2,hangup:5", "answered", "16"),
        ("ring:1,reject:486@2", "busy", "17"),
        ("ring:1,reject:603@2", "busy", "21"),
        ("ring:1,reject:480@2", "no answer", "19"),
        ("ring:1,reject:503@2", "failed", "20"),
        ("ring:1,reject:500@2", "failed", "41"),
        ("reject:404", "unallocated number", "1"),
    ],
)
async def test_zadarma_tells_what_came_of_an_outgoing_call(vox, scenario, behaviour, disposition, code):
    vox.phone("+15550177", behaviour)
    vox.user("202", extension="202")
    elma = vox.elma365(url="http://crm.example/hook", dialect="zadarma", secret="s3cret")
    await vox.user("201", extension="201").dial("+15550177", scenario=scenario(OUT))
    await vox.finished()
    first, *_, last = [one.fields for one in elma.sent]
    assert (first["event"], last["event"]) == ("NOTIFY_OUT_START", "NOTIFY_OUT_END")
    assert (last["internal"], last["destination"], last["caller_id"]) == ("201", "15550177", "15550100")
    assert (last["disposition"], last["status_code"], last["is_recorded"]) == (disposition, code, "0")
    assert last["pbx_call_id"].startswith("out_")


async def test_zadarma_starts_a_group_once_and_ends_it_once(vox, rings):
    vox.user("202", "ring:1,answer:3", extension="202")
    vox.user("203", "ring:2,answer:9", extension="203")
    elma = vox.elma365(url="http://crm.example/hook", dialect="zadarma")
    await vox.phone("+15550001", hangup=5).dial("100", scenario=rings("202", "203"))
    await vox.finished()
    assert [one.fields["event"] for one in elma.sent] == [
        "NOTIFY_START", "NOTIFY_INTERNAL", "NOTIFY_INTERNAL", "NOTIFY_ANSWER", "NOTIFY_END",
    ]  # fmt: skip
    assert {one.fields["call_start"] for one in elma.sent} == {
        datetime.fromtimestamp(vox.world.switch.epoch + 1, UTC).strftime("%Y-%m-%d %H:%M:%S")
    }


# --- records ---


async def test_a_record_that_stops_early_waits_for_the_end_of_the_call(vox, scenario):
    elma = operators(vox, "ring:1,answer:2")
    recorder = "recorder = VoxEngine.create_recorder()\n    caller.send_media_to(recorder)\n"
    text = RECORDING.replace("caller.record()", f"{recorder}    set_timeout(recorder.stop, 5000)")
    await vox.phone("+15550001", hangup=20).dial("100", scenario=scenario(text))
    await vox.finished()
    assert [one.fields["type"] for one in elma.sent] == ["start", "answer", "end", "record"]
    assert 4.9 < elma.sent[-1].fields["duration"] < 5.1


# --- delivery ---


async def test_webhooks_of_a_call_go_one_after_the_other_and_hold_nothing_up(vox, rings):
    elma = operators(vox, "ring:1,answer:2")
    slow = vox.web.on("POST", "http://crm.example/hook").reply(delay=4)
    await vox.phone("+15550001", hangup=1).dial("100", scenario=rings("202"))
    await vox.finished()
    assert vox.now < 4
    await elma.delivered()
    assert [one.json()["type"] for one in slow.requests] == ["start", "answer", "end"]
    assert vox.now > 12


@pytest.mark.parametrize("outcome", ["delivered", "refused", "failed"])
async def test_what_became_of_a_webhook_is_in_the_journal(vox, rings, outcome):
    elma = operators(vox, "ring:1,reject:486@2")
    service = vox.web.on("POST", "http://crm.example/hook")
    if outcome == "failed":
        service.fail("connection")
    else:
        service.reply(200 if outcome == "delivered" else 500)
    await vox.phone("+15550001").dial("100", scenario=rings("202"))
    await vox.finished()
    await elma.delivered()
    records = [one for one in vox.world.journal if one.kind == "feed"]
    assert [one.name for one in records] == [outcome] * 2
    assert {one.facts()["feed"] for one in records} == {"elma365"}


def test_each_who_wants_to_be_told_is_told_in_his_own_dialect():
    assert sorted(DIALECTS) == ["gravitel", "neutral", "zadarma"]
    assert Webhooks([Subscriber(where=lambda: "http://a.example/")]).subscribers[0].where() == "http://a.example/"
