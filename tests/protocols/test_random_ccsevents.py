"""Laws of ccsevents over random calls: objects begin and end in order, and no domain is told too much."""

from __future__ import annotations

from collections import defaultdict

import attrs
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_random_call_events import CALLERS, RANDOM, Caller, behaviours, lived

from voxsim.parties.identity import Identity
from voxsim.protocols.callevents.feeds import Feeds
from voxsim.protocols.callevents.people import People, Person
from voxsim.protocols.callevents.view import KINDS
from voxsim.protocols.ccsevents.events import TYPES
from voxsim.protocols.ccsevents.feed import CcsEvents

FORKS = """
import json
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    caller = event.call
    names, record, late = json.loads(event.headers["X-Plan"])
    ringing = [VoxEngine.call_user(username=name, callerid=event.callerid) for name in names]
    over = lambda _=None: VoxEngine.terminate()
    caller.add_event_listener(CallEvents.Disconnected, over)

    def answered(event):
        losers = [one for one in ringing if one is not event.call]
        ringing.clear()
        set_timeout(lambda: [one.hangup() for one in losers], late)
        event.call.add_event_listener(CallEvents.Disconnected, over)
        caller.answer()
        VoxEngine.send_media_between(caller, event.call)
        if record == 500:
            set_timeout(briefly, record)
        elif record:
            set_timeout(caller.record, record)

    def briefly():
        recorder = VoxEngine.create_recorder()
        caller.send_media_to(recorder)
        set_timeout(recorder.stop, 300)

    def failed(event):
        if event.call in ringing:
            ringing.remove(event.call)
            if not ringing:
                caller.reject(event.code)

    for one in ringing:
        one.add_event_listener(CallEvents.Ringing, lambda _: caller.ring())
        one.add_event_listener(CallEvents.Connected, answered)
        one.add_event_listener(CallEvents.Failed, failed)
"""

IDS = {"call": "callid", "connection": "connectionid", "seance": "seanceid"}


@attrs.define
class Thing:
    """An object as it is known from events alone."""

    state: str = ""
    alive: bool = True
    attached: bool = False
    calls: set[str] = attrs.field(factory=set)
    connection: str | None = None
    talked: bool = False


