"""Results: what a module's functions return, read and checked before anything is done with it.

A field that is None, or not there, is not filled out. What has no place in the documented types is refused with words
that name the field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final, TypeVar

import attrs

from voxsim.protocols.elma365.vocabulary import (
    OUTCOMES,
    OUTGOING,
    STAGES,
    HttpResponse,
    VoipCallDirection,
    VoipCallDisposition,
    VoipWebhookEvent,
)
from voxsim.vocabulary.errors import VoxsimError
from voxsim.vocabulary.naming import did_you_mean

_E = TypeVar("_E", VoipWebhookEvent, VoipCallDirection, VoipCallDisposition)
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"[\t -~\u0080-\u00ff]*")
_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "connection"})


class BadResult(VoxsimError):
    """A function of the module returned what it cannot return."""


@attrs.frozen(kw_only=True)
class Key:
    """Which call is meant.

    Attributes:
        source: who calls; `destination` is who is called.
        call_id: the provider's id, or empty: then the other fields tell.
        source_extension: of an incoming call, the employee's extension; empty for others.
        destination_extension: of an outgoing call, the employee's extension; empty for others.
    """

    source: str
    destination: str
    direction: VoipCallDirection
    call_id: str = ""
    source_extension: str = ""
    destination_extension: str = ""

    @property
    def operator(self) -> str:
        """Whose phone it is about: who is called, or of an outgoing call who calls."""
        return self.source if self.direction is VoipCallDirection.Out else self.destination

    @property
    def outside(self) -> str:
        """The client's number; empty for an internal call."""
        if self.direction is VoipCallDirection.Internal:
            return ""
        return self.destination if self.direction is VoipCallDirection.Out else self.source


@attrs.frozen(kw_only=True)
class CallEvent:
    """`event`: a call has come to a stage, which is NotifyStart, NotifyAnswer or NotifyEnd."""

    key: Key
    stage: VoipWebhookEvent
    disposition: VoipCallDisposition


@attrs.frozen(kw_only=True)
class CallRecord:
    """`callRecord`: a call was recorded; `duration` is in seconds, `call` is the module's own business, as JSON."""

    key: Key
    disposition: VoipCallDisposition
    duration: float
    call: str


