"""Connection: one Web SDK client, from its handshake to its end, over as many lost sockets as it takes.

It keeps who is logged in and which calls there are, and sends each message of the client where it belongs. What breaks
the protocol costs the client its socket, and after a few times its connection; nobody else notices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.ports import SocketFar
from voxsim.platform.platform import Caller
from voxsim.protocols.websdk.call import SdkCall
from voxsim.protocols.websdk.login import Login
from voxsim.protocols.websdk.params import BadMessage, Params
from voxsim.protocols.websdk.wire import CLIENT_ERROR, NORMAL, SERVER_ERROR, TIMEOUT, BareWire, NumberedWire, Wire
from voxsim.vocabulary.codes import Cause, Sip

if TYPE_CHECKING:
    from voxsim.engine.switch import Timer
    from voxsim.protocols.websdk.credentials import Person
    from voxsim.protocols.websdk.gateway import Gateway
    from voxsim.protocols.websdk.ringing import Ringing

_TO_CALLS: Final[dict[str, Callable[[SdkCall, Params], None]]] = {
    "acceptCall": SdkCall.accept,
    "rejectCall": SdkCall.reject,
    "disconnectCall": SdkCall.disconnect,
    "confirmIncomingConnection": lambda call, _: call.confirm(),
    "sendDTMF": SdkCall.press,
    "sendSIPInfo": SdkCall.inform,
    "ReInvite": SdkCall.reinvite,
    "AcceptReInvite": SdkCall.accept_reinvite,
    "RejectReInvite": SdkCall.reject_reinvite,
    "hold": lambda call, _: call.hold(True),
    "unhold": lambda call, _: call.hold(False),
}
"""What a client says of a call of its own, by the message's name."""

_LOGINS: Final = frozenset(
    {"login", "loginStage2", "loginGenerateOneTimeKey", "loginUsingOneTimeKey", "refreshOauthToken"}
)
_STATUSES: Final = frozenset(
    {
        "setOperatorACDStatus",
        "getOperatorACDStatus",
        "setOperatorMessagingStatus",
        "getOperatorMessagingStatus",
    }
)
_PUSHES: Final = frozenset({"registerPushToken", "unregisterPushToken"})
_IGNORED: Final = frozenset(
    {
        "setDesiredVideoBandwidth",
        "pushFeedback",
        "promptFinished",
        "__muteLocal",
        "__confirmPC",
        "__addCandidate",
        "__startPreFlightCheck",
    }
)
"""Messages that have no effect here."""


