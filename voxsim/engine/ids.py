"""Ids and secrets in the platform's shapes, drawn from one random source.

In runs and tests the source is seeded, so that ids repeat; a server gives the operating system's randomness.
"""

from __future__ import annotations

from binascii import b2a_base64
from random import Random
from typing import Final

SERVER_ADDRESS: Final = "127.0.0.1"
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
FIRST_SESSION_ID: Final = 4_600_000_001


class Ids:
    """Makes ids. `epoch` is the unix time in seconds at which the run begins."""

    __slots__ = ("_calls", "_epoch", "_random", "_sessions")

    def __init__(self, random: Random, epoch: int) -> None:
        self._random = random
        self._epoch = epoch
        self._sessions = 0
        self._calls = 1_000_000

    def continue_at(self, number: int) -> None:
        """Let the next session have this number: those before it are taken, in an earlier run of a server."""
        self._sessions = max(self._sessions, number - FIRST_SESSION_ID)

    def session(self, now: int) -> tuple[int, str]:
        """A session's number, and its key `<16 hex>.<unix s>.<counter>_<server ip>`; `now` in microseconds."""
        self._sessions += 1
        key = f"{self._hex()}.{self._epoch + now // 1_000_000}.{self._sessions}_{SERVER_ADDRESS}"
        return FIRST_SESSION_ID + self._sessions - 1, key

    def incoming_call(self, now: int) -> str:
        """`<16 hex>.<unix s>.<counter>`, the platform's shape for an incoming leg; `now` in microseconds."""
        self._calls += 1
        return f"{self._hex()}.{self._epoch + now // 1_000_000}.{self._calls}"

    def unit(self) -> str:
        """43 characters of base64url: outgoing legs, players, sockets and all else that a script makes."""
        return b2a_base64(self._random.randbytes(32)).translate(_URL_SAFE)[:43].decode()

    def secret(self) -> str:
        """The 16 hexadecimal digits that make a session's managing URL a capability."""
        return f"{self._random.getrandbits(64):016x}"

    def uuid(self) -> str:
        """A random UUID (version 4)."""
        bits = self._random.getrandbits(128)
        bits = bits & ~(0xF << 76) | (4 << 76)
        bits = bits & ~(0x3 << 62) | (2 << 62)
        text = f"{bits:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def _hex(self) -> str:
        return f"{self._random.getrandbits(64):016X}"
