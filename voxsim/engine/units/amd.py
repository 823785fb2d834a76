"""AMD: did a person answer, or a machine? A detector for one call, by its own clock and the truth about the line.

The model: a person is recognised soon after the call is connected, a machine once its greeting has gone on for a
while, and a line that says nothing not at all. How sure the detector is comes from the model of recognition.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from voxsim.engine.command import command
from voxsim.engine.future import Future
from voxsim.engine.leg import CONNECTED
from voxsim.engine.media import MediaUnit, SendMedia, Sound
from voxsim.engine.states import moved
from voxsim.vocabulary.declare import Event, EventNames, event, payload, signature, unit
from voxsim.vocabulary.errors import RecognitionStopped, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer
    from voxsim.engine.units.calldetect import DetectedLine

DEFAULT_TIMEOUT: Final = 6500
"""Milliseconds from Connected after which detection gives up, unless the detector was made with others."""


@payload
class DetectionComplete(Event):
    """Detection is over. `confidence` is 0 to 100; a call that ended, or a time-out, has none."""

    amd: AnsweringMachineDetector
    call: DetectedLine
    call_id: str
    result_class: str
    result_subtype: str | None = None
    confidence: int | None = None


@payload
class DetectionError(Event):
    """Detection could not be done."""

    amd: AnsweringMachineDetector
    message: str
    call_id: str | None = None


class AMDEvents(EventNames, documented="AMD.Events"):
    """Events of a detector."""

    DetectionComplete = event("AMD.Events.DetectionComplete", DetectionComplete)
    DetectionError = event("AMD.Events.DetectionError", DetectionError)


class AMDState(Enum):
    """Where a detector is in its life."""

    IDLE = "idle"
    WAITING = "waiting for the call"
    DETECTING = "detecting"
    DONE = "done"


MOVES: Final[dict[AMDState, frozenset[AMDState]]] = {
    AMDState.IDLE: frozenset({AMDState.WAITING, AMDState.DETECTING, AMDState.DONE}),
    AMDState.WAITING: frozenset({AMDState.DETECTING, AMDState.DONE}),
    AMDState.DETECTING: frozenset({AMDState.DONE}),
    AMDState.DONE: frozenset(),
}
"""Which state may follow which. A detector serves one call, once."""


@attrs.frozen(kw_only=True)
class Thresholds:
    """How sure a detector must be of each result, 0 to 100; one that is less sure goes on until its time-out."""

    human: float = 0
    voicemail: float = 0
    mimic: float = 0


@attrs.frozen
class Verdict:
    """What a line is taken for, after so many milliseconds from Connected."""

    after: float
    result_class: str
    subtype: str | None
    threshold: float


@unit("AMD.AnsweringMachineDetector", events=AMDEvents)
class AnsweringMachineDetector(MediaUnit):
    """A detector for one call.

    Attributes:
        call: the call it listens to, once there is one.
        model: the country whose machines it knows.
        timeout: milliseconds from Connected until it gives up.
    """

    __slots__ = ("_outcome", "_thresholds", "_timers", "_waiting", "call", "model", "state", "timeout")

    EVENTS: ClassVar = AMDEvents
    NAME: ClassVar = "AMD"

    def __init__(
        self, session: Session, model: str, timeout: float, thresholds: Thresholds, trouble: str | None = None
    ) -> None:
        super().__init__(session, session.switch.ids.unit())
        self.call: DetectedLine | None = None
        self.model = model
        self.timeout = timeout
        self.state = AMDState.IDLE
        self._thresholds = thresholds
        self._timers: list[Timer] = []
        self._outcome: Event | None = None
        self._waiting: list[Future[Event]] = []
        if trouble is not None:
            session.switch.post(self._fail, trouble)

    @signature("id()")
    def id(self) -> str:
        """The detector's id."""
        return self._id

    @command("detect()")
    def detect(self) -> Future[Event]:
        """To be awaited: the DetectionComplete or DetectionError event, whichever comes.

        The detector needs a call: give it as `amd` when calling, or send a call's media to it.
        """
        future: Future[Event] = Future(self.session.switch, "the answering machine detector's result")
        if self._outcome is not None:
            future.set(self._outcome)
            return future
        self._waiting.append(future)
        if self.call is None:
            self.session.switch.post(self._nothing_to_hear)
        return future

    def _nothing_to_hear(self) -> None:
        if self.call is None:
            self._fail("The detector has no call: give it as `amd` when calling, or send a call's media to it.")

    # --- for the engine ---

    def attach(self, call: DetectedLine) -> None:
        """Listen to this call, from its Connected on."""
        if self.call is not None or self.state is not AMDState.IDLE:
            self.session.warn(f"AMD {self._id} serves one call only; ignored.", self._id)
            return
        self.call = call
        self.session.keep(self._id, self)
        call.listen(self)
        if call.leg.state is CONNECTED:
            self.connected()
        else:
            self.state = moved(MOVES, self.state, AMDState.WAITING, "A detector")

    def connected(self) -> None:
        """The call is up: the clock runs from here, or ran from where it was connected."""
        if self.call is None or self.state not in (AMDState.IDLE, AMDState.WAITING):
            return
        self.state = moved(MOVES, self.state, AMDState.DETECTING, "A detector")
        self.call.identification("started")
        since = self._since()
        verdict = self._verdict()
        if verdict is not None and verdict.after < self.timeout:
            self._at(since, verdict.after, self._decide, verdict)
        else:
            self._at(since, self.timeout, self._finish, "TIMEOUT")

    def ended(self) -> None:
        """The call is over."""
        if self.state in (AMDState.WAITING, AMDState.DETECTING):
            self._finish("CALL_ENDED")

    def heard(self, sound: Sound) -> None:
        """The line says something. Nobody was expected to: then it is a person."""
        call = self.call
        if call is None or self.state is not AMDState.DETECTING or sound.kind != "speech":
            return
        if call.leg.answered_by == "nobody":
            call.leg.answered_by = "human"
            verdict = Verdict(0, "HUMAN", "NONE", self._thresholds.human)
            self._at(sound.started, (sound.length or 0) / 1000, self._decide, verdict)

    def cut(self) -> None:
        """The session is over: nothing is detected any more."""
        self._drop_timers()
        if self.state is not AMDState.DONE:
            self.state = moved(MOVES, self.state, AMDState.DONE, "A detector")

    # --- inside ---

    def _stream_begins(self, source: MediaUnit, how: SendMedia) -> None:
        from voxsim.engine.units.calldetect import DetectedLine

        if isinstance(source, DetectedLine):
            if self.call is not source:
                self.attach(source)
        elif self.call is not None or self.state is not AMDState.IDLE:
            self.session.warn(f"AMD {self._id} serves one call only; ignored.", self._id)
        else:
            self._fail(f"A detector listens to a call, not to {source!r}.")

    def _verdict(self) -> Verdict | None:
        timing, thresholds = self.session.switch.timing, self._thresholds
        match self.call.leg.answered_by if self.call is not None else "":
            case "human":
                return Verdict(timing.human_detected, "HUMAN", "NONE", thresholds.human)
            case "machine":
                return Verdict(timing.machine_detected, "VOICEMAIL", "NONE", thresholds.voicemail)
            case "mimic":
                return Verdict(timing.machine_detected, "VOICEMAIL", "MIMIC", thresholds.mimic)
        return None

    def _decide(self, verdict: Verdict) -> None:
        model = self.session.switch.recognition
        confidence = round(max(0.0, model.confidence - model.noise) * 100)
        if self.call is None or confidence < verdict.threshold:
            self._at(self._since(), self.timeout, self._finish, "TIMEOUT")
            return
        self._finish(verdict.result_class, verdict.subtype, confidence)

    def _since(self) -> int:
        """When the call was connected, in microseconds."""
        connected = self.call.leg.connected_at if self.call is not None else None
        return self.session.switch.now if connected is None else connected

    def _finish(self, result: str, subtype: str | None = None, confidence: int | None = None) -> None:
        call = self.call
        if call is None:
            return
        call.identification("result", result, subtype, confidence)
        call.identification("stopped")
        self._done(AMDEvents.DetectionComplete(self, call, call._id, result, subtype, confidence))

    def _fail(self, message: str) -> None:
        if self.state is AMDState.DONE:
            return
        if self.call is not None:
            self.call.identification("error")
        self._done(AMDEvents.DetectionError(self, message, self.call._id if self.call is not None else None))

    def _late(self, names: list[str]) -> Event | VoxsimError | None:
        outcome = self._outcome
        return outcome if outcome is None or outcome.name in names else self._over(outcome)

    def _over(self, outcome: Event) -> RecognitionStopped:
        return RecognitionStopped(f"Detector {self._id} is done, by {outcome.name}; it serves one call, once.")

    def _done(self, outcome: Event) -> None:
        if self.state is AMDState.DONE:
            return
        self.state = moved(MOVES, self.state, AMDState.DONE, "A detector")
        self._drop_timers()
        self.session.drop(self._id)
        self._outcome = outcome
        self._tell(outcome)
        self.session.switch.post(self._give_up_waiting, self._over(outcome))

    def _tell(self, outcome: Event) -> None:
        """Tell all that want to know the result."""
        self.emit(outcome)
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            self.session.switch.post(future.set, outcome)

    def _at(self, since: int, milliseconds: float, step: Any, *args: Any) -> None:
        self._timers.append(self.session.switch.at(since + round(milliseconds * 1000), step, *args))

    def _drop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers = []

    def _cannot_send(self) -> str | None:
        return "a detector has no sound to send"
