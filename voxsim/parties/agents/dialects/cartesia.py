"""Cartesia's agents: audio in and out, with events of the agent's own in between; it tells no transcripts.

Its tools are such events, too, by agreement between agent and client: here a call is a Custom event whose metadata has
`tool_call_id`, `name` and `arguments`, and its result a `custom` with `tool_call_id` and `result` in its metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from voxsim.parties.agents.dialects import base
from voxsim.parties.agents.dialects.base import Message, Reading, written


class CartesiaDialect(base.Dialect):
    """It greets once the client has started the stream."""

    GREETS: ClassVar = False

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._stream = f"stream_{self.number('stream'):04d}"

    def reads(self, message: str, given: Mapping[str, Any]) -> Reading:
        """The start, digits, and events of the client's own."""
        match message:
            case "start":
                self._stream = str(given.get("stream_id") or self._stream)
                config = given.get("config") or {"input_format": "pcm_16000"}
                agent = {"id": self.asked.parameters.get("agentId")}
                return Reading((self._event("ACK", "ack", config=config, agent=agent),), (base.Begin(),))
            case "dtmf":
                return Reading(inputs=(base.Said(str(given.get("dtmf", given.get("digit", "")))), base.Answer()))
            case "custom":
                metadata = given.get("metadata")
                if isinstance(metadata, Mapping) and "tool_call_id" in metadata:
                    result = base.ToolResult(str(metadata["tool_call_id"]), metadata.get("result"))
                    return Reading(inputs=(result, base.Answer()))
                if text := written(metadata):
                    return Reading(inputs=(base.Said(text), base.Answer()))
        return Reading()

    def calls(self, call: base.Call) -> list[Message]:
        """A tool call is an event of the agent's own."""
        metadata = {"tool_call_id": call.id, "name": call.name, "arguments": dict(call.arguments)}
        return [self._event("Custom", "custom", metadata=metadata)]

    def interrupted(self, text: str, heard: str) -> list[Message]:
        """What is buffered of the agent's voice is to be thrown away."""
        return [self._event("Clear", "clear")]

    def _event(self, name: str, kind: str, **fields: Any) -> Message:
        return name, {"event": kind, "stream_id": self._stream, **fields}
