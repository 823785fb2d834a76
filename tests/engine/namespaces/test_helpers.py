"""The global functions: bytes and texts, local time, edit distance, and what belongs to the running session."""

from __future__ import annotations

import base64
import inspect
import sys
import uuid
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.engine.current import running
from voxsim.engine.lifecycle import Phase
from voxsim.engine.namespaces.helpers import (
    base64_decode,
    base64_encode,
    bytes2hex,
    bytes2str,
    get_local_time,
    hex2bytes,
    levenshtein_distance,
    require,
    str2bytes,
    trace,
    uuidgen,
)
from voxsim.engine.origin import Origin
from voxsim.engine.session import Session
from voxsim.engine.switch import Switch
from voxsim.vocabulary.declare import manifest
from voxsim.vocabulary.enums import Modules
from voxsim.vocabulary.errors import (
    BadArgument,
    ConfigurationError,
    NoSession,
    NotAllowed,
    ScenarioError,
    UnknownName,
)


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


def new_session(seed: int = 0) -> Session:
    """A session of its own switch."""
    return Session(Switch(seed=seed), NoScript(), Origin())


@pytest.fixture
def session() -> Iterator[Session]:
    """A session whose code is running."""
    one = new_session()
    token = running.set(one)
    yield one
    running.reset(token)


# --- texts and bytes ---


@given(st.binary())
def test_base64_gives_back_the_bytes_it_was_made_of(data: bytes) -> None:
    assert base64_decode(base64_encode(data)) == list(data)
    assert base64_encode(list(data)) == base64.b64encode(data).decode()


@given(st.text())
def test_base64_of_a_text_is_that_of_its_utf8_bytes(text: str) -> None:
    assert bytes2str(base64_decode(base64_encode(text))) == text


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
        ("ё", "0ZE="),
    ],
)
def test_base64_of_known_texts(text: str, encoded: str) -> None:
    assert base64_encode(text) == encoded
    assert bytes2str(base64_decode(encoded)) == text


@pytest.mark.parametrize("encoded", ["Zm9v\r\nYg==\n", " Zm9v Yg", "Zm9vYg", "\tZm9vYg=="])
def test_base64_may_have_line_breaks_and_lack_its_padding(encoded: str) -> None:
    assert bytes2str(base64_decode(encoded)) == "foob"


@pytest.mark.parametrize(
    ("encoded", "message"),
    [
        ("Zm9v-w==", "'-' is no Base64 digit"),
        ("Zm=v", "'=' is no Base64 digit"),
        ("Zm9vё", "'ё' is no Base64 digit"),
        ("Zm9vY", "5 digits and 0 '=' make no Base64"),
        ("Zg=", "2 digits and 1 '=' make no Base64"),
        ("Zg===", "2 digits and 3 '=' make no Base64"),
        ("Zm9v====", "4 digits and 4 '=' make no Base64"),
        ("=", "0 digits and 1 '=' make no Base64"),
        (b"Zg==", "`data` is a text, got b'Zg=='"),
        (None, "`data` is a text, got None"),
    ],
)
def test_what_is_no_base64_is_refused(encoded: Any, message: str) -> None:
    with pytest.raises(BadArgument, match="base64_decode: .*" + message):
        base64_decode(encoded)


@given(st.binary())
def test_hex_gives_back_the_bytes_it_was_made_of_in_either_case(data: bytes) -> None:
    assert hex2bytes(bytes2hex(data)) == hex2bytes(bytes2hex(list(data), True)) == list(data)
    assert bytes2hex(data, to_upper_case=True) == bytes2hex(data).upper()


def test_hex_digits_are_lower_case_unless_told_otherwise() -> None:
    assert bytes2hex([0, 171, 255]) == "00abff"
    assert bytes2hex([0, 171, 255], True) == "00ABFF"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abc", "two digits for each byte, got 3"),
        ("0x12", "'x' at position 1"),
        ("ab cd", "' ' at position 2"),
        ("١٢", "at position 0"),
        ([1, 2], r"`data` is a text, got \[1, 2\]"),
    ],
)
def test_what_is_no_hex_is_refused(text: Any, message: str) -> None:
    with pytest.raises(BadArgument, match=f"hex2bytes.*{message}"):
        hex2bytes(text)


@given(st.text(), st.sampled_from(["utf-8", "utf-16", "UTF-32-LE", "utf_7"]))
def test_a_text_comes_back_from_its_bytes(text: str, encoding: str) -> None:
    assert bytes2str(str2bytes(text, encoding), encoding) == text


def test_texts_are_utf8_unless_told_otherwise() -> None:
    assert str2bytes("Аё") == [0xD0, 0x90, 0xD1, 0x91]
    assert str2bytes("Аё", "windows-1251") == [0xC0, 0xB8]
    assert bytes2str([0xC0, 0xB8], "windows-1251") == "Аё"


