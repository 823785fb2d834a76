"""Every event of a call: what fires it, and with which payload, under the documented names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from voxsim import CallEvents
from voxsim.testing import Vox
from voxsim.testing.calls import CallHandle

Write = Callable[[str], str]


@attrs.define
class Kit:
    """What a row works with."""

    vox: Vox
    incoming: Write
    started: Write

    async def call(self, body: str = "", **caller: Any) -> CallHandle:
        """A caller whose call is answered; `body` is done once it is connected."""
        handle = await self.vox.phone(**caller).dial(
            scenario=self.incoming(f"""
call.answer()
await call.wait_for(CallEvents.Connected)
{body}
""")
        )
        await handle.answered()
        await self.vox.settled()
        return handle

    def payloads(self, event: Any) -> list[dict[str, Any]]:
        """The payloads of an event so far, without the call and its id, which are checked here."""
        found = []
        for record in self.vox.session.events:
            if record.name == event:
                facts = record.facts()
                assert facts.pop("call") == facts.pop("id") == record.unit
                found.append(facts)
        return found


Check = Callable[[Kit], Awaitable[None]]


async def dialled(kit: Kit, code: str = "", **callee: Any) -> None:
    """The scenario calls a phone that behaves so."""
    kit.vox.phone("+15550100", **callee)
    kit.vox.start(kit.started(f'call = VoxEngine.call_pstn("+15550100", "15550001")\n{code}'))
    await kit.vox.settled()


async def audio_started(kit: Kit) -> None:
    """An outgoing call gets early media."""
    await dialled(kit, silent=True, early=2)
    await kit.vox.advance(1.9)
    assert kit.payloads(CallEvents.AudioStarted) == []
    await kit.vox.advance(0.2)
    (facts,) = kit.payloads(CallEvents.AudioStarted)
    assert facts["code"] == 183
    assert facts["headers"] == {}


async def blind_transfer_requested(kit: Kit) -> None:
    """A REFER comes while `handleBlindTransfer(true)`: the same session gets it, and answers it."""
    call = await kit.call(
        """
        call.handle_blind_transfer(True)
        asked = await call.wait_for(CallEvents.BlindTransferRequested)
        call.notify_blind_transfer_failed(486, "Busy Here")
        asked = await call.wait_for(CallEvents.BlindTransferRequested)
        call.notify_blind_transfer_success()
    """.replace("\n        ", "\n")
    )
    call.transfer("200")
    await call.transferred(486)
    call.transfer("300")
    await call.transferred(200)
    assert [facts["transferTo"] for facts in kit.payloads(CallEvents.BlindTransferRequested)] == ["200", "300"]
    assert len(kit.vox.sessions) == 1


async def connected(kit: Kit) -> None:
    """The other side answered; headers are there always."""
    await dialled(kit, answer=3)
    await kit.vox.advance(4)
    (facts,) = kit.payloads(CallEvents.Connected)
    assert facts["headers"] == {}
    assert facts["encrypted"] is False


async def disconnected(kit: Kit) -> None:
    """The call ended, with a cause, its duration and its cost."""
    call = await kit.call()
    await kit.vox.advance(3.89)
    await call.hang_up()
    assert kit.payloads(CallEvents.Disconnected) == [
        {
            "headers": {"Reason": 'Q.850;cause=16;text="Normal call clearing"'},
            "internalCode": 16,
            "reason": "Normal call clearing",
            "duration": 4,
            "cost": 0,
            "direction": "All numbers",
        }
    ]


async def failed(kit: Kit) -> None:
    """An outgoing call ended before it was connected."""
    await dialled(kit, busy=1)
    await kit.vox.advance(2)
    assert kit.payloads(CallEvents.Failed) == [{"headers": {}, "code": 486, "reason": "Busy Here"}]
    assert kit.payloads(CallEvents.Disconnected) == []


async def info_received(kit: Kit) -> None:
    """A SIP INFO arrived."""
    call = await kit.call()
    await call.send_info("application/json", '{"a": 1}', {"X-Kind": "test"})
    assert kit.payloads(CallEvents.InfoReceived) == [
        {"headers": {"X-Kind": "test"}, "mimeType": "application/json", "body": '{"a": 1}'}
    ]


async def message_received(kit: Kit) -> None:
    """A text message arrived."""
    call = await kit.call()
    await call.send_message("hello")
    assert kit.payloads(CallEvents.MessageReceived) == [{"headers": {}, "text": "hello"}]


async def mic_status_change(kit: Kit) -> None:
    """Speech began and ended, only after `handleMicStatus(true)`."""
    call = await kit.call("set_timeout(lambda: call.handle_mic_status(True), 5000)")
    call.say("not watched", seconds=2)
    await kit.vox.advance(6)
    call.say("watched", seconds=2)
    await kit.vox.advance(1.9)
    assert kit.payloads(CallEvents.MicStatusChange) == [{"active": True}]
    await kit.vox.advance(0.2)
    assert kit.payloads(CallEvents.MicStatusChange) == [{"active": True}, {"active": False}]


async def on_hold(kit: Kit) -> None:
    """The other side holds the call, once."""
    call = await kit.call()
    await call.hold()
    await call.hold()
    assert kit.payloads(CallEvents.OnHold) == [{}]


async def off_hold(kit: Kit) -> None:
    """The other side takes the call off hold, if it was held."""
    call = await kit.call()
    await call.resume()
    assert kit.payloads(CallEvents.OffHold) == []
    await call.hold()
    await call.resume()
    await call.resume()
    assert kit.payloads(CallEvents.OffHold) == [{}]


async def playback_ready(kit: Kit) -> None:
    """The audio is in the cache, before it plays."""
    kit.vox.audio("https://a.example/a.mp3", 5, download_seconds=2)
    await kit.call('call.start_playback("https://a.example/a.mp3")')
    await kit.vox.advance(1.9)
    assert kit.payloads(CallEvents.PlaybackReady) == []
    await kit.vox.advance(0.2)
    assert kit.payloads(CallEvents.PlaybackReady) == [{}]
    names = [event.name for event in kit.vox.session.events]
    assert names.index(CallEvents.PlaybackReady) < names.index(CallEvents.PlaybackStarted)


async def playback_started(kit: Kit) -> None:
    """Playback began; its duration is in milliseconds."""
    await kit.call('call.play_progress_tone("RU")')
    assert kit.payloads(CallEvents.PlaybackStarted) == [{"duration": 5000}]


async def playback_finished(kit: Kit) -> None:
    """Playback ended by itself, with an error if it was one."""
    kit.vox.speech(2)
    await kit.call('call.say("hello")')
    await kit.vox.advance(1.99)
    assert kit.payloads(CallEvents.PlaybackFinished) == []
    await kit.vox.advance(0.02)
    assert kit.payloads(CallEvents.PlaybackFinished) == [{}]


async def reinvite_received(kit: Kit) -> None:
    """The other side asks for a new session description; without a listener the platform accepts it."""
    call = await kit.call()
    await call.re_invite("application/sdp", "v=0")
    assert kit.payloads(CallEvents.ReInviteReceived) == [{"headers": {}, "mimeType": "application/sdp", "body": "v=0"}]
    assert [one.value for one in call.received if one.what == "reinvite_answer"] == ["200 OK"]


async def reinvite_accepted(kit: Kit) -> None:
    """The other side accepts the scenario's new session description."""
    await kit.call("call.re_invite({}, 'application/sdp', 'v=0')")
    await kit.vox.settled()
    assert [facts["mimeType"] for facts in kit.payloads(CallEvents.ReInviteAccepted)] == ["application/sdp"]


