"""What `voxsim.toml` says of ELMA365; mistakes are shown in their place."""

import pytest

from voxsim.cli import main
from voxsim.parties import telephonyentries
from voxsim.parties.configuration import load_configuration
from voxsim.parties.telephonyentries import ModuleEntry, WebhookEntry
from voxsim.protocols.elma365 import dialects, module
from voxsim.vocabulary.errors import ConfigurationError

WHOLE = """
[[elma365.webhook]]
url = "https://crm.example/hook?a=1"
dialect = "zadarma"
secret = "s"

[[elma365.module]]
name = "pbx"
file = "module.py"
token = "sesame"
dialect = "gravitel"
key = "k"
contacts = ["+15550100"]
users = { 201 = "Anna" }

[elma365.module.params]
apiKey = "abc"
tries = 3
"""


@pytest.fixture
def load(tmp_path):
    """`load(text)` reads a configuration beside a scenario and a module."""
    (tmp_path / "menu.py").write_text("from voxsim import VoxEngine\nVoxEngine.forward_call_to_user()\n")
    (tmp_path / "module.py").write_text("")

    def loaded(text):
        (tmp_path / "voxsim.toml").write_text(
            f'[[application]]\nname = "shop"\n[[application.rule]]\nscenarios = ["menu.py"]\n{text}'
        )
        return load_configuration(tmp_path / "voxsim.toml")

    return loaded


def test_all_of_it(load, tmp_path):
    entry = load(WHOLE).elma365
    assert entry.webhooks == (WebhookEntry(url="https://crm.example/hook?a=1", dialect="zadarma", secret="s"),)
    assert entry.modules == (
        ModuleEntry(
            name="pbx", file=str(tmp_path / "module.py"), token="sesame", dialect="gravitel", key="k",
            contacts=("+15550100",), users={"201": "Anna"}, params={"apiKey": "abc", "tries": 3},
        ),
    )  # fmt: skip
    assert "sesame" not in repr(entry)
    assert "abc" not in repr(entry)


def test_the_words_of_a_configuration_are_those_of_the_protocol():
    assert tuple(dialects.DIALECTS) == telephonyentries.DIALECTS
    assert telephonyentries.ENDINGS == module.ENDINGS


MODULE = '[[elma365.module]]\nname = "pbx"\nfile = "module.py"\ntoken = "t"\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[elma365]\nmodul = 1", "Did you mean 'module'"),
        (MODULE.replace('name = "pbx"\n', ""), "name"),
        (MODULE.replace('"pbx"', '"p b"'), "a name of letters"),
        (MODULE.replace('token = "t"\n', ""), "token"),
        (MODULE.replace('"t"', '"a b"'), "that a URL can hold"),
        (MODULE.replace("module.py", "gone.py"), "There is no file"),
        (MODULE.replace("module.py", "menu.txt"), "'file' ends with"),
        (MODULE + 'dialect = "gravitle"', "Did you mean 'gravitel'"),
        (MODULE + "users = { 201 = 5 }", "201"),
        (MODULE + MODULE, "have the name 'pbx'"),
        ('[[elma365.webhook]]\nurl = "ftp://x"', "'url' is an encoded URL"),
        ('[[elma365.webhook]]\ndialect = "neutral"', "url"),
    ],
)  # fmt: skip
def test_mistakes_are_shown_in_their_place(load, text, why):
    with pytest.raises(ConfigurationError, match=why):
        load(text)


def test_the_command_shows_webhooks_as_they_are_configured(load, tmp_path, capsys):
    load(WHOLE + '[[user]]\nname = "202"\nextension = "202"\n')
    assert main(["events", "elma365", str(tmp_path / "menu.py"), "--to", "202", "--hangup", "5"]) == 0
    shown = capsys.readouterr().out.splitlines()
    targets = [line.split()[2] for line in shown if " POST " in line]
    assert targets[:3] == ["https://crm.example/hook", "https://crm.example/hook", "http://localhost/voip/webhook/pbx"]
    assert any("event=NOTIFY_START" in line for line in shown)
    assert any("cmd=history" in line for line in shown)
    assert any(line.strip().startswith("Signature: ") for line in shown)
    assert "sesame" not in "".join(shown)


def test_a_module_beside_the_scenarios_is_no_scenario(tmp_path):
    (tmp_path / "menu.py").write_text("from voxsim import VoxEngine\n")
    (tmp_path / "module.py").write_text("")
    (tmp_path / "voxsim.toml").write_text(MODULE)
    (application,) = load_configuration(tmp_path).applications
    assert [rule.name for rule in application.rules] == ["menu"]