@pytest.mark.parametrize("encoding", ["utf-9", "", "hex", "rot13", "a\0b", "\ud800"])
@pytest.mark.parametrize("data", ["", "text"])
def test_an_unknown_encoding_is_refused_even_for_an_empty_text(encoding: str, data: str) -> None:
    if data or encoding not in ("hex", "rot13"):
        with pytest.raises(BadArgument, match=r"bytes2str: .* no known encoding"):
            bytes2str(data.encode(), encoding)
    with pytest.raises(BadArgument, match=r"str2bytes: .* no known encoding"):
        str2bytes(data, encoding)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: str2bytes("ё", "ascii"), r"str2bytes: 'ё' cannot be written in 'ascii'"),
        (lambda: str2bytes("\ud800"), r"str2bytes: .* cannot be written in 'utf-8'"),
        (lambda: base64_encode("\ud800"), r"base64_encode: .* cannot be written in 'utf-8'"),
        (lambda: bytes2str([0xFF]), r"bytes2str: \[255\] is no text in 'utf-8'"),
        (lambda: bytes2str("text"), r"bytes2str takes a list of bytes, got 'text'"),  # type: ignore[arg-type]
        (lambda: bytes2hex(5), r"bytes2hex takes a list of bytes, got 5"),  # type: ignore[arg-type]
        (lambda: bytes2hex([1, 256]), r"bytes2hex: .* from 0 to 255, got 256 at position 1"),
        (lambda: bytes2hex([-1]), r"bytes2hex: .* from 0 to 255, got -1 at position 0"),
        (lambda: bytes2hex([1, 2, 1.5]), r"bytes2hex: .* got 1.5 at position 2"),  # type: ignore[list-item]
        (lambda: base64_encode(None), r"base64_encode takes a text or a list of bytes, got None"),  # type: ignore[arg-type]
        (lambda: base64_encode({1: 2}), r"base64_encode takes a text or a list of bytes"),  # type: ignore[arg-type]
        (lambda: str2bytes("x", None), r"str2bytes: `encoding` is a text, got None"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_text_and_no_bytes_is_refused(attempt: Callable[[], Any], message: str) -> None:
    with pytest.raises(BadArgument, match=message):
        attempt()


# --- edit distance ---


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("kitten", "sitting", 3),
        ("flaw", "lawn", 2),
        ("Иванов", "Иванова", 1),
        ("ab", "ba", 2),
    ],
)
def test_the_distance_of_known_texts(one: str, other: str, distance: int) -> None:
    assert levenshtein_distance(one, other) == levenshtein_distance(other, one) == distance


_short = st.text("abcё", max_size=12)


@given(_short, _short, _short)
def test_the_distance_is_a_metric(a: str, b: str, c: str) -> None:
    ab = levenshtein_distance(a, b)
    assert (ab == 0) == (a == b)
    assert ab == levenshtein_distance(b, a)
    assert ab <= levenshtein_distance(a, c) + levenshtein_distance(c, b)
    assert abs(len(a) - len(b)) <= ab <= max(len(a), len(b))


@given(_short, _short, _short)
def test_what_two_texts_share_at_an_end_does_not_count(a: str, b: str, shared: str) -> None:
    assert levenshtein_distance(shared + a, shared + b) == levenshtein_distance(a, b)
    assert levenshtein_distance(a + shared, b + shared) == levenshtein_distance(a, b)


def test_the_distance_of_what_is_no_text_is_refused() -> None:
    with pytest.raises(BadArgument, match="levenshtein_distance: `str2` is a text, got 7"):
        levenshtein_distance("a", 7)  # type: ignore[arg-type]


# --- local time ---


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("UTC", 12), ("Europe/Moscow", 15), ("Asia/Kolkata", 17), ("America/New_York", 8), ("Europe/London", 13)],
)
def test_local_time_is_the_wall_clock_labelled_utc(zone: str, hour: int) -> None:
    local = get_local_time(zone, datetime(2026, 7, 1, 12, 0, 5, tzinfo=UTC))
    assert local == datetime(2026, 7, 1, hour, 30 if zone == "Asia/Kolkata" else 0, 5, tzinfo=UTC)
    assert local.tzinfo is UTC


def test_a_date_without_a_zone_counts_as_utc_and_another_zone_is_heeded() -> None:
    moscow = datetime(2026, 7, 1, 15, tzinfo=UTC)
    assert get_local_time("Europe/Moscow", datetime(2026, 7, 1, 12)) == moscow  # noqa: DTZ001 - what the test is about
    assert get_local_time("Europe/Moscow", datetime(2026, 7, 1, 8, tzinfo=timezone(timedelta(hours=-4)))) == moscow


def test_the_repeated_hour_of_autumn_is_shown_twice() -> None:
    first, second = (get_local_time("Europe/Berlin", datetime(2026, 10, 25, hour, 30, tzinfo=UTC)) for hour in (0, 1))
    assert first == second == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)
    assert second.fold == 0


@pytest.mark.parametrize("zone", ["Europe/Moskow", "europe/moscow ", "Europe", "", "/etc/passwd", "../UTC", "x" * 300])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(BadArgument, match="there is no time zone"):
        get_local_time(zone, datetime(2026, 1, 1, tzinfo=UTC))


