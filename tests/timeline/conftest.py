"""What the timeline's tests share: a scenario written beside the test, and the run that it makes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from voxsim.parties.behaviour import Behaviour
from voxsim.parties.world import World
from voxsim.platform.rules import Rule

Setup = Callable[[World, Rule], object]


def a_call(world: World, rule: Rule) -> None:
    """Somebody calls 100, presses a digit after three seconds and hangs up after twenty."""
    world.call_in(world.add_party("pstn", "+15550001", press="1@3", hangup=20), "100")


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., World]:
    """`play(text, setup)` runs a scenario to its end; `setup(world, rule)` says who does what. Paths are relative."""
    monkeypatch.chdir(tmp_path)

    def run(text: str, setup: Setup = a_call, name: str = "menu.py") -> World:
        Path(name).write_text("from voxsim import *\n" + textwrap.dedent(text), encoding="utf-8")
        world = World(stranger=Behaviour())
        setup(world, world.add_rule(name))
        trio.run(world.driver.run, lambda: not world.switch.sessions, clock=world.driver)
        return world

    return run


MENU = """
@VoxEngine.on(AppEvents.CallAlerting)
async def welcome(event):
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
    call.handle_tones(True)
    call.say("Press one for sales.")
    tone = await call.wait_for(CallEvents.ToneReceived)
    Logger.write(f"pressed {tone.tone}")
    out = VoxEngine.call_pstn("+15550100", event.callerid)
    await out.wait_for(CallEvents.Connected)
    VoxEngine.send_media_between(call, out)
    await call.wait_for(CallEvents.Disconnected)
    VoxEngine.terminate()
"""

HOSTILE = "a;b#c<d>&\"e'\nline two %%{init: {}}%% end \x1b[31mred\x07 \u202eabc 日本語 🙂 e\u0301 " + "long " * 30


@pytest.fixture
def menu(play: Callable[..., World]) -> World:
    """A short call: a greeting, a digit, a second leg, a bridge, a hangup."""
    return play(MENU)


@pytest.fixture
def hostile(play: Callable[..., World]) -> World:
    """A run in which everybody writes text that is made to break drawings."""
    text = f"""
    NASTY = {HOSTILE!r}
    @VoxEngine.on(AppEvents.CallAlerting)
    async def started(event):
        event.call.answer()
        await event.call.wait_for(CallEvents.Connected)
        for line in (NASTY, "", "end", "x" * 400):
            Logger.write(line)
        event.call.say(NASTY)
        event.call.send_message(NASTY)
        out = VoxEngine.call_sip('sip:<evil>;#&"@ho st', callerid="end")
        await out.wait_for(CallEvents.Failed)
        VoxEngine.custom_data(NASTY)
        raise ValueError(NASTY)
    """

    def setup(world: World, rule: Rule) -> None:
        world.add_party("sip", "*", "busy")
        caller = world.add_party("sip", 'a;b<c>&#"\nend', hangup=5, display_name="日本 end")
        world.call_in(caller, "100;#<>")

    return play(text, setup)
