"""What the quickjs-ng package's own module does not offer, taken from the C library inside it.

Four things: an interrupt that leaves calls into Python allowed, how much memory is in use, news of promises that are
rejected with nobody to handle it, and compiled code that is shared by contexts. Where the library does not export its C
interface, or the package is built differently from what is known, `find` says so, and this engine is not used.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from struct import calcsize
from types import ModuleType
from typing import Any, Final

from voxsim.vocabulary.errors import ConfigurationError

KNOWN: Final = "0.17."
"""The releases of the package whose objects are known to hold the two pointers where they are looked for."""

_GLOBAL_COMPILE_ONLY: Final = 1 << 5
_BYTECODE: Final = 1
_NO_SOURCE_NO_LINES: Final = 1 << 4 | 1 << 5
_BEHIND_HEAD: Final = 16
_IN_USE: Final = 6 * 8
_LIMIT: Final = 7 * 8
"""Where a runtime keeps how many bytes it has taken, and may take: behind five functions and the number of pieces."""

_SOME: Final = 12_345_678
_Pointer = ctypes.c_void_p


class Value(ctypes.Structure):
    """A JavaScript value as the C library passes it: 16 bytes on a machine of 64 bits."""

    _fields_ = (("union", ctypes.c_uint64), ("tag", ctypes.c_int64))


INTERRUPT: Final = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, _Pointer)
TRACKER: Final = ctypes.CFUNCTYPE(None, _Pointer, Value, Value, ctypes.c_bool, _Pointer)

_FUNCTIONS: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "JS_RunGC": (None, (_Pointer,)),
    "JS_GetRuntime": (_Pointer, (_Pointer,)),
    "JS_SetInterruptHandler": (None, (_Pointer, INTERRUPT, _Pointer)),
    "JS_SetHostPromiseRejectionTracker": (None, (_Pointer, TRACKER, _Pointer)),
    "JS_DupValue": (Value, (_Pointer, Value)),
    "JS_FreeValue": (None, (_Pointer, Value)),
    "JS_GetGlobalObject": (Value, (_Pointer,)),
    "JS_SetPropertyStr": (ctypes.c_int, (_Pointer, Value, ctypes.c_char_p, Value)),
    "JS_Eval": (Value, (_Pointer, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_int)),
    "JS_EvalFunction": (Value, (_Pointer, Value)),
    "JS_WriteObject": (_Pointer, (_Pointer, ctypes.POINTER(ctypes.c_size_t), Value, ctypes.c_int)),
    "JS_ReadObject": (Value, (_Pointer, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int)),
    "js_free": (None, (_Pointer, _Pointer)),
}


class Library:
    """The C interface of the library inside the package."""

    def __init__(self, module: ModuleType) -> None:
        # PyDLL: these are short calls, and Python's lock is kept.
        library = ctypes.PyDLL(str(module.__file__))
        self._calls: dict[str, Callable[..., Any]] = {}
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
            self._calls[name] = function
        self.set_interrupt = self._calls["JS_SetInterruptHandler"]
        self.set_tracker = self._calls["JS_SetHostPromiseRejectionTracker"]
        self.collect = self._calls["JS_RunGC"]
        self.keep = self._calls["JS_DupValue"]
        self.drop = self._calls["JS_FreeValue"]

    def pointers(self, context: Any) -> tuple[int, int]:
        """The addresses of the runtime and of the context that an object of the package holds."""
        held = ctypes.cast(id(context) + _BEHIND_HEAD, ctypes.POINTER(_Pointer))
        runtime, inner = held[0] or 0, held[1] or 0
        return runtime, inner

    def fits(self, context: Any) -> bool:
        """Whether an object of the package, and its runtime, hold what is looked for in them where it is looked for."""
        runtime, inner = self.pointers(context)
        if not (runtime and inner) or self._calls["JS_GetRuntime"](inner) != runtime:
            return False
        context.set_memory_limit(_SOME)
        told: int = context.memory()["malloc_size"]
        limit = ctypes.c_size_t.from_address(runtime + _LIMIT).value
        return limit == _SOME and self.in_use(runtime).value == told

    def in_use(self, runtime: int) -> ctypes.c_size_t:
        """A view of how many bytes a runtime has taken; good for as long as the runtime lives."""
        return ctypes.c_size_t.from_address(runtime + _IN_USE)

    def set_global(self, context: int, name: bytes, value: Value) -> None:
        """Set a property of the global object; the value is taken over."""
        everything = self._calls["JS_GetGlobalObject"](context)
        self._calls["JS_SetPropertyStr"](context, everything, name, value)
        self.drop(context, everything)

    def compile(self, context: int, source: str) -> bytes:
        """A script as compiled code that any context of this library can run."""
        text = source.encode()
        code = self._calls["JS_Eval"](context, text, len(text), b"<voxsim>", _GLOBAL_COMPILE_ONLY)
        size = ctypes.c_size_t()
        address = self._calls["JS_WriteObject"](context, ctypes.byref(size), code, _BYTECODE | _NO_SOURCE_NO_LINES)
        self.drop(context, code)
        if not address:
            raise ConfigurationError("voxsim's own JavaScript cannot be compiled by this quickjs-ng.")
        compiled = ctypes.string_at(address, size.value)
        self._calls["js_free"](context, address)
        return compiled

    def run(self, context: int, compiled: bytes) -> Value:
        """The value of compiled code that calls nothing of Python."""
        code = self._calls["JS_ReadObject"](context, compiled, len(compiled), _BYTECODE)
        value: Value = self._calls["JS_EvalFunction"](context, code)
        return value


@cache
def find(module: ModuleType) -> Library:
    """The library inside the package's module.

    Raises:
        ConfigurationError: there is none to be used; the message says why.
    """
    try:
        release = version("quickjs-ng")
    except PackageNotFoundError:
        release = "none"
    if not release.startswith(KNOWN):
        raise ConfigurationError(f"voxsim knows quickjs-ng {KNOWN}*, found {release}.")
    if calcsize("P") != ctypes.sizeof(ctypes.c_uint64):
        raise ConfigurationError("quickjs-ng is used on machines of 64 bits only.")
    try:
        library = Library(module)
    except (OSError, AttributeError) as error:
        raise ConfigurationError(f"This build of quickjs-ng does not offer its C interface: {error}.") from None
    if not library.fits(module.Context()):
        raise ConfigurationError("This build of quickjs-ng keeps its contexts in a way that voxsim does not know.")
    return library
