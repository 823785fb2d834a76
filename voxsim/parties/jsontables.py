"""JSON documents as tables, so that a mistake in one is told with its file and line as in a TOML file.

The text is read by Python's own reader; a second look at its words finds the lines.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from voxsim.parties.tables import Table, Way
from voxsim.vocabulary.errors import ConfigurationError

_WORD: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+|\n', re.DOTALL)


def read_json(path: Path, title: str) -> Table:
    """The whole of a JSON file, under one key of this name: a document may be a list.

    Raises:
        ConfigurationError: it cannot be read, or is no JSON.
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
        value = json.loads(text)
    except RecursionError:
        raise ConfigurationError(f"{file}: Lists or objects stand in each other too deeply.") from None
    except json.JSONDecodeError as error:
        place = f"{file}:{error.lineno}:{error.colno}"
        raise ConfigurationError(f"{place}: The file is no JSON: {error.msg}.") from None
    except ValueError:
        raise ConfigurationError(f"{file}: The file has a number in it that is too long.") from None
    return Table(file, {title: value}, lines=_lines(text, title))


def _lines(text: str, title: str) -> dict[Way, int]:
    """The line at which each value begins, by the way to it; the text is known to be JSON."""
    found: dict[Way, int] = {}
    way: list[Any] = [title]
    line = 1
    keys = False
    for match in _WORD.finditer(text):
        word = match[0]
        if word == "\n":
            line += 1
        elif word == ",":
            keys = isinstance(way[-1], str)
            if not keys:
                way[-1] += 1
        elif word in "}]":
            way.pop()
        elif keys and word != ":":
            # A key: its value counts from here.
            way[-1] = json.loads(word)
            found[tuple(way)] = line
            keys = False
        elif word != ":":
            found.setdefault(tuple(way), line)
            if word in "{[":
                keys = word == "{"
                way.append("" if keys else 0)
    return found
