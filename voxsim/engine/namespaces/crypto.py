"""Crypto: hashes of texts, computed at once, as lower-case hexadecimal digits.

Plain computing: it needs no session and keeps nothing. Texts are hashed as UTF-8.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from reprlib import repr as shown
from typing import Any, ClassVar

from voxsim.engine.namespaces.base import Namespace
from voxsim.vocabulary.declare import namespace, signature
from voxsim.vocabulary.errors import BadArgument


@namespace("Crypto")
class CryptoNamespace(Namespace):
    """Hashes of texts. Each method raises BadArgument for what is no text."""

    NAME: ClassVar = "Crypto"

    @signature("md5(data)")
    def md5(self, data: str | Sequence[str]) -> str:
        """The MD5 hash, 32 hexadecimal digits; the texts of a list are joined first, with nothing between them."""
        # Not for security: md5 and sha1 are part of the platform's interface, also where a system forbids them.
        return hashlib.md5(_joined("md5", data), usedforsecurity=False).hexdigest()

    @signature("sha1(data)")
    def sha1(self, data: str | Sequence[str]) -> str:
        """The SHA-1 hash, 40 hexadecimal digits; a list as for `md5`."""
        return hashlib.sha1(_joined("sha1", data), usedforsecurity=False).hexdigest()

    @signature("sha256(data)")
    def sha256(self, data: str | Sequence[str]) -> str:
        """The SHA-256 hash, 64 hexadecimal digits; a list as for `md5`."""
        return hashlib.sha256(_joined("sha256", data)).hexdigest()

    @signature("hmac_sha256(key, data)")
    def hmac_sha256(self, key: str, data: str) -> str:
        """The HMAC of a text by SHA-256 with a key, 64 hexadecimal digits."""
        return hmac.new(_utf8("hmac_sha256", key), _utf8("hmac_sha256", data), hashlib.sha256).hexdigest()


def _joined(method: str, data: Any) -> bytes:
    if isinstance(data, Sequence) and not isinstance(data, str | bytes | bytearray):
        return b"".join(_utf8(method, one) for one in data)
    return _utf8(method, data)


def _utf8(method: str, text: Any) -> bytes:
    if not isinstance(text, str):
        raise BadArgument(f"Crypto.{method} takes a text, got {shown(text)}.")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise BadArgument(f"Crypto.{method}: {shown(text)} cannot be written in UTF-8: {error}.") from None


Crypto = CryptoNamespace()
