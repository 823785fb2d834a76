"""Session descriptions (RFC 8866, JSEP) of calls with real audio: offers and answers, read and written.

One audio section is taken, with PCMU and, where it is offered, telephone-event; all other sections are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs

PCMU: Final = 0
"""The payload type of PCMU, by RFC 3551."""
EVENTS: Final = 101
"""The payload type of telephone-event in offers made here."""
BACK: Final = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}
"""A direction, as the other side sees it."""

_SETUPS: Final = frozenset({"active", "passive", "actpass"})
_MOST_SECTIONS: Final = 64
_MOST_FORMATS: Final = 128
_TOKEN: Final = re.compile(r"[!-~]{1,256}")
_FINGERPRINT: Final = re.compile(r"([0-9A-Fa-f]{2}:){15,63}[0-9A-Fa-f]{2}")
_RTPMAP: Final = re.compile(r"(\d{1,3}) ([A-Za-z0-9_.-]+)/(\d{1,7})")


class BadDescription(ValueError):
    """A session description that cannot be used, and why."""


@attrs.frozen(kw_only=True)
class Section:
    """One media section of somebody's description.

    Attributes:
        kind: `audio`, `video` or another word.
        port: 0 for a section that is refused or not used any more.
        protocol: such as `UDP/TLS/RTP/SAVPF`.
        formats: its payload types, as they stand there.
        mid: what it is called; its number when it has no name.
        direction: which way its media goes, as its author sees it.
        ufrag, password: of its ICE agent.
        digest: the hash function and the fingerprint of its DTLS certificate, in capitals.
        setup: which side begins DTLS: `active`, `passive` or `actpass`.
        codecs: encoding name in small letters and clock rate, by payload type.
    """

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    mid: str
    direction: str = "sendrecv"
    ufrag: str = ""
    password: str = ""
    digest: tuple[str, str] = ("", "")
    setup: str = ""
    codecs: dict[int, tuple[str, int]] = attrs.field(factory=dict)

    @property
    def has_pcmu(self) -> bool:
        """Whether its author can do PCMU."""
        return str(PCMU) in self.formats and self.codecs.get(PCMU, ("pcmu", 8000)) == ("pcmu", 8000)

    @property
    def events(self) -> int | None:
        """The payload type of digits at PCMU's clock rate, or None."""
        return next((kind for kind, codec in self.codecs.items() if codec == ("telephone-event", 8000)), None)


@attrs.frozen(kw_only=True)
class Own:
    """This side of a call's media.

    Attributes:
        number: makes descriptions differ from one another.
        version: counts the descriptions of one call.
        host, port: where datagrams are to go.
        ufrag, password: of the ICE agent.
        fingerprint: SHA-256 of the DTLS certificate, `AB:CD:…`.
        ssrc: of the audio sent.
    """

    number: int
    version: int
    host: str
    port: int
    ufrag: str
    password: str
    fingerprint: str
    ssrc: int


def parse(text: str) -> tuple[Section, ...]:
    """The sections of a description.

    Raises:
        BadDescription: it is none.
    """
    if not text.startswith("v=0"):
        raise BadDescription("a session description begins with v=0")
    head, *parts = re.split(r"^m=", text, flags=re.MULTILINE)
    if len(parts) > _MOST_SECTIONS:
        raise BadDescription(f"{len(parts)} sections are more than {_MOST_SECTIONS}")
    return tuple(_section(number, head, part) for number, part in enumerate(parts))


def audio_of(sections: tuple[Section, ...]) -> Section | None:
    """The section that is taken: the first one of audio that is in use."""
    return next((section for section in sections if section.kind == "audio" and section.port), None)


def checked(section: Section | None) -> Section:
    """The section, when all is there that audio needs.

    Raises:
        BadDescription: what it lacks.
    """
    if section is None:
        raise BadDescription("there is no audio in it")
    if not section.has_pcmu:
        raise BadDescription("the audio has no PCMU, and nothing else is understood here")
    if not section.ufrag or not section.password:
        raise BadDescription("a=ice-ufrag and a=ice-pwd are missing")
    if not section.digest[1]:
        raise BadDescription("a=fingerprint is missing")
    return section


