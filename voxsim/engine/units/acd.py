"""ACD, the first version of queues: a request for an agent, and what becomes of it.

A request runs through Queued, OperatorCallAttempt (and OperatorFailed, for each agent who does not answer) to
OperatorReached; or it is not queued at all: Offline, QueueFull or Error. It tells how long it will take when asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from voxsim.engine.command import command
from voxsim.engine.emitter import Emitter
from voxsim.engine.queues import Refusal
from voxsim.engine.tickets import Ticket
from voxsim.engine.units.call import Call
from voxsim.engine.wishes import Wish
from voxsim.vocabulary.declare import Event, EventNames, event, payload, signature, unit
from voxsim.vocabulary.errors import TaskEnded, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.agents import Agent
    from voxsim.engine.session import Session
    from voxsim.vocabulary.codes import Cause


@payload
class ACDEvent(Event):
    """What every event of a request carries."""

    request: ACDRequest


@payload
class ACDCallEvent(ACDEvent):
    """An agent is being called, or has answered."""

    operator_call: Call


@payload
class ACDFailedEvent(ACDEvent):
    """An agent did not answer; the next one is called, now or when one is free. It is only a notice."""

    operator_user_name: str
    status_code: int


@payload
class ACDWaitingEvent(ACDEvent):
    """How long it will take, in whole minutes, and the place in the queue."""

    ewt: int
    position: int


@payload
class ACDErrorEvent(ACDEvent):
    """The request failed."""

    error: str


class ACDEvents(EventNames):
    """Events of an ACD request."""

    OperatorReached = event("ACD.OperatorReached", ACDCallEvent)
    OperatorCallAttempt = event("ACD.OperatorCallAttempt", ACDCallEvent)
    OperatorFailed = event("ACD.OperatorFailed", ACDFailedEvent)
    Error = event("ACD.Error", ACDErrorEvent)
    Waiting = event("ACD.Waiting", ACDWaitingEvent)
    Queued = event("ACD.Queued", ACDEvent)
    Offline = event("ACD.Offline", ACDEvent)
    QueueFull = event("ACD.QueueFull", ACDEvent)


_LAST: dict[Refusal, str] = {
    Refusal.QUEUE_EMPTY: ACDEvents.Offline.plain,
    Refusal.MAX_QUEUE_SIZE_REACHED: ACDEvents.QueueFull.plain,
}
"""The events with which a queue does not take a request; all else that goes wrong is an Error."""


@unit("ACDRequest", events=ACDEvents, module="ACD")
class ACDRequest(Emitter):
    """A caller's request for an agent of a queue."""

    __slots__ = ("_queued", "_ticket")

    EVENTS: ClassVar = ACDEvents
    NAME: ClassVar = "ACDRequest"

    def __init__(self, session: Session, wish: Wish) -> None:
        super().__init__(session, session.switch.ids.unit())
        self._queued = False
        session.keep(self._id, self)
        self._ticket = Ticket(session, self._id, self, wish)

    @signature("id()")
    def id(self) -> str:
        """The request's id."""
        return self._id

    @command("getStatus()")
    def get_status(self) -> None:
        """Ask how long it will take: Waiting follows. Only a request that is Queued and waits can be asked."""
        outlook = self._ticket.outlook
        if not self._queued or outlook is None:
            self.session.warn("getStatus: the request does not wait in a queue; ignored.", self._id)
            return
        minutes = int((outlook.seconds or 0) // 60)
        self.emit(ACDEvents.Waiting(self, minutes, outlook.position))

    @command("cancel()")
    def cancel(self) -> None:
        """Take the request back; an agent who is being called for it is hung up."""
        if self._ticket.over:
            self.session.warn("cancel: an agent was reached, or the request is over already; ignored.", self._id)
            return
        self._ticket.leave()
        self._end()

    def cut(self) -> None:
        """The session is over."""
        self._ticket.cut()

    # --- what becomes of its place (Holder) ---

    def admitted(self) -> None:
        """It is in the queue."""
        self._queued = True
        self.emit(ACDEvents.Queued(self))

    def refused(self, why: Refusal, text: str) -> None:
        """It is not, or no longer."""
        if why is Refusal.QUEUE_EMPTY:
            self.emit(ACDEvents.Offline(self))
        elif why is Refusal.MAX_QUEUE_SIZE_REACHED:
            self.emit(ACDEvents.QueueFull(self))
        else:
            self.emit(ACDEvents.Error(self, text))
        self._end()

    def agent_called(self, agent: Agent, call: Call) -> None:
        """An agent is being called."""
        self.emit(ACDEvents.OperatorCallAttempt(self, call))

    def agent_failed(self, agent: Agent, cause: Cause) -> None:
        """That agent does not come."""
        self.emit(ACDEvents.OperatorFailed(self, agent.name, cause.code))

    def agent_reached(self, call: Call) -> None:
        """The agent answered."""
        self.emit(ACDEvents.OperatorReached(self, call))
        self._end()

    def agent_left(self, call: Call) -> None:
        """The talk is over: the call tells that itself."""

    # --- inside ---

    def _end(self) -> None:
        """Nothing more comes from here."""
        self.session.drop(self._id)
        self.session.switch.post(self._nothing_more)

    def _nothing_more(self) -> None:
        self._give_up_waiting(self._ended_error())

    def _late(self, names: list[str]) -> Event | VoxsimError | None:
        if not self._ticket.over:
            return None
        last = {ACDEvents.OperatorReached.plain, *_LAST.values(), ACDEvents.Error.plain}
        found = self.session.last_event(self._id, last.intersection(names), self._ticket.since)
        return found if found is not None else self._ended_error()

    def _ended_error(self) -> TaskEnded:
        return TaskEnded(f"The ACD request {self._id} is over.")
