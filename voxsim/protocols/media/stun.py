"""STUN messages (RFC 8489), as far as ICE connectivity checks need them: read, written, signed and verified.

A message is read only when every length in it fits; what is signed is compared in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import struct
import zlib
from typing import Final

import attrs

COOKIE: Final = 0x2112A442
HEADER: Final = 20
BINDING_REQUEST: Final = 0x0001
BINDING_INDICATION: Final = 0x0011
BINDING_SUCCESS: Final = 0x0101
BINDING_ERROR: Final = 0x0111

USERNAME: Final = 0x0006
MESSAGE_INTEGRITY: Final = 0x0008
ERROR_CODE: Final = 0x0009
UNKNOWN_ATTRIBUTES: Final = 0x000A
XOR_MAPPED_ADDRESS: Final = 0x0020
PRIORITY: Final = 0x0024
USE_CANDIDATE: Final = 0x0025
FINGERPRINT: Final = 0x8028
ICE_CONTROLLED: Final = 0x8029
ICE_CONTROLLING: Final = 0x802A

_KNOWN: Final = frozenset({USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, UNKNOWN_ATTRIBUTES, XOR_MAPPED_ADDRESS})
_OF_ICE: Final = frozenset({PRIORITY, USE_CANDIDATE})
_OPTIONAL: Final = 0x8000
_FINGERPRINT_XOR: Final = 0x5354554E
_INTEGRITY_BYTES: Final = 20
_FAMILIES: Final = {4: 1, 6: 2}


class BadStun(ValueError):
    """These bytes are no STUN message."""


@attrs.frozen
class Message:
    """One STUN message.

    Attributes:
        kind: its type, such as `BINDING_REQUEST`.
        transaction: its 12 bytes that answers repeat.
        attributes: (type, value) in order; message integrity and fingerprint are not among them.
        signed: its bytes that the integrity covers, when it had one; empty otherwise.
        integrity: the HMAC that it came with, or empty.
    """

    kind: int
    transaction: bytes
    attributes: tuple[tuple[int, bytes], ...] = ()
    signed: bytes = attrs.field(default=b"", eq=False, repr=False)
    integrity: bytes = attrs.field(default=b"", eq=False, repr=False)

    def get(self, kind: int) -> bytes | None:
        """The value of the first attribute of a type, or None."""
        return next((value for found, value in self.attributes if found == kind), None)

    @property
    def unknown(self) -> tuple[int, ...]:
        """The attributes that one must understand to answer, and that nobody here does."""
        return tuple(kind for kind, _ in self.attributes if kind < _OPTIONAL and kind not in _KNOWN | _OF_ICE)

    def signed_with(self, password: str) -> bool:
        """Whether the message's integrity was made with this password."""
        return bool(self.integrity) and hmac.compare_digest(_hmac(password, self.signed), self.integrity)

    def encode(self, password: str | None = None) -> bytes:
        """The message as bytes, with its integrity when there is a password, and with its fingerprint."""
        body = b"".join(_attribute(kind, value) for kind, value in self.attributes)
        if password is not None:
            head = _header(self.kind, self.transaction, len(body) + 4 + _INTEGRITY_BYTES)
            body += _attribute(MESSAGE_INTEGRITY, _hmac(password, head + body))
        whole = _header(self.kind, self.transaction, len(body) + 8) + body
        return whole + _attribute(FINGERPRINT, _crc(whole))


def is_stun(datagram: bytes) -> bool:
    """Whether a datagram may be STUN, and is neither DTLS nor SRTP (RFC 7983)."""
    return len(datagram) >= HEADER and datagram[0] < 4 and datagram[4:8] == COOKIE.to_bytes(4, "big")


