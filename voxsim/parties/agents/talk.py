"""Talk: one conversation of a scripted agent with a client. When it hears, thinks, speaks and is interrupted.

What it says is the script's affair, how it is put the dialect's, what it hears the ear's. An answer runs through
thinking and its pieces, which come faster than they are spoken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.media import Sound
from voxsim.engine.recognition import said_by, spoken, words_in_time
from voxsim.engine.switch import hold
from voxsim.parties.agents.dialects import base
from voxsim.parties.agents.ear import Ear
from voxsim.parties.agents.script import Branch, CallTool, Drop, Fail, Say, Step, Wait
from voxsim.vocabulary.enums import WebSocketCloseCode

if TYPE_CHECKING:
    from voxsim.engine.connectors.ports import AgentNear
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Timer
    from voxsim.parties.agents.dialects.base import Dialect, Message
    from voxsim.parties.agents.script import Agent

_NO_SUCH_CALL: Final = "No tool call with this id waits for a result"


class Talk:
    """One conversation. It is what a client is connected to."""

    def __init__(self, agent: Agent, dialect: Dialect, near: AgentNear) -> None:
        self.agent = agent
        self.dialect = dialect
        self._near = near
        self._switch = near.session.switch
        agent.talk = self
        self._unit = dialect.asked.unit
        self._over = False
        self._early: list[tuple[str, Any]] | None = []
        self._greeted = False
        self._used: list[Branch] = []
        self._written: list[str] = []
        self._ready: list[Step] | None = None
        self._tools: dict[str, tuple[base.Call, CallTool]] = {}
        self._ear = Ear(self._switch, agent.timing, self)
        self._unanswered: list[str] = []
        self._warned = False
        self._began = self._switch.now
        # The mouth: the steps that are left, what is being said and until when it plays.
        self._steps: list[Step] = []
        self._mouth: list[Timer] = []
        self._answering = False
        self._played: Timer | None = None
        self._text = ""
        self._speaks_from = self._speaks_until = 0

    @property
    def session(self) -> Session:
        """The session that the client belongs to."""
        return self._near.session

    # --- the client's side (AgentFar) ---

    def opened(self) -> None:
        """The client is there."""
        if self.agent.silent:
            return
        if (refusal := self.agent.refusal) is not None:
            self._after(self.agent.timing.session, self._refuse, refusal.status, refusal.reason)
        else:
            self._after(self.agent.timing.session, self._begin)

    def told(self, message: str, payload: Any) -> None:
        """The scenario called a method of the client."""
        self._happened("message", message, payload)
        if self.agent.silent:
            return
        if self._early is not None:
            # The service is not there yet: what it is told waits for it.
            self._early.append((message, payload))
            return
        self._read(message, payload)

    def _read(self, message: str, payload: Any) -> None:
        try:
            reading = self.dialect.reads(message, payload or {})
        except (AttributeError, TypeError, ValueError):
            # Something in it is of another kind than the vendor documents.
            self.session.warn(f"{message}: the service cannot read {str(payload)[:200]}.", self._unit)
            self._fail(f"Invalid value in {message}", "invalid_value")
            return
        if reading.replies:
            self._after(self.agent.timing.settings, self._tell, list(reading.replies))
        for one in reading.inputs:
            self._take(one)

    def heard(self, sound: Sound | None) -> None:
        """What is sent to the client sounds, or was cut."""
        if self.agent.silent or self._over:
            return
        if sound is None:
            self._ear.cut()
        elif sound.kind == "digits":
            self._tell(self.dialect.digit(sound.content))
        elif sound.kind == "speech" and sound.length is not None:
            self._ear.hear(sound, sound.length)

    def cleared(self) -> None:
        """What was still to be played is thrown away."""
        self._speaks_until = min(self._speaks_until, self._switch.now)

    def closed(self, code: int, reason: str) -> None:
        """The scenario closed the connection."""
        self._end(code, reason)

    # --- what it does on its own ---

    def say(self, text: str) -> None:
        """Say this now, in place of what is being thought or said."""
        self._run([Say(text)], 0)

    def tell(self, event: str, payload: Any) -> None:
        """Send a message of the vendor's as it is."""
        self._near.told(event, payload)

    def drop(self, code: int, reason: str) -> None:
        """Close the connection; with 1006 it is lost."""
        self._tell(self.dialect.dropped(code, reason))
        self._near.closed(code, reason, clean=code != WebSocketCloseCode.CLOSE_ABNORMAL)
        self._end(code, reason)

    # --- beginning and end ---

    def _begin(self) -> None:
        self._tell(self.dialect.began())
        early, self._early = self._early or [], None
        for message, payload in early:
            self._read(message, payload)
        if self.dialect.GREETS:
            self._take(base.Begin())

    def _refuse(self, status: int, reason: str) -> None:
        self._tell(self.dialect.refused(status, reason))
        self._near.closed(WebSocketCloseCode.CLOSE_ABNORMAL, f"{status} {reason}", clean=False)
        self._end(WebSocketCloseCode.CLOSE_ABNORMAL, f"{status} {reason}")

    def _end(self, code: int, reason: str) -> None:
        if self._over:
            return
        self._over = True
        self._hush()
        self._never_mind()
        self._ear.close()
        self._happened("closed", f"{int(code)} {reason}")

    # --- what it is told ---

    def _take(self, one: base.Input) -> None:
        thinking = self.agent.timing.thinking
        match one:
            case base.Said(text):
                self._happened("heard", text)
                self._written.append(text)
            case base.Answer():
                self._asked()
            case base.ToolResult():
                self._result(one)
            case base.Begin():
                if not self._greeted:
                    self._greeted = True
                    self._run(self.agent.greeting.steps, thinking)
            case base.SayThis(text):
                self.say(text)
            case base.Cancel():
                self._stop("cancelled")
            case base.Close(code, reason):
                self._after(self.agent.timing.settings, self.drop, code, reason)

    def _asked(self) -> None:
        """An answer is asked for: to a tool's result, to what was said or written, or to begin with."""
        timing = self.agent.timing
        if self._answering and self.dialect.ONE_ANSWER:
            self._fail("Conversation already has an active response", "conversation_already_has_active_response")
            return
        if self._ready is not None:
            steps, self._ready = self._ready, None
            self._written.clear()
            self._run(steps, timing.tool)
        elif self._written:
            text = " ".join(self._written)
            self._written.clear()
            self._run(self._answer_to(text, greets=True), timing.thinking)
        else:
            greets, self._greeted = not self._greeted, True
            default = self.agent.default.steps if self.agent.default is not None else []
            self._run(self.agent.greeting.steps if greets else default, timing.thinking)

    def _result(self, result: base.ToolResult) -> None:
        call = result.call if result.call is not None else next(iter(self._tools), None)
        if not isinstance(call, str) or call not in self._tools:
            self._fail(f"{_NO_SUCH_CALL}: {call}", "invalid_tool_call_id")
            return
        asked, step = self._tools.pop(call)
        text = result.text
        self._happened("result", text, asked.name)
        self._tell(self.dialect.result_taken(asked, result))
        branch = next((one for one in step.branches if one.fits(text)), None)
        if branch is None and step.branches:
            self._happened("unanswered", text)
        self._ready = branch.steps if branch is not None else []

    def _answer_to(self, text: str, before: str = "", *, greets: bool = False) -> list[Step]:
        """The steps of the turn for what was heard; `before` is that with what was not answered before it."""
        for heard in (text, before):
            if fitting := [turn for turn in self.agent.turns if heard and turn.fits(heard)]:
                same = [turn for turn in fitting if turn.words == fitting[0].words]
                turn = next((one for one in same if not any(used is one for used in self._used)), same[-1])
                self._used.append(turn)
                return turn.steps
        if greets and not self._greeted and self.agent.greeting.steps:
            self._greeted = True
            return self.agent.greeting.steps
        if self.agent.default is not None:
            return self.agent.default.steps
        self._happened("unanswered", text)
        return []

    # --- what it hears (Listener) ---

    def speech_started(self) -> None:
        """The caller speaks: who speaks at that time is interrupted, and who thinks thinks anew."""
        speaking = self._answering or self._switch.now < self._speaks_until
        self._tell(self.dialect.speech_started(self._milliseconds()))
        if speaking:
            self._interrupt()
        self._stop("cancelled")

    def speech_stopped(self) -> None:
        """The caller has stopped."""
        self._tell(self.dialect.speech_stopped(self._milliseconds()))

    def understood(self, text: str) -> None:
        """What the caller said is known."""
        if not text:
            self._tell(self.dialect.not_heard())
            return
        self._happened("heard", text)
        self._transcribe(text)
        self._greeted = True
        if not self.dialect.answers_speech:
            self._written.append(text)
            return
        # A caller who went on while the agent was thinking said one thing in two parts.
        self._unanswered.append(text)
        if not self._ear.listening:
            self._run(self._answer_to(text, " ".join(self._unanswered)), self.agent.timing.thinking)

    def _transcribe(self, text: str) -> None:
        messages = self.dialect.heard(text, base.pieces(text))
        self._tell(messages)
        event, setting = self.dialect.TRANSCRIPTS
        if event and not messages and not self._warned and self._near.listens(event):
            self._warned = True
            self.session.warn(f"{event}: the service tells what a caller said only with {setting}.", self._unit)

    # --- the mouth ---

    def _run(self, steps: list[Step], delay: float) -> None:
        """Answer with these steps, after thinking for so many seconds."""
        self._stop("cancelled")
        self._steps = list(steps)
        while self._steps and isinstance(self._steps[0], Wait):
            delay += self._steps.pop(0).seconds  # type: ignore[union-attr]
        if self._steps:
            self._tell(self.dialect.thinking())
            self._utter(delay, self._next)

    def _next(self) -> None:
        self._unanswered.clear()
        if not self._steps:
            self._finish("completed")
            return
        match self._steps.pop(0):
            case Say(text):
                self._say(text)
            case CallTool() as step:
                self._call(step)
            case Wait(seconds):
                self._utter(seconds, self._next)
            case Fail(message, code):
                self._finish("failed")
                self._fail(message, code)
            case Drop(code, reason):
                self.drop(code, reason)

    def _say(self, text: str) -> None:
        self._open_answer()
        now = self._switch.now
        length = _us(self._switch.sounds.speech(text))
        self._happened("said", text)
        self._tell(self.dialect.text_begins(text))
        if self.dialect.voice:
            self._text, self._speaks_from = text, max(now, self._speaks_until)
            self._speaks_until = self._speaks_from + length
            self._near.says(Sound("speech", text, now, length, self._unit))
        duration = int(length / self.agent.timing.speed)
        words, said = spoken(text), 0
        for at, end in words_in_time(text, duration):
            self._utter(at / 1e6, self._tell, self.dialect.text_piece, words[said:end])
            said = end
        self._utter(duration / 1e6, self._said, text)

    def _said(self, text: str) -> None:
        self._tell(self.dialect.text_ends(text))
        self._next()

    def _call(self, step: CallTool) -> None:
        self._open_answer()
        call = base.Call(self.dialect.call_id(), step.name, dict(step.arguments))
        self._tools[call.id] = call, step
        self._happened("tool", step.name, dict(step.arguments))
        self._tell(self.dialect.calls(call))
        self._finish("calls")

    def _open_answer(self) -> None:
        if not self._answering:
            self._never_mind()
            self._answering = True
            self._tell(self.dialect.answer_begins())

    def _finish(self, status: str) -> None:
        if not self._answering:
            return
        self._answering = False
        self._tell(self.dialect.answer_ends(status))
        if status == "completed" and self.dialect.voice:
            self._played = self._switch.at(self._speaks_until, lambda: self._tell(self.dialect.played()))

    def _interrupt(self) -> None:
        """The caller speaks while the agent does: it falls silent, and what it wanted to do is off."""
        now = self._switch.now
        words = words_in_time(self._text, max(1, self._speaks_until - self._speaks_from))
        heard = spoken(self._text)[: said_by(words, now - self._speaks_from)]
        self._never_mind()
        self._happened("interrupted", heard)
        self._stop("cancelled")
        self._tell(self.dialect.interrupted(self._text, heard))
        self._speaks_until = now
        if self._tools and self.dialect.CANCELS_TOOLS:
            self._tell(self.dialect.tools_cancelled(list(self._tools)))
            self._tools.clear()

    def _stop(self, status: str) -> None:
        """What is being thought or said is given up."""
        self._hush()
        self._steps.clear()
        self._finish(status)

    def _fail(self, message: str, code: str) -> None:
        messages = self.dialect.failed(message, code)
        self._tell(messages)
        if not messages:
            self.drop(WebSocketCloseCode.CLOSE_SERVER_ERROR, message)

    # --- inside ---

    def _tell(self, messages: list[Message] | Callable[..., list[Message]], *args: Any) -> None:
        for event, payload in messages(*args) if callable(messages) else messages:
            self._near.told(event, payload)

    def _happened(self, what: str, value: str, data: Any = None) -> None:
        if what != "message":
            facts = {"agent": self.agent.service, "value": value, "voice": self.dialect.voice}
            self.session.note("agent", what, self._unit, {**facts, "data": data} if data else facts)
        self.agent.happened(what, value, self._switch.now, data)

    def _milliseconds(self) -> int:
        return (self._switch.now - self._began) // 1000

    def _after(self, seconds: float, step: Callable[..., None], *args: Any) -> None:
        self._switch.after(seconds, self._unless_over, step, *args)

    def _unless_over(self, step: Callable[..., None], *args: Any) -> None:
        if not self._over:
            step(*args)

    def _utter(self, seconds: float, step: Callable[..., None], *args: Any) -> None:
        hold(self._mouth, self._switch.after(seconds, step, *args))

    def _hush(self) -> None:
        for timer in self._mouth:
            timer.cancel()
        self._mouth.clear()

    def _never_mind(self) -> None:
        """It is not told that all has been played: more comes, or what was left is gone."""
        if self._played is not None:
            self._played.cancel()
            self._played = None


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)
