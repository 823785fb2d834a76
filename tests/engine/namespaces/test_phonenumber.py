"""PhoneNumber: what is told of good, bad and unreadable numbers, and of a missing package."""

from __future__ import annotations

import sys
from typing import Any

import attrs
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.engine.current import running
from voxsim.engine.namespaces.phonenumber import Info, PhoneNumber
from voxsim.engine.origin import Origin
from voxsim.engine.session import Session
from voxsim.engine.switch import Switch
from voxsim.vocabulary.declare import manifest
from voxsim.vocabulary.errors import BadArgument, ConfigurationError, ScenarioError

_LONDON = Info(
    number_type="FIXED_LINE",
    region="GB",
    location="London",
    is_possible_number=True,
    is_valid_number=True,
    is_valid_number_for_region=True,
    number="+442083612345",
)


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+442083612345", None),
        ("+44 (20) 8361-2345", None),
        ("+442083612345", ""),
        ("020 8361 2345", "GB"),
        ("442083612345", "GB"),
    ],
)
def test_a_number_is_known_in_international_and_in_national_form(number: str, country: str | None) -> None:
    assert PhoneNumber.get_info(number, country) == _LONDON


def test_a_valid_number_need_not_be_one_of_the_country_asked_for() -> None:
    assert PhoneNumber.get_info("+442083612345", "US") == attrs.evolve(_LONDON, is_valid_number_for_region=False)


def test_a_number_of_no_country_has_the_region_001() -> None:
    info = PhoneNumber.get_info("+80012345678")
    assert (info.region, info.number_type, info.is_valid_number_for_region) == ("001", "TOLL_FREE", True)


def test_a_number_of_the_wrong_length_is_neither_possible_nor_valid() -> None:
    assert PhoneNumber.get_info("+7495") == Info(number="+7495", region="RU")


def _example(number_type: str) -> str:
    """A number of this type."""
    wanted = getattr(phonenumbers.PhoneNumberType, number_type)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number_for_type(region, wanted)
        if example is not None and phonenumbers.number_type(example) == wanted:
            return phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    raise LookupError(number_type)


@pytest.mark.parametrize(
    "number_type",
    [
        "FIXED_LINE",
        "MOBILE",
        "FIXED_LINE_OR_MOBILE",
        "TOLL_FREE",
        "PREMIUM_RATE",
        "SHARED_COST",
        "VOIP",
        "PERSONAL_NUMBER",
        "PAGER",
        "UAN",
        "VOICEMAIL",
    ],
)
def test_every_documented_type_is_told(number_type: str) -> None:
    number = _example(number_type)
    info = PhoneNumber.get_info(number)
    assert (info.number_type, info.number) == (number_type, number)
    assert info.is_valid_number
    assert info.error is None


@pytest.mark.parametrize(
    ("number", "country", "error"),
    [
        ("4957893798", None, "INVALID_COUNTRY_CODE"),
        ("4957893798", "XX", "INVALID_COUNTRY_CODE"),
        ("+999123456", None, "INVALID_COUNTRY_CODE"),
        ("hello", "RU", "NOT_A_NUMBER"),
        ("", None, "NOT_A_NUMBER"),
        ("011", "US", "TOO_SHORT_AFTER_IDD"),
        ("+491", None, "TOO_SHORT_NSN"),
        ("+1" + "2" * 20, None, "TOO_LONG_NSN"),
        ("1" * 300, "US", "TOO_LONG_NSN"),
    ],
)
def test_a_number_that_cannot_be_read_says_why_and_nothing_else(number: str, country: str | None, error: str) -> None:
    assert PhoneNumber.get_info(number, country) == Info(error=error)


@given(st.text() | st.from_regex(r"\+?[0-9 ()-]{0,20}", fullmatch=True), st.sampled_from([None, "", "RU", "US", "ZZ"]))
def test_any_text_has_an_info_with_either_a_number_or_an_error(text: str, country: str | None) -> None:
    info = PhoneNumber.get_info(text, country)
    assert (info.error is None) == info.number.startswith("+")
    assert info.is_possible_number >= info.is_valid_number
    assert info.is_valid_number or info.number_type == "UNKNOWN"


@pytest.mark.parametrize(
    ("number", "country", "message"),
    [
        (79161234567, None, "`number` is a text, got 79161234567"),
        (None, None, "`number` is a text, got None"),
        ("+79161234567", 7, "`country` is two letters, such as 'GB', got 7"),
    ],
)
def test_what_is_no_text_is_refused(number: Any, country: Any, message: str) -> None:
    with pytest.raises(BadArgument, match=f"PhoneNumber.getInfo: {message}"):
        PhoneNumber.get_info(number, country)


@pytest.mark.parametrize("missing", ["phonenumbers", "phonenumbers.geocoder"])
def test_without_the_package_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delattr(phonenumbers, "geocoder", raising=False)
    with pytest.raises(ConfigurationError, match=r"PhoneNumber.getInfo needs .*pip install 'voxsim\[phone\]'"):
        PhoneNumber.get_info("+442083612345")


class NoScript:
    """A program without files."""

    names = ()

    def load(self, session: Session, index: int) -> None:
        """Nothing to load."""

    def explain(self, error: BaseException) -> ScenarioError:
        """The error as it is."""
        return ScenarioError(str(error))

    def release(self, session: Session) -> None:
        """Nothing to drop."""


@pytest.mark.parametrize("inside", [True, False])
def test_loading_the_tables_of_places_does_not_count_as_the_handlers_computing(
    monkeypatch: pytest.MonkeyPatch, inside: bool
) -> None:
    session = Session(Switch(), NoScript(), Origin())
    watch = session.switch.watch
    watch.inside = inside
    seen: list[bool] = []

    class Finder:
        """Notes how the watch stands while the tables are looked for."""

        def find_spec(self, name: str, *_: Any) -> None:
            """Leave the finding to the next one."""
            if name == "phonenumbers.geocoder":
                seen.append(watch.inside)

    monkeypatch.delitem(sys.modules, "phonenumbers.geocoder", raising=False)
    monkeypatch.delattr(phonenumbers, "geocoder", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    token = running.set(session)
    try:
        assert PhoneNumber.get_info("+442083612345") == _LONDON
    finally:
        running.reset(token)
    assert seen == [False]
    assert watch.inside is inside


def test_its_method_is_declared() -> None:
    declared = manifest.units["PhoneNumber"]
    assert declared.kind == "namespace"
    name, signature = declared.methods["getInfo"]
    assert name == "get_info"
    assert [(one.name, one.optional) for one in signature.parameters] == [("number", False), ("country", True)]
