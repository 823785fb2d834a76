"""Handles: what a test acts and looks with. A party, a session, a WebSocket to a session; a call is in `calls`.

Acts happen at the present instant and return something that may be awaited, to let that instant pass; expectations are
awaited, and time moves while they wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voxsim.engine import managing
from voxsim.engine.frames import OutgoingStream, encoding_of
from voxsim.engine.future import Future
from voxsim.engine.journal import Record
from voxsim.engine.tones import tone
from voxsim.engine.units.websocket import WebSocket
from voxsim.parties.line import Line
from voxsim.parties.party import Party
from voxsim.parties.web import Peer
from voxsim.testing.calls import CallHandle, Words
from voxsim.testing.expect import Stream, Timed, contains, quoted
from voxsim.vocabulary.codes import FinishReason
from voxsim.vocabulary.errors import ScenarioError, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.parties.world import Files
    from voxsim.testing.vox import Vox


class PartyHandle(Timed):
    """Somebody outside: a phone, a user, a SIP peer."""

    def __init__(self, vox: Vox, party: Party) -> None:
        self._vox = vox
        self.party = party
        self._calls: list[CallHandle] = []
        self._stream: Stream[CallHandle] = Stream(vox.world.switch, self._calls, repr, vox.met)

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
        if scenario is None and not world.platform.rules:
            raise VoxsimError("Nobody would take this call: name a `scenario=`, or set one with `vox.scenario(...)`.")
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
        self._stream: Stream[str] = Stream(vox.world.switch, peer.texts, repr, vox.met)
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
