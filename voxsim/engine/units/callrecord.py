"""Call.record: a record of both directions of a call, from the command (or the first media) to the call's end.

A call can have several. What the subscriber says is on the right side of a stereo record, what it hears on the left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voxsim.engine.command import Options, command
from voxsim.engine.lifecycle import Operation
from voxsim.engine.media import LEFT, RIGHT
from voxsim.engine.units.callevents import AFTER_THE_END, CallEvents
from voxsim.engine.units.callline import CallLine

if TYPE_CHECKING:
    from voxsim.engine.frames import Encoding
    from voxsim.engine.media import MediaUnit, Sound
    from voxsim.engine.units.take import Take
    from voxsim.vocabulary.errors import VoxsimError


class RecordedLine(CallLine):
    """The scenario's end of one leg, with its records."""

    __slots__ = ()

    @command("record({parameters}?)", Operation.CREATE)
    def record(
        self,
        parameters: Options = None,
        *,
        secure: bool = False,
        transcribe: bool = False,
        language: str = "",
        hd_audio: bool = False,
        expire: str = "",
        lossless: bool = False,
        video: bool = False,
        video_parameters: Mapping[str, Any] | None = None,
        record_name_prefix: str = "",
        stereo: bool = False,
        dict: Sequence[str] | str | None = None,  # noqa: A002 - its documented name
        labels: Sequence[str] | None = None,
        provider: Any = None,
        format: str = "text",  # noqa: A002 - its documented name
        name: str = "",
        content_disposition_filename: str = "",
    ) -> None:
        """Record the call: RecordStarted follows, and RecordStopped after the call's end.

        A record that is asked for before there is any media begins with the first of it. Its length and its file's
        URL come with the events; the file itself is there after the end.

        Args:
            parameters: the options below, under their documented names.
            secure: only those who may use the management API get the file.
            transcribe, language, labels, format: write down what was said, too, as text beside the file; `labels` are
                the two sides' names in it, `format` is `text` or `json`.
            hd_audio: at 16 kHz in place of 8.
            expire: a `RecordExpireTime`; the file is kept for three months without it.
            lossless: the file's name ends in `.flac`; not together with `hd_audio`.
            stereo: what the subscriber hears on the left side, what it says on the right.
            video, video_parameters: VideoTrackCreated fires, too. There is no picture: that URL has the sound alone.
            record_name_prefix: what the file's name begins with.
            name: the record's name in the call history.
            content_disposition_filename: the name under which a browser saves the file.
            dict, provider: for recognition by a vendor; accepted, and without effect here.

        Raises:
            BadArgument: a value is none of those that are documented.
        """
        from voxsim.engine.recordoptions import asked_for
        from voxsim.engine.units.take import Take

        asked = asked_for(
            self.session,
            "record",
            secure=secure,
            transcribe=transcribe,
            language=language,
            hd_audio=hd_audio,
            expire=expire,
            lossless=lossless,
            video=video,
            video_parameters=video_parameters,
            prefix=record_name_prefix,
            stereo=stereo,
            labels=labels,
            format=format,
            name=name,
            file_name=content_disposition_filename,
        )
        if not self.leg.alive:
            self.session.warn("record: the call has ended; ignored.", self._id)
            return
        take = Take(self, asked, self._id)
        self.takes = [*(self.takes or ()), take]
        if self.leg.direct:
            take.fail("The media of this call goes peer to peer")
        elif self.leg.media_open:
            take.start()

    # --- what the record tells ---

    def take_catches_up(self, take: Take) -> None:
        """A record begins: what sounds already is heard from here on."""
        if not self.leg.media_open:
            return
        for source in self.sources:
            for sound in source._sounds_for(self):
                take.hears(LEFT, sound, source)
        if (speech := self._sounding()) is not None:
            take.hears(RIGHT, speech, self)

    def take_tells(self, take: Take, moment: str, detail: str) -> None:
        """A record has started, stopped or failed."""
        match moment:
            case "started":
                self.emit(CallEvents.RecordStarted(self, self._id, url=take.url))
                if take.asked.video:
                    self.emit(CallEvents.VideoTrackCreated(self, self._id, url=take.url))
            case "stopped" if take.recording is not None:
                seconds = take.recording.seconds
                self.emit(CallEvents.RecordStopped(self, self._id, url=take.url, cost="0", duration=seconds))
            case "failed":
                self.emit(CallEvents.RecordError(self, self._id, error=detail))
        if moment != "started":
            self.session.switch.post(self._take_over, take)

    def _take_over(self, take: Take) -> None:
        """The last event of a record has been delivered: who waits for another one waits in vain once all are over."""
        self.takes = [one for one in self.takes or () if one is not take] or None
        if not self.leg.alive and not self.takes and self._waiters:
            self._give_up_waiting(self.ended_error())

    # --- what is on a record ---

    def hear_more(
        self, sound: Sound, origin: MediaUnit, until: int, chunk: tuple[Encoding, bytes] | None = None
    ) -> None:
        """A sound that reaches the subscriber goes on; only records care."""
        for take in self.takes or ():
            take.hears_more(LEFT, sound, origin, until, chunk)

    def hear_less(self, sound: Sound, origin: MediaUnit) -> None:
        """One of the sounds that reach the subscriber is cut; only records care."""
        for take in self.takes or ():
            take.silent(LEFT, origin, sound.source)

    def play_out(self, sound: Sound) -> None:
        """The subscriber is heard: by all that the call is sent to, and by its records."""
        super().play_out(sound)
        for take in self.takes or ():
            take.hears(RIGHT, sound, self)

    def _give_up_waiting(self, error: VoxsimError) -> None:
        """As long as a record is being written, those who wait for its end go on waiting."""
        waiters = self._waiters
        if not self.takes or not waiters:
            super()._give_up_waiting(error)
            return
        kept = {name: futures for name, futures in waiters.items() if name in AFTER_THE_END}
        waiting = {id(future) for futures in kept.values() for future in futures}
        self._waiters = {
            name: [future for future in futures if id(future) not in waiting] for name, futures in waiters.items()
        }
        super()._give_up_waiting(error)
        self._waiters = kept or None
