"""Commands that read the account, its applications, their rules and scenarios."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from voxsim.platform.account import Application, ScenarioFile
from voxsim.platform.commands.declare import Given, ManagementError, Reply, command, part_of
from voxsim.platform.rules import PLUS
from voxsim.platform.storage import DATE

if TYPE_CHECKING:
    from voxsim.platform.commands.context import Context
    from voxsim.platform.rules import Rule


@command("GetAccountInfo", "return_live_balance:b")
async def get_account_info(context: Context, given: Given) -> Reply:
    """The account."""
    account = context.account
    created = account.created.strftime(DATE) if account.created is not None else context.date()
    info = {
        "account_id": account.id,
        "account_name": account.name,
        "account_email": account.email,
        "api_key": account.api_key,
        "created": created,
        "currency": account.currency,
        "balance": account.balance,
        "active": True,
        "frozen": False,
        "credit_limit": 0,
        "location": "UTC",
        "language_code": "en",
    }
    if given.get("return_live_balance"):
        info["live_balance"] = account.balance
    return {"result": info, "api_address": "api.voximplant.com"}


@command(
    "GetApplications",
    "application_id:n application_name:s with_rules:b with_scenarios:b count:n offset:n",
)
async def get_applications(context: Context, given: Given) -> Reply:
    """The applications; a name is looked for as a part of theirs."""
    account = context.account
    number, name = given.get("application_id"), given.get("application_name", "").lower()
    rows = []
    for application in account.applications:
        full = account.domain(application)
        if (number is not None and application.id != number) or (number is None and name not in full):
            continue
        row: Reply = {
            "application_id": application.id,
            "application_name": full,
            "modified": context.date(),
            "secure_record_storage": False,
        }
        if given.get("with_rules"):
            row["rules"] = [_rule(context, application, rule, given) for rule in application.rules]
        rows.append(row)
    return part_of(rows, given)


@command(
    "GetRules",
    "application_id:n application_name:s rule_id:n rule_name:s video_conference:b template:s with_scenarios:b "
    "count:n offset:n",
)
async def get_rules(context: Context, given: Given) -> Reply:
    """The rules of an application; a name is looked for as a part of theirs, a template is a number to match."""
    application = context.application(given)
    number, name, template = given.get("rule_id"), given.get("rule_name", "").lower(), given.get("template")
    rows = [
        _rule(context, application, rule, given)
        for rule in application.rules
        if (number is None or rule.number == number)
        and name in rule.name.lower()
        and given.get("video_conference") in (None, rule.video_conference)
        and (template is None or rule.matches(template))
    ]
    return part_of(rows, given)


def _rule(context: Context, application: Application, rule: Rule, given: Given) -> Reply:
    row: Reply = {
        "rule_id": rule.number,
        "application_id": application.id,
        "rule_name": rule.name,
        "rule_pattern": _written(rule.pattern),
        "rule_pattern_exclude": _written(rule.exclude) if rule.exclude is not None else "",
        "video_conference": rule.video_conference,
        "modified": context.date(),
    }
    if given.get("with_scenarios"):
        known = {scenario.name: scenario for scenario in context.account.scenarios}
        names = [name for name in rule.program.names if name in known]
        row["scenarios"] = [_scenario(context, known[name], with_script=False) for name in names]
    return row


def _written(pattern: re.Pattern[str]) -> str:
    """The pattern as it was given."""
    text = pattern.pattern
    return "+" + text.removeprefix(PLUS) if text.startswith(PLUS) else text


@command(
    "GetScenarios",
    "scenario_id:n scenario_name:s with_script:b application_id:n application_name:s count:n offset:n",
)
async def get_scenarios(context: Context, given: Given) -> Reply:
    """The scenarios; a name is looked for as a part of theirs, in any case."""
    number, name = given.get("scenario_id"), given.get("scenario_name", "").lower()
    rows = [
        _scenario(context, scenario, with_script=given.get("with_script", False))
        for scenario in context.account.scenarios
        if (scenario.id == number if number is not None else name in scenario.name.lower())
    ]
    return part_of(rows, given)


def _scenario(context: Context, scenario: ScenarioFile, *, with_script: bool) -> Reply:
    row: Reply = {
        "scenario_id": scenario.id,
        "scenario_name": scenario.name,
        "modified": context.date(),
        "parent": False,
    }
    if with_script:
        try:
            row["scenario_script"] = Path(scenario.file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ManagementError(2, f"The scenario {scenario.name} cannot be read: {error}.") from None
    return row
