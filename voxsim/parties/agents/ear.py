"""Ear: how an agent hears. When it notices that somebody speaks, when that is over, and what was said.

Utterances that follow each other before the first one's end has been noticed are one. It knows no answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from voxsim.engine.media import Sound
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Switch, Timer
    from voxsim.parties.agents.script import AgentTiming


class Listener(Protocol):
    """Who is told what the ear hears."""

    @property
    def session(self) -> Session:
        """The session that is heard."""

    def speech_started(self) -> None:
        """Somebody speaks."""

    def speech_stopped(self) -> None:
        """They have stopped."""

    def understood(self, text: str) -> None:
        """What they said; an empty text was not understood."""


class Ear:
    """The ear of one conversation.

    Attributes:
        listening: whether somebody speaks just now.
    """

    def __init__(self, switch: Switch, timing: AgentTiming, listener: Listener) -> None:
        self._switch = switch
        self._timing = timing
        self._listener = listener
        self._said: list[str] = []
        self._timers: list[Timer] = []
        self._transcript: Timer | None = None
        self._noticed = False

    @property
    def session(self) -> Session:
        """The session that is heard: it ends when something fails here."""
        return self._listener.session

    @property
    def listening(self) -> bool:
        """See above."""
        return bool(self._said)

    def hear(self, sound: Sound, length: int) -> None:
        """Somebody begins to speak, for so many microseconds."""
        self._drop_timers()
        model = self._switch.recognition
        self._said.append("" if model.error is not None else model.heard(sound).text)
        if not self._noticed:
            self._at(self._switch.now + _us(self._timing.detection), self._notice)
        self._at(sound.started + length + _us(model.delay), self._stop)

    def cut(self) -> None:
        """What was being said was cut off."""
        self._drop_timers()
        if self._noticed:
            self._at(self._switch.now + _us(self._switch.recognition.delay), self._stop)
        else:
            self._said.clear()

    def close(self) -> None:
        """Hear nothing any more."""
        self._drop_timers()
        if self._transcript is not None:
            self._transcript.cancel()

    def _notice(self) -> None:
        self._noticed = True
        self._listener.speech_started()

    def _stop(self) -> None:
        if not self._noticed:
            self._notice()
        self._noticed = False
        self._drop_timers()
        text = " ".join(filter(None, self._said))
        self._said.clear()
        self._listener.speech_stopped()
        self._transcript = self._switch.after(self._timing.transcription, self._listener.understood, text)

    def _at(self, instant: int, step: Callable[..., Any]) -> None:
        self._timers.append(self._switch.at(instant, step))

    def _drop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)
