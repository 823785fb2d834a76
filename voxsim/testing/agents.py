"""PlaysAgents: how a test says who plays AI services; and AgentHandle, such an agent to act with and to look at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voxsim.engine.future import Future
from voxsim.parties.agents import Agent, AgentTiming, Happening
from voxsim.parties.agents.talk import Talk
from voxsim.testing.expect import Stream, Timed, contains, quoted
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.testing.vox import Vox

Words = str | re.Pattern[str]


def _in_words(one: Happening) -> str:
    return f"{one.seconds:.3f} s: {one.what} {one.value!r}"


class AgentHandle(Agent, Timed):
    """An agent. Its script is written with the methods of `Agent`; expectations are awaited, in order."""

    def __init__(self, vox: Vox, service: str, timing: AgentTiming | None, parameters: Mapping[str, Any]) -> None:
        super().__init__(service, timing, **parameters)
        self._vox = vox
        self._stream: Stream[Happening] = Stream(vox.world.switch, self.happenings, _in_words, vox.met)
        self.on_happening.append(self._stream.grew)

    # --- acts ---

    def say(self, text: str) -> Future[None]:
        """Say something now, whatever the script has."""
        self._last_talk().say(text)
        return self._vox.settled()

    def tell(self, event: str, payload: Any = None) -> Future[None]:
        """Send a message of the vendor's as it is: the event of this name fires, or `Unknown`."""
        self._last_talk().tell(event, payload)
        return self._vox.settled()

    def close(self, code: int = 1000, reason: str = "") -> Future[None]:
        """Close the connection now; 1006 loses it without a close."""
        self._last_talk().drop(code, reason)
        return self._vox.settled()

    # --- expectations ---

    async def connected(self) -> Mapping[str, Any]:
        """A scenario connects; returns the options of the client, by their documented names."""
        __tracebackhide__ = True
        return (await self._next("connected", "")).data or {}

    async def heard(self, words: Words = "") -> str:
        """The agent hears or reads these words; returns the text."""
        __tracebackhide__ = True
        return (await self._next("heard", words)).value

    async def said(self, words: Words = "") -> str:
        """The agent begins to say these words; returns the text."""
        __tracebackhide__ = True
        return (await self._next("said", words)).value

    async def interrupted(self) -> str:
        """A caller interrupts; returns what was heard of the agent's text."""
        __tracebackhide__ = True
        return (await self._next("interrupted", "")).value

    async def called_tool(self, name: str = "") -> Mapping[str, Any]:
        """The agent calls a tool; returns the arguments."""
        __tracebackhide__ = True
        return (await self._next("tool", name)).data or {}

    async def got_result(self, words: Words = "") -> str:
        """The scenario answers a tool call with these words in the result; returns the result as text."""
        __tracebackhide__ = True
        return (await self._next("result", words)).value

    async def message(self, method: str = "") -> Any:
        """The scenario calls a method of the client, by its documented name; returns what it was called with."""
        __tracebackhide__ = True
        return (await self._next("message", method)).data

    async def closed(self) -> str:
        """The connection ends; returns the code and reason."""
        __tracebackhide__ = True
        return (await self._next("closed", "")).value

    @property
    def unanswered(self) -> list[str]:
        """What was heard that the script has no answer to."""
        return [one.value for one in self.happenings if one.what == "unanswered"]

    # --- inside ---

    async def _next(self, what: str, words: Words) -> Happening:
        __tracebackhide__ = True
        return await self._stream.next(
            lambda one: one.what == what and contains(words, one.value),
            f"{self!r}: {what} {quoted(words)}",
            self._seconds,
        )

    def _last_talk(self) -> Talk:
        if self.talk is None:
            raise VoxsimError(f"No scenario has connected to {self!r} yet; `await agent.connected()` waits for it.")
        return self.talk
