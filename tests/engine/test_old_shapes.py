"""The ways in which scenarios in production really give arguments: older orders and names, all of them accepted."""

import pytest

from voxsim.testing import Vox

SHAPES = """
call.say("x", Language.US_ENGLISH_FEMALE)
call.say("x", {"language": Language.RU_RUSSIAN_FEMALE})
call.say("x", {"voice": VoiceList.Google.en_US_Wavenet_A})
call.say("x", VoiceList.Amazon.en_US_Joanna)
call.say("x")
call.hangup({"X-Multiple-Login": "1"})
call.answer({}, {"audioLevelExtension": True})
call.answer({}, {"mixStreams": True, "audioLevelExtension": True})
call.answer(None, {"scheme": {}})
call.send_media_to(player, {"tag": "a", "encoding": WebSocketAudioEncoding.ULAW})
call.send_media_to(player, {"encoding": "PCM16", "sampleRate": 8000, "onData": None})
call.start_playback("http://sounds.example/a.mp3", True)
call.start_playback("http://sounds.example/a.mp3", {"loop": True})
call.start_early_media(None, {})
call.handle_tones(True)
call.play_progress_tone("RU")
call.reject()
call.reject(486)
call.send_info("application/json", "{}", {"X-A": "b"})
call.send_info("application/json", "{}")
VoxEngine.call_pstn("+15550100", "+15550101")
VoxEngine.call_pstn("+15550100")
VoxEngine.call_pstn("+15550100", "+15550101", {"followDiversion": True})
VoxEngine.call_pstn("+15550100", "+15550101", None, {}, {"customSipHeaders": {}})
VoxEngine.call_user({"username": "desk", "callerid": "1"})
VoxEngine.call_user("desk", "1")
VoxEngine.call_user("desk", "1", "Desk")
VoxEngine.call_user("desk", "1", "Desk", {"X-identifier": "7"})
VoxEngine.call_user("desk", "1", "Desk", None, True, {})
VoxEngine.call_user("desk", {"displayName": "Desk", "extraHeaders": {}, "timeout": 20})
VoxEngine.call_user("desk")
VoxEngine.call_user({"username": "desk", "callerid": "1", "displayName": "D", "video": False, "scheme": {}})
VoxEngine.call_user_direct(call, "desk", {"callerid": "1", "displayName": "D", "extraHeaders": {}})
VoxEngine.call_user_direct(call, "desk", "Desk", None)
VoxEngine.call_user_direct(call, "desk", "1", "Desk", None)
VoxEngine.call_sip("sip:a@b.example", "1")
VoxEngine.call_sip("sip:a@b.example", {"regId": 1})
VoxEngine.call_sip("sip:a@b.example", {"regId": 1, "timeout": 30})
VoxEngine.call_sip("sip:a@b.example", {"callerid": "1", "displayName": "D", "regId": 1, "destination": "x"})
VoxEngine.call_sip("sip:a@b.example", {"callerid": "1", "displayName": "D", "password": "p", "authUser": "u"})
VoxEngine.call_sip("sip:a@b.example", {"callerid": "1", "displayName": "D", "extraHeaders": {"X-A": "1"}})
VoxEngine.call_sip("sip:a@b.example", "1", "D", None, None, None, {"X-A": "1"})
VoxEngine.call_sip("sip:a@b.example")
VoxEngine.easy_process(call, other)
VoxEngine.easy_process(call, other, lambda a, b: None)
VoxEngine.easy_process(call, other, lambda a, b: None, False)
VoxEngine.easy_process(call, other, None, False)
VoxEngine.send_media_between(call, other)
VoxEngine.send_media_between(call, other, {"encoding": "PCM16", "sampleRate": 8000, "channels": 1})
VoxEngine.create_tts_player("x", {"language": Language.US_ENGLISH_FEMALE})
VoxEngine.create_tts_player("x", {"language": Language.US_ENGLISH_FEMALE, "progressivePlayback": True})
VoxEngine.create_tts_player("x", Language.US_ENGLISH_FEMALE)
VoxEngine.create_tts_player("x", {"voice": VoiceList.Amazon.en_US_Joanna, "progressivePlayback": True})
VoxEngine.create_url_player("http://sounds.example/a.mp3", True)
VoxEngine.create_url_player("http://sounds.example/a.mp3", True, True)
VoxEngine.create_url_player({"url": "http://sounds.example/a.mp3"}, {"loop": True})
VoxEngine.create_url_player("http://sounds.example/a.mp3")
VoxEngine.create_web_socket("ws://peer.example/", {"privacy": True, "statistics": True})
VoxEngine.create_web_socket("ws://peer.example/", {"headers": [{"name": "X-A", "value": "1"}]})
VoxEngine.create_web_socket("ws://peer.example/", {"protocols": "chat", "headers": {}, "privacy": True})
VoxEngine.forward_call_to_user_direct(lambda a, b: None, True)
VoxEngine.forward_call_to_user(lambda a, b: None)
Net.http_request_async("http://web.example/", {"method": "POST", "headers": ["A: b"], "postData": "x"})
Net.http_request_async("http://web.example/", {"method": "POST"}, lambda result: None)
Net.http_request_async("http://web.example/")
Net.http_request("http://web.example/", lambda result: None, {"method": "POST", "postData": "x", "timeout": 5})
Net.http_request("http://web.example/", lambda result: None)
Net.http_request("http://web.example/", {"method": "POST", "postData": "x"}, lambda result: None)
Net.http_request("http://web.example/", {"method": "POST", "postData": "x"})
Net.http_request("http://web.example/")
Net.http_request("http://web.example/", {"method": "GET", "callback": lambda result: None})
require(Modules.Player)
require(Modules.WebSocket)
player.add_event_listener(PlayerEvents.PlaybackError, print)
socket.add_event_listener(WebSocketEvents.Message, print)
"""

SCENARIO = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    call = event.call
    other = VoxEngine.call_pstn("+15550109", "1")
    player = VoxEngine.create_tts_player("x")
    socket = VoxEngine.create_web_socket("ws://peer.example/")
    {line}
    VoxEngine.terminate()
"""


@pytest.mark.parametrize("line", SHAPES.strip().splitlines())
async def test_the_shape_is_accepted(vox: Vox, tmp_path, line):
    file = tmp_path / "scenario.py"
    file.write_text(SCENARIO.format(line=line))
    vox.web.on("*", "http://web.example/").reply(text="ok")
    vox.phone("+15550109")
    await vox.phone().dial("100", scenario=str(file))
    session = await vox.finished()
    assert str(session.finish_reason) == "Normal termination"
