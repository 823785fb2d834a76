"""Directory: who plays which number. It is where the platform's outgoing calls find their far ends."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from voxsim.engine.leg import Leg
from voxsim.engine.ports import Far, Headers, SilentFar
from voxsim.parties.behaviour import Behaviour
from voxsim.parties.line import Line
from voxsim.parties.party import Party
from voxsim.platform.conferences import CONFERENCE
from voxsim.platform.platform import Caller
from voxsim.vocabulary.codes import USER_OFFLINE, Cause, Sip

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch
    from voxsim.platform.platform import Platform


class Presence(Protocol):
    """Users who are logged in for real, through an SDK."""

    def reach(self, leg: Leg) -> Far | None:
        """The far end of a call to a user who is logged in; None when the user is not."""

    def expects(self, leg: Leg) -> bool:
        """Whether the user whom a call is for could be logged in, and is not."""


class Directory:
    """Parties by number, user name, SIP address or pattern; the first that was added and matches wins.

    Args:
        platform: where calls of these parties go.
        stranger: how somebody behaves whom nobody plays, or None: then a call to them fails with 404.

    Attributes:
        presence: who is logged in through an SDK, and is called before any party; a user with a password whom nobody
            plays and who is not logged in cannot be reached.
    """

    def __init__(self, switch: Switch, platform: Platform, stranger: Behaviour | None = None) -> None:
        self._switch = switch
        self._platform = platform
        self._stranger = stranger
        self.parties: list[Party] = []
        self.on_line: list[Callable[[Line], None]] = []
        self.unplayed: list[str] = []
        self.presence: Presence | None = None

    def add(self, party: Party) -> Party:
        """Let a party be called."""
        self.parties.append(party)
        return party

    def find(self, kind: str, address: str) -> Party | None:
        """Who plays this address, or None."""
        wanted = normal(kind, address)
        for party in self.parties:
            if not _fits(party.kind, kind):
                continue
            own = normal(kind, party.address)
            if own == wanted or fnmatchcase(wanted, own):
                return party
        return None

    def reach(self, leg: Leg) -> Far | Cause:
        """The far end for an outgoing leg, or why there is none."""
        if leg.kind == CONFERENCE:
            return self._platform.conferences.reach(leg)
        presence = self.presence if leg.kind == "user" else None
        if presence is not None and (far := presence.reach(leg)) is not None:
            return far
        party = self.find(leg.kind, leg.number)
        if party is None and presence is not None and presence.expects(leg):
            return Cause.sip(Sip.TEMPORARILY_UNAVAILABLE, USER_OFFLINE)
        if party is None:
            if self._stranger is None:
                self.unplayed.append(leg.number)
                return Cause.sip(Sip.NOT_FOUND)
            party = Party(kind=leg.kind, address=leg.number, behaviour=self._stranger)
        if party.online:
            line = self.line(party)
            self._tell(line)
            return line
        if leg.push_seconds is None or party.behaviour.wakes is None:
            return Cause.sip(Sip.TEMPORARILY_UNAVAILABLE, USER_OFFLINE)
        return SleepingLine(self._switch, party, party.behaviour.wakes, self._tell)

    def _tell(self, line: Line) -> None:
        for told in self.on_line:
            told(line)

    def line(self, party: Party) -> Line:
        """A new end of a leg for a party."""
        return Line(self._switch, party, party.device_behaviours())

    def transfer(self, leg: Leg, target: str, headers: Headers) -> None:
        """A subscriber's REFER that its session does not handle begins a second session for the target."""
        number = leg.callerid if leg.incoming else leg.number
        caller = Caller(kind=leg.kind, number=number, headers=dict(headers), referred_by=leg.id)
        self._platform.incoming(target_number(target), caller, _Transferred(leg))


class SleepingLine(Line):
    """The line of a user who is not logged in: a push notification is sent, and the call comes after the login."""

    __slots__ = ("_seconds", "_tell")

    def __init__(self, switch: Switch, party: Party, seconds: float, tell: Callable[[Line], None]) -> None:
        super().__init__(switch, party, party.device_behaviours())
        self._seconds = seconds
        self._tell = tell

    def offered(self, leg: Leg) -> None:
        """A call arrives for somebody who sleeps; who does not wake in time cannot be reached."""
        self.take(leg)
        leg.push_sent("success")
        if leg.push_seconds is not None and self._seconds <= leg.push_seconds:
            self._later(self._seconds, self._wake)
        else:
            self._later(leg.push_seconds or 0, leg.refuse, Sip.TEMPORARILY_UNAVAILABLE, USER_OFFLINE)

    def _wake(self) -> None:
        self.party.online = True
        self._tell(self)
        super().offered(self.leg)


class _Transferred(SilentFar):
    """The caller's end in the session that a REFER began: its fate is told to the leg that asked."""

    def __init__(self, origin: Leg) -> None:
        self._origin = origin
        self._told = False

    def answered(self, leg: Leg, headers: Headers) -> None:
        """The target's session answered: the transfer worked, and the one who asked leaves."""
        self._tell(200, "OK")

    def ended(self, leg: Leg, cause: Cause, headers: Headers) -> None:
        """The target's session refused or ended."""
        self._tell(cause.code, cause.reason)

    def _tell(self, code: int, reason: str) -> None:
        origin = self._origin
        if self._told or not origin.alive or origin.call is None:
            return
        self._told = True
        origin.refer_pending = False
        if origin.far is not None:
            origin.far.refer_answered(origin, code, reason)
        origin.call.leg_refer_answer(Cause(code, reason), {})


@lru_cache(maxsize=4096)
def normal(kind: str, address: str) -> str:
    """An address in the form in which addresses are compared: a number as its digits, the rest in lower case."""
    text = address.strip()
    if kind in ("pstn", "wab") or (text.startswith("+") and text[1:].isdigit()):
        kept = "".join(character for character in text if character.isdigit() or character in "*?[]-")
        return kept if kept and "[" in kept else kept.replace("-", "")
    return text.lower()


def target_number(target: str) -> str:
    """The number or name in a transfer's target, which may be a SIP address."""
    text = target.strip().strip("<>")
    for scheme in ("sip:", "sips:", "tel:"):
        text = text.removeprefix(scheme)
    return text.partition("@")[0].partition(";")[0]


def _fits(party: str, call: str) -> bool:
    return party == call or {party, call} <= {"pstn", "wab"}
