"""The states of tickets, tasks and agents: each legal move happens in a real operation, each illegal one raises."""

from __future__ import annotations

from itertools import product

import pytest

from voxsim.engine import agents, tickets
from voxsim.engine.agents import BUSY, CHOSEN, AgentStatus
from voxsim.engine.origin import Origin
from voxsim.engine.queues import Demand
from voxsim.engine.session import Session
from voxsim.engine.tickets import TicketState
from voxsim.engine.units import smartqueue
from voxsim.engine.units.smartqueue import SmartQueueTask, TaskStatus
from voxsim.engine.wishes import Wish
from voxsim.parties.operators import Operator, make_operator
from voxsim.parties.world import World
from voxsim.vocabulary.errors import VoxsimError


class NoProgram:
    """A program without files."""

    names = ()

    def release(self, session: Session) -> None:
        """There is nothing to drop."""


class Desk:
    """One operator, one task, and how both went from state to state."""

    def __init__(self, behaviour: str = "answer:5", **how: object) -> None:
        self.world = World()
        self.switch = self.world.switch
        self.session = Session(self.switch, NoProgram(), Origin())
        self.session.begin()
        self.queue = self.world.queue("support")
        self.operator: Operator = make_operator(self.switch, "operator1", (self.queue,), behaviour, talk=5, **how)
        self.world.directory.add(self.operator.party)
        self.pass_time(0)

    def enqueue(self, **wish: object) -> SmartQueueTask:
        self.task = SmartQueueTask(self.session, None, {}, Wish(queue_name="support", **wish))
        return self.task

    @property
    def ticket(self) -> TicketState:
        return self.task._ticket.state

    def pass_time(self, seconds: float) -> None:
        until = self.switch.now + round(seconds * 1_000_000)
        while (instant := self.switch.next_instant) is not None and instant <= until:
            self.switch.advance(instant)
            while self.switch.step():
                pass
        self.switch.advance(until)


def _waiting() -> Desk:
    desk = Desk(status="DND")
    desk.enqueue()
    desk.pass_time(0)
    return desk


def _ringing(behaviour: str = "answer:5", **wish: object) -> Desk:
    desk = Desk(behaviour)
    desk.enqueue(**wish)
    desk.pass_time(1)
    return desk


def _talking() -> Desk:
    desk = _ringing()
    desk.pass_time(5)
    return desk


def _coming(queue: str = "support") -> Desk:
    desk = Desk(status="DND")
    desk.task = SmartQueueTask(desk.session, None, {}, Wish(queue_name=queue))
    return desk


TICKETS = {
    ("coming", "waiting"): (_coming, lambda desk: desk.pass_time(0)),
    ("coming", "gone"): (_coming, lambda desk: desk.task.end("")),
    ("waiting", "offered"): (_waiting, lambda desk: desk.operator.set_status("READY")),
    ("waiting", "gone"): (_waiting, lambda desk: desk.operator.set_status("OFFLINE")),
    ("offered", "waiting"): (lambda: _ringing("reject:486@2"), lambda desk: desk.pass_time(2)),
    ("offered", "served"): (_ringing, lambda desk: desk.pass_time(5)),
    ("offered", "gone"): (_ringing, lambda desk: desk.task.end("")),
    ("served", "gone"): (_talking, lambda desk: desk.pass_time(9)),
}

TASKS = {
    ("DISTRIBUTING", "CONNECTING"): (_waiting, lambda desk: desk.operator.set_status("READY")),
    ("DISTRIBUTING", "ENDED"): (_waiting, lambda desk: desk.task.end("")),
    ("DISTRIBUTING", "FAILED"): (lambda: _coming("nowhere"), lambda desk: desk.pass_time(0)),
    ("CONNECTING", "DISTRIBUTING"): (lambda: _ringing("reject:486@2"), lambda desk: desk.pass_time(2)),
    ("CONNECTING", "CONNECTED"): (_ringing, lambda desk: desk.pass_time(5)),
    ("CONNECTING", "ENDED"): (_ringing, lambda desk: desk.task.end("")),
    ("CONNECTING", "FAILED"): (_ringing, lambda desk: desk.task.agent_call.leg.refuse(403, "Call limit reached")),
    ("CONNECTED", "ENDED"): (_talking, lambda desk: desk.pass_time(9)),
    ("CONNECTED", "FAILED"): (_talking, lambda desk: desk.task.agent_call.leg.refuse(41, "Temporary failure")),
}

AGENTS = {
    ("READY", "DIALING"): (Desk, lambda desk: (desk.enqueue(), desk.pass_time(0))),
    ("DIALING", "IN_SERVICE"): (_ringing, lambda desk: desk.pass_time(5)),
    ("DIALING", "BANNED"): (lambda: _ringing("reject:486@2"), lambda desk: desk.pass_time(2)),
    ("DIALING", "OFFLINE"): (lambda: _ringing("reject:480@2"), lambda desk: desk.pass_time(2)),
    ("DIALING", "READY"): (_ringing, lambda desk: desk.task.end("")),
    ("IN_SERVICE", "AFTER_SERVICE"): (_talking, lambda desk: desk.task.agent_call.leg.hang_up()),
}


