"""Every symbol of the official typings exists, with its kind, parameters, payload and value, and can be imported."""

import json
from pathlib import Path

import pytest

import voxsim
from voxsim.engine import coverage
from voxsim.vocabulary import constants, official
from voxsim.vocabulary.constants import Constant
from voxsim.vocabulary.declare import manifest
from voxsim.vocabulary.naming import python_name

ROWS = {(row.kind, row.name): row for row in coverage.rows()}
API = official.api()
PAGE = Path(__file__).with_name("COVERAGE.md")


def found(dotted):
    """What a dotted documented name is in Python, from what `voxsim` offers."""
    owner, *path = dotted.split(".")
    thing = getattr(voxsim, owner)
    for step in path:
        thing = getattr(thing, step if hasattr(thing, step) else python_name(step))
    return thing


@pytest.mark.parametrize("key", ROWS, ids=" ".join)
def test_nothing_of_the_list_is_missing(key):
    assert ROWS[key].missing == ()


@pytest.mark.parametrize("name", API["classes"])
def test_every_class_can_be_imported(name):
    assert isinstance(found(name), type)


@pytest.mark.parametrize("name", API["functions"])
def test_every_function_can_be_called_from_where_it_stands(name):
    owner, _, function = name.rpartition(".")
    place = found(owner) if owner else voxsim
    assert callable(getattr(place, python_name(function)))


@pytest.mark.parametrize("name", API["events"])
def test_every_event_equals_its_value(name):
    enum = found(name)
    listed = {member: facts["value"] for member, facts in API["events"][name]["members"].items()}
    assert {member: str(getattr(enum, member)) for member in listed} == listed


@pytest.mark.parametrize("name", API["shapes"])
def test_every_shape_takes_its_fields_and_no_others(name):
    shape = found(name)
    if shape is voxsim.HttpRequestOptions:
        fields = dict.fromkeys(map(python_name, (field.rstrip("?") for field in API["shapes"][name]["fields"])))
        assert shape(**fields) is not None
        return
    if isinstance(shape, type):
        names = {python_name(field.rstrip("?")) for field in API["shapes"][name]["fields"]}
        assert names <= set(dir(shape)) | set(getattr(shape, "__annotations__", {}))
        return
    listed = [field.rstrip("?") for field in API["shapes"][name]["fields"]]
    assert list(shape(**{python_name(field): 1 for field in listed})) == listed
    with pytest.raises(voxsim.BadArgument, match="has no field"):
        shape(certainly_not_a_field=1)


@pytest.mark.parametrize("name", [name for name, data in official.constants().items() if "alias" not in data])
def test_every_constant_has_its_value(name):
    data = official.constants()[name]
    members = found(name)
    for member, value in data.get("values", {}).items():
        given = members[member] if isinstance(members, constants.ConstantSet) else getattr(members, member)
        assert given == value
    for member in data.get("names", ()):
        assert getattr(members, member) == f"{name}.{member}"
        assert isinstance(getattr(members, member), Constant)
    for maker in data.get("makers", ()):
        assert isinstance(getattr(members, maker)("own"), Constant)


@pytest.mark.parametrize(("alias", "data"), [(n, d) for n, d in official.constants().items() if "alias" in d])
def test_lists_under_a_second_name_are_the_same(alias, data):
    assert list(found(alias)) == list(found(data["alias"]))


def test_conference_modes_and_directions_are_strings_of_their_own_name():
    assert list(voxsim.ConferenceMode) == ["MIX", "FORWARD"]
    assert list(voxsim.ConferenceDirection) == ["SEND", "RECEIVE", "BOTH"]


@pytest.mark.parametrize("name", API["namespaces"])
def test_every_namespace_can_be_reached(name):
    assert found(name) is not None


def test_every_module_of_the_list_can_be_required():
    listed = official.constants()["Modules"]["values"]
    assert {member.name: member.value for member in voxsim.Modules} == listed


def test_nothing_is_declared_twice():
    names = [unit.name for unit in manifest.units.values()]
    assert len(names) == len(set(names))


def test_the_coverage_page_is_up_to_date():
    """`voxsim coverage --markdown > tests/conformance/COVERAGE.md` writes it."""
    assert PAGE.read_text(encoding="utf-8") == coverage.markdown(coverage.rows())


def test_the_data_files_are_what_the_script_writes():
    for name in ("api.json", "constants.json"):
        path = Path(official.__file__).parent / "data" / name
        text = path.read_text(encoding="utf-8")
        again = json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))
        assert text == again.replace('},"', '},\n"') + "\n"
