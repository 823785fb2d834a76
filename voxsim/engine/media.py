"""Media units and the routes between them: who sends sound to whom.

A unit may send to many. A call receives one stream: a new one replaces the old; a mixing unit takes them all. Sound is
not made of samples here, but of whole utterances with a beginning and a length; what reaches a far end is recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from voxsim.engine.command import Options, command
from voxsim.engine.emitter import Emitter
from voxsim.engine.live import Live
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.frames import Encoding
    from voxsim.engine.session import Session


@attrs.frozen
class Sound:
    """Something that can be heard, from the instant it begins.

    Attributes:
        kind: `speech`, `audio`, `tone` or `digits`.
        content: the text said, the URL played, the ToneScript or the digits.
        started: when it began, in microseconds since the run's epoch.
        length: how long it lasts in microseconds, or None for one that repeats until it is stopped.
        source: the id of the unit it comes from.
        voice: who says it, where that was asked for.
        skipped: how much of it was over when it began, in microseconds: it was paused.
        confidence: how clearly it is said, from 0 to 1, where that was said; recognition is as sure of it.
        live: its audio as it comes, when a real microphone hears it: then it has no length, and lasts until it is cut.
    """

    kind: str
    content: str
    started: int
    length: int | None
    source: str
    voice: str | None = None
    skipped: int = 0
    confidence: float | None = None
    live: Live | None = attrs.field(default=None, eq=False, repr=False)

    def facts(self) -> dict[str, Any]:
        """Its facts for the timeline."""
        milliseconds = None if self.length is None else self.length // 1000
        return {"kind": self.kind, "content": self.content, "ms": milliseconds, "from": self.source}


def told(sound: Sound) -> Sound:
    """The sound as the timeline remembers it: without its audio."""
    return sound if sound.live is None else attrs.evolve(sound, live=None)


@attrs.frozen
class SendMedia:
    """How a stream is sent to a WebSocket: its tag, its encoding, and parameters for the peer."""

    tag: str | None = None
    encoding: str | None = None
    custom_parameters: Any = None


LEFT: Final = 0
"""The side, in a stereo record, of what the platform sends to the subscriber; one channel is only this one."""
RIGHT: Final = 1
"""The side of what comes from the subscriber."""

AS_IT_IS: Final = SendMedia()
"""A stream without tag, encoding or parameters."""


class MediaUnit(Emitter):
    """Something with sound in it: a call, a player, a socket, a conference."""

    __slots__ = ("_sinks", "_sources")

    MIXES: ClassVar[bool] = False
    """Whether it takes many streams at once; else a new one replaces the old."""

    def __init__(self, session: Session, identity: str) -> None:
        super().__init__(session, identity)
        self._sinks: dict[MediaUnit, SendMedia] | None = None
        self._sources: list[MediaUnit] | None = None

    @command("sendMediaTo(mediaUnit, {parameters}?)")
    def send_media_to(
        self,
        media_unit: MediaUnit,
        parameters: Options = None,
        *,
        tag: str | None = None,
        encoding: str | None = None,
        custom_parameters: Mapping[str, Any] | None = None,
    ) -> None:
        """Send this unit's sound to another unit.

        Args:
            media_unit: who is to receive it.
            parameters: options under their documented names, in place of the keywords.
            tag: names the stream on a WebSocket that carries several.
            encoding: a `WebSocketAudioEncoding`; matters only when the receiver is a WebSocket.
            custom_parameters: given to the peer of a WebSocket with the stream's start.
        """
        try:
            json.dumps(custom_parameters)
        except (TypeError, ValueError):
            raise BadArgument("sendMediaTo: customParameters can only hold what JSON can.") from None
        self.route_to(media_unit, SendMedia(tag, encoding, custom_parameters))

    @command("stopMediaTo(mediaUnit, {parameters}?)", ignored="customParameters encoding")
    def stop_media_to(self, media_unit: MediaUnit, parameters: Options = None, *, tag: str | None = None) -> None:
        """Stop sending this unit's sound to another unit; other streams stay."""
        if not isinstance(media_unit, MediaUnit):
            raise BadArgument(f"stopMediaTo takes a call, player, socket or other media unit, got {_told(media_unit)}.")
        self.unroute(media_unit)

    # --- routes ---

    def route_to(self, sink: MediaUnit, how: SendMedia | None = None) -> bool:
        """Make a route; False, with a warning, when either end cannot have one now."""
        if not isinstance(sink, MediaUnit):
            raise BadArgument(f"Media goes to a call, player, socket or other media unit, got {_told(sink)}.")
        if sink.session is not self.session:
            raise BadArgument(f"{sink!r} belongs to another session.")
        if (trouble := self._cannot_send() or sink._cannot_receive()) is not None:
            self.session.warn(f"sendMediaTo: {trouble}; no media flows.", self._id)
            return False
        if self._sinks is not None and sink in self._sinks:
            return True
        if not sink.MIXES:
            for source in tuple(sink._sources or ()):
                source._replaced_at(sink)
        how = how or AS_IT_IS
        if self._sinks is None:
            self._sinks = {sink: how}
        else:
            self._sinks[sink] = how
        if sink._sources is None:
            sink._sources = [self]
        else:
            sink._sources.append(self)
        self.session.note("media", "routed", self._id, {"to": sink._id})
        sink._stream_begins(self, how)
        for sound in self._sounds_for(sink):
            sink.hear(sound, self)
        return True

    def unroute(self, sink: MediaUnit) -> None:
        """Cut the route to a unit, if there is one."""
        if self._sinks is None or sink not in self._sinks:
            return
        how = self._sinks.pop(sink)
        if sink._sources is not None:
            sink._sources.remove(self)
        self.session.note("media", "cut", self._id, {"to": sink._id})
        sink._stream_ends(self, how)

    def unroute_all(self) -> None:
        """Cut every route from and to this unit: it is gone."""
        if self._sinks:
            for sink in tuple(self._sinks):
                self.unroute(sink)
        if self._sources:
            for source in tuple(self._sources):
                source.unroute(self)

    def play_out(self, sound: Sound) -> None:
        """This unit begins to sound: all that it sends to hear it."""
        if self._sinks:
            for sink in tuple(self._sinks):
                sink.hear(sound, self)

    @property
    def sinks(self) -> tuple[MediaUnit, ...]:
        """The units that this one sends to."""
        return tuple(self._sinks or ())

    @property
    def sources(self) -> tuple[MediaUnit, ...]:
        """The units that send to this one."""
        return tuple(self._sources or ())

    # --- what kinds of unit do differently ---

    def hear(self, sound: Sound, origin: MediaUnit) -> None:
        """A sound arrives from a unit that sends to this one."""

    def hear_flow(self, origin: MediaUnit) -> None:
        """From a unit that sends to this one something comes all the time from now on, if only silence."""

    def hear_more(
        self, sound: Sound, origin: MediaUnit, until: int, chunk: tuple[Encoding, bytes] | None = None
    ) -> None:
        """A sound that comes piece by piece goes on until then; `chunk` is the audio that plays last of it."""

    def hear_less(self, sound: Sound, origin: MediaUnit) -> None:
        """One of the sounds that arrive from a unit is cut or paused; others may go on."""

    def hear_nothing(self, origin: MediaUnit) -> None:
        """What arrived from a unit is cut or paused."""

    def _sounding(self) -> Sound | None:
        """What this unit is sounding just now."""
        return None

    def _sounding_to(self, sink: MediaUnit) -> Sound | None:
        """What of it a unit hears that this one sends to."""
        return self._sounding()

    def _sounds_for(self, sink: MediaUnit) -> tuple[Sound, ...]:
        """All that a unit hears of it just now; a mix may have several sounds in it."""
        sound = self._sounding_to(sink)
        return () if sound is None else (sound,)

    def _sounds_until(self, sound: Sound) -> int | None:
        """When a sound of this unit is over, as far as is known: None for one that repeats."""
        return None if sound.length is None else sound.started + sound.length - sound.skipped

    def _flows(self) -> bool:
        """Whether silence comes from it, too, when nothing sounds."""
        return False

    def _samples(self, sound: Sound, encoding: Encoding, position: int, milliseconds: float) -> bytes:
        """A piece of a sound of this unit, as `Voices.samples`."""
        if sound.live is not None:
            return sound.live.samples(encoding, position, milliseconds)
        return self.session.switch.voices.samples(sound, encoding, position, milliseconds)

    def _samples_to(
        self, sink: MediaUnit, sound: Sound, encoding: Encoding, position: int, milliseconds: float
    ) -> bytes:
        """A piece of what a unit hears from this one, where that is not the same for all."""
        return self._samples(sound, encoding, position, milliseconds)

    def _takes_samples(self) -> bool:
        """Whether what it hears goes on to somebody who really hears it."""
        return False

    def _cannot_send(self) -> str | None:
        """Why nothing can be sent from here now, or None."""
        return None

    def _cannot_receive(self) -> str | None:
        """Why nothing can be received here now, or None."""
        return None

    def _replaced_at(self, sink: MediaUnit) -> None:
        """Another stream takes this one's place at a unit that receives only one."""
        self.unroute(sink)

    def _stream_begins(self, source: MediaUnit, how: SendMedia) -> None:
        """A route to this unit was made."""

    def _stream_ends(self, source: MediaUnit, how: SendMedia) -> None:
        """A route to this unit was cut."""


def _told(given: object) -> str:
    """What was given, in words that are right in every language of scenarios."""
    return "nothing" if given is None else repr(given)
