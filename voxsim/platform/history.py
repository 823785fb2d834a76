"""Call history: what the platform remembers of a session that has ended, in the form that GetCallHistory answers.

It is a fold of the session's timeline. The secret of the managing URL is not in it.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.ids import SERVER_ADDRESS
from voxsim.platform.storage import DATE

if TYPE_CHECKING:
    from voxsim.engine.journal import Record
    from voxsim.engine.session import Session

AUDIO_QUALITY: Final = "Standard"
_FIRST_CALL: Final = 100
"""A session has 50 calls at most: a call's id is its session's number, and its place, in a hundred."""


def session_facts(session: Session) -> dict[str, Any]:
    """What is known of a session when it begins."""
    origin = session.origin
    return {
        "call_session_history_id": session.number,
        "account_id": origin.account_id,
        "application_id": origin.application_id,
        "application_name": origin.domain,
        "rule_name": origin.rule_name,
        "user_id": origin.user_id,
        "start_date": date_of(session, session.begun_at),
        "initiator_address": SERVER_ADDRESS,
        "media_server_address": SERVER_ADDRESS,
        "log_file_url": origin.log_url.format(session=session.key, number=session.number),
        "audio_quality": AUDIO_QUALITY,
        "custom_data": session.custom_data,
    }


def call_history(session: Session) -> dict[str, Any]:
    """The whole row of a session that has ended."""
    timeline = session.timeline
    last = timeline[-1].t if timeline else session.begun_at
    return {
        **session_facts(session),
        "duration": math.ceil((last - session.begun_at) / 1_000_000),
        "finish_reason": str(session.finish_reason or ""),
        "calls": _calls(session, timeline),
        "records": _records(session, timeline),
        "other_resource_usage": [],
    }


def date_of(session: Session, instant: int) -> str:
    """An instant of the run (microseconds) as the management API writes it."""
    moment = datetime.fromtimestamp(session.switch.epoch + instant // 1_000_000, UTC)
    return moment.strftime(DATE)


def _calls(session: Session, timeline: list[Record]) -> list[dict[str, Any]]:
    """A row for each leg that was attempted, in order."""
    rows: dict[str, dict[str, Any]] = {}
    answered: set[str] = set()
    for record in timeline:
        if record.kind != "leg" or record.unit is None:
            continue
        if record.name == "created":
            rows[record.unit] = _call(session, record, len(rows))
        elif record.unit in rows and record.name == "answered":
            answered.add(record.unit)
            rows[record.unit]["successful"] = True
        elif record.unit in rows and record.name == "ended":
            facts = record.facts()
            rows[record.unit]["duration"] = math.ceil(facts["ms"] / 1000) if record.unit in answered else 0
            rows[record.unit]["end_reason"] = {"code": facts["code"], "details": facts["reason"]}
    for record in timeline:
        if record.kind == "recording" and record.name == "stopped" and record.unit in rows:
            rows[record.unit].setdefault("record_url", record.facts()["url"])
    return list(rows.values())


def _call(session: Session, created: Record, place: int) -> dict[str, Any]:
    facts = created.facts()
    incoming = bool(facts["incoming"])
    local, remote = (facts["number"], facts["callerid"]) if incoming else (facts["callerid"], facts["number"])
    number = session.number * _FIRST_CALL + place
    return {
        "call_id": number,
        "start_time": date_of(session, created.t),
        "duration": 0,
        "local_number": local,
        "remote_number": remote,
        "remote_number_type": facts["type"],
        "incoming": incoming,
        "successful": False,
        "transaction_id": number,
        "media_server_address": SERVER_ADDRESS,
        "cost": 0,
    }


def _records(session: Session, timeline: list[Record]) -> list[dict[str, Any]]:
    """A row for each record that was made, in the order of their beginnings."""
    rows: dict[int, dict[str, Any]] = {}
    for record in timeline:
        if record.kind != "recording" or record.name not in ("started", "stopped"):
            continue
        facts = record.facts()
        number = facts["record"]
        if record.name == "started":
            rows[number] = _record(session, record, facts)
        else:
            rows[number] |= {"duration": facts["ms"] // 1000, "file_size": facts["bytes"]}
    return list(rows.values())


def _record(session: Session, started: Record, facts: dict[str, Any]) -> dict[str, Any]:
    row = {
        "record_id": facts["record"],
        "record_name": facts["name"],
        "cost": 0,
        "start_time": date_of(session, started.t),
        "duration": 0,
        "record_url": facts["url"],
        "transaction_id": facts["record"],
        "file_size": 0,
    }
    if "transcription" in facts:
        row |= {"transcription_url": facts["transcription"], "transcription_status": "Complete"}
    return row
