"""Mixing: a recording's sounds as one WAV file, 16 bits a sample, one or two channels.

Texts are said by whoever speaks for the server, files and tones sound as they are, and what came over WebSockets is
what the peer sent; of Opus, for which there is no decoder, that is silence.
"""

from __future__ import annotations

import io
import json
import wave
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Protocol

import attrs
import trio

from voxsim.engine.frames import ENCODINGS, Encoding
from voxsim.engine.samples import decode, encode, resampled

if TYPE_CHECKING:
    from voxsim.engine.live import Live
    from voxsim.engine.media import Sound
    from voxsim.engine.recording import Chunk, Line, Piece, Recording

_LOUDEST: Final = 32767
_JOIN_WITHIN: Final = 1000
"""Microseconds: chunks of a stream that lie closer are one."""

Part = tuple[int, int, "array[int]"]
"""A channel, the number of the first sample, and the samples."""


class Whole(Protocol):
    """Who makes samples of sounds, in their own time."""

    async def whole(self, sound: Sound, encoding: Encoding, position: int, length: int) -> bytes:
        """A part of a sound, from a position on; both in microseconds."""


async def mixed(recording: Recording, voices: Whole) -> bytes:
    """The recording as a WAV file."""
    encoding = attrs.evolve(ENCODINGS["PCM8"], sample_rate=recording.sample_rate)
    parts: list[Part] = []
    for piece in recording.pieces:
        if piece.chunks:
            parts += await trio.to_thread.run_sync(_streamed, piece, encoding)
        elif (live := piece.sound.live) is not None:
            parts.append(await trio.to_thread.run_sync(_live, piece, live, encoding))
        else:
            audio = await voices.whole(piece.sound, encoding, piece.position, piece.length)
            parts.append((piece.channel, encoding.samples_of(piece.at), decode(audio, encoding)))
    return await trio.to_thread.run_sync(_written, recording, parts, encoding)


def written_down(recording: Recording) -> bytes:
    """What was said in the recording, as text or as JSON."""
    if recording.asked.format == "json":
        lines = [
            {"speaker": line.speaker, "start": line.at / 1e6, "end": line.until / 1e6, "text": line.text}
            for line in recording.transcript
        ]
        return json.dumps(lines, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    return "".join(map(_told, recording.transcript)).encode("utf-8", "replace")


def _told(line: Line) -> str:
    return f"{line.speaker} {_clock(line.at)} - {_clock(line.until)} : {line.text}\n"


def _clock(microseconds: int) -> str:
    minutes, seconds = divmod(microseconds // 1_000_000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}"


def _live(piece: Piece, live: Live, encoding: Encoding) -> Part:
    """What somebody said into a real microphone."""
    audio = live.samples(encoding, piece.position, piece.length / 1000)
    return piece.channel, encoding.samples_of(piece.at), decode(audio, encoding)


def _streamed(piece: Piece, encoding: Encoding) -> list[Part]:
    """What a peer sent. Its chunks are put together first: a rate is changed without gaps only in one piece."""
    rate = encoding.sample_rate
    return [
        (piece.channel, encoding.samples_of(at), resampled(decode(audio, given), given.sample_rate, rate))
        for at, given, audio in _joined(piece.chunks)
    ]


def _joined(chunks: tuple[Chunk, ...]) -> Iterator[tuple[int, Encoding, bytes]]:
    audio, start, end = bytearray(), 0, -_JOIN_WITHIN
    encoding: Encoding | None = None
    for chunk in chunks:
        if encoding is not None and (chunk.encoding != encoding or abs(chunk.at - end) > _JOIN_WITHIN):
            yield start, encoding, bytes(audio)
            encoding = None
        if encoding is None:
            audio, start, encoding = bytearray(), chunk.at, chunk.encoding
        audio += chunk.audio
        end = chunk.at + chunk.length
    if encoding is not None:
        yield start, encoding, bytes(audio)


def _written(recording: Recording, parts: list[Part], encoding: Encoding) -> bytes:
    sides = [array("h", bytes(2 * recording.frames)) for _ in range(recording.channels)]
    for channel, start, samples in parts:
        _add(sides[channel], start, samples)
    frames = sides[0]
    if len(sides) > 1:
        frames = array("h", bytes(2 * recording.frames * len(sides)))
        for number, side in enumerate(sides):
            frames[number :: len(sides)] = side
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((len(sides), encoding.sample_bytes, encoding.sample_rate, 0, "NONE", ""))
        writer.writeframes(encode(frames, encoding))
    return file.getvalue()


def _add(side: array[int], start: int, samples: array[int]) -> None:
    """Let some samples sound, together with what is there already."""
    samples = samples[: max(len(side) - start, 0)]
    end = start + len(samples)
    there = side[start:end]
    if any(there):
        both = zip(there, samples, strict=True)
        samples = array("h", [max(-_LOUDEST, min(_LOUDEST, one + other)) for one, other in both])
    side[start:end] = samples