class Laws:
    """Watches the whole stream of events."""

    def __init__(self):
        self.broken = []
        self.things = {kind: {} for kind in IDS}
        self.last = {}
        self.previous = None
        self.ids = set()
        self.recording = defaultdict(int)
        self.early = {}

    def law(self, kept, event, words):
        """This has to be true of an event."""
        if not kept:
            self.broken.append(f"{event.type} {event.data}: {words}")

    def see(self, event):
        """One more event."""
        data = event.data
        kind, _, what = event.type.partition("_")
        self.law(data["eventid"] not in self.ids, event, "its id was there before")
        self.ids.add(data["eventid"])
        seance = event.seance.id
        self.law(event.at >= self.last.get(seance, 0), event, "time fell")
        self.last[seance] = event.at
        if event.type not in ("connection_failure", "connection_set_record_info"):
            self.step(kind, what, event)
        elif event.type == "connection_failure" and data["callid"] is not None:
            self.law(self.alive("call", data["callid"]), event, "there is no such call")
        elif event.type == "connection_set_record_info" and data["connectionid"] is not None:
            self.recorded(event, data["connectionid"])
        self.previous = event

    def step(self, kind, what, event):
        data = event.data
        things, identity = self.things[kind], data[IDS[kind]]
        if what == "create":
            self.law(identity not in things, event, "twice")
            things[identity] = Thing(state=data["state"])
            self.law(data["state"] in ("init", "forking"), event, "it begins in the middle")
            self.law(kind == "seance" or data["seanceid"] is None, event, "it is attached already")
            return
        self.law(self.alive(kind, identity), event, "there is no such thing, or no more")
        thing = things.setdefault(identity, Thing())
        getattr(self, what, lambda *_: None)(event, thing)

    def recorded(self, event, identity):
        """A record is there: it is of a connection that there was, and not of one that is about to end."""
        thing = self.things["connection"].get(identity)
        self.law(thing is not None, event, "there was no such connection")
        if thing is not None and self.recording[identity]:
            self.recording[identity] -= 1
            if thing.alive and len(thing.calls) < 2:
                self.early[identity] = event.at

    def alive(self, kind, identity):
        """Whether there is a thing."""
        return identity in self.things[kind] and self.things[kind][identity].alive

    def attach_to_seance(self, event, thing):
        self.law(self.alive("seance", event.data["seanceid"]), event, "there is no such seance")
        self.law(not thing.attached, event, "twice")
        thing.attached = True

    def link_call(self, event, thing):
        call = self.things["call"].get(event.data["callid"])
        self.law(self.alive("call", event.data["callid"]), event, "there is no such call")
        self.law(call is not None and call.attached, event, "its call has no seance")
        self.law(thing.attached, event, "it has no seance")
        if call is not None:
            if call.connection is not None:
                self.things["connection"][call.connection].calls.discard(event.data["callid"])
            call.connection = event.data["connectionid"]
            thing.calls.add(event.data["callid"])

    def update(self, event, thing):
        data = event.data
        self.law(data["changed"], event, "nothing has changed")
        self.law(all(name in data for name in data["changed"]), event, "what has changed is not there")
        if event.type == "call_update" and data.get("connectionid", "") is None:
            self.things["connection"][thing.connection].calls.discard(data["callid"])
            thing.connection = None
        if event.type == "connection_update" and "state" in data:
            thing.state, thing.talked = data["state"], True

    def set_state(self, event, thing):
        data = event.data
        self.law(data["state"] != data["prev_state"], event, "it is no new state")
        self.law(data["prev_state"] == thing.state, event, f"it was {thing.state}")
        thing.state = data["state"]

    def start_record(self, event, thing):
        self.law(thing.state == "dialog", event, "nobody talks yet")
        self.recording[event.data["connectionid"]] += 1

    def delete(self, event, thing):
        kind = event.type.partition("_")[0]
        if kind != "connection":
            before = self.previous
            same = before.type == f"{kind}_set_state" and before.data[IDS[kind]] == event.data[IDS[kind]]
            self.law(same and before.data["state"] == "stopped", event, "it was not stopped right before")
        if kind == "call" and thing.connection is not None:
            self.things["connection"][thing.connection].calls.discard(event.data["callid"])
        if kind == "connection":
            self.law(not thing.calls, event, f"calls of it are alive: {thing.calls}")
            self.law(self.early.get(event.data["connectionid"]) != event.at, event, "its record was told right before")
        if kind == "seance":
            own = [*event.seance.connections, *event.seance.calls]
            self.law(not own, event, "something of it is alive")
        thing.alive = False

    def close(self):
        """All is over."""
        for kind, things in self.things.items():
            self.broken += [f"{kind} {identity} never ended" for identity, thing in things.items() if thing.alive]
        self.broken += [f"a record of {identity} is not told of" for identity, left in self.recording.items() if left]


def people_in(domains):
    """Who is who, when the four have these domains; with None everybody has an extension."""
    people = People()
    if domains:
        persons = [
            Person(kind="user", address=name, identity=Identity.of(name, f"{domain}.test"))
            for name, domain in zip(("201", "202", "203", "204"), domains, strict=True)
            if domain
        ]
        people = People(persons, everybody=False)
    return people


