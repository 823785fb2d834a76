"""Hearing: what one unit hears, as samples, piece after piece without gaps: the sound of its source from its beginning.

Whoever carries sound to a real ear, over a WebSocket or to a browser, asks for the next piece at its own pace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from voxsim.engine.frames import Encoding
    from voxsim.engine.media import MediaUnit, Sound

_LATE: Final = 10


class Hearing:
    """What one unit hears.

    Args:
        sink: the unit.
        encoding: in which it hears.
        source: from whom; without one, from whoever sends to it, the last that began first.

    Attributes:
        sound: what it heard last.
    """

    __slots__ = ("_asked", "_encoding", "_position", "_sink", "_source", "sound")

    def __init__(self, sink: MediaUnit, encoding: Encoding, source: MediaUnit | None = None) -> None:
        self._sink = sink
        self._encoding = encoding
        self._source = source
        self.sound: Sound | None = None
        self._position = 0
        self._asked: int | None = None

    def next(self, milliseconds: float) -> bytes | None:
        """The next piece, so long; None when nothing sounds."""
        sources = reversed(self._sink.sources) if self._source is None else (self._source,)
        for source in sources:
            sound = source._sounding_to(self._sink)
            if sound is not None and self._lasts(sound):
                piece = self._piece(source, sound, milliseconds)
                break
        else:
            piece = None
        self._asked = self._sink.session.switch.now
        return piece

    def _lasts(self, sound: Sound) -> bool:
        now = self._sink.session.switch.now
        return sound.length is None or now < sound.started + sound.length - sound.skipped

    def _piece(self, source: MediaUnit, sound: Sound, milliseconds: float) -> bytes:
        step = round(milliseconds * 1000)
        if sound is not self.sound:
            # One that began since the last piece is heard from its beginning, also by who asks a little late.
            now = self._sink.session.switch.now
            since = step if self._asked is None else now - self._asked
            late = now - sound.started
            self._position = sound.skipped + (late if late >= max(step, min(since, _LATE * step)) else 0)
            self.sound = sound
        piece = source._samples_to(self._sink, sound, self._encoding, self._position, milliseconds)
        self._position += step
        return piece