async def reinvite_rejected(kit: Kit) -> None:
    """The other side refuses it."""
    await kit.call("call.re_invite({}, 'application/sdp', 'v=0')", takes_reinvite=488)
    await kit.vox.settled()
    assert kit.payloads(CallEvents.ReInviteRejected) == [{"headers": {}, "code": 488, "reason": "Not Acceptable Here"}]


async def ringing(kit: Kit) -> None:
    """An outgoing call rings: once for each device."""
    kit.vox.user("anna", devices={"desk": "ring:1,no_answer", "mobile": "ring:2,no_answer"})
    kit.vox.start(kit.started('VoxEngine.call_user(username="anna")'))
    await kit.vox.advance(3)
    assert kit.payloads(CallEvents.Ringing) == [{"headers": {}}] * 2


async def forwarding(kit: Kit) -> None:
    """The callee tells that it forwards the call (181); it is answered all the same."""
    kit.vox.phone("+15550100", forward=1, answer=2)
    kit.vox.start(kit.started('VoxEngine.call_pstn("+15550100")'))
    await kit.vox.advance(3)
    assert kit.payloads(CallEvents.Forwarding) == [{}]
    names = [event.name for event in kit.vox.session.events]
    assert names.index("Call.Forwarding") < names.index("Call.Connected")


