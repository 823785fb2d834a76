"""Take: one record in the making, whatever is recorded. Its states are in `MOVES`.

Its owner, a recorder or a call, tells it what is heard, and is told the moments that the scenario gets as events:
`started`, `stopped` and `failed`. The file's length counts from `started`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Protocol

from voxsim.engine.recording import Asked, Recording, Tape
from voxsim.engine.states import moved

if TYPE_CHECKING:
    from voxsim.engine.frames import Encoding
    from voxsim.engine.media import MediaUnit, Sound
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer

_NUMBERS: Final = 10_000
"""A record's number is its session's number and its place in the session, in ten thousand."""


class TakeState(Enum):
    """Where a record is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    OVER = "over"


MOVES: Final[dict[TakeState, frozenset[TakeState]]] = {
    TakeState.WAITING: frozenset({TakeState.STARTING, TakeState.OVER}),
    TakeState.STARTING: frozenset({TakeState.RUNNING, TakeState.OVER}),
    TakeState.RUNNING: frozenset({TakeState.STOPPING}),
    TakeState.STOPPING: frozenset({TakeState.OVER}),
    TakeState.OVER: frozenset(),
}
"""Which state may follow which. WAITING is a call's record before there is any media."""


class Owner(Protocol):
    """Whose record it is."""

    _id: str
    session: Session

    def take_catches_up(self, take: Take) -> None:
        """The record begins: let it hear what sounds already."""

    def take_tells(self, take: Take, moment: str, detail: str) -> None:
        """The record has `started`, `stopped` or `failed` (for the reason given), or was `dropped` with its session."""


class Take:
    """One record in the making.

    Attributes:
        url: where the file will be, known once it has started.
        asked: what it was asked for.
    """

    __slots__ = (
        "_began",
        "_call",
        "_number",
        "_owner",
        "_path",
        "_stop_asked",
        "_tape",
        "_timer",
        "_token",
        "asked",
        "recording",
        "session",
        "state",
        "url",
    )

    def __init__(self, owner: Owner, asked: Asked, call: str | None = None) -> None:
        session = owner.session
        self.session = session
        self.state = TakeState.WAITING
        self.asked = asked
        self.url = ""
        self.recording: Recording | None = None
        self._owner = owner
        self._call = call
        self._token = session.switch.ids.unit()
        self._path = ""
        self._number = self._began = 0
        self._stop_asked = False
        self._tape = Tape()
        self._timer: Timer | None = None
        session.keep(self._token, self)

    # --- its course ---

    def start(self) -> None:
        """Begin to record, a moment later."""
        if self.state is TakeState.WAITING:
            self._move(TakeState.STARTING)
            self._later(self.session.switch.timing.record_started, self._run)

    def stop(self) -> None:
        """End the record; what has not begun yet begins and ends at once."""
        if self.state is TakeState.RUNNING:
            self._finish()
            self._later(self.session.switch.timing.record_stopped, self._stopped)
        else:
            self._stop_asked = True

    def fail(self, error: str) -> None:
        """Nothing comes of it."""
        self._over()
        self.session.note("recording", "failed", self._owner._id, {"error": error})
        self._owner.take_tells(self, "failed", error)

    def cut(self) -> None:
        """The session is over: a record that runs has ended, and one that has not begun never will."""
        if self.state is TakeState.RUNNING:
            self._finish()
        if self.state is TakeState.STOPPING:
            self._stopped()
        elif self.state is not TakeState.OVER:
            self._over()
            self._owner.take_tells(self, "dropped", "")

    @property
    def begun(self) -> bool:
        """Whether it has started."""
        return self.state not in (TakeState.WAITING, TakeState.STARTING)

    @property
    def closed(self) -> bool:
        """Whether it records nothing any more, or (asked to stop before it has begun) never will."""
        return self._stop_asked or self.state in (TakeState.STOPPING, TakeState.OVER)

    # --- what is heard ---

    def hears(self, channel: int, sound: Sound, origin: MediaUnit) -> None:
        """A sound begins on one side."""
        if self.state is TakeState.RUNNING:
            self._tape.hears(channel if self.asked.stereo else 0, sound, origin, self.session.switch.now)

    def hears_more(
        self, channel: int, sound: Sound, origin: MediaUnit, until: int, chunk: tuple[Encoding, bytes] | None
    ) -> None:
        """A sound that comes piece by piece goes on."""
        if self.state is TakeState.RUNNING:
            kept = chunk if self.session.switch.recordings.keeps_audio else None
            self._tape.hears_more(channel if self.asked.stereo else 0, sound, origin, until, kept)

    def silent(self, channel: int, origin: MediaUnit, source: str | None = None) -> None:
        """What came from a unit is cut: all, or the sounds of one source."""
        if self.state is TakeState.RUNNING:
            self._tape.silent(channel if self.asked.stereo else 0, origin, source, self.session.switch.now)

    def mute(self, on: bool) -> None:
        """Record silence from now on, or what is heard again."""
        (self._tape.mute if on else self._tape.unmute)(self.session.switch.now)

    # --- inside ---

    def _run(self) -> None:
        session, switch = self.session, self.session.switch
        if (error := self.asked.trouble or switch.recordings.error) is not None:
            self.fail(error)
            return
        self._move(TakeState.RUNNING)
        self._began = switch.now
        self._path = self.asked.path(self._token, switch.unix_time)
        session.record_count += 1
        self._number = session.number * _NUMBERS + session.record_count
        self.url = session.origin.record_url.format(path=self._path, number=self._number)
        session.note("recording", "started", self._owner._id, self._facts())
        self._owner.take_catches_up(self)
        self._owner.take_tells(self, "started", "")
        if self._stop_asked:
            self.stop()

    def _finish(self) -> None:
        """Nothing more is recorded: give the recording away."""
        session, now = self.session, self.session.switch.now
        self._move(TakeState.STOPPING)
        self.recording = recording = Recording(
            number=self._number,
            path=self._path,
            url=self.url,
            session=session.number,
            call=self._call,
            asked=self.asked,
            began=self._began,
            length=now - self._began,
            pieces=tuple(self._tape.pieces(self._began, now)),
        )
        facts = {**self._facts(), "ms": recording.length // 1000, "bytes": recording.size}
        session.note("recording", "stopped", self._owner._id, facts)
        session.switch.recordings.ended(recording)

    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = {"record": self._number, "url": self.url, "name": self.asked.name, "call": self._call}
        facts.update((key, True) for key in ("stereo", "hd_audio", "secure") if getattr(self.asked, key))
        if self.asked.transcribe:
            facts["transcription"] = transcription_url(self.url)
        return facts

    def _stopped(self) -> None:
        self._over()
        self._owner.take_tells(self, "stopped", "")

    def _over(self) -> None:
        self._move(TakeState.OVER)
        if self._timer is not None:
            self._timer.cancel()
        self.session.drop(self._token)

    def _later(self, milliseconds: float, step: Callable[[], None]) -> None:
        self._timer = self.session.switch.after_ms(milliseconds, step)

    def _move(self, state: TakeState) -> None:
        self.state = moved(MOVES, self.state, state, "A record")


def transcription_url(url: str) -> str:
    """Where the text of a record is."""
    path, question, number = url.partition("?")
    return f"{path.rpartition('.')[0]}.txt{question}{number}"
