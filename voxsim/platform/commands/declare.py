"""How a command of the management API is declared: its documented name and parameters, beside what does it.

Parameters are declared as words, `name:type`, with `*` behind what is required. Values arrive as text and are converted
here, so a command sees Python values and never a bad one. An empty text counts as absent, as on the platform.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from voxsim.platform.storage import DATE
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.platform.commands.context import Context

Given = dict[str, Any]
Reply = dict[str, Any]
Command = Callable[["Context", Given], Awaitable[Reply]]

AUTHORIZATION_FAILED: Final = 100
INVALID_ARGUMENTS: Final = 101
MISSING_COMMAND: Final = 102
UNKNOWN_COMMAND: Final = 103
FORBIDDEN_COMMAND: Final = 104
BAD_DATE: Final = 111
EMPTY_PARAMETER: Final = 134

_CODES: Final = {
    "account_id": 115,
    "application_id": 116,
    "application_name": 107,
    "user_id": 117,
    "scenario_id": 132,
    "rule_id": 147,
    "call_session_history_id": 150,
    "rule_name": 156,
    "user_display_name": 157,
    "scenario_name": 168,
    "conference_name": 269,
    "history_report_id": 355,
    "history_type": 371,
}
"""The documented error for a bad value of each of these parameters; 101 stands for all others."""

ALL: Final = ("all", "any")
"""The words that stand for every value where a list is asked for."""


class ManagementError(VoxsimError):
    """What a command answers instead of its result: a documented code and a text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def bad_parameter(name: str, why: str = "") -> ManagementError:
    """The documented error for a parameter with a bad value."""
    return ManagementError(
        _CODES.get(name, INVALID_ARGUMENTS), f"The '{name}' parameter is invalid{why and f': {why}'}."
    )


def not_emulated(command: str) -> ManagementError:
    """The documented error for a command that is forbidden, here for one that voxsim does not carry out."""
    return ManagementError(FORBIDDEN_COMMAND, f"The command {command} is not emulated yet.")


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise bad_parameter(name, f"a number is needed, got {text[:80]!r}") from None


def _truth(name: str, text: str) -> bool:
    if text.lower() in ("true", "1"):
        return True
    if text.lower() in ("false", "0"):
        return False
    raise bad_parameter(name, f"true or false is needed, got {text[:80]!r}")


def _moment(name: str, text: str) -> datetime:
    try:
        return datetime.strptime(text, DATE).replace(tzinfo=UTC)
    except ValueError:
        text = f"The '{name}' parameter is no date: YYYY-MM-DD HH:MM:SS is needed, got {text[:80]!r}."
        raise ManagementError(BAD_DATE, text) from None


def _numbers(name: str, text: str) -> tuple[int, ...]:
    return () if text in ALL else tuple(_number(name, part.strip()) for part in text.split(";") if part.strip())


def _texts(name: str, text: str) -> tuple[str, ...]:
    return () if text in ALL else tuple(part.strip() for part in text.split(";") if part.strip())


_TYPES: Final[dict[str, Callable[[str, str], Any]]] = {
    "n": _number,
    "s": lambda _, text: text,
    "b": _truth,
    "ts": _moment,
    "ids": _numbers,
    "strs": _texts,
}


@attrs.frozen
class Declared:
    """A command as it was declared.

    Attributes:
        parameters: each parameter's type.
        required: those that must be given.
    """

    name: str
    run: Command
    parameters: Mapping[str, str]
    required: tuple[str, ...]

    def convert(self, texts: Mapping[str, str]) -> Given:
        """The values of the parameters that were given.

        Raises:
            ManagementError: one is missing, or cannot be read. Parameters that no command has are passed over.
        """
        for name in self.required:
            if not texts.get(name):
                raise ManagementError(EMPTY_PARAMETER, f"{self.name}: the required parameter '{name}' is empty.")
        return {
            name: _TYPES[kind](name, texts[name].strip() if kind != "s" else texts[name])
            for name, kind in self.parameters.items()
            if texts.get(name)
        }


COMMANDS: Final[dict[str, Declared]] = {}
"""Every command that is emulated, by its documented name."""


def command(name: str, parameters: str = "") -> Callable[[Command], Command]:
    """Declare the function below as a command of the management API.

    Args:
        name: the documented name.
        parameters: `name:type` words with the types `n` number, `s` text, `b` truth, `ts` moment, `ids` and `strs`
            lists; `*` behind the type marks what is required.
    """
    words = [word.partition(":") for word in parameters.split()]

    def declare(function: Command) -> Command:
        kinds = {parameter: kind.rstrip("*") for parameter, _, kind in words}
        required = tuple(parameter for parameter, _, kind in words if kind.endswith("*"))
        COMMANDS[name] = Declared(name, function, kinds, required)
        return function

    return declare


def part_of(rows: list[Reply], given: Given, *, most: int | None = None, default: int = 20) -> Reply:
    """A list's reply: the part that `count` and `offset` ask for, and how many there are in all."""
    offset = given.get("offset", 0)
    count = given.get("count", default)
    if offset < 0 or count < 0:
        raise ManagementError(INVALID_ARGUMENTS, "'count' and 'offset' cannot be negative.")
    if most is not None:
        count = min(count, most)
    part = rows[offset : offset + count]
    return {"result": part, "total_count": len(rows), "count": len(part)}
