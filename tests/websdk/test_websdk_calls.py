"""Calls of Web SDK clients through the gateway, in virtual time: out, in, several devices, and all within a call."""

import pytest

CALL_ALICE = """
@VoxEngine.on(AppEvents.Started)
def started(event):
    call = VoxEngine.call_user(username="alice", callerid="boss")
    call.add_event_listener(CallEvents.Ringing, lambda event: Logger.write("ringing"))
    call.add_event_listener(CallEvents.Connected, lambda event: Logger.write(f"connected {event.custom_data}"))
    call.add_event_listener(CallEvents.Failed, lambda event: Logger.write(f"failed {event.code} {event.reason}"))
    call.add_event_listener(CallEvents.Disconnected, lambda event: Logger.write(f"over {dict(event.headers)}"))
    for kind in (CallEvents.Failed, CallEvents.Disconnected):
        call.add_event_listener(kind, lambda event: VoxEngine.terminate())
"""


def names(call):
    return [event.name for event in call.events]


async def test_websdk_a_call_rings_has_early_media_and_is_answered(vox, scenario):
    scenario("""
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    Logger.write(f"{event.callerid} {event.display_name} {event.destination} {call.headers()['X-Page']} "
                 f"{event.custom_data} {call.headers()['VI-Client-Type']}")
    call.ring()
    await sleep(1)
    call.start_early_media()
    call.say("Please wait.")
    call.answer()
    await call.wait_for(CallEvents.Connected)
    call.say("Hello.")
    await call.wait_for(CallEvents.Disconnected)
    VoxEngine.terminate()
""")
    alice = await vox.client("alice").online()
    call = alice.call("100", custom_data="cart 7", headers={"X-Page": "basket", "Cookie": "no"})
    assert await vox.logged("alice") == "alice Alice 100 basket cart 7 user"
    await call.rang()
    await call.heard("Please wait.")
    await call.connected()
    await call.heard("Hello.")
    await call.hang_up({"X-Why": "enough"})
    await call.disconnected()
    session = await vox.finished()
    assert names(call) == [
        "ProgressToneStart",
        "ProgressToneStop",
        "EarlyMedia",
        "Connected",
        "EndpointAdded",
        "Disconnected",
    ]
    ended = next(event for event in session.events if event.name == "Call.Disconnected")
    assert ended.facts()["headers"]["X-Why"] == "enough"


@pytest.mark.parametrize(("code", "reason"), [(486, "Busy Here"), (603, "Decline"), (480, "Temporarily Unavailable")])
async def test_websdk_a_refused_call_fails_with_its_code(vox, scenario, code, reason):
    scenario(f"VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda event: event.call.reject({code}))")
    alice = await vox.client("alice").online()
    failed = await alice.call("100").failed()
    assert (failed.code, failed.reason) == (code, reason)
    assert alice.calls == {}


async def test_websdk_a_call_that_no_rule_takes_fails_with_404(vox, scenario):
    scenario("", pattern="200")
    alice = await vox.client("alice").online()
    await alice.call("100").failed(404)


async def test_websdk_calls_without_connection_or_login_fail_locally(vox):
    alice = vox.client("alice")
    alice.init()
    await alice.call("100").failed(1003)
    await alice.connect()
    await alice.call("100").failed(1004)
    assert vox.sessions == []


async def test_websdk_a_caller_gives_up(vox, scenario):
    scenario("""
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    event.call.ring()
    event.call.add_event_listener(CallEvents.Disconnected, lambda event: VoxEngine.terminate())
""")
    alice = await vox.client("alice").online()
    call = alice.call("100")
    await call.rang()
    await call.hang_up()
    await call.disconnected()
    await vox.finished()


