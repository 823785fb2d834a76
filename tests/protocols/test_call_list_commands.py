"""The CallLists commands of the management API: each with what it answers, what it changes, and its errors."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from voxsim.platform.commands import COMMANDS, ManagementError
from voxsim.testing import Vox

Ask = Callable[..., Awaitable[dict[str, Any]]]

SCENARIO = """
import json
from voxsim import *

@VoxEngine.on(AppEvents.Started)
async def started(event):
    task = json.loads(VoxEngine.custom_data())
    await sleep(10)
    if task.get("fails"):
        await CallList.report_error_async({"code": 486})
    VoxEngine.terminate()
"""
FIGURES = {"rule_id": 1, "priority": 1, "max_simultaneous": 1, "num_attempts": 3, "name": "spring"}
CSV = "phone;fails;__task_uuid\n1;;first\n2;yes;second\n3;;third\n"


@pytest.fixture
def ask(vox: Vox, tmp_path: Path) -> Ask:
    """`ask(command, **parameters)`: the command's reply, at a platform with one rule."""
    file = tmp_path / "campaign.py"
    file.write_text(SCENARIO)
    vox.scenario(str(file))

    async def asked(command: str, **parameters: object) -> dict[str, Any]:
        declared = COMMANDS[command]
        texts = {name: str(value) for name, value in parameters.items()}
        return await declared.run(vox.world.context, declared.convert(texts))

    return asked


async def refused(asked: Awaitable[object]) -> tuple[int, str]:
    with pytest.raises(ManagementError) as error:
        await asked
    return error.value.code, str(error.value)


async def details(ask: Ask, *names: str) -> list[Any]:
    rows = (await ask("GetCallListDetails", list_id=1, output="json"))["result"]
    return [tuple(row[name] for name in names) if len(names) > 1 else row[names[0]] for row in rows]


async def test_a_list_is_made_and_read(ask: Ask, vox: Vox):
    made = await ask("CreateCallList", **FIGURES, file_content=CSV, interval_seconds=60, list_custom_data="mine")
    assert (made["result"], made["count"], made["list_id"]) == (True, 3, 1)
    assert len(made["batch_id"]) == 36
    await vox.advance(15)
    assert await details(ask, "task_uuid", "status_id", "status", "attempts_left") == [
        ("first", 2, "Processed", 2),
        ("second", 1, "In progress", 2),
        ("third", 0, "New", 3),
    ]
    await vox.advance(300)
    found = await ask("GetCallLists")
    assert (found["count"], found["total_count"]) == (1, 1)
    assert found["result"] == [
        {
            "list_id": 1,
            "list_name": "spring",
            "priority": 1,
            "rule_id": 1,
            "max_simultaneous": 1,
            "num_attempts": 3,
            "dt_submit": "2026-01-01 00:00:00",
            "interval_seconds": 60,
            "status": "Completed",
            "task_priority_strategy": "first_attempts",
            "dt_complete": "2026-01-01 00:02:40",
        }
    ]
    assert await details(ask, "task_uuid", "status", "attempts_left", "result_data", "last_attempt") == [
        ("first", "Processed", 2, "", "2026-01-01 00:00:00"),
        ("second", "Error", 0, '{"code": 486}', "2026-01-01 00:02:30"),
        ("third", "Processed", 2, "", "2026-01-01 00:00:20"),
    ]
    assert json.loads((await details(ask, "custom_data"))[0]) == {"phone": "1", "fails": ""}


async def test_details_are_a_file_unless_json_is_asked_for(ask: Ask, vox: Vox):
    await ask("CreateCallList", **FIGURES, file_content="phone\n1\n", is_cancelled=True)
    file = (await ask("GetCallListDetails", list_id=1))["file_content"].decode()
    head, row = file.splitlines()
    assert head.startswith("list_id;custom_data;start_execution_time")
    assert '"{""phone"": ""1""}"' in row
    assert ",Canceled," in (await ask("GetCallListDetails", list_id=1, delimiter=","))["file_content"].decode()
    assert (await refused(ask("GetCallListDetails", list_id=1, output="xls")))[0] == 105
    assert (await refused(ask("GetCallListDetails", list_id=1, is_async=True)))[0] == 105
    assert (await refused(ask("GetCallListDetails", list_id=1, delimiter=";;")))[0] == 101


