"""Media: who hears what and when, playbacks and players with their events, and the ready-made flows step by step."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from voxsim.testing import Vox
from voxsim.testing.calls import CallHandle

Write = Callable[[str], str]

UP = "call.answer()\nawait call.wait_for(CallEvents.Connected)\n"
TONE = "425@-19;5(1/4/1)"


def heard(call: CallHandle) -> list[tuple[float, str]]:
    """What reached one end of a call as sound: the second, and the content or `silence`."""
    return [
        (round(one.at / 1e6, 3), one.value or "silence")
        for one in call.received
        if one.what in ("heard", "digits", "silence")
    ]


def events(session: Any, prefix: str) -> list[tuple[float, str]]:
    """The events of one kind of unit: the second, and the name without its prefix."""
    return [
        (round(event.seconds, 3), event.name.removeprefix(prefix))
        for event in session.events
        if event.name.startswith(prefix)
    ]


def playback(session: Any) -> list[tuple[float, str]]:
    """The playback events of calls."""
    return [(seconds, name) for seconds, name in events(session, "Call.") if name.startswith("Playback")]


# --- one stream into a call ---


async def test_a_call_hears_what_is_said_to_it(vox: Vox, incoming: Write):
    vox.speech(2)
    call = await vox.phone().dial(scenario=incoming(f'{UP}call.say("hello")'))
    await call.heard("hello")
    await vox.advance(5)
    assert heard(call) == [(0.02, "hello"), (2.02, "silence")]
    assert playback(vox.session) == [(0.02, "PlaybackReady"), (0.02, "PlaybackStarted"), (2.02, "PlaybackFinished")]


async def test_what_is_said_right_after_answer_is_heard_once(vox: Vox, incoming: Write):
    vox.speech(2)
    call = await vox.phone().dial(scenario=incoming('call.answer(); call.say("hello")'))
    await vox.advance(5)
    assert [content for _, content in heard(call)] == ["hello", "silence"]


async def test_what_is_said_right_after_answer_is_heard_after_the_answer(vox: Vox, incoming: Write):
    call = await vox.phone().dial(scenario=incoming('call.answer(); call.say("hello")'))
    await call.answered()
    await call.heard("hello")


async def test_a_second_say_replaces_the_first_silently(vox: Vox, incoming: Write):
    vox.speech(4)
    call = await vox.phone().dial(scenario=incoming(f'{UP}call.say("one"); set_timeout(lambda: call.say("two"), 1000)'))
    await vox.advance(10)
    assert [content for _, content in heard(call) if content != "silence"] == ["one", "two"]
    assert [name for _, name in playback(vox.session)] == [
        "PlaybackReady",
        "PlaybackStarted",
        "PlaybackReady",
        "PlaybackStarted",
        "PlaybackFinished",
    ]
    assert playback(vox.session)[-1] == (5.02, "PlaybackFinished")


async def test_two_says_at_once_let_only_the_second_be_heard(vox: Vox, incoming: Write):
    call = await vox.phone().dial(scenario=incoming(f'{UP}call.say("one"); call.say("two")'))
    await vox.advance(10)
    assert [content for _, content in heard(call) if content != "silence"] == ["two"]
    assert sum(name == "PlaybackFinished" for _, name in playback(vox.session)) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('VoxEngine.create_tts_player("new").send_media_to(call)', id="player"),
        pytest.param("call.start_playback('https://a.example/new.mp3')", id="playback"),
        pytest.param("other.send_media_to(call)", id="call"),
    ],
)
async def test_a_new_stream_replaces_the_old_one(code: str, vox: Vox, incoming: Write):
    talker = vox.phone("+15550100", answer=0)
    call = await vox.phone().dial(
        scenario=incoming(f"""{UP}
other = VoxEngine.call_pstn("+15550100", "1")
await other.wait_for(CallEvents.Connected)
old = VoxEngine.create_url_player("https://a.example/old.mp3", loop=True)
old.send_media_to(call)
await sleep(1)
{code}
Logger.write(len(call.sources))
""")
    )
    await vox.advance(2)
    (await talker.rang()).say("new")
    await vox.advance(1)
    assert vox.session.log == ["1"]
    words = [content for _, content in heard(call) if content != "silence"]
    assert ["old" in words[0], "new" in words[1], len(words)] == [True, True, 2]


async def test_a_unit_may_send_to_many(vox: Vox, incoming: Write):
    other = vox.phone("+15550100", answer=0)
    call = await vox.phone().dial(
        scenario=incoming(f"""{UP}