def answer(sections: tuple[Section, ...], taken: Section | None, own: Own, setup: str) -> str:
    """The answer to an offer: one section is taken, all others are refused."""
    lines = list(_head(own, taken.mid if taken is not None else None))
    for section in sections:
        if section is taken:
            lines += _audio(own, section.mid, section.events, setup, BACK[section.direction])
        else:
            lines.append(f"m={section.kind} 0 {section.protocol} {' '.join(section.formats)}")
            lines += ("c=IN IP4 0.0.0.0", f"a=mid:{section.mid}", "a=inactive")
    return _text(lines)


def offer(own: Own, mid: str = "0", setup: str = "actpass") -> str:
    """An offer of audio."""
    return _text([*_head(own, mid), *_audio(own, mid, EVENTS, setup, "sendrecv")])


# --- writing ---


def _head(own: Own, mid: str | None) -> Iterator[str]:
    yield "v=0"
    yield f"o=- {own.number} {own.version} IN IP4 127.0.0.1"
    # By this name the SDK knows that it talks to a media server, and not to another browser.
    yield "s=VIMS"
    yield "t=0 0"
    if mid is not None:
        yield f"a=group:BUNDLE {mid}"
    yield "a=ice-lite"
    yield "a=msid-semantic: WMS *"


def _audio(own: Own, mid: str, events: int | None, setup: str, direction: str) -> Iterator[str]:
    family = "IP6" if ":" in own.host else "IP4"
    yield f"m=audio {own.port} UDP/TLS/RTP/SAVPF {PCMU}" + ("" if events is None else f" {events}")
    yield f"c=IN {family} {own.host}"
    yield f"a=mid:{mid}"
    yield f"a=ice-ufrag:{own.ufrag}"
    yield f"a=ice-pwd:{own.password}"
    yield f"a=fingerprint:sha-256 {own.fingerprint}"
    yield f"a=setup:{setup}"
    yield "a=rtcp-mux"
    yield f"a={direction}"
    yield f"a=rtpmap:{PCMU} PCMU/8000"
    if events is not None:
        yield f"a=rtpmap:{events} telephone-event/8000"
        yield f"a=fmtp:{events} 0-15"
    yield "a=ptime:20"
    yield f"a=msid:voxsim audio{own.number}"
    yield f"a=ssrc:{own.ssrc} cname:voxsim"
    yield f"a=candidate:1 1 udp 2130706431 {own.host} {own.port} typ host"
    yield "a=end-of-candidates"


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)


# --- reading ---


def _section(number: int, head: str, part: str) -> Section:
    first, *lines = part.splitlines()
    words = first.split()
    if len(words) < 4 or not words[1].partition("/")[0].isdecimal() or len(words) > _MOST_FORMATS:
        raise BadDescription(f"m={first[:60]} is no media section")
    port = words[1].partition("/")[0]
    attributes = dict(_attributes(head.splitlines()))
    attributes.update(_attributes(lines))
    digest = attributes.get("fingerprint", "").split()
    setup = attributes.get("setup", "")
    return Section(
        kind=words[0],
        port=int(port[:6]),
        protocol=words[2],
        formats=tuple(words[3:]),
        mid=_token(attributes.get("mid", "")) or str(number),
        direction=next((way for way in BACK if way in attributes), "sendrecv"),
        ufrag=_token(attributes.get("ice-ufrag", "")),
        password=_token(attributes.get("ice-pwd", "")),
        digest=_digest(*digest) if len(digest) == 2 else ("", ""),
        setup=setup if setup in _SETUPS else "",
        codecs={int(found[1]): (found[2].lower(), int(found[3])) for found in _rtpmaps(lines)},
    )


def _attributes(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Name and value of each `a=` line; the section's own stand after those of all."""
    for line in lines:
        if line.startswith("a="):
            name, _, value = line[2:].partition(":")
            yield name.strip(), value.strip()


def _rtpmaps(lines: list[str]) -> Iterator[re.Match[str]]:
    for line in lines:
        if line.startswith("a=rtpmap:") and (found := _RTPMAP.match(line, 9)) is not None:
            yield found


def _token(text: str) -> str:
    return text if _TOKEN.fullmatch(text) else ""


def _digest(function: str, value: str) -> tuple[str, str]:
    return (function.lower(), value.upper()) if _FINGERPRINT.fullmatch(value) else ("", "")
