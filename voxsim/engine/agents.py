"""Agents: who serves queues. A person's statuses, which of them may follow which, and what a person can do.

An agent is known by its user name. Whoever stands behind it (a scripted operator, a user who is logged in) chooses
statuses; the platform puts it through DIALING, IN_SERVICE, AFTER_SERVICE and BANNED.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

import attrs

if TYPE_CHECKING:
    from voxsim.engine.queues import Queue
    from voxsim.engine.switch import Timer


class AgentStatus(StrEnum):
    """What an agent does just now; the documented names of the SDKs."""

    OFFLINE = "OFFLINE"
    ONLINE = "ONLINE"
    READY = "READY"
    DIALING = "DIALING"
    IN_SERVICE = "IN_SERVICE"
    AFTER_SERVICE = "AFTER_SERVICE"
    BANNED = "BANNED"
    TIMEOUT = "TIMEOUT"
    DND = "DND"
    CUSTOM_1 = "CUSTOM_1"
    CUSTOM_2 = "CUSTOM_2"
    CUSTOM_3 = "CUSTOM_3"
    CUSTOM_4 = "CUSTOM_4"
    CUSTOM_5 = "CUSTOM_5"
    CUSTOM_6 = "CUSTOM_6"
    CUSTOM_7 = "CUSTOM_7"
    CUSTOM_8 = "CUSTOM_8"
    CUSTOM_9 = "CUSTOM_9"
    CUSTOM_10 = "CUSTOM_10"


CHOSEN: Final = frozenset(AgentStatus) - {AgentStatus.DIALING, AgentStatus.IN_SERVICE, AgentStatus.BANNED}
"""The statuses that a person can choose; the others are the platform's."""

BUSY: Final = frozenset({AgentStatus.DIALING, AgentStatus.IN_SERVICE})
"""The agent has a caller: what its person chooses now holds afterwards."""

WORKING: Final = BUSY | {AgentStatus.READY, AgentStatus.AFTER_SERVICE}
"""The agent takes callers, now or soon; estimates count on it."""

MOVES: Final[dict[AgentStatus, frozenset[AgentStatus]]] = {
    **{status: CHOSEN - {status} for status in AgentStatus},
    AgentStatus.READY: CHOSEN - {AgentStatus.READY} | {AgentStatus.DIALING},
    AgentStatus.DIALING: CHOSEN | {AgentStatus.IN_SERVICE, AgentStatus.BANNED},
}
"""Which status may follow which."""


class AgentSide(Protocol):
    """The person behind an agent."""

    def status_changed(self, agent: Agent) -> None:
        """The agent has another status now, whoever wanted it."""


class _Nobody:
    """Stands behind an agent whom nobody plays."""

    def status_changed(self, agent: Agent) -> None:
        """Nothing follows."""


@attrs.define(eq=False, kw_only=True)
class Agent:
    """Somebody who serves queues.

    Attributes:
        id: the user's number, `operatorId` in scenarios.
        name: the user's name; a call to this user reaches the agent.
        skills: the levels from 1 to 5 of what it can do.
        ban_seconds: how long it is banned for a call that it refused or did not answer.
        side: who is told of its statuses.
        status: what it does.
        since: when it began to do that, in microseconds since the run's epoch.
        wanted: the status that it will have when its present caller is gone, or None for the usual one.
        queues: the queues that it serves.
        serving: the queue that its last caller came from, until the work after that call is done.
        taken: when that caller was offered to it, in microseconds.
        served: how many callers it has talked to.
        ban: what ends its ban.
    """

    id: int
    name: str
    display_name: str = ""
    skills: Mapping[str, int] = attrs.field(factory=dict)
    ban_seconds: float = 1800
    side: AgentSide = attrs.field(factory=_Nobody)
    status: AgentStatus = AgentStatus.OFFLINE
    since: int = 0
    wanted: AgentStatus | None = None
    queues: dict[Queue, None] = attrs.field(factory=dict, repr=False)
    serving: Queue | None = attrs.field(default=None, repr=False)
    taken: int = 0
    served: int = 0
    ban: Timer | None = attrs.field(default=None, repr=False)
