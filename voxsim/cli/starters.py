"""What `voxsim new` writes: a first scenario in either language, its test, and a short README."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from voxsim.vocabulary.naming import scenario_name

_PYTHON: Final = '''\
"""A small menu: who presses 1 is connected to sales, all others hear a farewell."""

from voxsim import AppEvents, CallEnded, CallEvents, Logger, VoxEngine

SALES = "+15550100"


@VoxEngine.on(AppEvents.CallAlerting)
async def welcome(event):
    """A call comes in: answer it and offer the menu. The session ends with the call."""
    call = event.call
    call.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    call.answer()
    try:
        await call.wait_for(CallEvents.Connected)
        await menu(call)
        call.hangup()
    except CallEnded:
        Logger.write("The caller hung up")


async def menu(call):
    """Ask for a digit and do what it says."""
    call.handle_tones(True)
    call.say("Press one for sales, or any other key to leave.")
    tone = await call.wait_for(CallEvents.ToneReceived)
    Logger.write(f"The caller pressed {tone.tone}")
    if tone.tone == "1":
        await connect_to_sales(call)
    else:
        await call.say("Goodbye.").finished()


async def connect_to_sales(call):
    """Call sales and let both talk until sales hangs up."""
    sales = VoxEngine.call_pstn(SALES, call.callerid())
    answer = await sales.wait_for(CallEvents.Connected, CallEvents.Failed)
    if answer.name == CallEvents.Failed:
        await call.say("Sorry, nobody is there.").finished()
        return
    VoxEngine.send_media_between(call, sales)
    await sales.wait_for(CallEvents.Disconnected)
'''

_JAVASCRIPT: Final = """\
// A small menu: who presses 1 is connected to sales, all others hear a farewell.

const SALES = "+15550100";

// A call comes in: answer it and offer the menu. The session ends with the call.
VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
  call.addEventListener(CallEvents.Connected, () => menu(call));
  call.addEventListener(CallEvents.Disconnected, () => VoxEngine.terminate());
  call.answer();
});

// Ask for a digit and do what it says.
function menu(call) {
  call.handleTones(true);
  call.addEventListener(CallEvents.ToneReceived, ({ tone }) => {
    call.removeEventListener(CallEvents.ToneReceived);
    Logger.write(`The caller pressed ${tone}`);
    if (tone === "1") connectToSales(call);
    else farewell(call, "Goodbye.");
  });
  call.say("Press one for sales, or any other key to leave.");
}

// Call sales and let both talk until sales hangs up.
function connectToSales(call) {
  const sales = VoxEngine.callPSTN(SALES, call.callerid());
  sales.addEventListener(CallEvents.Connected, () => VoxEngine.sendMediaBetween(call, sales));
  sales.addEventListener(CallEvents.Failed, () => farewell(call, "Sorry, nobody is there."));
  sales.addEventListener(CallEvents.Disconnected, () => call.hangup());
}

function farewell(call, text) {
  call.addEventListener(CallEvents.PlaybackFinished, () => call.hangup());
  call.say(text);
}
"""

_TEST: Final = '''\
"""Tests of {name}. They run in virtual time: a call of an hour takes milliseconds."""


async def test_one_reaches_sales(vox):
    sales = vox.phone("+15550100", answer=3)
    caller = vox.phone("+15550001")
    call = await caller.dial("100", scenario="{name}")
    await call.heard("Press one")
    call.press("1")
    await sales.rang()
    await vox.advance(10)
    await call.hang_up()
    session = await vox.finished()
    assert session.log == ["The caller pressed 1"]


async def test_another_key_says_goodbye(vox):
    call = await vox.phone("+15550001").dial("100", scenario="{name}")
    await call.heard("Press one")
    call.press("5")
    await call.heard("Goodbye")
    await call.ended()


async def test_busy_sales(vox):
    vox.phone("+15550100", busy=True)
    call = await vox.phone("+15550001").dial("100", scenario="{name}")
    await call.heard("Press one")
    call.press("1")
    await call.heard("nobody is there")
    await call.ended()
'''

_README: Final = """\
# A call scenario

See what happens in a call:

    voxsim run {name} --press "1@4s"

Test it:

    pytest
"""


def starter(name: str) -> Mapping[str, str]:
    """The files that make a first scenario, by their names; the scenario comes first, its test second.

    Args:
        name: the scenario's file name; its ending says in which language it is.
    """
    text = _PYTHON if name.endswith(".py") else _JAVASCRIPT
    test = f"test_{re.sub(r'[^A-Za-z0-9]+', '_', scenario_name(name))}.py"
    return {name: text, test: _TEST.replace("{name}", name), "README.md": _README.replace("{name}", name)}
