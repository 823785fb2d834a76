"""Link: the media of one call, between its peer in a browser and its leg in the engine.

What the browser says becomes utterances of the leg, as long as they are; what the leg's call hears is sent to it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from voxsim.engine.hearing import Hearing
from voxsim.engine.live import Live
from voxsim.engine.media import Sound
from voxsim.protocols.media.peer import Peer, PeerState
from voxsim.protocols.media.sdp import BadDescription
from voxsim.protocols.media.sender import QUIET
from voxsim.protocols.media.voice import ULAW, VoiceActivity
from voxsim.protocols.websdk import sdp

if TYPE_CHECKING:
    from voxsim.engine.leg import Leg
    from voxsim.protocols.websdk import MediaNear
    from voxsim.server.media import Media


class Link:
    """The media of one call.

    Args:
        media: the plane that it belongs to.
        near: the call.
        number: by which the plane finds it.

    Attributes:
        peer: the end of it that knows the browser.
        said: the last 20 ms of what the browser said; None when nothing came.
    """

    def __init__(self, media: Media, near: MediaNear, number: int) -> None:
        self.number = number
        self.peer = Peer(
            number,
            media.certificate,
            media.host,
            media.port,
            send=media.send,
            on_key=self._key,
            unix_time=media.unix_time,
        )
        self.said: bytes | None = None
        self._media = media
        self._near = near
        self._state = self.peer.state
        self._activity = VoiceActivity(media.voice)
        self._live: Live | None = None
        self._hearing: Hearing | None = None

    @property
    def _leg(self) -> Leg | None:
        """The platform's end of the call, once there is one."""
        leg: Leg | None = getattr(self._near, "leg", None)
        return leg

    # --- descriptions ---

    def answer(self, offer: str) -> str:
        """The answer to a client's offer; empty when the call is to have no media."""
        try:
            answer = self.peer.answer(offer)
        except BadDescription as error:
            self._note("no media", str(error))
            return ""
        if self._leg is not None:
            self._leg.real = True
        return answer

    def renewed(self, offer: str) -> str:
        """The answer to a client's new offer within a call; one that cannot be used has an answer, too."""
        return self.answer(offer) or sdp.answer(offer, self.number)

    def offer(self, wanted: str = "") -> str:
        """An offer for a client: of this end, whatever the scenario would offer."""
        return self.peer.offer()

    def accepted(self, answer: str) -> None:
        """The client's answer to the last offer."""
        try:
            self.peer.accept(answer)
        except BadDescription as error:
            self._note("no media", str(error))

    def candidates(self, body: str) -> None:
        """Nothing happens: the client's connectivity checks show where it is."""

    def hear(self, sound: Sound | None) -> None:
        """Nothing happens: what sounds is looked at every 20 ms."""

    def digits(self, digits: str) -> None:
        """DTMF digits arrive at the client."""
        self.peer.press(digits)

    def close(self) -> None:
        """The call is over."""
        self._media.forget(self)
        self.peer.close(time.monotonic())

    # --- every 20 ms ---

    def tick(self, now: float) -> None:
        """Take 20 ms of what the browser says, and send it 20 ms of what it is to hear."""
        self.peer.tick(now)
        if self.peer.state is not self._state:
            self._tell()
        leg = self._leg
        if leg is not None:
            leg.real = True
            self.said = self.peer.pull()
            self._listen(leg)
            self._notice(leg, self.peer.silent(now))
            self.peer.play(self._direct(leg) if leg.direct else self._heard(leg), now)

    def _listen(self, leg: Leg) -> None:
        if not leg.media_back or leg.direct:
            self._activity, self._live = VoiceActivity(self._media.voice), None
            return
        what, audio = self._activity.hear(self.said or QUIET)
        if what == "begins":
            self._live = Live(ULAW)
            self._live.append(audio)
            now = self._media.door.switch.now
            leg.far_says(Sound("speech", self._media.speech_text, now, None, leg.id, live=self._live))
        elif self._live is not None:
            self._live.append(audio)
            if what == "ends":
                self._live = None
                leg.far_hushes()

    def _notice(self, leg: Leg, silent: bool) -> None:
        """Packets have ceased to come, or come again; on hold they may cease."""
        if silent and not leg.silent and not leg.held:
            leg.far_falls_silent()
        elif leg.silent and not silent:
            leg.far_speaks_again()

    def _direct(self, leg: Leg) -> bytes | None:
        """What the other browser says, of a call whose media goes from peer to peer: here it goes this way."""
        other = getattr(leg.partner.far, "link", None) if leg.partner is not None else None
        return other.said if isinstance(other, Link) and leg.media_open else None

    def _heard(self, leg: Leg) -> bytes | None:
        call = leg.call
        if call is None or not leg.media_open:
            return None
        if self._hearing is None:
            self._hearing = Hearing(call, ULAW)
        return self._hearing.next(20)

    def _key(self, key: str) -> None:
        """The browser has pressed a digit."""
        door = self._media.door
        door.switch.post(self._near.leg.far_presses, key)
        door.driver.poke()

    def _tell(self) -> None:
        """The peer is connected, or never will be."""
        self._state = state = self.peer.state
        if state is PeerState.FAILED:
            self._note("no media", self.peer.trouble)
        elif state is PeerState.OPEN and self.peer.address is not None:
            self._note("media connected", f"{self.peer.address[0]}:{self.peer.address[1]}")

    def _note(self, name: str, why: str) -> None:
        facts = {"call": self._leg.id if self._leg is not None else None, "what": why}
        self._media.door.switch.note(None, "client", name, str(self.number), facts)
