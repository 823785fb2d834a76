"""World: one platform with its whole outside in place, ready to run. What `voxsim run` and the tests begin with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from voxsim.driver import Driver, Pace
from voxsim.engine.journal import Record
from voxsim.engine.later import later
from voxsim.engine.session import Session
from voxsim.engine.sounds import Sounds
from voxsim.engine.switch import EPOCH, Switch
from voxsim.engine.timing import Timing
from voxsim.languages import load_program
from voxsim.parties.behaviour import Behaviour
from voxsim.parties.directory import Directory
from voxsim.parties.line import Line
from voxsim.parties.party import Party
from voxsim.parties.web import ScriptedWeb
from voxsim.platform.account import Account, Application
from voxsim.platform.platform import Caller, Platform
from voxsim.platform.rules import Rule
from voxsim.vocabulary.errors import ScenarioError
from voxsim.vocabulary.limits import Limits
from voxsim.vocabulary.naming import scenario_name

if TYPE_CHECKING:
    from voxsim.engine.connectors.ports import AgentFar, AgentNear, Asked
    from voxsim.engine.queues import Queue
    from voxsim.engine.services import Services
    from voxsim.parties.agents import ScriptedAgents
    from voxsim.parties.dialogs import ScriptedDialogs
    from voxsim.parties.operators import Operator
    from voxsim.parties.rtmp import RtmpServers
    from voxsim.parties.toolserver import ToolServers
    from voxsim.platform.commands import Context

Files = str | Path | Sequence[str | Path]


class World:
    """A switch, a platform, a directory of parties, a scripted web, and the driver that moves them.

    Args:
        seed: for ids and chance.
        pace: how time goes.
        until: seconds of scenario time after which a run is given up, or None.
        limits, timing, sounds: the platform's figures.
        stranger: how somebody behaves whom nobody plays; None lets such calls fail with 404.
        random, epoch: a random source in place of a seeded one, and the unix seconds at which the run begins; a server
            gives the system's.
        loose_records: how many records of no session, and requests to the scripted web, are kept; None for all.
        account: who the platform works for.
        keep_sessions: whether sessions that have ended stay in memory.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        pace: Pace | None = None,
        until: float | None = 24 * 3600,
        limits: Limits | None = None,
        timing: Timing | None = None,
        sounds: Sounds | None = None,
        stranger: Behaviour | None = None,
        random: Random | None = None,
        epoch: int = EPOCH,
        loose_records: int | None = None,
        account: Account | None = None,
        keep_sessions: bool = True,
    ) -> None:
        self.seed = seed
        self.switch = Switch(
            seed=seed,
            random=random,
            limits=limits,
            timing=timing,
            sounds=sounds,
            epoch=epoch,
            loose_records=loose_records,
        )
        self.platform = Platform(self.switch, account=account, keep_sessions=keep_sessions)
        self.directory = Directory(self.switch, self.platform, stranger)
        self.web = ScriptedWeb(self.switch, loose_records)
        self.switch.outside = self.directory
        self.switch.web = self.web
        self.switch.streaming = later(lambda: self.rtmp)
        self.switch.agents = later(lambda: self.agents)
        self.switch.dialogs = later(lambda: self.dialogs)
        self.switch.services = later(self._services)
        self.driver = Driver(self.switch, pace, until)
        self._rules: dict[tuple[Any, ...], Rule] = {}

    # --- who is met by few scenarios, and made when one does ---

    @cached_property
    def agents(self) -> ScriptedAgents:
        """Who plays the AI services."""
        from voxsim.parties.agents import ScriptedAgents

        agents = ScriptedAgents(self.switch)
        agents.connect_with("MCP", self._connect_tools)
        return agents

    def _connect_tools(self, asked: Asked, near: AgentNear) -> AgentFar | str:
        return self.tools.connect(asked, near)

    @cached_property
    def tools(self) -> ToolServers:
        """The MCP servers."""
        from voxsim.parties.toolserver import ToolServers

        return ToolServers()

    @cached_property
    def dialogs(self) -> ScriptedDialogs:
        """Who answers Dialogflow, CCAI and avatars."""
        from voxsim.parties.dialogs import ScriptedDialogs

        return ScriptedDialogs(self.switch)

    @cached_property
    def rtmp(self) -> RtmpServers:
        """Who takes the streams that are published."""
        from voxsim.parties.rtmp import RtmpServers

        return RtmpServers()

    def _services(self) -> Services:
        from voxsim.platform.services import AccountServices

        return AccountServices(lambda: self.context)

    @cached_property
    def context(self) -> Context:
        """What the management API and the sessions' own requests work on, in memory; a server sets another one."""
        from voxsim.platform.commands import Context
        from voxsim.platform.storage import Memory

        async def start(begin: Callable[[], Session]) -> Session:
            return begin()

        return Context(self.platform, Memory(), start)

    # --- scenarios ---

    def rule(self, files: Files, pattern: str = ".*", *, video_conference: bool = False) -> Rule:
        """A rule for one scenario file, or for several that share their globals, in order.

        Args:
            files: the scenarios.
            pattern: what the whole destination has to match.
            video_conference: whether it serves video conferences.

        Raises:
            ConfigurationError: a file does not exist, or is of no known language.
        """
        names = (str(files),) if isinstance(files, str | Path) else tuple(str(file) for file in files)
        key = (names, pattern, video_conference)
        if key not in self._rules:
            title = scenario_name(names[-1]) if names else "empty"
            number = len(self._rules) + 1
            self._rules[key] = Rule(title, load_program(names), pattern, number, video_conference=video_conference)
        return self._rules[key]

    def add_rule(self, files: Files, pattern: str = ".*", *, video_conference: bool = False) -> Rule:
        """Let calls and conferences whose destination matches the pattern run these scenarios."""
        rule = self.rule(files, pattern, video_conference=video_conference)
        self.platform.rules.append(rule)
        return rule

    def start(self, rule: Rule, custom_data: str = "") -> Session:
        """Begin a session as StartScenarios does."""
        return self.platform.start_scenarios(rule, custom_data)

    def start_conference(self, name: str, rule: Rule | None = None, custom_data: str = "") -> Session:
        """Begin the session that holds a conference, or find the one that does, as StartConference does."""
        return self.platform.start_conference(name, rule, custom_data)

    # --- parties ---

    def add_party(self, kind: str, address: str, behaviour: Behaviour | str | None = None, **keys: Any) -> Party:
        """Let somebody be called: `pstn`, `user`, `sip` or `wab`; keywords as for `Party.make`."""
        return self.directory.add(Party.make(kind, address, behaviour, **keys))

    def queue(self, name: str, **settings: Any) -> Queue:
        """The queue with this name, with these settings from now on: `max_size`, `max_waiting`, `hold` and the like.

        Raises:
            BadArgument: a setting is not known, or its value cannot be.
        """
        from voxsim.engine.queues import configured

        return configured(self.switch.queues.queue(name), **settings)

    def add_operator(
        self, name: str, queues: Sequence[str], behaviour: Behaviour | str | None = None, **how: Any
    ) -> Operator:
        """Let somebody serve queues; keywords as for `make_operator`."""
        from voxsim.parties.operators import make_operator

        served = tuple(self.switch.queues.queue(one) for one in queues)
        operator = make_operator(self.switch, name, served, behaviour, **how)
        self.directory.add(operator.party)
        return operator

    def call_in(
        self,
        party: Party,
        destination: str,
        rule: Rule | None = None,
        *,
        custom_data: str | None = None,
        headers: dict[str, str] | None = None,
        line: Line | None = None,
        application: Application | None = None,
    ) -> Line:
        """Let a party call the platform now; the rule is found by the destination unless one is given."""
        line = line or self.directory.line(party)
        caller = Caller(
            kind=party.kind,
            number=party.address,
            display_name=party.display_name,
            headers=headers or {},
            custom_data=custom_data,
        )
        line.called(self.platform.incoming(destination, caller, line, rule, application))
        return line

    # --- what happened ---

    @property
    def sessions(self) -> list[Session]:
        """All sessions so far, in the order of their beginning."""
        return self.platform.sessions

    @property
    def journal(self) -> list[Record]:
        """All records so far, in order."""
        return self.switch.journal(iter(self.sessions))

    @property
    def failures(self) -> list[ScenarioError]:
        """All errors of scenarios' own code so far."""
        return [failure for session in self.sessions for failure in session.failures]