async def test_websdk_digits_messages_and_info_go_both_ways(vox, scenario):
    scenario("""
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    call = event.call
    call.handle_tones(True)
    call.add_event_listener(CallEvents.ToneReceived, lambda event: Logger.write(f"tone {event.tone}"))
    call.add_event_listener(CallEvents.MessageReceived, lambda event: call.send_message(event.text.upper()))
    call.add_event_listener(CallEvents.InfoReceived,
                            lambda event: call.send_info(event.mime_type, event.body, event.headers))
    call.add_event_listener(CallEvents.Connected, lambda event: call.send_digits("5#"))
    call.answer()
""")
    alice = await vox.client("alice").online()
    call = alice.call("100")
    await call.connected()
    await call.heard("5")
    await call.heard("#")
    call.press("1*#0")
    for key in "1*#0":
        await vox.logged(f"tone {key}")
    await call.send_message("grüße")
    assert (await call.messaged()).text == "GRÜSSE"
    await call.send_info("application/json", '{"a": 1}', {"X-Trace": "9", "Other": "no"})
    info = await call.informed()
    assert (info.mime_type, info.text, info.headers) == ("application/json", '{"a": 1}', {"X-Trace": "9"})


async def test_websdk_hold_resume_and_what_is_said(vox, scenario):
    scenario("""
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.add_event_listener(CallEvents.OnHold, lambda event: Logger.write("held"))
    call.add_event_listener(CallEvents.OffHold, lambda event: Logger.write("resumed"))
    call.answer()
    asr = VoxEngine.create_asr(profile=ASRProfileList.Google.en_US)
    asr.add_event_listener(ASREvents.Result, lambda event: Logger.write(f"understood {event.text}"))
    await call.wait_for(CallEvents.Connected)
    call.send_media_to(asr)
""")
    alice = await vox.client("alice").online()
    call = alice.call("100")
    await call.connected()
    await call.hold()
    assert (await call.event("Updated")).result is True
    await vox.logged("held")
    await call.resume()
    await vox.logged("resumed")
    assert call.held is False
    await call.say("yes please")
    await vox.logged("understood yes please")


async def test_websdk_a_new_description_is_taken_or_not(vox, scenario):
    scenario("""
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    call = event.call
    call.add_event_listener(CallEvents.ReInviteReceived, lambda event: (
        call.accept_re_invite({"X-Fine": "yes"}) if "m=video" not in event.body else call.reject_re_invite()))
    call.add_event_listener(CallEvents.MessageReceived,
                            lambda event: call.re_invite({"X-New": "1"}, "application/sdp", ""))
    call.add_event_listener(CallEvents.ReInviteAccepted, lambda event: Logger.write("taken"))
    call.answer()
""")
    alice = await vox.client("alice").online()
    call = alice.call("100")
    await call.connected()
    await call.re_invite()
    assert (await call.event("Updated")).headers == {"X-Fine": "yes"}
    await call.re_invite("v=0\r\nm=audio 9 X 0\r\na=sendrecv\r\nm=video 9 X 96\r\n")
    assert (await call.event("UpdateFailed")).code == 20
    await call.send_message("anew")
    assert (await call.event("PendingUpdate")).headers == {"X-New": "1"}
    await vox.logged("taken")


# --- called ---


async def test_websdk_a_user_is_called_and_hangs_up(vox, scenario):
    file = scenario(CALL_ALICE)
    alice = await vox.client("alice").online()
    vox.start(file)
    call = await alice.called()
    await vox.logged("ringing")
    await call.answer(custom_data="hi", headers={"X-Agent": "7"})
    assert await vox.logged("connected") == "connected hi"
    await call.connected()
    await call.hang_up()
    await call.disconnected()
    await vox.finished()


async def test_websdk_nobody_logged_in_is_480(vox, scenario):
    file = scenario(CALL_ALICE)
    alice = vox.client("alice")
    vox.start(file)
    await vox.logged("failed 480")
    await alice.online()
    await alice.disconnect()
    vox.start(file)
    await vox.logged("failed 480")
    await alice.connect()
    await alice.login(receive_calls=False)
    vox.start(file)
    await vox.logged("failed 480")