@attrs.frozen(kw_only=True)
class Reply:
    """`response`, ready to be sent."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@attrs.frozen(kw_only=True)
class ParseResult:
    """VoipWebhookParseResult; what is None was not filled out."""

    event: CallEvent | None = None
    record: CallRecord | None = None
    response: Reply | None = None


@attrs.frozen(kw_only=True)
class Member:
    """VoipMember: a user of the PBX."""

    id: str
    label: str


def parse_result(value: Any) -> ParseResult:
    """What VoipParseWebhookRequest returned.

    Raises:
        BadResult: it cannot be.
    """
    fields = _mapping(value, "VoipParseWebhookRequest's result")
    _only(fields, "the result", ("event", "callRecord", "response"))
    event, record, response = (fields.get(name) for name in ("event", "callRecord", "response"))
    return ParseResult(
        event=None if event is None else _event(_mapping(event, "event")),
        record=None if record is None else _record(_mapping(record, "callRecord")),
        response=None if response is None else _reply(response),
    )


def members(value: Any) -> list[Member]:
    """What VoipGetMembers returned.

    Raises:
        BadResult: it is no list of members, or two have the same id.
    """
    if not isinstance(value, list | tuple):
        raise BadResult(f"VoipGetMembers returns a list of members, got {_kind(value)}.")
    found: list[Member] = []
    for place, one in enumerate(value):
        fields = _mapping(one, f"member {place}")
        identity = _text(fields, "id", f"member {place}")
        if any(member.id == identity for member in found):
            raise BadResult(f"VoipGetMembers returned two members with the id {identity!r}.")
        found.append(Member(id=identity, label=_text(fields, "label", f"member {place}", identity)))
    return found


def tested(value: Any) -> tuple[bool, str]:
    """What VoipTestConnection returned: whether it succeeded, and why not.

    Raises:
        BadResult: it is no such result.
    """
    fields = _mapping(value, "VoipTestConnection's result")
    success = fields.get("success")
    if not isinstance(success, bool):
        raise BadResult(f"VoipTestConnection's result: 'success' is true or false, got {_kind(success)}.")
    return success, _text(fields, "failReason", "VoipTestConnection's result", "")


def link(value: Any) -> str:
    """What VoipGetCallLink returned.

    Raises:
        BadResult: it is no text.
    """
    if not isinstance(value, str) or not value:
        text = "VoipGetCallLink returns the record's URL, got " + _kind(value)
        raise BadResult(f"{text}. It is given the 'call' of callRecord just as that was returned.")
    return value


# --- the parts ---


def _event(fields: Mapping[str, Any]) -> CallEvent:
    _only(fields, "event", ("event", "disposition", *_KEY))
    named = _member(fields, "event", VoipWebhookEvent, "event")
    out = VoipCallDirection.Out if named in OUTGOING else None
    return CallEvent(
        key=_key(fields, "event", out),
        stage=STAGES.get(named, named),
        disposition=_disposition(fields, "event"),
    )


def _record(fields: Mapping[str, Any]) -> CallRecord:
    _only(fields, "callRecord", ("duration", "call", "disposition", *_KEY))
    duration = fields.get("duration")
    if isinstance(duration, bool) or not isinstance(duration, int | float) or not isfinite(duration) or duration < 0:
        raise BadResult(f"callRecord.duration is a number of seconds, got {_shown(duration)}.")
    try:
        call = json.dumps(fields.get("call"), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise BadResult("callRecord.call cannot be kept: it holds something that is no JSON.") from None
    return CallRecord(
        key=_key(fields, "callRecord", None),
        disposition=_disposition(fields, "callRecord"),
        duration=duration,
        call=call,
    )


_KEY: Final = ("srcPhone", "dstPhone", "direction", "callId", "srcPhoneExt", "dstPhoneExt")


def _key(fields: Mapping[str, Any], owner: str, direction: VoipCallDirection | None) -> Key:
    direction = direction or _member(fields, "direction", VoipCallDirection, owner)
    incoming, outgoing = direction is VoipCallDirection.In, direction is VoipCallDirection.Out
    return Key(
        source=_text(fields, "srcPhone", owner),
        destination=_text(fields, "dstPhone", owner),
        direction=direction,
        call_id=_text(fields, "callId", owner, ""),
        source_extension=_text(fields, "srcPhoneExt", owner, "") if incoming else "",
        destination_extension=_text(fields, "dstPhoneExt", owner, "") if outgoing else "",
    )


def _disposition(fields: Mapping[str, Any], owner: str) -> VoipCallDisposition:
    found = _member(fields, "disposition", VoipCallDisposition, owner)
    return found if found in OUTCOMES else VoipCallDisposition.Failed


def _reply(value: Any) -> Reply:
    if not isinstance(value, HttpResponse):
        raise BadResult(f"'response' is an HttpResponse, got {_kind(value)}.")
    status, text = value.code, value.text
    if isinstance(status, bool) or not isinstance(status, int | float) or status not in range(200, 600):
        raise BadResult(f"response.status is a number from 200 to 599, got {_shown(status)}.")
    if not isinstance(text, str):
        raise BadResult(f"response.content is a text, got {_kind(text)}.")
    for name, content in value.fields.items():
        fits = isinstance(name, str) and isinstance(content, str) and _TOKEN.fullmatch(name)
        if not fits or not _VALUE.fullmatch(content) or name.lower() in _FRAMING:
            raise BadResult(f"response.header: {_shown(name)} with {_shown(content)} cannot be a header.")
    return Reply(status=int(status), body=text.encode("utf-8", "replace"), headers=tuple(value.fields.items()))


# --- values ---


def _mapping(value: Any, owner: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadResult(f"{owner} is an object, got {_kind(value)}.")
    return value


def _only(fields: Mapping[str, Any], owner: str, known: tuple[str, ...]) -> None:
    """Refuse a field that there is not, when it looks like a slip; others may be of a newer version."""
    for name in fields:
        if name not in known and (hint := did_you_mean(str(name), known)):
            raise BadResult(f"{owner} has no field {str(name)[:80]!r}.{hint}")


def _member(fields: Mapping[str, Any], name: str, enumeration: type[_E], owner: str) -> _E:
    value = fields.get(name)
    members: Mapping[str, _E] = enumeration.__members__
    if isinstance(value, str) and value in members:
        return members[value]
    near = did_you_mean(value, members) if isinstance(value, str) else ""
    text = f"{owner}.{name} is a member of {enumeration.__name__} ({', '.join(members)}), got {_shown(value)}."
    raise BadResult(text + near)


def _text(fields: Mapping[str, Any], name: str, owner: str, default: str | None = None) -> str:
    value = fields.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or (default is None and not value):
        raise BadResult(f"{owner}.{name} is a text, got {_shown(value)}.")
    return value


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(str(value) if isinstance(value, str) else value)[:80]


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    return "a list" if isinstance(value, list | tuple) else f"{type(value).__name__} {repr(value)[:60]}"
