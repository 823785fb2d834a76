"""What `voxsim.toml` says of who is who, and of the systems that follow calls; mistakes are shown in their place."""

import pytest

from voxsim.parties.configuration import load_configuration
from voxsim.parties.identity import Identity
from voxsim.protocols.callevents.model import PartyKind
from voxsim.protocols.callevents.people import People
from voxsim.protocols.voipnow.configured import dialect_of, rules_of
from voxsim.protocols.voipnow.requests import Dialect
from voxsim.protocols.voipnow.rules import EventType, Method
from voxsim.vocabulary.errors import ConfigurationError

WHOLE = """
[account]
name = "acme"

[[application]]
name = "shop"

[[application.rule]]
scenarios = ["menu.py"]
extension = "099"

[[user]]
name = "anna"
display_name = "Anna"
extension = "0003*201"
dids = ["+1 555 0199"]
groups = ["sales"]

[[user]]
name = "bert"
extension = "0004*201"
domain = "beta.test"

[[user]]
name = "carl"

[[user]]
name = "205"

[[number]]
number = "+15550100"

[[party]]
address = "+15550777"
extension = "207"

[voipnow]
token = "t"
statuses = "short"
old_spelling = true
flow = "lower"

[[voipnow.rule]]
extension = "201"
events = ["hangup", "dial-in"]
url = "http://crm.test/?a=1"
method = "GET"
enabled = false
note = "n"

[[voipnow.rule]]
url = "http://crm.test/all"
"""


@pytest.fixture
def read(tmp_path):
    """`read(toml)` reads a configuration."""
    (tmp_path / "menu.py").write_text("")

    def load(text):
        file = tmp_path / "voxsim.toml"
        file.write_text(text)
        return load_configuration(file)

    return load


@pytest.fixture
def people(read):
    return People.of(read(WHOLE))


@pytest.mark.parametrize(
    ("kind", "number", "extended", "address"),
    [
        ("user", "anna", "0003*201", "201@shop.acme.voximplant.com"),
        ("user", "ANNA", "0003*201", "201@shop.acme.voximplant.com"),
        ("user", "bert", "0004*201", "201@beta.test"),
        ("user", "carl", "0003*101", "101@shop.acme.voximplant.com"),
        ("user", "205", "0003*205", "205@shop.acme.voximplant.com"),
        ("user", "dora", "0003*102", "102@shop.acme.voximplant.com"),
        ("user", "201", "0003*201", "201@shop.acme.voximplant.com"),
        ("sip", "sip:201@beta.test", "0004*201", "201@beta.test"),
        ("sip", "sip:bert@beta.test;transport=tls", "0004*201", "201@beta.test"),
        ("pstn", "+15550777", "0003*207", "207@shop.acme.voximplant.com"),
        ("pstn", "15550777", "0003*207", "207@shop.acme.voximplant.com"),
        ("pstn", "+15550123", "", "15550123"),
        ("sip", "sip:somebody@elsewhere.test", "", "somebody@elsewhere.test"),
    ],
)
def test_who_is_who(people, kind, number, extended, address):
    party = people.callee(kind, number)
    assert (party.extended, party.address) == (extended, address)
    assert party.outside == (not extended)


def test_what_is_known_of_a_user(people):
    anna = people.caller("user", "anna")
    assert (anna.kind, anna.display_name, anna.dids, anna.groups) == (PartyKind.USER, "Anna", ("15550199",), ("sales",))
    assert people.caller("user", "carl", "Charles").display_name == "carl"
    assert people.caller("pstn", "+15550123", "Jan").display_name == "Jan"
    assert people.caller("pstn", "15550123", "15550123").display_name == ""


def test_the_scenario_of_a_rule_has_an_extension(people):
    assert people.scenario("menu", "shop", "15550100").extended == "0003*099"
    assert people.scenario("menu", "app", "15550100").extended == "0003*099"
    assert people.scenario("other", "shop", "100").extended == ""


@pytest.mark.parametrize(
    ("number", "did"),
    [("+15550100", "15550100"), ("15550199", "15550199"), ("+15550123", ""), ("201", ""), ("anna", "")],
)
def test_public_numbers(people, number, did):
    assert people.did(number) == did


def test_which_extensions_there_are(people):
    assert [people.has(one) for one in ("0003*201", "0004*201", "0003*099", "0003*999")] == [True, True, True, False]


def test_rules_and_dialect(read, people):
    configuration = read(WHOLE)
    assert dialect_of(configuration) == Dialect(full=False, old_spelling=True, lower_flow=True)
    one, two, *others = rules_of(configuration, people)
    assert [(rule.extension, rule.event, rule.method, rule.enabled, rule.note) for rule in (one, two)] == [
        ("0003*201", EventType.HANGUP, Method.GET, False, "n"),
        ("0003*201", EventType.DIAL_IN, Method.GET, False, "n"),
    ]
    assert [(rule.extension, rule.event) for rule in others] == [("*", event) for event in EventType]
    assert [rule.id for rule in (one, two, *others)] == list("1234567")


