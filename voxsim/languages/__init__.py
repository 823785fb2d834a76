"""Languages: how a scenario's source becomes a program that a session can run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from voxsim.engine.ports import Script
from voxsim.languages.javascript.program import JavaScriptProgram
from voxsim.languages.python import PythonProgram
from voxsim.languages.sources import TYPESCRIPT
from voxsim.vocabulary.errors import ConfigurationError
from voxsim.vocabulary.naming import nearest

_PROGRAMS: Final[Mapping[str, Callable[..., Script]]] = {
    ".js": JavaScriptProgram,
    TYPESCRIPT: JavaScriptProgram,
    ".py": PythonProgram,
}

ENDINGS: Final = frozenset(_PROGRAMS)
"""The endings of scenario files."""


def load_program(files: Sequence[str], *, reload: bool = False) -> Script:
    """The program of a rule's scenario files, in the language that their ending names.

    Args:
        files: paths, as they will appear in messages; they are loaded in this order.
        reload: whether a session that begins after a file was changed runs the changed one.

    Raises:
        ConfigurationError: a file does not exist, or the files are of no language, or of several.
    """
    return _PROGRAMS[language(files)](files, reload=reload)


def language(files: Sequence[str]) -> str:
    """The ending of a rule's scenario files, once they are known to exist and to be of one language.

    Files in JavaScript and in TypeScript share their globals, and may stand in one rule.

    Raises:
        ConfigurationError: a file does not exist, or the files are of no language, or of several.
    """
    endings = {Path(file).suffix for file in files}
    if not endings:
        raise ConfigurationError("A rule needs at least one scenario file.")
    for file in files:
        if not _exists(file):
            near = _near(Path(file))
            raise ConfigurationError(f"There is no scenario file {file!r}.{near}")
    programs = {_PROGRAMS.get(ending) for ending in endings}
    if len(programs) > 1 or None in programs:
        known = ", ".join(sorted(ENDINGS))
        given = ", ".join(sorted(endings)) or "no ending"
        strange = next((file for file in files if Path(file).suffix not in _PROGRAMS), None)
        if strange is not None:
            raise ConfigurationError(f"{strange!r} is no scenario: the files of scenarios end with {known}.")
        raise ConfigurationError(f"Scenario files of one rule share one language; known are {known}, got {given}.")
    return endings.pop()


def _exists(file: str) -> bool:
    """Whether there is such a file; a name that no file can have is one that does not exist."""
    try:
        return Path(file).is_file()
    except (OSError, ValueError):
        return False


def _near(path: Path) -> str:
    """A sentence that names the file that was probably meant."""
    try:
        names = [one.name for one in path.parent.iterdir() if one.suffix in ENDINGS]
    except (OSError, ValueError):
        return f" There is no folder {str(path.parent)!r} either."
    found = nearest(path.name, names)
    return f" Did you mean {str(path.parent / found)!r}?" if found else ""
