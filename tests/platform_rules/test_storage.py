"""What is kept: the same questions to the storage in memory and to that in a file, then what a file alone can show."""

import contextlib
import sqlite3
from datetime import UTC, datetime

import pytest
import trio

from voxsim.engine.ids import FIRST_SESSION_ID
from voxsim.platform.sqlite import SQLite
from voxsim.platform.storage import INTERRUPTED, HistoryQuery, Memory
from voxsim.vocabulary.errors import ConfigurationError

pytestmark = pytest.mark.trio


@pytest.fixture(params=["memory", "sqlite"])
async def storage(request, tmp_path):
    if request.param == "memory":
        yield Memory()
    else:
        async with SQLite.opened(tmp_path / "kept" / "voxsim.sqlite3") as opened:
            yield opened


def row(number, **fields):
    return {
        "call_session_history_id": number,
        "application_id": 1,
        "application_name": "app.account.voximplant.com",
        "rule_name": "menu",
        "user_id": -1,
        "start_date": f"2026-01-0{number} 12:00:00",
        "duration": 10 * number,
        "custom_data": f"order {number}",
        "finish_reason": "Normal termination",
        "calls": [{"remote_number": f"1555010{number}", "local_number": "100"}],
        "records": [],
        "other_resource_usage": [],
        **fields,
    }


async def keep(storage, number, **fields):
    whole = row(number, **fields)
    facts = {key: value for key, value in whole.items() if key not in ("calls", "finish_reason", "duration")}
    await storage.begin_session(number, f"key-{number}", facts)
    await storage.finish_session(number, whole, [f'{{"n":{number}}}', '{"name":"ü\\ud800"}'])


async def numbers(storage, **query):
    return [found["call_session_history_id"] for found in (await storage.history(HistoryQuery(**query))).rows]


async def test_an_ended_session_is_in_the_history_with_its_timeline(storage):
    await keep(storage, 1)
    page = await storage.history(HistoryQuery(with_calls=True, with_records=True, with_other_resources=True))
    assert (page.rows, page.total) == ([row(1)], 1)
    assert await storage.timeline(1) == ['{"n":1}', '{"name":"ü\\ud800"}']
    assert await storage.timeline(2) is None


async def test_a_living_session_is_not_in_the_history(storage):
    await storage.begin_session(1, "key", {"start_date": "2026-01-01 12:00:00"})
    assert await numbers(storage) == []
    assert await storage.timeline(1) is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"desc_order": True}, [4, 3, 2, 1]),
        ({"count": 2, "offset": 1}, [2, 3]),
        ({"sessions": (2, 4, 9)}, [2, 4]),
        ({"from_date": datetime(2026, 1, 2, 12, tzinfo=UTC)}, [2, 3, 4]),
        ({"to_date": datetime(2026, 1, 2, 12, tzinfo=UTC)}, [1, 2]),
        ({"min_duration": 20, "max_duration": 30}, [2, 3]),
        ({"rule_name": "other"}, [4]),
        ({"rule_name": "menu", "desc_order": True, "count": 1}, [3]),
        ({"application_id": 2}, []),
        ({"application_name": "app.account.voximplant.com", "sessions": (3,)}, [3]),
        ({"user_ids": (-1,), "count": 1}, [1]),
        ({"custom_data": "order 3"}, [3]),
        ({"remote_numbers": ("15550102", "15550104")}, [2, 4]),
        ({"local_numbers": ("100",), "offset": 3}, [4]),
        ({"local_numbers": ("200",)}, []),
    ],
)
async def test_every_filter_of_the_history(storage, query, expected):
    for number in range(1, 5):
        await keep(storage, number, **({"rule_name": "other"} if number == 4 else {}))
    assert await numbers(storage, **query) == expected


async def test_all_that_match_are_counted_whatever_part_is_asked_for(storage):
    for number in range(1, 5):
        await keep(storage, number)
    assert (await storage.history(HistoryQuery(count=1))).total == 4
    assert (await storage.history(HistoryQuery(count=1, custom_data="order"))).total == 4


