"""Connector: what all clients of AI services share. A WebSocket to the service, methods that send a message each, and
the service's messages as events.

Its states are in `MOVES`. The far end is a port (`connectors.ports`): a scripted agent, or a real service.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar

from voxsim.engine.command import command
from voxsim.engine.connectors.ports import AgentFar, Asked
from voxsim.engine.future import Future
from voxsim.engine.lifecycle import RUNNING
from voxsim.engine.media import MediaUnit, Sound
from voxsim.engine.namespaces.base import Namespace
from voxsim.vocabulary.declare import Event, EventType, event_table, payload, signature
from voxsim.vocabulary.enums import WebSocketCloseCode
from voxsim.vocabulary.errors import BadArgument, ConnectionFailed, SocketClosed, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session

OnClose = Callable[[Any], Any] | None
C = TypeVar("C", bound="Connector")

APPLICATION_VERSION: Final = "1.0.0"
"""What ConnectorInformation says of the platform's connectors."""

NORMAL_CLOSE: Final = "Normal connection close"


class ConnectorState(Enum):
    """Where a client is in its life."""

    CONNECTING = "connecting"
    OPEN = "open"
    CLOSED = "closed"


CONNECTING, OPEN, CLOSED = ConnectorState

MOVES: Final[dict[ConnectorState, frozenset[ConnectorState]]] = {
    CONNECTING: frozenset({OPEN, CLOSED}),
    OPEN: frozenset({CLOSED}),
    CLOSED: frozenset(),
}
"""Which state may follow which. A scenario gets a client when it is open."""


@payload
class ConnectorEvent(Event):
    """A message of the service: `data` is `{"customEvent": its name, "payload": what the service sent}`."""

    client: Connector
    data: dict[str, Any] | None = None


@payload
class ConnectorClosed(Event):
    """What `onWebSocketClose` is called with."""

    websocket: Connector
    code: int
    reason: str
    was_clean: bool


def connector_events(documented: str, members: str, irregular: Mapping[str, str] | None = None) -> Any:
    """The enumeration of a client's events: `OpenAI.RealtimeAPIEvents` has the values `OpenAI.RealtimeAPI.…`."""
    return event_table(documented, documented.removesuffix("Events"), ConnectorEvent, members, irregular)


class Connector(MediaUnit):
    """A client of an AI service.

    A kind of client sets SERVICE, NAME and EVENTS. Its methods are made by `sends`; its factory calls `connect`.
    """

    __slots__ = ("_connected", "_far", "_on_close", "_parameters", "_socket", "state")

    MIXES: ClassVar = True
    SERVICE: ClassVar[str]
    """The service by its documented events, such as `OpenAI.RealtimeAPI`."""

    def __init__(self, session: Session, parameters: Mapping[str, Any], on_close: OnClose = None) -> None:
        super().__init__(session, session.switch.ids.unit())
        self.state = CONNECTING
        self._socket = session.switch.ids.unit()
        self._parameters = {name: value for name, value in parameters.items() if value is not None}
        self._on_close = on_close
        self._far: AgentFar | None = None
        self._connected: Future[Any] = Future(session.switch, f"the connection to {self.SERVICE}")
        session.keep(self._id, self)

    @classmethod
    def connect(cls, session: Session, parameters: Mapping[str, Any], on_close: OnClose = None) -> Future[Self]:
        """Make a client and connect it; the result has it once it is open.

        Args:
            session: whose it is.
            parameters: what it is made with, by documented names; those that are None were not given.
            on_close: called with a ConnectorClosed when the connection, once open, ends.
        """
        client = cls(session, parameters, on_close)
        session.switch.post(client._dial)
        return client._connected

    # --- the scenario's side ---

    @signature("id()")
    def id(self) -> str:
        """The client's id."""
        return self._id

    @signature("webSocketId()")
    def web_socket_id(self) -> str:
        """The id of the WebSocket that it has to the service."""
        return self._socket

    @command("close()")
    def close(self) -> None:
        """Close the connection: the service is gone, and so is what was still to be heard of it."""
        self.cut()

    def cut(self) -> None:
        """The scenario closes it, or the session is over."""
        if self.state is CLOSED:
            return
        far, self._far = self._far, None
        self._close(WebSocketCloseCode.CLOSE_NORMAL, NORMAL_CLOSE, clean=True)
        if far is not None:
            far.closed(WebSocketCloseCode.CLOSE_NORMAL, NORMAL_CLOSE)

    def send(self, message: str, parameters: Any) -> None:
        """Send one message to the service as it is now; on a closed connection it is dropped with a warning.

        Raises:
            BadArgument: it holds what JSON cannot.
        """
        try:
            # As it is sent: what the scenario makes of its objects later is not in it.
            parameters = json.loads(json.dumps(parameters))
        except (TypeError, ValueError):
            raise BadArgument(f"{message}: the parameters can only hold what JSON can.") from None
        if self.state is not OPEN or self._far is None:
            self.session.warn(f"{message}: the connection to {self.SERVICE} is {self.state.value}; dropped.", self._id)
            return
        self.session.note("connector", "sent", self._id, {"customEvent": message, "payload": parameters})
        self._far.told(message, parameters)

    # --- the service's side ---

    def told(self, custom_event: str, payload: Any = None) -> None:
        """A message of the service arrives."""
        if self.state is OPEN:
            members = self.EVENTS.members
            member: EventType[Any] = members.get(custom_event) or members["Unknown"]
            self.emit(member(self, data={"customEvent": custom_event, "payload": payload}))

    def listens(self, custom_event: str) -> bool:
        """Whether anybody listens to or waits for the event of this message."""
        member = self.EVENTS.members.get(custom_event)
        return member is not None and self.wanted(member)

    def says(self, sound: Sound) -> None:
        """A client without a voice: there is nothing to play."""

    def closed(self, code: int, reason: str, *, clean: bool = True) -> None:
        """The service closed the connection, or it was lost."""
        if self.state is not CLOSED:
            self._close(code, reason, clean=clean)

    # --- media to the service ---

    def hear(self, sound: Sound, origin: MediaUnit) -> None:
        """What is sent to the client goes to the service."""
        if self.state is OPEN and self._far is not None:
            self._far.heard(sound)

    def hear_nothing(self, origin: MediaUnit) -> None:
        """What was heard was cut."""
        if self.state is OPEN and self._far is not None:
            self._far.heard(None)

    def _cannot_send(self) -> str | None:
        return f"{self.NAME} has no voice"

    def _cannot_receive(self) -> str | None:
        return f"the connection to {self.SERVICE} has closed" if self.state is CLOSED else None

    # --- inside ---

    def _dial(self) -> None:
        if self.state is not CONNECTING:
            return
        note = {"service": self.SERVICE, "socket": self._socket}
        self.session.note("connector", "connecting", self._id, note)
        asked = Asked(service=self.SERVICE, unit=self._id, parameters=self._parameters)
        far = self.session.switch.agents.connect(asked, self)
        if isinstance(far, str):
            self._connected.fail(ConnectionFailed(far))
            self._close(WebSocketCloseCode.CLOSE_ABNORMAL, far, clean=False)
            return
        self._far = far
        self.session.switch.after_ms(self.session.switch.timing.connector_open, self._open)

    def _open(self) -> None:
        if self.state is not CONNECTING:
            return
        self._move(OPEN)
        self.session.note("connector", "opened", self._id, {"service": self.SERVICE})
        self._connected.set(self)
        # A little later: whoever awaits the client has its listeners in place by then, as on the platform.
        self.session.switch.after_ms(self.session.switch.timing.connector_information, self._introduce)

    def _introduce(self) -> None:
        if self.state is not OPEN or self._far is None:
            return
        endpoint = f"wss://local/{self.SERVICE.partition('.')[0].lower()}"
        known = {"applicationVersion": APPLICATION_VERSION, "id": self._socket, "endpoint": endpoint}
        self.told("ConnectorInformation", known)
        self._far.opened()

    def _close(self, code: int, reason: str, *, clean: bool) -> None:
        self._far = None
        was_open = self.state is OPEN
        self._move(CLOSED)
        self.unroute_all()
        self.session.drop(self._id)
        self.session.note("connector", "closed", self._id, {"code": int(code), "reason": reason})
        error = SocketClosed(f"The connection to {self.SERVICE} closed: {int(code)} {reason}.")
        self._connected.fail(ConnectionFailed(str(error)))
        if self._on_close is not None and was_open:
            event = ConnectorClosed("WebSocket.Close", self, int(code), reason, clean)
            self.session.switch.post(self._tell_close, event)
        self.session.switch.post(self._give_up_waiting, error)

    def _tell_close(self, event: ConnectorClosed) -> None:
        if self._on_close is not None and self.session.phase is RUNNING:
            self.session.run(self._on_close, event)

    def _late(self, names: list[str]) -> Event | VoxsimError | None:
        return SocketClosed(f"The connection to {self.SERVICE} has closed already.") if self.state is CLOSED else None

    def _move(self, state: ConnectorState) -> None:
        if state not in MOVES[self.state]:
            raise VoxsimError(f"A client cannot go from {self.state.value} to {state.value}.")
        self.state = state


