"""What the engine needs from above, each as a small Protocol: the far ends of legs, the web, tasks, scripts.

Scripted parties, other sessions' legs, SDK connections, real sockets and language runtimes implement these.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from voxsim.vocabulary.codes import Cause, HttpCode
from voxsim.vocabulary.errors import ScenarioError

if TYPE_CHECKING:
    from voxsim.engine.frames import Encoding
    from voxsim.engine.future import Future
    from voxsim.engine.http import HttpRequest
    from voxsim.engine.leg import Leg
    from voxsim.engine.media import Sound
    from voxsim.engine.session import Session

Headers = Mapping[str, str]


class Far(Protocol):
    """The other end of a leg: what it is told. It answers through the leg's `far_…` methods."""

    def offered(self, leg: Leg) -> None:
        """A call arrives (outgoing legs)."""

    def rang(self, leg: Leg, headers: Headers) -> None:
        """The platform sent 180 Ringing (incoming legs)."""

    def progressed(self, leg: Leg, headers: Headers) -> None:
        """The platform sent 183 and opened early media (incoming legs)."""

    def answered(self, leg: Leg, headers: Headers) -> None:
        """The platform answered (incoming legs)."""

    def ended(self, leg: Leg, cause: Cause, headers: Headers) -> None:
        """The platform's side ended the leg: hangup, reject, cancel, a clock."""

    def digits(self, leg: Leg, digits: str) -> None:
        """DTMF digits arrive."""

    def texted(self, leg: Leg, text: str) -> None:
        """A text message arrives."""

    def informed(self, leg: Leg, mime_type: str, body: str, headers: Headers) -> None:
        """A SIP INFO arrives."""

    def reinvited(self, leg: Leg, headers: Headers, mime_type: str, body: str) -> None:
        """The platform's side asks for a new session description."""

    def reinvite_answered(self, leg: Leg, accepted: bool, headers: Headers, code: int, reason: str) -> None:
        """The answer to the far end's own re-INVITE."""

    def referred(self, leg: Leg, target: str, replaces: Leg | None, headers: Headers) -> None:
        """The platform asks this end to call `target` instead (REFER)."""

    def refer_answered(self, leg: Leg, code: int, reason: str) -> None:
        """The answer to the far end's own REFER."""

    def heard(self, leg: Leg, sound: Sound | None) -> None:
        """Sound begins to arrive, or (None) what was arriving is cut."""


class SilentFar:
    """A far end that does nothing: a base for those that care for a few things only."""

    def offered(self, leg: Leg) -> None:
        """Nothing happens."""

    def rang(self, leg: Leg, headers: Headers) -> None:
        """Nothing happens."""

    def progressed(self, leg: Leg, headers: Headers) -> None:
        """Nothing happens."""

    def answered(self, leg: Leg, headers: Headers) -> None:
        """Nothing happens."""

    def ended(self, leg: Leg, cause: Cause, headers: Headers) -> None:
        """Nothing happens."""

    def digits(self, leg: Leg, digits: str) -> None:
        """Nothing happens."""

    def texted(self, leg: Leg, text: str) -> None:
        """Nothing happens."""

    def informed(self, leg: Leg, mime_type: str, body: str, headers: Headers) -> None:
        """Nothing happens."""

    def reinvited(self, leg: Leg, headers: Headers, mime_type: str, body: str) -> None:
        """Nothing happens."""

    def reinvite_answered(self, leg: Leg, accepted: bool, headers: Headers, code: int, reason: str) -> None:
        """Nothing happens."""

    def referred(self, leg: Leg, target: str, replaces: Leg | None, headers: Headers) -> None:
        """Nothing happens."""

    def refer_answered(self, leg: Leg, code: int, reason: str) -> None:
        """Nothing happens."""

    def heard(self, leg: Leg, sound: Sound | None) -> None:
        """Nothing happens."""


class Outside(Protocol):
    """Who can be called."""

    def reach(self, leg: Leg) -> Far | Cause:
        """The far end for a new outgoing leg, or why there is none."""

    def transfer(self, leg: Leg, target: str, headers: Headers) -> None:
        """A subscriber asks for a transfer that its session does not handle: find the target by the rules."""


