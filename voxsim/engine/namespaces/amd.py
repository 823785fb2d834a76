"""AMD: detectors of answering machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.units.amd import DEFAULT_TIMEOUT, AnsweringMachineDetector, Thresholds
from voxsim.vocabulary.constants import constant_set
from voxsim.vocabulary.declare import namespace
from voxsim.vocabulary.errors import BadArgument

_LONGEST = 20_000


@namespace("AMD")
class AMDNamespace(Namespace):
    """Answering machine detection; it needs no `require`."""

    NAME: ClassVar = "AMD"

    @command("create({parameters})", Operation.CREATE, positional="model")
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

        Raises:
            BadArgument: the model is none of `AMD.Model`, or a figure is out of its range.
        """
        models = constant_set("AMD.Model")
        if model not in models:
            raise BadArgument(f"AMD.create: `model` is one of AMD.Model ({', '.join(models)}), got {model!r}.")
        milliseconds = DEFAULT_TIMEOUT if timeout is None else timeout
        if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
            raise BadArgument(f"AMD.create: `timeout` is a number of milliseconds, got {timeout!r}.")
        if not 0 <= milliseconds <= _LONGEST:
            raise BadArgument(f"AMD.create: `timeout` is 0 to {_LONGEST} milliseconds, got {milliseconds}.")
        return AnsweringMachineDetector(self.session, model, milliseconds, _thresholds(thresholds or {}))


def _thresholds(given: Mapping[str, Any]) -> Thresholds:
    for name, value in given.items():
        if name not in ("human", "voicemail", "mimic"):
            raise BadArgument(f"AMD.create: `thresholds` are for human, voicemail and mimic, got {name!r}.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
            raise BadArgument(f"AMD.create: the threshold {name!r} is 0 to 100, got {value!r}.")
    return Thresholds(**given)


AMD = AMDNamespace()
