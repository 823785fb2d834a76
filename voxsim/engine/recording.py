"""Recording: what is in a record. The sounds that reached it, on which side and since when, but no samples.

A `Tape` writes down what is heard while a record runs; what comes of it is a `Recording`, which is given to whoever
keeps recordings. In tests and runs they are only remembered; a server makes files of them. Times are microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

import attrs

if TYPE_CHECKING:
    from voxsim.engine.frames import Encoding
    from voxsim.engine.media import MediaUnit, Sound

_STANDARD_RATE: Final = 8000
_HD_RATE: Final = 16000
_SAMPLE_BYTES: Final = 2
_HEADER_BYTES: Final = 44
_LONGEST_PREFIX: Final = 100
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")


@attrs.frozen(kw_only=True)
class Asked:
    """What a record was asked for.

    Attributes:
        name: the recorder's name.
        stereo: both directions of a call on a channel each.
        hd_audio: 16 kHz in place of 8.
        lossless, video: they show in the ending of the file's name.
        secure: the file is given only to those who may use the management API.
        transcribe: what was said is to be had as text, too, beside the file.
        labels: what the two sides are called in that text.
        format: of that text, `text` or `json`.
        expire: a `RecordExpireTime`.
        prefix: what the file's name begins with.
        file_name: under which name a browser saves the file.
    """

    name: str = ""
    stereo: bool = False
    hd_audio: bool = False
    lossless: bool = False
    video: bool = False
    secure: bool = False
    transcribe: bool = False
    language: str = ""
    labels: tuple[str, str] = ("Left", "Right")
    format: str = "text"
    expire: str = ""
    prefix: str = ""
    file_name: str = ""

    @property
    def trouble(self) -> str | None:
        """Why nothing can come of it, or None."""
        return "lossless and hd_audio exclude each other" if self.lossless and self.hd_audio else None

    @property
    def ending(self) -> str:
        """The ending of the file's name on the platform: `mp3`, `flac` or `mp4`."""
        return "mp4" if self.video else "flac" if self.lossless else "mp3"

    def path(self, token: str, unix_time: float) -> str:
        """The file's path: the day, and a name that nobody can guess."""
        day = datetime.fromtimestamp(unix_time, UTC).strftime("%Y/%m/%d")
        return f"{day}/{_UNSAFE.sub('-', self.prefix)[:_LONGEST_PREFIX]}{token}.{self.ending}"


@attrs.frozen
class Chunk:
    """Audio that a peer of a WebSocket sent, `at` so long after the record began."""

    at: int
    encoding: Encoding
    audio: bytes

    @property
    def length(self) -> int:
        """How long it plays."""
        return self.encoding.samples_in(self.audio) * 1_000_000 // self.encoding.sample_rate


@attrs.frozen
class Piece:
    """A sound in a record, or a part of one.

    Attributes:
        channel: `LEFT` or `RIGHT`.
        at: where it stands, from the record's beginning.
        length: how long it is heard.
        position: how far into the sound it begins.
        chunks: its audio, when it came over a WebSocket and audio is kept.
    """

    channel: int
    at: int
    length: int
    position: int
    sound: Sound
    chunks: tuple[Chunk, ...] = ()


@attrs.frozen
class Line:
    """Something that was said in a record: who (by the side's label), from when to when, and what."""

    speaker: str
    at: int
    until: int
    text: str


@attrs.frozen(kw_only=True)
class Recording:
    """A record that has ended.

    Attributes:
        number: its `record_id`.
        path: the file's path below the server's `/records/`.
        url: where it is, or will be, with the number.
        session: the session's number.
        call: the id of the call that was recorded, or None for a recorder's record.
        began: the instant at which it began.
        length: how long it is.
        pieces: what is in it, in order.
    """

    number: int
    path: str
    url: str
    session: int
    call: str | None
    asked: Asked
    began: int
    length: int
    pieces: tuple[Piece, ...]

    @property
    def seconds(self) -> int:
        """Its length in whole seconds, rounded down as the platform tells it."""
        return self.length // 1_000_000

    @property
    def channels(self) -> int:
        """One, or two for stereo."""
        return 2 if self.asked.stereo else 1

    @property
    def sample_rate(self) -> int:
        """Samples a second, of each channel."""
        return _HD_RATE if self.asked.hd_audio else _STANDARD_RATE

    @property
    def frames(self) -> int:
        """How many samples each channel has."""
        return self.length * self.sample_rate // 1_000_000

    @property
    def size(self) -> int:
        """How many bytes its file has: WAV, 16 bits a sample."""
        return _HEADER_BYTES + self.frames * self.channels * _SAMPLE_BYTES

    @property
    def transcript(self) -> tuple[Line, ...]:
        """All that was said in it."""
        labels = self.asked.labels
        return tuple(
            Line(labels[piece.channel], piece.at, piece.at + piece.length, piece.sound.content)
            for piece in self.pieces
            if piece.sound.kind == "speech"
        )


