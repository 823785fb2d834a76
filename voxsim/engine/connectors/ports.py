"""What a client of an AI service needs from above: whoever plays the service.

Scripted agents implement it. So can an adapter to a vendor's real endpoint: it is given the client's parameters, gets
every message as the vendor's own API has it, and tells what comes back; the engine knows no vendor's protocol.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import attrs

if TYPE_CHECKING:
    from voxsim.engine.media import Sound
    from voxsim.engine.session import Session


@attrs.frozen(kw_only=True)
class Asked:
    """What a client wants to be connected to.

    Attributes:
        service: the service by its documented events, such as `OpenAI.RealtimeAPI`.
        unit: the client's id.
        parameters: what the client was made with, by documented names: keys, model, agent's id.
    """

    service: str
    unit: str
    parameters: Mapping[str, Any]

    @property
    def vendor(self) -> str:
        """The first part of the service's name, such as `OpenAI`."""
        return self.service.partition(".")[0]


class Agents(Protocol):
    """Who plays the services."""

    def connect(self, asked: Asked, near: AgentNear) -> AgentFar | str:
        """The far end for a new client, or why there is none; the client's creation fails with these words."""


class AgentNear(Protocol):
    """The engine's end of a connection, as the service sees it."""

    @property
    def session(self) -> Session:
        """The session that the client belongs to."""

    def told(self, custom_event: str, payload: Any = None) -> None:
        """A message of the service: the event of that name fires, or `Unknown` when the client has none."""

    def listens(self, custom_event: str) -> bool:
        """Whether the scenario listens to or waits for the event of this message."""

    def says(self, sound: Sound) -> None:
        """The service's voice: played behind what is still to be played. When it begins is the client's affair."""

    def closed(self, code: int, reason: str, *, clean: bool = True) -> None:
        """The service closed the connection, or (not clean) it was lost."""


class AgentFar(Protocol):
    """The service, as the engine sees it."""

    def opened(self) -> None:
        """The client is there and has been introduced: from here on it hears what it is told."""

    def told(self, message: str, payload: Any) -> None:
        """The scenario called one of the client's methods: its documented name, and what it was called with."""

    def heard(self, sound: Sound | None) -> None:
        """A unit that sends its media to the client begins to sound, or (None) what sounded was cut."""

    def cleared(self) -> None:
        """The scenario threw away what was still to be played of the service's voice."""

    def closed(self, code: int, reason: str) -> None:
        """The scenario, or the end of its session, closed the connection."""
