"""ccsevents: what stands in the events, type by type."""

from __future__ import annotations

import json
import re

import pytest

from voxsim.protocols.callevents import happenings as told
from voxsim.protocols.callevents.causes import Cause
from voxsim.protocols.callevents.model import Leg, Link, Party, PartyKind, Session, Tenant
from voxsim.protocols.ccsevents.events import TYPES
from voxsim.protocols.ccsevents.feed import CcsEvents
from voxsim.protocols.ccsevents.telling import STOP_REASONS, STOP_TYPES, key_of, path_of

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

COMMON = ["eventid", "eventts"]
CALL = [
    *("callid", "side", "dir", "number", "username", "domain", "outer", "remote_number", "displayname", "state"),
    *("prev_state", "connectionid", "seanceid", "createts", "answerts", "endts"),
]
CONNECTION = [
    *("connectionid", "cid", "invitets", "invitedt", "seanceid", "calls", "acallid", "bcallid", "state", "callednum"),
    *("isreferred", "isreplacing", "urireferedby", "isrec", "key"),
]
SEANCE = [
    "seanceid",
    "startts",
    "endts",
    "initcallid",
    "state",
    "prev_state",
    "numbers",
    "queue",
    "calls",
    "connections",
]

KEYS = {
    "call_create": CALL,
    "call_update": ["callid", "seanceid", "device", "changed"],
    "call_set_state": ["callid", "connectionid", "seanceid", "state", "prev_state", "number"],
    "call_attach_to_seance": ["callid", "seanceid"],
    "call_dtmf": ["callid", "connectionid", "seanceid", "dtmf"],
    "call_delete": ["callid", "seanceid", "connectionid", "stopreason", "sipcode", "duration"],
    "connection_create": CONNECTION,
    "connection_attach_to_seance": ["connectionid", "seanceid"],
    "connection_link_call": ["connectionid", "callid", "side", "seanceid"],
    "connection_update": ["connectionid", "seanceid", "state", "bcallid", "changed"],
    "connection_start_record": ["connectionid", "seanceid", "rects"],
    "connection_set_record_info": ["connectionid", "callid", "seanceid", "key", "duration"],
    "connection_failure": ["callid", "seanceid", "cid", "invitets", "callednum", "sipcode", "reason"],
    "connection_delete": ["connectionid", "seanceid", "stoptype", "sipcode"],
    "seance_create": SEANCE,
    "seance_update": ["seanceid", "queue", "changed"],
    "seance_set_state": ["seanceid", "state", "prev_state"],
    "seance_set_next_number": ["seanceid", "number", "index", "numbers"],
    "seance_delete": ["seanceid", "duration"],
}

EVERYTHING = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    caller = event.call
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    nobody = VoxEngine.call_user(username="999", callerid="1")
    await nobody.wait_for(CallEvents.Failed)
    caller.answer()
    await caller.wait_for(CallEvents.Connected)
    request = VoxEngine.enqueue_acd_request("sales", event.callerid)
    await sleep(1)
    agent = VoxEngine.call_user(username="202", callerid=event.callerid)
    await agent.wait_for(CallEvents.Connected)
    VoxEngine.send_media_between(caller, agent)
    caller.record()
