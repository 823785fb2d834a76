"""One call, three systems that follow it: they agree on which call it was, what came of it, and how long it took."""

from __future__ import annotations

import pytest

MODULE = """
import json

def VoipParseWebhookRequest(request):
    told = json.loads(request.body)
    outcome = {"noanswer": "NoAnswer"}.get(told["disposition"], told["disposition"].capitalize())
    call = {name: told[name] for name in ("srcPhone", "dstPhone", "callId")}
    call |= {"direction": told["direction"].capitalize(), "disposition": outcome}
    if told["type"] == "record":
        return {"callRecord": {**call, "duration": told["duration"], "call": {"link": told["callLink"]}}}
    return {"event": {**call, "event": "Notify" + told["type"].capitalize()}}
"""

RECORDED_GROUP = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    caller = event.call
    callees = [VoxEngine.call_user(username=one, callerid=event.callerid) for one in ("201", "202")]
    def answered(event):
        for one in callees:
            if one is not event.call:
                one.hangup()
        caller.answer()
        VoxEngine.send_media_between(caller, event.call)
        caller.record()
    for one in callees:
        one.add_event_listener(CallEvents.Ringing, lambda _: caller.ring())
        one.add_event_listener(CallEvents.Connected, answered)
        one.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
"""


@pytest.fixture
def systems(vox, tmp_path):
    """`systems(…)` has all three follow the calls of two operators who behave so, each in a domain of its own."""

    def follow(*behaviours):
        for number, (behaviour, letter) in enumerate(zip(behaviours, "12", strict=True), 201):
            vox.user(str(number), behaviour, extension=f"000{letter}*{number}", domain=f"d{letter}.test")
        (tmp_path / "module.py").write_text(MODULE)
        numbers = ["15550100"]
        elma = vox.elma365(tmp_path / "module.py", users={"201": "Anna", "202": "Boris"}, numbers=numbers)
        return vox.voipnow(numbers=numbers), vox.ccsevents(numbers=numbers), elma

    return follow


async def test_the_three_systems_agree_on_a_call_to_a_group(vox, systems, scenario):
    voipnow, ccs, elma = systems("ring:1,answer:3", "ring:1,answer:9")
    await vox.phone("+15550001", hangup=42).dial("15550100", scenario=scenario(RECORDED_GROUP))
    await vox.finished()
    await elma.delivered()

    assert [line for line in voipnow.told if "*201" in line] == [
        "dial-in 0001*201 CALLING", "answer-in 0001*201 ANSWER", "hangup 0001*201 ANSWER",
    ]  # fmt: skip
    assert [line for line in voipnow.told if "*202" in line] == [
        "dial-in 0002*202 CALLING", "hangup 0002*202 NOANSWER",
    ]  # fmt: skip
    first, second = ([event.type for event in ccs.of(domain)] for domain in ("d1.test", "d2.test"))
    assert first.index("connection_start_record") < first.index("connection_set_record_info")
    assert first[-4:] == ["connection_delete", "seance_set_state", "seance_delete", "connection_set_record_info"]
    assert {"connection_create", "connection_update"} <= set(first)
    assert not any("201" in str(event.data) for event in ccs.of("d2.test"))
    assert "call_delete" in second
    assert [line.partition(" in 15550001 ")[::2] for line in elma.told] == [
        ("start", "201 unknown"),
        ("start", "202 unknown"),
        ("answer", "201 answered"),
        ("end", "202 cancel"),
        ("end", "201 answered"),
        ("record", "201 answered"),
    ]

    # Which call it was.
    (identity,) = {dict(one.parameters)["CallID"] for one in voipnow.sent}
    assert {one.call for one in elma.sent} == {identity}
    assert {card.key.call_id for card in elma.cards} == {identity}
    assert {event.data["seanceid"] for event in ccs.events if event.data.get("seanceid")} == {identity}

    # How long they talked.
    talked = talk_of_voipnow(voipnow)
    end = next(one for one in elma.sent if one.fields["type"] == "end" and one.fields["dstPhone"] == "201")
    assert end.fields["duration"] * 1000 == talked
    assert talk_of_ccs(ccs) == talked
    assert 41_900 < talked < 42_100
    (card,) = elma.cards
    assert (card.disposition, card.users, card.missed) == ("Answered", ["Anna"], False)
    assert abs(card.duration * 1000 - talked) <= 50


def talk_of_voipnow(voipnow):
    """The milliseconds between the answer of an extension and its hangup."""
    times = {one.rule.event.title: one.at for one in voipnow.of("0001*201")}
    return times["hangup"] - times["answer-in"]


def talk_of_ccs(ccs):
    """The same, of that extension's shoulder."""
    own = [event for event in ccs.events if event.call is not None and event.call.party.short == "201"]
    talking = next(event for event in own if event.data.get("state") == "talk")
    stopped = next(event for event in own if event.data.get("state") == "stopped")
    return stopped.at - talking.at


OUTCOMES = [
    ("ring:1,reject:486@3", None, "BUSY", "busy"),
    ("ring:1,reject:603@3", None, "BUSY", "busy"),
    ("ring:1,reject:480@3", None, "NOANSWER", "noanswer"),
    ("ring:1,answer:900", None, "NOANSWER", "noanswer"),
    ("ring:1,answer:900", 3, "CANCEL", "cancel"),
    ("ring:1,reject:503@3", None, "CHANUNAVAIL", "failed"),
    ("ring:1,reject:500@3", None, "CONGESTION", "failed"),
    ("ring:1,answer:2,hangup:5", None, "ANSWER", "answered"),
]


@pytest.mark.parametrize(("behaviour", "patience", "status", "disposition"), OUTCOMES)
async def test_the_systems_agree_on_what_came_of_a_call(vox, systems, rings, behaviour, patience, status, disposition):
    voipnow, ccs, elma = systems(behaviour, "silent")
    caller = vox.phone("+15550001", **({} if patience is None else {"cancel": patience}))
    await caller.dial("15550100", scenario=rings("201"))
    await vox.finished()
    await elma.delivered()
    assert voipnow.told[-1] == f"hangup 0001*201 {status}"
    assert elma.told[-1] == f"end in 15550001 201 {disposition}"
    assert any(line.startswith("call_delete") for line in ccs.told)
    (card,) = elma.cards
    assert card.missed == (disposition != "answered")
