"""Commands: how what a scenario asked for is told in a picture.

Most commands show in what follows from them (a leg is created, a request is sent) and are quiet here. The tables say
which are arrows to a party and which are notes; a command in none of them is told by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from voxsim.engine.journal import Record
from voxsim.timeline import dialogs, phrases, services
from voxsim.timeline.canvas import Canvas, Facts
from voxsim.timeline.words import clean

Words = Callable[[Facts], str]

TO_PARTY: Final[dict[str, Words]] = {
    "answer": lambda facts: "answers",
    "answerDirect": lambda facts: "answers, peer to peer",
    "sendMessage": lambda facts: f"message {phrases.speech(facts.get('text', ''))}",
    "sendInfo": lambda facts: f"INFO {phrases.body(facts.get('body', ''))}",
    "sendDigits": lambda facts: f"sends digits {phrases.body(facts.get('digits', ''))}",
    "stopPlayback": lambda facts: "stops playing",
    "transferTo": lambda facts: f"REFER to {phrases.url(facts.get('to') or 'another call')}",
    "notifyBlindTransferSuccess": lambda facts: "transfer done",
    "notifyBlindTransferFailed": lambda facts: (
        f"transfer failed ({phrases.status(facts.get('code', ''), facts.get('reason', ''))})"
    ),
    "reInvite": lambda facts: f"re-INVITE {phrases.body(facts.get('body', ''))}".rstrip(),
    "acceptReInvite": lambda facts: "accepts the re-INVITE",
    "rejectReInvite": lambda facts: f"rejects the re-INVITE ({facts.get('code', 488)})",
}
"""Commands on a leg that are arrows from the scenario to the party."""

AT_SCENARIO: Final[dict[str, Words]] = {
    "terminate": lambda facts: "terminate()",
    "pause": lambda facts: "pauses a player",
    "resume": lambda facts: "resumes a player",
    "stop": lambda facts: "stops a player",
    "mute": lambda facts: "records silence from here on" if facts.get("doMute", True) else "records sound again",
    "cancel": lambda facts: "gives the place in the queue up",
    "end": lambda facts: f"ends the task {phrases.body(facts.get('description', ''))}".rstrip(),
    "clearMediaBuffer": lambda facts: "clears the media buffer",
}
"""Commands that are notes at the scenario."""

QUIET: Final = frozenset(
    """
    addMarker allowWebSocketConnections callConference callPSTN callSIP callUser callUserDirect callWhatsappUser
    close createConference createRecorder createSequencePlayer createTTSPlayer createToneScriptPlayer
    createURLPlayer createWebSocket decline destroyConference disableStatisticsForIncomingWebsockets
    disableTraceForIncomingWebsockets easyProcess enqueueACDRequest enqueueTask
    enableStatisticsForIncomingWebsockets enableTraceForIncomingWebsockets forwardCallToPSTN forwardCallToSIP
    forwardCallToUser forwardCallToUserDirect getStatus handleBlindTransfer handleMicStatus handleTones hangup
    hideTones httpRequest httpRequestAsync playProgressTone playSoundAndHangup record reject ring say send sendMail
    sendMailAsync startEarlyMedia startPlayback
    """.split()  # noqa: SIM905 - a table of names reads better as words
)
"""Commands that show in other records, or that change nothing a reader would look for."""

_ROUTES: Final[dict[str, tuple[str, str, str]]] = {
    "sendMediaTo": ("", "mediaUnit", "sends its sound"),
    "stopMediaTo": ("", "mediaUnit", "no longer sends its sound"),
    "sendMediaBetween": ("mediaUnit1", "mediaUnit2", "joined"),
    "stopMediaBetween": ("mediaUnit1", "mediaUnit2", "parted"),
}
"""Commands about media: the facts that name the two ends (the first may be the unit itself), and the words."""


def tell_command(canvas: Canvas, record: Record) -> None:
    """Draw one command of a scenario."""
    name = record.name
    if services.told_command(canvas, record) or dialogs.told_command(canvas, record):
        return
    if name in QUIET:
        if name == "close" and record.unit in canvas.sockets:
            canvas.sockets[record.unit].closing = True
        return
    if name == "stop" and any(record.unit in one for one in (canvas.recorders, canvas.mixers, canvas.recognisers)):
        return  # the end of a recording, a conference or a recognition is told by itself
    if name in TO_PARTY and record.unit in canvas.entered:
        return  # told by what comes of it at the other leg
    facts = record.facts()
    line = canvas.leg(record.unit)
    if name in _ROUTES:
        _route(canvas, record, facts)
    elif name == "customData":
        if facts:
            canvas.note(record, f"customData = {phrases.body(next(iter(facts.values())))}")
    elif line is not None and name in TO_PARTY:
        canvas.arrow(record, canvas.scenario(record.session), line.key, TO_PARTY[name](facts))
    elif name in AT_SCENARIO:
        canvas.note(record, AT_SCENARIO[name](facts))
    else:
        canvas.note(record, f"{clean(name)}({phrases.arguments(facts)})")


def _route(canvas: Canvas, record: Record, facts: Facts) -> None:
    """Draw a route between two ends that have columns. What players play is drawn where it is heard."""
    first, second, words = _ROUTES[record.name]
    units = facts.get(first) if first else record.unit, facts.get(second)
    one, other = map(canvas.unit, units)
    if one is None or other is None or one == other:
        return
    if first:
        both_legs = canvas.leg(str(units[0])) is not None and canvas.leg(str(units[1])) is not None
        if not both_legs:  # two legs have a record of their own, made only when the link came about
            canvas.link(record, one, other, words)
    else:
        canvas.arrow(record, one, other, words)
