"""Realtime TTS players: they say texts as they are given, one behind the other, for as long as the scenario likes.

All vendors' players are one: a queue of texts that is played, and AudioChunksPlaybackFinished each time it runs dry.
A vendor adds the methods by which it is given texts, and where in their objects the text stands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from voxsim.engine.command import command
from voxsim.engine.media import Sound
from voxsim.engine.units.playback import PlaybackState, Segment
from voxsim.engine.units.player import BasePlayer, PlayerEvents
from voxsim.vocabulary.declare import unit
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.session import Session


class RealtimePlayer(BasePlayer):
    """A player that is given its texts while it plays. It never finishes by itself; `stop()` ends it."""

    __slots__ = ("_asked_at", "_left", "_queue", "_speaking", "_voice")

    EVENTS: ClassVar = PlayerEvents
    NAME: ClassVar = "RealtimeTTSPlayer"

    def __init__(self, session: Session, text: str = "", voice: str | None = None) -> None:
        super().__init__(session, ())
        self._queue: deque[Segment] = deque()
        self._speaking: Segment | None = None
        self._left = 0
        self._asked_at = 0
        self._voice = voice
        if text:
            self._add(text)

    # --- texts ---

    def _add(self, text: Any) -> None:
        """Say this text behind all that is still to be said."""
        if self.state in (PlaybackState.STOPPED, PlaybackState.FINISHED):
            self.session.warn(f"{self.NAME} {self._id} has been stopped; the text is dropped.", self._id)
            return
        if not str(text).strip():
            return
        self._queue.append(Segment("speech", str(text), None, self._voice))
        if self._speaking is None:
            self._asked_at = self.session.switch.now
        if self.state is PlaybackState.READY and not self._on_pause:
            self._play()
        elif self.state is PlaybackState.PLAYING and self._speaking is None:
            self._begin()

    def _clear(self) -> None:
        """Throw away what is being said and what is still to be said."""
        self._queue.clear()
        if self._speaking is not None:
            self._fall_silent()
            for sink in self.sinks:
                sink.hear_nothing(self)

    # --- playing ---

    def _ready(self) -> None:
        self._move(PlaybackState.READY)
        self._tell("ready")
        if self._queue and not self._on_pause:
            self._play()

    def _play(self) -> None:
        first = self.state is PlaybackState.READY
        self._move(PlaybackState.PLAYING)
        if first:
            self._tell("started")
        if self._speaking is not None:
            self._sounds_on(self._speaking, self._left)
        else:
            self._begin()

    def _begin(self) -> None:
        """The vendor makes sound of the next text; its first byte takes a while."""
        if self._queue:
            self._speaking = self._queue.popleft()
            self._left = int(self.session.switch.sounds.speech(self._speaking.content) * 1_000_000)
            self._later(int(self.session.switch.timing.tts_first_byte * 1000), self._voiced)

    def _voiced(self) -> None:
        if self._speaking is not None:
            self._sounds_on(self._speaking, self._left)

    def _sounds_on(self, segment: Segment, left: int) -> None:
        switch = self.session.switch
        length = int(switch.sounds.speech(segment.content) * 1_000_000)
        self._since = switch.now
        skipped = length - left
        self._sound = Sound("speech", segment.content, switch.now, left, self._id, segment.voice, skipped)
        self.play_out(self._sound)
        self._later(left, self._spoken)

    def _spoken(self) -> None:
        switch = self.session.switch
        self._fall_silent()
        if self._queue:
            # What is asked for while another text is played is there in time.
            self._speaking = self._queue.popleft()
            self._left = int(switch.sounds.speech(self._speaking.content) * 1_000_000)
            self._sounds_on(self._speaking, self._left)
        else:
            self.emit(PlayerEvents.AudioChunksPlaybackFinished(self, int(switch.timing.tts_first_byte)))

    def _fall_silent(self) -> None:
        self._speaking = self._sound = None
        self._left = 0
        self._drop_timers()

    def _pause(self) -> None:
        if self.state is not PlaybackState.PLAYING:
            self._on_pause = True
            return
        if self._sound is not None:
            self._left -= self.session.switch.now - self._since
            self._sound = None
            for sink in self.sinks:
                sink.hear_nothing(self)
        self._move(PlaybackState.PAUSED)
        self._drop_timers()

    def _resume(self) -> None:
        self._on_pause = False
        if self.state is PlaybackState.PAUSED or (self.state is PlaybackState.READY and self._queue):
            self._play()

    def _tell(self, moment: str, detail: Any = None) -> None:
        match moment:
            case "created":
                self.emit(PlayerEvents.Created(self))
            case "ready":
                self.emit(PlayerEvents.PlaybackReady(self))
            case "started":
                self.emit(PlayerEvents.Started(self, duration=0))
            case "stopped":
                self.emit(PlayerEvents.Stopped(self))

    @command("clearBuffer()")
    def clear_buffer(self) -> None:
        """Throw away what is being said and what is still to be said; later texts are said as before."""
        self._clear()


def text_in(given: Any, *path: str) -> str:
    """The text that stands in an object the vendor documents.

    Raises:
        BadArgument: there is none.
    """
    found = given
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    if not isinstance(found, str):
        raise BadArgument(f"The text is expected in {'.'.join(path)!r} of the object, got {given!r}.")
    return found


@unit("Cartesia.RealtimeTTSPlayer", events=PlayerEvents, module="Cartesia")
class CartesiaPlayer(RealtimePlayer):
    """Cartesia's player."""

    __slots__ = ()
    NAME: ClassVar = "Cartesia.RealtimeTTSPlayer"

    @command("generationRequest(parameters)")
    def generation_request(self, parameters: Mapping[str, Any]) -> None:
        """Say the `transcript` of a generation request."""
        self._add(text_in(parameters, "transcript"))

    @command("cancelContextRequest(parameters)")
    def cancel_context_request(self, parameters: Mapping[str, Any]) -> None:
        """Cancel a context: what is still to be said is dropped, what is being said is said."""
        self._queue.clear()


