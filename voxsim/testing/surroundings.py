"""Surroundings: what a test says of the world around its scenarios that nobody in particular plays.

Web services, tool servers, files, how recognition works, what is stored and what was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from voxsim.engine.ports import Audio
from voxsim.engine.sounds import Sounds

if TYPE_CHECKING:
    from voxsim.engine.recognition import Recognition
    from voxsim.engine.recording import Remembered
    from voxsim.parties.rtmp import RtmpServer
    from voxsim.parties.toolserver import ToolServer
    from voxsim.parties.web import ScriptedWeb
    from voxsim.parties.world import World
    from voxsim.testing.ccs import CcsHandle
    from voxsim.testing.following import VoipNowHandle
    from voxsim.testing.stored import StorageHandle
    from voxsim.testing.telephony import Elma365Handle


class Surroundings:
    """A part of the fixture."""

    world: World

    @property
    def web(self) -> ScriptedWeb:
        """The web services, sockets and mail servers that scenarios meet."""
        return self.world.web

    def tools(self, endpoint: str = "*") -> ToolServer:
        """An MCP server at an endpoint (`*`: at any) for the tools that scenarios call."""
        return self.world.tools.add(endpoint)

    def rtmp(self, url: str) -> RtmpServer:
        """The RTMP server at a URL: what streaming agents published there, and whether it takes them."""
        return self.world.rtmp.at(url)

    def audio(self, url: str, seconds: float = 5, **facts: Any) -> None:
        """Say how long a file plays, or `error=`, `download_seconds=`, `size_bytes=`, `stall_at=` of it."""
        self.world.switch.sounds.files[url] = Audio(seconds, **facts)

    def speech(self, seconds: float | Mapping[str, float]) -> None:
        """Let every text take so many seconds to say, or each its own."""
        sounds, model = self.world.switch.sounds, Sounds()
        if isinstance(seconds, Mapping):
            table = dict(seconds)
            sounds.speech_seconds = lambda text: table.get(text, model.speech(text))
        else:
            length = float(seconds)
            sounds.speech_seconds = lambda _: length

    def voipnow(self, url: str = "https://crm.example/calls", **how: Any) -> VoipNowHandle:
        """Let VoipNow's call events go to a URL from now on, by `vox.web`; keywords as for `VoipNowHandle`.

        Whoever takes part in calls is to be there already: `vox.user("anna", extension="0003*201")`. While nobody has
        an extension, everybody does.
        """
        from voxsim.testing.following import VoipNowHandle

        return VoipNowHandle(self.world, url, **how)

    def ccsevents(self, **how: Any) -> CcsHandle:
        """Follow all calls from now on as ccsevents tells of them; keywords as for `CcsHandle`.

        Whoever takes part in calls is to be there already: `vox.user("anna", extension="201", domain="alpha.test")`.
        While nobody has an extension, everybody does.
        """
        from voxsim.testing.ccs import CcsHandle

        return CcsHandle(self.world, **how)

    def elma365(self, module: str | Path | None = None, **how: Any) -> Elma365Handle:
        """Host a telephony module and tell it of all calls from now on; keywords as for `Elma365Handle`.

        Whoever takes part in calls is to be there already: `vox.user("anna", extension="201")`. While nobody has an
        extension, everybody does who has no public number.
        """
        from voxsim.testing.telephony import Elma365Handle

        return Elma365Handle(self.world, module, **how)

    @property
    def recognition(self) -> Recognition:
        """What recognisers and agents make of what is said: `vox.recognition.noise = 0.5`."""
        return self.world.switch.recognition

    @property
    def recordings(self) -> Remembered:
        """What was recorded so far, in `made`; with `error = "…"` recording fails from now on."""
        return cast("Remembered", self.world.switch.recordings)

    @property
    def storage(self) -> StorageHandle:
        """The items of the ApplicationStorage: `vox.storage["key"] = "value"`."""
        from voxsim.testing.stored import StorageHandle

        return StorageHandle(self.world.context.key_value({}))

    def secret(self, name: str, value: str) -> None:
        """Let the application have a secret, which scenarios read with `VoxEngine.get_secret_value(name)`."""
        from voxsim.platform.storage import at_once

        context = self.world.context
        at_once(context.secrets({}).set(name, value, context.date()))
