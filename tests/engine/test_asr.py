"""Recognition: what is said comes out as text, in the documented order, by a model that a test can change."""

import pytest

from voxsim.engine.recognition import said_by, spoken, words_in_time
from voxsim.testing import Vox

LISTEN = """
from voxsim import *
require(Modules.ASR)

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    call = event.call
    asr = VoxEngine.create_asr({options})
    for kind in ASREvents:
        asr.add_event_listener(kind, tell)
    call.add_event_listener(CallEvents.Connected, lambda e: call.send_media_to(asr))
    call.add_event_listener(CallEvents.MessageReceived, lambda e: {on_message})
    call.add_event_listener(CallEvents.Disconnected, lambda e: VoxEngine.terminate())
    call.answer()

def tell(event):
    fields = [event.name]
    if event.name in (ASREvents.Result, ASREvents.InterimResult):
        fields.append(event.text)
    if event.name == ASREvents.Result:
        fields.append(event.confidence)
    if event.name == ASREvents.Stopped:
        fields += [event.cost, event.duration]
    if event.name == ASREvents.ASRError:
        fields.append(event.error)
    Logger.write(" ".join(map(str, fields)))
"""


@pytest.fixture
def listening(vox: Vox, tmp_path):
    """A caller, connected to a scenario that recognises what it says."""

    async def dial(options="profile=ASRProfileList.Google.en_US", on_message="asr.stop()", party=None):
        file = tmp_path / "listen.py"
        file.write_text(LISTEN.format(options=options, on_message=on_message))
        call = await vox.phone(**(party or {})).dial("100", scenario=str(file))
        await call.answered()
        return call

    return dial


async def test_an_utterance_runs_from_its_capture_to_its_result(vox: Vox, listening):
    call = await listening()
    call.say("two tickets please", 2)
    await vox.advance(5)
    heard = [(record.seconds, record.name) for record in vox.session.timeline if record.kind == "log"]
    start = heard[1][0]
    assert [(round(at - start, 3), name) for at, name in heard[1:]] == [
        (0, "ASR.CaptureStarted"),
        (2, "ASR.SpeechCaptured"),
        (2.5, "ASR.Result two tickets please 0.9"),
    ]
    assert heard[0][1] == "ASR.Started"


async def test_it_goes_on_listening(vox: Vox, listening):
    call = await listening()
    for text in ("one", "two"):
        call.say(text)
        await vox.logged(f"Result {text}")
    await call.send_message("stop")
    await vox.logged("ASR.Stopped 0 3")


async def test_interim_results_grow_word_by_word(vox: Vox, listening):
    call = await listening("profile=ASRProfileList.Google.en_US, interim_results=True")
    call.say("a b c d", 4)
    await vox.advance(6)
    assert vox.session.log[1:] == [
        "ASR.CaptureStarted",
        "ASR.InterimResult a",
        "ASR.InterimResult a b",
        "ASR.InterimResult a b c",
        "ASR.SpeechCaptured",
        "ASR.Result a b c d 0.9",
    ]


@pytest.mark.parametrize(
    ("profile", "scale"),
    [("ASRProfileList.Google.en_US", 1), ("ASRProfileList.Yandex.ru_RU", 100), ("ASRLanguage.RUSSIAN_RU", 100)],
)
async def test_confidence_comes_in_the_vendors_scale(vox: Vox, listening, profile, scale):
    call = await listening(f"profile={profile}")
    call.say("yes", confidence=0.75)
    await vox.logged(f"Result yes {0.75 if scale == 1 else 75}")


async def test_the_profile_says_the_language(vox: Vox, listening):
    call = await listening("profile=ASRProfileList.Google.pt_BR")
    call.say("sim")
    await vox.logged("Result")
    result = next(record for record in vox.session.events if record.name == "ASR.Result")
    assert (result.data.language_code, result.data.channel_tag) == ("pt-BR", 0)
    assert result.data.result_end_time.endswith("s")


async def test_hints_make_it_surer(vox: Vox, listening):
    call = await listening("profile=ASRProfileList.Google.en_US, phrase_hints=['Springfield']")
    call.say("to springfield")
    await vox.logged("Result to springfield 0.95")


async def test_noise_takes_sureness_away_until_nothing_is_understood(vox: Vox, listening):
    call = await listening()
    vox.recognition.noise = 0.5
    call.say("hello")
    await vox.logged("Result hello 0.4")
    vox.recognition.noise = 0.8
    call.say("hello")
    await vox.logged("Result  0.0")


