"""Listeners: what every class with `addEventListener` shares.

The platform's rules: an event is given by its enum member or by its string value; several callbacks run in the order
of adding; adding one twice calls it twice; `remove_event_listener(event)` alone removes all; a callback that is no
function is accepted, and ends the session when the event fires.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, cast, overload

import attrs

from voxsim.engine.future import Future
from voxsim.engine.lifecycle import RUNNING, Operation, check_allowed
from voxsim.vocabulary.declare import Event, EventNames, EventType, seal, signature
from voxsim.vocabulary.errors import BadArgument, UnknownName, VoxsimError
from voxsim.vocabulary.naming import did_you_mean

if TYPE_CHECKING:
    from voxsim.engine.session import Session

E = TypeVar("E", bound=Event)
H = TypeVar("H", bound=Callable[..., Any])


LAST_EVENTS: Final = frozenset({"Application.Terminating", "Application.Terminated"})
"""The only events that a session still gets once its end was asked for."""


@attrs.frozen
class NotAFunction:
    """What was given in place of a callback. The platform accepts it, and ends the session when the event fires."""

    given: Any
    where: str


@attrs.frozen
class BareCommand:
    """A command given as a callback, such as `VoxEngine.terminate`: it is called without the event."""

    command: Callable[[], Any]

    def __call__(self, event: Event) -> Any:
        """Do the command."""
        return self.command()


_GENERATOR: Final = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


class Emitter:
    """Something that fires events: a session, a call, a player, a socket."""

    __slots__ = ("_id", "_listeners", "_waiters", "session")

    EVENTS: ClassVar[type[EventNames]]
    MORE_EVENTS: ClassVar[tuple[type[EventNames], ...]] = ()
    """Further enumerations of its events: a connector has its vendor's, and those of its media."""
    NAME: ClassVar[str]

    _id: str

    def __init__(self, session: Session, identity: str) -> None:
        self.session = session
        self._id = identity
        self._listeners: dict[str, list[Any]] | None = None
        self._waiters: dict[str, list[Future[Any]]] | None = None

    def __repr__(self) -> str:
        return f"<{self.NAME} {self._id}>"

    @signature("addEventListener(event, callback)")
    def add_event_listener(self, event: EventType[E] | str, callback: Callable[[E], Any] | Any) -> None:
        """Call `callback(event)` whenever this event fires.

        Raises:
            UnknownName: there is no such event; the message names the nearest one.
        """
        if self.session.phase is not RUNNING:
            check_allowed(self.session.phase, Operation.LISTEN, "addEventListener")
        name = self._event_name(event)
        if type(callback) is FunctionType and not callback.__code__.co_flags & _GENERATOR:
            pass
        elif not callable(callback):
            callback = NotAFunction(callback, self.session.script.where())
        elif getattr(callback, "__signature_of__", None) is not None:
            callback = BareCommand(cast("Callable[[], Any]", callback))
        elif getattr(getattr(callback, "__code__", None), "co_flags", 0) & _GENERATOR:
            raise BadArgument(
                f"{callback.__name__} has a `yield` in it: a handler is a `def` or an `async def` without."
            )
        if self._listeners is None:
            self._listeners = {name: [callback]}
        elif name in self._listeners:
            self._listeners[name].append(callback)
        else:
            self._listeners[name] = [callback]

    @signature("removeEventListener(event, callback?)")
    def remove_event_listener(self, event: EventType[Any] | str, callback: Callable[..., Any] | None = None) -> None:
        """Remove one callback of this event, or all of them when none is named."""
        check_allowed(self.session.phase, Operation.LISTEN, "removeEventListener")
        name = self._event_name(event)
        callbacks = (self._listeners or {}).get(name)
        if not callbacks:
            return
        if callback is None:
            callbacks.clear()
            return
        for kept in (callback, BareCommand(callback)):
            if kept in callbacks:
                callbacks.remove(kept)
                return

    @overload
    def on(self, event: EventType[E]) -> Callable[[H], H]: ...
    @overload
    def on(self, event: str) -> Callable[[H], H]: ...
    def on(self, event: EventType[Any] | str) -> Callable[[H], H]:
        """The decorator form of `add_event_listener`: `@call.on(CallEvents.Connected)`."""
        if not isinstance(event, str):
            raise BadArgument(f"@{self.NAME}.on takes the event: @{self.NAME}.on({self.EVENTS.documented}.…).")

        def add(handler: H) -> H:
            self.add_event_listener(event, handler)
            return handler

        return add

    async def wait_for(self, *events: EventType[E]) -> E:
        """Wait for the next of these events and return it.

        What begins a state that still lasts, such as Connected, is returned at once.

        Raises:
            CallEnded, PlaybackStopped, RecognitionStopped, SocketClosed, SessionEnded: none of them can come any more.
        """
        if not events:
            raise BadArgument(f"{self.NAME}.wait_for() needs the event to wait for.")
        names = [self._event_name(events[0])]
        if len(events) > 1:
            names = [self._event_name(event) for event in events]
        late = self._late(names)
        if isinstance(late, VoxsimError):
            raise late
        if late is not None:
            return cast("E", late)
        future: Future[E] = Future(self.session.switch, partial(self._awaited, events))
        if self._waiters is None:
            self._waiters = {}
        for name in names:
            self._waiters.setdefault(name, []).append(future)
        return await future

    def _awaited(self, events: tuple[EventType[Any], ...]) -> str:
        """What a handler waits for, in words."""
        return f"{' or '.join(repr(event) for event in events)} of {self!r}"

    # --- for units ---

    def emit(self, event: Event) -> None:
        """Queue an event; it is delivered at this instant, after all that is already due."""
        self.session.switch.ready.append((self._deliver, (event,)))

    @property
    def has_listeners(self) -> bool:
        """Whether anybody listens to or waits for any event of it."""
        return self._listeners is not None or self._waiters is not None

    def wanted(self, event: EventType[Any]) -> bool:
        """Whether anybody listens to or waits for this event."""
        name = event.plain
        return bool((self._listeners or {}).get(name) or (self._waiters or {}).get(name))

    def _deliver(self, event: Event) -> None:
        """Hand an event to its listeners, unless the session keeps it back because it is ending."""
        session = self.session
        if session.phase is not RUNNING and event.name not in LAST_EVENTS:
            session.note("undelivered", event.name, self._id, event)
            return
        name = event.name
        session.note("event", name, self._id, event)
        listeners = self._listeners
        if listeners is not None and (callbacks := listeners.get(name)):
            seal(event)
            for callback in tuple(callbacks):
                session.run(callback, event)
        if self._waiters is not None and name in self._waiters:
            self.wake(event)

    def wake(self, event: Event) -> None:
        """Give the event to all that wait for it."""
        seal(event)
        for future in (self._waiters or {}).pop(event.name, ()):
            future.set(event)

    def _give_up_waiting(self, error: VoxsimError) -> None:
        """Nothing more will come from here: whoever waits gets the error."""
        if self._waiters is not None:
            waiters, self._waiters = self._waiters, None
            for futures in waiters.values():
                for future in futures:
                    future.fail(error)

    def _late(self, names: list[str]) -> Event | VoxsimError | None:
        """The event among these that began the present state, or why none of them can come any more; or None."""
        return None

    def _event_name(self, event: object) -> str:
        """The value of one of this unit's events, or an error that names the nearest one."""
        if type(event) is EventType and event.owner is self.EVENTS:
            return event.plain
        value = str(event) if isinstance(event, str) else ""
        enums = (self.EVENTS, *self.MORE_EVENTS)
        for enum in enums:
            if (found := enum.find(value)) is not None:
                return found.plain
        given = repr(event) if isinstance(event, EventType) else repr(value or event)
        spelt = {f"{enum.documented}.{member}" for enum in enums for member in enum.members}
        hint = did_you_mean(f"{self.EVENTS.documented}.{value.rpartition('.')[2]}", spelt)
        names = " and ".join(enum.documented for enum in enums)
        if event is None:
            hint = "`voxsim check` finds a name that is misspelt."
            raise UnknownName(f"{self.NAME}: the event given is undefined; its events are those of {names}. {hint}")
        raise UnknownName(f"{self.NAME} has no event {given}; its events are those of {names}.{hint}")
