import re

import pytest

from voxsim.timeline import render_ladder
from voxsim.timeline.words import cells, clip, clock, wrap

LADDER = """\
          ┌──────────┐                      ┌──────┐                       ┌───────────┐
          │ 15550001 │                      │ menu │                       │ +15550100 │
          └─────┬────┘                      └───┬──┘                       └─────┬─────┘
0:00.000        ├────────── calls 100 ─────────▶│                                │
                │◀────────── answers ───────────┤                                │
0:00.020        ├╌╌╌╌╌╌╌╌╌╌ connected ╌╌╌╌╌╌╌╌╌▶│                                │
                │ “Press one for sales.” (1.3s) │                                │
                │◀──────────────────────────────┤                                │
                │                               │                                │
0:03.020        ├────────── presses 1 ─────────▶│                                │
                │                               │ » pressed 1                    │
                │                               │  calls +15550100 as 15550001   │
                │                               ├───────────────────────────────▶│
"""


def test_the_ladder_of_a_short_call(menu):
    until = next(record.n for record in menu.journal if record.name == "callPSTN") + 1
    ladder = render_ladder([record for record in menu.journal if record.n <= until], width=88)
    assert ladder == LADDER


def test_the_end_of_a_short_call(menu):
    lines = [line.rstrip() for line in render_ladder(menu.journal).splitlines()]
    assert any(re.search(r"╞═+ joined ═+╡$", line) for line in lines)
    assert any(re.search(r"^0:20\.020 +│ hangs up \(16 Normal call clearing\) +│ +│$", line) for line in lines)
    assert lines[-1].endswith("○ session ends: Normal termination   │")


@pytest.mark.parametrize("width", [40, 50, 60, 72, 80, 100, 160])
def test_no_line_is_wider_than_asked(menu, hostile, width):
    for world in (menu, hostile):
        assert max(map(cells, render_ladder(world.journal, width=width, mark=20).splitlines())) <= width


def test_too_many_participants_become_a_list(play):
    def setup(world, rule):
        for number in range(5):
            world.call_in(world.add_party("pstn", f"+1555000{number}", hangup=2), "100")

    text = """
    @VoxEngine.on(AppEvents.CallAlerting)
    def alerting(event):
        event.call.answer()
        Logger.write("hi")
    """
    lines = render_ladder(play(text, setup).journal).splitlines()
    assert lines[:2] == [
        "0:00.000  15550000 ─▶ menu     calls 100",
        "          15550001 ─▶ menu #2  calls 100",
    ]
    assert "          menu                 » hi" in lines


def test_a_mark_stands_right_after_the_last_step_up_to_it(menu):
    log = next(record.n for record in menu.journal if record.kind == "log")
    lines = render_ladder(menu.journal, mark=log).splitlines()
    (index,) = (index for index, line in enumerate(lines) if line.endswith("<-- here"))
    assert "pressed 1" in lines[index - 1]
    assert lines[index].startswith("─────")


def test_a_mark_before_all_steps_stands_on_top(menu):
    assert render_ladder(menu.journal, mark=0).splitlines()[3].endswith("<-- here")


def test_a_mark_after_all_steps_stands_at_the_bottom(menu):
    assert render_ladder(menu.journal, mark=10**6).splitlines()[-1].endswith("<-- here")


def test_colours_come_only_when_asked_for(hostile):
    plain = render_ladder(hostile.journal)
    coloured = render_ladder(hostile.journal, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_hostile_text_is_drawn_as_visible_characters(hostile):
    ladder = render_ladder(hostile.journal)
    assert "\\x1b[31mred\\x07" in ladder
    assert not set(ladder) & {"\x07", "\u202e", "\r"}
    assert '│ a;b<c>&#"↵end │' in ladder
    assert "calls 100;#<> as 日本 end" in ladder


def test_errors_show_their_line_even_when_their_text_is_cut(hostile):
    assert "✗ ValueError: a;b#c<d>" in render_ladder(hostile.journal)
    assert "at menu.py:15" in render_ladder(hostile.journal)


def test_the_same_records_give_the_same_text(menu):
    assert render_ladder(menu.journal) == render_ladder(list(menu.journal))


def test_a_run_without_anything_to_draw():
    assert render_ladder([]) == "(nothing happened)\n"


@pytest.mark.parametrize(
    ("microseconds", "text"), [(3_020_000, "0:03.020"), (61_000_999, "1:01.000"), (3_600_000_000, "1:00:00.000")]
)
def test_instants(microseconds, text):
    assert clock(microseconds) == text


@pytest.mark.parametrize(
    ("text", "width", "most", "lines"),
    [
        ("one two three", 7, 9, ["one two", "three"]),
        ("onetwothree", 4, 9, ["onet", "woth", "ree"]),
        ("one two three four", 5, 2, ["one", "two…"]),
        ("one two three\nat f.py:1", 5, 3, ["one…", "at", "f.py:"]),
        ("日本語", 4, 9, ["日本", "語"]),
        ("", 4, 9, [""]),
    ],
)
def test_wrapping(text, width, most, lines):
    assert wrap(text, width, most) == lines


def test_clipping():
    assert clip("日本語", 5) == "日本…"
    assert clip("abc", 3) == "abc"
