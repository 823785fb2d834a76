"""Languages: how a scenario's source becomes a program that a session can run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from voxsim.engine.ports import Script
from voxsim.languages.python import PythonProgram
from voxsim.vocabulary.errors import ConfigurationError
from voxsim.vocabulary.naming import nearest

_PROGRAMS: Final = {".py": PythonProgram}


def load_program(files: Sequence[str]) -> Script:
    """The program of a rule's scenario files, in the language that their ending names.

    Raises:
        ConfigurationError: a file does not exist, or the files are of no language, or of several.
    """
    endings = {Path(file).suffix for file in files}
    if not endings:
        raise ConfigurationError("A rule needs at least one scenario file.")
    for file in files:
        if not Path(file).is_file():
            near = _near(Path(file))
            raise ConfigurationError(f"There is no scenario file {file!r}.{near}")
    if len(endings) > 1 or not endings <= _PROGRAMS.keys():
        known = ", ".join(sorted(_PROGRAMS))
        given = ", ".join(sorted(endings)) or "no ending"
        raise ConfigurationError(f"Scenario files of one rule share one language; known are {known}, got {given}.")
    return _PROGRAMS[endings.pop()](files)


def _near(path: Path) -> str:
    """A sentence that names the file that was probably meant."""
    if not path.parent.is_dir():
        return f" There is no folder {str(path.parent)!r} either."
    found = nearest(path.name, [one.name for one in path.parent.iterdir() if one.suffix in _PROGRAMS])
    return f" Did you mean {str(path.parent / found)!r}?" if found else ""
