"""The dialects: which vendor's messages belong to which service, one module per family of protocols."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from voxsim.vocabulary.declare import manifest

if TYPE_CHECKING:
    from voxsim.engine.connectors.ports import Asked
    from voxsim.parties.agents.dialects.base import Dialect

_HOMES: Final[dict[str, str]] = {
    "Cartesia.Agents": "cartesia.CartesiaDialect",
    "Deepgram.VoiceAgent": "deepgram.DeepgramDialect",
    "ElevenLabs.Agents": "elevenlabs.ElevenLabsDialect",
    "Gemini.LiveAPI": "gemini.GeminiDialect",
    "Grok.VoiceAgentAPI": "realtime.GrokDialect",
    "Inworld.RealtimeAPI": "realtime.InworldDialect",
    "OpenAI.Beta.RealtimeAPI": "realtime.BetaDialect",
    "OpenAI.ChatCompletionsAPI": "completions.CompletionsDialect",
    "OpenAI.RealtimeAPI": "realtime.RealtimeDialect",
    "OpenAI.ResponsesAPI": "responses.ResponsesDialect",
    "Ultravox.WebSocketAPI": "ultravox.UltravoxDialect",
    "Yandex.RealtimeAPI": "realtime.YandexDialect",
}
"""Service → the class of its dialect, by module."""


def vendors() -> list[str]:
    """The vendors, and their services."""
    return sorted({service.partition(".")[0] for service in _HOMES} | set(_HOMES))


def dialect_of(asked: Asked) -> Dialect:
    """The dialect for one conversation with a service."""
    module, _, name = _HOMES[asked.service].partition(".")
    kind: type[Dialect] = getattr(import_module(f"{__name__}.{module}"), name)
    return kind(asked, manifest.events[f"{asked.service}Events"].members)
