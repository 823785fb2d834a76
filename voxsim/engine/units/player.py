"""Player and SequencePlayer: playbacks that a scenario makes, sends and stops as objects of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from voxsim.engine.command import command
from voxsim.engine.units.playback import Playback, Segment
from voxsim.vocabulary.declare import Event, EventNames, event, payload, signature, unit
from voxsim.vocabulary.errors import BadArgument, LimitExceeded

if TYPE_CHECKING:
    from voxsim.engine.session import Session


@payload
class PlayerEvent(Event):
    """What every event of a player carries."""

    player: Player


@payload
class PlayerStartedEvent(PlayerEvent):
    """Playback began; `duration` in milliseconds."""

    duration: int


@payload
class PlayerFinishedEvent(PlayerEvent):
    """Playback ended by itself, or by an error."""

    error: str | None = None


@payload
class PlayerErrorEvent(PlayerEvent):
    """Playback failed."""

    error: str


@payload
class PlayerMarkerEvent(PlayerEvent):
    """A marker was reached; `offset` in milliseconds, as it was set."""

    offset: int


@payload
class AudioChunksFinishedEvent(PlayerEvent):
    """A realtime player has played its audio chunks; `time_to_first_byte` in milliseconds."""

    time_to_first_byte: int


class PlayerEvents(EventNames):
    """Events of a Player."""

    Created = event("Player.Created", PlayerEvent)
    PlaybackReady = event("Player.PlaybackReady", PlayerEvent)
    Started = event("Player.Started", PlayerStartedEvent)
    Stopped = event("Player.Stopped", PlayerEvent)
    PlaybackFinished = event("Player.PlaybackFinished", PlayerFinishedEvent)
    Error = event("Player.Error", PlayerErrorEvent)
    PlaybackMarkerReached = event("Player.PlaybackMarkerReached", PlayerMarkerEvent)
    PlaybackBuffering = event("Player.Buffering", PlayerEvent)
    AudioChunksPlaybackFinished = event("Player.AudioChunksPlaybackFinished", AudioChunksFinishedEvent)


@payload
class SequencePlayerEvent(Event):
    """What every event of a sequence player carries."""

    sequence_player: SequencePlayer


@payload
class SequencePlayerFinishedEvent(SequencePlayerEvent):
    """The sequence ended by itself, or by an error."""

    error: str | None = None


@payload
class SequencePlayerErrorEvent(SequencePlayerEvent):
    """The sequence failed."""

    error: str


@payload
class SequencePlayerMarkerEvent(SequencePlayerEvent):
    """A marker was reached; `offset` in milliseconds, as it was set."""

    offset: int


class SequencePlayerEvents(EventNames):
    """Events of a SequencePlayer."""

    Created = event("SequencePlayer.Created", SequencePlayerEvent)
    PlaybackReady = event("SequencePlayer.PlaybackReady", SequencePlayerEvent)
    Started = event("SequencePlayer.Started", SequencePlayerEvent)
    Stopped = event("SequencePlayer.Stopped", SequencePlayerEvent)
    PlaybackFinished = event("SequencePlayer.PlaybackFinished", SequencePlayerFinishedEvent)
    Error = event("SequencePlayer.Error", SequencePlayerErrorEvent)
    PlaybackMarkerReached = event("SequencePlayer.PlaybackMarkerReached", SequencePlayerMarkerEvent)


@unit("BasePlayer")
class BasePlayer(Playback):
    """What Player and SequencePlayer share: `pause`, `resume`, `stop`."""

    __slots__ = ()

    def __init__(self, session: Session, segments: tuple[Segment, ...], **how: Any) -> None:
        limit = session.switch.limits.players
        live = sum(isinstance(player, BasePlayer) for player in (session.players or {}).values())
        if live >= limit:
            session.limit("players", limit)
            raise LimitExceeded(f"A session can have {limit} players at a time; stop some first.")
        super().__init__(session, segments, **how)

    @signature("id()")
    def id(self) -> str:
        """The player's id."""
        return self._id

    @command("pause()")
    def pause(self) -> None:
        """Pause the playback; `resume()` goes on from here."""
        if self._alive("pause"):
            self._pause()

    @command("resume()")
    def resume(self) -> None:
        """Go on after `pause()`, or begin when the player was made with `on_pause`."""
        if self._alive("resume"):
            self._resume()

    @command("stop()")
    def stop(self) -> None:
        """Stop the playback and destroy the player: Stopped fires, PlaybackFinished does not."""
        if self._alive("stop"):
            self.halt()

    def _alive(self, name: str) -> bool:
        if self.over:
            self.session.warn(f"{name}: {self.NAME} {self._id} is over already; ignored.", self._id)
        return not self.over