def _ids(ways: dict[tuple[str, str], object]) -> list[str]:
    return ["-".join(way) for way in ways]


def test_the_ways_below_are_all_there_are():
    assert set(TICKETS) == {(old.value, new.value) for old, following in tickets.MOVES.items() for new in following}
    assert set(TASKS) == {(old.value, new.value) for old, following in smartqueue.MOVES.items() for new in following}
    chosen = {(old, new) for old in AgentStatus for new in CHOSEN if old != new}
    moves = {(old, new) for old, following in agents.MOVES.items() for new in following}
    assert moves == chosen | {(old, new) for old, new in AGENTS if new not in CHOSEN}


@pytest.mark.parametrize(("way", "steps"), TICKETS.items(), ids=_ids(TICKETS))
def test_a_ticket_goes(way: tuple[str, str], steps):
    desk = steps[0]()
    before = desk.ticket.value
    steps[1](desk)
    assert (before, desk.ticket.value) == way


@pytest.mark.parametrize(("way", "steps"), TASKS.items(), ids=_ids(TASKS))
def test_a_task_goes(way: tuple[str, str], steps):
    desk = steps[0]()
    before = str(desk.task.status)
    steps[1](desk)
    assert (before, str(desk.task.status)) == way


@pytest.mark.parametrize(("way", "steps"), AGENTS.items(), ids=_ids(AGENTS))
def test_an_agent_goes(way: tuple[str, str], steps):
    desk = steps[0]()
    before = desk.operator.status
    steps[1](desk)
    assert (before, desk.operator.status) == way


@pytest.mark.parametrize("new", sorted(CHOSEN))
@pytest.mark.parametrize("old", sorted(set(AgentStatus) - {AgentStatus.DIALING, AgentStatus.IN_SERVICE}))
def test_a_person_goes_from_any_status_to_any_that_can_be_chosen(old: AgentStatus, new: AgentStatus):
    if old is AgentStatus.BANNED:
        desk = _ringing("reject:486@0")
        desk.task.end("")
    else:
        desk = Desk(status=old)
    assert desk.operator.status == old or old is AgentStatus.AFTER_SERVICE
    desk.operator.set_status(new)
    assert desk.operator.status == new
    assert (desk.queue.present, desk.queue.working) == (new != "OFFLINE", new in agents.WORKING)


@pytest.mark.parametrize("new", sorted(CHOSEN - {AgentStatus.AFTER_SERVICE}))
@pytest.mark.parametrize("start", [_ringing, _talking])
def test_what_is_chosen_with_a_caller_comes_after_the_call(start, new: AgentStatus):
    desk = start()
    assert desk.operator.status in BUSY
    desk.operator.set_status(new)
    assert desk.operator.status in BUSY
    desk.pass_time(15)
    assert desk.operator.status == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(old, new, id=f"{old}-{new}")
        for old, new in product(AgentStatus, repeat=2)
        if new not in agents.MOVES[old]
    ],
)
def test_an_agent_may_not_go(old: AgentStatus, new: AgentStatus):
    desk = Desk()
    desk.operator.agent.status = old
    with pytest.raises(VoxsimError, match=f"Agent operator1 cannot go from {old} to {new}"):
        desk.switch.queues.move(desk.operator.agent, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [(old, new) for old, new in product(TicketState, repeat=2) if new not in tickets.MOVES[old]],
)
def test_a_ticket_may_not_go(old: TicketState, new: TicketState):
    desk = _coming()
    desk.task._ticket.state = old
    with pytest.raises(VoxsimError, match="A ticket cannot go"):
        desk.task._ticket._move(new)


@pytest.mark.parametrize(
    ("old", "new"),
    [(old, new) for old, new in product(TaskStatus, repeat=2) if new not in smartqueue.MOVES[old]],
)
def test_a_task_may_not_go(old: TaskStatus, new: TaskStatus):
    desk = _coming()
    desk.task.status = old
    with pytest.raises(VoxsimError, match="A task cannot go"):
        desk.task._move(new)


def test_a_demand_is_met_by_levels_or_by_the_one_operator():
    operator = Desk(skills={"french": 3}).operator.agent
    assert Demand((("french", frozenset({3, 4})),)).met_by(operator)
    assert not Demand((("french", frozenset({4, 5})),)).met_by(operator)
    assert not Demand((("loans", frozenset({1})),)).met_by(operator)
    assert Demand(operator=operator.id).met_by(operator)
    assert not Demand(operator=operator.id + 1).met_by(operator)
