"""Operators: people who serve queues, scripted. A party that answers calls, and an agent that it stands behind.

An operator does the work after a call for some seconds and is ready again. How long it talks and works may be drawn
anew for each call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from voxsim.engine.agents import Agent, AgentStatus
from voxsim.parties.behaviour import Behaviour
from voxsim.parties.party import Party

if TYPE_CHECKING:
    from voxsim.engine.queues import Queue
    from voxsim.engine.switch import Switch, Timer

Seconds = float | Callable[[], float]
"""So many seconds, or what draws them anew each time."""


@attrs.define(eq=False, kw_only=True)
class OperatorParty(Party):
    """The operator's phone: it talks for some seconds, drawn anew for each call, and hangs up.

    Attributes:
        talk: for how long, from Connected; None for as long as the other side likes.
    """

    talk: Seconds | None = None

    def device_behaviours(self) -> list[tuple[str, Behaviour]]:
        """Each device and what it does with the next call."""
        if self.talk is None:
            return super().device_behaviours()
        seconds = self.talk() if callable(self.talk) else self.talk
        return [(name, attrs.evolve(own, hangup=seconds)) for name, own in super().device_behaviours()]


class Operator:
    """One person who serves queues.

    Attributes:
        agent: what the queues know of it.
        party: its phone.
        after_call: how long it works after each call.
    """

    def __init__(self, switch: Switch, agent: Agent, party: Party, after_call: Seconds = 0) -> None:
        self.agent = agent
        self.party = party
        self.after_call = after_call
        self._switch = switch
        self._work: Timer | None = None
        agent.side = self

    def __repr__(self) -> str:
        return f"<Operator {self.agent.name} {self.agent.status}>"

    @property
    def status(self) -> AgentStatus:
        """What it does just now."""
        return self.agent.status

    def set_status(self, status: AgentStatus | str) -> None:
        """Choose a status; with a caller on the line it holds once that call is over.

        Raises:
            BadArgument: there is no such status, or no person can choose it.
        """
        self._switch.queues.set_status(self.agent, status)

    def status_changed(self, agent: Agent) -> None:
        """The platform gave it another status: after a call it works on, and is ready then."""
        if self._work is not None:
            self._work.cancel()
            self._work = None
        if agent.status is AgentStatus.AFTER_SERVICE:
            seconds = self.after_call() if callable(self.after_call) else self.after_call
            self._work = self._switch.after(seconds, self._done)

    def _done(self) -> None:
        self._work = None
        self.set_status(AgentStatus.READY)


def make_operator(
    switch: Switch,
    name: str,
    queues: tuple[Queue, ...],
    behaviour: Behaviour | str | None = None,
    *,
    number: int | None = None,
    skills: Mapping[str, int] | None = None,
    talk: Seconds | None = None,
    after_call: Seconds = 0,
    ban: float = 1800,
    status: AgentStatus | str = AgentStatus.READY,
    display_name: str = "",
    **keys: Any,
) -> Operator:
    """An operator who serves these queues from now on; the caller lets its party be called.

    Args:
        switch: where the queues are.
        name: its user name.
        queues: those it serves.
        behaviour: what its phone does, as of any party; further keywords are behaviour, too.
        number: its user's number; the next free one when not given.
        skills: the level from 1 to 5 of each skill.
        talk: seconds after which it hangs up, drawn anew by a function; None for never.
        after_call: seconds of work after each call.
        ban: seconds for which the platform leaves it out after a call that it refused or did not answer.
        status: what it does at first.
        display_name: what others see.

    Raises:
        BadBehaviour: the behaviour cannot be read.
        BadArgument: a skill, the ban or the status cannot be.
    """
    own = Party.make("user", name, behaviour, display_name=display_name or name, **keys)
    party = OperatorParty(**{field.name: getattr(own, field.name) for field in attrs.fields(Party)}, talk=talk)
    known = switch.queues.agents
    agent = Agent(
        id=number if number is not None else max((one.id for one in known.values()), default=0) + 1,
        name=name,
        display_name=display_name or name,
        skills=dict(skills or {}),
        ban_seconds=ban,
    )
    operator = Operator(switch, agent, party, after_call)
    switch.queues.add_agent(agent, *queues)
    switch.queues.set_status(agent, status)
    return operator
