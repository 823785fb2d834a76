"""Offers: who can log in with the phone, and what can be called then, so that nobody has to look it up."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voxsim.platform.rules import first_match

if TYPE_CHECKING:
    from voxsim.platform.account import Account, Application
    from voxsim.platform.rules import Rule

_MOST: Final = 200
_NO_NUMBER: Final = re.compile(r"[^0-9A-Za-z_+-]")


def logins(account: Account) -> list[dict[str, str]]:
    """The users with a password, once for each of their applications: full name, application and display name."""
    return [
        {
            "login": f"{user.name}@{account.domain(application)}",
            "domain": account.domain(application),
            "name": user.display_name or user.name,
        }
        for user in account.users.values()
        if user.password_hash and user.active
        for application in account.applications
        if application.id in user.applications
    ][:_MOST]


def destinations(account: Account) -> dict[str, list[dict[str, str]]]:
    """What to call to reach each rule that takes calls, by the full names of the applications."""
    answering = {one.name for one in account.scenarios if _takes_calls(one.file)}
    return {account.domain(one): _of(one, answering)[:_MOST] for one in account.applications}


def _of(application: Application, answering: set[str]) -> list[dict[str, str]]:
    found = []
    for rule in application.rules:
        if answering and answering.isdisjoint(rule.program.names):
            continue
        to = _destination(application, rule)
        if to is not None:
            found.append({"to": to, "rule": rule.name})
    return found


def _destination(application: Application, rule: Rule) -> str | None:
    """Something to call that leads to this rule, or None when none was found."""
    literal = _NO_NUMBER.sub("", rule.pattern.pattern)
    tried = (rule.name, "100", "15550100", literal, literal.lstrip("+"))
    numbers = [f"+{number}" for number, bound in application.numbers.items() if bound is rule]
    reached = [one for one in tried if one and first_match(application.rules, one) is rule]
    return next(iter(numbers + reached), None)


def _takes_calls(file: str) -> bool:
    try:
        return "CallAlerting" in Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
