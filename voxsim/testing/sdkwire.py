"""SdkWire: the client's end of the Web SDK's protocol (version 5), in virtual time, over a network that can fail.

It numbers, acknowledges, resends, and comes back after a loss at the intervals of the SDK. What messages mean is not
known here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from voxsim.protocols.websdk.wire import WRONG_SEQUENCE

if TYPE_CHECKING:
    from voxsim.protocols.websdk import Gateway
    from voxsim.protocols.websdk.gateway import Socket

ATTEMPTS: Final = (0.0, 0.2, 0.2, 1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 5.0)
"""The seconds before each attempt to connect again."""


class _Pipe:
    """One socket's client end, as the platform sees it. What is in flight arrives within the same instant."""

    def __init__(self, wire: SdkWire) -> None:
        self._wire = wire
        self.near: Socket | None = None

    def sent(self, text: str) -> None:
        """The platform sends a text."""
        self._wire.gateway.switch.post(self._wire.received, self, text)

    def closed(self, code: int, reason: str) -> None:
        """The platform closes the socket."""
        self._wire.gateway.switch.post(self._wire.cut, self)


class SdkWire:
    """A client's connection to the gateway.

    Args:
        gateway: the platform's side.
        told: called with the name and the parameters of each message.
        changed: called with `connected`, `reconnecting`, `reconnected`, `closed` or `failed`.

    Attributes:
        network: whether the client's network works; while it does not, nothing can be connected.
        acknowledges: whether the client acknowledges what it gets, as it should.
        sent: the frames that went out, as texts.
    """

    def __init__(
        self, gateway: Gateway, told: Callable[[str, Sequence[Any]], None], changed: Callable[[str], None]
    ) -> None:
        self.gateway = gateway
        self.network = True
        self.acknowledges = True
        self._told = told
        self._changed = changed
        self._pipe: _Pipe | None = None
        self._reset()

    def _reset(self) -> None:
        self.identity = ""
        self.up = False
        self._begun = False
        self._sent = self._received = 0
        self._kept: dict[int, dict[str, Any]] = {}

    @property
    def connected(self) -> bool:
        """Whether there is a connection, which may just be lost."""
        return self._begun

    def open(self) -> None:
        """Connect anew."""
        self._reset()
        if self.network:
            self._dial()
        else:
            self._changed("failed")

    def send(self, name: str, *values: Any) -> None:
        """Send a message, now or when the connection is back."""
        self._keep({"type": "msg", "payload": {"name": name, "params": list(values)}})

    def close(self) -> None:
        """Say good-bye."""
        self._keep({"type": "close"})
        self._over()

    def lose(self) -> None:
        """The socket is gone without a word."""
        pipe = self._pipe
        if pipe is not None:
            self.cut(pipe)

    def vanish(self) -> None:
        """The page is closed: nothing more is told, and nothing tried."""
        self._begun = self.up = False
        self._drop()

    def text(self, text: str) -> None:
        """Send any text at all, as a broken client would."""
        self._out(text)

    # --- the socket ---

    def _dial(self) -> None:
        pipe = self._pipe = _Pipe(self)
        pipe.near = self.gateway.connect(5, self.identity, pipe)

    def cut(self, pipe: _Pipe) -> None:
        """The socket is closed, by either side or by the network."""
        if pipe is not self._pipe:
            return
        self._drop()
        if not self._begun:
            self._changed("failed")
            return
        self.up = False
        self._changed("reconnecting")
        self._again(0)

    def _drop(self) -> None:
        pipe, self._pipe = self._pipe, None
        if pipe is not None and pipe.near is not None:
            self.gateway.switch.post(pipe.near.far_closed, 1006, "")

    def _again(self, attempt: int) -> None:
        if attempt == len(ATTEMPTS):
            self._over()
            return
        self.gateway.switch.after(ATTEMPTS[attempt], self._try, attempt)

    def _try(self, attempt: int) -> None:
        if not self._begun or self._pipe is not None:
            return
        if self.network:
            self._dial()
        else:
            self._again(attempt + 1)

    def _over(self) -> None:
        """The connection is over for good."""
        self._drop()
        was, self._begun, self.up = self._begun, False, False
        if was:
            self._changed("closed")

    # --- frames ---

    def received(self, pipe: _Pipe, text: str) -> None:
        """A frame came."""
        if pipe is not self._pipe:
            return
        frame = json.loads(text)
        match frame["type"]:
            case "id":
                self.identity = frame["id"]
                self._frame({"type": "lastrx", "seq": self._received})
            case "lastrx":
                self._ready(frame["seq"])
            case "ack":
                for number in [one for one in self._kept if one <= frame["seq"]]:
                    del self._kept[number]
            case "error":
                # The platform does not know the connection any more.
                self._over()
            case "msg" | "close" as kind:
                self._take(kind, frame)

    def _take(self, kind: str, frame: dict[str, Any]) -> None:
        if frame["seq"] != self._received + 1:
            if self._pipe is not None and self._pipe.near is not None:
                self._pipe.near.far_closed(WRONG_SEQUENCE, "Wrong seq")
            return
        self._received += 1
        if self.acknowledges:
            self._frame({"type": "ack", "seq": self._received})
        if kind == "close":
            self._over()
            return
        payload = frame["payload"]
        if payload["name"] == "__createConnection":
            self._changed("connected")
        else:
            self._told(payload["name"], payload["params"])

    def _ready(self, last: int) -> None:
        resumed, self._begun, self.up = self._begun, True, True
        for number, frame in self._kept.items():
            if number > last:
                self._frame(frame)
        if resumed:
            self._changed("reconnected")

    def _keep(self, frame: dict[str, Any]) -> None:
        self._sent += 1
        frame = self._kept[self._sent] = {**frame, "seq": self._sent}
        if self.up:
            self._frame(frame)

    def _frame(self, frame: dict[str, Any]) -> None:
        self._out(json.dumps(frame))

    def _out(self, text: str) -> None:
        if self._pipe is not None and self._pipe.near is not None:
            self.gateway.switch.post(self._pipe.near.far_sent, text)
