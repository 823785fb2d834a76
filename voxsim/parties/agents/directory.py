"""ScriptedAgents: who plays which AI service. It is where clients of scenarios find their far ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from voxsim.engine.connectors.ports import AgentFar, AgentNear, Asked
from voxsim.parties.agents.dialects import dialect_of, vendors
from voxsim.parties.agents.script import Agent
from voxsim.parties.agents.talk import Talk
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import did_you_mean

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch

Connect = Callable[[Asked, AgentNear], "AgentFar | str"]


class ScriptedAgents:
    """Agents by service; of those that fit, the one that names the service most exactly, and then the first.

    An adapter to a vendor's real service is added with `connect_with`, or put in this one's place.
    """

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._others: dict[str, Connect] = {}
        self.agents: list[Agent] = []

    def add(self, agent: Agent) -> Agent:
        """Let an agent play its service.

        Raises:
            BadArgument: no vendor has such a service.
        """
        known = vendors()
        if not any(one.casefold() == agent.service.casefold() for one in known):
            hint = did_you_mean(agent.service, known)
            raise BadArgument(f"No service {agent.service!r} is known; there are {', '.join(known)}.{hint}")
        self.agents.append(agent)
        return agent

    def connect_with(self, service: str, connect: Connect) -> None:
        """Let a function make the far ends for a service, such as `MCP`."""
        self._others[service] = connect

    def connect(self, asked: Asked, near: AgentNear) -> AgentFar | str:
        """The far end for a new client, or why there is none."""
        for name in (asked.service, asked.vendor):
            if name in self._others:
                return self._others[name](asked, near)
        fitting = [agent for agent in self.agents if agent.plays(asked.service, asked.parameters)]
        if not fitting:
            return _nobody(asked, self.agents)
        agent = max(fitting, key=lambda one: len(one.service))
        agent.happened("connected", asked.service, self._switch.now, dict(asked.parameters))
        if agent.absence is not None:
            return agent.absence
        return Talk(agent, dialect_of(asked), near)


def _nobody(asked: Asked, agents: list[Agent]) -> str:
    others = [agent for agent in agents if agent.plays(asked.service, agent.parameters)]
    if others:
        wanted = ", ".join(f"{name}={value!r}" for name, value in others[0].parameters.items())
        return f"The agent of {asked.service} plays only for clients with {wanted}."
    who = f'vox.agent("{asked.vendor}").greets("Hello!") in a test, or [[agent]] in voxsim.toml'
    return f"Nobody plays {asked.service}: say who does, as with {who}."
