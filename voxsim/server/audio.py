"""Speech: what a server's peers hear. Texts are said by espeak-ng where it is installed, files on this machine played.

Rendering takes its time, which the engine does not wait for: a peer hears silence until the audio is there, and then
the audio from its beginning. What was rendered is kept for the next time. All else is a tone.
"""

from __future__ import annotations

import io
import math
import re
import shutil
import subprocess
import wave
from array import array
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import attrs
import trio

from voxsim.engine.frames import ENCODINGS, Encoding
from voxsim.engine.samples import decode, encode, resampled, silence
from voxsim.engine.tones import Tones

if TYPE_CHECKING:
    from voxsim.engine.media import Sound
    from voxsim.engine.sounds import Sounds
    from voxsim.server.door import Door

PROGRAM: Final = "espeak-ng"
"""The program that speaks; where it is not installed, texts are a tone."""

_WORDS_PER_MINUTE: Final = 175
_FASTEST: Final = 450
_SPARE_SECONDS: Final = 0.08
_SPEAKERS: Final = 2
_RENDER_SECONDS: Final = 10
_KEPT_BYTES: Final = 64_000_000
_CHARACTERS: Final = 3000
_SOUNDS: Final = 4096
_PIECE: Final = 20_000
_UNDER_WAY: Final = 200
_LANGUAGE: Final = re.compile(r"(?:^|[._])([a-z]{2,3})[_-]([A-Z]{2})(?=[_.]|$)")
_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
_TAG: Final = re.compile(r"<[^>]*>")


@attrs.frozen
class _Take:
    """Something to be rendered: a sound's content in one encoding; speech within so many microseconds."""

    kind: str
    content: str
    voice: str | None
    length: int | None
    encoding: Encoding


def _take(sound: Sound, encoding: Encoding) -> _Take:
    length = sound.length if sound.kind == "speech" else None
    return _Take(sound.kind, sound.content, sound.voice, length, encoding)


class Speech:
    """The server's voices.

    Args:
        door: the way into the engine.
        nursery: where audio is rendered.
        sounds: what is known of audio files.
        program: what speaks, or None; where it is not installed, texts are tones.
    """

    steady = True

    def __init__(self, door: Door, nursery: trio.Nursery, sounds: Sounds, program: str | None = PROGRAM) -> None:
        self._door = door
        self._nursery = nursery
        self._sounds = sounds
        self._program = shutil.which(program) if program is not None else None
        self._tones = Tones()
        self._limiter = trio.CapacityLimiter(_SPEAKERS)
        self._under_way: dict[_Take, trio.Event] = {}
        # Rendered audio, what was used last at the end; empty for what could not be rendered.
        self._takes: OrderedDict[_Take, bytes] = OrderedDict()
        self._bytes = 0
        self._late: OrderedDict[Sound, _Late] = OrderedDict()

    def samples(self, sound: Sound, encoding: Encoding, position: int, milliseconds: float) -> bytes:
        """A piece of a sound, as `Voices.samples`."""
        if not encoding.sample_bytes or not self._has_audio(sound):
            return self._tones.samples(sound, encoding, position, milliseconds)
        take = _take(sound, encoding)
        count = encoding.samples_of(round(milliseconds * 1000))
        audio = self._audio(take)
        if audio is None:
            self._wait(sound, position)
            return silence(encoding, count)
        if not audio:
            return self._tones.samples(sound, encoding, position, milliseconds)
        if (late := self._late.get(sound)) is not None:
            position -= late.by(position)
        return _cut(audio, encoding, position, count, again=sound.length is None)

    async def whole(self, sound: Sound, encoding: Encoding, position: int, length: int) -> bytes:
        """A part of a sound, as soon as it is rendered, from its own beginning and not from when it was heard."""
        count = encoding.samples_of(length)
        if self._has_audio(sound):
            take = _take(sound, encoding)
            while len(self._under_way) >= _UNDER_WAY:
                await next(iter(self._under_way.values())).wait()
            while (audio := self._audio(take)) is None:
                await self._under_way[take].wait()
            if audio:
                return _cut(audio, encoding, position, count, again=sound.length is None)
        audio = await trio.to_thread.run_sync(self._toned, sound, encoding, position, length)
        return audio[: count * encoding.sample_bytes]

    def _toned(self, sound: Sound, encoding: Encoding, position: int, length: int) -> bytes:
        starts = range(position, position + length, _PIECE)
        return b"".join(self._tones.samples(sound, encoding, start, _PIECE / 1000) for start in starts)

    def _has_audio(self, sound: Sound) -> bool:
        if sound.kind == "speech":
            return self._program is not None
        return sound.kind == "audio" and self._sounds.file(sound.content).path is not None

    def _wait(self, sound: Sound, position: int) -> None:
        """Remember from where on a sound is awaited."""
        if sound not in self._late:
            self._late[sound] = _Late(position)
            if len(self._late) > _SOUNDS:
                self._late.popitem(last=False)

    # --- what is rendered ---

    def _audio(self, take: _Take) -> bytes | None:
        """What was rendered, empty if it cannot be; None as long as it is under way."""
        audio = self._takes.get(take)
        if audio is not None:
            self._takes.move_to_end(take)
        elif take not in self._under_way:
            if len(self._under_way) >= _UNDER_WAY:
                return b""
            self._under_way[take] = trio.Event()
            self._nursery.start_soon(self._render, take)
        return audio

    async def _render(self, take: _Take) -> None:
        audio = b""
        async with self._limiter:
            with trio.move_on_at(self._door.deadline(_RENDER_SECONDS)):
                try:
                    audio = await (self._said(take) if take.kind == "speech" else self._played(take))
                except Exception:  # noqa: BLE001 - a file may hold anything; a tone stands for what cannot be played
                    audio = b""
        self._takes[take] = audio
        self._bytes += _size(take, audio)
        self._under_way.pop(take).set()
        while self._bytes > _KEPT_BYTES and len(self._takes) > 1:
            self._bytes -= _size(*self._takes.popitem(last=False))

    async def _played(self, take: _Take) -> bytes:
        path = self._sounds.file(take.content).path or ""
        content = await trio.Path(path).read_bytes()
        return await trio.to_thread.run_sync(_encoded, content, take.encoding)

    async def _said(self, take: _Take) -> bytes:
        """Have a text said; faster when it would not be over in time."""
        wanted = math.inf if take.length is None else max(take.length / 1e6 - _SPARE_SECONDS, 0.2)
        speed = _WORDS_PER_MINUTE
        content = await self._speak(take, speed)
        if (seconds := _seconds(content)) > wanted:
            content = await self._speak(take, min(math.ceil(speed * seconds / wanted), _FASTEST))
        return await trio.to_thread.run_sync(_encoded, content, take.encoding) or silence(take.encoding, 1)

    async def _speak(self, take: _Take, speed: int) -> bytes:
        """A text as a WAV file, in the nearest language that the program has."""
        marked = "<speak" in take.content
        text = take.content if marked else _TAG.sub(" ", take.content)
        for language in _languages(take.voice, text):
            command = [self._program or PROGRAM, "--stdin", "--stdout", "-z", "-v", language, "-s", str(speed)]
            done = await trio.run_process(
                [*command, "-m"] if marked else command,
                stdin=text[:_CHARACTERS].encode("utf-8", "replace"),
                capture_stdout=True,
                stderr=subprocess.DEVNULL,
                check=False,
            )
            if done.returncode == 0 and done.stdout:
                return bytes(done.stdout)
        return b""


