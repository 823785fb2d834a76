"""Credentials: who may log in. Passwords in three forms, one-time keys, and tokens with their ends.

It knows the account and the time, and nothing of connections. Secrets are compared in constant time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from enum import IntEnum
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final

import attrs

from voxsim.platform.account import Account, Application, User, password_hash
from voxsim.protocols.websdk.limits import GatewayLimits

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch

ACCESS: Final = "access"
REFRESH: Final = "refresh"


class AuthCode(IntEnum):
    """The codes of a log-in's result, as the SDK knows them."""

    SECOND_STAGE = 301
    ONE_TIME_KEY = 302
    INVALID_PASSWORD = 401
    MAU_ACCESS_DENIED = 402
    ACCOUNT_FROZEN = 403
    INVALID_USERNAME = 404
    INVALID_STATE = 491
    INTERNAL_ERROR = 500
    TOKEN_EXPIRED = 701


@attrs.frozen
class Person:
    """A user, and the application that it logs in to."""

    user: User
    application: Application


@attrs.define
class _Token:
    """A token: whose it is, what it is good for, and until when (unix seconds)."""

    user: int
    kind: str
    until: float


class Credentials:
    """Checks log-ins against an account.

    Attributes:
        refusals: the code with which every log-in of a user is refused, by the user's name; for tests.
    """

    def __init__(self, switch: Switch, account: Callable[[], Account], limits: GatewayLimits) -> None:
        self._switch = switch
        self._account = account
        self._limits = limits
        self._keys: dict[int, dict[str, float]] = {}
        self._tokens: dict[str, _Token] = {}
        self._owned: dict[tuple[int, str], list[str]] = {}
        self.refusals: dict[str, int] = {}

    # --- who it is ---

    def person(self, address: str) -> Person | AuthCode:
        """Who logs in as `user@application.account.voximplant.com`; a bare name means the first application.

        Returns:
            The user with its application, or why it cannot log in.
        """
        name, _, domain = address.strip().lower().removeprefix("sip:").partition("@")
        account = self._account()
        user = account.user(name=name)
        if user is None or not user.password_hash:
            return AuthCode.INVALID_USERNAME
        candidates = [one for one in account.applications if one.id in user.applications]
        if domain:
            candidates = [one for one in candidates if account.domain(one).lower() == domain.partition(":")[0]]
        if not candidates:
            return AuthCode.INVALID_USERNAME
        if not user.active:
            return AuthCode.ACCOUNT_FROZEN
        return Person(user, candidates[0])

    def refused(self, person: Person) -> int | None:
        """The code with which a user is refused whatever it shows, or None."""
        return self.refusals.get(person.user.name, person.user.refuse_login)

    # --- passwords and keys ---

    def password_fits(self, user: User, credential: str, form: str) -> bool:
        """Whether a password is right: a clear one, or its hash in the form `md5` or `sha256`."""
        if form == "sha256":
            return bool(user.password_sha256) and _same(user.password_sha256, credential.lower())
        given = credential.lower() if form == "md5" else password_hash(user.name, credential)
        return _same(user.password_hash, given)

    def new_key(self, user: User) -> str:
        """A key for one log-in."""
        keys = self._keys.setdefault(user.id, {})
        if len(keys) >= self._limits.one_time_keys:
            del keys[next(iter(keys))]
        key = self._switch.ids.secret() * 2
        keys[key] = self._switch.unix_time + self._limits.one_time_key_seconds
        return key

    def key_fits(self, user: User, answer: str) -> bool:
        """Whether this is MD5 of `key|password hash` for a key that is still good; then it no longer is."""
        keys, now = self._keys.get(user.id, {}), self._switch.unix_time
        for key, until in tuple(keys.items()):
            wanted = hashlib.md5(f"{key}|{user.password_hash}".encode(), usedforsecurity=False).hexdigest()
            if until >= now and _same(wanted, answer.lower()):
                del keys[key]
                return True
        return False

    # --- tokens ---

    def new_tokens(self, user: User) -> dict[str, Any]:
        """An access token and a refresh token, as a client gets them; `…Expire` in seconds."""
        limits = self._limits
        return {
            "accessToken": self._token(user, ACCESS, limits.access_token_seconds),
            "accessExpire": round(limits.access_token_seconds),
            "refreshToken": self._token(user, REFRESH, limits.refresh_token_seconds),
            "refreshExpire": round(limits.refresh_token_seconds),
        }

    def token_fits(self, user: User, token: str, kind: str) -> AuthCode | None:
        """None when a token can be used, else why not."""
        found = self._tokens.get(token)
        if found is None or found.user != user.id or found.kind != kind:
            return AuthCode.INVALID_PASSWORD
        return AuthCode.TOKEN_EXPIRED if found.until < self._switch.unix_time else None

    def spend(self, token: str) -> None:
        """A refresh token has been exchanged: it is no longer good."""
        self._tokens.pop(token, None)

    def expire(self, user: User, kind: str | None = None) -> None:
        """Let the user's tokens, or those of one kind, run out now."""
        past = self._switch.unix_time - 1
        for token in self._tokens.values():
            if token.user == user.id and kind in (None, token.kind):
                token.until = min(token.until, past)

    def _token(self, user: User, kind: str, seconds: float) -> str:
        owned = self._owned.setdefault((user.id, kind), [])
        if len(owned) >= self._limits.tokens:
            self._tokens.pop(owned.pop(0), None)
        token = self._switch.ids.unit()
        owned.append(token)
        self._tokens[token] = _Token(user.id, kind, self._switch.unix_time + seconds)
        return token


def _same(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode("utf-8", "replace"))
