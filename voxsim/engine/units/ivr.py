"""IVRState: one step of a phone menu. It plays its prompt, collects digits, and goes on to the next step.

A scenario makes its states beforehand and enters the first. A state works through the call's own commands and events,
as a scenario would, and leaves the call as soon as another state is entered. What a call is in is kept by `Menus`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from math import inf
from typing import TYPE_CHECKING, Any, Final

import attrs

from voxsim.engine.command import command, known_fields
from voxsim.engine.current import current
from voxsim.engine.future import LATER
from voxsim.engine.lifecycle import RUNNING, Operation
from voxsim.engine.units.call import Call
from voxsim.engine.units.callevents import CallEvents
from voxsim.vocabulary.declare import unit
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import did_you_mean

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer
    from voxsim.vocabulary.declare import Event

Callback = Callable[[str], Any] | None

_PROMPTS: Final = ("say", "play")

DEFAULT_TIMEOUT: Final = 5000
"""Milliseconds without a digit after which a state gives up, unless it was made with others."""


class IVRType(Enum):
    """What a state waits for."""

    NO_INPUT = "noinput"
    SELECT = "select"
    FIXED = "inputfixed"
    UNKNOWN = "inputunknown"


@attrs.frozen(kw_only=True)
class Settings:
    """A state's settings, as they are when it is entered; times are milliseconds."""

    type: IVRType
    prompt: Mapping[str, Any] | None = None
    timeout: float = DEFAULT_TIMEOUT
    input_length: int = 0
    input_validator: Callable[[str], Any] | None = None
    terminate_on: str = ""
    next_states: Mapping[Any, IVRState] = attrs.field(factory=dict)
    next_state: IVRState | None = None

    @classmethod
    def read(cls, session: Session, given: Mapping[str, Any], name: str) -> Settings:
        """The settings from an object with documented or Python names.

        Raises:
            BadArgument: something is of the wrong kind, or what the type needs is missing.
        """
        fields = known_fields(session, f"IVRState {name!r}", given, [field.name for field in attrs.fields(cls)])
        read = cls(**{**fields, "type": _type(fields.get("type"), name)})
        read.check(name)
        return read

    def check(self, name: str) -> None:
        """Raise BadArgument for what cannot work."""
        timeout = self.timeout
        if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 <= timeout < inf:
            raise BadArgument(f"IVRState {name!r}: `timeout` is a number of milliseconds, got {self.timeout!r}.")
        if self.type is IVRType.FIXED and (not isinstance(self.input_length, int) or self.input_length < 1):
            raise BadArgument(f"IVRState {name!r} is 'inputfixed': `inputLength` says how many digits, at least 1.")
        if self.type is IVRType.UNKNOWN and not self.terminate_on and self.input_validator is None:
            raise BadArgument(f"IVRState {name!r} is 'inputunknown': it needs `terminateOn` or `inputValidator`.")
        prompt = self.prompt
        says = prompt is None or (isinstance(prompt, Mapping) and any(prompt.get(key) is not None for key in _PROMPTS))
        if not says:
            raise BadArgument(f"IVRState {name!r}: the prompt is {{say, lang}} or {{play}}, got {prompt!r}.")

    def following(self, digit: str) -> IVRState | None:
        """The state that a digit selects, or None."""
        if digit in self.next_states:
            return self.next_states[digit]
        return self.next_states.get(int(digit)) if digit.isdigit() else None


def _type(given: Any, name: str) -> IVRType:
    known = [kind.value for kind in IVRType]
    if given not in known:
        hint = did_you_mean(str(given), known)
        raise BadArgument(f"IVRState {name!r}: `type` is one of {', '.join(known)}, got {given!r}.{hint}")
    return IVRType(given)