class Recordings(Protocol):
    """Who keeps recordings.

    Attributes:
        error: why recording fails from now on, or None.
        keeps_audio: whether the audio that comes over WebSockets is wanted, too.
    """

    error: str | None

    @property
    def keeps_audio(self) -> bool:
        """See above."""

    def ended(self, recording: Recording) -> None:
        """A record has ended; its file is asked for from now on."""


@attrs.define
class Remembered:
    """Recordings that can be looked at, and of which nothing is written.

    Attributes:
        made: all so far, in the order of their ends.
    """

    error: str | None = None
    made: list[Recording] = attrs.field(factory=list)

    @property
    def keeps_audio(self) -> bool:
        """Nobody listens."""
        return False

    def ended(self, recording: Recording) -> None:
        """Remember it."""
        self.made.append(recording)


@attrs.define(eq=False)
class _Span:
    """A sound on the tape: since which instant, from which position, and until when as far as is known."""

    channel: int
    sound: Sound
    began: int
    position: int
    until: int | None
    chunks: list[tuple[int, Encoding, bytes]] = attrs.field(factory=list)

    def cut(self, now: int) -> None:
        """It is heard no longer."""
        self.until = now if self.until is None else min(self.until, now)


class Tape:
    """What a record hears. Of each unit it hears one sound of each source at a time: the next takes its place."""

    __slots__ = ("_mutes", "_sounding", "_spans")

    def __init__(self) -> None:
        self._spans: list[_Span] = []
        self._sounding: dict[tuple[int, MediaUnit, str], _Span] = {}
        self._mutes: list[list[int]] = []

    def hears(self, channel: int, sound: Sound, origin: MediaUnit, now: int) -> None:
        """A sound begins on one side, or is heard from here on."""
        self._cut((channel, origin, sound.source), now)
        until = origin._sounds_until(sound)
        if until is not None and until <= now:
            return
        span = _Span(channel, sound, now, sound.skipped + max(now - sound.started, 0), until)
        self._spans.append(span)
        self._sounding[channel, origin, sound.source] = span

    def hears_more(
        self, channel: int, sound: Sound, origin: MediaUnit, until: int, chunk: tuple[Encoding, bytes] | None
    ) -> None:
        """A sound that comes piece by piece goes on until then; the chunk is the audio that plays last of it."""
        span = self._sounding.get((channel, origin, sound.source))
        if span is not None and span.sound is sound:
            span.until = until
            if chunk is not None:
                encoding, audio = chunk
                length = encoding.samples_in(audio) * 1_000_000 // encoding.sample_rate
                span.chunks.append((until - length, encoding, audio))

    def silent(self, channel: int, origin: MediaUnit, source: str | None, now: int) -> None:
        """What came from a unit is cut: all, or the sounds of one source."""
        for key in [key for key in self._sounding if key[:2] == (channel, origin) and source in (None, key[2])]:
            self._cut(key, now)

    def mute(self, now: int) -> None:
        """Hear nothing from now on."""
        if not self.muted:
            self._mutes.append([now])

    def unmute(self, now: int) -> None:
        """Hear again."""
        if self.muted:
            self._mutes[-1].append(now)

    @property
    def muted(self) -> bool:
        """Whether it hears nothing now."""
        return bool(self._mutes) and len(self._mutes[-1]) == 1

    def pieces(self, began: int, ended: int) -> Iterator[Piece]:
        """What is on it between two instants, in the order of its beginning."""
        for span in self._spans:
            until = ended if span.until is None else min(span.until, ended)
            for start, end in self._audible(span.began, until):
                chunks = tuple(_cut_chunks(span.chunks, began, start, end))
                position = span.position + start - span.began
                yield Piece(span.channel, start - began, end - start, position, span.sound, chunks)

    def _cut(self, key: tuple[int, MediaUnit, str], now: int) -> None:
        span = self._sounding.pop(key, None)
        if span is not None:
            span.cut(now)

    def _audible(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The parts of a time in which it was not muted."""
        for mute in self._mutes:
            off = mute[0]
            if start < min(off, end):
                yield start, min(off, end)
            start = max(start, mute[1] if len(mute) > 1 else end)
        if start < end:
            yield start, end


def _cut_chunks(chunks: list[tuple[int, Encoding, bytes]], began: int, start: int, end: int) -> Iterator[Chunk]:
    """What of some audio plays between two instants; a packet of Opus is taken whole."""
    for instant, encoding, audio in chunks:
        size = encoding.sample_bytes
        first = encoding.samples_of(max(start - instant, 0)) * size
        last = encoding.samples_of(max(end - instant, 0)) * size if size else len(audio)
        if (part := audio[first:last]) and instant < end:
            yield Chunk(max(instant, start) - began, encoding, part)
