"""The official Web SDK in a real browser: calls to scenarios and from them, and one browser calls another."""

import pytest
import trio
from sdks import NEW, OLD

pytestmark = pytest.mark.trio

both = pytest.mark.parametrize("sdk", [OLD, NEW])

IVR = """
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    Logger.write(f"{event.callerid} calls {event.destination} as {event.display_name} with {event.custom_data} "
                 f"and {call.headers().get('X-Page')}")
    call.handle_tones(True)
    call.add_event_listener(CallEvents.ToneReceived, lambda tone: Logger.write(f"tone {tone.tone}"))
    call.add_event_listener(CallEvents.MessageReceived, lambda event: call.send_message(event.text.upper()))
    call.add_event_listener(CallEvents.InfoReceived,
                            lambda event: call.send_info(event.mime_type, event.body, event.headers))
    call.add_event_listener(CallEvents.Disconnected, lambda event: Logger.write(f"over {event.headers.get('X-Why')}"))
    call.ring({"X-Ringing": "yes"})
    await sleep(0.3)
    call.start_early_media()
    await sleep(0.3)
    call.answer({"X-Answer": "42"})
"""

CALL_ALICE = """
import json

@VoxEngine.on(AppEvents.Started)
def started(event):
    call = VoxEngine.call_user(username="alice", callerid="+15550100", display_name="Sales",
                               extra_headers={"X-Ticket": "7"}, custom_data="vip")
    for kind in (CallEvents.Ringing, CallEvents.Connected, CallEvents.Failed, CallEvents.Disconnected):
        call.add_event_listener(kind, told)
    call.add_event_listener(CallEvents.MessageReceived, lambda event: call.hangup({"X-Bye": event.text}))

def told(event):
    code = getattr(event, "code", "")
    Logger.write(f"{event.name} {code} {event.headers.get('X-Page')}")
    if event.name in ("Call.Failed", "Call.Disconnected"):
        VoxEngine.terminate()
"""

BRIDGE = """
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    out = VoxEngine.call_user(username=event.destination, callerid=event.callerid, display_name=event.display_name)
    VoxEngine.easy_process(event.call, out)
"""


@both
async def test_websdk_an_outgoing_call_from_ringing_to_hangup(driver, serve, tls, users, enter, log, sdk):
    server = await serve(IVR, tls=tls)
    page = await enter(sdk, server, *users("alice"))
    await page.run("dial('100', {customData: 'cart', extraHeaders: {'X-Page': 'basket', 'Cookie': 'no'}})")
    assert await log.until("calls") == "alice calls 100 as Alice with cart and basket"
    await page.run("until('call 0', 'ProgressToneStart')")
    await page.run("until('call 0', 'ProgressToneStop')")
    connected = await page.run("until('call 0', 'Connected')")
    assert connected["headers"] == {"X-Answer": "42"}
    if sdk == NEW:  # the older one adds it when media arrives
        await page.run("until('call 0', 'EndpointAdded')")
    assert await page.run("calls[0].state()") == "CONNECTED"
    await page.run("calls[0].sendMessage('grüße')")
    assert (await page.run("until('call 0', 'onSendMessage')"))["text"] == "GRÜSSE"
    await page.run("calls[0].sendInfo('application/json', '[1]', {'X-Trace': '9'})")
    info = await page.run("until('call 0', 'InfoReceived')")
    assert (info["mimeType"], info["body"], info["headers"]) == ("application/json", "[1]", {"X-Trace": "9"})
    await page.run("calls[0].hangup({'X-Why': 'enough'})")
    await log.until("over enough")
    await page.run("until('call 0', 'Disconnected')")
    assert await page.run("calls[0].state()") == "ENDED"


async def test_websdk_keys_reach_the_scenario(driver, serve, tls, users, enter, log):
    server = await serve(IVR, tls=tls)
    page = await enter(NEW, server, *users("alice"))
    await page.run("dial('100')")
    await page.run("until('call 0', 'Connected')")
    await page.run("calls[0].sendTone('19*#0')")
    for key in "19*#0":
        await log.until(f"tone {key}")


@both
@pytest.mark.parametrize("code", [486, 603, 480, 402])
async def test_websdk_a_refused_call_fails(driver, serve, tls, users, enter, sdk, code):
    server = await serve(
        f"VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda event: event.call.reject({code}))", tls=tls
    )
    page = await enter(sdk, server, *users("alice"))
    await page.run("dial('100')")
    failed = await page.run("until('call 0', 'Failed')")
    assert failed["code"] == code
    assert await page.run("calls[0].state()") == "ENDED"


