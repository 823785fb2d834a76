"""Line: a party's end of one leg. It does what the party's behaviour says, and keeps what reached it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from voxsim.engine.leg import CONNECTED, Leg
from voxsim.engine.media import Sound
from voxsim.engine.ports import Headers
from voxsim.parties.behaviour import Act, Behaviour
from voxsim.vocabulary.codes import Cause, reason_text
from voxsim.vocabulary.enums import CallState, DTMFType
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Switch, Timer
    from voxsim.parties.party import Party


GREETING: Final = "Please leave a message after the tone."
"""What an answering machine says."""

BEEP: Final = "{hertz:g}@-10;0.5(*/0/1)"
"""The ToneScript of its beep."""


@attrs.frozen
class Received:
    """Something that reached a party's line.

    Attributes:
        what: `offered`, `rang`, `early_media`, `answered`, `ended`, `heard`, `silence`, `digits`, `text`, `info`,
            `reinvite`, `reinvite_answer`, `refer`, `refer_answer`.
        value: the text, digits, reason or content.
        at: when, in microseconds since the run's epoch.
        data: headers and the like.
    """

    what: str
    value: str
    at: int
    data: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def seconds(self) -> float:
        """When, in seconds since the run's epoch."""
        return self.at / 1e6


@attrs.define
class Did:
    """What the timeline tells of something that a party did: who it was, and the digits, text or target."""

    party: str
    value: str

    def facts(self) -> dict[str, str]:
        """Its facts for the timeline."""
        return {"party": self.party, "value": self.value}


