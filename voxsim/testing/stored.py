"""Stored: the items of the ApplicationStorage as a test sees them, a mapping of texts."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING

from voxsim.platform.storage import at_once

if TYPE_CHECKING:
    from voxsim.platform.items import KeyValue


class StorageHandle(MutableMapping[str, str]):
    """`vox.storage["orders:17"] = "paid"`: the items of the first application, the living ones only."""

    def __init__(self, items: KeyValue) -> None:
        self._items = items

    def put(self, key: str, value: str, ttl: int | None = None) -> None:
        """Set an item that lives so many seconds; 30 days without.

        Raises:
            BadArgument: one of them is out of bounds.
        """
        at_once(self._items.put(key, value, ttl=ttl))

    def expires_at(self, key: str) -> int:
        """When an item is gone, in unix seconds.

        Raises:
            KeyError: there is none.
        """
        item = at_once(self._items.get(key))
        if item is None:
            raise KeyError(key)
        return item.expires_at

    def __getitem__(self, key: str) -> str:
        item = at_once(self._items.get(key))
        if item is None:
            raise KeyError(key)
        return item.value

    def __setitem__(self, key: str, value: str) -> None:
        self.put(key, value)

    def __delitem__(self, key: str) -> None:
        if at_once(self._items.delete(key)) is None:
            raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter([item.key for item in at_once(self._items.find())])

    def __len__(self) -> int:
        return len(at_once(self._items.find()))

    def __repr__(self) -> str:
        return repr(dict(self))
