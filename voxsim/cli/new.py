"""`voxsim new`: a first scenario with its test, written into a directory.

It overwrites nothing, and knows nothing of the engine.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voxsim.cli import terminal

if TYPE_CHECKING:
    from voxsim.cli.arguments import Options

_SCENARIO: Final = '''\
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

_TEST: Final = '''\
"""Tests of scenario.py. They run in virtual time: a call of an hour takes milliseconds."""


async def test_one_reaches_sales(vox):
    sales = vox.phone("+15550100", answer=3)
    caller = vox.phone("+15550001")
    call = await caller.dial("100", scenario="scenario.py")
    await call.heard("Press one")
    call.press("1")
    await sales.rang()
    await vox.advance(10)
    await call.hang_up()
    session = await vox.finished()
    assert session.log == ["The caller pressed 1"]


async def test_another_key_says_goodbye(vox):
    call = await vox.phone("+15550001").dial("100", scenario="scenario.py")
    await call.heard("Press one")
    call.press("5")
    await call.heard("Goodbye")
    await call.ended()


async def test_busy_sales(vox):
    vox.phone("+15550100", busy=True)
    call = await vox.phone("+15550001").dial("100", scenario="scenario.py")
    await call.heard("Press one")
    call.press("1")
    await call.heard("nobody is there")
    await call.ended()
'''

_README: Final = """\
# A call scenario

See what happens in a call:

    voxsim run scenario.py --press "1@4s"

Test it:

    pytest
"""

FILES: Final = {"scenario.py": _SCENARIO, "test_scenario.py": _TEST, "README.md": _README}
"""What is written, by file name."""


def new(options: Options) -> int:
    """Write the starter, say what to do next, and return the exit status."""
    directory = Path(options.directory)
    taken = [name for name in FILES if (directory / name).exists()]
    if taken:
        options.parser.error(f"{options.directory!r} has {' and '.join(taken)} already; nothing was written.")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in FILES.items():
            (directory / name).write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        options.parser.error(f"{options.directory!r} cannot be written: {error.strerror}.")
    terminal.show(_next_steps(options.directory))
    return 0


def _next_steps(directory: str) -> list[str]:
    lines = [f"Wrote {', '.join(FILES)}. Next:"]
    if Path(directory) != Path():
        lines.append(f"  cd {shlex.quote(directory)}")
    return [*lines, '  voxsim run scenario.py --press "1@4s"', "  pytest"]
