"""The order of queues: nobody overtakes, nobody waits for nothing, all ends once. And what a long queue costs."""

from __future__ import annotations

import time
from collections import defaultdict
from functools import partial
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from voxsim.engine.agents import Agent, AgentStatus
from voxsim.engine.origin import Origin
from voxsim.engine.queues import Demand, Queues
from voxsim.engine.session import Session
from voxsim.engine.switch import Switch
from voxsim.engine.units.smartqueue import SmartQueueTask
from voxsim.engine.wishes import Wish
from voxsim.parties.behaviour import Behaviour
from voxsim.parties.operators import make_operator
from voxsim.parties.world import World
from voxsim.vocabulary.limits import Limits

SKILLS = ("french", "loans")

skills = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5), max_size=2)
operators = st.lists(
    st.fixed_dictionaries(
        {
            "queues": st.sets(st.sampled_from(["a", "b"]), min_size=1).map(sorted),
            "skills": skills,
            "talk": st.integers(1, 30),
            "after_call": st.integers(0, 5),
            "behaviour": st.sampled_from(["answer:0", "answer:2", "busy", "decline@3", "silent"]),
            "ban": st.sampled_from([5.0, 60.0]),
        }
    ),
    min_size=1,
    max_size=4,
)
tasks = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.integers(0, 40),
            "queue": st.sampled_from(["a", "b"]),
            "priority": st.sampled_from([1, 10, 50, 100]),
            "skills": skills,
            "timeout": st.sampled_from([None, 7.0, 30.0]),
            "end": st.sampled_from([None, 3, 11, 25]),
            "operator": st.sampled_from([None, None, 1, 2]),
            "strict": st.booleans(),
            "patience": st.sampled_from([None, 9.0]),
        }
    ),
    min_size=1,
    max_size=12,
)


class NoProgram:
    """A program without files."""

    names = ()

    def release(self, session: Session) -> None:
        """There is nothing to drop."""


def _demand(wanted: dict[str, int]) -> Demand:
    return Demand(tuple(sorted((name, frozenset(range(level, 6))) for name, level in wanted.items())))


class Centre:
    """A call centre moved by hand, and the record of who was offered to whom while who else waited."""

    def __init__(self) -> None:
        self.world = World(limits=Limits(call_attempts=10**6, progressing_calls=10**6, idle_with_queue_seconds=10**7))
        self.switch = self.world.switch
        self.session = Session(self.switch, NoProgram(), Origin())
        self.session.begin()
        self.tasks: list[SmartQueueTask] = []
        self.talking: dict[str, int] = defaultdict(int)
        self.broken: list[str] = []
        self.switch.subscribe(self.look)

    def enqueue(self, queue: str, **wish: object) -> None:
        asked = Wish(queue_name=queue, **wish)
        self.tasks.append(SmartQueueTask(self.session, None, {}, asked))

    def look(self, record: object) -> None:
        """At every offer: was there anybody whom this agent should have served before?"""
        if record.kind == "queue" and record.name == "offered":
            agent = self.switch.queues.agents[record.data["agent"]]
            self.talking[agent.name] += 1
            if self.talking[agent.name] > 1:
                self.broken.append(f"{agent.name} has two calls")
            (ticket,) = [task._ticket for task in self.tasks if task._id == record.unit]
            for queue in agent.queues:
                for other in queue.waiting():
                    if other is not ticket and other.key < ticket.key and other.demand.met_by(agent):
                        self.broken.append(f"{ticket.key} overtook {other.key} at {agent.name}")
        elif record.kind == "operator" and record.data["from"] in ("DIALING", "IN_SERVICE"):
            self.talking[record.unit] -= record.name != "IN_SERVICE"

    def idle_while_others_wait(self) -> list[str]:
        """Free agents who could serve somebody who waits."""
        return [
            f"{agent.name} could serve {ticket.key}"
            for queue in self.switch.queues
            for ticket in queue.waiting()
            for agent in queue.agents
            if agent.status is AgentStatus.READY and ticket.demand.met_by(agent)
        ]

    def run(self, seconds: float) -> None:
        """Let time pass, looking around after every step."""
        until = self.switch.now + round(seconds * 1_000_000)
        while (instant := self.switch.next_instant) is not None and instant <= until:
            self.switch.advance(instant)
            while self.switch.step():
                pass
            self.broken += self.idle_while_others_wait()


