"""Whether a text is a script at all: the engine compiles it, and runs nothing of it."""

from __future__ import annotations

import re
from typing import Final

from voxsim.languages.javascript import quickjs

_FIRST: Final = "throw 0;"
"""What stands before the script: whatever is wrong with its syntax comes up before the first statement runs."""

_STRICT: Final = re.compile(r"""(?:\s|//[^\n]*|/\*.*?\*/)*(['"])use strict\1""", re.DOTALL)
_MISTAKE: Final = re.compile(r"SyntaxError: (.*)\n\s+at <input>:(\d+):(\d+)", re.DOTALL)
_MEMORY: Final = 256 * 1024 * 1024
_STACK: Final = 256 * 1024


def mistake(text: str) -> tuple[int, int, str] | None:
    """The first mistake in a script's syntax as (line, column, words), both from 1; None when there is none.

    Raises:
        ConfigurationError: no engine is installed.
    """
    module, _ = quickjs.load()
    context = module.Context()
    context.set_memory_limit(_MEMORY)
    context.set_max_stack_size(_STACK)
    before = f"'use strict';{_FIRST}" if _STRICT.match(text) else _FIRST
    try:
        context.eval(before + text.replace("\0", " "))
    except module.JSException as error:
        found = _MISTAKE.match(str(error))
        if found is None:
            return None
        line, column = int(found[2]), int(found[3])
        return line, max(1, column - len(before)) if line == 1 else column, found[1]
    return None
