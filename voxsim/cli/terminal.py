"""The two streams of a command: the picture on stdout, remarks on stderr; how wide they are, and whether in colour.

A reader that goes away (`voxsim run … | head`) is no error, and a character that a stream cannot write becomes `?`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any, Final, TextIO

_NO_TERMINAL: Final = 100
_WIDEST: Final = 200


def width(stream: TextIO) -> int:
    """How many columns a stream shows: those of its terminal, or 100 where there is none."""
    try:
        return min(os.get_terminal_size(stream.fileno()).columns or _NO_TERMINAL, _WIDEST)
    except (OSError, ValueError):
        return _NO_TERMINAL


def colourful(stream: TextIO) -> bool:
    """Whether to write in colour: to a terminal, unless NO_COLOR says otherwise."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show(pieces: Iterable[str]) -> None:
    """Write the picture to stdout, piece by piece; each ends its line."""
    _write(sys.stdout, pieces)


def tell(*lines: str) -> None:
    """Write remarks to stderr."""
    _write(sys.stderr, lines)


def _write(stream: TextIO, pieces: Iterable[str]) -> None:
    reconfigure: Any = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    try:
        stream.writelines(piece if piece.endswith("\n") else piece + "\n" for piece in pieces)
        stream.flush()
    except BrokenPipeError:
        # What is still in the buffer would fail once more when Python closes the stream: let it go nowhere.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
