"""What a scenario lets a subscriber hear: speech, files and progress tones, each in place of what was heard before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from voxsim.engine.command import Options, command
from voxsim.engine.lifecycle import Operation
from voxsim.engine.units.callline import CallLine, CallPlayback
from voxsim.engine.units.playback import Segment, speech

US_RINGBACK: Final = "440@-19,480@-19;*(2/4/1+2)"
RU_RINGBACK: Final = "425@-19;5(1/4/1)"


class SoundingLine(CallLine):
    """The part of a call that plays."""

    __slots__ = ()

    @command("say(text, {parameters}?)", Operation.CREATE, positional="voice progressivePlayback")
    def say(
        self,
        text: str,
        parameters: Options = None,
        *,
        voice: str | None = None,
        language: str | None = None,
        progressive_playback: bool = False,
        tts_options: Mapping[str, Any] | None = None,
        request: Any = None,
    ) -> CallPlayback:
        """Say a text of at most 1500 characters; it replaces what the call heard before.

        PlaybackReady, PlaybackStarted and PlaybackFinished follow on the call. Returns the playback, whose
        `finished()` can be awaited.
        """
        return self._play("say", speech(text, tts_options, voice), progressive=progressive_playback)

    @command("startPlayback(url, {parameters}?)", Operation.CREATE, positional="loop")
    def start_playback(
        self,
        url: str,
        parameters: Options = None,
        *,
        loop: bool = False,
        progressive_playback: bool = False,
    ) -> CallPlayback:
        """Play an audio file of at most 10 MB from a URL; it replaces what the call heard before."""
        return self._play("startPlayback", Segment("audio", str(url)), loop=loop, progressive=progressive_playback)

    @command("stopPlayback()")
    def stop_playback(self) -> None:
        """Stop what `say`, `start_playback` or `play_progress_tone` plays; no PlaybackFinished fires."""
        if self._playback is not None:
            self._playback.halt()

    @command("playProgressTone(country)", Operation.CREATE)
    def play_progress_tone(self, country: str = "US") -> CallPlayback:
        """Play the ringback of `US` or `RU`, over and over."""
        script = RU_RINGBACK if str(country).upper() == "RU" else US_RINGBACK
        return self._play("playProgressTone", Segment("tone", script), loop=True, stays=True)

    def _play(
        self, name: str, segment: Segment, *, loop: bool = False, progressive: bool = False, stays: bool = False
    ) -> CallPlayback:
        playback = CallPlayback(self, segment, loop=loop, progressive=progressive, stays=stays)
        if not self._alive(name):
            playback.halt()
            return playback
        if not self.leg.media_coming or self._is_direct(name):
            self.session.warn(
                f"{name}: the call is {self.leg.state}, not connected or in early media; nobody hears it.", self._id
            )
            playback.fail_to_start("The call is not connected")
            return playback
        if self._playback is not None:
            self._playback.halt()
        self._playback = playback
        playback.route_to(self)
        return playback

    # --- inside ---

    def _alive(self, name: str) -> bool:
        if not self.leg.alive:
            self.session.warn(f"{name}: the call has ended; ignored.", self._id)
        return self.leg.alive

    def _is_direct(self, name: str) -> bool:
        if self.leg.direct:
            self.session.warn(f"{name}: the media of this call goes peer to peer; ignored.", self._id)
        return self.leg.direct
