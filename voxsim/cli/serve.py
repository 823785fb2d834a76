"""`voxsim serve`: the platform on this machine, until Ctrl-C.

What a person needs to begin stands on stdout: the URLs, and a first call to copy. What happens meanwhile goes to
stderr, a line for each session's beginning and end and for each line that a scenario writes.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import trio

from voxsim.cli import terminal
from voxsim.cli.values import SECURE_PORT
from voxsim.server.building import Project
from voxsim.server.phone import PAGE as PHONE
from voxsim.server.server import Address, Server
from voxsim.timeline.words import clean
from voxsim.vocabulary.errors import ConfigurationError

if TYPE_CHECKING:
    from voxsim.cli.arguments import Options
    from voxsim.engine.journal import Record
    from voxsim.engine.session import Session
    from voxsim.parties.entries import Configuration

_PORT: Final = 12092
_QUIET: Final = frozenset({"connected", "lost", "resumed", "closed"})
"""What clients do all the time, and nobody needs to read before they have logged in."""


def serve(options: Options) -> int:
    """Serve until a signal; returns the exit status."""
    if options.record and not options.network:
        options.parser.error("--record keeps what the network answers: it needs --network")
    if options.replay and options.network:
        options.parser.error("--replay answers in place of the network: leave --network out")
    try:
        project = Project.opened(
            Path(options.place),
            pace=options.time,
            memory=options.memory,
            tls=options.tls,
            names=options.names,
            web_sdk=Path(options.web_sdk) if options.web_sdk else None,
        )
        project.network = options.network
        project.record = Path(options.record) if options.record else None
        project.replay = Path(options.replay) if options.replay else None
        _raise_descriptors()
        with contextlib.redirect_stdout(sys.stderr):
            trio.run(_serve, project, options, clock=project.world.driver)
    except ConfigurationError as error:
        options.parser.error(str(error))
    except BaseExceptionGroup as group:
        told = [error for error in _leaves(group) if isinstance(error, ConfigurationError)]
        if not told:
            raise
        options.parser.error(str(told[0]))
    return 0


async def _serve(project: Project, options: Options) -> None:
    entry = project.configuration.server
    address = Address(
        host=options.host,
        port=_first(options.port, entry.port, _PORT),
        secure_port=_first(options.secure_port, entry.secure_port, SECURE_PORT) if options.tls else None,
    )
    async with project.serving() as server, trio.open_nursery() as nursery:
        nursery.start_soon(_obey_signals, server, nursery.cancel_scope)
        if not options.quiet:
            _tell_sessions(project)
        await server.run(address, lambda: _greet(project, server, options))
        nursery.cancel_scope.cancel()


def _first(*values: int | None) -> int:
    return next(value for value in values if value is not None)


async def _obey_signals(server: Server, scope: trio.CancelScope) -> None:
    """The first signal ends the sessions by the platform's rules, the second one everything at once."""
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in _counted(signals):
            alive = len(server.world.switch.sessions)
            if alive:
                terminal.tell(f"Ending {alive} session{'s' if alive > 1 else ''}; Ctrl-C again ends at once.")
            server.stop()
            break
        async for _ in _counted(signals):
            scope.cancel()


async def _counted(signals: AsyncIterator[int]) -> AsyncIterator[int]:
    async for number in signals:
        yield number


# --- what people see ---


