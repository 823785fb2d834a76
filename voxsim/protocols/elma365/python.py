"""Modules in Python: `async def VoipParseWebhookRequest(request)` and its companions in a file.

The names of the system stand in the file's globals: `VoipWebhookEvent`, `HttpResponse`, `Namespace`, `fetch` and the
rest. They can be imported from `voxsim.protocols.elma365.vocabulary`, too, for the sake of tools that look for names.
"""

from __future__ import annotations

import builtins
import inspect
import json
import traceback
from collections.abc import Mapping
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import trio

from voxsim.engine.future import Future
from voxsim.languages.python import _execute, compiled
from voxsim.protocols.elma365.fetching import Fetch, FetchFailed, pairs_of
from voxsim.protocols.elma365.module import ModuleFailed, NoFunction, Surroundings
from voxsim.protocols.elma365.vocabulary import ENUMERATIONS, FetchRequest, FetchResponse, HttpResponse
from voxsim.vocabulary.errors import ScenarioError

_NAMES: Final[dict[str, Any]] = {
    one.__name__: one for one in (*ENUMERATIONS, FetchRequest, FetchResponse, HttpResponse)
}
_PLACE: Final = ModuleType("telephony_module")


class PythonModule:
    """A module in Python.

    Args:
        file: its path.
        given: what its code is given.
    """

    def __init__(self, file: str, given: Surroundings) -> None:
        self._file = file
        self._given = given

    def call(self, name: str, args: tuple[Any, ...]) -> Future[Any]:
        """Call a function, which may be a plain one or an async one."""
        future: Future[Any] = Future(self._given.switch, f"{name} of {self._file}")

        def done(result: Any, error: BaseException | None) -> None:
            if error is None:
                future.set(result)
            else:
                future.fail(self._failed(name, error))

        self._given.switch.tasks.start(None, self._perform(name, args), done)
        return future

    async def _perform(self, name: str, args: tuple[Any, ...]) -> Any:
        with trio.move_on_after(self._given.seconds) as scope:
            names = self._names()
            code = compiled(self._file, self._given.switch.limits.scenario_characters)
            _execute(code, names, _PLACE.__name__, _PLACE)
            function = names.get(name)
            if not callable(function):
                raise NoFunction(f"{self._file} has no function {name}.")
            result = function(*args)
            return await result if inspect.isawaitable(result) else result
        if scope.cancelled_caught:
            raise ModuleFailed(f"{name} took more than {self._given.seconds:g} s.")
        return None

    def _names(self) -> dict[str, Any]:
        data = SimpleNamespace(**self._given.params())
        return {
            "__name__": _PLACE.__name__,
            "__file__": self._file,
            "__builtins__": {**vars(builtins), "print": self._print},
            "Namespace": SimpleNamespace(params=SimpleNamespace(data=data)),
            "fetch": self._fetch,
            **_NAMES,
        }

    def _print(self, *values: Any, sep: str | None = " ", **_: Any) -> None:
        self._given.log((" " if sep is None else sep).join(map(str, values)))

    def _fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: str | bytes | None = None,
        json: Any = None,
    ) -> Future[FetchResponse]:
        """Make a request; awaited, it is a FetchResponse. `json` is a body by itself."""
        given = self._given
        future: Future[FetchResponse] = Future(given.switch, f"the answer of {url}")

        def done(outcome: FetchResponse | FetchFailed) -> None:
            if isinstance(outcome, FetchFailed):
                future.fail(outcome)
            else:
                future.set(outcome)

        pairs = pairs_of(headers)
        if json is not None:
            body = _written(json)
            pairs = (*pairs, ("Content-Type", "application/json"))
        data = body.encode() if isinstance(body, str) else bytes(body or b"")
        Fetch(given.switch, given.web(), done, given.seconds).begin(method, str(url), pairs, data)
        return future

    def _failed(self, name: str, error: BaseException) -> ModuleFailed:
        """What went wrong, in words, with the line of the module."""
        while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        if isinstance(error, ModuleFailed):
            return error
        if isinstance(error, ScenarioError):
            return ModuleFailed(f"{name}: {error}")
        if isinstance(error, SyntaxError) and error.filename == self._file:
            return ModuleFailed(f"{name}: SyntaxError: {error.msg} ({self._file}:{error.lineno})")
        frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename == self._file]
        where = f" ({self._file}:{frames[-1].lineno})" if frames else ""
        return ModuleFailed(f"{name}: {type(error).__name__}: {_words(error)}{where}")


def _written(value: Any) -> str:
    return json.dumps(value)


def _words(error: BaseException) -> str:
    try:
        return str(error) or "no message"
    except Exception:  # noqa: BLE001 - whatever a module's own exception class does
        return "no message"
