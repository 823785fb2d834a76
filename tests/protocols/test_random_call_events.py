"""Laws of call events over random calls: forks, menus, transfers, and failures at every stage."""

from __future__ import annotations

from collections import defaultdict

import attrs
import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voxsim.driver import Stuck
from voxsim.driver.scheduling import deterministic
from voxsim.parties.world import World
from voxsim.protocols.callevents import happenings as told
from voxsim.protocols.callevents.people import People
from voxsim.protocols.callevents.view import View
from voxsim.protocols.voipnow.feed import VoipNow
from voxsim.protocols.voipnow.rules import EventType, Method, Rule, Rules
from voxsim.testing.following import people_of

RANDOM = """
import json
from voxsim import *

others = []

def dial(call, name):
    other = VoxEngine.call_user(username=name, callerid="100") if len(name) == 3 else VoxEngine.call_pstn(name, "100")
    others.append(other)
    other.handle_blind_transfer(len(others) % 2 == 0)
    other.add_event_listener(CallEvents.BlindTransferRequested, lambda e: hand_over(e, call))

def hand_over(event, call):
    dial(call, event.transfer_to)
    event.call.notify_blind_transfer_success()
    event.call.hangup()

ACTS = {
    "answer": lambda call: call.answer(),
    "ring": lambda call: call.ring(),
    "reject": lambda call: call.reject(486),
    "hangup": lambda call: call.hangup(),
    "201": lambda call: dial(call, "201"),
    "202": lambda call: dial(call, "202"),
    "203": lambda call: dial(call, "203"),
    "outside": lambda call: dial(call, "+15550100"),
    "nobody": lambda call: dial(call, "999"),
    "join": lambda call: VoxEngine.send_media_between(call, others[-1]),
    "join others": lambda call: VoxEngine.send_media_between(others[0], others[-1]),
    "easy": lambda call: VoxEngine.easy_process(call, others[-1], lambda a, b: None),
    "part": lambda call: VoxEngine.stop_media_between(call, others[-1]),
    "drop": lambda call: others.pop().hangup(),
    "record": lambda call: call.record(),
    "terminate": lambda call: VoxEngine.terminate(),
}

def act(call, name):
    try:
        ACTS[name](call)
    except Exception as error:
        Logger.write(str(error))

def plan(call, acts):
    for milliseconds, name in json.loads(acts):
        set_timeout(lambda name=name: act(call, name), milliseconds)

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    plan(event.call, event.headers.get("X-Plan", "[]"))
    event.call.add_event_listener(CallEvents.Disconnected, lambda _: set_timeout(VoxEngine.terminate, 2000))

@VoxEngine.on(AppEvents.Started)
def started(event):
    if VoxEngine.custom_data():
        dial(None, "201")
        plan(others[0], VoxEngine.custom_data())
"""

SECONDS = st.sampled_from([0.0, 0.5, 1.0, 1.02, 3.0])
PLAN = st.lists(
    st.tuples(
        SECONDS.map(lambda seconds: int(seconds * 1000)),
        st.sampled_from(
            [
                *("answer", "ring", "reject", "hangup", "201", "202", "203", "202", "outside", "nobody", "join"),
                *("join others", "easy", "part", "drop", "record", "terminate"),
            ]
        ),
    ),
    max_size=10,
)


@st.composite
def behaviours(draw: st.DrawFn) -> str:
    parts = [draw(st.sampled_from(["answer:1", "answer:2", "reject:486@2", "reject:480@1", "answer:900", "silent"]))]
    if draw(st.booleans()):
        parts.append(f"ring:{draw(SECONDS):g}")
    for _ in range(draw(st.integers(0, 2))):
        what = draw(st.sampled_from(["transfer:203", "transfer:999", "hold", "resume", "press:1"]))
        parts.append(f"{what}@{draw(SECONDS):g}")
    if draw(st.integers(0, 2)):
        parts.append(f"hangup:{draw(SECONDS):g}")
    return ",".join(parts)


@attrs.frozen
class Caller:
    """Somebody who calls, or (of nobody) a session that is started over HTTP."""

    at: float
    who: str
    hangup: float
    gives_up: float | None
    plan: list[tuple[int, str]]


