"""Streams of a WebSocket: to the peer, frame by frame while something sounds, and from it, with a buffer.

A stream from the peer is counted, not listened to: its samples are kept only when they go on to another peer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from voxsim.engine.frames import Encoding, OutgoingStream
from voxsim.engine.hearing import Hearing
from voxsim.engine.media import MediaUnit, Sound
from voxsim.engine.samples import decode, encode, resampled, silence

if TYPE_CHECKING:
    from voxsim.engine.switch import Timer
    from voxsim.engine.units.websocket import WebSocket

_KEPT_BEHIND: Final = 1_000_000
_BEYOND: Final = 2


class Outgoing:
    """What one unit sends to the peer.

    Args:
        frames: makes the stream's messages.
    """

    __slots__ = ("_frames", "_hearing", "_over", "_posted", "_socket", "_source", "_timer", "session")

    def __init__(self, socket: WebSocket, source: MediaUnit, frames: OutgoingStream) -> None:
        self.session = socket.session
        self._socket = socket
        self._source = source
        self._frames = frames
        self._hearing = Hearing(socket, frames.encoding, source)
        self._timer: Timer | None = None
        self._posted = self._over = False

    def begin(self) -> None:
        """Send `start`, and what sounds already."""
        self._socket._write_frame(self._frames.start)
        sound = self._source._sounding_to(self._socket)
        if sound is not None or self._steady():
            self.hear(sound)

    def hear(self, sound: Sound | None) -> None:
        """A sound begins, or (None) what flows all the time: a frame goes out at once, unless one is on its way."""
        if self._timer is not None:
            if sound is None or sound is self._hearing.sound or self._steady():
                return
            self._timer.cancel()
            self._timer = None
        if not self._posted:
            self._posted = True
            self.session.switch.post(self._tick)

    def end(self) -> dict[str, Any]:
        """Send no more frames but `stop`, while the peer is there; returns what was sent."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        frames = self._frames
        self._socket._write_frame(frames.stop)
        return {"tag": frames.tag, "chunks": frames.chunk, "bytes": frames.sent_bytes}

    def _tick(self) -> None:
        self._posted = False
        self._timer = None
        if self._over:
            return
        switch = self.session.switch
        milliseconds = switch.timing.frame
        piece = self._hearing.next(milliseconds)
        if piece is None:
            if not self._steady():
                return
            encoding = self._frames.encoding
            piece = silence(encoding, encoding.samples_of(round(milliseconds * 1000)))
        self._socket._write_frame(lambda number: self._frames.media(number, piece))
        self._timer = switch.after_ms(milliseconds, self._tick)

    def _steady(self) -> bool:
        return self.session.switch.voices.steady and self._source._flows()


@attrs.define(eq=False)
class Incoming:
    """What the peer sends under one tag. Times are microseconds.

    Attributes:
        tag: as the peer gave it.
        encoding: of its audio.
        plays_until: when the last of its buffered audio has been played.
        sound: what plays, as those hear it to whom it is sent.
        received: how much came in since its end was reported last.
        dropped: how much of that found the buffer full.
        silent: whether its end was reported, for nothing had come for a while.
        over: whether it has been stopped; what is buffered may still play.
        clock: will report its end, or forget it.
    """

    tag: str | None
    encoding: Encoding
    plays_until: int = 0
    sound: Sound | None = None
    received: int = 0
    dropped: int = 0
    silent: bool = False
    over: bool = False
    clock: Timer | None = None
    _audio: bytearray = attrs.field(factory=bytearray, init=False)
    _first: int = attrs.field(default=0, init=False)

    def take(self, payload: bytes, now: int, most: int, source: str) -> tuple[bool, bytes]:
        """Buffer a piece of audio as far as there is room.

        Args:
            payload: in the stream's encoding.
            now: the present instant.
            most: how much the buffer holds.
            source: the id of the unit that the sound comes from.

        Returns:
            whether a sound begins with it, and what of it was taken.
        """
        encoding = self.encoding
        length = self.length_of(payload)
        fresh = self.plays_until <= now
        room = most - (0 if fresh else self.plays_until - now)
        if length > room:
            # A packet of Opus cannot be cut.
            payload = payload[: encoding.samples_of(room) * encoding.sample_bytes]
            fitting = self.length_of(payload)
            self.dropped += length - fitting
            length = fitting
        if not length:
            return False, b""
        if fresh:
            self.sound = Sound("audio", f"stream {self.tag}" if self.tag else "stream", now, None, source)
            self._audio.clear()
        self.plays_until = max(self.plays_until, now) + length
        self.received += length
        self.silent = False
        return fresh, payload

    def length_of(self, payload: bytes) -> int:
        """How long a piece of audio of this stream plays."""
        return self.encoding.samples_in(payload) * 1_000_000 // self.encoding.sample_rate

    def sounding(self, now: int) -> Sound | None:
        """What plays now."""
        return self.sound if self.plays_until > now else None

    def clear(self, now: int) -> None:
        """Throw away what has not been played."""
        self.plays_until = min(self.plays_until, now)
        self._audio.clear()

    # --- samples, for those who send them on ---

    def keep(self, payload: bytes, now: int) -> None:
        """Keep the samples of what was taken just now."""
        if self.sound is None or not self.encoding.sample_bytes:
            return
        encoding, audio = self.encoding, self._audio
        began = self.plays_until - self.length_of(payload)
        if not audio:
            self._first = began - self.sound.started
        audio += payload
        old = encoding.samples_of(max(now - self.sound.started - self._first - _KEPT_BEHIND, 0))
        if old:
            del audio[: old * encoding.sample_bytes]
            self._first += old * 1_000_000 // encoding.sample_rate

    def samples(self, wanted: Encoding, position: int, milliseconds: float) -> bytes:
        """A piece of what plays, as `Voices.samples`."""
        given = self.encoding
        length = round(milliseconds * 1000)
        count = wanted.samples_of(length)
        if not given.sample_bytes or not wanted.sample_bytes or position < self._first:
            return silence(wanted, count)
        begin = round((position - self._first) * given.sample_rate / 1_000_000)
        end = begin + given.samples_of(length)
        if given == wanted:
            piece = bytes(self._audio[begin * given.sample_bytes : end * given.sample_bytes])
        else:
            # A little more, so that one piece leads over to the next.
            pcm = decode(bytes(self._audio[begin * given.sample_bytes : (end + _BEYOND) * given.sample_bytes]), given)
            piece = encode(resampled(pcm, given.sample_rate, wanted.sample_rate)[:count], wanted)
        return piece + silence(wanted, count - wanted.samples_in(piece))
