"""The driver: one trio task that moves the engine, and the clock that tells it when all else is blocked.

Plain handlers run inside the engine's steps. An `async def` handler runs as a trio task: the driver hands it its turn
and goes on when it waits, ends, or blocks on something of trio's own. So within a run one thing runs at a time, in the
engine's order. The trio clock is ours: trio asks it how long to sleep exactly when no task can run, and that is the
moment when virtual time may jump to the next deadline, the engine's or trio's.
"""

from __future__ import annotations

import contextlib
import gc
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Final

import trio

from voxsim.driver.inplace import InPlace
from voxsim.driver.pace import Kind, Pace
from voxsim.driver.turns import Done, Start, Stuck, TimeUp, Waiter
from voxsim.driver.watch import CpuWatch
from voxsim.engine.current import running
from voxsim.engine.future import Future
from voxsim.engine.session import gave_up
from voxsim.engine.spinning import AT_ONCE, end_spinning
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session
from voxsim.engine.switch import Switch

LONG: Final = 86_400.0
"""How long trio may sleep when nothing is due, in seconds."""

_STEPS_BEFORE_YIELD: Final = 2000
_FAR: Final = 1 << 62
_GC_OF_RUNS: Final = (500_000, 20, 100)
_GC_OF_SERVERS: Final = (20_000, 20, 20)


def _instant_of(deadline: float) -> int:
    """The first microsecond at which trio counts a deadline (in seconds) as passed."""
    instant = math.ceil(deadline * 1_000_000 - 1e-3)
    while instant / 1e6 < deadline:
        instant += 1
    return instant


