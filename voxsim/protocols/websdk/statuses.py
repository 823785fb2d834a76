"""Desk: the ACD statuses of users who serve queues from a Web SDK client, both ways.

Whoever is logged in stands behind the agent of its name; with the last client gone, the agent is OFFLINE and whoever
stood behind it before is back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.agents import CHOSEN, Agent, AgentSide, AgentStatus
from voxsim.protocols.websdk.params import BadMessage, Params

if TYPE_CHECKING:
    from voxsim.protocols.websdk.connection import Connection
    from voxsim.protocols.websdk.gateway import Gateway

BANNED: Final = "BANNED"
_WRONG_STATUS: Final = 7
_MESSAGING_DEFAULT: Final = "OFFLINE"


class Seat:
    """A user's clients, as the agent's side.

    Attributes:
        before: who stood behind the agent before.
    """

    def __init__(self, desk: Desk, agent: Agent) -> None:
        self._desk = desk
        self.agent = agent
        self.before: AgentSide = agent.side
        self.quiet = False
        agent.side = self

    def status_changed(self, agent: Agent) -> None:
        """The agent has another status: every client of the user is told."""
        if not self.quiet:
            self._desk.told(agent)


class Desk:
    """The statuses of all clients' users."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._seats: dict[str, Seat] = {}
        self._messaging: dict[str, str] = {}

    def entered(self, connection: Connection) -> None:
        """A client has logged in: when its user serves queues, it sits down."""
        name = _name(connection)
        agent = self._gateway.switch.queues.agents.get(name)
        if agent is not None:
            self._sit_down(agent)

    def left(self, connection: Connection) -> None:
        """A client is gone; with the last one its user is OFFLINE."""
        name = _name(connection)
        seat = self._seats.get(name)
        if seat is None or self._gateway.devices(name):
            return
        del self._seats[name]
        self._messaging.pop(name, None)
        seat.quiet = True
        self._gateway.switch.queues.set_status(seat.agent, AgentStatus.OFFLINE)
        seat.agent.side = seat.before

    def told(self, agent: Agent) -> None:
        """An agent has another status, and nobody's request is to be answered with it."""
        for connection in self._gateway.devices(agent.name):
            connection.send("onACDStatus", connection.id, str(agent.status), _unasked(connection), "")

    def asked(self, connection: Connection, params: Params) -> None:
        """A client asks for a status, or chooses one.

        Raises:
            BadMessage: the parameters are of another shape.
        """
        if connection.person is None:
            return
        if params.name.endswith("MessagingStatus"):
            self._messaging_status(connection, params)
        elif params.name == "getOperatorACDStatus":
            self._answer(connection, self._status(connection), params.word(0))
        else:
            status, request = _chosen(params)
            self._choose(connection, status, request)

    def _choose(self, connection: Connection, status: str, request: str) -> None:
        if status not in CHOSEN:
            connection.note("wrong ACD status", {"status": status[:60]})
            connection.send("onSQStatusError", connection.id, request, _WRONG_STATUS, "There is no such status")
            return
        seat = self._sit_down(self._agent(connection))
        seat.quiet = True
        self._gateway.switch.queues.set_status(seat.agent, status)
        seat.quiet = False
        # The SDK takes any other status than the one it asked for as an error: what follows at once is told apart.
        self._answer(connection, status, request)
        if seat.agent.wanted is None and seat.agent.status != status:
            connection.send("onACDStatus", connection.id, str(seat.agent.status), _unasked(connection), "")
        for other in self._gateway.devices(seat.agent.name):
            if other is not connection:
                # Of another client's request the SDK says that the same credentials are used twice (ACDError 6).
                other.send("onACDStatus", other.id, status, request or _unasked(other), "")

    def _messaging_status(self, connection: Connection, params: Params) -> None:
        """The same for messaging of smart queues: kept, and given back."""
        name = _name(connection)
        if params.name == "getOperatorMessagingStatus":
            request = params.word(0)
        else:
            self._messaging[name], request = _chosen(params)
        status = self._messaging.get(name, _MESSAGING_DEFAULT)
        event = "SQMessagingStatusUpdated" if connection.confirms else "onMessagingStatus"
        connection.send(event, connection.id, status, request, "")

    def _answer(self, connection: Connection, status: str, request: str) -> None:
        connection.send("onACDStatus", connection.id, status, request or _unasked(connection), "")

    def _status(self, connection: Connection) -> str:
        agent = self._gateway.switch.queues.agents.get(_name(connection))
        return str(agent.status if agent is not None else AgentStatus.OFFLINE)

    def _agent(self, connection: Connection) -> Agent:
        """The agent of a client's user; one that serves no queue yet when there is none."""
        queues, person = self._gateway.switch.queues, connection.person
        agent = queues.agents.get(_name(connection))
        if agent is not None or person is None:
            return agent or Agent(id=0, name="")
        return queues.add_agent(Agent(id=person.user.id, name=person.user.name, display_name=person.user.display_name))

    def _sit_down(self, agent: Agent) -> Seat:
        seat = self._seats.get(agent.name)
        if seat is None or seat.agent is not agent:
            seat = self._seats[agent.name] = Seat(self, agent)
        return seat


def _name(connection: Connection) -> str:
    return connection.person.user.name if connection.person is not None else ""


def _unasked(connection: Connection) -> str:
    """What stands in place of a request's id when nobody asked."""
    return f"status_{connection.id}"


def _chosen(params: Params) -> tuple[str, str]:
    """The status that a client chose, and its request's id: one object in newer SDKs, two texts in older ones."""
    given: Any = params.any(0)
    if not isinstance(given, dict):
        return params.word(0), params.word(1)
    status, request = given.get("status"), given.get("uuid")
    if not isinstance(status, str) or not isinstance(request, str):
        raise BadMessage(f"{params.name} takes a status and a uuid.")
    return status, request
