"""The whole vocabulary, asked by its documented names from inside a script: all that is declared in Python is there."""

import json

import pytest

from voxsim.engine.coverage import load_all
from voxsim.vocabulary import constants, legacy, official
from voxsim.vocabulary.declare import manifest

load_all()

CLASSES = {name: unit for name, unit in manifest.units.items() if unit.kind == "class"}
NAMESPACES = {name: unit for name, unit in manifest.units.items() if unit.kind == "namespace"}


@pytest.fixture
def ask(javascript):
    """Evaluate expressions inside a script, one log line of JSON for each."""

    def ask(expressions):
        lines = "\n".join(f"tell(() => {expression});" for expression in expressions)
        script = f"""
        function tell(find) {{
          let found;
          try {{ found = find() }} catch (e) {{ found = e.name + ": " + e.message }}
          lines.push(found === undefined ? null : found);
        }}
        var lines = [];
        {lines}
        var text = JSON.stringify(lines);
        for (let at = 0; at < text.length; at += 14000) Logger.write("=" + text.slice(at, at + 14000));
        """
        run = javascript(script)
        assert run.errors == []
        return json.loads("".join(line[1:] for line in run.log))

    return ask


def test_every_method_of_every_class(ask):
    names = [f"{name}.prototype.{method}" for name, unit in CLASSES.items() for method in unit.methods]
    found = ask(f"typeof {name}" for name in names)
    assert {name: kind for name, kind in zip(names, found, strict=True) if kind != "function"} == {}


def test_every_function_of_every_namespace(ask):
    names = [f"{name}.{method}" for name, unit in NAMESPACES.items() for method in unit.methods]
    names += list(manifest.functions)
    found = ask(f"typeof {name}" for name in names)
    assert {name: kind for name, kind in zip(names, found, strict=True) if kind != "function"} == {}


def test_every_function_of_the_official_list_that_is_declared(ask):
    names = [
        name
        for name in official.api()["functions"]
        if (owner := name.rpartition(".")[0]) == ""
        or name.rpartition(".")[2] in getattr(NAMESPACES.get(owner), "methods", ())
    ]
    assert set(ask(f"typeof {name}" for name in names)) == {"function"}


def test_every_event_has_its_documented_value(ask):
    events = {
        f"{enum}.{member}": str(event)
        for enum, names in manifest.events.items()
        for member, event in names.members.items()
    }
    assert dict(zip(events, ask(events), strict=True)) == events


def test_every_small_constant_has_its_value(ask):
    values = {
        f"{name}[{json.dumps(member)}]": value
        for name in official.constants()
        for member, value in list(constants.constant_set(name).members.items())[:100]
        if not callable(value)
    }
    assert dict(zip(values, ask(values), strict=True)) == values


def test_every_old_name(ask):
    pairs = [(old, today) for old, today in legacy.ALIASES.items() if today.rpartition(".")[0] in ("", *NAMESPACES)]
    events = [(old, today) for old, today in legacy.ALIASES.items() if today.rpartition(".")[0] in manifest.events]
    assert ask(f"typeof {old}" for old, _ in pairs) == [
        "object" if today == "CallList" else kind
        for (_, today), kind in zip(pairs, ask(f"typeof {today}" for _, today in pairs), strict=True)
    ]
    assert ask(old for old, _ in events) == ask(today for _, today in events)


def test_brands_of_voices_are_made(ask):
    found = ask(
        [
            "VoiceList.ElevenLabs.createCustomVoice?.('x') ?? 'none'",
            "typeof VoiceList.Yandex",
            "Language.ANYTHING",
            "'en_US_Joanna' in VoiceList.Amazon",
            "VoiceList.Amazon.nobody",
        ]
    )
    assert found[1:] == ["object", "Language.ANYTHING", True, None]


def test_classes_of_the_platform_are_not_made_by_scenarios(ask):
    assert ask(["new Call()"])[0].startswith("TypeError: A Call is not made with `new`")
    assert ask(["Call.prototype.hangup.call({})"])[0].startswith("TypeError: Call.hangup was called without its Call")
