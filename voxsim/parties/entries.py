"""Entries: what a configuration says, as plain data that has been checked. Times are seconds.

An entry names others by their names (a number its application, a rule its files); it makes none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from voxsim.engine.sounds import Sounds
from voxsim.engine.timing import Timing
from voxsim.parties.agents.entries import AgentEntry
from voxsim.parties.behaviour import Behaviour
from voxsim.parties.dialogentries import DialogEntry
from voxsim.parties.feedentries import CcsEntry, VoipNowEntry
from voxsim.parties.identity import UNNAMED, Identity
from voxsim.parties.mediaentry import MediaEntry
from voxsim.parties.telephonyentries import ElmaEntry
from voxsim.vocabulary.limits import Limits


@attrs.frozen(kw_only=True)
class AccountEntry:
    """The account. Without `api_key` the server makes one and keeps it."""

    id: int = 1
    name: str = "account"
    email: str = "account@example.com"
    api_key: str | None = attrs.field(default=None, repr=False)
    currency: str = "USD"
    balance: float = 100.0


@attrs.frozen(kw_only=True)
class RuleEntry:
    """A rule: which destinations run which scenario files.

    Attributes:
        identity: the extension of its scenario, as a menu or a queue has one.
        pattern: what the whole destination has to match.
        pattern_exclude: what it must not match, or None.
        scenarios: paths as the scenarios' messages will show them; they share their globals, in this order.
    """

    name: str
    scenarios: tuple[str, ...]
    pattern: str = ".*"
    pattern_exclude: str | None = None
    video_conference: bool = False
    identity: Identity = UNNAMED


@attrs.frozen(kw_only=True)
class ApplicationEntry:
    """An application by its short name, its rules, the first that matches taking a call, and its secrets by name."""

    name: str
    rules: tuple[RuleEntry, ...] = ()
    secrets: Mapping[str, str] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True)
class PartyEntry:
    """Somebody whom scenarios can call.

    Attributes:
        kind: `pstn`, `user`, `sip` or `wab`.
        address: the number, user name or SIP address, or a pattern with `*`; the first party that matches is called.
        devices: a user's devices by name, which ring together; none means one that does what `behaviour` says.
        online: whether a user is logged in.
        identity: who it is for systems that follow calls.
    """

    kind: str
    address: str
    behaviour: Behaviour = attrs.field(factory=Behaviour)
    devices: Mapping[str, Behaviour] = attrs.field(factory=dict)
    display_name: str = ""
    online: bool = True
    identity: Identity = UNNAMED


@attrs.frozen(kw_only=True)
class UserEntry:
    """A user of the account.

    Attributes:
        password: what it logs in with, or None: then it cannot.
        refuse_login: the AuthResult code with which every log-in is refused, to see what a page makes of it.
        applications: the names of those it belongs to; all, unless the file says which.
        identity: who it is for systems that follow calls.
        party: what voxsim does in its place when it is called, or None when nobody said.
    """

    name: str
    display_name: str
    identity: Identity = UNNAMED
    password: str | None = attrs.field(default=None, repr=False)
    active: bool = True
    refuse_login: int | None = None
    custom_data: str = ""
    applications: tuple[str, ...] = ()
    party: PartyEntry | None = None


@attrs.frozen(kw_only=True)
class QueueEntry:
    """A queue.

    Attributes:
        application: the name of the application that it belongs to; None for one of all.
        max_size: how many may wait, None for no limit.
        max_waiting: how long anybody may wait, None for as long as it takes.
        hold: keep those who wait although no operator is logged in.
        agent_selection: which of the free operators comes first: `MOST_QUALIFIED`, `LEAST_QUALIFIED` or
            `MAX_WAITING_TIME`.
        task_selection: who of those who wait comes first: `MAX_PRIORITY` or `MAX_WAITING_TIME`.
        fault: how it fails by itself, or None.
    """

    name: str
    application: str | None = None
    max_size: int | None = None
    max_waiting: float | None = None
    hold: bool = False
    agent_selection: str = "MOST_QUALIFIED"
    task_selection: str = "MAX_PRIORITY"
    fault: str | None = None


@attrs.frozen(kw_only=True)
class OperatorEntry:
    """A user who serves queues.

    Attributes:
        queues: the names of those queues.
        skills: the level from 1 to 5 of each skill.
        talk: when it hangs up, from Connected; None for never.
        after_call: how long it works after each call.
        ban: for how long it is left out after a call that it refused or did not answer.
        status: what it does at first.
        party: what it does when it is called, or None when nobody said: then the user of this name plays it.
    """

    name: str
    queues: tuple[str, ...] = ()
    skills: Mapping[str, int] = attrs.field(factory=dict)
    talk: float | None = None
    after_call: float = 0.0
    ban: float = 1800.0
    status: str = "READY"
    display_name: str = ""
    party: PartyEntry | None = None


@attrs.frozen(kw_only=True)
class NumberEntry:
    """A phone number (digits alone), the application that its calls reach, and the one rule that takes them, if any."""

    number: str
    application: str
    rule: str | None = None


@attrs.frozen(kw_only=True)
class WebEntry:
    """A web service that answers when there is no network; the first that matches a request answers it.

    Attributes:
        method: the HTTP method, `*` for any.
        url: the URL; `*` in it stands for anything.
        json, text: the body, in one of two forms; both None for an empty one.
        fault: how it fails instead of answering, or None.
        delay: until the response is complete.
        connect_delay: until the connection stands.
    """

    method: str = "*"
    url: str
    status: int = 200
    json: Any = None
    text: str | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict)
    fault: str | None = None
    delay: float = 0.05
    connect_delay: float = 0.0


@attrs.frozen(kw_only=True)
class ServerEntry:
    """How to serve; None leaves it to the server.

    Attributes:
        port, secure_port: where HTTP and HTTPS are served; 0 for any free port.
        hosts: further host names by which clients may ask.
        time: `real`, or a factor such as `x10`.
    """

    port: int | None = None
    secure_port: int | None = None
    hosts: tuple[str, ...] = ()
    time: str | None = None


@attrs.frozen(kw_only=True)
class Configuration:
    """All that is configured."""

    account: AccountEntry = attrs.field(factory=AccountEntry)
    applications: tuple[ApplicationEntry, ...] = ()
    users: tuple[UserEntry, ...] = ()
    numbers: tuple[NumberEntry, ...] = ()
    queues: tuple[QueueEntry, ...] = ()
    operators: tuple[OperatorEntry, ...] = ()
    agents: tuple[AgentEntry, ...] = ()
    dialogs: tuple[DialogEntry, ...] = ()
    parties: tuple[PartyEntry, ...] = ()
    web: tuple[WebEntry, ...] = ()
    limits: Limits = attrs.field(factory=Limits)
    timing: Timing = attrs.field(factory=Timing)
    sounds: Sounds = attrs.field(factory=Sounds)
    server: ServerEntry = attrs.field(factory=ServerEntry)
    media: MediaEntry = attrs.field(factory=MediaEntry)
    voipnow: VoipNowEntry = attrs.field(factory=VoipNowEntry)
    ccsevents: CcsEntry = attrs.field(factory=CcsEntry)
    elma365: ElmaEntry = attrs.field(factory=ElmaEntry)
