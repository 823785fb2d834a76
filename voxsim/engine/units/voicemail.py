"""The older voicemail detection, `AI.detectVoicemail`: a detector that tells of the call by AI.Events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from voxsim.engine.future import Future
from voxsim.engine.units.aievents import AIEvents, VoicemailEvent
from voxsim.engine.units.amd import DEFAULT_TIMEOUT, AnsweringMachineDetector, DetectionComplete, Thresholds
from voxsim.engine.units.calldetect import DetectedLine
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.vocabulary.declare import Event

DEFAULT_MODEL: Final = "ru"
DEFAULT_THRESHOLD: Final = 0.8
"""How sure the detection must be, from 0 to 1, of a machine."""


class VoicemailDetector(AnsweringMachineDetector):
    """A detector whose result is VoicemailDetected or VoicemailNotDetected, both on the call."""

    __slots__ = ("_threshold", "found")

    def __init__(self, call: DetectedLine, model: str, threshold: float) -> None:
        super().__init__(call.session, model, DEFAULT_TIMEOUT, Thresholds())
        self._threshold = threshold
        self.found: Future[VoicemailEvent] = Future(call.session.switch, f"the voicemail detection of {call!r}")

    def _tell(self, outcome: Event) -> None:
        call = self.call
        if call is None or not isinstance(outcome, DetectionComplete):
            return
        if outcome.result_class == "CALL_ENDED":
            self.found.fail(call.ended_error())
            return
        sure = outcome.confidence or 0
        found: VoicemailEvent = AIEvents.VoicemailNotDetected(call)
        if outcome.result_class == "VOICEMAIL" and sure >= self._threshold * 100:
            found = AIEvents.VoicemailDetected(call, confidence=sure)
        call.emit(found)
        self.session.switch.post(self.found.set, found)


def detect_voicemail(
    session: Session, call: DetectedLine, model: str | None = None, threshold: float | None = None
) -> Future[VoicemailEvent]:
    """Find out whether a machine answered a call: to be awaited, and an event of the call besides.

    Args:
        session: whose scenario asks.
        call: an outgoing call; detection runs from its Connected.
        model: the country whose machines are known, `ru` by default.
        threshold: how sure it must be of a machine, from 0 to 1; 0.8 by default.

    Raises:
        BadArgument: there is no call, or the threshold is out of its range.
        CallEnded: when it is awaited, and the call ended first.
    """
    if not isinstance(call, DetectedLine) or call.session is not session:
        raise BadArgument(f"AI.detectVoicemail takes a call of this session, got {call!r}.")
    wanted = DEFAULT_THRESHOLD if threshold is None else threshold
    if isinstance(wanted, bool) or not isinstance(wanted, int | float) or not 0 <= wanted <= 1:
        raise BadArgument(f"AI.detectVoicemail: `threshold` is 0 to 1, got {threshold!r}.")
    detector = VoicemailDetector(call, str(model or DEFAULT_MODEL), wanted)
    if call.leg.alive:
        detector.attach(call)
    else:
        session.switch.post(detector.found.fail, call.ended_error())
    return detector.found
