"""TypeScript scenarios: their types taken off, once for each version of a file, and their places kept.

What comes out is a classic script, as the platform runs it; the text is translated by whichever program is at hand.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from voxsim.languages.sources import Stamp, source
from voxsim.languages.typescript.strippers import Plain, Unable, Wrong, candidates
from voxsim.vocabulary.errors import ConfigurationError, ScenarioError

INSTALL: Final = (
    "Install one: pip install 'voxsim[ts]', or in the project npm install --save-dev typescript (or esbuild); "
    "Node 22.13 or newer on the PATH does it by itself"
)

_LONGEST_SOURCE: Final = 1 << 24
_NO_EXPORT: Final = re.compile(r"^[ \t]*export[ \t]*\{\s*\}(?!\s*from)[ \t]*;?", re.MULTILINE)
"""What a compiler leaves where only types are imported or exported. It marks a module, and a scenario is none."""

_TYPE: Final = r"type\s+[\w$]+(?:\s+as\s+[\w$]+)?"
_FROM: Final = r"""from\s*(?:"[^"\n]*"|'[^'\n]*')[ \t]*;?"""
_TYPES_ALONE: Final = re.compile(
    rf"^[ \t]*import\s*\{{\s*{_TYPE}\s*(?:,\s*{_TYPE}\s*)*,?\s*\}}\s*{_FROM}", re.MULTILINE
)
"""An import of types by name. Some programs leave an import of nothing in its place."""

_OWN_MAP: Final = re.compile(r"//[#@](?= sourceMappingURL=\S*[ \t]*\r?$)", re.MULTILINE)
"""What says where the file itself was made from, which would lead its places astray."""

_VISIBLE: Final = re.compile(r"\S")
_known: Final[dict[str, tuple[Stamp, Plain | ScenarioError]]] = {}


def prepare(file: str) -> None:
    """Translate a file before any session needs it. What is wrong with the file itself is told to the session.

    Raises:
        ConfigurationError: no program is at hand that could.
    """
    try:
        plain(file, _LONGEST_SOURCE)
    except ScenarioError:
        return


def plain(file: str, most_characters: int) -> tuple[Stamp, Plain]:
    """The JavaScript of a file, from memory when it has not changed, and the stamp of what it was made from.

    Args:
        file: the path.
        most_characters: how long the JavaScript may be.

    Raises:
        ScenarioError: it cannot be read, is no TypeScript, or is too long.
        ConfigurationError: no program is at hand that could translate it.
    """
    stamp, text = source(file, _LONGEST_SOURCE)
    known = _known.get(file)
    if known is None or known[0] != stamp:
        known = _known[file] = stamp, _translated(file, text.removeprefix("\ufeff"))
    made = known[1]
    if isinstance(made, ScenarioError):
        raise made
    if len(made.text) > most_characters:
        text = f"The file's JavaScript has {len(made.text)} characters; a scenario may have {most_characters}."
        raise ScenarioError(text, where=file, fatal=True)
    return stamp, made


def _translated(file: str, text: str) -> Plain | ScenarioError:
    text = _OWN_MAP.sub("// ", _TYPES_ALONE.sub(_blanks, text))
    tried = []
    for stripper in candidates(Path(file).parent):
        try:
            made = stripper.strip(text)
        except Unable as reason:
            tried.append(f"{stripper.title}: {reason}")
        except Wrong as error:
            where = ":".join((file, *(str(one) for one in (error.line, error.column) if one)))
            return ScenarioError(f"SyntaxError: {error}", where=where, frames=(where,), fatal=True)
        else:
            return Plain(_without_exports(made.text), made.places)
    because = f" Tried {'; '.join(tried)}." if tried else ""
    raise ConfigurationError(f"{file}: Nothing is at hand to take the types off TypeScript. {INSTALL}.{because}")


def _without_exports(text: str) -> str:
    """The text without exports of nothing; what stands between backticks before the end may be somebody's words."""

    def blanked(found: re.Match[str]) -> str:
        ends = not text[found.end() :].strip()
        return _blanks(found) if ends or text.count("`", 0, found.start()) % 2 == 0 else found[0]

    return _NO_EXPORT.sub(blanked, text)


def _blanks(found: re.Match[str]) -> str:
    """Blanks in place of what was found, so that nothing moves."""
    return _VISIBLE.sub(" ", found[0])
