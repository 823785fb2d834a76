"""OpenAI's Realtime protocol: a session, a conversation of items and responses with output items. And its relatives.

Grok, Inworld, Yandex and OpenAI's own beta speak the same with a few other names; what one of them has no event for, it
does not send.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, ClassVar, Final

from voxsim.parties.agents.dialects import base
from voxsim.parties.agents.dialects.base import Message, Reading, written

TYPES: Final[dict[str, str]] = {
    "ConversationCreated": "conversation.created",
    "ConversationItemAdded": "conversation.item.added",
    "ConversationItemCreated": "conversation.item.created",
    "ConversationItemDeleted": "conversation.item.deleted",
    "ConversationItemDone": "conversation.item.done",
    "ConversationItemInputAudioTranscriptionCompleted": "conversation.item.input_audio_transcription.completed",
    "ConversationItemInputAudioTranscriptionDelta": "conversation.item.input_audio_transcription.delta",
    "ConversationItemInputAudioTranscriptionFailed": "conversation.item.input_audio_transcription.failed",
    "ConversationItemRetrieved": "conversation.item.retrieved",
    "ConversationItemTruncated": "conversation.item.truncated",
    "Error": "error",
    "InputAudioBufferCleared": "input_audio_buffer.cleared",
    "InputAudioBufferCommitted": "input_audio_buffer.committed",
    "InputAudioBufferDTMFEventReceived": "input_audio_buffer.dtmf_event_received",
    "InputAudioBufferSpeechStarted": "input_audio_buffer.speech_started",
    "InputAudioBufferSpeechStopped": "input_audio_buffer.speech_stopped",
    "OutputAudioBufferCleared": "output_audio_buffer.cleared",
    "OutputAudioBufferStarted": "output_audio_buffer.started",
    "OutputAudioBufferStopped": "output_audio_buffer.stopped",
    "RateLimitsUpdated": "rate_limits.updated",
    "ResponseAudioDone": "response.audio.done",
    "ResponseAudioTranscriptDelta": "response.audio_transcript.delta",
    "ResponseAudioTranscriptDone": "response.audio_transcript.done",
    "ResponseContentPartAdded": "response.content_part.added",
    "ResponseContentPartDone": "response.content_part.done",
    "ResponseCreated": "response.created",
    "ResponseDone": "response.done",
    "ResponseFunctionCallArgumentsDelta": "response.function_call_arguments.delta",
    "ResponseFunctionCallArgumentsDone": "response.function_call_arguments.done",
    "ResponseOutputAudioDone": "response.output_audio.done",
    "ResponseOutputAudioTranscriptDelta": "response.output_audio_transcript.delta",
    "ResponseOutputAudioTranscriptDone": "response.output_audio_transcript.done",
    "ResponseOutputItemAdded": "response.output_item.added",
    "ResponseOutputItemDone": "response.output_item.done",
    "ResponseOutputTextDelta": "response.output_text.delta",
    "ResponseOutputTextDone": "response.output_text.done",
    "ResponseTextDelta": "response.text.delta",
    "ResponseTextDone": "response.text.done",
    "SessionCreated": "session.created",
    "SessionUpdated": "session.updated",
}
"""The `type` that each message has in the protocol, by the name of its event."""


class RealtimeDialect(base.Dialect):
    """OpenAI itself. An agent says nothing before `responseCreate`, or before it has heard something."""

    GREETS: ClassVar = False
    ONE_ANSWER: ClassVar = True
    RENAMED: ClassVar[Mapping[str, str]] = {}
    TRANSCRIPTS: ClassVar = (
        "ConversationItemInputAudioTranscriptionCompleted",
        "audio.input.transcription in sessionUpdate",
    )
    TRANSCRIBES: ClassVar = False
    """Whether transcripts of the caller come without being asked for in the session."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._session: dict[str, Any] = {"object": "realtime.session", "id": "sess_0001", "type": "realtime"}
        if model := self.asked.parameters.get("model"):
            self._session["model"] = model
        if self.asked.parameters.get("type") == "transcription":
            self._session["type"] = "transcription"
            self.answers_speech = False
        self._transcribed = _transcribes(self._session)
        self._items: dict[str, dict[str, Any]] = {}
        self._last: str | None = None
        self._heard = ""
        self._response: dict[str, Any] = {}
        self._output: list[dict[str, Any]] = []
        self._place: dict[str, Any] = {}

    # --- the connection ---

    def began(self) -> list[Message]:
        """The session is there."""
        conversation = {"object": "realtime.conversation", "id": "conv_0001"}
        return self._all(
            ("SessionCreated", {"session": deepcopy(self._session)}), ("ConversationCreated", conversation)
        )

    def failed(self, message: str, code: str) -> list[Message]:
        """An error, whether or not the client has an event for it."""
        kind = "server_error" if code.startswith("server") else "invalid_request_error"
        error = {"type": kind, "code": code, "message": message, "param": None, "event_id": None}
        return [("Error", self._payload("Error", {"error": error}))]

    def reads(self, message: str, given: Mapping[str, Any]) -> Reading:
        """The client's messages: of the session, of items, of responses and of audio buffers."""
        match message:
            case "sessionUpdate":
                return self._update(given.get("session") or given)
            case "conversationItemCreate":
                return self._create(given.get("item") or given)
            case "responseCreate":
                return Reading(inputs=(base.Answer(),))
            case "responseCancel":
                return Reading(inputs=(base.Cancel(),))
            case "inputAudioBufferClear":
                return Reading(tuple(self._all(("InputAudioBufferCleared", {}))))
            case "inputAudioBufferCommit":
                return Reading(tuple(self._committed()))
            case "outputAudioBufferClear":
                cleared = self._all(("OutputAudioBufferCleared", {"response_id": self._response.get("id")}))
                return Reading(tuple(cleared), (base.Cancel(),))
        return self._item_message(message, given)

    def _update(self, session: Mapping[str, Any]) -> Reading:
        changed = _merged(self._session, session)
        answers, voice = self.answers_speech, self.voice
        audio = (session.get("audio") or {}).get("input") or {}
        for place in (session, audio):
            if "turn_detection" in place:
                detection = place["turn_detection"]
                answers = bool(detection) and detection.get("create_response", True) is not False
        modalities = session.get("output_modalities") or session.get("modalities")
        if modalities:
            voice = "audio" in modalities
        # All of it could be read: only now anything changes.
        self._transcribed = _transcribes(changed)
        self._session, self.answers_speech, self.voice = changed, answers, voice
        return Reading(tuple(self._all(("SessionUpdated", {"session": deepcopy(changed)}))))

    def _create(self, item: Mapping[str, Any]) -> Reading:
        made = {"id": item.get("id") or self._item_id(), "object": "realtime.item", "status": "completed", **item}
        told = self._keep(made)
        if item.get("type") == "function_call_output":
            result = base.ToolResult(item.get("call_id"), item.get("output"))
            return Reading(tuple(told), (result,))
        if item.get("role", "user") == "user" and (text := written(item.get("content"))):
            return Reading(tuple(told), (base.Said(text),))
        return Reading(tuple(told))

    def _item_message(self, message: str, given: Mapping[str, Any]) -> Reading:
        names = {
            "conversationItemRetrieve": "ConversationItemRetrieved",
            "conversationItemTruncate": "ConversationItemTruncated",
            "conversationItemDelete": "ConversationItemDeleted",
        }
        if message not in names:
            return Reading()
        item = str(given.get("item_id"))
        if item not in self._items:
            return Reading(tuple(self.failed(f"Item with item_id not found: {item}", "item_not_found")))
        answer: dict[str, Any] = {"item_id": item}
        match message:
            case "conversationItemRetrieve":
                answer = {"item": self._items[item]}
            case "conversationItemTruncate":
                answer.update({key: given.get(key, 0) for key in ("content_index", "audio_end_ms")})
            case "conversationItemDelete":
                del self._items[item]
        return Reading(tuple(self._all((names[message], answer))))

    # --- the caller ---

    def speech_started(self, milliseconds: int) -> list[Message]:
        """The item that will hold the utterance is named already."""
        self._heard = self._item_id()
        return self._all(("InputAudioBufferSpeechStarted", {"audio_start_ms": milliseconds, "item_id": self._heard}))

    def speech_stopped(self, milliseconds: int) -> list[Message]:
        """The utterance is an item of the conversation."""
        stopped = ("InputAudioBufferSpeechStopped", {"audio_end_ms": milliseconds, "item_id": self._heard})
        return self._all(stopped) + self._committed()

    def _committed(self) -> list[Message]:
        self._heard = self._heard or self._item_id()
        before = self._last
        content = [{"type": "input_audio", "transcript": None}]
        item = {"id": self._heard, "object": "realtime.item", "type": "message", "status": "completed"}
        committed = ("InputAudioBufferCommitted", {"previous_item_id": before, "item_id": self._heard})
        return self._all(committed) + self._keep({**item, "role": "user", "content": content})

    def heard(self, text: str, pieces: list[str]) -> list[Message]:
        """The transcript, where the session asks for one."""
        if not (self.TRANSCRIBES or self._transcribed):
            return []
        place = {"item_id": self._heard, "content_index": 0}
        name = "ConversationItemInputAudioTranscription"
        told = [(f"{name}Delta", {**place, "delta": piece}) for piece in pieces]
        return self._all(*told, (f"{name}Completed", {**place, "transcript": text}))

    def not_heard(self) -> list[Message]:
        """The transcription failed."""
        error = {"type": "transcription_error", "code": "audio_unintelligible", "message": "The audio is unclear."}
        told = {"item_id": self._heard, "content_index": 0, "error": error}
        return (
            self._all(("ConversationItemInputAudioTranscriptionFailed", told))
            if self.TRANSCRIBES or self._transcribed
            else []
        )

    def digit(self, digit: str) -> list[Message]:
        """A key was pressed."""
        return self._all(("InputAudioBufferDTMFEventReceived", {"event": digit}))

    # --- the agent ---

    def answer_begins(self) -> list[Message]:
        """A response is created."""
        number = self.number("response")
        self._output = []
        self._response = {"object": "realtime.response", "id": f"resp_{number:04d}", "conversation_id": "conv_0001"}
        return self._all(("ResponseCreated", {"response": self._state("in_progress")}))

    def text_begins(self, text: str) -> list[Message]:
        """An output item with one part of content."""
        item = self._open_item(type="message", role="assistant", content=[])
        part = {"type": "audio", "transcript": ""} if self.voice else {"type": "text", "text": ""}
        self._place["content_index"] = 0
        told = self._item_added(item)
        told += self._all(("ResponseContentPartAdded", {**self._place, "part": part}))
        return told + self._spoken(("OutputAudioBufferStarted", {"response_id": self._response["id"]}))

    def text_piece(self, piece: str) -> list[Message]:
        """A piece of it."""
        name = "ResponseOutputAudioTranscriptDelta" if self.voice else "ResponseOutputTextDelta"
        return self._all((name, {**self._place, "delta": piece}))

    def text_ends(self, text: str) -> list[Message]:
        """The audio, its transcript, the part and the item are done."""
        done = "transcript" if self.voice else "text"
        part = {"type": "audio" if self.voice else "text", done: text}
        name = "ResponseOutputAudioTranscriptDone" if self.voice else "ResponseOutputTextDone"
        told = self._spoken(("ResponseOutputAudioDone", dict(self._place)))
        told += self._all(
            (name, {**self._place, done: text}), ("ResponseContentPartDone", {**self._place, "part": part})
        )
        del self._place["content_index"]
        content = {"type": f"output_{part['type']}", done: text}
        return told + self._item_done({**self._output[-1], "status": "completed", "content": [content]})

    def calls(self, call: base.Call) -> list[Message]:
        """An output item that is a function call; its arguments come at once."""
        named = {"type": "function_call", "name": call.name, "call_id": call.id}
        told = self._item_added(self._open_item(**named, arguments=""))
        place = {**self._place, "call_id": call.id}
        told += self._all(
            ("ResponseFunctionCallArgumentsDelta", {**place, "delta": call.text}),
            ("ResponseFunctionCallArgumentsDone", {**place, "name": call.name, "arguments": call.text}),
        )
        return told + self._item_done({**self._output[-1], "status": "completed", "arguments": call.text})

    def answer_ends(self, status: str) -> list[Message]:
        """The response is done, or cut."""
        for item in self._output:
            item["status"] = "completed" if item["status"] == "completed" else "incomplete"
        done = ("ResponseDone", {"response": self._state("completed" if status == "calls" else status)})
        return self._all(done, ("RateLimitsUpdated", {"rate_limits": []}))

    def played(self) -> list[Message]:
        """The audio has been played."""
        return self._spoken(("OutputAudioBufferStopped", {"response_id": self._response.get("id")}))

    def interrupted(self, text: str, heard: str) -> list[Message]:
        """The audio that is still to be played is thrown away, where the service has it."""
        return self._spoken(("OutputAudioBufferCleared", {"response_id": self._response.get("id")}))

    # --- inside ---

    def _state(self, status: str) -> dict[str, Any]:
        details = {"type": "cancelled", "reason": "turn_detected"} if status == "cancelled" else None
        modalities = ["audio"] if self.voice else ["text"]
        rest = {"status_details": details, "output": list(self._output), "output_modalities": modalities}
        return {**self._response, "status": status, **rest}

    def _open_item(self, **fields: Any) -> dict[str, Any]:
        item = {"id": self._item_id(), "object": "realtime.item", "status": "in_progress", **fields}
        self._place = {"response_id": self._response["id"], "item_id": item["id"], "output_index": len(self._output)}
        self._output.append(item)
        return item

    def _item_added(self, item: Mapping[str, Any]) -> list[Message]:
        where = {"response_id": self._response["id"], "output_index": self._place["output_index"]}
        added = self._all(("ResponseOutputItemAdded", {**where, "item": dict(item)}))
        before, self._last = self._last, item["id"]
        return added + self._all(("ConversationItemAdded", {"previous_item_id": before, "item": dict(item)}))

    def _item_done(self, item: dict[str, Any]) -> list[Message]:
        self._output[-1] = self._items[item["id"]] = item
        where = {"response_id": self._response["id"], "output_index": self._place["output_index"]}
        return self._all(
            ("ConversationItemDone", {"previous_item_id": None, "item": dict(item)}),
            ("ResponseOutputItemDone", {**where, "item": dict(item)}),
        )

    def _keep(self, item: dict[str, Any]) -> list[Message]:
        """An item that the caller or the scenario put into the conversation."""
        self._items[item["id"]] = item
        before, self._last = self._last, item["id"]
        told = {"previous_item_id": before, "item": dict(item)}
        return self._all(("ConversationItemAdded", told), ("ConversationItemDone", told))

    def _item_id(self) -> str:
        return f"item_{self.number('item'):04d}"

    def _spoken(self, *told: Message) -> list[Message]:
        return self._all(*told) if self.voice else []

    def _all(self, *told: Message) -> list[Message]:
        """Those of the messages that this vendor has, under its own names."""
        named = ((self.RENAMED.get(name, name), payload) for name, payload in told)
        return [(name, self._payload(name, payload)) for name, payload in named if name in self._events]

    def _payload(self, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {"type": TYPES[name], "event_id": f"event_{self.number('event'):04d}", **fields}


class BetaDialect(RealtimeDialect):
    """The Realtime API before it became general."""

    TRANSCRIPTS: ClassVar = (RealtimeDialect.TRANSCRIPTS[0], "input_audio_transcription in sessionUpdate")
    RENAMED: ClassVar = {
        "ConversationItemAdded": "ConversationItemCreated",
        "ResponseOutputAudioDone": "ResponseAudioDone",
        "ResponseOutputAudioTranscriptDelta": "ResponseAudioTranscriptDelta",
        "ResponseOutputAudioTranscriptDone": "ResponseAudioTranscriptDone",
        "ResponseOutputTextDelta": "ResponseTextDelta",
        "ResponseOutputTextDone": "ResponseTextDone",
    }


class GrokDialect(RealtimeDialect):
    """Grok has a conversation in place of a session, and transcribes always."""

    TRANSCRIBES: ClassVar = True


class InworldDialect(RealtimeDialect):
    """Inworld tells what becomes of the audio, too, and transcribes always."""

    TRANSCRIBES: ClassVar = True


class YandexDialect(RealtimeDialect):
    """Yandex says `created` of items, and transcribes always. Its rate limits share a value with another event."""

    TRANSCRIBES: ClassVar = True
    RENAMED: ClassVar = {"ConversationItemAdded": "ConversationItemCreated", "RateLimitsUpdated": ""}


def _merged(known: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A copy in which what is given is changed, also inside of objects; the rest stays."""
    merged = deepcopy(dict(known))
    for key, value in change.items():
        inner = merged.get(key)
        merged[key] = _merged(inner if isinstance(inner, dict) else {}, value) if isinstance(value, Mapping) else value
    return merged


def _transcribes(session: Mapping[str, Any]) -> bool:
    """Whether a session asks for transcripts of the caller."""
    audio = (session.get("audio") or {}).get("input") or {}
    asked = audio.get("transcription") or session.get("input_audio_transcription")
    return bool(asked) or session["type"] == "transcription"
