"""Phone menus made of IVRStates: what ends each kind of state, when time runs, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voxsim import IVR, IVRState
from voxsim.testing import Vox
from voxsim.vocabulary.errors import NoSession

Write = Callable[[str], str]

MENU = """
require(Modules.IVR)
EPOCH = now().timestamp()

def tell(text):
    return lambda given: Logger.write(f"{{text}} {{given!r}} at {{now().timestamp() - EPOCH:.2f}}")

{states}

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
    call.add_event_listener(CallEvents.Disconnected, lambda e: VoxEngine.terminate())
    first.enter(call)
"""

SELECT = """
@VoxEngine.on(AppEvents.Started)
def make(event):
    global first
    sales = IVRState("sales", {{"type": "noinput", "prompt": {{"say": "sales"}}}}, tell("sales"))
    first = IVRState(
        "main",
        {{"type": "select", "prompt": {{"say": "one for sales", "lang": "en"}}, "nextStates": {next_states}}},
        tell("complete"),
        tell("timeout"),
    )
"""


def one_state(settings: str) -> str:
    """A menu of one state with these settings."""
    return f"""
@VoxEngine.on(AppEvents.Started)
def make(event):
    global first
    first = IVRState("one", {settings}, tell("complete"), tell("timeout"))
"""


@pytest.fixture
def menu(vox: Vox, scenario: Write) -> Callable[[str], Any]:
    """Dial a menu of these states, in which every text takes two seconds."""
    vox.speech(2)

    async def dial(states: str) -> Any:
        call = await vox.phone().dial(scenario=scenario(MENU.format(states=states)))
        await call.answered()
        await vox.settled()
        return call

    return dial


def commands(session: Any) -> list[str]:
    """The commands given to the call and to states, in order, from the first state's entry on."""
    names = [record.name for record in session.timeline if record.kind == "command"]
    return names[names.index("enter") :]


# --- what ends a state ---


@pytest.mark.parametrize("next_states", ['{"1": sales}', "{1: sales}"])
async def test_a_digit_selects_the_next_state(next_states: str, vox: Vox, menu: Any):
    call = await menu(SELECT.format(next_states=next_states))
    await vox.advance(3)
    call.press("1")
    await call.heard("sales")
    await vox.advance(5)
    assert vox.session.log == ["sales '' at 5.02"]
    assert commands(vox.session) == ["enter", "handleTones", "say", "enter", "say"]


async def test_a_digit_that_selects_nothing_completes_the_state(vox: Vox, menu: Any):
    call = await menu(SELECT.format(next_states='{"1": sales}'))
    await vox.advance(3)
    call.press("7")
    await vox.advance(10)
    assert vox.session.log == ["complete '7' at 3.02"]


async def test_a_digit_interrupts_the_prompt(vox: Vox, menu: Any):
    call = await menu(SELECT.format(next_states='{"1": sales}'))
    await vox.advance(1)
    call.press("9")
    await vox.advance(5)
    assert vox.session.log == ["complete '9' at 1.02"]
    assert commands(vox.session) == ["enter", "handleTones", "say", "stopPlayback"]
    assert "Call.PlaybackFinished" not in [event.name for event in vox.session.events]


async def test_a_fixed_number_of_digits_completes_the_state(vox: Vox, menu: Any):
    call = await menu(one_state('{"type": "inputfixed", "inputLength": 4, "prompt": {"say": "your pin"}}'))
    call.press("1234")
    await vox.advance(10)
    assert vox.session.log == ["complete '1234' at 0.32"]


async def test_the_terminator_completes_the_state_and_is_no_part_of_the_input(vox: Vox, menu: Any):
    call = await menu(
        one_state('{"type": "inputunknown", "terminateOn": "#", "prompt": {"play": "https://a.b/c.mp3"}}')
    )
    await call.heard("https://a.b/c.mp3")
    call.press("42#")
    await vox.advance(10)
    assert vox.session.log == ["complete '42' at 0.22"]


async def test_the_validator_completes_the_state(vox: Vox, menu: Any):
    call = await menu(one_state('{"type": "inputunknown", "inputValidator": lambda given: given.endswith("7")}'))
    call.press("1570")
    await vox.advance(10)
    assert vox.session.log == ["complete '157' at 0.22"]


async def test_a_validator_may_be_async(vox: Vox, menu: Any):
    states = """
async def valid(given):
    await sleep(0.5)
    return given == "12"
"""
    call = await menu(states + one_state('{"type": "inputunknown", "input_validator": valid}'))
    call.press("12")
    await vox.advance(10)
    assert vox.session.log == ["complete '12' at 0.62"]


async def test_a_state_without_input_goes_on_when_its_prompt_is_over(vox: Vox, menu: Any):
    states = """
@VoxEngine.on(AppEvents.Started)
def make(event):
    global first
    last = IVRState("last", {"type": "noinput", "prompt": {"say": "bye"}}, tell("complete"))
    first = IVRState("first", {"type": "noinput", "prompt": {"say": "hello"}, "nextState": last}, tell("never"))
"""
    call = await menu(states)
    call.press("1")
    await call.heard("bye")
    await vox.advance(5)
    assert vox.session.log == ["complete '' at 4.02"]


