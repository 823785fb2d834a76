"""Logins: the ways of the Web SDK's Client to log in, as a part of its stand-in for tests.

Each returns what can be awaited for the result, which comes as an event, too. A refusal is a result, not an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from voxsim.engine.future import Future
from voxsim.testing import sdkevents as sdk
from voxsim.testing.sdkevents import LoginTokens
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.testing.sdkwire import SdkWire
    from voxsim.testing.vox import Vox


class Logins:
    """A part of the client."""

    vox: Vox
    wire: SdkWire
    name: str
    address: str
    state: str
    tokens: LoginTokens | None
    _password: str
    _login: Future[sdk.AuthResult] | None
    _refresh: Future[sdk.RefreshTokenResult] | None
    tell: Callable[[Any], Any]
    _needs_connection: Callable[[], None]

    def login(
        self, password: str | None = None, *, form: str = "md5", receive_calls: bool = True
    ) -> Future[sdk.AuthResult]:
        """Log in with a password: AuthResult.

        Args:
            password: in clear; the user's own when None.
            form: how it travels: `clear`, `md5` or `sha256`.
            receive_calls: whether calls to the user ring here.
        """
        text = f"{self.name}:voximplant.com:{self._password if password is None else password}"
        forms: dict[str, Callable[[], str]] = {
            "clear": lambda: self._password if password is None else password,
            "md5": lambda: _md5(text),
            "sha256": lambda: hashlib.sha256(text.encode()).hexdigest(),
        }
        if form not in forms:
            raise VoxsimError(f"A password travels as one of {', '.join(forms)}, not as {form!r}.")
        options = {"receiveCalls": receive_calls} | ({} if form == "clear" else {"credentialType": form})
        return self._log_in("login", self.address, forms[form](), options)

    def login_as(self, address: str, password: str = "") -> Future[sdk.AuthResult]:
        """Log in under another name than the client's own."""
        return self._log_in("login", address, password, {})

    def login_with_token(self, token: str | None = None) -> Future[sdk.AuthResult]:
        """Log in with an access token; the last one when None."""
        own = self.tokens.access_token if self.tokens is not None else ""
        return self._log_in("login", self.address, "", {"accessToken": own if token is None else token})

    def request_one_time_login_key(self) -> Future[sdk.AuthResult]:
        """Ask for a key: AuthResult with code 302 and the key in it."""
        return self._log_in("loginGenerateOneTimeKey", self.address)

    def login_with_one_time_key(self, hash_: str) -> Future[sdk.AuthResult]:
        """Log in with `one_time_hash(key)`."""
        return self._log_in("loginUsingOneTimeKey", self.address, hash_, {})

    def one_time_hash(self, key: str, password: str | None = None) -> str:
        """What a backend makes of a key and the user's password."""
        text = f"{self.name}:voximplant.com:{self._password if password is None else password}"
        return _md5(f"{key}|{_md5(text)}")

    def token_refresh(self, token: str | None = None) -> Future[sdk.RefreshTokenResult]:
        """Exchange a refresh token (the last one when None) for new tokens: RefreshTokenResult."""
        own = self.tokens.refresh_token if self.tokens is not None else ""
        future = self._refresh = Future(self.vox.world.switch, f"RefreshTokenResult of {self!r}")
        self._needs_connection()
        self.wire.send("refreshOauthToken", self.address, own if token is None else token)
        return future

    def _log_in(self, name: str, *values: Any) -> Future[sdk.AuthResult]:
        self._needs_connection()
        future = self._login = Future(self.vox.world.switch, f"AuthResult of {self!r}")
        if self.state == "CONNECTED":
            self.state = "LOGGING_IN"
        self.wire.send(name, *values)
        return future

    def _authorized(self, result: sdk.AuthResult) -> None:
        if self.state == "LOGGING_IN":
            self.state = "LOGGED_IN" if result.result else "CONNECTED"
        self.tell(result)
        if self._login is not None:
            self._login.set(result)

    def _refreshed(self, result: sdk.RefreshTokenResult) -> None:
        self.tell(result)
        if self._refresh is not None:
            self._refresh.set(result)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
