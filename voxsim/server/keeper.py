"""Keeper: writes call lists and their tasks to the storage as they change, and takes them up again at the start.

One task writes, in order; what has changed several times meanwhile is written once.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import trio

from voxsim.platform.calllistrows import LISTS, list_row, read_list, task_row, tasks_space

if TYPE_CHECKING:
    from voxsim.platform.calllist import CallList, Task
    from voxsim.platform.platform import Platform
    from voxsim.platform.storage import Storage


class Keeper:
    """Keeps the call lists of a platform; `opened` makes one."""

    def __init__(self, platform: Platform, storage: Storage) -> None:
        self._platform = platform
        self._storage = storage
        self._changed: dict[tuple[int, int | None], tuple[CallList, Task | None]] = {}
        self._wake = trio.Event()
        self._kept = trio.Event()
        self._kept.set()

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, platform: Platform, storage: Storage) -> AsyncIterator[Keeper]:
        """Take up the lists of earlier runs, and keep what changes; at the end all of it is written."""
        keeper = cls(platform, storage)
        await keeper._recall()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(keeper._write)
            yield keeper
            await keeper.kept()
            nursery.cancel_scope.cancel()

    async def kept(self) -> None:
        """Wait until all that has changed so far is written."""
        await self._kept.wait()

    async def _recall(self) -> None:
        lists, switch, account = self._platform.call_lists, self._platform.switch, self._platform.account
        for row in (await self._storage.load(LISTS)).values():
            tasks = await self._storage.load(tasks_space(row["id"]))
            one = read_list(row, list(tasks.values()), account, switch)
            if one is not None:
                lists.restore(one)
        lists.on_change = self._note

    def _note(self, one: CallList, task: Task | None) -> None:
        self._changed[(one.id, None if task is None else task.id)] = (one, task)
        self._kept = trio.Event() if self._kept.is_set() else self._kept
        self._wake.set()

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake = trio.Event()
            while self._changed:
                one, task = self._changed.pop(next(iter(self._changed)))
                await self._put(one, task)
            self._kept.set()

    async def _put(self, one: CallList, task: Task | None) -> None:
        switch, storage = self._platform.switch, self._storage
        if one.id not in self._platform.call_lists.lists:
            await storage.delete(LISTS, str(one.id))
            for gone in one.tasks:
                await storage.delete(tasks_space(one.id), str(gone.id))
        elif task is None:
            await storage.put(LISTS, str(one.id), list_row(one, switch))
        else:
            await storage.put(tasks_space(one.id), str(task.id), task_row(task, switch))
