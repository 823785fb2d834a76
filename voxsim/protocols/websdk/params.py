"""Params: the parameters of one message of a client, taken by their places and checked. Nothing of it is trusted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs

from voxsim.engine.ports import Headers

CALL_DATA: Final = "VI-CallData"
"""The header in which a call's custom data travels."""

_NAME_CHARACTERS: Final = 1024


class BadMessage(Exception):
    """A client broke the protocol; the text says how, `code` is the close code that it gets."""

    def __init__(self, text: str, code: int = 4002) -> None:
        super().__init__(text)
        self.code = code


@attrs.frozen
class Params:
    """The parameters of the message `name`. What is not there counts as null."""

    name: str
    values: Sequence[Any]

    def any(self, index: int) -> Any:
        """Whatever stands there."""
        return self.values[index] if index < len(self.values) else None

    def text(self, index: int) -> str:
        """A text; null is an empty one.

        Raises:
            BadMessage: it is something else.
        """
        value = self.any(index)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._wrong(index, "a text")
        return value

    def word(self, index: int) -> str:
        """A text of a reasonable length, such as an id, a name or a number.

        Raises:
            BadMessage: it is something else, or longer.
        """
        value = self.any(index)
        if type(value) is int:
            return str(value)
        text = self.text(index)
        if len(text) > _NAME_CHARACTERS:
            raise self._wrong(index, f"a text of at most {_NAME_CHARACTERS} characters")
        return text

    def table(self, index: int) -> dict[str, Any]:
        """An object; null is an empty one.

        Raises:
            BadMessage: it is something else.
        """
        value = self.any(index)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._wrong(index, "an object")
        return value

    def headers(self, index: int) -> tuple[Headers, str | None]:
        """A call's headers, without any but `X-…`; and its custom data, or None.

        Raises:
            BadMessage: it is no object.
        """
        found = self.table(index)
        data = found.get(CALL_DATA)
        own = {
            name: str(value)
            for name, value in found.items()
            if name[:2].upper() == "X-" and isinstance(value, str | int | float)
        }
        return own, str(data) if isinstance(data, str | int | float) else None

    def _wrong(self, index: int, expected: str) -> BadMessage:
        given = type(self.values[index]).__name__
        return BadMessage(f"Parameter {index} of {self.name} is {expected}, got {given}.")