async def test_parts_that_were_not_asked_for_are_left_out(storage):
    await keep(storage, 1)
    assert set(row(1)) - set((await storage.history(HistoryQuery())).rows[0]) == {
        "calls",
        "records",
        "other_resource_usage",
    }


async def test_items_of_a_space(storage):
    await storage.put("users", "1", {"name": "alice"})
    await storage.put("users", "2", {"name": "bob"})
    await storage.put("users", "1", {"name": "carol"})
    await storage.put("other", "1", [1, None, "ü"])
    await storage.delete("users", "2")
    await storage.delete("users", "9")
    assert await storage.load("users") == {"1": {"name": "carol"}}
    assert await storage.load("other") == {"1": [1, None, "ü"]}
    assert await storage.load("nothing") == {}


async def test_numbers_go_on_where_they_ended(storage):
    assert await storage.next_number() == FIRST_SESSION_ID
    await keep(storage, FIRST_SESSION_ID + 7, start_date="2026-01-01 00:00:00")
    assert await storage.next_number() == FIRST_SESSION_ID + 8


# --- only in a file ---


@pytest.fixture
def path(tmp_path):
    return tmp_path / "voxsim.sqlite3"


async def test_what_was_kept_is_there_after_the_file_is_opened_again(path):
    async with SQLite.opened(path) as storage:
        await keep(storage, 1)
        await storage.put("space", "key", "value")
    async with SQLite.opened(path) as storage:
        assert await numbers(storage) == [1]
        assert await storage.load("space") == {"key": "value"}


async def test_a_session_that_was_alive_when_the_process_died_is_marked(path):
    async with SQLite.opened(path) as storage:
        await storage.begin_session(5, "key", {"start_date": "2026-01-01 12:00:00", "rule_name": "menu"})
    async with SQLite.opened(path) as storage:
        found = (await storage.history(HistoryQuery())).rows
        assert [(one["call_session_history_id"], one["finish_reason"]) for one in found] == [(5, INTERRUPTED)]
        assert await storage.next_number() == 6


async def test_many_writes_at_once_are_all_kept(path):
    async with SQLite.opened(path) as storage, trio.open_nursery() as nursery:
        for number in range(500):
            nursery.start_soon(storage.put, "space", str(number), number)
    async with SQLite.opened(path) as storage:
        assert await storage.load("space") == {str(number): number for number in range(500)}


async def test_a_write_that_nobody_waits_for_any_more_is_kept(path):
    async with SQLite.opened(path) as storage:
        with trio.CancelScope() as scope:
            scope.cancel()
            await storage.put("space", "key", "value")
        assert scope.cancelled_caught
        assert await storage.load("space") == {"key": "value"}


async def test_a_write_that_fails_fails_alone(path):
    async with SQLite.opened(path) as storage, trio.open_nursery() as nursery:
        await storage.begin_session(1, "key", {"start_date": ""})
        nursery.start_soon(storage.put, "space", "key", "value")
        with pytest.raises(sqlite3.IntegrityError):
            await storage.begin_session(1, "key", {"start_date": ""})
        await storage.put("space", "other", "value")
        assert await storage.load("space") == {"key": "value", "other": "value"}


async def refusal(path):
    with pytest.raises(ConfigurationError) as refused:
        async with SQLite.opened(path):
            pass
    return str(refused.value)


async def test_a_second_process_is_told_that_the_folder_is_served(path):
    async with SQLite.opened(path):
        assert "Another voxsim serves this folder" in await refusal(path)


async def test_a_file_that_is_no_storage(path):
    path.write_text("hello " * 1000)
    assert "is no voxsim storage" in await refusal(path)
    assert path.read_text().startswith("hello")


async def test_a_file_of_a_newer_voxsim(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "was written by a newer voxsim" in await refusal(path)


async def test_a_place_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be opened" in await refusal(tmp_path / "file" / "voxsim.sqlite3")
