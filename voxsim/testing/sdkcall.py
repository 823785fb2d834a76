"""SdkCallHandle: one call of a stand-in for the Web SDK's Client. Acts as the SDK's Call has them, and expectations.

Acts happen at the present instant and return something that may be awaited, to let that instant pass; expectations are
awaited, and time moves while they wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.future import Future
from voxsim.engine.media import Sound
from voxsim.protocols.websdk.call import KEYS, TEXT
from voxsim.testing.calls import Words
from voxsim.testing.expect import Stream, Timed, contains, quoted
from voxsim.testing.sdkevents import SdkCallEvent
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.testing.sdkclient import SdkClient

_OFFER: Final = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na={}\r\n"
)
_MEDIA_DENIED: Final = (403, "Media access denied")


class SdkCallHandle(Timed):
    """One call of a client.

    Attributes:
        id: what client and platform know it by.
        number: who is called, or who calls.
        display_name: the caller's.
        headers: those that an incoming call came with.
        state: `ALERTING`, `PROGRESSING`, `CONNECTED` or `ENDED`, as the SDK names them.
    """

    def __init__(self, client: SdkClient, identity: str, number: str, *, incoming: bool) -> None:
        self._client = client
        self.id = identity
        self.number = number
        self.display_name = ""
        self.headers: dict[str, str] = {}
        self.state = "ALERTING" if incoming else "PROGRESSING"
        self.held = False
        self._wanted = False
        self._happened: list[SdkCallEvent] = []
        switch = client.vox.world.switch
        self._stream: Stream[SdkCallEvent] = Stream(switch, self._happened, _in_words, client.vox.met)

    def __repr__(self) -> str:
        return f"<call of {self._client.name} with {self.number}>"

    @property
    def events(self) -> list[SdkCallEvent]:
        """All that has happened to it so far; what was heard is not among it."""
        return [one for one in self._happened if one.name != "heard"]

    # --- acts ---

    def answer(self, custom_data: str | None = None, headers: Mapping[str, str] | None = None) -> Future[None]:
        """Take an incoming call; without a microphone it is declined, as the SDK does."""
        if not self._client.ask_for_microphone():
            return self.decline()
        return self._send("acceptCall", _with_data(headers, custom_data), _OFFER.format("sendrecv"), {"mids": {}})

    def decline(self, headers: Mapping[str, str] | None = None) -> Future[None]:
        """Do not take an incoming call, on any device (603)."""
        return self._send("rejectCall", False, dict(headers or {}))

    def reject(self, headers: Mapping[str, str] | None = None) -> Future[None]:
        """Do not take an incoming call on this device; others go on ringing (486 when none is left)."""
        return self._send("rejectCall", True, dict(headers or {}))

    def hang_up(self, headers: Mapping[str, str] | None = None) -> Future[None]:
        """End the call, or give up calling."""
        return self._send("disconnectCall", dict(headers or {}))

    def press(self, keys: str) -> Future[None]:
        """Press keys, one after the other (`sendTone`)."""
        for key in keys:
            if key not in KEYS:
                raise VoxsimError(f"A phone has no key {key!r}; it has {KEYS}.")
            self._client.wire.send("sendDTMF", self.id, KEYS.index(key))
        return self._client.vox.settled()

    def send_message(self, text: str) -> Future[None]:
        """Send a text message."""
        return self._send("sendSIPInfo", *TEXT, text, {})

    def send_info(self, mime_type: str, body: str, headers: Mapping[str, str] | None = None) -> Future[None]:
        """Send an INFO."""
        kind, _, subtype = mime_type.partition("/")
        return self._send("sendSIPInfo", kind, subtype, body, dict(headers or {}))

    def hold(self) -> Future[None]:
        """Put the call on hold (`setActive(false)`)."""
        return self._update("sendonly")

    def resume(self) -> Future[None]:
        """Take the call off hold (`setActive(true)`)."""
        return self._update("sendrecv")

    def re_invite(self, body: str | None = None, headers: Mapping[str, str] | None = None) -> Future[None]:
        """Ask for a new session description, as `sendVideo` and `shareScreen` do."""
        way = "sendonly" if self.held else "sendrecv"
        return self._send("ReInvite", dict(headers or {}), body or _OFFER.format(way), {"mids": {}})

    def transfer(self, other: SdkCallHandle) -> Future[None]:
        """Let the far ends of this call and another one talk to each other (`transferCall`)."""
        return self._send("transferCall", other.id)

    def say(self, text: str, seconds: float | None = None) -> Future[None]:
        """Say something into the microphone; it lasts as long as the speech model says, or the given seconds."""
        switch = self._client.vox.world.switch
        length = switch.sounds.speech(text) if seconds is None else seconds
        leg = self._client.end_of(self).leg
        leg.far_says(Sound("speech", text, switch.now, int(length * 1_000_000), leg.id))
        return self._client.vox.settled()

    # --- expectations ---

    async def connected(self) -> SdkCallEvent:
        """The call is connected."""
        __tracebackhide__ = True
        return await self.event("Connected")

    async def rang(self) -> SdkCallEvent:
        """The platform rings: the progress tone begins."""
        __tracebackhide__ = True
        return await self.event("ProgressToneStart")

    async def disconnected(self) -> SdkCallEvent:
        """A connected call, or one that nobody here has taken, ends."""
        __tracebackhide__ = True
        return await self.event("Disconnected")

    async def failed(self, code: int | None = None) -> SdkCallEvent:
        """The attempt to call fails, with this code when one is named."""
        __tracebackhide__ = True
        words = f"{self!r} fails" + ("" if code is None else f" with {code}")
        return await self._expect(lambda one: one.name == "Failed" and code in (None, one.code), words)

    async def messaged(self, words: Words = "") -> SdkCallEvent:
        """A text message with these words arrives."""
        __tracebackhide__ = True
        return await self.event("MessageReceived", words)

    async def informed(self, words: Words = "") -> SdkCallEvent:
        """An INFO with these words arrives."""
        __tracebackhide__ = True
        return await self.event("InfoReceived", words)

    async def heard(self, words: Words) -> SdkCallEvent:
        """The person hears something with these words in it: a text said, a URL played, a tone, a digit."""
        __tracebackhide__ = True
        return await self.event("heard", words)

    async def event(self, name: str, words: Words = "") -> SdkCallEvent:
        """The next event with this name, as the SDK's CallEvents have it."""
        __tracebackhide__ = True
        text = f"{name} of {self!r}" + (f" with {quoted(words)}" if words else "")
        return await self._expect(lambda one: one.name == name and contains(words, one.text), text)

    async def _expect(self, matches: Any, words: str) -> SdkCallEvent:
        __tracebackhide__ = True
        return await self._stream.next(matches, words, self._seconds)

    # --- what the platform says ---

    def begin(self, headers: Mapping[str, str]) -> None:
        """Call, as soon as the microphone may be used."""
        if self._client.ask_for_microphone():
            self._send_call(headers)
        else:
            self.fail(*_MEDIA_DENIED)

    def _send_call(self, headers: Mapping[str, str]) -> None:
        offer, mids = _OFFER.format("sendrecv"), {"mids": {"0": "audio"}}
        self._client.wire.send("createCall", -1, self.number, True, self.id, None, None, dict(headers), "", offer, mids)

    def fail(self, code: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        """The call fails."""
        self._over()
        self._tell("Failed", code=code, reason=reason, headers=headers or {})

    def told(self, name: str, values: list[Any]) -> None:
        """A message of the platform for this call."""
        match name:
            case "handleRingOut":
                self._tell("ProgressToneStart")
            case "stopRinging":
                self._tell("ProgressToneStop")
            case "startEarlyMedia":
                self._tell("EarlyMedia", headers=values[0])
            case "handleConnectionConnected":
                self.state = "CONNECTED"
                self._tell("Connected", headers=values[0])
                self._tell("EndpointAdded")
            case "handleConnectionFailed":
                self.fail(int(values[0]), str(values[1]), values[2])
            case "handleConnectionDisconnected":
                self._over()
                elsewhere = values[1].get("answeredElsewhere") is True
                self._tell("Disconnected", headers=values[0], answered_elsewhere=elsewhere)
            case "handleSIPInfo" if (values[0], values[1]) == TEXT:
                self._tell("MessageReceived", text=values[2])
            case "handleSIPInfo":
                kind = f"{values[0]}/{values[1]}" if values[1] else values[0]
                self._tell("InfoReceived", mime_type=kind, text=values[2], headers=values[3])
            case _:
                self._told_more(name, values)

    def _told_more(self, name: str, values: list[Any]) -> None:
        match name:
            case "handleReInvite":
                self._tell("PendingUpdate", headers=values[0])
                self._client.wire.send("AcceptReInvite", self.id, {}, _OFFER.format("sendrecv"), {"mids": {}})
                self._tell("Updated", result=True)
            case "handleAcceptReinvite":
                self.held = self._wanted
                self._tell("Updated", result=True, headers=values[0])
            case "handleRejectReinvite":
                self._tell("UpdateFailed", code=20, headers=values[0])
            case "handleTransferComplete":
                self._tell("TransferComplete")
            case "handleTransferFailed":
                self._tell("TransferFailed")

    def hear(self, sound: Sound | None) -> None:
        """Sound begins; that it ceases is not told."""
        if sound is not None:
            self._tell("heard", text=sound.content)

    def hear_digits(self, digits: str) -> None:
        """DTMF arrives."""
        self._tell("heard", text=digits)

    # --- inside ---

    def _update(self, way: str) -> Future[None]:
        self._wanted = way == "sendonly"
        return self._send("ReInvite", {}, _OFFER.format(way), {"mids": {}})

    def _over(self) -> None:
        self.state = "ENDED"
        self._client.forget(self)

    def _send(self, name: str, *values: Any) -> Future[None]:
        self._client.wire.send(name, self.id, *values)
        return self._client.vox.settled()

    def _tell(self, name: str, **facts: Any) -> None:
        event = SdkCallEvent(name=name, at=self._client.vox.now, **facts)
        self._happened.append(event)
        self._stream.grew(event)


def _with_data(headers: Mapping[str, str] | None, custom_data: str | None) -> dict[str, str]:
    found = dict(headers or {})
    return found if custom_data is None else {**found, "VI-CallData": custom_data}


def _in_words(event: SdkCallEvent) -> str:
    facts = [str(one) for one in (event.code, event.reason, event.text) if one]
    return f"{event.at:.3f} s: {event.name} {' '.join(facts)}".rstrip()
