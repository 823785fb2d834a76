"""The official Web SDK in a real browser: each way to log in, each way to fail, statuses, and lost connections."""

import hashlib
import json

import pytest
import trio
from chromium import Browser, running
from sdks import NEW, OLD, PASSWORD

pytestmark = pytest.mark.trio

both = pytest.mark.parametrize("sdk", [OLD, NEW])

ANSWER = """
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    event.call.answer()
    event.call.add_event_listener(CallEvents.MessageReceived, lambda event: event.call.send_message(event.text[::-1]))
"""


def md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
async def server(serve, tls):
    return await serve(ANSWER, tls=tls)


@pytest.mark.parametrize(("sdk", "form"), [(OLD, None), (NEW, None), (NEW, "sha256")])
async def test_websdk_a_password_logs_in(driver, server, users, visit, sdk, form):
    (alice,) = users("alice")
    page = await visit(sdk, server)
    assert await page.run("names('client').slice(0, 2)") == ["SDKReady", "ConnectionEstablished"]
    options = {} if form is None else {"credentialType": form}
    result = await page.run(f"login('{alice}', '{PASSWORD}', {json.dumps(options)})")
    assert (result["result"], result["displayName"]) == (True, "Alice")
    assert result["tokens"]["accessExpire"] > 0
    assert await page.run("until('client', 'AuthResult')") | {"met": 0} == result | {
        "met": 0,
        "source": "client",
        "name": "AuthResult",
    }
    (connection,) = server.gateway.devices("alice")
    assert connection.wire.version == (3 if sdk == OLD else 5)


@both
@pytest.mark.parametrize(("user", "password", "code"), [("alice", "wrong", 401), ("nobody", PASSWORD, 404)])
async def test_websdk_a_wrong_login_is_refused(driver, server, users, visit, sdk, user, password, code):
    (alice,) = users("alice")
    page = await visit(sdk, server)
    result = await page.run(f"login('{alice.replace('alice', user)}', '{password}')")
    assert (result["rejected"]["result"], result["rejected"]["code"]) == (False, code)
    assert (await page.run(f"login('{alice}', '{PASSWORD}')"))["result"] is True


@both
@pytest.mark.parametrize("code", [402, 403, 500])
async def test_websdk_the_platform_refuses(driver, server, users, visit, sdk, code):
    (alice,) = users("alice")
    server.gateway.credentials.refusals["alice"] = code
    page = await visit(sdk, server)
    result = await page.run(f"login('{alice}', '{PASSWORD}')")
    assert result["rejected"]["code"] == code


@both
async def test_websdk_a_one_time_key_logs_in(driver, server, users, visit, sdk):
    (alice,) = users("alice")
    page = await visit(sdk, server)
    await page.run(f"client.requestOneTimeLoginKey('{alice}'); 0")
    asked = await page.run("until('client', 'AuthResult')")
    assert (asked["result"], asked["code"]) == (False, 302)
    answer = md5(f"{asked['key']}|{md5(f'alice:voximplant.com:{PASSWORD}')}")
    wrong = await page.run(f"settle(client.loginWithOneTimeKey('{alice}', '{answer[::-1]}'))")
    assert wrong["rejected"]["code"] == 401
    right = await page.run(f"settle(client.loginWithOneTimeKey('{alice}', '{answer}'))")
    assert right["result"] is True


@both
async def test_websdk_tokens_log_in_and_are_refreshed(driver, server, users, visit, enter, sdk, world):
    (alice,) = users("alice")
    page = await enter(sdk, server, alice)
    tokens = (await page.run("until('client', 'AuthResult')"))["tokens"]
    await page.close()
    page = await visit(sdk, server)
    wrong = await page.run(f"settle(client.loginWithToken('{alice}', 'made up'))")
    assert wrong["rejected"]["code"] == 401
    assert (await page.run(f"settle(client.loginWithToken('{alice}', '{tokens['accessToken']}'))"))["result"] is True
    fresh = await page.run(f"settle(client.tokenRefresh('{alice}', '{tokens['refreshToken']}'))")
    assert fresh["result"] is True
    assert fresh["tokens"]["accessToken"] != tokens["accessToken"]
    assert (await page.run("until('client', 'RefreshTokenResult')"))["result"] is True
    user = world.platform.account.user(name="alice")
    server.gateway.credentials.expire(user)
    await page.run(f"settle(client.tokenRefresh('{alice}', '{fresh['tokens']['refreshToken']}'))")
    assert (await page.run("until('client', 'RefreshTokenResult')"))["code"] == 701