async def test_one_party_may_be_in_a_noisy_place(vox: Vox, listening):
    call = await listening(party={"noise": 0.3, "say": "hello@1"})
    await vox.logged("Result hello 0.6")
    call.say("hello", confidence=0.9)
    await vox.logged("Result hello 0.9")


async def test_something_else_is_understood(vox: Vox, listening):
    call = await listening()
    vox.recognition.misheard = {"fifteen": "fifty"}
    call.say("fifteen")
    await vox.logged("Result fifty 0.9")


async def test_swear_words_are_filtered_when_asked_for(vox: Vox, listening):
    call = await listening("profile=ASRProfileList.Google.en_US, profanity_filter=True")
    call.say("oh damn it")
    await vox.logged("Result oh d*** it 0.9")


async def test_a_failure_ends_it(vox: Vox, listening):
    call = await listening()
    vox.recognition.error = "Service unavailable"
    call.say("hello")
    await vox.logged("ASR.Error Service unavailable")
    call.say("again")
    await vox.advance(5)
    assert vox.session.log == ["ASR.Started", "ASR.Error Service unavailable"]


@pytest.mark.parametrize(
    ("single", "results"), [(False, ["a b c d e f", "g h i j k l", "m n"]), (True, ["a b c d e f g h i j k l m n"])]
)
async def test_a_long_speech_gives_a_result_at_least_each_minute_unless_it_is_one_utterance(
    vox: Vox, listening, single, results
):
    call = await listening(f"profile=ASRProfileList.Google.en_US, single_utterance={single}")
    call.say("a b c d e f g h i j k l m n", 140)
    await vox.advance(150)
    assert [line[11:-4] for line in vox.session.log if line.startswith("ASR.Result")] == results


async def test_what_was_said_before_the_stream_was_cut_is_recognised(vox: Vox, listening):
    call = await listening(on_message="call.stop_media_to(asr)")
    call.say("one two three four", 4)
    await vox.advance(2)
    await call.send_message("cut")
    await vox.logged("Result one two")


async def test_digits_and_players_tones_are_no_speech(vox: Vox, listening):
    call = await listening()
    call.press("12")
    await vox.advance(3)
    assert vox.session.log == ["ASR.Started"]


async def test_a_call_knows_that_its_speech_is_watched_for(vox: Vox, listening):
    call = await listening(on_message="(Logger.write(call.vad()), asr.stop(), Logger.write(call.vad()))")
    await call.send_message("stop")
    assert vox.session.log == ["ASR.Started", "true", "false", "ASR.Stopped 0 1"]


async def test_everybody_in_a_conference_is_understood_and_its_music_is_not(vox: Vox, incoming):
    scenario = incoming("""
        require(Modules.ASR)
        require(Modules.Conference)
        room = VoxEngine.create_conference()
        asr = VoxEngine.create_asr(profile=ASRProfileList.Google.en_US)
        asr.add_event_listener(ASREvents.Result, lambda e: Logger.write(e.text))
        room.send_media_to(asr)
        VoxEngine.create_tts_player("you are welcome").send_media_to(room)
        call.answer()
        other = VoxEngine.call_pstn("+15550100")
        for one in (call, other):
            await one.wait_for(CallEvents.Connected)
            VoxEngine.send_media_between(one, room)
        asr.add_event_listener(ASREvents.Result, lambda e: VoxEngine.terminate() if e.text == "two" else None)
    """)
    vox.phone("+15550100", answer=0, say="two@3")
    await vox.phone(say="one@2").dial(scenario=scenario)
    assert (await vox.finished()).log == ["one", "two"]


async def test_nothing_can_be_done_with_it_after_its_end(vox: Vox, listening):
    call = await listening(on_message="(asr.stop(), asr.stop(), call.send_media_to(asr))")
    await call.send_message("stop")
    warnings = [record.name for record in vox.session.timeline if record.kind == "warning"]
    assert [text.split(":")[0] for text in warnings] == ["stop", "sendMediaTo"]


async def test_what_two_sayings_overlap_in_is_understood_of_both(vox: Vox, listening):
    call = await listening()
    call.say("one", 2)
    await vox.advance(1)
    call.say("two", 2)
    await vox.advance(5)
    assert vox.session.log[1:] == [
        "ASR.CaptureStarted",
        "ASR.CaptureStarted",
        "ASR.SpeechCaptured",
        "ASR.Result one 0.9",
        "ASR.SpeechCaptured",
        "ASR.Result two 0.9",
    ]