async def first_video_packet_received(kit: Kit) -> None:
    """The first picture comes from somebody who sends one."""
    kit.vox.user("anna", answer=1, video=True)
    kit.vox.start(kit.started('VoxEngine.call_user(username="anna", video=True)'))
    await kit.vox.advance(3)
    assert kit.payloads(CallEvents.FirstVideoPacketReceived) == [{}]


async def push_sent(kit: Kit) -> None:
    """A user who is not logged in gets a push notification."""
    kit.vox.user("anna", online=False, wakes=3)
    kit.vox.start(kit.started('require(Modules.PushService); VoxEngine.call_user(username="anna")'))
    await kit.vox.advance(1)
    assert kit.payloads(CallEvents.PushSent) == [{"result": "success"}]


async def state_changed(kit: Kit) -> None:
    """The call changed its state."""
    await dialled(kit, "call.add_event_listener(CallEvents.StateChanged, lambda e: None)", answer=1, hangup=1)
    await kit.vox.advance(3)
    assert kit.payloads(CallEvents.StateChanged) == [
        {"oldState": "PROGRESSING", "newState": "CONNECTED"},
        {"oldState": "CONNECTED", "newState": "TERMINATED"},
    ]


async def tone_received(kit: Kit) -> None:
    """A digit came, only after `handleTones(true)`; `type` says how it travelled."""
    call = await kit.call("set_timeout(lambda: call.handle_tones(True), 1000)")
    await call.press("9")
    await kit.vox.advance(2)
    for how, digit in enumerate("1*#", start=1):
        await call.press(digit, how)
    assert kit.payloads(CallEvents.ToneReceived) == [
        {"tone": "1", "type": "1"},
        {"tone": "*", "type": "2"},
        {"tone": "#", "type": "3"},
    ]


async def transfer_complete(kit: Kit) -> None:
    """The transfer that the scenario asked for worked: the platform leaves the call."""
    peer = kit.vox.sip("sip:desk@a.example", answer=0)
    kit.vox.start(
        kit.started("""
        call = VoxEngine.call_sip("sip:desk@a.example")
        await call.wait_for(CallEvents.Connected)
        call.transfer_to(to="sip:other@a.example")
    """)
    )
    call = await peer.rang()
    assert (await call.referred()).value == "sip:other@a.example"
    await call.ended()
    await kit.vox.settled()
    assert [facts["role"] for facts in kit.payloads(CallEvents.TransferComplete)] == ["transferor"]


async def transfer_failed(kit: Kit) -> None:
    """The transfer that the scenario asked for failed: the call goes on."""
    peer = kit.vox.sip("sip:desk@a.example", answer=0, takes_transfer=486)
    kit.vox.start(
        kit.started("""
        call = VoxEngine.call_sip("sip:desk@a.example")
        await call.wait_for(CallEvents.Connected)
        call.transfer_to(to="sip:other@a.example")
    """)
    )
    call = await peer.rang()
    await call.referred()
    await kit.vox.settled()
    assert [(facts["code"], facts["reason"]) for facts in kit.payloads(CallEvents.TransferFailed)] == [
        (486, "Busy Here")
    ]
    assert call.state == "CONNECTED"


async def first_audio_packet_received(kit: Kit) -> None:
    """The first audio of a leg, once."""
    call = await kit.call()
    await call.say("hello")
    await kit.vox.advance(5)
    assert kit.payloads(CallEvents.FirstAudioPacketReceived) == [{}]


