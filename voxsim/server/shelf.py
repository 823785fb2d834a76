"""Shelf: the files of recordings, where they are kept and who gets them.

A file is made when its record has ended, and is a WAV file whatever the end of its name says: there is no encoder for
MP3 or FLAC here, and the content type tells the truth. Its URL cannot be guessed, and is enough to get it; a secure
record asks for what the management API asks for: a service account's token as bearer, or `account_id` and `api_key`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import attrs
import trio

from voxsim.platform.files import write_whole
from voxsim.server.messages import JSON, TEXT, Request, Response
from voxsim.server.mixing import Whole, mixed, written_down

if TYPE_CHECKING:
    from voxsim.engine.recording import Recording
    from voxsim.platform.storage import Storage

PREFIX: Final = "/records/"
WAV: Final = "audio/wav"
SPACE: Final = "records"

_DAY: Final = 24 * 3600
_DAYS: Final = {"": 90, "-6m": 180, "-1y": 365, "-2y": 730, "-3y": 1095, "-5y": 1825}
"""How many days a file is kept, by the value of RecordExpireTime."""
_OWNER_ONLY: Final = 0o600
_RANGE: Final = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
_NOT_FOUND: Final = "There is no such record, or it has not ended yet."


@attrs.frozen(kw_only=True)
class Entry:
    """A file on the shelf.

    Attributes:
        file: its path below the folder.
        kind: its content type.
        name: under which name a browser saves it; empty for no such wish.
        expires_at: when it is thrown away, in unix seconds.
    """

    file: str
    kind: str
    name: str = ""
    secure: bool = False
    expires_at: float


class Shelf:
    """Keeps recordings as files, and answers who asks for them.

    Args:
        folder: where the files are kept.
        storage: remembers what is there.
        voices: who makes samples of sounds.
        nursery: where files are made.
        now: the present, in unix seconds.
        admits: whether a request may have a secure record.
    """

    def __init__(
        self,
        folder: Path,
        storage: Storage,
        voices: Whole,
        nursery: trio.Nursery,
        *,
        now: Callable[[], float],
        admits: Callable[[Request], bool],
    ) -> None:
        self.error: str | None = None
        self._folder = folder
        self._storage = storage
        self._voices = voices
        self._nursery = nursery
        self._now = now
        self._admits = admits
        self._entries: dict[str, Entry] = {}
        self._under_way: dict[str, trio.Event] = {}

    @property
    def keeps_audio(self) -> bool:
        """What peers of WebSockets send is in the files."""
        return True

    async def open(self) -> None:
        """Take up what earlier runs have left, and throw away what has expired."""
        rows: dict[str, dict[str, Any]] = await self._storage.load(SPACE)
        self._entries = {path: Entry(**row) for path, row in rows.items()}
        await self._clear()

    async def all_kept(self) -> None:
        """Wait until the files of all records that have ended are made."""
        while self._under_way:
            await next(iter(self._under_way.values())).wait()

    # --- making files ---

    def ended(self, recording: Recording) -> None:
        """A record has ended: make its file."""
        self._under_way[_stem(recording.path)] = trio.Event()
        self._nursery.start_soon(self._keep, recording)

    async def _keep(self, recording: Recording) -> None:
        asked = recording.asked
        stem = _stem(recording.path)
        try:
            expires_at = self._now() + _DAYS[asked.expire] * _DAY
            content = await mixed(recording, self._voices)
            entry = Entry(
                file=f"{stem}.wav", kind=WAV, name=asked.file_name, secure=asked.secure, expires_at=expires_at
            )
            await self._put(recording.path, entry, content)
            if asked.transcribe:
                kind = JSON if asked.format == "json" else TEXT
                entry = attrs.evolve(entry, file=f"{stem}.txt", kind=kind, name="")
                await self._put(f"{stem}.txt", entry, written_down(recording))
            await self._clear()
        except Exception as error:  # noqa: BLE001 - a file less, but the server goes on
            kind = type(error).__name__
            print(f"voxsim: the record {recording.path} cannot be kept: {kind}: {error}", file=sys.stderr)  # noqa: T201
        finally:
            self._under_way.pop(stem).set()

    async def _put(self, path: str, entry: Entry, content: bytes) -> None:
        await trio.to_thread.run_sync(_write, self._folder / entry.file, content)
        await self._storage.put(SPACE, path, attrs.asdict(entry))
        self._entries[path] = entry

    async def _clear(self) -> None:
        """Throw away what has expired."""
        now = self._now()
        for path, entry in list(self._entries.items()):
            if entry.expires_at <= now:
                del self._entries[path]
                await self._storage.delete(SPACE, path)
                await trio.Path(self._folder / entry.file).unlink(missing_ok=True)

    # --- giving files ---

    async def answer(self, request: Request) -> Response:
        """Answer a request for a file. One that is being made is waited for."""
        return await self.give(request.path[len(PREFIX) :], request.header("range"), lambda: self._admits(request))

    def has(self, path: str) -> bool:
        """Whether there is a file with this path, or will be at once."""
        entry = self._entries.get(path)
        return _stem(path) in self._under_way or (entry is not None and entry.expires_at > self._now())

    async def give(self, path: str, part: str = "", admitted: Callable[[], bool] = lambda: True) -> Response:
        """A file, or the part of it that a Range header asks for; a secure one only to those who are admitted."""
        if (made := self._under_way.get(_stem(path))) is not None:
            await made.wait()
        # Only what is in the list is ever opened: a path of a request never becomes a path of a file.
        entry = self._entries.get(path)
        if entry is None or entry.expires_at <= self._now():
            return Response.text(404, _NOT_FOUND)
        if entry.secure and not admitted():
            text = "This record is secure: send a service account's token as bearer, or account_id and api_key."
            return attrs.evolve(Response.text(401, text), headers=(("www-authenticate", "Bearer"),))
        try:
            content = await trio.Path(self._folder / entry.file).read_bytes()
        except OSError:
            return Response.text(404, _NOT_FOUND)
        return _part(Response(200, content, entry.kind, _headers(entry)), part)


def _stem(path: str) -> str:
    """What the paths of a record's file and of its transcript have in common."""
    return path.rpartition(".")[0]


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, content, mode=_OWNER_ONLY)


def _headers(entry: Entry) -> tuple[tuple[str, str], ...]:
    headers = (("accept-ranges", "bytes"), ("x-content-type-options", "nosniff"))
    if not entry.name:
        return headers
    return (*headers, ("content-disposition", f"attachment; filename*=UTF-8''{quote(entry.name, safe='')}"))


def _part(whole: Response, wanted: str) -> Response:
    """The part of a response that a Range header asks for; all of it when that is none, or of another kind."""
    found = _RANGE.fullmatch(wanted.strip())
    if found is None:
        return whole
    size = len(whole.body)
    first, last = int(found[1]), min(int(found[2] or size), size - 1)
    if first >= size or last < first:
        return Response(416, headers=(("content-range", f"bytes */{size}"),))
    headers = (*whole.headers, ("content-range", f"bytes {first}-{last}/{size}"))
    return attrs.evolve(whole, status=206, body=whole.body[first : last + 1], headers=headers)
