"""Queues: who waits for an agent, in which order, and which agent gets whom.

Waiting callers stand by priority (1 comes first), then by arrival. An agent who becomes free gets the first one that it
can serve; a caller who arrives gets the best free agent. So nobody waits whom a free agent could serve. What becomes of
one caller's place is in `tickets`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

import attrs

from voxsim.engine.agents import BUSY, CHOSEN, MOVES, WORKING, Agent, AgentStatus
from voxsim.engine.states import moved
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import did_you_mean

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch
    from voxsim.engine.tickets import Ticket

LEVELS: Final = range(1, 6)
"""The levels of a skill."""
_REMEMBERED: Final = 100


class Refusal(StrEnum):
    """Why a queue lets somebody go unserved; the names are those of the documented termination statuses."""

    INTERNAL_ERROR = "INTERNAL_ERROR"
    TIMEOUT_REACHED = "TIMEOUT_REACHED"
    MS_NOT_ANSWERED = "MS_NOT_ANSWERED"
    QUEUE_EMPTY = "QUEUE_EMPTY"
    MAX_WAITING_TIME_REACHED = "MAX_WAITING_TIME_REACHED"
    MAX_QUEUE_SIZE_REACHED = "MAX_QUEUE_SIZE_REACHED"
    OPERATOR_NOT_AVAILABLE = "OPERATOR_NOT_AVAILABLE"
    FAILED = "FAILED"
    CLIENT_TERMINATE = "CLIENT_TERMINATE"


FAULTS: Final = ("INTERNAL_ERROR", "MS_NOT_ANSWERED", "FAILED")
"""How a queue can fail by itself."""


class AgentSelection(StrEnum):
    """Which of the free agents gets a caller. Those who are equal are asked by how long they have been free."""

    MOST_QUALIFIED = "MOST_QUALIFIED"
    LEAST_QUALIFIED = "LEAST_QUALIFIED"
    MAX_WAITING_TIME = "MAX_WAITING_TIME"


class TaskSelection(StrEnum):
    """Who of those who wait comes first."""

    MAX_PRIORITY = "MAX_PRIORITY"
    MAX_WAITING_TIME = "MAX_WAITING_TIME"


DEFAULT_PRIORITY: Final = 50


@attrs.frozen
class Demand:
    """What somebody needs an agent to be: these skills, each at one of these levels, or this very operator."""

    skills: tuple[tuple[str, frozenset[int]], ...] = ()
    operator: int | None = None

    def met_by(self, agent: Agent) -> bool:
        """Whether an agent will do."""
        if self.operator is not None:
            return agent.id == self.operator
        return all(agent.skills.get(name, 0) in levels for name, levels in self.skills)

    def fit(self, agent: Agent) -> int:
        """How good an agent is at what is needed."""
        return sum(agent.skills.get(name, 0) for name, _ in self.skills)


@attrs.frozen
class Outlook:
    """What somebody who waits can be told.

    Attributes:
        position: the place in the queue, from 1.
        seconds: how long it will take, by what calls took so far; None when nothing is known or nobody works.
        overflows: it will take longer than the queue lets anybody wait.
    """

    position: int
    seconds: float | None
    overflows: bool = False


Key = tuple[int, int]
"""By priority, then by arrival."""


@attrs.define(eq=False, kw_only=True)
class Queue:
    """One queue.

    Attributes:
        id, name: what scenarios call it.
        application: the id of the application that it belongs to; None for one that all can use.
        max_size: how many may wait; one more is refused. None for no limit.
        max_waiting: seconds that anybody may wait, or None.
        hold: keep those who wait although no agent is logged in.
        agent_selection, task_selection: the order on both sides.
        fault: how it fails by itself, or None.
    """

    id: int
    name: str
    application: int | None = None
    max_size: int | None = None
    max_waiting: float | None = None
    hold: bool = False
    agent_selection: AgentSelection = AgentSelection.MOST_QUALIFIED
    task_selection: TaskSelection = TaskSelection.MAX_PRIORITY
    fault: Refusal | None = None
    agents: dict[Agent, None] = attrs.field(factory=dict, repr=False)
    present: int = 0
    """How many of its agents are logged in."""
    working: int = 0
    """How many of them take callers."""
    _free: dict[Agent, None] = attrs.field(factory=dict, repr=False)
    _order: list[Key] = attrs.field(factory=list, repr=False)
    _by_demand: dict[Demand, list[tuple[Key, Ticket]]] = attrs.field(factory=dict, repr=False)
    _handling: deque[int] = attrs.field(factory=lambda: deque(maxlen=_REMEMBERED), repr=False)

    def __len__(self) -> int:
        return len(self._order)

    def __bool__(self) -> bool:
        return True

    @property
    def full(self) -> bool:
        """Whether nobody more may wait."""
        return self.max_size is not None and len(self._order) >= self.max_size

    # --- those who wait ---

    def key(self, priority: int, number: int) -> Key:
        """Where somebody with this priority stands who came as this one."""
        return (priority if self.task_selection is TaskSelection.MAX_PRIORITY else DEFAULT_PRIORITY, number)

    def push(self, ticket: Ticket) -> None:
        """Somebody begins to wait, or waits again in the old place."""
        insort(self._order, ticket.key)
        heappush(self._by_demand.setdefault(ticket.demand, []), (ticket.key, ticket))

    def take_out(self, ticket: Ticket) -> None:
        """Somebody waits no more."""
        del self._order[bisect_left(self._order, ticket.key)]
        heap = self._by_demand[ticket.demand]
        # Those in the middle of a heap stay there as husks, and are dropped when they come to its top.
        if heap[0][1] is ticket:
            heappop(heap)
            self._first(ticket.demand)

    def _first(self, demand: Demand) -> Ticket | None:
        """Who of those with one demand comes first."""
        heap = self._by_demand.get(demand)
        while heap:
            ticket = heap[0][1]
            if ticket.waits and ticket.demand == demand:
                return ticket
            heappop(heap)
        if heap is not None:
            del self._by_demand[demand]
        return None

    def first_for(self, agent: Agent) -> Ticket | None:
        """The first whom an agent can serve, or None."""
        general = [demand for demand in self._by_demand if demand.operator is None and demand.met_by(agent)]
        found = filter(None, map(self._first, (Demand(operator=agent.id), *general)))
        return min(found, key=lambda ticket: ticket.key, default=None)

    def waiting(self) -> list[Ticket]:
        """All who wait, the first one first."""
        found = {key: ticket for heap in self._by_demand.values() for key, ticket in heap if ticket.waits}
        return [found[key] for key in sorted(found)]

    # --- agents ---

    def free_for(self, demand: Demand) -> Agent | None:
        """The free agent who gets somebody with this demand, or None."""
        fitting = (agent for agent in self._free if demand.met_by(agent))
        if self.agent_selection is AgentSelection.MAX_WAITING_TIME or not demand.skills:
            return next(fitting, None)
        best = max if self.agent_selection is AgentSelection.MOST_QUALIFIED else min
        return best(fitting, key=demand.fit, default=None)

    def agent_moved(self, agent: Agent, old: AgentStatus, new: AgentStatus) -> None:
        """One of its agents has another status."""
        self.present += (new is not AgentStatus.OFFLINE) - (old is not AgentStatus.OFFLINE)
        self.working += (new in WORKING) - (old in WORKING)
        if new is AgentStatus.READY:
            self._free[agent] = None
        else:
            self._free.pop(agent, None)

    # --- estimates ---

    def handled(self, microseconds: int) -> None:
        """A caller took an agent so long, the work after the call included."""
        self._handling.append(microseconds)

    def outlook(self, ticket: Ticket, now: int) -> Outlook:
        """What somebody who waits can be told."""
        position = bisect_left(self._order, ticket.key) + 1
        if not self._handling or not self.working:
            return Outlook(position, None)
        seconds = position * sum(self._handling) / len(self._handling) / self.working / 1e6
        left = None if self.max_waiting is None else self.max_waiting - (now - ticket.since) / 1e6
        return Outlook(position, seconds, overflows=left is not None and seconds > left)


class Queues:
    """All queues and agents of a switch."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._queues: dict[tuple[int | None, str], Queue] = {}
        self.agents: dict[str, Agent] = {}
        self._arrivals = 0

    def __iter__(self) -> Iterator[Queue]:
        return iter(self._queues.values())

    def arrival(self) -> int:
        """The number of somebody who has just come; later ones have greater numbers."""
        self._arrivals += 1
        return self._arrivals

    def queue(self, name: str, application: int | None = None) -> Queue:
        """The queue with this name; it is made when there is none."""
        key = (application, name)
        if key not in self._queues:
            self._queues[key] = Queue(id=len(self._queues) + 1, name=name, application=application)
        return self._queues[key]

    def find(self, name: object, number: object, application: int) -> Queue | None:
        """A queue that an application can use, by its id or name; None when there is none."""
        for queue in self._queues.values():
            known = queue.id == number if number is not None else queue.name == name
            if known and queue.application in (None, application):
                return queue
        return None

    def missing(self, name: object) -> str:
        """What to say of a queue that is not there."""
        known = [queue.name for queue in self._queues.values()]
        return f"There is no queue {name!r}.{did_you_mean(str(name), known)}"

    # --- agents ---

    def add_agent(self, agent: Agent, *queues: Queue) -> Agent:
        """Let an agent serve queues; one of the same name is replaced by it.

        Raises:
            BadArgument: a skill has no level from 1 to 5, or the ban is no time at all.
        """
        for skill, level in agent.skills.items():
            if level not in LEVELS:
                raise BadArgument(f"The level of the skill {skill!r} is a number from 1 to 5, got {level!r}.")
        if agent.ban_seconds <= 0:
            raise BadArgument(f"A ban takes some seconds, got {agent.ban_seconds:g}.")
        status, agent.status, agent.since = agent.status, AgentStatus.OFFLINE, self._switch.now
        old = self.agents.pop(agent.name, None)
        left = self._leave(old) if old is not None else ()
        self.agents[agent.name] = agent
        for queue in queues:
            agent.queues[queue] = None
            queue.agents[agent] = None
        self.set_status(agent, status)
        # One step later: the status that the new one is to have may come with another call.
        self._switch.post(self._left_alone, left)
        return agent

    def _leave(self, agent: Agent) -> tuple[Queue, ...]:
        """An agent serves no queue any more, whatever becomes of its present caller; returns those that it served."""
        if agent.ban is not None:
            agent.ban.cancel()
            agent.ban = None
        left = tuple(agent.queues)
        for queue in left:
            queue.agent_moved(agent, agent.status, AgentStatus.OFFLINE)
            del queue.agents[agent]
        agent.queues = {}
        return left

    def agent(self, number: object) -> Agent | None:
        """The agent with this number, or None."""
        return next((agent for agent in self.agents.values() if agent.id == number), None)

    def set_status(self, agent: Agent, status: AgentStatus | str) -> None:
        """An agent's person chooses a status. With a caller it holds once that caller is gone.

        Raises:
            BadArgument: there is no such status, or no person can choose it.
        """
        if status not in CHOSEN:
            raise BadArgument(f"An agent's status is one of {', '.join(sorted(CHOSEN))}, got {str(status)!r}.")
        chosen = AgentStatus(status)
        if agent.status in BUSY:
            agent.wanted = chosen
        elif agent.status is not chosen:
            self.move(agent, chosen)

    def move(self, agent: Agent, status: AgentStatus) -> None:
        """Give an agent another status, and all that follows from it."""
        old = agent.status
        agent.status = moved(MOVES, old, status, f"Agent {agent.name}")
        agent.since = self._switch.now
        self._switch.note(None, "operator", status.value, agent.name, {"from": old.value})
        if agent.ban is not None:
            agent.ban.cancel()
            agent.ban = None
        if status is AgentStatus.BANNED:
            agent.ban = self._switch.after(agent.ban_seconds, self._ban_over, agent)
        if agent.serving is not None and status not in (*BUSY, AgentStatus.AFTER_SERVICE):
            if old is AgentStatus.AFTER_SERVICE or old is AgentStatus.IN_SERVICE:
                agent.serving.handled(self._switch.now - agent.taken)
            agent.serving = None
        for queue in agent.queues:
            queue.agent_moved(agent, old, status)
        agent.side.status_changed(agent)
        if agent.status is AgentStatus.READY:
            self._serve(agent)
        elif agent.status is AgentStatus.OFFLINE:
            self._left_alone(agent.queues)

    def after_call(self, agent: Agent, usual: AgentStatus) -> None:
        """An agent's caller is gone: it gets the status that its person wanted, else the usual one."""
        wanted, agent.wanted = agent.wanted, None
        self.move(agent, wanted or usual)

    def _ban_over(self, agent: Agent) -> None:
        agent.ban = None
        self.move(agent, AgentStatus.READY)

    def _serve(self, agent: Agent) -> None:
        """A free agent gets the first one of its queues whom it can serve."""
        while agent.status is AgentStatus.READY:
            found = [ticket for queue in agent.queues if (ticket := queue.first_for(agent)) is not None]
            if not found:
                return
            min(found, key=lambda ticket: ticket.key).offer(agent)

    def _left_alone(self, queues: Iterable[Queue]) -> None:
        """The last agent of a queue may have left: unless the queue holds them, nobody waits for nothing."""
        for queue in queues:
            if not queue.present and not queue.hold and len(queue):
                for ticket in queue.waiting():
                    ticket.left_alone()