@both
async def test_websdk_the_scenario_hangs_up(driver, serve, tls, users, enter, sdk):
    server = await serve(
        """
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    event.call.answer()
    await sleep(0.2)
    event.call.hangup({"X-Bye": "now"})
""",
        tls=tls,
    )
    page = await enter(sdk, server, *users("alice"))
    await page.run("dial('100')")
    ended = await page.run("until('call 0', 'Disconnected')")
    assert ended["headers"]["X-Bye"] == "now"


@both
async def test_websdk_the_caller_gives_up(driver, serve, tls, users, enter, log, sdk):
    server = await serve(
        """
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    event.call.ring()
    event.call.add_event_listener(CallEvents.Disconnected, lambda event: Logger.write("gone"))
""",
        tls=tls,
    )
    page = await enter(sdk, server, *users("alice"))
    await page.run("dial('100')")
    await page.run("until('call 0', 'ProgressToneStart')")
    await page.run("calls[0].hangup()")
    await log.until("gone")
    await page.run("until('call 0', 'Disconnected')")


@pytest.mark.parametrize(("sdk", "error"), [(OLD, "NotAllowedError"), (NEW, "NotFoundError")])
async def test_websdk_without_a_microphone_a_call_fails(driver, serve, tls, users, enter, world, sdk, error):
    server = await serve(IVR, tls=tls)
    page = await enter(sdk, server, *users("alice"))
    await page.run(f"const no = new DOMException('', '{error}'); 0")
    await page.run("navigator.mediaDevices.getUserMedia = () => Promise.reject(no); 0")
    await page.run("dial('100')")
    assert (await page.run("until('client', 'MicAccessResult')"))["result"] is False
    assert (await page.run("until('call 0', 'Failed')"))["code"] == 403
    assert world.sessions == []


async def test_websdk_a_conference_is_called_like_a_number(driver, serve, tls, users, enter, log):
    server = await serve(
        """
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    Logger.write(f"into {event.destination}")
    event.call.answer()
    event.call.add_event_listener(CallEvents.MessageReceived, lambda event: Logger.write(event.text))
""",
        tls=tls,
    )
    page = await enter(NEW, server, *users("alice"))
    await page.run("watch(client.callConference({number: 'room', video: {sendVideo: false, receiveVideo: false}}))")
    await log.until("into room")
    await page.run("until('call 0', 'Connected')")
    await page.run("calls[0].sendMessage('hello')")
    await log.until("hello")
    assert log.lines == [], "what the SDK asks for by itself is no message"


# --- called ---


@both
async def test_websdk_an_incoming_call_is_answered_and_ended_by_the_scenario(
    driver, serve, begin, tls, users, enter, log, sdk
):
    server = await serve(CALL_ALICE, tls=tls)
    page = await enter(sdk, server, *users("alice"))
    await begin(server)
    incoming = await page.run("until('client', 'IncomingCall')")
    assert incoming["headers"]["X-Ticket"] == "7"
    assert await page.run("[calls[0].number(), calls[0].displayName(), calls[0].state()]") == [
        "+15550100",
        "Sales",
        "ALERTING",
    ]
    await log.until("Ringing")
    await page.run("calls[0].answer('hello', {'X-Page': 'desk'})")
    assert await log.until("Connected") == "Call.Connected  desk"
    await page.run("until('call 0', 'Connected')")
    await page.run("calls[0].sendMessage('bye')")
    ended = await page.run("until('call 0', 'Disconnected')")
    assert ended["headers"]["X-Bye"] == "bye"


@both
async def test_websdk_an_incoming_call_is_answered_and_ended_by_the_page(
    driver, serve, begin, tls, users, enter, log, sdk
):
    server = await serve(CALL_ALICE, tls=tls)
    page = await enter(sdk, server, *users("alice"))
    await begin(server)
    await page.run("until('client', 'IncomingCall')")
    await page.run("calls[0].answer()")
    await page.run("until('call 0', 'Connected')")
    await page.run("calls[0].hangup({'X-Page': 'done'})")
    assert await log.until("Disconnected") == "Call.Disconnected  done"
    await page.run("until('call 0', 'Disconnected')")


