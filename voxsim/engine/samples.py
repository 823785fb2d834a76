"""Samples: audio as 16-bit PCM, and how it becomes the bytes of an encoding and comes back.

G.711 goes through tables, made when they are first needed. Opus cannot be made without a codec: silence stands for it.
"""

from __future__ import annotations

import sys
from array import array
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voxsim.engine.frames import Encoding

OPUS_SILENCE: Final = b"\xf8\xff\xfe"
"""One Opus packet: 20 ms of silence, full band, one channel."""

_QUIET: Final = {"ULAW": b"\xff", "ALAW": b"\xd5"}


def silence(encoding: Encoding, count: int) -> bytes:
    """So many samples of silence; of Opus, one packet."""
    if not encoding.sample_bytes:
        return OPUS_SILENCE
    return _QUIET.get(encoding.name, b"\0\0") * count


def encode(pcm: array[int], encoding: Encoding) -> bytes:
    """PCM of the encoding's rate in its bytes: little-endian, or G.711."""
    if not encoding.sample_bytes:
        return OPUS_SILENCE
    if encoding.name in _QUIET:
        table = _compressing(encoding.name)
        return bytes(map(table.__getitem__, memoryview(pcm).cast("B").cast("H")))
    return _little_endian(pcm).tobytes()


def decode(data: bytes, encoding: Encoding) -> array[int]:
    """The other way round; of Opus, nothing."""
    if not encoding.sample_bytes:
        return array("h")
    if encoding.name in _QUIET:
        table = _expanding(encoding.name)
        return array("h", [table[byte] for byte in data])
    pcm = array("h")
    pcm.frombytes(data[: len(data) & ~1])
    return _little_endian(pcm)


def resampled(pcm: Sequence[int], given: int, wanted: int) -> array[int]:
    """PCM at another rate: each new sample is the mean of what it stands for, which keeps most of the hiss out."""
    if given == wanted:
        return pcm if isinstance(pcm, array) else array("h", pcm)
    if len(pcm) < 2:
        return array("h")
    step = given / wanted
    width = max(step, 1.0)
    sums = [0, *accumulate(pcm)]
    starts = [number * step for number in range(int((len(pcm) - 1 - width) / step) + 1)]
    before = [sums[whole := int(start)] + (start - whole) * pcm[whole] for start in starts]
    after = [sums[whole := int(end)] + (end - whole) * pcm[whole] for end in (start + width for start in starts)]
    return array("h", [int((end - start) / width) for start, end in zip(before, after, strict=True)])


def mixed(pieces: Sequence[bytes], encoding: Encoding) -> bytes:
    """Several pieces of one encoding and length heard at once: their sum, as loud as samples can be."""
    if len(pieces) < 2 or not encoding.sample_bytes:
        return pieces[0] if pieces else b""
    sums = map(sum, zip(*(decode(piece, encoding) for piece in pieces), strict=False))
    return encode(array("h", [max(-32768, min(value, 32767)) for value in sums]), encoding)


def _little_endian(pcm: array[int]) -> array[int]:
    if sys.byteorder == "little":
        return pcm
    turned = array("h", pcm)
    turned.byteswap()
    return turned


# --- G.711 ---


@cache
def _compressing(name: str) -> bytes:
    """The byte for each 16-bit sample, by its unsigned value; G.711 looks at the upper 14 or 13 bits alone."""
    convert, lowest = (_ulaw, 2) if name == "ULAW" else (_alaw, 3)
    half = 1 << 15 - lowest
    upper = bytes(convert(value if value < half else value - 2 * half) for value in range(2 * half))
    return bytes(byte for byte in upper for _ in range(1 << lowest))


@cache
def _expanding(name: str) -> tuple[int, ...]:
    """The 16-bit sample for each byte."""
    return tuple(map(_from_ulaw if name == "ULAW" else _from_alaw, range(256)))


def _ulaw(value: int) -> int:
    """A 14-bit sample in mu-law."""
    mask = 0x7F if value < 0 else 0xFF
    magnitude = min(abs(value), 8158) + 33
    exponent = magnitude.bit_length() - 6
    return (exponent << 4 | magnitude >> exponent + 1 & 0x0F) ^ mask


def _alaw(value: int) -> int:
    """A 13-bit sample in A-law."""
    mask = 0x55 if value < 0 else 0xD5
    magnitude = ~value if value < 0 else value
    exponent = max(magnitude.bit_length() - 5, 0)
    return (exponent << 4 | magnitude >> max(exponent, 1) & 0x0F) ^ mask


def _from_ulaw(byte: int) -> int:
    byte ^= 0xFF
    magnitude = (((byte & 0x0F) << 3) + 0x84 << (byte >> 4 & 7)) - 0x84
    return -magnitude if byte & 0x80 else magnitude


def _from_alaw(byte: int) -> int:
    byte ^= 0x55
    exponent, magnitude = byte >> 4 & 7, (byte & 0x0F) << 4
    magnitude = magnitude + 8 if exponent == 0 else magnitude + 0x108 << exponent - 1
    return magnitude if byte & 0x80 else -magnitude