class Driver(trio.abc.Clock):
    """Moves one switch. It is a trio clock, and must be the clock of the trio run that it works in.

    Args:
        switch: the engine.
        pace: how time goes.
        until: seconds after which the run is given up, or None.

    Attributes:
        turns: the tasks that are to run next, in order; None asks the driver to look around.
        waiters: the tasks that wait for something of the engine.
    """

    def __init__(self, switch: Switch, pace: Pace | None = None, until: float | None = None) -> None:
        self.switch = switch
        self.pace = pace or Pace()
        self.until = None if until is None else int(until * 1_000_000)
        self.watch = CpuWatch(switch.limits.handler_cpu_seconds)
        switch.tasks = self
        switch.watch = self.watch
        switch.on_session_end.append(self._session_ended)
        self.turns: deque[Waiter | Start | None] = deque()
        self.waiters: set[Waiter] = set()
        self._scopes: dict[str, set[trio.CancelScope]] = {}
        self._alive = 0
        self._waiting_tasks = 0
        self._in_place: InPlace | None = None
        self._held = 0
        self._beside = False
        self._settle = False
        self._ended = False
        self._finishing = False
        self._turn_of: trio.lowlevel.Task | None = None
        self._turn_at = -1
        self._crowd = self._crowded = self._untold = 0
        self._task: trio.lowlevel.Task | None = None
        self._nursery: trio.Nursery | None = None
        self._parked = ""
        self._current: trio.lowlevel.Task | None = None
        self._trio_deadline = math.inf
        self._tried: tuple[int | None, float] | None = None
        self._allowed: int | None = 0 if self.pace.kind is Kind.MANUAL else None
        self._origin: float | None = None
        self._failure: BaseException | None = None

    # --- the trio clock ---

    def start_clock(self) -> None:
        """Trio starts: real time counts from here."""
        self._origin = time.perf_counter()

    def current_time(self) -> float:
        """The time that trio sees, in seconds: scenario time."""
        if self.pace.kind is Kind.REAL:
            return self._wall()
        return self.switch.now / 1e6

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """How long trio may sleep. Trio asks when no task can run: the moment at which the driver takes over."""
        self._trio_deadline = deadline
        self.watch.rests += 1
        if deadline <= self.current_time():
            # Time has just been moved to it; trio looks for what has passed only after it has slept.
            return 0.0
        if self._finishing and deadline < math.inf and self.pace.kind is not Kind.REAL:
            # The run is over, and a handler that shields its cleanup is still at it: its time flies.
            self.switch.now = max(self.switch.now, _instant_of(deadline))
            return 0.0
        if self._parked == "turn":
            return self._wake()
        if self._parked == "idle" and self._has_work():
            return self._wake()
        if self.pace.kind is Kind.REAL:
            instant = self.switch.next_instant
            until = math.inf if self.until is None else self.until / 1e6
            due = min(deadline, until, math.inf if instant is None else instant / 1e6)
            return max(0.0, min((due - self._wall()) / self.pace.factor, LONG))
        return LONG

    def _has_work(self) -> bool:
        """Whether the driver has anything to do now that all else is blocked."""
        if self.turns or self.switch.is_behind:
            return True
        instant = self.switch.next_instant
        if self.pace.kind is Kind.REAL:
            wall = self._wall() * 1e6
            return (instant is not None and instant <= wall) or (self.until is not None and self.until <= wall)
        if instant is not None and instant <= self.switch.now:
            return True
        # What was tried in vain is not tried again until something has changed, or somebody new waits for it.
        return not self._holding() and (self._tried != (instant, self._trio_deadline) or bool(self._outer()))

    def _wall(self) -> float:
        if self._origin is None:
            return 0.0
        return (time.perf_counter() - self._origin) * self.pace.factor

    def _wake(self) -> float:
        self._parked = ""
        if self._task is not None:
            trio.lowlevel.reschedule(self._task)
        return 0.0

    # --- tasks, as the engine asks for them ---

    def start(self, session: Session | None, coroutine: Coroutine[Any, Any, Any], done: Done) -> None:
        """Run a coroutine to its end as a task; its first turn comes after the present step."""
        self.turns.append(Start(session, coroutine, done))

    async def wait(self, future: Future[Any]) -> None:
        """Give control back until the future is done."""
        if self._task is None:
            self._begin_beside()
        if future.done:
            return
        task = trio.lowlevel.current_task()
        # A handler's own nursery makes tasks that the driver does not know, but they inherit the session.
        waiter = Waiter(self.turns, self.waiters, task, future, running.get(None) is not None)
        counted = task.parent_nursery is self._nursery and not task.child_nurseries
        self.waiters.add(waiter)
        future.on_done(waiter.due)
        self._turn_over(task)
        self._waiting_tasks += counted
        try:
            await trio.lowlevel.wait_task_rescheduled(waiter.abort)
        finally:
            self._waiting_tasks -= counted
        if self._failure is not None:
            raise VoxsimError("The engine failed.") from self._failure

    def cancel(self, session: Session) -> None:
        """Cancel all tasks of a session."""
        scopes = self._scopes.pop(session.key, ())
        for scope in scopes:
            scope.cancel()
        if scopes:
            self._settle = True
            self.turns.append(None)

    @contextlib.contextmanager
    def outside(self) -> Iterator[None]:
        """Hold virtual time while real work outside of the engine is under way."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    @property
    def waiting(self) -> list[str]:
        """What the scenarios' coroutines wait for, in words."""
        return sorted(waiter.future.waiting_for for waiter in self.waiters if waiter.of_scenario)

    def allow(self, seconds: float) -> None:
        """With manual time: let it go on by so many seconds."""
        if self._allowed is not None:
            self._allowed = self.switch.now + math.ceil(seconds * 1_000_000)

    def poke(self) -> None:
        """A task outside of the scenarios has given the engine something to do: do what is due now, right here.

        So an answer need not wait for the driver's turn. While a handler has its turn nothing happens here: the driver
        goes on by itself. Only for a run in real time.
        """
        if self._parked != "idle" or self.pace.kind is not Kind.REAL:
            return
        self.watch.rests += 1
        self.switch.advance(max(self.switch.now, int(self._wall() * 1_000_000)))
        taken = 0 if self.turns else self.switch.run_due(_STEPS_BEFORE_YIELD, self.turns)
        self.switch.catch_up()
        if self.turns or taken == _STEPS_BEFORE_YIELD:
            self._wake()

    # --- running ---

    def _begin_beside(self) -> None:
        """Start the driver beside a test, as a system task of its trio run."""
        clock = trio.lowlevel.current_clock()
        if clock is not self and getattr(clock, "driver", None) is not self:
            raise VoxsimError(
                "This platform is not the trio clock here, so its time cannot move. "
                "A test whose fixtures use `vox` must take `vox` itself, too."
            )
        self._beside = True
        self._task = trio.lowlevel.spawn_system_task(self._run_beside, name="voxsim driver")

    async def _run_beside(self) -> None:
        try:
            async with self._running():
                try:
                    await self._loop(lambda: False)
                except Exception as error:  # noqa: BLE001 - must reach the test that waits, not trio's internals
                    self._failure = error
                    for waiter in self._outer():
                        if not waiter.gone:
                            self._resume(waiter)
        finally:
            self._task = None

    async def run(self, over: Callable[[], bool]) -> None:
        """Run in the calling task until `over()` says so, and raise Stuck or TimeUp when that cannot come."""
        self._task = trio.lowlevel.current_task()
        try:
            failure: Exception | None = None
            async with self._running():
                try:
                    await self._loop(over)
                except Exception as error:  # noqa: BLE001 - raised below, outside of the nursery's exception group
                    failure = error
            if failure is not None:
                raise failure
        finally:
            self._task = None

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        self.watch.install()
        # A run keeps nearly all that it makes, its timeline: looking for garbage finds next to none. A server, though,
        # runs for weeks and must not let what it finds become much.
        thresholds = gc.get_threshold()
        gc.set_threshold(*(_GC_OF_SERVERS if self.pace.kind is Kind.REAL else _GC_OF_RUNS))
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                self._in_place = InPlace.find()
                try:
                    yield
                finally:
                    self._finishing = True
                    nursery.cancel_scope.cancel()
        finally:
            self._nursery = None
            self._finishing = False
            gc.set_threshold(*thresholds)
            self.watch.remove()
            self.switch.catch_up()
            for turn in self.turns:
                if isinstance(turn, Start):
                    turn.coroutine.close()
            self.turns.clear()

    async def _loop(self, over: Callable[[], bool]) -> None:
        switch, turns = self.switch, self.turns
        while True:
            if self.pace.kind is Kind.REAL:
                switch.advance(max(switch.now, int(self._wall() * 1_000_000)))
            while turns:  # of handlers that began while a door moved the engine
                await self._take_turn(turns.popleft())
            taken = switch.run_due(_STEPS_BEFORE_YIELD, turns, self._horizon())
            while turns:
                await self._take_turn(turns.popleft())
            if taken:
                self._count(taken)
                if taken == _STEPS_BEFORE_YIELD:
                    await trio.lowlevel.checkpoint()
                continue
            self._ended = False
            if over() and not self._alive:
                return
            if self.pace.kind is Kind.REAL and self.until is not None and switch.now >= self.until:
                self._give_up(self._time_up(self.until))
            if self._others():
                switch.catch_up()
                if not turns and not switch.ready:
                    self._settle = False
                    await self._park("idle")
                if turns or switch.next_instant == switch.now or (over() and not self._alive):
                    continue
            if self.pace.kind is not Kind.REAL:
                self._jump()
            elif switch.next_instant is None and self._trio_deadline == math.inf and not self._held:
                self._give_up(Stuck(self._report()))

    def _count(self, taken: int) -> None:
        """So many steps were taken: now and then look for who spins, and tell those who follow the journal."""
        now = self.switch.now
        self._crowd = self._crowd + taken if now == self._crowded else 0
        self._crowded = now
        if self._crowd > AT_ONCE:
            self._crowd = 0
            end_spinning(self.switch)
        self._untold += taken
        if self._untold >= _STEPS_BEFORE_YIELD:
            self._untold = 0
            self.switch.catch_up()

    def _others(self) -> bool:
        """Whether tasks may be about to run that the driver does not know of: trio must be asked before time moves."""
        if self._beside or self._held or self._settle or self.pace.kind is Kind.REAL:
            return True
        if not self._alive:
            return False
        # A task that waits for the engine can still be woken by trio, through the deadline of a cancel scope.
        in_place = self._in_place
        return in_place is None or self._alive > self._waiting_tasks or in_place.has_deadlines

    def _horizon(self) -> int:
        """How far the engine may move time by itself: nobody else is there, and the run cannot be over."""
        if self._ended or self._others() or self._allowed is not None:
            return -1
        return _FAR if self.until is None else self.until

    def _jump(self) -> None:
        """Move virtual time to the next deadline, the engine's or trio's; fail what waits when there is none."""
        switch = self.switch
        instant = switch.next_instant
        self._tried = (instant, self._trio_deadline)
        if self._others() and self._trio_deadline < math.inf:
            of_trio = _instant_of(self._trio_deadline)
            instant = of_trio if instant is None else min(instant, of_trio)
        if self._holding():
            return
        if self._allowed is not None and (instant is None or instant > self._allowed):
            switch.advance(max(switch.now, self._allowed))
            self._give_up(Stuck("Time is manual: nothing more happens until `advance(seconds)` moves it."))
        elif instant is None:
            self._give_up(Stuck(self._report()))
        elif self.until is not None and instant > self.until:
            self._give_up(self._time_up(self.until))
        else:
            switch.advance(max(instant, switch.now))

    def _session_ended(self, session: Session) -> None:
        """The run may be over: let the engine stop at this instant to ask."""
        self._ended = True
        self.turns.append(None)

    def _holding(self) -> bool:
        """Whether real work is under way that time must wait for: declared, or a thread that a handler waits for."""
        return self._held > 0 or trio.to_thread.current_default_thread_limiter().borrowed_tokens > 0

    def _time_up(self, until: int) -> TimeUp:
        return TimeUp(f"The run was given up after {until / 1e6:g} s of its own time.")

    def _outer(self) -> list[Waiter]:
        """Those outside of the scenarios who wait."""
        return [waiter for waiter in self.waiters if not waiter.of_scenario]

    def _give_up(self, error: VoxsimError) -> None:
        """Tell those outside of the scenarios who wait; when the run is the driver's own, it ends."""
        if not self._beside:
            raise error
        for waiter in self._outer():
            waiter.future.fail(error)

    def _report(self) -> str:
        """Who would have to act, in words."""
        lines = []
        for session in self.switch.sessions.values():
            lines.append(f"  session {session.key} of {session.origin.rule_name or 'the scenario'}")
            for call in session.calls.values():
                leg = call.leg
                who = leg.callerid if leg.incoming else leg.number
                lines.append(f"    call with {who} is {leg.state}: one side would have to hang up")
        lines.extend(f"    the scenario waits for {words}" for words in self.waiting)
        if not lines:
            return "Nothing is left to happen."
        return "\n".join(["Nothing is left to happen, and this is still open:", *lines])

    async def _park(self, why: str) -> None:
        """Let others have their turn; who follows the journal is told of everything before that."""
        self.switch.catch_up()
        self._parked = why

        def abort(_: Any) -> trio.lowlevel.Abort:
            self._parked = ""
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(abort)

    async def _take_turn(self, turn: Waiter | Start | None) -> None:
        """Let one task run until it waits, ends, or blocks elsewhere."""
        if turn is None:
            if self._settle:
                self._settle = False
                await self._park("turn")
            return
        if isinstance(turn, Start):
            if self._nursery is None:
                raise VoxsimError("The driver has ended; no handler can begin.")
            self._alive += 1
            self._current = None
            self._nursery.start_soon(self._run_task, turn)
        elif turn.gone:
            return
        else:
            self._resume(turn)
        watch, now = self.watch, self.switch.now
        if now != self._turn_at or self._current is not self._turn_of:
            # Turns of one task at one instant count as one stretch: a loop of zero-length waits is endless, too.
            self._turn_at, self._turn_of = now, self._current
            watch.stretch += 1
        watch.inside = True
        if self._in_place is not None:
            self._in_place.step_last()
        else:
            await self._park("turn")
        watch.inside = False

    def _resume(self, waiter: Waiter) -> None:
        self.waiters.discard(waiter)
        waiter.gone = True
        self._current = waiter.task
        trio.lowlevel.reschedule(waiter.task)

    def _turn_over(self, task: trio.lowlevel.Task) -> None:
        if self._parked == "turn" and self._current in (None, task):
            self._wake()

    async def _run_task(self, start: Start) -> None:
        task = trio.lowlevel.current_task()
        self._current = task
        session = start.session
        if session is not None:
            running.set(session)
        key = session.key if session is not None else ""
        scope = trio.CancelScope()
        self._scopes.setdefault(key, set()).add(scope)
        try:
            with scope:
                start.done(await start.coroutine, None)
        except (trio.Cancelled, KeyboardInterrupt):
            raise
        except BaseException as error:
            if self._nursery is not None and self._nursery.cancel_scope.cancel_called:
                raise
            if not scope.cancel_called:
                start.done(None, error)
            elif session is not None and not gave_up(error):
                # What fails while a cancelled handler cleans up after itself does not fail the run.
                session.warn(f"A handler failed while it was cancelled: {type(error).__name__}: {error}")
        scopes = self._scopes.get(key)
        if scopes is not None:
            scopes.discard(scope)
            if not scopes:
                del self._scopes[key]
        self._alive -= 1
        self._turn_over(task)
