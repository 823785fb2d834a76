"""PlaysDialogs: how a test says who answers for dialog services, and what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voxsim.parties.dialogs import Dialog

if TYPE_CHECKING:
    from voxsim.parties.world import World


class PlaysDialogs:
    """The part of `vox` that plays dialog services: `vox.dialogflow().hears("a taxi").replies("Where to?")`."""

    world: World

    def dialogflow(self, agent: str | int = "") -> Dialog:
        """Who plays Dialogflow: all agents, or the one with this id. Say what it answers."""
        return self.world.dialogs.add(Dialog("Dialogflow", str(agent)))

    def ccai(self, agent: str = "") -> Dialog:
        """Who plays the agents of CCAI: all, or the one with this id."""
        return self.world.dialogs.add(Dialog("CCAI", agent))

    def avatar(self, avatar: str = "") -> Dialog:
        """Who plays avatars: all, or the one with this id."""
        return self.world.dialogs.add(Dialog("Avatar", avatar))
