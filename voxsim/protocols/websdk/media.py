"""The media of Web SDK calls, as signalling sees it: who writes session descriptions, and hears what is played.

`SignallingOnly` connects calls and moves no sound. Real media planes implement the same two protocols.
"""

from __future__ import annotations

from typing import Protocol

from voxsim.engine.leg import Leg
from voxsim.engine.media import Sound
from voxsim.protocols.websdk import sdp


class MediaNear(Protocol):
    """The call, as its media sees it. What a media plane reports goes to the leg.

    Attributes:
        leg: the platform's end; `far_presses`, `far_says` and `far_hushes` tell it what comes from the client.
    """

    leg: Leg


class MediaLink(Protocol):
    """The media of one call between the platform and one client."""

    def answer(self, offer: str) -> str:
        """The answer to a client's offer; empty when the call is to have no media."""

    def renewed(self, offer: str) -> str:
        """The answer to a client's new offer within a call; it must be one that a browser can parse."""

    def offer(self, wanted: str = "") -> str:
        """An offer for a client; it must be one that a browser can parse. `wanted` is what the scenario would offer."""

    def accepted(self, answer: str) -> None:
        """The client's answer to the last offer."""

    def candidates(self, body: str) -> None:
        """ICE candidates of the client: JSON, a list of `[m-line index, "a=candidate:…"]`."""

    def hear(self, sound: Sound | None) -> None:
        """Sound begins to arrive at the client, or (None) what was arriving is cut."""

    def digits(self, digits: str) -> None:
        """DTMF digits arrive at the client."""

    def close(self) -> None:
        """The call is over."""


class MediaPlane(Protocol):
    """Makes the media of calls."""

    def open(self, near: MediaNear) -> MediaLink:
        """The media of a new call."""


class _Silence:
    """The media of a call that has none: descriptions that browsers can parse, and no sound."""

    __slots__ = ("_session",)

    def __init__(self, session: int) -> None:
        self._session = session

    def answer(self, offer: str) -> str:
        """Without an answer the SDK connects the call, and does not try to reach a peer that is not there."""
        return ""

    def renewed(self, offer: str) -> str:
        """An answer that takes the audio of any offer."""
        return sdp.answer(offer, self._session)

    def offer(self, wanted: str = "") -> str:
        """What the scenario would offer, or an offer of PCMU that leads nowhere."""
        return wanted or sdp.offer(self._session)

    def accepted(self, answer: str) -> None:
        """Nothing happens."""

    def candidates(self, body: str) -> None:
        """Nothing happens."""

    def hear(self, sound: Sound | None) -> None:
        """Nothing happens."""

    def digits(self, digits: str) -> None:
        """Nothing happens."""

    def close(self) -> None:
        """Nothing happens."""


class SignallingOnly:
    """No media at all: for tests, and where what real media needs is not installed."""

    def __init__(self) -> None:
        self._sessions = 0

    def open(self, near: MediaNear) -> MediaLink:
        """The media of a new call."""
        self._sessions += 1
        return _Silence(self._sessions)
