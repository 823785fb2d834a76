"""Linking: files that nobody says share their globals, put together by the names that they read of each other.

A file belongs to the rule of a neighbour when it reads a name that it does not declare, and the neighbour does. All
others stand for themselves: scenarios that lie in one folder need not know of each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from voxsim.languages.checking.checker import check, declared, load, undeclared
from voxsim.languages.checking.findings import Finding, Level
from voxsim.languages.checking.tree import Source
from voxsim.languages.sources import source as read_source
from voxsim.vocabulary.errors import ScenarioError
from voxsim.vocabulary.limits import Limits

_TOO_DEEP = "the file is nested too deeply to be checked."


def check_rule(files: Sequence[str], asked: Iterable[str] | None = None) -> list[Finding]:
    """What is wrong with the files of one rule, which share their globals.

    Args:
        files: all of them, in order.
        asked: those of which to tell; all when None.

    Raises:
        ConfigurationError: what is needed to read them is not installed.
    """
    wanted = set(files if asked is None else asked)
    sources, found = _load(files)
    named = [source for source in sources if source.file in wanted]
    rest = [source for source in sources if source.file not in wanted]
    return sorted([*(one for one in found if one.file in wanted), *_checked(named, rest, certain=True)])


def check_alone(files: Sequence[str], neighbours: Sequence[str]) -> list[Finding]:
    """What is wrong with files of which nobody says which rules they are of.

    Args:
        files: those of which to tell.
        neighbours: further files whose globals they may use.

    Raises:
        ConfigurationError: what is needed to read them is not installed.
    """
    sources, found = _load(files)
    wanted = {source.file for source in sources}
    pool = [*sources, *_neighbours(sources, [file for file in neighbours if file not in wanted])]
    for group in _groups(pool):
        named = [source for source in group if source.file in wanted]
        if named:
            found += _checked(named, [source for source in group if source.file not in wanted], certain=False)
    return sorted(found)


def _checked(sources: Sequence[Source], neighbours: Sequence[Source], *, certain: bool) -> list[Finding]:
    try:
        return check(sources, neighbours, certain=certain)
    except RecursionError:
        return [Finding(source.file, 1, 1, Level.WARNING, "unreadable", _TOO_DEEP) for source in sources]


def _load(files: Iterable[str]) -> tuple[list[Source], list[Finding]]:
    sources, found = [], []
    for file in dict.fromkeys(files):
        try:
            sources.append(load(file))
        except ScenarioError as error:
            line = error.where.rpartition(":")[2]
            number = int(line) if line.isdecimal() else 1
            found.append(Finding(file, number, 1, Level.ERROR, "unreadable", error.message))
        except RecursionError:
            found.append(Finding(file, 1, 1, Level.WARNING, "unreadable", _TOO_DEEP))
    return sources, found


def _neighbours(sources: Iterable[Source], files: Sequence[str]) -> list[Source]:
    """Those files that may declare what is missing; a file in which no such name stands is not parsed."""
    found: list[Source] = []
    waiting = list(sources)
    left = list(files)
    while waiting and left:
        missing = set().union(*map(undeclared, waiting))
        if not missing:
            break
        words = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(missing)))})\b")
        near = [file for file in left if words.search(_text(file))]
        left = [file for file in left if file not in near]
        loaded, _ = _load(near)
        waiting = [source for source in loaded if missing & declared(source)]
        found += waiting
    return found


def _text(file: str) -> str:
    try:
        return read_source(file, Limits().scenario_characters)[1]
    except ScenarioError:
        return ""


def _groups(pool: Sequence[Source]) -> list[list[Source]]:
    """The files in groups that are linked by names."""
    missing = [undeclared(source) for source in pool]
    made = [declared(source) for source in pool]
    group = list(range(len(pool)))

    def first(index: int) -> int:
        while group[index] != index:
            index = group[index]
        return index

    for reader, names in enumerate(missing):
        for maker, others in enumerate(made):
            if reader != maker and Path(pool[reader].file).suffix == Path(pool[maker].file).suffix and names & others:
                one, other = sorted((first(reader), first(maker)))
                group[other] = one
    found: dict[int, list[Source]] = {}
    for index, source in enumerate(pool):
        found.setdefault(first(index), []).append(source)
    return list(found.values())