out = VoxEngine.call_pstn("+15550100", "1")
await out.wait_for(CallEvents.Connected)
player = VoxEngine.create_tts_player("to all")
player.send_media_to(call)
player.send_media_to(out)
player.send_media_to(out)
Logger.write(len(player.sinks))
""")
    )
    await call.heard("to all")
    await (await other.rang()).heard("to all")
    assert vox.session.log == ["2"]


async def test_stop_media_to_cuts_that_stream_only(vox: Vox, incoming: Write):
    other = vox.phone("+15550100", answer=0)
    call = await vox.phone().dial(
        scenario=incoming(f"""{UP}
out = VoxEngine.call_pstn("+15550100", "1")
await out.wait_for(CallEvents.Connected)
player = VoxEngine.create_url_player("https://a.example/a.mp3", loop=True)
player.send_media_to(call)
player.send_media_to(out)
await sleep(1)
player.stop_media_to(call)
player.stop_media_to(call)
""")
    )
    await vox.advance(3)
    assert [content for _, content in heard(call)][-1] == "silence"
    assert [content for _, content in heard(other.calls[0])][-1] != "silence"


async def test_what_plays_already_is_heard_by_a_call_that_joins_late(vox: Vox, incoming: Write):
    call = await vox.phone().dial(
        scenario=incoming(f"""{UP}
player = VoxEngine.create_url_player("https://a.example/a.mp3", loop=True)
await sleep(3)
player.send_media_to(call)
""")
    )
    assert (await call.heard("a.mp3")).at == 3_020_000


async def test_a_callee_hears_what_was_sent_to_it_before_it_answered(vox: Vox, started: Write):
    callee = vox.phone("+15550100", answer=5)
    vox.start(
        started("""
        call = VoxEngine.call_pstn("+15550100", "1")
        VoxEngine.create_url_player("https://a.example/a.mp3", loop=True).send_media_to(call)
    """)
    )
    assert (await (await callee.rang()).heard("a.mp3")).at == 5_000_000


async def test_a_call_that_is_not_open_for_media_hears_nothing(vox: Vox, incoming: Write):
    call = await vox.phone().dial(
        scenario=incoming("""
        playback = call.say("hello")
        finished = await playback.finished()
        Logger.write(finished.error)
    """)
    )
    await vox.logged("not connected")
    assert heard(call) == []


async def test_early_media_is_heard_before_the_answer(vox: Vox, incoming: Write):
    call = await vox.phone().dial(scenario=incoming('call.start_early_media(); call.say("please hold")'))
    await call.heard("please hold")
    assert call.state == "ALERTING"


async def test_nothing_is_heard_from_a_caller_in_early_media(vox: Vox, incoming: Write):
    other = vox.phone("+15550100", answer=0)
    call = await vox.phone().dial(
        scenario=incoming("""
        out = VoxEngine.call_pstn("+15550100", "1")
        await out.wait_for(CallEvents.Connected)
        call.start_early_media()
        VoxEngine.send_media_between(call, out)
    """)
    )
    await vox.advance(1)
    call.say("can you hear me")
    await vox.advance(5)
    assert heard(other.calls[0]) == []


@pytest.mark.parametrize("other", ["None", "'call'", "VoxEngine", "5"])
async def test_media_goes_to_media_units_only(other: str, vox: Vox, incoming: Write):
    await vox.phone().dial(scenario=incoming(f"call.send_media_to({other})"))
    await vox.failed("Media goes to a call, player, socket or other media unit")


async def test_a_player_cannot_receive(vox: Vox, incoming: Write):
    await vox.phone().dial(scenario=incoming('call.answer(); call.send_media_to(VoxEngine.create_tts_player("hello"))'))
    assert any("a player cannot receive media" in warning for warning in vox.session.warnings)


# --- two calls ---


async def test_media_between_two_calls_goes_both_ways_until_it_is_stopped(vox: Vox, incoming: Write):
    vox.phone("+15550100", answer=0)
    one = await vox.phone().dial(
        scenario=incoming(f"""{UP}
out = VoxEngine.call_pstn("+15550100", "1")
await out.wait_for(CallEvents.Connected)
VoxEngine.send_media_between(call, out)
await sleep(10)
VoxEngine.stop_media_between(call, out)
""")
    )
    await vox.advance(1)
    two = await vox._parties[0].rang()
    one.say("hello two")
    two.say("hello one")
    await one.heard("hello one")
    await two.heard("hello two")
    one.press("5")
    await two.pressed("5")
    await vox.advance(12)
    before = len(one.received), len(two.received)
    one.say("still there")
    two.say("anybody")
    await vox.advance(1)
    assert (len(one.received), len(two.received)) == before
    links = [record.name for record in vox.session.timeline if record.kind == "link"]
    assert links == ["joined", "parted"]


async def test_digits_that_are_handled_are_cut_from_the_audio(vox: Vox, incoming: Write):
    vox.phone("+15550100", answer=0)
    one = await vox.phone().dial(
        scenario=incoming(f"""{UP}
