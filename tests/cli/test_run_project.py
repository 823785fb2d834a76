"""`voxsim run` and `voxsim serve` with a folder: a project of voxengine-ci as it lies on disk, with its own rules."""

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from voxsim.cli import main

sys.path.insert(0, str(Path(__file__).parents[1] / "server"))
sys.path.insert(0, str(Path(__file__).parents[1] / "parties"))
from ciprojects import NAME, RULES, write_project
from processes import serving


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run it; returns the status, what scenarios logged, and what was said."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        status = main(["run", *arguments, "--output", "jsonl"])
        out, said = capsys.readouterr()
        records = [json.loads(line) for line in out.splitlines()]
        return status, [record["name"] for record in records if record["kind"] == "log"], said

    return run


def test_the_destination_says_which_rule_runs(run, tmp_path):
    write_project(tmp_path)
    assert run(".", "--to", "+15550100")[:2] == (0, ["sales 7 +15550100 0"])
    assert run("voxfiles", "--to", "support")[:2] == (0, ["menu support 0"])


def test_a_rule_can_be_named(run, tmp_path):
    write_project(tmp_path)
    assert run(".", "--rule", "sales")[:2] == (0, ["sales 7 100 0"])


def test_a_configuration_beside_it_counts(run, tmp_path):
    source = """
        VoxEngine.addEventListener(AppEvents.Started, async () => {
          Logger.write((await VoxEngine.getSecretValue("KEY")).length);
          const call = VoxEngine.callPSTN("+15550199", "+15550100");
          const end = (text) => { Logger.write(text); VoxEngine.terminate(); };
          call.addEventListener(CallEvents.Failed, ({ code }) => end("failed " + code));
          call.addEventListener(CallEvents.Connected, () => end("connected"));
        });
        """
    rules = [{"ruleName": "dial", "scenarios": ["dial"]}]
    write_project(tmp_path, rules=rules, sources={"dial.voxengine.js": source})
    setting = '[[application]]\nname = "shop"\n[application.secrets]\nKEY = "open"\n'
    (tmp_path / "voxsim.toml").write_text(setting + '[[party]]\naddress = "+15550199"\nreject = 486\n')
    assert run(".")[1] == ["4", "failed 486"]
    assert run(".", "--answer", "+15550199=answer:1")[1] == ["4", "connected"]


def test_a_folder_of_scenarios_is_run_as_it_is_served(run, tmp_path):
    for name in ("menu", "other"):
        (tmp_path / f"{name}.js").write_text(f"Logger.write('{name}'); VoxEngine.terminate();")
    assert run(".", "--to", "other")[:2] == (0, ["other"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((".", "--rule", "seles"), "There is no rule 'seles'. Did you mean 'sales'?"),
        ((".", "--rule", "nothing"), "There is no rule 'nothing'. There are 'rest', 'sales'."),
        ((".", "--rule", "rest"), "There is a rule 'rest' in bank, shop: say which with --application."),
        ((".", "--rule", "a=b.js"), "There is no rule 'a=b.js'."),
        ((".", "--rule", "rest", "--rule", "sales"), "A folder has its rules already"),
        ((".", "--application", "shpo"), "There is no application 'shpo'. Did you mean 'shop'?"),
        ((".", "--application", "empty"), "'.' has no rule to run."),
        ((".", "menu.js"), "A folder is run alone"),
        (
            (".", "--to", "1", "--application", "bank"),
            "No rule takes a call to '1': 'rest' takes 2. Say what is called",
        ),
        (("menu.js", "--application", "shop"), "--application is for a folder with several"),
        (("empty",), "There is no scenario in the folder 'empty'"),
    ],
)
def test_what_cannot_be_run_is_said_in_words(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    bank = [{"ruleName": "rest", "scenarios": ["menu"], "rulePattern": "2"}]
    write_project(
        tmp_path, applications={"bank.acme.voximplant.com": bank, NAME: RULES, "empty.acme.voximplant.com": []}
    )
    (tmp_path / "empty").mkdir()
    (tmp_path / "menu.js").write_text("")
    assert main(["run", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"voxsim run: error: {message}")
    assert error.count("\n") == 1


def test_of_several_applications_one_can_be_meant(run, tmp_path):
    bank = [{"ruleName": "rest", "scenarios": ["shared", "sales"]}]
    write_project(tmp_path, applications={"bank.acme.voximplant.com": bank, NAME: RULES})
    assert run(".", "--rule", "rest", "--application", "bank")[1] == ["sales 7 100 0"]
    assert run(".", "--rule", "rest", "--application", NAME)[1] == ["menu 100 0"]


def test_errors_stay_in_the_sources(run, tmp_path):
    source = "const a: number = 1;\nclass A { constructor(private n: number) {} }\n\n  missing(a);\n"
    write_project(tmp_path, rules=[{"ruleName": "a", "scenarios": ["a"]}], sources={"a.voxengine.ts": source})
    status, _, said = run(".")
    assert status == 1
    assert "voxfiles/scenarios/src/a.voxengine.ts:4:3: ReferenceError: missing is not defined" in said


# --- served ---


def get(url, **fields):
    data = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(url, data) as reply:
        return json.load(reply)


def test_it_is_served_over_http(tmp_path):
    write_project(tmp_path)
    (tmp_path / "voxsim.toml").write_text('[[user]]\nname = "anna"\n')
    with serving(tmp_path, "--memory", "--no-tls", "--time", "x50") as server:
        assert server.said.startswith(f"voxsim serves sales, rest of {tmp_path}\n")
        api = f"{server.url}/platform_api"
        own = {"account_id": 1, "api_key": server.api_key}
        [application] = get(f"{api}/GetApplications/", **own, with_rules="true", with_scenarios="true")["result"]
        assert application["application_name"] == NAME
        rules = application["rules"]
        assert [(rule["rule_name"], rule["rule_pattern"]) for rule in rules] == [
            ("sales", "+?1555\\d+"),
            ("rest", ".*"),
        ]
        names = [one["scenario_name"] for one in rules[0]["scenarios"]]
        assert names == ["shared", "sales"]
        call = [sys.executable, "-m", "voxsim", "call", "--server", server.url, "--hangup", "5s", "--output", "log"]
        for destination, words in (("15550100", "sales 7 15550100 0"), ("anybody", "menu anybody 0")):
            done = subprocess.run(
                [*call, "--to", destination], capture_output=True, text=True, timeout=120, check=False
            )
            assert words in done.stdout
            assert done.returncode == 0


def test_a_changed_source_counts_for_the_next_call(tmp_path):
    write_project(tmp_path)
    source = tmp_path / "voxfiles" / "scenarios" / "src" / "sales.voxengine.ts"
    with serving(tmp_path, "--memory", "--no-tls", "--time", "x50") as server:
        call = [sys.executable, "-m", "voxsim", "call", "--server", server.url, "--hangup", "5s", "--to", "15550100"]

        def said():
            done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)
            return done.stdout + done.stderr

        assert "sales 7" in said()
        source.write_text(source.read_text().replace("Sales = 7", "Sales = 2_000"))
        assert "sales 2000" in said()
        source.write_text("let broken: = 1;\n")
        assert f"{source}:1:13: SyntaxError" in said()


def test_a_mistake_in_it_is_said_before_anything_is_served(tmp_path):
    write_project(tmp_path, rules=[{"ruleName": "a", "scenarios": ["nothing"]}])
    command = [sys.executable, "-m", "voxsim", "serve", str(tmp_path), "--port", "0", "--no-tls", "--memory"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert f"applications/{NAME}/rules.config.json:5: There is no scenario 'nothing'" in done.stderr
