"""Media frames on a WebSocket: `start`, `media` and `stop` as JSON texts, and the sizes of encodings.

Facts of the wire: a stream is `start`, any number of `media`, `stop`; `sequenceNumber` counts messages from 0, `chunk`
counts media packets, `timestamp` counts samples; custom parameters travel to the peer as a JSON string. Where exactly
the tag stands is not certain, so it is written inside the event's object and read there or at the top.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final

import attrs

_OPUS_MS: Final = (10, 20, 40, 60) * 3 + (10, 20) * 2 + (2.5, 5, 10, 20) * 4
"""Milliseconds of an Opus frame, by the upper five bits of its packet's first byte."""


@attrs.frozen
class Encoding:
    """An audio encoding: its name on the wire, samples a second, and bytes a sample (0: it comes in packets)."""

    name: str
    sample_rate: int
    sample_bytes: int

    def samples_in(self, payload: bytes) -> int:
        """How many samples a piece of audio has; of Opus, what its packet says of itself."""
        if self.sample_bytes:
            return len(payload) // self.sample_bytes
        if not payload:
            return 0
        code = payload[0] & 3
        frames = (1, 2, 2, payload[1] & 63 if len(payload) > 1 else 0)[code]
        return int(frames * _OPUS_MS[payload[0] >> 3] * self.sample_rate / 1000)

    def samples_of(self, microseconds: int) -> int:
        """How many samples such a time has."""
        return microseconds * self.sample_rate // 1_000_000


ENCODINGS: Final[dict[str, Encoding]] = {
    "PCM8": Encoding("PCM16", 8000, 2),
    "PCM16": Encoding("PCM16", 16000, 2),
    "ALAW": Encoding("ALAW", 8000, 1),
    "ULAW": Encoding("ULAW", 8000, 1),
    "OPUS": Encoding("OPUS", 48000, 0),
}
"""By the value of WebSocketAudioEncoding. PCM8 is 16-bit PCM at 8 kHz, in spite of its name."""

_ALIASES: Final = {
    **dict.fromkeys(("X-MULAW", "MULAW", "PCMU", "BASIC"), "ULAW"),
    **dict.fromkeys(("X-ALAW", "PCMA"), "ALAW"),
    **dict.fromkeys(("L16", "X-L16"), "PCM16"),
}


def encoding_of(name: object, sample_rate: object = None) -> Encoding:
    """The encoding that a `start` names; MIME names and unknown ones count as their nearest."""
    word = str(name or "PCM8").upper().removeprefix("AUDIO/").partition(";")[0].strip()
    found = ENCODINGS.get(_ALIASES.get(word, word), ENCODINGS["PCM8"])
    if not found.sample_bytes or not isinstance(sample_rate, int) or isinstance(sample_rate, bool):
        return found
    return attrs.evolve(found, sample_rate=sample_rate) if 4000 <= sample_rate <= 192_000 else found


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
    _tag: str = attrs.field(default="", init=False, repr=False)

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
        tag = self._tag = self._tag or json.dumps(self.tag)
        text = (
            f'{{"event": "media", "sequenceNumber": {number}, "media": {{"tag": {tag}, "chunk": {self.chunk}, '
            f'"timestamp": {self.samples}, "payload": "{base64.b64encode(payload).decode()}"}}}}'
        )
        self.chunk += 1
        self.samples += self.encoding.samples_in(payload)
        self.sent_bytes += len(payload)
        return text

    def stop(self, number: int) -> str:
        """The frame that closes the stream."""
        seconds = self.samples // self.encoding.sample_rate
        info = {"bytesSent": self.sent_bytes, "duration": seconds}
        return json.dumps({"event": "stop", "sequenceNumber": number, "stop": {"tag": self.tag, "mediaInfo": info}})
