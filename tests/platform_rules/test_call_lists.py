"""Call lists: when attempts begin, how many at a time, what ends a task and a list, and rows in all forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voxsim.parties.world import World
from voxsim.platform.calllistrows import list_row, read_list, task_row
from voxsim.testing import ExpectationFailed, Vox
from voxsim.vocabulary.errors import BadArgument

EPOCH = 1_767_225_600  # 2026-01-01 00:00:00 UTC

SCENARIO = """
import json
from voxsim import *

@VoxEngine.on(AppEvents.Started)
async def started(event):
    task = json.loads(VoxEngine.custom_data())
    await sleep(float(task.get("takes") or 10))
    if task.get("fails"):
        await CallList.report_error_async({"code": 486})
    elif task.get("again"):
        await CallList.request_next_attempt_async(json.loads(task["again"]))
    VoxEngine.terminate()
"""


@pytest.fixture
def script(tmp_path: Path) -> str:
    file = tmp_path / "campaign.py"
    file.write_text(SCENARIO)
    return str(file)


def begins(vox: Vox) -> list[tuple[str, float]]:
    """Whose attempts began when, in seconds."""
    found = []
    for session in vox.sessions:
        data = json.loads(session.custom_data)
        found.append((data["phone"], session.timeline[0].seconds))
    return found


async def test_a_task_that_fails_is_tried_again_after_the_interval(vox: Vox, script: str):
    calls = vox.call_list([{"phone": "1", "fails": "yes"}], script, attempts=3, interval=60)
    await calls.finished()
    # The interval counts from the report: 10 s into each attempt.
    assert begins(vox) == [("1", 0), ("1", pytest.approx(70)), ("1", pytest.approx(140))]
    (task,) = calls.tasks
    assert (task.status, task.attempts, task.attempts_left, task.result) == ("Error", 3, 0, {"code": 486})
    assert calls.status == "Completed"


async def test_no_more_sessions_are_alive_than_the_list_allows(vox: Vox, script: str):
    calls = vox.call_list([{"phone": str(n)} for n in range(5)], script, simultaneous=2)
    await calls.finished()
    assert begins(vox) == [("0", 0), ("1", 0), ("2", 10), ("3", 10), ("4", 20)]
    assert [task.status for task in calls.tasks] == ["Processed"] * 5
    assert vox.now == 30


@pytest.mark.parametrize(
    ("strategy", "order"),
    [("first_attempts", ["1", "2", "3", "1"]), ("repeated_attempts", ["1", "1", "2", "3"])],
)
async def test_the_strategy_says_which_attempts_go_first(strategy: str, order: list[str], vox: Vox, script: str):
    rows = [{"phone": "1", "fails": "yes"}, {"phone": "2"}, {"phone": "3"}]
    calls = vox.call_list(rows, script, attempts=2, strategy=strategy)
    await calls.finished()
    assert [phone for phone, _ in begins(vox)] == order


async def test_lists_of_a_higher_priority_begin_first(vox: Vox, script: str):
    low = vox.call_list([{"phone": "low"}], script, priority=5, name="low")
    high = vox.call_list([{"phone": "high"}], script, priority=0, name="high")
    await low.finished()
    await high.finished()
    assert [phone for phone, _ in begins(vox)] == ["high", "low"]


async def test_a_list_waits_for_its_start(vox: Vox, script: str):
    calls = vox.call_list([{"phone": "1"}], script, start_at=EPOCH + 3600)
    await calls.finished()
    assert begins(vox) == [("1", 3600)]


@pytest.mark.vox(until=3 * 24 * 3600)
async def test_rows_say_when_they_may_be_tried(vox: Vox, script: str):
    text = (
        "phone;__start_execution_time;__end_execution_time;__start_at;__task_uuid\n"
        "open;00:00:00;12:00:00;;first\n"
        "later;09:30:00;18:00:00;;\n"
        "night;22:00:00;06:00:00;;\n"
        f"moment;;;{EPOCH + 100};\n"
        f"next-day;08:00:00;09:00:00;{EPOCH + 10 * 3600};\n"
    )
    calls = vox.call_list(text, script, simultaneous=10)
    await calls.finished()
    hour = 3600
    assert begins(vox) == [
        ("open", 0),
        ("night", 0),
        ("moment", 100),
        ("later", 9.5 * hour),
        ("next-day", 32 * hour),
    ]
    assert calls.calls.tasks[0].uuid == "first"
    assert json.loads(calls.tasks[0].custom_data) == {"phone": "open"}


@pytest.mark.vox(until=3 * 24 * 3600)
async def test_an_interval_that_ends_outside_of_the_window_waits_for_the_next_day(vox: Vox, script: str):
    rows = [{"phone": "1", "fails": "yes", "__start_execution_time": "00:00:00", "__end_execution_time": "00:01:00"}]
    await vox.call_list(rows, script, attempts=2, interval=120).finished()
    assert begins(vox) == [("1", 0), ("1", 24 * 3600)]


@pytest.mark.parametrize(
    ("asked", "second"),
    [
        ({}, 40),
        ({"start_at": "2026-01-01 01:00:00"}, 3600),
        ({"next_attempt_time": EPOCH + 7200}, 7200),
        ({"start_execution_time": "05:00:00", "end_execution_time": "06:00:00"}, 5 * 3600),
        ({"startAt": "2026-01-01 01:00:00"}, 3600),
    ],
)
async def test_the_next_attempt_comes_when_it_was_asked_for(asked: object, second: float, vox: Vox, script: str):
    rows = [{"phone": "1", "again": json.dumps(asked)}]
    calls = vox.call_list(rows, script, attempts=2, interval=30)
    await calls.finished()
    assert begins(vox) == [("1", 0), ("1", pytest.approx(second))]
    assert (calls.tasks[0].status, calls.tasks[0].attempts) == ("Error", 2)


async def test_the_next_attempt_may_have_other_data(vox: Vox, script: str):
    again = json.dumps({"custom_data": {"phone": "other"}})
    calls = vox.call_list([{"phone": "1", "again": again}], script, attempts=2)
    await calls.finished()
    assert [phone for phone, _ in begins(vox)] == ["1", "other"]
    assert calls.tasks[0].status == "Processed"


async def test_the_next_attempts_may_be_more_or_none(vox: Vox, script: str):
    more = json.dumps({"attempts_left": 1, "custom_data": {"phone": "again"}})
    none = json.dumps({"attempts_left": 0})
    rows = [{"phone": "1", "again": more}, {"phone": "2", "again": none}]
    first, second = (await vox.call_list(rows, script).finished()).tasks
    assert (first.status, first.attempts) == ("Processed", 2)
    assert (second.status, second.attempts) == ("Error", 1)


async def test_without_attempts_left_a_request_for_another_is_an_error(vox: Vox, script: str):
    (task,) = (await vox.call_list([{"phone": "1", "again": "{}"}], script, attempts=1).finished()).tasks
    assert (task.status, task.attempts) == ("Error", 1)


async def test_a_stopped_list_begins_nothing_and_can_go_on(vox: Vox, script: str):
    calls = vox.call_list([{"phone": str(n)} for n in range(3)], script)
    await vox.advance(5)
    calls.stop()
    await calls.finished()
    assert vox.now == 10
    assert calls.status == "Canceled"
    assert [task.status for task in calls.tasks] == ["Processed", "Canceled", "Canceled"]
    assert calls.recover() == 2
    await calls.finished()
    assert [task.status for task in calls.tasks] == ["Processed"] * 3
    assert calls.status == "Completed"


async def test_a_failed_attempt_of_a_stopped_list_is_canceled(vox: Vox, script: str):
    calls = vox.call_list([{"phone": "1", "fails": "yes"}], script, attempts=3)
    await vox.advance(5)
    calls.stop()
    await calls.finished()
    assert [(task.status, task.attempts) for task in calls.tasks] == [("Canceled", 1)]


async def test_rows_are_added_while_it_goes_on_and_after(vox: Vox, script: str):
    calls = vox.call_list([{"phone": "1"}], script)
    await vox.advance(5)
    calls.append("phone\n2\n")
    await calls.finished()
    assert calls.status == "Completed"
    calls.append([{"phone": "3"}])
    assert calls.status == "In progress"
    await calls.finished()
    assert begins(vox) == [("1", 0), ("2", 10), ("3", 20)]


async def test_a_session_that_fails_without_a_report_counts_as_a_success(vox: Vox, tmp_path: Path):
    file = tmp_path / "broken.py"
    file.write_text("raise ValueError('no')\n")
    calls = vox.call_list([{"phone": "1"}], str(file), attempts=3)
    await calls.finished()
    await vox.failed("no")
    assert (calls.tasks[0].status, calls.tasks[0].attempts) == ("Processed", 1)


async def test_two_thousand_tasks_are_done_in_order(vox: Vox, tmp_path: Path):
    file = tmp_path / "quick.py"
    file.write_text("from voxsim import *\nVoxEngine.terminate()\n")
    calls = vox.call_list([{"phone": str(n)} for n in range(2000)], str(file), simultaneous=10)
    await calls.finished()
    assert [phone for phone, _ in begins(vox)] == [str(n) for n in range(2000)]


@pytest.mark.parametrize(
    ("text", "form", "rows"),
    [
        ("phone;name\n1;Anna\n2;Ben\n", {}, [{"phone": "1", "name": "Anna"}, {"phone": "2", "name": "Ben"}]),
        ("phone,name\r\n1,Anna\r\n", {"delimiter": ","}, [{"phone": "1", "name": "Anna"}]),
        ('phone;name\n1;"a;b ""c"""\n', {}, [{"phone": "1", "name": 'a;b "c"'}]),
        ("phone;name\n1;'a;b'\n", {"quote": "'"}, [{"phone": "1", "name": "a;b"}]),
        ("phone;name\n1;a\\;b\n", {"escape": "\\"}, [{"phone": "1", "name": "a;b"}]),
        ("\ufeffphone;name\n\n1\n", {}, [{"phone": "1", "name": ""}]),
        ([{"phone": 15550100, "name": None, "vip": True}], {}, [{"phone": "15550100", "name": "", "vip": "true"}]),
    ],
)
def test_rows_come_in_many_forms(text: object, form: dict[str, str], rows: list[dict[str, str]]):
    from voxsim.platform.tasks import rows_of

    assert [json.loads(row.custom_data) for row in rows_of(text, **form)] == rows


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("", "at least one task"),
        ("phone;name\n", "at least one task"),
        ([], "at least one task"),
        (["+15550100"], "A task is a mapping"),
        ("phone;phone\n1;2\n", "names the columns, each once"),
        ("phone\n1;2\n", "Line 2 has 2 fields, but there are 1 columns"),
        ("phone;__start_at\n1;soon\n", "__start_at is a unix time in seconds, got 'soon'"),
        ("phone;__end_execution_time\n1;24:00\n", "A time of day is HH:MM:SS, got '24:00'"),
        ("phone;__task_uuid\n1;a b\n", "A task uuid has up to 40 letters"),
        ("phone;__task_uuid\n1;a\n2;a\n", "The task uuid 'a' is in the list twice"),
    ],
)
async def test_rows_that_are_wrong_are_refused(rows: object, why: str, vox: Vox, script: str):
    with pytest.raises(BadArgument, match=why):
        vox.call_list(rows, script)


