"""What all namespaces share: they belong to no session, and find the running one when they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from voxsim.engine.current import current, running

if TYPE_CHECKING:
    from voxsim.engine.session import Session


class Namespace:
    """A documented namespace."""

    NAME: ClassVar[str]
    _id: ClassVar[None] = None

    @property
    def session(self) -> Session:
        """The session whose code is running."""
        # As `current()`, without a second call: every command of a namespace begins here.
        session = running.get(None)
        return current() if session is None else session

    def __repr__(self) -> str:
        return f"<{self.NAME}>"
