"""Agent: what a scripted voice agent or text model does, written as one says it.

```python
agent = Agent("OpenAI").greets("Hello!")
agent.hears("order 5").says("Let me look.").calls_tool("find_order", number=5).gets_result().says("It is on its way.")
agent.otherwise().says("Sorry?")
```

It knows no vendor's messages: those are in `dialects`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs

from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import documented_name

if TYPE_CHECKING:
    from voxsim.parties.agents.talk import Talk

Words = str | re.Pattern[str]


@attrs.define(kw_only=True)
class AgentTiming:
    """How long an agent takes, in seconds.

    Attributes:
        session: from the connection to the first message of the service.
        settings: from a change of the session to its confirmation.
        detection: from the first sound of a caller to the agent's noticing it.
        transcription: from the end of an utterance, once noticed, to its text.
        thinking: from there to the answer's beginning; `slow` lengthens it.
        tool: from a tool's result to the answer's beginning.
        speed: how many times faster than it is spoken an answer arrives.
    """

    session: float = 0.1
    settings: float = 0.05
    detection: float = 0.1
    transcription: float = 0.1
    thinking: float = 0.6
    tool: float = 0.4
    speed: float = 4.0


@attrs.frozen
class Say:
    """The agent says a text, or writes it where it has no voice."""

    text: str


@attrs.frozen
class CallTool:
    """The agent calls a function of the scenario; which branch follows depends on the result."""

    name: str
    arguments: Mapping[str, Any]
    branches: list[Branch] = attrs.field(factory=list, eq=False)


@attrs.frozen
class Fail:
    """The service reports an error in place of an answer."""

    message: str
    code: str


@attrs.frozen
class Drop:
    """The service closes the connection, or (not clean) it is lost."""

    code: int
    reason: str


@attrs.frozen
class Wait:
    """The agent takes so many seconds more."""

    seconds: float


Step = Say | CallTool | Fail | Drop | Wait


@attrs.define
class Branch:
    """What an agent does once it heard these words (None: whatever it heard)."""

    words: Words | None
    steps: list[Step] = attrs.field(factory=list)

    def fits(self, text: str) -> bool:
        """Whether the text has the words in it, in any case of letters, or matches the pattern."""
        if self.words is None:
            return True
        if isinstance(self.words, re.Pattern):
            return self.words.search(text) is not None
        return self.words.lower() in text.lower()


@attrs.frozen
class Refusal:
    """The service answers a client with an HTTP status in place of a conversation."""

    status: int
    reason: str


@attrs.frozen
class Happening:
    """Something that an agent met or did.

    Attributes:
        what: `connected`, `heard`, `said`, `interrupted`, `tool`, `result`, `message`, `unanswered`, `closed`.
        value: the text, the tool's name, the result, the method's name or the reason.
        at: when, in microseconds since the run's epoch.
        data: the message's payload, the tool's arguments or the client's parameters.
    """

    what: str
    value: str
    at: int
    data: Any = None

    @property
    def seconds(self) -> float:
        """When, in seconds since the run's epoch."""
        return self.at / 1e6


