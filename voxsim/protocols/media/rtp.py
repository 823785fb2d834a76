"""RTP packets (RFC 3550) and the digits in them (RFC 4733), read and written.

A packet is read only when all that its header promises is there. Sequence numbers and timestamps wrap around.
"""

from __future__ import annotations

import struct
from typing import Final

import attrs

HEADER: Final = 12
KEYS: Final = "0123456789*#ABCD"
"""The keys of a phone by their event codes."""
VOLUME: Final = 10
"""How loud digits are, in dBm0 below zero."""

_VERSION: Final = 2 << 6
_END: Final = 0x80
_LONGEST: Final = 0xFFFF


class BadRtp(ValueError):
    """These bytes are no RTP or RTCP packet."""


@attrs.frozen
class Packet:
    """One RTP packet.

    Attributes:
        payload_type: what is in it.
        sequence: counts packets, in 16 bits.
        timestamp: of its first sample, in 32 bits.
        ssrc: whose it is.
        payload: without padding.
        marker: something begins with it.
    """

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False

    def encode(self) -> bytes:
        """The packet as bytes."""
        kind = self.payload_type | 0x80 if self.marker else self.payload_type
        return struct.pack("!BBHII", _VERSION, kind, self.sequence, self.timestamp, self.ssrc) + self.payload


def is_rtp(datagram: bytes) -> bool:
    """Whether a datagram may be RTP or RTCP, protected or not (RFC 7983)."""
    return len(datagram) >= 8 and 128 <= datagram[0] < 192


def is_rtcp(datagram: bytes) -> bool:
    """Whether a datagram that is one of both is RTCP (RFC 5761)."""
    return 192 <= datagram[1] < 224


def decode(data: bytes) -> Packet:
    """Read a packet.

    Raises:
        BadRtp: it is none.
    """
    if len(data) < HEADER or data[0] >> 6 != 2:
        raise BadRtp("no RTP header")
    first, kind, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
    begin, end = HEADER + 4 * (first & 0x0F), len(data)
    if first & 0x10:
        if begin + 4 > end:
            raise BadRtp("its header extension is cut off")
        begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4], "big")
    if first & 0x20:
        if not data[-1]:
            raise BadRtp("its padding has no length")
        end -= data[-1]
    if begin > end:
        raise BadRtp("its header is longer than itself")
    return Packet(kind & 0x7F, sequence, timestamp, ssrc, data[begin:end], bool(kind & 0x80))


def ahead(sequence: int, other: int) -> int:
    """How far a sequence number is ahead of another one, from -32768 to 32767."""
    return ((sequence - other + 0x8000) & 0xFFFF) - 0x8000


@attrs.frozen
class KeyEvent:
    """A piece of a digit that is being pressed: which one, for how many samples so far, and whether it is over."""

    key: str
    duration: int
    over: bool

    def encode(self) -> bytes:
        """It as a payload."""
        return struct.pack("!BBH", KEYS.index(self.key), VOLUME | (_END if self.over else 0), self.duration)


def decode_event(payload: bytes) -> KeyEvent | None:
    """A digit in a payload; None for other events, and for what is none."""
    if len(payload) < 4 or payload[0] >= len(KEYS):
        return None
    return KeyEvent(KEYS[payload[0]], struct.unpack_from("!H", payload, 2)[0], bool(payload[1] & _END))


def key_events(key: str, samples: int, step: int = 160) -> list[KeyEvent]:
    """A digit as it travels: a piece for each packet's time, and the last one three times, for it may be lost."""
    samples = min(samples, _LONGEST)
    pieces = [KeyEvent(key, duration, over=False) for duration in range(step, samples, step)]
    return [*pieces, *(3 * [KeyEvent(key, samples, over=True)])]
