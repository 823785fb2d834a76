"""JSON documents as tables: each value has the line at which it begins, however the text is laid out."""

import json

from hypothesis import given
from hypothesis import strategies as st

from voxsim.parties.jsontables import read_json

TEXTS = st.text(st.sampled_from('a"\\{}[],: \n\té'), max_size=6)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=20
)
LAYOUTS = st.sampled_from([None, 0, 1, 4])


def ways(value, way=()):
    yield way, value
    inner = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, one in inner:
        yield from ways(one, (*way, key))


@given(DOCUMENTS, LAYOUTS, st.booleans(), st.sampled_from(["", "\n", "\r\n \n", "\ufeff"]))
def test_each_value_has_its_line(tmp_path_factory, document, indent, ascii_only, before):
    file = tmp_path_factory.mktemp("json") / "a.json"
    text = before + json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    file.write_text(text, encoding="utf-8", newline="")
    table = read_json(file, "all")
    assert table.values == {"all": document}
    lines = text.removeprefix("\ufeff").split("\n")
    for way, value in ways(document):
        line = lines[table.lines["all", *way] - 1]
        begins = "[" if isinstance(value, list) else "{" if isinstance(value, dict) else json.dumps(value)
        assert begins.encode().decode("unicode_escape")[:1] in line or begins[:1] in line
        if way and isinstance(way[-1], str):
            assert json.dumps(way[-1], ensure_ascii=ascii_only) + ":" in line
    assert len(table.lines) == len({way for way, _ in ways(document)})
