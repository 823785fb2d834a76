"""The switch: what spans sessions. The clock, the queue of steps, the sessions, the journal, ids and chance.

Order is data: whatever happens has (instant, sequence). Steps due now run first in, first out; later ones come from
one heap. A session knows its switch and nothing of other sessions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import chain
from random import Random
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.ids import Ids
from voxsim.engine.journal import Record
from voxsim.engine.lifecycle import JOINABLE
from voxsim.engine.ports import Outside, Tasks, Voices, Watch, Web
from voxsim.engine.recognition import Recognition
from voxsim.engine.sounds import Sounds
from voxsim.engine.timing import Timing
from voxsim.engine.tones import Tones
from voxsim.vocabulary.errors import VoxsimError
from voxsim.vocabulary.limits import Limits

if TYPE_CHECKING:
    from voxsim.engine.connectors.ports import Agents
    from voxsim.engine.dialogs import Dialogs
    from voxsim.engine.queues import Queues
    from voxsim.engine.recording import Recordings
    from voxsim.engine.services import Services
    from voxsim.engine.session import Session
    from voxsim.engine.units.streamingagent import Streaming

EPOCH: Final = 1_767_225_600
"""Where virtual time begins: 2026-01-01T00:00:00 UTC, in unix seconds."""

_COMPACT_FROM: Final = 64


class Timer:
    """One step that is due later. Cancelled timers stay in the heap, empty, until it is swept."""

    __slots__ = ("_switch", "call")

    def __init__(self, switch: Switch, call: tuple[Callable[..., Any], tuple[Any, ...]]) -> None:
        self._switch = switch
        self.call: tuple[Callable[..., Any], tuple[Any, ...]] | None = call

    def cancel(self) -> None:
        """Take the step back; nothing happens when it has been done already."""
        if self.call is not None:
            self.call = None
            self._switch.count_cancelled()

    def fire(self) -> None:
        """Take the step, unless it was taken back at this very instant."""
        if self.call is None:
            self._switch.count_cancelled(-1)
            return
        step, args = self.call
        self.call = None
        try:
            step(*args)
        except Exception as error:  # noqa: BLE001 - one bad session must not harm another
            _blame(step, args, error)


def hold(timers: list[Timer], timer: Timer) -> None:
    """Add a timer to those that their owner may take back; now and then those that have been are dropped."""
    size = len(timers)
    if size & (size - 1) == 0:
        timers[:] = [one for one in timers if one.call is not None]
    timers.append(timer)


def _blame(step: Any, args: tuple[Any, ...] | None, error: Exception) -> None:
    """End the session whose step failed; what belongs to no session goes up."""
    for owner in (*_owners(step), *chain.from_iterable(map(_owners, args or ()))):
        session = getattr(owner, "session", owner)
        if hasattr(session, "broken"):
            session.broken(error)
            return
    raise error


def _owners(step: Any, depth: int = 3) -> Iterator[Any]:
    """Whom a step, or what it is called with, may belong to: it is one's method, or has closed over one."""
    yield getattr(step, "__self__", step)
    for cell in (getattr(step, "__closure__", None) or ()) if depth else ():
        with suppress(ValueError):  # of a cell that is empty
            yield from _owners(cell.cell_contents, depth - 1)


def _is_cancelled(due: Timer | tuple[Any, ...]) -> bool:
    return type(due) is Timer and due.call is None


