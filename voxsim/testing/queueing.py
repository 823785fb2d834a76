"""PlaysQueues: how a test sets queues up and says who serves them, and what it sees of an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voxsim.engine.agents import AgentStatus
from voxsim.engine.future import Future
from voxsim.parties.operators import Operator
from voxsim.testing.handles import PartyHandle

if TYPE_CHECKING:
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
