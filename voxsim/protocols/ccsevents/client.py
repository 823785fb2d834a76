"""Client: one WebSocket connection without its socket. Texts in, texts out, and what an event means to it.

What it is to be sent waits in a queue of bounded length; a client that lets it overflow is lost. Whoever has the socket
is woken when there is something, takes one text after the other, and closes the socket of a client that is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import attrs

from voxsim.protocols.ccsevents.events import Event, Message
from voxsim.protocols.ccsevents.requests import (
    BAD,
    FAILED,
    FORBIDDEN,
    MISSING,
    Parameters,
    Refused,
    read_request,
    written,
)
from voxsim.protocols.ccsevents.subscriptions import Subscriptions, is_of
from voxsim.vocabulary.naming import did_you_mean

SITE: Final = "voxsim"
MOST_WAITING: Final = 10_000
"""How many texts may wait for one client."""

_CAPABILITIES: Final = ("subscr", "ccs", "callrecord")


@attrs.frozen(kw_only=True)
class Owner:
    """Who a connection belongs to.

    Attributes:
        kind: `token` for an external system, `user` for one user.
        domain: whose calls it is told of.
        name: what the system is called, or the user's name.
        roles: what it may do: `subscr`, `ccs`, `callrecord`.
        token: the token itself; empty for a user.
        number: its place among the tokens, from 1 on.
    """

    kind: str
    domain: str
    name: str = ""
    roles: tuple[str, ...] = _CAPABILITIES
    token: str = attrs.field(default="", repr=False)
    number: int = 1

    @property
    def alone(self) -> frozenset[str] | None:
        """The one whose events it is told of; None for all of its domain."""
        return frozenset((self.name,)) if self.kind == "user" else None


Answer = Callable[[Owner, Parameters], dict[str, Any]]
"""Carries out a request; returns what the answer says beside its result, or raises Refused."""


class Commands(Protocol):
    """What can be asked for beside subscriptions: each request by its name, with the role that it needs."""

    def __getitem__(self, method: str) -> tuple[str, Answer]:
        """The request of this name."""

    def __contains__(self, method: object) -> bool:
        """Whether there is one."""

    def keys(self) -> Any:
        """Their names."""


class Client:
    """One connection.

    Args:
        owner: whose it is.
        now: the present, in unix seconds.
        commands: what can be asked for beside subscriptions.
        identity: a UUID of the connection's own.
        session: a UUID of the owner's session.

    Attributes:
        subscriptions: what it wants.
        lost: it let too much wait, and is given nothing more.
        on_text: called when there is something to be sent.
    """

    def __init__(
        self,
        owner: Owner,
        now: Callable[[], float],
        commands: Commands,
        *,
        identity: str,
        session: str,
    ) -> None:
        self.owner = owner
        self.subscriptions = Subscriptions(now)
        self.lost = False
        self.on_text: Callable[[], None] | None = None
        self._now = now
        self._commands = commands
        self._identity = identity
        self._session = session
        self._waiting: deque[str | tuple[str | int, Event]] = deque()

    # --- in ---

    def take(self, text: str) -> None:
        """A text message of the client's; its answer waits to be sent.

        Raises:
            Exception: an error of voxsim's own, which the client was told of, too.
        """
        try:
            request = read_request(text)
        except Refused as refused:
            self._put(written("error", refused.facts(None)))
            return
        try:
            facts = self._answer(request.method, request.qid, request.parameters)
        except Refused as refused:
            known = request.method in ("connection_info", "subscribe") or request.method in self._commands
            self._put(written(f"{request.method}_result" if known else "error", refused.facts(request.qid)))
            return
        except Exception:
            # Who asked must not wait for ever; whoever gave the text here learns what it was.
            failed = Refused(FAILED, "voxsim itself failed at this request. Please report it.")
            self._put(written("error", failed.facts(request.qid)))
            raise
        self._put(written(f"{request.method}_result", {"qid": request.qid, "result": "ok", **facts}))

    def _answer(self, method: str, qid: Any, parameters: Parameters) -> dict[str, Any]:
        if method == "connection_info":
            return self._info()
        known = method == "subscribe" or method in self._commands
        if known and qid is None:
            raise Refused(BAD, "'qid' is missing: any value of your own, which the answer repeats.")
        if method == "subscribe":
            return self.subscriptions.ask(parameters, allowed="subscr" in self.owner.roles)
        if not known:
            names = ("connection_info", "subscribe", *self._commands.keys())
            raise Refused(MISSING, f"There is no method {method[:80]!r}.{did_you_mean(method[:80], names)}")
        role, answer = self._commands[method]
        if role not in self.owner.roles:
            raise Refused(FORBIDDEN, f"This connection may not ask for {method!r}: its token lacks the role {role!r}.")
        return answer(self.owner, parameters)

    def _info(self) -> dict[str, Any]:
        owner, now = self.owner, self._now()
        info = {
            "site": SITE,
            "ownertype": owner.kind,
            "domain": owner.domain,
            "sessionid": self._session,
            "connectionid": self._identity,
            "capabilities": list(owner.roles),
            "datetime": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
            "timestamp": int(now * 1000),
            "roles": list(owner.roles),
        }
        if owner.kind == "token":
            return {**info, "integration_point_id": owner.number, "token": owner.token}
        return {**info, "user": owner.name}

    # --- out ---

    def offer(self, message: Message) -> None:
        """An event for a domain: it waits to be sent once for each subscription that it is for."""
        owner, event = self.owner, message.event
        if message.domain != owner.domain or self.lost:
            return
        alone = owner.alone
        if alone is not None and not any(is_of(party, alone) for party in event.people):
            return
        for subscription in self.subscriptions.matching(event):
            self._put((subscription.id, event))

    def next_text(self) -> str | None:
        """The next text to be sent, or None."""
        if not self._waiting:
            return None
        waiting = self._waiting.popleft()
        if isinstance(waiting, str):
            return waiting
        identity, event = waiting
        # The event's own text is made once, however many get it.
        return f'["event",{{"id":{_quoted(identity)},"event":{event.text}}}]'

    def _put(self, waiting: str | tuple[str | int, Event]) -> None:
        if self.lost:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.lost = True
            self._waiting.clear()
        else:
            self._waiting.append(waiting)
        if self.on_text is not None:
            self.on_text()


def _quoted(identity: str | int) -> str:
    from json import dumps

    return dumps(identity)