out = VoxEngine.call_pstn("+15550100", "1")
await out.wait_for(CallEvents.Connected)
VoxEngine.send_media_between(call, out)
call.handle_tones(True, DTMFType.TELEPHONE_EVENT)
""")
    )
    await vox.advance(1)
    two = await vox._parties[0].rang()
    one.press("1", 1)
    one.press("2", 3)
    await two.pressed("2")
    assert [content for _, content in heard(two)] == ["2"]


async def test_the_end_of_one_call_cuts_its_routes_and_leaves_the_other_up(vox: Vox, incoming: Write):
    vox.phone("+15550100", answer=0, hangup=3)
    one = await vox.phone().dial(
        scenario=incoming(f"""{UP}
out = VoxEngine.call_pstn("+15550100", "1")
VoxEngine.send_media_between(call, out)
await out.wait_for(CallEvents.Disconnected)
Logger.write([len(call.sinks), len(call.sources), len(out.sinks), len(out.sources)])
out.send_media_to(call)
""")
    )
    await vox.logged("[0, 0, 0, 0]")
    await vox.settled()
    assert any("has ended" in warning for warning in vox.session.warnings)
    assert one.state == "CONNECTED"


async def test_digits_are_sent_one_by_one_with_pauses(vox: Vox, incoming: Write):
    call = await vox.phone().dial(scenario=incoming(f'{UP}call.send_digits("1p#0")'))
    await call.pressed("1#0")
    assert [(round(one.at / 1e6, 3), one.value) for one in call.received if one.what == "digits"] == [
        (0.02, "1"),
        (0.62, "#"),
        (0.72, "0"),
    ]


async def test_what_is_no_digit_is_an_error(vox: Vox, incoming: Write):
    await vox.phone().dial(scenario=incoming(f'{UP}call.send_digits("12a")'))
    await vox.failed("'a' are no digits")


# --- playbacks on a call ---


async def test_stop_playback_fires_no_finished(vox: Vox, incoming: Write):
    vox.speech(10)
    call = await vox.phone().dial(
        scenario=incoming(f"""{UP}
playback = call.say("a long text")
await sleep(2)
call.stop_playback()
call.stop_playback()
try:
    await playback.finished()
except PlaybackStopped:
    Logger.write("stopped")
""")
    )
    await vox.advance(20)
    assert [name for _, name in playback(vox.session)] == ["PlaybackReady", "PlaybackStarted"]
    assert heard(call) == [(0.02, "a long text"), (2.02, "silence")]
    assert vox.session.log == ["stopped"]


async def test_a_looped_playback_does_not_finish(vox: Vox, incoming: Write):
    call = await vox.phone().dial(scenario=incoming(f'{UP}call.start_playback("https://a.example/a.mp3", loop=True)'))
    await vox.advance(3600)
    assert [name for _, name in playback(vox.session)] == ["PlaybackReady", "PlaybackStarted"]
    assert call.state == "CONNECTED"


@pytest.mark.parametrize(
    "arguments", ["loop=True", "{'loop': True}", "True", "{'loop': True, 'progressivePlayback': True}"]
)
async def test_loop_may_be_given_in_every_documented_way(arguments: str, vox: Vox, incoming: Write):
    await vox.phone().dial(scenario=incoming(f'{UP}call.start_playback("https://a.example/a.mp3", {arguments})'))
    await vox.advance(60)
    assert "PlaybackFinished" not in [name for _, name in playback(vox.session)]


@pytest.mark.parametrize(
    "facts",
    [{"error": "HTTP status 404"}, {"size_bytes": 11 * 1024 * 1024}, {"download_seconds": 13}],
    ids=["broken", "large", "slow"],
)
async def test_a_file_that_cannot_be_played_finishes_with_an_error(facts: dict[str, Any], vox: Vox, incoming: Write):
    vox.audio("https://a.example/a.mp3", 5, **facts)
    call = await vox.phone().dial(scenario=incoming(f'{UP}call.start_playback("https://a.example/a.mp3")'))
    await vox.advance(20)
    (name,) = [name for _, name in playback(vox.session)]
    assert name == "PlaybackFinished"
    (finished,) = [event.facts() for event in vox.session.events if event.name == "Call.PlaybackFinished"]
    assert finished["error"]
    assert heard(call) == []


async def test_a_playback_ends_with_its_call(vox: Vox, incoming: Write):
    vox.speech(60)
    await vox.phone(hangup=2).dial(
        scenario=incoming(f"""{UP}
