"""What all namespaces share: they belong to no session, and find the running one when they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from voxsim.engine.current import current
from voxsim.vocabulary.errors import UnknownName

if TYPE_CHECKING:
    from voxsim.engine.session import Session


class Namespace:
    """A documented namespace. Unknown names in it are answered with the nearest one."""

    NAME: ClassVar[str]
    _id: ClassVar[None] = None

    @property
    def session(self) -> Session:
        """The session whose code is running."""
        return current()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        known = [one for one in dir(type(self)) if not one.startswith("_") and one not in ("NAME", "session")]
        raise UnknownName.on(self.NAME, name, known)

    def __repr__(self) -> str:
        return f"<{self.NAME}>"
