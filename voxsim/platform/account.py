"""Account: what the platform knows of its one customer. Applications with their rules, users, scenarios, numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

from voxsim.platform.rules import Rule, first_match

REALM: Final = "voximplant.com"
"""The realm of a user's password hash, as the SDKs build it when they log in."""


@attrs.define(eq=False, kw_only=True)
class Application:
    """An application: its rules in order, and which of them phone numbers are bound to.

    Attributes:
        name: the short name; `Account.domain` makes the full one.
        numbers: the phone numbers (digits) that belong to it, each with the one rule that takes its calls, or None.
        secrets: those that the configuration names; they are set when the platform begins.
    """

    id: int = 1
    name: str = "app"
    rules: list[Rule] = attrs.field(factory=list)
    numbers: dict[str, Rule | None] = attrs.field(factory=dict)
    secrets: Mapping[str, str] = attrs.field(factory=dict, repr=False)


@attrs.define(eq=False, kw_only=True)
class User:
    """A user of the account.

    Attributes:
        password_hash: what a login is checked against, MD5 of `name:voximplant.com:password`; empty for no login.
        password_sha256: SHA-256 of the same, which SDKs may send in its place.
        refuse_login: the code with which every log-in is refused, whatever the user shows; None for none.
        applications: the ids of the applications that it belongs to.
    """

    id: int
    name: str
    display_name: str
    password_hash: str = attrs.field(default="", repr=False)
    password_sha256: str = attrs.field(default="", repr=False)
    active: bool = True
    refuse_login: int | None = None
    custom_data: str = ""
    applications: tuple[int, ...] = ()
    created: str = ""
    modified: str = ""


@attrs.frozen
class ScenarioFile:
    """A scenario by its number and name, and the file it stands in."""

    id: int
    name: str
    file: str


@attrs.define(eq=False, kw_only=True)
class Account:
    """The account. Its first application takes what no other one claims."""

    id: int = 1
    name: str = "account"
    email: str = "account@example.com"
    api_key: str = attrs.field(default="", repr=False)
    currency: str = "USD"
    balance: float = 100.0
    created: datetime | None = None
    applications: list[Application] = attrs.field(factory=lambda: [Application()])
    users: dict[int, User] = attrs.field(factory=dict)
    scenarios: list[ScenarioFile] = attrs.field(factory=list)

    def domain(self, application: Application) -> str:
        """An application's full name, `app.account.voximplant.com`."""
        return f"{application.name}.{self.name}.voximplant.com"

    def application(self, number: int | None = None, name: str | None = None) -> Application | None:
        """The application with this number, else with this name (short or full); None when there is none."""
        for application in self.applications:
            if number is not None:
                if application.id == number:
                    return application
            elif name in (application.name, self.domain(application)):
                return application
        return None

    def route(self, destination: str, only: Application | None = None) -> tuple[Application, Rule] | None:
        """Who takes a call: the application that has the number, else the first one with a rule that matches."""
        digits = destination.lstrip("+")
        applications = [only] if only is not None else self.applications
        for application in applications:
            if digits in application.numbers:
                bound = application.numbers[digits]
                rule = bound or first_match(application.rules, destination)
                return (application, rule) if rule is not None else None
        for application in applications:
            rule = first_match(application.rules, destination)
            if rule is not None:
                return application, rule
        return None

    @property
    def rules(self) -> list[Rule]:
        """The rules of all applications, in order."""
        return [rule for application in self.applications for rule in application.rules]

    def rule(self, number: int) -> tuple[Application, Rule] | None:
        """The rule with this number, and its application."""
        for application in self.applications:
            for rule in application.rules:
                if rule.number == number:
                    return application, rule
        return None

    def user(self, number: int | None = None, name: str | None = None) -> User | None:
        """The user with this number, else with this name."""
        if number is not None:
            return self.users.get(number)
        return next((user for user in self.users.values() if user.name == name), None)


def password_hash(user: str, password: str) -> str:
    """What is kept of a password: the SDKs' login answers a challenge with this hash, so it must be this one."""
    return hashlib.md5(f"{user}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


def password_sha256(user: str, password: str) -> str:
    """The same with SHA-256."""
    return hashlib.sha256(f"{user}:{REALM}:{password}".encode()).hexdigest()