@both
async def test_websdk_disconnecting_logs_out(driver, server, users, enter, sdk):
    page = await enter(sdk, server, *users("alice"))
    await page.run("client.disconnect()")
    await page.run("until('client', 'ConnectionClosed')")
    with trio.fail_after(10):
        while server.gateway.connections:
            await trio.sleep(0.01)
    assert await page.run("client.connected()") is False


@both
async def test_websdk_nobody_listens(driver, server, users, browser, pages, sdk):
    page = await browser.page(f"{pages}/page/{sdk}")
    outcome = await page.run("settle(setUp('127.0.0.1:9'))")
    if sdk == OLD:
        assert "rejected" in outcome
    else:
        assert outcome is False
        await page.run("until('client', 'ConnectionFailed')")
    await page.close()


async def test_websdk_is_found_through_the_balancer(driver, server, users, pages, tmp_path):
    (alice,) = users("alice")
    address = server.secure_url.removeprefix("https://")
    rules = f"--host-resolver-rules=MAP balancer.voximplant.com {address} , MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
    with running(tmp_path, rules) as url:
        async with Browser.driven(url) as browser:
            page = await browser.page(f"{pages}/page/{NEW}")
            assert await page.run("setUp('')") is True
            assert (await page.run(f"login('{alice}', '{PASSWORD}')"))["result"] is True


@both
async def test_websdk_acd_statuses(driver, server, users, enter, sdk, world):
    (alice,) = users("alice")
    page = await enter(sdk, server, alice)
    assert await page.run("client.getOperatorACDStatus()") == "OFFLINE"
    for name in ("Online", "Ready", "DND"):
        chosen = await page.run(f"client.setOperatorACDStatus(VoxImplant.OperatorACDStatuses.{name})")
        assert chosen == name.upper()
    assert world.switch.queues.agents["alice"].status == "DND"
    updates = await page.run("happened.filter((one) => one.name === 'ACDStatusUpdated').map((one) => one.status)")
    assert updates == ["OFFLINE", "ONLINE", "READY", "DND"]
    other = await enter(sdk, server, alice)
    assert await other.run("client.setOperatorACDStatus('READY')") == "READY"
    assert (await page.run("until('client', 'ACDError')"))["code"] == 6


async def test_websdk_acd_errors(driver, server, users, visit, enter):
    (alice,) = users("alice")
    page = await visit(NEW, server)
    await page.run("settle(client.getOperatorACDStatus())")
    assert (await page.run("until('client', 'ACDError')"))["code"] == 1
    page = await enter(NEW, server, alice)
    await page.run("settle(client.setOperatorACDStatus('BANNED'))")
    assert (await page.run("until('client', 'ACDError')"))["code"] == 7


# --- lost connections ---


async def test_websdk_a_lost_connection_is_resumed(driver, server, users, enter):
    page = await enter(NEW, server, *users("alice"))
    await page.run("dial('100')")
    await page.run("until('call 0', 'Connected')")
    (connection,) = server.gateway.devices("alice")
    for text in ("one", "two"):
        await server.door.call(connection.drop, 4000, "a test")
        await page.run(f"calls[0].sendMessage('{text}')")
        await page.run("until('client', 'Reconnecting')")
        await page.run("until('client', 'Reconnected')")
        assert (await page.run("until('call 0', 'onSendMessage')"))["text"] == text[::-1]
    assert server.gateway.devices("alice") == [connection]
    assert await page.run("client.getClientState()") == "LOGGED_IN"
    assert not await page.run("names('call 0').includes('Failed')")


async def test_websdk_an_older_client_does_not_come_back(driver, server, users, enter, world):
    page = await enter(OLD, server, *users("alice"))
    await page.run("dial('100')")
    await page.run("until('call 0', 'Connected')")
    (connection,) = server.gateway.devices("alice")
    await server.door.call(connection.drop, 4000, "a test")
    await page.run("until('client', 'ConnectionClosed')")
    assert server.gateway.connections == {}
    assert [call for session in world.sessions for call in session.calls] == []


async def test_websdk_the_server_says_good_bye(driver, server, users, enter):
    page = await enter(NEW, server, *users("alice"))
    await server.door.call(server.gateway.stop)
    await page.run("until('client', 'ConnectionClosed')")
    assert "Reconnecting" not in await page.run("names('client')")


async def test_websdk_stays_connected_with_nothing_to_do(driver, server, users, enter):
    page = await enter(NEW, server, *users("alice"))
    (connection,) = server.gateway.devices("alice")
    await trio.sleep(9)
    assert connection.wire.waiting < 10, "the SDK acknowledges within 5 s"
    assert "Reconnecting" not in await page.run("names('client')")
    assert page.console == []
