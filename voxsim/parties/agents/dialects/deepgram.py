"""Deepgram's Voice Agent: settings first, then the conversation's texts, function calls and the end of audio."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from voxsim.parties.agents.dialects import base
from voxsim.parties.agents.dialects.base import Message, Reading, written


class DeepgramDialect(base.Dialect):
    """It greets as soon as its settings are applied."""

    GREETS: ClassVar = True

    def began(self) -> list[Message]:
        """It welcomes, and applies the settings that the client was made with."""
        request = f"request-{self.number('conversation'):04d}"
        return [
            ("Welcome", {"type": "Welcome", "request_id": request}),
            ("SettingsApplied", {"type": "SettingsApplied"}),
        ]

    def call_id(self) -> str:
        """Its functions have ids of their own."""
        return f"func_{self.number('call'):04d}"

    def reads(self, message: str, given: Mapping[str, Any]) -> Reading:
        """Updates, messages to be said or heard, and results of functions."""
        match message:
            case "sendUpdateSpeak":
                return Reading((("SpeakUpdated", {"type": "SpeakUpdated"}),))
            case "sendUpdatePrompt":
                return Reading((("PromptUpdated", {"type": "PromptUpdated"}),))
            case "sendInjectAgentMessage":
                return Reading(inputs=(base.SayThis(str(given.get("message") or written(given))),))
            case "sendInjectUserMessage":
                return Reading(inputs=(base.Said(written(given)), base.Answer()))
            case "sendFunctionCallResponse":
                return Reading(inputs=(base.ToolResult(given.get("id"), given.get("content")), base.Answer()))
        return Reading()

    def speech_started(self, milliseconds: int) -> list[Message]:
        """The caller speaks; whether that interrupts the agent is for the client to see."""
        return [("UserStartedSpeaking", {"type": "UserStartedSpeaking"})]

    def heard(self, text: str, pieces: list[str]) -> list[Message]:
        """What the caller said."""
        return [self._text("user", text)]

    def thinking(self) -> list[Message]:
        """The agent thinks."""
        return [("AgentThinking", {"type": "AgentThinking", "content": ""})]

    def text_begins(self, text: str) -> list[Message]:
        """What the agent says, whole."""
        return [self._text("assistant", text)]

    def text_ends(self, text: str) -> list[Message]:
        """All audio of it has been sent."""
        return [("AgentAudioDone", {"type": "AgentAudioDone"})]

    def calls(self, call: base.Call) -> list[Message]:
        """The agent calls a function of the client."""
        function = {"id": call.id, "name": call.name, "arguments": call.text, "client_side": True}
        return [("FunctionCallRequest", {"type": "FunctionCallRequest", "functions": [function]})]

    def failed(self, message: str, code: str) -> list[Message]:
        """An error."""
        return [("Error", {"type": "Error", "description": message, "code": code.upper()})]

    def _text(self, role: str, text: str) -> Message:
        return "ConversationText", {"type": "ConversationText", "role": role, "content": text}
