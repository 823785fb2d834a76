"""Beep detection on a call: it waits for a tone of the subscriber's line, of certain frequencies or of any."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, Final

import attrs

from voxsim.engine.leg import CONNECTED
from voxsim.engine.tones import frequencies_of
from voxsim.engine.units.callevents import CallEvents
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.media import Sound
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer
    from voxsim.engine.units.calldetect import DetectedLine

_NEAR: Final = 25
"""How far a beep may be off, in hertz (a guess)."""


@attrs.define
class BeepWatch:
    """One detection: the call, the frequencies wanted (hertz; none for any), and its clock."""

    call: DetectedLine
    frequencies: tuple[float, ...]
    clock: Timer | None = None
    live: bool = True

    @property
    def session(self) -> Session:
        """The call's session: it ends when something fails here."""
        return self.call.session

    @classmethod
    def on(cls, call: DetectedLine, frequencies: Sequence[float] | None, timeout: float | None) -> BeepWatch:
        """Begin to listen.

        Raises:
            BadArgument: a frequency or the timeout is no positive number, or the frequencies are no list.
        """
        if frequencies is not None and not isinstance(frequencies, list | tuple):
            raise BadArgument(f"enableBeepDetection: `frequencies` is a list such as [1000], got {frequencies!r}.")
        wanted = tuple(frequencies or ())
        for value in (*wanted, *(() if timeout is None else (timeout,))):
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < inf:
                raise BadArgument(
                    f"enableBeepDetection: `frequencies` are hertz and `timeout` is milliseconds, got {value!r}."
                )
        watch = cls(call, wanted)
        call.listen(watch)
        if not call.leg.alive:
            call.session.switch.post(watch.fail, "The call has ended")
        elif timeout is not None:
            watch.clock = call.session.switch.after_ms(timeout, watch.give_up)
        return watch

    def connected(self) -> None:
        """The call is connected: from now on its tones are heard."""

    def ended(self) -> None:
        """The call is over: nothing more can be heard."""
        self.stop()

    def heard(self, sound: Sound) -> None:
        """The subscriber begins to sound."""
        if self.live and sound.kind == "tone" and self.call.leg.state is CONNECTED:
            self._tone(sound)

    def _tone(self, sound: Sound) -> None:
        found = frequencies_of(sound.content)
        near = [one for one in found if any(abs(one - wanted) <= _NEAR for wanted in self.frequencies)]
        heard = near if self.frequencies else found
        if heard:
            self.stop()
            call = self.call
            call.emit(CallEvents.BeepDetectionComplete(call, call._id, frequencies=heard))

    def give_up(self) -> None:
        """Nothing came in time."""
        if self.live:
            self.stop()
            call = self.call
            call.emit(CallEvents.BeepDetectionComplete(call, call._id, timeout=True))

    def fail(self, reason: str) -> None:
        """It cannot be done."""
        if self.live:
            self.stop()
            call = self.call
            call.emit(CallEvents.BeepDetectionError(call, call._id, reason=reason))

    def disable(self) -> None:
        """The scenario does not want to know any more; it is told that this is all."""
        if self.live:
            self.stop()
            call = self.call
            call.emit(CallEvents.BeepDetectionComplete(call, call._id, timeout=False))

    def stop(self) -> None:
        """Cease to listen."""
        self.live = False
        if self.clock is not None:
            self.clock.cancel()
            self.clock = None
