"""AI: dialogs with Dialogflow, and the older detection of voicemail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from voxsim.engine.command import Options, command
from voxsim.engine.future import Future
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.units.aievents import AIEvents, VoicemailEvent
from voxsim.engine.units.call import Call
from voxsim.engine.units.dialogflow import DialogflowInstance, DialogflowSettings, audio_of, hints_of
from voxsim.engine.units.voicemail import detect_voicemail
from voxsim.vocabulary.declare import namespace
from voxsim.vocabulary.errors import BadArgument

_FOR_THE_SERVICE: Final = "sessionId environmentId userId beta region model modelVariant"


@namespace("AI", module="AI", events=AIEvents)
class AINamespace(Namespace):
    """What understands callers."""

    NAME: ClassVar = "AI"

    @command("createDialogflow({parameters})", Operation.CREATE, ignored=_FOR_THE_SERVICE)
    def create_dialogflow(
        self,
        parameters: Options = None,
        *,
        lang: str = "en",
        phrase_hints: Sequence[str] | Mapping[str, str] | None = None,
        query_parameters: Mapping[str, Any] | None = None,
        single_utterance: bool = False,
        output_audio_config: Mapping[str, Any] | None = None,
        agent_id: int | str | None = None,
    ) -> DialogflowInstance:
        """A dialog with a Dialogflow agent. Offline a scripted one answers.

        Args:
            parameters: the options below under their documented names.
            lang: a member of `DialogflowLanguage`.
            phrase_hints: what is likely to be said.
            query_parameters: what goes along with every query, such as contexts.
            single_utterance: report the end of the caller's utterance, too.
            output_audio_config: how replies are spoken.
            agent_id: which of the account's agents.

        Raises:
            BadArgument: a value is of the wrong kind.
        """
        self.session.needs("AI")
        for name, given in (("outputAudioConfig", output_audio_config), ("queryParameters", query_parameters)):
            if given is not None and not isinstance(given, Mapping):
                raise BadArgument(f"createDialogflow: `{name}` is an object, got {given!r}.")
        speech = (output_audio_config or {}).get("synthesizeSpeechConfig")
        settings = DialogflowSettings(
            lang=str(lang),
            agent="" if agent_id is None else str(agent_id),
            single=bool(single_utterance),
            hints=hints_of(phrase_hints),
            query_parameters=dict(query_parameters or {}),
            audio=audio_of(speech),
        )
        return DialogflowInstance(self.session, settings)

    @command("detectVoicemail(call, {parameters})", Operation.CREATE, positional="model threshold")
    def detect_voicemail(
        self, call: Call, parameters: Options = None, *, model: str | None = None, threshold: float | None = None
    ) -> Future[VoicemailEvent]:
        """Find out whether a machine answered: to be awaited, and told by an event of the call besides.

        Args:
            call: an outgoing call; detection runs from its Connected.
            parameters: the options below under their documented names.
            model: the country whose machines are known, `ru` by default.
            threshold: how sure it must be of a machine, from 0 to 1; 0.8 by default.
        """
        self.session.needs("AI")
        return detect_voicemail(self.session, call, model, threshold)


AI = AINamespace()
