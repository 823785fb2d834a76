"""Dialects: in which form a provider tells of a call. A neutral one in JSON, and two that are spoken by real providers.

Each is a function of a moment and of what the provider is told by its customer (`Speech`): it makes the bodies of the
webhooks, none for what the dialect does not tell.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

import attrs

from voxsim.protocols.callevents.causes import Cause
from voxsim.protocols.callevents.model import Party
from voxsim.protocols.elma365.calls import Direction, Moment, Stage, phone

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = (("Content-Type", JSON),)
_FORM: Final = (("Content-Type", FORM),)


@attrs.frozen(kw_only=True)
class Speech:
    """How a provider speaks to one customer.

    Attributes:
        dialect: one of `DIALECTS`.
        token: sent along in the Gravitel dialect as `crm_token`.
        secret: what signs webhooks in the Zadarma dialect.
    """

    dialect: str = "neutral"
    token: str = ""
    secret: str = ""


@attrs.define(eq=False)
class Told:
    """One webhook's contents: what it tells by name, in JSON or a form, and the headers it needs."""

    fields: dict[str, Any]
    headers: tuple[tuple[str, str], ...]

    @property
    def body(self) -> bytes:
        """What it tells, as it is sent."""
        if self.headers[0][1] is FORM:
            return urlencode(self.fields, errors="replace").encode()
        return json.dumps(self.fields, ensure_ascii=False).encode("utf-8", "replace")


# --- neutral ---

NEUTRAL_TYPES: Final = {Stage.START: "start", Stage.ANSWER: "answer", Stage.END: "end", Stage.RECORD: "record"}

DISPOSITIONS: Final[dict[Cause, str]] = {
    Cause.ANSWERED: "answered",
    Cause.BUSY: "busy",
    Cause.NO_ANSWER: "noanswer",
    Cause.CANCELLED: "cancel",
    Cause.REJECTED: "busy",
    Cause.NO_ROUTE: "failed",
    Cause.UNREACHABLE: "failed",
    Cause.ERROR: "failed",
}
"""The outcome of a call in the neutral dialect."""


def _neutral(moment: Moment, speech: Speech) -> Iterator[Told]:
    kind = NEUTRAL_TYPES.get(moment.stage)
    if kind is None:
        return
    part, record = moment.part, moment.record
    facts: dict[str, Any] = {
        "type": kind,
        "callId": part.call_id,
        "direction": part.direction.value,
        "srcPhone": part.source,
        "dstPhone": part.destination,
        "disposition": _disposition(moment),
    }
    if moment.stage is Stage.END:
        facts["duration"] = _seconds(part.talk_ms)
    elif record is not None:
        facts.update(duration=_seconds(record.duration), callLink=record.url)
    yield Told(facts, _JSON)


def _disposition(moment: Moment) -> str:
    if moment.stage is Stage.START:
        return "unknown"
    if moment.stage is Stage.ANSWER:
        return "answered"
    return DISPOSITIONS[moment.part.cause or Cause.ERROR]


def _seconds(milliseconds: int) -> float:
    """Seconds, as a whole number when they are."""
    return milliseconds // 1000 if milliseconds % 1000 == 0 else milliseconds / 1000


# --- Gravitel, and what MegaFon makes of it ---

_HISTORY: Final[dict[Cause, str]] = {
    Cause.ANSWERED: "Success",
    Cause.BUSY: "Busy",
    Cause.REJECTED: "Busy",
    Cause.CANCELLED: "Cancel",
    Cause.NO_ROUTE: "NotAllowed",
}


def _gravitel(moment: Moment, speech: Speech) -> Iterator[Told]:
    part = moment.part
    if moment.stage is Stage.HISTORY:
        yield _form(_history(moment, speech))
        return
    for party, other, kind in _gravitel_events(moment):
        pairs = {"cmd": "event", "type": kind, "phone": other, "diversion": part.did, **_whose(party)}
        yield _form({**pairs, "callid": part.call_id, "crm_token": speech.token})


def _gravitel_events(moment: Moment) -> Iterator[tuple[Party, str, str]]:
    """Whose event it is, the number of the other end, and what it is called."""
    part = moment.part
    own = part.operator, part.destination if part.direction is not Direction.IN else part.source
    callee = part.other, part.source
    rang = part.direction is Direction.INTERNAL and part.rang
    match moment.stage:
        case Stage.START:
            yield *own, "INCOMING" if part.direction is Direction.IN else "OUTGOING"
        case Stage.RING:
            yield *callee, "INCOMING"
        case Stage.TRANSFER:
            yield *own, "TRANSFERRED"
        case Stage.ANSWER | Stage.END:
            ended = "COMPLETED" if part.answered is not None else "CANCELLED"
            kind = "ACCEPTED" if moment.stage is Stage.ANSWER else ended
            yield *own, kind
            if rang:
                yield *callee, kind