# --- time ---


async def test_time_runs_from_the_end_of_the_prompt(vox: Vox, menu: Any):
    await menu(SELECT.format(next_states="{}"))
    await vox.advance(10)
    assert vox.session.log == ["timeout '' at 7.02"]


async def test_time_runs_anew_from_every_digit_and_the_digits_so_far_are_told(vox: Vox, menu: Any):
    call = await menu(one_state('{"type": "inputfixed", "inputLength": 4, "timeout": 1000, "prompt": {"say": "pin"}}'))
    await vox.advance(1)
    call.press("12")
    await vox.advance(0.9)
    call.press("3")
    await vox.advance(10)
    assert vox.session.log == ["timeout '123' at 2.92"]


async def test_nothing_is_called_back_when_the_call_has_ended(vox: Vox, menu: Any):
    call = await menu(SELECT.format(next_states="{}"))
    await vox.advance(3)
    await call.hang_up()
    session = await vox.finished()
    assert session.log == []


async def test_reset_leaves_the_state(vox: Vox, menu: Any):
    states = SELECT.format(next_states="{}") + "\nset_timeout(lambda: IVR.reset(), 3000)\n"
    call = await menu(states)
    await vox.advance(4)
    call.press("5")
    await vox.advance(20)
    assert vox.session.log == []


# --- going round ---


async def test_states_may_refer_to_each_other_and_callbacks_may_be_async(vox: Vox, menu: Any):
    states = """
@VoxEngine.on(AppEvents.Started)
def make(event):
    global first
    async def wrong(digit):
        await sleep(1)
        Logger.write(f"{digit} is wrong, {first.input!r}, {first.name}")
        first.enter(last_call)
    first = IVRState("main", {"type": "select", "prompt": {"say": "menu"}, "nextStates": {}}, wrong)
    back = IVRState("back", {"type": "noinput", "prompt": {"say": "back"}, "nextState": first})
    first.settings["nextStates"]["2"] = back

@VoxEngine.on(AppEvents.CallAlerting)
def remember(event):
    global last_call
    last_call = event.call
"""
    call = await menu(states)
    await call.heard("menu")
    call.press("2")
    await call.heard("back")
    await call.heard("menu")
    call.press("3")
    await call.heard("menu")
    assert vox.session.log == ["3 is wrong, '3', main"]


async def test_tts_options_shape_every_prompt(vox: Vox, scenario: Write):
    text = MENU.format(states=one_state('{"type": "noinput", "prompt": {"say": "a" * 30}}'))
    text += "    Logger.write(IVR.tts_options)\n"
    text = text.replace("first.enter", "IVR.tts_options = {'rate': '2.0'}; first.enter")
    call = await vox.phone().dial(scenario=scenario(text))
    await call.heard("a" * 30)
    await vox.advance(5)
    assert vox.session.log == ['{"rate": "2.0"}', "complete '' at 1.02"]


# --- mistakes ---


def test_a_state_is_made_inside_a_session():
    with pytest.raises(NoSession, match="inside a scenario"):
        IVRState("lost", {"type": "noinput"})
    with pytest.raises(NoSession):
        IVR.reset()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("{'type': 'inputfix'}", "one of noinput, select, inputfixed, inputunknown, got 'inputfix'. Did you mean"),
        ("None", "the settings are an object"),
        ("{'type': 'inputfixed'}", "`inputLength` says how many digits"),
        ("{'type': 'inputunknown'}", "needs `terminateOn` or `inputValidator`"),
        ("{'type': 'select', 'timeout': -1}", "`timeout` is a number of milliseconds, got -1"),
        ("{'type': 'select', 'timeout': '5'}", "`timeout` is a number of milliseconds, got '5'"),
        ("{'type': 'select', 'prompt': 'hello'}", "the prompt is {say, lang} or {play}, got 'hello'"),
    ],
)
async def test_what_cannot_work_is_told(settings: str, words: str, vox: Vox, incoming: Write):
    body = f"call.answer()\nIVRState('s', {settings}).enter(call)"
    await vox.phone().dial(scenario=incoming(body))
    assert words in (await vox.failed()).message


async def test_a_setting_that_the_platform_does_not_have_is_ignored(vox: Vox, incoming: Write):
    await vox.phone().dial(scenario=incoming("IVRState('s', {'type': 'select', 'timeOut': -1}).enter(call)"))
    warnings = [record.name for record in vox.session.timeline if record.kind == "warning"]
    told = "IVRState 's': the platform has no option 'timeOut'; ignored. Did you mean 'timeout'?"
    assert told in warnings


async def test_a_state_is_entered_by_a_call(vox: Vox, started: Write):
    vox.start(started("IVRState('s', {'type': 'noinput'}).enter('call')"))
    assert "enter() takes a Call, got str" in (await vox.failed()).message


async def test_the_module_must_be_required(vox: Vox, started: Write):
    vox.start(started("IVRState('s', {'type': 'noinput'})\nVoxEngine.terminate()"))
    session = await vox.finished()
    assert any("require(Modules.IVR) is missing" in record.name for record in session.timeline)
