"""Detectors that listen and judge by themselves: Silero's voice activity, Pipecat's end of a turn.

No service has to be played for them: their model is here. Voice activity is what is said, with the silence that was
asked for behind it; a turn is over when the last thing said sounds finished.
"""

from __future__ import annotations

from abc import abstractmethod
from enum import Enum
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, Final

from voxsim.engine.command import Options, command
from voxsim.engine.connectors.base import APPLICATION_VERSION, ConnectorNamespace
from voxsim.engine.future import Future
from voxsim.engine.lifecycle import Operation
from voxsim.engine.media import MediaUnit, SendMedia, Sound
from voxsim.engine.states import moved
from voxsim.vocabulary.declare import Event, EventNames, event, namespace, payload, signature, unit
from voxsim.vocabulary.errors import BadArgument, SocketClosed

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer


class DetectorState(Enum):
    """Where a detector is in its life."""

    CONNECTING = "connecting"
    OPEN = "open"
    CLOSED = "closed"


MOVES: Final[dict[DetectorState, frozenset[DetectorState]]] = {
    DetectorState.CONNECTING: frozenset({DetectorState.OPEN, DetectorState.CLOSED}),
    DetectorState.OPEN: frozenset({DetectorState.CLOSED}),
    DetectorState.CLOSED: frozenset(),
}
"""Which state may follow which. A scenario gets a detector when it is open."""


class Detector(MediaUnit):
    """What both share: they are connected to, introduced, hear one stream, and are closed."""

    __slots__ = ("_began", "_connected", "_socket", "_speech", "_timers", "state")

    SERVICE: ClassVar[str]

    def __init__(self, session: Session) -> None:
        super().__init__(session, session.switch.ids.unit())
        self.state = DetectorState.CONNECTING
        self._socket = session.switch.ids.unit()
        self._began = session.switch.now
        self._speech: Sound | None = None
        self._timers: list[Timer] = []
        self._connected: Future[Any] = Future(session.switch, f"the connection to {self.SERVICE}")
        session.keep(self._id, self)
        session.switch.after_ms(session.switch.timing.connector_open, self._open)

    @property
    def connected(self) -> Future[Any]:
        """To be awaited: the detector itself, once it is open."""
        return self._connected

    @signature("id()")
    def id(self) -> str:
        """The detector's id."""
        return self._id

    @signature("webSocketId()")
    def web_socket_id(self) -> str:
        """The id of the WebSocket behind it."""
        return self._socket

    @command("close()")
    def close(self) -> None:
        """Cease to listen; nothing can be done with it any more."""
        self.cut()

    def cut(self) -> None:
        """The scenario closes it, or the session is over."""
        if self.state is DetectorState.CLOSED:
            return
        self.state = moved(MOVES, self.state, DetectorState.CLOSED, "A detector")
        self._drop_timers()
        self.unroute_all()
        self.session.drop(self._id)
        error = SocketClosed(f"The {self.NAME} was closed.")
        self._connected.fail(error)
        self.session.switch.post(self._give_up_waiting, error)

    def _open(self) -> None:
        if self.state is DetectorState.CONNECTING:
            self.state = moved(MOVES, self.state, DetectorState.OPEN, "A detector")
            self._connected.set(self)
            # A little later: whoever awaits the detector has its listeners in place by then.
            self.session.switch.after_ms(self.session.switch.timing.connector_information, self._introduce)

    def _introduce(self) -> None:
        if self.state is DetectorState.OPEN:
            known = {"applicationVersion": APPLICATION_VERSION, "id": self._socket, "endpoint": self._endpoint()}
            self._tell_information({"customEvent": "ConnectorInformation", "payload": known})

    def _endpoint(self) -> str:
        return f"wss://local/{self.SERVICE.lower()}"

    @abstractmethod
    def _tell_information(self, data: dict[str, Any]) -> None:
        """Fire the detector's own event with what it says of itself."""

    # --- listening ---

    def hear(self, sound: Sound, origin: MediaUnit) -> None:
        """Somebody speaks into it."""
        lasts = sound.length is not None or sound.live is not None
        if sound.kind == "speech" and lasts and self.state is DetectorState.OPEN:
            self._drop_timers()
            self._speech = sound
            self._begins(sound)
            if sound.length is not None:
                self._timers.append(self.session.switch.at(sound.started + sound.length, self._over))

    def hear_nothing(self, origin: MediaUnit) -> None:
        """What was being said was cut off."""
        self._over()

    def _stream_ends(self, source: MediaUnit, how: SendMedia) -> None:
        self._over()

    def _over(self) -> None:
        speech, self._speech = self._speech, None
        if speech is not None:
            self._drop_timers()
            self._ends(speech)

    def _begins(self, sound: Sound) -> None:
        """Somebody begins to speak."""

    def _ends(self, sound: Sound) -> None:
        """Somebody ceases to speak, now."""

    def _drop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers = []

    def _needs_open(self, name: str) -> bool:
        if self.state is not DetectorState.OPEN:
            self.session.warn(f"{name}: the {self.NAME} is {self.state.value}; ignored.", self._id)
        return self.state is DetectorState.OPEN

    def _cannot_send(self) -> str | None:
        return f"a {self.NAME} has no sound to send"

    def _cannot_receive(self) -> str | None:
        return f"the {self.NAME} was closed" if self.state is DetectorState.CLOSED else None


