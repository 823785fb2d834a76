"""DialogUnit: what Dialogflow instances and CCAI participants share. It hears a caller, asks, and speaks the reply.

An utterance is recognised as by an ASR (the model in `recognition`), asked through the port in `engine.dialogs`, and
the reply is played to whatever the unit is sent to. With an answer the unit ceases to listen: whoever sends it media
has to send it again, as on the platform.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import attrs

from voxsim.engine.dialogs import Answer, Failure, Question, Reply, ask
from voxsim.engine.media import MediaUnit, SendMedia, Sound
from voxsim.engine.recognition import spoken, words_in_time
from voxsim.engine.states import moved
from voxsim.engine.switch import hold
from voxsim.engine.units.asr import Utterance
from voxsim.engine.units.playback import Playback, Segment
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer


class DialogState(Enum):
    """Where a dialog is in its life."""

    OPEN = "open"
    ASKING = "waiting for an answer"
    STOPPED = "stopped"


MOVES: Final[dict[DialogState, frozenset[DialogState]]] = {
    DialogState.OPEN: frozenset({DialogState.ASKING, DialogState.STOPPED}),
    DialogState.ASKING: frozenset({DialogState.OPEN, DialogState.STOPPED}),
    DialogState.STOPPED: frozenset(),
}
"""Which state may follow which. While an answer is awaited a scenario may ask more; what is said then is not heard."""


class SpokenReply(Playback):
    """The voice of a dialog: one reply, heard wherever the dialog is sent."""

    __slots__ = ("_owner",)

    def __init__(self, owner: DialogUnit, segment: Segment, markers: list[float]) -> None:
        self._owner = owner
        super().__init__(owner.session, (segment,))
        for offset in markers:
            self._mark(offset)

    @property
    def id(self) -> str:
        """The reply's own id."""
        return self._id

    def mark(self, offset: float) -> None:
        """Set one more marker; milliseconds, a negative one from the end."""
        self._mark(offset)

    def play_out(self, sound: Sound) -> None:
        """It begins to sound."""
        self._owner.play_out(attrs.evolve(sound, source=self._owner._id))

    def sounding(self) -> Sound | None:
        """What of it sounds just now."""
        return self._sounding()

    def _tell(self, moment: str, detail: Any = None) -> None:
        self._owner.replied(self, moment, detail)