@pytest.mark.parametrize(
    ("figures", "why"),
    [
        ({"attempts": 0}, "makes 1 to 5 attempts, not 0"),
        ({"attempts": 6}, "makes 1 to 5 attempts, not 6"),
        ({"interval": -1}, "cannot be negative"),
        ({"simultaneous": 0}, "At least one task at a time"),
        ({"priority": -1}, "from 0, the highest, to 2"),
        ({"strategy": "random"}, "'first_attempts' or 'repeated_attempts'"),
    ],
)
async def test_figures_out_of_bounds_are_refused(figures: dict[str, object], why: str, vox: Vox, script: str):
    with pytest.raises(BadArgument, match=why):
        vox.call_list([{"phone": "1"}], script, **figures)


async def test_waiting_for_a_list_that_cannot_end_says_why(vox: Vox, tmp_path: Path):
    file = tmp_path / "stuck.py"
    file.write_text(
        "from voxsim import *\n"
        "@VoxEngine.on(AppEvents.Started)\n"
        "def started(event):\n"
        '    VoxEngine.call_pstn("+15550100", "1")\n'
    )
    phone = vox.phone("+15550100")
    calls = vox.call_list([{"phone": "1"}], str(file))
    call = await phone.rang()
    await call.answer()
    with pytest.raises(ExpectationFailed, match="one side would have to hang up"):
        await calls.finished()
    await call.hang_up()
    await calls.finished()


