import json

import pytest

from voxsim.engine.journal import Record
from voxsim.timeline import BadTimeline, read_jsonl, write_jsonl

RECORD = Record(20_000, 7, "key", "log", "grüß 日本\n", None, {"b": [1, None], "a": "ü"})


def test_a_record_is_one_compact_line_with_its_keys_in_order():
    (line,) = write_jsonl([RECORD])
    assert line == (
        '{"v":1,"t":20000,"n":7,"session":"key","kind":"log","name":"grüß 日本\\n","unit":null,'
        '"data":{"b":[1,null],"a":"ü"}}'
    )


def test_what_is_written_can_be_read(menu):
    lines = list(write_jsonl(menu.journal))
    assert read_jsonl(lines) == [record.written() for record in menu.journal]
    assert all("\n" not in line for line in lines)


def test_empty_lines_are_passed_over():
    (line,) = write_jsonl([RECORD])
    assert read_jsonl(["", line + "\n", "  \n"]) == [RECORD.written()]


def test_half_a_surrogate_pair_does_not_keep_a_line_from_being_stored():
    (line,) = write_jsonl([RECORD._replace(name="\ud83d")])
    assert json.loads(line.encode())["name"] == "\ud83d"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"v":2,"t":0}', "Line 2 of the timeline has version 2; this voxsim reads version 1."),
        ('{"t":0}', "Line 2 of the timeline is no record"),
        ("[1]", "Line 2 of the timeline is no record"),
        ("{nonsense", "Line 2 of the timeline is not JSON"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line, message):
    (good,) = write_jsonl([RECORD])
    with pytest.raises(BadTimeline, match=message):
        read_jsonl([good, line])


def test_the_same_run_gives_the_same_bytes(play):
    text = "@VoxEngine.on(AppEvents.CallAlerting)\ndef alerting(event):\n    event.call.answer()\n"
    first, second = ("\n".join(write_jsonl(play(text).journal)) for _ in range(2))
    assert first == second
