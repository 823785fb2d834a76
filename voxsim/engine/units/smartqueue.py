"""SmartQueue, the second version of queues: a task, and what becomes of it.

A task runs through EnqueueSuccess, Waiting (now and then, with the place and the time that it will take),
TaskDistributed for each agent who is called, and OperatorReached. Error tells that something is broken, TaskCanceled
that the queue's rules or the scenario ended it. How a talk ended is told by its status alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from voxsim.engine.agents import Agent
from voxsim.engine.command import command
from voxsim.engine.emitter import Emitter
from voxsim.engine.queues import FAULTS, Refusal
from voxsim.engine.states import moved
from voxsim.engine.tickets import Ticket
from voxsim.engine.units.call import Call
from voxsim.engine.wishes import Wish
from voxsim.vocabulary.codes import NORMAL_CLEARING, Cause
from voxsim.vocabulary.constants import constant_set
from voxsim.vocabulary.declare import Event, EventNames, documented, event, payload, unit
from voxsim.vocabulary.enums import TextEnum
from voxsim.vocabulary.errors import BadArgument, TaskEnded, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.media import Sound
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer


@payload
class TaskEvent(Event):
    """What every event of a task carries."""

    task: SmartQueueTask


@payload
class TaskWaitingEvent(TaskEvent):
    """How long it will take (milliseconds), the place in the queue, and how that is known (a TaskWaitingCode)."""

    ewt: int
    position: int
    code: int
    message: str


@payload
class TaskReachedEvent(TaskEvent):
    """An agent answered."""

    agent_call: Call


@payload
class TaskDistributedEvent(TaskEvent):
    """An agent is being called; it may be told again, for the next one."""

    operator_id: int
    operator_name: str


@payload
class TaskClientEvent(TaskEvent):
    """The client hung up before an agent was reached; `cancel()` takes the task back, which goes on otherwise."""

    cancel: Callable[[], None] = documented("cancel")


@payload
class TaskCanceledEvent(TaskEvent):
    """The task is over without a talk; `status` is a TerminationStatus."""

    status: int
    description: str


@payload
class TaskErrorEvent(TaskEvent):
    """The task failed; `type` is a TerminationStatus."""

    type: int
    description: str


class SmartQueueEvents(EventNames):
    """Events of a task."""

    Waiting = event("SmartQueue.Waiting", TaskWaitingEvent)
    OperatorReached = event("SmartQueue.OperatorReached", TaskReachedEvent)
    EnqueueSuccess = event("SmartQueue.EnqueueSuccess", TaskEvent)
    TaskDistributed = event("SmartQueue.DistributeTask", TaskDistributedEvent)
    ClientDisconnected = event("SmartQueue.ClientDisconnected", TaskClientEvent)
    TaskCanceled = event("SmartQueue.TaskCanceled", TaskCanceledEvent)
    Error = event("SmartQueue.Error", TaskErrorEvent)


class TaskStatus(TextEnum):
    """Where a task is: the documented `SmartQueueTaskStatus`."""

    DISTRIBUTING = "DISTRIBUTING"
    CONNECTING = "CONNECTING"
    CONNECTED = "CONNECTED"
    ENDED = "ENDED"
    FAILED = "FAILED"


_OVER: Final = frozenset({TaskStatus.ENDED, TaskStatus.FAILED})

MOVES: Final[dict[TaskStatus, frozenset[TaskStatus]]] = {
    TaskStatus.DISTRIBUTING: _OVER | {TaskStatus.CONNECTING},
    TaskStatus.CONNECTING: _OVER | {TaskStatus.DISTRIBUTING, TaskStatus.CONNECTED},
    TaskStatus.CONNECTED: _OVER,
    TaskStatus.ENDED: frozenset(),
    TaskStatus.FAILED: frozenset(),
}
"""Which status may follow which."""

STATUSES: Final = constant_set("TerminationStatus")
CODES: Final = constant_set("TaskWaitingCode")
_LAST: Final = frozenset(
    event.plain for event in (SmartQueueEvents.OperatorReached, SmartQueueEvents.TaskCanceled, SmartQueueEvents.Error)
)


@unit("SmartQueueTask", events=SmartQueueEvents, module="SmartQueue")
class SmartQueueTask(Emitter):
    """A client's place in a smart queue, and the agent whom it gets.

    Attributes:
        id: the task's id.
        status: DISTRIBUTING, CONNECTING, CONNECTED, ENDED or FAILED.
        termination_status: a TerminationStatus, or None while it is not over.
        client_call: the client's call, or None.
        agent_call: the call of the agent who is being called or talks, or None.
        settings, parameters: what it was made with, under the documented names.
    """

    __slots__ = (
        "_notice",
        "_ticket",
        "agent_call",
        "client_call",
        "id",
        "parameters",
        "settings",
        "status",
        "termination_status",
    )

    EVENTS: ClassVar = SmartQueueEvents
    NAME: ClassVar = "SmartQueueTask"

    def __init__(self, session: Session, client: Call | None, settings: Mapping[str, Any], wish: Wish) -> None:
        super().__init__(session, session.switch.ids.unit())
        self.id = self._id
        self.status = TaskStatus.DISTRIBUTING
        self.termination_status: int | None = None
        self.client_call = client
        self.agent_call: Call | None = None
        self.settings = self.parameters = dict(settings)
        self._notice: Timer | None = None
        session.keep(self._id, self)
        self._ticket = Ticket(session, self._id, self, wish)
        if client is not None:
            client.listen(_Client(self))

    @command("end(description, terminationStatus?)")
    def end(self, description: str = "", termination_status: int | None = None) -> None:
        """End the task; an agent who is being called, or talks, is hung up.

        TaskCanceled follows when no agent was reached yet.

        Args:
            description: what TaskCanceled tells.
            termination_status: a TerminationStatus; CLIENT_TERMINATE when not given.

        Raises:
            BadArgument: there is no such status.
        """
        status = STATUSES.CLIENT_TERMINATE if termination_status is None else termination_status
        if status not in STATUSES:
            raise BadArgument(f"end: a TerminationStatus such as TerminationStatus.NORMAL is needed, got {status!r}.")
        if self.status in _OVER:
            self.session.warn("end: the task has ended already; ignored.", self._id)
            return
        self._cancel(status, str(description))

    def cut(self) -> None:
        """The session is over: a talk counts as ended normally, a client who still waits as gone."""
        talks = self.status is TaskStatus.CONNECTED
        self._over(TaskStatus.ENDED, "NORMAL" if talks else "CANCELED")
        self._ticket.cut()

    # --- what becomes of its place (Holder) ---

    def admitted(self) -> None:
        """It is in the queue."""
        self.emit(SmartQueueEvents.EnqueueSuccess(self))
        if self.client_call is not None and not self.client_call.leg.alive:
            self._tell_client_left()
        self.session.switch.post(self._tell_waiting)

    def refused(self, why: Refusal, text: str) -> None:
        """It is not, or no longer."""
        code = STATUSES[why.value]
        if why.value in FAULTS:
            self._over(TaskStatus.FAILED, why.value)
            self.emit(SmartQueueEvents.Error(self, code, text))
        else:
            self._over(TaskStatus.ENDED, why.value)
            self.emit(SmartQueueEvents.TaskCanceled(self, code, text))

    def agent_called(self, agent: Agent, call: Call) -> None:
        """An agent is being called."""
        self._stop_notices()
        self._move(TaskStatus.CONNECTING)
        self.agent_call = call
        self.emit(SmartQueueEvents.TaskDistributed(self, agent.id, agent.display_name or agent.name))

    def agent_failed(self, agent: Agent, cause: Cause) -> None:
        """That agent does not come."""
        self._move(TaskStatus.DISTRIBUTING)
        self.agent_call = None
        self.session.switch.post(self._tell_waiting)

    def agent_reached(self, call: Call) -> None:
        """The agent answered."""
        self._move(TaskStatus.CONNECTED)
        self.emit(SmartQueueEvents.OperatorReached(self, call))

    def agent_left(self, call: Call) -> None:
        """The talk is over: who ended it, and how, is its termination status."""
        leg, client = call.leg, self.client_call
        if leg.transferred:
            self._over(TaskStatus.ENDED, "TRANSFERRED")
        elif leg.cause is not None and leg.cause.code != NORMAL_CLEARING.code:
            self._over(TaskStatus.FAILED, "FAILED")
        elif leg.ended_by == "far":
            self._over(TaskStatus.ENDED, "FINISHED_BY_OPERATOR")
        else:
            ended = client is not None and not client.leg.alive
            self._over(TaskStatus.ENDED, "FINISHED_BY_CLIENT" if ended else "NORMAL")

    # --- the client ---

    def client_left(self) -> None:
        """The client's call is over."""
        if self.status is TaskStatus.CONNECTED:
            self._over(TaskStatus.ENDED, "FINISHED_BY_CLIENT")
        elif self.status not in _OVER and self._ticket.came:
            # One step later: the call tells that it is over before the task does.
            self.session.switch.post(self._tell_client_left)

    def _tell_client_left(self) -> None:
        if self.status not in _OVER:
            self.emit(SmartQueueEvents.ClientDisconnected(self, self._cancelled_by_client))

    def _cancelled_by_client(self) -> None:
        """What a handler of ClientDisconnected calls as `event.cancel()`."""
        self.session.note("command", "cancel", self._id)
        if self.status not in (*_OVER, TaskStatus.CONNECTED):
            self._cancel(STATUSES.CANCELED, "The client has left.")

    # --- waiting ---

    def _tell_waiting(self) -> None:
        """Tell how long it will take, now and every 10 to 15 seconds from now on."""
        self._stop_notices()
        outlook = self._ticket.outlook
        if outlook is None:
            return
        if outlook.seconds is None:
            told = 0, CODES.CANNOT_BE_ESTIMATED, "Nothing is known of how long calls take here."
        else:
            told = round(outlook.seconds * 1000), CODES.SUCCESS, "Estimated from the calls so far."
        ewt, code, message = told
        if outlook.overflows:
            code, message = CODES.OVERFLOWED, "It will take longer than the queue lets anybody wait."
        self.emit(SmartQueueEvents.Waiting(self, ewt, outlook.position, code, message))
        timing = self.session.switch.timing
        pause = self.session.switch.random.uniform(timing.waiting_notice_least, timing.waiting_notice_most)
        self._notice = self.session.switch.after_ms(round(pause), self._tell_waiting)

    def _stop_notices(self) -> None:
        if self._notice is not None:
            self._notice.cancel()
            self._notice = None

    # --- the end ---

    def _cancel(self, status: int, description: str) -> None:
        talked = self.status is TaskStatus.CONNECTED
        self._over(TaskStatus.ENDED, next(name for name, value in STATUSES.members.items() if value == status))
        self._ticket.leave()
        if not talked:
            self.emit(SmartQueueEvents.TaskCanceled(self, status, description))

    def _over(self, status: TaskStatus, how: str) -> None:
        if self.status in _OVER:
            return
        self._stop_notices()
        self._move(status)
        self.termination_status = STATUSES[how]
        self.session.note("queue", "task over", self._id, {"status": how})
        self.session.drop(self._id)
        self.session.switch.post(self._nothing_more)

    def _nothing_more(self) -> None:
        # One more step: the event that tells why comes first.
        self.session.switch.post(self._give_up_waiting, self._ended_error())

    def _late(self, names: list[str]) -> Event | VoxsimError | None:
        if self.status in (TaskStatus.DISTRIBUTING, TaskStatus.CONNECTING):
            return None
        found = self.session.last_event(self._id, _LAST.intersection(names), self._ticket.since)
        return found or (self._ended_error() if self.status in _OVER else None)

    def _ended_error(self) -> TaskEnded:
        names = (name for name, value in STATUSES.members.items() if value == self.termination_status)
        return TaskEnded(f"The task has ended: {next(names, 'NONE')}.")

    def _move(self, status: TaskStatus) -> None:
        self.status = moved(MOVES, self.status, status, "A task")


class _Client:
    """Follows the client's call for a task."""

    __slots__ = ("_task",)

    def __init__(self, task: SmartQueueTask) -> None:
        self._task = task

    def connected(self) -> None:
        """Nothing follows from it."""

    def heard(self, sound: Sound) -> None:
        """What the client says does not matter here."""

    def ended(self) -> None:
        """The client has hung up."""
        self._task.client_left()
