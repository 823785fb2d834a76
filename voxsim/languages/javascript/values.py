"""Values between Python and JavaScript: data crosses as JSON, all else as a number that stands for it.

Units, functions, promises and objects given by reference are looked up in the tables of a session's `Exchange`; results
of the platform become plain objects under their documented names. It calls nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final
from weakref import WeakValueDictionary

import attrs

from voxsim.engine.future import Future
from voxsim.languages.javascript import vocabulary
from voxsim.languages.javascript.engine import Plain
from voxsim.vocabulary.declare import Event, payload_fields
from voxsim.vocabulary.errors import BadArgument, LimitExceeded
from voxsim.vocabulary.naming import documented_name

UNIT: Final = "\x01u"
FUNCTION: Final = "\x01f"
PROMISE: Final = "\x01p"
OBJECT: Final = "\x01o"
BYTES: Final = "\x01b"
DATE: Final = "\x01d"
CALLABLE: Final = "\x01c"

_MARK: Final = '{"\\u0001'
_LONE: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}")
_MOST: Final = 1 << 31
_plain_read: Final = json.JSONDecoder().decode


def _longest(value: Any) -> int:
    """How long the longest text in some JSON is."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return max((max(len(key), _longest(inner)) for key, inner in value.items()), default=0)
    return max(map(_longest, value), default=0) if isinstance(value, list) else 0


_shapes: Final[list[str]] = []


_numbers: Final[dict[tuple[type[Event], str], int]] = {}
_fields: Final[dict[type[Event], Callable[[Event], tuple[Any, ...]]]] = {}


def _fields_of(payload: type[Event]) -> Callable[[Event], tuple[Any, ...]]:
    """What reads all fields of an event at once."""
    names = [name for name, _ in payload_fields(payload)]
    if len(names) > 1:
        _fields[payload] = attrgetter(*names)
    else:
        _fields[payload] = lambda event: tuple(getattr(event, name) for name in names)
    return _fields[payload]


def _shape(payload: type[Event], kinds: str) -> int:
    """The number of a shape; it is the same for all sessions."""
    known = _numbers.get((payload, kinds))
    if known is not None:
        return known
    fields = [(wire, kind) for (_, wire), kind in zip(payload_fields(payload), kinds, strict=True) if kind != "-"]
    _shapes.append(json.dumps([word for field in fields for word in field]))
    _numbers[payload, kinds] = len(_shapes) - 1
    return len(_shapes) - 1


def shape(number: int) -> str:
    """The fields of a shape, as JSON: documented names, each followed by `=` (plain), `u` (a unit) or `j` (other)."""
    return _shapes[number]