def test_a_misspelt_time_zone_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadArgument, match=r"no time zone 'Europe/Moskow'.* Did you mean 'Europe/Moscow'\?"):
        get_local_time("Europe/Moskow", datetime(2026, 1, 1, tzinfo=UTC))


def test_without_a_time_zone_database_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ["tzdata", *(one for one in sys.modules if one.startswith("tzdata."))]:
        monkeypatch.setitem(sys.modules, name, None)
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    try:
        with pytest.raises(ConfigurationError, match=r"no time zone database.*pip install 'voxsim\[zones\]'"):
            get_local_time("Europe/Moscow", datetime(2026, 1, 1, tzinfo=UTC))
    finally:
        zoneinfo.reset_tzpath()


@pytest.mark.parametrize(
    ("zone", "date", "message"),
    [
        ("UTC", "2026-01-01", "`date` is a datetime, got '2026-01-01'"),
        (3, datetime(2026, 1, 1, tzinfo=UTC), "`timezone` is a text, got 3"),
        ("Europe/Moscow", datetime.max.replace(tzinfo=UTC), "outside the years 1 to 9999"),
    ],
)
def test_what_is_no_date_or_zone_is_refused(zone: Any, date: Any, message: str) -> None:
    with pytest.raises(BadArgument, match=f"getLocalTime.*{message}"):
        get_local_time(zone, date)


# --- of the running session ---


def test_uuids_are_of_version_4_and_the_same_for_the_same_seed() -> None:
    def some(seed: int) -> list[str]:
        token = running.set(new_session(seed))
        try:
            return [uuidgen(), uuidgen()]
        finally:
            running.reset(token)

    assert some(1) == some(1) != some(2)
    assert len({*some(1), *some(2)}) == 4
    assert all(str(uuid.UUID(one)) == one and uuid.UUID(one).version == 4 for one in some(1))


def test_trace_writes_to_the_session_log(session: Session) -> None:
    trace("hello")
    trace({"digits": [1, 2]})
    trace("x" * 15_001)
    assert session.log == ["hello", '{"digits": [1, 2]}', "x" * 15_000]
    assert [record.name for record in session.timeline if record.kind == "limit"] == ["log_message_characters"]


def test_trace_after_the_end_is_refused_by_its_own_name(session: Session) -> None:
    session.phase = Phase.ENDED
    with pytest.raises(NotAllowed, match=r"^trace: the session has ended"):
        trace("too late")


def modules_noted(session: Session) -> list[dict[str, Any]]:
    """What the timeline has of loaded modules."""
    return [record.data for record in session.timeline if (record.kind, record.name) == ("session", "module")]


def test_a_module_is_loaded_once_by_member_or_by_value(session: Session) -> None:
    for module in (Modules.ASR, "asr", Modules.Conference, Modules.ASR):
        require(module)
    assert session.modules == ("asr", "conference")
    assert modules_noted(session) == [{"module": "asr"}, {"module": "conference"}]


@pytest.mark.parametrize("module", list(Modules))
def test_every_module_can_be_required(session: Session, module: Modules) -> None:
    require(module)
    assert session.modules == (module.value,)


def test_requiring_a_module_that_the_platform_has_no_more_is_a_warning(session: Session) -> None:
    require(None)
    [warning] = [record.name for record in session.timeline if record.kind == "warning"]
    assert warning.startswith("require(undefined): ")
    assert session.modules == ()


def test_an_unknown_module_is_answered_with_the_nearest(session: Session) -> None:
    with pytest.raises(UnknownName, match=r"require: there is no module 'confrence'\. Did you mean 'conference'\?"):
        require("confrence")
    with pytest.raises(BadArgument, match="require: `module` is a text, got 7"):
        require(7)  # type: ignore[arg-type]
    assert session.modules == ()


@pytest.mark.parametrize("function", [uuidgen, lambda: trace("x"), lambda: require(Modules.ASR)])
def test_outside_of_a_session_there_is_nothing_to_belong_to(function: Callable[[], Any]) -> None:
    with pytest.raises(NoSession):
        function()


# --- the documented signatures ---


@pytest.mark.parametrize(
    "name",
    [
        "base64_decode",
        "base64_encode",
        "bytes2hex",
        "bytes2str",
        "clearInterval",
        "clearTimeout",
        "getLocalTime",
        "hex2bytes",
        "levenshtein_distance",
        "require",
        "setInterval",
        "setTimeout",
        "str2bytes",
        "trace",
        "uuidgen",
    ],
)
def test_every_documented_function_is_declared_and_takes_what_its_signature_says(name: str) -> None:
    function, signature = manifest.functions[name]
    python = inspect.signature(function).parameters.values()
    assert signature.name == name
    assert [one.python for one in signature.parameters] == [one.name for one in python]
    assert [one.optional for one in signature.parameters] == [one.default is not one.empty for one in python]