async def test_websdk_who_is_nobody_is_404(vox, scenario):
    file = scenario(CALL_ALICE)
    await vox.client("bob").online()
    vox.start(file)
    await vox.logged("failed 404")


async def test_websdk_a_scripted_user_answers_until_somebody_logs_in(vox, scenario):
    file = scenario(CALL_ALICE)
    scripted = vox.user("alice", answer=1, hangup=1)
    vox.start(file)
    await scripted.rang()
    await vox.finished()
    alice = await vox.client("alice").online()
    vox.start(file)
    call = await alice.called()
    await call.decline()
    await vox.logged("failed 603")
    assert len(scripted.calls) == 1


async def test_websdk_all_devices_ring_and_one_answers(vox, scenario):
    file = scenario(CALL_ALICE)
    tabs = [await vox.client("alice").online() for _ in range(3)]
    vox.start(file)
    first, second, third = [await tab.called() for tab in tabs]
    await second.answer()
    await second.connected()
    for call in (first, third):
        assert (await call.disconnected()).answered_elsewhere is True
    await first.answer()
    await third.decline()
    assert second.state == "CONNECTED"
    await second.hang_up()
    session = await vox.finished()
    assert session.log.count("ringing") == 3


async def test_websdk_rejecting_is_for_one_device_and_declining_for_all(vox, scenario):
    file = scenario(CALL_ALICE)
    tabs = [await vox.client("alice").online() for _ in range(2)]
    vox.start(file)
    one, two = [await tab.called() for tab in tabs]
    await one.reject()
    await one.disconnected()
    assert two.state == "ALERTING"
    await two.reject({"X-Why": "lunch"})
    await vox.logged("failed 486")
    vox.start(file)
    one, two = [await tab.called() for tab in tabs]
    await two.decline()
    assert (await one.disconnected()).answered_elsewhere is False
    await vox.logged("failed 603")


async def test_websdk_a_device_that_vanishes_leaves_the_others_ringing(vox, scenario):
    file = scenario(CALL_ALICE)
    one, two = [await vox.client("alice").online() for _ in range(2)]
    vox.start(file)
    await one.called()
    call = await two.called()
    one.close_tab()
    await vox.advance(15)
    two.close_tab()
    await vox.advance(16)
    assert call.state == "ALERTING"
    assert len(vox.gateway.devices("alice")) == 1
    await vox.logged("failed 480 User Offline")


async def test_websdk_the_caller_gives_up_while_it_rings(vox, scenario):
    scenario("""
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    out = VoxEngine.call_user(username="alice", callerid=event.callerid)
    VoxEngine.easy_process(event.call, out)
""")
    alice = await vox.client("alice").online()
    caller = await vox.phone("+15550100").dial("alice")
    call = await alice.called()
    assert call.number == "15550100"
    await caller.hang_up()
    assert (await call.disconnected()).answered_elsewhere is False


async def test_websdk_without_a_microphone_an_incoming_call_is_declined(vox, scenario):
    file = scenario(CALL_ALICE)
    alice = await vox.client("alice").online()
    alice.deny_microphone()
    vox.start(file)
    await (await alice.called()).answer()
    await vox.logged("failed 603")


async def test_websdk_two_clients_talk(vox, scenario):
    scenario("""
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    VoxEngine.easy_process(event.call, VoxEngine.call_user(username=event.destination, callerid=event.callerid))
""")
    alice, bob = await vox.client("alice").online(), await vox.client("bob").online()
    out = alice.call("bob")
    into = await bob.called()
    assert (into.number, into.display_name) == ("alice", "alice")
    await out.rang()
    await into.answer()
    await out.connected()
    await into.connected()
    await out.say("Hello Bob")
    await into.heard("Hello Bob")
    await into.send_message("Hello Alice")
    await into.hang_up()
    await out.disconnected()
    await vox.finished()


