"""ApplicationStorage: items that all sessions of an application share, each with a time to live.

Every function asks the platform at once and is answered a little later; what is asked for is done whether anybody
awaits the answer or not.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, ClassVar, TypeVar

from voxsim.engine.future import Future
from voxsim.engine.lifecycle import Operation, Phase, check_allowed
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.services import StorageKey, StoragePage
from voxsim.engine.session import Session
from voxsim.vocabulary.declare import namespace, signature
from voxsim.vocabulary.errors import BadArgument, LimitExceeded, VoxsimError

T = TypeVar("T")

_ALIVE = (Phase.LOADING, Phase.RUNNING)


@namespace("ApplicationStorage", module="ApplicationStorage")
class ApplicationStorageNamespace(Namespace):
    """The items of the running session's application. A key may have a namespace before a colon: `orders:17`."""

    NAME: ClassVar = "ApplicationStorage"

    @signature("get(key)")
    def get(self, key: str) -> Future[StorageKey | None]:
        """To be awaited: the item with this key; None when there is none or its time is over.

        Raises:
            BadArgument, LimitExceeded: the key is no text of 1 to 200 characters.
        """
        session = self._asked()
        wrong = _wrong_key(session, "get", key)
        return _ask(session, "get", {"key": key}, session.switch.services.get_item(session, key), wrong)

    @signature("keys(pattern?, count?)")
    def keys(self, pattern: str | None = None, count: int = 1000) -> Future[StoragePage]:
        """To be awaited: the keys of all items, or of those in the namespace `pattern`.

        Args:
            pattern: what stands before the colon; a key without a colon is a namespace of its own.
            count: so many at most, up to 1000.
        """
        session = self._asked()
        wrong: VoxsimError | None = None
        if type(pattern) not in (str, type(None)):
            wrong = BadArgument(f"ApplicationStorage.keys: the pattern is a text, got {type(pattern).__name__}.")
        elif type(count) not in (int, float) or count < 0:
            wrong = BadArgument(f"ApplicationStorage.keys: 'count' is a number from 0, got {count!r}.")
        data = {name: value for name, value in (("pattern", pattern), ("count", count)) if value is not None}
        return _ask(session, "keys", data, _page(session, pattern, count), wrong)

    @signature("put(key, value, ttl)")
    def put(self, key: str, value: str, ttl: float | None = None) -> Future[StorageKey]:
        """To be awaited: set an item.

        Args:
            key: 1 to 200 letters, digits and `_-:;.#+`.
            value: a text of up to 2000 characters.
            ttl: how many seconds it lives, 0 to 7,776,000; 30 days without it.

        Raises:
            BadArgument, LimitExceeded: one of them is of the wrong kind or out of bounds.
        """
        session = self._asked()
        data = {"key": key, "value": value} | ({} if ttl is None else {"ttl": ttl})
        wrong = _wrong_key(session, "put", key) or _wrong_value(session, value) or _wrong_ttl(session, ttl)
        whole = None if ttl is None or wrong is not None else int(ttl)
        return _ask(session, "put", data, session.switch.services.put_item(session, key, value, whole), wrong)

    @signature("remove(key)")
    def remove(self, key: str) -> Future[StorageKey]:
        """To be awaited: take an item away; what is returned expires at 0, with an empty value if there was none."""
        session = self._asked()
        wrong = _wrong_key(session, "remove", key)
        return _ask(session, "remove", {"key": key}, _removed(session, key), wrong)

    def _asked(self) -> Session:
        """The running session, which must be in a phase that may use the storage."""
        session = self.session
        session.needs("ApplicationStorage")
        check_allowed(session.phase, Operation.STORAGE, self.NAME)
        return session


def _ask(
    session: Session, name: str, data: dict[str, Any], work: Coroutine[Any, Any, T], wrong: VoxsimError | None
) -> Future[T]:
    """Note the request, let the platform carry it out, and answer after the platform's delay."""
    switch = session.switch
    session.note("storage", name, None, data)
    future: Future[T] = Future(switch, f"the answer of ApplicationStorage.{name}")
    due = switch.now + round(switch.timing.storage * 1000)

    def answer(result: Any, error: BaseException | None) -> None:
        if session.phase not in _ALIVE:
            return
        if error is not None:
            session.note("storage", "failed", None, {"request": name, "error": str(error)})
            future.fail(error)
        else:
            session.note("storage", "answered", None, {"request": name, **_told(result)})
            future.set(result)

    def done(result: Any, error: BaseException | None) -> None:
        switch.at(due, answer, result, error)

    if wrong is not None:
        work.close()
        done(None, wrong)
    else:
        switch.tasks.start(None, work, done)
    return future


async def _page(session: Session, pattern: str | None, count: float) -> StoragePage:
    return StoragePage(await session.switch.services.item_keys(session, pattern, int(count)))


async def _removed(session: Session, key: str) -> StorageKey:
    item = await session.switch.services.remove_item(session, key)
    return StorageKey(key, item.value if item is not None else "", 0)


def _told(result: StorageKey | StoragePage | None) -> dict[str, Any]:
    if isinstance(result, StoragePage):
        return {"keys": len(result.keys)}
    return {"found": False} if result is None else {"key": result.key, "value": result.value}


def _wrong_key(session: Session, name: str, key: object) -> VoxsimError | None:
    if not isinstance(key, str) or not key:
        return BadArgument(f"ApplicationStorage.{name}: the key is a text that is not empty, got {key!r}.")
    most = session.switch.limits.storage_key_characters
    if len(key) > most:
        session.limit("storage_key_characters", most)
        return LimitExceeded(f"ApplicationStorage.{name}: a key has up to {most} characters, this one has {len(key)}.")
    return None


def _wrong_value(session: Session, value: object) -> VoxsimError | None:
    if not isinstance(value, str):
        kind = type(value).__name__
        return BadArgument(f"ApplicationStorage.put: the value is a text, got {kind}; json.dumps makes one.")
    most = session.switch.limits.storage_value_characters
    if len(value) > most:
        session.limit("storage_value_characters", most)
        return LimitExceeded(f"ApplicationStorage.put: a value has up to {most} characters, this one has {len(value)}.")
    return None


def _wrong_ttl(session: Session, ttl: Any) -> VoxsimError | None:
    if ttl is None:
        return None
    if type(ttl) not in (int, float) or ttl != ttl or ttl < 0:  # noqa: PLR0124 - NaN alone differs from itself
        return BadArgument(f"ApplicationStorage.put: 'ttl' is a number of seconds from 0, got {ttl!r}.")
    most = session.switch.limits.storage_ttl_seconds
    if ttl > most:
        session.limit("storage_ttl_seconds", most)
        return LimitExceeded(f"ApplicationStorage.put: 'ttl' is up to {most} seconds, got {ttl!r}.")
    return None


ApplicationStorage = ApplicationStorageNamespace()