SETTINGS: Final = ("max_size", "max_waiting", "hold", "agent_selection", "task_selection", "fault")
"""What can be set of a queue."""


def configured(queue: Queue, **settings: object) -> Queue:
    """Set some of a queue's settings.

    Raises:
        BadArgument: a setting is not known, or its value cannot be.
    """
    for name, value in settings.items():
        if name not in SETTINGS:
            raise BadArgument(f"A queue has no setting {name!r}.{did_you_mean(name, SETTINGS)}")
        setattr(queue, name, _checked(name, value))
    return queue


def _checked(name: str, value: object) -> object:
    """The value of a setting, as a queue keeps it."""
    if name == "hold":
        return bool(value)
    if value is None and name in ("max_size", "max_waiting", "fault"):
        return None
    choices: dict[str, Mapping[str, StrEnum]] = {
        "agent_selection": AgentSelection.__members__,
        "task_selection": TaskSelection.__members__,
        "fault": {fault: Refusal(fault) for fault in FAULTS},
    }
    if name in choices:
        if value not in choices[name]:
            raise BadArgument(f"The {name!r} of a queue is one of {', '.join(choices[name])}, got {value!r}.")
        return choices[name][str(value)]
    if isinstance(value, bool) or not isinstance(value, int if name == "max_size" else int | float) or value < 0:
        raise BadArgument(f"The {name!r} of a queue is a number from 0, got {value!r}.")
    return value
