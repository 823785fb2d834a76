"""Office: one hosted module with what the system knows through it. It calls the functions and carries results out.

The webhook's door is `webhook`; the buttons that people press in the system are `check`, `configure`, `generate_call`,
`record_link` and `renew`. Each gives a future; what the module does wrong never does more than fail it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final, TypeVar

from voxsim.engine.future import Future
from voxsim.protocols.elma365 import results
from voxsim.protocols.elma365.feed import webhook_url
from voxsim.protocols.elma365.module import OPTIONAL, NoFunction, Runner
from voxsim.protocols.elma365.results import Reply
from voxsim.protocols.elma365.system import System
from voxsim.protocols.elma365.vocabulary import FetchRequest
from voxsim.vocabulary.errors import BadArgument, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch

_T = TypeVar("_T")
_MOST_LINES: Final = 1000


class Office:
    """A module and its system.

    Args:
        name: the module's, as in its webhook's path.
        token: what whoever calls the webhook has to know.
        switch: its clock is the system's.
        system: what is known of calls.
        server: the beginning of the webhook's URL.

    Attributes:
        runner: what runs the module's code; whoever makes an office sets it.
        lines: what the module wrote, and what went wrong with it; the last thousand.
    """

    def __init__(self, name: str, token: str, switch: Switch, system: System, server: Callable[[], str]) -> None:
        self.name = name
        self.token = token
        self.system = system
        self.lines: list[str] = []
        self._switch = switch
        self._server = server
        self.runner: Runner

    @property
    def webhook_url(self) -> str:
        """The webhook's link, with its token."""
        return webhook_url(self._server(), self.name, self.token)

    def log(self, line: str) -> None:
        """Remember a line of the module's log."""
        self.lines.append(line)
        if len(self.lines) > _MOST_LINES:
            del self.lines[0]
        self._switch.note(None, "feed", "log", None, {"feed": "elma365", "module": self.name, "text": line})

    # --- the webhook ---

    def admits(self, token: str) -> bool:
        """Whether this is the webhook's token."""
        return compare_digest(token.encode("utf-8", "replace"), self.token.encode())

    def webhook(self, request: FetchRequest, token: str) -> Future[Reply]:
        """Answer a request to the webhook: 401 for a wrong token, 500 for what the module gets wrong."""
        if not self.admits(token):
            answer: Future[Reply] = Future(self._switch)
            answer.set(Reply(status=401, body=b"The token is wrong.\n"))
            return answer
        return self._call("VoipParseWebhookRequest", (request,), self._carry_out, self._excuse)

    def _carry_out(self, value: Any) -> Reply:
        """Do what the module asks for: first the event, then the record, then the response."""
        asked = results.parse_result(value)
        at = int(self._switch.unix_time * 1000 + 0.0005)
        if asked.event is not None:
            self.system.take(asked.event, at)
        if asked.record is not None:
            self.system.record(asked.record, at)
        return asked.response or Reply()

    def _excuse(self, error: Exception) -> Reply:
        return Reply(status=500, body=b"The module failed.\n")

    # --- the buttons ---

    def check(self) -> Future[tuple[bool, str]]:
        """Check the connection: whether the module can reach the PBX, and why not."""
        return self._call("VoipTestConnection", (), results.tested, lambda error: (False, str(error)))

    def configure(self) -> Future[list[results.Member]]:
        """Ask for the PBX's users: each is mapped to a user of the system."""

        def known(value: Any) -> list[results.Member]:
            self.system.members = results.members(value)
            return self.system.members

        return self._call("VoipGetMembers", (), known)

    def generate_call(self, source: str, destination: str) -> Future[None]:
        """A user presses a phone number: the module is to let the PBX call the user's own phone, and then this one."""
        return self._call("VoipGenerateCall", (source, destination), lambda _: None)

    def record_link(self, card: int) -> Future[str]:
        """A user plays the record of a card: the module says where it is.

        Raises:
            BadArgument: there is no such card, or it has no record.
        """
        found = self.system.card(card)
        if found is None or found.call is None:
            raise BadArgument(f"There is no card {card} with a record.")
        return self._call("VoipGetCallLink", (found.recorded,), results.link)

    def renew(self) -> Future[None]:
        """Make another token: the old link is dead, and the module is told of the new one, if it wants to be."""
        self.token = self._switch.ids.secret()

        def unheard(error: Exception) -> None:
            if not isinstance(error, NoFunction):
                raise error

        return self._call(OPTIONAL, (self.webhook_url,), lambda _: None, unheard)

    # --- inside ---

    def _call(
        self,
        name: str,
        args: tuple[Any, ...],
        read: Callable[[Any], _T],
        excuse: Callable[[Exception], _T] | None = None,
    ) -> Future[_T]:
        """Call a function and read what it returns; what fails is logged, and becomes an error or an excuse."""
        answer: Future[_T] = Future(self._switch, f"{name} of the module {self.name}")
        called = self.runner.call(name, args)
        called.on_done(partial(self._read, called, answer, read, excuse))
        return answer

    def _read(
        self,
        called: Future[Any],
        answer: Future[_T],
        read: Callable[[Any], _T],
        excuse: Callable[[Exception], _T] | None,
    ) -> None:
        try:
            answer.set(read(called.result()))
        except Exception as error:  # noqa: BLE001 - whatever a module does, it does to itself
            if not (isinstance(error, NoFunction) and OPTIONAL in str(error)):
                self.log(f"{error}" if isinstance(error, VoxsimError) else f"{type(error).__name__}: {error}")
            if excuse is None:
                answer.fail(error)
                return
            try:
                answer.set(excuse(error))
            except Exception as failure:  # noqa: BLE001 - an excuse may be no excuse
                answer.fail(failure)
