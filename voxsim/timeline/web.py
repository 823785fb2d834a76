"""Web: how requests, mails and sockets are drawn: what goes to which host, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from voxsim.engine.journal import Record
from voxsim.timeline import phrases
from voxsim.timeline.canvas import CLIENT, NOBODY, Canvas, Facts, Socket, Tone, host, path
from voxsim.timeline.words import clean, length

Teller = Callable[[Canvas, Record, Facts], None]

# --- HTTP ---


def _sent(canvas: Canvas, record: Record, facts: Facts) -> None:
    url = str(facts.get("url", ""))
    service = canvas.service(host(url) or NOBODY)
    canvas.requests[service] = canvas.requests.get(service, 0) + 1
    label = f"{clean(str(facts.get('method', '')))} {phrases.url(path(url))}"
    canvas.arrow(record, canvas.scenario(record.session), service, label)


def _result(canvas: Canvas, record: Record, facts: Facts) -> None:
    url, code = str(facts.get("url", "")), facts.get("code", "")
    failed = record.name == "failed"
    words = phrases.status(code, facts.get("error", ""))
    service = canvas.service(host(url) or NOBODY)
    if service not in canvas.requests:
        canvas.note(record, f"HTTP {words}: {phrases.url(url)}", Tone.ERROR)
        return
    open_requests = canvas.requests[service]
    canvas.requests[service] = max(open_requests - 1, 0)
    # The path tells apart the answers of several requests under way to one host.
    label = f"{words} to {phrases.url(path(url))}" if open_requests > 1 else words
    tone = Tone.ERROR if failed else Tone.WARNING if isinstance(code, int) and code >= 400 else Tone.RETURN
    canvas.arrow(record, service, canvas.scenario(record.session), label, tone)


def _waits(words: str, tone: Tone) -> Teller:
    def tell(canvas: Canvas, record: Record, facts: Facts) -> None:
        recipient = facts.get("url") or facts.get("to") or ""
        shown = ", ".join(recipient) if isinstance(recipient, list) else recipient
        canvas.note(record, f"{words}: {phrases.url(shown)}", tone)

    return tell


def _managing_request(canvas: Canvas, record: Record, facts: Facts) -> None:
    # The path begins with the session's own URL, secret included; only what follows it is of interest.
    suffix = "/".join(str(facts.get("path", "")).split("/")[4:])
    parts = (str(facts.get("method", "")), f"/{suffix}" if suffix else "", str(facts.get("content", "")))
    label = " ".join(phrases.body(part) for part in parts if part)
    canvas.arrow(record, CLIENT, canvas.scenario(record.session), label)


def _managing_reply(canvas: Canvas, record: Record, facts: Facts) -> None:
    code = facts.get("status", 0)
    label = f"{code} {phrases.body(facts.get('content', ''))}".rstrip()
    tone = Tone.ERROR if isinstance(code, int) and code >= 400 else Tone.RETURN
    canvas.arrow(record, canvas.scenario(record.session), CLIENT, label, tone)


HTTP: Final[dict[str, Teller]] = {
    "sent": _sent,
    "answered": _result,
    "failed": _result,
    "queued": _waits("HTTP request waits", Tone.PLAIN),
    "dropped": _waits("HTTP request dropped", Tone.WARNING),
    "managing request": _managing_request,
    "managing reply": _managing_reply,
}

# --- mails ---


def _mail_sent(canvas: Canvas, record: Record, facts: Facts) -> None:
    service = canvas.service(str(facts.get("server", NOBODY)))
    canvas.mails.setdefault(record.session, []).append(service)
    recipients = ", ".join(map(str, facts.get("to") or ()))
    label = f"mail to {phrases.url(recipients)}: {phrases.body(facts.get('title', ''))}"
    canvas.arrow(record, canvas.scenario(record.session), service, label)


def _mail_answered(canvas: Canvas, record: Record, facts: Facts) -> None:
    # The record does not say which mail it answers; servers are taken to answer in order.
    waiting = canvas.mails.get(record.session)
    service = waiting.pop(0) if waiting else canvas.service(NOBODY)
    code = facts.get("code", 0)
    tone = Tone.RETURN if isinstance(code, int) and 200 <= code < 400 else Tone.ERROR
    canvas.arrow(record, service, canvas.scenario(record.session), str(code), tone)


MAIL: Final[dict[str, Teller]] = {
    "sent": _mail_sent,
    "answered": _mail_answered,
    "queued": _waits("mail waits", Tone.PLAIN),
    "dropped": _waits("mail dropped", Tone.WARNING),
}

# --- sockets ---


def _connecting(canvas: Canvas, record: Record, facts: Facts) -> None:
    url = str(facts.get("url", ""))
    key = canvas.service(host(url) or NOBODY)
    canvas.sockets[record.unit or ""] = Socket(key)
    canvas.arrow(record, canvas.scenario(record.session), key, f"opens WebSocket {phrases.url(path(url))}")


def _opened(canvas: Canvas, record: Record, facts: Facts) -> None:
    if facts.get("incoming"):
        key = canvas.service("socket client")
        canvas.sockets[record.unit or ""] = Socket(key)
        canvas.arrow(record, key, canvas.scenario(record.session), "opens WebSocket")
    else:
        _from_peer(canvas, record, "open", Tone.RETURN)


def _from_peer(canvas: Canvas, record: Record, label: str, tone: Tone = Tone.PLAIN) -> None:
    socket = canvas.sockets.get(record.unit or "")
    if socket is not None:
        canvas.arrow(record, socket.key, canvas.scenario(record.session), label, tone)


def _to_peer(canvas: Canvas, record: Record, label: str) -> None:
    socket = canvas.sockets.get(record.unit or "")
    if socket is not None:
        canvas.arrow(record, canvas.scenario(record.session), socket.key, label)


def _closed(canvas: Canvas, record: Record, facts: Facts) -> None:
    socket = canvas.sockets.pop(record.unit or "", None)
    if socket is None:
        return
    scenario = canvas.scenario(record.session)
    # The record does not say who closed it: the scenario did when it asked to, or when its session is ending.
    ours = socket.closing or record.session in canvas.ending
    label = f"closes ({phrases.status(facts.get('code', ''), facts.get('reason', ''))})"
    clean_close = facts.get("code") in (1000, 1001)
    ends = (scenario, socket.key) if ours else (socket.key, scenario)
    canvas.arrow(record, *ends, label, Tone.PLAIN if clean_close else Tone.WARNING)


def _stream_begins(canvas: Canvas, record: Record, facts: Facts) -> None:
    _to_peer(canvas, record, "begins audio stream")


def _stream_ends(canvas: Canvas, record: Record, facts: Facts) -> None:
    _to_peer(canvas, record, f"ends audio stream ({facts.get('chunks', 0)} chunks, {facts.get('bytes', 0)} bytes)")


def _stream_received(canvas: Canvas, record: Record, facts: Facts) -> None:
    dropped = f", {length(facts['droppedMs'])} dropped" if facts.get("droppedMs") else ""
    _from_peer(canvas, record, f"ends audio stream ({length(facts.get('ms', 0))}{dropped})")


def _refused(canvas: Canvas, record: Record, facts: Facts) -> None:
    client = canvas.service("socket client")
    label = f"refuses a WebSocket: {clean(str(facts.get('reason', '')))}"
    canvas.arrow(record, canvas.scenario(record.session), client, label, Tone.ERROR)


WEBSOCKET: Final[dict[str, Teller]] = {
    "connecting": _connecting,
    "opened": _opened,
    "refused": _refused,
    "failed": lambda canvas, record, facts: _from_peer(canvas, record, "connection failed", Tone.ERROR),
    "sent": lambda canvas, record, facts: _to_peer(canvas, record, phrases.body(facts.get("text", ""))),
    "received": lambda canvas, record, facts: _from_peer(canvas, record, phrases.body(facts.get("text", ""))),
    "media start": _stream_begins,
    "media stop": _stream_ends,
    "media received": _stream_received,
    "closed": _closed,
}
