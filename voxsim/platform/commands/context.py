"""Context: what the commands of the management API work on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs

from voxsim.platform.account import Account, Application, User
from voxsim.platform.commands.declare import Given, ManagementError, bad_parameter
from voxsim.platform.items import KeyValue, Secrets
from voxsim.platform.storage import DATE, Storage

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.platform.platform import Platform

StartSession = Callable[[Callable[[], "Session"]], Awaitable["Session"]]


async def _nothing_to_wait_for() -> None:
    """In memory all is as it is."""


@attrs.define(eq=False)
class Context:
    """One account behind the management API.

    Attributes:
        start: calls what begins a session where sessions live, and returns when it will not be forgotten any more.
        kept: returns when what has changed of the call lists will not be forgotten any more.
    """

    platform: Platform
    storage: Storage
    start: StartSession
    starting: int = 0
    kept: Callable[[], Awaitable[None]] = _nothing_to_wait_for
    _key_values: dict[int, KeyValue] = attrs.field(factory=dict)
    _secrets: dict[int, Secrets] = attrs.field(factory=dict)

    @property
    def account(self) -> Account:
        """The account."""
        return self.platform.account

    def now(self) -> float:
        """The present, in unix seconds of scenario time."""
        return self.platform.switch.unix_time

    def date(self) -> str:
        """The present as the API writes it."""
        return datetime.fromtimestamp(int(self.now()), UTC).strftime(DATE)

    def key_value(self, given: Given) -> KeyValue:
        """The key-value items of the application that is asked for."""
        return self.key_value_of(self.application(given).id)

    def key_value_of(self, application: int) -> KeyValue:
        """The key-value items of the application with this id."""
        found = self._key_values.get(application)
        if found is None:
            found = KeyValue(self.storage, application, self.now, self.platform.switch.limits)
            self._key_values[application] = found
        return found

    def secrets(self, given: Given) -> Secrets:
        """The secrets of the application that is asked for."""
        return self.secrets_of(self.application(given).id)

    def secrets_of(self, application: int) -> Secrets:
        """The secrets of the application with this id."""
        if application not in self._secrets:
            self._secrets[application] = Secrets(self.storage, application)
        return self._secrets[application]

    def application(self, given: Given) -> Application:
        """The application that is asked for by id or, without one, by name; the first when neither is given.

        Raises:
            ManagementError: there is none.
        """
        found = self.application_or_none(given)
        return found if found is not None else self.account.applications[0]

    def application_or_none(self, given: Given) -> Application | None:
        """The application that is asked for; None when none is."""
        number, name = given.get("application_id"), given.get("application_name")
        if number is None and name is None:
            return None
        found = self.account.application(number, name)
        if found is None:
            raise bad_parameter("application_id" if number is not None else "application_name", "there is none")
        return found

    def user(self, given: Given) -> User:
        """The user that is asked for by id or, without one, by name.

        Raises:
            ManagementError: there is none.
        """
        number, name = given.get("user_id"), given.get("user_name")
        found = self.account.user(number, name) if number is not None or name is not None else None
        if found is None:
            raise ManagementError(117, "The 'user_id' parameter is invalid: there is no such user.")
        return found
