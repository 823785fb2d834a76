"""RTCP (RFC 3550): the reports that each side of a call sends about what it sent and received, read and written."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

import attrs

from voxsim.protocols.media.rtp import BadRtp, Packet, ahead

SENDER_REPORT: Final = 200
RECEIVER_REPORT: Final = 201
DESCRIPTION: Final = 202
BYE: Final = 203

_NTP_OF_UNIX: Final = 2_208_988_800
_CNAME: Final = 1
_BLOCK: Final = 24
_MOST_LOST: Final = 0x7FFFFF


@attrs.frozen
class Block:
    """What a receiver says of one sender.

    Attributes:
        ssrc: the sender.
        fraction_lost: of the packets since the last report, in 256ths.
        lost: of all packets.
        highest: the highest sequence number, with the turns of it in the upper 16 bits.
        jitter: in samples.
        last_report, delay: when the sender's last report came, for its round trip time, in 65536ths of seconds.
    """

    ssrc: int
    fraction_lost: int
    lost: int
    highest: int
    jitter: int
    last_report: int
    delay: int

    def encode(self) -> bytes:
        """It as bytes."""
        lost = max(-_MOST_LOST, min(self.lost, _MOST_LOST)) & 0xFFFFFF
        counted = self.fraction_lost << 24 | lost
        return struct.pack("!6I", self.ssrc, counted, self.highest, self.jitter, self.last_report, self.delay)


@attrs.frozen
class Part:
    """One packet of a compound one: its type, whose it is, and for a sender report the middle of its NTP time."""

    kind: int
    ssrc: int
    middle: int = 0


def decode(data: bytes) -> Iterator[Part]:
    """The parts of a compound packet, as far as anybody here cares for them.

    Raises:
        BadRtp: it is none.
    """
    place = 0
    while place < len(data):
        if len(data) - place < 4 or data[place] >> 6 != 2:
            raise BadRtp("no RTCP header")
        kind, words = struct.unpack_from("!BH", data, place + 1)
        following = place + 4 + 4 * words
        if following > len(data):
            raise BadRtp("an RTCP packet is cut off")
        body = data[place + 4 : following]
        ssrc = int.from_bytes(body[:4], "big")
        yield Part(kind, ssrc, int.from_bytes(body[6:10], "big") if kind == SENDER_REPORT else 0)
        place = following


def report(ssrc: int, sent: tuple[float, int, int, int] | None, block: Block | None, *, leaving: bool = False) -> bytes:
    """A compound packet.

    Args:
        ssrc: whose it is.
        sent: the present in unix seconds, the timestamp of it, and the packets and bytes sent; None for nothing sent.
        block: what was received.
        leaving: whether this side goes away.
    """
    blocks = [] if block is None else [block.encode()]
    body = b"".join(blocks)
    if sent is not None:
        now, timestamp, packets, size = sent
        seconds = int(now)
        ntp = (seconds + _NTP_OF_UNIX) & 0xFFFFFFFF, int((now - seconds) * 2**32)
        body = struct.pack("!5I", *ntp, timestamp, packets & 0xFFFFFFFF, size & 0xFFFFFFFF) + body
    kind = RECEIVER_REPORT if sent is None else SENDER_REPORT
    whole = _packet(kind, len(blocks), struct.pack("!I", ssrc) + body)
    name = b"voxsim"
    items = struct.pack("!IBB", ssrc, _CNAME, len(name)) + name
    whole += _packet(DESCRIPTION, 1, items + bytes(4 - len(items) % 4))
    if leaving:
        whole += _packet(BYE, 1, struct.pack("!I", ssrc))
    return whole


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 2 << 6 | count, kind, len(body) // 4) + body


@attrs.define
class Reception:
    """What is known of one stream of packets, for the reports about it (RFC 3550, appendix A).

    Attributes:
        ssrc: whose stream it is.
        packets: how many came.
        jitter: in samples.
    """

    ssrc: int
    packets: int = 0
    jitter: float = 0.0
    _first: int = 0
    _highest: int = -1
    _transit: float | None = None
    _reported: tuple[int, int] = (0, 0)
    _middle: int = 0
    _report_at: float = 0.0

    def count(self, packet: Packet, now: float, rate: int = 8000) -> None:
        """A packet came."""
        if self._highest < 0:
            self._first = self._highest = packet.sequence
        else:
            self._highest = max(self._highest, self._highest + ahead(packet.sequence, self._highest & 0xFFFF))
        self.packets += 1
        transit = now * rate - packet.timestamp
        if self._transit is not None and abs(moved := transit - self._transit) < rate:
            self.jitter += (abs(moved) - self.jitter) / 16
        self._transit = transit

    def heard_report(self, middle: int, now: float) -> None:
        """A report of the sender came."""
        self._middle, self._report_at = middle, now

    def block(self, now: float) -> Block:
        """What there is to report; the next report counts from here."""
        expected = self._highest - self._first + 1
        since_expected, since_came = expected - self._reported[0], self.packets - self._reported[1]
        self._reported = (expected, self.packets)
        lost = max(since_expected - since_came, 0)
        fraction = min(255, 256 * lost // since_expected) if since_expected > 0 else 0
        delay = int((now - self._report_at) * 65_536) & 0xFFFFFFFF if self._middle else 0
        highest = self._highest & 0xFFFFFFFF
        return Block(self.ssrc, fraction, expected - self.packets, highest, int(self.jitter), self._middle, delay)
