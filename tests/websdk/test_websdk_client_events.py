"""Every event of the Web SDK's Client, with its parameters and codes, offline."""

import pytest

from voxsim.testing.sdkevents import (
    ACDError,
    ACDStatusUpdated,
    AuthResult,
    ClientEvent,
    ConnectionClosed,
    ConnectionEstablished,
    ConnectionFailed,
    IncomingCall,
    MicAccessResult,
    PlaybackError,
    PlaybackFinished,
    Reconnected,
    Reconnecting,
    RefreshTokenResult,
    SDKReady,
)
from voxsim.vocabulary.errors import VoxsimError

CALLER = """
@VoxEngine.on(AppEvents.Started)
def started(event):
    call = VoxEngine.call_user(username="alice", callerid="+15550100", display_name="Sales",
                               extra_headers={"X-Ticket": "7"}, custom_data="vip")
    call.add_event_listener(CallEvents.Connected, lambda event: call.hangup())
    for kind in (CallEvents.Failed, CallEvents.Disconnected):
        call.add_event_listener(kind, lambda event: VoxEngine.terminate())
"""


def names(client):
    return [event.name for event in client.events]


async def test_websdk_sdk_ready(vox):
    alice = vox.client("alice")
    ready = await alice.init()
    assert ready == SDKReady(version=ready.version)
    assert ready.version.startswith("4.13")
    with pytest.raises(VoxsimError, match="initialised once"):
        alice.init()


async def test_websdk_connection_established(vox):
    alice = vox.client("alice")
    alice.init()
    assert await alice.connect() is True
    assert await alice.event(ConnectionEstablished) == ConnectionEstablished()
    assert alice.state == "CONNECTED"


async def test_websdk_connection_failed(vox):
    alice = vox.client("alice")
    alice.init()
    alice.without_network()
    assert await alice.connect() is False
    failed = await alice.event(ConnectionFailed)
    assert "unreachable" in failed.message
    alice.network_back()
    assert await alice.connect() is True


async def test_websdk_connection_closed_by_disconnect(vox):
    alice = await vox.client("alice").online()
    await alice.disconnect()
    await alice.event(ConnectionClosed)
    assert alice.state == "DISCONNECTED"
    assert vox.gateway.devices("alice") == []


async def test_websdk_connection_closed_when_the_network_stays_away(vox):
    alice = await vox.client("alice").online()
    at = vox.now
    await alice.lose_connection(3600)
    closed = await alice.event(ConnectionClosed)
    assert closed.at - at == pytest.approx(23.4)
    assert names(alice)[-2:] == ["Reconnecting", "ConnectionClosed"]


async def test_websdk_reconnecting_and_reconnected(vox):
    alice = await vox.client("alice").online()
    connection = alice.connection_id
    at = vox.now
    await alice.lose_connection(1)
    assert (await alice.event(Reconnecting)).at == at
    assert (await alice.event(Reconnected)).at - at == pytest.approx(1.4)
    assert alice.state == "LOGGED_IN"
    assert [one.id for one in vox.gateway.devices("alice")] == [connection]


async def test_websdk_auth_result_of_every_password_form(vox):
    for number, form in enumerate(("clear", "md5", "sha256")):
        client = vox.client(f"user{number}", display_name="Somebody")
        client.init()
        await client.connect()
        result = await client.login(form=form)
        assert (result.result, result.code, result.display_name) == (True, None, "Somebody")
        assert result.tokens.access_expire == 30 * 24 * 3600
        assert (await client.login(form=form)).code == 491


async def test_websdk_auth_result_of_a_one_time_key(vox):
    alice = vox.client("alice", password="secret words")
    alice.init()
    await alice.connect()
    asked = await alice.request_one_time_login_key()
    assert (asked.result, asked.code) == (False, 302)
    assert (await alice.login_with_one_time_key(alice.one_time_hash(asked.key, "wrong"))).code == 401
    assert (await alice.login_with_one_time_key(alice.one_time_hash(asked.key))).result is True
    await alice.disconnect()
    await alice.connect()
    assert (await alice.login_with_one_time_key(alice.one_time_hash(asked.key))).code == 401, "a key is good once"
    late = (await alice.request_one_time_login_key()).key
    await vox.advance(301)
    assert (await alice.login_with_one_time_key(alice.one_time_hash(late))).code == 401