def decode(datagram: bytes) -> Message:
    """Read a message.

    Raises:
        BadStun: the bytes are none, or their fingerprint is wrong.
    """
    if not is_stun(datagram):
        raise BadStun("no STUN header")
    kind, length = struct.unpack_from("!HH", datagram)
    if length % 4 or length != len(datagram) - HEADER:
        raise BadStun(f"its length is given as {length}, and is {len(datagram) - HEADER}")
    attributes: list[tuple[int, bytes]] = []
    signed = integrity = b""
    place = HEADER
    while place < len(datagram):
        name, size = struct.unpack_from("!HH", datagram, place)
        value = datagram[place + 4 : place + 4 + size]
        following = place + 4 + (size + 3) // 4 * 4
        if following > len(datagram):
            raise BadStun(f"attribute 0x{name:04x} is longer than the message")
        if name == FINGERPRINT:
            if following != len(datagram) or value != _crc(datagram[:place]):
                raise BadStun("its fingerprint is wrong")
        elif integrity:
            pass  # What follows the integrity is not covered by it, and counts for nothing.
        elif name == MESSAGE_INTEGRITY:
            if size != _INTEGRITY_BYTES:
                raise BadStun(f"its integrity has {size} bytes")
            # The length in the header counts as if the message ended with its integrity.
            signed = datagram[:2] + struct.pack("!H", following - HEADER) + datagram[4:place]
            integrity = value
        else:
            attributes.append((name, value))
        place = following
    return Message(kind, datagram[8:HEADER], tuple(attributes), signed, integrity)


def number_of(datagram: bytes) -> int:
    """The number with which the user name in a message begins, as in `7+abc:def`; -1 for none."""
    try:
        name = decode(datagram).get(USERNAME) or b""
    except BadStun:
        return -1
    number = name.partition(b"+")[0]
    return int(number) if number.isdigit() and len(number) < 16 else -1


def success(request: Message, address: tuple[str, int]) -> Message:
    """The answer to a binding request: the address from which it came."""
    mapped = xor_address(address, request.transaction)
    return Message(BINDING_SUCCESS, request.transaction, ((XOR_MAPPED_ADDRESS, mapped),))


def failure(request: Message, code: int, reason: str) -> Message:
    """The refusal of a binding request; of one with unknown attributes they are named."""
    error = struct.pack("!HBB", 0, code // 100, code % 100) + reason.encode()
    attributes: tuple[tuple[int, bytes], ...] = ((ERROR_CODE, error),)
    if code == 420:
        attributes += ((UNKNOWN_ATTRIBUTES, struct.pack(f"!{len(request.unknown)}H", *request.unknown)),)
    return Message(BINDING_ERROR, request.transaction, attributes)


def xor_address(address: tuple[str, int], transaction: bytes) -> bytes:
    """An address as XOR-MAPPED-ADDRESS has it."""
    host = ipaddress.ip_address(address[0])
    mask = (COOKIE.to_bytes(4, "big") + transaction)[: len(host.packed)]
    hidden = bytes(one ^ other for one, other in zip(host.packed, mask, strict=True))
    return struct.pack("!BBH", 0, _FAMILIES[host.version], address[1] ^ COOKIE >> 16) + hidden


def address_of(value: bytes, transaction: bytes) -> tuple[str, int]:
    """The address in an XOR-MAPPED-ADDRESS.

    Raises:
        BadStun: it is none.
    """
    size = {1: 4, 2: 16}.get(value[1] if len(value) > 1 else 0, -1)
    if len(value) != size + 4:
        raise BadStun("no address")
    mask = (COOKIE.to_bytes(4, "big") + transaction)[:size]
    packed = bytes(one ^ other for one, other in zip(value[4:], mask, strict=True))
    return str(ipaddress.ip_address(packed)), struct.unpack_from("!H", value, 2)[0] ^ COOKIE >> 16


def _header(kind: int, transaction: bytes, length: int) -> bytes:
    return struct.pack("!HHI", kind, length, COOKIE) + transaction


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _hmac(password: str, data: bytes) -> bytes:
    return hmac.digest(password.encode(), data, hashlib.sha1)


def _crc(data: bytes) -> bytes:
    return (zlib.crc32(data) ^ _FINGERPRINT_XOR).to_bytes(4, "big")
