"""Errors of the engine in fuller words, by the line of the author that they are about.

The engine says `not a function` without a name, though the name stands in the line; and that `import`, or `await` in a
function that is not async, is no syntax of a classic script, without what to do instead.
"""

from __future__ import annotations

import re
from typing import Final

_NO_FUNCTION: Final = "TypeError: not a function"
_CHAIN: Final = re.compile(r"(?:[\w$]+(?:\([^()]*\)|\[[^\[\]]*\])*\??\.)*[\w$]+$")
_REST: Final = re.compile(r"[\w$]*")
_MODULE_SYNTAX: Final = re.compile(r"\s*(import|export)\b")
_NO_MODULE: Final = (
    "A scenario is a classic script, without import and export: name the other file in the same rule, before this one; "
    "all files of a rule share their globals"
)
_AWAITED: Final = re.compile(r"\bawait\s+$")
NO_WAITING: Final = "`await` stands in async functions alone, not at the top of a scenario"


def fuller(text: str, line: str, column: int) -> str:
    """An error's words, with what the engine leaves out.

    Args:
        text: the words of the engine.
        line: the line of the scenario that failed.
        column: the place in it, from 1: the last name of what was called begins there.
    """
    if text.startswith("SyntaxError") and _MODULE_SYNTAX.match(line):
        return f"{text}. {_NO_MODULE}"
    if text.startswith("SyntaxError") and _AWAITED.search(line[: max(0, column - 1)]):
        return f"{text}. {NO_WAITING}"
    if text != _NO_FUNCTION or not 0 < column <= len(line):
        return text
    rest = _REST.match(line, column - 1)
    found = _CHAIN.search(line[: rest.end()]) if rest is not None else None
    return f"TypeError: {found[0]} is not a function" if found is not None else text