class DialogUnit(MediaUnit):
    """Something that hears, asks and speaks."""

    __slots__ = ("_markers", "_reply", "_silence", "_speech", "_timers", "_waiting", "state")

    SERVICE: str

    def __init__(self, session: Session) -> None:
        super().__init__(session, session.switch.ids.unit())
        self.state = DialogState.OPEN
        self._markers: list[float] = []
        self._reply: SpokenReply | None = None
        self._speech: Utterance | None = None
        self._timers: list[Timer] = []
        self._silence: Timer | None = None
        self._waiting = 0
        session.keep(self._id, self)

    # --- what kinds of dialog do differently ---

    @abstractmethod
    def cut(self) -> None:
        """The session is over."""

    @abstractmethod
    def _question(self, kind: str, value: str, parameters: Mapping[str, Any]) -> Question:
        """A question of this dialog."""

    @abstractmethod
    def _understood(self, text: str, confidence: float, *, final: bool) -> None:
        """Something of what is being said was recognised."""

    @abstractmethod
    def _answered(self, question: Question, replies: tuple[Reply, ...]) -> None:
        """The answer is here; the reply's voice follows."""

    @abstractmethod
    def _failed(self, cause: str) -> None:
        """Nothing was understood or answered, because something failed."""

    @abstractmethod
    def _moment(self, reply: SpokenReply, moment: str, detail: Any) -> None:
        """The reply's voice: ready, started, marker, finished, failed or stopped."""

    def _nothing_said(self) -> None:
        """It was listening for long, and nobody spoke."""

    def _hints(self) -> tuple[str, ...]:
        """What is likely to be said."""
        return ()

    def _voice(self) -> tuple[Mapping[str, Any] | None, str | None]:
        """How replies are said: TTS options, and the voice."""
        return None, None

    # --- hearing ---

    def hear(self, sound: Sound, origin: MediaUnit) -> None:
        """Somebody speaks."""
        if sound.kind != "speech" or sound.length is None or self.state is not DialogState.OPEN:
            return
        model = self.session.switch.recognition
        self._cut_off()
        self._rest()
        if model.error is not None:
            self._failed(model.error)
            return
        heard = model.heard(sound, self._hints())
        words = words_in_time(heard.text, sound.length)
        self._speech = Utterance(sound.started, sound.length, spoken(heard.text), words, heard.confidence)
        for at, end in words[:-1]:
            self._at(sound.started + at, self._partly, end)
        self._at(sound.started + sound.length, self._said)

    def hear_nothing(self, origin: MediaUnit) -> None:
        """What was being said was cut off."""
        self._cut_off()

    def _stream_begins(self, source: MediaUnit, how: SendMedia) -> None:
        if self._silence is None:
            self._silence = self.session.switch.after_ms(self.session.switch.timing.dialog_silence, self._gave_up)

    def _stream_ends(self, source: MediaUnit, how: SendMedia) -> None:
        self._cut_off()
        if not self.sources:
            self._rest()

    def _partly(self, end: int) -> None:
        if self._speech is not None:
            self._understood(self._speech.up_to(end), 0.0, final=False)

    def _cut_off(self) -> None:
        """Nothing more of the utterance comes: what was said of it is all that there is."""
        if self._speech is not None:
            self._drop_timers()
            self._said()

    def _said(self) -> None:
        speech, self._speech = self._speech, None
        if speech is not None:
            text = speech.untold(self.session.switch.now)
            self.session.switch.after(self.session.switch.recognition.delay, self._recognised, text, speech.confidence)

    def _recognised(self, text: str, confidence: float) -> None:
        if self.state is DialogState.OPEN:
            self._understood(text, confidence, final=True)
            self._ask("text", text)

    def _gave_up(self) -> None:
        self._silence = None
        if self.state is DialogState.OPEN and self.sources:
            self._nothing_said()

    def _rest(self) -> None:
        """The silence is over, or nobody listens to it any more."""
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    # --- asking ---

    def _ask(self, kind: str, value: str, parameters: Mapping[str, Any] | None = None) -> None:
        if self.state is not DialogState.ASKING:
            self.state = moved(MOVES, self.state, DialogState.ASKING, "A dialog")
        self._waiting += 1
        question = self._question(kind, value, parameters or {})
        ask(self.session, self._id, question, lambda answer: self._got(question, answer))

    def _got(self, question: Question, answer: Answer) -> None:
        if self.state is DialogState.STOPPED:
            return
        self._waiting -= 1
        if not self._waiting:
            self.state = moved(MOVES, self.state, DialogState.OPEN, "A dialog")
        self._stop_listening()
        if isinstance(answer, Failure):
            self._failed(answer.message)
            return
        self._answered(question, answer)
        text = " ".join(reply.text for reply in answer if reply.text)
        if text:
            self._say(text)

    def _stop_listening(self) -> None:
        for source in self.sources:
            source.unroute(self)

    # --- speaking ---

    def _say(self, text: str) -> None:
        if self._reply is not None:
            self._reply.halt()
        options, voice = self._voice()
        self._reply = SpokenReply(self, Segment("speech", text, options, voice), self._markers)

    def replied(self, reply: SpokenReply, moment: str, detail: Any) -> None:
        """Something happens to a reply's voice."""
        if moment in ("finished", "failed", "stopped"):
            if self._reply is reply:
                self._reply = None
            for sink in self.sinks:
                sink.hear_nothing(self)
        if self.state is not DialogState.STOPPED or moment == "stopped":
            self._moment(reply, moment, detail)

    def _add_marker(self, offset: float) -> None:
        """Set a marker in the reply that plays, and in all that follow."""
        if isinstance(offset, bool) or not isinstance(offset, int | float) or not isfinite(offset):
            raise BadArgument(f"A marker's offset is a number of milliseconds, got {offset!r}.")
        self._markers.append(offset)
        if self._reply is not None:
            self._reply.mark(offset)

    def _sounding(self) -> Sound | None:
        sound = self._reply.sounding() if self._reply is not None else None
        return None if sound is None else attrs.evolve(sound, source=self._id)

    # --- the end ---

    def _stop(self) -> bool:
        """Stop all that goes on; False when it was stopped before."""
        if self.state is DialogState.STOPPED:
            return False
        self.state = moved(MOVES, self.state, DialogState.STOPPED, "A dialog")
        self._speech = None
        self._drop_timers()
        self._rest()
        if self._reply is not None:
            self._reply.halt()
        self.unroute_all()
        self.session.drop(self._id)
        return True

    def _at(self, instant: int, step: Any, *args: Any) -> None:
        hold(self._timers, self.session.switch.at(instant, step, *args))

    def _drop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers = []

    def _cannot_send(self) -> str | None:
        return f"{self!r} has been stopped" if self.state is DialogState.STOPPED else None

    def _cannot_receive(self) -> str | None:
        return self._cannot_send()
