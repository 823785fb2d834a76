"""What all namespaces share: they belong to no session, and find the running one when they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from voxsim.engine.current import current, running
from voxsim.vocabulary.declare import manifest
from voxsim.vocabulary.errors import UnknownName
from voxsim.vocabulary.naming import python_name

if TYPE_CHECKING:
    from voxsim.engine.session import Session


class Namespace:
    """A documented namespace. What stands in it besides its functions is found by its dotted name when it is used."""

    NAME: ClassVar[str]
    _id: ClassVar[None] = None

    @property
    def session(self) -> Session:
        """The session whose code is running."""
        # As `current()`, without a second call: every command of a namespace begins here.
        session = running.get(None)
        return current() if session is None else session

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        from voxsim.vocabulary import constants, legacy, shapes

        dotted = f"{self.NAME}.{name}"
        if (today := legacy.current_name(dotted)) != dotted:
            return self._old(today)
        if dotted in manifest.events:
            return manifest.events[dotted]
        if dotted in manifest.units:
            return manifest.units[dotted].python
        if constants.is_set(dotted):
            return constants.constant_set(dotted)
        if shapes.is_shape(dotted):
            return shapes.shape(dotted)
        known = [one for one in (*dir(type(self)), *self._inside()) if not one.startswith("_")]
        raise UnknownName.on(self.NAME, name, known)

    def _old(self, today: str) -> Any:
        """What an old name in this namespace is today."""
        import voxsim

        owner, *path = today.split(".")
        found: Any = self if owner == self.NAME else getattr(voxsim, owner)
        for step in path:
            found = getattr(found, step if hasattr(found, step) else python_name(step))
        return found

    def _inside(self) -> list[str]:
        """The names of the events, classes and constants that stand in this namespace."""
        from voxsim.vocabulary import official

        inside = f"{self.NAME}."
        dotted = (*manifest.events, *manifest.units, *official.constants())
        return [one[len(inside) :].partition(".")[0] for one in dotted if one.startswith(inside)]

    def __repr__(self) -> str:
        return f"<{self.NAME}>"
