"""Playback: what all players share. Segments of speech, files and tones, played once or in a loop.

Its states are in `MOVES`. Player and SequencePlayer show it to the scenario as objects; a call's `say` makes a hidden
one, whose events appear on the call. A playback runs in whole segments: nothing happens between its events.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Mapping
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import attrs

from voxsim.engine.future import Future
from voxsim.engine.media import MediaUnit, Sound
from voxsim.engine.switch import hold
from voxsim.vocabulary.declare import Event
from voxsim.vocabulary.errors import BadArgument, PlaybackStopped, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer


class PlaybackState(Enum):
    """Where a playback is in its life."""

    LOADING = "loading"
    READY = "ready"
    PLAYING = "playing"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"

    # Enum's own hash is computed in Python, and the table below is looked up often.
    __hash__ = object.__hash__


MOVES: Final[dict[PlaybackState, frozenset[PlaybackState]]] = {
    PlaybackState.LOADING: frozenset({PlaybackState.READY, PlaybackState.FINISHED, PlaybackState.STOPPED}),
    PlaybackState.READY: frozenset({PlaybackState.PLAYING, PlaybackState.STOPPED}),
    PlaybackState.PLAYING: frozenset({PlaybackState.PAUSED, PlaybackState.FINISHED, PlaybackState.STOPPED}),
    PlaybackState.PAUSED: frozenset({PlaybackState.PLAYING, PlaybackState.STOPPED}),
    PlaybackState.FINISHED: frozenset(),
    PlaybackState.STOPPED: frozenset(),
}
"""Which state may follow which. READY stays until `resume()` when the player was made with `on_pause`."""

_OVER = (PlaybackState.FINISHED, PlaybackState.STOPPED)


@attrs.frozen
class Segment:
    """One thing to play: `kind` is `speech`, `audio` or `tone`; `content` the text, URL or ToneScript."""

    kind: str
    content: str
    options: Mapping[str, Any] | None = None
    voice: str | None = None


def speech(text: Any, options: Mapping[str, Any] | None, voice: object = None) -> Segment:
    """A text to be said.

    Raises:
        BadArgument: the TTS options are no object.
    """
    if options is not None and not isinstance(options, Mapping):
        raise BadArgument(f"ttsOptions is an object such as {{'rate': 'slow'}}, got {options!r}.")
    return Segment("speech", str(text), options, None if voice is None else str(voice))


class Playback(MediaUnit):
    """Plays segments one after the other to whatever it is sent to."""

    __slots__ = (
        "_end",
        "_finished",
        "_lengths",
        "_loop",
        "_markers",
        "_on_pause",
        "_played",
        "_progressive",
        "_segments",
        "_since",
        "_sound",
        "_stalled",
        "_timers",
        "state",
    )

    def __init__(
        self,
        session: Session,
        segments: tuple[Segment, ...],
        *,
        loop: bool = False,
        progressive: bool = False,
        on_pause: bool = False,
    ) -> None:
        super().__init__(session, session.switch.ids.unit())
        self.state = PlaybackState.LOADING
        self._segments = segments
        self._loop = bool(loop)
        self._progressive = bool(progressive)
        self._on_pause = bool(on_pause)
        self._lengths: tuple[int, ...] = ()
        self._played = 0
        self._since = 0
        self._stalled = False
        self._sound: Sound | None = None
        self._markers: list[tuple[int, int]] | None = None
        self._timers: list[Timer] | None = None
        self._finished: Future[Any] | None = None
        self._end: Any = None
        session.players = session.players if session.players is not None else {}
        session.players[self._id] = self
        session.switch.post(self._load)

    async def finished(self) -> Any:
        """Wait until the playback has ended by itself and return its PlaybackFinished event.

        Raises:
            PlaybackStopped: it was stopped or replaced, or the call ended.
        """
        if self.state is PlaybackState.STOPPED:
            raise self._stopped_error()
        if self._end is not None:
            return self._end
        if self._finished is None:
            self._finished = Future(self.session.switch, f"the end of the playback {self._describe()!r}")
        return await self._finished

    def __await__(self) -> Generator[Any, Any, Any]:
        """As `finished()`."""
        return self.finished().__await__()

    # --- for the engine ---

    def halt(self) -> None:
        """Stop at once; `_tell("stopped")` says so where the platform does."""
        if self.state not in _OVER:
            self._leave(PlaybackState.STOPPED, "stopped")

    def fail_to_start(self, error: str) -> None:
        """It can never sound: its end with an error is reported at once."""
        if self.state is PlaybackState.LOADING:
            self._leave(PlaybackState.FINISHED, "failed", error)

    def cut(self) -> None:
        """The session is over: stop."""
        self.halt()

    @property
    def over(self) -> bool:
        """Whether it has ended, or was stopped."""
        return self.state in _OVER

    @property
    def length(self) -> int:
        """One pass, in microseconds."""
        return sum(self._lengths)

    def _describe(self) -> str:
        return self._segments[0].content[:60] if self._segments else "nothing"

    # --- loading ---

    def _load(self) -> None:
        if self.state is not PlaybackState.LOADING:
            return
        self._tell("created")
        delay, error = 0.0, None
        lengths = []
        for segment in self._segments:
            seconds, wait, trouble = self._measure(segment)
            lengths.append(int(seconds * 1_000_000))
            # Files are fetched side by side, each with its own time to come.
            delay = max(delay, wait)
            error = error or trouble
        self._lengths = tuple(lengths)
        if delay > self.session.switch.limits.audio_download_seconds:
            self.session.limit("audio_download_seconds", self.session.switch.limits.audio_download_seconds, self._id)
            delay, error = self.session.switch.limits.audio_download_seconds, "Timeout is reached"
        step = self._ready if error is None else lambda: self.fail_to_start(error)
        if delay:
            self._later(int(delay * 1_000_000), step)
        else:
            step()

    def _measure(self, segment: Segment) -> tuple[float, float, str | None]:
        """A segment's seconds, the seconds to fetch it, and why it cannot be played."""
        switch = self.session.switch
        limits = switch.limits
        if segment.kind == "speech":
            if len(segment.content) > limits.tts_characters:
                self.session.limit("tts_characters", limits.tts_characters, self._id)
                text = f"The text has {len(segment.content)} characters; {limits.tts_characters} are allowed"
                return 0, 0, text
            return switch.sounds.speech(segment.content, segment.options), 0, None
        if segment.kind == "tone":
            return switch.sounds.tone_script(segment.content), 0, None
        audio = switch.sounds.file(segment.content)
        if audio.size_bytes > limits.audio_file_bytes:
            self.session.limit("audio_file_bytes", limits.audio_file_bytes, self._id)
            return 0, 0, f"The file has {audio.size_bytes} bytes; {limits.audio_file_bytes} are allowed"
        known = switch.sounds.cached(segment.content, switch.now, limits.audio_cache_seconds)
        return audio.seconds, 0 if known else audio.download_seconds, audio.error

    def _ready(self) -> None:
        if self.state is not PlaybackState.LOADING:
            return
        self._move(PlaybackState.READY)
        for segment in self._segments:
            if segment.kind == "audio":
                switch = self.session.switch
                switch.sounds.keep(segment.content, switch.now, switch.limits.audio_cache_seconds)
        self._tell("ready")
        if not self._on_pause:
            self._play()

    # --- playing ---

    def _play(self) -> None:
        first = self._played == 0 and self.state is PlaybackState.READY
        self._move(PlaybackState.PLAYING)
        self._since = self.session.switch.now
        if first:
            self._tell("started")
        self.session.switch.post(self._sound_out)
        self._arm()

    def _sound_out(self) -> None:
        """Let the sinks hear what plays from here on."""
        if self.state is not PlaybackState.PLAYING:
            return
        start = 0
        played = self._played % self.length if self._loop and self.length else self._played
        for segment, length in zip(self._segments, self._lengths, strict=True):
            begin = start - played
            start += length
            if start <= played:
                continue
            if begin <= 0:
                self._sounds(segment, length, -begin)
            else:
                self._later(begin, self._sounds, segment, length)

    def _sounds(self, segment: Segment, length: int, skipped: int = 0) -> None:
        once = None if self._loop else length
        now = self.session.switch.now
        self._sound = Sound(segment.kind, segment.content, now, once, self._id, segment.voice, skipped)
        self.play_out(self._sound)

    def _arm(self) -> None:
        self._arm_markers()
        if self._loop:
            return
        stall = self._stall()
        if stall is not None and stall[0] >= self._played:
            self._later(stall[0] - self._played, self._run_dry, stall[1])
        else:
            self._later(self.length - self._played, self._finish)

    def _arm_markers(self, wait: int = 0) -> None:
        for marker in self._markers or ():
            if (left := self._until(marker[0])) is not None:
                self._later(left + wait, self._reach, marker)

    def _until(self, offset: int) -> int | None:
        """How long until an offset is played (microseconds), or None when it has been; in a loop it comes again."""
        left = offset - self._position()
        if self._loop and self.length:
            return left % self.length
        return left if left >= 0 else None

    def _reach(self, marker: tuple[int, int]) -> None:
        """A marker is reached; it is told once."""
        if self._markers and marker in self._markers:
            self._markers.remove(marker)
            self._tell("marker", marker[1])

    def _stall(self) -> tuple[int, int] | None:
        """Where a progressive playback runs dry, and for how long (microseconds)."""
        if not self._progressive or self._stalled or len(self._segments) != 1 or self._segments[0].kind != "audio":
            return None
        audio = self.session.switch.sounds.file(self._segments[0].content)
        if audio.stall_at is None:
            return None
        return int(audio.stall_at * 1_000_000), int(audio.stall_seconds * 1_000_000)

    def _run_dry(self, length: int) -> None:
        """Nothing more is there yet: the playback stands still, as if it had begun so much later."""
        self._stalled = True
        self._tell("buffering")
        self._drop_timers()
        self._arm_markers(length)
        self._since += length
        self._later(self.length - self._position(), self._finish)

    def _finish(self) -> None:
        if self.state is PlaybackState.PLAYING:
            self._leave(PlaybackState.FINISHED, "finished")

    def _pause(self) -> None:
        if self.state is PlaybackState.PLAYING:
            self._played = self._position()
            self._move(PlaybackState.PAUSED)
            self._drop_timers()
            self._sound = None
            for sink in self.sinks:
                sink.hear_nothing(self)
        elif self.state in (PlaybackState.LOADING, PlaybackState.READY):
            self._on_pause = True

    def _resume(self) -> None:
        if self.state is PlaybackState.LOADING:
            self._on_pause = False
        elif self.state in (PlaybackState.READY, PlaybackState.PAUSED):
            self._play()

    def _position(self) -> int:
        """How much has been played, in microseconds."""
        if self.state is not PlaybackState.PLAYING:
            return self._played
        return self._played + self.session.switch.now - self._since

    def _mark(self, milliseconds: float, segment: int | None = None) -> None:
        """Set a marker; a negative offset counts from the end (of the segment, when one is named)."""
        if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float) or not isfinite(milliseconds):
            raise BadArgument(f"A marker's offset is a number of milliseconds, got {milliseconds!r}.")
        lengths = self._lengths or tuple(int(self._measure(one)[0] * 1_000_000) for one in self._segments)
        start = sum(lengths[:segment]) if segment is not None else 0
        length = lengths[segment] if segment is not None else sum(lengths)
        offset = start + int(milliseconds * 1000) + (length if milliseconds < 0 else 0)
        if not 0 <= offset <= sum(lengths):
            self.session.warn(f"addMarker: the offset {milliseconds} ms is outside of the playback; ignored.", self._id)
            return
        left = None if self.state in _OVER else self._until(offset)
        if left is None:
            self.session.warn(f"addMarker: the offset {milliseconds} ms has been played already; ignored.", self._id)
            return
        self._markers = self._markers or []
        marker = (offset, int(milliseconds))
        self._markers.append(marker)
        if self.state is PlaybackState.PLAYING:
            self._later(left, self._reach, marker)

    # --- inside ---

    @abstractmethod
    def _tell(self, moment: str, detail: Any = None) -> None:
        """Fire the event of a moment: created, ready, started, marker, buffering, finished, failed, stopped."""

    def _settle(self, event: Any) -> None:
        """Give `finished()` its result, once the event has been delivered."""
        self._end = event
        if self._finished is not None:
            self.session.switch.post(self._finished.set, event)

    def _leave(self, state: PlaybackState, moment: str, detail: Any = None) -> None:
        """It is over: what it held is let go, its last event is fired, and whoever waits for another one is told."""
        self._move(state)
        self._drop_timers()
        self._sound = None
        self.unroute_all()
        if self.session.players is not None:
            self.session.players.pop(self._id, None)
        self._tell(moment, detail)
        if state is PlaybackState.STOPPED and self._finished is not None:
            self._finished.fail(self._stopped_error())
        if self._waiters:
            self.session.switch.post(self._give_up_waiting, self._stopped_error())

    def _stopped_error(self) -> VoxsimError:
        if self.state is PlaybackState.FINISHED:
            return PlaybackStopped(f"The playback {self._describe()!r} is over.")
        return PlaybackStopped(f"The playback {self._describe()!r} was stopped or replaced before its end.")

    def _late(self, names: list[str]) -> Event | VoxsimError | None:
        return self._stopped_error() if self.state in _OVER else None

    def _move(self, state: PlaybackState) -> None:
        if state not in MOVES[self.state]:
            raise VoxsimError(f"A playback cannot go from {self.state.value} to {state.value}.")
        self.state = state

    def _later(self, microseconds: int, step: Any, *args: Any) -> None:
        switch = self.session.switch
        timer = switch.at(switch.now + microseconds, step, *args)
        if self._timers is None:
            self._timers = [timer]
        else:
            hold(self._timers, timer)

    def _drop_timers(self) -> None:
        for timer in self._timers or ():
            timer.cancel()
        self._timers = None

    def _sounding(self) -> Sound | None:
        return self._sound if self.state is PlaybackState.PLAYING else None

    def _cannot_send(self) -> str | None:
        return f"the playback {self._describe()!r} is over" if self.state in _OVER else None

    def _cannot_receive(self) -> str | None:
        return "a player cannot receive media"
