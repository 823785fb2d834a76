"""`voxsim.toml`: what it says becomes data, what a folder says by itself does too, and mistakes are shown in place."""

import wave
from pathlib import Path

import pytest

from voxsim.parties.behaviour import Behaviour
from voxsim.parties.configuration import (
    AccountEntry,
    ApplicationEntry,
    Configuration,
    NumberEntry,
    RuleEntry,
    ServerEntry,
    WebEntry,
    load_configuration,
)
from voxsim.vocabulary.errors import ConfigurationError
from voxsim.vocabulary.limits import Limits

APP = '[[application]]\nname = "shop"\n[[application.rule]]\nname = "menu"\nscenarios = ["menu.py"]\n'

WHOLE = """
[account]
id = 7
name = "acme"
email = "dev@acme.example"
api_key = "a-secret"
currency = "EUR"
balance = -2

[[application]]
name = "shop"

[[application.rule]]
name = "menu"
pattern = "+?1555\\\\d+"
pattern_exclude = "15550199"
scenarios = ["data.py", "menu.py"]
video_conference = true

[[application.rule]]
scenarios = ["deep/other.py"]

[[application]]
name = "empty"
rule = []

[[user]]
name = "anna"
display_name = "Anna"
password = "sesame"
active = false
custom_data = "vip"
applications = ["shop"]
answer = 3
press = "1@2"
devices.phone = "busy"
devices.browser = { answer = 1 }

[[user]]
name = "ben"

[[number]]
number = "+1 (555) 0100"
application = "shop"
rule = "menu"

[[party]]
address = "+15550*"
behaviour = "ring:1,answer:3"
hangup = 20

[[party]]
kind = "wab"
address = "15550123"
behaviour = { reject = 603 }
display_name = "Carl"
online = false
domain = "acme"
extension = "101"
dids = ["15550123"]

[[web]]
method = "post"
url = "https://crm.example/lookup"
json = { vip = true }
delay = 1
headers.X-Kind = "test"

[[web]]
url = "https://gone.example/*"
fault = "timeout"

[limits]
active_timers = 500
idle_seconds = 5

[timing]
answer_to_connected = 0

[sounds]
characters_per_second = 20
[sounds.files]
"https://x.example/a.mp3" = 12.5
"https://x.example/b.mp3" = { seconds = 1, error = "No such file" }

[server]
port = 0
secure_port = 8443
hosts = ["Voxsim.Test"]
time = "x10"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*names, toml=None):
    for name in names:
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("")
    if toml is not None:
        Path("voxsim.toml").write_text(toml)


# --- what the file says ---


@pytest.fixture
def whole(folder):
    write("data.py", "menu.py", "deep/other.py", toml=WHOLE)
    return load_configuration(Path())


def test_the_account(whole):
    assert whole.account == AccountEntry(
        id=7, name="acme", email="dev@acme.example", api_key="a-secret", currency="EUR", balance=-2.0
    )
    assert "a-secret" not in repr(whole)


def test_applications_have_rules_in_order(whole):
    menu = RuleEntry(
        name="menu",
        scenarios=("data.py", "menu.py"),
        pattern=r"+?1555\d+",
        pattern_exclude="15550199",
        video_conference=True,
    )
    other = RuleEntry(name="other", scenarios=(str(Path("deep/other.py")),))
    assert whole.applications == (ApplicationEntry(name="shop", rules=(menu, other)), ApplicationEntry(name="empty"))


def test_users_may_be_parties(whole):
    anna, ben = whole.users
    assert (anna.name, anna.display_name, anna.password, anna.custom_data) == ("anna", "Anna", "sesame", "vip")
    assert not anna.active
    assert anna.applications == ("shop",)
    assert anna.party.kind == "user"
    assert anna.party.behaviour == Behaviour.of(answer=3, press="1@2")
    assert anna.party.devices == {"phone": Behaviour.of("busy"), "browser": Behaviour.of(answer=1)}
    assert (ben.display_name, ben.password, ben.active, ben.party) == ("ben", None, True, None)
    assert ben.applications == ("shop", "empty")
    assert "sesame" not in repr(whole)


def test_numbers_are_digits(whole):
    assert whole.numbers == (NumberEntry(number="15550100", application="shop", rule="menu"),)


def test_parties_behave(whole):
    anybody, carl = whole.parties
    assert (anybody.kind, anybody.address) == ("pstn", "+15550*")
    assert anybody.behaviour == Behaviour.of("ring:1,answer:3,hangup:20")
    assert (carl.kind, carl.display_name, carl.online, carl.identity.domain) == ("wab", "Carl", False, "acme")
    assert (carl.identity.short, carl.identity.dids, carl.behaviour) == ("101", ("15550123",), Behaviour.of(reject=603))


def test_web_services(whole):
    assert whole.web == (
        WebEntry(
            method="POST",
            url="https://crm.example/lookup",
            json={"vip": True},
            headers={"X-Kind": "test"},
            delay=1.0,
        ),
        WebEntry(url="https://gone.example/*", fault="timeout"),
    )


def test_figures(whole):
    assert whole.limits == Limits(active_timers=500, idle_seconds=5.0)
    assert whole.timing.answer_to_connected == 0
    assert whole.sounds.characters_per_second == 20
    assert whole.sounds.file("https://x.example/a.mp3").seconds == 12.5
    assert whole.sounds.file("https://x.example/b.mp3").error == "No such file"
    assert whole.server == ServerEntry(port=0, secure_port=8443, hosts=("voxsim.test",), time="x10")


@pytest.mark.parametrize(("more", "seconds"), [("", 1.5), (", seconds = 9", 9)])
def test_a_wav_file_says_itself_how_long_it_plays(more, seconds, folder):
    write("menu.py", toml=f'[sounds.files]\n"https://x.example/a.wav" = {{ path = "sounds/a.wav"{more} }}\n')
    (folder / "sounds").mkdir()
    with wave.open(str(folder / "sounds" / "a.wav"), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(48000))
    audio = load_configuration(folder).sounds.file("https://x.example/a.wav")
    assert (audio.seconds, audio.path) == (seconds, str(folder / "sounds" / "a.wav"))


def test_devices_may_be_a_number(folder):
    write("menu.py", toml='[[user]]\nname = "anna"\nanswer = 3\ndevices = 2\n')
    [anna] = load_configuration(folder).users
    assert anna.party.devices == {"device 1": Behaviour.of(answer=3), "device 2": Behaviour.of(answer=3)}


def test_a_number_belongs_to_the_only_application(folder):
    write("menu.py", toml='[[number]]\nnumber = "15550100"\n')
    [number] = load_configuration(folder).numbers
    assert number.application == load_configuration(folder).applications[0].name


def test_an_application_has_secrets(folder):
    write("menu.py", toml='[[application]]\nname = "shop"\n[application.secrets]\nCRM_KEY = "hidden"\n')
    [shop] = load_configuration(folder).applications
    assert shop.secrets == {"CRM_KEY": "hidden"}
    assert "hidden" not in repr(shop)


def test_an_application_without_rules_has_those_of_the_folder(folder):
    write("menu.py", toml='[[application]]\nname = "shop"\n')
    [shop] = load_configuration(folder).applications
    assert [rule.name for rule in shop.rules] == ["menu"]


def test_the_file_itself_may_be_named(folder):
    write("menu.py", toml=APP)
    assert load_configuration(Path("voxsim.toml")) == load_configuration(Path())


# --- a folder by itself ---


def test_each_scenario_of_a_folder_takes_the_calls_to_its_name(folder):
    names = ("b.py", "a+.py", "_helper.py", "test_b.py", "b_test.py", "conftest.py", "notes.txt", "lib/c.py")
    write(*(f"My Shop/{name}" for name in names if "/" not in name))
    Path("My Shop/lib.py").mkdir()
    found = load_configuration(Path("My Shop"))
    rules = (
        RuleEntry(name="a+", scenarios=("My Shop/a+.py",), pattern=r"a\+"),
        RuleEntry(name="b", scenarios=("My Shop/b.py",), pattern="b"),
    )
    assert found == Configuration(applications=(ApplicationEntry(name="my-shop", rules=rules),), sounds=found.sounds)


def test_a_lone_scenario_takes_all_calls(folder):
    write("1/menu.py", "1/_helper.py")
    [application] = load_configuration(Path("1")).applications
    assert application.name == "app"
    assert application.rules == (RuleEntry(name="menu", scenarios=("1/menu.py",)),)


def test_one_file_is_served_alone(folder):
    write("shop/menu.py", "shop/other.py", "shop/voxsim.toml")
    [application] = load_configuration(Path("shop/menu.py")).applications
    assert application == ApplicationEntry(name="shop", rules=(RuleEntry(name="menu", scenarios=("shop/menu.py",)),))


@pytest.mark.parametrize(
    ("names", "place", "message"),
    [
        (["_a.py", "notes.txt"], ".", "There is no scenario in the folder '.': no file *.js or *.py or *.ts but tests"),
        (["menu.py"], "mneu.py", "There is no scenario file 'mneu.py'. Did you mean 'menu.py'?"),
        (["notes.txt"], "notes.txt", "end with .js, .py, .ts. A folder of scenarios, or one"),
        ([], "no/where", "There is no scenario file 'no/where'. There is no folder 'no' either."),
        ([], "voxsim.toml", "voxsim.toml cannot be read: No such file or directory."),
        (["x" * 120 + ".py"], ".", "is too long a name: a rule's has 99 characters."),
    ],
)
def test_nothing_to_serve(folder, names, place, message):
    write(*names)
    with pytest.raises(ConfigurationError) as refused:
        load_configuration(Path(place))
    assert message in str(refused.value)


# --- mistakes ---


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[account\n", "voxsim.toml:1: The file is no TOML: Expected ']' at the end of a table declaration."),
        ('a = """\n', "voxsim.toml:2: The file is no TOML: "),
        ("a = " + "[" * 5000, "voxsim.toml: Lists or tables stand in each other too deeply."),
        ("\n[acount]\nid = 1\n", "voxsim.toml:2: The file has no key 'acount'. Did you mean 'account'?"),
        ("[[applications]]\n", "voxsim.toml:1: The file has no key 'applications'. Did you mean 'application'?"),
        ('[account]\n\nnmae = "x"\n', "voxsim.toml:3: [account] has no key 'nmae'. Did you mean 'name'?"),
        ('[account]\nid = "1"\n', "voxsim.toml:2: 'id' is a whole number, got a text."),
        ("[account]\nid = true\n", "voxsim.toml:2: 'id' is a whole number, got true or false."),
        ("[account]\nid = 0\n", "voxsim.toml:2: 'id' is a number from 1, got 0."),
        ("[account]\nid = 0x" + "f" * 9000, "voxsim.toml:2: 'id' is a whole number below 2^53."),
        ("[account]\nbalance = nan\n", "voxsim.toml:2: 'balance' is a number below 2^53."),
        ("[account]\nname = 1979-05-27\n", "voxsim.toml:2: 'name' is a text, got a date."),
        ('[account]\napi_key = " "\n', "voxsim.toml:2: 'api_key' is empty; leave it out, and the server makes one."),
        ('[account]\ncurrency = "euro"\n', "voxsim.toml:2: 'currency' is a currency of three letters"),
        ('[application]\nname = "x"\n', "voxsim.toml:1: 'application' is a list of tables: write [[application]]"),
        ("[[application]]\n", "voxsim.toml:1: [application] needs the key 'name', a text."),
        ('[[application]]\nname = "Shop"\n', "voxsim.toml:2: 'name' is a short name of lower-case letters"),
        (APP + APP, "voxsim.toml:7: There is a second [[application]] with the name 'shop'."),
        (APP + '[application.rules]\nname = "b"\n', "voxsim.toml:6: [application] has no key 'rules'. Did you mean"),
        (APP + "[application.secrets]\nKEY = 5\n", "voxsim.toml:7: 'KEY' is a text, got a whole number."),
        (APP + '[application.secrets]\n"" = "x"\n', "A secret needs a name that is not empty."),
        (APP + '[[application.rule]]\nname = "b"\n', "voxsim.toml:6: A rule needs 'scenarios', a list of files"),
        (
            APP + '[[application.rule]]\nscenarios = ["mnu.py"]\n',
            "voxsim.toml:7: There is no scenario file 'mnu.py'. Did you mean 'menu.py'?",
        ),
        (APP + '[[application.rule]]\nscenarios = "menu.py"\n', "voxsim.toml:7: 'scenarios' is a list, got a text."),
        (APP + "[[application.rule]]\nscenarios = [3]\n", "voxsim.toml:7: 'scenarios' is a text, got a whole number."),
        (
            APP + '[[application.rule]]\nscenarios = ["menu.py"]\n',
            "voxsim.toml:6: There is a second [[application.rule]] with the name 'menu'.",
        ),
        (APP + 'pattern = "("\n', "voxsim.toml:6: The rule pattern '(' is no regular expression:"),
        (APP + 'pattern_exclude = "*"\n', "voxsim.toml:6: The rule pattern '*' is no regular expression:"),
        (APP + f'pattern = "{"(" * 9000}"\n', "is too much for a regular expression."),
        (APP + f'pattern = "a{{{"9" * 30}}}"\n', "is too much for a regular expression."),
        (APP + f'pattern = "{"a" * 70000}"\n', "voxsim.toml:6: 'pattern' has 1 to 65535 characters, got 70000."),
        (APP + 'patern = "1"\n', "voxsim.toml:6: [application.rule] has no key 'patern'. Did you mean 'pattern'?"),
        (APP + '[[user]]\nname = "Al"\n', "voxsim.toml:7: 'name' is 3 to 50 lower-case letters"),
        (APP + '[[user]]\nname = "anna"\npassword = "abc"\n', "voxsim.toml:8: A password has at least 6 characters."),
        (
            APP + '[[user]]\nname = "anna"\nrefuse_login = 486\n',
            "voxsim.toml:8: 'refuse_login' is one of the codes 401, 402, 403, 404, 500, 701, got 486.",
        ),
        (
            APP + '[[user]]\nname = "anna"\napplications = ["shp"]\n',
            "voxsim.toml:8: There is no application 'shp'. Did you mean 'shop'?",
        ),
        (APP + '[[user]]\nname = "anna"\npres = "1"\n', "[user] has no key 'pres'. Did you mean 'press'?"),
        (APP + '[[user]]\nname = "anna"\n' * 2, "voxsim.toml:9: There is a second [[user]] with the name 'anna'."),
        (APP + '[[number]]\nnumber = "12"\n', "voxsim.toml:7: A phone number has 3 to 20 digits, got 2."),
        (APP + '[[number]]\nnumber = "call"\n', "voxsim.toml:7: 'number' is a phone number such as"),
        (
            APP + '[[number]]\nnumber = "15550100"\napplication = "shp"\n',
            "voxsim.toml:8: There is no application 'shp'. Did you mean 'shop'?",
        ),
        (
            APP + '[[number]]\nnumber = "15550100"\nrule = "menue"\n',
            "voxsim.toml:8: The application 'shop' has no rule 'menue'. Did you mean 'menu'?",
        ),
        (
            APP + '[[application]]\nname = "b2"\nrule = []\n[[number]]\nnumber = "15550100"\n',
            "voxsim.toml:9: There are 2 applications: say whose number this is with 'application'.",
        ),
        (
            APP + '[[number]]\nnumber = "123"\n[[number]]\nnumber = "+123"\n',
            "a second [[number]] with the number '123'",
        ),
        (APP + '[[party]]\naddress = " "\n', "voxsim.toml:7: 'address' is empty"),
        (APP + '[[party]]\naddress = "1"\nkind = "phone"\n', "voxsim.toml:8: 'kind' is one of pstn, user, sip, wab"),
        (APP + '[[party]]\naddress = "1"\nbehaviour = "bsy"\n', "voxsim.toml:8: 'bsy' in the behaviour 'bsy' is not"),
        (APP + '[[party]]\naddress = "1"\nbehaviour = 3\n', "voxsim.toml:8: 'behaviour' is a text such as"),
        (APP + '[[party]]\naddress = "1"\nbehaviour = { rng = 1 }\n', "voxsim.toml:8: A party has no behaviour 'rng'"),
        (APP + '[[party]]\naddress = "1"\nhold = -1\n', "voxsim.toml:8: 'hold' takes seconds from 0"),
        (APP + '[[party]]\naddress = "1"\nhold = 1e300\n', "voxsim.toml:8: 'hold' takes seconds from 0"),
        (APP + '[[party]]\naddress = "1"\ndevices = 0\n', "voxsim.toml:8: 'devices' is a number from 1 to 10"),
        (APP + '[[party]]\naddress = "1"\n[party.devices]\na = "x"\n', "voxsim.toml:9: 'x' in the behaviour 'x' is"),
        (APP + "[[web]]\n", "voxsim.toml:6: [web] needs the key 'url', a text."),
        (APP + '[[web]]\nurl = "crm"\n', "voxsim.toml:7: 'url' is a URL such as"),
        (APP + '[[web]]\nurl = "*"\nstatus = 100\n', "voxsim.toml:8: 'status' is an HTTP status from 200 to 599"),
        (APP + '[[web]]\nurl = "*"\njson = [1979-05-27]\n', "voxsim.toml:8: 'json' has a value in it that JSON"),
        (APP + '[[web]]\nurl = "*"\njson = 1\ntext = ""\n', "voxsim.toml:6: A service answers with one of"),
        (APP + '[[web]]\nurl = "*"\nfault = "timeot"\n', "voxsim.toml:8: A service cannot fail with 'timeot'. Did you"),
        (APP + '[[web]]\nurl = "*"\ndelay = -1\n', "voxsim.toml:8: 'delay' cannot be negative, got -1."),
        (APP + "[limits]\nplayers = -1\n", "voxsim.toml:7: 'players' cannot be negative, got -1."),
        (APP + "[limits]\nplayers = 1.5\n", "voxsim.toml:7: 'players' is a whole number, got a number."),
        (APP + "[limits]\nplayer = 1\n", "voxsim.toml:7: [limits] has no key 'player'. Did you mean 'players'?"),
        (APP + "[timing]\ndigit = inf\n", "voxsim.toml:7: 'digit' is a number below 2^53."),
        (APP + "[sounds]\ncharacters_per_second = 0\n", "voxsim.toml:7: 'characters_per_second' cannot be 0."),
        (APP + '[sounds.files]\na = "x"\n', "voxsim.toml:7: 'a' is a number, got a text."),
        (APP + '[sounds.files]\na = { path = "a.wav" }\n', "voxsim.toml:7: 'path' is a WAV file, or 'seconds' says"),
        (APP + "[sounds.files]\na = {}\n", "voxsim.toml:7: [sounds.files.a] needs the key 'seconds', a number."),
        (APP + "[server]\nport = 70000\n", "voxsim.toml:7: 'port' is a port from 0 (any) to 65535, got 70000."),
        (APP + "[server]\nport = 81\nsecure_port = 81\n", "voxsim.toml:8: 'port' and 'secure_port' are the same port."),
        (APP + '[server]\nhosts = ["http://x"]\n', "voxsim.toml:7: 'hosts' are names such as"),
        (APP + '[server]\ntime = "auto"\n', "voxsim.toml:7: 'time' is 'real' or a factor such as 'x10', got 'auto'."),
        ("server = 1\n", "voxsim.toml:1: 'server' is a table, got a whole number."),
    ],
)
def test_a_mistake_is_shown_where_it_is(folder, toml, message):
    write("menu.py", toml=toml)
    with pytest.raises(ConfigurationError) as refused:
        load_configuration(Path())
    assert str(refused.value).startswith("voxsim.toml:")
    assert message in str(refused.value)