@attrs.define
class _Late:
    """A sound that had to wait: from which position on, and how much later than it should it is heard."""

    since: int
    delay: int | None = None

    def by(self, position: int) -> int:
        """The delay, told the position at which it is heard for the first time."""
        if self.delay is None:
            self.delay = position - self.since
        return self.delay


def _size(take: _Take, audio: bytes) -> int:
    return len(audio) + len(take.content)


def _languages(voice: str | None, text: str) -> Iterator[str]:
    """The languages to try, the best first: of the voice, which has it in its name, or of the text's letters."""
    found = _LANGUAGE.search(voice or "")
    if found is not None:
        yield f"{found[1]}-{found[2].lower()}"
        yield found[1]
    elif _CYRILLIC.search(text):
        yield "ru"
    yield "en-us"


# --- WAV files ---


def _read(content: bytes) -> tuple[array[int], int]:
    """A WAV file's samples, of all its channels together, and their rate.

    Raises:
        wave.Error, EOFError: it is no such file, or none of 8 or 16 bits.
    """
    with wave.open(io.BytesIO(content)) as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        data = file.readframes(len(content))
    if width == 1:
        pcm = array("h", [(byte - 128) << 8 for byte in data])
    elif width == 2:
        pcm = decode(data, ENCODINGS["PCM8"])
    else:
        raise wave.Error(f"{8 * width} bits")
    if channels > 1:
        whole = len(pcm) // channels * channels
        parts = (pcm[channel:whole:channels] for channel in range(channels))
        pcm = array("h", [sum(frame) // channels for frame in zip(*parts, strict=True)])
    return pcm, rate


def _seconds(content: bytes) -> float:
    pcm, rate = _read(content)
    return len(pcm) / rate


def _encoded(content: bytes, encoding: Encoding) -> bytes:
    """A WAV file in an encoding."""
    pcm, rate = _read(content)
    return encode(resampled(pcm, rate, encoding.sample_rate), encoding)


def _cut(audio: bytes, encoding: Encoding, position: int, count: int, *, again: bool) -> bytes:
    """A piece of encoded audio, with silence behind its end, or its beginning again."""
    whole = encoding.samples_in(audio)
    start = encoding.samples_of(max(position, 0))
    if again:
        start %= whole
    size = encoding.sample_bytes
    piece = audio[start * size : (start + count) * size]
    missing = count - encoding.samples_in(piece)
    if not missing:
        return piece
    if again:
        return (piece + audio * (missing // whole + 1))[: count * size]
    return piece + silence(encoding, missing)
