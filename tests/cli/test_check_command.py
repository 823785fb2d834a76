"""`voxsim check`: what it looks at, what it prints for people and for programs, and its exit status."""

import json
import sys

import pytest

from voxsim.cli import main

GOOD = "VoxEngine.addEventListener(AppEvents.Started, () => VoxEngine.terminate());\n"
WRONG = "VoxEngine.addEventListener(AppEvents.Strated, () => VoxEngine.terminate());\n"
DOUBTFUL = 'VoxEngine.callUser({ username: "a", callerId: "b" });\n'


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command among these files; gives its status, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, **files):
        for name, text in files.items():
            put(name.replace("__", "/").replace("_DOT_", "."), text)
        status = main(["check", *arguments])
        out, err = capsys.readouterr()
        return status, out.splitlines(), err

    def put(name, text):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text if isinstance(text, str) else json.dumps(text))

    run.put = put
    return run


def test_a_clean_file(run):
    run.put("a.js", GOOD)
    assert run("a.js") == (0, ["Nothing to remark in 1 file."], "")


def test_an_error_is_told_with_its_place_and_fails(run):
    run.put("a.js", GOOD)
    run.put("b.js", WRONG)
    assert run("b.js", "a.js") == (
        1,
        [
            "b.js:1:38: error: AppEvents has no event 'Strated'. Did you mean 'Started'?",
            "1 error in 2 files.",
        ],
        "",
    )


def test_warnings_fail_when_they_are_asked_to(run):
    run.put("a.js", DOUBTFUL)
    status, out, _ = run("a.js")
    assert status == 0
    assert out[-1] == "1 warning in 1 file."
    assert run("a.js", "--strict")[0] == 1


def test_notes_never_fail(run):
    run.put("a.js", "require(Modules.Player);")
    status, out, _ = run("a.js", "--strict")
    assert (status, out[-1]) == (0, "1 note in 1 file.")


def test_as_data(run):
    run.put("a.js", WRONG)
    status, out, _ = run("a.js", "--format", "json")
    assert status == 1
    assert json.loads("\n".join(out)) == {
        "findings": [
            {
                "file": "a.js",
                "line": 1,
                "column": 38,
                "level": "error",
                "rule": "unknown-event",
                "message": "AppEvents has no event 'Strated'. Did you mean 'Started'?",
            }
        ],
        "errors": 1,
        "warnings": 0,
        "notes": 0,
        "files": 1,
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "FILE"),
        (("gone.js",), "There is no file or folder 'gone.js'. Did you mean 'good.js'?"),
        (("notes.txt",), "files that can be checked end with .js, .py, .ts"),
        (("empty",), "There is no scenario in the folder 'empty'"),
        (("good.js", "--formt", "json"), "Did you mean '--format'?"),
        (("good.js", "--format", "xml"), "invalid choice: 'xml'"),
        (("project",), "cannot be read as JSON"),
    ],
)
def test_what_cannot_be_used_ends_with_two(run, arguments, words):
    run.put("good.js", GOOD)
    run.put("notes.txt", "")
    run.put("empty/readme.md", "")
    run.put("project/applications/app/rules.config.json", "{")
    status, out, err = run(*arguments)
    assert (status, out) == (2, [])
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize("missing", ["tree_sitter", "tree_sitter_javascript"])
def test_without_a_parser_it_says_what_to_install(run, monkeypatch, missing):
    from voxsim.languages.checking import javascript

    run.put("a.js", GOOD)
    monkeypatch.setitem(sys.modules, missing, None)
    javascript.parser.cache_clear()
    status, _, err = run("a.js")
    javascript.parser.cache_clear()
    assert status == 2
    assert "pip install 'voxsim[check]'" in err


def test_without_an_engine_the_parser_judges(run, monkeypatch):
    from voxsim.languages.javascript import quickjs

    run.put("a.js", "let a = ;\n")
    quickjs.load.cache_clear()
    monkeypatch.setitem(sys.modules, "_quickjs", None)
    status, out, _ = run("a.js")
    monkeypatch.undo()
    quickjs.load.cache_clear()
    assert status == 1
    assert out[0].startswith("a.js:1:") or "a.js:1:" in out[0]
    assert "syntax error" in out[0]


def test_a_folder_is_searched_for_what_looks_like_a_scenario(run):
    run.put("calls/in/a.js", WRONG)
    run.put("calls/b.ts", WRONG)
    run.put("calls/c.py", "from voxsim import VoxEngin\n")
    run.put("calls/site.js", "document.write(VoxEngine);\n")
    run.put("calls/typings/v.d.ts", WRONG)
    run.put("calls/node_modules/m/a.js", WRONG)
    run.put("calls/.hidden/a.js", WRONG)
    run.put("calls/test_a.py", "from voxsim import VoxEngin\n")
    run.put("calls/tool.py", "undefined_name\n")
    status, out, _ = run("calls")
    assert status == 1
    assert [line.partition(":")[0] for line in out[:-1]] == ["calls/b.ts", "calls/c.py", "calls/in/a.js"]
    assert out[-1] == "3 errors in 3 files."


def test_files_of_one_folder_may_use_each_others_names(run):
    run.put("main.js", "VoxEngine.addEventListener(AppEvents.Started, () => helper());\n")
    run.put("lib.js", "function helper() {}\n")
    assert run("main.js")[0] == 0


LIBRARY = "require(Modules.ASR); function listen() { return VoxEngine.createASR({ profile: 'x' }); }\n"
MAIN = "VoxEngine.addEventListener(AppEvents.Started, () => listen().foo());\n"


def test_the_rules_of_a_deployed_project_tell_what_belongs_together(run):
    rules = [{"ruleName": "in", "rulePattern": ".*", "scenarios": ["lib", "main"]}, {"ruleName": "x", "scenarios": []}]
    run.put("voxfiles/applications/shop/rules.config.json", rules)
    run.put("voxfiles/scenarios/src/lib.voxengine.js", LIBRARY)
    run.put("voxfiles/scenarios/src/main.voxengine.js", MAIN)
    run.put("voxfiles/scenarios/src/spare.voxengine.ts", "VoxEngine.foo();\n")
    run.put("voxfiles/scenarios/dist/main.js", WRONG)
    status, out, _ = run("voxfiles")
    assert status == 1
    assert out == [
        "voxfiles/scenarios/src/main.voxengine.js:1:62: error: an ASR has no method 'foo'.",
        "voxfiles/scenarios/src/spare.voxengine.ts:1:11: error: VoxEngine has no 'foo'.",
        "2 errors in 3 files.",
    ]


def test_the_rules_of_a_served_folder_tell_what_belongs_together(run):
    run.put("shop/voxsim.toml", '[[application]]\nname = "shop"\n[[application.rule]]\nname = "in"\n'
            'scenarios = ["lib.js", "main.js"]\n')  # fmt: skip
    run.put("shop/lib.js", LIBRARY)
    run.put("shop/main.js", MAIN)
    status, out, _ = run("shop")
    assert status == 1
    assert out == ["shop/main.js:1:62: error: an ASR has no method 'foo'.", "1 error in 2 files."]


def test_a_mistake_in_the_served_folders_settings(run):
    run.put("shop/voxsim.toml", "[accnt]\n")
    run.put("shop/main.js", GOOD)
    status, _, err = run("shop")
    assert status == 2
    assert "accnt" in err


def test_our_own_examples_are_clean(capsys):
    from pathlib import Path

    examples = Path(__file__).parents[2] / "scenarios"
    assert main(["check", str(examples), "--strict"]) == 0
    assert capsys.readouterr().out.startswith("Nothing to remark in ")