"""


@pytest.fixture
async def everything(vox, scenario):
    """A run with events of every type."""
    vox.user("202", "ring:1,answer:2,hold@2,resume@3", devices=2, extension="202", domain="b.test", display_name="Bo")
    caller = vox.user("201", "press:5@4", hangup=10, extension="201", domain="a.test", display_name="Anna")
    vox.queue("sales")
    vox.operator("op1", queue="sales", status="DND")
    ccs = vox.ccsevents()
    await caller.dial("15550100", scenario=scenario(EVERYTHING))
    await vox.finished()
    return ccs


def first(ccs, kind):
    return next(event for event in ccs.events if event.type == kind)


def test_every_type_has_its_keys():
    assert sorted(KEYS) == sorted(TYPES)
    assert len(TYPES) == 19


async def test_each_type_carries_its_keys(vox, everything):
    for kind in TYPES:
        assert list(first(everything, kind).data) == [*COMMON, *KEYS[kind]], kind


async def test_the_envelope(vox, everything):
    event = first(everything, "call_set_state")
    written = event.written()
    assert json.loads(event.text) == written
    assert list(written) == ["class", "type", "eventts", "data"]
    assert (written["class"], written["type"], event.name) == (
        "ccsevents",
        "call_set_state",
        "ccsevents.call_set_state",
    )
    assert written["eventts"] == written["data"]["eventts"]
    assert len(str(written["eventts"])) == 13
    assert re.fullmatch(UUID, written["data"]["eventid"])


async def test_ids(vox, everything):
    connection = first(everything, "connection_create").data
    assert connection["connectionid"] == f"{connection['cid']}.{connection['invitets']}"
    assert re.fullmatch(UUID, connection["cid"])
    ids = [event.data["eventid"] for event in everything.events]
    assert len(set(ids)) == len(ids)
    session = vox.world.sessions[0]
    assert first(everything, "seance_create").data["seanceid"] == session.key.partition(".")[0].lower()
    units = {record.unit for record in session.timeline if record.kind == "leg"}
    assert {event.data["callid"] for event in everything.events if event.type == "call_create"} <= units


async def test_calls(vox, everything):
    start = vox.world.switch.epoch * 1000
    caller, callee = (event.data for event in everything.events if event.type == "call_create")
    assert {key: caller[key] for key in CALL[1:]} == {
        "side": "a",
        "dir": "in",
        "number": "201@a.test",
        "username": "201",
        "domain": "a.test",
        "outer": False,
        "remote_number": "15550100",
        "displayname": "Anna",
        "state": "init",
        "prev_state": None,
        "connectionid": None,
        "seanceid": None,
        "createts": start,
        "answerts": None,
        "endts": None,
    }
    assert (callee["side"], callee["dir"], callee["number"]) == ("b", "out", "202@b.test")
    assert (callee["remote_number"], callee["displayname"]) == ("201", "Bo")
    ends = {event.data["callid"]: event.data for event in everything.events if event.type == "call_delete"}
    assert [ends[one["callid"]]["duration"] for one in (caller, callee)] == [10_000, 7_000]


async def test_somebody_outside(vox, rings):
    vox.user("202", "answer:2", extension="202")
    ccs = vox.ccsevents()
    await vox.phone("+15550001", hangup=5).dial("100", scenario=rings("202"))
    await vox.finished()
    data = first(ccs, "call_create").data
    assert (data["number"], data["username"], data["domain"], data["outer"]) == ("15550001", "", "", True)


async def test_a_connection(vox, everything):
    data = first(everything, "connection_create").data
    calls = [event.data["callid"] for event in everything.events if event.type == "call_create"]
    assert (data["acallid"], data["bcallid"], data["state"], data["callednum"]) == (
        calls[0],
        None,
        "forking",
        "15550100",
    )
    assert (data["isreferred"], data["isreplacing"], data["urireferedby"], data["isrec"]) == (False, False, None, False)
    assert data["invitedt"] == "2026-01-01T00:00:00.000+00:00"
    update = first(everything, "connection_update").data
    assert (update["state"], update["bcallid"], update["changed"]) == ("dialog", calls[1], ["state", "bcallid"])
    isrec = [event.data["isrec"] for event in everything.events if "isrec" in event.data and "changed" in event.data]
    assert isrec == [True, False]


async def test_a_seance(vox, everything):
    data = first(everything, "seance_create").data
    call = first(everything, "call_create").data["callid"]
    assert (data["initcallid"], data["state"], data["numbers"], data["calls"]) == (call, "init", [], [call])
    number = first(everything, "seance_set_next_number").data
    assert (number["number"], number["index"], number["numbers"]) == ("202@b.test", 0, ["202@b.test"])
    states = [
        (event.data["prev_state"], event.data["state"]) for event in everything.events if "seance_set_s" in event.type
    ]
    assert states == [
        ("init", "ivr"),
        ("ivr", "queue"),
        ("queue", "dialing"),
        ("dialing", "talk"),
        ("talk", "hold"),
        ("hold", "talk"),
        ("talk", "stopped"),
    ]
    ends = first(everything, "seance_delete")
    assert ends.data["duration"] == ends.at - data["startts"]


async def test_states_of_calls(vox, everything):
    callee = [event.data["callid"] for event in everything.events if event.type == "call_create"][1]
    changes = [event.data for event in everything.events if event.type == "call_set_state"]
    states = [(one["prev_state"], one["state"]) for one in changes if one["callid"] == callee]
    assert states == [
        ("init", "ringing"),
        ("ringing", "talk"),
        ("talk", "hold"),
        ("hold", "talk"),
        ("talk", "stopped"),
    ]


async def test_a_failure(vox, everything):
    data = first(everything, "connection_failure").data
    assert (data["callednum"], data["sipcode"], data["reason"]) == ("999", 404, "no_route")
    assert re.fullmatch(UUID, data["cid"])
    assert data["callid"] == first(everything, "call_create").data["callid"]


async def test_a_digit(vox, everything):
    data = first(everything, "call_dtmf").data
    assert data["dtmf"] == "5"
    assert data["connectionid"] == first(everything, "connection_create").data["connectionid"]


def test_every_cause_has_its_words():
    assert set(STOP_REASONS) == set(STOP_TYPES) == set(Cause)


def test_keys_and_paths_of_records():
    key = key_of("http://127.0.0.1:12092/records/2026/01/01/abc.mp3?record_id=7")
    assert key == "fs:voxsim:2026/01/01/abc.mp3"
    assert path_of(key) == "2026/01/01/abc.mp3"
    assert path_of("s3:bucket/abc.mp3") is None


# --- an attended transfer between two seances: no scenario can make one, since a session joins its own calls alone ---


def party(short):
    return Party(kind=PartyKind.USER, number=short, short=short, tenant=Tenant("a.test", "0001"))


def a_call(session, caller, callee, at):
    """Two parties that talk, as happenings; returns them with the link."""
    one = Leg(id=f"{session.id}a", session=session, run=session.id, incoming=True, kind="user", number=callee,
              party=party(caller), created=at, initiator=True)  # fmt: skip
    link = Link(id=f"{session.call_id}.1", number=1, session=session, initiator=one, called=callee, created=at)
    one.link = link
    two = Leg(id=f"{session.id}b", session=session, run=session.id, incoming=False, kind="user", number=callee,
              party=party(callee), created=at, link=link)  # fmt: skip
    link.targets.append(two)
    happenings = [
        told.LegCreated(at, session, one),
        told.Routed(at, session, link),
        told.TargetAdded(at, session, two.party.address, 0),
        told.LegCreated(at, session, two),
        told.LegAnswered(at + 1, session, two),
        told.LinkAnswered(at + 1, session, link, two),
        told.LegAnswered(at + 2, session, one),
    ]
    return one, two, link, happenings


def ended(leg, at):
    leg.ended, leg.cause, leg.code, leg.ended_by = at, Cause.ANSWERED, 200, "far"
    return told.LegEnded(at, leg.session, leg)


@pytest.fixture
def replaced():
    """201 talks with 202, who talks with 203 in another seance and hands 201 over; what follows, up to 202's end."""
    feed, events = CcsEvents(), []
    feed.on_events = events.extend
    menu = Party(kind=PartyKind.SCENARIO, number="100")
    first, second = (
        Session(id=f"s{n}", call_id=f"{n:016x}", created=1000, started_by="call", scenario=menu) for n in (1, 2)
    )
    caller, agent, first_link, happenings = a_call(first, "201", "202", 1000)
    consulting, expert, second_link, more = a_call(second, "202", "203", 5000)
    for one in (*happenings, *more):
        feed.take(one)
    events.clear()
    for link in (first_link, second_link):
        link.cause, link.code = Cause.ANSWERED, 200
    feed.take(told.Transferred(9000, first, agent, first_link, second_link, "203", True))
    for one in (ended(agent, 9001), ended(consulting, 9002), told.LinkEnded(9002, second, second_link)):
        feed.take(one)
    feed.take(told.SessionEnded(9003, second))
    return feed, events, caller, expert, first_link


