"""Whatever stands in `voxsim.toml`: it is a configuration, or a ConfigurationError that names the file."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxsim.parties.behaviour import KEYS
from voxsim.parties.configuration import load_configuration
from voxsim.vocabulary.errors import ConfigurationError

ONES = ("account", "limits", "timing", "sounds", "server")
MANY = {
    "application": ("name = 'shop'",),
    "user": ("name = 'anna'",),
    "number": ("number = '15550100'",),
    "party": ("address = '+15550100'",),
    "web": ("url = '*'",),
    "queue": ("name = 'support'",),
    "operator": ("name = 'anna'",),
}
BEFORE = {
    "application.rule": ["[[application]]", "name = 'shop'"],
    "operator": ["[[queue]]", "name = 'support'"],
}
FIELDS = (
    *"""
    id name email api_key currency balance pattern pattern_exclude scenarios rule video_conference display_name password
    active custom_data applications behaviour devices number application kind address online domain extension dids
    groups method url status json text headers fault delay connect_delay port secure_port hosts time files
    queues skills talk after_call ban status max_size max_waiting hold agent_selection task_selection
    characters_per_second shortest_seconds players idle_seconds digit nonsense "quoted" 'literal' dotted.key
    """.split(),  # noqa: SIM905 - a list of words
    *KEYS,
)
VALUES = (
    *"""
    1 0 -1 15550100 3.5 nan inf -inf true false 1979-05-27 07:32:00 0xffffffffffffffffffffffff 1e400 "" "anna" "shop"
    "menu.py" "*" "https://x.example/*" "1@2" "busy" "answer:3" "x10" "dev@x.example" "(" "POST" "timeout" [] [1]
    ["menu.py"] ["shop"] [["1@2"],3] {} {a=1} {answer=1} {phone="busy"} {seconds=1} [{scenarios=["menu.py"]}]
    ["support"] "READY" {french=3}
    """.split(),  # noqa: SIM905 - a list of words
    "'''\n[account]\nname = 3\n'''",
    "[\n[1],\n]",
)
ASSIGNMENTS = st.builds("{} = {}".format, st.sampled_from(FIELDS), st.sampled_from(VALUES))
NAMES = st.sampled_from((*ONES, *MANY, "application.rule", "user.devices", "sounds.files", "web.headers", "nonsense"))
LINES = ASSIGNMENTS | st.builds("[{}]".format, NAMES) | st.builds("[[{}]]".format, NAMES) | st.text(max_size=12)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one scenario."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "menu.py").touch()
    return folder


def check(folder: Path, content: bytes) -> None:
    file = folder / "voxsim.toml"
    file.write_bytes(content)
    try:
        load_configuration(folder)
    except ConfigurationError as error:
        assert str(error).startswith(str(file))  # noqa: PT017 - there may be no error


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=14).map("\n".join))
def test_lines_in_any_order(folder, text):
    check(folder, text.encode("utf-8", "surrogatepass"))


@settings(max_examples=600, deadline=None)
@given(st.sampled_from((*ONES, *MANY, "application.rule")), st.lists(ASSIGNMENTS, max_size=3))
def test_tables_with_any_values(folder, name, lines):
    header = [f"[{name}]"] if name in ONES else [f"[[{name}]]", *MANY.get(name, ("scenarios = ['menu.py']",))]
    before = BEFORE.get(name, [])
    check(folder, "\n".join([*before, *header, *lines]).encode())


@given(st.binary(max_size=40))
def test_any_bytes(folder, content):
    check(folder, content)