async def test_what_was_said_before_it_listened_is_not_heard(vox: Vox, listening):
    options = "profile=ASRProfileList.Google.en_US, interim_results=True"
    call = await listening(options, "(call.stop_media_to(asr), call.send_media_to(asr))")
    call.say("one two three four", 4)
    await vox.advance(2)
    await call.send_message("again")
    await vox.advance(4)
    results = [line for line in vox.session.log if "Result" in line]
    assert results == [
        "ASR.InterimResult one",
        "ASR.InterimResult one two",
        "ASR.Result one two 0.9",
        "ASR.InterimResult three",
        "ASR.Result three four 0.9",
    ]


async def test_a_cut_before_the_first_word_leaves_nothing_to_understand(vox: Vox, listening):
    call = await listening(on_message="call.stop_media_to(asr)")
    call.say("extraordinarily", 4)
    await vox.advance(1)
    await call.send_message("cut")
    await vox.logged("ASR.Result  0.0")


async def test_what_players_play_is_no_speech(vox: Vox, listening):
    call = await listening(on_message="VoxEngine.create_tts_player('hello').send_media_to(asr)")
    await call.send_message("play")
    await vox.advance(3)
    assert vox.session.log == ["ASR.Started"]


@pytest.mark.parametrize(("more", "results"), [("", 1), (", single_utterance=False", 3)])
async def test_salute_speech_takes_one_utterance_unless_told_otherwise(vox: Vox, listening, more, results):
    call = await listening(f"profile=ASRProfileList.SaluteSpeech.ru_RU{more}")
    call.say("a b c d e f g h i j k l m n", 140)
    await vox.advance(150)
    assert sum(line.startswith("ASR.Result") for line in vox.session.log) == results


@pytest.mark.parametrize("first", ["call.send_media_to(asr)", "asr.stop()"])
async def test_nobody_waits_for_a_stopped_recogniser(vox: Vox, incoming, first):
    scenario = incoming(f"""
        require(Modules.ASR)
        asr = VoxEngine.create_asr(profile=ASRProfileList.Google.en_US)
        call.answer()
        call.add_event_listener(CallEvents.MessageReceived, lambda e: asr.stop())
        {first}
        try:
            await asr.wait_for(ASREvents.Result)
        except RecognitionStopped:
            Logger.write("stopped")
    """)
    call = await vox.phone().dial(scenario=scenario)
    await call.answered()
    await call.send_message("stop")
    await vox.logged("stopped")


async def test_its_end_with_the_session_is_not_told_to_the_script(vox: Vox, listening):
    call = await listening()
    await call.hang_up()
    session = await vox.finished()
    assert "ASR.Stopped" not in [record.name for record in session.events]
    assert "ASR.Stopped" in [record.name for record in session.timeline if record.kind == "undelivered"]


@pytest.mark.parametrize("options", ["", "{'model': 'x'}"])
async def test_a_profile_or_a_language_is_needed(vox: Vox, tmp_path, options):
    file = tmp_path / "wrong.py"
    file.write_text(f"from voxsim import *\nrequire(Modules.ASR)\nVoxEngine.create_asr({options})\n")
    vox.start(str(file))
    assert "needs `profile`" in (await vox.failed()).message


async def test_a_missing_require_is_warned_of_once(vox: Vox, tmp_path):
    file = tmp_path / "forgot.py"
    file.write_text(
        "from voxsim import *\nVoxEngine.create_asr(lang=ASRLanguage.ENGLISH_US)\n"
        "VoxEngine.create_asr(lang='x')\nVoxEngine.terminate()\n"
    )
    vox.start(str(file))
    session = await vox.finished()
    warnings = [record.name for record in session.timeline if record.kind == "warning"]
    assert warnings == ["require(Modules.ASR) is missing: on the platform nothing of this module exists without."]


async def test_a_speech_of_ten_thousand_words_is_understood_part_by_part(vox: Vox, listening):
    call = await listening()
    call.say(" ".join(["word"] * 10_000), 150)
    await vox.advance(200)
    results = [record.data for record in vox.session.events if record.name == "ASR.Result"]
    assert [len(result.text.split()) for result in results] == [4000, 4000, 2000]


def test_words_in_time_are_said_to_their_ends_in_the_text():
    words = words_in_time(" ab  c ", 300)
    assert words == [(200, 2), (300, 4)]
    assert [spoken(" ab  c ")[: said_by(words, instant)] for instant in (199, 200, 300)] == ["", "ab", "ab c"]