async def test_tasks_are_added(ask: Ask, vox: Vox):
    first = await ask("CreateCallList", **FIGURES, file_content="phone\n1\n")
    added = await ask("AppendToCallList", list_id=1, file_content="phone,name\n2,Ben\n3,Cy\n", delimiter=",")
    assert (added["result"], added["count"], added["list_id"]) == (True, 2, 1)
    assert added["batch_id"] != first["batch_id"]
    assert (await ask("AppendToCallList", list_name="spring", file_content="phone\n4\n"))["count"] == 1
    assert len((await ask("GetCallListDetails", list_id=1, output="json", batch_id=added["batch_id"]))["result"]) == 2
    await vox.finished()
    assert await details(ask, "status") == ["Processed"] * 4
    assert (await refused(ask("AppendToCallList", list_id=9, file_content="phone\n4\n")))[0] == 251
    assert (await refused(ask("AppendToCallList", list_name="no", file_content="phone\n4\n")))[0] == 251
    assert (await refused(ask("AppendToCallList", list_id=1, file_content="phone\n")))[0] == 101


async def test_a_list_is_stopped_and_recovered(ask: Ask, vox: Vox):
    await ask("CreateCallList", **FIGURES, file_content=CSV)
    await vox.advance(5)
    assert (await ask("StopCallListProcessing", list_id=1))["result"] is True
    assert await details(ask, "status") == ["In progress", "Canceled", "Canceled"]
    assert (await ask("GetCallLists", status="canceled"))["count"] == 1
    assert (await refused(ask("StopCallListProcessing", list_id=1)))[0] == 101
    assert await ask("RecoverCallList", list_id=1) == {"result": True, "count_recovery": 2}
    await vox.finished()
    assert await details(ask, "status") == ["Processed", "Error", "Processed"]


async def test_a_list_may_be_made_stopped(ask: Ask, vox: Vox):
    await ask("CreateCallList", **FIGURES, file_content=CSV, is_cancelled=True)
    await vox.advance(60)
    assert vox.sessions == []
    await ask("RecoverCallList", list_id=1)
    await vox.finished()
    assert await details(ask, "status") == ["Processed", "Error", "Processed"]


async def test_its_figures_are_edited(ask: Ask, vox: Vox):
    await ask("CreateCallList", **FIGURES, file_content=CSV)
    await vox.advance(5)
    await ask("EditCallList", list_id=1, name="autumn", max_simultaneous=3, num_attempts=1, interval_seconds=5)
    await vox.advance(1)
    assert await details(ask, "status", "attempts_left") == [("In progress", 2), ("In progress", 0), ("In progress", 0)]
    (row,) = (await ask("GetCallLists", name="AUT"))["result"]
    assert (row["max_simultaneous"], row["num_attempts"], row["interval_seconds"]) == (3, 1, 5)
    assert (await refused(ask("EditCallList", list_id=1, num_attempts=9)))[0] == 101
    assert (await refused(ask("EditCallList", list_id=1, name="a/b")))[0] == 101
    assert (await refused(ask("EditCallList", list_id=2, name="a")))[0] == 251


async def test_tasks_are_canceled(ask: Ask, vox: Vox):
    made = await ask("CreateCallList", **FIGURES, file_content=CSV)
    await vox.advance(5)
    one, two, three = await details(ask, "task_id")
    found = await ask("CancelCallListTask", list_id=1, tasks_ids=f"{one};{two};99", tasks_uuids="third;no")
    assert found["result"] == [
        {"task_id": one, "task_uuid": "first", "result": False, "error_msg": "The task is In progress."},
        {"task_id": two, "task_uuid": "second", "result": True},
        {"task_id": 99, "result": False, "error_msg": "There is no such task."},
        {"task_id": three, "task_uuid": "third", "result": True},
        {"task_uuid": "no", "result": False, "error_msg": "There is no such task."},
    ]
    assert (await refused(ask("CancelCallListTask", list_id=1)))[0] == 134
    added = await ask("AppendToCallList", list_id=1, file_content="phone\n4\n")
    assert await ask("CancelCallListBatch", list_id=1, batch_ids=f"{added['batch_id']};{made['batch_id']}")
    await vox.finished()
    assert await details(ask, "status") == ["Processed", "Canceled", "Canceled", "Canceled"]


