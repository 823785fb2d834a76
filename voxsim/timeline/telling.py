"""Telling: how the records of each kind are drawn: legs, parties, sounds, the web, sockets, troubles and events.

One table per kind of record, by the record's name. Names that are in no table are told plainly (events, commands) or
left out, so that a new kind of unit shows up in pictures before anybody has written how.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from voxsim.engine.journal import Record
from voxsim.timeline import dialogs, hearing, phrases, queueing, services
from voxsim.timeline.canvas import Canvas, Facts, Tone
from voxsim.timeline.legs import LEG
from voxsim.timeline.web import HTTP, MAIL, WEBSOCKET
from voxsim.timeline.words import clean, clip, length

Teller = Callable[[Canvas, Record, Facts], None]

_LOG_LENGTH: Final = 160
_ERROR_LENGTH: Final = 300

# --- the session ---


_STARTS: Final = {"http": "started over HTTP", "conference": "begins, to hold a conference"}


def _created(canvas: Canvas, record: Record, facts: Facts) -> None:
    canvas.session(record.session, facts.get("rule", ""))
    if facts.get("conference") is not None:
        canvas.holds(record.session, str(facts["conference"]))
    started = str(facts.get("startedBy", "call"))
    if started != "call":
        canvas.note(record, _STARTS.get(started) or f"started by a {clean(started)}")


def _custom_data(canvas: Canvas, record: Record, facts: Facts) -> None:
    canvas.note(record, f"custom data {phrases.speech(facts.get('customData', ''))}")


def _closing(canvas: Canvas, record: Record, facts: Facts) -> None:
    canvas.ending.add(record.session)


_ENDS: Final = {"Normal termination": Tone.PLAIN, "JS session error": Tone.ERROR}


def _ended(canvas: Canvas, record: Record, facts: Facts) -> None:
    canvas.lets_go(record.session)
    reason = facts.get("reason", "")
    canvas.note(record, f"session ends: {clean(reason)}", _ENDS.get(reason, Tone.WARNING))


_SESSION: Final[dict[str, Teller]] = {
    "created": _created,
    "custom_data": _custom_data,
    "closing": _closing,
    "ended": _ended,
}

# --- what parties do, and what they hear ---

_PARTY_EVENTS: Final = {
    "pressed": "Call.ToneReceived",
    "sent a message": "Call.MessageReceived",
    "sent info": "Call.InfoReceived",
    "sent a re-INVITE": "Call.ReInviteReceived",
}
"""What a scripted party does, and the event that tells the same: it is drawn once."""

_EVENT_VALUES: Final = {
    "Call.ToneReceived": "tone",
    "Call.MessageReceived": "text",
    "Call.InfoReceived": "body",
    "Call.ReInviteReceived": "body",
}

_SENT: Final[dict[str, Callable[[str], str]]] = {
    "Call.MessageReceived": lambda value: f"message {phrases.speech(value)}",
    "Call.InfoReceived": lambda value: f"INFO {phrases.body(value)}",
    "Call.ReInviteReceived": lambda value: f"re-INVITE {phrases.body(value)}".rstrip(),
}

_PARTY_WORDS: Final = {"went silent": "sends no packets any more", "is back": "sends packets again"}
"""What a party does besides; all else that it does shows in the records of its leg."""


def _party(canvas: Canvas, record: Record, facts: Facts) -> None:
    value = str(facts.get("value", ""))
    event = _PARTY_EVENTS.get(record.name)
    if event is not None:
        canvas.told.add((record.t, record.unit, event, value))
        _does(canvas, record, event, value)
    elif record.name in _PARTY_WORDS and (line := canvas.leg(record.unit)) is not None:
        canvas.arrow(record, line.key, canvas.scenario(record.session), _PARTY_WORDS[record.name])


def _does(canvas: Canvas, record: Record, event: str, value: str) -> None:
    line = canvas.leg(record.unit)
    if line is None or record.unit is None:
        return
    if event == "Call.ToneReceived":
        canvas.sound(record, record.unit, "presses ", more=clean(value))
    else:
        canvas.arrow(record, line.key, canvas.scenario(record.session), _SENT[event](value))


def _media(canvas: Canvas, record: Record, facts: Facts) -> None:
    line = canvas.leg(record.unit)
    if record.name != "heard" or line is None:
        return
    origin = facts.get("from", "")
    digits = facts.get("kind") == "digits"
    label = f"presses {clean(str(facts.get('content', '')))}" if digits else phrases.sound(facts)
    if canvas.leg(origin) is not None:
        canvas.passed_on(record, origin, line.key, label)
    elif origin in canvas.sockets:
        heard = label if facts.get("kind") == "speech" else "♪ audio"
        canvas.arrow(record, canvas.sockets[origin].key, line.key, heard)
    else:
        canvas.arrow(record, canvas.scenario(record.session), line.key, label)


def _link(canvas: Canvas, record: Record, facts: Facts) -> None:
    one, other = canvas.unit(record.unit), canvas.unit(facts.get("with"))
    if one is not None and other is not None:
        canvas.link(record, one, other, record.name)


# --- what the platform does for the application: its call lists, its storage ---


def _attempt(canvas: Canvas, record: Record, facts: Facts) -> None:
    if int(facts.get("attempt", 1)) > 1:
        canvas.note(record, f"attempt {facts['attempt']}")


def _storage(canvas: Canvas, record: Record) -> None:
    facts = record.facts()
    if record.name == "failed":
        words = f"ApplicationStorage.{facts.get('request', '')} failed: {facts.get('error', '')}"
        canvas.note(record, clip(clean(words), _ERROR_LENGTH), Tone.ERROR)
    elif record.name != "answered":
        shown = " ".join(str(facts[key]) for key in ("key", "pattern", "value") if key in facts)
        canvas.note(record, clip(clean(f"ApplicationStorage.{record.name} {shown}".rstrip()), _LOG_LENGTH))


# --- records of calls and recorders ---


_HOW_RECORDED: Final = {"stereo": "stereo", "hd_audio": "HD", "secure": "secure", "transcription": "transcribed"}


def _record_started(canvas: Canvas, record: Record, facts: Facts) -> None:
    if canvas.leg(record.unit) is None and record.unit is not None:
        canvas.recorders.add(record.unit)
    how = ", ".join(word for key, word in _HOW_RECORDED.items() if facts.get(key))
    canvas.note(record, f"recording begins{f' ({how})' if how else ''}")


def _record_stopped(canvas: Canvas, record: Record, facts: Facts) -> None:
    canvas.note(record, f"recording ends ({length(int(facts.get('ms', 0)))})")


def _record_failed(canvas: Canvas, record: Record, facts: Facts) -> None:
    canvas.note(record, clip(clean(f"recording failed: {facts.get('error', '')}"), _ERROR_LENGTH), Tone.ERROR)


_RECORDING: Final[dict[str, Teller]] = {
    "started": _record_started,
    "stopped": _record_stopped,
    "failed": _record_failed,
}


# --- the scenario itself ---


def _timer(canvas: Canvas, record: Record, facts: Facts) -> None:
    canvas.repeated_note(record, f"timer {facts.get('timer', '')} fires")


def _log(canvas: Canvas, record: Record) -> None:
    canvas.note(record, clip(clean(record.name), _LOG_LENGTH), Tone.LOG)


def _warning(canvas: Canvas, record: Record) -> None:
    canvas.note(record, clip(clean(record.name), _ERROR_LENGTH), Tone.WARNING)


def _limit(canvas: Canvas, record: Record) -> None:
    figure = record.facts().get("limit", "")
    shown = f"{figure:g}" if isinstance(figure, int | float) else str(figure)
    canvas.note(record, f"limit {clean(record.name)} reached ({shown})", Tone.WARNING)


def _error(canvas: Canvas, record: Record) -> None:
    where = clean(str(record.facts().get("where", "")))
    text = clip(clean(record.name), _ERROR_LENGTH)
    canvas.note(record, f"{text}\nat {where}" if where else text, Tone.ERROR)


# --- events ---

_FROM_PARTY: Final[dict[str, tuple[str, Tone]]] = {
    "Call.RtpStopped": ("no packets come any more", Tone.WARNING),
    "Call.RtpResumed": ("packets come again", Tone.PLAIN),
    "Call.TransferComplete": ("transfer complete", Tone.RETURN),
    "Call.TransferFailed": ("transfer failed", Tone.ERROR),
    "Call.ReInviteAccepted": ("re-INVITE accepted", Tone.RETURN),
    "Call.ReInviteRejected": ("re-INVITE rejected", Tone.ERROR),
}
"""Events that are arrows from a party; a code and reason are added when the event has them."""

_TROUBLES: Final = {
    "Call.PlaybackFinished": "playback failed",
    "Player.Error": "player failed",
    "SequencePlayer.Error": "player failed",
}
"""Events that are told only when they carry an error."""

_QUIET: Final = frozenset(
    """
    Application.CallAlerting Application.HttpRequest Application.Started Application.Terminated
    Application.Terminating AppEvents.NewWebSocketConnection Call.AudioQualityDetected Call.AudioStarted
    Call.BlindTransferRequested Call.Connected Call.Disconnected Call.Failed Call.FirstAudioPacketReceived
    Call.FirstVideoPacketReceived Call.MediaStatisticsReceived Call.MicStatusChange Call.OffHold Call.OnHold
    Call.PlaybackReady Call.PlaybackStarted Call.RecordError Call.RecordStarted Call.RecordStopped Call.Ringing
    Call.StateChanged Call.Statistics Player.Created
    Player.PlaybackFinished Player.PlaybackReady Player.Started Player.Stopped Recorder.Error Recorder.Started
    Recorder.Stopped SequencePlayer.Created
    SequencePlayer.PlaybackFinished SequencePlayer.PlaybackReady SequencePlayer.Started SequencePlayer.Stopped
    WebSocket.Close WebSocket.Created WebSocket.Error WebSocket.MediaEventEnded WebSocket.Message WebSocket.Open
    """.split()  # noqa: SIM905 - a table of names reads better as words
)
"""Events that other records tell, or that only the machine cares about."""


_MIXERS: Final = {"Conference.Started": "conference begins", "Conference.Stopped": "conference ends"}


def _event(canvas: Canvas, record: Record) -> None:
    name = record.name
    if services.told_event(canvas, record) or dialogs.is_quiet(name):
        return
    if name in _QUIET or name in hearing.QUIET or name in queueing.QUIET or record.unit in canvas.entered:
        if name == "ASR.Started":
            canvas.recognisers.add(record.unit)
        return
    if name in _MIXERS:
        canvas.mixers.add(record.unit)
        canvas.note(record, _MIXERS[name])
        return
    facts = record.facts()
    if name in hearing.HEARING:
        canvas.note(record, hearing.HEARING[name](facts))
    elif name in queueing.EVENTS:
        told, tone = queueing.EVENTS[name]
        canvas.note(record, told(facts), tone)
    elif name in hearing.TROUBLES:
        canvas.note(record, hearing.TROUBLES[name](facts), Tone.ERROR)
    elif name in _TROUBLES:
        if facts.get("error"):
            canvas.note(record, f"{_TROUBLES[name]}: {phrases.url(facts['error'])}", Tone.ERROR)
    elif name in _EVENT_VALUES:
        value = str(facts.get(_EVENT_VALUES[name], ""))
        if (record.t, record.unit, name, value) not in canvas.told:
            _does(canvas, record, name, value)
    elif (key := canvas.unit(record.unit)) is not None and name in _FROM_PARTY:
        words, tone = _FROM_PARTY[name]
        cause = f" ({phrases.status(facts['code'], facts.get('reason', ''))})" if "code" in facts else ""
        canvas.arrow(record, key, canvas.scenario(record.session), words + cause, tone)
    elif key is not None and name == "WebSocket.MediaEventStarted":
        tag = f" {clean(str(facts['tag']))}" if facts.get("tag") else ""
        canvas.arrow(record, key, canvas.scenario(record.session), f"begins audio stream{tag}")
    else:
        shown = {key: value for key, value in facts.items() if key not in ("call", "id", "headers")}
        canvas.note(record, f"{clean(name)} {phrases.arguments(shown)}".rstrip())


# --- all kinds ---


def _by_name(table: dict[str, Teller]) -> Callable[[Canvas, Record], None]:
    def tell(canvas: Canvas, record: Record) -> None:
        teller = table.get(record.name)
        if teller is not None:
            teller(canvas, record, record.facts())

    return tell


def _always(teller: Teller) -> Callable[[Canvas, Record], None]:
    return lambda canvas, record: teller(canvas, record, record.facts())


TELLERS: Final[dict[str, Callable[[Canvas, Record], None]]] = {
    "session": _by_name(_SESSION),
    "event": _event,
    "leg": _by_name(LEG),
    "media": _always(_media),
    "link": _always(_link),
    "recording": _by_name(_RECORDING),
    "calllist": _by_name({"attempt": _attempt}),
    "storage": _storage,
    "timer": _always(_timer),
    "http": _by_name(HTTP),
    "mail": _by_name(MAIL),
    "websocket": _by_name(WEBSOCKET),
    "connector": _by_name(services.CONNECTOR),
    "dialog": _by_name(dialogs.DIALOG),
    "agent": _by_name(services.AGENT),
    "log": _log,
    "warning": _warning,
    "limit": _limit,
    "error": _error,
    "party": _always(_party),
    "queue": _by_name(queueing.QUEUE),
}
"""How the records of each kind are drawn. Undelivered events are told by what caused them."""
