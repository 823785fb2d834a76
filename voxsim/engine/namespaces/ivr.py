"""IVR: what the states of phone menus share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from voxsim.engine.command import command
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.units.ivr import Menus
from voxsim.vocabulary.declare import namespace
from voxsim.vocabulary.errors import BadArgument


@namespace("IVR", module="IVR")
class IVRNamespace(Namespace):
    """Phone menus of the running session; their states are `IVRState`s."""

    NAME: ClassVar = "IVR"

    @command("reset()")
    def reset(self) -> None:
        """Let every call leave the state it is in: digits and time-outs mean nothing any more."""
        self.session.needs("IVR")
        Menus.of(self.session).reset()

    @property
    def tts_options(self) -> Mapping[str, Any] | None:
        """How prompts are said, such as `{"rate": "slow"}`; None for as usual. It can be set."""
        return Menus.of(self.session).tts_options

    @tts_options.setter
    def tts_options(self, options: Mapping[str, Any] | None) -> None:
        if options is not None and not isinstance(options, Mapping):
            raise BadArgument(f"IVR.ttsOptions is an object such as {{'rate': 'slow'}}, got {options!r}.")
        Menus.of(self.session).tts_options = options


IVR = IVRNamespace()