class Line:
    """One party's end of one leg.

    Attributes:
        party: whose line it is.
        leg: the leg, once there is one.
        received: what reached it, in order, since it is kept.
        on_received: called with each of these as it comes.
    """

    __slots__ = ("_acting", "_devices", "_leg", "_refused", "_switch", "_timers", "on_received", "party", "received")

    def __init__(self, switch: Switch, party: Party, behaviours: Sequence[tuple[str, Behaviour]]) -> None:
        self.party = party
        self.received: list[Received] | None = None
        self.on_received: tuple[Callable[[Received], None], ...] = ()
        self._switch = switch
        self._devices = tuple(behaviours)
        self._leg: Leg | None = None
        self._refused = 0
        self._acting: Timer | None = None
        self._timers: list[Timer] | None = None

    def __repr__(self) -> str:
        return f"<Line of {self.party.address}>"

    @property
    def leg(self) -> Leg:
        """The leg; an error while nothing has been dialled."""
        if self._leg is None:
            raise VoxsimError(f"{self.party.address} has no call yet.")
        return self._leg

    @property
    def session(self) -> Session | None:
        """The session that its call belongs to, or None."""
        return self._leg.session if self._leg is not None else None

    def keep(self, told: Callable[[Received], None]) -> list[Received]:
        """Keep what reaches this line from now on, and call back for each; returns the list that grows."""
        if self.received is None:
            self.received = []
        self.on_received = (*self.on_received, told)
        return self.received

    @property
    def connected(self) -> bool:
        """Whether the call is up."""
        return self._leg is not None and self._leg.state is CONNECTED

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self._leg is not None and self._leg.state is CallState.TERMINATED

    # --- what the party does ---

    def take(self, leg: Leg) -> None:
        """This line's leg."""
        self._leg = leg

    def called(self, leg: Leg) -> None:
        """The party has called in: from now on its patience runs."""
        self._leg = leg
        behaviour = self._devices[0][1]
        if behaviour.cancel is not None:
            self._later(behaviour.cancel, self._give_up)

    def press(self, digits: str, how: int = DTMFType.TELEPHONE_EVENT) -> None:
        """Press digits, one after the other."""
        gap = self._switch.timing.digit / 1000
        for index, digit in enumerate(str(digits)):
            if index == 0:
                self._press(digit, how)
            else:
                self._later(index * gap, self._press, digit, how)

    def _press(self, digit: str, how: int) -> None:
        leg = self.leg
        self._did("pressed", digit)
        leg.far_presses(digit, how)

    def say(self, text: str, seconds: float | None = None, confidence: float | None = None) -> None:
        """Say something; it lasts as long as the speech model says, or the given seconds.

        Args:
            text: what is said.
            seconds: how long it takes.
            confidence: how clearly, from 0 to 1; recognition is as sure of it.
        """
        self._did("said", text)
        noise = self._devices[0][1].noise
        if noise and confidence is None:
            confidence = max(0.0, self._switch.recognition.confidence - noise)
        length = self._switch.sounds.speech(text) if seconds is None else seconds
        sound = Sound("speech", text, self._switch.now, int(length * 1_000_000), self.leg.id, confidence=confidence)
        self.leg.far_says(sound)

    def send_message(self, text: str) -> None:
        """Send a text message."""
        self._did("sent a message", text)
        self.leg.far_texts(text)

    def send_info(self, mime_type: str, body: str, headers: Headers | None = None) -> None:
        """Send a SIP INFO."""
        self._did("sent info", body)
        self.leg.far_informs(mime_type, body, headers or {})

    def beep(self, hertz: float = 1000) -> None:
        """Sound a beep, as an answering machine does before it records."""
        self._did("beeped")
        length = int(self._switch.timing.beep * 1000)
        self.leg.far_says(Sound("tone", BEEP.format(hertz=hertz), self._switch.now, length, self.leg.id))

    def hold(self) -> None:
        """Put the call on hold."""
        self._did("held")
        self.leg.far_holds()

    def resume(self) -> None:
        """Take the call off hold."""
        self._did("resumed")
        self.leg.far_resumes()

    def mute(self) -> None:
        """Send no packets any more; RtpStopped follows within seven seconds."""
        self._did("went silent")
        self.leg.far_falls_silent()

    def unmute(self) -> None:
        """Send packets again."""
        self._did("is back")
        self.leg.far_speaks_again()

    def transfer(self, target: str) -> None:
        """Ask for a blind transfer."""
        self._did("asked for a transfer", target)
        self.leg.far_refers(target)

    def re_invite(self, mime_type: str = "application/sdp", body: str = "", headers: Headers | None = None) -> None:
        """Ask for a new session description."""
        self._did("sent a re-INVITE", body)
        self.leg.far_reinvites(headers or {}, mime_type, body)

    def answer(self) -> None:
        """Answer a call that was offered; what the behaviour says of a connected call follows."""
        self._answer("", self._devices[0][1])

    def hang_up(self) -> None:
        """End the call."""
        if self._leg is not None and self._leg.alive:
            self._did("hung up")
            self._leave()

    def refuse(self, code: int, reason: str = "", device: str = "") -> None:
        """Refuse the call; with several devices the platform waits for the others."""
        cause = Cause(code, reason or reason_text(code))
        self._refused += 1
        if self._refused >= len(self._devices) and self.leg.alive:
            self._did("refused", f"{cause.code} {cause.reason}")
            self._leave(cause)

    def _give_up(self) -> None:
        if self.leg.alive and self.leg.state is not CONNECTED:
            self._did("gave up")
            self._leave()

    def _leave(self, cause: Cause | None = None) -> None:
        """This side ends the call."""
        self._drop_timers()
        self.leg.far_ends(cause)
        ended = self.leg.cause
        if ended is not None:
            self._note("ended", f"{ended.code} {ended.reason}")

    def _carry_out(self, act: Act) -> None:
        leg = self._leg
        if leg is None or leg.state is not CONNECTED:
            return
        match act.what:
            case "press" if len(act.value) == 1:
                self._press(act.value, 1)
            case "press":
                self.press(act.value)
            case "say":
                self.say(act.value)
            case "message":
                self.send_message(act.value)
            case "info":
                self.send_info("text/plain", act.value)
            case "transfer":
                self.transfer(act.value)
            case "hold":
                self.hold()
            case "resume":
                self.resume()
            case "mute":
                self.mute()
            case "beep":
                self.beep(float(act.value or 1000))
            case "unmute":
                self.unmute()
            case "hangup":
                self.hang_up()

    def _connected(self, behaviour: Behaviour) -> None:
        """The call is up: go through the plan, act by act."""
        self._drop_timers()
        if behaviour.machine is not None:
            self.say(GREETING, behaviour.machine)
            self._later(behaviour.machine, self.beep)
        if behaviour.video:
            self._later(self._switch.timing.connected_to_first_packet / 1000, self.leg.far_shows)
        if behaviour.plan:
            self._await_act(behaviour.plan, 0, self._switch.now)

    def _await_act(self, plan: tuple[Act, ...], index: int, connected: int) -> None:
        instant = connected + round(plan[index].at * 1_000_000)
        self._acting = self._switch.at(instant, self._next_act, plan, index, connected)

    def _next_act(self, plan: tuple[Act, ...], index: int, connected: int) -> None:
        if index + 1 < len(plan):
            self._await_act(plan, index + 1, connected)
        self._carry_out(plan[index])

    # --- what reaches it (Far) ---

    def offered(self, leg: Leg) -> None:
        """A call arrives: every device does with it what its behaviour says."""
        self._leg = leg
        self._note("offered", leg.callerid, leg.offered_headers)
        for device, behaviour in self._devices:
            name = device if len(self._devices) > 1 else ""
            if behaviour.ring == 0:
                self._switch.post(self._if_alive, self._ring, name)
            elif behaviour.ring is not None:
                self._later(behaviour.ring, self._ring, name)
            if behaviour.forward is not None:
                self._later(behaviour.forward, leg.far_forwards)
            if behaviour.early is not None:
                self._later(behaviour.early, leg.far_progresses)
            if behaviour.reject is not None:
                self._later(behaviour.reject_at, self.refuse, behaviour.reject, behaviour.reason, name)
            elif behaviour.answer is not None:
                self._later(behaviour.answer, self._answer, name, behaviour)

    def _ring(self, device: str) -> None:
        self.leg.far_rings(device=device)

    def _answer(self, device: str, behaviour: Behaviour) -> None:
        if self.leg.state is CallState.PROGRESSING:
            self._did("answered")
            self.leg.answered_by = behaviour.answerer
            self.leg.far_answers(device=device)
            self._connected(behaviour)

    def rang(self, leg: Leg, headers: Headers) -> None:
        """The platform rings."""
        self._note("rang", "", headers)

    def progressed(self, leg: Leg, headers: Headers) -> None:
        """The platform opened early media."""
        self._note("early_media", "", headers)

    def answered(self, leg: Leg, headers: Headers) -> None:
        """The platform answered."""
        self._note("answered", "", headers)
        self._connected(self._devices[0][1])

    def ended(self, leg: Leg, cause: Cause, headers: Headers) -> None:
        """The platform's side ended the call."""
        self._drop_timers()
        self._note("ended", f"{cause.code} {cause.reason}", headers)

    def digits(self, leg: Leg, digits: str) -> None:
        """DTMF arrives."""
        self._note("digits", digits)

    def texted(self, leg: Leg, text: str) -> None:
        """A text message arrives."""
        self._note("text", text)

    def informed(self, leg: Leg, mime_type: str, body: str, headers: Headers) -> None:
        """A SIP INFO arrives."""
        self._note("info", body, {"mimeType": mime_type, **headers})

    def reinvited(self, leg: Leg, headers: Headers, mime_type: str, body: str) -> None:
        """The platform asks for a new session description: answered as the behaviour says."""
        self._note("reinvite", body, {"mimeType": mime_type, **headers})
        code = self._devices[0][1].takes_reinvite
        self._switch.post(self._answer_reinvite, code < 300, mime_type, body, code)

    def _answer_reinvite(self, accepted: bool, mime_type: str, body: str, code: int) -> None:
        self.leg.far_answers_reinvite(accepted, {}, mime_type, body, code)

    def reinvite_answered(self, leg: Leg, accepted: bool, headers: Headers, code: int, reason: str) -> None:
        """The answer to this party's re-INVITE."""
        self._note("reinvite_answer", f"{code} {reason}".strip(), headers)

    def referred(self, leg: Leg, target: str, replaces: Leg | None, headers: Headers) -> None:
        """The platform asks this party to call somebody else: answered as the behaviour says."""
        self._note("refer", target, headers)
        self._switch.post(leg.far_answers_refer, self._devices[0][1].takes_transfer)

    def refer_answered(self, leg: Leg, code: int, reason: str) -> None:
        """The answer to this party's request for a transfer."""
        self._note("refer_answer", f"{code} {reason}".strip())

    def heard(self, leg: Leg, sound: Sound | None) -> None:
        """Sound begins, or ceases."""
        if sound is None:
            self._note("silence", "")
        else:
            self._note("digits" if sound.kind == "digits" else "heard", sound.content, {"kind": sound.kind})

    # --- inside ---

    def _note(self, what: str, value: str, data: Mapping[str, Any] | None = None) -> None:
        if self.received is None:
            return
        received = Received(what, value, self._switch.now, data or {})
        self.received.append(received)
        for told in self.on_received:
            told(received)

    def _did(self, what: str, value: str = "") -> None:
        leg = self.leg
        address = self.party.address
        facts = Did(leg.number if "*" in address else address, value)
        if leg.call is not None:
            leg.call.session.note("party", what, leg.id, facts)
        else:
            self._switch.note(None, "party", what, leg.id, facts)

    def _later(self, seconds: float, step: Callable[..., Any], *args: Any) -> None:
        self._timers = [timer for timer in self._timers or () if timer.call is not None]
        self._timers.append(self._switch.after(seconds, self._if_alive, step, *args))

    def _if_alive(self, step: Callable[..., Any], *args: Any) -> None:
        if self._leg is not None and self._leg.alive:
            step(*args)

    def _drop_timers(self) -> None:
        for timer in self._timers or ():
            timer.cancel()
        self._timers = None
        if self._acting is not None:
            self._acting.cancel()
            self._acting = None
