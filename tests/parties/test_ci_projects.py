"""Projects of voxengine-ci: what lies on disk becomes applications and rules; a mistake is told with its place."""

import json

import pytest
from ciprojects import NAME, RULES, write_project

from voxsim.parties.configuration import load_configuration
from voxsim.vocabulary.errors import ConfigurationError


def rules_of(configuration):
    return [(rule.name, rule.pattern, *rule.scenarios) for one in configuration.applications for rule in one.rules]


EXPECTED = [
    ("sales", r"+?1555\d+", "voxfiles/scenarios/src/shared.voxengine.js", "voxfiles/scenarios/src/sales.voxengine.ts"),
    ("rest", ".*", "voxfiles/scenarios/src/shared.voxengine.js", "voxfiles/scenarios/src/menu.voxengine.js"),
]


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return type(tmp_path)()


def test_applications_and_rules_are_those_of_the_files(place):
    configuration = load_configuration(write_project(place))
    assert configuration.account.name == "acme"
    assert [one.name for one in configuration.applications] == ["shop"]
    assert rules_of(configuration) == EXPECTED


@pytest.mark.parametrize(
    "line", ["VOX_CI_ROOT_PATH=src/vox", "export VOX_CI_ROOT_PATH='src/vox' # here", "A=1\nVOX_CI_ROOT_PATH = src/vox"]
)
def test_the_root_is_the_one_that_its_settings_name(line, place):
    write_project(place, root="src/vox")
    (place / ".env").write_text(f"VOX_CI_CREDENTIALS=keys.json\n{line}\n")
    assert rules_of(load_configuration(place))[0][2] == "src/vox/scenarios/src/shared.voxengine.js"


def test_the_root_itself_can_be_named(place):
    write_project(place)
    assert rules_of(load_configuration(place / "voxfiles")) == EXPECTED


def test_settings_that_name_no_root_are_a_mistake(place):
    write_project(place)
    (place / ".env").write_text("VOX_CI_ROOT_PATH=elsewhere\n")
    with pytest.raises(ConfigurationError, match=r"^\.env: VOX_CI_ROOT_PATH names 'elsewhere', which has no folders"):
        load_configuration(place)


def test_a_folder_with_other_settings_is_no_project(place):
    (place / ".env").write_text("TOKEN=1\nVOX_CI_ROOT_PATH=\n")
    (place / "menu.js").write_text("")
    assert [rule.name for one in load_configuration(place).applications for rule in one.rules] == ["menu"]


