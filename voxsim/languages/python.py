"""Python scenarios: compiled once, executed afresh for each session, their errors told in the author's own lines.

The files of a rule share one set of globals, in order. A module that a scenario imports from its own folder is loaded
per session too, so module-level variables belong to the session, as on the platform.
"""

from __future__ import annotations

import builtins
import inspect
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType, FrameType, ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Final

import attrs

from voxsim.engine.current import running
from voxsim.languages.sources import Stamp, source
from voxsim.vocabulary.errors import ConfigurationError, ScenarioError, ScenarioTimeout, UnknownName, unknown_name

if TYPE_CHECKING:
    from voxsim.engine.session import Session

_MOST_FRAMES: Final = 8
_PLACE: Final = ModuleType("scenario")
"""What stands for a scenario in `sys.modules` while its top level runs."""
_compiled: dict[str, tuple[Stamp, CodeType]] = {}


@attrs.define(eq=False)
class _State:
    """What a session keeps of its program: the globals that its files share, and its own modules."""

    program: PythonProgram
    names: dict[str, Any]
    modules: dict[str, ModuleType] = attrs.field(factory=dict)


class PythonProgram:
    """The Python scenario files of one rule; `names` are theirs without their ending.

    Args:
        files: paths, as they will appear in messages; they are loaded in this order.
        reload: whether each session looks whether files have changed, as a server's does, or all run what the first
            one found.

    Raises:
        ConfigurationError: a file does not exist.
    """

    def __init__(self, files: Sequence[str | Path], *, reload: bool = False) -> None:
        self._reload = reload
        self._files = tuple(str(file) for file in files)
        for file in self._files:
            if not Path(file).is_file():
                raise ConfigurationError(f"There is no scenario file {file!r}.")
        self._folders = tuple(dict.fromkeys(Path(file).parent for file in self._files))
        self._own = set(self._files)
        self._codes: list[CodeType | None] = [None] * len(self._files)
        self._modules: dict[str, Path | None] = {}
        self.names = tuple(Path(file).stem for file in self._files)

    def load(self, session: Session, index: int) -> None:
        """Run the top level of one file inside the session."""
        file = self._files[index]
        if index == 0:
            session.script_state = _State(self, {"__name__": "scenario", "__builtins__": _BUILTINS})
            if self._reload:
                self._codes = [None] * len(self._files)
                self._modules.clear()
        state: _State = session.script_state
        state.names["__file__"] = file
        code = self._codes[index]
        if code is None:
            code = self._codes[index] = compiled(file, session.switch.limits.scenario_characters)
        _execute(code, state.names, "scenario", _PLACE)

    def release(self, session: Session) -> None:
        """Drop the session's globals and modules, so that what they hold goes with them."""
        state = session.script_state
        if state is not None:
            session.script_state = None
            state.modules.clear()

    def explain(self, error: BaseException, culprit: Any = None) -> ScenarioError:
        """The error in the author's own lines."""
        while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        if isinstance(error, ScenarioError):
            return error
        frames = self._frames(error.__traceback__)
        where = frames[-1].partition(" in ")[0] if frames else self._defined(culprit)
        if isinstance(error, SyntaxError) and error.filename in self._own:
            line = f"{error.filename}:{error.lineno}"
            return ScenarioError(f"{type(error).__name__}: {error.msg}", where=line, frames=(line,), fatal=True)
        if isinstance(error, ScenarioTimeout):
            return ScenarioError(_words(error), where=where, frames=frames[-_MOST_FRAMES:], fatal=True)
        text = _hint(error) or _words(error) or "no message"
        return ScenarioError(f"{type(error).__name__}: {text}", where=where, frames=frames[-_MOST_FRAMES:])

    def _defined(self, handler: Any) -> str:
        """Where a handler of the scenario is defined, as `file:line`; empty for anything else."""
        code = getattr(inspect.unwrap(handler) if callable(handler) else None, "__code__", None)
        return f"{code.co_filename}:{code.co_firstlineno}" if code and code.co_filename in self._own else ""

    def where(self) -> str:
        """The line of the scenario that runs just now, as `file:line`; empty when none does."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename not in self._own:
            frame = frame.f_back
        return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""

    def find_module(self, name: str) -> Path | None:
        """The file of a module in the scenarios' own folders, or None."""
        if name not in self._modules:
            self._modules[name] = self._look_for(name)
        return self._modules[name]

    def _look_for(self, name: str) -> Path | None:
        parts = name.split(".")
        for folder in self._folders:
            base = folder.joinpath(*parts)
            for path in (base.with_suffix(".py"), base / "__init__.py"):
                if path.is_file():
                    return path
            if base.is_dir() and len(parts) == 1 and any(base.glob("*.py")):
                return base
        return None

    def own(self, file: str) -> None:
        """Count a file as the scenario's own in messages."""
        self._own.add(file)

    def _frames(self, trace: TracebackType | None) -> tuple[str, ...]:
        return tuple(
            f"{frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(trace)
            if frame.filename in self._own
        )


