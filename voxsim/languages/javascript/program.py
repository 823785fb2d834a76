"""JavaScript scenarios: classic scripts that share one global scope in order, in a context of the session's own.

Each file is moved down by the lines of those before it, so that a line of the engine says which file it is of. Errors
are told in the author's own files, as `file:line:column`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from voxsim.languages.javascript import context, engines, vocabulary
from voxsim.languages.javascript.context import Context, JsFunction
from voxsim.languages.javascript.engine import Budget, JsError, JsOutOfMemory, JsOverrun
from voxsim.languages.sources import source
from voxsim.vocabulary.errors import ConfigurationError, ScenarioError

if TYPE_CHECKING:
    from voxsim.engine.session import Session

_MOST_FRAMES: Final = 8
_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*")
_BY_ANY_NAME: Final = frozenset({"globalThis", "eval", "Function", "this"})
"""Words with which a script may reach a global name without saying it."""


@cache
def prelude() -> str:
    """The JavaScript side of the bridge."""
    return resources(__package__).joinpath("prelude.js").read_text(encoding="utf-8")


class JavaScriptProgram:
    """The JavaScript scenario files of one rule; `names` are theirs without their ending.

    Args:
        files: paths, as they will appear in messages; they are loaded in this order.
        reload: whether each session looks whether files have changed, as a server's does.

    Raises:
        ConfigurationError: a file does not exist, or no engine is installed.
    """

    def __init__(self, files: Sequence[str | Path], *, reload: bool = False) -> None:
        self._reload = reload
        self._files = tuple(str(file) for file in files)
        for file in self._files:
            if not Path(file).is_file():
                raise ConfigurationError(f"There is no scenario file {file!r}.")
        self._open = engines.find()
        self._sources: list[str] = []
        self._places: list[tuple[str, int]] = []
        self._names = ""
        self.names = tuple(Path(file).stem for file in self._files)

    def load(self, session: Session, index: int) -> None:
        """Run the top level of one file inside the session."""
        if index == 0:
            session.script_state = self._context(session)
        self._read(index, session.switch.limits.scenario_characters)
        state: Context = session.script_state
        state.evaluate(self._sources[index])

    def _context(self, session: Session) -> Context:
        limits = session.switch.limits
        if self._reload:
            self._sources.clear()
            self._places.clear()
        budget = Budget(
            memory_bytes=limits.memory_bytes,
            stack_bytes=engines.stack_bytes(),
            seconds=limits.handler_cpu_seconds,
        )
        return Context(session, self._open(budget), prelude(), self._used_names, lambda: self._places)

    def _read(self, index: int, most_characters: int) -> None:
        """Read a file, unless that was done, and give it its place below the ones before it."""
        if index < len(self._sources):
            return
        text = source(self._files[index], most_characters)[1].removeprefix("\ufeff")
        above = prelude().count("\n") + 1
        if index:
            above = self._sources[index - 1].count("\n") + 1
        self._sources.append("\n" * above + text)
        self._places.append((self._files[index], above + 1))

    def _used_names(self) -> str:
        """The global names that the files may use, as JSON: those that stand in them."""
        if not self._names or self._reload:
            words: set[str] = set()
            for file in self._files:
                words.update(_WORD.findall(source(file, 1 << 30)[1]))
            known = vocabulary.global_names()
            self._names = json.dumps(sorted(known if words & _BY_ANY_NAME else known & words))
        return self._names

    def explain(self, error: BaseException, culprit: Any = None) -> ScenarioError:
        """The error in the author's own lines."""
        if isinstance(error, ScenarioError):
            return error
        if not isinstance(error, JsError):
            text = f"{type(error).__name__}: {error}"
            return ScenarioError(text, where=self._defined(culprit))
        frames = tuple(error.stack.split("\n")) if error.stack else ()
        where = frames[0].rpartition("@")[2] if frames else self._defined(culprit)
        fatal = isinstance(error, JsOverrun | JsOutOfMemory)
        return ScenarioError(str(error), where=where, frames=frames[:_MOST_FRAMES], fatal=fatal)

    def _defined(self, handler: Any) -> str:
        """Where a function of the scenario is defined, as `file:line`; empty for anything else."""
        if not isinstance(handler, JsFunction):
            return ""
        try:
            return self._place(handler.line)
        except JsError:
            return ""

    def _place(self, line: int) -> str:
        found = [(file, first) for file, first in self._places if first <= line]
        return f"{found[-1][0]}:{line - found[-1][1] + 1}" if found else ""

    def where(self) -> str:
        """The line of the scenario that runs just now, as `file:line:column`; empty when none does."""
        state = context.running_now()
        stack = state.stack() if state is not None else ""
        return stack.partition("\n")[0].rpartition("@")[2]

    def release(self, session: Session) -> None:
        """Drop the session's context, and all that it holds."""
        state, session.script_state = session.script_state, None
        if state is not None:
            state.close()