class Menus:
    """What each call of a session is in, and how prompts are said.

    Attributes:
        tts_options: for every prompt that is said.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.tts_options: Mapping[str, Any] | None = None
        self._entered: dict[str, Visit] = {}

    @classmethod
    def of(cls, session: Session) -> Menus:
        """The menus of a session."""
        menus = (session.units or {}).get("ivr")
        if not isinstance(menus, cls):
            menus = cls(session)
            session.keep("ivr", menus)
        return menus

    def enter(self, state: IVRState, settings: Settings, call: Call) -> None:
        """A call enters a state, and leaves the one it is in."""
        before = self._entered.pop(call.id(), None)
        if before is not None:
            before.leave()
        visit = Visit(self, state, settings, call)
        self._entered[call.id()] = visit
        visit.begin()

    def left(self, visit: Visit) -> None:
        """A call has left its state."""
        if self._entered.get(visit.call.id()) is visit:
            del self._entered[visit.call.id()]

    def reset(self) -> None:
        """Every call leaves the state it is in; nothing is called back."""
        visits, self._entered = list(self._entered.values()), {}
        for visit in visits:
            visit.leave()

    def cut(self) -> None:
        """The session is over."""
        for visit in self._entered.values():
            visit.drop_timer()
        self._entered = {}


class Visit:
    """One call in one state, from its entry until it goes on."""

    __slots__ = ("_menus", "_over", "_prompting", "_settings", "_timer", "call", "state")

    def __init__(self, menus: Menus, state: IVRState, settings: Settings, call: Call) -> None:
        self._menus = menus
        self._settings = settings
        self._timer: Timer | None = None
        self._over = False
        self._prompting = True
        self.state = state
        self.call = call

    @property
    def session(self) -> Session:
        """The call's session: it ends when something fails here."""
        return self._menus.session

    def begin(self) -> None:
        """Play the prompt and listen to digits; the clock runs from the prompt's end."""
        self.state.input = ""
        self.call.add_event_listener(CallEvents.PlaybackFinished, self._prompted)
        if self._settings.type is not IVRType.NO_INPUT:
            self.call.handle_tones(True)
            self.call.add_event_listener(CallEvents.ToneReceived, self._tone)
        prompt = self._settings.prompt
        if prompt is None and self._settings.type is IVRType.NO_INPUT:
            # A step later: states that follow each other at once, however many, are no recursion.
            self.session.switch.post(self._go_on)
        elif prompt is None:
            self._prompt_over()
        elif prompt.get("say") is not None:
            options = self._menus.tts_options
            self.call.say(str(prompt["say"]), voice=prompt.get("lang"), tts_options=options)
        else:
            self.call.start_playback(str(prompt["play"]))

    def leave(self) -> None:
        """Listen no more."""
        self._over = True
        self.drop_timer()
        self._menus.left(self)
        if self._menus.session.phase is RUNNING:
            self.call.remove_event_listener(CallEvents.PlaybackFinished, self._prompted)
            self.call.remove_event_listener(CallEvents.ToneReceived, self._tone)

    def drop_timer(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- what happens on the call ---

    def _go_on(self) -> None:
        """There was nothing to say."""
        if self.session.phase is RUNNING:
            self.session.run(self._prompted)

    def _prompted(self, event: Event | None = None) -> None:
        if not self._over and self._prompting:
            self._prompt_over()

    def _prompt_over(self) -> None:
        self._prompting = False
        if self._settings.type is not IVRType.NO_INPUT:
            self._wait()
        elif self._settings.next_state is not None:
            self._go(self._settings.next_state)
        else:
            self._complete()

    def _tone(self, event: Any) -> None:
        if self._over:
            return
        if self._prompting:
            self._prompting = False
            self.call.stop_playback()
        self._wait()
        self._digit(str(event.tone))

    def _digit(self, digit: str) -> None:
        state, settings = self.state, self._settings
        if settings.type is IVRType.SELECT:
            state.input = digit
            following = settings.following(digit)
            if following is not None:
                self._go(following)
            else:
                self._complete()
        elif settings.type is IVRType.FIXED:
            state.input += digit
            if len(state.input) >= settings.input_length:
                self._complete()
        elif digit in settings.terminate_on:
            self._complete()
        else:
            state.input += digit
            if settings.input_validator is not None:
                self._validate(settings.input_validator)

    def _validate(self, validator: Callable[[str], Any]) -> None:
        """Ask the scenario whether the input is complete; it may take its time to say so."""
        session = self._menus.session

        def said(result: Any, error: BaseException | None) -> None:
            if error is not None:
                session.task_done(result, error)
            elif result and not self._over:
                self._complete()

        result = session.run(validator, self.state.input, done=said)
        if result and type(result) not in LATER and not self._over:
            self._complete()

    # --- going on ---

    def _wait(self) -> None:
        self.drop_timer()
        self._timer = self._menus.session.switch.after_ms(self._settings.timeout, self._timed_out)

    def _timed_out(self) -> None:
        self._timer = None
        self.leave()
        self._call_back(self.state.on_input_timeout)

    def _complete(self) -> None:
        self.leave()
        self._call_back(self.state.on_input_complete)

    def _go(self, following: IVRState) -> None:
        self.leave()
        if not isinstance(following, IVRState):
            raise BadArgument(f"IVRState {self.state.name!r}: the next state is an IVRState, got {following!r}.")
        following.enter(self.call)

    def _call_back(self, callback: Callback) -> None:
        """Tell the scenario, unless the call or the session has ended meanwhile."""
        session = self._menus.session
        if callback is not None and session.phase is RUNNING and self.call.leg.alive:
            session.run(callback, self.state.input)


@unit("IVRState", module="IVR")
class IVRState:
    """One step of a phone menu.

    Args:
        name: what it is called; for people.
        settings: `type` (`noinput`, `select`, `inputfixed`, `inputunknown`), `prompt` (`{say, lang}` or `{play}`),
            `timeout` (milliseconds, 5000), `inputLength`, `inputValidator`, `terminateOn`, `nextStates`, `nextState`.
        on_input_complete: called with the digits, when no next state follows by itself; may be async.
        on_input_timeout: called with the digits so far, when no digit comes in time; may be async.

    Attributes:
        input: the digits of the last visit so far.
        settings: the settings as they were given. They are read when the state is entered, so that states may refer to
            each other.

    Raises:
        NoSession: no session is running: states are made inside a scenario.
        BadArgument: the settings cannot be used.
    """

    __slots__ = ("_id", "input", "name", "on_input_complete", "on_input_timeout", "session", "settings")

    def __init__(
        self,
        name: str,
        settings: Mapping[str, Any],
        on_input_complete: Callback = None,
        on_input_timeout: Callback = None,
    ) -> None:
        self.session = current()
        self.session.needs("IVR")
        if not isinstance(settings, Mapping):
            raise BadArgument(f"IVRState {name!r}: the settings are an object, got {settings!r}.")
        self._id = self.name = str(name)
        self.settings = settings
        self.input = ""
        self.on_input_complete = on_input_complete
        self.on_input_timeout = on_input_timeout
        _type(settings.get("type"), self.name)

    def __repr__(self) -> str:
        return f"<IVRState {self.name}>"

    @command("enter(call)", Operation.CREATE)
    def enter(self, call: Call) -> None:
        """Let a call enter this state: the prompt is played, and digits come here.

        A digit interrupts the prompt; from the prompt's end, and from every digit, the time-out runs. When the call
        ends nothing is called back.
        """
        if not isinstance(call, Call):
            raise BadArgument(f"IVRState {self.name!r}: enter() takes a Call, got {type(call).__name__}.")
        Menus.of(self.session).enter(self, Settings.read(self.session, self.settings, self.name), call)