def _history(moment: Moment, speech: Speech) -> dict[str, str]:
    part, cause = moment.part, moment.part.cause or Cause.ERROR
    incoming = part.direction is Direction.IN
    status = "missed" if incoming and cause is not Cause.ANSWERED else _HISTORY.get(cause, "NotAvailable")
    return {
        "cmd": "history",
        "type": "in" if incoming else "out",
        **_whose(part.operator),
        "phone": part.source if incoming else part.destination,
        "diversion": part.did,
        "start": _date(part.begun, "%Y%m%dT%H%M%SZ"),
        "duration": str(round(part.talk_ms / 1000)),
        "callid": part.call_id,
        "link": moment.record.url if moment.record is not None else "",
        "crm_token": speech.token,
        "status": status,
    }


def _whose(party: Party) -> dict[str, str]:
    return {
        "user": f"{party.number}@{party.domain}",
        "ext": phone(party),
        "groupRealName": next(iter(party.groups), ""),
        "telnum": next(iter(party.dids), ""),
    }


# --- Zadarma ---

_ZADARMA: Final[dict[Cause, tuple[str, str]]] = {
    Cause.ANSWERED: ("answered", "16"),
    Cause.BUSY: ("busy", "17"),
    Cause.REJECTED: ("busy", "21"),
    Cause.NO_ANSWER: ("no answer", "19"),
    Cause.CANCELLED: ("cancel", "16"),
    Cause.NO_ROUTE: ("unallocated number", "1"),
    Cause.UNREACHABLE: ("failed", "20"),
    Cause.ERROR: ("failed", "41"),
}
"""The outcome of a call, and its Q.931 cause."""

_SIGNED: Final = {
    "NOTIFY_START": ("caller_id", "called_did", "call_start"),
    "NOTIFY_INTERNAL": ("caller_id", "called_did", "call_start"),
    "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
    "NOTIFY_END": ("caller_id", "called_did", "call_start"),
    "NOTIFY_OUT_START": ("internal", "destination", "call_start"),
    "NOTIFY_OUT_END": ("internal", "destination", "call_start"),
    "NOTIFY_RECORD": ("pbx_call_id", "call_id_with_rec"),
}
"""The fields of each event that its signature covers, in this order."""


def _zadarma(moment: Moment, speech: Speech) -> Iterator[Told]:
    part = moment.part
    incoming = part.direction is Direction.IN
    known = {
        "call_start": _date(part.opened, "%Y-%m-%d %H:%M:%S"),
        "pbx_call_id": f"{'in' if incoming else 'out'}_{part.call_id}",
    }
    caller = {"caller_id": part.source, "called_did": part.did}
    placed = {"internal": part.source, "destination": part.destination, "caller_id": part.shown}
    match moment.stage:
        case Stage.START if incoming:
            if part.first:
                yield _signed("NOTIFY_START", {**known, **caller}, speech)
            yield _signed("NOTIFY_INTERNAL", {**known, **caller, "internal": part.destination}, speech)
        case Stage.START:
            yield _signed("NOTIFY_OUT_START", {**known, **placed}, speech)
        case Stage.ANSWER:
            answered = {"caller_id": part.source, "destination": part.destination} if incoming else placed
            yield _signed("NOTIFY_ANSWER", {**known, **answered, "internal": phone(part.operator)}, speech)
        case Stage.OVER:
            disposition, code = _ZADARMA[part.cause or Cause.ERROR]
            outcome = {
                "duration": str(round(part.talk_ms / 1000)),
                "disposition": disposition,
                "status_code": code,
                "is_recorded": str(int(part.recorded)),
            }
            if part.recorded:
                outcome["call_id_with_rec"] = part.link or part.call_id
            if incoming:
                yield _signed("NOTIFY_END", {**known, **caller, "internal": part.destination, **outcome}, speech)
            else:
                yield _signed("NOTIFY_OUT_END", {**known, **placed, **outcome}, speech)
        case Stage.RECORD:
            named = {"call_id_with_rec": part.link or part.call_id, "pbx_call_id": known["pbx_call_id"]}
            yield _signed("NOTIFY_RECORD", named, speech)


def _signed(event: str, fields: dict[str, str], speech: Speech) -> Told:
    fields = {"event": event, **fields}
    return _form(fields, (("Signature", signature(fields, speech.secret)),))


def signature(fields: dict[str, str], secret: str) -> str:
    """What signs a webhook of the Zadarma dialect: HMAC-SHA1 of some fields, its hexadecimal digits in base 64."""
    text = "".join(fields.get(name, "") for name in _SIGNED[fields["event"]])
    digest = hmac.new(secret.encode(), text.encode("utf-8", "replace"), "sha1").hexdigest()
    return b64encode(digest.encode()).decode()


# --- all ---


def _form(fields: dict[str, str], headers: tuple[tuple[str, str], ...] = ()) -> Told:
    return Told(fields, (*_FORM, *headers))


def _date(milliseconds: int, form: str) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime(form)


DIALECTS: Final[dict[str, Callable[[Moment, Speech], Iterator[Told]]]] = {
    "neutral": _neutral,
    "gravitel": _gravitel,
    "zadarma": _zadarma,
}
"""The dialects by name."""