@unit("ElevenLabs.RealtimeTTSPlayer", events=PlayerEvents, module="ElevenLabs")
class ElevenLabsPlayer(RealtimePlayer):
    """ElevenLabs' player. Texts are put together until the end of a turn is told, as the vendor does."""

    __slots__ = ("_turn",)
    NAME: ClassVar = "ElevenLabs.RealtimeTTSPlayer"

    def __init__(self, session: Session, text: str = "", voice: str | None = None) -> None:
        super().__init__(session, text, voice)
        self._turn = ""

    @command("append(text, endOfTurn?)")
    def append(self, text: str, end_of_turn: bool = False) -> None:
        """Say a text; pieces of it are put together until `end_of_turn`."""
        self._turn += str(text)
        if end_of_turn:
            self._flush()

    @command("sendText(parameters)")
    def send_text(self, parameters: Mapping[str, Any]) -> None:
        """Say the `text` of a message as the vendor documents it; `flush`, or an empty text, ends the turn."""
        text = text_in(parameters, "text")
        self._turn += text
        if parameters.get("flush") or not text:
            self._flush()

    def _flush(self) -> None:
        turn, self._turn = self._turn, ""
        self._add(turn)

    def _clear(self) -> None:
        self._turn = ""
        super()._clear()


@unit("Google.RealtimeTTSPlayer", events=PlayerEvents, module="Google")
class GooglePlayer(RealtimePlayer):
    """Google's player."""

    __slots__ = ()
    NAME: ClassVar = "Google.RealtimeTTSPlayer"

    @command("send(parameters)")
    def send(self, parameters: Mapping[str, Any]) -> None:
        """Say the `text` of a synthesis input, by itself or inside `input`."""
        given = parameters.get("input", parameters) if isinstance(parameters, Mapping) else parameters
        self._add(text_in(given, "text"))


@unit("Inworld.RealtimeTTSPlayer", events=PlayerEvents, module="Inworld")
class InworldPlayer(RealtimePlayer):
    """Inworld's player."""

    __slots__ = ()
    NAME: ClassVar = "Inworld.RealtimeTTSPlayer"

    @command("send(parameters)")
    def send(self, parameters: Mapping[str, Any]) -> None:
        """Say the text of a `send_text` message; messages that only make or close a context say nothing."""
        if isinstance(parameters, Mapping) and "send_text" not in parameters and "text" not in parameters:
            return
        self._add(text_in(parameters.get("send_text", parameters), "text"))


@unit("VoxTTS.RealtimeTTSPlayer", events=PlayerEvents, module="VoxTTS")
class VoxTTSPlayer(RealtimePlayer):
    """The platform's own player."""

    __slots__ = ()
    NAME: ClassVar = "VoxTTS.RealtimeTTSPlayer"

    @command("send(parameters)")
    def send(self, parameters: Mapping[str, Any]) -> None:
        """Say the text of a `send_text` message."""
        self._add(text_in(parameters, "send_text", "text"))


@unit("XAI.RealtimeTTSPlayer", events=PlayerEvents, module="XAI")
class XAIPlayer(RealtimePlayer):
    """xAI's player. Pieces of text are put together until the text is told to be done, as the vendor does."""

    __slots__ = ("_turn",)
    NAME: ClassVar = "XAI.RealtimeTTSPlayer"

    def __init__(self, session: Session, text: str = "", voice: str | None = None) -> None:
        super().__init__(session, text, voice)
        self._turn = ""

    @command("send(parameters)")
    def send(self, parameters: Mapping[str, Any]) -> None:
        """Say a text: `{"type": "text.delta", "delta": …}` adds to it, `{"type": "text.done"}` ends it; or `text`."""
        if not isinstance(parameters, Mapping):
            raise BadArgument(f"send takes an object as the service documents it, got {parameters!r}.")
        match parameters.get("type"):
            case "text.delta":
                self._turn += text_in(parameters, "delta")
            case "text.done":
                turn, self._turn = self._turn, ""
                self._add(turn)
            case _:
                self._add(text_in(parameters, "text"))

    def _clear(self) -> None:
        self._turn = ""
        super()._clear()
