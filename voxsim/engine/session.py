"""A session: one run of a rule's scenarios, its calls, timers, requests and sockets, from Started to Terminated.

It runs scenario code, one thing at a time, and carries out the platform's start and end orders. The phases and what
each allows are in `lifecycle`; calls, players and sockets are in `units`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import CoroutineType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from voxsim.engine.appevents import AppEvents
from voxsim.engine.current import running
from voxsim.engine.diary import Diary
from voxsim.engine.emitter import NotAFunction
from voxsim.engine.future import Future, Promised
from voxsim.engine.journal import plain, without
from voxsim.engine.lifecycle import RUNNING, Phase, check_move
from voxsim.engine.origin import Origin
from voxsim.engine.ports import Script
from voxsim.engine.switch import Switch, Timer
from voxsim.engine.timers import Timers
from voxsim.vocabulary.codes import FinishReason
from voxsim.vocabulary.declare import Event
from voxsim.vocabulary.errors import (
    CallEnded,
    PlaybackStopped,
    RecognitionStopped,
    ScenarioError,
    ScenarioTimeout,
    SessionEnded,
    SocketClosed,
    TaskEnded,
)

if TYPE_CHECKING:
    from voxsim.engine.net import Net
    from voxsim.engine.units.call import Call
    from voxsim.engine.units.playback import Playback
    from voxsim.engine.units.websocket import WebSocket


GAVE_UP = (CallEnded, PlaybackStopped, RecognitionStopped, SocketClosed, TaskEnded, SessionEnded)
"""What ends an async handler without being a mistake of its author: the other side went away while it waited."""


class Cuttable(Protocol):
    """A unit that is at work until its session ends."""

    def cut(self) -> None:
        """The session is over: stop, and say so where the platform does."""


Done = Callable[[Any, BaseException | None], None]


class Session(Diary):
    """One run of a rule's scenarios.

    Attributes:
        number: `sessionId`, an integer.
        key: the session's id in URLs and in the timeline.
        phase: where it is in its life.
        failures: the errors of the scenario's own code so far.
        finish_reason: why it ended, or None while it lives.
    """

    __slots__ = (
        "_told_terminating",
        "allows_sockets",
        "call_attempts",
        "calls",
        "custom_data",
        "ended",
        "failures",
        "finish_reason",
        "hide_tones",
        "idle_timer",
        "modules",
        "net_or_none",
        "number",
        "origin",
        "phase",
        "players",
        "queue_requests",
        "record_count",
        "script",
        "script_state",
        "secret",
        "sockets",
        "system_error",
        "timers",
        "units",
    )

    EVENTS: ClassVar = AppEvents
    NAME: ClassVar = "VoxEngine"

    def __init__(self, switch: Switch, script: Script, origin: Origin, custom_data: str = "") -> None:
        self.number, self.key = switch.ids.session(switch.now)
        super().__init__(self, self.key)
        self.switch = switch
        self.script = script
        self.origin = origin
        self.custom_data = custom_data
        self.secret = switch.ids.secret()
        self.phase = Phase.LOADING
        self._told_terminating = False
        self._records: list[Any] = []
        self._hidden: tuple[str, ...] = ()
        self.failures: tuple[ScenarioError, ...] = ()
        self.finish_reason: FinishReason | None = None
        self.system_error = False
        self.calls: dict[str, Call] = {}
        self.call_attempts = 0
        self.players: dict[str, Playback] | None = None
        self.sockets: dict[str, WebSocket] | None = None
        self.units: dict[str, Cuttable] | None = None
        self.queue_requests = 0
        self.record_count = 0
        self.allows_sockets = False
        self.hide_tones = False
        self.modules: tuple[str, ...] = ()
        self.timers: Timers | None = None
        self.net_or_none: Net | None = None
        self.idle_timer: Timer | None = None
        self.script_state: Any = None
        self.ended: Future[Session] = Future(switch, f"the end of session {self.key}")
        switch.remember(self)
        facts = {"startedBy": origin.started_by, "rule": origin.rule_name, "application": origin.application_name}
        if origin.conference_name is not None:
            facts["conference"] = origin.conference_name
        self.note("session", "created", None, facts)

    def __repr__(self) -> str:
        return f"<Session {self.key} {self.phase.value}>"

    # --- running scenario code ---

    def run(self, handler: Any, *args: Any, done: Done | None = None) -> Any:
        """Run a handler of the scenario at once; a coroutine it makes goes on as a task, and `done` gets its outcome.

        An error is recorded and the session goes on. A handler that is no function, or that used up its time, ends it.
        """
        token = running.set(self)
        watch = self.switch.watch
        watch.stretch += 1
        watch.inside = True
        try:
            result = handler(*args)
        except (Exception, ScenarioTimeout, SystemExit, GeneratorExit) as error:  # noqa: BLE001 - a scenario may raise anything
            watch.inside = False
            self.failed(error, fatal=not callable(handler), culprit=handler)
            return None
        finally:
            watch.inside = False
            running.reset(token)
        if type(result) is CoroutineType:
            self.switch.tasks.start(self, result, done or self.task_done)
        elif type(result) is Promised:
            result.on_done(partial(self.switch.post, self._promise_done, result, done or self.task_done))
        return result

    def _promise_done(self, promised: Promised[Any], done: Done) -> None:
        """What a handler promised has come about, or failed."""
        try:
            value = promised.result()
        except Exception as error:  # noqa: BLE001 - a scenario may raise anything
            done(None, error)
        else:
            done(value, None)

    def task_done(self, result: Any, error: BaseException | None) -> None:
        """A coroutine of the scenario has ended."""
        if error is not None and gave_up(error):
            explained = self.script.explain(error)
            self.note("session", "handler ended", None, {"why": explained.message, "where": explained.where})
        elif error is not None:
            self.failed(error)

    def failed(self, error: BaseException, *, fatal: bool = False, culprit: Any = None) -> None:
        """Record an error of the scenario's own code; a fatal one ends the session."""
        if isinstance(culprit, NotAFunction):
            text = f"The handler is not a function, but {_kind(culprit.given)}."
            explained = ScenarioError(text, where=culprit.where, fatal=True)
        elif isinstance(error, TypeError) and fatal:
            explained = ScenarioError(f"The handler is not a function, but {_kind(culprit)}.", fatal=True)
        else:
            explained = self.script.explain(error, culprit)
        self._keep_failure(explained)
        if explained.fatal:
            self.end(FinishReason.ERROR, system_error=True)

    def _keep_failure(self, explained: ScenarioError) -> None:
        """Remember an error of the scenario's own code, with no secret in it."""
        explained.message = without(explained.message, self._hidden)
        explained.args = (explained.message,)
        self.failures = (*self.failures, explained)
        data = {"where": explained.where, "frames": list(explained.frames), "fatal": explained.fatal}
        self.note("error", explained.message, None, data)

    # --- the start ---

    def begin(self, call: Call | None = None, alerting: Event | None = None) -> None:
        """Queue the start: the scenarios are loaded, then Started comes, and CallAlerting right behind it.

        Both are queued before all that the top level of the scenarios begins, as on the platform.
        """
        for told in self.switch.on_session_begin:
            told(self)
        self.switch.post(self._load_all)
        self.emit(self._started())
        if call is not None and alerting is not None:
            self.emit(alerting)

    def _load_all(self) -> None:
        for index, name in enumerate(self.script.names):
            if self.phase is not Phase.LOADING:
                return
            self.note("session", "loading", None, {"scenario": name})
            self._load(index)
        if self.custom_data:
            self.note("session", "custom_data", None, {"customData": self.custom_data})
        if self.phase is Phase.LOADING:
            self._move(RUNNING)
            self.note("session", "loaded")
            self.watch_idleness()

    def _load(self, index: int) -> None:
        token = running.set(self)
        watch = self.switch.watch
        watch.stretch += 1
        watch.inside = True
        try:
            self.script.load(self, index)
        except (Exception, ScenarioTimeout, SystemExit, GeneratorExit) as error:  # noqa: BLE001 - a scenario may raise anything
            explained = self.script.explain(error)
            explained.fatal = True
            self._keep_failure(explained)
            self.end(FinishReason.ERROR, system_error=True)
        finally:
            watch.inside = False
            running.reset(token)

    def _started(self) -> Event:
        return AppEvents.Started(self.number, self.origin, self.key, self.secret)

    @property
    def access_url(self) -> str:
        """The managing URL of this session (http)."""
        return self.origin.access_url.format(session=self.key, secret=self.secret)

    @property
    def access_secure_url(self) -> str:
        """The managing URL of this session (https)."""
        return self.origin.access_secure_url.format(session=self.key, secret=self.secret)

    # --- what it has going ---

    def keep(self, identity: str, unit: Cuttable) -> None:
        """Remember a unit that is at work, such as a recorder: it is cut when the session's end begins."""
        if self.units is None:
            self.units = {}
        self.units[identity] = unit

    def drop(self, identity: str) -> None:
        """A unit that was kept has ended."""
        if self.units is not None:
            self.units.pop(identity, None)

    def needs(self, module: str) -> None:
        """Something of a module is used: without its `require` the platform does not have it."""
        if module.lower() not in self.modules:
            self.warn(f"require(Modules.{module}) is missing: on the platform nothing of this module exists without.")
            self.modules = (*self.modules, module.lower())

    # --- idleness ---

    def watch_idleness(self) -> None:
        """Start, stop or change the clock that ends a session without calls."""
        if self.phase is not RUNNING:
            return
        if self.idle_timer is not None:
            self.idle_timer.cancel()
            self.idle_timer = None
        if not self.calls and self.phase is RUNNING:
            limits = self.switch.limits
            name = "idle_with_queue_seconds" if self.queue_requests else "idle_seconds"
            self.idle_timer = self.switch.after(getattr(limits, name), self._idle, name)

    def _idle(self, name: str) -> None:
        self.idle_timer = None
        if self.calls:
            return
        self.limit(name, getattr(self.switch.limits, name))
        self.end(FinishReason.TIMEOUT)

    # --- the end ---

    def end(self, reason: FinishReason, *, system_error: bool = False) -> None:
        """Ask for the session's end; a second request changes nothing."""
        if self.phase not in (Phase.LOADING, RUNNING):
            return
        self._move(Phase.CLOSING)
        self.finish_reason = reason
        self.system_error = system_error
        self.note("session", "closing", None, {"reason": str(reason)})
        if self.idle_timer is not None:
            self.idle_timer.cancel()
            self.idle_timer = None
        if self.timers is not None:
            self.timers.clear()
        if self.net_or_none is not None:
            self.net_or_none.drop_queued()
            self.net_or_none.watch_pending()
        self.switch.post(self.settle)

    def settle(self) -> None:
        """Take the next step of the end, when no HTTP request holds it back."""
        if self.net_or_none is not None and self.net_or_none.busy:
            return
        if self.phase is Phase.CLOSING:
            self._begin_terminating()
        elif self.phase is Phase.TERMINATING and self._told_terminating:
            self._begin_terminated()

    def _begin_terminating(self) -> None:
        self._move(Phase.TERMINATING)
        # What their coroutines wait for can no longer come: as on the platform, they never go on.
        self.switch.tasks.cancel(self)
        for player in tuple((self.players or {}).values()):
            player.cut()
        for socket in tuple((self.sockets or {}).values()):
            socket.cut()
        for unit in tuple((self.units or {}).values()):
            unit.cut()
        self.switch.post(self._tell_terminating)

    def _tell_terminating(self) -> None:
        self._deliver(AppEvents.Terminating(system_error=self.system_error))
        self._told_terminating = True
        # One step later: an async handler has had its first turn by then, and has made its request.
        self.switch.post(self.settle)

    def _begin_terminated(self) -> None:
        self._move(Phase.TERMINATED)
        self._deliver(AppEvents.Terminated(system_error=self.system_error))
        self.switch.post(self._finish)

    def _finish(self) -> None:
        self._move(Phase.ENDED)
        for call in tuple(self.calls.values()):
            call.leg.platform_ends(failed=self.system_error)
        self.switch.tasks.cancel(self)
        self.switch.post(self._close)

    def _close(self) -> None:
        self._give_up_waiting(SessionEnded(f"Session {self.key} has ended: {self.finish_reason}."))
        self.note("session", "ended", None, {"reason": str(self.finish_reason)})
        self.switch.forget(self)
        self.script.release(self)
        self._listeners = None
        self.ended.set(self)
        for told in self.switch.on_session_end:
            told(self)

    def _move(self, phase: Phase) -> None:
        check_move(self.phase, phase)
        self.phase = phase

    def broken(self, error: Exception) -> None:
        """A step of the engine failed for this session: it ends, and all others go on."""
        text = f"voxsim itself failed for this session: {type(error).__name__}: {error}. Please report it."
        self.failures = (*self.failures, ScenarioError(text, fatal=True))
        self.note("error", text, None, {"where": "", "frames": [], "fatal": True})
        self.end(FinishReason.ERROR, system_error=True)


def gave_up(error: BaseException) -> bool:
    """Whether an error says no more than that the other side went away."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(gave_up, error.exceptions))
    return isinstance(error, GAVE_UP)


def _kind(value: Any) -> str:
    return "None" if value is None else f"a {type(value).__name__} ({str(plain(value))[:40]!r})"
