"""Login: how a client of the Web SDK shows who it is, in each of the ways there are, and what it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voxsim.protocols.websdk.credentials import ACCESS, REFRESH, AuthCode, Credentials, Person
from voxsim.protocols.websdk.params import BadMessage, Params
from voxsim.protocols.websdk.wire import SERVER_ERROR

if TYPE_CHECKING:
    from voxsim.protocols.websdk.connection import Connection


class Login:
    """The log-ins of one client."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._wrong = 0

    def asked(self, params: Params) -> None:
        """The client wants to log in, a key to do so, or new tokens."""
        person = self._credentials.person(params.word(0))
        if params.name == "refreshOauthToken":
            self._refresh(person, params)
            return
        if self._connection.person is not None:
            self._refuse(AuthCode.INVALID_STATE, params)
        elif isinstance(person, AuthCode):
            self._refuse(person, params)
        elif (refused := self._credentials.refused(person)) is not None:
            self._refuse(refused, params)
        elif params.name == "loginGenerateOneTimeKey":
            self._connection.send("loginFailed", int(AuthCode.ONE_TIME_KEY), self._credentials.new_key(person.user))
        else:
            self._enter(person, params)

    def _enter(self, person: Person, params: Params) -> None:
        connection, options = self._connection, params.table(2)
        wrong = self._check(person, params, options)
        if wrong is None and len(connection.gateway.devices(person.user.name)) >= connection.gateway.limits.devices:
            wrong = AuthCode.ACCOUNT_FROZEN
        if wrong is not None:
            self._refuse(wrong, params)
            return
        self._wrong = 0
        connection.person = person
        connection.receives = options.get("receiveCalls") is not False
        connection.note("logged in", {"how": _way(params, options)})
        extra = {
            "iceConfig": None,
            "connectionId": connection.id,
            "OAuth": self._credentials.new_tokens(person.user),
        }
        connection.send("loginSuccessful", person.user.display_name or person.user.name, extra)
        connection.gateway.entered(connection)

    def _check(self, person: Person, params: Params, options: dict[str, Any]) -> AuthCode | None:
        """None when the client may come in, else why not."""
        user, shown = person.user, params.word(1)
        token = options.get("accessToken")
        if params.name == "loginUsingOneTimeKey":
            fits = self._credentials.key_fits(user, shown)
        elif params.name == "loginStage2":
            fits = False
        elif not shown and isinstance(token, str):
            return self._credentials.token_fits(user, token, ACCESS)
        else:
            fits = self._credentials.password_fits(user, shown, str(options.get("credentialType") or ""))
        return None if fits else AuthCode.INVALID_PASSWORD

    def _refuse(self, code: int, params: Params) -> None:
        connection = self._connection
        self._wrong += 1
        connection.note("log-in refused", {"code": int(code), "as": params.word(0)[:100]})
        connection.send("loginFailed", int(code))
        if self._wrong >= connection.gateway.limits.wrong_logins:
            raise BadMessage("Too many wrong log-ins.", SERVER_ERROR)

    def _refresh(self, person: Person | AuthCode, params: Params) -> None:
        """refreshOauthToken: a refresh token is exchanged for new tokens."""
        connection = self._connection
        given = params.any(1)
        token = given.get("refreshToken") if isinstance(given, dict) else given
        wrong: int | None
        if isinstance(person, AuthCode):
            wrong = int(person)
        elif (refused := self._credentials.refused(person)) is not None:
            wrong = refused
        else:
            wrong = self._credentials.token_fits(person.user, token if isinstance(token, str) else "", REFRESH)
        if isinstance(person, AuthCode) or wrong is not None:
            self._wrong += 1
            connection.note("refresh refused", {"code": int(wrong or 0), "as": params.word(0)[:100]})
            connection.send("refreshOauthTokenFailed", int(wrong or 0))
            if self._wrong >= connection.gateway.limits.wrong_logins:
                raise BadMessage("Too many wrong log-ins.", SERVER_ERROR)
            return
        self._credentials.spend(str(token))
        connection.note("tokens refreshed", {"as": person.user.name})
        connection.send("refreshOauthTokenSuccessful", {"OAuth": self._credentials.new_tokens(person.user)})

    @property
    def _credentials(self) -> Credentials:
        return self._connection.gateway.credentials


def _way(params: Params, options: dict[str, Any]) -> str:
    if params.name == "loginUsingOneTimeKey":
        return "one-time key"
    if not params.any(1):
        return "token"
    return f"password ({options.get('credentialType') or 'clear'})"
