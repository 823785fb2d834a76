"""VoximplantAvatar: avatars, by text or on a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.units.avatar import Avatar
from voxsim.engine.units.voiceavatar import VoiceAvatar
from voxsim.vocabulary.declare import namespace

if TYPE_CHECKING:
    from voxsim.engine.units.call import Call


@namespace("VoximplantAvatar", module="Avatar")
class VoximplantAvatarNamespace(Namespace):
    """Avatars. Offline a scripted dialog answers for them."""

    NAME: ClassVar = "VoximplantAvatar"

    @command("createAvatar({config})", Operation.CREATE)
    def create_avatar(
        self, config: Options = None, *, avatar_id: str = "", custom_data: Any = None, extended: bool = False
    ) -> Avatar:
        """An avatar that talks by text: Loaded follows, then `start()` begins the dialog.

        Args:
            config: the options below under their documented names.
            avatar_id: which avatar of the account.
            custom_data: what it is to know.
            extended: tell intents and entities in UtteranceParsed.
        """
        self.session.needs("Avatar")
        return Avatar({"avatarId": avatar_id, "customData": custom_data, "extended": extended})

    @command("createVoiceAvatar({config})", Operation.CREATE)
    def create_voice_avatar(
        self,
        config: Options = None,
        *,
        call: Call | None = None,
        avatar_config: Mapping[str, Any] | None = None,
        asr_parameters: Mapping[str, Any] | None = None,
        tts_player_parameters: Mapping[str, Any] | None = None,
        asr_end_of_phrase_detector_timeout: float | None = None,
        default_listen_timeout: float | None = None,
        on_finish_callback: Callable[[Any], Any] | None = None,
        on_error_callback: Callable[[Any], Any] | None = None,
    ) -> VoiceAvatar:
        """An avatar that holds the whole dialog on a call, from Connected to its last word.

        Args:
            config: the options below under their documented names.
            call: where it talks.
            avatar_config: as for `create_avatar`.
            asr_parameters: as for `VoxEngine.create_asr`.
            tts_player_parameters: as for `VoxEngine.create_tts_player`.
            asr_end_of_phrase_detector_timeout: milliseconds of silence after which the caller has said all.
            default_listen_timeout: milliseconds after which the caller's silence is its turn, where the avatar does
                not say.
            on_finish_callback: called with the Finish event, once the last word was said; may be async.
            on_error_callback: called with each Error event; may be async.
        """
        self.session.needs("Avatar")
        return VoiceAvatar(
            {
                "call": call,
                "avatarConfig": avatar_config,
                "asrParameters": asr_parameters,
                "ttsPlayerParameters": tts_player_parameters,
                "asrEndOfPhraseDetectorTimeout": asr_end_of_phrase_detector_timeout,
                "defaultListenTimeout": default_listen_timeout,
                "onFinishCallback": on_finish_callback,
                "onErrorCallback": on_error_callback,
            }
        )


VoximplantAvatar = VoximplantAvatarNamespace()
