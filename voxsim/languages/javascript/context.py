"""A session's context of JavaScript: turns in, commands out, promises settled, errors told.

All calls into JavaScript go through here, one turn at a time; what JavaScript asks of Python comes in through the one
host function, and is answered at once. The engine behind it is any that fits the port.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.current import running
from voxsim.engine.future import Future, Promised
from voxsim.engine.lifecycle import Phase
from voxsim.languages.javascript import vocabulary
from voxsim.languages.javascript.engine import FULL, NO_ROOM, Engine, JsError, JsOutOfMemory, JsOverrun, Plain
from voxsim.languages.javascript.files import Files
from voxsim.languages.javascript.values import Exchange, shape
from voxsim.vocabulary.declare import Event
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session

CALL, CALL_SPECIAL, FULFIL, REJECT, RELEASE, REASON, PLACE, OBJECT, DEFINED, EVENT = map(float, range(10))
_THROWN: Final = "\x01"
_MOST_WORDS: Final = 10_000
_ENDING: Final = frozenset({Phase.TERMINATING, Phase.TERMINATED, Phase.ENDED})


class JsFunction:
    """A function of the scenario, as Python has it: called, it runs in its context."""

    __slots__ = ("__qualname__", "__weakref__", "_context", "number_in_javascript")

    def __init__(self, context: Context, number: int, name: str) -> None:
        self._context = context
        self.number_in_javascript = number
        self.__qualname__ = name or "<anonymous>"

    def __call__(self, *args: Any) -> Any:
        """Call it with these arguments, and return what it returned."""
        return self._context.call(self.number_in_javascript, args)

    def __del__(self) -> None:
        self._context.let_go(self.number_in_javascript)

    @property
    def place(self) -> str:
        """Where it is defined, as `file:line`; empty when that is not known."""
        return self._context.place_of(self.number_in_javascript)


class ByReference(Mapping[str, Any]):
    """An object of the scenario that it may still fill in: it is looked at whenever it is read."""

    __slots__ = ("_context", "_seen", "reference")

    def __init__(self, context: Context, number: int, seen: Mapping[str, Any]) -> None:
        self._context = context
        self._seen = seen
        self.reference = number

    def _now(self) -> Mapping[str, Any]:
        self._seen = self._context.present(self.reference, self._seen)
        return self._seen

    def __getitem__(self, key: str) -> Any:
        return self._now()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def __repr__(self) -> str:
        return repr(self._now())

    def items(self) -> Any:
        """All of it, at one look."""
        return self._now().items()


class Context:
    """The JavaScript of one session.

    Args:
        session: whose scenarios run here.
        engine: a new context of some engine.
        prelude: the JavaScript side of the bridge.
        files: the scenarios' files, and what of the vocabulary they use.
    """

    def __init__(self, session: Session, engine: Engine, prelude: str, files: Files) -> None:
        self.session = session
        self.engine = engine
        self.files = files
        self._depth = 0
        self._let_go: dict[int, None] = {}
        self._promised: dict[int, Promised[Any]] = {}
        self._early: dict[int, tuple[Any, Any]] = {}
        self._settled: list[tuple[int, Future[Any]]] = []
        self._event: tuple[Event, list[Plain]] | None = None
        self._interrupting: BaseException | None = None
        self._here = ""
        self._lost = False
        self._seen: dict[int, str] = {}
        self._exchange = Exchange(
            session.switch.limits.string_characters, self._function, self._promise, self._by_reference, self._awaited
        )
        self._operations: tuple[Callable[[Any, Any, Any], Plain], ...] = (
            self._command,
            self._describe,
            self._get,
            self._set,
            self._new,
            self._now,
            self._random,
            self._promise_settled,
            self._list_files,
            self._member,
            self._method,
            self._shape,
            self._place_at,
            self._note_here,
            self._note_seen,
            self._thrown,
            self._longest,
            self._uses,
        )
        engine.prepare(prelude, self._host)

    # --- in ---

    def evaluate(self, source: str) -> None:
        """Run one file of the scenario."""
        self._turn(self.engine.evaluate, source)

    def call(self, number: int, args: tuple[Any, ...]) -> Any:
        """Call a function of the scenario."""
        if not args:
            result = self._turn(self.engine.call, CALL, float(number), None)
        elif len(args) == 1 and isinstance(args[0], Event):
            known = self._event
            if known is None or known[0] is not args[0]:
                self._event = known = args[0], self._exchange.event(args[0])
            result = self._turn(self.engine.call, EVENT, float(number), *known[1])
        else:
            text, special = self._exchange.written(list(args))
            result = self._turn(self.engine.call, CALL_SPECIAL if special else CALL, float(number), text)
        if type(result) is not str:
            return result
        if result[0] == _THROWN:
            raise self._told(result[1:])
        return self._exchange.read(result)[0]

    def _turn(self, run: Callable[..., Plain], *args: Any) -> Plain:
        """One turn: what runs is JavaScript, with a limit of its own; rejections that nobody handles are told."""
        watch = self.session.switch.watch
        inside, watch.inside = watch.inside, False
        self._depth += 1
        try:
            if self._let_go and self._depth == 1:
                self._release()
            return run(*args)
        except (JsOverrun, JsOutOfMemory):
            # The session ends of this, whatever else came of it.
            self._lost = True
            raise
        finally:
            self._depth -= 1
            watch.inside = inside
            if self._depth == 0:
                if not self._lost and self.engine.unhandled():
                    self._tell_unhandled()
                if self._interrupting is not None:
                    error, self._interrupting = self._interrupting, None
                    raise error

    def _release(self) -> None:
        numbers, self._let_go = list(self._let_go), {}
        self.engine.call(RELEASE, 0.0, json.dumps(numbers))

    def _tell_unhandled(self) -> None:
        """Tell of each rejection that nobody handles; one was just given to the next call."""
        while True:
            try:
                self.engine.call(REASON, 0.0, None)
            except (JsOverrun, JsOutOfMemory):
                raise
            except JsError as error:
                self.session.failed(self._error(str(error), error.stack, "Unhandled rejection: "))
            if not self.engine.unhandled():
                return

    # --- functions and objects of JavaScript ---

    def _function(self, number: int, name: str) -> JsFunction:
        self._let_go.pop(number, None)
        return JsFunction(self, number, name)

    def let_go(self, number: int) -> None:
        """Python has no more use for a function."""
        self._let_go[number] = None

    def _by_reference(self, number: int, seen: Any) -> ByReference:
        return ByReference(self, number, seen)

    def present(self, number: int, seen: Mapping[str, Any]) -> Mapping[str, Any]:
        """An object of JavaScript as it is now."""
        if self._depth and not self.engine.nests:
            # It was told before the command that asks.
            text = self._seen.get(number)
        else:
            text = str(self._turn(self.engine.call, OBJECT, float(number), None))
        found: Mapping[str, Any] = seen if text is None else self._exchange.read(text)[0]
        return found

    def place_of(self, number: int) -> str:
        """Where a function is defined, as `file:line`; empty when that is not known."""
        if self._depth and not self.engine.nests:
            return ""
        place = self.files.place(int(self._turn(self.engine.call, DEFINED, float(number), None) or 0))
        return place.rpartition(":")[0]

    def stack(self) -> str:
        """The stack of what runs just now, as lines; empty when nothing does."""
        if not self._depth:
            return ""
        if not self.engine.nests:
            return self._here
        return str(json.loads(str(self.engine.call(PLACE, 0.0, None))))

    # --- promises ---

    def _promise(self, number: int) -> Promised[Any]:
        promised: Promised[Any] = Promised(self.session.switch, "a promise of the scenario")
        self._promised[number] = promised
        early = self._early.pop(number, None)
        if early is not None:
            self._promise_settled(number, *early)
        return promised

    def _promise_settled(self, number: Any, fulfilled: Any, text: Any) -> Plain:
        promised = self._promised.pop(number, None)
        if promised is None:
            # The microtasks of a turn run before its result is looked at.
            self._early[number] = fulfilled, text
            return None
        value = self._exchange.read(text)[0]
        if fulfilled:
            promised.set(value)
        else:
            promised.fail(self._error(value["text"], value["stack"]))
        return None

    def _awaited(self, number: int, future: Future[Any]) -> None:
        ending = self.session.phase in _ENDING

        def done() -> None:
            if ending or self.session.phase not in _ENDING:
                self._settled.append((number, future))
                if len(self._settled) == 1:
                    # As a coroutine would: right after the step that completed it.
                    self.session.switch.ready.appendleft((self._settle_all, ()))

        future.on_done(done)

    def _settle_all(self) -> None:
        while self._settled:
            number, future = self._settled.pop(0)
            if self.session.phase is not Phase.ENDED:
                self.session.run(self._settle, number, future)

    def _settle(self, number: int, future: Future[Any]) -> None:
        try:
            text, _ = self._exchange.written([future.result()])
            kind = FULFIL
        except Exception as error:  # noqa: BLE001 - whatever the platform says, the scenario's promise gets it
            text = json.dumps([type(error).__name__, str(error)])
            kind = REJECT
        self._turn(self.engine.call, kind, float(number), text)

    # --- out ---

    def _host(self, operation: int, first: Any, second: Any, third: Any) -> Plain:
        try:
            return self._operations[int(operation)](first, second, third)
        except Exception as error:  # noqa: BLE001 - every error is thrown where the scenario's line called
            return "\x01e" + json.dumps([_kind(error), vocabulary.told(error)])
        except BaseException as error:  # noqa: BLE001 - an interrupt waits until JavaScript has returned
            self._interrupting = error
            return "\x01e" + json.dumps(["Interrupted", "the run is interrupted"])

    def _command(self, target: Any, name: Any, text: Any) -> Plain:
        if type(target) is str:
            function = vocabulary.function(target, name)
        elif not name:
            function = self._exchange.unit(int(target))
        else:
            function = vocabulary.bound(self._exchange.unit(int(target)), name)
        if text is None:
            result = function()
        elif type(text) is str:
            result = function(*self._exchange.read(text))
        else:
            result = function(text)
        return None if result is None else self._exchange.result(result)

    def _describe(self, dotted: Any, _: Any, __: Any) -> Plain:
        return self.files.describe(dotted) if dotted else self.files.names

    def _owner(self, target: Any) -> Any:
        return vocabulary.namespace(target) if type(target) is str else self._exchange.unit(int(target))

    def _get(self, target: Any, name: Any, _: Any) -> Plain:
        owner = self._owner(target)
        return self._exchange.result(getattr(owner, vocabulary.attribute(owner, name), None))

    def _set(self, target: Any, name: Any, text: Any) -> Plain:
        owner = self._owner(target)
        setattr(owner, vocabulary.attribute(owner, name), self._exchange.read(text)[0])
        return None

    def _new(self, dotted: Any, _: Any, text: Any) -> Plain:
        made = vocabulary.maker(dotted)(*self._exchange.read(text))
        return self._exchange.number(made)

    def _now(self, _: Any, __: Any, ___: Any) -> Plain:
        return float(int(self.session.switch.unix_time * 1000 + 0.0005))

    def _random(self, _: Any, __: Any, ___: Any) -> Plain:
        return self.session.switch.random.random()

    def _list_files(self, _: Any, __: Any, ___: Any) -> Plain:
        return json.dumps(self.files.places)

    def _place_at(self, line: Any, column: Any, _: Any) -> Plain:
        return self.files.place(int(line), int(column))

    def _member(self, dotted: Any, name: Any, _: Any) -> Plain:
        found = vocabulary.member(dotted, name)
        return None if found is None else self._exchange.result(found)

    def _shape(self, number: Any, _: Any, __: Any) -> Plain:
        return shape(int(number))

    def _method(self, dotted: Any, name: Any, _: Any) -> Plain:
        return vocabulary.method(dotted, name)

    def _note_here(self, stack: Any, _: Any, __: Any) -> Plain:
        self._here = json.loads(stack)
        return None

    def _note_seen(self, number: Any, text: Any, _: Any) -> Plain:
        self._seen[int(number)] = text
        return None

    def _thrown(self, text: Any, _: Any, __: Any) -> Plain:
        self.session.failed(self._told(text))
        return None

    def _longest(self, _: Any, __: Any, ___: Any) -> Plain:
        return float(self.session.switch.limits.string_characters)

    def _uses(self, word: Any, _: Any, __: Any) -> Plain:
        return self.files.uses(word)

    def _told(self, text: str) -> JsError:
        told = self._exchange.read(text)[0]
        return self._error(told["text"], told["stack"])

    def _error(self, text: str, stack: str, before: str = "") -> JsError:
        """An error that was caught by a promise or by the bridge."""
        if text == FULL or (text in NO_ROOM and self.engine.starved()):
            return JsOutOfMemory("out of memory", stack)
        if len(text) > _MOST_WORDS:
            text = f"{text[:_MOST_WORDS]}… ({len(text):,} characters)"
        return JsError(before + text, stack)

    def close(self) -> None:
        """Drop everything."""
        self._promised.clear()
        self._settled.clear()
        self.engine.close()


def _kind(error: Exception) -> str:
    """What an error of Python is called in JavaScript."""
    return type(error).__name__ if isinstance(error, VoxsimError) else "Error"


def of(session: Session) -> Context | None:
    """The context of a session, or None when it has none."""
    state = session.script_state
    return state if isinstance(state, Context) else None


def running_now() -> Context | None:
    """The context of the session that runs just now."""
    session = running.get(None)
    return of(session) if session is not None else None
