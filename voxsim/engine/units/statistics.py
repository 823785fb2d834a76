"""Media statistics of a call at an interval: packets, jitter, loss and level each way, of a line without faults."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.units.callevents import CallEvents
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.units.calldetect import DetectedLine

DEFAULT_INTERVAL: Final = 5000
"""Milliseconds between two reports when nothing is said of it (a guess)."""

_SHORTEST: Final = 100
_SPEAKING: Final = -20
_SILENT: Final = -90
"""Audio levels in decibels below full scale (a guess)."""


def monitor_media(call: DetectedLine, *, monitor: bool, interval: float | None) -> None:
    """Report the figures of a call's media at an interval in milliseconds, or cease to.

    Raises:
        BadArgument: the interval is no number of at least 100.
    """
    milliseconds = DEFAULT_INTERVAL if interval is None else interval
    number = isinstance(milliseconds, int | float) and not isinstance(milliseconds, bool)
    if not number or not _SHORTEST <= milliseconds < inf:
        raise BadArgument(f"monitorMediaStatistics: `interval` is at least {_SHORTEST} milliseconds, got {interval!r}.")
    call.reports += 1
    if monitor:
        _later(call, call.reports, milliseconds, 0)


def _later(call: DetectedLine, run: int, interval: float, number: int) -> None:
    call.session.switch.after_ms(interval, _report, call, run, interval, number)


def _report(call: DetectedLine, run: int, interval: float, number: int) -> None:
    # A later request for reports, or for none, ends this run of them.
    if call.reports != run or not call.leg.alive:
        return
    if call.leg.media_back:
        packets = round(interval / call.session.switch.timing.frame)
        audio = {
            "in": [_sample(number, packets, speaking=call._sounding() is not None)],
            "out": [_sample(number, packets, speaking=any(source._sounding() is not None for source in call.sources))],
        }
        call.emit(CallEvents.MediaStatisticsReceived(call, call._id, audio=audio))
        if call.wanted(CallEvents.Statistics):  # the older event, without figures
            call.emit(CallEvents.Statistics(call, call._id))
        number += 1
    _later(call, run, interval, number)


def _sample(number: int, packets: int, *, speaking: bool) -> dict[str, Any]:
    level = _SPEAKING if speaking else _SILENT
    return {"id": number, "jitter": 0, "packetLoss": 0, "numPackets": packets, "audioLevel": level}
