"""`voxsim events ccsevents`: what each domain would be told of a run."""

from __future__ import annotations

import json

import pytest

from voxsim.cli import main
from voxsim.parties.configuration import load_configuration
from voxsim.vocabulary.errors import ConfigurationError

FORWARD = "from voxsim import VoxEngine\nVoxEngine.forward_call_to_user()\n"

USERS = """
[[user]]
name = "201"
extension = "201"
domain = "alpha.test"

[[user]]
name = "202"
extension = "202"
domain = "beta.test"
"""


@pytest.fixture
def told(tmp_path, capsys):
    """`told(options…)` is what was told: the moment, the domain, the event and its payload."""
    scenario = tmp_path / "forward.py"
    scenario.write_text(FORWARD)

    def run(*options, toml=None):
        if toml is not None:
            (tmp_path / "voxsim.toml").write_text(toml)
        assert main(["events", "ccsevents", str(scenario), "--from", "201", "--to", "202", *options]) == 0
        lines = capsys.readouterr().out.splitlines()
        return [(*first.split(), json.loads(second)) for first, second in zip(lines[::2], lines[1::2], strict=True)]

    return run


def test_without_a_configuration_one_domain_is_told_everything(told):
    events = told("--hangup", "5")
    assert {domain for _, domain, _, _ in events} == {"app.account.voximplant.com"}
    assert [(moment, name) for moment, _, name, _ in events][:3] == [
        ("0:00.000", "ccsevents.call_create"),
        ("0:00.000", "ccsevents.seance_create"),
        ("0:00.000", "ccsevents.call_attach_to_seance"),
    ]
    assert events[-1][2] == "ccsevents.seance_delete"
    assert events[0][3]["number"] == "201@app.account.voximplant.com"


def test_each_domain_is_told_what_it_may_know(told):
    events = told("--hangup", "5", toml=USERS)
    alpha, beta = ([one for one in events if one[1] == f"{name}.test"] for name in ("alpha", "beta"))
    assert len(alpha) == len(beta) + 3
    assert beta[0][2] == "ccsevents.connection_create"


def test_unanswered_calls_are_failures_when_that_is_configured(told):
    busy = ("--answer", "202=ring:1,reject:486@2")
    setting = "[ccsevents]\nfailure_on_no_answer = true\n"
    assert not any(name.endswith("failure") for _, _, name, _ in told(*busy, toml=USERS))
    events = told(*busy, toml=setting + USERS)
    (failure,) = [data for _, domain, name, data in events if name.endswith("failure") and domain == "alpha.test"]
    assert (failure["sipcode"], failure["reason"]) == (486, "busy")


WRONG = [
    ("[ccsevents]\ntokens = 1", "has no key 'tokens'. Did you mean 'token'?"),
    ("[ccsevents]\ntoken = 'x'", "write [[ccsevents.token]] above each"),
    ("[[ccsevents.token]]\ndomain = 'a.test'", "needs the key 'token'"),
    ("[[ccsevents.token]]\ntoken = ''", "that a URL can hold"),
    ("[[ccsevents.token]]\ntoken = 'a/b'", "that a URL can hold"),
    ("[[ccsevents.token]]\ntoken = 'a'\ndomain = '-'", "'domain' is a name such as"),
    ("[[ccsevents.token]]\ntoken = 'a'\nroles = ['subscribe']", "Did you mean 'subscr'?"),
    ("[[ccsevents.token]]\ntoken = 'a'\n[[ccsevents.token]]\ntoken = 'a'", "have the same 'token'"),
    ("[ccsevents]\nfailure_on_no_answer = 'yes'", "is true or false"),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_configuration_that_cannot_be(tmp_path, text, words):
    (tmp_path / "forward.py").write_text(FORWARD)
    file = tmp_path / "voxsim.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as error:
        load_configuration(file)
    assert str(error.value).startswith(f"{file}:")
    assert words in str(error.value)


def test_a_token_shows_nowhere(tmp_path):
    (tmp_path / "forward.py").write_text(FORWARD)
    file = tmp_path / "voxsim.toml"
    file.write_text("[[ccsevents.token]]\ntoken = 'hidden-1'\ndomain = 'A.test'\nroles = ['subscr']\n")
    entry = load_configuration(file).ccsevents
    assert "hidden-1" not in repr(entry)
    assert (entry.tokens[0].domain, entry.tokens[0].roles) == ("a.test", ("subscr",))