async def rtp_stopped(kit: Kit) -> None:
    """Packets ceased to come: told within seven seconds, unless they come again before."""
    call = await kit.call()
    await call.mute()
    await kit.vox.advance(6)
    await call.unmute()
    await kit.vox.advance(10)
    assert kit.payloads(CallEvents.RtpStopped) == []
    await call.mute()
    await kit.vox.advance(7.1)
    assert kit.payloads(CallEvents.RtpStopped) == [{}]


async def rtp_resumed(kit: Kit) -> None:
    """Packets come again after they had stopped."""
    call = await kit.call()
    await call.mute()
    await kit.vox.advance(7.1)
    await call.unmute()
    await kit.vox.settled()
    assert kit.payloads(CallEvents.RtpResumed) == [{}]


async def audio_quality_detected(kit: Kit) -> None:
    """The audio quality of the call is known."""
    await kit.call()
    await kit.vox.advance(1)
    assert kit.payloads(CallEvents.AudioQualityDetected) == [{"quality": "Standard"}]


def identification(what: str, payload: dict[str, Any], model: str = "us") -> Check:
    """A detector listens to the call, and finds a machine; or it cannot listen at all."""

    async def check(kit: Kit) -> None:
        kit.vox.phone("+15550100", answer=0, machine=5)
        kit.vox.start(
            kit.started(f"""
                detector = AMD.create(model="{model}")
                call = VoxEngine.call_pstn("+15550100", "1", amd=detector)
            """)
        )
        await kit.vox.advance(4)
        assert kit.payloads(getattr(CallEvents, f"AudioIdentification{what}")) == [payload]

    return check


async def beep_detection_complete(kit: Kit) -> None:
    """A beep was heard, time ran out, or nobody wants to know any more."""
    call = await kit.call("""
for timeout in (1000, 1000, None):
    call.enable_beep_detection(timeout=timeout)
    if timeout is None:
        call.disable_beep_detection()
    await call.wait_for(CallEvents.BeepDetectionComplete)
""")
    await call.beep(1400)
    await kit.vox.advance(2)
    assert kit.payloads(CallEvents.BeepDetectionComplete) == [
        {"frequencies": [1400]},
        {"timeout": True},
        {"timeout": False},
    ]


async def beep_detection_error(kit: Kit) -> None:
    """A beep is waited for on a call that has ended."""
    call = await kit.call("""
await call.wait_for(CallEvents.Disconnected)
call.enable_beep_detection()
""")
    await call.hang_up()
    await kit.vox.settled()
    assert kit.payloads(CallEvents.BeepDetectionError) == [{"reason": "The call has ended"}]


async def tone_detected(kit: Kit) -> None:
    """The older detector hears a machine's beep, once in a session."""
    call = await kit.call("call.add_event_listener(CallEvents.ToneDetected, print)")
    await call.beep()
    await call.beep()
    assert kit.payloads(CallEvents.ToneDetected) == [{"ProgressTone": False, "VoicemailTone": True}]


async def media_statistics_received(kit: Kit) -> None:
    """Figures of the call's media come at the interval that was asked for."""
    call = await kit.call("call.monitor_media_statistics(monitor=True, interval=2000)")
    await kit.vox.advance(3)
    call.say("hello", 2)
    await kit.vox.advance(1.5)
    silent = {"id": 0, "jitter": 0, "packetLoss": 0, "numPackets": 100, "audioLevel": -90}
    assert kit.payloads(CallEvents.MediaStatisticsReceived) == [
        {"audio": {"in": [silent], "out": [silent]}},
        {"audio": {"in": [{**silent, "id": 1, "audioLevel": -20}], "out": [{**silent, "id": 1}]}},
    ]


async def statistics(kit: Kit) -> None:
    """The older event comes with the figures, without any, for those who listen."""
    await kit.call("""
call.monitor_media_statistics(monitor=True, interval=1000)
call.add_event_listener(CallEvents.Statistics, print)
""")
    await kit.vox.advance(2.5)
    assert kit.payloads(CallEvents.Statistics) == [{}, {}]


async def record_started(kit: Kit) -> None:
    """A record began, a moment after it was asked for."""
    await kit.call("call.record()")
    await kit.vox.advance(0.018)
    assert kit.payloads(CallEvents.RecordStarted) == []
    await kit.vox.advance(0.001)
    (facts,) = kit.payloads(CallEvents.RecordStarted)
    assert facts == {"url": facts["url"]}
    assert ".mp3?record_id=" in facts["url"]


