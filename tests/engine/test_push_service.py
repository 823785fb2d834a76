"""PushService: a user who is not logged in is woken by a push notification, and called after the login."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voxsim.testing import Vox

Write = Callable[[str], str]

CALL = """
{require}
call = VoxEngine.call_user({options})
call.add_event_listener(CallEvents.Failed, lambda e: Logger.write(f"{{e.code}} {{e.reason}}"))
"""


@pytest.fixture
def ring(vox: Vox, started: Write) -> Callable[..., Any]:
    """Call anna, with the module required unless told otherwise."""

    def start(options: str = '"username": "anna"', require: str = "require(Modules.PushService)") -> None:
        vox.start(started(CALL.format(options="{" + options + "}", require=require)))

    return start


def events(session: Any) -> list[tuple[float, str]]:
    """The call's events: the second, and the name."""
    return [(one.seconds, one.name) for one in session.events if one.name.startswith("Call.")]


async def test_a_woken_user_is_called_and_stays_logged_in(vox: Vox, ring: Any):
    anna = vox.user("anna", online=False, wakes=3, ring=1, answer=2, hangup=5)
    ring()
    await vox.advance(2)
    assert anna.calls == []
    await anna.rang()
    await vox.advance(4)
    assert events(vox.session)[:3] == [(0, "Call.PushSent"), (4, "Call.Ringing"), (5, "Call.Connected")]
    ring()
    await vox.advance(2)
    assert events(vox.session)[0] == (vox.now - 1, "Call.Ringing")


@pytest.mark.parametrize(
    ("milliseconds", "seconds"),
    [(None, 20), (15_000, 15), (1, 10), (1_000_000, 60)],
    ids=["usual", "given", "least", "most"],
)
async def test_who_does_not_wake_in_time_is_offline(milliseconds: int | None, seconds: int, vox: Vox, ring: Any):
    vox.user("anna", online=False, wakes=100)
    ring('"username": "anna"' + (f', "pushNotificationTimeout": {milliseconds}' if milliseconds else ""))
    await vox.advance(seconds - 0.001)
    assert vox.session.log == []
    await vox.logged("User Offline" if seconds < 60 else "Request Timeout")
    assert vox.now == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("how", "require"),
    [({"wakes": 3}, ""), ({}, "require(Modules.PushService)")],
    ids=["without the module", "without an app"],
)
async def test_nobody_is_woken(how: dict[str, Any], require: str, vox: Vox, ring: Any):
    vox.user("anna", online=False, **how)
    ring(require=require)
    await vox.logged("480 User Offline")
    assert (vox.now, events(vox.session)) == (0, [(0, "Call.Failed")])


async def test_the_caller_may_give_up_meanwhile(vox: Vox, started: Write):
    anna = vox.user("anna", online=False, wakes=3)
    body = """
    require(Modules.PushService)
    call = VoxEngine.call_user(username="anna")
    set_timeout(call.hangup, 1000)
    """
    vox.start(started(body))
    await anna.never_rang(10)
    assert events(vox.session) == [(0, "Call.PushSent"), (1, "Call.Failed")]
