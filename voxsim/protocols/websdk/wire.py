"""Wires: how messages travel between a Web SDK client and the gateway, in both versions of its protocol.

Version 3 is bare messages. Version 5 numbers them in each direction, acknowledges them, and so survives the loss of a
connection: what has not arrived is sent again over the next one. Texts go in and out; sockets are not known here.
"""

from __future__ import annotations

import json
from collections import deque
from typing import Any, Final, Protocol

from voxsim.engine.ports import SocketFar
from voxsim.protocols.websdk.params import BadMessage, Params

NORMAL: Final = 1000
WRONG_SEQUENCE: Final = 4001
SERVER_ERROR: Final = 4002
CLIENT_ERROR: Final = 4003
TIMEOUT: Final = 4004

_LARGEST: Final = 1 << 53


class Told(Protocol):
    """Who is told what a client says."""

    def ready(self, *, resumed: bool) -> None:
        """The handshake is over, of a new connection or of one that was lost; messages can go out."""

    def called(self, params: Params) -> None:
        """The client calls something by name."""

    def asked(self, service: str, message: dict[str, Any]) -> None:
        """The client asks one of the services that ride the same connection, such as messaging."""

    def left(self) -> None:
        """The client says good-bye."""

    def acknowledged(self) -> None:
        """The client has acknowledged something."""


class Wire(Protocol):
    """What carries messages to one client.

    Attributes:
        version: of the protocol.
        resumable: whether a lost connection can be taken up again.
        up: whether the client is connected just now, and its handshake over.
        waiting: how many messages the client has not acknowledged.
        waiting_bytes: how long they are.
    """

    version: int
    resumable: bool
    up: bool

    @property
    def waiting(self) -> int:
        """See above."""

    @property
    def waiting_bytes(self) -> int:
        """See above."""

    def attach(self, transport: SocketFar) -> None:
        """The client is connected: begin the handshake."""

    def detach(self) -> None:
        """The connection is lost."""

    def receive(self, text: str) -> None:
        """A text from the client.

        Raises:
            BadMessage: it breaks the protocol.
        """

    def send(self, name: str, *values: Any) -> None:
        """Call something of the client by name."""

    def close(self) -> None:
        """Tell the client that it is over."""