async def record_stopped(kit: Kit) -> None:
    """A record ended, a moment after its call; its seconds are rounded down, its cost is a string."""
    call = await kit.call("call.record()")
    await kit.vox.advance(3.89)
    await call.hang_up()
    assert kit.payloads(CallEvents.RecordStopped) == []
    await kit.vox.advance(0.015)
    (started,) = kit.payloads(CallEvents.RecordStarted)
    assert kit.payloads(CallEvents.RecordStopped) == [
        {"url": started["url"], "cost": "0", "duration": 3, "reason": "Stopped by user"}
    ]


async def record_error(kit: Kit) -> None:
    """Nothing comes of a record."""
    kit.vox.recordings.error = "No space left"
    await kit.call("call.record()")
    await kit.vox.advance(1)
    assert kit.payloads(CallEvents.RecordError) == [{"error": "No space left"}]


async def video_track_created(kit: Kit) -> None:
    """A record with video has a track of its own."""
    await kit.call("call.record(video=True)")
    await kit.vox.advance(1)
    (facts,) = kit.payloads(CallEvents.VideoTrackCreated)
    assert ".mp4?record_id=" in facts["url"]


CHECKS: dict[str, Check] = {
    "AudioStarted": audio_started,
    "BlindTransferRequested": blind_transfer_requested,
    "Connected": connected,
    "Disconnected": disconnected,
    "Failed": failed,
    "InfoReceived": info_received,
    "MessageReceived": message_received,
    "MicStatusChange": mic_status_change,
    "OffHold": off_hold,
    "OnHold": on_hold,
    "PlaybackFinished": playback_finished,
    "PlaybackReady": playback_ready,
    "PlaybackStarted": playback_started,
    "ReInviteAccepted": reinvite_accepted,
    "ReInviteReceived": reinvite_received,
    "ReInviteRejected": reinvite_rejected,
    "Ringing": ringing,
    "Forwarding": forwarding,
    "FirstVideoPacketReceived": first_video_packet_received,
    "PushSent": push_sent,
    "RecordStarted": record_started,
    "RecordStopped": record_stopped,
    "RecordError": record_error,
    "VideoTrackCreated": video_track_created,
    "StateChanged": state_changed,
    "ToneReceived": tone_received,
    "TransferComplete": transfer_complete,
    "TransferFailed": transfer_failed,
    "FirstAudioPacketReceived": first_audio_packet_received,
    "RtpStopped": rtp_stopped,
    "RtpResumed": rtp_resumed,
    "AudioQualityDetected": audio_quality_detected,
    "AudioIdentificationStarted": identification("Started", {}),
    "AudioIdentificationResult": identification(
        "Result", {"audioType": "VOICEMAIL", "audioSubType": "NONE", "confidence": 90}
    ),
    "AudioIdentificationStopped": identification("Stopped", {}),
    "AudioIdentificationError": identification("Error", {}, model="none"),
    "BeepDetectionComplete": beep_detection_complete,
    "BeepDetectionError": beep_detection_error,
    "ToneDetected": tone_detected,
    "MediaStatisticsReceived": media_statistics_received,
    "Statistics": statistics,
}


@pytest.mark.parametrize("member", CallEvents.members)
async def test_event(member: str, vox: Vox, incoming: Write, started: Write):
    await CHECKS[member](Kit(vox, incoming, started))


@pytest.mark.parametrize("member", CallEvents.members)
def test_an_event_is_equal_to_its_documented_value(member: str):
    irregular = {"VideoTrackCreated": "Call.Video.TrackCreated"}
    assert getattr(CallEvents, member) == irregular.get(member, f"Call.{member}")


@pytest.mark.parametrize("spelling", ["CallEvents.MessageReceived", "'Call.MessageReceived'"])
async def test_an_event_may_be_given_by_its_member_or_by_its_value(spelling: str, vox: Vox, incoming: Write):
    kit = Kit(vox, incoming, incoming)
    call = await kit.call(f"call.add_event_listener({spelling}, lambda e: Logger.write(e.name))")
    await call.send_message("hello")
    assert vox.session.log == ["Call.MessageReceived"]


