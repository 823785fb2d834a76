"""Routing rules: which rule takes a call to a destination."""

from __future__ import annotations

import pytest

from voxsim.platform.rules import Rule, compiled, first_match
from voxsim.vocabulary.errors import ConfigurationError

E164 = r"+?[1-9]\d{1,14}"


@pytest.mark.parametrize(
    ("pattern", "destination", "taken"),
    [
        (".*", "anything", True),
        (".*", "", True),
        ("100", "100", True),
        ("100", "1000", False),
        ("100", "9100", False),
        ("1..", "123", True),
        ("100|200", "200", True),
        ("100|200", "2000", False),
        ("(sales|support)", "support", True),
        ("Sales", "sales", False),
        ("+15550100", "+15550100", True),
        ("+15550100", "15550100", False),
        ("+?15550100", "15550100", True),
        (E164, "+15550100", True),
        (E164, "15550100", True),
        (E164, "0155", False),
        (E164, "+1555010012345678", False),
        (r"\+1555\d+", "+15550100", True),
        ("conf_.+", "conf_42", True),
    ],
)
def test_a_pattern_takes_the_whole_destination_or_nothing(pattern: str, destination: str, taken: bool):
    assert Rule("rule", None, pattern).matches(destination) is taken


def test_the_default_pattern_takes_everything():
    assert Rule("rule", None).matches("whatever")


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "a{2,1}"])
def test_a_pattern_that_is_no_regular_expression_is_an_error_that_shows_it(pattern: str):
    with pytest.raises(ConfigurationError, match="is no regular expression") as error:
        compiled(pattern)
    assert repr(pattern) in str(error.value)


def test_the_first_rule_that_matches_wins():
    rules = [Rule("sales", None, "1.."), Rule("numbers", None, r"\d+"), Rule("rest", None)]
    found = [first_match(rules, destination) for destination in ("123", "1234", "anna")]
    assert [rule.name for rule in found if rule is not None] == ["sales", "numbers", "rest"]


def test_without_a_match_there_is_no_rule():
    assert first_match([Rule("sales", None, "1..")], "200") is None
