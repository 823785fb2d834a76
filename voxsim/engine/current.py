"""Which session the running scenario code belongs to: how `VoxEngine`, `Net` and `Logger` find theirs."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from voxsim.vocabulary.errors import NoSession

if TYPE_CHECKING:
    from voxsim.engine.session import Session

running: ContextVar[Session] = ContextVar("voxsim_session")


def current() -> Session:
    """The session whose code is running; NoSession outside of one."""
    try:
        return running.get()
    except LookupError:
        raise NoSession(
            "No session is running here: VoxEngine, Net, Logger and the like work inside a scenario, "
            "which `voxsim run FILE` or the `vox` fixture of a test starts."
        ) from None