def number(name: str, parameter: str, value: Any, highest: float | None = None) -> float:
    """A figure that a detector was asked for.

    Raises:
        BadArgument: it is no number from 0 up to the highest.
    """
    wrong = isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < inf
    if wrong or (highest is not None and value > highest):
        most = "" if highest is None else f" to {highest:g}"
        raise BadArgument(f"{name}: `{parameter}` is a number from 0{most}, got {value!r}.")
    return float(value)


# --- Silero ---


@payload
class VADEvent(Event):
    """What every event of a voice activity detector carries."""

    vad: VAD


@payload
class VADResultEvent(VADEvent):
    """Speech began, or ended; milliseconds since the detector was made. One of the two is there."""

    speech_start_at: int | None = None
    speech_end_at: int | None = None


@payload
class VADErrorEvent(VADEvent):
    """Detection failed."""

    reason: str


@payload
class VADInformationEvent(VADEvent):
    """Where the detector runs."""

    data: dict[str, Any] | None = None


class VADEvents(EventNames, documented="Silero.VADEvents"):
    """Events of a voice activity detector."""

    Result = event("Silero.VAD.Result", VADResultEvent)
    Reset = event("Silero.VAD.Reset", VADEvent)
    Error = event("Silero.VAD.Error", VADErrorEvent)
    ConnectorInformation = event("Silero.VAD.ConnectorInformation", VADInformationEvent)


@unit("Silero.VAD", events=VADEvents, module="Silero")
class VAD(Detector):
    """Voice activity: when speech begins, and when it has been silent for long enough."""

    __slots__ = ("_pad", "_silence")

    EVENTS: ClassVar = VADEvents
    NAME: ClassVar = "Silero.VAD"
    SERVICE: ClassVar = "Silero"

    def __init__(self, session: Session, silence: float, pad: float) -> None:
        super().__init__(session)
        self._silence = silence
        self._pad = pad

    @command("reset()")
    def reset(self) -> None:
        """Forget what was heard: Reset follows, and what is being said counts as not begun."""
        if self._needs_open("reset"):
            self._drop_timers()
            self._speech = None
            self.emit(VADEvents.Reset(self))

    def _begins(self, sound: Sound) -> None:
        self.emit(VADEvents.Result(self, speech_start_at=max(0, self._milliseconds(sound.started) - int(self._pad))))

    def _ends(self, sound: Sound) -> None:
        ended = self._milliseconds(self.session.switch.now)
        self._timers.append(self.session.switch.after_ms(self._silence, self._silent, ended + int(self._pad)))

    def _silent(self, ended: int) -> None:
        if self.state is DetectorState.OPEN:
            self.emit(VADEvents.Result(self, speech_end_at=ended))

    def _milliseconds(self, instant: int) -> int:
        return (instant - self._began) // 1000

    def _tell_information(self, data: dict[str, Any]) -> None:
        self.emit(VADEvents.ConnectorInformation(self, data))


@namespace("Silero", module="Silero")
class SileroNamespace(ConnectorNamespace):
    """Silero's detector."""

    NAME: ClassVar = "Silero"

    @command("createVAD({parameters})", Operation.CREATE, ignored="statistics trace privacy")
    def create_vad(
        self,
        parameters: Options = None,
        *,
        threshold: float = 0.5,
        min_silence_duration_ms: float = 300,
        speech_pad_ms: float = 0,
    ) -> Future[VAD]:
        """A voice activity detector, to be awaited; send a call's media to it.

        Args:
            parameters: the options below under their documented names.
            threshold: how sure it must be that it is speech, 0 to 1; speech is always sure here.
            min_silence_duration_ms: milliseconds of silence behind speech before its end is told.
            speech_pad_ms: milliseconds by which speech is told to begin earlier and to end later.

        Raises:
            BadArgument: one of them is no number, or out of its range.
        """
        self.session.needs("Silero")
        number("createVAD", "threshold", threshold, 1)
        silence = number("createVAD", "minSilenceDurationMs", min_silence_duration_ms)
        return VAD(self.session, silence, number("createVAD", "speechPadMs", speech_pad_ms)).connected


