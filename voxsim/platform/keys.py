"""Keys of service accounts: made for clients, who keep the private half; the public halves are kept in a file.

A client signs a short-lived token (JWT, RS256) for each request. Whose it is says the key that it was signed with, by
its `kid`; clients differ in what they send as `iss`, so that is not looked at.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from voxsim.platform.files import locked, write_whole
from voxsim.vocabulary.errors import ConfigurationError, VoxsimError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

FILE: Final = "keys.json"
"""The file's name, in the project's `.voxsim`."""

ALGORITHM: Final = "RS256"
"""The one algorithm that is taken."""

LONGEST: Final = 3600
"""Seconds for which a token may be good."""

LEEWAY: Final = 60
"""Seconds by which a client's clock may go differently."""

AUTHORIZATION_FAILED: Final = 100
INVALID_FORMAT: Final = 447
TOO_LONG: Final = 454
IN_THE_FUTURE: Final = 455
EXPIRED: Final = 456

_NEEDS: Final = 'pip install "voxsim[serve]"'
_CACHED: Final = 1024
_CHARACTERS: Final = 8192
_LATEST: Final = 2**53


class BadToken(VoxsimError):
    """A token that is not taken.

    Attributes:
        code: the management API's error code.
        text: what is wrong with it.
    """

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@attrs.frozen
class _Key:
    """A key's public half (PEM), and whose it is."""

    account_id: int
    public_key: str


class Keys:
    """The keys of service accounts that are known.

    Args:
        file: where the public halves are kept, together with other processes that make keys; None for memory alone.

    Raises:
        ConfigurationError: the file cannot be read.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._seen: object = None
        self._keys: dict[str, _Key] = {}
        self._loaded: dict[str, RSAPublicKey] = {}
        self._verified: dict[str, tuple[int, float]] = {}
        self._refresh()

    def make(self, account_id: int, account_email: str) -> dict[str, Any]:
        """Make a key; returns what the official clients read from their credentials file.

        Raises:
            ConfigurationError: it cannot be kept, or the library for it is not installed.
        """
        private, public = _pair()
        number = str(uuid.uuid4())
        key = _Key(account_id, public)
        if self._file is None:
            self._keys[number] = key
        else:
            self._keep(self._file, number, key)
            self._refresh()
        return {"account_email": account_email, "account_id": account_id, "key_id": number, "private_key": private}

    def verify(self, token: str, now: float) -> int:
        """The id of the account that signed a token.

        Args:
            now: seconds since 1970, by the clock that clients go by.

        Raises:
            BadToken: it is not taken.
        """
        # When somebody spoils the file while the server runs, what was known goes on counting.
        with contextlib.suppress(ConfigurationError):
            self._refresh()
        known = self._verified.get(token)
        if known is None:
            known = self._check(token, now)
            while len(self._verified) >= _CACHED:
                del self._verified[next(iter(self._verified))]
            self._verified[token] = known
        account_id, expires = known
        if expires <= now:
            del self._verified[token]
            raise BadToken(EXPIRED, "The token has expired.")
        return account_id

    def _check(self, token: str, now: float) -> tuple[int, float]:
        """Whose token it is, and when it expires, which may be over."""
        if not token.isascii() or len(token) > _CHARACTERS:
            raise _malformed()
        try:
            import jwt
        except ImportError:
            raise BadToken(
                AUTHORIZATION_FAILED, f"Tokens need a library that the server has not: {_NEEDS}, or use an api_key."
            ) from None
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise _malformed() from None
        if header.get("alg") != ALGORITHM:
            raise BadToken(INVALID_FORMAT, f"Invalid token format: it has to be signed with {ALGORITHM}.")
        number = header.get("kid")
        if not isinstance(number, str):
            raise BadToken(INVALID_FORMAT, "Invalid token format: its header names no key ('kid').")
        key = self._keys.get(number)
        if key is None:
            raise BadToken(
                AUTHORIZATION_FAILED,
                f"Authorization failed: no key {number[:64]!r} is known. `voxsim credentials` makes one.",
            )
        try:
            content = jwt.PyJWS().decode(token, self._load(number, key), algorithms=[ALGORITHM])
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise BadToken(
                AUTHORIZATION_FAILED, "Authorization failed: the token's signature is not its key's."
            ) from None
        return key.account_id, _expiry(content, now)

    def _load(self, number: str, key: _Key) -> RSAPublicKey:
        loaded = self._loaded.get(number)
        if loaded is None:
            from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
            from cryptography.hazmat.primitives.serialization import load_pem_public_key

            read = load_pem_public_key(key.public_key.encode())
            if not isinstance(read, RSAPublicKey):
                raise TypeError("It is no RSA key.")
            loaded = self._loaded[number] = read
        return loaded

    # --- the file ---

    def _refresh(self) -> None:
        """Read the file when it is another one than before."""
        if self._file is None:
            return
        try:
            status = self._file.stat()
        except FileNotFoundError:
            seen = None
        except OSError as error:
            raise _unusable(self._file, error.strerror or str(error)) from None
        else:
            seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if seen != self._seen:
            self._keys = _read(self._file)
            self._loaded.clear()
            self._verified.clear()
            self._seen = seen

    def _keep(self, file: Path, number: str, key: _Key) -> None:
        """Add a key to those that are in the file by now."""
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with locked(file.parent):
                keys = _read(file) | {number: key}
                content = {one: attrs.asdict(value) for one, value in keys.items()}
                write_whole(file, json.dumps(content, indent=2).encode() + b"\n")
        except OSError as error:
            raise _unusable(file, error.strerror or str(error)) from None


def _pair() -> tuple[str, str]:
    """A new key's private and public half, PEM."""
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa
    except ImportError:
        raise ConfigurationError(f"To make keys, a library is missing: {_NEEDS}.") from None
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def _read(file: Path) -> dict[str, _Key]:
    """The keys in a file, none when there is no such file."""
    try:
        content = json.loads(file.read_bytes())
        keys = {number: _Key(**entry) for number, entry in content.items()}
        if all(type(key.account_id) is int and isinstance(key.public_key, str) for key in keys.values()):
            return keys
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _unusable(file, error.strerror or str(error)) from None
    except (ValueError, TypeError, AttributeError, RecursionError):
        pass
    raise _unusable(file, "it holds something else. Delete it and make new keys with `voxsim credentials`")


def _unusable(file: Path, reason: str) -> ConfigurationError:
    return ConfigurationError(f"The keys in {str(file)!r} cannot be used: {reason}.")


def _malformed() -> BadToken:
    return BadToken(INVALID_FORMAT, "Invalid token format: a JWT is needed.")


def _expiry(content: Any, now: float) -> float:
    """When a token expires, by its claims; they have to be sensible."""
    try:
        claims = json.loads(content)
    except (ValueError, RecursionError):
        raise _malformed() from None
    if not isinstance(claims, dict):
        raise _malformed()
    issued, expires = (_moment(claims, name) for name in ("iat", "exp"))
    if expires > issued + LONGEST + LEEWAY:
        raise BadToken(TOO_LONG, f"The token is good for too long: {LONGEST} s after 'iat' are allowed.")
    if issued > now + LEEWAY:
        raise BadToken(IN_THE_FUTURE, "The token is issued in the future: is the client's clock right?")
    return expires


def _moment(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    # A comparison that NaN fails, and that no integer is too large for.
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LATEST:
        return float(value)
    raise BadToken(INVALID_FORMAT, f"Invalid token format: {name!r} has to be seconds since 1970.")
