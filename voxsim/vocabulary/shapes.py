"""Shapes: the documented objects of options and results, by name, for those who like to write them out.

`CallRecordParameters(stereo=True, hd_audio=True)` is the mapping `{"stereo": True, "hd_audio": True}`; a field that the
shape does not have is an error that names the nearest one. Commands take such a mapping, or the keywords themselves.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from voxsim.vocabulary import official
from voxsim.vocabulary.errors import BadArgument, UnknownName
from voxsim.vocabulary.naming import did_you_mean, python_name


class Shape:
    """A documented object: called with its fields, in either spelling, it gives the mapping with documented names.

    Attributes:
        name: its dotted name.
        fields: the documented names of its fields.
        required: those that cannot be left out, by the typings; the platform itself is more lenient.
    """

    def __init__(self, name: str, fields: tuple[str, ...]) -> None:
        self.name = name
        self.fields = tuple(field.rstrip("?") for field in fields)
        self.required = tuple(field for field in fields if not field.endswith("?"))
        self._spelt = {python_name(field): field for field in self.fields} | {field: field for field in self.fields}

    def __call__(self, **fields: Any) -> dict[str, Any]:
        """The mapping with these fields.

        Raises:
            BadArgument: the shape has no such field.
        """
        for name in fields:
            if name not in self._spelt:
                raise BadArgument(f"{self.name} has no field {name!r}.{did_you_mean(name, self._spelt)}")
        return {self._spelt[name]: value for name, value in fields.items()}

    def __repr__(self) -> str:
        return self.name


def is_shape(name: str) -> bool:
    """Whether a dotted name is a documented shape."""
    return name in official.api()["shapes"]


@cache
def shape(name: str) -> Shape:
    """The shape with this dotted name.

    Raises:
        UnknownName: there is none.
    """
    shapes = official.api()["shapes"]
    if name not in shapes:
        raise UnknownName.on("voxsim", name, shapes)
    return Shape(name, tuple(shapes[name]["fields"]))


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return shape(name)
