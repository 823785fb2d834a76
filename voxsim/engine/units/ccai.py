"""CCAI: an agent of Google's Contact Center AI, and the conversations that are held with it.

A scenario makes an agent, a conversation with one of its profiles, and a participant for each call. Each takes a while
to come about; what is made from one that is not there yet waits for it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, ClassVar, Final

from voxsim.engine.command import Options, command
from voxsim.engine.current import current
from voxsim.engine.dialogs import Answer, Failure, Question, ask
from voxsim.engine.emitter import Emitter
from voxsim.engine.future import Future
from voxsim.engine.lifecycle import Operation, check_allowed
from voxsim.engine.states import moved
from voxsim.engine.units.call import Call
from voxsim.engine.units.ccaievents import AgentEvents, ConversationEvents
from voxsim.engine.units.ccaiparticipant import Participant
from voxsim.vocabulary.declare import signature, unit
from voxsim.vocabulary.errors import BadArgument, VoxsimError
from voxsim.vocabulary.naming import python_name


class CcaiState(Enum):
    """Where an agent or a conversation is in its life."""

    STARTING = "starting"
    STARTED = "started"
    STOPPED = "stopped"


MOVES: Final[dict[CcaiState, frozenset[CcaiState]]] = {
    CcaiState.STARTING: frozenset({CcaiState.STARTED, CcaiState.STOPPED}),
    CcaiState.STARTED: frozenset({CcaiState.STOPPED}),
    CcaiState.STOPPED: frozenset(),
}
"""Which state may follow which."""


class Starting(Emitter):
    """Something that takes a while to be there, and on which others wait."""

    __slots__ = ("_parts", "_then", "state")

    def __init__(self) -> None:
        session = current()
        check_allowed(session.phase, Operation.CREATE, self.NAME)
        super().__init__(session, session.switch.ids.unit())
        self.state = CcaiState.STARTING
        self._then: list[Callable[[], None]] = []
        self._parts: list[Any] = []
        session.keep(self._id, self)

    @abstractmethod
    def cut(self) -> None:
        """The session is over."""

    def once_started(self, step: Callable[[], None]) -> None:
        """Do something when this is there; never, when it stops before."""
        if self.state is CcaiState.STARTED:
            self.session.switch.post(step)
        else:
            self._then.append(step)

    def _alive(self, name: str) -> bool:
        over = self.state is CcaiState.STOPPED
        if over:
            self.session.warn(f"{name}: {self!r} has been stopped already; ignored.", self._id)
        return not over

    def _started(self) -> None:
        self.state = moved(MOVES, self.state, CcaiState.STARTED, repr(self))
        steps, self._then = self._then, []
        for step in steps:
            self.session.switch.post(step)

    def _stop(self) -> bool:
        """Stop this and what was made from it; False when it was stopped before."""
        if self.state is CcaiState.STOPPED:
            return False
        self.state = moved(MOVES, self.state, CcaiState.STOPPED, repr(self))
        self._then.clear()
        for part in tuple(self._parts):
            part.cut()
        self.session.drop(self._id)
        return True


@unit("CCAI.Agent", events=AgentEvents)
class Agent(Starting):
    """An agent of the account.

    Args:
        agent_id: its id.
        region: where it lives; told in the timeline.
    """

    __slots__ = ("agent_id", "region")

    EVENTS: ClassVar = AgentEvents
    NAME: ClassVar = "CCAI.Agent"

    def __init__(self, agent_id: str | Mapping[str, Any], region: str | None = None) -> None:
        if isinstance(agent_id, Mapping):
            given = {python_name(str(key)): value for key, value in agent_id.items()}
            agent_id, region = given.get("agent_id", ""), given.get("region", region)
        if not isinstance(agent_id, str) or not agent_id:
            raise BadArgument(f"CCAI.Agent needs the agent's id, a text, got {agent_id!r}.")
        super().__init__()
        self.agent_id = agent_id
        self.region = region
        self.session.note("dialog", "agent", self._id, {"agent": agent_id, "region": region})
        self.session.switch.after_ms(self.session.switch.timing.ccai_start, self._begin)

    def _begin(self) -> None:
        if self.state is CcaiState.STARTING:
            self._started()
            self.emit(AgentEvents.Started(self))

    @signature("id()")
    def id(self) -> str:
        """The id of this agent in the session."""
        return self._id

    @command("destroy()")
    def destroy(self) -> None:
        """Stop the agent and its conversations: Stopped follows."""
        if self._alive("destroy"):
            self.cut()

    def cut(self) -> None:
        """The session is over, or the scenario stops it."""
        if self._stop():
            self.emit(AgentEvents.Stopped(self))

    @command("getProfilesList()")
    def get_profiles_list(self) -> Future[dict[str, Any]]:
        """To be awaited: `{id, name, response}` with the agent's conversation profiles."""
        return self._request("getProfilesList", {})

    @command("getConversationProfile(request)")
    def get_conversation_profile(self, request: Mapping[str, Any]) -> Future[dict[str, Any]]:
        """To be awaited: `{id, name, response}` with the profile of the request's `name`."""
        return self._request("getConversationProfile", request)

    @command("updateConversationProfile(request)")
    def update_conversation_profile(self, request: Mapping[str, Any]) -> Future[dict[str, Any]]:
        """To be awaited: `{id, name, response}` with the profile as it is now, the request's fields set in it."""
        return self._request("updateConversationProfile", request)

    def _request(self, name: str, request: Mapping[str, Any]) -> Future[dict[str, Any]]:
        if not isinstance(request, Mapping):
            raise BadArgument(f"{name} takes an object such as {{'name': …}}, got {request!r}.")
        done: Future[dict[str, Any]] = Future(self.session.switch, f"the answer to {name}")
        if self.state is CcaiState.STOPPED:
            done.fail(VoxsimError(f"{name}: the agent has been stopped."))
            return done

        def answered(answer: Answer) -> None:
            if isinstance(answer, Failure):
                done.fail(VoxsimError(f"{name}: {answer.message}"))
            else:
                response = dict(answer[0].payload or {}) if answer else {}
                done.set({"id": self.session.switch.ids.uuid(), "name": name, "response": response})

        self.once_started(lambda: self.ask(name, str(request.get("name", "")), request, answered))
        return done

    def ask(self, kind: str, value: str, parameters: Mapping[str, Any], answered: Callable[[Answer], None]) -> None:
        """Ask whoever plays this agent."""
        question = Question(
            service="CCAI",
            agent=self.agent_id,
            conversation=self._id,
            kind=kind,
            value=value,
            parameters=parameters,
        )
        ask(self.session, self._id, question, answered)

    def holds(self, conversation: Conversation) -> None:
        """A conversation is held with this agent: it ends with it."""
        self._parts.append(conversation)


