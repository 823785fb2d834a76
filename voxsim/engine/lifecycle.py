"""The life of a session as tables: its phases, the legal moves between them, and what each phase allows.

Everything about which phase may follow which, and what a scenario may do in it, is in this file.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from voxsim.vocabulary.errors import NotAllowed, VoxsimError


class Phase(Enum):
    """Where a session is in its life."""

    LOADING = "loading"
    """The top level of the scenario files runs."""
    RUNNING = "running"
    """Events are delivered. Application.Started comes first."""
    CLOSING = "closing"
    """Its end was asked for; active HTTP requests may finish, nothing new begins."""
    TERMINATING = "terminating"
    """Application.Terminating is being handled: one HTTP request may be made."""
    TERMINATED = "terminated"
    """Application.Terminated is being handled: only Logger.write works."""
    ENDED = "ended"
    """Nothing of it is left but its timeline."""

    # Enum's own hash is computed in Python, and the tables below are looked up often.
    __hash__ = object.__hash__


RUNNING: Final = Phase.RUNNING
"""By itself, because it is asked for at every event: a member of an enum is looked up slowly."""

JOINABLE: Final = frozenset({Phase.LOADING, Phase.RUNNING})
"""The phases in which a call of another session can still join a conference: its CallAlerting will be delivered."""

MOVES: Final[dict[Phase, frozenset[Phase]]] = {
    Phase.LOADING: frozenset({Phase.RUNNING, Phase.CLOSING}),
    Phase.RUNNING: frozenset({Phase.CLOSING}),
    Phase.CLOSING: frozenset({Phase.TERMINATING}),
    Phase.TERMINATING: frozenset({Phase.TERMINATED}),
    Phase.TERMINATED: frozenset({Phase.ENDED}),
    Phase.ENDED: frozenset(),
}
"""Which phase may follow which. A session whose scenario asks for its end while loading closes without running."""


class Operation(Enum):
    """What a scenario may want to do, in the groups that the platform's rules distinguish."""

    LISTEN = "add or remove a listener"
    CREATE = "make a call, player or socket"
    CONTROL = "control a call, player or socket"
    TIMER = "set a timer"
    HTTP = "make an HTTP request"
    MAIL = "send a mail"
    STORAGE = "use the storage"
    CUSTOM_DATA = "read or write custom data"
    LOG = "write to the log"


_ALWAYS: Final = frozenset({Operation.LISTEN, Operation.LOG, Operation.CUSTOM_DATA})

ALLOWED: Final[dict[Phase, frozenset[Operation]]] = {
    Phase.LOADING: frozenset(Operation),
    Phase.RUNNING: frozenset(Operation),
    Phase.CLOSING: _ALWAYS | {Operation.CONTROL},
    Phase.TERMINATING: _ALWAYS | {Operation.HTTP},
    Phase.TERMINATED: frozenset({Operation.LOG}),
    Phase.ENDED: frozenset(),
}
"""What each phase allows. HTTP in TERMINATING means exactly one request."""


def check_move(old: Phase, new: Phase) -> None:
    """Raise when a session may not go from one phase to the other."""
    if new not in MOVES[old]:
        raise VoxsimError(f"A session cannot go from {old.value} to {new.value}.")


def check_allowed(phase: Phase, operation: Operation, name: str) -> None:
    """Raise NotAllowed when the phase forbids the operation; `name` is the command as the scenario wrote it."""
    if operation in ALLOWED[phase]:
        return
    if phase is Phase.TERMINATED:
        raise NotAllowed(f"{name}: the session has terminated; only Logger.write works in a Terminated handler.")
    if phase is Phase.TERMINATING:
        raise NotAllowed(
            f"{name}: the session is terminating; a Terminating handler may make one HTTP request and write to the log."
        )
    if phase is Phase.ENDED:
        raise NotAllowed(f"{name}: the session has ended.")
    raise NotAllowed(
        f"{name}: the session's end was asked for (terminate() was called, or a clock ran out), "
        f"so it cannot {operation.value} any more. terminate() does not stop the running function: `return` after it."
    )
