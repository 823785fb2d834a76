"""SQLite: a storage in one file, with a thread of its own.

All writes that wait at one moment become one transaction, and one wake-up of trio tells them that they are committed.
The journal mode is WAL and `synchronous` NORMAL: a commit has reached the operating system, so killing the process
loses nothing of it; only the loss of power could.
"""

from __future__ import annotations

import contextlib
import json
import queue
import sqlite3
import threading
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import trio

from voxsim.engine.ids import FIRST_SESSION_ID
from voxsim.platform.storage import DATE, HistoryPage, HistoryQuery, Row, interrupted
from voxsim.vocabulary.errors import ConfigurationError

VERSION: Final = 1
"""The version of the tables."""

_TABLES: Final = """
CREATE TABLE session (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    start_date TEXT NOT NULL,
    application_id INTEGER,
    application_name TEXT,
    rule_name TEXT,
    finished INTEGER NOT NULL,
    record TEXT NOT NULL,
    timeline BLOB
);
CREATE INDEX session_by_date ON session (start_date);
CREATE INDEX session_alive ON session (finished) WHERE finished = 0;
CREATE TABLE item (
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (space, key)
) WITHOUT ROWID;
"""

_MOST_AT_ONCE: Final = 2000

Work = Callable[[sqlite3.Connection], Any]


