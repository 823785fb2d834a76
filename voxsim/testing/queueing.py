"""PlaysQueues: how a test sets queues up and says who serves them, and what it sees of an operator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from voxsim.engine.agents import AgentStatus
from voxsim.engine.future import Future
from voxsim.engine.queues import Queue
from voxsim.parties.operators import Operator
from voxsim.testing.handles import PartyHandle

if TYPE_CHECKING:
    from voxsim.parties.behaviour import Behaviour
    from voxsim.parties.world import World
    from voxsim.testing.vox import Vox


class OperatorHandle(PartyHandle):
    """Somebody who serves queues."""

    def __init__(self, vox: Vox, operator: Operator) -> None:
        super().__init__(vox, operator.party)
        self.operator = operator

    @property
    def id(self) -> int:
        """Its number, the `operatorId` of scenarios."""
        return self.operator.agent.id

    @property
    def status(self) -> AgentStatus:
        """What it does just now: READY, IN_SERVICE, AFTER_SERVICE, BANNED and so on."""
        return self.operator.status

    @property
    def served(self) -> int:
        """How many callers of queues it has talked to."""
        return self.operator.agent.served

    def set_status(self, status: AgentStatus | str) -> Future[None]:
        """Choose a status; with a caller on the line it holds once that call is over."""
        self.operator.set_status(status)
        return self._vox.settled()


class PlaysQueues:
    """The part of `vox` that has queues: `vox.operator("operator1", queue="support", answer=2, talk=60)`."""

    world: World
    _parties: list[PartyHandle]

    def queue(self, name: str, **settings: Any) -> Queue:
        """A queue: `max_size`, `max_waiting` (seconds), `hold`, `agent_selection`, `task_selection`, `fault`.

        Its `len()` is how many wait, and `agents` who serves it.
        """
        return self.world.queue(name, **settings)

    def operator(
        self, name: str, behaviour: str | Behaviour | None = None, *, queue: str | Sequence[str] = (), **how: Any
    ) -> OperatorHandle:
        """Somebody who serves a queue, or several: `skills={"french": 3}`, `talk=60`, `after_call=10`, `ban=600`.

        How the phone is answered is behaviour, as of any party: `answer=2`, `busy=True`.
        """
        queues = (queue,) if isinstance(queue, str) else tuple(queue)
        handle = OperatorHandle(cast("Vox", self), self.world.add_operator(name, queues, behaviour, **how))
        self._parties.append(handle)
        return handle