async def test_websdk_a_transfer_joins_the_far_ends(vox, scenario):
    scenario("""
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    out = VoxEngine.call_pstn(event.destination, "15550000")
    VoxEngine.easy_process(event.call, out)
""")
    for number in ("+15550001", "+15550002"):
        vox.phone(number, answer=1)
    alice = await vox.client("alice").online()
    one, two = alice.call("15550001"), alice.call("15550002")
    await one.connected()
    await two.connected()
    await one.transfer(two)
    await one.event("TransferComplete")
    await two.disconnected()


async def test_websdk_a_transfer_to_nobody_fails(vox, scenario):
    scenario("VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda event: event.call.answer())", "1..")
    scenario("VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda event: event.call.reject(486))", "2..")
    alice = await vox.client("alice").online()
    one, two = alice.call("100"), alice.call("101")
    await one.connected()
    await two.connected()
    two.number = "101"
    await two.hang_up()
    await one.transfer(two)
    await one.event("TransferFailed")
    assert one.state == "CONNECTED"


# --- losing the connection ---


async def test_websdk_a_call_survives_a_lost_connection(vox, scenario):
    scenario("""
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    event.call.answer()
    await event.call.wait_for(CallEvents.Connected)
    await sleep(2)
    event.call.send_message("while you were away")
    event.call.add_event_listener(CallEvents.MessageReceived, lambda event: Logger.write(event.text))
""")
    alice = await vox.client("alice").online()
    call = alice.call("100")
    await call.connected()
    await alice.lose_connection(5)
    await call.send_message("said into the void")
    await alice.event("Reconnected")
    await call.messaged("while you were away")
    await vox.logged("said into the void")
    assert call.state == "CONNECTED"


async def test_websdk_a_client_that_stays_away_loses_its_calls(vox, scenario):
    scenario("""
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    event.call.answer()
    event.call.add_event_listener(CallEvents.Disconnected, lambda event: VoxEngine.terminate())
""")
    alice = await vox.client("alice").online()
    call = alice.call("100")
    await call.connected()
    alice.lose_connection(3600)
    assert (await call.failed(409)).at == pytest.approx(vox.now)
    await vox.finished()
    assert vox.gateway.connections == {}
    assert vox.now == pytest.approx(30, abs=1)


# --- woken by a push notification ---

PUSH = """
require(Modules.PushService)

@VoxEngine.on(AppEvents.Started)
def started(event):
    call = VoxEngine.call_user(username="alice", callerid="boss", push_notification_timeout=20000)
    call.add_event_listener(CallEvents.PushSent, lambda event: Logger.write("pushed"))
    call.add_event_listener(CallEvents.Connected, lambda event: Logger.write("connected"))
    call.add_event_listener(CallEvents.Failed, lambda event: Logger.write(f"failed {event.code} {event.reason}"))
"""


async def test_websdk_a_push_notification_wakes_a_user(vox, scenario):
    file = scenario(PUSH)
    alice = await vox.client("alice").online()
    alice.wire.send("registerPushToken", "token")
    await alice.disconnect()
    vox.start(file)
    await vox.logged("pushed")
    await vox.advance(15)
    await alice.online()
    call = await alice.called()
    await call.answer()
    await vox.logged("connected")
    assert vox.gateway.sleeping == {}


async def test_websdk_who_is_not_woken_in_time_is_offline(vox, scenario):
    file = scenario(PUSH)
    alice = await vox.client("alice").online()
    alice.wire.send("registerPushToken", "token")
    await alice.disconnect()
    vox.start(file)
    await vox.logged("pushed")
    await vox.logged("failed 480 User Offline")
    assert vox.now == 20
    await alice.online()
    alice.wire.send("unregisterPushToken", "token")
    await alice.disconnect()
    vox.start(file)
    await vox.logged("failed 480 User Offline")
    assert vox.now == 20
