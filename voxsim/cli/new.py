"""`voxsim new`: a first scenario with its test, written into a directory, or under a name of one's own.

It overwrites nothing, and knows nothing of the engine.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voxsim.cli import terminal
from voxsim.cli.starters import starter

if TYPE_CHECKING:
    from voxsim.cli.arguments import Options

_NAME: Final = "scenario.py"
_ENDINGS: Final = (".js", ".py", ".ts")


def new(options: Options) -> int:
    """Write the starter, say what to do next, and return the exit status."""
    place = Path(options.place)
    named = place.suffix in _ENDINGS and not place.is_dir()
    directory, name = (place.parent, place.name) if named else (place, _NAME)
    files = dict(starter(name))
    if named and (directory / "README.md").exists():
        del files["README.md"]
    taken = [one for one in files if (directory / one).exists()]
    if taken:
        options.parser.error(f"{str(directory)!r} has {' and '.join(taken)} already; nothing was written.")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for one, content in files.items():
            (directory / one).write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        options.parser.error(f"{options.place!r} cannot be written: {error.strerror}.")
    terminal.show(_next_steps(directory, name, list(files)))
    return 0


def _next_steps(directory: Path, name: str, files: list[str]) -> list[str]:
    lines = [f"Wrote {', '.join(files)}. Next:"]
    if directory != Path():
        lines.append(f"  cd {shlex.quote(str(directory))}")
    return [*lines, f'  voxsim run {shlex.quote(name)} --press "1@4s"', "  pytest"]
