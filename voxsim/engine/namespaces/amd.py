"""AMD: detectors of answering machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.units.amd import DEFAULT_TIMEOUT, AnsweringMachineDetector, Thresholds
from voxsim.vocabulary.constants import constant_set
from voxsim.vocabulary.declare import namespace

_LONGEST = 20_000


@namespace("AMD")
class AMDNamespace(Namespace):
    """Answering machine detection; it needs no `require`."""

    NAME: ClassVar = "AMD"

    @command("create({parameters})", Operation.CREATE, positional="model", ignored="call")
    def create(
        self,
        parameters: Options = None,
        *,
        model: str = "",
        timeout: float | None = None,
        thresholds: Mapping[str, float] | None = None,
    ) -> AnsweringMachineDetector:
        """A detector, to be given as `amd` to a call that is made, or to be sent a call's media.

        Args:
            parameters: the options below under their documented names.
            model: a member of `AMD.Model`: the country whose machines are to be known.
            timeout: milliseconds from Connected until the result is TIMEOUT, 0 to 20000; 6500 by default.
            thresholds: how sure it must be, 0 to 100, of a `human`, a `voicemail`, a `mimic`.

        `call`, which the platform asks for although its typings have it not, is taken and has no effect here.

        A model that is none of these, or a figure out of its range, is told by AMD.Events.DetectionError.
        """
        milliseconds = DEFAULT_TIMEOUT if timeout is None else timeout
        limits = thresholds or {}
        trouble = _trouble(model, milliseconds, limits)
        known = Thresholds() if trouble else Thresholds(**limits)
        wait = DEFAULT_TIMEOUT if trouble else milliseconds
        return AnsweringMachineDetector(self.session, str(model), wait, known, trouble)


def _trouble(model: object, timeout: object, thresholds: object) -> str | None:
    """What is wrong with the parameters of a detector, or None."""
    models = constant_set("AMD.Model")
    if model not in models:
        return f"`model` is one of AMD.Model ({', '.join(models)}), got {model!r}."
    if not _between(timeout, _LONGEST):
        return f"`timeout` is 0 to {_LONGEST} milliseconds, got {timeout!r}."
    if not isinstance(thresholds, Mapping):
        return f"`thresholds` is an object such as {{'human': 80}}, got {thresholds!r}."
    for name, value in thresholds.items():
        if name not in ("human", "voicemail", "mimic"):
            return f"`thresholds` are for human, voicemail and mimic, got {name!r}."
        if not _between(value, 100):
            return f"The threshold {name!r} is 0 to 100, got {value!r}."
    return None


def _between(value: object, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


AMD = AMDNamespace()