try:
    await call.say("a long text").finished()
except (PlaybackStopped, CallEnded):
    Logger.write("cut")
""")
    )
    session = await vox.finished()
    assert session.log == ["cut"]
    assert [name for _, name in playback(session)] == ["PlaybackReady", "PlaybackStarted"]
    assert not session.session.players


@pytest.mark.parametrize(("country", "content"), [("RU", TONE), ("US", "440@-19,480@-19;*(2/4/1+2)")])
async def test_a_progress_tone_is_heard_over_and_over(country: str, content: str, vox: Vox, incoming: Write):
    call = await vox.phone().dial(scenario=incoming(f"call.start_early_media(); call.play_progress_tone('{country}')"))
    await vox.advance(50)
    assert [one for _, one in heard(call)] == [content]
    assert [name for _, name in playback(vox.session)] == ["PlaybackReady", "PlaybackStarted"]


async def test_a_progress_tone_goes_on_when_media_is_bridged_until_it_is_stopped(vox: Vox, incoming: Write):
    vox.phone("+15550100", answer=2)
    await vox.phone().dial(
        scenario=incoming("""
        call.start_early_media()
        tone = call.play_progress_tone("RU")
        out = VoxEngine.call_pstn("+15550100", "1")
        await out.wait_for(CallEvents.Connected)
        VoxEngine.send_media_between(call, out)
        Logger.write(tone in call.sources)
        call.stop_playback()
        Logger.write(tone in call.sources)
        Logger.write(out in call.sources)
    """)
    )
    await vox.advance(3)
    assert vox.session.log == ["true", "false", "true"]


# --- players ---


def with_player(make: str, then: str = "") -> str:
    """A scenario that makes a player in Started, logs its events with their seconds, and does something with it."""
    return f"""
begun = now()

def tell(event):
    keys = ("duration", "offset", "error")
    extra = [str(getattr(event, key)) for key in keys if getattr(event, key, None) is not None]
    Logger.write(" ".join([f"{{(now() - begun).total_seconds():g}}", event.name.partition(".")[2], *extra]))

