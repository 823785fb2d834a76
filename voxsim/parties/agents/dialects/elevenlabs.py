"""ElevenLabs' agents: each event is an object with its type and one inner object of the event's own name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voxsim.parties.agents.dialects import base
from voxsim.parties.agents.dialects.base import Message, Reading

_NO_VERDICT = "Invalid message: client_tool_result needs is_error"


class ElevenLabsDialect(base.Dialect):
    """It greets by itself, and numbers its events."""

    def began(self) -> list[Message]:
        """The conversation has an id and formats; the first ping follows."""
        metadata = {
            "conversation_id": f"conv_{self.number('conversation'):04d}",
            "agent_output_audio_format": "pcm_16000",
            "user_input_audio_format": "pcm_16000",
        }
        begun = {"type": "conversation_initiation_metadata", "conversation_initiation_metadata_event": metadata}
        ping = {"type": "ping", "ping_event": {"event_id": self._next(), "ping_ms": None}}
        return [("ConversationInitiationMetadata", begun), ("Ping", ping)]

    def call_id(self) -> str:
        """Its tool calls have ids of their own."""
        return f"tool_call_{self.number('call'):04d}"

    def reads(self, message: str, given: Mapping[str, Any]) -> Reading:
        """Results without a verdict close the connection, as on the real service."""
        match message:
            case "clientToolResult" if "is_error" not in given:
                return Reading(inputs=(base.Close(1008, _NO_VERDICT),))
            case "clientToolResult":
                result = base.ToolResult(given.get("tool_call_id"), given.get("result"), bool(given["is_error"]))
                return Reading(inputs=(result, base.Answer()))
            case "userMessage":
                return Reading(inputs=(base.Said(str(given.get("text", ""))), base.Answer()))
            case "contextualUpdate":
                return Reading((("ContextualUpdate", {"type": "contextual_update", "text": given.get("text", "")}),))
        return Reading()

    def speech_started(self, milliseconds: int) -> list[Message]:
        """Somebody speaks: told as a score."""
        return [("VadScore", {"type": "vad_score", "vad_score_event": {"vad_score": 0.95}})]

    def heard(self, text: str, pieces: list[str]) -> list[Message]:
        """What the caller said, whole."""
        said = {"user_transcript": text, "event_id": self._next()}
        return [("UserTranscript", {"type": "user_transcript", "user_transcription_event": said})]

    def text_begins(self, text: str) -> list[Message]:
        """The agent's text comes whole, before its voice."""
        tentative = {"tentative_agent_response": text}
        said = {"agent_response": text, "event_id": self._next()}
        return [
            (
                "InternalTentativeAgentResponse",
                {
                    "type": "internal_tentative_agent_response",
                    "tentative_agent_response_internal_event": tentative,
                },
            ),
            ("AgentResponse", {"type": "agent_response", "agent_response_event": said}),
        ]

    def calls(self, call: base.Call) -> list[Message]:
        """The agent calls a tool of the client."""
        inner = {
            "tool_name": call.name,
            "tool_call_id": call.id,
            "parameters": dict(call.arguments),
            "event_id": self._next(),
        }
        return [("ClientToolCall", {"type": "client_tool_call", "client_tool_call": inner})]

    def result_taken(self, call: base.Call, result: base.ToolResult) -> list[Message]:
        """The tool is done."""
        inner = {
            "tool_name": call.name,
            "tool_call_id": call.id,
            "tool_type": "client",
            "is_error": result.error,
            "event_id": self._next(),
        }
        return [("AgentToolResponse", {"type": "agent_tool_response", "agent_tool_response": inner})]

    def interrupted(self, text: str, heard: str) -> list[Message]:
        """The agent was interrupted; what it said is corrected to what was heard of it."""
        event = self._next()
        correction = {"original_agent_response": text, "corrected_agent_response": heard, "event_id": event}
        return [
            ("Interruption", {"type": "interruption", "interruption_event": {"event_id": event}}),
            (
                "AgentResponseCorrection",
                {"type": "agent_response_correction", "agent_response_correction_event": correction},
            ),
        ]

    def _next(self) -> int:
        return self.number("event")
