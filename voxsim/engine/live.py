"""Live: the audio of a sound that is still being made, by somebody in front of a real microphone.

It grows at its end. Who hears it asks for pieces, in whatever encoding; silence stands for what has not come yet.
"""

from __future__ import annotations

from typing import Final

from voxsim.engine.frames import Encoding
from voxsim.engine.samples import decode, encode, resampled, silence

_BEYOND: Final = 2


class Live:
    """The audio of one sound.

    Args:
        encoding: in which it comes; one whose samples have a size.
    """

    __slots__ = ("_audio", "encoding")

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self._audio = bytearray()

    @property
    def length(self) -> int:
        """How much has come, in microseconds."""
        return len(self._audio) // self.encoding.sample_bytes * 1_000_000 // self.encoding.sample_rate

    def append(self, audio: bytes) -> None:
        """More of it has come."""
        self._audio += audio

    def samples(self, wanted: Encoding, position: int, milliseconds: float) -> bytes:
        """A piece of it, as `Voices.samples`."""
        length = round(milliseconds * 1000)
        count = wanted.samples_of(length)
        given, size = self.encoding, self.encoding.sample_bytes
        if not wanted.sample_bytes or position < 0:
            return silence(wanted, count)
        begin = given.samples_of(position)
        if given == wanted:
            piece = bytes(self._audio[begin * size : (begin + count) * size])
        else:
            # A little more, so that one piece leads over to the next.
            end = begin + given.samples_of(length) + _BEYOND
            pcm = decode(bytes(self._audio[begin * size : end * size]), given)
            piece = encode(resampled(pcm, given.sample_rate, wanted.sample_rate)[:count], wanted)
        return piece + silence(wanted, count - wanted.samples_in(piece))
