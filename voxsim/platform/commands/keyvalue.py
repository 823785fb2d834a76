"""Commands for the key-value items of an application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from voxsim.platform.commands.declare import INVALID_ARGUMENTS, Given, ManagementError, Reply, command, part_of
from voxsim.platform.items import Item
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.platform.commands.context import Context

_OF = "application_id:n application_name:s"
_MOST: Final = 50
_DEFAULT: Final = 10


def _row(item: Item) -> Reply:
    return {"key": item.key, "value": item.value, "expires_at": item.expires_at}


def _found(item: Item | None, key: str) -> Item:
    if item is None:
        raise ManagementError(INVALID_ARGUMENTS, f"There is no item with the key {key!r}.")
    return item


@command("SetKeyValueItem", f"key:s* value:s* ttl:n expires_at:n {_OF}")
async def set_item(context: Context, given: Given) -> Reply:
    """Set an item; when this is answered, it is kept."""
    try:
        item = await context.key_value(given).put(
            given["key"], given["value"], ttl=given.get("ttl"), expires_at=given.get("expires_at")
        )
    except BadArgument as error:
        raise ManagementError(INVALID_ARGUMENTS, str(error)) from None
    return {"result": _row(item)}


@command("GetKeyValueItem", f"key:s* {_OF}")
async def get_item(context: Context, given: Given) -> Reply:
    """One item."""
    return {"result": _row(_found(await context.key_value(given).get(given["key"]), given["key"]))}


@command("GetKeyValueItems", f"key:s* count:n offset:n {_OF}")
async def get_items(context: Context, given: Given) -> Reply:
    """The items whose keys begin with `key`."""
    items = await context.key_value(given).find(given["key"])
    return part_of([_row(item) for item in items], given, most=_MOST, default=_DEFAULT)


@command("GetKeyValueKeys", f"key:s count:n offset:n {_OF}")
async def get_keys(context: Context, given: Given) -> Reply:
    """The keys that begin with `key`, or all."""
    items = await context.key_value(given).find(given.get("key", ""))
    rows = [{"key": item.key, "expires_at": item.expires_at} for item in items]
    return part_of(rows, given, most=_MOST, default=_DEFAULT)


@command("DelKeyValueItem", f"key:s* {_OF}")
async def delete_item(context: Context, given: Given) -> Reply:
    """Take an item away."""
    _found(await context.key_value(given).delete(given["key"]), given["key"])
    return {"result": 1}
