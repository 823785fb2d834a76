"""Records: every session is written to the storage when it begins and when it has ended, and can be read from there.

A session that has ended leaves the memory once it is written. What is asked of it later (its timeline, its log) comes
from the storage; only a session's end makes it readable, for while it lives its timeline holds its managing URL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from voxsim.platform.history import call_history, session_facts
from voxsim.server.messages import TEXT, Request, Response
from voxsim.timeline import epoch_of, read_records, render_log, write_jsonl

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.parties.world import World
    from voxsim.platform.storage import Storage

JSON_LINES: Final = "application/jsonl"
_MOST_DIGITS: Final = 16


class Records:
    """Keeps what happened.

    Args:
        nursery: where the writing happens.
    """

    def __init__(self, world: World, storage: Storage, nursery: trio.Nursery) -> None:
        self._storage = storage
        self._nursery = nursery
        self._written: dict[int, trio.Event] = {}
        self._ended: dict[int, trio.Event] = {}
        world.switch.on_session_begin.append(self._begun)
        world.switch.on_session_end.append(self._over)

    @property
    def unwritten(self) -> bool:
        """Whether a session has not been written to its end."""
        return bool(self._ended)

    async def begun(self, session: Session) -> None:
        """Wait until the storage knows of a session: its number may be told then."""
        event = self._written.get(session.number)
        if event is not None:
            await event.wait()

    async def all_written(self) -> None:
        """Wait until all sessions that have begun are written to their ends."""
        while self._ended:
            await next(iter(self._ended.values())).wait()

    # --- writing ---

    def _begun(self, session: Session) -> None:
        self._written[session.number] = trio.Event()
        self._ended[session.number] = trio.Event()
        self._nursery.start_soon(self._write_begin, session)

    def _over(self, session: Session) -> None:
        self._nursery.start_soon(self._write_end, session)

    async def _write_begin(self, session: Session) -> None:
        await self._storage.begin_session(session.number, session.key, session_facts(session))
        self._written[session.number].set()

    async def _write_end(self, session: Session) -> None:
        number = session.number
        await self._written[number].wait()
        await self._storage.finish_session(number, call_history(session), write_jsonl(session.timeline))
        del self._written[number]
        self._ended.pop(number).set()

    # --- reading ---

    async def answer(self, request: Request) -> Response:
        """Answer `/sessions/<number>/timeline`, with `?wait=true` to wait for the end, and `/logs/<key>.log`."""
        number = _number(request)
        if number is None:
            return Response.text(404, "Ask for /sessions/<number>/timeline.")
        ended = self._ended.get(number)
        if ended is not None:
            if request.parameter("wait").lower() not in ("true", "1", "yes"):
                return Response.text(
                    409, "The session is alive; its timeline can be read when it has ended. Add ?wait=true."
                )
            await ended.wait()
        lines = await self._storage.timeline(number)
        if lines is None:
            return Response.text(404, f"There is no timeline of a session {number}.")
        if request.path.startswith("/logs/"):
            records = read_records(lines)
            return Response(200, render_log(records, epoch_of(records)).encode(), TEXT)
        return Response(200, "".join(f"{line.rstrip()}\n" for line in lines).encode(), JSON_LINES)


def _number(request: Request) -> int | None:
    """The number of the session that a request asks for."""
    match request.path.strip("/").split("/"):
        case ["logs", _]:
            text = request.parameter("sessionid")
        case ["sessions", text, "timeline"]:
            pass
        case _:
            return None
    return int(text) if text.isdecimal() and text.isascii() and len(text) < _MOST_DIGITS else None