@VoxEngine.on(AppEvents.Started)
async def started(event):
    player = {make}
    kinds = SequencePlayerEvents if isinstance(player, SequencePlayer) else PlayerEvents
    for one in kinds:
        player.add_event_listener(one, tell)
{_indented(then)}
"""


def _indented(text: str) -> str:
    return textwrap.indent(textwrap.dedent(text).strip(), "    ")


SAY_10_S = 'VoxEngine.create_tts_player("ten seconds")'
PLAY = 'VoxEngine.create_url_player("https://a.example/a.mp3")'

PLAYERS = [
    pytest.param(SAY_10_S, "", ["0 Created", "0 PlaybackReady", "0 Started 10000", "10 PlaybackFinished"], id="speech"),
    pytest.param(
        f"VoxEngine.create_tone_script_player('{TONE}')",
        "",
        ["0 Created", "0 PlaybackReady", "0 Started 5000", "5 PlaybackFinished"],
        id="tone",
    ),
    pytest.param(
        f"VoxEngine.create_tone_script_player('{TONE}', loop=True)",
        "",
        ["0 Created", "0 PlaybackReady", "0 Started 5000"],
        id="loop",
    ),
    pytest.param(
        PLAY, "", ["0 Created", "2 PlaybackReady", "2 Started 8000", "10 PlaybackFinished"], id="file-that-is-fetched"
    ),
    pytest.param(
        SAY_10_S,
        "await sleep(4); player.stop(); player.stop()",
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "4 Stopped"],
        id="stop",
    ),
    pytest.param(SAY_10_S, "player.stop()", ["0 Stopped"], id="stop-at-once"),
    pytest.param(
        SAY_10_S,
        "await sleep(4); player.pause(); player.pause(); await sleep(5); player.resume(); player.resume()",
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "15 PlaybackFinished"],
        id="pause-and-resume",
    ),
    pytest.param(
        SAY_10_S,
        """
        for _ in range(2):
            await sleep(1)
            player.pause()
            await sleep(1)
            player.resume()
        """,
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "12 PlaybackFinished"],
        id="pause-and-resume-twice",
    ),
    pytest.param(
        SAY_10_S,
        "await sleep(4); player.pause(); await sleep(30); player.stop()",
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "34 Stopped"],
        id="stop-while-paused",
    ),
    pytest.param(
        'VoxEngine.create_tts_player("ten seconds", on_pause=True)',
        "await sleep(3); player.resume()",
        ["0 Created", "0 PlaybackReady", "3 Started 10000", "13 PlaybackFinished"],
        id="on-pause",
    ),
    pytest.param(
        'VoxEngine.create_tts_player("ten seconds", {"onPause": True})',
        "await sleep(3); player.stop()",
        ["0 Created", "0 PlaybackReady", "3 Stopped"],
        id="on-pause-stopped",
    ),
    pytest.param(
        'VoxEngine.create_tts_player("ten seconds", on_pause=True)',
        "player.resume()",
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "10 PlaybackFinished"],
        id="on-pause-resumed-at-once",
    ),
    pytest.param(
        SAY_10_S,
        "player.add_marker(3000); player.add_marker(-2500); player.add_marker(0)",
        [
            "0 Created",
            "0 PlaybackReady",
            "0 Started 10000",
            "0 PlaybackMarkerReached 0",
            "3 PlaybackMarkerReached 3000",
            "7.5 PlaybackMarkerReached -2500",
            "10 PlaybackFinished",
        ],
        id="markers",
    ),
    pytest.param(
        SAY_10_S,
        "await sleep(2); player.add_marker(5000); player.add_marker(1000)",
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "5 PlaybackMarkerReached 5000", "10 PlaybackFinished"],
        id="markers-set-while-playing",
    ),
    pytest.param(
        SAY_10_S,
        "player.add_marker(5000); await sleep(3); player.pause(); await sleep(4); player.resume()",
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "9 PlaybackMarkerReached 5000", "14 PlaybackFinished"],
        id="markers-wait-for-resume",
    ),
    pytest.param(
        SAY_10_S,
        """
        player.add_marker(5000)
        await player.wait_for(PlayerEvents.PlaybackMarkerReached)
        player.pause()
        await sleep(4)
        player.resume()
        """,
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "5 PlaybackMarkerReached 5000", "14 PlaybackFinished"],
        id="marker-that-pauses-comes-once",
    ),
    pytest.param(
        SAY_10_S,
        "player.add_marker(11_000); player.add_marker(-11_000)",
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "10 PlaybackFinished"],
        id="markers-outside",
    ),
    pytest.param(
        SAY_10_S,
        "player.add_marker(5000); await sleep(2); player.stop()",
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "2 Stopped"],
        id="markers-end-with-the-player",
    ),
    pytest.param(
        'VoxEngine.create_url_player("https://a.example/stalls.mp3", progressive_playback=True)',
        "",
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "4 Buffering", "12 PlaybackFinished"],
        id="buffering",
    ),
    pytest.param(
        'VoxEngine.create_url_player("https://a.example/stalls.mp3")',
        "",
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "10 PlaybackFinished"],
        id="no-buffering-without-progressive-playback",
    ),
    pytest.param(
        'VoxEngine.create_url_player("https://a.example/stalls.mp3", progressive_playback=True)',
        "await sleep(8); player.pause(); await sleep(1); player.resume()",
        ["0 Created", "0 PlaybackReady", "0 Started 10000", "4 Buffering", "13 PlaybackFinished"],
        id="pause-after-buffering",
    ),
    pytest.param(
        'VoxEngine.create_url_player("https://a.example/broken.mp3")',
        "",
        ["0 Created", "0 Error HTTP status 404", "0 PlaybackFinished HTTP status 404"],
        id="error",
    ),
    pytest.param(
        'VoxEngine.create_url_player({"url": "https://a.example/slow.mp3", "method": URLPlayerRequestMethod.POST})',
        "",
        ["0 Created", "12 Error Timeout is reached", "12 PlaybackFinished Timeout is reached"],
        id="download-timeout",
    ),
    pytest.param(
        'VoxEngine.create_sequence_player(segments=[{"text": "ten seconds"}, {"url": "https://a.example/stalls.mp3"}])',
        "",
        ["0 Created", "0 PlaybackReady", "0 Started", "20 PlaybackFinished"],
        id="sequence",
    ),
    pytest.param(
        'VoxEngine.create_sequence_player(segments=[{"text": "ten seconds"}, {"text": "five"}])',
        "player.add_marker(1000, 1); player.add_marker(-1000, 0); player.add_marker(-1000); player.add_marker(2000)",
        [
            "0 Created",
            "0 PlaybackReady",
            "0 Started",
            "2 PlaybackMarkerReached 2000",
            "9 PlaybackMarkerReached -1000",
            "11 PlaybackMarkerReached 1000",
            "14 PlaybackMarkerReached -1000",
            "15 PlaybackFinished",
        ],
        id="sequence-markers",
    ),
    pytest.param(
        'VoxEngine.create_sequence_player({"segments": [{"text": "five"}, {"url": "https://a.example/broken.mp3"}]})',
        "",
        ["0 Created", "0 Error HTTP status 404", "0 PlaybackFinished HTTP status 404"],
        id="sequence-error",
    ),
    pytest.param(
        'VoxEngine.create_sequence_player(segments=[{"text": "ten seconds"}, {"text": "five"}])',
        "await sleep(12); player.pause(); await sleep(10); player.resume()",
        ["0 Created", "0 PlaybackReady", "0 Started", "25 PlaybackFinished"],
        id="sequence-paused-in-its-second-segment",
    ),
]


@pytest.mark.parametrize(("make", "then", "told"), PLAYERS)
async def test_a_player_tells(make: str, then: str, told: list[str], vox: Vox, scenario: Write):
    vox.speech({"ten seconds": 10, "five": 5})
    vox.audio("https://a.example/a.mp3", 8, download_seconds=2)
    vox.audio("https://a.example/stalls.mp3", 10, stall_at=4, stall_seconds=2)
    vox.audio("https://a.example/broken.mp3", 5, error="HTTP status 404")
    vox.audio("https://a.example/slow.mp3", 5, download_seconds=30)
    vox.start(scenario(with_player(make, then)))
    await vox.advance(59)
    assert vox.session.log == told


async def test_each_file_of_a_sequence_has_its_own_time_to_be_fetched(vox: Vox, scenario: Write):
    for name in "ab":
        vox.audio(f"https://a.example/{name}.mp3", 1, download_seconds=7)
    vox.start(
        scenario(
            with_player("""VoxEngine.create_sequence_player(
        segments=[{"url": "https://a.example/a.mp3"}, {"url": "https://a.example/b.mp3"}]
    )""")
        )
    )
    await vox.finished()
    assert [line.partition(" ")[2] for line in vox.session.log] == [
        "Created",
        "PlaybackReady",
        "Started",
        "PlaybackFinished",
    ]


@pytest.mark.parametrize("kind", ["PlaybackFinished", "Stopped", "Error"])
async def test_the_end_of_a_player_can_be_waited_for(kind: str, vox: Vox, started: Write):
    vox.audio("https://a.example/broken.mp3", 5, error="HTTP status 404")
    name = "broken" if kind == "Error" else "a"
    vox.start(
        started(f"""
        player = VoxEngine.create_url_player("https://a.example/{name}.mp3")
        if "{kind}" == "Stopped":
            set_timeout(player.stop, 1000)
        event = await player.wait_for(PlayerEvents.{kind})
        Logger.write(event.name)
    """)
    )
    await vox.logged(f"Player.{kind}")


async def test_a_player_that_was_stopped_raises_in_those_who_wait_for_its_end(vox: Vox, started: Write):
    vox.start(
        started("""
        player = VoxEngine.create_url_player("https://a.example/a.mp3")
        set_timeout(player.stop, 1000)
        for wait in (player.finished, lambda: player.wait_for(PlayerEvents.PlaybackFinished)):
            try:
                await wait()
            except PlaybackStopped as error:
                Logger.write(error.args[0])
    """)
    )
    await vox.finished()
    assert vox.session.log == ["The playback 'https://a.example/a.mp3' was stopped or replaced before its end."] * 2


async def test_a_paused_player_is_silent_and_goes_on_where_it_was(vox: Vox, incoming: Write):
    vox.speech({"ten seconds": 10, "five": 5})
    call = await vox.phone().dial(
        scenario=incoming(f"""{UP}