@both
@pytest.mark.parametrize(("act", "code"), [("decline", 603), ("reject", 486)])
async def test_websdk_an_incoming_call_is_not_taken(driver, serve, begin, tls, users, enter, log, sdk, act, code):
    server = await serve(CALL_ALICE, tls=tls)
    page = await enter(sdk, server, *users("alice"))
    await begin(server)
    await page.run("until('client', 'IncomingCall')")
    await page.run(f"calls[0].{act}()")
    await log.until(f"Failed {code}")
    with trio.fail_after(10):
        while await page.run("calls[0].state()") != "ENDED":
            await trio.sleep(0.05)


async def test_websdk_several_devices_ring_and_one_answers(driver, serve, begin, tls, users, enter, log):
    server = await serve(CALL_ALICE, tls=tls)
    (alice,) = users("alice")
    pages = [await enter(sdk, server, alice) for sdk in (NEW, OLD, NEW)]
    await begin(server)
    for page in pages:
        await page.run("until('client', 'IncomingCall')")
    await pages[1].run("calls[0].answer()")
    await log.until("Connected")
    for page in (pages[0], pages[2]):
        ended = await page.run("until('call 0', 'Disconnected')")
        assert ended["params"]["answeredElsewhere"] is True
    await pages[1].run("until('call 0', 'Connected')")


async def test_websdk_nobody_is_logged_in(driver, serve, begin, tls, users, enter, log):
    server = await serve(CALL_ALICE, tls=tls)
    (alice,) = users("alice")
    await begin(server)
    await log.until("Failed 480")
    page = await enter(NEW, server, alice)
    await page.run("client.disconnect()")
    await begin(server)
    await log.until("Failed 480")


async def test_websdk_a_new_description_from_the_scenario_is_taken(driver, serve, begin, tls, users, enter, log):
    server = await serve(
        """
@VoxEngine.on(AppEvents.Started)
def started(event):
    call = VoxEngine.call_user(username="alice", callerid="boss")
    call.add_event_listener(CallEvents.Connected, lambda event: call.re_invite({}, "application/sdp", ""))
    call.add_event_listener(CallEvents.ReInviteAccepted, lambda event: Logger.write(f"taken {'m=audio' in event.body}"))
""",
        tls=tls,
    )
    page = await enter(NEW, server, *users("alice"))
    await begin(server)
    await page.run("until('client', 'IncomingCall')")
    await page.run("calls[0].answer()")
    await page.run("until('call 0', 'Connected')")
    await log.until("taken True")
    await page.run("until('call 0', 'Updated')")


@pytest.mark.parametrize(("caller", "callee"), [(NEW, NEW), (OLD, NEW), (NEW, OLD)])
async def test_websdk_two_browsers_in_one_call(driver, serve, tls, users, enter, caller, callee):
    server = await serve(BRIDGE, tls=tls)
    alice, bob = users("alice", "bob")
    one, two = await enter(caller, server, alice), await enter(callee, server, bob)
    await one.run("dial('bob')")
    await two.run("until('client', 'IncomingCall')")
    assert await two.run("[calls[0].number(), calls[0].displayName()]") == ["alice", "Alice"]
    await one.run("until('call 0', 'ProgressToneStart')")
    await two.run("calls[0].answer()")
    await one.run("until('call 0', 'Connected')")
    await two.run("until('call 0', 'Connected')")
    await one.run("calls[0].sendMessage('hi bob')")
    await two.run("calls[0].sendMessage('hi alice')")
    assert (await two.run("until('call 0', 'onSendMessage')"))["text"] == "hi bob"
    assert (await one.run("until('call 0', 'onSendMessage')"))["text"] == "hi alice"
    await two.run("calls[0].hangup()")
    await one.run("until('call 0', 'Disconnected')")
    await two.run("until('call 0', 'Disconnected')")


async def test_websdk_a_transfer_joins_the_others(driver, serve, tls, users, enter):
    server = await serve(BRIDGE, tls=tls)
    names = users("alice", "bob", "carol")
    alice, bob, carol = [await enter(NEW, server, name) for name in names]
    for number, (page, name) in enumerate(((bob, "bob"), (carol, "carol"))):
        await alice.run(f"dial('{name}')")
        await page.run("until('client', 'IncomingCall')")
        await page.run("calls[0].answer()")
        await alice.run(f"until('call {number}', 'Connected')")
    await alice.run("client.transferCall(calls[0], calls[1]); 0")
    # The platform calls the target anew for the one who is transferred.
    await carol.run("until('client', 'IncomingCall')")
    await carol.run("calls[1].answer()")
    await alice.run("until('call 0', 'TransferComplete')")
    await alice.run("until('call 1', 'Disconnected')")