def test_a_configuration_beside_it_adds_to_it(place):
    write_project(place, applications={NAME: RULES, "bank.acme.voximplant.com": []})
    (place / "voxsim.toml").write_text(
        """
        [account]
        balance = 7.5
        [[application]]
        name = "shop"
        [application.secrets]
        KEY = "value"
        [[application]]
        name = "local"
        [[application.rule]]
        name = "own"
        scenarios = ["own.js"]
        [[user]]
        name = "anna"
        applications = ["shop"]
        [[number]]
        number = "+15550100"
        application = "shop"
        rule = "rest"
        [[party]]
        address = "+15550199"
        behaviour = "busy"
        [limits]
        idle_seconds = 5.0
        """
    )
    (place / "own.js").write_text("")
    configuration = load_configuration(place)
    assert (configuration.account.name, configuration.account.balance) == ("acme", 7.5)
    assert {one.name: len(one.rules) for one in configuration.applications} == {"bank": 0, "shop": 2, "local": 1}
    assert configuration.applications[1].secrets == {"KEY": "value"}
    assert configuration.numbers[0].rule == "rest"
    assert configuration.limits.idle_seconds == 5.0
    assert rules_of(configuration)[:2] == EXPECTED


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[[application]]\nname = "shp"\n',
            "voxsim.toml:2: The project has no application 'shp'. Did you mean 'shop'?",
        ),
        (
            '[[application]]\nname = "shop"\n[[application.rule]]\nscenarios = ["own.js"]\n',
            "voxsim.toml:3: The rules of the application 'shop' stand in the project's own files.",
        ),
        (
            '[account]\nname = "other"\n',
            "No application in 'voxfiles/applications' is of the account 'other', only of 'acme'.",
        ),
    ],
)
def test_a_configuration_beside_it_has_to_fit(text, message, place):
    write_project(place)
    (place / "voxsim.toml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(place)
    assert str(caught.value) == message


def test_of_several_accounts_one_is_chosen(place):
    write_project(place, applications={NAME: RULES, "shop.test.voximplant.com": RULES[1:]})
    with pytest.raises(ConfigurationError, match="are of 2 accounts, acme, test: say which is meant"):
        load_configuration(place)
    (place / "voxsim.toml").write_text('[account]\nname = "test"\n')
    configuration = load_configuration(place)
    assert configuration.account.name == "test"
    assert rules_of(configuration) == EXPECTED[1:]


def test_rules_may_stand_in_toml(place):
    write_project(place)
    folder = place / "voxfiles" / "applications" / NAME
    (folder / "rules.config.json").unlink()
    (folder / "rules.config.toml").write_text('[[rules]]\nruleName = "rest"\nscenarios = ["shared", "menu"]\n')
    assert rules_of(load_configuration(place)) == EXPECTED[1:]
    (folder / "rules.config.toml").write_text(
        '[[rules]]\nruleName = "a"\nscenarios = ["menu"]\n[[rules]]\nruleName = "b"\n'
    )
    with pytest.raises(ConfigurationError, match=r"rules.config.toml:4: The rule 'b' needs 'scenarios'"):
        load_configuration(place)
    (folder / "rules.config.toml").rename(folder / "rules.config.yml")
    with pytest.raises(ConfigurationError, match=r"rules.config.yml: voxsim reads no YAML\. Write the same as"):
        load_configuration(place)


def test_an_application_without_files_has_its_folders_name_and_no_rules(place):
    write_project(place)
    (place / "voxfiles" / "applications" / "empty.acme.voximplant.com").mkdir()
    assert [(one.name, len(one.rules)) for one in load_configuration(place).applications] == [("empty", 0), ("shop", 2)]


RULE = {"ruleName": "rest", "scenarios": ["menu"], "rulePattern": ".*"}
NEITHER = "neither *.voxengine.ts nor *.voxengine.js in 'voxfiles/scenarios/src'."
FILE = f"voxfiles/applications/{NAME}/rules.config.json"

MISTAKES = {
    "no JSON": ('[\n  {"ruleName": }\n]', "2:16: The file is no JSON: Expecting value."),
    "nothing": ("", "1:1: The file is no JSON: Expecting value."),
    "no list": ({"rules": []}, "1: The file holds a list of rules"),
    "no object": (["menu"], "2: A rule is an object with"),
    "no name": ([{"scenarios": ["menu"]}], "2: [rule] needs the key 'ruleName', a text."),
    "an empty name": ([{**RULE, "ruleName": " "}], "3: A rule's name has 1 to 99 characters, got 1."),
    "a number for a name": ([{**RULE, "ruleName": 5}], "3: 'ruleName' is a text, got a whole number."),
    "a second name": ([RULE, RULE], "10: There is a second rule of the name 'rest'."),
    "no scenarios": ([{"ruleName": "a"}], "2: The rule 'a' needs 'scenarios', a list of their names."),
    "empty scenarios": ([{**RULE, "scenarios": []}], "4: The rule 'rest' needs 'scenarios', a list of their names."),
    "one scenario": ([{**RULE, "scenarios": "menu"}], "4: 'scenarios' is a list, got a text."),
    "a lost scenario": ([{**RULE, "scenarios": [None]}], "4: 'scenarios' is a text, got a NoneType."),
    "a missing scenario": (
        [{**RULE, "scenarios": ["shared", "mneu"]}],
        f"6: There is no scenario 'mneu': {NEITHER.replace('*', 'mneu')} Did you mean 'menu'?",
    ),
    "an impossible scenario": ([{**RULE, "scenarios": ["a\0b"]}], "5: There is no scenario 'a\\x00b'"),
    "a long scenario": ([{**RULE, "scenarios": ["x" * 500]}], "5: There is no scenario 'xxxx"),
    "a built scenario": (
        [{**RULE, "scenarios": ["zzz"]}],
        f"5: There is no scenario 'zzz': {NEITHER.replace('*', 'zzz')} What is in 'dist' is built of the sources",
    ),
    "two sources": ([{**RULE, "scenarios": ["two"]}], "5: There are two sources of 'two':"),
    "a bad pattern": ([{**RULE, "rulePattern": "(1"}], "7: The rule pattern '(1' is no regular expression"),
    "a number for a pattern": ([{**RULE, "rulePattern": 100}], "7: 'rulePattern' is a text, got a whole number."),
    "a misspelt key": (
        [{"ruleName": "a", "scenarios": ["menu"], "rulePatern": "1"}],
        "7: A rule has no key 'rulePatern'. Did you mean 'rulePattern'?",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_told_with_its_file_and_line(name, place):
    rules, message = MISTAKES[name]
    write_project(place, rules=rules)
    scenarios = place / "voxfiles" / "scenarios"
    for file in ("dist/zzz.voxengine.js", "src/two.voxengine.js", "src/two.voxengine.ts"):
        (scenarios / file).write_text("")
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(place)
    assert str(caught.value).startswith(f"{FILE}:{message}")


def test_other_keys_of_a_rule_and_an_empty_pattern_are_no_mistake(place):
    write_project(place, rules=[{**RULE, "rulePattern": "", "ruleId": 5, "comment": "ours", "modified": None}])
    assert rules_of(load_configuration(place)) == [("rest", ".*", "voxfiles/scenarios/src/menu.voxengine.js")]


NAMES = {
    "no JSON": ("{", "1:2: The file is no JSON"),
    "a list": ("[]", "1: 'application.config' is a table, got a list."),
    "no name": ("{}", "1: [application.config] needs the key 'applicationName', a text."),
    "another name": (
        '{\n"applicationName": "bank.acme.voximplant.com"}',
        f"2: 'applicationName' is 'bank.acme.voximplant.com', and the folder is called '{NAME}':",
    ),
    "not UTF-8": (b'{"applicationName":\n"\xff"}', "2: The file is not UTF-8. Save it as UTF-8."),
}


@pytest.mark.parametrize("name", NAMES)
def test_an_application_needs_its_name(name, place):
    text, message = NAMES[name]
    write_project(place)
    file = place / "voxfiles" / "applications" / NAME / "application.config.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(place)
    assert str(caught.value).startswith(f"{file}:{message}")


def test_a_folder_that_no_application_can_be_called(place):
    write_project(place, applications={"my shop": []})
    with pytest.raises(ConfigurationError, match="'applicationName' is a name such as"):
        load_configuration(place)


def test_one_name_in_two_spellings(place):
    write_project(place, applications={"shop": RULES, NAME: RULES})
    with pytest.raises(ConfigurationError, match="There is a second application of the name 'shop'"):
        load_configuration(place)


def test_a_project_without_applications(place):
    write_project(place)
    for file in (place / "voxfiles" / "applications").rglob("*.json"):
        file.unlink()
    (place / "voxfiles" / "applications" / NAME).rmdir()
    with pytest.raises(ConfigurationError, match="There is no application in 'voxfiles/applications'"):
        load_configuration(place)


def test_lines_are_found_however_the_file_is_laid_out(place):
    text = json.dumps([RULE, {**RULE, "ruleName": 'a"\\[{', "rulePattern": "[,:{}]"}]) + "\r\n\r\n"
    text = text[: text.rindex("]")] + ',\n\n{"ruleName"\n:\n"b"\n,\n"scenarios":\n["menu"\n,\n"lost"]}]'
    write_project(place, rules=text)
    with pytest.raises(ConfigurationError, match=rf"^{FILE}:10: There is no scenario 'lost'"):
        load_configuration(place)


# --- folders without a word ---


def test_typings_tests_and_what_was_compiled_are_no_scenarios(place):
    for name in (
        "menu.ts",
        "menu.js",
        "voxengine.d.ts",
        "menu.spec.ts",
        "menu.test.js",
        "jest.config.js",
        "b.voxengine.js",
    ):
        (place / name).write_text("")
    assert rules_of(load_configuration(place)) == [("b", "b", "b.voxengine.js"), ("menu", "menu", "menu.ts")]
