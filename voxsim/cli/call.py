"""`voxsim call`: a simulated call into a running `voxsim serve`, shown as a picture when its session has ended.

It speaks the server's HTTP and knows nothing of the engine; the timeline comes back as JSON lines.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from voxsim.cli import terminal
from voxsim.cli.ending import errors
from voxsim.cli.pictures import picture
from voxsim.timeline import BadTimeline, epoch_of, read_records
from voxsim.vocabulary.errors import ScenarioError

if TYPE_CHECKING:
    from voxsim.cli.arguments import Options
    from voxsim.cli.values import Address
    from voxsim.engine.journal import Record

_PATIENCE: Final = 30.0
"""Seconds within which a server takes a call."""


class _NoAnswer(Exception):
    """Nothing came back that a `voxsim serve` would have said; the message says what to do."""


def call(options: Options) -> int:
    """Place the call, wait for the session's end, show what happened, and return the exit status."""
    try:
        placed = _place(options)
        url = f"{options.server}{placed['timeline']}"
        if options.no_wait:
            terminal.show([url])
            return 0
        terminal.tell(f"Session {placed['session']} has begun. Its timeline: {url}")
        records = _timeline(options.server, placed["timeline"])
    except _NoAnswer as reason:
        options.parser.error(str(reason))
    terminal.show(picture(options.output, records, [records], epoch_of(records)))
    failures = [_failure(record) for record in records if record.kind == "error"]
    terminal.tell(*errors(failures))
    return 1 if failures else 0


# --- the call ---


def _place(options: Options) -> dict[str, Any]:
    """Place the call; returns the server's answer, which names the session and its timeline."""
    asked = {
        "from": options.caller,
        "to": options.destination,
        "behaviour": ",".join(_behaviour(options)),
        "headers": dict(options.header),
        "custom_data": options.custom_data,
        "application": options.application,
    }
    body = json.dumps({key: value for key, value in asked.items() if value})
    status, answer = _ask(options.server, "POST", "/calls", body, seconds=_PATIENCE)
    if status != http.client.CREATED:
        raise _NoAnswer(_refusal(options.server, status, answer))
    try:
        placed = json.loads(answer)
        if placed["timeline"] is None:
            raise _NoAnswer(f"The call to {options.destination!r} was refused: no session has begun.")
        if placed["timeline"].startswith("/") and isinstance(placed["session"], int):
            return dict(placed)
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    raise _NoAnswer(_stranger(options.server))


def _behaviour(options: Options) -> Iterator[str]:
    """What the caller does, as parts of one text; of two that say the same the last one counts."""
    if options.behaviour:
        yield options.behaviour
    for act in (*options.press, *options.say):
        plain = act.value == act.value.strip(' "') and not set(act.value) & set(",@")
        value = act.value if plain else f'"{act.value}"'
        yield f"{act.what}:{value}@{_seconds(act.at)}"
    if options.hangup is not None:
        yield f"hangup:{_seconds(options.hangup)}"


def _seconds(value: float) -> str:
    """A time as behaviours have it: without an exponent."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


# --- the timeline ---


def _timeline(server: Address, path: str) -> list[Record]:
    """The session's records, once it has ended; that may take as long as a call does."""
    status, answer = _ask(server, "GET", f"{path}?wait=true", begun=True)
    if status != http.client.OK:
        raise _NoAnswer(_refusal(server, status, answer))
    try:
        return read_records(answer.decode().split("\n"))
    except (BadTimeline, UnicodeDecodeError) as error:
        raise _NoAnswer(f"The timeline from {server} cannot be read: {error}") from None


def _failure(record: Record) -> ScenarioError:
    """The error of a scenario that a record tells of."""
    facts = record.facts()
    return ScenarioError(
        record.name, where=str(facts.get("where") or ""), frames=tuple(map(str, facts.get("frames") or ()))
    )


# --- HTTP ---


def _ask(
    server: Address,
    method: str,
    path: str,
    body: str | None = None,
    *,
    seconds: float | None = None,
    begun: bool = False,
) -> tuple[int, bytes]:
    """One request: the status and the body of its answer. `begun` says that the server was there a moment ago."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=seconds)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    except (http.client.HTTPException, OSError) as error:
        if begun:
            raise _NoAnswer(f"The server at {server} went away before the session's end.") from None
        if isinstance(error, http.client.HTTPException) and not isinstance(error, http.client.RemoteDisconnected):
            raise _NoAnswer(_stranger(server)) from None
        raise _NoAnswer(f"No voxsim serve answers at {server}; start one with `voxsim serve`.") from None
    finally:
        connection.close()


def _refusal(server: Address, status: int, answer: bytes) -> str:
    """Why the server did not do it, in its own words when it gives some."""
    try:
        text = json.loads(answer)["error"]
    except (ValueError, LookupError, TypeError):
        return f"{_stranger(server)} It says {status}."
    return str(text)


def _stranger(server: Address) -> str:
    return f"What answers at {server} is no voxsim serve."
