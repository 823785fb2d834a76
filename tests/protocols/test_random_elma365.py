"""Laws of webhooks and cards over random calls: what begins before what, and what is left when all is over."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_random_call_events import CALLERS, RANDOM, behaviours

from voxsim.driver import Stuck
from voxsim.driver.scheduling import deterministic
from voxsim.parties.world import World
from voxsim.protocols.callevents.view import View
from voxsim.protocols.elma365.calls import Calls, Stage
from voxsim.protocols.elma365.dialects import DIALECTS, Speech
from voxsim.protocols.elma365.feed import WEBHOOK
from voxsim.protocols.elma365.provider import PROVIDER
from voxsim.protocols.elma365.results import parse_result
from voxsim.protocols.elma365.system import State, System
from voxsim.protocols.elma365.telephony import MODULES, Telephony
from voxsim.testing.following import people_of

RANDOMLY = settings(
    max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def lived(callers, callees, file):
    """The moments that such calls make, and the fold that made them."""
    world = World()
    rule = world.add_rule(file)
    for name, behaviour in zip(("201", "202", "203", "204"), (*callees, ""), strict=True):
        world.add_party("user", name, behaviour, extension=name)
    world.add_party("pstn", "+15550100", callees[0])
    calls, moments = Calls(), []

    def tell(happenings):
        for happening in happenings:
            for moment in calls.take(happening):
                told = {name: [one.fields for one in says(moment, Speech())] for name, says in DIALECTS.items()}
                moments.append((moment, told))

    world.switch.subscribe(View(people_of(world), world.switch.epoch, tell).see)
    for caller in callers:
        plan = json.dumps(caller.plan)
        if caller.who:
            kind = "pstn" if caller.who.startswith("+") else "user"
            patience = {} if caller.gives_up is None else {"cancel": caller.gives_up}
            party = world.add_party(kind, caller.who, hangup=caller.hangup, **patience)
            call = lambda party=party, plan=plan: world.call_in(party, "100", rule, headers={"X-Plan": plan})  # noqa: E731
        else:
            call = lambda plan=plan: world.start(rule, plan)  # noqa: E731
        world.switch.after(caller.at, call)
    expected = len(callers)
    try:
        with deterministic(0):
            trio.run(
                world.driver.run,
                lambda: len(world.sessions) >= expected and not world.switch.sessions,
                clock=world.driver,
            )
    except Stuck:
        pass
    return world, calls, moments


ORDER = {
    None: {Stage.START},
    Stage.START: {Stage.RING, Stage.ANSWER, Stage.END},
    Stage.RING: {Stage.ANSWER, Stage.END},
    Stage.ANSWER: {Stage.TRANSFER, Stage.END},
    Stage.TRANSFER: {Stage.TRANSFER, Stage.END},
    Stage.END: {Stage.OVER},
    Stage.OVER: {Stage.RECORD, Stage.HISTORY},
    Stage.RECORD: {Stage.RECORD, Stage.HISTORY},
    Stage.HISTORY: {Stage.RECORD},
}
"""What may come behind a stage of one part."""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The scenario that does what its caller asks for."""
    path = tmp_path_factory.mktemp("random") / "random.py"
    path.write_text(RANDOM)
    return str(path)


@RANDOMLY
@given(callers=CALLERS, callees=st.tuples(behaviours(), behaviours(), behaviours()))
def test_each_part_goes_from_its_start_to_its_end_and_each_link_is_over_once(callers, callees, file):
    world, calls, moments = lived(callers, callees, file)
    assert not [failure for failure in world.failures if "voxsim itself" in str(failure)]
    before, parts, over, last = {}, {}, defaultdict(int), 0
    for moment, _ in moments:
        part = moment.part
        assert moment.stage in ORDER[before.get(id(part))], (moment.stage, before.get(id(part)))
        assert moment.at >= last
        before[id(part)], parts[id(part)], last = moment.stage, part, moment.at
        over[part.call_id, part.link] += bool(part.link) and moment.stage is Stage.OVER
    assert all(count <= 1 for count in over.values())
    if not world.switch.sessions:
        assert calls._calls == {}
        assert all(part.ended is not None and part.talk_ms >= 0 for part in parts.values())
        linked = [part for part in parts.values() if part.link]
        assert {(part.call_id, part.link) for part in linked} == {key for key, count in over.items() if count}
        told = [moment.part for moment, _ in moments if moment.stage is Stage.HISTORY]
        assert len({id(part) for part in told}) == len(told)


