"""CallHandle: one call of a party, as a test acts on it and looks at it.

Acts happen at the present instant and return something that may be awaited, to let that instant pass; expectations are
awaited, and time moves while they wait.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from voxsim.engine.future import Future
from voxsim.parties.line import Line, Received
from voxsim.testing.expect import Stream, Timed, contains, quoted
from voxsim.vocabulary.codes import FAILURES, Cause
from voxsim.vocabulary.enums import CallState, DTMFType
from voxsim.vocabulary.errors import BadArgument, VoxsimError
from voxsim.vocabulary.naming import did_you_mean

if TYPE_CHECKING:
    from voxsim.testing.vox import Vox

_KEYS: Final = frozenset("0123456789*#ABCDabcd")

Words = str | re.Pattern[str]


def _in_words(item: Received) -> str:
    value = f" {item.value!r}" if item.value else ""
    return f"{item.at / 1e6:.3f} s: {item.what.replace('_', ' ')}{value}"


class CallHandle(Timed):
    """One call of a party: its end of the line. Acts first, expectations below."""

    def __init__(self, vox: Vox, line: Line) -> None:
        self._vox = vox
        self.line = line
        self._stream: Stream[Received] = Stream(vox.world.switch, line.keep(self._came), _in_words, vox.met)

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
        """Press digits, one after the other.

        Raises:
            BadArgument: one of them is on no phone's keypad.
        """
        if not isinstance(digits, str) or not _KEYS.issuperset(digits):
            raise BadArgument(f"A phone has the keys 0 to 9, *, # and A to D, as text; got {digits!r}.")
        self.line.press(digits, how)
        return self._vox.settled()

    def say(self, text: str, seconds: float | None = None, confidence: float | None = None) -> Future[None]:
        """Say something, for as long as the speech model says or the given seconds, and so clearly (0 to 1)."""
        self.line.say(text, seconds, confidence)
        return self._vox.settled()

    def beep(self, hertz: float = 1000) -> Future[None]:
        """Sound a short tone, as an answering machine does before it records."""
        self.line.beep(hertz)
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
        if isinstance(why, str) and why not in FAILURES:
            raise VoxsimError(f"A call cannot be refused with {why!r}.{did_you_mean(why, FAILURES)}")
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
