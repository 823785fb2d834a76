"""Commands as the platform's session log names them: for each documented command its own name and its parameters.

The names and keys in the table were seen in real session logs; whatever is not in it is logged under its capitalised
documented name, with the arguments as they were given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from voxsim.engine.journal import Record
from voxsim.timeline.logvalues import printed

Facts = dict[str, Any]
Parameters = Callable[[str | None, Facts], list[Any]]


def _given(unit: str | None, facts: Facts) -> list[Any]:
    return [{"id": unit, **facts} if unit else facts]


def _accept(unit: str | None, facts: Facts) -> list[Any]:
    rest = {key: value for key, value in facts.items() if key != "extraHeaders"}
    return [{"headers": facts.get("extraHeaders") or {}, "id": unit, "parameters": rest}]


def _start_audio(unit: str | None, facts: Facts) -> list[Any]:
    return [{"headers": facts.get("extraHeaders") or {}, "id": unit, "scheme": facts.get("scheme")}]


def _send_info(unit: str | None, facts: Facts) -> list[Any]:
    kind, _, subtype = str(facts.get("mimeType", "")).partition("/")
    headers = facts.get("headers") or {}
    return [{"body": facts.get("body", ""), "headers": headers, "id": unit, "subtype": subtype, "type": kind}]


def _handle_tones(unit: str | None, facts: Facts) -> list[Any]:
    return [{"handle": facts.get("doHandle", True), "id": unit}]


def _send_media(unit: str | None, facts: Facts) -> list[Any]:
    return [{"from": unit, "to": facts.get("mediaUnit")}]


def _send_between(unit: str | None, facts: Facts) -> list[Any]:
    return [{"id1": facts.get("mediaUnit1"), "id2": facts.get("mediaUnit2")}]


def _send_text(unit: str | None, facts: Facts) -> list[Any]:
    return [unit, facts.get("data", "")]


def _set_custom_data(unit: str | None, facts: Facts) -> list[Any]:
    data = {"data": facts.get("customData", "")}
    return [{"id": unit, **data} if unit else data]


def _record(unit: str | None, facts: Facts) -> list[Any]:
    given = {
        "classification": {},
        "contentDispositionFilename": facts.get("contentDispositionFilename", ""),
        "dict": facts.get("dict"),
        "expireSuffix": facts.get("expire", ""),
        "format": facts.get("format", "text"),
        "hd_audio": facts.get("hd_audio", False),
        "id": unit,
        "labels": facts.get("labels"),
        "language": facts.get("language", ""),
        "lossless": facts.get("lossless", False),
        "recordNamePrefix": facts.get("recordNamePrefix", ""),
        "s3": {},
        "secure": facts.get("secure", False),
        "stereo": facts.get("stereo", False),
        "transcribe": facts.get("transcribe", False),
        "video": facts.get("video", False),
        "videoopt": facts.get("videoParameters", {}),
    }
    return [given]


COMMANDS: Final[dict[str, tuple[str, Parameters]]] = {
    "answer": ("AcceptCall", _accept),
    "startEarlyMedia": ("StartAudio", _start_audio),
    "sendInfo": ("SendInfo", _send_info),
    "handleTones": ("HandleTones", _handle_tones),
    "sendMediaTo": ("SendMedia", _send_media),
    "sendMediaBetween": ("SendMediaBetween", _send_between),
    "createTTSPlayer": ("CreatePlayer", _given),
    "createURLPlayer": ("CreatePlayer", _given),
    "createToneScriptPlayer": ("CreatePlayer", _given),
    "createSequencePlayer": ("CreatePlayer", _given),
    "record": ("Record", _record),
    "say": ("CreatePlayer", _given),
    "startPlayback": ("CreatePlayer", _given),
    "playProgressTone": ("CreatePlayer", _given),
    "createWebSocket": ("CreateWebSocket", _given),
    "send": ("SendMessageWebSocket", _send_text),
    "clearMediaBuffer": ("WebSocketClearMediaBuffer", lambda unit, facts: [unit, facts]),
    "close": ("DestroyWebSocket", lambda unit, facts: [unit]),
    "customData": ("SetCustomData", _set_custom_data),
}
"""Documented name: the platform's name, and what its parameters are made of."""

NOT_LOGGED: Final = frozenset(
    """
    easyProcess forwardCallToPSTN forwardCallToSIP forwardCallToUser forwardCallToUserDirect getSecretValue hideTones
    playSoundAndHangup terminate
    """.split()  # noqa: SIM905 - a table of names reads better as words
)
"""Commands that never reach the media server: scripts over other commands, and the end, which has lines of its own."""

_CALL: Final = ("leg", "created")
_PLAYER: Final = ("media", "routed")
_MAKERS: Final[dict[str, tuple[str, str]]] = {
    "callPSTN": _CALL,
    "callSIP": _CALL,
    "callUser": _CALL,
    "callUserDirect": _CALL,
    "callWhatsappUser": _CALL,
    "say": _PLAYER,
    "startPlayback": _PLAYER,
    "playProgressTone": _PLAYER,
}
"""Commands that make a call or a call's hidden player, and the record that comes next and has its id."""


def command_line(record: Record, made: str | None) -> str | None:
    """The line of one command, or None when it has none; `made` is the id of the unit that it made."""
    name = record.name
    facts = record.facts()
    if name in NOT_LOGGED or (name == "customData" and not facts):
        return None
    shown, parameters = COMMANDS.get(name, (name[:1].upper() + name[1:], _given))
    return f"Executing JS command: {shown} with params {printed(parameters(made or record.unit, facts))}"


def units_made(records: Iterable[Record]) -> dict[int, str]:
    """The id of the unit that each of these commands made, by the command's sequence number."""
    made: dict[int, str] = {}
    maker: Record | None = None
    for record in records:
        if record.kind == "command":
            maker = record if record.name in _MAKERS else None
        elif maker is not None and (record.kind, record.name) == _MAKERS[maker.name] and record.unit is not None:
            made[maker.n] = record.unit
            maker = None
    return made