@RANDOMLY
@given(callers=CALLERS, callees=st.tuples(behaviours(), behaviours(), behaviours()))
def test_the_system_is_left_without_a_call_that_goes_on(callers, callees, file):
    world, _, moments = lived(callers, callees, file)
    system = System()
    for moment, dialects in moments:
        for fields in dialects["neutral"]:
            result = parse_result(module(fields))
            if result.event is not None:
                system.take(result.event, moment.at)
            if result.record is not None:
                system.record(result.record, moment.at)
    assert len({card.number for card in system.cards}) == len(system.cards)
    if not world.switch.sessions:
        assert {card.state for card in system.cards} <= {State.ENDED}
        assert all(line.state in (State.ENDED, State.CLOSED) for card in system.cards for line in card.lines.values())
    for card in system.cards:
        assert card.missed <= (card.key.direction == "In" and card.disposition != "Answered")


def module(told):
    """What a module makes of a webhook of the neutral dialect."""
    outcome = {"noanswer": "NoAnswer"}.get(told["disposition"], told["disposition"].capitalize())
    call = {name: told[name] for name in ("srcPhone", "dstPhone", "callId")}
    call |= {"direction": told["direction"].capitalize(), "disposition": outcome}
    if told["type"] == "record":
        return {"callRecord": {**call, "duration": told["duration"], "call": {"link": told["callLink"]}}}
    return {"event": {**call, "event": "Notify" + told["type"].capitalize()}}


@RANDOMLY
@given(callers=CALLERS, callees=st.tuples(behaviours(), behaviours(), behaviours()))
def test_every_dialect_tells_of_every_call(callers, callees, file):
    world, _, moments = lived(callers, callees, file)
    gravitel = [fields for _, told in moments for fields in told["gravitel"]]
    zadarma = [fields for _, told in moments for fields in told["zadarma"]]
    neutral = [fields for _, told in moments for fields in told["neutral"]]
    begun = [one for one in gravitel if one["type"] in ("INCOMING", "OUTGOING")]
    ended = [one for one in gravitel if one["type"] in ("COMPLETED", "CANCELLED")]
    if not world.switch.sessions:
        assert len(begun) == len(ended)
        assert sum(one["type"] == "start" for one in neutral) == sum(one["type"] == "end" for one in neutral)
        starts = sum(one["event"] in ("NOTIFY_START", "NOTIFY_OUT_START") for one in zadarma)
        ends = sum(one["event"] in ("NOTIFY_END", "NOTIFY_OUT_END") for one in zadarma)
        assert starts >= ends > 0 or starts == ends == 0
    assert {one["callid"] for one in gravitel} == {one["callId"] for one in neutral}


PARTS = st.sampled_from(
    ["", "/", "/pbx", "/ping", "/calls", "/members", "/cards", "/1", "/link", "/check", "x", "/%ff"]
)
BODIES = st.one_of(
    st.binary(max_size=40),
    st.dictionaries(
        st.sampled_from(["cmd", "token", "srcPhone", "dstPhone", "user", "phone"]),
        st.one_of(st.sampled_from(["key", "makeCall", "accounts", "202", "\ud800", ""]), st.none(), st.integers()),
    ).map(lambda fields: json.dumps(fields).encode()),
    st.sampled_from([b"cmd=makeCall&token=key&user=202&phone=203", b"[" * 100_000, b"cmd=accounts&token=key"]),
)


@RANDOMLY
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "\u00e9"]),
    parts=st.lists(PARTS, max_size=4),
    query=st.text(max_size=20),
    key=st.sampled_from(["", "Bearer key", "Bearer", "Basic x"]),
    body=BODIES,
)
def test_whatever_is_asked_is_answered(method, parts, query, key, body):
    world = World()
    world.add_party("user", "202", extension="202")
    telephony = Telephony(world, people_of(world), lambda: "http://pbx.test", lambda: "key")
    path = "".join(parts)
    assert telephony.command(method, PROVIDER + path, query, key, body).status in (200, 201, 400, 401, 404)
    assert telephony.press(method, MODULES + path, body).result().status in (200, 404)
    assert telephony.webhook(method, WEBHOOK + path, query, {}, body).result().status == 404
