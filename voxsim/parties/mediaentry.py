"""`[media]` in a configuration: where browsers send their audio, and what counts as speech in it."""

from __future__ import annotations

import ipaddress
from typing import Final

import attrs

from voxsim.parties.tables import Table

QUIETEST: Final = -90.0


@attrs.frozen(kw_only=True)
class MediaEntry:
    """The real audio of Web SDK calls.

    Attributes:
        host: the address of this machine to which browsers send their audio; from others, too, if it is not a local
            one.
        port: the UDP port, one for all calls; 0 for any free one.
        speech_level: how loud speech is at least, in dB relative to full scale.
        speech_text: what speech is recognised as: nobody here recognises it really.
    """

    host: str = "127.0.0.1"
    port: int = 0
    speech_level: float = -45.0
    speech_text: str = "(speech)"


def read_media(table: Table) -> MediaEntry:
    """`[media]`.

    Raises:
        ConfigurationError: a value is none.
    """
    table.only(*(field.name for field in attrs.fields(MediaEntry)))
    default = MediaEntry()
    host = table.take("host", str)
    if host is not None:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            raise table.wrong(f"'host' is an IP address of this machine, got {host!r}.", "host") from None
        if address.is_unspecified:
            raise table.wrong("'host' is one address, to which browsers send: not all of them at once.", "host")
    port = table.take("port", int)
    if port is not None and not 0 <= port <= 65535:
        raise table.wrong(f"'port' is a port from 0 (any) to 65535, got {port}.", "port")
    level = table.take("speech_level", float)
    if level is not None and not QUIETEST <= level <= 0:
        raise table.wrong(f"'speech_level' is a figure from {QUIETEST:g} to 0, in dB, got {level:g}.", "speech_level")
    text = table.take("speech_text", str)
    return MediaEntry(
        host=default.host if host is None else host,
        port=port or 0,
        speech_level=default.speech_level if level is None else level,
        speech_text=default.speech_text if text is None else text,
    )
