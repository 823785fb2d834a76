"""Values of the wrong kind, for what hears, records, plays and asks: the command says so at once, and no later."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voxsim.testing import Vox

Write = Callable[[str], str]

NAN, INF = 'float("nan")', 'float("inf")'
VOICE = 'VoximplantAvatar.VoiceAvatar({{"call": call, "avatarConfig": {{"avatarId": "a"}}, {}}})'
DIALOGFLOW = "AI.create_dialogflow({})"
RECOGNISER = 'VoxEngine.create_asr("ASRProfileList.Google.en_US", {})'
SEQUENCE = "VoxEngine.create_sequence_player({})"
STREAM = 'VoxEngine.create_streaming_agent(url="rtmp://a.example/live"{})'
PARTICIPANT = (
    'CCAI.Conversation({{"agent": CCAI.Agent("a"), "profile": {{"name": "p"}}}}).add_participant(call=call, {})'
)

WRONG = [
    RECOGNISER.format("5"),
    RECOGNISER.format("phrase_hints=object()"),
    "call.enable_beep_detection(frequencies=1000)",
    f"call.enable_beep_detection(frequencies=[{NAN}])",
    f"call.enable_beep_detection(timeout={INF})",
    f"call.monitor_media_statistics(interval={NAN})",
    f"call.monitor_media_statistics(interval={INF})",
    f"Silero.create_vad(min_silence_duration_ms={INF})",
    f"Pipecat.create_turn_detector(threshold={NAN})",
    f'IVRState("menu", {{"type": "select", "timeout": {INF}}}).enter(call)',
    'IVRState("menu", {"type": "select", "prompt": {"say": None}}).enter(call)',
    VOICE.format('"asrParameters": "en"'),
    VOICE.format('"asrParameters": {"profile": "p", "phraseHints": 5}'),
    VOICE.format('"asrParameters": {"profile": "p"}, "ttsPlayerParameters": 5'),
    VOICE.format('"asrParameters": {"profile": "p"}, "ttsPlayerParameters": {"ttsOptions": 5}'),
    VOICE.format('"asrParameters": {"profile": "p"}, "defaultListenTimeout": "soon"'),
    VOICE.format(f'"asrParameters": {{"profile": "p"}}, "asrEndOfPhraseDetectorTimeout": {INF}'),
    DIALOGFLOW.format('phrase_hints=[["a"], 5]'),
    DIALOGFLOW.format('output_audio_config={"synthesizeSpeechConfig": {"voice": "Anna"}}'),
    DIALOGFLOW.format("query_parameters=5"),
    DIALOGFLOW.format("output_audio_config=5"),
    DIALOGFLOW.format("").replace("()", '().send_query(event={"name": "a", "parameters": 5})'),
    DIALOGFLOW.format("").replace("()", f"().add_marker({NAN})"),
    PARTICIPANT.format("options=5"),
    PARTICIPANT.format("dialogflow_settings=[1]"),
    PARTICIPANT.format('dialogflow_settings={"outputAudioConfig": 5}'),
    PARTICIPANT.format('dialogflow_settings={"phraseHints": 5}'),
    STREAM.format(', keyframe_interval="2"'),
    STREAM.format(f", keyframe_interval={NAN}"),
    STREAM.format("") + ".set_active_track(None)",
    STREAM.format("") + '.set_active_track({"audioTrack": "first"})',
    STREAM.format("") + '.set_active_track({"audioTrack": []})',
    SEQUENCE.format("segments=5"),
    SEQUENCE.format('segments=[{"text": "a", "parameters": 5}]'),
    SEQUENCE.format('segments=[{"text": "a"}]') + ".add_marker(0, 1)",
    SEQUENCE.format('segments=[{"text": "a"}]') + ".add_marker(0, -1)",
    f'VoxEngine.create_tts_player("a").add_marker({INF})',
    'VoxEngine.create_tts_player("a").stop_media_to("the call")',
    'ElevenLabs.create_realtime_tts_player("a", path_parameters=5)',
    "VoxTTS.create_realtime_tts_player(create_context_parameters=5)",
    "XAI.create_realtime_tts_player(connection_parameters=5)",
]


@pytest.mark.parametrize("line", WRONG)
async def test_a_value_of_the_wrong_kind_is_told_at_once_and_harms_nothing(vox: Vox, incoming: Write, line: str):
    scenario = incoming(f"""
        try:
            {line}
        except BadArgument as error:
            Logger.write(f"told: {{error}}")
        call.answer()
    """)
    call = await vox.phone().dial(scenario=scenario)
    await call.answered()
    await vox.advance(10)
    assert [text.partition(":")[0] for text in vox.session.log] == ["told"]
