"""The options of records: what `Call.record`, `createRecorder` and a recorder's `update` take, checked.

A value that an enumeration does not have is an error at once. What shapes the picture of a video has no effect here,
for there is no picture, but it is checked all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.recording import Asked
from voxsim.vocabulary.constants import constant_set
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import did_you_mean, python_name
from voxsim.vocabulary.shapes import shape

if TYPE_CHECKING:
    from voxsim.engine.session import Session

FORMATS: Final = ("text", "json")
_SIDES: Final = 2
_TEXTS: Final = ("name", "language", "expire", "prefix", "file_name")
_NOT_FLAGS: Final = frozenset({*_TEXTS, "format", "labels"})
_ENUMS: Final = {
    "layout": "RecorderLayout",
    "direction": "RecorderDirection",
    "objectFit": "RecorderObjectFit",
    "profile": "RecorderProfile",
    "labels.font": "RecorderLabelFont",
    "labels.textAlign": "RecorderLabelTextAlign",
    "labels.position": "RecorderLabelPosition",
}
_INNER: Final = {"labels": "RecorderLabels", "vad": "RecorderVad"}
_EACH: Final = {"layoutSettings": "RecorderDrawArea", "layoutSettings.grid": "RecorderGridDefinition"}


def asked_for(session: Session, command: str, /, **given: Any) -> Asked:
    """What a record is asked for with these options.

    Args:
        command: the command that they were given to.
        given: the fields of `Asked`, and `video_parameters`.

    Raises:
        BadArgument: a value is none of those that are documented.
    """
    check_value(command, "expire", given["expire"], "RecordExpireTime")
    check_video(session, command, given.pop("video_parameters"), "RecorderVideoParameters")
    fields: dict[str, Any] = {key: bool(value) for key, value in given.items() if key not in _NOT_FLAGS}
    fields.update((key, str(given.get(key) or "")) for key in _TEXTS)
    fields["format"] = given.get("format") or FORMATS[0]
    if fields["format"] not in FORMATS:
        session.warn(f"{command}: a transcript's format is {' or '.join(FORMATS)}, not {fields['format']!r}; ignored.")
        fields["format"] = FORMATS[0]
    if given.get("labels") is not None:
        fields["labels"] = _two(command, given["labels"])
    asked = Asked(**fields)
    if asked.transcribe and not asked.language:
        session.warn(f"{command}: to be transcribed a record needs `language`, such as ASRLanguage.ENGLISH_US.")
    return asked


def _two(name: str, labels: Any) -> tuple[str, str]:
    if isinstance(labels, str) or not isinstance(labels, Sequence) or len(labels) != _SIDES:
        raise BadArgument(f"{name}: `labels` are two texts, for the left and the right side, got {labels!r}.")
    return str(labels[0]), str(labels[1])


def check_value(name: str, option: str, value: Any, enumeration: str) -> None:
    """Check that a value is one of an enumeration's.

    Raises:
        BadArgument: it is not; the message names those that are.
    """
    known = constant_set(enumeration).members
    if value is None or value in known.values():
        return
    near = did_you_mean(str(value), [str(one) for one in known.values() if one])
    few = f" ({', '.join(f'{enumeration}.{member}' for member in known)})" if len(known) <= 10 else ""
    raise BadArgument(f"{name}: `{option}` is a {enumeration}{few}, got {value!r}.{near}")


def check_video(session: Session, name: str, parameters: Any, kind: str) -> None:
    """Check the parameters of a video.

    Args:
        name: the command that they were given to.
        parameters: the object, or None.
        kind: the documented shape that it has.

    Raises:
        BadArgument: it is no object, or one of its values is none of those that are documented.
    """
    if parameters is not None:
        _check_object(session, name, parameters, kind, "")


def _check_object(session: Session, name: str, given: Any, kind: str, path: str) -> None:
    if not isinstance(given, Mapping):
        raise BadArgument(f"{name}: `{path or 'videoParameters'}` is a {kind}, an object, got {given!r}.")
    spelt = {python_name(field): field for field in shape(kind).fields}
    for key, value in given.items():
        field = spelt.get(python_name(str(key)))
        if field is None:
            session.warn(f"{name}: {kind} has no {str(key)!r}; ignored.{did_you_mean(str(key), spelt.values())}")
        elif value is not None:
            _check_field(session, name, value, f"{path}.{field}".lstrip("."))


def _check_field(session: Session, name: str, value: Any, path: str) -> None:
    if path in _ENUMS:
        check_value(name, path, value, _ENUMS[path])
    elif path in _INNER:
        _check_object(session, name, value, _INNER[path], path)
    elif path in _EACH:
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise BadArgument(f"{name}: `{path}` is an array of {_EACH[path]}, got {value!r}.")
        for one in value:
            _check_object(session, name, one, _EACH[path], path)
    elif path == "layoutPriority" and value != "vad" and (isinstance(value, str) or not isinstance(value, Sequence)):
        raise BadArgument(f"{name}: `layoutPriority` is 'vad' or an array of endpoint ids, got {value!r}.")
