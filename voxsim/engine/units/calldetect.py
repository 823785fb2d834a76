"""What a call's media tells of the line: beeps and tones, who answered, and figures of the media itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.leg import CONNECTED, Leg
from voxsim.engine.media import Sound
from voxsim.engine.tones import is_progress_tone
from voxsim.engine.units.aievents import AIEvents
from voxsim.engine.units.callevents import CallEvents
from voxsim.engine.units.callline import CallLine

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.units.beeps import BeepWatch


class DetectedLine(CallLine):
    """The scenario's end of one leg, with what is detected on it."""

    __slots__ = ("_beep", "reports")

    MORE_EVENTS: ClassVar = (AIEvents,)

    def __init__(self, session: Session, leg: Leg, custom_data: str = "") -> None:
        super().__init__(session, leg, custom_data)
        self._beep: BeepWatch | None = None
        self.reports = 0

    @command("enableBeepDetection({parameters}?)")
    def enable_beep_detection(
        self, parameters: Options = None, *, frequencies: Sequence[float] | None = None, timeout: float | None = None
    ) -> None:
        """Listen for a beep, such as a machine's: BeepDetectionComplete follows, or BeepDetectionError.

        Args:
            parameters: the options below under their documented names.
            frequencies: hertz; a beep of any frequency counts when none are given.
            timeout: milliseconds after which it is complete without a beep; it listens for ever when not given.

        Raises:
            BadArgument: a frequency or the timeout is no positive number.
        """
        from voxsim.engine.units.beeps import BeepWatch

        if self._beep is not None:
            self._beep.stop()
        self._beep = BeepWatch.on(self, frequencies, timeout)

    @command("disableBeepDetection()")
    def disable_beep_detection(self) -> None:
        """Cease to listen for a beep: BeepDetectionComplete with `timeout` False follows when it was listened for."""
        if self._beep is None or not self._beep.live:
            self.session.warn("disableBeepDetection: no beep is being listened for; ignored.", self._id)
        else:
            self._beep.disable()

    @command("monitorMediaStatistics({parameters})")
    def monitor_media_statistics(
        self, parameters: Options = None, *, monitor: bool = True, interval: float | None = None
    ) -> None:
        """Fire MediaStatisticsReceived at an interval, or cease to.

        Args:
            parameters: the options below under their documented names.
            monitor: whether to report.
            interval: milliseconds between two reports; 5000 when not given.
        """
        from voxsim.engine.units.statistics import monitor_media

        monitor_media(self, monitor=bool(monitor), interval=interval)

    # --- what happens on the line ---

    def leg_speaks(self, sound: Sound) -> None:
        """The subscriber began to say something, or its line sounds a tone."""
        if sound.kind == "tone" and self.leg.state is CONNECTED:
            self._tone_heard(sound)
        super().leg_speaks(sound)

    def _tone_heard(self, sound: Sound) -> None:
        """The older detector tells of one tone in a session, to those who listen."""
        tone = CallEvents.ToneDetected
        if self.wanted(tone) and not any(record.name == tone.plain for record in self.session.events):
            progress = is_progress_tone(sound.content)
            self.emit(tone(self, self._id, progress_tone=progress, voicemail_tone=not progress))

    def identification(
        self, moment: str, result: str = "", subtype: str | None = None, confidence: int | None = None
    ) -> None:
        """The progress of a detector of answering machines, as events of the call."""
        events = CallEvents
        match moment:
            case "started":
                self.emit(events.AudioIdentificationStarted(self, self._id))
            case "result":
                sure, more = confidence or 0, subtype or "NONE"
                found = events.AudioIdentificationResult(
                    self, self._id, audio_type=result, audio_sub_type=more, confidence=sure
                )
                self.emit(found)
            case "stopped":
                self.emit(events.AudioIdentificationStopped(self, self._id))
            case "error":
                self.emit(events.AudioIdentificationError(self, self._id))
