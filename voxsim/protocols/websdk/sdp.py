"""Session descriptions of calls without media: what a browser can parse, and which way sound is to go.

An offer or answer made here leads to the discard port of this machine; its certificate's fingerprint fits nobody.
"""

from __future__ import annotations

import re
from typing import Final

_FINGERPRINT: Final = ":".join(["00"] * 32)
_TRANSPORT: Final = (
    "c=IN IP4 127.0.0.1",
    "a=ice-ufrag:none",
    "a=ice-pwd:nobodyisthereatall00000",
    f"a=fingerprint:sha-256 {_FINGERPRINT}",
    "a=rtcp-mux",
    "a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host",
)
_CODECS: Final = ("a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15")
_DIRECTION: Final = re.compile(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", re.MULTILINE)
_BACK: Final = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}


def offer(session: int) -> str:
    """An offer of audio. `session` makes descriptions differ; the name `VIMS` tells the SDK of a media server."""
    media = ("m=audio 9 UDP/TLS/RTP/SAVPF 0 101", *_TRANSPORT, *_CODECS, "a=setup:actpass", "a=mid:0", "a=sendrecv")
    return _lines(_head(session, "0"), media)


def answer(offered: str, session: int) -> str:
    """An answer that takes the first audio section of an offer, and refuses all others."""
    bundled, sections, taken = "", [], False
    for index, section in enumerate(re.split(r"^m=", offered, flags=re.MULTILINE)[1:]):
        kind = section.partition(" ")[0]
        found = re.search(r"^a=mid:(\S+)", section, re.MULTILINE)
        mid = found[1] if found else str(index)
        media: tuple[str, ...]
        if kind == "audio" and not taken:
            taken, bundled = True, mid
            way = f"a={_BACK[direction(section)]}"
            media = ("m=audio 9 UDP/TLS/RTP/SAVPF 0 101", *_TRANSPORT, *_CODECS, "a=setup:passive", way)
        else:
            parts = section.split("\n", 1)[0].split()
            formats = " ".join(parts[2:]) if len(parts) > 3 else "UDP/TLS/RTP/SAVPF 0"
            media = (f"m={kind} 0 {formats}", "c=IN IP4 127.0.0.1", "a=inactive")
        sections.append((*media, f"a=mid:{mid}"))
    return _lines(_head(session, bundled), *sections)


def direction(section: str) -> str:
    """Which way the media of a section, or of a description's first section with a direction, goes."""
    found = _DIRECTION.search(section)
    return found[1] if found else "sendrecv"


def audio_direction(description: str) -> str:
    """Which way the sound of a description goes, as its author sees it; `sendrecv` when it does not say."""
    for section in re.split(r"^m=", description, flags=re.MULTILINE)[1:]:
        if section.startswith("audio "):
            return direction(section)
    return "sendrecv"


def _head(session: int, bundled: str) -> tuple[str, ...]:
    return (
        "v=0",
        f"o=- {session} 1 IN IP4 127.0.0.1",
        "s=VIMS",
        "t=0 0",
        f"a=group:BUNDLE {bundled}",
        "a=ice-lite",
        "a=msid-semantic: WMS *",
    )


def _lines(*parts: tuple[str, ...]) -> str:
    return "".join(f"{line}\r\n" for part in parts for line in part)