async def test_a_list_is_taken_up_by_another_run(vox: Vox, script: str):
    """An attempt that a killed process never finished counts as failed; times are kept as they are in the world."""
    rows = [{"phone": "1", "takes": "100"}, {"phone": "2", "__start_at": str(EPOCH + 500)}, {"phone": "3"}]
    calls = vox.call_list(rows, script, attempts=2, interval=60)
    await vox.advance(20)
    switch = vox.world.switch
    kept = list_row(calls.calls, switch), [task_row(task, switch) for task in calls.calls.tasks]

    other = World(epoch=EPOCH + 100)
    other.add_rule(script)
    restored = read_list(*kept, other.platform.account, other.switch)
    assert restored is not None
    other.platform.call_lists.restore(restored)
    assert [task.status.value for task in restored.tasks] == ["New"] * 3
    assert [task.attempts_left for task in restored.tasks] == [1, 2, 2]
    assert [max(task.due, 0) / 1e6 for task in restored.tasks] == [60, 400, 0]
    other.platform.call_lists.wake()
    other.switch.step()
    assert [task.status.value for task in restored.tasks] == ["New", "New", "In progress"]

    other.platform.rules.clear()
    assert read_list(*kept, other.platform.account, other.switch) is None


@pytest.mark.parametrize(
    "wrong",
    [
        '{"start_at": float("inf")}',
        '{"start_at": float("nan")}',
        '{"start_at": 1e300}',
        '{"start_at": "9" * 400}',
        '{"attempts_left": float("inf")}',
    ],
)
async def test_a_next_attempt_that_can_never_be_is_refused(vox: Vox, tmp_path: Path, wrong: str):
    file = tmp_path / "never.py"
    file.write_text(f"""
from voxsim import *

@VoxEngine.on(AppEvents.Started)
async def started(event):
    reply = await CallList.request_next_attempt_async({wrong})
    Logger.write(str(reply.code))
    VoxEngine.terminate()
""")
    vox.call_list([{"phone": "1"}], file, attempts=2)
    session = await vox.finished()
    assert session.log == ["400"]
    assert "CallList.requestNextAttempt: " in session.warnings[0]


async def test_a_row_cannot_begin_after_all_dates(vox: Vox, script: str):
    with pytest.raises(BadArgument, match="in the year 9999"):
        vox.call_list([{"phone": "1", "__start_at": "9" * 400}], script)
