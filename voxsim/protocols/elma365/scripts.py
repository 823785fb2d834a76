"""Scripts: the text of a JavaScript or TypeScript module as it can be run, and where its places come from.

Where a comma belongs between the fields of an object and a semicolon stands, as in the vendor's own samples, it is
taken for a comma; TypeScript's compiler does so, too. That is tried only for a file that cannot be read as it is.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import attrs

from voxsim.languages.sources import Stamp, source
from voxsim.vocabulary.errors import ScenarioError

_TYPESCRIPT: Final = ".ts"
_PLACE: Final = re.compile(r"@[^\n]*:(\d+):(\d+)$", re.MULTILINE)


@attrs.frozen
class Script:
    """A module's text.

    Attributes:
        file: its path.
        text: what runs of it.
        map: where its places come from, when they are others than the file's own.
    """

    file: str
    text: str
    map: Any = None

    def place(self, stack: str) -> str:
        """The file's line and column of the innermost place of a stack; its first line is the engine's second."""
        found = _PLACE.search(stack)
        if found is None:
            return ""
        line, column = int(found[1]) - 1, int(found[2])
        if self.map is not None:
            line, column = self.map.place(line, column)
        return f"{self.file}:{line}:{column}"


_known: Final[dict[str, tuple[Stamp, Script]]] = {}


def read_script(file: str, most_characters: int) -> Script:
    """A module as it can be run.

    Raises:
        ScenarioError: it cannot be read, or is no TypeScript.
        ConfigurationError: nothing is at hand that could take the types off TypeScript.
    """
    stamp, text = source(file, most_characters)
    known = _known.get(file)
    if known is None or known[0] != stamp:
        known = _known[file] = stamp, _script(file, text.removeprefix("\ufeff"), most_characters)
    return known[1]


def _script(file: str, text: str, most_characters: int) -> Script:
    if Path(file).suffix != _TYPESCRIPT:
        return Script(file, text)
    typescript = import_module("voxsim.languages.typescript")
    try:
        _, plain = typescript.plain(file, most_characters)
    except ScenarioError:
        better = mended(text)
        plain = _stripped(typescript, file, better) if better != text else None
        if plain is None:
            raise
    return Script(file, plain.text, plain.places)


def _stripped(typescript: Any, file: str, text: str) -> Any:
    """Another text of the file without its types; None when that cannot be read either."""
    for stripper in typescript.candidates(Path(file).parent):
        try:
            return stripper.strip(text)
        except typescript.Unable:
            continue
        except typescript.Wrong:
            return None
    return None


_WORDS: Final = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\s+)"""
    r"""|(?P<word>[\w$]+)|(?P<sign>=>|.)""",
    re.DOTALL,
)
_BEFORE_OBJECT: Final = frozenset({"return", "(", ",", "=", "[", "?"})


def mended(text: str) -> str:
    """The text with commas for the semicolons that stand right inside an object."""
    out: list[str] = []
    inside: list[str] = []
    before = ""
    for found in _WORDS.finditer(text):
        one = found[0]
        if found["skip"] is None:
            if one == "{":
                is_object = before in _BEFORE_OBJECT or (before == ":" and inside[-1:] == ["object"])
                inside.append("object" if is_object else "block")
            elif one in "([":
                inside.append(one)
            elif one in ")]}" and inside:
                inside.pop()
            elif one == ";" and inside[-1:] == ["object"]:
                one = ","
            before = found[0]
        elif one[0] in "\"'`":
            before = "text"
        out.append(one)
    return "".join(out)
