"""Plays: who else plays in a test. Voice agents, dialog services, queues with their operators, call lists.

Few tests need any of them, so that each is imported when it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from voxsim.engine.queues import Queue
    from voxsim.parties.agents import AgentTiming
    from voxsim.parties.behaviour import Behaviour
    from voxsim.parties.dialogs import Dialog
    from voxsim.parties.world import Files, World
    from voxsim.testing.agents import AgentHandle
    from voxsim.testing.campaign import CallListHandle, Rows
    from voxsim.testing.handles import PartyHandle
    from voxsim.testing.queueing import OperatorHandle
    from voxsim.testing.vox import Vox


class Plays:
    """A part of the fixture."""

    world: World
    _parties: list[PartyHandle]

    # --- AI services ---

    def agent(self, service: str, timing: AgentTiming | None = None, **parameters: Any) -> AgentHandle:
        """A scripted agent: `vox.agent("OpenAI").greets("Hello!")`.

        Args:
            service: a vendor, or one of its services such as `OpenAI.ChatCompletionsAPI`.
            timing: how long it takes to notice, think and answer.
            parameters: play only for clients made with these options, such as `agent_id="support"`.

        Raises:
            BadArgument: no vendor has such a service.
        """
        from voxsim.testing.agents import AgentHandle

        handle = AgentHandle(cast("Vox", self), service, timing, parameters)
        self.world.agents.add(handle)
        return handle

    # --- dialog services ---

    def dialogflow(self, agent: str | int = "") -> Dialog:
        """Who plays Dialogflow: all agents, or the one with this id. `.hears("a taxi").replies("Where to?")`."""
        return self._dialog("Dialogflow", str(agent))

    def ccai(self, agent: str = "") -> Dialog:
        """Who plays the agents of CCAI: all, or the one with this id."""
        return self._dialog("CCAI", agent)

    def avatar(self, avatar: str = "") -> Dialog:
        """Who plays avatars: all, or the one with this id."""
        return self._dialog("Avatar", avatar)

    def _dialog(self, service: str, name: str) -> Dialog:
        from voxsim.parties.dialogs import Dialog

        return self.world.dialogs.add(Dialog(service, name))

    # --- queues ---

    def queue(self, name: str, **settings: Any) -> Queue:
        """A queue: `max_size`, `max_waiting` (seconds), `hold`, `agent_selection`, `task_selection`, `fault`.

        Its `len()` is how many wait, and `agents` who serves it.
        """
        return self.world.queue(name, **settings)

    def operator(
        self, name: str, behaviour: str | Behaviour | None = None, *, queue: str | Sequence[str] = (), **how: Any
    ) -> OperatorHandle:
        """Somebody who serves a queue, or several: `skills={"french": 3}`, `talk=60`, `after_call=10`, `ban=600`.

        How the phone is answered is behaviour, as of any party: `answer=2`, `busy=True`.
        """
        from voxsim.testing.queueing import OperatorHandle

        queues = (queue,) if isinstance(queue, str) else tuple(queue)
        handle = OperatorHandle(cast("Vox", self), self.world.add_operator(name, queues, behaviour, **how))
        self._parties.append(handle)
        return handle

    # --- call lists ---

    def call_list(
        self,
        rows: Rows,
        scenario: Files,
        *,
        attempts: int = 1,
        interval: int = 0,
        simultaneous: int = 1,
        name: str = "list",
        **figures: Any,
    ) -> CallListHandle:
        """Begin a call list: each task starts a session of the scenario, with its row as custom data in JSON.

        Args:
            rows: mappings, or the text of a CSV file with semicolons whose first line names the columns.
            scenario: what each attempt runs.
            attempts: how often a task is tried at most, 1 to 5.
            interval: seconds from a failed attempt to the next.
            simultaneous: how many sessions may be alive at a time.
            name: what it is called in messages.
            figures: `priority`, `strategy`, `start_at` (unix seconds).

        Raises:
            BadArgument: a row or a figure is none.
        """
        figures |= {"attempts": attempts, "interval": interval, "simultaneous": simultaneous, "name": name}
        from voxsim.testing.campaign import CallListHandle

        vox = cast("Vox", self)
        return CallListHandle.begun(vox, rows, vox.world.rule(vox.paths(scenario)), figures)