CALLERS = st.lists(
    st.builds(
        Caller,
        at=SECONDS,
        who=st.sampled_from(["204", "+15550001", "+15550001", ""]),
        hangup=st.sampled_from([1.0, 5.0]),
        gives_up=st.sampled_from([None, None, 0.5, 2.0]),
        plan=PLAN,
    ),
    min_size=1,
    max_size=3,
)


def lived(callers, callees, file, configured, watch=lambda world: None):
    """What the view and the feed tell of such calls, with what is kept when all is over."""
    import json

    world = World()
    rule = world.add_rule(file)
    ways = {"extension": "0003*{}"} if configured else {}
    for name, behaviour in zip(("201", "202", "203"), callees, strict=True):
        world.add_party("user", name, behaviour, **{key: value.format(name) for key, value in ways.items()})
    world.add_party("pstn", "+15550100", callees[0])
    rules = Rules(
        Rule(id=str(event.value), extension="*", event=event, method=Method.POST, url="http://a.example/")
        for event in EventType
    )
    people = people_of(world, {"random": "0003*099"} if configured else None)
    feed, laws, legs, requests = VoipNow(rules), Laws(), AtOnce(), []

    def tell(happenings):
        for happening in happenings:
            laws.see(happening)
            legs.see(happening)
            if type(happening) in feed.wants:
                requests.extend(feed.take(happening))

    view = View(people, world.switch.epoch, tell)
    world.switch.subscribe(view.see)
    watch(world)
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
    return world, view, feed, laws, legs, requests


class Laws:
    """Watches happenings as they come: what begins before what, and that nothing comes after its end."""

    def __init__(self):
        self.broken = []
        self.legs, self.links, self.sessions, self.last = {}, {}, {}, {}

    def law(self, kept, one, words):
        """This has to be true of a happening."""
        if not kept:
            self.broken.append(f"{type(one).__name__}: {words}")

    def see(self, one):
        """One more."""
        key = one.session.id
        self.law(one.at >= self.last.get(key, 0), one, "time fell")
        self.last[key] = one.at
        self.law(self.sessions.get(key) != "ended", one, "after the session's end")
        getattr(self, type(one).__name__, lambda _: None)(one)

    def step(self, one, leg, before, after):
        """A leg goes from one of some states into another."""
        self.law(self.legs.get(leg.id) in before, one, f"a leg is {self.legs.get(leg.id)}")
        self.legs[leg.id] = after

    def LegCreated(self, one):  # noqa: N802
        self.step(one, one.leg, (None,), "created")
        self.sessions[one.session.id] = "alive"
        self.law(one.leg.link is None or self.links.get(one.leg.link.id) == "alive", one, "its link is not")

    def Routed(self, one):  # noqa: N802
        self.law(one.link.id not in self.links, one, "twice")
        self.links[one.link.id] = "alive"
        self.law(one.link.initiator.alive, one, "its initiator has ended")

    def LegLinked(self, one):  # noqa: N802
        self.law(one.leg.alive, one, "the leg has ended")
        self.law(self.links.get(one.link.id) == "alive", one, "the link is not alive")

    def LinkAnswered(self, one):  # noqa: N802
        self.law(self.links.get(one.link.id) == "alive", one, "the link is not alive, or was answered")
        self.law(self.legs[one.leg.id] == "answered", one, "the leg was not")
        self.links[one.link.id] = "answered"

    def LinkEnded(self, one):  # noqa: N802
        self.law(self.links.get(one.link.id) in ("alive", "answered"), one, "twice")
        self.law(one.link.cause is not None, one, "without a cause")
        self.law(not one.link.targets, one, "with targets")
        self.links[one.link.id] = "ended"

    def LegRinging(self, one):  # noqa: N802
        self.step(one, one.leg, ("created",), "ringing")

    def LegAnswered(self, one):  # noqa: N802
        self.step(one, one.leg, ("created", "ringing"), "answered")

    def LegEnded(self, one):  # noqa: N802
        up = self.legs.get(one.leg.id) == "answered"
        self.law((one.leg.cause == "answered") == up, one, f"the cause is {one.leg.cause}")
        self.step(one, one.leg, ("created", "ringing", "answered"), "ended")

    def SessionEnded(self, one):  # noqa: N802
        self.law(self.sessions.get(one.session.id) == "alive", one, "it never began")
        self.law(not one.session.legs and not one.session.links, one, "something of it is alive")
        self.sessions[one.session.id] = "ended"

    def close(self):
        """All is over."""
        states = {*self.legs.values(), *self.links.values(), *self.sessions.values()}
        if states - {"ended"}:
            self.broken.append("something never ended")


