"""The global functions: texts and bytes, local time, edit distance, `uuidgen`, `trace` and `require`.

Most are plain computing and work anywhere; `uuidgen`, `trace` and `require` belong to the running session and need
one. Bytes are lists of integers from 0 to 255, as documented. The table of all documented global functions, those of
`timers` included, is at the end.
"""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from reprlib import repr as shown
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from voxsim.engine.current import current
from voxsim.engine.lifecycle import Operation, check_allowed
from voxsim.engine.namespaces.logger import Logger
from voxsim.engine.namespaces.timers import clear_interval, clear_timeout, set_interval, set_timeout
from voxsim.vocabulary.declare import Signature, manifest
from voxsim.vocabulary.enums import Modules
from voxsim.vocabulary.errors import BadArgument, ConfigurationError, UnknownName
from voxsim.vocabulary.naming import did_you_mean

_ASCII_BLANKS: Final = re.compile(r"[ \t\n\r\f]+")
_NO_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]")
_NO_HEX: Final = re.compile(r"[^0-9A-Fa-f]")


# --- texts and bytes ---


def base64_encode(data: str | Sequence[int] | bytes) -> str:
    """The Base64 form of a text (its UTF-8 bytes) or of bytes, padded with `=`.

    Raises:
        BadArgument: it is neither, or the text has half a surrogate pair in it.
    """
    return base64.b64encode(_bytes_of("base64_encode", data)).decode("ascii")


def base64_decode(data: str) -> list[int]:
    """The bytes of a Base64 text: bytes, not a text; `bytes2str` makes one of them.

    Blanks and line breaks are skipped and the padding may be missing, as in browsers.

    Raises:
        BadArgument: it is no text, or no Base64.
    """
    text = _ASCII_BLANKS.sub("", _text("base64_decode", "data", data))
    digits = text.rstrip("=")
    padding = len(text) - len(digits)
    if wrong := _NO_BASE64.search(digits):
        raise BadArgument(
            f"base64_decode: {wrong[0]!r} is no Base64 digit (A-Z, a-z, 0-9, + and /, then = to fill up), "
            f"got {shown(data)}."
        )
    if len(digits) % 4 == 1 or padding not in (0, -len(digits) % 4):
        raise BadArgument(
            f"base64_decode: {len(digits)} digits and {padding} '=' make no Base64, which comes in groups of four; "
            f"is {shown(data)} cut off?"
        )
    return list(base64.b64decode(digits + "=" * (-len(digits) % 4)))


def str2bytes(data: str, encoding: str = "utf-8") -> list[int]:
    """The bytes of a text in an encoding, such as `utf-8` or `windows-1251`.

    Raises:
        BadArgument: the encoding is unknown, or has no bytes for one of the characters.
    """
    return list(_encoded("str2bytes", data, encoding))


def bytes2str(data: Sequence[int] | bytes, encoding: str = "utf-8") -> str:
    """The text that bytes stand for in an encoding, such as `utf-8` or `windows-1251`.

    Raises:
        BadArgument: these are no bytes, the encoding is unknown, or the bytes make no text in it.
    """
    _check_encoding("bytes2str", encoding)
    try:
        return _bytes_of("bytes2str", data, text=False).decode(encoding)
    except LookupError:
        raise _unknown_encoding("bytes2str", encoding) from None
    except UnicodeError as error:
        raise BadArgument(f"bytes2str: {shown(data)} is no text in {encoding!r}: {error}.") from None


def bytes2hex(data: Sequence[int] | bytes, to_upper_case: bool = False) -> str:
    """Two hexadecimal digits for each byte; lower-case unless told otherwise.

    Raises:
        BadArgument: these are no bytes.
    """
    digits = _bytes_of("bytes2hex", data, text=False).hex()
    return digits.upper() if to_upper_case else digits


def hex2bytes(data: str) -> list[int]:
    """The bytes of a text of hexadecimal digits, in either case, two for each byte.

    Raises:
        BadArgument: it is no text, has anything else in it, or an odd number of digits.
    """
    text = _text("hex2bytes", "data", data)
    if wrong := _NO_HEX.search(text):
        raise BadArgument(
            f"hex2bytes: {wrong[0]!r} at position {wrong.start()} is no hexadecimal digit, got {shown(text)}."
        )
    if len(text) % 2:
        raise BadArgument(f"hex2bytes takes two digits for each byte, got {len(text)} in {shown(text)}.")
    return list(bytes.fromhex(text))


# --- other computing ---


def levenshtein_distance(str1: str, str2: str) -> int:
    """How many characters must be put in, taken out or replaced to make one text of the other.

    Raises:
        BadArgument: one of them is no text.
    """
    texts = (_text("levenshtein_distance", "str1", str1), _text("levenshtein_distance", "str2", str2))
    shorter, longer = sorted(texts, key=len)
    # One row of the classic table is enough: row[j] is the distance of what was read of `longer` to shorter[:j].
    row = list(range(len(shorter) + 1))
    for read, letter in enumerate(longer, 1):
        diagonal, row[0] = row[0], read
        for j, other in enumerate(shorter, 1):
            diagonal, row[j] = row[j], min(diagonal + (letter != other), row[j] + 1, row[j - 1] + 1)
    return row[-1]


