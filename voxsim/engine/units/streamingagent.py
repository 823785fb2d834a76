"""StreamingAgent: publishes what is sent to it to an RTMP server, such as a video platform's.

Every unit that sends its media to it makes a track; one track is published at a time, the newest unless the scenario
chooses. Who receives the stream is a port; in tests and runs it is a scripted server. Calls here have no video.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

import attrs

from voxsim.engine.command import command
from voxsim.engine.media import MediaUnit, SendMedia, Sound
from voxsim.engine.states import moved
from voxsim.vocabulary.declare import Event, EventNames, event, payload, signature, unit
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.session import Session


class StreamTaker(Protocol):
    """The RTMP server, as a streaming agent sees it."""

    def published(self, sound: Sound | None) -> None:
        """Sound of the active track begins, or (None) what was published is cut."""

    def ended(self, reason: str) -> None:
        """The agent closed the connection."""


class Streaming(Protocol):
    """Who takes streams."""

    def connect(self, url: str, stream_name: str, agent: StreamingAgent) -> StreamTaker | str:
        """The server at a URL, or why there is no connection."""


@payload
class StreamingAgentEvent(Event):
    """What every event of a streaming agent carries."""

    streaming_agent: StreamingAgent


@payload
class StreamingAgentReasonEvent(StreamingAgentEvent):
    """The connection's state changed, and why."""

    reason: str


@payload
class StreamEvent(StreamingAgentReasonEvent):
    """The stream's state changed."""

    stream_name: str


@payload
class TrackCreatedEvent(StreamingAgentEvent):
    """A unit sends its media: there is a track."""

    track_id: int


@payload
class TrackSwitchedEvent(StreamingAgentReasonEvent):
    """Another track is published; `reason` is `New stream` or `Set stream`."""

    track_id: int


class StreamingAgentEvents(EventNames):
    """Events of a streaming agent."""

    Connected = event("StreamingAgent.Connected", StreamingAgentReasonEvent)
    ConnectionFailed = event("StreamingAgent.ConnectionFailed", StreamingAgentReasonEvent)
    Error = event("StreamingAgent.Error", StreamingAgentReasonEvent)
    Disconnected = event("StreamingAgent.Disconnected", StreamingAgentReasonEvent)
    StreamStarted = event("StreamingAgent.Stream.Started", StreamEvent)
    StreamStopped = event("StreamingAgent.Stream.Stopped", StreamEvent)
    StreamError = event("StreamingAgent.Stream.Error", StreamEvent)
    AudioStreamCreated = event("StreamingAgent.Stream.AudioStarted", TrackCreatedEvent)
    VideoStreamCreated = event("StreamingAgent.Stream.VideoStarted", TrackCreatedEvent)
    AudioSwitched = event("StreamingAgent.Stream.AudioSwitched", TrackSwitchedEvent)
    VideoSwitched = event("StreamingAgent.Stream.VideoSwitched", TrackSwitchedEvent)


class StreamingState(Enum):
    """Where a streaming agent is in its life."""

    CONNECTING = "connecting"
    STREAMING = "streaming"
    OVER = "over"


MOVES: Final[dict[StreamingState, frozenset[StreamingState]]] = {
    StreamingState.CONNECTING: frozenset({StreamingState.STREAMING, StreamingState.OVER}),
    StreamingState.STREAMING: frozenset({StreamingState.OVER}),
    StreamingState.OVER: frozenset(),
}
"""Which state may follow which."""

NO_TRACK: Final = -1
_NEW, _SET = "New stream", "Set stream"
_STOPPED: Final = "Stopped"


@attrs.frozen(kw_only=True)
class Stream:
    """Where to, and under which name."""

    url: str
    backup_url: str = ""
    name: str = ""


