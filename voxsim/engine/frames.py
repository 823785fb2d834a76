"""Media frames on a WebSocket: `start`, `media` and `stop` as JSON texts, and the sizes of encodings.

Facts of the wire: a stream is `start`, any number of `media`, `stop`; `sequenceNumber` counts messages from 0, `chunk`
counts media packets, `timestamp` counts samples; custom parameters travel to the peer as a JSON string. Where exactly
the tag stands is not certain, so it is written inside the event's object and read there or at the top.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import struct
from functools import cache
from typing import Any, Final

import attrs


@attrs.frozen
class Encoding:
    """An audio encoding: its name on the wire, samples a second, and bytes a sample."""

    name: str
    sample_rate: int
    sample_bytes: int

    @property
    def bytes_per_second(self) -> int:
        """How many bytes one second takes."""
        return self.sample_rate * self.sample_bytes


ENCODINGS: Final[dict[str, Encoding]] = {
    "PCM8": Encoding("PCM16", 8000, 2),
    "PCM16": Encoding("PCM16", 16000, 2),
    "ALAW": Encoding("ALAW", 8000, 1),
    "ULAW": Encoding("ULAW", 8000, 1),
    "OPUS": Encoding("OPUS", 48000, 2),
}
"""By the value of WebSocketAudioEncoding. PCM8 is 16-bit PCM at 8 kHz, in spite of its name."""

_ALIASES: Final = {"AUDIO/X-MULAW": "ULAW", "MULAW": "ULAW", "AUDIO/X-ALAW": "ALAW", "AUDIO/L16": "PCM16"}


def encoding_of(name: object, sample_rate: object = None) -> Encoding:
    """The encoding that a `start` names; MIME names and unknown ones count as their nearest."""
    word = str(name or "PCM8").upper()
    found = ENCODINGS.get(_ALIASES.get(word, word), ENCODINGS["PCM8"])
    if isinstance(sample_rate, int) and not isinstance(sample_rate, bool) and 4000 <= sample_rate <= 192_000:
        return attrs.evolve(found, sample_rate=sample_rate)
    return found


@attrs.frozen
class Start:
    """A stream begins."""

    tag: str | None
    encoding: Encoding
    given_encoding: str | None
    custom_parameters: Any


@attrs.frozen
class Media:
    """A piece of audio, of so many bytes."""

    tag: str | None
    payload: bytes


@attrs.frozen
class Stop:
    """A stream ends."""

    tag: str | None


def parse(text: str) -> Start | Media | Stop | None:
    """Read a text message as a media frame; None for an ordinary message."""
    if '"event"' not in text:
        return None
    try:
        frame = json.loads(text)
    except ValueError:
        return None
    if not isinstance(frame, dict) or "customEvent" in frame:
        return None
    kind = frame.get("event")
    inner = frame.get(kind) if isinstance(kind, str) else None
    if kind not in ("start", "media", "stop") or not isinstance(inner, dict | None):
        return None
    inner = inner or {}
    tag = inner.get("tag", frame.get("tag"))
    tag = None if tag is None else str(tag)
    if kind == "stop":
        return Stop(tag)
    if kind == "media":
        try:
            return Media(tag, base64.b64decode(str(inner.get("payload", "")), validate=True))
        except (binascii.Error, ValueError):
            return None
    form = inner.get("mediaFormat")
    if not isinstance(form, dict):
        return None
    name = form.get("encoding")
    encoding = encoding_of(name, form.get("sampleRate"))
    return Start(tag, encoding, None if name is None else str(name), inner.get("customParameters"))


@attrs.define
class OutgoingStream:
    """One stream to the peer, and its counters."""

    tag: str
    encoding: Encoding
    custom_parameters: Any = None
    chunk: int = 0
    samples: int = 0
    sent_bytes: int = 0

    def start(self, number: int) -> str:
        """The frame that opens the stream."""
        start: dict[str, Any] = {
            "tag": self.tag,
            "mediaFormat": {
                "encoding": self.encoding.name,
                "sampleRate": self.encoding.sample_rate,
                "channels": 1,
            },
        }
        if self.custom_parameters is not None:
            start["customParameters"] = json.dumps(self.custom_parameters)
        return json.dumps({"event": "start", "sequenceNumber": number, "start": start})

    def media(self, number: int, payload: bytes) -> str:
        """The frame for the next piece of audio."""
        media = {
            "tag": self.tag,
            "chunk": self.chunk,
            "timestamp": self.samples,
            "payload": base64.b64encode(payload).decode(),
        }
        self.chunk += 1
        self.samples += len(payload) // self.encoding.sample_bytes
        self.sent_bytes += len(payload)
        return json.dumps({"event": "media", "sequenceNumber": number, "media": media})

    def stop(self, number: int) -> str:
        """The frame that closes the stream."""
        seconds = self.sent_bytes // self.encoding.bytes_per_second
        info = {"bytesSent": self.sent_bytes, "duration": seconds}
        return json.dumps({"event": "stop", "sequenceNumber": number, "stop": {"tag": self.tag, "mediaInfo": info}})


@cache
def tone(encoding: Encoding, milliseconds: float) -> bytes:
    """A piece of a 400 Hz tone: what a sound without samples of its own is heard as."""
    count = int(encoding.sample_rate * milliseconds / 1000)
    step = 2 * math.pi * 400 / encoding.sample_rate
    samples = [int(8000 * math.sin(index * step)) for index in range(count)]
    if encoding.sample_bytes == 1:
        convert = ulaw if encoding.name == "ULAW" else alaw
        return bytes(convert(sample) for sample in samples)
    return struct.pack(f"<{count}h", *samples)


def ulaw(sample: int) -> int:
    """One 16-bit sample in G.711 mu-law."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = max(magnitude.bit_length() - 8, 0)
    return ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F) & 0xFF


def alaw(sample: int) -> int:
    """One 16-bit sample in G.711 A-law."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = min(abs(sample), 32767) >> 3
    exponent = max(magnitude.bit_length() - 5, 0)
    mantissa = (magnitude >> max(exponent, 1)) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55
