"""Tables: a TOML document whose values are taken one by one, each with a check of its type.

A mistake becomes a ConfigurationError that names the file, the line, what is wrong and the nearest known key. It
knows TOML, and nothing of what the keys mean.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs

from voxsim.vocabulary.errors import ConfigurationError
from voxsim.vocabulary.naming import did_you_mean

Way = tuple[str | int, ...]
"""The keys and the places in lists that lead to a value: `("application", 0, "rule", 1, "pattern")`."""

_T = TypeVar("_T")
_KINDS: Final[dict[type, str]] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}
_LARGEST: Final = 1 << 53
"""Whole numbers below it are exact as floats."""
_PART: Final = r"(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')"
_DOTTED: Final = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER: Final = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_ASSIGNMENT: Final = re.compile(rf"\s*({_DOTTED})\s*=")
_LONG_TEXT: Final = re.compile(r'"""|\'\'\'')


@attrs.frozen
class Table:
    """One table of a document; `title` is its name in messages."""

    file: str
    values: dict[str, Any]
    title: str = ""
    way: Way = ()
    lines: dict[Way, int] = attrs.field(factory=dict, repr=False)

    def wrong(self, text: str, *way: str | int) -> ConfigurationError:
        """The error for a value of this table, or for the table itself."""
        full = self.way + way
        known = (self.lines.get(full[:length]) for length in range(len(full), 0, -1))
        line = next((number for number in known if number is not None), None)
        return ConfigurationError(f"{self.file}:{line}: {text}" if line else f"{self.file}: {text}")

    def only(self, *keys: str) -> None:
        """Refuse all other keys.

        Raises:
            ConfigurationError: there is another one.
        """
        for key in self.values:
            if key not in keys:
                place = f"[{self.title}]" if self.title else "The file"
                raise self.wrong(f"{place} has no key {key!r}.{did_you_mean(key, keys)}", key)

    def take(self, key: str, kind: type[_T]) -> _T | None:
        """A value of this type, or None when there is none. A whole number may stand for a `float`.

        Raises:
            ConfigurationError: it is of another type.
        """
        if key not in self.values:
            return None
        return _checked(self, self.values[key], kind, key)

    def need(self, key: str, kind: type[_T]) -> _T:
        """A value that has to be there.

        Raises:
            ConfigurationError: it is not, or is of another type.
        """
        value = self.take(key, kind)
        if value is None:
            raise self.wrong(f"[{self.title}] needs the key {key!r}, {_KINDS[kind]}.")
        return value

    def seconds(self, key: str, default: float) -> float:
        """A number that is not negative.

        Raises:
            ConfigurationError: it is none.
        """
        value = self.take(key, float)
        if value is not None and value < 0:
            raise self.wrong(f"{key!r} cannot be negative, got {value:g}.", key)
        return default if value is None else value

    def matching(self, key: str, pattern: re.Pattern[str], rule: str) -> str | None:
        """A text that matches, or None when there is none; `rule` says in words what it looks like.

        Raises:
            ConfigurationError: it is of another type or does not match.
        """
        value = self.take(key, str)
        if value is not None and not pattern.fullmatch(value):
            raise self.wrong(f"{key!r} is {rule}, got {value!r}.", key)
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        """A list of texts, or None when there is none.

        Raises:
            ConfigurationError: it is something else.
        """
        values = self.take(key, list)
        return None if values is None else tuple(_checked(self, value, str, key) for value in values)

    def table(self, key: str) -> Table:
        """A table inside this one; an empty one when there is none.

        Raises:
            ConfigurationError: it is something else.
        """
        return self._inner(self.take(key, dict) or {}, key)

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of a list such as `[[application]]`, in order; none when the key is not there.

        Raises:
            ConfigurationError: it is something else.
        """
        values = self.values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            title = self._title(key)
            raise self.wrong(f"{key!r} is a list of tables: write [[{title}]] above each, with two brackets.", key)
        return (self._inner(value, key, index) for index, value in enumerate(values))

    def _inner(self, values: dict[str, Any], *way: str | int) -> Table:
        return Table(self.file, values, self._title(str(way[0])), self.way + way, self.lines)

    def _title(self, key: str) -> str:
        return f"{self.title}.{key}" if self.title else key


def _checked(table: Table, value: Any, kind: type[_T], key: str) -> _T:
    """The value when it is of this type. The message tells its type alone: it may be a secret."""
    if type(value) in (int, float) and kind in (int, float) and not abs(value) < _LARGEST:
        raise table.wrong(f"{key!r} is {_KINDS[kind]} below 2^53.", key)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        given = _KINDS.get(type(value), f"a {type(value).__name__}")
        raise table.wrong(f"{key!r} is {_KINDS[kind]}, got {given}.", key)
    found: _T = value
    return found


def read_tables(path: Path) -> Table:
    """The whole of a TOML file.

    Raises:
        ConfigurationError: it cannot be read, or is no TOML.
    """
    file = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigurationError(f"{file}:{line}: The file is not UTF-8. Save it as UTF-8.") from None
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}.") from None
    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise ConfigurationError(f"{file}: Lists or tables stand in each other too deeply.") from None
    except ValueError as error:
        raise _no_toml(file, str(error), text) from None
    return Table(file, values, lines=_lines(text))


def _no_toml(file: str, message: str, text: str) -> ConfigurationError:
    """The error for what is no TOML; tomllib says `… (at line 3, column 5)` or `… (at end of document)`."""
    words, _, place = message.partition(" (at ")
    number = re.match(r"line (\d+)", place)
    line = number[1] if number else str(text.count("\n") + 1)
    return ConfigurationError(f"{file}:{line}: The file is no TOML: {words}.")


def _lines(text: str) -> dict[Way, int]:
    """The line of each table and key. What stands inside braces or long texts is not looked for."""
    found: dict[Way, int] = {}
    counts: dict[Way, int] = {}
    table: Way = ()
    closing = ""
    for number, line in enumerate(text.split("\n"), 1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if header := _HEADER.match(line):
            table = _entered(_parts(header[2]), counts, repeated=header[1] == "[[")
            way = table
        elif assignment := _ASSIGNMENT.match(line):
            way = table + _parts(assignment[1])
        else:
            continue
        for length in range(1, len(way) + 1):
            found.setdefault(way[:length], number)
        quotes = _LONG_TEXT.findall(line)
        closing = quotes[0] if len(quotes) == 1 else ""
    return found


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _entered(parts: tuple[str, ...], counts: dict[Way, int], *, repeated: bool) -> Way:
    """The way to the table that a header begins: the last one of each list on it, and a new one at its end."""
    way: Way = ()
    for part in parts[:-1]:
        way += (part,)
        if way in counts:
            way += (counts[way] - 1,)
    way += (parts[-1],)
    if repeated:
        counts[way] = counts.get(way, 0) + 1
        way += (counts[way] - 1,)
    return way
