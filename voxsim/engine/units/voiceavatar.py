"""VoiceAvatar: a whole dialog of an avatar on a call. It listens, asks the avatar, and says its replies.

It is an Avatar, an ASR and a Player for each reply, tied together; a scenario may listen to the events of all three
on it. Whose turn it is stands in `MOVES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

import attrs

from voxsim.engine.command import known_fields
from voxsim.engine.current import current
from voxsim.engine.emitter import Emitter
from voxsim.engine.leg import CONNECTED
from voxsim.engine.lifecycle import RUNNING, Operation, check_allowed
from voxsim.engine.states import moved
from voxsim.engine.units.asr import ASR, Asked, ASREvents, phrases
from voxsim.engine.units.avatar import Avatar
from voxsim.engine.units.avatarevents import AvatarEvents
from voxsim.engine.units.call import Call
from voxsim.engine.units.playback import Segment, speech
from voxsim.engine.units.player import Player, PlayerEvents, SequencePlayerEvents
from voxsim.vocabulary.declare import Event, unit
from voxsim.vocabulary.errors import BadArgument, LimitExceeded
from voxsim.vocabulary.naming import documented_name, python_name

if TYPE_CHECKING:
    from voxsim.engine.media import Sound
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer
    from voxsim.engine.units.avatarevents import AvatarReplyEvent
    from voxsim.vocabulary.declare import EventType

E = TypeVar("E", bound=Event)
Callback = Callable[[Any], Any] | None


class Turn(Enum):
    """Whose turn it is."""

    WAITING = "waiting for the call or the avatar"
    SPEAKING = "the avatar speaks"
    LISTENING = "the caller's turn"
    OVER = "over"


MOVES: Final[dict[Turn, frozenset[Turn]]] = {
    Turn.WAITING: frozenset({Turn.SPEAKING, Turn.LISTENING, Turn.OVER}),
    Turn.SPEAKING: frozenset({Turn.WAITING, Turn.LISTENING, Turn.OVER}),
    Turn.LISTENING: frozenset({Turn.WAITING, Turn.SPEAKING, Turn.OVER}),
    Turn.OVER: frozenset(),
}
"""Which turn may follow which; several replies are one turn."""


@attrs.frozen(kw_only=True)
class VoiceConfig:
    """What a voice avatar is made with; times are milliseconds."""

    call: Call
    avatar_config: Mapping[str, Any]
    asr_parameters: Mapping[str, Any] = attrs.field(factory=dict)
    tts_player_parameters: Mapping[str, Any] = attrs.field(factory=dict)
    asr_end_of_phrase_detector_timeout: float | None = None
    default_listen_timeout: float | None = None
    on_finish_callback: Callback = None
    on_error_callback: Callback = None

    @classmethod
    def read(cls, session: Session, given: Any) -> VoiceConfig:
        """The configuration from an object with documented or Python names.

        Raises:
            BadArgument: something is missing, or of the wrong kind.
        """
        if not isinstance(given, Mapping):
            raise BadArgument(f"A voice avatar's configuration is an object, got {given!r}.")
        fields = known_fields(session, "VoiceAvatarConfig", given, [field.name for field in attrs.fields(cls)])
        if not isinstance(fields.get("call"), Call):
            raise BadArgument(f"A voice avatar needs `call`, a Call, got {fields.get('call')!r}.")
        if not isinstance(fields.get("avatar_config"), Mapping):
            raise BadArgument("A voice avatar needs `avatarConfig`, an object with `avatarId` in it.")
        for name in ("asr_parameters", "tts_player_parameters"):
            if not isinstance(fields.get(name, {}), Mapping):
                raise BadArgument(f"A voice avatar: `{documented_name(name)}` is an object, got {fields[name]!r}.")
        for name in ("asr_end_of_phrase_detector_timeout", "default_listen_timeout"):
            value = fields.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < inf:
                raise BadArgument(f"A voice avatar: `{documented_name(name)}` is milliseconds, got {value!r}.")
        speech("", python_names(fields.get("tts_player_parameters", {})).get("tts_options"))
        return cls(**fields)


class Ears(ASR):
    """The recogniser of a voice avatar: it hears what the recogniser tells, besides the scenario."""

    __slots__ = ("_heard",)

    def __init__(self, session: Session, asked: Asked, heard: Callable[[Event], None]) -> None:
        self._heard = heard
        super().__init__(session, asked)

    def _deliver(self, event: Event) -> None:
        super()._deliver(event)
        if self.session.phase is RUNNING:
            self._heard(event)


class Voice(Player):
    """The player of one reply."""

    __slots__ = ("_over",)

    def __init__(self, session: Session, segment: Segment, over: Callable[[Voice], None], **how: Any) -> None:
        self._over = over
        super().__init__(session, (segment,), **how)

    def _tell(self, moment: str, detail: Any = None) -> None:
        super()._tell(moment, detail)
        if moment in ("finished", "failed"):
            self.session.switch.post(self._over, self)


@unit("VoximplantAvatar.VoiceAvatar", events=AvatarEvents, module="Avatar")
class VoiceAvatar(Emitter):
    """An avatar that talks on a call, from the call's Connected to the avatar's last word.

    Args:
        config: `call`, `avatarConfig`, `asrParameters`, `ttsPlayerParameters`, `asrEndOfPhraseDetectorTimeout`,
            `defaultListenTimeout`, `onFinishCallback`, `onErrorCallback`.
    """

    __slots__ = (
        "_avatar",
        "_clock",
        "_config",
        "_ears",
        "_finish",
        "_phrase",
        "_queue",
        "_text",
        "_voice",
        "_wanted",
        "turn",
    )

    EVENTS: ClassVar = AvatarEvents
    MORE_EVENTS: ClassVar = (ASREvents, PlayerEvents, SequencePlayerEvents)
    NAME: ClassVar = "VoiceAvatar"

    def __init__(self, config: Mapping[str, Any]) -> None:
        session = current()
        check_allowed(session.phase, Operation.CREATE, self.NAME)
        super().__init__(session, session.switch.ids.unit())
        self._config = VoiceConfig.read(session, config)
        self.turn = Turn.WAITING
        self._avatar = Avatar(self._config.avatar_config)
        self._avatar.watch = self._avatar_told
        self._ears = Ears(session, asked_of(self._config.asr_parameters), self._ears_told)
        self._queue: list[AvatarReplyEvent] = []
        self._voice: Voice | None = None
        self._finish: Event | None = None
        self._clock: Timer | None = None
        self._phrase: Timer | None = None
        self._text = ""
        self._wanted: list[tuple[str, Callable[..., Any]]] = []
        self._config.call.listen(self)
        if self._config.call.leg.state is CONNECTED:
            self._avatar.begin()

    # --- listeners ---

    def add_event_listener(self, event: EventType[Any] | str, callback: Callable[..., Any]) -> None:
        """Call `callback(event)` whenever an event of the avatar, its recogniser or its players fires."""
        name = self._event_name(event)
        owner = self._owner(name)
        if owner is not None:
            owner.add_event_listener(name, callback)
        if owner is None or owner is self._voice:
            self._wanted.append((name, callback))

    def remove_event_listener(self, event: EventType[Any] | str, callback: Callable[..., Any] | None = None) -> None:
        """Remove one callback of this event, or all of them when none is named."""
        name = self._event_name(event)
        owner = self._owner(name)
        if owner is not None:
            owner.remove_event_listener(name, callback)
        self._wanted = [one for one in self._wanted if one[0] != name or callback not in (None, one[1])]

    async def wait_for(self, *events: EventType[E]) -> E:
        """Wait for the next of these events, all of the avatar, or all of its recogniser, and return it."""
        owner = self._owner(self._event_name(events[0])) if events else None
        if owner is None:
            raise BadArgument("VoiceAvatar.wait_for() takes events of the avatar, or of its recogniser.")
        return await owner.wait_for(*events)

    def _owner(self, name: str) -> Emitter | None:
        """Whose event it is; None for an event of a player that is not there now."""
        if AvatarEvents.find(name) is not None:
            return self._avatar
        if ASREvents.find(name) is not None:
            return self._ears
        return self._voice if PlayerEvents.find(name) is not None else None

    # --- the call ---

    def connected(self) -> None:
        """The call is up: the avatar begins."""
        if self.turn is Turn.WAITING:
            self._avatar.begin()

    def heard(self, sound: Sound) -> None:
        """What the caller says comes by the recogniser."""

    def ended(self) -> None:
        """The call is over, and so is the dialog."""
        self._close()

    # --- the avatar ---

    def _avatar_told(self, event: Any) -> None:
        if self.turn is Turn.OVER:
            return
        if event.name == AvatarEvents.Reply:
            self._queue.append(event)
            if self._voice is None:
                self._next()
        elif event.name == AvatarEvents.Finish:
            self._finish = event
            if self._voice is None and not self._queue:
                self._over()
        elif event.name == AvatarEvents.Error:
            self._call_back(self._config.on_error_callback, event)

    # --- speaking ---

    def _next(self) -> None:
        """Say what is to be said next."""
        self._listen(False)
        reply = self._queue.pop(0)
        if reply.utterance is None:
            self._said(reply)
            return
        self._move(Turn.SPEAKING)
        parameters = python_names(self._config.tts_player_parameters)
        voice = parameters.get("voice") or parameters.get("language")
        segment = speech(reply.utterance, parameters.get("tts_options"), voice)
        progressive = bool(parameters.get("progressive_playback"))
        try:
            self._voice = Voice(self.session, segment, lambda _: self._said(reply), progressive=progressive)
        except LimitExceeded as error:
            self._avatar.fail(f"The reply cannot be said: {error}")
            self._said(reply)
            return
        for name, callback in self._wanted:
            if PlayerEvents.find(name) is not None:
                self._voice.add_event_listener(name, callback)
        self._voice.route_to(self._config.call)
        if reply.interruptable_after is not None:
            self._clock = self.session.switch.after_ms(reply.interruptable_after, self._listen, True)

    def _said(self, reply: AvatarReplyEvent) -> None:
        """A reply was said to its end."""
        self._voice = None
        self._drop_clocks()
        if self.turn is Turn.OVER:
            return
        if self._queue:
            self._next()
        elif self._finish is not None:
            self._over()
        elif reply.listen:
            self._listen(True)
            self._wait_for_caller(reply.listen_timeout)
        elif not reply.is_final:
            self._move(Turn.WAITING)

    def _interrupt(self) -> None:
        """The caller speaks: what the avatar still had to say is left out."""
        voice, self._voice = self._voice, None
        if voice is not None:
            voice.halt()
        self._queue.clear()
        self._move(Turn.LISTENING)
        if self._finish is not None:
            self._over()

    # --- listening ---

    def _listen(self, listens: bool) -> None:
        """Let the caller be heard, or not."""
        if listens:
            self._config.call.route_to(self._ears)
            if self._voice is None:
                self._move(Turn.LISTENING)
        else:
            self._config.call.unroute(self._ears)

    def _wait_for_caller(self, milliseconds: float | None) -> None:
        patience = milliseconds or self._config.default_listen_timeout or self.session.switch.timing.avatar_listen
        self._clock = self.session.switch.after_ms(patience, self._nothing_said)

    def _nothing_said(self) -> None:
        self._clock = None
        if self.turn is Turn.LISTENING and self.session.phase is RUNNING:
            self._listen(False)
            self._move(Turn.WAITING)
            self._avatar.ask("timeout", "")

    def _ears_told(self, event: Any) -> None:
        if self.turn is Turn.OVER:
            return
        if event.name == ASREvents.CaptureStarted:
            self._drop_clocks()
            if self._voice is not None:
                self._interrupt()
        elif event.name == ASREvents.Result:
            self._text = f"{self._text} {event.text}".strip()
            after = self._config.asr_end_of_phrase_detector_timeout
            if self._phrase is not None:
                self._phrase.cancel()
            silence = self.session.switch.timing.avatar_end_of_phrase if after is None else after
            self._phrase = self.session.switch.after_ms(silence, self._phrase_over)
        elif event.name == ASREvents.ASRError:
            self._avatar.fail(event.error)

    def _phrase_over(self) -> None:
        """The caller has said all of it."""
        self._phrase = None
        if self.turn is Turn.OVER or self.session.phase is not RUNNING:
            return
        text, self._text = self._text, ""
        self._listen(False)
        self._move(Turn.WAITING)
        self._avatar.ask("text", text)

    # --- the end ---

    def _over(self) -> None:
        """The avatar has said its last word."""
        finish = self._finish
        self._close()
        if finish is not None:
            self._call_back(self._config.on_finish_callback, finish)

    def _close(self) -> None:
        if self.turn is Turn.OVER:
            return
        self._move(Turn.OVER)
        self._drop_clocks()
        self._queue.clear()
        if self._voice is not None:
            self._voice.halt()
        self._ears.cut()

    def _call_back(self, callback: Callback, event: Event) -> None:
        if callback is not None and self.session.phase is RUNNING:
            self.session.run(callback, event)

    def _move(self, turn: Turn) -> None:
        if turn is not self.turn:
            self.turn = moved(MOVES, self.turn, turn, "A voice avatar")

    def _drop_clocks(self) -> None:
        for clock in (self._clock, self._phrase):
            if clock is not None:
                clock.cancel()
        self._clock = self._phrase = None


def python_names(given: Mapping[str, Any]) -> dict[str, Any]:
    """An object's fields under Python names."""
    return {python_name(str(key)): value for key, value in given.items()}


def asked_of(given: Mapping[str, Any]) -> Asked:
    """What a recogniser is asked for by `asrParameters`.

    Raises:
        BadArgument: there is neither a profile nor a language.
    """
    parameters = {name: value for name, value in python_names(given).items() if value is not None}
    spoken = str(parameters.get("profile") or parameters.get("lang") or parameters.get("language") or "")
    if not spoken:
        raise BadArgument(
            "A voice avatar needs `asrParameters` with a `profile` in it, such as ASRProfileList.Google.en_US."
        )
    return Asked(
        profile=spoken,
        language=spoken,
        model=str(parameters.get("model", "")),
        interim=bool(parameters.get("interim_results")),
        single=bool(parameters.get("single_utterance")),
        clean=bool(parameters.get("profanity_filter")),
        hints=phrases(parameters.get("phrase_hints"), parameters.get("dict")),
    )