async def test_websdk_auth_result_of_a_token(vox):
    alice = await vox.client("alice").online()
    await alice.disconnect()
    await alice.connect()
    assert (await alice.login_with_token()).result is True
    await alice.disconnect()
    await alice.connect()
    assert (await alice.login_with_token("made up")).code == 401
    old = alice.tokens
    alice.expire_tokens()
    assert (await alice.login_with_token(old.access_token)).code == 701


@pytest.mark.parametrize("code", [401, 402, 403, 404, 500, 701])
async def test_websdk_auth_result_of_a_refusal(vox, code):
    alice = vox.client("alice")
    alice.init()
    await alice.connect()
    alice.refuse_login(code)
    result = await alice.login()
    assert result == AuthResult(result=False, code=code, at=vox.now)
    alice.refuse_login(None)
    assert (await alice.login()).result is True


async def test_websdk_auth_result_of_wrong_names_and_passwords(vox):
    alice = vox.client("alice")
    alice.init()
    await alice.connect()
    assert (await alice.login("wrong")).code == 401
    assert (await alice.login_as("nobody@app.account.voximplant.com", "x")).code == 404
    assert (await alice.login_as("alice@other.account.voximplant.com", "x")).code == 404
    alice.user.active = False
    assert (await alice.login()).code == 403


async def test_websdk_auth_result_when_the_connection_is_closed(vox):
    alice = vox.client("alice")
    alice.init()
    await alice.connect()
    alice.without_network()
    alice.wire.lose()
    result = await alice.login()
    assert (result.result, result.code) == (False, 409)


async def test_websdk_refresh_token_result(vox):
    alice = await vox.client("alice").online()
    old = alice.tokens
    result = await alice.token_refresh()
    assert result.result is True
    assert result.tokens != old
    assert (await alice.token_refresh(old.refresh_token)).code == 401, "a refresh token is good once"
    alice.expire_tokens("refresh")
    assert (await alice.token_refresh()).code == 701
    assert (await alice.token_refresh("made up")) == RefreshTokenResult(result=False, code=401, at=vox.now)
    vox.world.platform.account.users.clear()
    assert (await alice.token_refresh()).code == 404
    alice.refuse_login(500)


async def test_websdk_refresh_token_result_of_a_refusal(vox):
    alice = await vox.client("alice").online()
    alice.refuse_login(500)
    assert (await alice.token_refresh()).code == 500


async def test_websdk_incoming_call(vox, scenario):
    file = scenario(CALLER)
    alice = await vox.client("alice").online()
    vox.start(file)
    event = await alice.event(IncomingCall)
    assert event.headers == {"X-Ticket": "7", "VI-CallData": "vip"}
    assert event.video is False
    assert (event.call.number, event.call.display_name, event.call.state) == ("+15550100", "Sales", "ALERTING")
    await event.call.answer()
    await event.call.connected()
    await event.call.disconnected()
    await vox.finished()


async def test_websdk_mic_access_result(vox, scenario):
    scenario("VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda event: event.call.answer())")
    alice = await vox.client("alice").online()
    call = alice.call("100")
    heard = await alice.event(MicAccessResult)
    assert heard.result is True
    assert heard.stream.active
    await call.connected()
    await call.hang_up()
    alice.deny_microphone()
    call = alice.call("100")
    assert await alice.event(MicAccessResult) == MicAccessResult(result=False, at=vox.now)
    failed = await call.failed(403)
    assert failed.reason == "Media access denied"


async def test_websdk_mic_access_result_when_connecting(vox):
    alice = vox.client("alice")
    alice.deny_microphone()
    alice.init(mic_required=True)
    assert await alice.connect() is False
    assert names(alice) == ["SDKReady", "MicAccessResult", "ConnectionFailed"]


async def test_websdk_playback_finished(vox):
    alice = await vox.client("alice").online()
    at = vox.now
    alice.play_tone_script("425@-19;5(1/4/1)")
    assert (await alice.event(PlaybackFinished)).at - at == 5
    await alice.play_tone_script("425@-19;5(1/4/1)", loop=True)
    await vox.advance(60)
    alice.stop_playback()
    assert (await alice.event(PlaybackFinished)).at - at == 65


async def test_websdk_playback_error(vox):
    alice = await vox.client("alice").online()
    alice.play_tone_script("no tones")
    await alice.event(PlaybackError)