@settings(max_examples=150, deadline=None)
@given(operators, tasks)
def test_nobody_overtakes_nobody_idles_and_every_task_ends_once(staff, clients):
    centre = Centre()
    for number, who in enumerate(staff):
        served = tuple(map(centre.switch.queues.queue, who.pop("queues")))
        operator = make_operator(centre.switch, f"operator{number}", served, who.pop("behaviour"), **who)
        centre.world.directory.add(operator.party)
    for name in ("a", "b"):
        centre.world.queue(name)
    for client in clients:
        enter = partial(
            centre.enqueue,
            client["queue"],
            demand=Demand(operator=client["operator"]) if client["operator"] else _demand(client["skills"]),
            otherwise=_demand(client["skills"]),
            strict=client["strict"],
            operator_seconds=client["patience"],
            priority=client["priority"],
            timeout=client["timeout"],
        )
        centre.switch.at(client["at"] * 1_000_000, enter)
        if client["end"] is not None:
            centre.switch.at((client["at"] + client["end"]) * 1_000_000, _end_one, centre, client["at"])
    centre.run(200)
    for task in centre.tasks:
        task.cut()
    centre.run(2000)
    assert centre.broken == []
    ends = [record.unit for record in centre.session.timeline if record.name == "task over"]
    assert sorted(ends) == sorted(task._id for task in centre.tasks)
    gone = [record.unit for record in centre.session.timeline if record.name == "gone"]
    assert sorted(gone) == sorted(ends)
    assert all(agent.status not in ("DIALING", "IN_SERVICE") for agent in centre.switch.queues.agents.values())
    assert [len(queue) for queue in centre.switch.queues] == [0] * len(list(centre.switch.queues))
    assert centre.session.queue_requests == 0
    assert centre.session.failures == ()


def _end_one(centre: Centre, at: int) -> None:
    alive = [task for task in centre.tasks if task.termination_status is None]
    if alive:
        task = alive[at % len(alive)]
        task._cancel(1100, "")


@given(st.lists(st.integers(1, 100), min_size=1, max_size=60))
def test_those_who_wait_are_served_by_priority_and_then_by_arrival(priorities):
    centre = Centre()
    queue = centre.world.queue("a", hold=True)
    for priority in priorities:
        centre.enqueue("a", priority=priority)
    centre.run(0)
    waiting = [(ticket.key, ticket.outlook.position) for ticket in queue.waiting()]
    wanted = sorted((priority, number) for number, priority in enumerate(priorities, 1))
    assert waiting == [(key, place) for place, key in enumerate(wanted, 1)]
    operator = make_operator(centre.switch, "operator0", (queue,), Behaviour(answer=0), talk=1)
    centre.world.directory.add(operator.party)
    centre.run(len(priorities) + 1)
    offers = [record.unit for record in centre.session.timeline if (record.kind, record.name) == ("queue", "offered")]
    assert offers == [centre.tasks[number - 1]._id for _, number in wanted]


def test_a_queue_that_goes_by_waiting_alone_takes_no_notice_of_priorities():
    centre = Centre()
    queue = centre.world.queue("a", hold=True, task_selection="MAX_WAITING_TIME")
    for priority in (9, 1, 5):
        centre.enqueue("a", priority=priority)
    centre.run(0)
    assert [ticket.key[1] for ticket in queue.waiting()] == [1, 2, 3]


class Waiter:
    """As much of a ticket as a queue looks at."""

    def __init__(self, key: tuple[int, int], demand: Demand) -> None:
        self.key = key
        self.demand = demand
        self.waits = True
        self.since = 0


def _seconds_for(waiting: int) -> float:
    """What it takes to let so many in, tell each its place, let some leave, and serve the rest."""
    queue = Queues(Switch()).queue("a")
    demands = [Demand(), Demand((("french", frozenset({3, 4, 5})),)), Demand((("loans", frozenset({5})),))]
    agent = Agent(id=1, name="operator1", skills={"french": 4})
    agent.status = AgentStatus.READY
    queue.working, began = 1, time.process_time()
    waiters = [Waiter((number * 7919 % 100 + 1, number), demands[number % 3]) for number in range(waiting)]
    for waiter in waiters:
        queue.push(waiter)
    queue.handled(60_000_000)
    for waiter in waiters:
        queue.outlook(waiter, 0)
    for waiter in waiters[::5]:
        queue.take_out(waiter)
        waiter.waits = False
    while (first := queue.first_for(agent)) is not None:
        queue.take_out(first)
        first.waits = False
    assert len(queue) == sum(waiter.waits for waiter in waiters) > waiting // 4
    return time.process_time() - began


def test_ten_thousand_who_wait_cost_ten_times_a_thousand():
    ratios = [_seconds_for(10_000) / _seconds_for(1_000) for _ in range(5)]
    assert median(ratios) < 20
