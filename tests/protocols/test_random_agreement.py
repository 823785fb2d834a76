"""The three systems over random calls from outside: they agree on which calls there were, who talked, and how long."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_random_call_events import Caller, behaviours, lived
from test_random_ccsevents import FORKS

from voxsim.parties.entries import Configuration
from voxsim.protocols.callevents.feeds import Feeds, Setting, make
from voxsim.protocols.callevents.people import People

NAMES = ("201", "202", "203")

CALLERS = st.lists(
    st.builds(
        Caller,
        at=st.sampled_from([0.0, 0.5]),
        who=st.sampled_from(["+15550001", "+15550002"]),
        hangup=st.sampled_from([1.0, 5.0]),
        gives_up=st.sampled_from([None, None, None, 2.0]),
        plan=st.tuples(
            st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True),
            st.sampled_from([0, 10, 500, 1500]),
            st.sampled_from([0, 0, 50, 800]),
        ),
    ),
    min_size=1,
    max_size=2,
)


@pytest.fixture(scope="module")
def forks(tmp_path_factory):
    """The scenario that rings several at once and connects the caller with whoever answers first."""
    path = tmp_path_factory.mktemp("random") / "forks.py"
    path.write_text(FORKS)
    return str(path)


def of_voipnow(requests):
    """How long whom talked in which call, in milliseconds, and how often so."""
    since, found = {}, Counter()
    for one in requests:
        known = dict(one.parameters)
        key = known["CallID"], one.extension.partition("*")[2]
        if known["CallFlow"] != "IN":
            continue
        match one.rule.event.title:
            case "answer-in":
                since.setdefault(key, []).append(one.at)
            case "hangup" if known["CallStatus"] == "ANSWER":
                found[*key, one.at - since[key].pop(0)] += 1
    return found


def of_ccsevents(events):
    """The same, of the calls of subscribers who were called."""
    found = Counter()
    for message in events:
        event = message.event
        if event.type == "call_delete" and event.call.side == "b" and event.call.answered is not None:
            found[event.data["seanceid"], event.call.party.short, event.data["duration"]] += 1
    return found


def of_elma365(webhooks):
    """The same, of the calls that came in."""
    found = Counter()
    for one in webhooks:
        fields = one.fields
        if (fields["type"], fields["direction"], fields["disposition"]) == ("end", "in", "answered"):
            found[fields["callId"], fields["dstPhone"], round(fields["duration"] * 1000)] += 1
    return found


@settings(max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(callers=CALLERS, callees=st.tuples(behaviours(), behaviours(), behaviours()))
def test_the_three_systems_agree_on_who_talked_and_how_long(callers, callees, forks):
    world = lived(callers, callees, forks, False)[0]
    people = People()
    setting = Setting(people, Configuration(), world.switch.epoch)
    told = {name: [] for name in ("voipnow", "ccsevents", "elma365")}
    feeds = Feeds(people, world.switch.epoch, {name: (make(name, setting), told[name].extend) for name in told})
    for record in world.journal:
        feeds.see(record)
    if world.switch.sessions:
        return
    talks = of_voipnow(told["voipnow"])
    assert of_ccsevents(told["ccsevents"]) == talks
    assert of_elma365(told["elma365"]) == talks
