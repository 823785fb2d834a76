"""OpenAI's Chat Completions: each request has its messages, the answer streams as chunks and as what they amount to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from voxsim.parties.agents.dialects import base
from voxsim.parties.agents.dialects.base import Message, Reading, written


class CompletionsDialect(base.Dialect):
    """Text only: it answers each request."""

    GREETS: ClassVar = False

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.voice = False
        self._model = "gpt-4o"
        self._snapshot = ""

    def reads(self, message: str, given: Mapping[str, Any]) -> Reading:
        """A request: its last message is what the user wrote, or the results of tools stand at its end."""
        if message != "createChatCompletions":
            return Reading()
        self._model = str(given.get("model") or self._model)
        messages = [one for one in given.get("messages") or [] if isinstance(one, Mapping)]
        results: list[base.ToolResult] = []
        while messages and messages[-1].get("role") == "tool":
            last = messages.pop()
            results.insert(0, base.ToolResult(last.get("tool_call_id"), written(last.get("content"))))
        if results:
            return Reading(inputs=(*results, base.Answer()))
        text = written(messages[-1].get("content")) if messages and messages[-1].get("role") == "user" else ""
        return Reading(inputs=(base.Said(text), base.Answer()) if text else (base.Answer(),))

    def failed(self, message: str, code: str) -> list[Message]:
        """An error of the API."""
        return [("ChatCompletionsAPIError", {"error": {"message": message, "type": "api_error", "code": code}})]

    def refused(self, status: int, reason: str) -> list[Message]:
        """The API is asked over HTTP: a wrong key is an error of its own."""
        error = {"message": reason, "type": "invalid_request_error", "code": str(status), "status": status}
        return [("ChatCompletionsAPIError", {"error": error})]

    def answer_begins(self) -> list[Message]:
        """The first chunk says who speaks."""
        self.number("completion")
        return [self._chunk({"role": "assistant", "content": ""})]

    def text_begins(self, text: str) -> list[Message]:
        """A text from its beginning."""
        self._snapshot = ""
        return []

    def text_piece(self, piece: str) -> list[Message]:
        """A chunk, and what there is so far."""
        self._snapshot += piece
        both = {"delta": piece, "snapshot": self._snapshot}
        return [self._chunk({"content": piece}), ("ContentDelta", {**both, "parsed": None}), ("Content", both)]

    def text_ends(self, text: str) -> list[Message]:
        """The whole text."""
        return [("ContentDone", {"content": text, "parsed": None})]

    def calls(self, call: base.Call) -> list[Message]:
        """A function call: its id is in the chunk."""
        function = {"name": call.name, "arguments": call.text}
        tool = {"index": 0, "id": call.id, "type": "function", "function": function}
        parsed = {"name": call.name, "index": 0, "arguments": call.text, "parsed_arguments": json.loads(call.text)}
        return [
            self._chunk({"tool_calls": [tool]}),
            ("FunctionToolCallArgumentsDelta", {**parsed, "arguments_delta": call.text}),
            self._chunk({}, "tool_calls"),
            ("FunctionToolCallArgumentsDone", parsed),
        ]

    def answer_ends(self, status: str) -> list[Message]:
        """The last chunk says why."""
        return [] if status == "calls" else [self._chunk({}, "stop" if status == "completed" else "length")]

    def _chunk(self, delta: Mapping[str, Any], reason: str | None = None) -> Message:
        number = self._counts["completion"]
        choice = {"index": 0, "delta": dict(delta), "finish_reason": reason, "logprobs": None}
        head = {"id": f"chatcmpl-{number:04d}", "object": "chat.completion.chunk", "model": self._model}
        return "Chunk", {**head, "choices": [choice]}
