"""VoiceConnector: a client of a service that speaks. Its voice is buffered: what comes early is played in its turn.

The service sends faster than it speaks, so that a whole reply is in the buffer before it has been heard; that is why a
scenario clears the buffer when a caller interrupts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import new_class
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from voxsim.engine.command import Options, command
from voxsim.engine.connectors.base import OPEN, Connector, OnClose
from voxsim.engine.media import Sound
from voxsim.vocabulary.declare import Event, EventNames, event, payload
from voxsim.vocabulary.enums import WebSocketAudioEncoding

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer

ENCODING: Final = str(WebSocketAudioEncoding.PCM16)
"""What the service's voice is sent in."""


@payload
class ConnectorMediaStarted(Event):
    """The service begins to speak."""

    client: Connector
    tag: str | None = None
    encoding: str | None = None
    custom_parameters: dict[str, str] | None = None


@payload
class ConnectorMediaEnded(Event):
    """The service has been silent for a while; `media_info` has the `duration` in seconds."""

    client: Connector
    tag: str | None = None
    media_info: dict[str, int] | None = None


def media_events(vendor: str) -> Any:
    """The enumeration `<vendor>.Events`: the two media events of its clients."""
    documented = f"{vendor}.Events"
    members = {
        "WebSocketMediaStarted": event(f"{documented}.WebSocketMediaStarted", ConnectorMediaStarted),
        "WebSocketMediaEnded": event(f"{documented}.WebSocketMediaEnded", ConnectorMediaEnded),
    }
    body = {"__doc__": f"Media events of {vendor}'s clients.", "__module__": __name__, **members}
    return new_class("Events", (EventNames,), {"documented": documented}, lambda namespace: namespace.update(body))


class VoiceConnector(Connector):
    """A client of a service that hears and speaks. Its MORE_EVENTS are its vendor's media events."""

    __slots__ = ("_clock", "_duration", "_queue", "_sound", "_streaming")

    def __init__(self, session: Session, parameters: Mapping[str, Any], on_close: OnClose = None) -> None:
        super().__init__(session, parameters, on_close)
        self._queue: list[Sound] = []
        self._sound: Sound | None = None
        self._streaming = False
        self._duration = 0
        self._clock: Timer | None = None

    MORE_EVENTS: ClassVar[tuple[type[EventNames], ...]]

    @command("clearMediaBuffer({parameters}?)")
    def clear_media_buffer(self, parameters: Options = None, *, tag: str | None = None) -> None:
        """Throw away what is still to be played of the service's voice; it has one stream, without a tag."""
        if tag is not None:
            self.session.warn(f"clearMediaBuffer: {self!r} has no stream with the tag {tag!r}.", self._id)
            return
        if self._sound is not None:
            played = self.session.switch.now - self._sound.started
            self._duration += played - (self._sound.length or 0)
        self._queue.clear()
        self._fall_silent()
        for sink in self.sinks:
            sink.hear_nothing(self)
        if self._far is not None:
            self._far.cleared()

    def says(self, sound: Sound) -> None:
        """The service speaks: behind what is in the buffer."""
        if self.state is OPEN:
            self._queue.append(sound)
            if self._sound is None:
                self._next()

    def _next(self) -> None:
        if not self._queue:
            self._fall_silent()
            return
        switch = self.session.switch
        self._stop_clock()
        if not self._streaming:
            self._streaming = True
            started = self.MORE_EVENTS[0].WebSocketMediaStarted
            self.emit(started(self, encoding=ENCODING, custom_parameters={}))
        self._sound = sound = attrs.evolve(self._queue.pop(0), started=switch.now, source=self._id)
        self._duration += sound.length or 0
        self.play_out(sound)
        self._clock = switch.at(switch.now + (sound.length or 0), self._next)

    def _fall_silent(self) -> None:
        """Nothing is left to be played: the stream's end is told after a while, unless more comes."""
        self._sound = None
        self._stop_clock()
        if self._streaming:
            seconds = self.session.switch.limits.websocket_silence_seconds
            self._clock = self.session.switch.after(seconds, self._tell_end)

    def _tell_end(self) -> None:
        self._streaming, self._clock = False, None
        ended = self.MORE_EVENTS[0].WebSocketMediaEnded
        self.emit(ended(self, media_info={"duration": round(self._duration / 1e6)}))

    def _cannot_send(self) -> str | None:
        return self._cannot_receive()

    def _sounding(self) -> Sound | None:
        return self._sound

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _close(self, code: int, reason: str, *, clean: bool) -> None:
        self._queue.clear()
        self._stop_clock()
        if self._streaming:
            self._tell_end()
        self._sound = None
        for sink in self.sinks:
            sink.hear_nothing(self)
        super()._close(code, reason, clean=clean)
