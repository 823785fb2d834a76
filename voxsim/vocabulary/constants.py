"""Constants: voices, recognition profiles, languages, models and the other enumerations that are plain values.

They are data, thousands of them, and loaded when the first is used. A member with a documented value is that value;
one without is opaque, and equal to its own dotted name (`VoiceList.Google.en_US_Wavenet_A`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from voxsim.vocabulary import legacy, official
from voxsim.vocabulary.errors import UnknownName


class Constant(str):
    """A value that only the platform can read: equal to its dotted name."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class Voice(Constant):
    """A voice of a speech synthesis vendor, from `VoiceList`."""

    __slots__ = ()


class ASRProfile(Constant):
    """A vendor's recognition of one language, from `ASRProfileList`."""

    __slots__ = ()


class ASRModel(Constant):
    """A vendor's recognition model, from `ASRModelList`."""

    __slots__ = ()


_KINDS: dict[str, type[Constant]] = {"Voice": Voice, "ASRProfile": ASRProfile, "ASRModel": ASRModel}


class ConstantSet:
    """A documented enumeration or list: its members as attributes, by their documented names.

    A member that is no Python name is had as an item: `RecorderProfile["4K"]`.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._members: dict[str, Any] | None = None

    @property
    def members(self) -> dict[str, Any]:
        """All members by name, those of sets inside this one left out."""
        if self._members is None:
            self._members = _read(self._name)
        return self._members

    def __getattr__(self, member: str) -> Any:
        if member.startswith("_"):
            raise AttributeError(member)
        return self[member]

    def __getitem__(self, member: str) -> Any:
        """The member of this name, or the set inside this one."""
        members = self.members
        if member in members:
            return members[member]
        inner = f"{self._name}.{member}"
        if is_set(inner):
            return constant_set(inner)
        old = legacy.VALUES.get(self._name, {})
        if member in old:
            return old[member]
        if self._name in legacy.OPEN_SETS:
            return Constant(inner)
        raise UnknownName.on(self._name, member, [*members, *_inner(self._name)])

    def __iter__(self) -> Iterator[Any]:
        return iter(self.members.values())

    def __len__(self) -> int:
        return len(self.members)

    def __bool__(self) -> bool:
        return True

    def __contains__(self, value: object) -> bool:
        return value in self.members.values()

    def __dir__(self) -> list[str]:
        return [*self.members, *_inner(self._name), "members"]

    def __repr__(self) -> str:
        return self._name


def is_set(name: str) -> bool:
    """Whether a dotted name is a set of constants, or holds some."""
    return name in legacy.OPEN_SETS or name in official.constants() or bool(_inner(name))


@cache
def constant_set(name: str) -> ConstantSet:
    """The set of constants with this dotted name.

    Raises:
        UnknownName: there is none.
    """
    if not is_set(name):
        raise UnknownName.on("voxsim", name, official.constants())
    return ConstantSet(str(official.constants().get(name, {}).get("alias", name)))


@cache
def _inner(name: str) -> tuple[str, ...]:
    """The names of the sets right inside a set."""
    inside = f"{name}."
    return tuple(
        dict.fromkeys(one[len(inside) :].partition(".")[0] for one in official.constants() if one.startswith(inside))
    )


def _read(name: str) -> dict[str, Any]:
    data = official.constants().get(name, {})
    if "values" in data:
        return dict(data["values"])
    kind = _KINDS.get(data.get("kind", ""), Constant)
    members: dict[str, Any] = {member: kind(f"{name}.{member}") for member in data.get("names", ())}
    for maker in data.get("makers", ()):
        members[maker] = _maker(kind, f"{name}.{maker}")
    return members


def _maker(kind: type[Constant], name: str) -> Any:
    """A function that makes a constant of a name the account has with the vendor, such as `createBrandVoice(name)`."""

    def make(given: str) -> Constant:
        return kind(f"{name}({given})")

    return make


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return constant_set(name)
