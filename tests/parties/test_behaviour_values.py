"""Behaviours from files and from strangers: what cannot be is refused in words, whatever it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.parties.behaviour import KEYS, Behaviour
from voxsim.parties.party import kind_of
from voxsim.vocabulary.errors import BadBehaviour

HUGE = 10**400


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"hangup": -1}, "'hangup' takes seconds, got '-1'"),
        ({"hold": -3}, "'hold' takes seconds from 0 to 1000000000, got -3"),
        ({"hold": float("nan")}, "'hold' takes seconds from 0 to 1000000000, got nan"),
        ({"resume": float("inf")}, "'resume' takes seconds from 0"),
        ({"press": "1@" + "9" * 400}, "'press' takes seconds from 0"),
        ({"answer": "9" * 400}, "'answer' takes seconds from 0"),
        ({"hold": HUGE}, "A number in the behaviour is too large: hold"),
        ({"press": 16**6000}, "A number in the behaviour is too large: press"),
        ({"reject": "²"}, "A SIP status from 300 to 699 is needed, got '²'"),
        ({"reject": 99}, "A SIP status from 300 to 699 is needed, got '99'"),
        ({"press": True}, "'press' cannot be a bool"),
        ({"say": {"yes": 1}}, "'say' cannot be a dict"),
        ({"answer": []}, "'answer' cannot be a list"),
        ({"pres": "1@2"}, "no behaviour 'pres'. Did you mean 'press'?"),
    ],
)
def test_what_cannot_be_is_refused(keys, message):
    with pytest.raises(BadBehaviour) as refused:
        Behaviour.of(**keys)
    assert message in str(refused.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), VALUES, max_size=4))
def test_whatever_arrives_as_json_is_a_behaviour_or_refused(keys):
    try:
        behaviour = Behaviour.of(None, **json.loads(json.dumps(keys)))
    except BadBehaviour:
        return
    assert all(0 <= act.at < 1e9 for act in behaviour.plan)


@given(st.text(alphabet="prestal:@,019.\"'-é²", max_size=20))
def test_whatever_arrives_as_text_is_a_behaviour_or_refused(text):
    try:
        behaviour = Behaviour.parse(text)
    except BadBehaviour:
        return
    assert all(0 <= act.at < 1e9 for act in behaviour.plan)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("+15550100", "pstn"),
        ("1555*", "pstn"),
        ("anna", "user"),
        ("anna@example.com", "sip"),
        ("sips:anna", "sip"),
    ],
)
def test_an_address_shows_what_it_is(address, kind):
    assert kind_of(address) == kind


@pytest.mark.parametrize(
    ("text", "answerer", "greeting"),
    [
        ("answer:1", "human", None),
        ("answer:1,machine", "machine", 4),
        ("machine:2.5,answer:1", "machine", 2.5),
        ("mimic", "mimic", 4),
        ("quiet", "nobody", None),
    ],
)
def test_a_behaviour_says_who_answers(text, answerer, greeting):
    behaviour = Behaviour.parse(text)
    assert (behaviour.answerer, behaviour.machine) == (answerer, greeting)


def test_a_beep_has_its_moment_and_may_have_a_pitch():
    acts = Behaviour.parse("beep@3,beep:440@5").acts
    assert [(act.what, act.value, act.at) for act in acts] == [("beep", "", 3), ("beep", "440", 5)]
    with pytest.raises(BadBehaviour, match="takes hertz"):
        Behaviour.parse("beep:high@3")


@pytest.mark.parametrize("text", ["noise:1.5", "noise:loud", "noise"])
def test_noise_is_a_fraction(text):
    with pytest.raises(BadBehaviour, match="a number from 0 to 1"):
        Behaviour.parse(text)