class Exchange:
    """The tables of one session: which number stands for which unit, function and promise.

    Args:
        most_characters: how long a text from JavaScript may be.
        function: makes what stands for a function of JavaScript, from its number and its name.
        promise: makes what stands for a promise of JavaScript, from its number.
        by_reference: makes what stands for an object given by reference, from its number and its present state.
        awaited: is told a future that JavaScript has as a promise with a number.
    """

    __slots__ = (
        "_awaited", "_by_reference", "_last", "_make_function", "_most_characters", "_promise", "_read", "_special",
        "_units", "_write", "functions", "numbers",
    )  # fmt: skip

    def __init__(
        self,
        most_characters: int,
        function: Callable[[int, str], Any],
        promise: Callable[[int], Any],
        by_reference: Callable[[int, Any], Any],
        awaited: Callable[[int, Future[Any]], None],
    ) -> None:
        self._most_characters = most_characters
        self._make_function = function
        self._promise = promise
        self._by_reference = by_reference
        self._awaited = awaited
        self._last = 0
        self._special = False
        self._units: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.functions: WeakValueDictionary[int, Any] = WeakValueDictionary()
        self._read = json.JSONDecoder(object_hook=self._meant).decode
        self._write = json.JSONEncoder(default=self._data, separators=(",", ":")).encode

    # --- from JavaScript ---

    def unit(self, number: int) -> Any:
        """The unit that a number stands for.

        Raises:
            BadArgument: it stands for none.
        """
        try:
            return self._units[number]
        except (KeyError, TypeError):
            raise BadArgument("That is none of the platform's objects.") from None

    def read(self, text: str) -> Any:
        """What a text from JavaScript means.

        Raises:
            LimitExceeded: one of its texts is longer than a scenario's may be.
        """
        if len(text) > self._most_characters and (length := _longest(_plain_read(text))) > self._most_characters:
            raise LimitExceeded(
                f"A text of {length:,} characters was given; the longest one may have {self._most_characters:,}."
            )
        if "\\ud" in text:
            text = _LONE.sub(r"\1\\ufffd", text)
        return self._read(text) if _MARK in text else _plain_read(text)

    def _meant(self, found: dict[str, Any]) -> Any:
        """What an object stands for, when it is marked."""
        if len(found) > 2 or not found:
            return found
        mark = next(iter(found))
        number = found[mark]
        match mark:
            case "\x01u":
                return self.unit(number)
            case "\x01f":
                known = self.functions.get(number)
                if known is None:
                    known = self.functions[number] = self._make_function(number, found["name"])
                return known
            case "\x01p":
                return self._promise(number)
            case "\x01o":
                return self._by_reference(number, found.get("now"))
            case "\x01b":
                return bytes(number)
            case "\x01d":
                return datetime.fromtimestamp(number / 1000, UTC) if number is not None else None
        return found

    # --- to JavaScript ---

    def number(self, unit: Any) -> int:
        """The number that stands for a unit."""
        number = self.numbers.get(id(unit))
        if number is None:
            self._last = number = self._last + 1
            self.numbers[id(unit)] = number
            self._units[number] = unit
        return number

    def result(self, value: Any) -> Plain:
        """A result, as the prelude takes it: plain values as they are, all else behind a mark and a letter."""
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if isinstance(value, str):
            text = str(value)
            plain = text.isascii() and "\0" not in text and not text.startswith("\x01")
            return text if plain else "\x01j" + self._write(text)
        if isinstance(value, float):
            return value
        if isinstance(value, int):
            return int(value) if -_MOST < value < _MOST else float(value)
        if kind is Future:
            self._last = number = self._last + 1
            self._awaited(number, value)
            return f"\x01p{number}"
        if (name := vocabulary.unit_name(kind)) is not None and vocabulary.is_namespace(name):
            return "\x01n" + name
        text, special = self.written(value)
        if text == "null":
            return None
        return ("\x01u" if special else "\x01j") + text

    def written(self, value: Any) -> tuple[str, bool]:
        """A value as JSON, and whether there is anything in it that stands for something else."""
        self._special = False
        text = self._write(value)
        return text, self._special

    def event(self, event: Event) -> list[Plain]:
        """An event as what a handler's entry is called with: the number of its shape, and the values of its fields.

        The shape says which fields there are, and which of them are units or other things that are not plain.
        """
        payload = type(event)
        fields = _fields.get(payload) or _fields_of(payload)
        values: list[Plain] = [0.0, event.name]
        kinds = ""
        for value in fields(event):
            kind = type(value)
            if value is None:
                kinds += "-"
            elif (kind is str and value.isascii() and "\0" not in value) or kind is float or kind is bool:
                kinds += "="
                values.append(value)
            elif kind is int:
                kinds += "="
                values.append(float(value))
            elif kind is not str and (known := self.numbers.get(id(value))) is not None:
                kinds += "u"
                values.append(float(known))
            else:
                kinds += "j"
                values.append(self._write(value) if value != {} else "{}")
        values[0] = float(_shape(payload, kinds))
        return values

    def _payload(self, event: Event) -> dict[str, Any]:
        payload = {"name": event.name}
        for name, wire in payload_fields(type(event)):
            value = getattr(event, name)
            if value is not None:
                payload[wire] = value
        return payload

    def _data(self, value: Any) -> Any:
        """What is no JSON, as JSON."""
        kind = type(value)
        name = vocabulary.unit_name(kind)
        if name is not None:
            self._special = True
            return {UNIT: self.number(value), "of": name}
        if isinstance(value, Event):
            return self._payload(value)
        if isinstance(value, Mapping):
            reference = getattr(value, "reference", None)
            if reference is not None:
                self._special = True
                return {OBJECT: reference}
            return dict(value)
        if isinstance(value, datetime):
            self._special = True
            return {DATE: value.timestamp() * 1000}
        if isinstance(value, bytes | bytearray):
            return list(value)
        if attrs.has(kind):
            fields = ((field.name, getattr(value, field.name)) for field in attrs.fields(kind))
            return {documented_name(field): one for field, one in fields if one is not None}
        if isinstance(value, set | frozenset | tuple):
            return list(value)
        function = getattr(value, "number_in_javascript", None)
        if function is not None:
            self._special = True
            return {FUNCTION: function}
        if callable(value):
            self._special = True
            return {CALLABLE: self.number(value)}
        return None
