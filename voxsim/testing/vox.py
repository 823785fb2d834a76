"""Vox: the fixture. A platform in virtual time, its outside, and what a test wants to know of it.

It is the test's trio clock: time moves only inside awaits, and as far as what is awaited needs.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import trio

from voxsim.driver import Driver, Pace
from voxsim.driver.scheduling import deterministic
from voxsim.engine.future import Future
from voxsim.engine.http import HttpRequest
from voxsim.engine.journal import Record
from voxsim.engine.session import Session
from voxsim.engine.sounds import Sounds
from voxsim.engine.timing import Timing
from voxsim.parties.behaviour import Behaviour
from voxsim.parties.line import Line
from voxsim.parties.web import Peer
from voxsim.parties.world import Files, World
from voxsim.testing.calls import Words
from voxsim.testing.expect import ExpectationFailed, Stream, Timed, contains, quoted
from voxsim.testing.handles import PartyHandle, SessionHandle, SocketHandle
from voxsim.testing.plays import Plays
from voxsim.testing.sdkclients import Clients
from voxsim.testing.surroundings import Surroundings
from voxsim.vocabulary.errors import BadArgument, ScenarioError, VoxsimError
from voxsim.vocabulary.limits import Limits


class Vox(trio.abc.Clock, Surroundings, Plays, Clients, Timed):
    """A platform for one test.

    Args:
        folder: where scenario files are looked for besides the working directory.
        seed: for ids and chance.
        time: `auto`, `manual`, `real` or a factor such as `x10`.
        until: seconds of scenario time after which a test is given up.
        limits, timing, sounds: the platform's figures.
        stranger: how somebody behaves whom nobody plays; by default such calls fail with 404.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        seed: int = 0,
        time: str = "auto",
        until: float = 24 * 3600,
        limits: Limits | None = None,
        timing: Timing | None = None,
        sounds: Sounds | None = None,
        stranger: str | Behaviour | None = None,
    ) -> None:
        self.world = World(
            seed=seed,
            pace=Pace.parse(time),
            until=until,
            limits=limits,
            timing=timing,
            sounds=sounds,
            stranger=None if stranger is None else Behaviour.of(stranger),
        )
        self._folder = folder
        self.met = [0]
        self._handles: dict[str, SessionHandle] = {}
        self._parties: list[PartyHandle] = []
        self._records: list[Record] = []
        self._logs: Stream[Record] = Stream(self.world.switch, self._records, _in_words, self.met)
        self._requests: Stream[HttpRequest] = Stream(
            self.world.switch, self.world.web.requests, _request_in_words, self.met
        )
        self._connected: list[tuple[str, SocketHandle]] = []
        self._peers: Stream[tuple[str, SocketHandle]] = Stream(
            self.world.switch, self._connected, lambda one: one[0], self.met
        )
        self.world.web.on_peer.append(self._peer_came)
        self.world.web.on_request.append(self._requests.grew)
        self._known: set[int] = set()
        self.world.switch.subscribe(self._recorded, ("log", "error"))
        self.world.directory.on_line.append(self._offered)

    # --- the test's trio clock ---

    @property
    def driver(self) -> Driver:
        """What moves time."""
        return self.world.driver

    def start_clock(self) -> None:
        """Trio starts."""
        self.driver.start_clock()

    def current_time(self) -> float:
        """Scenario time in seconds."""
        return self.driver.current_time()

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """All is blocked: the driver takes over."""
        return self.driver.deadline_to_sleep_time(deadline)

    @property
    def now(self) -> float:
        """Scenario time so far, in seconds."""
        return self.world.switch.now / 1e6

    @property
    def seed(self) -> int:
        """What ids and chance come from."""
        return self.world.seed

    # --- the outside ---

    def phone(self, number: str = "+15550001", behaviour: str | Behaviour | None = None, **how: Any) -> PartyHandle:
        """A phone. Behaviour as text, as keywords (`answer=3`, `press="1@2"`, `busy=True`), or both."""
        return self._party("pstn", number, behaviour, how)

    def user(self, name: str, behaviour: str | Behaviour | None = None, **how: Any) -> PartyHandle:
        """A user of the application, logged in unless `online=False`; `devices=2` or a mapping lets several ring."""
        return self._party("user", name, behaviour, how)

    def sip(self, address: str, behaviour: str | Behaviour | None = None, **how: Any) -> PartyHandle:
        """A SIP peer."""
        return self._party("sip", address, behaviour, how)

    def whatsapp(self, number: str, behaviour: str | Behaviour | None = None, **how: Any) -> PartyHandle:
        """A WhatsApp user."""
        return self._party("wab", number, behaviour, how)

    # --- sessions ---

    def scenario(self, files: Files, pattern: str = ".*", *, video_conference: bool = False) -> None:
        """Let calls and conferences whose destination matches the pattern run this scenario, or these in order.

        Rules are tried in the order in which they are given here; one with `video_conference` has endpoints.
        """
        self.world.add_rule(self.paths(files), pattern, video_conference=video_conference)

    def start(self, scenario: Files, custom_data: str = "") -> SessionHandle:
        """Begin a session over HTTP, as StartScenarios does."""
        return self._handle(self.world.start(self.world.rule(self.paths(scenario)), custom_data))

    def start_conference(self, name: str, scenario: Files | None = None, custom_data: str = "") -> SessionHandle:
        """Begin the session that holds a conference, or find the one that does, as StartConference does.

        Args:
            name: the conference's id, as `VoxEngine.call_conference` knows it.
            scenario: what holds it; the rule that matches the name when None.
            custom_data: for a new session.
        """
        rule = None if scenario is None else self.world.rule(self.paths(scenario))
        return self._handle(self.world.start_conference(name, rule, custom_data))

    def conference(self, name: str) -> SessionHandle:
        """The session that holds a conference, or held it last.

        Raises:
            VoxsimError: nobody has joined it yet.
        """
        for session in reversed(self.world.sessions):
            if session.origin.conference_name == name:
                return self._handle(session)
        raise VoxsimError(f"Nobody has joined the conference {name!r} yet.")

    @property
    def sessions(self) -> list[SessionHandle]:
        """All sessions so far."""
        return [self._handle(session) for session in self.world.sessions]

    @property
    def session(self) -> SessionHandle:
        """The session that began last.

        Raises:
            VoxsimError: none has begun yet.
        """
        if not self.world.sessions:
            raise VoxsimError("No session has begun yet: dial, or start a scenario, and await something.")
        return self._handle(self.world.sessions[-1])

    async def finished(self) -> SessionHandle:
        """Wait until all sessions have ended, and all call lists; return the session that began last.

        Raises:
            ExpectationFailed: nothing is left to happen and a session is alive; the message says who would have to act.
        """
        __tracebackhide__ = True
        await self.settled()
        switch, platform = self.world.switch, self.world.platform
        while switch.sessions or platform.open_call_lists:
            session = next(iter(switch.sessions.values()), None)
            try:
                if session is not None:
                    await session.ended
                else:
                    await self._call_list_over()
            except VoxsimError as error:
                raise ExpectationFailed(str(error), switch.sequence) from None
        return self.session

    def run(self) -> SessionHandle:
        """In a test without async: run until all has ended as for `finished`; return the session that began last.

        Raises:
            ExpectationFailed: nothing is left to happen and a session is alive.
        """
        __tracebackhide__ = True
        switch, platform = self.world.switch, self.world.platform
        try:
            with deterministic(self.seed):
                trio.run(self.driver.run, lambda: not (switch.sessions or platform.open_call_lists), clock=self)
        except VoxsimError as error:
            raise ExpectationFailed(str(error), switch.sequence) from None
        return self.session

    # --- time ---

    async def advance(self, seconds: float) -> None:
        """Let so many seconds pass.

        Raises:
            BadArgument: time cannot go on by that.
        """
        if not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
            raise BadArgument(f"Time goes on by a number of seconds, got {seconds!r}.")
        self.driver.allow(seconds)
        future: Future[None] = Future(self.world.switch, f"{seconds:g} s to pass")
        self.world.switch.after(seconds, self._pass, future)
        await future

    def _pass(self, future: Future[None]) -> None:
        """Be done once all that is due at this instant has happened."""
        self.world.switch.at(self.world.switch.now, future.set, None)

    def settled(self) -> Future[None]:
        """To be awaited: done when all that is due at the present instant has happened."""
        future: Future[None] = Future(self.world.switch, "the present instant to pass")
        self.world.switch.at(self.world.switch.now, future.set, None)
        return future

    @contextlib.contextmanager
    def outside(self) -> Iterator[None]:
        """Hold virtual time while the test does real work of its own, such as reading a socket."""
        with self.driver.outside():
            yield

    # --- expectations ---

    async def logged(self, words: Words, *, session: Session | None = None, seconds: float | None = None) -> str:
        """A session writes a line with these words in it; returns the line."""
        __tracebackhide__ = True
        key = None if session is None else session.key
        record = await self._logs.next(
            lambda one: one.kind == "log" and key in (None, one.session) and contains(words, one.name),
            f"a log line with {quoted(words)}",
            seconds if seconds is not None else self._seconds,
        )
        return record.name

    async def requested(self, method: str = "*", url: str = "*", body: Words = "") -> HttpRequest:
        """A session makes such an HTTP request; `*` stands for anything. Returns the request."""
        __tracebackhide__ = True

        def matches(one: HttpRequest) -> bool:
            return method in ("*", one.method) and fnmatchcase(one.url, url) and contains(body, one.text)

        return await self._requests.next(matches, f"a request {method} {url}", self._seconds)

    async def connected(self, url: str = "*") -> SocketHandle:
        """A scenario connects a WebSocket to such a URL; `*` stands for anything. Returns the far side of it."""
        __tracebackhide__ = True
        handle = await self._peers.next(lambda one: fnmatchcase(one[0], url), f"a WebSocket to {url}", self._seconds)
        return handle[1]

    def socket(self, url: str = "*") -> SocketHandle:
        """The far side of the WebSocket that a scenario connected last to such a URL.

        Raises:
            VoxsimError: there is none yet; `connected` waits for it.
        """
        for connected, handle in reversed(self._connected):
            if connected == url or fnmatchcase(connected, url):
                return handle
        raise VoxsimError(f"No scenario has connected to {url!r} yet; `await vox.connected(...)` waits for it.")

    async def never(self, words: Words, seconds: float | None = None) -> None:
        """From here on no session writes such a line, for so many seconds (None: until all is over)."""
        __tracebackhide__ = True
        await self._logs.none(
            lambda one: one.kind == "log" and contains(words, one.name),
            f"a log line with {quoted(words)}",
            seconds if seconds is not None else self._seconds,
        )

    async def failed(self, words: Words = "") -> ScenarioError:
        """A scenario fails with such an error: expected here, so the test does not fail for it. Returns the error."""
        __tracebackhide__ = True
        await self._logs.next(
            lambda one: one.kind == "error" and contains(words, one.name),
            f"a scenario error with {quoted(words)}",
            self._seconds,
        )
        for error in self.world.failures:
            if id(error) not in self._known and contains(words, error.message):
                self._known.add(id(error))
                return error
        raise VoxsimError("The error was expected already.")

    @property
    def failures(self) -> list[ScenarioError]:
        """The errors of scenarios that the test did not expect."""
        return [error for error in self.world.failures if id(error) not in self._known]

    # --- the picture ---

    def ladder(self, mark: int | None = None) -> str:
        """The picture of what happened so far, with a mark behind the record of this sequence number."""
        from voxsim.timeline import render_ladder

        return render_ladder(self.world.journal, colour=False, width=110, mark=mark)

    def report(self, mark: int | None = None) -> str:
        """What to read when a test fails: the picture, what nobody answered, and the seed."""
        lines = [self.ladder(mark)]
        lines += [f"Nobody answered: {request}" for request in self.web.unexpected]
        lines += [f"Nobody plays: {number}" for number in self.world.directory.unplayed]
        lines.append(f"seed: {self.seed}")
        return "\n".join(lines)

    # --- inside ---

    async def _call_list_over(self) -> None:
        from voxsim.testing.campaign import over

        await over(self.world.platform.open_call_lists[0], self.world.switch)

    def paths(self, files: Files) -> tuple[str, ...]:
        """Scenario files as they are found: from the working directory, or beside the test."""
        given = (files,) if isinstance(files, str | Path) else tuple(files)
        return tuple(self._path(Path(file)) for file in given)

    def _path(self, file: Path) -> str:
        if not file.is_absolute() and not file.exists() and self._folder is not None:
            beside = self._folder / file
            if beside.exists():
                return str(beside)
        return str(file)

    def _party(self, kind: str, address: str, behaviour: str | Behaviour | None, how: dict[str, Any]) -> PartyHandle:
        handle = PartyHandle(self, self.world.add_party(kind, address, behaviour, **how))
        self._parties.append(handle)
        return handle

    def _offered(self, line: Line) -> None:
        for handle in self._parties:
            if handle.party is line.party:
                handle.offered(line)

    def _handle(self, session: Session) -> SessionHandle:
        if session.key not in self._handles:
            self._handles[session.key] = SessionHandle(self, session)
        return self._handles[session.key]

    def _recorded(self, record: Record) -> None:
        self._records.append(record)
        self._logs.grew(record)

    def _peer_came(self, url: str, peer: Peer) -> None:
        self._connected.append((url, SocketHandle(self, peer)))
        self._peers.grew(self._connected[-1])


def _in_words(record: Record) -> str:
    return f"{record.seconds:.3f} s: {record.kind} {record.name!r}"


def _request_in_words(request: HttpRequest) -> str:
    return f"{request.method} {request.url}"