def _parsed(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
        if "\\ud" in text.lower():
            message = _whole(message)
    except (ValueError, RecursionError):
        raise BadMessage(f"A message is JSON, got {text[:60]!r}.") from None
    if not isinstance(message, dict):
        raise BadMessage(f"A message is an object, got a {type(message).__name__}.")
    return message


def _whole(value: Any) -> Any:
    """The value with a question mark for each half of a surrogate pair, which can be written down nowhere."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case list():
            return [_whole(one) for one in value]
        case dict():
            return {_whole(key): _whole(one) for key, one in value.items()}
    return value


def _told(payload: Any, told: Told) -> None:
    """Pass on what a message holds."""
    if not isinstance(payload, dict):
        raise BadMessage("A message has no payload.")
    service, name, values = payload.get("service"), payload.get("name"), payload.get("params", [])
    if isinstance(service, str):
        told.asked(service, payload)
    elif not isinstance(name, str):
        raise BadMessage("A message has no name.")
    elif not isinstance(values, list):
        raise BadMessage(f"The parameters of {name[:60]} are a list.")
    else:
        told.called(Params(name[:60], values))


class BareWire:
    """Version 3: messages without numbers. A lost connection stays lost."""

    version = 3
    resumable = False
    waiting = 0
    waiting_bytes = 0

    def __init__(self, told: Told, token: str) -> None:
        self._told = told
        self._token = token
        self._transport: SocketFar | None = None
        self.up = False

    def attach(self, transport: SocketFar) -> None:
        """The client is connected, and told so."""
        self._transport = transport
        self.up = True
        self.send("__connectionSuccessful", self._token)
        self._told.ready(resumed=False)

    def detach(self) -> None:
        """The connection is lost."""
        self._transport = None
        self.up = False

    def receive(self, text: str) -> None:
        """A text from the client.

        Raises:
            BadMessage: it breaks the protocol.
        """
        _told(_parsed(text), self._told)

    def send(self, name: str, *values: Any) -> None:
        """Call something of the client by name."""
        if self._transport is not None:
            self._transport.sent(json.dumps({"name": name, "params": values}))

    def close(self) -> None:
        """There is no message for it: closing the connection has to do."""


class NumberedWire:
    """Version 5: numbers, acknowledgements, and what was not acknowledged once more after a loss.

    Args:
        told: who is told what the client says.
        identity: by which the client comes back; it must hold no underscore.
        token: what the first message of a new connection carries.
    """

    version = 5
    resumable = True

    def __init__(self, told: Told, identity: str, token: str) -> None:
        self._told = told
        self._identity = identity
        self._token = token
        self._transport: SocketFar | None = None
        self._received = 0
        self._sent = 0
        self._kept: deque[tuple[int, str]] = deque()
        self._begun = False
        self._closing = False
        self.up = False
        self.waiting_bytes = 0

    @property
    def waiting(self) -> int:
        """How many messages the client has not acknowledged."""
        return len(self._kept)

    def attach(self, transport: SocketFar) -> None:
        """The client is connected: it is told its id, and says what it has received."""
        self._transport = transport
        self.up = False
        self._frame({"type": "id", "id": self._identity})

    def detach(self) -> None:
        """The connection is lost; what is sent meanwhile waits."""
        self._transport = None
        self.up = False

    def send(self, name: str, *values: Any) -> None:
        """Call something of the client by name, now or as soon as it is there."""
        self._keep({"type": "msg", "payload": {"name": name, "params": values}})

    def close(self) -> None:
        """Tell the client that it is over."""
        if self.up and not self._closing:
            self._closing = True
            self._keep({"type": "close"})

    def receive(self, text: str) -> None:
        """A text from the client.

        Raises:
            BadMessage: it breaks the protocol.
        """
        frame = _parsed(text)
        kind = frame.get("type")
        if kind == "lastrx":
            self._shake_hands(_number(frame))
        elif not self.up:
            raise BadMessage(f"A client says first what it has received (lastrx), not {str(kind)[:60]!r}.")
        elif kind == "ack":
            self._acknowledge(_number(frame))
        elif kind in ("msg", "close"):
            if self._counts(_number(frame)):
                if kind == "close":
                    self._told.left()
                else:
                    _told(frame.get("payload"), self._told)
        else:
            raise BadMessage(f"There is no message of the type {str(kind)[:60]!r}.")

    # --- inside ---

    def _shake_hands(self, last: int) -> None:
        """The client has received so much: it is told the same of this side, and gets what it lacks."""
        if self.up:
            raise BadMessage("A client shakes hands once.")
        oldest = self._kept[0][0] - 1 if self._kept else self._sent
        if not oldest <= last <= self._sent:
            raise BadMessage(f"The client has received {last}, but there is {oldest} to {self._sent}.", WRONG_SEQUENCE)
        self._frame({"type": "lastrx", "seq": self._received})
        self._acknowledge(last)
        self.up = True
        for _, text in self._kept:
            self._text(text)
        resumed, self._begun = self._begun, True
        if not resumed:
            self.send("__createConnection", self._token)
        self._told.ready(resumed=resumed)

    def _counts(self, number: int) -> bool:
        """Whether a numbered message is the next one; it is acknowledged at once. One that came before is dropped."""
        if number <= self._received:
            return False
        if number != self._received + 1:
            raise BadMessage(f"The message {number} came after {self._received}.", WRONG_SEQUENCE)
        self._received = number
        self._frame({"type": "ack", "seq": number})
        return True

    def _acknowledge(self, number: int) -> None:
        if number > self._sent:
            raise BadMessage(f"The message {number} is acknowledged, but {self._sent} was the last.", WRONG_SEQUENCE)
        while self._kept and self._kept[0][0] <= number:
            self.waiting_bytes -= len(self._kept.popleft()[1])
        self._told.acknowledged()

    def _keep(self, frame: dict[str, Any]) -> None:
        self._sent += 1
        text = json.dumps({"seq": self._sent, **frame})
        self._kept.append((self._sent, text))
        self.waiting_bytes += len(text)
        if self.up:
            self._text(text)

    def _frame(self, frame: dict[str, Any]) -> None:
        self._text(json.dumps(frame))

    def _text(self, text: str) -> None:
        if self._transport is not None:
            self._transport.sent(text)


def _number(frame: dict[str, Any]) -> int:
    number = frame.get("seq")
    if type(number) is not int or not 0 <= number < _LARGEST:
        raise BadMessage(f"A sequence number is a whole number, got {str(number)[:60]}.")
    return number
