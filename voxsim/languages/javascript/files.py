"""The files of one rule: their texts, the lines at which each begins, and which documented names stand in them.

Each file is moved down by the lines of those before it, so that a line of the engine says which file it is of; one in
TypeScript is run as JavaScript, and its places are led back. A name that stands nowhere in the files is left out of
what a context is made with: most of the vocabulary, most of the time.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

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
_BY_ANY_NAME: Final = frozenset({"globalThis", "eval", "Function", "this"})
"""Words with which a script may reach a global name without saying it."""


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
        self.places: list[tuple[str, int, bool]] = []
        self._maps: dict[int, SourceMap] = {}
        words: set[str] = set()
        lists = False
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
            self._stamps.append(stamp)
            self._sources.append("\n" * (line - 1) + text)
            self.places.append((file, line, places is not None))
            if places is not None:
                self._maps[line] = places
            line += text.count("\n") + 2
        known = vocabulary.global_names()
        self._words: set[str] | None = None if lists else words
        self.names = json.dumps(sorted(known if words & _BY_ANY_NAME else known & words))
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

    def describe(self, dotted: str) -> str:
        """What a documented name stands for, without the methods that the files do not use."""
        known = self._described.get(dotted)
        if known is None:
            known = self._described[dotted] = json.dumps(vocabulary.description(dotted, self._words))
        return known

    def place(self, line: int, column: int = 1) -> str:
        """A place of the engine as `file:line:column`; empty for one of no file."""
        found = next(((file, first) for file, first, _ in reversed(self.places) if first <= line), None)
        if found is None:
            return ""
        file, first = found
        own = line - first + 1, column
        if first in self._maps:
            own = self._maps[first].place(*own)
        return f"{file}:{own[0]}:{own[1]}"


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
