"""The files of one rule: their texts, the lines at which each begins, and which documented names stand in them.

Each file is moved down by the lines of those before it, so that a line of the engine says which file it is of; one in
TypeScript is run as JavaScript, and its places are led back. A name that stands nowhere in the files is left out of
what a context is made with: most of the vocabulary, most of the time.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from voxsim.languages.javascript import vocabulary
from voxsim.languages.sources import TYPESCRIPT, Stamp, source
from voxsim.vocabulary.errors import ConfigurationError, ScenarioError

if TYPE_CHECKING:
    from voxsim.languages.typescript.sourcemap import SourceMap

_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*")
_LISTED: Final = re.compile(
    r"\b(?:Object|Reflect)\s*\.\s*(?:assign|entries|getOwnPropertyDescriptors|getOwnPropertyNames|keys|ownKeys|values)\b"
    r"|\bhasOwn(?:Property)?\b|\bfor\s*\(\s*(?:var|let|const)?\s*[\w$]+\s+in\b"
)
"""How a script lists what an object has, or looks whether it has something of its own."""
_BY_CODE: Final = frozenset({"eval", "Function"})
"""Words with which a script runs what does not stand in it."""

_BY_ANY_NAME: Final = re.compile(r"\b(?:globalThis|eval|Function|this\s*\[)")
"""With these a script may reach a global name without saying it."""


@attrs.frozen
class Laid:
    """A file in its place.

    Attributes:
        first: the engine's line at which it begins.
        text: what runs of it.
        map: where its places come from, when they are others than the file's own.
    """

    file: str
    first: int
    text: str
    map: SourceMap | None

    @property
    def moved(self) -> bool:
        """Whether the engine's columns are not the file's: it counts bytes, and everybody else UTF-16 units."""
        return self.map is not None or not self.text.isascii()

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    def place(self, line: int, column: int) -> tuple[int, int]:
        """The file's own line and column of a place of the engine."""
        line -= self.first - 1
        if not self.text.isascii():
            head = "".join(self._lines[line - 1 : line]).encode()[: column - 1].decode(errors="ignore")
            column = len(head.encode("utf-16-le")) // 2 + 1
        return self.map.place(line, column) if self.map is not None else (line, column)


class Files:
    """The files as a session runs them; a changed file makes another of these.

    Args:
        files: their paths, in order.
        first_line: the line at which the first one begins.
        most_characters: how long each may be.

    Raises:
        ScenarioError: at `read` and not before: one cannot be read.
    """

    def __init__(self, files: tuple[str, ...], first_line: int, most_characters: int) -> None:
        self._files = files
        self._stamps: list[Stamp | None] = []
        self._sources: list[str | ScenarioError] = []
        self._laid: list[Laid] = []
        words: set[str] = set()
        lists = by_any_name = False
        line = first_line
        for file in files:
            try:
                stamp, text, places = _javascript(file, most_characters)
            except ScenarioError as error:
                self._stamps.append(None)
                self._sources.append(error)
                continue
            text = text.removeprefix("\ufeff")
            words.update(_WORD.findall(text))
            lists = lists or _LISTED.search(text) is not None
            by_any_name = by_any_name or _BY_ANY_NAME.search(text) is not None
            self._stamps.append(stamp)
            self._sources.append("\n" * (line - 1) + text)
            self._laid.append(Laid(file, line, text, places))
            line += text.count("\n") + 2
        known = vocabulary.global_names()
        self._words: set[str] | None = None if lists else words
        self._named = words
        self.names = json.dumps(sorted(known if by_any_name else known & words))
        self._described: dict[str, str] = {}

    def changed(self, most_characters: int) -> bool:
        """Whether a file is not as it was read, or could not be."""
        try:
            return self._stamps != [_javascript(file, most_characters)[0] for file in self._files]
        except ScenarioError:
            return True

    def read(self, index: int) -> str:
        """The text of a file, moved down to its place."""
        text = self._sources[index]
        if isinstance(text, ScenarioError):
            raise text
        return text

    def uses(self, word: str) -> bool:
        """Whether a word stands in the files, or may come about in code that they make."""
        return word in self._named or not self._named.isdisjoint(_BY_CODE)

    def describe(self, dotted: str) -> str:
        """What a documented name stands for, without the methods that the files do not use."""
        known = self._described.get(dotted)
        if known is None:
            known = self._described[dotted] = json.dumps(vocabulary.description(dotted, self._words))
        return known

    @property
    def places(self) -> list[tuple[str, int, bool]]:
        """Each file, its first line, and whether `place` has to be asked for its columns."""
        return [(one.file, one.first, one.moved) for one in self._laid]

    def place(self, line: int, column: int = 1) -> str:
        """A place of the engine as `file:line:column`; empty for one of no file."""
        found = next((one for one in reversed(self._laid) if one.first <= line), None)
        if found is None:
            return ""
        line, column = found.place(line, column)
        return f"{found.file}:{line}:{column}"


def _javascript(file: str, most_characters: int) -> tuple[Stamp, str, SourceMap | None]:
    """What runs of a file, and where its places come from when they are others than the file's own."""
    if Path(file).suffix != TYPESCRIPT:
        return *source(file, most_characters), None
    from voxsim.languages import typescript

    try:
        stamp, made = typescript.plain(file, most_characters)
    except ConfigurationError as error:
        raise ScenarioError(str(error), where=file, fatal=True) from None
    return stamp, made.text, made.places
