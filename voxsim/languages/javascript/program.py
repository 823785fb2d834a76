"""JavaScript scenarios: classic scripts that share one global scope in order, in a context of the session's own.

Those in TypeScript are translated first, and may stand among the others. Errors are told in the author's own files, as
`file:line:column`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from voxsim.languages.javascript import context, engines, vocabulary
from voxsim.languages.javascript.context import Context, JsFunction
from voxsim.languages.javascript.engine import Budget, JsError, JsOutOfMemory, JsOverrun
from voxsim.languages.javascript.files import Files
from voxsim.languages.javascript.words import fuller
from voxsim.languages.sources import TYPESCRIPT, line_of
from voxsim.vocabulary.errors import ConfigurationError, ScenarioError
from voxsim.vocabulary.naming import scenario_name

if TYPE_CHECKING:
    from voxsim.engine.session import Session

_MOST_FRAMES: Final = 8
_PRELUDE: Final = ("bridge", "captured", "names", "language", "guards")


@cache
def prelude() -> str:
    """The JavaScript side of the bridge, an expression that is a function of the host function."""
    here = resources(__package__)
    bridge, *parts = (here.joinpath(f"{name}.js").read_text(encoding="utf-8").strip() for name in _PRELUDE)
    return f"((host, nests) => ({bridge})(host, nests, {parts[0]}(), {', '.join(parts[1:])}))"


class JavaScriptProgram:
    """The JavaScript scenario files of one rule; `names` are theirs without their ending.

    Args:
        files: paths, as they will appear in messages; they are loaded in this order.
        reload: whether each session looks whether files have changed, as a server's does.

    Raises:
        ConfigurationError: a file does not exist, no engine is installed, or nothing can take the types off TypeScript.
    """

    def __init__(self, files: Sequence[str | Path], *, reload: bool = False) -> None:
        self._reload = reload
        self._files = tuple(str(file) for file in files)
        for file in self._files:
            if not Path(file).is_file():
                raise ConfigurationError(f"There is no scenario file {file!r}.")
        # What is done once is done now, and not in the time of a session.
        self._open = engines.find(prelude())
        vocabulary.global_names()
        self._read: Files | None = None
        self.names = tuple(scenario_name(file) for file in self._files)
        for file in self._files:
            if Path(file).suffix == TYPESCRIPT:
                from voxsim.languages import typescript

                typescript.prepare(file)

    def load(self, session: Session, index: int) -> None:
        """Run the top level of one file inside the session."""
        if index == 0:
            session.script_state = self._context(session)
        state: Context = session.script_state
        source = state.files.read(index)
        try:
            state.evaluate(source)
        except JsError as error:
            # The file is known, even where the engine cannot tell the line.
            error.stack = error.stack or f"<eval>@{self._files[index]}"
            raise

    def _context(self, session: Session) -> Context:
        limits = session.switch.limits
        read = self._read
        if read is None or (self._reload and read.changed(limits.scenario_characters)):
            first_line = prelude().count("\n") + 2
            read = self._read = Files(self._files, first_line, limits.scenario_characters)
        budget = Budget(
            memory_bytes=limits.memory_bytes,
            stack_bytes=engines.stack_bytes(),
            seconds=limits.handler_cpu_seconds,
        )
        return Context(session, self._open(budget), prelude(), read)

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
        column = where.rpartition(":")[2]
        text = fuller(str(error), line_of(where), int(column) if column.isdecimal() else 0)
        return ScenarioError(text, where=where, frames=frames[:_MOST_FRAMES], fatal=fatal)

    def _defined(self, handler: Any) -> str:
        """Where a function of the scenario is defined, as `file:line`; empty for anything else."""
        if not isinstance(handler, JsFunction):
            return ""
        try:
            return handler.place
        except JsError:
            return ""

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
