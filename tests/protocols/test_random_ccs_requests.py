"""ccsevents' requests at random while calls are up: each is answered, none breaks anything, and the laws hold."""

from __future__ import annotations

import json

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_random_ccsevents import FORKS, Laws

from voxsim.driver import Stuck
from voxsim.driver.scheduling import deterministic
from voxsim.parties.world import World
from voxsim.protocols.ccsevents.control import OTHERS
from voxsim.testing.ccs import CcsHandle

METHODS = [
    *("list_calls", "get_call", "list_connections", "get_connection", "bye", "new_invite", "invite_byivr"),
    *("pickup", "refer", "hold", "talk", "send_dtmf", "start_record", "stop_record", "callrecord_get_path"),
    *("subscribe", "connection_info", "nonsense", *OTHERS),
]
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=1),
)
CALL = st.integers(0, 3).map(lambda place: f"call {place}")
CONNECTION = st.integers(0, 1).map(lambda place: f"connection {place}")
NUMBER = st.sampled_from(["201", "202", "203", "204", "999", "+15550100", "forks"])
FIELDS = {
    "idcall": CALL | JUNK,
    "idconn": CONNECTION | JUNK,
    "owner": NUMBER | JUNK,
    "number": NUMBER | JUNK,
    "ivr": st.sampled_from(["forks", "fork"]) | JUNK,
    "data": st.sampled_from(["x"]) | JUNK,
    "dtmf": st.sampled_from(["12#", "*", "x"]) | JUNK,
    "key": st.sampled_from(["fs:voxsim:a.mp3", "s3:x"]) | JUNK,
    "id": JUNK,
    "events": st.sampled_from([["ccsevents.*"], ["callevents.x"], ["x"]]) | JUNK,
    "objects": st.sampled_from(["any", ["201"], []]) | JUNK,
    "expires": st.sampled_from([0, 1, 300]) | JUNK,
    "exargs": JUNK,
    "qid": JUNK,
}
REQUESTS = st.lists(
    st.tuples(
        st.sampled_from([0.1, 0.5, 1.0, 1.1, 2.2, 2.5, 3.0, 3.2, 4.0]),
        st.sampled_from(METHODS),
        st.one_of(
            st.fixed_dictionaries({"qid": st.just(1), "idcall": CALL, "number": NUMBER, "dtmf": st.just("1")}),
            st.fixed_dictionaries({"qid": st.just(1), "idcall": st.sampled_from(["call 0", "call 1"])}),
            st.fixed_dictionaries({"qid": st.just(1), "owner": NUMBER, "number": NUMBER, "ivr": st.just("forks")}),
            st.fixed_dictionaries({"qid": st.just(1), "idconn": CONNECTION, "ivr": st.just("forks")}),
            st.fixed_dictionaries({}, optional=FIELDS),
        ),
    ),
    max_size=10,
)


class Asking:
    """A client that asks at its moments, and keeps what went wrong."""

    def __init__(self, world):
        self.world = world
        self.ccs = CcsHandle(world)
        self.client = self.ccs.client().client
        self.answers = []
        self.troubles = []

    def plan(self, requests):
        for at, method, parameters in requests:
            self.world.switch.after(at, self._ask, method, parameters)

    def _ask(self, method, parameters):
        calls = [one.id for one in self.ccs._feed.calls]
        connections = [one.id for one in self.ccs._feed.connections]
        known = {f"call {place}": one for place, one in enumerate(calls)}
        known.update({f"connection {place}": one for place, one in enumerate(connections)})
        meant = {key: known.get(one, one) if isinstance(one, str) else one for key, one in parameters.items()}
        while self.client.next_text() is not None:
            pass
        try:
            self.client.take(json.dumps([method, meant]))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test tells of it
            self.troubles.append(f"{method} {meant}: {error!r}")
        texts = []
        while (text := self.client.next_text()) is not None:
            texts.append(json.loads(text))
        self.answers.append((method, meant, [one for one in texts if one[0] != "event"]))


@pytest.fixture(scope="module")
def forks(tmp_path_factory):
    """The scenario that rings several at once and connects the caller with whoever answers first."""
    path = tmp_path_factory.mktemp("random") / "forks.py"
    path.write_text(FORKS.replace('json.loads(event.headers["X-Plan"])', '(["202", "203"], 500, 50)'))
    return str(path)


@settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(requests=REQUESTS, hangup=st.sampled_from([1.0, 5.0]))
def test_whatever_is_asked_is_answered(requests, hangup, forks):
    world = World()
    world.add_rule(forks)
    world.add_party("user", "202", "ring:1,answer:2")
    world.add_party("user", "203", "ring:0.5,answer:900,hangup:3")
    asking = Asking(world)
    caller = world.add_party("user", "201", hangup=hangup)
    world.switch.after(0, lambda: world.call_in(caller, "100"))
    asking.plan(requests)
    try:
        with deterministic(0):
            trio.run(
                world.driver.run,
                lambda: len(asking.answers) >= len(requests) and world.sessions and not world.switch.sessions,
                clock=world.driver,
            )
    except Stuck:
        pass
    assert asking.troubles == []
    for method, meant, texts in asking.answers:
        ((name, answer),) = texts
        assert name in (f"{method}_result", "error")
        assert answer["qid"] == meant.get("qid")
        assert "result" in answer
        if answer["result"] == "error":
            assert answer["errorcode"] in (400, 403, 404, 409, 501)
            assert answer["errormsg"].endswith((".", "?"))
    assert not [failure for failure in world.failures if "voxsim itself" in str(failure)]
    laws = Laws()
    for event in asking.ccs.events:
        laws.see(event)
    if not world.switch.sessions and not asking.ccs._feed.waits:
        laws.close()
    assert laws.broken == []
