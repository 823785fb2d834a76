import re
from xml.etree import ElementTree as ET

import pytest

from voxsim.timeline import render_svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


def texts(svg):
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{NAMESPACE}text")]  # noqa: S314 - our own


def test_a_short_call_shows_its_participants_and_steps_in_order(menu):
    found = texts(render_svg(menu.journal))
    expected = ["15550001", "menu", "+15550100", "0:00.000", "calls 100", "answers", "0:00.020", "connected"]
    assert [text for text in found if text in expected][: len(expected)] == expected
    assert "“Press one for sales.” (1.3s)" in found
    assert found[-1] == "session ends: Normal termination"


@pytest.mark.parametrize("run", ["menu", "hostile"])
def test_it_is_well_formed_and_stands_by_itself(run, request):
    svg = render_svg(request.getfixturevalue(run).journal)
    ET.fromstring(svg)  # noqa: S314 - our own
    addresses = re.findall(r'(?:href|src|url)\s*[=(]\s*["\']?([^"\')]+)', svg)
    assert [address for address in addresses if not address.startswith("#head-")] == []
    assert "<script" not in svg
    assert "<style" not in svg


def test_everything_lies_inside_the_sheet(hostile):
    root = ET.fromstring(render_svg(hostile.journal))  # noqa: S314 - our own
    width, height = int(root.get("width", "0")), int(root.get("height", "0"))
    for box in root.iter(f"{NAMESPACE}rect"):
        left, top = int(box.get("x", "0")), int(box.get("y", "0"))
        assert left >= 0
        assert left + int(box.get("width", "0")) <= width
        assert top + int(box.get("height", "0")) <= height


def test_hostile_text_is_kept_as_text(hostile):
    found = texts(render_svg(hostile.journal))
    assert 'a;b<c>&#"↵end' in found
    assert "calls 100;#<> as 日本 end" in found
    assert "at menu.py:15" in found
    assert any("\\x1b[31mred\\x07" in text for text in found)


def test_troubles_have_their_colours(hostile):
    svg = render_svg(hostile.journal)
    assert 'marker-end="url(#head-error)"' in svg
    assert 'fill="#fdecea"' in svg


def test_the_same_records_give_the_same_bytes(menu):
    assert render_svg(menu.journal) == render_svg(list(menu.journal))


def test_nothing_is_an_empty_sheet():
    assert texts(render_svg([])) == []