class Switch:
    """The engine's centre. All times inside are integer microseconds since the run's epoch.

    Args:
        seed: for ids and chance; the same seed gives the same run.
        random: a random source in place of a seeded one (a server gives the system's).
        limits, timing, sounds: the platform's figures.
        epoch: unix seconds at which the run begins.
        loose_records: how many records of no session are kept, or None for all (a server runs for weeks).
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        random: Random | None = None,
        limits: Limits | None = None,
        timing: Timing | None = None,
        sounds: Sounds | None = None,
        epoch: int = EPOCH,
        loose_records: int | None = None,
    ) -> None:
        self.seed = seed
        self.random = random or Random(seed)  # noqa: S311 - reproducible on purpose; a server passes its own
        self.limits = limits or Limits()
        self.timing = timing or Timing()
        self.sounds = sounds or Sounds()
        self.recognition = Recognition()
        self.epoch = epoch
        self.ids = Ids(self.random, epoch)
        self.now = 0
        self.sequence = 0
        self.sessions: dict[str, Session] = {}
        self._conferences: dict[tuple[int, str], Session] = {}
        self.loose: deque[Record] = deque(maxlen=loose_records)
        # Who is told of every record; and of those kinds that somebody wants in particular, all who are told of them.
        self.subscribers: tuple[Callable[[Record], None], ...] = ()
        self.subscribers_of: dict[str, tuple[Callable[[Record], None], ...]] = {}
        self._subscriptions: list[tuple[Callable[[Record], None], frozenset[str] | None]] = []
        # Who is told of records together, and of which he has not been told yet.
        self._followers: list[tuple[list[Record], Callable[[Sequence[Record]], None]]] = []
        self.on_session_begin: list[Callable[[Session], None]] = []
        self.on_session_end: list[Callable[[Session], None]] = []
        self.watch = Watch()
        self.outside: Outside = _Unset("outside")
        self.web: Web = _Unset("web")
        self.agents: Agents = _Unset("agents")
        self.dialogs: Dialogs = _Unset("dialogs")
        self.streaming: Streaming = _Unset("streaming")
        self.tasks: Tasks = _Unset("tasks")
        self.voices: Voices = Tones()
        self.services: Services = _Unset("services")
        # Steps that are due: a function and its arguments, or a timer that can still be taken back, and None.
        self.ready: deque[tuple[Any, tuple[Any, ...] | None]] = deque()
        self._heap: list[tuple[int, int, Any]] = []
        self._cancelled = 0

    @cached_property
    def recordings(self) -> Recordings:
        """Who keeps what is recorded; by default it is remembered."""
        from voxsim.engine.recording import Remembered

        return Remembered()

    @cached_property
    def queues(self) -> Queues:
        """The queues of all applications, and who serves them."""
        from voxsim.engine.queues import Queues

        return Queues(self)

    # --- steps ---

    def post(self, step: Callable[..., Any], *args: Any) -> None:
        """Do this at the present instant, after all that is already due."""
        self.ready.append((step, args))

    def after(self, seconds: float, step: Callable[..., Any], *args: Any) -> Timer:
        """Do this so many seconds from now."""
        self.sequence = n = self.sequence + 1
        timer = Timer(self, (step, args))
        heappush(self._heap, (self.now + round(seconds * 1_000_000), n, timer))
        return timer

    def after_ms(self, milliseconds: float, step: Callable[..., Any], *args: Any) -> Timer:
        """Do this so many milliseconds from now."""
        return self.at(self.now + round(milliseconds * 1000), step, *args)

    def at(self, instant: int, step: Callable[..., Any], *args: Any) -> Timer:
        """Do this at an instant (microseconds); one that has passed counts as now."""
        self.sequence = n = self.sequence + 1
        timer = Timer(self, (step, args))
        heappush(self._heap, (max(self.now, instant), n, timer))
        return timer

    def later(self, milliseconds: float, step: Callable[..., Any], *args: Any) -> None:
        """As `after_ms`, for a step that nobody will take back."""
        self.sequence = n = self.sequence + 1
        heappush(self._heap, (self.now + round(milliseconds * 1000), n, (step, args)))

    def step(self) -> bool:
        """Take the next step that is due at the present instant; False when there is none."""
        return self.run_due(most=1) == 1

    def run_due(self, most: int = 1 << 62, stop: Collection[Any] = (), horizon: int = -1) -> int:
        """Take the steps that are due, and count them.

        Args:
            most: take no more than so many.
            stop: return as soon as there is something in it.
            horizon: move time on, from one due step to the next, as far as this instant; by default it stays.
        """
        ready = self.ready
        take = ready.popleft
        for taken in range(most):
            if ready:
                step, args = take()
            elif (due := self._next(horizon)) is not None:
                step, args = due
            else:
                return taken
            try:
                if args is None:
                    step.fire()
                else:
                    step(*args)
            except Exception as error:  # noqa: BLE001 - one bad session must not harm another
                _blame(step, args, error)
            if stop:
                return taken + 1
        return most

    @property
    def next_instant(self) -> int | None:
        """When the next step is due, in microseconds; None when nothing is left to happen."""
        if self.ready:
            return self.now
        heap = self._heap
        while heap and _is_cancelled(heap[0][2]):
            heappop(heap)
            self._cancelled -= 1
        return heap[0][0] if heap else None

    def advance(self, instant: int) -> None:
        """Move the clock forward to an instant. Time never falls, and never jumps over a step that is due."""
        if instant < self.now:
            raise VoxsimError(f"Time cannot go back from {self.now} to {instant} microseconds.")
        self.now = instant

    def _next(self, horizon: int) -> tuple[Any, tuple[Any, ...]] | None:
        """Take the heap's next step: one due now, or due next up to a horizon; others of its instant are queued."""
        heap = self._heap
        while heap:
            instant, _, due = heappop(heap)
            call: tuple[Any, tuple[Any, ...]] | None = due
            if type(due) is Timer:
                call = due.call
                if call is None:
                    self._cancelled -= 1
                    continue
            if instant > self.now:
                if instant > horizon:
                    heappush(heap, (instant, _, due))
                    return None
                self.now = instant
            if type(due) is Timer:
                due.call = None
            if heap and heap[0][0] <= self.now:
                self._queue_due()
            return call
        return None

    def _queue_due(self) -> None:
        """Queue the heap's steps that are due now, in order; those that can be taken back can still be."""
        heap, ready = self._heap, self.ready
        while heap and heap[0][0] <= self.now:
            due = heappop(heap)[2]
            if type(due) is not Timer:
                ready.append(due)
            elif due.call is None:
                self._cancelled -= 1
            else:
                ready.append((due, None))

    def count_cancelled(self, more: int = 1) -> None:
        """Count empty timers in the heap, and sweep it when they are the larger part."""
        self._cancelled += more
        if self._cancelled > _COMPACT_FROM and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if not _is_cancelled(entry[2])]
            heapify(self._heap)
            self._cancelled = 0

    # --- sessions ---

    def remember(self, session: Session) -> None:
        """A session begins; one that was begun for a conference holds it from now on."""
        self.sessions[session.key] = session
        origin = session.origin
        if origin.conference_name is not None:
            self._conferences[origin.application_id, origin.conference_name] = session

    def forget(self, session: Session) -> None:
        """A session is over."""
        self.sessions.pop(session.key, None)
        origin = session.origin
        if origin.conference_name is not None:
            held = origin.application_id, origin.conference_name
            if self._conferences.get(held) is session:
                del self._conferences[held]

    def conference(self, application: int, name: str) -> Session | None:
        """The session that holds a conference of an application, while it can still be joined; or None."""
        session = self._conferences.get((application, name))
        return session if session is not None and session.phase in JOINABLE else None

    # --- the journal ---

    def note(self, session: Session | None, kind: str, name: str, unit: str | None = None, data: Any = None) -> None:
        """Record one happening at the present instant, of a session or of none."""
        if session is not None:
            session.note(kind, name, unit, data)
            return
        self.sequence = n = self.sequence + 1
        record = Record(self.now, n, None, kind, name, unit, data)
        self.loose.append(record)
        for subscriber in self.subscribers_of.get(kind, self.subscribers):
            subscriber(record)

    def subscribe(
        self, subscriber: Callable[[Record], None], kinds: Collection[str] | None = None
    ) -> Callable[[], None]:
        """Be told records as they are made; returns what ends the subscription.

        Args:
            subscriber: is called with each record.
            kinds: those of these kinds alone, which is much cheaper; None for all.
        """
        subscription = subscriber, None if kinds is None else frozenset(kinds)
        self._subscriptions.append(subscription)
        self._tell_subscribers()

        def cancel() -> None:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)
                self._tell_subscribers()

        return cancel

    def follow(self, follower: Callable[[Sequence[Record]], None], kinds: Collection[str]) -> None:
        """Be told records of these kinds together, in order, at each `catch_up`.

        This costs those who make the records nearly nothing. Whoever moves the engine catches up before anybody else
        has a turn, so for the world outside nothing comes later than if it was told at once.

        Args:
            follower: is called with the records since its last call, one at least.
            kinds: the kinds of records that it is told.
        """
        waiting: list[Record] = []
        self._followers.append((waiting, follower))
        self.subscribe(waiting.append, kinds)

    @property
    def is_behind(self) -> bool:
        """Whether followers have not been told of everything yet."""
        return any(waiting for waiting, _ in self._followers)

    def catch_up(self) -> None:
        """Tell followers what has been recorded since they were told last."""
        for waiting, follower in self._followers:
            if waiting:
                records = tuple(waiting)
                waiting.clear()
                follower(records)

    def _tell_subscribers(self) -> None:
        """Work out who is told of which kind."""
        wanted = {kind for _, kinds in self._subscriptions for kind in kinds or ()}
        self.subscribers = tuple(one for one, kinds in self._subscriptions if kinds is None)
        self.subscribers_of = {
            kind: tuple(one for one, kinds in self._subscriptions if kinds is None or kind in kinds)
            for kind in sorted(wanted)
        }

    def journal(self, sessions: Iterator[Session]) -> list[Record]:
        """All records of the given sessions and of no session, in order."""
        records = list(self.loose)
        for session in sessions:
            records.extend(session.timeline)
        records.sort(key=lambda record: record.n)
        return records

    # --- time as people read it ---

    @property
    def unix_time(self) -> float:
        """The present instant as unix seconds."""
        return self.epoch + self.now / 1e6


class _Unset:
    """Stands where a port has not been connected, and says so when it is used."""

    def __init__(self, port: str) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Any:
        raise VoxsimError(f"The switch has no {self._port!r} connected, but {name!r} of it is needed.")