def test_without_rules_there_are_all_to_look_at_and_none_to_carry_out(read, people):
    configuration = read("")
    assert [rule.event for rule in rules_of(configuration, people)] == list(EventType)
    assert len(rules_of(configuration, people, example=False)) == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[user]]\nname = "anna"\nextension = "20"', ":3: 'extension' is an extension of 3 to 5 digits"),
        ('[[user]]\nname = "anna"\nextension = "03*201"', ":3: 'extension'"),
        ('[[user]]\nname = "anna"\nextension = 201', ":3: 'extension' is a text"),
        ('[[user]]\nname = "anna"\ndomain = "a b"', ":3: 'domain' is a name such as"),
        ('[[user]]\nname = "anna"\ndids = ["none"]', ":3: 'dids' are phone numbers"),
        ('[[party]]\naddress = "1"\ngroups = "sales"', ":3: 'groups' is a list"),
        ("[voipnow]\ntokens = 1", ":2: [voipnow] has no key 'tokens'. Did you mean 'token'?"),
        ('[voipnow]\ntoken = " "', ":2: 'token' is empty"),
        ('[voipnow]\nstatuses = "ful"', ":2: 'statuses' is full or short, got 'ful'. Did you mean 'full'?"),
        ('[voipnow]\nflow = "up"', ":2: 'flow' is upper or lower"),
        ("[[voipnow.rule]]\nnote = 'x'", "[voipnow.rule] needs the key 'url'"),
        ("[[voipnow.rule]]\nurl = 'crm.test'", ":2: 'url' is an encoded URL"),
        ("[[voipnow.rule]]\nurl = 'http://[bad'", ":2: 'url' is an encoded URL"),
        ("[[voipnow.rule]]\nurl = 'http://a/'\nevents = ['ring']", ":3: 'events' are some of dial-in"),
        ("[[voipnow.rule]]\nurl = 'http://a/'\nevents = []", ":3: 'events' is empty"),
        ("[[voipnow.rule]]\nurl = 'http://a/'\nmethod = 'PUT'", ":3: 'method' is POST or GET"),
        ("[[voipnow.rule]]\nurl = 'http://a/'\nextension = 'anna'", ":3: 'extension' is an extension"),
    ],
)
def test_mistakes_are_shown_in_their_place(read, text, told):
    with pytest.raises(ConfigurationError) as error:
        read(text)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ({"extension": "201"}, {"extension": "201"}, "bert has the extension '201' of anna"),
        ({"extension": "0003*201"}, {"extension": "201"}, "bert has the extension '201' of anna"),
        ({"extension": "0003*201"}, {"extension": "0004*202"}, "bert's '0004*' and anna's '0003*' are of one domain"),
        (
            {"extension": "0003*201", "domain": "a.test"},
            {"extension": "0003*202", "domain": "b.test"},
            "bert's '0003*' is of the domain 'b.test', and anna's of 'a.test'",
        ),
    ],
)
def test_extensions_that_contradict_each_other(read, first, second, told):
    text = ""
    for name, keys in (("anna", first), ("bert", second)):
        text += f'[[user]]\nname = "{name}"\n' + "".join(f'{key} = "{value}"\n' for key, value in keys.items())
    with pytest.raises(ConfigurationError) as error:
        read(text)
    assert told in str(error.value)


# --- nothing configured ---


def test_with_nothing_configured_extensions_are_made_up():
    people = People()
    assert [people.callee("user", name).short for name in ("anna", "300", "bert", "anna")] == [
        "101",
        "300",
        "102",
        "101",
    ]
    assert people.callee("pstn", "+15550123").extended == "0001*103"
    assert people.scenario("menu", "app", "100").extended == "0001*901"
    assert people.callee("user", "anna").assumed
    assert people.did("+15550100") == "15550100"
    assert people.did("100") == ""


def test_made_up_extensions_do_not_grow_without_end():
    people = People()
    first = people.callee("user", "first").short
    for number in range(5000):
        people.callee("user", f"user{number}")
        people.callee("user", "again")
    assert len(people._met) <= 800
    assert people.callee("user", "again").short == "103"
    assert people.callee("user", "first").short != ""
    assert first == "101"


def test_an_identity_in_parts():
    assert Identity.of("0003*201", "Alpha.test", ["+1 (555) 0100"], ["a"]) == Identity(
        short="201", client="0003", domain="alpha.test", dids=("15550100",), groups=("a",)
    )
    assert not Identity.of()