def _greet(project: Project, server: Server, options: Options) -> None:
    """Say where the server is, and how to begin."""
    account = project.account
    names = [rule.name for rule in account.rules]
    credentials = f"account_id={account.id} api_key={account.api_key}"
    lines = [
        f"voxsim serves {', '.join(names[:8])}{' …' if len(names) > 8 else ''} of {options.place}",
        f"  HTTP   {server.url}",
    ]
    if server.secure_url and project.authority is not None:
        lines.append(f"  HTTPS  {server.secure_url}  (trust {project.authority.certificate_file})")
        users = [user.name for user in project.account.users.values() if user.password_hash]
        if users:
            address = server.secure_url.removeprefix("https://")
            lines.append(
                f"  Web SDK  serverIp: {address!r}, users {', '.join(users[:8])}{' …' if len(users) > 8 else ''}"
            )
        lines.append(f"  Phone  {server.secure_url}{PHONE}  (log in and call from a browser)")
        if server.muted:
            lines.append(f"  Calls of the Web SDK have no sound: {server.muted}")
    form = f"-d account_id={account.id} -d api_key={account.api_key} -d rule_id=1"
    lines += [
        f"  API    {server.url}/platform_api/  {credentials}",
        *_followers(project.configuration, server.url),
        "",
        "Place a call:",
        f'  curl {server.url}/calls -d \'{{"to": "{project.sample_destination}"}}\'',
        "Start a scenario without a call:",
        f"  curl {server.url}/platform_api/StartScenarios/ {form}",
        "",
        "Ctrl-C ends it.",
    ]
    with contextlib.redirect_stdout(sys.__stdout__ or sys.stdout):
        terminal.show(lines)


def _followers(configuration: Configuration, url: str) -> Iterator[str]:
    """Lines for those who are told of calls, as far as somebody is configured to be."""
    rules, ccs, elma = configuration.voipnow.rules, configuration.ccsevents, configuration.elma365
    if rules:
        yield f"  VoipNow  {url}/uapi/extensions/@me/EXTENSION/phoneCallEvents  (rules configured: {len(rules)})"
    for token in ccs.tokens:
        place = f"  (calls of {token.domain})" if token.domain else ""
        yield f"  ccsevents  {url.replace('http', 'ws', 1)}/ws/token/v1/{token.token}{place}"
    for module in elma.modules:
        from voxsim.protocols.elma365.telephony import MODULES

        yield f"  ELMA365  {url}{MODULES}/{module.name}  (what it knows; its webhook is there, too)"
    told = ", ".join(dict.fromkeys(one.url.partition("?")[0] for one in elma.webhooks))
    if told:
        yield f"  ELMA365  webhooks to {told}"
    if (rules or told) and find_spec("httpx2") is None:
        yield "  Nobody is told over HTTP: for it: pip install 'voxsim[net]'"


def _tell_sessions(project: Project) -> None:
    """Write a line to stderr when a session begins, says something, fails or ends."""
    switch = project.world.switch

    def begun(session: Session) -> None:
        terminal.tell(f"[{session.number}] {session.origin.rule_name}: began ({session.origin.started_by})")

    def told(record: Record) -> None:
        if record.kind == "client":
            _tell_client(record)
        elif record.kind == "feed":
            _tell_feed(record)
        elif (session := switch.sessions.get(record.session or "")) is not None:
            where = record.facts().get("where")
            text = f"Error: {where}: {record.name}" if record.kind == "error" and where else record.name
            terminal.tell(f"[{session.number}] {text}")

    def ended(session: Session) -> None:
        terminal.tell(f"[{session.number}] ended: {session.finish_reason}")

    switch.on_session_begin.append(begun)
    switch.on_session_end.append(ended)
    switch.subscribe(told, ("log", "error", "warning", "feed", "client"))


def _tell_feed(record: Record) -> None:
    """Write a line to stderr for what a system that follows calls says, or did not take."""
    facts = record.facts()
    if record.name == "log":
        terminal.tell(f"[{facts['feed']}] {facts['module']}: {facts['text']}")
    elif record.name != "delivered":
        why = facts.get("status") or facts.get("error", "")
        terminal.tell(f"[{facts['feed']}] {record.name}: {facts.get('method', '')} {facts.get('url', '')}: {why}")


def _tell_client(record: Record) -> None:
    """Write a line to stderr for what becomes of a Web SDK client, unless nobody has tried to log in there."""
    facts = dict(record.facts())
    who = facts.pop("user", None) or facts.pop("as", None)
    if who is not None or record.name not in _QUIET:
        told = " ".join(f"{name} {value}" for name, value in facts.items())
        # A page from anywhere may have made this up: it must not steer the terminal.
        terminal.tell(clean(f"[{who or 'client'}] {record.name}{f': {told}' if told else ''}"))


# --- the process ---


def _raise_descriptors() -> None:
    """A client needs a descriptor: allow as many as the system lets this process have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