class Asker(Protocol):
    """Who waits for one HTTP request, as the web sees it. What is reported after the end is ignored.

    Attributes:
        on_over: called once, when nobody waits any more: answered, timed out, or the session is over.
    """

    on_over: Callable[[], None] | None

    @property
    def over(self) -> bool:
        """Whether nobody waits any more."""

    def connected(self) -> None:
        """The connection stands; the response may still take its time."""

    def respond(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        """The complete response is here; of one that is too large, a beginning that is too large already will do."""

    def fail(self, code: HttpCode, text: str | None = None) -> None:
        """It came to nothing."""


class Fetcher(Protocol):
    """What carries out HTTP requests."""

    def fetch(self, request: HttpRequest, asker: Asker) -> None:
        """Carry out one request; report to who asks. Redirects and time-outs are the engine's."""


class Web(Fetcher, Protocol):
    """The rest of the internet, as scenarios meet it."""

    def send_mail(self, mail: Mapping[str, Any], done: Callable[[int, str | None], None]) -> None:
        """Send one mail; call `done(SMTP code, error text or None)`."""

    def open_socket(self, url: str, protocols: tuple[str, ...], headers: Headers, near: SocketNear) -> SocketFar | None:
        """Connect a WebSocket; None when nobody is there. The peer reports through `near`."""


class SocketNear(Protocol):
    """The engine's end of a WebSocket, as the peer sees it."""

    def far_opened(self) -> None:
        """The handshake is done."""

    def far_sent(self, text: str) -> None:
        """A text message arrives."""

    def far_closed(self, code: int, reason: str, *, clean: bool = True) -> None:
        """The peer closed, or (not clean) the connection was lost."""


class SocketFar(Protocol):
    """The peer of a WebSocket, as the engine sees it."""

    def sent(self, text: str) -> None:
        """The scenario sent a text message."""

    def closed(self, code: int, reason: str) -> None:
        """The scenario, or the end of its session, closed the socket."""


class Voices(Protocol):
    """What sounds are heard as, where a peer of a media stream is to receive them.

    Attributes:
        steady: whether a connected call's silence travels, too, as its packets do; in virtual time nobody misses it.
    """

    @property
    def steady(self) -> bool:
        """See above."""

    def samples(self, sound: Sound, encoding: Encoding, position: int, milliseconds: float) -> bytes:
        """A piece of a sound. It has to come at once: silence stands for what is not there yet, or is over.

        Args:
            sound: what is played; one without a length repeats.
            encoding: what the piece is to be in.
            position: microseconds from the sound's first sample to the piece.
            milliseconds: how long the piece is.
        """


class Tasks(Protocol):
    """Runs what waits: coroutines of scenarios, inside whatever event loop there is."""

    def start(
        self,
        session: Session | None,
        coroutine: Coroutine[Any, Any, Any],
        done: Callable[[Any, BaseException | None], None],
    ) -> None:
        """Run a coroutine to its end; `done(result, error)` is called then, unless its session ends first."""

    def wait(self, future: Future[Any]) -> Awaitable[None]:
        """Give control back until the future is done."""

    def cancel(self, session: Session) -> None:
        """Cancel all coroutines of a session."""

    def outside(self) -> AbstractContextManager[None]:
        """Hold virtual time while real work outside of the engine is under way."""


class Script(Protocol):
    """A loaded program of scenario files, in some language."""

    @property
    def names(self) -> tuple[str, ...]:
        """The scenarios' names, in order."""

    def load(self, session: Session, index: int) -> None:
        """Run the top level of one scenario file inside the session; called in order, each file once."""

    def explain(self, error: BaseException, culprit: Any = None) -> ScenarioError:
        """The error of a handler (`culprit`) as its author should see it: file, line, and the scenario's own frames."""

    def where(self) -> str:
        """The line of the scenario that runs just now, as `file:line`; empty when none does."""

    def release(self, session: Session) -> None:
        """The session is over: drop what was kept for it."""


@attrs.define
class Watch:
    """What a watchdog needs to know to interrupt a handler that computes for too long; by itself it never does.

    Attributes:
        stretch: how many stretches of scenario code have begun.
        inside: whether one is running now.
    """

    stretch: int = 0
    inside: bool = False


@attrs.frozen
class Audio:
    """What is known of a file at a URL.

    Attributes:
        seconds: how long it plays.
        error: why it cannot be played, or None.
        download_seconds: how long fetching it takes the first time.
        size_bytes: how large the file is.
        stall_at: seconds into a progressive playback at which it runs dry, or None.
        stall_seconds: how long it is dry then.
        path: where the file is on this machine, or None; a WAV file is heard as what it is.
    """

    seconds: float
    error: str | None = None
    download_seconds: float = 0
    size_bytes: int = 0
    stall_at: float | None = None
    stall_seconds: float = 1
    path: str | None = None