@unit("Player", events=PlayerEvents)
class Player(BasePlayer):
    """Plays one text, file or ToneScript."""

    __slots__ = ()

    EVENTS: ClassVar = PlayerEvents
    NAME: ClassVar = "Player"

    @command("addMarker(offset)")
    def add_marker(self, offset: float) -> None:
        """Fire PlaybackMarkerReached at an offset in milliseconds; a negative one counts from the end."""
        self._mark(offset)

    def _tell(self, moment: str, detail: Any = None) -> None:
        events = PlayerEvents
        match moment:
            case "created":
                self.emit(events.Created(self))
            case "ready":
                self.emit(events.PlaybackReady(self))
            case "started":
                self.emit(events.Started(self, duration=self.length // 1000))
            case "stopped":
                self.emit(events.Stopped(self))
            case "marker":
                self.emit(events.PlaybackMarkerReached(self, offset=detail))
            case "buffering":
                self.emit(events.PlaybackBuffering(self))
            case "finished" | "failed":
                if moment == "failed":
                    self.emit(events.Error(self, error=detail))
                finished = events.PlaybackFinished(self, error=detail)
                self.emit(finished)
                self._settle(finished)


@unit("SequencePlayer", events=SequencePlayerEvents)
class SequencePlayer(BasePlayer):
    """Plays several texts and files one after the other, without gaps."""

    __slots__ = ("_given",)

    EVENTS: ClassVar = SequencePlayerEvents
    NAME: ClassVar = "SequencePlayer"

    def __init__(self, session: Session, segments: tuple[Segment, ...], given: tuple[Any, ...]) -> None:
        super().__init__(session, segments)
        self._given = given

    @command("addMarker(offset, segment)")
    def add_marker(self, offset: float, segment: Any = None) -> None:
        """Fire PlaybackMarkerReached at an offset in milliseconds, inside one segment when one is named.

        Args:
            offset: milliseconds; a negative one counts from the end.
            segment: one of the segments that the player was made with, or its index.
        """
        index = segment
        if segment is not None and not isinstance(segment, int):
            if segment not in self._given:
                raise BadArgument("addMarker: the segment is not one of this player's segments.")
            index = self._given.index(segment)
        if index is not None and (isinstance(index, bool) or not 0 <= index < len(self._given)):
            raise BadArgument(f"addMarker: the player has the segments 0 to {len(self._given) - 1}, got {index!r}.")
        self._mark(offset, index)

    def _tell(self, moment: str, detail: Any = None) -> None:
        events = SequencePlayerEvents
        match moment:
            case "created":
                self.emit(events.Created(self))
            case "ready":
                self.emit(events.PlaybackReady(self))
            case "started":
                self.emit(events.Started(self))
            case "stopped":
                self.emit(events.Stopped(self))
            case "marker":
                self.emit(events.PlaybackMarkerReached(self, offset=detail))
            case "finished" | "failed":
                if moment == "failed":
                    self.emit(events.Error(self, error=detail))
                finished = events.PlaybackFinished(self, error=detail)
                self.emit(finished)
                self._settle(finished)
