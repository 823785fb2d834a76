"""Gemini's Live API: one message, ServerContent, for all that is said, and ToolCall for functions.

Transcripts come only when the client's `connectConfig` asks for them, as from the real service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from voxsim.parties.agents.dialects import base
from voxsim.parties.agents.dialects.base import Message, Reading, written


class GeminiDialect(base.Dialect):
    """It does not greet by itself: the scenario's first content asks for it."""

    GREETS: ClassVar = False
    CANCELS_TOOLS: ClassVar = True

    def call_id(self) -> str:
        """Gemini's ids are function calls'."""
        return f"function-call-{self.number('call'):04d}"

    def began(self) -> list[Message]:
        """The session is set up."""
        return [("SetupComplete", {"sessionId": f"session_{self.number('session'):04d}"})]

    def reads(self, message: str, given: Mapping[str, Any]) -> Reading:
        """Contents, realtime input and the responses of functions."""
        match message:
            case "sendClientContent":
                text = written(given.get("turns"))
                said = (base.Said(text),) if text else ()
                asks = () if given.get("turnComplete") is False else (base.Answer(),)
                return Reading(inputs=(*said, *asks))
            case "sendRealtimeInput" if given.get("text"):
                return Reading(inputs=(base.Said(str(given["text"])), base.Answer()))
            case "sendToolResponse":
                responses = given.get("functionResponses") or []
                one_by_one = responses if isinstance(responses, list) else [responses]
                results = tuple(_result(response) for response in one_by_one)
                return Reading(inputs=(*results, base.Answer()) if results else ())
        return Reading()

    def heard(self, text: str, pieces: list[str]) -> list[Message]:
        """What the caller said, piece by piece."""
        if not self._transcribes("inputAudioTranscription"):
            return []
        return [("ServerContent", {"inputTranscription": {"text": piece}}) for piece in pieces]

    def text_piece(self, piece: str) -> list[Message]:
        """A piece of what the model says."""
        if not self._transcribes("outputAudioTranscription"):
            return []
        return [("ServerContent", {"outputTranscription": {"text": piece}})]

    def calls(self, call: base.Call) -> list[Message]:
        """The model calls a function."""
        function = {"id": call.id, "name": call.name, "args": dict(call.arguments)}
        return [("ToolCall", {"functionCalls": [function]})]

    def answer_ends(self, status: str) -> list[Message]:
        """The model has made all of its turn; it is over when it has been heard."""
        return [("ServerContent", {"generationComplete": True})] if status == "completed" else []

    def played(self) -> list[Message]:
        """The turn is over."""
        return [("ServerContent", {"turnComplete": True})]

    def interrupted(self, text: str, heard: str) -> list[Message]:
        """The caller interrupted."""
        return [("ServerContent", {"interrupted": True}), ("ServerContent", {"turnComplete": True})]

    def tools_cancelled(self, calls: list[str]) -> list[Message]:
        """Function calls that nobody waits for any more."""
        return [("ToolCallCancellation", {"ids": calls})]

    def _transcribes(self, wish: str) -> bool:
        config = self.asked.parameters.get("connectConfig") or {}
        return isinstance(config, Mapping) and config.get(wish) is not None


def _result(response: Mapping[str, Any]) -> base.ToolResult:
    given = response.get("response")
    inner = given.get("output", given.get("result", given)) if isinstance(given, Mapping) else given
    failed = isinstance(given, Mapping) and "error" in given
    return base.ToolResult(response.get("id"), inner, error=failed)