async def test_an_unknown_event_is_an_error_that_names_the_nearest_one(vox: Vox, incoming: Write):
    await vox.phone().dial(scenario=incoming('call.add_event_listener("Call.Conected", print)'))
    await vox.failed("CallEvents.Connected")


async def test_listeners_run_in_the_order_of_adding_and_one_added_twice_runs_twice(vox: Vox, incoming: Write):
    kit = Kit(vox, incoming, incoming)
    call = await kit.call("""
second = lambda e: Logger.write("second")
call.add_event_listener(CallEvents.MessageReceived, lambda e: Logger.write("first"))
call.add_event_listener(CallEvents.MessageReceived, second)
call.add_event_listener(CallEvents.MessageReceived, second)
""")
    await call.send_message("hello")
    assert vox.session.log == ["first", "second", "second"]


async def test_a_listener_can_be_removed_alone_or_with_all_others(vox: Vox, incoming: Write):
    kit = Kit(vox, incoming, incoming)
    call = await kit.call("""
first, second = (lambda e: Logger.write("first")), (lambda e: Logger.write("second"))
for listener in (first, second):
    call.add_event_listener(CallEvents.MessageReceived, listener)
    call.add_event_listener(CallEvents.InfoReceived, listener)
call.remove_event_listener(CallEvents.MessageReceived, first)
call.remove_event_listener(CallEvents.InfoReceived)
call.remove_event_listener(CallEvents.OnHold)
""")
    await call.send_message("hello")
    await call.send_info("text/plain", "hello")
    await call.hold()
    assert vox.session.log == ["second"]


async def test_no_event_interrupts_the_handler_of_another(vox: Vox, incoming: Write):
    await vox.phone().dial(
        scenario=incoming("""
        call.add_event_listener(CallEvents.Disconnected, lambda e: Logger.write("disconnected"))
        call.reject(486)
        Logger.write("the handler is through")
    """)
    )
    assert vox.session.log == ["the handler is through", "disconnected"]


async def test_wait_for_what_can_no_longer_come_raises(vox: Vox, incoming: Write):
    await vox.phone(hangup=1).dial(
        scenario=incoming("""
        call.answer()
        for _ in range(2):
            try:
                await call.wait_for(CallEvents.ToneReceived)
            except CallEnded as error:
                Logger.write(error.args[0])
    """)
    )
    await vox.finished()
    assert len(vox.session.log) == 2
    assert all("16 Normal call clearing" in line for line in vox.session.log)


async def test_wait_for_the_end_is_met_by_the_end(vox: Vox, incoming: Write):
    await vox.phone(hangup=1).dial(
        scenario=incoming("""
        call.answer()
        ended = await call.wait_for(CallEvents.Disconnected, CallEvents.Failed)
        Logger.write(ended.name)
    """)
    )
    await vox.logged("Call.Disconnected")


# --- a transfer that the session does not handle ---


async def test_an_unhandled_transfer_begins_a_second_session_and_the_one_who_asked_leaves(vox: Vox, incoming: Write):
    vox.scenario(incoming("call.answer()"))
    call = await vox.phone("+15550001").dial("100")
    await call.answered()
    call.transfer("sip:200@a.example")
    await call.transferred(200)
    await call.ended(16)
    first, second = vox.sessions
    assert [event.facts()["role"] for event in first.events if event.name == "Call.TransferComplete"] == ["transferor"]
    (alerting,) = [event.facts() for event in second.events if event.name == "Application.CallAlerting"]
    assert (alerting["destination"], alerting["callerid"]) == ("200", "15550001")


async def test_an_unhandled_transfer_that_fails_leaves_the_call_up(vox: Vox, incoming: Write):
    vox.scenario(incoming("call.answer()"), "100")
    vox.scenario(incoming("call.reject(486)"), "200")
    call = await vox.phone("+15550001").dial("100")
    await call.answered()
    for target, code in (("200", 486), ("300", 404)):
        call.transfer(target)
        await call.transferred(code)
    await vox.settled()
    failures = [event.facts()["code"] for event in vox.sessions[0].events if event.name == "Call.TransferFailed"]
    assert failures == [486, 404]
    assert call.state == "CONNECTED"
