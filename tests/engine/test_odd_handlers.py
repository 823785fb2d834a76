"""Handlers that do unusual things: nurseries, threads, catch-alls, generators, commands as callbacks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voxsim.testing import Vox

Write = Callable[[str], str]


async def test_a_nursery_of_a_handler_ends_quietly_with_its_call(vox: Vox, incoming: Write):
    scenario = incoming("""
        import trio
        call.answer()
        await call.wait_for(CallEvents.Connected)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(call.wait_for, CallEvents.ToneReceived)
            nursery.start_soon(trio.sleep_forever)
    """)
    await vox.phone(hangup=5).dial(scenario=scenario)
    session = await vox.finished()
    assert session.failures == ()


async def test_a_thread_that_a_handler_waits_for_holds_time(vox: Vox, incoming: Write):
    scenario = incoming("""
        import time, trio
        call.answer()
        Logger.write(await trio.to_thread.run_sync(lambda: (time.sleep(0.05), "done")[1]))
    """)
    call = await vox.phone().dial(scenario=scenario)
    await vox.logged("done")
    assert vox.now == 0
    call.hang_up()


async def test_shielded_cleanup_gets_its_time(vox: Vox, incoming: Write):
    scenario = incoming("""
        import trio
        call.answer()
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(5)
    """)
    await vox.phone(hangup=5).dial(scenario=scenario)
    assert (await vox.finished()).failures == ()


def test_shielded_cleanup_gets_its_time_without_async(vox: Vox, incoming: Write):
    scenario = incoming("""
        import trio
        call.answer()
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(5)
    """)
    vox.phone(hangup=5).place(scenario=scenario)
    assert vox.run().failures == ()


async def test_a_command_can_be_a_callback(vox: Vox, scenario: Write):
    path = scenario("""
        @VoxEngine.on(AppEvents.CallAlerting)
        def alerting(event):
            event.call.add_event_listener(CallEvents.Connected, event.call.hangup)
            event.call.add_event_listener(CallEvents.Disconnected, VoxEngine.terminate)
            event.call.answer()
    """)
    await vox.phone().dial(scenario=path)
    session = await vox.finished()
    assert session.finish_reason == "Normal termination"
    assert vox.now == pytest.approx(0.02)


@pytest.mark.parametrize("kind", ["def", "async def"])
async def test_a_generator_is_no_handler(kind: str, vox: Vox, scenario: Write):
    path = scenario(f"""
        {kind} alerting(event):
            yield event

        VoxEngine.add_event_listener(AppEvents.CallAlerting, alerting)
    """)
    await vox.phone().dial(scenario=path)
    error = await vox.failed("yield")
    assert error.where.startswith(path)


async def test_a_decorator_without_its_event_says_so(vox: Vox, scenario: Write):
    path = scenario("""
        @VoxEngine.on
        def alerting(event):
            pass
    """)
    await vox.phone().dial(scenario=path)
    assert "AppEvents" in (await vox.failed("takes the event")).message


async def test_what_an_event_carries_cannot_be_changed(vox: Vox, incoming: Write):
    scenario = incoming("""
        call.answer()
        call.handle_tones(True)
        event = await call.wait_for(CallEvents.ToneReceived)
        event.tone = "9"
    """)
    await vox.phone(press="1@2").dial(scenario=scenario)
    await vox.failed("cannot be changed")
    tones = [record.facts()["tone"] for record in vox.session.events if record.name == "Call.ToneReceived"]
    assert tones == ["1"]


async def test_a_handler_of_the_wrong_arity_is_named(vox: Vox, scenario: Write):
    path = scenario("""
        def alerting():
            pass

        VoxEngine.add_event_listener(AppEvents.CallAlerting, alerting)
    """)
    await vox.phone().dial(scenario=path)
    error = await vox.failed("alerting")
    assert error.where.startswith(path)


async def test_a_group_of_errors_tells_them_all(vox: Vox, started: Write):
    vox.start(started("raise ExceptionGroup('both', [ValueError('one'), KeyError('two')])"))
    error = await vox.failed("both")
    assert "ValueError: one; KeyError: 'two'" in error.message


async def test_dataclasses_with_postponed_annotations_load(vox: Vox, tmp_path):
    path = tmp_path / "entries.py"
    path.write_text(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "from voxsim import Logger, VoxEngine\n"
        "@dataclass\n"
        "class Entry:\n"
        "    digit: str\n"
        "Logger.write(Entry('1').digit)\n"
        "VoxEngine.terminate()\n"
    )
    vox.start(str(path))
    assert (await vox.finished()).log == ["1"]


async def test_custom_data_is_text(vox: Vox, started: Write):
    with pytest.raises(ValueError, match=r"json\.dumps"):
        vox.start(started(""), custom_data={"a": 1})  # type: ignore[arg-type]


async def test_a_call_that_nobody_would_take_is_a_mistake_of_the_test(vox: Vox):
    with pytest.raises(Exception, match="scenario="):
        await vox.phone().dial("100")


async def test_a_playback_can_be_awaited_itself(vox: Vox, incoming: Write):
    vox.speech(2)
    await vox.phone().dial(
        scenario=incoming(
            "call.answer(); await call.wait_for(CallEvents.Connected); await call.say('hi'); call.hangup()"
        )
    )
    await vox.finished()
    assert vox.now == pytest.approx(2.02 + 60)


async def test_timers_that_never_let_time_pass_end_their_session(vox: Vox, started: Write):
    vox.start(started("loop = lambda: set_timeout(loop, 0)\nloop()"))
    error = await vox.failed("at one instant")
    assert error.fatal
    assert (await vox.finished()).finish_reason == "JS session error"
