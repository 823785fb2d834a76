"""Players, dialogs and menus at odd moments: after their end, while they stand still, round in a circle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voxsim.testing import Vox

Write = Callable[[str], str]


async def played(vox: Vox, scenario: str, event: str = "PlaybackMarkerReached") -> list[float]:
    """The seconds, from Connected, at which an event of a player came in half a minute."""
    call = await vox.phone().dial(scenario=scenario)
    await call.answered()
    await vox.advance(30)
    start = next(record.seconds for record in vox.session.events if record.name == "Player.Started")
    return [round(record.seconds - start, 3) for record in vox.session.events if record.name == f"Player.{event}"]


PLAY = """
    call.answer()
    await call.wait_for(CallEvents.Connected)
    player = VoxEngine.create_url_player("https://a.example/a.mp3", {options})
    {then}
    player.send_media_to(call)
"""


async def test_a_marker_behind_a_standstill_waits_for_it(vox: Vox, incoming: Write):
    vox.audio("https://a.example/a.mp3", 6, stall_at=2, stall_seconds=3)
    then = "player.add_marker(1000); player.add_marker(4000)"
    assert await played(vox, incoming(PLAY.format(options="progressive_playback=True", then=then))) == [1, 7]


async def test_in_a_loop_a_marker_is_reached_in_the_pass_that_comes(vox: Vox, incoming: Write):
    vox.audio("https://a.example/a.mp3", 5)
    then = "set_timeout(lambda: (player.add_marker(4000), player.add_marker(1000)), 7000)"
    assert await played(vox, incoming(PLAY.format(options="loop=True", then=then))) == [9, 11]


async def test_a_marker_that_has_been_passed_is_told(vox: Vox, incoming: Write):
    then = "set_timeout(lambda: player.add_marker(1000), 3000)"
    assert await played(vox, incoming(PLAY.format(options="", then=then))) == []
    assert _warnings(vox) == ["addMarker: the offset 1000 ms has been played already; ignored."]


async def test_a_realtime_player_that_is_paused_before_its_first_text_waits(vox: Vox, incoming: Write):
    scenario = incoming("""
        call.answer()
        await call.wait_for(CallEvents.Connected)
        player = VoxTTS.create_realtime_tts_player()
        player.send_media_to(call)
        player.pause()
        player.send({"send_text": {"text": "hello"}})
        await sleep(5)
        Logger.write("resumed")
        player.resume()
    """)
    await vox.phone().dial(scenario=scenario)
    await vox.logged("resumed")
    assert "Player.Started" not in [record.name for record in vox.session.events]
    await vox.advance(2)
    assert [record.name for record in vox.session.events][-2:] == [
        "Player.Started",
        "Player.AudioChunksPlaybackFinished",
    ]


OVER = {
    "pause: Player": 'player = VoxEngine.create_tts_player("a"); player.stop(); player.pause()',
    "resume: Player": 'player = VoxEngine.create_tts_player("a"); player.stop(); player.resume()',
    "stop: Player": 'player = VoxEngine.create_tts_player("a"); player.stop(); player.stop()',
    "addMarker: the offset": 'player = VoxEngine.create_tts_player("a"); player.stop(); player.add_marker(0)',
    "addMarker: Dialogflow": "dialog = AI.create_dialogflow(); dialog.stop(); dialog.add_marker(0)",
    "destroy: <CCAI.Agent": 'agent = CCAI.Agent("a"); agent.destroy(); agent.destroy()',
    "stop: <CCAI.Conversation": "talk = CCAI.Conversation({'agent': CCAI.Agent('a')}); talk.stop(); talk.stop()",
    "addParticipant: <CCAI.Conversation": (
        "talk = CCAI.Conversation({'agent': CCAI.Agent('a')}); talk.stop(); talk.add_participant(call=call)"
    ),
}


@pytest.mark.parametrize("words", OVER)
async def test_what_comes_after_the_end_is_told(vox: Vox, incoming: Write, words: str):
    await vox.phone().dial(scenario=incoming(f"require(Modules.AI)\n{OVER[words]}\ncall.answer()"))
    await vox.advance(1)
    assert [text[: len(words)] for text in _warnings(vox)] == [words]


@pytest.mark.parametrize(
    "making",
    [
        'CCAI.Agent("a")',
        'VoximplantAvatar.Avatar({"avatarId": "a"})',
        "VoximplantAvatar.VoiceAvatar({})",
    ],
)
async def test_nothing_is_made_once_the_end_has_begun(vox: Vox, scenario: Write, making: str):
    vox.start(
        scenario(f"""
        VoxEngine.add_event_listener(AppEvents.Started, lambda event: VoxEngine.terminate())

        @VoxEngine.on(AppEvents.Terminating)
        def terminating(event):
            try:
                {making}
            except NotAllowed as error:
                Logger.write(f"not allowed: {{error}}")
    """)
    )
    await vox.finished()
    assert [text.partition(":")[0] for text in vox.session.log] == ["not allowed"]


async def test_menus_that_say_nothing_follow_each_other_without_end_of_the_stack(vox: Vox, incoming: Write):
    scenario = incoming("""
        require(Modules.IVR)
        call.answer()
        state = IVRState("last", {"type": "noinput"}, lambda digits: Logger.write("there"))
        for number in range(3000):
            state = IVRState(str(number), {"type": "noinput", "nextState": state})
        state.enter(call)
    """)
    await vox.phone().dial(scenario=scenario)
    await vox.logged("there")


async def test_menus_that_go_round_in_a_circle_end_the_session_with_the_reason(vox: Vox, incoming: Write):
    scenario = incoming("""
        require(Modules.IVR)
        call.answer()
        settings = {"type": "noinput"}
        settings["nextState"] = IVRState("round", settings)
        settings["nextState"].enter(call)
    """)
    await vox.phone().dial(scenario=scenario)
    assert "goes round in a circle" in (await vox.failed()).message


async def test_a_menu_that_cannot_be_entered_is_an_error_of_the_scenario(vox: Vox, incoming: Write):
    scenario = incoming("""
        require(Modules.IVR)
        call.answer()
        IVRState("first", {"type": "noinput", "nextState": IVRState("bad", {"type": "inputfixed"})}).enter(call)
    """)
    call = await vox.phone().dial(scenario=scenario)
    assert "IVRState 'bad' is 'inputfixed'" in (await vox.failed()).message
    call.hang_up()


def _warnings(vox: Vox) -> list[Any]:
    return [record.name for record in vox.session.timeline if record.kind == "warning"]