async def test_websdk_acd_status_updated(vox):
    alice = await vox.client("alice").online()
    assert await alice.get_operator_acd_status() == "OFFLINE"
    assert await alice.set_operator_acd_status("READY") == "READY"
    await alice.event(ACDStatusUpdated, status="OFFLINE")
    updated = await alice.event(ACDStatusUpdated)
    assert (updated.id, updated.status) == (alice.connection_id, "READY")
    assert vox.world.switch.queues.agents["alice"].status == "READY"


async def test_websdk_acd_status_updated_by_the_platform(vox, scenario):
    scenario("""
require(Modules.ACD)

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    request = VoxEngine.enqueue_acd_request("support", "+15550001")
    request.add_event_listener(ACDEvents.OperatorReached, lambda reached: event.call.answer())
    event.call.add_event_listener(CallEvents.Disconnected, lambda ended: VoxEngine.terminate())
""")
    vox.queue("support")
    vox.operator("alice", queue="support", status="OFFLINE")
    alice = await vox.client("alice").online()
    await alice.set_operator_acd_status("READY")
    caller = await vox.phone().dial("100")
    await alice.event(ACDStatusUpdated, status="DIALING")
    call = await alice.called()
    await call.answer()
    await alice.event(ACDStatusUpdated, status="IN_SERVICE")
    await caller.answered()
    await caller.hang_up()
    await alice.event(ACDStatusUpdated, status="AFTER_SERVICE")
    await alice.disconnect()
    assert vox.world.switch.queues.agents["alice"].status == "OFFLINE"


async def test_websdk_acd_error_of_each_code(vox):
    alice = vox.client("alice")
    alice.init()
    await alice.connect()
    alice.get_operator_acd_status()
    error = await alice.event(ACDError)
    assert (error.code, error.action, error.status) == (1, "getStatus", None)
    await alice.login()

    alice.set_operator_acd_status("SLEEPING")
    error = await alice.event(ACDError)
    assert (error.code, error.action, error.status) == (7, "setStatus", "SLEEPING")

    first, second = alice.set_operator_acd_status("DND"), alice.set_operator_acd_status("READY")
    assert (await alice.event(ACDError)).code == 5
    assert (await first, await second) == ("DND", "READY")

    alice.set_operator_acd_status("BANNED")
    assert (await alice.event(ACDError)).code == 7, "the platform's own statuses cannot be chosen"

    other = await vox.client("alice").online()
    await other.set_operator_acd_status("DND")
    error = await alice.event(ACDError)
    assert (error.code, error.status) == (6, "DND")

    asked = alice.get_operator_acd_status()
    alice.without_network()
    alice.wire.lose()
    assert (await alice.event(ACDError)).code in (4, 8)
    with pytest.raises(VoxsimError, match="ACDError 8"):
        await asked


async def test_websdk_acd_errors_of_answers_that_do_not_fit(vox):
    alice = await vox.client("alice").online()
    suffix = f"_{alice.connection_id}"
    alice.wire.send = lambda *values: None
    first, second = alice.set_operator_acd_status("DND"), alice.set_operator_acd_status("READY")
    await alice.event(ACDError, code=5)
    alice.acd.updated("ONLINE", alice.acd._requests[1].id, "")
    assert (await alice.event(ACDError)).code == 3
    assert (await alice.event(ACDError)).code == 2
    third = alice.get_operator_acd_status()
    at = vox.now
    error = await alice.event(ACDError)
    assert (error.code, error.at - at) == (4, 58)
    assert suffix
    for future in (first, second, third):
        with pytest.raises(VoxsimError, match="ACDError"):
            future.result()


async def test_websdk_handlers_are_called(vox):
    seen = []
    alice = vox.client("alice")
    alice.on("AuthResult", lambda event: seen.append(event.result))
    alice.on(ConnectionEstablished, seen.append)
    await alice.online()
    assert seen == [ConnectionEstablished(), True]
    with pytest.raises(VoxsimError, match="no event 'Connected'"):
        alice.on("Connected", seen.append)


def test_websdk_every_documented_event_is_here():
    documented = {
        *("ACDError", "ACDStatusUpdated", "AuthResult", "ConnectionClosed", "ConnectionEstablished"),
        *("ConnectionFailed", "IncomingCall", "MicAccessResult", "PlaybackError", "PlaybackFinished"),
        *("Reconnected", "Reconnecting", "RefreshTokenResult", "SDKReady"),
    }
    assert documented == {one.__name__ for one in ClientEvent.__subclasses__()} - {"SQMessagingStatusUpdated"}
