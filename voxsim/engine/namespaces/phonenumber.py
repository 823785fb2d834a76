"""PhoneNumber: what a phone number's digits tell about it, by the numbering plans of the world.

The plans come with the `phonenumbers` package (libphonenumber, as on the platform), an optional one that is loaded
when it is first asked. No network and no directory: whether anybody has the number is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from reprlib import repr as shown
from typing import TYPE_CHECKING, ClassVar, Final

import attrs

from voxsim.engine.current import running
from voxsim.engine.namespaces.base import Namespace
from voxsim.vocabulary.declare import namespace, signature
from voxsim.vocabulary.errors import BadArgument, ConfigurationError

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber as ParsedNumber

_ERRORS: Final = ("INVALID_COUNTRY_CODE", "NOT_A_NUMBER", "TOO_SHORT_AFTER_IDD", "TOO_SHORT_NSN", "TOO_LONG_NSN")
"""What libphonenumber says of a number that it cannot read, by its own numbers from 0."""


@attrs.frozen(kw_only=True)
class Info:
    """What is known of a phone number.

    Attributes:
        number_type: `FIXED_LINE`, `MOBILE`, `FIXED_LINE_OR_MOBILE`, `TOLL_FREE`, `PREMIUM_RATE`, `SHARED_COST`, `VOIP`,
            `PERSONAL_NUMBER`, `PAGER`, `UAN`, `VOICEMAIL` or `UNKNOWN`.
        region: the country's two letters, `001` for a number of no country, or an empty text when unknown.
        location: the town, area or country in English, or an empty text when unknown.
        is_possible_number: the length is right.
        is_valid_number: the digits are right too.
        is_valid_number_for_region: it is a valid number of the country asked for (of its own, when none was).
        number: in E.164 form with a plus, or an empty text when it could not be read.
        error: why it could not be read, or None: `INVALID_COUNTRY_CODE`, `NOT_A_NUMBER`, `TOO_SHORT_AFTER_IDD`,
            `TOO_SHORT_NSN` or `TOO_LONG_NSN`.
    """

    number_type: str = "UNKNOWN"
    region: str = ""
    location: str = ""
    is_possible_number: bool = False
    is_valid_number: bool = False
    is_valid_number_for_region: bool = False
    number: str = ""
    error: str | None = None


@namespace("PhoneNumber")
class PhoneNumberNamespace(Namespace):
    """Facts about phone numbers."""

    NAME: ClassVar = "PhoneNumber"

    @signature("getInfo(number, country?)")
    def get_info(self, number: str, country: str | None = None) -> Info:
        """What is known of a phone number; one that cannot be read gives an Info with an `error`.

        Args:
            number: as people write it.
            country: two capital letters, such as `GB`, for a number in national form; without it the number is in
                E.164 form, with a plus.

        Raises:
            BadArgument: one of them is no text.
            ConfigurationError: the `phonenumbers` package is not installed.
        """
        if not isinstance(number, str):
            raise BadArgument(f"PhoneNumber.getInfo: `number` is a text, got {shown(number)}.")
        if country is not None and not isinstance(country, str):
            raise BadArgument(f"PhoneNumber.getInfo: `country` is two letters, such as 'GB', got {shown(country)}.")
        try:
            return _info(number, country or None)
        except ImportError as error:
            raise ConfigurationError(
                f"PhoneNumber.getInfo needs the 'phonenumbers' package ({error}): pip install 'voxsim[phone]'"
            ) from None


def _info(number: str, country: str | None) -> Info:
    import phonenumbers as library

    try:
        parsed = library.parse(number, country)
    except library.NumberParseException as error:
        return Info(error=_ERRORS[error.error_type])
    own = library.region_code_for_number(parsed)
    region = country or own
    return Info(
        number_type=library.PhoneNumberType.to_string(library.number_type(parsed)),
        region=own or "",
        location=_location(parsed),
        is_possible_number=library.is_possible_number(parsed),
        is_valid_number=library.is_valid_number(parsed),
        is_valid_number_for_region=region is not None and library.is_valid_number_for_region(parsed, region),
        number=library.format_number(parsed, library.PhoneNumberFormat.E164),
    )


def _location(parsed: ParsedNumber) -> str:
    with _unwatched():
        from phonenumbers import geocoder

    return geocoder.description_for_number(parsed, "en")


@contextmanager
def _unwatched() -> Iterator[None]:
    """Stop the clock on the running handler: the tables of places take seconds to load the first time on a machine.

    That is not the scenario's computing, and must not end its session.
    """
    session = running.get(None)
    if session is None:
        yield
        return
    watch = session.switch.watch
    inside, watch.inside = watch.inside, False
    try:
        yield
    finally:
        watch.inside = inside


PhoneNumber = PhoneNumberNamespace()
