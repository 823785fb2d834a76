"""The text of a scenario file, read once for as long as it does not change, and what is wrong with one that is none."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from voxsim.vocabulary.errors import ScenarioError

TYPESCRIPT: Final = ".ts"
"""The ending of scenarios that are translated into JavaScript first."""

Stamp = tuple[int, int]
"""What changes with a file: when it was written, and its size."""

_read: Final[dict[str, tuple[Stamp, str]]] = {}


def source(file: str, most_characters: int) -> tuple[Stamp, str]:
    """The text of a file, from memory when it has not changed, and the stamp it was read with.

    Raises:
        ScenarioError: it cannot be read, is no UTF-8, is too long, or has a NUL in it.
    """
    try:
        status = Path(file).stat()
        stamp = status.st_mtime_ns, status.st_size
        known = _read.get(file)
        text = known[1] if known is not None and known[0] == stamp else Path(file).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ScenarioError(
            f"The file is not UTF-8: byte 0x{error.object[error.start]:02x} cannot be read. Save it as UTF-8.",
            where=f"{file}:{line}",
            fatal=True,
        ) from None
    except OSError as error:
        raise ScenarioError(f"The file cannot be read: {error.strerror}.", where=file, fatal=True) from None
    if len(text) > most_characters:
        raise ScenarioError(
            f"The file has {len(text)} characters; a scenario may have {most_characters}.", where=file, fatal=True
        )
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise ScenarioError("The file has a NUL character in it.", where=f"{file}:{line}", fatal=True)
    _read[file] = stamp, text
    return stamp, text


def line_of(place: str) -> str:
    """A line of a file that was read, by its `file:line:column`; empty when it is not known."""
    parts = place.rsplit(":", 2)
    if len(parts) < 3 or parts[0] not in _read or not parts[1].isdecimal():
        return ""
    return "".join(_read[parts[0]][1].split("\n")[int(parts[1]) - 1 : int(parts[1])])
