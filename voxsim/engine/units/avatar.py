"""Avatar: a dialog by text. What the caller said goes in, what the avatar says comes out as Reply events.

Its states are in `MOVES`; the dialog's own states (`current_state`) are names that the replies bring along. It answers
through the port in `engine.dialogs`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from voxsim.engine.command import command, known_fields
from voxsim.engine.current import current
from voxsim.engine.dialogs import Answer, Failure, Question, Reply
from voxsim.engine.dialogs import ask as ask_dialog
from voxsim.engine.emitter import Emitter
from voxsim.engine.future import Future
from voxsim.engine.lifecycle import RUNNING, Operation, check_allowed
from voxsim.engine.states import moved
from voxsim.engine.units.avatarevents import AvatarEvents
from voxsim.vocabulary.declare import unit
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.vocabulary.declare import Event

FIRST_STATE: Final = "start"
"""The state in which a dialog begins."""


class AvatarState(Enum):
    """Where an avatar is in its life."""

    LOADING = "loading"
    LOADED = "loaded"
    TALKING = "talking"
    FINISHED = "finished"


MOVES: Final[dict[AvatarState, frozenset[AvatarState]]] = {
    AvatarState.LOADING: frozenset({AvatarState.LOADED, AvatarState.FINISHED}),
    AvatarState.LOADED: frozenset({AvatarState.TALKING, AvatarState.FINISHED}),
    AvatarState.TALKING: frozenset({AvatarState.FINISHED}),
    AvatarState.FINISHED: frozenset(),
}
"""Which state may follow which; an avatar that was started while loading talks once it is loaded."""


@attrs.frozen(kw_only=True)
class AvatarConfig:
    """What an avatar is made with."""

    avatar_id: str
    custom_data: Any = None
    extended: bool = False

    @classmethod
    def read(cls, session: Session, given: Any) -> AvatarConfig:
        """The configuration from an object with documented or Python names.

        Raises:
            BadArgument: it is no object, or has no `avatarId`.
        """
        if not isinstance(given, Mapping):
            raise BadArgument(f"An avatar's configuration is an object with `avatarId` in it, got {given!r}.")
        fields = known_fields(session, "AvatarConfig", given, [field.name for field in attrs.fields(cls)])
        if not isinstance(fields.get("avatar_id"), str) or not fields["avatar_id"]:
            raise BadArgument(f"An avatar needs `avatarId`, a text, got {fields.get('avatar_id')!r}.")
        return cls(**fields)


@unit("VoximplantAvatar.Avatar", events=AvatarEvents, module="Avatar")
class Avatar(Emitter):
    """A dialog by text with one avatar.

    Args:
        config: `{avatarId, customData?, extended?}`.
    """

    __slots__ = ("_config", "_said", "_start_wanted", "_visits", "current_state", "state", "watch")

    EVENTS: ClassVar = AvatarEvents
    NAME: ClassVar = "Avatar"

    def __init__(self, config: Mapping[str, Any]) -> None:
        session = current()
        check_allowed(session.phase, Operation.CREATE, self.NAME)
        super().__init__(session, session.switch.ids.unit())
        self._config = AvatarConfig.read(session, config)
        self.state = AvatarState.LOADING
        self.current_state = FIRST_STATE
        self.watch: Callable[[Event], None] | None = None
        self._start_wanted = False
        self._visits = Counter({FIRST_STATE: 1})
        self._said = 0
        session.switch.after_ms(session.switch.timing.avatar_load, self._loaded)

    @command("start()")
    def start(self) -> None:
        """Begin the dialog: the avatar's first Reply follows. Before Loaded it begins then."""
        self.begin()

    def begin(self) -> None:
        """Begin the dialog, for whoever holds the avatar."""
        if self.state is AvatarState.LOADING:
            self._start_wanted = True
        elif self.state is AvatarState.LOADED:
            self.state = moved(MOVES, self.state, AvatarState.TALKING, "An avatar")
            self.ask("start", "")
        else:
            self.session.warn(f"start: the avatar is {self.state.value} already; ignored.", self._id)

    @command("handleUtterance(text)")
    def handle_utterance(self, text: str) -> Future[None]:
        """Tell the avatar what the caller said; to be awaited, done when it has answered."""
        return self.ask("text", str(text))

    @command("handleTimeout()")
    def handle_timeout(self) -> Future[None]:
        """Tell the avatar that the caller says nothing; to be awaited, done when it has answered."""
        return self.ask("timeout", "")

    @command("goToState(stateName)")
    def go_to_state(self, state_name: str) -> Future[None]:
        """Let the dialog go on in another state; to be awaited, done when the avatar has answered there."""
        self._enter(str(state_name))
        return self.ask("state", str(state_name))

    # --- inside ---

    def _loaded(self) -> None:
        if self.session.phase is not RUNNING:
            return
        self.state = moved(MOVES, self.state, AvatarState.LOADED, "An avatar")
        self.emit(AvatarEvents.Loaded(self))
        if self._start_wanted:
            self.begin()

    def ask(self, kind: str, value: str) -> Future[None]:
        """Let the avatar answer; done when it has."""
        done: Future[None] = Future(self.session.switch, f"the answer of avatar {self._config.avatar_id}")
        if self.state is not AvatarState.TALKING:
            self.session.warn(f"The avatar is {self.state.value}, not in a dialog: nothing is answered.", self._id)
            done.set(None)
            return done
        self._said += kind == "text"
        custom = self._config.custom_data
        question = Question(
            service="Avatar",
            agent=self._config.avatar_id,
            conversation=self._id,
            kind=kind,
            value=value,
            state=self.current_state,
            parameters={} if custom is None else {"customData": custom},
        )
        ask_dialog(self.session, self._id, question, lambda answer: self._answered(question, answer, done))
        return done

    def _answered(self, question: Question, answer: Answer, done: Future[None]) -> None:
        if self.state is AvatarState.TALKING:
            if isinstance(answer, Failure):
                self.fail(answer.message)
            else:
                self._tell(question, answer or (Reply(),))
        # Behind the events: whoever awaits the answer has had them by then.
        self.session.switch.post(done.set, None)

    def _tell(self, question: Question, replies: tuple[Reply, ...]) -> None:
        if question.kind == "text":
            self._tell_parsed(question.value, replies[0])
        for index, reply in enumerate(replies):
            self._tell_reply(reply, last=index == len(replies) - 1)
            if reply.ends:
                self._finish(reply)
                return

    def _tell_parsed(self, text: str, reply: Reply) -> None:
        extended = self._config.extended
        self.emit(
            AvatarEvents.UtteranceParsed(
                self,
                text=text,
                intent=reply.intent,
                current_state=self.current_state,
                visits_counter=self._visits[self.current_state],
                utterance_counter=self._said,
                response=reply.text,
                confidence=reply.confidence,
                intents=[{"intent": reply.intent, "confidence": reply.confidence}] if extended else None,
                entities=dict(reply.parameters) if extended else None,
            )
        )

    def _tell_reply(self, reply: Reply, *, last: bool) -> None:
        listens = last and reply.listen and not reply.ends
        self.emit(
            AvatarEvents.Reply(
                self,
                self.current_state,
                utterance=reply.text or None,
                next_state=reply.next_state,
                listen=True if listens else None,
                custom_data=reply.custom_data,
                interruptable_after=reply.interruptable_after,
                is_final=reply.ends,
                listen_timeout=reply.listen_timeout,
            )
        )
        if reply.next_state is not None:
            self._enter(reply.next_state)

    def _enter(self, state: str) -> None:
        if state != self.current_state:
            self.current_state = state
            self._said = 0
        self._visits[state] += 1

    def _finish(self, reply: Reply) -> None:
        self.state = moved(MOVES, self.state, AvatarState.FINISHED, "An avatar")
        self.emit(
            AvatarEvents.Finish(self, self.current_state, utterance=reply.text or None, custom_data=reply.custom_data)
        )

    def fail(self, reason: str) -> None:
        """Tell that something failed; the dialog can go on."""
        self.emit(AvatarEvents.Error(self, reason=reason))

    def _deliver(self, event: Event) -> None:
        super()._deliver(event)
        if self.watch is not None and self.session.phase is RUNNING:
            self.watch(event)
