"""Spinning: a session that makes one thing happen after the other and never lets time pass is ended, with the reason.

A handler of PlaybackFinished that plays again on a call which is not connected does it: each playback ends at once.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from voxsim.vocabulary.codes import FinishReason
from voxsim.vocabulary.errors import ScenarioError

if TYPE_CHECKING:
    from voxsim.engine.session import Session
    from voxsim.engine.switch import Switch

AT_ONCE: Final = 20_000
"""So many happenings of one session at one instant are too many."""


def end_spinning(switch: Switch) -> None:
    """End the sessions to which too much has happened at the present instant; all others go on."""
    for session in tuple(switch.sessions.values()):
        if session.finish_reason is None and _happened_now(session) >= AT_ONCE:
            _end(session)


def _happened_now(session: Session) -> int:
    now = session.switch.now
    return sum(1 for _ in takewhile(lambda instant: instant == now, session.instants))


def _end(session: Session) -> None:
    last = session.timeline[-1]
    text = (
        f"The scenario goes round in a circle: more than {AT_ONCE} things happened and no time passed, at last the "
        f"{last.kind} {last.name!r}. Does a handler start again what ends at once?"
    )
    session.failures = (*session.failures, ScenarioError(text, fatal=True))
    session.note("error", text, None, {"where": "", "frames": [], "fatal": True})
    session.end(FinishReason.ERROR, system_error=True)