def _words(error: BaseException) -> str:
    """The error's own words; an error may fail to give any."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - whatever a scenario's own exception class does
        return ""


def _execute(code: CodeType, names: dict[str, Any], name: str, module: ModuleType) -> None:
    """Execute the top level of a file; meanwhile a module is found by its name: dataclasses look theirs up."""
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        exec(code, names)  # noqa: S102 - what it is for
    finally:
        if before is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = before


def _hint(error: BaseException) -> str | None:
    """What to say of a misspelt name, or None."""
    if isinstance(error, AttributeError):
        return unknown_name(error)
    if isinstance(error, BaseExceptionGroup):
        inner = "; ".join(f"{type(one).__name__}: {_words(one)}" for one in error.exceptions)
        return f"{error.message} ({inner})"
    if isinstance(error, RuntimeError) and _words(error) == "no running event loop":
        return "asyncio does not run here: scenarios run on trio. `await trio.sleep(seconds)` waits, for example."
    missing = re.match(r"cannot import name '(\w+)' from 'voxsim'", _words(error))
    if isinstance(error, ImportError) and missing:
        import voxsim

        return str(UnknownName.on("voxsim", missing[1], voxsim.__all__))
    return None


def compiled(file: str, most_characters: int) -> CodeType:
    """The compiled file, from memory when it has not changed.

    Raises:
        ScenarioError: it cannot be read, is no UTF-8, or is too long.
        SyntaxError: it is no Python.
    """
    stamp, text = source(file, most_characters)
    known = _compiled.get(file)
    if known is not None and known[0] == stamp:
        return known[1]
    code = compile(text, file, "exec", dont_inherit=True)
    _compiled[file] = stamp, code
    return code


def _import(
    name: str,
    globals: Mapping[str, Any] | None = None,  # noqa: A002 - the signature of __import__
    locals: Mapping[str, Any] | None = None,  # noqa: A002
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """`import` inside a scenario: modules of its own folder belong to the session, all others are Python's."""
    session = running.get(None)
    state = session.script_state if session is not None else None
    if isinstance(state, _State):
        full = _absolute(name, globals, level)
        if full and state.program.find_module(full.partition(".")[0]) is not None:
            return _import_own(state, full, tuple(fromlist or ()))
    return builtins.__import__(name, globals, locals, tuple(fromlist or ()), level)


def _absolute(name: str, names: Mapping[str, Any] | None, level: int) -> str:
    if level == 0:
        return name
    package = str((names or {}).get("__package__") or "")
    parts = package.split(".") if package else []
    base = ".".join(parts[: len(parts) - level + 1])
    return f"{base}.{name}" if base and name else base or name


def _import_own(state: _State, full: str, fromlist: tuple[str, ...]) -> ModuleType:
    parts = full.split(".")
    module = top = _load_own(state, parts[0])
    for depth in range(1, len(parts)):
        child = _load_own(state, ".".join(parts[: depth + 1]))
        setattr(module, parts[depth], child)
        module = child
    for name in fromlist:
        if not hasattr(module, name) and state.program.find_module(f"{full}.{name}") is not None:
            setattr(module, name, _load_own(state, f"{full}.{name}"))
    return module if fromlist else top


def _load_own(state: _State, name: str) -> ModuleType:
    if name in state.modules:
        return state.modules[name]
    path = state.program.find_module(name)
    if path is None:
        raise ModuleNotFoundError(f"No module named {name!r} in the scenario's folder.", name=name)
    module = ModuleType(name)
    state.modules[name] = module
    is_package = path.is_dir() or path.name == "__init__.py"
    module.__dict__.update(
        {
            "__builtins__": _BUILTINS,
            "__file__": str(path),
            "__package__": name if is_package else name.rpartition(".")[0],
        }
    )
    if path.is_dir():
        return module
    state.program.own(str(path))
    try:
        _execute(compiled(str(path), 1 << 30), module.__dict__, name, module)
    except BaseException:
        del state.modules[name]
        raise
    return module


_BUILTINS: Final[dict[str, Any]] = {**vars(builtins), "__import__": _import}