class Agent:
    """A scripted agent of one vendor's services.

    What is said of an answer (`says`, `calls_tool`, `slow`, `fails`, `drops`) belongs to the last `greets`, `hears`,
    `otherwise` or `gets_result` before it.

    Args:
        service: a vendor (`OpenAI`), or one of its services (`OpenAI.ChatCompletionsAPI`).
        timing: how long it takes.
        parameters: play only for clients that were made with these options, such as `agent_id="support"`.

    Attributes:
        talk: its last conversation, or None.
        remembers: whether it keeps what happened to it.
    """

    def __init__(self, service: str, timing: AgentTiming | None = None, **parameters: Any) -> None:
        self.service = service
        self.timing = timing or AgentTiming()
        self.parameters = {documented_name(name): value for name, value in parameters.items()}
        self.greeting = Branch(None)
        self.turns: list[Branch] = []
        self.default: Branch | None = None
        self.refusal: Refusal | None = None
        self.absence: str | None = None
        self.silent = False
        self.remembers = True
        self.happenings: list[Happening] = []
        self.on_happening: list[Callable[[Happening], None]] = []
        self.talk: Talk | None = None
        self._steps = self.greeting.steps
        self._tool: CallTool | None = None

    def __repr__(self) -> str:
        return f"<agent of {self.service}>"

    # --- when ---

    def greets(self, text: str) -> Self:
        """Speak first: by itself where the vendor's agents do, else at the first request for an answer."""
        self._begin(self.greeting)
        return self.says(text)

    def hears(self, words: Words) -> Self:
        """When the caller says or writes these words. Turns with the same words are used in order, the last again."""
        self.turns.append(Branch(words))
        return self._begin(self.turns[-1])

    def otherwise(self) -> Self:
        """When the caller says what fits no turn. Without it, the agent says nothing then."""
        self.default = self.default or Branch(None)
        return self._begin(self.default)

    def gets_result(self, words: Words | None = None) -> Self:
        """When the tool called before gives a result with these words in it; several of these are alternatives.

        Raises:
            BadArgument: no tool was called before.
        """
        if self._tool is None:
            raise BadArgument("gets_result() follows calls_tool(...): no tool is called before it.")
        branch = Branch(words)
        self._tool.branches.append(branch)
        self._steps = branch.steps
        return self

    # --- what ---

    def says(self, text: str) -> Self:
        """Say this. It takes as long as the speech model says."""
        return self._then(Say(text))

    def calls_tool(self, name: str, /, **arguments: Any) -> Self:
        """Call a function of the scenario, and wait for its result; what follows is done then."""
        tool = CallTool(name, arguments)
        self._then(tool)
        self._tool = tool
        return self

    def slow(self, seconds: float) -> Self:
        """Take so many seconds more before what follows."""
        return self._then(Wait(float(seconds)))

    def fails(self, message: str = "The server had an error", code: str = "server_error") -> Self:
        """Report an error in place of an answer."""
        return self._then(Fail(message, code))

    def drops(self, code: int = 1011, reason: str = "Internal error") -> Self:
        """Close the connection; 1006 loses it without a close."""
        return self._then(Drop(code, reason))

    # --- whether at all ---

    def refuses(self, status: int = 401, reason: str = "Unauthorized") -> Self:
        """Answer each client with an HTTP status, as for a wrong key."""
        self.refusal = Refusal(status, reason)
        return self

    def cannot_be_reached(self, reason: str = "Connection failed") -> Self:
        """Let the creation of a client fail."""
        self.absence = reason
        return self

    def never_answers(self) -> Self:
        """Take the connection and say nothing at all."""
        self.silent = True
        return self

    # --- for the platform's side ---

    def plays(self, service: str, parameters: Mapping[str, Any]) -> bool:
        """Whether a client of this service, made with these parameters, meets this agent."""
        own = self.service.casefold()
        fits = service.casefold() == own or service.casefold().startswith(f"{own}.")
        return fits and all(parameters.get(name) == value for name, value in self.parameters.items())

    def happened(self, what: str, value: str, at: int, data: Any = None) -> None:
        """Keep what happened to it, and tell who wants to know."""
        happening = Happening(what, value, at, data)
        if self.remembers:
            self.happenings.append(happening)
        for told in self.on_happening:
            told(happening)

    @property
    def received(self) -> list[tuple[str, Any]]:
        """The messages that scenarios sent, in order: the method's documented name, and what it was called with."""
        return [(one.value, one.data) for one in self.happenings if one.what == "message"]

    # --- inside ---

    def _begin(self, branch: Branch) -> Self:
        self._steps, self._tool = branch.steps, None
        return self

    def _then(self, step: Step) -> Self:
        if self._tool is not None and not self._tool.branches:
            # What follows a tool's call at once is done whatever its result is.
            self.gets_result()
        self._steps.append(step)
        return self
