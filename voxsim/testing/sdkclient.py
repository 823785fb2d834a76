"""SdkClient: a stand-in for the Web SDK's Client, in virtual time, against the same gateway as real browsers.

Its methods are the SDK's; each does its work at once, and what it returns can be awaited for the outcome. What goes
wrong in the field can be made to go wrong here: the network, the microphone, tokens, log-ins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from voxsim.engine.future import Future
from voxsim.platform.account import User
from voxsim.protocols.websdk.credentials import ACCESS, REFRESH
from voxsim.testing import sdkevents as sdk
from voxsim.testing.expect import Stream, Timed
from voxsim.testing.sdkcall import SdkCallHandle, _with_data
from voxsim.testing.sdkevents import ClientEvent, LoginTokens
from voxsim.testing.sdklogin import Logins
from voxsim.testing.sdkstatus import AcdRequests
from voxsim.testing.sdkwire import SdkWire
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.switch import Timer
    from voxsim.protocols.websdk.call import SdkCall
    from voxsim.testing.vox import Vox

E = TypeVar("E", bound=ClientEvent)
Handler = Callable[[Any], None]

VERSION: Final = "4.13.1-voxsim"
_CLOSED: Final = 409


class SdkClient(Logins, Timed):
    """One browser tab with the Web SDK in it. `vox.client("alice")` makes one.

    Args:
        vox: the test's platform.
        user: who logs in here.
        password: the user's, in clear.

    Attributes:
        name: the user's.
        address: the name to log in with, `alice@app.account.voximplant.com`.
        state: `DISCONNECTED`, `CONNECTING`, `CONNECTED`, `RECONNECTING`, `LOGGING_IN` or `LOGGED_IN`.
        tokens: those of the last log-in or refresh.
        calls: the calls that are up, or being set up.
        microphone: whether the person lets the page use it.
    """

    def __init__(self, vox: Vox, user: User, password: str) -> None:
        account = vox.world.platform.account
        self.vox = vox
        self.user = user
        self.name = user.name
        self.address = f"{user.name}@{account.domain(account.applications[0])}"
        self.state = "DISCONNECTED"
        self.tokens: LoginTokens | None = None
        self.calls: dict[str, SdkCallHandle] = {}
        self.microphone = True
        self.connection_id: str | None = None
        self._password = password
        self._ready = self._mic_required = False
        self._handlers: dict[str, list[Handler]] = {}
        self._happened: list[ClientEvent] = []
        self._stream: Stream[ClientEvent] = Stream(vox.world.switch, self._happened, _in_words, vox.met)
        self._connecting: Future[bool] | None = None
        self._login = self._refresh = None
        self._tone: Timer | None = None
        self.acd = AcdRequests(self)
        self.wire = SdkWire(vox.gateway, self._told, self._changed)

    def __repr__(self) -> str:
        return f"<client of {self.name}, {self.state}>"

    @property
    def events(self) -> list[ClientEvent]:
        """All events so far, in order."""
        return list(self._happened)

    # --- as in the SDK ---

    def init(self, *, mic_required: bool = False) -> Future[sdk.SDKReady]:
        """Initialise the SDK: SDKReady.

        Args:
            mic_required: ask for the microphone at once, when connecting.

        Raises:
            VoxsimError: it is initialised already.
        """
        if self._ready:
            raise VoxsimError("The SDK is initialised once; make another client for another page.")
        self._ready, self._mic_required = True, mic_required
        return self._done(self.tell(sdk.SDKReady(version=VERSION, at=self.vox.now)), "SDKReady")

    def connect(self) -> Future[bool]:
        """Connect to the platform: ConnectionEstablished and True, or ConnectionFailed and False.

        Raises:
            VoxsimError: the SDK is not initialised, or connected already.
        """
        if not self._ready:
            raise VoxsimError("The SDK is not initialised: call `init()` first.")
        if self.state != "DISCONNECTED":
            raise VoxsimError(f"The client is {self.state}, and connects only when DISCONNECTED.")
        self._connecting = Future(self.vox.world.switch, f"{self!r} to be connected")
        connecting, self.state = self._connecting, "CONNECTING"
        if self._mic_required and not self.ask_for_microphone():
            self._not_connected("Media access denied")
        else:
            self.wire.open()
        return connecting

    def disconnect(self) -> Future[None]:
        """Hang up, say good-bye: ConnectionClosed."""
        for call in tuple(self.calls.values()):
            call.hang_up()
        self.wire.close()
        return self.vox.settled()

    def call(
        self, number: str, *, custom_data: str | None = None, headers: Mapping[str, str] | None = None
    ) -> SdkCallHandle:
        """Call a number or user through the platform; what goes wrong comes as Failed."""
        handle = SdkCallHandle(self, self.vox.world.switch.ids.uuid(), number, incoming=False)
        self.calls[handle.id] = handle
        if self.state in ("DISCONNECTED", "CONNECTING"):
            self.vox.world.switch.after(0.5, handle.fail, 1003, "Not connected to Voximplant")
        elif self.state in ("CONNECTED", "LOGGING_IN"):
            self.vox.world.switch.after(0.5, handle.fail, 1004, "Not authorized")
        else:
            handle.begin(_with_data(headers, custom_data))
        return handle

    def set_operator_acd_status(self, status: str) -> Future[str]:
        """Choose an ACD status: ACDStatusUpdated, or ACDError and a VoxsimError from what is awaited."""
        return self.acd.choose(status)

    def get_operator_acd_status(self) -> Future[str]:
        """Ask for the ACD status."""
        return self.acd.ask()

    def play_tone_script(self, script: str, *, loop: bool = False) -> Future[None]:
        """Play a tone script to the person: PlaybackFinished when it is over, PlaybackError when it is none."""
        from voxsim.engine.tones import frequencies_of

        self.stop_playback()
        if not frequencies_of(script):
            self.tell(sdk.PlaybackError(at=self.vox.now))
        elif not loop:
            seconds = self.vox.world.switch.sounds.tone_script(script)
            self._tone = self.vox.world.switch.after(seconds, self.stop_playback)
        else:
            self._tone = self.vox.world.switch.after(24 * 3600, self.stop_playback)
        return self.vox.settled()

    def stop_playback(self) -> None:
        """Stop what is played: PlaybackFinished."""
        if self._tone is not None:
            self._tone.cancel()
            self._tone = None
            self.tell(sdk.PlaybackFinished(at=self.vox.now))

    def on(self, event: str | type[ClientEvent], handler: Handler) -> None:
        """Call back for each such event."""
        self._handlers.setdefault(_event_name(event), []).append(handler)

    # --- for tests ---

    async def online(self) -> SdkClient:
        """Initialise, connect and log in, as far as that is not done; returns the client."""
        __tracebackhide__ = True
        if not self._ready:
            self.init()
        if self.state == "DISCONNECTED":
            await self.connect()
        if self.state == "CONNECTED":
            result = await self.login()
            if not result.result:
                raise VoxsimError(f"{self!r} cannot log in: {result.code}.")
        return self

    def lose_connection(self, seconds: float | None = None) -> Future[None]:
        """Lose the connection: Reconnecting; it comes back at once, or after so many seconds without a network."""
        if seconds is not None:
            self.wire.network = False
            self.vox.world.switch.after(seconds, self.network_back)
        self.wire.lose()
        return self.vox.settled()

    def close_tab(self) -> Future[None]:
        """The person closes the page: the socket is gone, and nobody comes back."""
        self.wire.vanish()
        self.state, self.connection_id = "DISCONNECTED", None
        return self.vox.settled()

    def network_back(self) -> None:
        """The network works again."""
        self.wire.network = True

    def without_network(self) -> None:
        """Nothing can be connected from now on."""
        self.wire.network = False

    def deny_microphone(self) -> None:
        """The person does not let the page use the microphone: MicAccessResult says so when it is needed."""
        self.microphone = False

    def expire_tokens(self, kind: str | None = None) -> None:
        """Let the user's tokens run out now, or those of a kind: `access` or `refresh`."""
        if kind not in (None, ACCESS, REFRESH):
            raise VoxsimError(f"A token's kind is {ACCESS!r} or {REFRESH!r}, not {kind!r}.")
        self.vox.gateway.credentials.expire(self.user, kind)

    def refuse_login(self, code: int | None) -> None:
        """Let the platform refuse the user with this AuthResult code, whatever it shows; None for no more."""
        refusals = self.vox.gateway.credentials.refusals
        if code is None:
            refusals.pop(self.name, None)
        else:
            refusals[self.name] = code

    async def event(self, event: type[E] | str, **facts: Any) -> E:
        """The next event of a class, or with a name, in which these parameters have these values."""
        __tracebackhide__ = True
        name = _event_name(event)
        words = f"{name} of {self!r}" + "".join(f", {key} {value!r}" for key, value in facts.items())

        def fits(one: ClientEvent) -> bool:
            return one.name == name and all(getattr(one, key) == value for key, value in facts.items())

        return cast("E", await self._stream.next(fits, words, self._seconds))

    async def called(self) -> SdkCallHandle:
        """Somebody calls; returns the call."""
        __tracebackhide__ = True
        return (await self.event(sdk.IncomingCall)).call

    # --- inside ---

    def tell(self, event: E) -> E:
        """An event: those who listen are called, those who wait go on."""
        self._happened.append(event)
        for handler in self._handlers.get(event.name, ()):
            handler(event)
        self._stream.grew(event)
        return event

    def ask_for_microphone(self) -> bool:
        """The browser asks the person for the microphone: MicAccessResult."""
        stream = sdk.MediaStream(f"microphone of {self.name}") if self.microphone else None
        self.tell(sdk.MicAccessResult(result=self.microphone, stream=stream, at=self.vox.now))
        return self.microphone

    def forget(self, call: SdkCallHandle) -> None:
        """A call is over."""
        self.calls.pop(call.id, None)

    def end_of(self, call: SdkCallHandle) -> SdkCall:
        """The platform's end of a call.

        Raises:
            VoxsimError: the call is not connected.
        """
        connection = self.vox.gateway.connections.get(self.connection_id or "")
        end = connection.calls.get(call.id) if connection is not None else None
        if end is None or call.state != "CONNECTED":
            raise VoxsimError(f"{call!r} is not connected: nobody would hear it.")
        return end

    def _needs_connection(self) -> None:
        if self.state in ("DISCONNECTED", "CONNECTING"):
            raise VoxsimError("NOT_CONNECTED_TO_VOXIMPLANT: call `connect()` first, and await it.")

    def _done(self, value: E, words: str) -> Future[E]:
        future: Future[E] = Future(self.vox.world.switch, words)
        future.set(value)
        return future

    def _not_connected(self, message: str) -> None:
        self.state = "DISCONNECTED"
        self.tell(sdk.ConnectionFailed(message=message, at=self.vox.now))
        if self._connecting is not None:
            self._connecting.set(False)

    # --- what comes ---

    def _changed(self, what: str) -> None:
        """The connection is another."""
        now = self.vox.now
        match what:
            case "connected":
                self.state = "CONNECTED"
                self.tell(sdk.ConnectionEstablished(at=now))
                if self._connecting is not None:
                    self._connecting.set(True)
            case "failed":
                self._not_connected("Connection failed. Reason: Voximplant cloud is unreachable")
            case "reconnecting":
                self.state = "RECONNECTING"
                self.tell(sdk.Reconnecting(at=now))
            case "reconnected":
                self.state = "LOGGED_IN" if self.connection_id is not None else "CONNECTED"
                self.tell(sdk.Reconnected(at=now))
            case "closed":
                self._closed()

    def _closed(self) -> None:
        self.state, self.connection_id = "DISCONNECTED", None
        self.acd.connection_closed()
        if self._login is not None and not self._login.done:
            self._authorized(sdk.AuthResult(result=False, code=_CLOSED, at=self.vox.now))
        for call in tuple(self.calls.values()):
            call.fail(_CLOSED, "Connection Closed")
        self.tell(sdk.ConnectionClosed(at=self.vox.now))

    def _told(self, name: str, values: Sequence[Any]) -> None:
        """A message of the platform."""
        given, now = list(values), self.vox.now
        call = self.calls.get(given[0]) if given and isinstance(given[0], str) else None
        match name:
            case "loginSuccessful":
                self.connection_id, self.tokens = given[1]["connectionId"], LoginTokens.of(given[1]["OAuth"])
                self._authorized(sdk.AuthResult(result=True, display_name=given[0], tokens=self.tokens, at=now))
            case "loginFailed":
                key = given[1] if len(given) > 1 else None
                self._authorized(sdk.AuthResult(result=False, code=given[0], key=key, at=now))
            case "refreshOauthTokenSuccessful":
                self.tokens = LoginTokens.of(given[0]["OAuth"])
                self._refreshed(sdk.RefreshTokenResult(result=True, tokens=self.tokens, at=now))
            case "refreshOauthTokenFailed":
                self._refreshed(sdk.RefreshTokenResult(result=False, code=given[0], at=now))
            case "handleIncomingConnection":
                self._called(given)
            case "onACDStatus":
                self.acd.updated(given[1], given[2], given[3])
            case "onSQStatusError":
                self.acd.failed(given[1])
            case "SQMessagingStatusUpdated":
                self.tell(sdk.SQMessagingStatusUpdated(id=given[0], status=given[1], at=now))
            case _ if call is not None:
                call.told(name, given[1:])

    def _called(self, given: list[Any]) -> None:
        identity, number, display_name, headers, *_ = given
        call = self.calls[identity] = SdkCallHandle(self, identity, number, incoming=True)
        call.display_name, call.headers = display_name, dict(headers)
        self.wire.send("confirmIncomingConnection", identity)
        self.tell(sdk.IncomingCall(call=call, headers=call.headers, at=self.vox.now))


def _event_name(event: str | type[ClientEvent]) -> str:
    name = event if isinstance(event, str) else event.name
    known = [one.__name__ for one in ClientEvent.__subclasses__()]
    if name not in known:
        raise VoxsimError(f"The Client has no event {name!r}; it has {', '.join(sorted(known))}.")
    return name


def _in_words(event: ClientEvent) -> str:
    return f"{event.at:.3f} s: {event!r}"
