"""Commands that begin sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from voxsim.platform.commands.declare import Given, ManagementError, Reply, bad_parameter, command
from voxsim.platform.rules import Rule, first_match

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.platform.account import Application
    from voxsim.platform.commands.context import Context

NAME_TOO_LONG: Final = 270
"""The code for a conference's name that is too long."""

TOO_MANY: Final = 429
"""The code for more requests at one moment than may be starting sessions."""


@command(
    "StartScenarios",
    "rule_id:n* user_id:n user_name:s application_id:n application_name:s script_custom_data:s reference_ip:s "
    "server_location:s",
)
async def start_scenarios(context: Context, given: Given) -> Reply:
    """Begin a session; the answer comes when it exists, and does not wait for the scenario."""
    application, rule = _rule(context, given)
    user_id = _user_id(context, given)
    custom_data = given.get("script_custom_data", "")
    platform = context.platform
    return await _begun(
        context, lambda: platform.start_scenarios(rule, custom_data, application=application, user_id=user_id)
    )


@command(
    "StartConference",
    "conference_name:s* rule_id:n user_id:n user_name:s application_id:n application_name:s script_custom_data:s "
    "reference_ip:s server_location:s",
)
async def start_conference(context: Context, given: Given) -> Reply:
    """Begin the session that holds a conference, or find the one that holds it already."""
    name = given["conference_name"]
    most = context.platform.switch.limits.conference_name_characters
    if len(name) > most:
        raise ManagementError(NAME_TOO_LONG, f"The 'conference_name' parameter length is {most} at most.")
    if "rule_id" in given:
        application, rule = _rule(context, given)
    else:
        application = context.application(given)
        matching = first_match(application.rules, name)
        if matching is None:
            raise bad_parameter("rule_id", f"it is missing, and no rule of {application.name!r} matches {name!r}")
        rule = matching
    user_id = _user_id(context, given)
    custom_data = given.get("script_custom_data", "")
    platform = context.platform
    return await _begun(
        context,
        lambda: platform.start_conference(name, rule, custom_data, application=application, user_id=user_id),
    )


def _rule(context: Context, given: Given) -> tuple[Application, Rule]:
    """The rule that is asked for, and its application."""
    found = context.account.rule(given["rule_id"])
    if found is None:
        raise bad_parameter("rule_id", f"there is no rule {given['rule_id']}")
    if context.application_or_none(given) not in (None, found[0]):
        raise bad_parameter("rule_id", "the rule belongs to another application")
    return found


def _user_id(context: Context, given: Given) -> int:
    """Who asks; -1 for nobody."""
    return context.user(given).id if "user_id" in given or "user_name" in given else -1


async def _begun(context: Context, begin: Callable[[], Session]) -> Reply:
    """Begin a session, unless too many are beginning already, and tell where it is."""
    most = context.platform.switch.limits.start_scenarios_at_once
    if context.starting >= most:
        raise ManagementError(TOO_MANY, f"More than {most} simultaneous requests.")
    context.starting += 1
    try:
        session = await context.start(begin)
    finally:
        context.starting -= 1
    return {
        "result": 1,
        "media_session_access_url": session.access_url,
        "media_session_access_secure_url": session.access_secure_url,
        "call_session_history_id": session.number,
    }