Silero = SileroNamespace()


# --- Pipecat ---


@payload
class TurnEvent(Event):
    """What every event of a turn detector carries."""

    turn_detector: TurnDetector


@payload
class TurnResultEvent(TurnEvent):
    """Whether whoever spoke is done; `probability` from 0 to 1."""

    end_of_turn: bool
    probability: float


@payload
class TurnErrorEvent(TurnEvent):
    """The prediction failed."""

    reason: str


@payload
class TurnInformationEvent(TurnEvent):
    """Where the detector runs."""

    data: dict[str, Any] | None = None


class TurnEvents(EventNames, documented="Pipecat.TurnEvents"):
    """Events of a turn detector."""

    Result = event("Pipecat.Turn.Result", TurnResultEvent)
    Reset = event("Pipecat.Turn.Reset", TurnEvent)
    Error = event("Pipecat.Turn.Error", TurnErrorEvent)
    ConnectorInformation = event("Pipecat.Turn.ConnectorInformation", TurnInformationEvent)


UNFINISHED: Final = frozenset(
    (
        *("a", "an", "and", "because", "but", "for", "from", "if", "my", "of", "or", "so"),
        *("that", "the", "then", "to", "uh", "um", "well", "with"),
    )
)
"""Words after which nobody is done speaking; so is whoever ends with a comma or dots."""

_DONE, _NOT_DONE, _SPEAKING = 0.95, 0.1, 0.02


@unit("Pipecat.TurnDetector", events=TurnEvents, module="Pipecat")
class TurnDetector(Detector):
    """The end of a turn: `predict()` judges what was said last."""

    __slots__ = ("_last", "_longest", "_threshold")

    EVENTS: ClassVar = TurnEvents
    NAME: ClassVar = "Pipecat.TurnDetector"
    SERVICE: ClassVar = "Pipecat"

    def __init__(self, session: Session, threshold: float, longest: float) -> None:
        super().__init__(session)
        self._threshold = threshold
        self._longest = longest
        self._last: Sound | None = None

    @command("reset()")
    def reset(self) -> None:
        """Forget what was heard: Reset follows."""
        if self._needs_open("reset"):
            self._last = self._speech = None
            self._drop_timers()
            self.emit(TurnEvents.Reset(self))

    @command("predict()")
    def predict(self) -> None:
        """Judge what was heard so far: Result follows, or Error when nothing was heard."""
        if self._needs_open("predict"):
            self.session.switch.after_ms(self.session.switch.timing.turn_prediction, self._judge)

    def _judge(self) -> None:
        if self.state is not DetectorState.OPEN:
            return
        if self._speech is not None:
            probability = _SPEAKING
        elif self._last is None:
            self.emit(TurnEvents.Error(self, reason="Nothing was heard since the beginning, or since the last reset"))
            return
        else:
            probability = _NOT_DONE if self._unfinished(self._last) else _DONE
        self.emit(TurnEvents.Result(self, probability >= self._threshold, probability))

    def _unfinished(self, sound: Sound) -> bool:
        if (sound.length or 0) / 1e6 > self._longest:
            return False
        text = sound.content.strip()
        return text.endswith((",", "...", "…", "-")) or text.rpartition(" ")[2].lower().strip(".") in UNFINISHED

    def _ends(self, sound: Sound) -> None:
        self._last = sound

    def _tell_information(self, data: dict[str, Any]) -> None:
        self.emit(TurnEvents.ConnectorInformation(self, data))


@namespace("Pipecat", module="Pipecat")
class PipecatNamespace(ConnectorNamespace):
    """Pipecat's detector."""

    NAME: ClassVar = "Pipecat"

    @command("createTurnDetector({parameters})", Operation.CREATE, ignored="statistics trace privacy preSpeechMs")
    def create_turn_detector(
        self, parameters: Options = None, *, threshold: float = 0.5, max_duration_secs: float = 8
    ) -> Future[TurnDetector]:
        """A detector of the end of a turn, to be awaited; send a call's media to it, and ask it with `predict()`.

        Args:
            parameters: the options below under their documented names.
            threshold: the probability, 0 to 1, from which a turn counts as over.
            max_duration_secs: seconds of speech after which a turn counts as over in any case.

        Raises:
            BadArgument: one of them is no number, or out of its range.
        """
        self.session.needs("Pipecat")
        sure = number("createTurnDetector", "threshold", threshold, 1)
        longest = number("createTurnDetector", "maxDurationSecs", max_duration_secs)
        return TurnDetector(self.session, sure, longest).connected


Pipecat = PipecatNamespace()