@unit("CCAI.Conversation", events=ConversationEvents)
class Conversation(Starting):
    """A conversation with an agent.

    Args:
        settings: `{agent, profile: {name, display_name?}, project}`.
    """

    __slots__ = ("_profile", "agent")

    EVENTS: ClassVar = ConversationEvents
    NAME: ClassVar = "CCAI.Conversation"

    def __init__(self, settings: Mapping[str, Any]) -> None:
        given = settings if isinstance(settings, Mapping) else {}
        agent, profile = given.get("agent"), given.get("profile") or {}
        if not isinstance(agent, Agent):
            raise BadArgument(f"CCAI.Conversation needs `agent`, a CCAI.Agent, got {agent!r}.")
        if not isinstance(profile, Mapping):
            raise BadArgument(f"CCAI.Conversation: `profile` is an object such as {{'name': …}}, got {profile!r}.")
        super().__init__()
        self.agent = agent
        self._profile = dict(profile)
        agent.holds(self)
        if agent.state is CcaiState.STOPPED:
            self.session.switch.post(self.fail, "The agent has been stopped")
        else:
            agent.once_started(self._create)

    def _create(self) -> None:
        name = str(self._profile.get("name", ""))
        self.agent.ask("conversation", name, self._profile, self._created)

    def _created(self, answer: Answer) -> None:
        if self.state is not CcaiState.STARTING:
            return
        if isinstance(answer, Failure):
            self.fail(answer.message)
            return
        if not self._profile.get("name"):
            self.emit(ConversationEvents.ProfileCreated(self))
        self._started()
        self.emit(ConversationEvents.Created(self))

    @command("addParticipant({settings})", Operation.CREATE)
    def add_participant(
        self,
        settings: Options = None,
        *,
        call: Call | None = None,
        dialogflow_settings: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Participant:
        """Let somebody take part: Created follows on the participant.

        Args:
            settings: the options below under their documented names.
            call: whose voice it is.
            dialogflow_settings: `lang`, `phraseHints` and `outputAudioConfig`, as for `AI.create_dialogflow`.
            options: `{role, …}`; the role is a member of `CCAI.Vendor.Role`.

        Raises:
            BadArgument: there is no call.
        """
        if not isinstance(call, Call):
            raise BadArgument(f"addParticipant needs `call`, a Call, got {call!r}.")
        participant = Participant(self, call, dialogflow_settings or {}, options or {})
        if self.state is CcaiState.STOPPED:
            self.session.warn(f"addParticipant: {self!r} is over; nobody takes part any more.", self._id)
            participant.cut()
            return participant
        self._parts.append(participant)
        self.once_started(participant.created)
        return participant

    @command("removeParticipant(participant)")
    def remove_participant(self, participant: Participant) -> None:
        """Let somebody leave; with the last one the conversation is over, and Completed follows."""
        if participant not in self._parts:
            self.session.warn(f"removeParticipant: {participant!r} does not take part; ignored.", self._id)
            return
        self._parts.remove(participant)
        participant.cut()
        if not self._parts:
            self.cut()

    @command("stop()")
    def stop(self) -> None:
        """End the conversation: Completed follows. The typings do not list it, scenarios use it."""
        if self._alive("stop"):
            self.cut()

    def cut(self) -> None:
        """The session or the agent is over, or the scenario ends the conversation."""
        if self._stop():
            self.emit(ConversationEvents.Completed(self))

    def fail(self, error: str) -> None:
        """Tell that something of the conversation failed."""
        self.emit(ConversationEvents.Error(self, error=error))