class Connection:
    """One client; the near end of its socket.

    Args:
        gateway: where it is connected.
        version: of the protocol.
        identity: by which it comes back.

    Attributes:
        person: who is logged in, or None.
        receives: whether calls to its user ring here.
        calls: its calls by id.
    """

    def __init__(self, gateway: Gateway, version: int, identity: str) -> None:
        self.gateway = gateway
        self.id = identity
        self.person: Person | None = None
        self.receives = True
        self.calls: dict[str, SdkCall] = {}
        token = gateway.switch.ids.secret()
        self.wire: Wire = NumberedWire(self, identity, token) if version >= 5 else BareWire(self, token)
        self._login = Login(self)
        self._transport: SocketFar | None = None
        self._clock: Timer | None = None
        self._patience: Timer | None = None
        self._breaches = 0
        self._begun = False
        self.over = False

    def __repr__(self) -> str:
        who = self.person.user.name if self.person is not None else "nobody"
        return f"<Connection {self.id} of {who}>"

    @property
    def confirms(self) -> bool:
        """Whether this client says when it rings."""
        return self.wire.version >= 5

    # --- the socket ---

    def attach(self, transport: SocketFar) -> None:
        """The client is connected over this socket; one that it had before is closed."""
        old, self._transport = self._transport, transport
        if old is not None:
            self.wire.detach()
            old.closed(CLIENT_ERROR, "The client has connected anew")
        self._wait(self.gateway.limits.connect_seconds, self._too_slow)
        self.wire.attach(transport)

    def detached(self, transport: SocketFar) -> None:
        """A socket is lost: its client may come back for a while."""
        if transport is not self._transport:
            return
        self._transport = None
        self.wire.detach()
        self._set_patience(None)
        if self.over:
            return
        if self._begun and self.wire.resumable and self._breaches < self.gateway.limits.breaches:
            self.note("lost")
            self._wait(self.gateway.limits.resume_seconds, self.end, "the client did not come back")
        else:
            self.end("the connection is lost")

    def received(self, transport: SocketFar, text: str) -> None:
        """A text came over a socket; over one that was replaced it counts no more."""
        if self.over or transport is not self._transport:
            return
        try:
            self.wire.receive(text)
        except BadMessage as error:
            self._breaches += 1
            self.note("broke the protocol", {"how": str(error), "code": error.code})
            self.drop(error.code, str(error))

    def drop(self, code: int, reason: str) -> None:
        """Close the socket; the client may come back."""
        transport = self._transport
        if transport is not None:
            self.detached(transport)
            transport.closed(code, reason)

    def end(self, why: str) -> None:
        """This client is gone for good: its calls end, and its user is not logged in here."""
        if self.over:
            return
        self.over = True
        self._wait(None)
        self._set_patience(None)
        self.gateway.forget(self)
        for call in tuple(self.calls.values()):
            call.lost()
        self.note("closed", {"why": why})
        if self._transport is not None:
            self.wire.close()
            transport, self._transport = self._transport, None
            self.wire.detach()
            transport.closed(NORMAL, why)

    # --- what the wire tells ---

    def ready(self, *, resumed: bool) -> None:
        """The handshake is over."""
        self._begun = True
        self._wait(None)
        if self.wire.waiting:
            self._set_patience(self.gateway.limits.ack_seconds)
        self.note("resumed" if resumed else "connected", {"version": self.wire.version})

    def called(self, params: Params) -> None:
        """The client calls something by name."""
        name = params.name
        if name == "__ping":
            self.send("__pong")
        elif name in _TO_CALLS:
            call = self.calls.get(params.word(0))
            if call is not None:
                _TO_CALLS[name](call, params)
        elif name in ("createCall", "callConference"):
            self._call(params)
        elif name in _LOGINS:
            self._login.asked(params)
        elif name in _STATUSES:
            self.gateway.desk.asked(self, params)
        elif name == "transferCall":
            self._transfer(params)
        elif name in _PUSHES:
            self._push(wanted=name == "registerPushToken")
        elif name not in _IGNORED:
            self.note("asked for something unknown", {"name": name})

    def asked(self, service: str, message: dict[str, Any]) -> None:
        """The client asks one of the services that ride the same connection; none of them is here."""
        self.note("asked for a service", {"service": service[:60], "event": str(message.get("event"))[:60]})

    def left(self) -> None:
        """The client says good-bye."""
        self.end("the client has left")

    def acknowledged(self) -> None:
        """The client has acknowledged something: the clock begins anew for what is left."""
        if self._patience is not None:
            self._set_patience(None)
            if self.wire.waiting:
                self._set_patience(self.gateway.limits.ack_seconds)

    # --- calls ---

    def offered(self, ringing: Ringing) -> SdkCall:
        """A call to this client, which rings with others."""
        identity = self.gateway.switch.ids.uuid()
        call = self.calls[identity] = SdkCall(self, identity, ringing)
        return call

    def _call(self, params: Params) -> None:
        """createCall: the client calls a number."""
        number, identity = params.word(1), params.word(3)
        headers, data = params.headers(6)
        offer = params.text(8)
        limits, person = self.gateway.limits, self.person
        if not identity or identity in self.calls:
            raise BadMessage("A call has an id of its own.")
        refused = None
        if person is None or len(self.calls) >= limits.calls:
            refused = Cause.sip(Sip.FORBIDDEN)
        elif len(offer) > limits.sdp_characters:
            refused = Cause.sip(Sip.MESSAGE_TOO_LARGE)
        elif not number:
            refused = Cause.sip(Sip.ADDRESS_INCOMPLETE)
        if person is None or refused is not None:
            cause = refused or Cause.sip(Sip.FORBIDDEN)
            self.note("call refused", {"code": cause.code, "number": number})
            self.send("handleConnectionFailed", identity, cause.code, cause.reason, {})
            return
        user = person.user
        caller = Caller(
            kind="user", number=user.name, display_name=user.display_name, headers=dict(headers), custom_data=data
        )
        call = self.calls[identity] = SdkCall(self, identity)
        call.begin(number, caller, person.application, offer)

    def _transfer(self, params: Params) -> None:
        """transferCall: two calls of the client are to be one without it."""
        call, other = self.calls.get(params.word(0)), self.calls.get(params.word(1))
        if call is not None and other is not None and call is not other:
            call.transfer(other)
        elif params.word(0):
            self.send("handleTransferFailed", params.word(0))

    def _push(self, *, wanted: bool) -> None:
        """The client's user can be woken by push notifications from now on, or not any more."""
        if self.person is None:
            return
        name, wakeable = self.person.user.name, self.gateway.wakeable
        if wanted:
            wakeable.add(name)
        else:
            wakeable.discard(name)
        self.send("registerPushTokenResult" if wanted else "unregisterPushTokenResult", True)

    # --- sending ---

    def send(self, name: str, *values: Any) -> None:
        """Call something of the client by name. One that lets too much wait is disconnected."""
        if self.over:
            return
        self.wire.send(name, *values)
        limits = self.gateway.limits
        if self.wire.waiting > limits.unacknowledged or self.wire.waiting_bytes > limits.unacknowledged_bytes:
            self.note("acknowledges nothing", {"waiting": self.wire.waiting})
            self.end("too much is not acknowledged")
        elif self.wire.waiting and self._patience is None and self.wire.up:
            self._set_patience(limits.ack_seconds)

    def note(self, name: str, facts: dict[str, Any] | None = None) -> None:
        """Write down what became of this client."""
        user = {"user": self.person.user.name} if self.person is not None else {}
        self.gateway.switch.note(None, "client", name, self.id, {**user, **(facts or {})})

    # --- clocks ---

    def _wait(self, seconds: float | None, step: Callable[..., None] | None = None, *args: Any) -> None:
        """Do something so many seconds from now, in place of what was to be done; None for nothing."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        if seconds is not None and step is not None:
            self._clock = self.gateway.after(seconds, step, *args)

    def _set_patience(self, seconds: float | None) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if seconds is not None:
            self._patience = self.gateway.after(seconds, self._not_acknowledged)

    def _too_slow(self) -> None:
        self._clock = None
        self.note("did not shake hands")
        self._breaches = self.gateway.limits.breaches
        self.drop(SERVER_ERROR, "No handshake")

    def _not_acknowledged(self) -> None:
        self._patience = None
        self._breaches += 1
        self.note("acknowledges nothing", {"waiting": self.wire.waiting})
        self.drop(TIMEOUT, "Not acknowledged")
