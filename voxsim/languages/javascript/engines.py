"""Which JavaScript engine there is, and how deep its calls may go on this machine.

quickjs-ng comes first: it is the faster one and tells of rejections that nobody handles. Where it is missing, or is a
release that is not known, jsbox takes its place. The environment variable VOXSIM_JAVASCRIPT names one of them.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Final

from voxsim.languages.javascript import jsbox, quickjs
from voxsim.languages.javascript.engine import Budget, Engine
from voxsim.vocabulary.errors import ConfigurationError

CHOICE: Final = "VOXSIM_JAVASCRIPT"
"""The environment variable that names the engine to be used."""

_INSTALL: Final = "JavaScript scenarios need an engine: pip install 'voxsim[js]'"
_ENGINES: Final[Mapping[str, tuple[ModuleType, Callable[[Budget], Engine]]]] = {
    "quickjs-ng": (quickjs, quickjs.QuickJs),
    "jsbox": (jsbox, jsbox.JsBox),
}

_DEEP: Final = 4 * 1024 * 1024
_SHALLOW: Final = 256 * 1024
_ROOM: Final = 8 * 1024 * 1024


def find(prelude: str) -> Callable[[Budget], Engine]:
    """What opens a context of the engine that is to be used, ready for contexts with this prelude.

    A quickjs-ng that is installed and cannot be used is told of by a warning, when jsbox stands in for it.

    Raises:
        ConfigurationError: there is none; the message says why, and what to install.
    """
    asked = os.environ.get(CHOICE, "")
    if asked:
        return _named(asked, prelude)
    try:
        return _ready("quickjs-ng", prelude)
    except ConfigurationError as error:
        why = error
    try:
        found = _ready("jsbox", prelude)
    except ConfigurationError:
        raise ConfigurationError(f"{why} {_INSTALL} (or jsbox).") from None
    if not isinstance(why, quickjs.Missing):
        warnings.warn(f"{why} JavaScript runs on jsbox.", RuntimeWarning, stacklevel=2)
    return found


def _named(name: str, prelude: str) -> Callable[[Budget], Engine]:
    if name not in _ENGINES:
        raise ConfigurationError(f"{CHOICE} is {name!r}; the engines are {' and '.join(_ENGINES)}.")
    try:
        return _ready(name, prelude)
    except ConfigurationError as error:
        raise ConfigurationError(f"{CHOICE} asks for {name}: {error}") from None


def _ready(name: str, prelude: str) -> Callable[[Budget], Engine]:
    module, made = _ENGINES[name]
    module.warm(prelude)
    return made


def stack_bytes() -> int:
    """How much of the thread's stack JavaScript may use: less, where threads have small ones."""
    if threading.current_thread() is not threading.main_thread():
        return _SHALLOW
    try:
        import resource
    except ImportError:
        return _SHALLOW
    soft, _ = resource.getrlimit(resource.RLIMIT_STACK)
    return _DEEP if soft == resource.RLIM_INFINITY or soft >= _ROOM else _SHALLOW