player = VoxEngine.create_sequence_player(segments=[{{"text": "five"}}, {{"text": "ten seconds"}}])
player.send_media_to(call)
await sleep(6)
player.pause()
await sleep(4)
player.resume()
""")
    )
    await vox.advance(30)
    assert heard(call) == [
        (0.02, "five"),
        (5.02, "ten seconds"),
        (6.02, "silence"),
        (10.02, "ten seconds"),
        (19.02, "silence"),
    ]


async def test_a_looped_player_is_heard_again_after_a_pause_in_a_later_round(vox: Vox, incoming: Write):
    call = await vox.phone().dial(
        scenario=incoming(f"""{UP}
player = VoxEngine.create_tone_script_player("{TONE}", loop=True)
player.send_media_to(call)
await sleep(12)
player.pause()
await sleep(4)
player.resume()
""")
    )
    await vox.advance(20)
    assert heard(call) == [(0.02, TONE), (12.02, "silence"), (16.02, TONE)]


async def test_a_player_is_over_for_good(vox: Vox, started: Write):
    vox.phone("+15550100", answer=0)
    vox.start(
        started("""
        call = VoxEngine.call_pstn("+15550100", "1")
        player = VoxEngine.create_url_player("https://a.example/a.mp3")
        await player.finished()
        player.send_media_to(call)
        player.resume()
        Logger.write(len(player.sinks))
    """)
    )
    await vox.logged("0")
    assert any("is over" in warning for warning in vox.session.warnings)


async def test_a_player_fires_no_events_of_the_call_that_hears_it(vox: Vox, incoming: Write):
    call = await vox.phone().dial(scenario=incoming(f'{UP}VoxEngine.create_tts_player("hello").send_media_to(call)'))
    await call.heard("hello")
    await vox.advance(5)
    assert playback(vox.session) == []


@pytest.mark.parametrize(
    "make",
    [
        "VoxEngine.create_sequence_player(segments=[])",
        'VoxEngine.create_sequence_player(segments=[{"speech": "hello"}])',
        "VoxEngine.create_url_player({})",
        "VoxEngine.create_url_player(None)",
    ],
)
async def test_a_player_of_nothing_is_an_error(make: str, vox: Vox, started: Write):
    vox.start(started(make))
    assert "BadArgument" in (await vox.failed()).message


# --- easyProcess, step by step ---

EASY = """
out = VoxEngine.call_pstn("+15550100", event.callerid)
VoxEngine.easy_process(call, out, lambda one, two: Logger.write(f"established {one is call} {two is out}"))
"""


async def test_easy_process_joins_the_media_at_once(vox: Vox, incoming: Write):
    vox.phone("+15550100", "silent")
    await vox.phone().dial(scenario=incoming(EASY + "Logger.write([out in call.sinks, call in out.sinks])"))
    assert vox.session.log == ["[true, true]"]


async def test_easy_process_answers_the_caller_when_the_callee_answers(vox: Vox, incoming: Write):
    vox.phone("+15550100", ring=None, answer=3)
    call = await vox.phone().dial(scenario=incoming(EASY))
    assert (await call.answered()).at == 3_020_000
    await vox.logged("established True True")
    assert vox.session.log == ["established True True"]


async def test_easy_process_passes_ringing_and_early_media_on(vox: Vox, incoming: Write):
    vox.phone("+15550100", ring=1, early=2, answer=3)
    call = await vox.phone().dial(scenario=incoming(EASY))
    await call.answered()
    assert [(one.what, one.at) for one in call.received] == [
        ("rang", 1_000_000),
        ("early_media", 2_000_000),
        ("answered", 3_020_000),
    ]


async def test_easy_process_passes_messages_and_infos_on_both_ways(vox: Vox, incoming: Write):
    callee = vox.phone("+15550100", answer=0)
    call = await vox.phone().dial(scenario=incoming(EASY))
    await call.answered()
    other = await callee.rang()
    for here, there in ((call, other), (other, call)):
        here.send_message("hello")
        await there.messaged("hello")
        here.send_info("application/json", "{}", {"X-A": "1"})
        assert (await there.informed("{}")).data == {"mimeType": "application/json", "X-A": "1"}


async def test_easy_process_passes_sound_on_both_ways(vox: Vox, incoming: Write):
    callee = vox.phone("+15550100", answer=0)
    call = await vox.phone().dial(scenario=incoming(EASY))
    await call.answered()
    other = await callee.rang()
    call.say("hello callee")
    await other.heard("hello callee")
    other.say("hello caller")
    await call.heard("hello caller")


async def test_easy_process_passes_reinvites_of_users_on(vox: Vox, incoming: Write):
    callee = vox.user("anna", answer=0)
    caller = vox.user("ben")
    call = await caller.dial(
        "anna",
        scenario=incoming("""
        VoxEngine.easy_process(call, VoxEngine.call_user(username="anna", callerid=event.callerid))
    """),
    )
    await call.answered()
    other = await callee.rang()
    call.re_invite("application/sdp", "v=0")
    assert (await other.reinvited("v=0")).data["mimeType"] == "application/sdp"
    await vox.settled()
    assert [one.value for one in call.received if one.what == "reinvite_answer"] == ["200 OK"]


async def test_easy_process_tells_a_user_that_its_reinvite_was_refused(vox: Vox, incoming: Write):
    vox.user("anna", answer=0, takes_reinvite=488)
    call = await vox.user("ben").dial(
        "anna",
        scenario=incoming("""
        VoxEngine.easy_process(call, VoxEngine.call_user(username="anna", callerid=event.callerid))
    """),
    )
    await call.answered()
    await call.re_invite("application/sdp", "v=0")
    await vox.advance(1)
    assert [one.value for one in call.received if one.what == "reinvite_answer"] == ["488 Not Acceptable Here"]


async def test_easy_process_accepts_json_reinvites_of_phones_by_itself(vox: Vox, incoming: Write):
    vox.phone("+15550100", answer=0)
    call = await vox.phone().dial(scenario=incoming(EASY))
    await call.answered()
    await call.re_invite("application/json", "{}")
    await call.re_invite("application/sdp", "v=0")
    await vox.advance(1)
    assert [one.value for one in call.received if one.what == "reinvite_answer"] == ["200 OK"]


async def test_easy_process_gives_the_callees_headers_to_the_caller(vox: Vox, incoming: Write):
    callee = vox.phone("+15550100", "silent")
    call = await vox.phone().dial(scenario=incoming(EASY))
    (await callee.rang()).line.leg.far_answers({"X-Agent": "7", "Server": "sip"})
    assert (await call.answered()).data == {"X-Agent": "7"}


async def test_easy_process_of_what_are_no_calls_is_an_error(vox: Vox, incoming: Write):
    await vox.phone().dial(scenario=incoming("VoxEngine.easy_process(call, None)"))
    await vox.failed("easyProcess joins two calls")


async def test_direct_calls_carry_no_media_through_the_platform(vox: Vox, incoming: Write):
    callee = vox.user("anna", answer=1)
    call = await vox.user("ben").dial(
        "anna",
        scenario=incoming("""
        out = VoxEngine.call_user_direct(call, "anna", callerid="ben", display_name="Ben")
        VoxEngine.easy_process(call, out, None, True)
    """),
    )
    await call.answered()
    other = await callee.rang()
    assert other.received[0].data["X-DirectCall"] == "true"
    call.say("hello")
    await vox.advance(2)
    assert heard(other) == []


# --- forwarding ---


@pytest.mark.parametrize(
    ("code", "kind", "address", "dialled", "shown"),
    [
        ("VoxEngine.forward_call_to_pstn()", "phone", "15550100", "15550100", "15550001"),
        ('VoxEngine.forward_call_to_pstn(lambda number: "1555" + number)', "phone", "15550100", "0100", "15550001"),
        ('VoxEngine.forward_call_to_pstn(None, None, {"callerid": "1777"})', "phone", "15550100", "15550100", "1777"),
        ('VoxEngine.forward_call_to_pstn(callerid="1777")', "phone", "15550100", "15550100", "1777"),
        ("VoxEngine.forward_call_to_user()", "user", "anna", "anna", "15550001"),
        ("VoxEngine.forward_call_to_user_direct()", "user", "anna", "anna", "15550001"),
        ("VoxEngine.forward_call_to_sip()", "sip", "sip:desk@app.account.voximplant.com", "desk", "15550001"),
    ],
)
@pytest.mark.parametrize("where", ["top-level", "started"])
async def test_a_forwarder_calls_and_joins(
    where: str, code: str, kind: str, address: str, dialled: str, shown: str, vox: Vox, scenario: Write, started: Write
):
    callee = getattr(vox, kind)(address, answer=2, hangup=5)
    call = await vox.phone("+15550001").dial(dialled, scenario=(scenario if where == "top-level" else started)(code))
    other = await callee.rang()
    assert other.received[0].value == shown
    await call.answered()
    session = await vox.finished()
    assert session.finish_reason == "Normal termination"
    assert vox.now == 7


async def test_a_forwarder_tells_when_both_are_up(vox: Vox, scenario: Write):
    vox.phone("15550100", answer=2)
    call = await vox.phone().dial(
        "15550100",
        scenario=scenario("""
        VoxEngine.forward_call_to_pstn(None, lambda one, two: Logger.write([one.incoming(), two.incoming()]))
    """),
    )
    await call.answered()
    await vox.logged("[true, false]")


async def test_play_sound_and_hangup_answers_plays_and_hangs_up(vox: Vox, scenario: Write):
    vox.audio("https://a.example/bye.mp3", 7)
    call = await vox.phone().dial(scenario=scenario('VoxEngine.play_sound_and_hangup("https://a.example/bye.mp3")'))
    await call.answered()
    await call.ended(16)
    assert vox.now == pytest.approx(7, abs=0.03)
    assert [content for _, content in heard(call) if content != "silence"] == ["https://a.example/bye.mp3"]
