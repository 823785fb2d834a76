"""Commands that begin sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from voxsim.platform.commands.declare import Given, ManagementError, Reply, bad_parameter, command

if TYPE_CHECKING:
    from voxsim.platform.commands.context import Context

TOO_MANY: Final = 429
"""The code for more requests at one moment than may be starting sessions."""


@command(
    "StartScenarios",
    "rule_id:n* user_id:n user_name:s application_id:n application_name:s script_custom_data:s reference_ip:s "
    "server_location:s",
)
async def start_scenarios(context: Context, given: Given) -> Reply:
    """Begin a session; the answer comes when it exists, and does not wait for the scenario."""
    found = context.account.rule(given["rule_id"])
    if found is None:
        raise bad_parameter("rule_id", f"there is no rule {given['rule_id']}")
    application, rule = found
    wanted = context.application_or_none(given)
    if wanted not in (None, application):
        raise bad_parameter("rule_id", "the rule belongs to another application")
    user_id = context.user(given).id if "user_id" in given or "user_name" in given else -1
    most = context.platform.switch.limits.start_scenarios_at_once
    if context.starting >= most:
        raise ManagementError(TOO_MANY, f"More than {most} simultaneous requests.")
    context.starting += 1
    try:
        session = await context.start(rule, given.get("script_custom_data", ""), application, user_id)
    finally:
        context.starting -= 1
    return {
        "result": 1,
        "media_session_access_url": session.access_url,
        "media_session_access_secure_url": session.access_secure_url,
        "call_session_history_id": session.number,
    }
