"""What the tests of feeds share: scenarios written beside a test, and one that rings some users at once."""

from __future__ import annotations

import textwrap

import pytest

FORWARD = """
from voxsim import *
NUMBERS = {numbers!r}

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    caller = event.call
    callees = [VoxEngine.call_user(username=one, callerid=event.callerid) for one in NUMBERS]
    def answered(event):
        for one in callees:
            if one is not event.call:
                one.hangup()
        caller.answer()
        VoxEngine.send_media_between(caller, event.call)
    def failed(event):
        callees.remove(event.call)
        if not callees:
            caller.reject(event.code)
    for one in callees:
        one.add_event_listener(CallEvents.Ringing, lambda _: caller.ring())
        one.add_event_listener(CallEvents.Connected, answered)
        one.add_event_listener(CallEvents.Failed, failed)
        one.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
"""


@pytest.fixture
def scenario(tmp_path):
    """`scenario(text, name)` writes a scenario and returns its path."""

    def write(text, name="scenario"):
        file = tmp_path / f"{name}.py"
        file.write_text(textwrap.dedent(text))
        return file

    return write


@pytest.fixture
def rings(scenario):
    """`rings(*names)` is a scenario that rings these users at once and connects the caller with whoever answers."""
    return lambda *names: scenario(FORWARD.format(numbers=list(names)), "rings")
