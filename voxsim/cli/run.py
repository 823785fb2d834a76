"""`voxsim run`: a scenario against a simulated caller, shown as a picture, with an ending when there is more to say.

The picture goes to stdout. All else (what a scenario prints, its errors, URLs that nobody answered) goes to stderr.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import trio

from voxsim.cli import terminal
from voxsim.cli.ending import ending
from voxsim.cli.pictures import picture
from voxsim.driver import Pace, Stuck, TimeUp
from voxsim.driver.scheduling import deterministic
from voxsim.engine.appevents import AppEvents
from voxsim.engine.lifecycle import Phase
from voxsim.parties import FILE
from voxsim.parties.behaviour import Behaviour
from voxsim.parties.party import NUMBER_SIGNS, Party, kind_of
from voxsim.parties.world import World
from voxsim.vocabulary.errors import ConfigurationError, VoxsimError

if TYPE_CHECKING:
    from voxsim.cli.arguments import Options
    from voxsim.cli.values import Request
    from voxsim.engine.journal import Record
    from voxsim.engine.session import Session
    from voxsim.platform.account import Application
    from voxsim.platform.rules import Rule


def run(options: Options) -> int:
    """Run the scenarios, show what happened, and return the exit status."""

    def drawn(world: World) -> Iterable[str]:
        timelines = (session.timeline for session in world.sessions)
        return picture(options.output, world.journal, timelines, world.switch.epoch)

    return perform(options, drawn)


def perform(options: Options, drawn: Callable[[World], Iterable[str]]) -> int:
    """Run the scenarios, show what is drawn of the world, with an ending, and return the exit status."""
    try:
        began = _world(options)
        trace = _trace(options)
    except ConfigurationError as error:
        options.parser.error(str(error))
    with trace, contextlib.redirect_stdout(sys.stderr):
        world, session = _begin(options, *began)
        unsent = _schedule(options.http, session)
        if options.time != "auto":
            _follow(world)
        try:
            cut_short = _move(world, options.seed)
        finally:
            _write_trace(trace, world)
    terminal.show(drawn(world))
    if isinstance(cut_short, KeyboardInterrupt):
        raise cut_short
    terminal.tell(*ending(world, cut_short, unsent))
    return 1 if cut_short is not None or world.failures else 0


# --- before ---


def _world(options: Options) -> tuple[World, Application, Rule]:
    """The platform with everybody in place whom the scenario may call, and the rule to run."""
    parties = [
        Party.make(kind, address, behaviour)
        for pattern, behaviour in options.answer
        for kind, address in _meanings(pattern)
    ]
    if any(Path(one).suffix == ".toml" or Path(one).is_dir() for one in options.scenarios):
        from voxsim.cli.project import project_world

        return project_world(options, parties)
    if options.application is not None:
        raise ConfigurationError("--application is for a folder with several; scenarios are of none.")
    beside = Path(options.scenarios[0]).parent / FILE
    if beside.exists():
        from voxsim.cli.project import surroundings

        world = surroundings(beside, options, parties)
    else:
        world = World(seed=options.seed, pace=Pace.parse(options.time), until=options.until, stranger=Behaviour())
        for party in parties:
            world.directory.add(party)
    for pattern, file in options.rules:
        world.add_rule(file, pattern)
    rule = world.add_rule(options.scenarios)
    return world, world.platform.account.applications[0], rule


def _meanings(pattern: str) -> Iterator[tuple[str, str]]:
    """Whom a pattern can mean: a number, a user, a SIP address with or without its scheme."""
    if NUMBER_SIGNS.issuperset(pattern):
        yield "pstn", pattern
    yield "user", pattern
    yield "sip", pattern
    if "@" in pattern and not pattern.startswith(("sip:", "sips:")):
        yield "sip", f"sip:{pattern}"


def _caller(options: Options) -> Party:
    """Who calls in. It is nobody whom the scenario can call: `--answer` says how this number answers."""
    acts = sorted((*options.press, *options.say), key=lambda act: act.at)
    behaviour = Behaviour(acts=tuple(acts), hangup=options.hangup).with_patience()
    return Party(kind=kind_of(options.caller), address=options.caller, behaviour=behaviour)


def _begin(options: Options, world: World, application: Application, rule: Rule) -> tuple[World, Session]:
    """Let the call arrive and load the scenario. When it does not listen to calls, begin again over HTTP.

    What the scenario asks for while it loads is known only then; so a session with a call is loaded, and a world in
    which nobody wanted the call is thrown away, with what the scenario printed.
    """
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        caller = _caller(options)
        data = options.custom_data
        world.call_in(caller, options.destination, rule, custom_data=data, application=application)
        session = world.sessions[0]
        world.driver.watch.install()
        try:
            while session.phase is Phase.LOADING and world.switch.step():
                pass
        finally:
            world.driver.watch.remove()
    if session.failures or session.wanted(AppEvents.CallAlerting):
        sys.stdout.write(printed.getvalue())
        return world, session
    if options.press or options.say or options.hangup is not None:
        terminal.tell("Nobody calls: the scenario does not listen to AppEvents.CallAlerting. It was started over HTTP.")
    world, application, rule = _world(options)
    return world, world.platform.start_scenarios(rule, options.custom_data or "", application=application)


def _schedule(requests: Iterable[Request], session: Session) -> list[Request]:
    """Send the managing requests when their time comes; returns those that are still to be sent."""
    unsent = list(requests)

    def send(request: Request) -> None:
        from voxsim.engine import managing

        unsent.remove(request)
        managing.request(session, request.method, request.body, (), lambda _: None)

    for request in requests:
        session.switch.after(request.at, send, request)
    return unsent


# --- meanwhile ---


def _move(world: World, seed: int) -> VoxsimError | KeyboardInterrupt | None:
    """Run until all sessions have ended; returns what cut it short."""
    driver, sessions = world.driver, world.switch.sessions
    try:
        with deterministic(seed):
            trio.run(driver.run, lambda: not sessions, clock=driver)
    except (Stuck, TimeUp, KeyboardInterrupt) as reason:
        return reason
    except BaseExceptionGroup as group:
        if group.subgroup(KeyboardInterrupt) is None:
            raise
        return KeyboardInterrupt()
    return None


def _follow(world: World) -> None:
    """In real time, write the session's log as it grows, so that somebody who waits sees that something happens."""

    def told(record: Record) -> None:
        if record.kind == "log":
            terminal.tell(f"{record.seconds:9.3f}  {record.name}")

    for record in world.journal:
        told(record)
    world.switch.subscribe(told)


# --- after ---


def _trace(options: Options) -> TextIO | contextlib.nullcontext[None]:
    """The trace's file, open before anything runs, so that a wrong name costs nobody a run."""
    if options.trace is None:
        return contextlib.nullcontext()
    path = Path(options.trace)
    if path.exists() and any(path.samefile(file) for file in options.scenarios):
        raise ConfigurationError(f"The trace would overwrite the scenario {options.trace!r}.")
    try:
        # The escape is JSON's own for what UTF-8 cannot carry, such as half of a surrogate pair.
        return path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise ConfigurationError(f"The trace cannot be written to {options.trace!r}: {error.strerror}.") from None


def _write_trace(trace: TextIO | contextlib.nullcontext[None], world: World) -> None:
    if not isinstance(trace, contextlib.nullcontext):
        from voxsim.timeline import write_jsonl

        trace.writelines(line.rstrip("\n") + "\n" for line in write_jsonl(world.journal))
