"""When somebody speaks: an activity decision by energy, for frames of 20 ms of PCMU.

Two loud frames begin an utterance, and half a second of quiet ends it. What was heard right before its beginning
belongs to it, too, so that no first consonant is lost.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import attrs

from voxsim.engine.frames import ENCODINGS
from voxsim.engine.samples import decode

ULAW: Final = ENCODINGS["ULAW"]
_LOUDEST: Final = 32_768
_SQUARES: Final = tuple(value * value for value in decode(bytes(range(256)), ULAW))


@attrs.frozen(kw_only=True)
class VoiceSettings:
    """What counts as speech.

    Attributes:
        level: how loud a frame must be, in dB below the loudest square wave (so a negative figure).
        begin_frames: after so many loud frames, next to each other or with one quiet one between, somebody speaks.
        end_frames: after so many quiet frames nobody does.
        before_frames: so many frames before belong to it, too.
        longest_frames: a longer utterance is taken as two.
    """

    level: float = -45.0
    begin_frames: int = 2
    end_frames: int = 25
    before_frames: int = 6
    longest_frames: int = 3000


def energy(frame: bytes) -> float:
    """The mean square of a frame's samples."""
    return sum(map(_SQUARES.__getitem__, frame)) / (len(frame) or 1)


class VoiceActivity:
    """Listens to one stream.

    Attributes:
        speaking: whether somebody speaks now.
    """

    def __init__(self, settings: VoiceSettings | None = None) -> None:
        self.settings = settings = settings or VoiceSettings()
        self.speaking = False
        self._threshold = (_LOUDEST * 10 ** (settings.level / 20)) ** 2
        self._before: deque[bytes] = deque(maxlen=settings.before_frames)
        self._loud = self._quiet = self._frames = 0

    def hear(self, frame: bytes) -> tuple[str, bytes]:
        """Take the next frame.

        Returns:
            what happens with it: `begins`, `goes on`, `ends`, or nothing; and the audio that belongs to the utterance.
        """
        loud = energy(frame) >= self._threshold
        if not self.speaking:
            self._before.append(frame)
            self._loud = self._loud + 1 if loud else max(self._loud - 1, 0)
            if self._loud < self.settings.begin_frames:
                return "", b""
            self.speaking = True
            self._quiet = self._frames = 0
            audio = b"".join(self._before)
            self._before.clear()
            return "begins", audio
        self._frames += 1
        self._quiet = 0 if loud else self._quiet + 1
        if self._quiet >= self.settings.end_frames or self._frames >= self.settings.longest_frames:
            self.speaking = False
            self._loud = 0
            return "ends", frame
        return "goes on", frame
