"""Where realtime TTS players are made: in each vendor's namespace, with that vendor's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.connectors.tts import (
    CartesiaPlayer,
    ElevenLabsPlayer,
    GooglePlayer,
    InworldPlayer,
    VoxTTSPlayer,
    XAIPlayer,
)
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.base import Namespace
from voxsim.vocabulary.declare import namespace
from voxsim.vocabulary.errors import BadArgument

_CONNECTION = "statistics trace privacy apiKey"


class CartesiaSpeaking(Namespace):
    """The part of Cartesia that speaks."""

    @command("createRealtimeTTSPlayer(text, {parameters}?)", Operation.CREATE, ignored=_CONNECTION)
    def create_realtime_tts_player(
        self,
        text: str,
        parameters: Options = None,
        *,
        generation_request_parameters: Mapping[str, Any] | None = None,
    ) -> CartesiaPlayer:
        """A player that says this text, and later ones.

        Args:
            text: what to say first.
            parameters: the options below under their documented names; others shape the real connection.
            generation_request_parameters: a generation request as the vendor documents it: voice, model, language.
        """
        self.session.needs("Cartesia")
        voice = _fields_of("generationRequestParameters", generation_request_parameters).get("voice")
        return CartesiaPlayer(self.session, str(text), None if voice is None else str(voice))


class ElevenLabsSpeaking(Namespace):
    """The part of ElevenLabs that speaks."""

    @command(
        "createRealtimeTTSPlayer(text, {parameters}?)", Operation.CREATE, ignored=f"{_CONNECTION} headers keepAlive"
    )
    def create_realtime_tts_player(
        self,
        text: str,
        parameters: Options = None,
        *,
        path_parameters: Mapping[str, Any] | None = None,
        query_parameters: Mapping[str, Any] | None = None,
        initialize_connection_parameters: Mapping[str, Any] | None = None,
    ) -> ElevenLabsPlayer:
        """A player that says this text, and later ones.

        Args:
            text: what to say first.
            parameters: the options below under their documented names; others shape the real connection.
            path_parameters: as the vendor documents them: `voice_id`.
            query_parameters: as the vendor documents them: `model_id` and the like; without effect here.
            initialize_connection_parameters: the vendor's first message; without effect here.
        """
        self.session.needs("ElevenLabs")
        voice = _fields_of("pathParameters", path_parameters).get("voice_id")
        return ElevenLabsPlayer(self.session, str(text), None if voice is None else str(voice))


class InworldSpeaking(Namespace):
    """The part of Inworld that speaks."""

    @command("createRealtimeTTSPlayer({parameters}?)", Operation.CREATE, ignored=_CONNECTION)
    def create_realtime_tts_player(
        self, parameters: Options = None, *, create_context_parameters: Mapping[str, Any] | None = None
    ) -> InworldPlayer:
        """A player that says what it is sent.

        Args:
            parameters: the options below under their documented names; others shape the real connection.
            create_context_parameters: the vendor's message that makes a context, with `voiceId` in its `create`.
        """
        self.session.needs("Inworld")
        return InworldPlayer(self.session, voice=_voice_of(create_context_parameters))


@namespace("Google", module="Google")
class GoogleNamespace(Namespace):
    """Google's speech synthesis."""

    NAME: ClassVar = "Google"

    @command("createRealtimeTTSPlayer({parameters}?)", Operation.CREATE, ignored="keepAlive trace")
    def create_realtime_tts_player(
        self, parameters: Options = None, *, language_code: str = "", voice: str = ""
    ) -> GooglePlayer:
        """A player that says what it is sent.

        Args:
            parameters: the options below under their documented names; others shape the real connection.
            language_code, voice: who says it, in which language.
        """
        self.session.needs("Google")
        return GooglePlayer(self.session, voice=voice or language_code or None)


@namespace("VoxTTS", module="VoxTTS")
class VoxTTSNamespace(Namespace):
    """The platform's own speech synthesis."""

    NAME: ClassVar = "VoxTTS"

    @command("createRealtimeTTSPlayer({parameters})", Operation.CREATE, ignored="apiKey trace")
    def create_realtime_tts_player(
        self, parameters: Options = None, *, create_context_parameters: Mapping[str, Any] | None = None
    ) -> VoxTTSPlayer:
        """A player that says what it is sent.

        Args:
            parameters: the options below under their documented names; others shape the real connection.
            create_context_parameters: `create` with `modelId` and `voiceId` in it, members of `VoxTTS.ModelList` and
                `VoxTTS.VoiceList`.
        """
        self.session.needs("VoxTTS")
        return VoxTTSPlayer(self.session, voice=_voice_of(create_context_parameters))


@namespace("XAI", module="XAI")
class XAINamespace(Namespace):
    """xAI's speech synthesis."""

    NAME: ClassVar = "XAI"

    @command("createRealtimeTTSPlayer({parameters}?)", Operation.CREATE, ignored=_CONNECTION)
    def create_realtime_tts_player(
        self, parameters: Options = None, *, connection_parameters: Mapping[str, Any] | None = None
    ) -> XAIPlayer:
        """A player that says what it is sent.

        Args:
            parameters: the options below under their documented names; others shape the real connection.
            connection_parameters: as the vendor documents them: `voice`, `language`.
        """
        self.session.needs("XAI")
        voice = _fields_of("connectionParameters", connection_parameters).get("voice")
        return XAIPlayer(self.session, voice=None if voice is None else str(voice))


def _fields_of(name: str, given: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The fields of an object that a vendor documents.

    Raises:
        BadArgument: it is no object.
    """
    if given is not None and not isinstance(given, Mapping):
        raise BadArgument(f"createRealtimeTTSPlayer: `{name}` is an object as the vendor documents it, got {given!r}.")
    return given or {}


def _voice_of(context: Mapping[str, Any] | None) -> str | None:
    """The voice that a message which makes a context names."""
    made = _fields_of("createContextParameters", context).get("create")
    voice = made.get("voiceId") if isinstance(made, Mapping) else None
    return None if voice is None else str(voice)


Google = GoogleNamespace()
VoxTTS = VoxTTSNamespace()
XAI = XAINamespace()
