"""Commands for the secrets of an application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from voxsim.platform.commands.declare import INVALID_ARGUMENTS, Given, ManagementError, Reply, command, part_of
from voxsim.platform.items import Secret

if TYPE_CHECKING:
    from voxsim.platform.commands.context import Context

_OF = "application_id:n application_name:s"
_ONE = f"secret_id:n secret_name:s {_OF}"
_TAKEN: Final = "The secret name is not unique: there is a secret {!r} already."


async def load_secrets(context: Context) -> None:
    """Make the secrets known to scenarios: those of earlier runs, and those that the configuration names."""
    for application in context.account.applications:
        secrets = context.secrets_of(application.id)
        await secrets.all()
        for name, value in application.secrets.items():
            await secrets.set(name, value, context.date())


def _row(secret: Secret) -> Reply:
    return {
        "secret_id": secret.id,
        "secret_name": secret.name,
        "description": secret.description,
        "created": secret.created,
        "modified": secret.modified,
    }


async def _find(context: Context, given: Given) -> Secret:
    secret = await context.secrets(given).find(given.get("secret_id"), given.get("secret_name"))
    if secret is None:
        raise ManagementError(INVALID_ARGUMENTS, "There is no such secret: give its 'secret_id' or 'secret_name'.")
    return secret


@command("AddSecret", f"secret_name:s* secret_value:s* description:s {_OF}")
async def add_secret(context: Context, given: Given) -> Reply:
    """Add a secret."""
    name = given["secret_name"]
    description = given.get("description", "")
    secret = await context.secrets(given).add(name, given["secret_value"], description, context.date())
    if secret is None:
        raise ManagementError(INVALID_ARGUMENTS, _TAKEN.format(name))
    return {"result": [{"secret_id": secret.id}]}


@command("GetSecretValue", _ONE)
async def get_secret_value(context: Context, given: Given) -> Reply:
    """One secret with its value."""
    secret = await _find(context, given)
    return {"result": [{**_row(secret), "secret_value": secret.value}]}


@command("GetSecrets", f"secret_name_part:s count:n offset:n {_OF}")
async def get_secrets(context: Context, given: Given) -> Reply:
    """The secrets, without their values."""
    part = given.get("secret_name_part", "")
    return part_of([_row(secret) for secret in await context.secrets(given).all() if part in secret.name], given)


@command("SetSecretInfo", f"new_secret_name:s secret_value:s description:s {_ONE}")
async def set_secret_info(context: Context, given: Given) -> Reply:
    """Change a secret's name, value or description."""
    secret = await _find(context, given)
    fields = {"new_secret_name": "name", "secret_value": "value", "description": "description"}
    changes: dict[str, Any] = {field: given[parameter] for parameter, field in fields.items() if parameter in given}
    if not await context.secrets(given).change(secret, context.date(), **changes):
        raise ManagementError(INVALID_ARGUMENTS, _TAKEN.format(given["new_secret_name"]))
    return {"result": 1}


@command("DelSecret", _ONE)
async def del_secret(context: Context, given: Given) -> Reply:
    """Take a secret away."""
    await context.secrets(given).delete(await _find(context, given))
    return {"result": 1}
