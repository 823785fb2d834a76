"""ASR: speech recognition. What is said into it comes out as text, by the model in `recognition`.

An utterance runs through CaptureStarted (voice is heard), InterimResult (when asked for), SpeechCaptured (it is over)
and Result, and the recogniser goes on listening until it is stopped. Digits, tones and what players play are no speech.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from voxsim.engine.command import command
from voxsim.engine.media import MediaUnit, SendMedia, Sound
from voxsim.engine.recognition import Heard, said_by, spoken, words_in_time
from voxsim.engine.states import moved
from voxsim.engine.switch import hold
from voxsim.vocabulary.declare import Event, EventNames, event, payload, signature, unit
from voxsim.vocabulary.errors import BadArgument, RecognitionStopped, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer


@payload
class ASREvent(Event):
    """What every event of a recogniser carries."""

    asr: ASR


@payload
class ASRErrorEvent(ASREvent):
    """Recognition failed."""

    error: str


@payload
class ASRInterimEvent(ASREvent):
    """What is understood so far of what is being said."""

    text: str


@payload
class ASRResultEvent(ASREvent):
    """An utterance was understood.

    `confidence` goes from 0 to 100, or from 0 to 1, by vendor; `result_end_time` is in seconds since the recogniser
    started, as text with an `s`.
    """

    text: str
    confidence: float
    result_end_time: str | None = None
    channel_tag: int | None = None
    language_code: str | None = None


@payload
class ASRStoppedEvent(ASREvent):
    """Recognition was stopped; `duration` in seconds, `cost` as text."""

    cost: str
    duration: int


class ASREvents(EventNames):
    """Events of an ASR."""

    ASRError = event("ASR.Error", ASRErrorEvent)
    Started = event("ASR.Started", ASREvent)
    CaptureStarted = event("ASR.CaptureStarted", ASREvent)
    SpeechCaptured = event("ASR.SpeechCaptured", ASREvent)
    Result = event("ASR.Result", ASRResultEvent)
    InterimResult = event("ASR.InterimResult", ASRInterimEvent)
    Stopped = event("ASR.Stopped", ASRStoppedEvent)


class ASRState(Enum):
    """Where a recogniser is in its life."""

    STARTING = "starting"
    LISTENING = "listening"
    STOPPED = "stopped"


MOVES: Final[dict[ASRState, frozenset[ASRState]]] = {
    ASRState.STARTING: frozenset({ASRState.LISTENING, ASRState.STOPPED}),
    ASRState.LISTENING: frozenset({ASRState.STOPPED}),
    ASRState.STOPPED: frozenset(),
}
"""Which state may follow which; a recogniser that fails is stopped, too."""

_FRACTIONS: Final = ("ASRProfileList.Google", "ASRProfileList.Deepgram", "ASRProfileList.Amazon")
"""Vendors that give confidence from 0 to 1; all others give it from 0 to 100 (which does which is a guess)."""

_BLEEPED: Final = frozenset({"damn", "hell", "shit", "fuck", "bastard"})


@attrs.frozen(kw_only=True)
class Asked:
    """What a recogniser was asked for."""

    profile: str
    language: str
    model: str = ""
    interim: bool = False
    single: bool = False
    clean: bool = False
    hints: tuple[str, ...] = ()


@attrs.define(eq=False)
class Utterance:
    """Something that is being said.

    Attributes:
        started, length: since when, and how long, in microseconds.
        text: what is said, as far as it is heard, of its beginning or (from `since` on) of what is left of it.
        words: when each of its words has been said, and where it ends in the text.
        confidence: how sure it is, from 0 to 1.
        since: where in the text that begins which is heard.
        told: up to where it has been given.
    """

    started: int
    length: int
    text: str
    words: list[tuple[int, int]]
    confidence: float
    since: int = 0
    told: int = 0

    @classmethod
    def of(cls, sound: Sound, length: int, heard: Heard, now: int) -> Utterance:
        """What comes of a sound; of one that began before now only the words are heard that end from now on."""
        words = words_in_time(heard.text, length)
        missed = said_by(words, now - sound.started - 1)
        left = [(at, end) for at, end in words if end > missed]
        return cls(sound.started, length, spoken(heard.text), left, heard.confidence, missed, missed)

    def up_to(self, end: int) -> str:
        """What is heard of it up to there."""
        return self.text[self.since : end].strip()

    def untold(self, now: int) -> str:
        """What was said of it up to an instant and has not been given yet; it counts as given from now on."""
        told, self.told = self.told, max(self.told, said_by(self.words, now - self.started))
        return self.text[told : self.told].strip()


@unit("ASR", events=ASREvents, module="ASR")
class ASR(MediaUnit):
    """A recogniser: it hears one stream at a time."""

    __slots__ = ("_asked", "_began", "_speeches", "_timers", "state")

    EVENTS: ClassVar = ASREvents
    NAME: ClassVar = "ASR"

    def __init__(self, session: Session, asked: Asked) -> None:
        super().__init__(session, session.switch.ids.unit())
        self.state = ASRState.STARTING
        self._asked = asked
        self._began = session.switch.now
        self._speeches: list[Utterance] = []
        self._timers: list[Timer] = []
        session.keep(self._id, self)
        session.switch.post(self._start)

    @signature("id()")
    def id(self) -> str:
        """The recogniser's id."""
        return self._id

    @signature("language()")
    def language(self) -> str:
        """The profile or language it was made with."""
        return self._asked.language

    @signature("dictionary()")
    def dictionary(self) -> list[str]:
        """The phrases it expects."""
        return list(self._asked.hints)

    @command("stop()")
    def stop(self) -> None:
        """Stop recognising: Stopped follows, and nothing can be done with it any more."""
        if self.state is ASRState.STOPPED:
            self.session.warn(f"stop: ASR {self._id} has been stopped already; ignored.", self._id)
            return
        self._end()

    def cut(self) -> None:
        """The session is over."""
        self._end()

    # --- listening ---

    def hear(self, sound: Sound, origin: MediaUnit) -> None:
        """Something is said into it."""
        played = sound.source in (self.session.players or ())
        if sound.kind == "speech" and sound.length is not None and self.state is ASRState.LISTENING and not played:
            self._capture(sound, sound.length)

    def hear_nothing(self, origin: MediaUnit) -> None:
        """What was being said was cut off: what was said of it so far is recognised."""
        self._cut_off()

    def _stream_ends(self, source: MediaUnit, how: SendMedia) -> None:
        self._cut_off()

    def _capture(self, sound: Sound, length: int) -> None:
        """Plan what comes of an utterance, from now on to its result."""
        model = self.session.switch.recognition
        if model.error is not None:
            self._end(ASREvents.ASRError(self, model.error))
            return
        self.emit(ASREvents.CaptureStarted(self))
        heard = model.heard(sound, self._asked.hints)
        if self._asked.clean:
            heard = Heard(_bleeped(heard.text), heard.confidence)
        speech = Utterance.of(sound, length, heard, self.session.switch.now)
        self._speeches.append(speech)
        if self._asked.interim:
            for at, end in speech.words[:-1]:
                self._at(sound.started + at, self._interim, speech, end)
        if not self._asked.single:
            longest = int(model.longest * 1_000_000)
            for part in range(longest, length, longest):
                self._at(sound.started + part, self._give, speech)
        self._at(sound.started + length, self._captured, speech)

    def _cut_off(self) -> None:
        """Nothing more of the utterances comes: what was said of them is all that there is."""
        self._drop_timers()
        for speech in tuple(self._speeches):
            self._captured(speech)

    def _captured(self, speech: Utterance) -> None:
        """The utterance is over; its result follows."""
        self._speeches.remove(speech)
        self.emit(ASREvents.SpeechCaptured(self))
        now, delay = self.session.switch.now, self.session.switch.recognition.delay
        given = speech.told > speech.since
        if (text := speech.untold(now)) or not given:
            self.session.switch.after(delay, self._result, text, speech.confidence, now)

    def _give(self, speech: Utterance) -> None:
        """The utterance is long: what is known of it is given before its end."""
        now = self.session.switch.now
        self._result(speech.untold(now), speech.confidence, now)

    def _interim(self, speech: Utterance, end: int) -> None:
        self.emit(ASREvents.InterimResult(self, speech.up_to(end)))

    def _result(self, text: str, confidence: float, end: int) -> None:
        if self.state is not ASRState.LISTENING:
            return
        scale = 1 if self._asked.profile.startswith(_FRACTIONS) else 100
        confidence = confidence if text else 0.0
        self.emit(
            ASREvents.Result(
                self,
                text,
                confidence if scale == 1 else round(confidence * scale),
                f"{(end - self._began) / 1e6:.3f}s",
                0,
                _language_code(self._asked.language),
            )
        )

    # --- inside ---

    def _start(self) -> None:
        if self.state is ASRState.STARTING:
            self.state = moved(MOVES, self.state, ASRState.LISTENING, "An ASR")
            self.emit(ASREvents.Started(self))
            for source in self.sources:
                for sound in source._sounds_for(self):
                    self.hear(sound, source)

    def _end(self, last: Event | None = None) -> None:
        if self.state is ASRState.STOPPED:
            return
        self.state = moved(MOVES, self.state, ASRState.STOPPED, "An ASR")
        self._speeches = []
        self._drop_timers()
        self.unroute_all()
        self.session.drop(self._id)
        seconds = -(-(self.session.switch.now - self._began) // 1_000_000)
        self.emit(last or ASREvents.Stopped(self, cost="0", duration=seconds))
        if self._waiters:
            self.session.switch.post(self._give_up_waiting, self._over())

    def _late(self, names: list[str]) -> Event | VoxsimError | None:
        return self._over() if self.state is ASRState.STOPPED else None

    def _over(self) -> RecognitionStopped:
        return RecognitionStopped(f"ASR {self._id} has been stopped, or has failed.")

    def _at(self, instant: int, step: Any, *args: Any) -> None:
        hold(self._timers, self.session.switch.at(instant, step, *args))

    def _drop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers = []

    def _cannot_send(self) -> str | None:
        return "an ASR has no sound to send"

    def _cannot_receive(self) -> str | None:
        return f"ASR {self._id} has been stopped" if self.state is ASRState.STOPPED else None


def phrases(*given: Sequence[str] | str | None) -> tuple[str, ...]:
    """The hints among what older and newer scripts call `phraseHints`, `dict` and `dictionary`.

    Raises:
        BadArgument: they are no list of phrases.
    """
    found: list[str] = []
    for one in given:
        if one is not None and not isinstance(one, str | list | tuple):
            raise BadArgument(f"What is likely to be said is a list of phrases, got {one!r}.")
        found += [one] if isinstance(one, str) else [str(phrase) for phrase in one or ()]
    return tuple(found)


def _language_code(language: str) -> str | None:
    """`ASRProfileList.Google.en_US` → `en-US`; None when no language can be seen in it."""
    last = language.rpartition(".")[2]
    parts = last.replace("_", "-").split("-")
    return "-".join(parts[:2]) if len(parts) > 1 and len(parts[0]) in (2, 3) else None


def _bleeped(text: str) -> str:
    return " ".join(
        word[0] + "*" * (len(word) - 1) if word.lower().strip(".,!?") in _BLEEPED else word for word in text.split()
    )
