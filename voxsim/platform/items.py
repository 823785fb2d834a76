"""Items: key-value items and secrets of an application, in memory for reading and in the storage for ever.

The facts of the platform: a key has up to 200 characters, a value up to 2000, an item lives 30 days unless it says
otherwise, 90 days at most.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import attrs

from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.limits import Limits

if TYPE_CHECKING:
    from voxsim.platform.storage import Storage

DEFAULT_TTL: Final = 30 * 24 * 3600
_KEY: Final = re.compile(r"[a-zA-Z0-9а-яА-ЯёЁ_\-:;.#+]+")  # noqa: RUF001 - the platform allows Cyrillic letters


@attrs.frozen
class Item:
    """A key, its value, and when it is gone (unix seconds)."""

    key: str
    value: str
    expires_at: int


class KeyValue:
    """The key-value items of one application.

    Args:
        now: the present, in unix seconds.
        limits: how long keys and values may be, and how long they live at most.
    """

    def __init__(
        self, storage: Storage, application: int, now: Callable[[], float], limits: Limits | None = None
    ) -> None:
        self._storage = storage
        self._limits = limits or Limits()
        self._space = f"keyvalue:{application}"
        self._now = now
        self._items: dict[str, Item] | None = None

    async def put(self, key: str, value: str, *, ttl: int | None = None, expires_at: int | None = None) -> Item:
        """Set an item; it is kept when this returns.

        Args:
            key: up to 200 letters, digits and `_-:;.#+`.
            value: up to 2000 characters.
            ttl: how many seconds it lives, up to 7,776,000.
            expires_at: until when it lives instead, in unix seconds.

        Raises:
            BadArgument: one of them is out of bounds.
        """
        limits = self._limits
        if not key or len(key) > limits.storage_key_characters:
            raise BadArgument(f"A key has 1 to {limits.storage_key_characters} characters, this one has {len(key)}.")
        if not _KEY.fullmatch(key):
            raise BadArgument(f"A key has letters, digits and _-:;.#+ in it, nothing else; got {key!r}.")
        if len(value) > limits.storage_value_characters:
            most = limits.storage_value_characters
            raise BadArgument(f"A value has up to {most} characters, this one has {len(value)}.")
        now = int(self._now())
        lives = expires_at - now if expires_at is not None else DEFAULT_TTL if ttl is None else ttl
        if not 0 <= lives <= limits.storage_ttl_seconds:
            raise BadArgument(f"An item lives 0 to {limits.storage_ttl_seconds} seconds, not {lives}.")
        items = await self._loaded()
        item = items[key] = Item(key, value, now + lives)
        await self._storage.put(self._space, key, attrs.asdict(item))
        return item

    async def get(self, key: str) -> Item | None:
        """The item, unless there is none or its time is over."""
        item = (await self._loaded()).get(key)
        return item if item is not None and item.expires_at > self._now() else None

    async def delete(self, key: str) -> Item | None:
        """Take an item away, and return it."""
        items = await self._loaded()
        item = await self.get(key)
        if items.pop(key, None) is not None:
            await self._storage.delete(self._space, key)
        return item

    async def find(self, prefix: str = "") -> list[Item]:
        """The living items whose keys begin so, by key."""
        now = self._now()
        items = (await self._loaded()).values()
        found = [item for item in items if item.key.startswith(prefix) and item.expires_at > now]
        return sorted(found, key=lambda item: item.key)

    async def keys(self, namespace: str | None = None) -> list[str]:
        """The keys of the living items, in order.

        Args:
            namespace: only keys whose part before the first colon is this; a key without a colon is its own namespace.
        """
        wanted = None if namespace is None else namespace.removesuffix(":")
        return [item.key for item in await self.find() if wanted in (None, item.key.partition(":")[0])]

    async def _loaded(self) -> dict[str, Item]:
        if self._items is None:
            found = {key: Item(**value) for key, value in (await self._storage.load(self._space)).items()}
            self._items = found if self._items is None else self._items
        return self._items


@attrs.define
class Secret:
    """A named value that scenarios read and logs hide; dates as the management API writes them."""

    id: int
    name: str
    value: str = attrs.field(repr=False)
    description: str
    created: str
    modified: str


class Secrets:
    """The secrets of one application."""

    def __init__(self, storage: Storage, application: int) -> None:
        self._storage = storage
        self._space = f"secrets:{application}"
        self._secrets: dict[str, Secret] | None = None

    async def add(self, name: str, value: str, description: str, now: str) -> Secret | None:
        """Add a secret; None when the name is taken."""
        secrets = await self._loaded()
        if name in secrets:
            return None
        number = max((secret.id for secret in secrets.values()), default=0) + 1
        secret = secrets[name] = Secret(number, name, value, description, now, now)
        await self._write(secret)
        return secret

    def value(self, name: str) -> str | None:
        """The value of a secret among those that have been loaded; None when there is none of this name."""
        secret = (self._secrets or {}).get(name)
        return secret.value if secret is not None else None

    async def set(self, name: str, value: str, now: str) -> None:
        """Let there be a secret with this value, whether there was one or not."""
        secret = await self.find(name=name)
        if secret is None:
            await self.add(name, value, "", now)
        elif secret.value != value:
            await self.change(secret, now, value=value)

    async def find(self, number: int | None = None, name: str | None = None) -> Secret | None:
        """The secret with this number, else with this name."""
        secrets = await self._loaded()
        if number is not None:
            return next((secret for secret in secrets.values() if secret.id == number), None)
        return secrets.get(name or "")

    async def change(self, secret: Secret, now: str, **changes: Any) -> bool:
        """Change a secret's name, value or description; False when the new name is taken."""
        secrets = await self._loaded()
        name = changes.get("name", secret.name)
        if name != secret.name:
            if name in secrets:
                return False
            del secrets[secret.name]
            await self._storage.delete(self._space, secret.name)
        changed = secrets[name] = attrs.evolve(secret, modified=now, **changes)
        await self._write(changed)
        return True

    async def delete(self, secret: Secret) -> None:
        """Take a secret away."""
        (await self._loaded()).pop(secret.name, None)
        await self._storage.delete(self._space, secret.name)

    async def all(self) -> list[Secret]:
        """All secrets, by number."""
        return sorted((await self._loaded()).values(), key=lambda secret: secret.id)

    async def _write(self, secret: Secret) -> None:
        await self._storage.put(self._space, secret.name, attrs.asdict(secret))

    async def _loaded(self) -> dict[str, Secret]:
        if self._secrets is None:
            found = {key: Secret(**value) for key, value in (await self._storage.load(self._space)).items()}
            self._secrets = found if self._secrets is None else self._secrets
        return self._secrets
