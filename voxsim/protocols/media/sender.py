"""Sender: one outgoing stream of RTP: a packet every 20 ms, of audio or of a digit that is being pressed."""

from __future__ import annotations

import secrets
from collections import deque
from typing import Final

from voxsim.protocols.media import rtp
from voxsim.protocols.media.jitter import FRAME, SILENCE
from voxsim.protocols.media.sdp import PCMU

QUIET: Final = SILENCE * FRAME
"""A frame in which nothing is heard."""

_MOST_KEYS: Final = 100


class Sender:
    """One stream.

    Attributes:
        ssrc: its name.
        timestamp: of its present frame.
        packets, bytes: how much was sent, headers not counted.
    """

    def __init__(self) -> None:
        self.ssrc = secrets.randbits(32)
        self.timestamp = secrets.randbits(32)
        self.packets = self.bytes = 0
        self._sequence = secrets.randbits(16)
        self._pause = True
        self._keys: deque[deque[rtp.KeyEvent]] = deque()
        self._key_began: int | None = None

    def press(self, keys: str, milliseconds: float) -> None:
        """Send digits from now on, in place of audio; those that do not exist are left out."""
        for key in keys.upper():
            if key in rtp.KEYS and len(self._keys) < _MOST_KEYS:
                self._keys.append(deque(rtp.key_events(key, int(8 * milliseconds))))

    def step(self) -> None:
        """20 ms have passed."""
        self.timestamp = (self.timestamp + FRAME) & 0xFFFFFFFF

    def pause(self) -> None:
        """Nothing is sent just now: what comes next begins something."""
        self._pause = True

    def packet(self, frame: bytes | None, events: int | None) -> bytes:
        """The packet of the present frame.

        Args:
            frame: 20 ms of PCMU; None for silence.
            events: the payload type of digits; None where the other side takes none.
        """
        marker, self._pause = self._pause, False
        if self._keys and events is not None:
            return self._key(self._keys[0], events)
        self._keys.clear()
        return self._made(PCMU, self.timestamp, frame or QUIET, marker=marker)

    def _key(self, pieces: deque[rtp.KeyEvent], events: int) -> bytes:
        first = self._key_began is None
        began = self.timestamp if self._key_began is None else self._key_began
        self._key_began = began
        piece = pieces.popleft()
        if not pieces:
            self._keys.popleft()
            self._key_began = None
        return self._made(events, began, piece.encode(), marker=first)

    def _made(self, kind: int, timestamp: int, payload: bytes, *, marker: bool) -> bytes:
        packet = rtp.Packet(kind, self._sequence, timestamp, self.ssrc, payload, marker)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.packets += 1
        self.bytes += len(payload)
        return packet.encode()