@unit("StreamingAgent", events=StreamingAgentEvents, module="StreamingAgent")
class StreamingAgent(MediaUnit):
    """Publishes one of the streams that it is sent."""

    __slots__ = ("_active", "_numbers", "_stream", "_taker", "_tracks", "state")

    EVENTS: ClassVar = StreamingAgentEvents
    NAME: ClassVar = "StreamingAgent"
    MIXES: ClassVar = True

    def __init__(self, session: Session, stream: Stream) -> None:
        super().__init__(session, session.switch.ids.unit())
        self.state = StreamingState.CONNECTING
        self._stream = stream
        self._taker: StreamTaker | None = None
        self._tracks: dict[int, MediaUnit] = {}
        self._numbers = 0
        self._active = NO_TRACK
        session.keep(self._id, self)
        session.switch.after_ms(session.switch.timing.stream_connect, self._connect, stream.url)

    @signature("id()")
    def id(self) -> str:
        """The agent's id."""
        return self._id

    @signature("activeAudioTrack()")
    def active_audio_track(self) -> int:
        """The number of the audio track that is published, -1 for none."""
        return self._active

    @signature("activeVideoTrack()")
    def active_video_track(self) -> int:
        """The number of the video track that is published: -1, as calls have no video here."""
        return NO_TRACK

    @signature("audioTracks()")
    def audio_tracks(self) -> list[dict[str, Any]]:
        """All audio tracks, as `{"kind": "audio", "trackId": …}`."""
        return [{"kind": "audio", "trackId": str(number)} for number in self._tracks]

    @signature("videoTracks()")
    def video_tracks(self) -> list[dict[str, Any]]:
        """All video tracks: none, as calls have no video here."""
        return []

    @command("setActiveTrack(tracks)")
    def set_active_track(self, tracks: Mapping[str, int]) -> None:
        """Publish another track: `{"audioTrack": …}`. AudioSwitched follows.

        Raises:
            BadArgument: there is no such track.
        """
        given = tracks if isinstance(tracks, Mapping) else {}
        wanted = given.get("audioTrack", given.get("audio_track"))
        if isinstance(wanted, bool) or not isinstance(wanted, int | str):
            raise BadArgument(f"setActiveTrack needs `audioTrack`, a number; calls have no video here; got {tracks!r}.")
        if str(wanted) not in map(str, self._tracks):
            raise BadArgument(f"setActiveTrack: there is no audio track {wanted!r}; there are {list(self._tracks)}.")
        self._switch_to(int(wanted), _SET)

    @command("stop()")
    def stop(self) -> None:
        """End the stream: StreamStopped and Disconnected follow."""
        self.cut()

    def cut(self) -> None:
        """The scenario stops it, or the session is over."""
        if self.state is StreamingState.OVER:
            return
        streaming = self.state is StreamingState.STREAMING
        taker = self._end()
        if taker is not None:
            taker.ended(_STOPPED)
        if streaming:
            self.emit(StreamingAgentEvents.StreamStopped(self, _STOPPED, self._stream.name))
            self.emit(StreamingAgentEvents.Disconnected(self, _STOPPED))

    # --- the server's side ---

    def lost(self, reason: str) -> None:
        """The server dropped the connection."""
        if self.state is StreamingState.STREAMING:
            self._end()
            self.emit(StreamingAgentEvents.StreamError(self, reason, self._stream.name))
            self.emit(StreamingAgentEvents.Disconnected(self, reason))

    def refused(self, reason: str) -> None:
        """The server did not like something, and goes on."""
        if self.state is StreamingState.STREAMING:
            self.emit(StreamingAgentEvents.Error(self, reason))

    # --- media ---

    def hear(self, sound: Sound, origin: MediaUnit) -> None:
        """What the active track's unit sounds is published."""
        if self._taker is not None and self._tracks.get(self._active) is origin:
            self._taker.published(sound)

    def hear_nothing(self, origin: MediaUnit) -> None:
        """What was published is cut."""
        if self._taker is not None and self._tracks.get(self._active) is origin:
            self._taker.published(None)

    def _stream_begins(self, source: MediaUnit, how: SendMedia) -> None:
        number, self._numbers = self._numbers, self._numbers + 1
        self._tracks[number] = source
        self.emit(StreamingAgentEvents.AudioStreamCreated(self, number))
        self._switch_to(number, _NEW)

    def _stream_ends(self, source: MediaUnit, how: SendMedia) -> None:
        self.hear_nothing(source)
        self._tracks = {number: unit for number, unit in self._tracks.items() if unit is not source}
        if self._active not in self._tracks:
            self._active = NO_TRACK
            if self._tracks and self.state is not StreamingState.OVER:
                self._switch_to(max(self._tracks), _NEW)

    def _switch_to(self, number: int, reason: str) -> None:
        if number == self._active:
            return
        if self._taker is not None:
            self._taker.published(None)
        self._active = number
        self.emit(StreamingAgentEvents.AudioSwitched(self, reason, number))
        source = self._tracks[number]
        if (sound := source._sounding_to(self)) is not None:
            self.hear(sound, source)

    # --- inside ---

    def _connect(self, url: str) -> None:
        if self.state is not StreamingState.CONNECTING:
            return
        found = self.session.switch.streaming.connect(url, self._stream.name, self)
        if not isinstance(found, str):
            self.state = moved(MOVES, self.state, StreamingState.STREAMING, "A streaming agent")
            self._taker = found
            self.emit(StreamingAgentEvents.Connected(self, url))
            self.emit(StreamingAgentEvents.StreamStarted(self, url, self._stream.name))
            source = self._tracks.get(self._active)
            if source is not None and (sound := source._sounding_to(self)) is not None:
                self.hear(sound, source)
        elif self._stream.backup_url and url != self._stream.backup_url:
            self.session.switch.after_ms(
                self.session.switch.timing.stream_connect, self._connect, self._stream.backup_url
            )
        else:
            self._end()
            self.emit(StreamingAgentEvents.ConnectionFailed(self, found))

    def _end(self) -> StreamTaker | None:
        self.state = moved(MOVES, self.state, StreamingState.OVER, "A streaming agent")
        taker, self._taker = self._taker, None
        self.unroute_all()
        self.session.drop(self._id)
        return taker

    def _cannot_send(self) -> str | None:
        return "a streaming agent has no sound to send"

    def _cannot_receive(self) -> str | None:
        return f"streaming agent {self._id} is over" if self.state is StreamingState.OVER else None