async def test_a_task_is_edited(ask: Ask, vox: Vox):
    await ask("CreateCallList", **FIGURES, file_content=CSV)
    await vox.advance(5)
    edited = {"list_id": 1, "task_uuid": "third", "start_at": "2026-01-01 01:00:00", "custom_data": '{"phone": "9"}'}
    assert await ask("EditCallListTask", **edited, attempts_left=1) == {"result": True}
    window = {"min_execution_time": "02:00:00", "max_execution_time": "03:00:00"}
    await ask("EditCallListTask", list_id=1, task_uuid="second", **window)
    while (await ask("GetCallLists"))["result"][0]["status"] == "In progress":
        await vox.advance(600)
    assert await details(ask, "last_attempt", "start_execution_time", "finish_execution_time") == [
        ("2026-01-01 00:00:00", "", ""),
        ("2026-01-01 02:00:20", "02:00:00", "03:00:00"),
        ("2026-01-01 01:00:00", "", ""),
    ]
    assert vox.sessions[1].custom_data == '{"phone": "9"}'
    assert (await refused(ask("EditCallListTask", **edited)))[
        1
    ] == "The task is Processed: only one that is New can be edited."
    assert (await refused(ask("EditCallListTask", list_id=1, task_id=99)))[0] == 101
    assert (await refused(ask("EditCallListTask", list_id=1, task_uuid="third", min_execution_time="01:00:00")))[
        0
    ] == 101
    assert (await refused(ask("EditCallListTask", list_id=1, task_uuid="third", call_schedule="{}")))[0] == 101


async def test_tasks_go_before_others(ask: Ask, vox: Vox):
    await ask("CreateCallList", **FIGURES, file_content="phone;__task_uuid\n1;a\n2;b\n3;c\n")
    tasks = [{"task_uuid": "c", "task_priority": -1}, {"task_id": 99, "task_priority": 1}]
    reply = await ask("EditCallListTasksPriority", list_id=1, tasks=json.dumps(tasks))
    assert json.loads(reply["results"]) == [{"task_uuid": "c", "result": True}, {"task_id": 99, "result": False}]
    await vox.finished()
    assert [json.loads(session.custom_data)["phone"] for session in vox.sessions] == ["3", "1", "2"]
    assert (await refused(ask("EditCallListTasksPriority", list_id=1, tasks="{")))[0] == 101
    assert (await refused(ask("EditCallListTasksPriority", list_id=1, tasks="[1]")))[0] == 101


async def test_a_list_is_deleted(ask: Ask, vox: Vox):
    await ask("CreateCallList", **FIGURES, file_content=CSV)
    await vox.advance(5)
    assert (await ask("DeleteCallList", list_id=1, account_id=1))["result"] is True
    await vox.finished()
    assert len(vox.sessions) == 1
    assert (await ask("GetCallLists"))["total_count"] == 0
    assert (await refused(ask("GetCallListDetails", list_id=1)))[0] == 251


async def test_lists_are_found_by_what_they_are(ask: Ask, vox: Vox):
    await ask("CreateCallList", **FIGURES, file_content="phone\n1\n")
    await vox.finished()
    await ask("CreateCallList", **{**FIGURES, "name": "summer"}, file_content="phone\n1\n")
    queries: list[tuple[dict[str, object], list[int]]] = [
        ({}, [1, 2]),
        ({"list_id": "2;3"}, [2]),
        ({"list_id": "all"}, [1, 2]),
        ({"name": "SUM"}, [2]),
        ({"is_active": True}, [2]),
        ({"is_active": False}, [1]),
        ({"status": "Completed"}, [1]),
        ({"from_date": "2026-01-01 00:00:05"}, [2]),
        ({"to_date": "2026-01-01 00:00:05"}, [1]),
        ({"type_list": "MANUAL"}, []),
        ({"application_id": 2}, []),
        ({"application_name": "app"}, [1, 2]),
        ({"rule_id": 1}, [1, 2]),
        ({"rule_name": "no"}, []),
        ({"offset": 1}, [2]),
    ]
    for query, expected in queries:
        assert [row["list_id"] for row in (await ask("GetCallLists", **query))["result"]] == expected, query


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rule_id": 9}, 147),
        ({"rule_id": ""}, 134),
        ({"file_content": ""}, 134),
        ({"file_content": "phone;phone\n1;2\n"}, 101),
        ({"num_attempts": 6}, 101),
        ({"max_simultaneous": 0}, 101),
        ({"name": "x" * 256}, 101),
        ({"task_priority_strategy": "other"}, 101),
        ({"call_list_type": "predictive"}, 101),
        ({"start_at": 1}, 101),
        ({"delimiter": "::"}, 101),
    ],
)
async def test_lists_that_cannot_be_made(change: dict[str, object], code: int, ask: Ask, vox: Vox):
    assert (await refused(ask("CreateCallList", **{**FIGURES, "file_content": CSV, **change})))[0] == code
    assert (await ask("GetCallLists"))["total_count"] == 0


async def test_a_list_needs_money(ask: Ask, vox: Vox):
    vox.world.platform.account.balance = 0.5
    assert (await refused(ask("CreateCallList", **FIGURES, file_content=CSV)))[0] == 127
