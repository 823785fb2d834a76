import re

import pytest

from voxsim.timeline import render_mermaid
from voxsim.timeline.mermaid import escape

LINE = re.compile(
    r"sequenceDiagram"
    r"|    (actor|participant) p\d+ as \S.*"
    r"|    p\d+(->>|-->>|-x)p\d+: \S.*"
    r"|    Note over p\d+(,p\d+)?: \S.*"
)


def test_a_short_call(menu):
    assert (
        render_mermaid(menu.journal)
        == """\
sequenceDiagram
    actor p0 as 15550001
    participant p1 as menu
    actor p2 as +15550100
    p0->>p1: 0:00.000 calls 100
    p1->>p0: answers
    p0-->>p1: 0:00.020 connected
    p1->>p0: “Press one for sales.” (1.3s)
    p0->>p1: 0:03.020 presses 1
    Note over p1: pressed 1
    p1->>p2: calls +15550100 as 15550001
    p2->>p1: ringing
    p2->>p1: 0:05.020 answers
    Note over p0,p2: joined
    p0->>p1: 0:20.020 hangs up (16 Normal call clearing)
    Note over p1: terminate()
    p1->>p2: platform hangs up (16 Normal call clearing)
    Note over p1: session ends: Normal termination
"""
    )


def test_every_line_of_a_hostile_run_is_a_statement(hostile):
    lines = render_mermaid(hostile.journal).splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    for line in lines:
        bare = re.sub(r"#(\w+);", "", line.replace("<br/>", ""))
        assert not set(bare.partition(": ")[2]) & set(';#<"&%{}')


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a;b", "a#59;b"),
        ("#1", "#35;1"),
        ('say "hi"', "say #quot;hi#quot;"),
        ("<b>&", "#lt;b#gt;#amp;"),
        ("%% no comment", "#37;#37; no comment"),
        ("one\ntwo", "one<br/>two"),
        ("the end", "the #101;nd"),
        ("send", "send"),
        ("", "#160;"),
    ],
)
def test_escaping(text, escaped):
    assert escape(text) == escaped


def test_failures_are_crossed_and_troubles_signed(hostile):
    text = render_mermaid(hostile.journal)
    assert "p2-xp1: ✗ refuses (486 Busy Here)" in text
    assert "Note over p1: ✗ ValueError: " in text
    assert "<br/>at menu.py:15" in text


def test_nothing_is_an_empty_diagram():
    assert render_mermaid([]) == "sequenceDiagram\n"
