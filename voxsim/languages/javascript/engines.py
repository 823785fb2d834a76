"""Which JavaScript engine there is, and how deep its calls may go on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from voxsim.languages.javascript import quickjs
from voxsim.languages.javascript.engine import Budget, Engine

_DEEP: Final = 4 * 1024 * 1024
_SHALLOW: Final = 256 * 1024
_ROOM: Final = 8 * 1024 * 1024


def find(prelude: str) -> Callable[[Budget], Engine]:
    """What opens a context of the engine that is installed, ready for contexts with this prelude.

    Raises:
        ConfigurationError: none is; the message says what to install.
    """
    quickjs.warm(prelude)
    return quickjs.QuickJs


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