def get_local_time(timezone: str, date: datetime) -> datetime:
    """What a clock on the wall in a time zone shows at an instant, as a date labelled UTC.

    A scenario's dates are always UTC, so the platform shifts the date itself: 12:00 UTC in `Europe/Moscow` comes
    back as 15:00 UTC. It is for reading the hour and the day, and no longer that instant.

    Args:
        timezone: `Area/City`, such as `Europe/Moscow`.
        date: the instant; one without a time zone of its own counts as UTC.

    Raises:
        BadArgument: there is no such time zone, or this is no date.
        ConfigurationError: this system has no time zone database.
    """
    if not isinstance(date, datetime):
        raise BadArgument(f"getLocalTime: `date` is a datetime, got {shown(date)}.")
    zone = _zone(_text("getLocalTime", "timezone", timezone))
    instant = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    try:
        return instant.astimezone(zone).replace(tzinfo=UTC, fold=0)
    except OverflowError:
        raise BadArgument(f"getLocalTime: {date} in {timezone} is outside the years 1 to 9999.") from None


# --- of the running session ---


def uuidgen() -> str:
    """A random UUID (version 4); runs and tests give the same ones each time.

    Raises:
        NoSession: no scenario is running here.
    """
    return current().switch.ids.uuid()


def trace(data: Any) -> None:
    """Write a line to the session log, as `Logger.write` does: at most 15000 characters, objects as JSON.

    Raises:
        NoSession: no scenario is running here.
        NotAllowed: the session has ended.
    """
    check_allowed(current().phase, Operation.LOG, "trace")
    Logger.write(data)


def require(module: Modules | str | None) -> None:
    """Load a module of the platform, as `require(Modules.ASR)`; a second time has no effect.

    None is what older scripts pass, knowingly or not, when they name a module that the platform has no more, such as
    `Modules.Player` in JavaScript: those are always loaded, so it is a warning and no error.

    Raises:
        UnknownName: there is no such module; the message has the nearest one.
        BadArgument: it is neither a module nor the name of one.
        NoSession: no scenario is running here.
    """
    session = current()
    if module is None:
        session.warn(
            "require(undefined): Modules has no such member. Player, Net, CallList, WebSocket and the like need no "
            "require; check the spelling of any other."
        )
        return
    value = str(_text("require", "module", module))
    known = [member.value for member in Modules]
    if value not in known:
        raise UnknownName(f"require: there is no module {value!r}.{did_you_mean(value, known)}", name=value)
    if value not in session.modules:
        session.modules = (*session.modules, value)
        session.note("session", "module", None, {"module": value})


# --- what they share ---


def _text(function: str, parameter: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadArgument(f"{function}: `{parameter}` is a text, got {shown(value)}.")
    return value


def _bytes_of(function: str, data: Any, *, text: bool = True) -> bytes:
    """The bytes of a list of bytes, and, where the function takes a text too, those of its UTF-8 form."""
    if isinstance(data, str) and text:
        return _encoded(function, data, "utf-8")
    if isinstance(data, str) or not isinstance(data, Sequence | bytes | bytearray):
        wanted = "a text or a list of bytes" if text else "a list of bytes"
        raise BadArgument(f"{function} takes {wanted}, got {shown(data)}.")
    numbers = list(data)
    try:
        return bytes(numbers)
    except (TypeError, ValueError):
        index, wrong = next(
            (index, one) for index, one in enumerate(numbers) if not isinstance(one, int) or one not in range(256)
        )
        raise BadArgument(
            f"{function}: bytes are whole numbers from 0 to 255, got {shown(wrong)} at position {index}."
        ) from None


def _encoded(function: str, data: str, encoding: str) -> bytes:
    text = _text(function, "data", data)
    _check_encoding(function, encoding)
    try:
        return text.encode(encoding)
    except LookupError:
        raise _unknown_encoding(function, encoding) from None
    except UnicodeError as error:
        raise BadArgument(f"{function}: {shown(text)} cannot be written in {encoding!r}: {error}.") from None


def _check_encoding(function: str, encoding: Any) -> None:
    """Raise for an encoding that Python does not know: it does not look by itself when there is nothing to convert."""
    name = _text(function, "encoding", encoding)
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        raise _unknown_encoding(function, name) from None


def _unknown_encoding(function: str, encoding: str) -> BadArgument:
    return BadArgument(f"{function}: {encoding!r} is no known encoding of texts; one is 'utf-8'.")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # unknown, not a plain `Area/City`, or a folder of the database
        known = available_timezones()
    if not known:
        raise ConfigurationError(
            f"getLocalTime({name!r}): this system has no time zone database; install one: pip install 'voxsim[zones]'"
        )
    raise BadArgument(
        f"getLocalTime: there is no time zone {name!r}; it is 'Area/City', such as 'Europe/Moscow'."
        f"{did_you_mean(name, sorted(known))}"
    )


# --- the documented signatures ---

_DOCUMENTED: Final[tuple[tuple[str, Callable[..., Any]], ...]] = (
    ("base64_decode(data)", base64_decode),
    ("base64_encode(data)", base64_encode),
    ("bytes2hex(data, toUpperCase=false)", bytes2hex),
    ("bytes2str(data, encoding=utf-8)", bytes2str),
    ("clearInterval(intervalID)", clear_interval),
    ("clearTimeout(timeoutID)", clear_timeout),
    ("getLocalTime(timezone, date)", get_local_time),
    ("hex2bytes(data)", hex2bytes),
    ("levenshtein_distance(str1, str2)", levenshtein_distance),
    ("require(module)", require),
    ("setInterval(callback, timeout?)", set_interval),
    ("setTimeout(callback, timeout?)", set_timeout),
    ("str2bytes(data, encoding=utf-8)", str2bytes),
    ("trace(data)", trace),
    ("uuidgen()", uuidgen),
)

for _signature, _function in ((Signature.parse(text), function) for text, function in _DOCUMENTED):
    manifest.functions[_signature.name] = (_function, _signature)