ORDER = {
    ("dial-in", "IN"): {"answer-in", "hangup"},
    ("dial-out", "OUT"): {"answer-out", "hangup"},
    ("answer-in", "IN"): {"hangup"},
    ("answer-out", "OUT"): {"hangup"},
    ("hangup", "IN"): {"dial-in", "dial-out"},
    ("hangup", "OUT"): {"dial-in", "dial-out"},
}


def check_requests(requests, over, legs_at_once):
    """Create first, delete last, each Dial-Out with its Hangup, no state twice."""
    told_of = defaultdict(list)
    for one in requests:
        known = dict(one.parameters)
        assert len(known) == 10
        told_of[known["CallID"], one.extension].append((one.rule.event.title, known["CallFlow"], known))
    for (_, extension), events in told_of.items():
        if legs_at_once[extension] > 1:
            counts = defaultdict(int)
            for title, flow, _ in events:
                counts[title, flow] += 1
            begun = counts["dial-in", "IN"] + counts["dial-out", "OUT"]
            ended = counts["hangup", "IN"] + counts["hangup", "OUT"]
            assert ended == begun if over else ended <= begun
            continue
        previous = None
        for title, flow, known in events:
            if previous is None:
                assert title in ("dial-in", "dial-out")
            else:
                assert title in ORDER[previous]
            previous = title, flow
            if title.startswith("dial"):
                assert known["CallStatus"] == "CALLING"
            elif title.startswith("answer"):
                assert known["CallStatus"] == "ANSWER"
            else:
                assert known["CallStatus"] not in ("CALLING", "UNKNOWN")
            owner = known["CallerExtension" if flow == "OUT" else "CalledExtension"]
            assert owner == extension
        if over:
            assert previous is not None
            assert previous[0] == "hangup"


class AtOnce:
    """How many legs each extension had at the same time, at most."""

    def __init__(self):
        self.now, self.most = defaultdict(int), defaultdict(int)

    def see(self, one):
        """One more happening."""
        if isinstance(one, told.LegCreated):
            extension = one.leg.party.extended
            self.now[extension] += 1
            self.most[extension] = max(self.most[extension], self.now[extension])
        elif isinstance(one, told.LegEnded):
            self.now[one.leg.party.extended] -= 1


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The scenario that does what its caller asks for."""
    path = tmp_path_factory.mktemp("random") / "random.py"
    path.write_text(RANDOM)
    return str(path)


@settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(callers=CALLERS, callees=st.tuples(behaviours(), behaviours(), behaviours()), configured=st.booleans())
def test_the_laws_of_call_events_hold(callers, callees, file, configured):
    world, view, feed, laws, legs, requests = lived(callers, callees, file, configured)
    over = not world.switch.sessions
    assert not [failure for failure in world.failures if "voxsim itself" in str(failure)]
    if over:
        laws.close()
        assert [view._runs, view._legs, view._runs_of, feed._parts, feed._menus] == [{}] * 5
    assert laws.broken == []
    check_requests(requests, over, legs.most)


@settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(callers=CALLERS, callees=st.tuples(behaviours(), behaviours(), behaviours()))
def test_a_timeline_tells_later_what_it_told_at_once(callers, callees, file):
    world, _, feed, _, _, requests = lived(callers, callees, file, False)
    feed, again = VoipNow(feed.rules), []

    def tell(happenings):
        again.extend(made for one in happenings if type(one) in feed.wants for made in feed.take(one))

    view = View(People(), world.switch.epoch, tell)
    for record in world.journal:
        view.see(record)
    assert [(one.at, one.parameters) for one in again] == [(one.at, one.parameters) for one in requests]
