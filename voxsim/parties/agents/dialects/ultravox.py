"""Ultravox: states of the agent, transcripts with ordinals, and tool invocations. The call is made over HTTP first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voxsim.parties.agents.dialects import base
from voxsim.parties.agents.dialects.base import Message, Reading, written


class UltravoxDialect(base.Dialect):
    """It greets by itself."""

    def began(self) -> list[Message]:
        """The call was made, and the agent listens."""
        call = f"call-{self.number('conversation'):04d}"
        url = f"wss://voice.ultravox.ai/calls/{call}/server_web_socket"
        made = {"callId": call, "joinUrl": url, "joined": None, "ended": None}
        told: list[Message] = []
        if self.asked.parameters.get("endpoint") != "JoinCall":
            told = [("HTTPResponse", {"statusCode": 201, "statusMessage": "Created", "body": made})]
        return [*told, self._state("listening")]

    def call_id(self) -> str:
        """Its invocations have ids of their own."""
        return f"invocation-{self.number('call'):04d}"

    def reads(self, message: str, given: Mapping[str, Any]) -> Reading:
        """Texts, results of tools, and wishes."""
        text = written(given)
        match message:
            case "inputTextMessage" | "userTextMessage":
                return Reading(inputs=(base.Said(text), base.Answer()))
            case "setOutputMedium":
                self.voice = given.get("medium") != "text"
            case "clientToolResult" | "dataConnectionToolResult":
                failed = bool(given.get("errorType") or given.get("errorMessage"))
                output = given.get("errorMessage") if failed else given.get("result")
                result = base.ToolResult(given.get("invocationId"), output, failed)
                return Reading(inputs=(result, base.Answer()))
            case "forcedAgentMessage":
                return Reading(inputs=(base.SayThis(text),))
            case "hangUp":
                return Reading(inputs=(base.Close(1000, str(given.get("message") or "Call ended")),))
        return Reading()

    def heard(self, text: str, pieces: list[str]) -> list[Message]:
        """What the caller said, as a final transcript."""
        said = {"role": "user", "medium": "voice", "text": text, "delta": None, "final": True}
        return [("Transcript", {"type": "transcript", **said, "ordinal": self.number("ordinal") - 1})]

    def thinking(self) -> list[Message]:
        """The agent thinks."""
        return [self._state("thinking")]

    def answer_begins(self) -> list[Message]:
        """The agent speaks."""
        return [self._state("speaking")]

    def text_begins(self, text: str) -> list[Message]:
        """A transcript with a number of its own begins."""
        self.number("ordinal")
        return []

    def text_piece(self, piece: str) -> list[Message]:
        """A piece of what the agent says."""
        return [self._transcript(None, piece, final=False)]

    def text_ends(self, text: str) -> list[Message]:
        """All of it."""
        return [self._transcript(text, None, final=True)]

    def calls(self, call: base.Call) -> list[Message]:
        """The agent calls a tool of the client."""
        inner = {"toolName": call.name, "invocationId": call.id, "parameters": dict(call.arguments)}
        return [("ClientToolInvocation", {"type": "client_tool_invocation", **inner})]

    def played(self) -> list[Message]:
        """The agent listens again."""
        return [self._state("listening")]

    def interrupted(self, text: str, heard: str) -> list[Message]:
        """The agent listens; what is buffered of its voice is to be thrown away."""
        return [("PlaybackClearBuffer", {"type": "playback_clear_buffer"}), self._state("listening")]

    def failed(self, message: str, code: str) -> list[Message]:
        """Errors are told as debug messages."""
        return [("Debug", {"type": "debug", "message": f"{code}: {message}"})]

    def _state(self, state: str) -> Message:
        return "State", {"type": "state", "state": state}

    def _transcript(self, text: str | None, delta: str | None, *, final: bool) -> Message:
        medium = "voice" if self.voice else "text"
        said = {"role": "agent", "medium": medium, "text": text, "delta": delta, "final": final}
        return "Transcript", {"type": "transcript", **said, "ordinal": self._counts["ordinal"] - 1}
