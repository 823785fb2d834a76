"""Participant: somebody in a CCAI conversation. It hears a call, asks the agent, and speaks the agent's reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from voxsim.engine.command import command
from voxsim.engine.dialogs import Question, Reply
from voxsim.engine.units.ccaievents import ParticipantEvents
from voxsim.engine.units.dialog import DialogState, DialogUnit, SpokenReply
from voxsim.engine.units.dialogflow import audio_of, hints_of, parameters_of, query_result
from voxsim.vocabulary.declare import signature, unit
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import python_name

if TYPE_CHECKING:
    from voxsim.engine.units.call import Call
    from voxsim.engine.units.ccai import Conversation


@unit("CCAI.Participant", events=ParticipantEvents)
class Participant(DialogUnit):
    """Somebody in a conversation. Send it a call's media, and it to the call.

    What the service tells comes as Response: `{"recognition_result": …}` while the caller speaks, and
    `{"reply_text": …, "automated_agent_reply": {"detect_intent_response": …}}` as the answer, in the service's names.
    """

    __slots__ = ("_audio", "_call", "_conversation", "_phrases", "_settings", "options")

    EVENTS: ClassVar = ParticipantEvents
    NAME: ClassVar = "CCAI.Participant"
    SERVICE = "CCAI"

    def __init__(
        self, conversation: Conversation, call: Call, settings: Mapping[str, Any], options: Mapping[str, Any]
    ) -> None:
        for name, given in (("dialogflowSettings", settings), ("options", options)):
            if not isinstance(given, Mapping):
                raise BadArgument(f"addParticipant: `{name}` is an object, got {given!r}.")
        output = settings.get("outputAudioConfig") or {}
        if not isinstance(output, Mapping):
            raise BadArgument(f"addParticipant: `outputAudioConfig` is an object, got {output!r}.")
        super().__init__(conversation.session)
        self._conversation = conversation
        self._call = call
        self._settings = dict(settings)
        self._audio = audio_of(output.get("synthesizeSpeechConfig"))
        self._phrases = hints_of(settings.get("phraseHints"))
        self.options = dict(options)

    def created(self) -> None:
        """The conversation is there, and so is the participant."""
        if self.state is not DialogState.STOPPED:
            self.emit(ParticipantEvents.Created(self))

    @signature("id()")
    def id(self) -> str:
        """The participant's id."""
        return self._id

    @signature("call()")
    def call(self) -> Call:
        """The call whose voice it is."""
        return self._call

    @command("analyzeContent(query)")
    def analyze_content(self, query: Mapping[str, Any]) -> None:
        """Ask by text (`{text, language_codes}`) or by event (`{name, parameters?, language_code}`): Response follows.

        Raises:
            BadArgument: it is neither.
        """
        if self.state is DialogState.STOPPED:
            self.session.warn(f"analyzeContent: {self!r} has left; ignored.", self._id)
        elif isinstance(query, Mapping) and isinstance(query.get("text"), str):
            self._ask_later("text", query["text"], {})
        elif isinstance(query, Mapping) and query.get("name"):
            self._ask_later("event", str(query["name"]), parameters_of(query))
        else:
            raise BadArgument(f"analyzeContent takes an object with `text` or with `name` in it, got {query!r}.")

    @command("addPlaybackMarker(offset, playbackId?)")
    def add_playback_marker(self, offset: float, playback_id: str | None = None) -> None:
        """Fire MarkerReached at this offset (milliseconds, negative from the end) of every reply, or of this one."""
        if playback_id is None:
            self._add_marker(offset)
        elif self._reply is not None and self._reply.id == playback_id:
            self._reply.mark(offset)
        else:
            self.session.warn(f"addPlaybackMarker: {playback_id!r} is not being played; ignored.", self._id)

    def cut(self) -> None:
        """It leaves, or all is over."""
        self._stop()

    def _ask_later(self, kind: str, value: str, parameters: Mapping[str, Any]) -> None:
        """Ask, as soon as the conversation is there."""

        def ask() -> None:
            if self.state is not DialogState.STOPPED:
                self._ask(kind, value, parameters)

        self._conversation.once_started(ask)

    # --- what a dialog tells ---

    def _question(self, kind: str, value: str, parameters: Mapping[str, Any]) -> Question:
        return Question(
            service=self.SERVICE,
            agent=self._conversation.agent.agent_id,
            conversation=self._id,
            kind=kind,
            value=value,
            language=str(self._settings.get("lang", "")),
            parameters=parameters,
        )

    def _understood(self, text: str, confidence: float, *, final: bool) -> None:
        result = {"message_type": "TRANSCRIPT", "transcript": text, "is_final": final, "confidence": confidence}
        self.emit(ParticipantEvents.Response(self, response={"recognition_result": result}))

    def _answered(self, question: Question, replies: tuple[Reply, ...]) -> None:
        ids = self.session.switch.ids
        result = query_result(question, replies, ids.uuid())
        text = result["fulfillmentText"]
        found = {
            "response_id": ids.uuid(),
            "query_result": {
                **{python_name(key): value for key, value in result.items()},
                "intent": {python_name(key): value for key, value in result["intent"].items()},
            },
        }
        response = {"reply_text": text, "automated_agent_reply": {"detect_intent_response": found}}
        self.emit(ParticipantEvents.Response(self, response=response))

    def _failed(self, cause: str) -> None:
        self._conversation.fail(cause)

    def _moment(self, reply: SpokenReply, moment: str, detail: Any) -> None:
        events = ParticipantEvents
        match moment:
            case "ready":
                self.emit(events.PlaybackReady(self, playback_id=reply.id))
            case "started":
                self.emit(events.PlaybackStarted(self, playback_id=reply.id, duration=reply.length // 1000))
            case "marker":
                self.emit(events.MarkerReached(self, playback_id=reply.id, offset=detail))
            case "finished" | "failed":
                self.emit(events.PlaybackFinished(self, playback_id=reply.id, error=detail))
            case "stopped":
                self.emit(events.PlaybackStopped(self, playback_id=reply.id))

    def _hints(self) -> tuple[str, ...]:
        return self._phrases

    def _voice(self) -> tuple[Mapping[str, Any] | None, str | None]:
        rate, voice = self._audio.get("speakingRate"), (self._audio.get("voice") or {}).get("name")
        return (None if rate is None else {"rate": rate}), voice