@pytest.mark.parametrize("toml", ["[account]\napi_key = ", '[[user]]\nname = "anna"\npassword = '])
def test_a_secret_is_not_told_when_it_is_wrong(folder, toml):
    write("menu.py", toml=f"{toml}314159265\n")
    with pytest.raises(ConfigurationError) as refused:
        load_configuration(Path())
    assert "314159265" not in str(refused.value)


def test_a_long_text_does_not_confuse_the_lines(folder):
    text = 'custom_data = """\n[account]\nname = 3\n"""\n'
    write("menu.py", toml=f'[[user]]\nname = "anna"\n{text}activ = true\n')
    with pytest.raises(ConfigurationError, match=r"voxsim.toml:7: \[user\] has no key 'activ'"):
        load_configuration(Path())


def test_a_file_that_is_no_text(folder):
    write("menu.py")
    Path("voxsim.toml").write_bytes(b"\n\xff\n")
    with pytest.raises(ConfigurationError, match=r"voxsim.toml:2: The file is not UTF-8"):
        load_configuration(Path())


def test_files_of_one_name_keep_their_endings(folder):
    write("menu.js", "menu.py", "other.py")
    rules = load_configuration(Path()).applications[0].rules
    assert [(rule.name, rule.pattern) for rule in rules] == [
        ("menu.js", r"menu(\.js)?"),
        ("menu.py", r"menu(\.py)?"),
        ("other", "other"),
    ]
