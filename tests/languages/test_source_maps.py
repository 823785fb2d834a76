"""Source maps: every place is led back to the piece that it stands in, and what is no map is refused."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.languages.typescript.sourcemap import SourceMap

DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"


def number(value):
    value = -value * 2 + 1 if value < 0 else value * 2
    digits = ""
    while True:
        value, bits = divmod(value, 32)
        digits += DIGITS[bits + (32 if value else 0)]
        if not value:
            return digits


def written(pieces):
    """The mappings of pieces `(line, column, source line, source column)`, all from 0 and in order."""
    lines = [[] for _ in range(pieces[-1][0] + 1)] if pieces else []
    source_line = source_column = 0
    before = {}
    for line, column, own_line, own_column in pieces:
        fields = column - before.get(line, 0), 0, own_line - source_line, own_column - source_column
        lines[line].append("".join(map(number, fields)))
        before[line], source_line, source_column = column, own_line, own_column
    return ";".join(",".join(line) for line in lines)


SMALL = st.integers(0, 40)
PIECES = st.lists(st.tuples(SMALL, SMALL, SMALL, st.integers(0, 5000)), unique_by=lambda one: one[:2]).map(sorted)


@given(PIECES)
def test_the_beginning_of_each_piece_is_found(pieces):
    places = SourceMap(written(pieces))
    for line, column, own_line, own_column in pieces:
        assert places.place(line + 1, column + 1) == (own_line + 1, own_column + 1)


@given(PIECES, SMALL, SMALL)
def test_a_place_is_that_of_the_piece_before_it_in_its_line(pieces, line, column):
    before = [one for one in pieces if one[0] == line and one[1] <= column]
    found = SourceMap(written(pieces)).place(line + 1, column + 1)
    if before:
        assert found == (before[-1][2] + 1, before[-1][3] + 1)
    else:
        assert found in {(one[2] + 1, one[3] + 1) for one in pieces} or not pieces


def test_without_pieces_a_place_is_its_own():
    assert SourceMap("").place(3, 4) == (3, 4)
    assert SourceMap(";;A;").place(3, 4) == (3, 4)


@pytest.mark.parametrize("mappings", ["!", "AAAA,g", "AA AA", "é"])
def test_what_is_no_map_is_refused(mappings):
    with pytest.raises(ValueError, match="source map"):
        SourceMap(mappings)


@given(st.text(alphabet=DIGITS + ",;", max_size=200))
def test_anything_is_a_map_or_is_refused(mappings):
    try:
        places = SourceMap(mappings)
    except ValueError:
        return
    line, column = places.place(2, 2)
    assert isinstance(line, int)
    assert isinstance(column, int)
