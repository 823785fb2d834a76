"""Players: the greeting, the moment to ring the operator, music on hold, and what stops it."""

import pytest

from voxsim.testing import Vox

PLAYERS = "scenarios/players.py"
JINGLE = "https://sounds.example/jingle.mp3"
MUSIC = "https://sounds.example/music.mp3"
CALLER = "+12025550199"


@pytest.fixture(autouse=True)
def _lengths(vox: Vox) -> None:
    vox.speech(2)
    vox.audio(JINGLE, seconds=4)
    vox.audio(MUSIC, seconds=180)


async def test_caller_hears_speech_and_jingle_without_a_gap(vox: Vox) -> None:
    vox.user("operator", answer=30)
    call = await vox.phone(CALLER).dial("100", scenario=PLAYERS)
    speech = await call.heard("Welcome")
    jingle = await call.heard("jingle.mp3")
    assert (jingle.at - speech.at) / 1e6 == 2
    await call.hang_up()
    await vox.finished()


async def test_operator_rings_one_second_before_the_greeting_ends(vox: Vox) -> None:
    operator = vox.user("operator", answer=30)
    call = await vox.phone(CALLER).dial("100", scenario=PLAYERS)
    speech = await call.heard("Welcome")
    await operator.rang()
    assert vox.now == pytest.approx(speech.at / 1e6 + 2 + 4 - 1)
    await call.hang_up()
    await vox.finished()


async def test_operator_who_answers_at_once_cuts_the_greeting_short(vox: Vox) -> None:
    operator = vox.user("operator", answer=0.5)
    call = await vox.phone(CALLER).dial("100", scenario=PLAYERS)
    agent = await operator.rang()
    await vox.advance(1)
    agent.say("Operator, hello.")
    await call.heard("Operator, hello.")
    await call.hang_up()
    session = await vox.finished()
    assert "music.mp3" not in " ".join(item.value for item in call.received)
    assert "SequencePlayer.Stopped" in [event.name for event in session.events]


async def test_music_plays_until_the_operator_answers(vox: Vox) -> None:
    operator = vox.user("operator", answer=20)
    call = await vox.phone(CALLER).dial("100", scenario=PLAYERS)
    await call.heard("music.mp3")
    agent = await operator.rang()
    await vox.advance(25)
    agent.say("Operator, hello.")
    await call.heard("Operator, hello.")
    call.say("Hello.")
    await agent.heard("Hello.")
    await call.hang_up()
    await vox.finished()


async def test_voice_asks_for_patience_every_half_minute(vox: Vox) -> None:
    vox.user("operator", answer=100)
    call = await vox.phone(CALLER).dial("100", scenario=PLAYERS)
    music_since = (await call.heard("music.mp3")).at / 1e6
    for time in range(1, 4):
        voice = await call.heard("Please stay on the line")
        assert voice.at / 1e6 - music_since == pytest.approx(30 * time)
        music = await call.heard("music.mp3")
        assert (music.at - voice.at) / 1e6 == 2
    await call.hang_up()
    await vox.finished()


@pytest.mark.parametrize(("behaviour", "seconds"), [("busy", 0), ("offline", 0), ("no_answer", 120)])
async def test_caller_is_told_when_no_operator_answers(vox: Vox, behaviour: str, seconds: float) -> None:
    operator = vox.user("operator", behaviour)
    call = await vox.phone(CALLER).dial("100", scenario=PLAYERS)
    await operator.rang()
    rang_at = vox.now
    await call.heard("All operators are busy")
    assert vox.now - rang_at == pytest.approx(seconds, abs=0.1)
    await call.ended()
    await vox.finished()


async def test_operator_stops_ringing_when_the_caller_gives_up(vox: Vox) -> None:
    operator = vox.user("operator", answer=False)
    call = await vox.phone(CALLER).dial("100", scenario=PLAYERS)
    ringing = await operator.rang()
    await vox.advance(10)
    await call.hang_up()
    await ringing.ended(487)
    session = await vox.finished()
    assert session.finish_reason == "Normal termination"


@pytest.mark.parametrize("seconds", [0.01, 1, 5, 5.5, 6.5, 37])
def test_caller_may_hang_up_at_any_moment(vox: Vox, seconds: float) -> None:
    vox.user("operator", answer=False)
    vox.phone(CALLER, hangup=seconds).place("100", scenario=PLAYERS)
    session = vox.run()
    assert session.finish_reason == "Normal termination"


async def test_operator_rings_even_when_the_jingle_cannot_be_fetched(vox: Vox) -> None:
    vox.audio(JINGLE, error="404")
    operator = vox.user("operator", answer=3, hangup=5)
    call = await vox.phone(CALLER).dial("100", scenario=PLAYERS)
    await operator.rang()
    await call.heard("music.mp3")
    await call.ended()
    session = await vox.finished()
    assert session.log == ["the greeting cannot be played: 404"]


async def test_music_that_takes_too_long_to_fetch_leaves_silence(vox: Vox) -> None:
    vox.audio(MUSIC, seconds=180, download_seconds=15)  # the platform waits for 12
    vox.user("operator", answer=20, hangup=5)
    call = await vox.phone(CALLER).dial("100", scenario=PLAYERS)
    await call.ended()
    session = await vox.finished()
    assert session.log == ["the music cannot be played: Timeout is reached"]


def test_events_of_the_players_come_in_order(vox: Vox) -> None:
    vox.user("operator", answer=5, hangup=5)
    vox.phone(CALLER).place("100", scenario=PLAYERS)
    session = vox.run()
    assert [event.name for event in session.events if "Player." in event.name] == [
        "SequencePlayer.Created",
        "SequencePlayer.PlaybackReady",
        "SequencePlayer.Started",
        "SequencePlayer.PlaybackMarkerReached",
        "SequencePlayer.PlaybackFinished",
        "Player.Created",
        "Player.PlaybackReady",
        "Player.Started",
        "Player.Stopped",
    ]
