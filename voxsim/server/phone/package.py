"""Package: where npm has put the official Web SDK. It is looked for anew each time, so a page only has to be reloaded.

As for Node.js, `node_modules` beside the served folder counts first, then those of the folders above it.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

NAME: Final = "voximplant-websdk"
LIBRARY: Final = "voximplant.min.js"
"""The one file of the package that is served."""

_MAX_BYTES: Final = 8_000_000


class Package:
    """The Web SDK's npm package.

    Args:
        place: what is served: a folder, or a file in it; None when there is nothing to look beside.
        named: where it is instead: the package's folder, the library itself, or a folder with `node_modules` in it.
    """

    def __init__(self, place: Path | None = None, named: Path | None = None) -> None:
        self._named = named
        self._home = None if place is None else (place if place.is_dir() else place.parent).absolute()

    @property
    def folder(self) -> str:
        """Where to install it, for a person; empty when that is nowhere in particular."""
        return "" if self._home is None else str(self._home)

    def find(self) -> Path | None:
        """The library's file, or None."""
        return next((file for file in self._candidates() if _is_file(file)), None)

    def read(self) -> bytes | None:
        """The library; None when it is not there, or cannot be read."""
        file = self.find()
        try:
            if file is None or file.stat().st_size > _MAX_BYTES:
                return None
            return file.read_bytes()
        except OSError:
            return None

    def version(self) -> str | None:
        """The package's version; empty when it does not say, None when it is not there."""
        file = self.find()
        if file is None:
            return None
        try:
            told = json.loads(file.with_name("package.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return ""
        version = told.get("version") if isinstance(told, dict) else None
        return version if isinstance(version, str) else ""

    def _candidates(self) -> Iterator[Path]:
        named = self._named
        if named is not None:
            yield from (named, named / LIBRARY, named / NAME / LIBRARY, named / "node_modules" / NAME / LIBRARY)
        elif self._home is not None:
            for folder in (self._home, *self._home.parents):
                if folder == self._home or not _is_shared(folder):
                    yield folder / "node_modules" / NAME / LIBRARY


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:
        return False


def _is_shared(folder: Path) -> bool:
    """Whether everybody may write there, as in /tmp: what others have put there is no page's script."""
    try:
        mode = folder.stat().st_mode
    except OSError:
        return True
    return bool(mode & stat.S_IWOTH and mode & stat.S_ISVTX)