class _Order:
    """One piece of work for the thread, and who waits for it."""

    __slots__ = ("done", "error", "result", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.done = trio.Event()
        self.result: Any = None
        self.error: Exception | None = None


class SQLite:
    """A storage in a file; `opened` makes one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._token = trio.lowlevel.current_trio_token()
        self._thread = threading.Thread(target=self._work, name="voxsim storage", daemon=True)
        self._thread.start()

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, path: Path) -> AsyncIterator[SQLite]:
        """Open the file, or make it; sessions that a killed process left half-written are marked.

        Raises:
            ConfigurationError: the file cannot be used, or another process uses it.
        """
        connection = await trio.to_thread.run_sync(_open, path)
        storage = cls(connection)
        try:
            yield storage
        finally:
            storage._orders.put(None)
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(storage._thread.join)
            connection.close()

    # --- sessions ---

    async def begin_session(self, number: int, key: str, facts: Mapping[str, Any]) -> None:
        """A session begins."""
        values = _columns(number, key, facts, finished=0)
        await self._do(lambda connection: connection.execute(_BEGIN, values))

    async def finish_session(self, number: int, record: Mapping[str, Any], timeline: Iterable[str]) -> None:
        """A session has ended."""
        lines = list(timeline)

        def write(connection: sqlite3.Connection) -> None:
            packed = zlib.compress("\n".join(lines).encode("utf-8", "surrogatepass"), 1)
            connection.execute(_FINISH, (json.dumps(record), packed, number))

        await self._do(write)

    async def history(self, query: HistoryQuery) -> HistoryPage:
        """The sessions that have ended, as a query wants them."""
        page: HistoryPage = await self._do(lambda connection: _history(connection, query))
        return page

    async def timeline(self, number: int) -> list[str] | None:
        """The timeline of a session that has ended; None when there is no such session."""

        def read(connection: sqlite3.Connection) -> list[str] | None:
            row = connection.execute("SELECT timeline FROM session WHERE number = ?", (number,)).fetchone()
            if row is None or row[0] is None:
                return None
            return zlib.decompress(row[0]).decode("utf-8", "surrogatepass").split("\n")

        lines: list[str] | None = await self._do(read)
        return lines

    async def next_number(self) -> int:
        """The first number that no session has had."""

        def read(connection: sqlite3.Connection) -> int:
            highest = connection.execute("SELECT max(number) FROM session").fetchone()[0]
            return FIRST_SESSION_ID if highest is None else int(highest) + 1

        number: int = await self._do(read)
        return number

    # --- items ---

    async def load(self, space: str) -> dict[str, Any]:
        """All values of a space, by key."""

        def read(connection: sqlite3.Connection) -> dict[str, Any]:
            rows = connection.execute("SELECT key, value FROM item WHERE space = ?", (space,))
            return {key: json.loads(value) for key, value in rows}

        items: dict[str, Any] = await self._do(read)
        return items

    async def put(self, space: str, key: str, value: Any) -> None:
        """Keep a value."""
        values = space, key, json.dumps(value)
        await self._do(lambda connection: connection.execute("REPLACE INTO item VALUES (?, ?, ?)", values))

    async def delete(self, space: str, key: str) -> None:
        """Keep a value no more."""
        await self._do(
            lambda connection: connection.execute("DELETE FROM item WHERE space = ? AND key = ?", (space, key))
        )

    # --- the thread ---

    async def _do(self, work: Work) -> Any:
        """Let the thread do something, and wait until it is committed. What is cancelled is done all the same."""
        order = _Order(work)
        self._orders.put(order)
        await order.done.wait()
        if order.error is not None:
            raise order.error
        return order.result

    def _work(self) -> None:
        """The thread: take all orders that wait, do them in one transaction, and tell."""
        over = False
        while not over:
            taken = [self._orders.get()]
            while len(taken) < _MOST_AT_ONCE:
                try:
                    taken.append(self._orders.get_nowait())
                except queue.Empty:
                    break
            over = None in taken
            orders = [order for order in taken if order is not None]
            self._do_all(orders)
            with contextlib.suppress(trio.RunFinishedError):
                self._token.run_sync_soon(_tell, orders)

    def _do_all(self, orders: list[_Order]) -> None:
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            for order in orders:
                connection.execute("SAVEPOINT one")
                try:
                    order.result = order.work(connection)
                except Exception as error:  # noqa: BLE001 - belongs to whoever gave the order
                    connection.execute("ROLLBACK TO one")
                    order.error = error
                connection.execute("RELEASE one")
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            for order in orders:
                order.error = ConfigurationError(f"The storage cannot be written: {error}.")


_BEGIN: Final = (
    "INSERT INTO session (number, key, start_date, application_id, application_name, rule_name, finished, record) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_FINISH: Final = "UPDATE session SET record = ?, timeline = ?, finished = 1 WHERE number = ?"


def _columns(number: int, key: str, facts: Mapping[str, Any], *, finished: int) -> tuple[Any, ...]:
    named = (facts.get(name) for name in ("start_date", "application_id", "application_name", "rule_name"))
    return (number, key, *named, finished, json.dumps(dict(facts)))


def _tell(orders: list[_Order]) -> None:
    for order in orders:
        order.done.set()


def _history(connection: sqlite3.Connection, query: HistoryQuery) -> HistoryPage:
    """The rows that match. What columns tell is asked of SQLite, the rest of the rows themselves."""
    where, values = ["finished > 0"], list[Any]()
    for condition, value in (
        ("start_date >= ?", query.from_date and query.from_date.strftime(DATE)),
        ("start_date <= ?", query.to_date and query.to_date.strftime(DATE)),
        ("application_id = ?", query.application_id),
        ("application_name = ?", query.application_name),
        ("rule_name = ?", query.rule_name),
    ):
        if value is not None:
            where.append(condition)
            values.append(value)
    if query.sessions:
        where.append(f"number IN ({','.join('?' * len(query.sessions))})")
        values += query.sessions
    matching = f"FROM session WHERE {' AND '.join(where)}"
    order = f"ORDER BY number {'DESC' if query.desc_order else 'ASC'}"
    if query.looks_inside:
        rows = (json.loads(row[0]) for row in connection.execute(f"SELECT record {matching} {order}", values))
        found: list[Row] = [row for row in rows if query.takes(row)]
        part, total = found[query.offset : query.offset + query.count], len(found)
    else:
        limited = f"SELECT record {matching} {order} LIMIT ? OFFSET ?"
        part = [json.loads(row[0]) for row in connection.execute(limited, (*values, query.count, query.offset))]
        total = connection.execute(f"SELECT count(*) {matching}", values).fetchone()[0]
    return HistoryPage([query.shown(row) for row in part], total)


# --- opening ---


def _open(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.5)
    except (OSError, sqlite3.Error) as error:
        raise ConfigurationError(f"The storage {path} cannot be opened: {error}.") from None
    try:
        # One process alone: two would give the same numbers to different sessions.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        _prepare(connection, path)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        connection.close()
        raise ConfigurationError(_trouble(path, error)) from None
    except ConfigurationError:
        connection.close()
        raise
    return connection


def _trouble(path: Path, error: sqlite3.Error) -> str:
    if "locked" in str(error):
        return f"Another voxsim serves this folder: {path} is in use. End it first, or serve with --memory."
    if "not a database" in str(error) or "malformed" in str(error):
        return f"{path} is no voxsim storage ({error}). Move it away, and a new one is made."
    return f"The storage {path} cannot be used: {error}."


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise ConfigurationError(
            f"{path} was written by a newer voxsim (its version is {version}, this one reads {VERSION}). "
            "Use that one, or move the file away."
        )
    if version == 0:
        for statement in _TABLES.strip().split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    unfinished = connection.execute("SELECT number, record FROM session WHERE finished = 0").fetchall()
    for number, facts in unfinished:
        row = interrupted(json.loads(facts), number)
        connection.execute("UPDATE session SET finished = 2, record = ? WHERE number = ?", (json.dumps(row), number))