def followed(world, domains):
    """The events of a run, and the messages, with the feed as it is in the end."""
    people = people_in(domains)
    feed, events, messages = CcsEvents(people), [], []
    feed.on_events = events.extend

    feeds = Feeds(people, world.switch.epoch, {"ccsevents": (feed, messages.extend)})
    for record in world.journal:
        feeds.see(record)
    return events, messages, feed


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The scenario that does what its caller asks for."""
    path = tmp_path_factory.mktemp("random") / "random.py"
    path.write_text(RANDOM)
    return str(path)


@pytest.fixture(scope="module")
def forks(tmp_path_factory):
    """The scenario that rings several at once and connects the caller with whoever answers first."""
    path = tmp_path_factory.mktemp("random") / "forks.py"
    path.write_text(FORKS)
    return str(path)


DOMAINS = st.tuples(*[st.sampled_from(["a", "b", "c", "d"])] * 4) | st.tuples(*[st.sampled_from(["a", "b", ""])] * 4)


@settings(max_examples=250, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    callers=CALLERS,
    callees=st.tuples(behaviours(), behaviours(), behaviours()),
    domains=st.one_of(st.none(), DOMAINS),
)
@example(  # a session that begins while something of another one is kept back, on a timeline that is read later
    callers=[
        Caller(at=0.0, who="204", hangup=1.0, gives_up=2.0, plan=[(0, "203")]),
        Caller(at=3.0, who="204", hangup=1.0, gives_up=None, plan=[]),
    ],
    callees=("answer:1", "answer:1", "answer:900"),
    domains=None,
)
def test_the_laws_of_ccsevents_hold(callers, callees, domains, file):
    world = lived(callers, callees, file, False)[0]
    events, messages, feed = followed(world, domains)
    check(world, events, messages, feed)


FORKED = st.lists(
    st.builds(
        Caller,
        at=st.sampled_from([0.0, 0.5]),
        who=st.sampled_from(["204", "+15550001"]),
        hangup=st.sampled_from([1.0, 5.0]),
        gives_up=st.sampled_from([None, None, None, 2.0]),
        plan=st.tuples(
            st.lists(st.sampled_from(["201", "202", "203"]), min_size=1, max_size=3, unique=True),
            st.sampled_from([0, 10, 500, 1500]),
            st.sampled_from([0, 0, 50, 800]),
        ),
    ),
    min_size=1,
    max_size=2,
)


@settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(callers=FORKED, callees=st.tuples(behaviours(), behaviours(), behaviours()), domains=DOMAINS)
def test_the_laws_of_ccsevents_hold_of_forks(callers, callees, domains, forks):
    world = lived(callers, callees, forks, False)[0]
    check(world, *followed(world, domains))


@settings(max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(callers=FORKED, callees=st.tuples(behaviours(), behaviours(), behaviours()), domains=DOMAINS)
def test_a_timeline_tells_later_what_it_told_at_once(callers, callees, domains, forks):
    at_once, together = [], []

    def told(world, messages):
        people = people_in(domains)
        feed = CcsEvents(people)
        feed.flush_by(world.switch, messages.extend)
        return Feeds(people, world.switch.epoch, {"ccsevents": (feed, messages.extend)})

    def watch(world):
        world.switch.subscribe(told(world, at_once).see)
        world.switch.follow(told(world, together).see_all, KINDS)

    world = lived(callers, callees, forks, False, watch)[0]
    _, later, _ = followed(world, domains)
    if not world.switch.sessions:
        assert by_domain(later) == by_domain(at_once) == by_domain(together)


def by_domain(messages):
    """What each domain is told of each seance, in order."""
    told = defaultdict(list)
    for one in messages:
        told[one.domain, one.event.seance.id].append(one.event.data)
    return dict(told)


def check(world, events, messages, feed):
    """All laws of a run."""
    laws = Laws()
    for event in events:
        assert event.type in TYPES
        laws.see(event)
    if not world.switch.sessions:
        laws.close()
        assert not feed.calls
        assert not feed.connections
        assert not feed.seances
        assert not feed.waits
        assert feed._domains._others == 0
    assert laws.broken == []
    check_domains(events, messages)


def check_domains(events, messages):
    """The caller's domain gets all; others, once each, nothing of before the routing; losers only their own."""
    told = defaultdict(list)
    for message in messages:
        told[message.event.seance.id, message.domain].append(message.event)
    by_seance = defaultdict(list)
    for event in events:
        by_seance[event.seance.id].append(event)
    for (seance, domain), got in told.items():
        whole = by_seance[seance]
        assert len({event.data["eventid"] for event in got}) == len(got)
        first = next((event for event in whole if event.type == "call_create"), None)
        if first is None:
            continue
        if first.call.party.domain == domain:
            assert [event.data["eventid"] for event in got] == [event.data["eventid"] for event in whole]
            continue
        early = {id(event) for event in whole[:3]}
        assert not any(id(event) in early for event in got)
        own = [event for event in got if event.call is not None and event.call.party.domain == domain]
        created = [event for event in whole if event.type == "call_create" and event.call.party.domain == domain]
        assert {event.call.id for event in own} >= {event.call.id for event in created}
        if lost(whole, domain):
            assert all(event in own for event in got)
        for event in created:
            mine = [one for one in whole if one.call is event.call and one.type.startswith("call_")]
            assert [one for one in got if one.call is event.call and one.type.startswith("call_")] == mine


def lost(whole, domain):
    """Whether a domain was called at the same moment as others, in the only connection there was, and never talked."""
    forks = [event for event in whole if event.type == "call_create" and event.call.side == "b"]
    connections = [event for event in whole if event.type == "connection_create"]
    talked = [event for event in whole if event.type == "call_set_state" and event.data["state"] == "talk"]
    return (
        len(connections) == 1
        and len({event.at for event in forks}) == 1
        and len({event.call.party.domain for event in forks if event.call.party.domain}) > 1
        and domain in {event.call.party.domain for event in forks}
        and domain not in {event.call.party.domain for event in talked}
        and domain != whole[0].seance.domain
    )
