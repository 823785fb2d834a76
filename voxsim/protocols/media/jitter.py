"""The jitter buffer: packets come early, late, twice or never, and one frame leaves it every 20 ms nevertheless.

It holds as much as packets are late at most, not more; when its sender's clock goes faster or slower, or a gap comes,
it jumps. Times are samples of the stream, 8000 a second.
"""

from __future__ import annotations

from typing import Final

FRAME: Final = 160
"""The samples of 20 ms at 8 kHz; of PCMU, also the bytes."""
SILENCE: Final = b"\xff"
"""A sample of silence in PCMU."""

_MOST_PACKETS: Final = 200


class JitterBuffer:
    """Packets of one stream of PCMU on their way to be heard.

    Args:
        depth: how many samples are held back, to wait for late ones.
        most: how many may wait to be heard; more than that are skipped.
    """

    def __init__(self, depth: int = 3 * FRAME, most: int = 10 * FRAME) -> None:
        self._depth = depth
        self._most = most
        self._packets: dict[int, bytes] = {}
        self._next = 0
        self._end: int | None = None

    def put(self, timestamp: int, payload: bytes) -> None:
        """Take a packet, by its 32-bit timestamp."""
        if self._end is None:
            self._next = timestamp - self._depth
            self._end = begin = timestamp
        else:
            begin = self._end + ((timestamp - self._end + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        if begin + len(payload) <= self._next:
            if begin > self._next - self._most:
                # It is late, but not very: from now on there is more time to wait.
                self._next = begin
            elif self._packets or begin > self._next - 8000:
                return
            else:
                self._next, self._end = begin - self._depth, begin
        self._packets[begin] = payload
        self._end = max(self._end, begin + len(payload))
        if self._end - self._next > self._most or len(self._packets) > _MOST_PACKETS:
            self._next = self._end - self._depth - len(payload)
            self._forget()

    def pull(self) -> bytes | None:
        """The next 20 ms; None when nothing is there of them."""
        if not self._packets:
            return None
        begin, end = self._next, self._next + FRAME
        self._next = end
        if (whole := self._packets.get(begin)) is not None and len(whole) == FRAME:
            del self._packets[begin]
            return whole
        found, frame = False, bytearray(SILENCE * FRAME)
        for start, payload in self._packets.items():
            if start < end and start + len(payload) > begin:
                found = True
                first, last = max(start, begin), min(start + len(payload), end)
                frame[first - begin : last - begin] = payload[first - start : last - start]
        self._forget()
        return bytes(frame) if found else None

    def _forget(self) -> None:
        """Drop what can be heard no more."""
        self._packets = {
            start: payload for start, payload in self._packets.items() if start + len(payload) > self._next
        }
