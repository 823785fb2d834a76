"""What a dialog needs from above: whoever understands what was said or written, and answers it.

Dialogflow instances, CCAI participants and avatars ask; scripted dialogs answer, and an adapter to a real service
could. An answer may take its time: it is given by calling back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from voxsim.engine.lifecycle import RUNNING

if TYPE_CHECKING:
    from voxsim.engine.session import Session


@attrs.frozen(kw_only=True)
class Question:
    """Something that a dialog is to answer.

    Attributes:
        service: `Dialogflow`, `CCAI` or `Avatar`.
        agent: which agent or avatar is asked, by its id; empty when the scenario named none.
        conversation: the id of the unit that asks; all that one unit asks belongs together.
        kind: `text`, `event`, `start` (a dialog begins), `timeout` (nothing was said) or `state` (go to a state); of a
            CCAI agent also `conversation` (with a profile) and the names of its three methods about profiles, which
            are answered by the reply's `payload`.
        value: the text, or the name of the event, state or profile.
        state: the state that the dialog is in, where it has states.
        language: the language asked for, or an empty text.
        parameters: what the scenario gave along: contexts, payload, the event's parameters, custom data.
    """

    service: str
    agent: str = ""
    conversation: str
    kind: str = "text"
    value: str = ""
    state: str = ""
    language: str = ""
    parameters: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Reply:
    """One thing that a dialog answers. What a service has no place for is left out.

    Attributes:
        text: what it says; empty for nothing.
        intent: what was meant, by the name that the dialog has for it.
        fallback: whether nothing was understood.
        confidence: how sure it is of the intent, from 0 to 1.
        action: the action that belongs to the intent.
        parameters: what was taken from the question, such as a city or a date.
        complete: whether all parameters that the intent needs are there.
        payload: a message of the agent's own making, told along with the text.
        ends: whether the dialog is over with this.
        next_state: the state that follows.
        listen: whether the caller's turn follows.
        listen_timeout: milliseconds after which the caller's silence counts as its turn.
        interruptable_after: milliseconds after which the caller may interrupt; None for not at all.
        custom_data: what an avatar tells the scenario.
    """

    text: str = ""
    intent: str = ""
    fallback: bool = False
    confidence: float = 1.0
    action: str = ""
    parameters: Mapping[str, Any] = attrs.field(factory=dict)
    complete: bool = True
    payload: Mapping[str, Any] | None = None
    ends: bool = False
    next_state: str | None = None
    listen: bool = True
    listen_timeout: int | None = None
    interruptable_after: int | None = None
    custom_data: Any = None


@attrs.frozen
class Failure:
    """The service could not answer: why."""

    message: str


Answer = tuple[Reply, ...] | Failure
Answered = Callable[[Answer], None]


def ask(session: Session, unit: str, question: Question, answered: Answered) -> None:
    """Ask for a unit, and write down what is asked and answered; nothing comes back once the session ends."""
    facts = {"service": question.service, "kind": question.kind, "value": question.value}
    session.note("dialog", "asked", unit, facts)

    def told(answer: Answer) -> None:
        if session.phase is not RUNNING:
            return
        if isinstance(answer, Failure):
            session.note("dialog", "failed", unit, {"service": question.service, "error": answer.message})
        else:
            text = " ".join(reply.text for reply in answer if reply.text)
            intent = answer[0].intent if answer else ""
            session.note("dialog", "answered", unit, {"service": question.service, "intent": intent, "text": text})
        answered(answer)

    session.switch.dialogs.ask(question, told)


class Dialogs(Protocol):
    """Who answers."""

    def ask(self, question: Question, answered: Answered) -> None:
        """Answer a question: `answered` is called once, at this instant or later, with the replies or a failure."""
