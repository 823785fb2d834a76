"""Tickets: one caller's place in a queue, from its coming to the end of the talk with an agent.

`MOVES` is the law. A ticket calls the agent as a leg of its own session, goes back to its old place when the agent does
not answer, and tells its holder (an ACD request, a task of a smart queue) what happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Protocol

from voxsim.engine.agents import Agent, AgentStatus
from voxsim.engine.dialling import dial
from voxsim.engine.lifecycle import RUNNING
from voxsim.engine.queues import Key, Outlook, Queue, Queues, Refusal
from voxsim.engine.states import moved
from voxsim.engine.wishes import Wish
from voxsim.vocabulary.codes import CALL_LIMIT_REACHED, Cause, Sip

if TYPE_CHECKING:
    from voxsim.engine.media import Sound
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer
    from voxsim.engine.units.call import Call


class TicketState(Enum):
    """Where somebody with a ticket stands."""

    COMING = "coming"
    WAITING = "waiting"
    OFFERED = "offered"
    SERVED = "served"
    GONE = "gone"


COMING, WAITING, OFFERED, SERVED, GONE = TicketState

MOVES: Final[dict[TicketState, frozenset[TicketState]]] = {
    COMING: frozenset({WAITING, GONE}),
    WAITING: frozenset({OFFERED, GONE}),
    OFFERED: frozenset({WAITING, SERVED, GONE}),
    SERVED: frozenset({GONE}),
    GONE: frozenset(),
}
"""Which state may follow which. Who can be served at once waits for no time at all."""

_NOT_THERE: Final = frozenset({Sip.NOT_FOUND, Sip.TEMPORARILY_UNAVAILABLE})
"""What a call to an agent ends with who is not logged in at all."""


class Holder(Protocol):
    """Who holds a ticket: what it is told."""

    def admitted(self) -> None:
        """It is in the queue, or an agent is about to be called at once."""

    def refused(self, why: Refusal, text: str) -> None:
        """It is not, or no longer, in the queue, and will not be served."""

    def agent_called(self, agent: Agent, call: Call) -> None:
        """An agent is being called."""

    def agent_failed(self, agent: Agent, cause: Cause) -> None:
        """That agent does not come; the next one is called, now or later."""

    def agent_reached(self, call: Call) -> None:
        """The agent answered."""

    def agent_left(self, call: Call) -> None:
        """The talk is over for the agent."""


class Ticket:
    """One caller's place.

    Attributes:
        queue: where it stands, once it has come.
        key: its place among those who wait.
        demand: what its agent has to be, at present.
        since: when it came, in microseconds since the run's epoch.
        agent, call: who was called for it last, and that agent's call.
    """

    __slots__ = (
        "_clocks",
        "_expired",
        "_holder",
        "_wish",
        "agent",
        "call",
        "demand",
        "id",
        "key",
        "queue",
        "session",
        "since",
        "state",
    )

    def __init__(self, session: Session, identity: str, holder: Holder, wish: Wish) -> None:
        self.session = session
        self.id = identity
        self.state = COMING
        self.demand = wish.demand
        self.key: Key = (0, 0)
        self.since = session.switch.now
        self.queue: Queue | None = None
        self.agent: Agent | None = None
        self.call: Call | None = None
        self._holder = holder
        self._wish = wish
        self._expired: Refusal | None = None
        self._clocks: list[Timer] = []
        session.queue_requests += 1
        if session.idle_timer is not None:
            session.watch_idleness()
        session.switch.post(self._come)

    @property
    def waits(self) -> bool:
        """Whether it is among those who wait."""
        return self.state is WAITING

    @property
    def came(self) -> bool:
        """Whether it was looked at; its place is not known before."""
        return self.state is not COMING

    @property
    def over(self) -> bool:
        """Whether nobody has to be found any more: an agent was, or it is gone."""
        return self.state in (SERVED, GONE)

    @property
    def outlook(self) -> Outlook | None:
        """What it can be told while it waits, or None."""
        return self.queue.outlook(self, self.session.switch.now) if self.waits and self.queue is not None else None

    def leave(self) -> None:
        """It does not want to be served any more; an agent who is being called, or talks, is hung up."""
        if self.state is GONE:
            return
        self._go("left")
        if self.call is not None and self.call.leg.alive:
            self.call.leg.hang_up()

    def cut(self) -> None:
        """The session ends, and its calls with it."""
        if self.state is not GONE:
            self._go("session over")

    def left_alone(self) -> None:
        """No agent of the queue is there any more."""
        if not self._wish.stays:
            self._refuse(Refusal.QUEUE_EMPTY, "All agents of the queue have left.")

    # --- coming ---

    def _come(self) -> None:
        if self.state is not COMING:
            return
        wish, queues = self._wish, self._queues
        queue = queues.find(wish.queue_name, wish.queue_id, self.session.origin.application_id)
        if queue is None:
            text = queues.missing(wish.queue_name or wish.queue_id)
            self.session.warn(f"{text} [[queue]] in voxsim.toml makes one, or vox.queue(...) in a test.", self.id)
            self._refuse(Refusal.INTERNAL_ERROR, text)
            return
        self.queue = queue
        self.key = queue.key(wish.priority, queues.arrival())
        if queue.fault is not None:
            self._refuse(queue.fault, f"The queue {queue.name!r} failed.")
        elif not self._operator_there():
            self._refuse(Refusal.OPERATOR_NOT_AVAILABLE, "That operator is not there.")
        elif not queue.present and (wish.stays or not queue.hold):
            self._refuse(Refusal.QUEUE_EMPTY, "No agent of the queue is logged in.")
        else:
            self._enter(queue)

    def _enter(self, queue: Queue) -> None:
        agent = queue.free_for(self.demand)
        if agent is None and queue.full:
            self._refuse(Refusal.MAX_QUEUE_SIZE_REACHED, f"{queue.max_size} wait already.")
            return
        self._note("entered", {"queue": queue.name, "priority": self._wish.priority, "waiting": len(queue)})
        self._holder.admitted()
        self._start_clocks(queue)
        self._move(WAITING)
        if agent is not None:
            self.offer(agent)

    def _operator_there(self) -> bool:
        """Whether the operator that is asked for can come; unless it has to be that one, others can."""
        if self.demand.operator is None:
            return True
        agent = self._queues.agent(self.demand.operator)
        if agent is not None and agent.status is not AgentStatus.OFFLINE and self.queue in agent.queues:
            return True
        if not self._wish.strict:
            self.demand = self._wish.otherwise
        return not self._wish.strict

    # --- waiting ---

    def _start_clocks(self, queue: Queue) -> None:
        wish = self._wish
        if queue.max_waiting is not None:
            self._clock(queue.max_waiting, self._expire, Refusal.MAX_WAITING_TIME_REACHED)
        if wish.timeout is not None:
            self._clock(wish.timeout, self._expire, Refusal.TIMEOUT_REACHED)
        if self.demand.operator is not None and wish.operator_seconds is not None:
            self._clock(wish.operator_seconds, self._give_up_operator)

    def _clock(self, seconds: float, step: Any, *args: Any) -> None:
        self._clocks.append(self.session.switch.after(seconds, step, *args))

    def _expire(self, why: Refusal) -> None:
        """It has waited long enough; an agent who is just being called may still answer."""
        if self.waits:
            self._refuse(why, f"It waited for {(self.session.switch.now - self.since) / 1e6:g} s.")
        elif self._expired is None:
            self._expired = why

    def _give_up_operator(self) -> None:
        """The operator that was asked for has not come in time: others may, unless it has to be that one."""
        if self._wish.strict:
            self._expire(Refusal.OPERATOR_NOT_AVAILABLE)
        elif self.waits and self.queue is not None:
            self.queue.take_out(self)
            self.demand = self._wish.otherwise
            self.queue.push(self)
            self._look_for_agent(self.queue)
        else:
            self.demand = self._wish.otherwise

    def _look_for_agent(self, queue: Queue) -> None:
        """It waits in its old place, unless somebody is free."""
        agent = queue.free_for(self.demand)
        if agent is not None:
            self.offer(agent)

    # --- an agent ---

    def offer(self, agent: Agent) -> None:
        """Call this agent."""
        session, queue = self.session, self.queue
        if session.phase is not RUNNING:
            self._go("left")
            return
        self._move(OFFERED)
        self.agent, agent.serving, agent.taken = agent, queue, session.switch.now
        self._queues.move(agent, AgentStatus.DIALING)
        wish = self._wish
        self._note("offered", {"agent": agent.name, "queue": queue.name if queue is not None else ""})
        self.call = call = dial(
            session, "user", agent.name, wish.callerid, display_name=wish.display_name, headers=wish.headers
        )
        call.listen(self)
        self._holder.agent_called(agent, call)

    def connected(self) -> None:
        """The agent's call is connected."""
        if self.state is not OFFERED or self.agent is None or self.call is None:
            return
        self._move(SERVED)
        self._stop_clocks()
        self.agent.served += 1
        waited = (self.agent.taken - self.since) // 1000
        self._note("served", {"agent": self.agent.name, "waitedMs": waited})
        self._queues.move(self.agent, AgentStatus.IN_SERVICE)
        self._holder.agent_reached(self.call)

    def heard(self, sound: Sound) -> None:
        """What the agent says does not matter here."""

    def ended(self) -> None:
        """The agent's call is over: it was not answered, or the talk has ended."""
        agent, call = self.agent, self.call
        if agent is None or call is None:
            return
        if agent.status is AgentStatus.IN_SERVICE:
            if self.state is SERVED:
                self._go("over")
                self._holder.agent_left(call)
            self._queues.after_call(agent, AgentStatus.AFTER_SERVICE)
        elif self.state is OFFERED and call.leg.ended_by == "scenario":
            self._refuse(Refusal.CLIENT_TERMINATE, "The scenario hung up on the operator.")
            self._queues.after_call(agent, AgentStatus.READY)
        elif self.state is OFFERED:
            self._not_answered(agent, call.leg.cause or Cause.sip(Sip.REQUEST_TERMINATED))
        else:
            self._queues.after_call(agent, AgentStatus.READY)

    def _not_answered(self, agent: Agent, cause: Cause) -> None:
        if cause.reason == CALL_LIMIT_REACHED:
            # The session may not call anybody any more: that is no fault of the agent's.
            self._refuse(Refusal.FAILED, CALL_LIMIT_REACHED)
            self._queues.after_call(agent, AgentStatus.READY)
            return
        self._note("failed", {"agent": agent.name, "code": cause.code, "reason": cause.reason})
        self._holder.agent_failed(agent, cause)
        usual = AgentStatus.OFFLINE if cause.code in _NOT_THERE else AgentStatus.BANNED
        self._queues.after_call(agent, usual)
        queue = self.queue
        if self.state is not OFFERED or queue is None:
            return
        if self._expired is not None:
            self._refuse(self._expired, "Its time was over before an agent answered.")
        elif not queue.present and not queue.hold and not self._wish.stays:
            self._refuse(Refusal.QUEUE_EMPTY, "No agent of the queue is logged in.")
        elif not self._operator_there():
            self._refuse(Refusal.OPERATOR_NOT_AVAILABLE, "That operator did not answer.")
        else:
            self._move(WAITING)
            self._look_for_agent(queue)

    # --- the end ---

    def _refuse(self, why: Refusal, text: str) -> None:
        if self.state is GONE:
            return
        self._go(why.value)
        self._holder.refused(why, text)

    def _go(self, how: str) -> None:
        """It is no longer in the queue, for whatever reason."""
        self._move(GONE)
        self._stop_clocks()
        self._note("gone", {"why": how})
        session = self.session
        session.queue_requests -= 1
        if not session.calls:
            session.watch_idleness()

    # --- inside ---

    @property
    def _queues(self) -> Queues:
        return self.session.switch.queues

    def _stop_clocks(self) -> None:
        for clock in self._clocks:
            clock.cancel()
        self._clocks = []

    def _move(self, state: TicketState) -> None:
        """Change the state; it stands in its queue's list for as long as it waits."""
        new = moved(MOVES, self.state, state, "A ticket")
        if self.waits and self.queue is not None:
            self.queue.take_out(self)
        self.state = new
        if self.waits and self.queue is not None:
            self.queue.push(self)

    def _note(self, what: str, facts: Mapping[str, Any]) -> None:
        self.session.note("queue", what, self.id, facts)
