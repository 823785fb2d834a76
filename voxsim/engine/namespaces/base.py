"""What all namespaces share: they belong to no session, and find the running one when they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from voxsim.engine.current import current

if TYPE_CHECKING:
    from voxsim.engine.session import Session


class Namespace:
    """A documented namespace."""

    NAME: ClassVar[str]
    _id: ClassVar[None] = None

    @property
    def session(self) -> Session:
        """The session whose code is running."""
        return current()

    def __repr__(self) -> str:
        return f"<{self.NAME}>"
