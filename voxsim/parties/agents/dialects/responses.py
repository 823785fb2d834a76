"""OpenAI's Responses: each request has its input, the answer streams as output items of one response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from voxsim.parties.agents.dialects import base
from voxsim.parties.agents.dialects.base import Message, Reading, written

_STATES: Final = {"completed": "completed", "calls": "completed", "cancelled": "incomplete", "failed": "failed"}


class ResponsesDialect(base.Dialect):
    """Text only: it answers each request."""

    GREETS: ClassVar = False

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.voice = False
        self._response: dict[str, Any] = {"model": "gpt-4o"}
        self._output: list[dict[str, Any]] = []
        self._place: dict[str, Any] = {}

    def reads(self, message: str, given: Mapping[str, Any]) -> Reading:
        """A request: a text, or items, at whose end results of functions may stand."""
        if message != "createResponses":
            return Reading()
        self._response["model"] = str(given.get("model") or self._response["model"])
        items = given.get("input") or []
        if isinstance(items, str):
            return Reading(inputs=(base.Said(items), base.Answer()))
        items = [item for item in items if isinstance(item, Mapping)]
        results: list[base.ToolResult] = []
        while items and items[-1].get("type") == "function_call_output":
            last = items.pop()
            results.insert(0, base.ToolResult(last.get("call_id"), last.get("output")))
        if results:
            return Reading(inputs=(*results, base.Answer()))
        text = written(items[-1].get("content")) if items and items[-1].get("role") == "user" else ""
        return Reading(inputs=(base.Said(text), base.Answer()) if text else (base.Answer(),))

    def failed(self, message: str, code: str) -> list[Message]:
        """An error of the stream."""
        return [self._told("ResponseError", "error", code=code, message=message, param=None)]

    def refused(self, status: int, reason: str) -> list[Message]:
        """The API is asked over HTTP: a wrong key is an error of its own."""
        error = {"message": reason, "type": "invalid_request_error", "code": str(status), "status": status}
        return [("ResponsesAPIError", {"error": error})]

    def answer_begins(self) -> list[Message]:
        """A response is created."""
        self._output = []
        self._response["id"] = f"resp_{self.number('response'):04d}"
        response = self._state("in_progress")
        return [
            self._told("ResponseCreated", "response.created", response=response),
            self._told("ResponseInProgress", "response.in_progress", response=response),
        ]

    def text_begins(self, text: str) -> list[Message]:
        """An output item with one part of content."""
        added = self._added(type="message", role="assistant", content=[])
        part = {"type": "output_text", "text": "", "annotations": []}
        self._place["content_index"] = 0
        return [added, self._told("ResponseContentPartAdded", "response.content_part.added", **self._place, part=part)]

    def text_piece(self, piece: str) -> list[Message]:
        """A piece of it."""
        return [self._told("ResponseTextDelta", "response.output_text.delta", **self._place, delta=piece)]

    def text_ends(self, text: str) -> list[Message]:
        """The text, the part and the item are done."""
        part = {"type": "output_text", "text": text, "annotations": []}
        done = [
            self._told("ResponseTextDone", "response.output_text.done", **self._place, text=text),
            self._told("ResponseContentPartDone", "response.content_part.done", **self._place, part=part),
        ]
        del self._place["content_index"]
        return [*done, self._done(content=[part])]

    def calls(self, call: base.Call) -> list[Message]:
        """An output item that is a function call."""
        arguments = "ResponseFunctionCallArguments"
        kind = "response.function_call_arguments"
        return [
            self._added(type="function_call", name=call.name, call_id=call.id, arguments=""),
            self._told(f"{arguments}Delta", f"{kind}.delta", **self._place, delta=call.text),
            self._told(f"{arguments}Done", f"{kind}.done", **self._place, name=call.name, arguments=call.text),
            self._done(arguments=call.text),
        ]

    def answer_ends(self, status: str) -> list[Message]:
        """The response is complete, or was cut, or failed."""
        state = _STATES[status]
        return [self._told(f"Response{state.capitalize()}", f"response.{state}", response=self._state(state))]

    def _state(self, status: str) -> dict[str, Any]:
        return {"object": "response", **self._response, "status": status, "output": list(self._output)}

    def _added(self, **fields: Any) -> Message:
        item = {"id": f"item_{self.number('item'):04d}", "status": "in_progress", **fields}
        self._place = {"item_id": item["id"], "output_index": len(self._output)}
        self._output.append(item)
        index = self._place["output_index"]
        return self._told("ResponseOutputItemAdded", "response.output_item.added", output_index=index, item=dict(item))

    def _done(self, **fields: Any) -> Message:
        self._output[-1] = item = {**self._output[-1], "status": "completed", **fields}
        index = self._place["output_index"]
        return self._told("ResponseOutputItemDone", "response.output_item.done", output_index=index, item=dict(item))

    def _told(self, name: str, kind: str, /, **fields: Any) -> Message:
        return name, {"type": kind, "sequence_number": self.number("sequence") - 1, **fields}
