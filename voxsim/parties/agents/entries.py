"""AgentEntry: a scripted agent as a configuration has it: `[[agent]]`, with an `[[agent.turn]]` for what it hears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from voxsim.parties.agents.dialects import vendors
from voxsim.parties.agents.script import Agent
from voxsim.parties.tables import Table
from voxsim.vocabulary.naming import did_you_mean


@attrs.frozen(kw_only=True)
class TurnEntry:
    """What an agent does once it hears these words: it says something, calls a tool, and says what follows.

    Attributes:
        hears: the words.
        slow: seconds that it takes longer than usual.
        says: what it says, or None.
        calls_tool: the function of the scenario that it calls, or None.
        arguments: what it calls it with.
        then: what it says once it has the result, or None.
    """

    hears: str
    slow: float = 0.0
    says: str | None = None
    calls_tool: str | None = None
    arguments: Mapping[str, Any] = attrs.field(factory=dict)
    then: str | None = None

    def write(self, agent: Agent) -> None:
        """Write the turn into an agent's script."""
        agent.hears(self.hears)
        if self.slow:
            agent.slow(self.slow)
        if self.says is not None:
            agent.says(self.says)
        if self.calls_tool is not None:
            agent.calls_tool(self.calls_tool, **self.arguments)
        if self.then is not None:
            agent.says(self.then)


@attrs.frozen(kw_only=True)
class AgentEntry:
    """Who plays an AI service.

    Attributes:
        service: a vendor, or one of its services.
        greets: what it says first, or None.
        turns: what it does once it hears something.
        otherwise: what it says to all else, or None for nothing.
        refuses: the HTTP status with which it refuses every client, or None.
    """

    service: str
    greets: str | None = None
    turns: tuple[TurnEntry, ...] = ()
    otherwise: str | None = None
    refuses: int | None = None

    def agent(self) -> Agent:
        """The agent, which remembers nothing: a server runs for weeks."""
        agent = Agent(self.service)
        agent.remembers = False
        if self.greets is not None:
            agent.greets(self.greets)
        for turn in self.turns:
            turn.write(agent)
        if self.otherwise is not None:
            agent.otherwise().says(self.otherwise)
        if self.refuses is not None:
            agent.refuses(self.refuses, "Refused")
        return agent


_KEYS: Final = ("service", "greets", "turn", "otherwise", "refuses")


def read_agent(table: Table) -> AgentEntry:
    """`[[agent]]`.

    Raises:
        ConfigurationError: a key or value cannot be used; the message names the line.
    """
    table.only(*_KEYS)
    service = table.need("service", str)
    known = {name.casefold(): name for name in vendors()}
    if service.casefold() not in known:
        raise table.wrong(f"No service {service!r} is known.{did_you_mean(service, known.values())}", "service")
    refuses = table.take("refuses", int)
    if refuses is not None and not 300 <= refuses <= 599:
        raise table.wrong(f"'refuses' is an HTTP status from 300 to 599, got {refuses}.", "refuses")
    return AgentEntry(
        service=known[service.casefold()],
        greets=table.take("greets", str),
        turns=tuple(_read_turn(turn) for turn in table.tables("turn")),
        otherwise=table.take("otherwise", str),
        refuses=refuses,
    )


def _read_turn(table: Table) -> TurnEntry:
    table.only(*(field.name for field in attrs.fields(TurnEntry)))
    tool = table.take("calls_tool", str)
    if tool is None and ({"arguments", "then"} & table.values.keys()):
        raise table.wrong("'arguments' and 'then' belong to 'calls_tool', which is not there.")
    return TurnEntry(
        hears=table.need("hears", str),
        slow=table.seconds("slow", 0.0),
        says=table.take("says", str),
        calls_tool=tool,
        arguments=table.table("arguments").values,
        then=table.take("then", str),
    )
