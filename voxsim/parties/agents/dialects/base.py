"""Dialect: how one vendor says what all agents do. A happening in, the vendor's messages out; and the other way round.

A dialect belongs to one conversation and keeps its ids. It knows no time: when something is said is the talk's affair.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import attrs

from voxsim.engine.connectors.ports import Asked

Message = tuple[str, Any]
"""The name of an event and its payload, as the vendor sends it."""


@attrs.frozen
class Said:
    """The caller wrote something; an answer is made when it is asked for."""

    text: str


@attrs.frozen
class Answer:
    """An answer is asked for."""


@attrs.frozen
class ToolResult:
    """The scenario answers a tool call; a call of None is the one that waits."""

    call: str | None
    output: Any
    error: bool = False

    @property
    def text(self) -> str:
        """The output as text."""
        return self.output if isinstance(self.output, str) else json.dumps(self.output, ensure_ascii=False)


@attrs.frozen
class Begin:
    """The conversation begins: an agent that greets does so now."""


@attrs.frozen
class SayThis:
    """The agent is told what to say."""

    text: str


@attrs.frozen
class Cancel:
    """The answer that is being made is given up."""


@attrs.frozen
class Close:
    """The service closes the connection for what it was sent."""

    code: int
    reason: str


Input = Said | Answer | ToolResult | Begin | SayThis | Cancel | Close


@attrs.frozen
class Reading:
    """What a message of the scenario means: what the service replies to it, and what it makes the agent do."""

    replies: tuple[Message, ...] = ()
    inputs: tuple[Input, ...] = ()


@attrs.frozen
class Call:
    """A tool call: its id, the function's name and its arguments."""

    id: str
    name: str
    arguments: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The arguments as JSON."""
        return json.dumps(self.arguments, ensure_ascii=False)


class Dialect:
    """A vendor that says nothing of all this; each vendor's own dialect says what it does say.

    Attributes:
        asked: what the client was made with.
        voice: whether answers are spoken; else they are written.
        answers_speech: whether what a caller says is answered without being asked for.
    """

    GREETS: ClassVar[bool] = True
    """Whether an agent greets as soon as it is there; else it waits for `Begin`, or for the first `Answer`."""
    CANCELS_TOOLS: ClassVar[bool] = False
    """Whether a caller who interrupts takes back the tool calls that still wait."""
    TRANSCRIPTS: ClassVar[tuple[str, str]] = ("", "")
    """The event with what a caller said, and what has to be set for it to come; empty when nothing has."""
    ONE_ANSWER: ClassVar[bool] = False
    """Whether to ask for an answer while one is being made is an error."""

    def __init__(self, asked: Asked, events: Iterable[str]) -> None:
        self.asked = asked
        self.voice = True
        self.answers_speech = True
        self._events = frozenset(events)
        self._counts: dict[str, int] = {}

    def number(self, what: str) -> int:
        """The next number of this kind of thing, from 1."""
        self._counts[what] = self._counts.get(what, 0) + 1
        return self._counts[what]

    def call_id(self) -> str:
        """The id of the next tool call."""
        return f"call_{self.number('call'):04d}"

    # --- the connection ---

    def began(self) -> list[Message]:
        """The service is there."""
        return []

    def refused(self, status: int, reason: str) -> list[Message]:
        """It answered the connection with an HTTP status."""
        told: list[Message] = [
            ("HTTPResponse", {"statusCode": status, "statusMessage": reason, "body": ""}),
            ("WebSocketError", {"message": f"Unexpected server response: {status}"}),
        ]
        return [one for one in told if one[0] in self._events]

    def dropped(self, code: int, reason: str) -> list[Message]:
        """It closes the connection."""
        told: list[Message] = [("WebSocketError", {"code": code, "reason": reason})]
        return [one for one in told if one[0] in self._events and code != 1000]

    def failed(self, message: str, code: str) -> list[Message]:
        """It reports an error; a vendor without such a message closes the connection."""
        return []

    def reads(self, message: str, given: Mapping[str, Any]) -> Reading:
        """What a method of the client means that was called with this object."""
        return Reading()

    # --- the caller ---

    def speech_started(self, milliseconds: int) -> list[Message]:
        """The caller begins to speak."""
        return []

    def speech_stopped(self, milliseconds: int) -> list[Message]:
        """The caller has stopped."""
        return []

    def heard(self, text: str, pieces: list[str]) -> list[Message]:
        """What the caller said, whole and in pieces."""
        return []

    def not_heard(self) -> list[Message]:
        """What the caller said was not understood."""
        return []

    def digit(self, digit: str) -> list[Message]:
        """The caller pressed a key."""
        return []

    # --- the agent ---

    def thinking(self) -> list[Message]:
        """An answer is being made."""
        return []

    def answer_begins(self) -> list[Message]:
        """An answer begins; it has one text or tool call, or several."""
        return []

    def text_begins(self, text: str) -> list[Message]:
        """A text of it begins; some vendors send it whole."""
        return []

    def text_piece(self, piece: str) -> list[Message]:
        """A piece of it."""
        return []

    def text_ends(self, text: str) -> list[Message]:
        """It has been sent."""
        return []

    def calls(self, call: Call) -> list[Message]:
        """The agent calls a tool."""
        return []

    def result_taken(self, call: Call, result: ToolResult) -> list[Message]:
        """The tool's result has come."""
        return []

    def answer_ends(self, status: str) -> list[Message]:
        """The answer is over: `completed`, `calls` (a tool, whose result it waits for), `cancelled` or `failed`."""
        return []

    def played(self) -> list[Message]:
        """All that was said has been heard, as far as the service can know."""
        return []

    def interrupted(self, text: str, heard: str) -> list[Message]:
        """The caller interrupted: of this text only the beginning was heard."""
        return []

    def tools_cancelled(self, calls: list[str]) -> list[Message]:
        """These tool calls are taken back."""
        return []


def written(content: Any) -> str:
    """The text in what chat protocols call content: a text, or a list of parts with `text` in them."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        return written(content.get("text") or content.get("parts") or content.get("content") or "")
    if isinstance(content, Iterable):
        return " ".join(filter(None, map(written, content)))
    return ""


def pieces(text: str) -> list[str]:
    """The words of a text, each with the blank before it, as transcripts are streamed."""
    first, *rest = text.split() or [""]
    return [first, *(f" {word}" for word in rest)]
