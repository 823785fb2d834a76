"""AI: the module's older voicemail detection, and its Dialogflow instances."""

from __future__ import annotations

from typing import ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.future import Future
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.units.aievents import VoicemailEvent
from voxsim.engine.units.call import Call
from voxsim.engine.units.voicemail import detect_voicemail
from voxsim.vocabulary.declare import namespace


@namespace("AI", module="AI")
class AINamespace(Namespace):
    """The AI module."""

    NAME: ClassVar = "AI"

    @command("detectVoicemail(call, {parameters})", Operation.CREATE, positional="model threshold")
    def detect_voicemail(
        self, call: Call, parameters: Options = None, *, model: str | None = None, threshold: float | None = None
    ) -> Future[VoicemailEvent]:
        """Find out whether a machine answered: to be awaited, and told by an event of the call besides.

        Args:
            call: an outgoing call; detection runs from its Connected.
            parameters: the options below under their documented names.
            model: the country whose machines are known, `ru` by default.
            threshold: how sure it must be of a machine, from 0 to 1; 0.8 by default.
        """
        self.session.needs("AI")
        return detect_voicemail(self.session, call, model, threshold)


AI = AINamespace()
