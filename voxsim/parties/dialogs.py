"""Dialog: what a scripted dialog service answers, written as one says it. Dialogflow, CCAI and avatars ask it.

```python
dialog = Dialog("Dialogflow")
dialog.gets_event("WELCOME").replies("Hello!")
dialog.hears("a taxi").replies("Where to?", intent="taxi")
dialog.otherwise().replies("Sorry?")
```
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from voxsim.engine.dialogs import Answer, Answered, Failure, Question, Reply
from voxsim.parties.agents.script import Branch, Words
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import did_you_mean

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch

_MAKERS: Final = {"Dialogflow": "vox.dialogflow()", "CCAI": "vox.ccai()", "Avatar": "vox.avatar()"}

_MOST_CONVERSATIONS: Final = 1000

_ABOUT_PROFILES: Final = ("getProfilesList", "getConversationProfile", "updateConversationProfile", "conversation")

NOT_UNDERSTOOD: Final = Reply(text="Sorry, can you say that again?", fallback=True, action="input.unknown")
"""The answer to what fits nothing, when nothing else was said of that."""


@attrs.define
class Turn:
    """What is answered to one kind of question; `words` and `state` are None for any."""

    kind: str
    words: Words | None = None
    state: str | None = None
    replies: list[Reply] = attrs.field(factory=list)
    delay: float = 0.0
    failure: str | None = None

    def fits(self, question: Question) -> bool:
        """Whether this is an answer to the question."""
        if self.kind != question.kind or self.state not in (None, question.state):
            return False
        if self.kind == "text":
            return Branch(self.words).fits(question.value)
        return self.words in (None, question.value)

    def answer(self) -> Answer:
        """What is answered."""
        return Failure(self.failure) if self.failure is not None else tuple(self.replies)


class Dialog:
    """A scripted dialog.

    What is said of an answer (`replies`, `slow`, `fails`) belongs to the last `hears`, `gets_event`, `begins`,
    `hears_nothing`, `enters` or `otherwise` before it.

    Attributes:
        service: who it plays: `Dialogflow`, `CCAI` or `Avatar`.
        agent: the id that scenarios give; an empty one plays all.
        questions: what it was asked so far, while it `remembers`.
        profiles: the conversation profiles of a CCAI agent, by name.
    """

    def __init__(self, service: str, agent: str = "") -> None:
        self.service = service
        self.agent = agent
        self.questions: list[Question] = []
        self.profiles: dict[str, dict[str, Any]] = {}
        self._turns: list[Turn] = []
        self._default = Turn("text", replies=[NOT_UNDERSTOOD])
        self._now = self._default
        self.remembers = True
        self._used: dict[str, Counter[int]] = {}

    def __repr__(self) -> str:
        return f"<dialog of {self.service} {self.agent}>".replace(" >", ">")

    # --- when ---

    def hears(self, words: Words, *, state: str | None = None) -> Self:
        """When the caller says or writes these words. Turns with the same words are used in order, the last again."""
        return self._turn(Turn("text", words, state))

    def gets_event(self, name: str) -> Self:
        """When the scenario sends this event."""
        return self._turn(Turn("event", name))

    def begins(self) -> Self:
        """When a dialog begins; avatars speak first."""
        return self._turn(Turn("start"))

    def enters(self, state: str) -> Self:
        """When the scenario lets an avatar go to this state."""
        return self._turn(Turn("state", state))

    def hears_nothing(self, *, state: str | None = None) -> Self:
        """When the caller says nothing for too long."""
        return self._turn(Turn("timeout", None, state))

    def otherwise(self) -> Self:
        """When the caller says what fits nothing else. Without it the dialog asks to say that again."""
        self._default = self._now = Turn("text")
        return self

    # --- what ---

    def replies(self, text: str = "", **facts: Any) -> Self:
        """Answer this; said twice, it answers both.

        Args:
            text: what is spoken; empty for nothing.
            facts: `intent`, `parameters`, `confidence`, `action`, `ends` and all else that a Reply has.

        Raises:
            BadArgument: a reply has no such fact.
        """
        known = [field.name for field in attrs.fields(Reply)]
        for name in facts:
            if name not in known:
                raise BadArgument(f"A reply has no {name!r}.{did_you_mean(name, known)}")
        turn = self._now
        if turn is self._default:
            facts.setdefault("fallback", True)
        elif isinstance(turn.words, str):
            facts.setdefault("intent", turn.words)
        turn.replies.append(Reply(text=text, **facts))
        return self

    def slow(self, seconds: float) -> Self:
        """Take so many seconds more."""
        self._now.delay += seconds
        return self

    def fails(self, message: str = "The service is unavailable") -> Self:
        """Answer nothing, but fail."""
        self._now.failure = message
        return self

    def has_profile(self, name: str, **fields: Any) -> Self:
        """Have this conversation profile, as CCAI agents do."""
        self.profiles[name] = {"name": name, **fields}
        return self

    # --- for the platform's side ---

    def manage(self, question: Question) -> Answer:
        """Answer what is asked about profiles, and about a conversation with one of them."""
        name = question.value
        if question.kind == "getProfilesList":
            return (Reply(payload={"conversation_profiles": list(self.profiles.values())}),)
        if name and self.profiles and name not in self.profiles:
            return Failure(f"There is no conversation profile {name!r}.{did_you_mean(name, self.profiles)}")
        if question.kind == "updateConversationProfile":
            self.profiles[name] = {**self.profiles.get(name, {}), **question.parameters}
        return (Reply(payload=self.profiles.get(name, {"name": name})),)

    def plays(self, question: Question) -> bool:
        """Whether it is the one who is asked."""
        return self.service == question.service and self.agent in ("", question.agent)

    def turn_for(self, question: Question) -> Turn:
        """The turn that answers a question; in a conversation, those alike take turns."""
        if self.remembers:
            self.questions.append(question)
        fitting = [turn for turn in self._turns if turn.fits(question)]
        if not fitting:
            return self._default if question.kind == "text" else Turn(question.kind)
        first = fitting[0]
        alike = [turn for turn in fitting if (turn.words, turn.state) == (first.words, first.state)]
        used = self._counts(question.conversation)
        used[id(first)] += 1
        return alike[min(used[id(first)], len(alike)) - 1]

    def _counts(self, conversation: str) -> Counter[int]:
        """How often each turn was used in a conversation; the oldest conversations are forgotten."""
        counts = self._used.setdefault(conversation, Counter())
        if len(self._used) > _MOST_CONVERSATIONS:
            del self._used[next(iter(self._used))]
        return counts

    def _turn(self, turn: Turn) -> Self:
        self._turns.append(turn)
        self._now = turn
        return self


class ScriptedDialogs:
    """Who plays which dialog: the one for the very agent that is asked, else one for all agents of its service."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self.dialogs: list[Dialog] = []

    def add(self, dialog: Dialog) -> Dialog:
        """Let a dialog be asked."""
        self.dialogs.append(dialog)
        return dialog

    def ask(self, question: Question, answered: Answered) -> None:
        """Answer a question, after the time that answers take."""
        delay, answer = self._answer(question)
        self._switch.after(delay + self._switch.timing.dialog_answer / 1000, answered, answer)

    def _answer(self, question: Question) -> tuple[float, Answer]:
        playing = [dialog for dialog in self.dialogs if dialog.plays(question)]
        if not playing:
            who = f"{question.service} {question.agent}".strip()
            maker = _MAKERS.get(question.service, "vox")
            how = f'{maker}.hears("hello").replies("Hi!") in a test, or [[dialog]] in voxsim.toml'
            return 0.0, Failure(f"Nobody plays {who}: say who does, as in {how}.")
        dialog = max(playing, key=lambda one: len(one.agent))
        if question.kind in _ABOUT_PROFILES:
            return 0.0, dialog.manage(question)
        turn = dialog.turn_for(question)
        return turn.delay, turn.answer()
