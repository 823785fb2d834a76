"""DialogflowInstance: a dialog with an agent of Google's Dialogflow ES, by voice or by text.

What is recognised and what is answered comes as DialogflowResponse, in the shapes of Dialogflow's own API; the same is
told by DialogflowRecognitionResult and DialogflowQueryResult right behind it. A response to silence has a query result
without a text and no `responseId`: the agent may go on listening.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from voxsim.engine.command import Options, command
from voxsim.engine.dialogs import Question, Reply
from voxsim.engine.units.aievents import AIEvents
from voxsim.engine.units.dialog import DialogState, DialogUnit, SpokenReply
from voxsim.vocabulary.declare import signature, unit
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.session import Session

FALLBACK_INTENT = "Default Fallback Intent"
"""What Dialogflow calls the intent of what it did not understand."""


@attrs.frozen(kw_only=True)
class DialogflowSettings:
    """What an instance was made with; `audio` is its `synthesizeSpeechConfig`."""

    lang: str
    agent: str = ""
    single: bool = False
    hints: tuple[str, ...] = ()
    query_parameters: Mapping[str, Any] = attrs.field(factory=dict)
    audio: Mapping[str, Any] = attrs.field(factory=dict)


@unit("AI.DialogflowInstance", events=AIEvents, module="AI")
class DialogflowInstance(DialogUnit):
    """A dialog with one agent. Send it a call's media, and it to the call."""

    __slots__ = ("_settings",)

    EVENTS: ClassVar = AIEvents
    NAME: ClassVar = "Dialogflow"
    SERVICE = "Dialogflow"

    def __init__(self, session: Session, settings: DialogflowSettings) -> None:
        super().__init__(session)
        self._settings = settings

    @signature("id()")
    def id(self) -> str:
        """The instance's id."""
        return self._id

    @command("setQueryParameters({queryParameters})")
    def set_query_parameters(
        self,
        query_parameters: Options = None,
        *,
        time_zone: str | None = None,
        geo_location: Mapping[str, Any] | None = None,
        contexts: Sequence[Any] | None = None,
        reset_contexts: bool | None = None,
        session_entity_types: Sequence[Any] | None = None,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """Say what goes along with every query from now on; the agent is asked with it."""
        given = {
            "timeZone": time_zone,
            "geoLocation": geo_location,
            "contexts": contexts,
            "resetContexts": reset_contexts,
            "sessionEntityTypes": session_entity_types,
            "payload": payload,
        }
        parameters = {name: value for name, value in given.items() if value is not None}
        self._settings = attrs.evolve(self._settings, query_parameters=parameters)

    @command("setPhraseHints(phraseHints)")
    def set_phrase_hints(self, phrase_hints: Mapping[str, str] | Sequence[str]) -> None:
        """Say what is likely to be said; recognition is surer of it."""
        self._settings = attrs.evolve(self._settings, hints=hints_of(phrase_hints))

    @command("setOutputAudioConfig({outputAudioConfig})")
    def set_output_audio_config(
        self, output_audio_config: Options = None, *, synthesize_speech_config: Mapping[str, Any] | None = None
    ) -> None:
        """Say how replies are spoken: the rate changes how long they take, the voice is told."""
        self._settings = attrs.evolve(self._settings, audio=audio_of(synthesize_speech_config))

    @command("sendQuery({dialogflowQuery})")
    def send_query(
        self,
        dialogflow_query: Options = None,
        *,
        text: Mapping[str, Any] | None = None,
        event: Mapping[str, Any] | None = None,
    ) -> None:
        """Ask by text or by event, in place of the caller's voice.

        Args:
            dialogflow_query: the options below in one object.
            text: `{"text": …, "languageCode": …}`; at most 256 characters are taken, else DialogflowError fires.
            event: `{"name": …, "parameters": …, "languageCode": …}`.

        Raises:
            BadArgument: there is neither a text nor an event.
        """
        if self._over("sendQuery"):
            return
        if isinstance(event, Mapping) and event.get("name"):
            self._ask("event", str(event["name"]), parameters_of(event))
        elif isinstance(text, Mapping) and isinstance(text.get("text"), str):
            self._ask_text(text["text"])
        else:
            raise BadArgument("sendQuery needs `text` with a `text` in it, or `event` with a `name`.")

    def _ask_text(self, text: str) -> None:
        limit = self.session.switch.limits.dialogflow_query_characters
        if len(text) > limit:
            self.session.limit("dialogflow_query_characters", limit, self._id)
            self._failed(f"The query has {len(text)} characters; {limit} are allowed")
        else:
            self._ask("text", text)

    @command("addMarker(offset)")
    def add_marker(self, offset: float) -> None:
        """Fire DialogflowPlaybackMarkerReached at this offset of every reply from now on, the present one included.

        The offset is in milliseconds; a negative one counts from the end.
        """
        if not self._over("addMarker"):
            self._add_marker(offset)

    @command("stop()")
    def stop(self) -> None:
        """End the dialog: DialogflowStopped follows, and nothing can be done with it any more."""
        if not self._over("stop"):
            self._end("Stopped by the scenario")

    def cut(self) -> None:
        """The session is over."""
        self._end("The session is over")

    # --- what a dialog tells ---

    def _question(self, kind: str, value: str, parameters: Mapping[str, Any]) -> Question:
        own = self._settings
        return Question(
            service=self.SERVICE,
            agent=own.agent,
            conversation=self._id,
            kind=kind,
            value=value,
            language=own.lang,
            parameters={**own.query_parameters, **parameters},
        )

    def _understood(self, text: str, confidence: float, *, final: bool) -> None:
        if final and self._settings.single:
            self._recognition("END_OF_SINGLE_UTTERANCE", "", 0.0, final=False)
        self._recognition("TRANSCRIPT", text, confidence, final=final)

    def _recognition(self, kind: str, text: str, confidence: float, *, final: bool) -> None:
        result = {"messageType": kind, "transcript": text, "isFinal": final, "confidence": confidence}
        self.emit(AIEvents.DialogflowResponse(self, response={"recognitionResult": result}))
        self.emit(AIEvents.DialogflowRecognitionResult(self, is_final=final))

    def _answered(self, question: Question, replies: tuple[Reply, ...]) -> None:
        result = query_result(question, replies, self.session.switch.ids.uuid())
        response = {
            "responseId": self.session.switch.ids.uuid(),
            "queryResult": result,
            "webhookStatus": {"code": 0, "message": ""},
        }
        self.emit(AIEvents.DialogflowResponse(self, response=response))
        self.emit(AIEvents.DialogflowQueryResult(self, result=result))

    def _nothing_said(self) -> None:
        self._stop_listening()
        result = {"languageCode": self._settings.lang}
        self.emit(AIEvents.DialogflowResponse(self, response={"queryResult": result}))
        self.emit(AIEvents.DialogflowQueryResult(self, result=result))

    def _failed(self, cause: str) -> None:
        self.emit(AIEvents.DialogflowError(self, cause=cause))

    def _moment(self, reply: SpokenReply, moment: str, detail: Any) -> None:
        match moment:
            case "started":
                self.emit(AIEvents.DialogflowPlaybackStarted(self, duration=reply.length // 1000))
            case "marker":
                self.emit(AIEvents.DialogflowPlaybackMarkerReached(self, offset=detail))
            case "finished" | "failed":
                self.emit(AIEvents.DialogflowPlaybackFinished(self, error=detail))

    def _hints(self) -> tuple[str, ...]:
        return self._settings.hints

    def _voice(self) -> tuple[Mapping[str, Any] | None, str | None]:
        audio = self._settings.audio
        rate = audio.get("speakingRate")
        voice = (audio.get("voice") or {}).get("name")
        return (None if rate is None else {"rate": rate}), voice

    # --- inside ---

    def _over(self, name: str) -> bool:
        over = self.state is DialogState.STOPPED
        if over:
            self.session.warn(f"{name}: Dialogflow {self._id} has been stopped already; ignored.", self._id)
        return over

    def _end(self, cause: str) -> None:
        if self._stop():
            self.emit(AIEvents.DialogflowStopped(self, cause=cause))


def hints_of(given: Any) -> tuple[str, ...]:
    """Phrase hints, given as a list or as an object.

    Raises:
        BadArgument: they are neither.
    """
    found = tuple(given.values()) if isinstance(given, Mapping) else given or ()
    if not isinstance(found, list | tuple) or not all(isinstance(hint, str | list | tuple) for hint in found):
        raise BadArgument(f"Phrase hints are a list of phrases, or an object of them, got {given!r}.")
    return tuple(str(one) for hint in found for one in ([hint] if isinstance(hint, str) else hint))


def parameters_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters of an event that is sent to an agent.

    Raises:
        BadArgument: they are no object.
    """
    parameters = event.get("parameters")
    if parameters is not None and not isinstance(parameters, Mapping):
        raise BadArgument(f"The `parameters` of an event are an object such as {{'city': …}}, got {parameters!r}.")
    return parameters or {}


def audio_of(given: Any) -> Mapping[str, Any]:
    """How replies are spoken.

    Raises:
        BadArgument: it, or the voice in it, is no object.
    """
    if given is not None and not isinstance(given, Mapping):
        raise BadArgument(f"synthesizeSpeechConfig is an object such as {{'speakingRate': 1.2}}, got {given!r}.")
    voice = (given or {}).get("voice")
    if voice is not None and not isinstance(voice, Mapping):
        raise BadArgument(f"The `voice` of a synthesizeSpeechConfig is an object such as {{'name': …}}, got {voice!r}.")
    return given or {}


def query_result(question: Question, replies: tuple[Reply, ...], intent_id: str) -> dict[str, Any]:
    """What Dialogflow answers, as its API has it."""
    first = replies[0] if replies else Reply()
    intent = first.intent or (FALLBACK_INTENT if first.fallback else "")
    texts = [reply.text for reply in replies if reply.text]
    messages: list[dict[str, Any]] = [{"text": {"text": [text]}} for text in texts]
    messages += [{"payload": dict(reply.payload)} for reply in replies if reply.payload is not None]
    result: dict[str, Any] = {
        "queryText": question.value,
        "action": first.action or ("input.unknown" if first.fallback else ""),
        "parameters": dict(first.parameters),
        "allRequiredParamsPresent": first.complete,
        "fulfillmentText": " ".join(texts),
        "fulfillmentMessages": messages,
        "intent": {
            "name": f"projects/{question.agent or 'voxsim'}/agent/intents/{intent_id}",
            "displayName": intent,
            "isFallback": first.fallback,
        },
        "intentDetectionConfidence": first.confidence,
        "languageCode": question.language,
    }
    if any(reply.ends for reply in replies):
        result["diagnosticInfo"] = {"end_conversation": True}
    return result
