"""Commands for the users of the account. Those that are added last: they are in the storage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from voxsim.platform.account import Account, User, password_hash, password_sha256
from voxsim.platform.commands.declare import EMPTY_PARAMETER, Given, ManagementError, Reply, command, part_of

if TYPE_CHECKING:
    from voxsim.platform.commands.context import Context
    from voxsim.platform.storage import Storage

SPACE: Final = "users"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{2,49}")
_SHORTEST_PASSWORD: Final = 6


async def load_users(account: Account, storage: Storage) -> None:
    """Add the users that were added in earlier runs."""
    for value in (await storage.load(SPACE)).values():
        user = User(**{**value, "applications": tuple(value["applications"])})
        if account.user(name=user.name) is None:
            account.users[user.id] = user


@command(
    "AddUser",
    "user_name:s* user_display_name:s* user_password:s* application_id:n application_name:s parent_accounting:b "
    "user_active:b user_custom_data:s",
)
async def add_user(context: Context, given: Given) -> Reply:
    """Add a user to an application."""
    account, name = context.account, given["user_name"]
    if not _NAME.fullmatch(name):
        raise ManagementError(
            122,
            "The user name should start with a letter or digit and can contain latin characters, digits, hyphen and "
            f"underscore, 3 to 50 in all; got {name[:80]!r}.",
        )
    if len(given["user_password"]) < _SHORTEST_PASSWORD:
        raise ManagementError(112, "The password should be at least 6 characters long.")
    if account.user(name=name) is not None:
        raise ManagementError(118, f"The user name is not unique: there is a user {name!r} already.")
    if len(account.users) >= context.platform.switch.limits.users_per_account:
        raise ManagementError(109, "Exceeded the user number limit per account.")
    now = context.date()
    user = User(
        id=max(account.users, default=0) + 1,
        name=name,
        display_name=given["user_display_name"],
        password_hash=password_hash(name, given["user_password"]),
        password_sha256=password_sha256(name, given["user_password"]),
        active=given.get("user_active", True),
        custom_data=given.get("user_custom_data", ""),
        applications=(context.application(given).id,),
        created=now,
        modified=now,
    )
    account.users[user.id] = user
    await context.storage.put(SPACE, str(user.id), attrs.asdict(user))
    return {"result": 1, "user_id": user.id}


@command("DelUser", "user_id:ids user_name:strs application_id:n application_name:s")
async def del_user(context: Context, given: Given) -> Reply:
    """Take users away, by their ids or, without any, by their names."""
    if "user_id" not in given and "user_name" not in given:
        raise ManagementError(EMPTY_PARAMETER, "DelUser: 'user_id' or 'user_name' is required.")
    wanted = [{"user_id": number} for number in given.get("user_id", ())]
    wanted = wanted or [{"user_name": name} for name in given.get("user_name", ())]
    users = [context.user(one) for one in wanted] if wanted else list(context.account.users.values())
    for user in users:
        context.account.users.pop(user.id, None)
        await context.storage.delete(SPACE, str(user.id))
    return {"result": 1}


@command(
    "GetUsers",
    "application_id:n application_name:s user_id:n user_name:s user_active:b user_display_name:s order_by:s "
    "with_skills:b with_queues:b return_live_balance:b count:n offset:n",
)
async def get_users(context: Context, given: Given) -> Reply:
    """The users; names are looked for as parts of theirs."""
    account = context.account
    application = context.application_or_none(given)
    number, name = given.get("user_id"), given.get("user_name", "").lower()
    shown = given.get("user_display_name", "").lower()
    users = [
        user
        for user in account.users.values()
        if (application is None or application.id in user.applications)
        and number in (None, user.id)
        and name in user.name.lower()
        and shown in user.display_name.lower()
        and given.get("user_active") in (None, user.active)
    ]
    key = {"user_name": "name", "user_display_name": "display_name"}.get(given.get("order_by", ""), "id")
    users.sort(key=lambda user: getattr(user, key))
    return part_of([_row(context, user, given) for user in users], given)


def _row(context: Context, user: User, given: Given) -> Reply:
    account = context.account
    row: Reply = {
        "user_id": user.id,
        "user_name": user.name,
        "user_display_name": user.display_name,
        "user_active": user.active,
        "parent_accounting": True,
        "balance": 0,
        "fixed_balance": 0,
        "user_custom_data": user.custom_data,
        "applications": [
            {"application_id": application.id, "application_name": account.domain(application)}
            for application in account.applications
            if application.id in user.applications
        ],
        "acd_status": _status(context, user),
        "created": user.created or context.date(),
        "modified": user.modified or context.date(),
    }
    if given.get("with_skills"):
        row["skills"] = []
    if given.get("with_queues"):
        row["acd_queues"] = []
    if given.get("return_live_balance"):
        row["live_balance"] = 0
    return row


def _status(context: Context, user: User) -> str:
    """What the user does as an operator."""
    agent = context.platform.switch.queues.agents.get(user.name)
    return "OFFLINE" if agent is None else str(agent.status)
