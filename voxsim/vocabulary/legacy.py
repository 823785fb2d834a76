"""Old names: what scenarios in production still say, and what it is called today.

The official typings have none of these, yet scenarios that use them work on the platform. Each is answered with its
present counterpart; where there is none it is listed as gone, and its place is told in an error.
"""

from __future__ import annotations

from typing import Final

ALIASES: Final[dict[str, str]] = {
    "ASREvents.Error": "ASREvents.ASRError",
    "ASREvents.SpeechCaptureStarted": "ASREvents.CaptureStarted",
    "ASREvents.CaptureStopped": "ASREvents.SpeechCaptured",
    "CallEvents.RecordFailed": "CallEvents.RecordError",
    "CallEvents.VoicemailToneDetected": "CallEvents.ToneDetected",
    "ConferenceEvents.Error": "ConferenceEvents.ConferenceError",
    "ElevenLabs.ConversationalAIEvents": "ElevenLabs.AgentsEvents",
    "ElevenLabs.createConversationalAIClient": "ElevenLabs.createAgentsClient",
    "Net.WebSocket": "WebSocket",
    "OpenAI.RealtimeAPIEvents.InputAudioTranscriptionCompleted": (
        "OpenAI.RealtimeAPIEvents.ConversationItemInputAudioTranscriptionCompleted"
    ),
    "OpenAI.RealtimeAPIEvents.ResponseAudioTranscriptDelta": (
        "OpenAI.RealtimeAPIEvents.ResponseOutputAudioTranscriptDelta"
    ),
    "OpenAI.RealtimeAPIEvents.ResponseAudioTranscriptDone": (
        "OpenAI.RealtimeAPIEvents.ResponseOutputAudioTranscriptDone"
    ),
    "PlayerEvents.PlaybackError": "PlayerEvents.Error",
    "RecorderEvents.Error": "RecorderEvents.RecorderError",
    "VoxEngine.CallList": "CallList",
    "VoxEngine.RecordExpireTime": "RecordExpireTime",
    "VoxEngine.createAMD": "AMD.create",
    "WebSocketEvents.CLOSED": "WebSocketEvents.CLOSE",
    "WebSocketEvents.Close": "WebSocketEvents.CLOSE",
    "WebSocketEvents.Connected": "WebSocketEvents.OPEN",
    "WebSocketEvents.Disconnected": "WebSocketEvents.CLOSE",
    "WebSocketEvents.Error": "WebSocketEvents.ERROR",
    "WebSocketEvents.Message": "WebSocketEvents.MESSAGE",
    "WebSocketEvents.OPENED": "WebSocketEvents.OPEN",
    "WebSocketEvents.Open": "WebSocketEvents.OPEN",
}
"""Old dotted name → the one it has now."""

MODULES: Final = frozenset({"AMD", "CallList", "Net", "PhoneNumber", "Player", "VoicePlayer", "WebSocket"})
"""Modules that old scenarios require, and that need no `require` any more; the enumeration lacks them."""

VALUES: Final[dict[str, dict[str, str]]] = {
    "DialogflowLanguage": {"ENGLISH_US": "en-US", "GERMAN": "de", "RUSSIAN": "ru"},
    "RecordExpireTime": {"DEFAULT": ""},
    "WebSocketAudioEncoding": {"PCM8": "PCM8", "PCM16": "PCM16"},
}
"""Members of today's enumerations under names that only old scenarios use."""

OPEN_SETS: Final = frozenset({"Language", "Net.HttpRequestMethod"})
"""Sets of constants that are gone from the typings altogether: any member stands for itself."""


PROPERTIES: Final[dict[str, tuple[str, ...]]] = {
    "SmartQueueTask": ("settings", "status", "terminationStatus"),
}
"""Properties that the reference describes and the typings leave out."""


def current_name(dotted: str) -> str:
    """What an old dotted name is called today; the name itself when it is not known as old."""
    return ALIASES.get(dotted, dotted)
