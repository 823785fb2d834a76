"""Crossing: two legs joined back to back, so that each is the far end of the other. They may be of two sessions.

What one session does on its leg reaches the other session as the doing of a subscriber: sounds, digits, messages,
answers and ends. Neither session knows of the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from voxsim.engine.ports import Headers, SilentFar

if TYPE_CHECKING:
    from voxsim.engine.leg import Leg
    from voxsim.engine.media import Sound
    from voxsim.vocabulary.codes import Cause


class Crossing(SilentFar):
    """The far end of a leg that is another leg.

    Attributes:
        other: the leg that is told what happens on this one.
    """

    def __init__(self, other: Leg) -> None:
        self.other = other
        self._passing = False

    def rang(self, leg: Leg, headers: Headers) -> None:
        """The session that is called rings."""
        self.other.far_rings(headers)

    def progressed(self, leg: Leg, headers: Headers) -> None:
        """The session that is called opens early media."""
        self.other.far_progresses(headers)

    def answered(self, leg: Leg, headers: Headers) -> None:
        """The session that is called answers."""
        self.other.far_answers(headers)

    def ended(self, leg: Leg, cause: Cause, headers: Headers) -> None:
        """One side ends: a caller hangs up or gives up; who is called hangs up, or refuses for a reason."""
        self.other.far_ends(None if self.other.incoming else cause, headers)

    def digits(self, leg: Leg, digits: str) -> None:
        """Digits that a session sends."""
        for digit in digits:
            self.other.far_presses(digit)

    def texted(self, leg: Leg, text: str) -> None:
        """A text message."""
        self.other.far_texts(text)

    def informed(self, leg: Leg, mime_type: str, body: str, headers: Headers) -> None:
        """A SIP INFO."""
        self.other.far_informs(mime_type, body, headers)

    def reinvited(self, leg: Leg, headers: Headers, mime_type: str, body: str) -> None:
        """A new session description is asked for."""
        self.other.far_reinvites(headers, mime_type, body)

    def reinvite_answered(self, leg: Leg, accepted: bool, headers: Headers, code: int, reason: str) -> None:
        """The answer to what the other side asked for."""
        self.other.far_answers_reinvite(accepted, headers, code=code)

    def heard(self, leg: Leg, sound: Sound | None) -> None:
        """Sound passes from session to session, and a digit that was heard stays one."""
        if self._passing:
            # It came round: the other session sends it back here.
            return
        self._passing = True
        try:
            if sound is None:
                self.other.far_hushes()
            elif sound.kind == "digits":
                self.digits(leg, sound.content)
            else:
                self.other.far_says(attrs.evolve(sound, source=self.other.id))
        finally:
            self._passing = False