class TextConnector(Connector):
    """A client of a service that only reads and writes."""

    __slots__ = ()

    def _cannot_receive(self) -> str | None:
        return f"{self.NAME} hears nothing"


class ConnectorNamespace(Namespace):
    """A namespace that makes clients."""

    def _connect(
        self, kind: type[C], parameters: Mapping[str, Any], on_close: OnClose = None, *, required: str = "apiKey"
    ) -> Future[C]:
        """Make a client; what the typings require and a scenario left out is told as a warning.

        Args:
            kind: the client's class.
            parameters: what it is made with, by documented names.
            on_close: the callback given as `onWebSocketClose`.
            required: the documented names of what cannot be left out.
        """
        session = self.session
        session.needs(self.NAME.partition(".")[0])
        if lacking := [name for name in required.split() if not parameters.get(name)]:
            session.warn(f"{kind.NAME}: {', '.join(lacking)} is missing; the real service refuses such a client.")
        return kind.connect(session, parameters, on_close)


_MAY_BE_BARE: Final = frozenset(
    {
        "hangUp", "inputAudioBufferClear", "inputAudioBufferCommit", "listTools", "outputAudioBufferClear",
        "responseCancel", "responseCreate",
    }
)  # fmt: skip
"""Messages that say something without any field: scenarios leave their argument out."""


def sends(name: str, doc: str, parameter: str = "parameters") -> Callable[[Any, Mapping[str, Any]], None]:
    """Declare a client's method that sends its one argument, an object, to the service.

    Args:
        name: its documented name, which the service is told.
        doc: what it is for.
        parameter: the documented name of its argument.
    """
    if parameter == "input":

        def method(self: Connector, input: Mapping[str, Any]) -> None:  # noqa: A002 - its documented name
            self.send(name, _checked(name, input))

    else:

        def method(self: Connector, parameters: Mapping[str, Any] | None = None) -> None:  # type: ignore[misc]
            self.send(name, _checked(name, {} if parameters is None and name in _MAY_BE_BARE else parameters))

    method.__doc__ = doc
    method.__name__ = method.__qualname__ = name
    return command(f"{name}({parameter})")(method)


def _checked(name: str, given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise BadArgument(f"{name} takes an object as the service documents it, got {given!r}.")
    return dict(given)
