"""Modules in JavaScript and TypeScript: top-level functions of a classic script, each call in a context of its own.

The types of a TypeScript file are taken off once for each version of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from importlib.resources import files as resources
from typing import Any, Final

from voxsim.engine.future import Future
from voxsim.languages.javascript import engines
from voxsim.languages.javascript.engine import Budget, Engine, JsError, Plain
from voxsim.protocols.elma365.fetching import Fetch, FetchFailed
from voxsim.protocols.elma365.module import ModuleFailed, NoFunction, Surroundings
from voxsim.protocols.elma365.scripts import Script, mended, read_script
from voxsim.protocols.elma365.vocabulary import ENUMERATIONS, FetchRequest, FetchResponse, HttpResponse
from voxsim.vocabulary.errors import ConfigurationError, ScenarioError

_CALL, _ANSWERED, _FAILED, _DUE, _REASON = map(float, range(5))
_SHARED: Final = ("captured", "language")
_RESPONSE: Final = "\x01response"
_REQUEST: Final = "\x01request"


@cache
def prelude() -> str:
    """The JavaScript side, an expression that is a function of the host function."""
    own = resources(__package__).joinpath("module.js").read_text(encoding="utf-8").strip()
    shared = resources("voxsim.languages.javascript")
    captured, language = (shared.joinpath(f"{name}.js").read_text(encoding="utf-8").strip() for name in _SHARED)
    return f"((host) => ({own})(host, {captured}(), {language}))"


class JavaScriptModule:
    """A module in JavaScript or TypeScript.

    Args:
        file: its path.
        given: what its code is given.

    Raises:
        ConfigurationError: no engine is installed, or nothing that could take the types off TypeScript.
    """

    def __init__(self, file: str, given: Surroundings) -> None:
        self._file = file
        self._given = given
        self._open = engines.find(prelude())
        # Types are taken off now, and not in the time of the first call; what is wrong with the file, that call tells.
        with suppress(ScenarioError):
            read_script(file, given.switch.limits.scenario_characters)

    def call(self, name: str, args: tuple[Any, ...]) -> Future[Any]:
        """Call a function."""
        future: Future[Any] = Future(self._given.switch, f"{name} of {self._file}")
        # In a step of its own: whoever calls may be JavaScript that runs just now.
        self._given.switch.post(self._begin, name, args, future)
        return future

    def _begin(self, name: str, args: tuple[Any, ...], future: Future[Any]) -> None:
        given = self._given
        limits = given.switch.limits
        try:
            script = read_script(self._file, limits.scenario_characters)
        except (ScenarioError, ConfigurationError) as error:
            future.fail(ModuleFailed(f"{name}: {error}"))
            return
        budget = Budget(
            memory_bytes=limits.memory_bytes, stack_bytes=engines.stack_bytes(), seconds=limits.handler_cpu_seconds
        )
        _Run(self._open(budget), script, given, name, future).begin(args)


class _Run:
    """One call of a function, from the top level of the file to what comes of it."""

    def __init__(self, engine: Engine, script: Script, given: Surroundings, name: str, future: Future[Any]) -> None:
        self._engine = engine
        self._script = script
        self._given = given
        self._name = name
        self._future = future
        self._under_way: dict[int, Fetch] = {}
        self._timers: set[int] = set()
        self._outcome: tuple[int, str] | None = None
        self._clock = given.switch.after(given.seconds, self._too_slow)
        self._operations: tuple[Callable[[int, str], Plain], ...] = (
            self._settings,
            self._log,
            self._now,
            self._random,
            self._fetch,
            self._wait,
            self._done,
        )

    def begin(self, args: tuple[Any, ...]) -> None:
        """Run the file's top level, and call the function."""
        self._engine.prepare(prelude(), self._host)
        text = json.dumps([{_REQUEST: one.written()} if isinstance(one, FetchRequest) else one for one in args])
        if self._turn(self._load):
            self._turn(self._engine.call, _CALL, 0.0, self._name, text)
        self._look()

    def _load(self) -> None:
        """Run the file's top level."""
        text = self._script.text
        try:
            self._engine.evaluate("\n" + text)
        except JsError as error:
            better = mended(text)
            if better == text or not str(error).startswith("SyntaxError"):
                raise
            self._engine.evaluate("\n" + better)

    def _turn(self, run: Callable[..., object], *args: Any) -> bool:
        """One turn; False when it failed."""
        if self._future.done:
            return False
        watch = self._given.switch.watch
        inside, watch.inside = watch.inside, False
        try:
            run(*args)
            while self._engine.unhandled():
                self._engine.call(_REASON, 0.0, None)
        except JsError as error:
            self._fail(str(error), error.stack)
            return False
        finally:
            watch.inside = inside
        return True

    def _look(self) -> None:
        """See what has come of it by now."""
        if self._future.done:
            return
        if self._outcome is None:
            if not self._under_way and not self._timers:
                self._fail("the promise that it returned can never be settled: nothing is under way.", "")
            return
        kind, text = self._outcome
        if kind == 1:
            self._close()
            self._future.set(json.loads(text, object_hook=_meant)[0])
        elif kind == 2:
            self._close()
            self._future.fail(NoFunction(f"{self._script.file} has no function {self._name}."))
        else:
            found = json.loads(text)
            self._fail(found["text"], found["stack"])

    def _fail(self, text: str, stack: str) -> None:
        where = self._script.place(stack)
        self._close()
        self._future.fail(ModuleFailed(f"{self._name}: {text}{f' ({where})' if where else ''}"))

    def _too_slow(self) -> None:
        self._close()
        self._future.fail(ModuleFailed(f"{self._name} took more than {self._given.seconds:g} s."))

    def _close(self) -> None:
        self._clock.cancel()
        for fetch in tuple(self._under_way.values()):
            fetch.drop()
        self._under_way.clear()
        self._engine.close()

    # --- what JavaScript asks ---

    def _host(self, operation: Any, number: Any, text: Any) -> Plain:
        try:
            return self._operations[int(operation)](int(number), text)
        except Exception as error:  # noqa: BLE001 - nothing may be raised into the engine
            self._given.log(f"voxsim itself failed for this module: {type(error).__name__}: {error}")
            return None

    def _settings(self, _: int, __: str) -> Plain:
        enumerations = {
            one.__name__: {name: str(value) for name, value in one.__members__.items()} for one in ENUMERATIONS
        }
        return json.dumps({"enumerations": enumerations, "params": dict(self._given.params())})

    def _log(self, _: int, text: str) -> Plain:
        self._given.log(json.loads(text))
        return None

    def _now(self, _: int, __: str) -> Plain:
        return float(int(self._given.switch.unix_time * 1000 + 0.0005))

    def _random(self, _: int, __: str) -> Plain:
        return self._given.switch.random.random()

    def _fetch(self, number: int, text: str) -> Plain:
        asked = json.loads(text)
        given = self._given
        fetch = Fetch(given.switch, given.web(), partial(self._fetched, number, asked["url"]), given.seconds)
        self._under_way[number] = fetch
        headers = tuple((name, value) for name, value in asked["headers"])
        # In a step of its own, since the web may answer at once.
        given.switch.post(fetch.begin, asked["method"], asked["url"], headers, asked["body"].encode("utf-8", "replace"))
        return None

    def _fetched(self, number: int, url: str, outcome: FetchResponse | FetchFailed) -> None:
        if self._under_way.pop(number, None) is None:
            return
        if isinstance(outcome, FetchFailed):
            self._turn(self._engine.call, _FAILED, float(number), json.dumps(str(outcome)))
        else:
            facts = {"status": outcome.status, "headers": outcome.headers, "text": outcome.text(), "url": url}
            self._turn(self._engine.call, _ANSWERED, float(number), json.dumps(facts))
        self._look()

    def _wait(self, number: int, text: str) -> Plain:
        self._timers.add(number)
        milliseconds = max(0.0, min(float(json.loads(text) or 0), self._given.seconds * 1000))
        self._given.switch.after_ms(milliseconds, self._due, number)
        return None

    def _due(self, number: int) -> None:
        if self._future.done:
            return
        self._timers.discard(number)
        self._turn(self._engine.call, _DUE, float(number), None)
        self._look()

    def _done(self, kind: int, text: str) -> Plain:
        self._outcome = self._outcome or (kind, text)
        return None


def _meant(found: dict[str, Any]) -> Any:
    """The response that was built, where one is marked."""
    if len(found) != 1 or _RESPONSE not in found:
        return found
    fields = found[_RESPONSE]
    response = HttpResponse().status(fields.get("status")).content(fields.get("content"))
    for name, value in fields["headers"].items():
        response.header(name, value)
    return response
