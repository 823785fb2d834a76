"""Services: how the platform answers what its own sessions ask of it, from the same stores as the management API.

A session's application decides whose items and secrets it sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from voxsim.engine.services import Answer, ReportKind, StorageKey

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.platform.commands import Context
    from voxsim.platform.items import Item, KeyValue


class AccountServices:
    """The services of one account.

    Args:
        context: gives what the management API's commands work on; asked for when the first session needs it.
    """

    def __init__(self, context: Callable[[], Context]) -> None:
        self._context = context

    async def get_item(self, session: Session, key: str) -> StorageKey | None:
        """The item with this key, or None."""
        return _shown(await self._items(session).get(key))

    async def put_item(self, session: Session, key: str, value: str, ttl: int | None) -> StorageKey:
        """Set an item."""
        item = await self._items(session).put(key, value, ttl=ttl)
        return StorageKey(item.key, item.value, item.expires_at)

    async def remove_item(self, session: Session, key: str) -> StorageKey | None:
        """Take an item away and return it."""
        return _shown(await self._items(session).delete(key))

    async def item_keys(self, session: Session, namespace: str | None, count: int) -> list[str]:
        """The keys of a namespace, or of all items."""
        return (await self._items(session).keys(namespace))[: min(count, _MOST_KEYS)]

    def secret(self, session: Session, name: str) -> str | None:
        """The secret's value, or None."""
        return self._context().secrets_of(session.origin.application_id).value(name)

    async def report(self, session: Session, kind: ReportKind, data: Any) -> Answer:
        """Tell the call list that started the session something."""
        return self._context().platform.call_lists.report(session, kind, data)

    async def manage(self, session: Session, command: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Carry out a command of the management API; errors are replies, with a code and a text."""
        from voxsim.platform.commands import COMMANDS, ManagementError
        from voxsim.platform.commands.declare import not_emulated

        declared = COMMANDS.get(command)
        try:
            if declared is None:
                raise not_emulated(command)
            reply = await declared.run(self._context(), declared.convert(parameters))
        except ManagementError as error:
            return {"error": {"code": error.code, "msg": str(error)}}
        content = reply.get("file_content")
        return {**reply, "file_content": content.decode("utf-8", "replace")} if isinstance(content, bytes) else reply

    def _items(self, session: Session) -> KeyValue:
        return self._context().key_value_of(session.origin.application_id)


_MOST_KEYS = 1000


def _shown(item: Item | None) -> StorageKey | None:
    return StorageKey(item.key, item.value, item.expires_at) if item is not None else None