def in_short(events):
    return [(event.type, event.data.get("callid", "")[-3:], event.seance.id[-1]) for event in events]


def test_an_attended_transfer_between_two_seances(replaced):
    feed, events, caller, expert, link = replaced
    feed.take(ended(caller, 9500))
    feed.take(told.LinkEnded(9500, link.session, link))
    feed.take(ended(expert, 9501))
    feed.take(told.SessionEnded(9502, link.session))
    assert in_short(events) == [
        ("connection_update", "", "1"),
        ("call_attach_to_seance", "s2b", "1"),
        ("connection_link_call", "s2b", "1"),
        ("call_update", "s2b", "1"),
        ("seance_update", "", "1"),
        ("call_set_state", "s1b", "1"),
        ("call_delete", "s1b", "1"),
        ("call_set_state", "s2a", "2"),
        ("call_delete", "s2a", "2"),
        ("connection_delete", "", "2"),
        ("seance_set_state", "", "2"),
        ("seance_delete", "", "2"),
        ("call_set_state", "s1a", "1"),
        ("call_delete", "s1a", "1"),
        ("call_set_state", "s2b", "1"),
        ("call_delete", "s2b", "1"),
        ("connection_delete", "", "1"),
        ("seance_set_state", "", "1"),
        ("seance_delete", "", "1"),
    ]
    assert events[0].data["isreplacing"] is True


def test_a_call_that_was_taken_over_keeps_its_new_seance_alive(replaced):
    feed, events, caller, expert, link = replaced
    feed.take(ended(caller, 9500))
    feed.take(told.LinkEnded(9500, link.session, link))
    feed.take(told.SessionEnded(9500, link.session))
    assert "seance_delete" not in [event.type for event in events if event.seance.id[-1] == "1"]
    feed.take(ended(expert, 9901))
    assert in_short(events)[-4:] == [
        ("call_set_state", "s2b", "1"),
        ("call_delete", "s2b", "1"),
        ("seance_set_state", "", "1"),
        ("seance_delete", "", "1"),
    ]
