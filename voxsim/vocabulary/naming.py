"""How documented names become Python names, which name a misspelt one was meant to be, what a scenario is called.

The documented Voximplant name is the source of every name (`callPSTN`, `fromURI`); Python sees its PEP 8 form
(`call_pstn`, `from_uri`), JavaScript and the wire see the documented one.
"""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Iterable
from functools import cache

_LONGEST_NAME = 200
"""What is longer is no name that was misspelt, and would take its time to be compared."""

_OWN_ENDINGS = re.compile(r"(\.voxengine)?\.[^.]*$")
_UNDERSCORED = frozenset({"hd_audio"})
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def python_name(documented: str) -> str:
    """The PEP 8 form of a documented name: `accessSecureURL` → `access_secure_url`, `from` → `from_`."""
    name = _WORD_STARTS.sub("_", documented).lower()
    return name + "_" if keyword.iskeyword(name) else name


@cache
def documented_name(python: str) -> str:
    """The documented form of a PEP 8 name without acronyms in it: `custom_data` → `customData`; `hd_audio` is one.

    Names with acronyms (`fromURI`) cannot be derived this way: their declarations spell them out.
    """
    if python in _UNDERSCORED:
        return python
    first, *rest = python.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `name` was most likely meant to be, in either spelling, or None when none is near."""
    if len(name) > _LONGEST_NAME:
        return None
    known = list(candidates)
    if (spelt := python_name(name)) in known:
        return spelt
    folded = {candidate.replace("_", "").lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.replace("_", "").lower(), folded, n=1, cutoff=0.65)
    return folded[close[0]] if close else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """A sentence that names the nearest candidate, with a leading blank, or nothing."""
    near = nearest(name, candidates)
    return f" Did you mean {near!r}?" if near else ""


def scenario_name(file: str) -> str:
    """What the platform calls the scenario of a file: its name without the ending, or without `.voxengine.js`."""
    name = file.rpartition("/")[2]
    return _OWN_ENDINGS.sub("", name) or name
