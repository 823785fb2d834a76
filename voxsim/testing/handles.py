"""Handles: what a test acts and looks with. A party, one of its calls, a session, a WebSocket to a session.

Acts happen at the present instant and return something that may be awaited, to let that instant pass; expectations are
awaited, and time moves while they wait.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voxsim.engine import managing
from voxsim.engine.frames import OutgoingStream, encoding_of, tone
from voxsim.engine.future import Future
from voxsim.engine.journal import Record
from voxsim.engine.units.websocket import WebSocket
from voxsim.parties.line import Line, Received
from voxsim.parties.party import Party
from voxsim.parties.web import Peer
from voxsim.testing.expect import Stream, Timed, contains, quoted
from voxsim.vocabulary.codes import FAILURES, Cause, FinishReason
from voxsim.vocabulary.enums import CallState, DTMFType
from voxsim.vocabulary.errors import ScenarioError, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.parties.world import Files
    from voxsim.testing.vox import Vox

Words = str | re.Pattern[str]


def _in_words(item: Received) -> str:
    value = f" {item.value!r}" if item.value else ""
    return f"{item.at / 1e6:.3f} s: {item.what.replace('_', ' ')}{value}"


class CallHandle(Timed):
    """One call of a party: its end of the line. Acts first, expectations below."""

    def __init__(self, vox: Vox, line: Line) -> None:
        self._vox = vox
        self.line = line
        self._stream: Stream[Received] = Stream(vox.world.switch, line.keep(self._came), _in_words)

    def __repr__(self) -> str:
        return f"<call of {self.line.party.address}>"

    @property
    def state(self) -> CallState:
        """ALERTING, PROGRESSING, CONNECTED or TERMINATED."""
        return self.line.leg.state

    @property
    def cause(self) -> Cause | None:
        """Why the call ended, or None while it lives."""
        return self.line.leg.cause

    @property
    def callerid(self) -> str:
        """The caller id of the call; phone numbers come without their plus, as on the platform."""
        return self.line.leg.callerid

    @property
    def number(self) -> str:
        """The dialled number."""
        return self.line.leg.number

    @property
    def headers(self) -> dict[str, str]:
        """The headers that the call was offered with."""
        return dict(self.line.leg.offered_headers)

    @property
    def received(self) -> list[Received]:
        """All that has reached this end so far."""
        return list(self._stream.items)

    def _came(self, received: Received) -> None:
        self._stream.grew(received)

    # --- acts ---

    def press(self, digits: str, how: int = DTMFType.TELEPHONE_EVENT) -> Future[None]:
        """Press digits, one after the other."""
        self.line.press(digits, how)
        return self._vox.settled()

    def say(self, text: str, seconds: float | None = None) -> Future[None]:
        """Say something; it lasts as long as the speech model says, or the given seconds."""
        self.line.say(text, seconds)
        return self._vox.settled()

    def send_message(self, text: str) -> Future[None]:
        """Send a text message."""
        self.line.send_message(text)
        return self._vox.settled()

    def send_info(self, mime_type: str, body: str, headers: Mapping[str, str] | None = None) -> Future[None]:
        """Send a SIP INFO."""
        self.line.send_info(mime_type, body, headers)
        return self._vox.settled()

    def hold(self) -> Future[None]:
        """Put the call on hold."""
        self.line.hold()
        return self._vox.settled()

    def resume(self) -> Future[None]:
        """Take the call off hold."""
        self.line.resume()
        return self._vox.settled()

    def mute(self) -> Future[None]:
        """Send no packets any more."""
        self.line.mute()
        return self._vox.settled()

    def unmute(self) -> Future[None]:
        """Send packets again."""
        self.line.unmute()
        return self._vox.settled()

    def transfer(self, target: str) -> Future[None]:
        """Ask for a blind transfer."""
        self.line.transfer(target)
        return self._vox.settled()

    def re_invite(self, mime_type: str = "application/sdp", body: str = "") -> Future[None]:
        """Ask for a new session description."""
        self.line.re_invite(mime_type, body)
        return self._vox.settled()

    def ring(self) -> Future[None]:
        """Ring (180), on a call that was offered."""
        self.line.leg.far_rings()
        return self._vox.settled()

    def early_media(self) -> Future[None]:
        """Open early media (183), on a call that was offered."""
        self.line.leg.far_progresses()
        return self._vox.settled()

    def answer(self) -> Future[None]:
        """Answer a call that was offered."""
        self.line.answer()
        return self._vox.settled()

    def refuse(self, why: int | str = "busy") -> Future[None]:
        """Refuse a call that was offered, with a SIP status or the name of a failure, such as `busy`."""
        self.line.refuse(FAILURES[why] if isinstance(why, str) else why)
        return self._vox.settled()

    def hang_up(self) -> Future[None]:
        """End the call."""
        self.line.hang_up()
        return self._vox.settled()

    # --- expectations ---

    async def heard(self, words: Words) -> Received:
        """This end hears something with these words in it: a text said, a URL played, a tone."""
        __tracebackhide__ = True
        return await self._expect("heard", words, f"{self!r} hears {quoted(words)}")

    async def pressed(self, digits: str) -> None:
        """These digits reach this end, one after the other."""
        __tracebackhide__ = True
        for digit in digits:
            await self._expect("digits", re.compile(re.escape(digit)), f"the digit {digit!r} reaches {self!r}")

    async def messaged(self, words: Words) -> Received:
        """A text message with these words reaches this end."""
        __tracebackhide__ = True
        return await self._expect("text", words, f"a message with {quoted(words)} reaches {self!r}")

    async def informed(self, words: Words = "") -> Received:
        """A SIP INFO with these words reaches this end."""
        __tracebackhide__ = True
        return await self._expect("info", words, f"an INFO with {quoted(words)} reaches {self!r}")

    async def rang(self) -> Received:
        """The platform rings (180)."""
        __tracebackhide__ = True
        return await self._expect("rang", "", f"{self!r} is told that it rings")

    async def early(self) -> Received:
        """The platform opens early media (183)."""
        __tracebackhide__ = True
        return await self._expect("early_media", "", f"{self!r} gets early media")

    async def answered(self) -> Received:
        """The platform answers."""
        __tracebackhide__ = True
        return await self._expect("answered", "", f"{self!r} is answered")

    async def referred(self, target: Words = "") -> Received:
        """The platform asks this end to call somebody else."""
        __tracebackhide__ = True
        return await self._expect("refer", target, f"{self!r} is asked to call {quoted(target)}")

    async def transferred(self, code: int = 200) -> Received:
        """The transfer that this end asked for is answered with this code."""
        __tracebackhide__ = True
        wanted = re.compile(f"^{code}\\b")
        return await self._expect("refer_answer", wanted, f"the transfer of {self!r} is answered with {code}")

    async def reinvited(self, body: Words = "") -> Received:
        """The platform asks for a new session description."""
        __tracebackhide__ = True
        return await self._expect("reinvite", body, f"{self!r} gets a re-INVITE")

    async def ended(self, code: int | None = None) -> Cause:
        """The call ends, whoever ends it, with this code when one is named."""
        __tracebackhide__ = True
        wanted = re.compile(f"^{code}\\b") if code is not None else re.compile("")
        await self._expect("ended", wanted, f"{self!r} ends" + (f" with {code}" if code is not None else ""))
        return self.line.leg.cause or Cause(0, "")

    async def never(self, what: str, words: Words = "", seconds: float | None = None) -> None:
        """From here on this end does not get such a thing, for so many seconds (None: until all is over).

        Args:
            what: the name of an expectation: `heard`, `pressed`, `messaged`, `rang`, `ended` …
            words: with these words in it.
            seconds: of scenario time.
        """
        __tracebackhide__ = True
        kind = _KINDS.get(what)
        if kind is None:
            raise VoxsimError(f"never() takes the name of an expectation ({', '.join(_KINDS)}), got {what!r}.")
        await self._stream.none(
            lambda item: item.what == kind and contains(words, item.value),
            f"{self!r}: {what} {quoted(words) if words else ''}".strip(),
            seconds if seconds is not None else self._seconds,
        )

    async def nothing_else(self, seconds: float | None = None) -> None:
        """From here on nothing more reaches this end, except the end of the call."""
        __tracebackhide__ = True
        await self._stream.none(
            lambda item: item.what not in ("ended", "silence"), f"anything else at {self!r}", seconds
        )

    async def _expect(self, kind: str, words: Words, text: str) -> Received:
        __tracebackhide__ = True
        return await self._stream.next(
            lambda item: item.what == kind and contains(words, item.value), text, self._seconds
        )


_KINDS = {
    "heard": "heard",
    "pressed": "digits",
    "messaged": "text",
    "informed": "info",
    "rang": "rang",
    "early": "early_media",
    "answered": "answered",
    "referred": "refer",
    "reinvited": "reinvite",
    "ended": "ended",
}


class PartyHandle(Timed):
    """Somebody outside: a phone, a user, a SIP peer."""

    def __init__(self, vox: Vox, party: Party) -> None:
        self._vox = vox
        self.party = party
        self._calls: list[CallHandle] = []
        self._stream: Stream[CallHandle] = Stream(vox.world.switch, self._calls, repr)

    def __repr__(self) -> str:
        return f"<{self.party.kind} {self.party.address}>"

    @property
    def calls(self) -> list[CallHandle]:
        """The calls that were offered to it so far."""
        return list(self._calls)

    def offered(self, line: Line) -> None:
        """The platform calls it."""
        handle = CallHandle(self._vox, line)
        self._calls.append(handle)
        self._stream.grew(handle)

    async def dial(self, destination: str = "100", **how: Any) -> CallHandle:
        """Call the platform, and wait until the scenario has been loaded. Arguments as for `place`."""
        handle = self.place(destination, **how)
        await self._vox.settled()
        return handle

    def place(
        self,
        destination: str = "100",
        *,
        scenario: Files | None = None,
        custom_data: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> CallHandle:
        """Call the platform now.

        Args:
            destination: the dialled number or name; rules are matched with it.
            scenario: run this file, or these files, whatever the rules say.
            custom_data: what an SDK passes with the call.
            headers: `X-…` headers.
        """
        world = self._vox.world
        rule = None if scenario is None else world.rule(self._vox.paths(scenario))
        line = world.directory.line(self.party)
        handle = CallHandle(self._vox, line)
        world.call_in(self.party, destination, rule, custom_data=custom_data, headers=headers, line=line)
        return handle

    async def rang(self) -> CallHandle:
        """The platform calls this party; returns the call."""
        __tracebackhide__ = True
        return await self._stream.next(lambda _: True, f"{self!r} is called", self._seconds)

    async def never_rang(self, seconds: float | None = None) -> None:
        """From here on the platform does not call this party, for so many seconds (None: until all is over)."""
        __tracebackhide__ = True
        await self._stream.none(lambda _: True, f"a call to {self!r}", seconds)


class SocketHandle(Timed):
    """A WebSocket, seen from the far side of the scenario."""

    def __init__(self, vox: Vox, peer: Peer) -> None:
        self.peer = peer
        self._stream: Stream[str] = Stream(vox.world.switch, peer.texts, repr)
        self._vox = vox
        peer.on_text.append(self._stream.grew)

    def send(self, text: str) -> Future[None]:
        """Send a text message to the scenario."""
        self.peer.send(text)
        return self._vox.settled()

    def send_json(self, value: Any) -> Future[None]:
        """Send a value as JSON."""
        self.peer.send_json(value)
        return self._vox.settled()

    def close(self, code: int = 1000, reason: str = "") -> Future[None]:
        """Close the socket."""
        self.peer.close(code, reason)
        return self._vox.settled()

    @property
    def close_code(self) -> int | None:
        """The code with which the scenario closed it, or None."""
        return self.peer.close_code

    def lose(self) -> Future[None]:
        """Lose the connection without a close."""
        self.peer.lose()
        return self._vox.settled()

    def speak(self, seconds: float, tag: str | None = None, encoding: str = "PCM8") -> Future[None]:
        """Send a media stream of so many seconds: start, audio, stop."""
        form = encoding_of(encoding)
        stream = OutgoingStream(tag or "", form)
        frames = [stream.start(0)]
        frames += [stream.media(number, tone(form, 20)) for number in range(1, round(seconds * 50) + 1)]
        for text in (*frames, stream.stop(len(frames))):
            self.peer.send(text)
        return self._vox.settled()

    @property
    def texts(self) -> list[str]:
        """What came from the scenario, media frames included."""
        return list(self.peer.texts)

    @property
    def messages(self) -> list[str]:
        """What came from the scenario, without media frames."""
        return self.peer.messages

    @property
    def frames(self) -> list[dict[str, Any]]:
        """The media frames that came from the scenario."""
        return self.peer.frames

    async def never(self, words: Words = "", seconds: float | None = None) -> None:
        """From here on no such text comes, for so many seconds (None: until all is over)."""
        __tracebackhide__ = True
        await self._stream.none(
            lambda text: contains(words, text), f"a message with {quoted(words)} on the WebSocket", seconds
        )

    async def message(self, words: Words = "") -> str:
        """The scenario sends a text with these words in it; returns the text."""
        __tracebackhide__ = True
        return await self._stream.next(
            lambda text: contains(words, text), f"a message with {quoted(words)} on the WebSocket", self._seconds
        )


class SessionHandle(Timed):
    """One session of the platform, as a test sees it."""

    def __init__(self, vox: Vox, session: Session) -> None:
        self._vox = vox
        self.session = session

    def __repr__(self) -> str:
        return repr(self.session)

    @property
    def events(self) -> list[Record]:
        """The events delivered so far, in order; `name` is the documented name, `facts()` the payload."""
        return self.session.events

    @property
    def log(self) -> list[str]:
        """The lines of Logger.write so far."""
        return self.session.log

    @property
    def timeline(self) -> list[Record]:
        """All records so far."""
        return list(self.session.timeline)

    @property
    def warnings(self) -> list[str]:
        """The platform's warnings so far."""
        return [record.name for record in self.session.timeline if record.kind == "warning"]

    @property
    def failures(self) -> tuple[ScenarioError, ...]:
        """The errors of the scenario's own code so far."""
        return self.session.failures

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why it ended, or None while it lives."""
        return self.session.finish_reason

    @property
    def custom_data(self) -> str:
        """The session's custom data."""
        return self.session.custom_data

    @property
    def calls(self) -> int:
        """How many calls are up or being set up."""
        return len(self.session.calls)

    async def request(
        self, method: str = "GET", body: str = "", headers: Mapping[str, str] | None = None, path: str = ""
    ) -> managing.Reply:
        """Send a managing HTTP request to the session's URL and wait for the answer.

        Args:
            method: any HTTP method.
            body: the body as text.
            headers: request headers; the scenario sees those with `X-`.
            path: what follows the session's URL, such as `?command=stop`.
        """
        future: Future[managing.Reply] = Future(self.session.switch, f"the answer to {method}")
        pairs = tuple((headers or {}).items())
        managing.request(self.session, method, body, pairs, future.set, path)
        return await future

    async def websocket(self, headers: Mapping[str, str] | None = None, path: str = "") -> SocketHandle:
        """Open a WebSocket to the session's URL.

        Raises:
            ConnectionRefusedError: the session does not allow it, or has too many; the message says which.
        """
        await self._vox.settled()
        peer = Peer(self.session.switch)
        opened = managing.open_socket(self.session, peer, tuple((headers or {}).items()), path)
        await self._vox.settled()
        if not isinstance(opened, WebSocket):
            raise ConnectionRefusedError(opened)
        peer.join(opened)
        return SocketHandle(self._vox, peer)

    async def logged(self, words: Words) -> str:
        """The session writes a line with these words in it; returns the line."""
        __tracebackhide__ = True
        return await self._vox.logged(words, session=self.session, seconds=self._seconds)

    async def ended(self) -> SessionHandle:
        """The session ends."""
        await self.session.ended
        return self
