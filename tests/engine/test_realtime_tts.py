"""Realtime TTS players: texts given while they play, one behind the other; every vendor's way of giving them."""

import pytest

from voxsim.testing import Vox

SCENARIO = """
from voxsim import *
require(Modules.{vendor})

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
    player = {vendor}.create_realtime_tts_player({made})
    for kind in PlayerEvents:
        player.add_event_listener(kind, tell)
    player.send_media_to(call)
    {then}

def tell(event):
    extra = f" {{event.time_to_first_byte}}" if event.name == PlayerEvents.AudioChunksPlaybackFinished else ""
    Logger.write(event.name + extra)
"""

FIRST = ["Player.Created", "Player.PlaybackReady", "Player.Started"]
DRY = "Player.AudioChunksPlaybackFinished 200"


@pytest.fixture
def speaking(vox: Vox, tmp_path):
    """A caller who hears a player of this vendor."""

    async def dial(vendor, made, *then):
        file = tmp_path / "speak.py"
        file.write_text(SCENARIO.format(vendor=vendor, made=made, then="\n    ".join(then)))
        vox.speech(2)
        call = await vox.phone().dial("100", scenario=str(file))
        await call.answered()
        return call

    return dial


WAYS = {
    "Cartesia": (
        "'one', generation_request_parameters={'voice': 'v'}",
        "player.generation_request({'transcript': 'two'})",
    ),
    "ElevenLabs append": ("'one', {'queryParameters': {}}", "player.append('tw'); player.append('o', True)"),
    "ElevenLabs sendText": ("'one'", "player.send_text({'text': 'two'}); player.send_text({'text': ''})"),
    "ElevenLabs flush": ("'one'", "player.send_text({'text': 'two', 'flush': True})"),
    "Google": ("{'voice': 'x'}", "player.send({'input': {'text': 'one'}}); player.send({'text': 'two'})"),
    "Inworld": (
        "{'createContextParameters': {'create': {'voiceId': 'x'}}}",
        "player.send({'create': {}}); player.send({'send_text': {'text': 'one'}}); player.send({'text': 'two'})",
    ),
    "VoxTTS": (
        "{'createContextParameters': {'create': {'voiceId': 'x'}}}",
        "player.send({'send_text': {'text': 'one'}}); player.send({'send_text': {'text': 'two'}})",
    ),
    "XAI": (
        "",
        "player.send({'type': 'text.delta', 'delta': 'o'}); player.send({'type': 'text.delta', 'delta': 'ne'})",
        "player.send({'type': 'text.done'}); player.send({'text': 'two'})",
    ),
}


@pytest.mark.parametrize("way", WAYS)
async def test_texts_are_said_one_behind_the_other_in_every_vendors_way(vox: Vox, speaking, way):
    made, *then = WAYS[way]
    call = await speaking(way.split()[0], made, *then)
    await call.heard("one")
    began = vox.now
    await call.heard("two")
    assert vox.now == pytest.approx(began + 2)
    await vox.advance(5)
    assert vox.session.log == [*FIRST, DRY]


async def test_each_time_the_texts_run_dry_it_is_told(vox: Vox, speaking):
    call = await speaking(
        "Google", "", "player.send({'text': 'one'}); set_timeout(lambda: player.send({'text': 'two'}), 5000)"
    )
    await call.heard("one")
    await call.heard("two")
    await vox.advance(5)
    assert vox.session.log == [*FIRST, DRY, DRY]


async def test_the_buffer_can_be_cleared_and_filled_anew(vox: Vox, speaking):
    call = await speaking(
        "Google",
        "",
        "player.send({'text': 'one'}); player.send({'text': 'two'})",
        "set_timeout(lambda: (player.clear_buffer(), player.send({'text': 'three'})), 1000)",
    )
    await call.heard("one")
    await call.heard("three")
    assert vox.now == pytest.approx(0.02 + 1 + 0.2)
    await vox.advance(5)
    assert vox.session.log == [*FIRST, DRY]
    assert not any(one.value == "two" for one in call.line.received or ())


async def test_a_pause_holds_the_text_and_resume_goes_on_in_its_middle(vox: Vox, speaking):
    call = await speaking(
        "Google",
        "",
        "player.send({'text': 'one'})",
        "set_timeout(player.pause, 1200); set_timeout(player.resume, 4000)",
    )
    await call.heard("one")
    await vox.advance(10)
    done = next(record for record in vox.session.events if record.name == "Player.AudioChunksPlaybackFinished")
    assert done.seconds == pytest.approx(0.02 + 4 + 1)


async def test_a_stopped_player_says_nothing_more(vox: Vox, speaking):
    call = await speaking("Google", "", "player.send({'text': 'one'})", "set_timeout(player.stop, 1200)")
    await call.heard("one")
    await vox.logged("Player.Stopped")
    assert vox.session.log == [*FIRST, "Player.Stopped"]


@pytest.mark.parametrize(
    ("vendor", "call", "words"),
    [
        ("Google", "player.send({'words': 'x'})", "expected in 'text'"),
        ("VoxTTS", "player.send({'send_text': 'x'})", "expected in 'send_text.text'"),
        ("Cartesia", "player.generation_request('x')", "expected in 'transcript'"),
        ("XAI", "player.send('x')", "takes an object"),
    ],
)
async def test_an_object_without_a_text_is_told(vox: Vox, speaking, vendor, call, words):
    await speaking(vendor, "'one'" if vendor == "Cartesia" else "", call)
    assert words in (await vox.failed()).message


async def test_cancelling_a_context_drops_what_is_still_to_come(vox: Vox, speaking):
    call = await speaking(
        "Cartesia",
        "'one'",
        "player.generation_request({'transcript': 'two'})",
        "set_timeout(lambda: player.cancel_context_request({'context_id': 'c'}), 1000)",
    )
    await call.heard("one")
    await vox.advance(8)
    assert vox.session.log == [*FIRST, DRY]
