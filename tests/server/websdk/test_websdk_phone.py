"""The page at `/phone` in a real browser: logging in, calls by keyboard, keys, messages, and what goes wrong."""

import pytest
import trio
from chromium import OPTIONS, Browser, running
from phoning import PhonePage
from sdks import FOLDER, NEW, OLD, PASSWORD
from sounding import SPY, hears

from voxsim.parties.mediaentry import MediaEntry
from voxsim.server.phone.package import Package

pytestmark = pytest.mark.trio

both = pytest.mark.parametrize("sdk", [OLD, NEW])

IVR = """
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    if event.destination == "busy":
        call.reject(486)
        return
    Logger.write(f"{event.callerid} calls {event.destination}")
    call.handle_tones(True)
    call.add_event_listener(CallEvents.ToneReceived, lambda tone: Logger.write(f"tone {tone.tone}"))
    call.add_event_listener(CallEvents.MessageReceived, lambda event: call.send_message(event.text.upper()))
    call.add_event_listener(CallEvents.OnHold, lambda event: Logger.write("on hold"))
    call.add_event_listener(CallEvents.OffHold, lambda event: Logger.write("off hold"))
    call.add_event_listener(CallEvents.Disconnected, lambda event: Logger.write("over"))
    call.ring()
    await sleep(0.3)
    call.answer()
"""

CALL_ALICE = """
@VoxEngine.on(AppEvents.Started)
def started(event):
    call = VoxEngine.call_user(username="alice", callerid="+15550100", display_name="Sales <b>team</b>")
    for kind in (CallEvents.Connected, CallEvents.Failed, CallEvents.Disconnected):
        call.add_event_listener(kind, lambda event: Logger.write(f"{event.name} {getattr(event, 'code', '')}"))
    call.add_event_listener(CallEvents.Connected, lambda event: call.send_message("<img src=x onerror=alert(1)>"))
"""

BRIDGE = """
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    out = VoxEngine.call_user(username=event.destination, callerid=event.callerid, display_name=event.display_name)
    VoxEngine.easy_process(event.call, out)
"""


@pytest.fixture
async def show(browser, tls, serve, users):
    """Serve a scenario, and open the phone on an SDK; the pages are closed behind the test."""
    opened = []
    found = {}

    async def open_phone(scenario=IVR, sdk=NEW, before="", people=("alice", "bob")):
        if not (FOLDER / sdk).is_dir():
            pytest.skip("needs the Web SDK: npm install --no-package-lock --prefix tests/node")
        if "server" not in found:
            users(*people)
            package = Package(named=FOLDER / sdk)
            found["server"] = await serve(scenario, tls=tls, package=package, media=MediaEntry())
        phone = await PhonePage.opened(browser, f"{found['server'].secure_url}/phone", before)
        phone.server = found["server"]
        opened.append(phone)
        return phone

    yield open_phone
    for phone in opened:
        await phone.page.close()


@pytest.fixture
def phone(show):
    """Open the phone, logged in."""

    async def log_in(scenario=IVR, sdk=NEW, user="alice"):
        page = await show(scenario, sdk)
        await page.logs_in(user)
        await page.until("!document.querySelector('#phone').hidden")
        return page

    return log_in


@both
async def test_websdk_phone_calls_a_scenario_with_the_keyboard_alone(driver, phone, log, sdk):
    page = await phone(IVR, sdk)
    assert await page.focused() == "number"
    await page.type("100")
    await page.press("Enter")
    assert await log.until("calls") == "alice calls 100"
    await page.state("connected")
    assert await page.focused() == "keys", "what is typed now is sent"
    await page.until("document.querySelector('.timer').textContent === '0:00'")
    await page.type("1x9*#")
    for key in "19*#":
        await log.until(f"tone {key}")
    assert await page.run("document.querySelector('#keys').value") == "19*#"
    await page.press("Tab")
    assert await page.run("document.activeElement.dataset.key") == "1", "the keypad is one stop"
    await page.press("ArrowRight", "ArrowDown", "Enter")
    await log.until("tone 5")
    await page.tab_to("text")
    await page.type("hello")
    await page.press("Enter")
    await page.sees("HELLO")
    await page.run("document.querySelector('.peer').focus()")
    await page.tab_to("hangup")
    await page.press("Enter")
    await log.until("over")
    await page.state("ended")
    await page.until("document.querySelector('#said').textContent.startsWith('Call ended, 100')")
    await page.well()


@both
async def test_websdk_phone_is_heard(driver, show, sdk):
    page = await show(
        """
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    event.call.answer()
    event.call.play_progress_tone("US")
""",
        sdk,
        before=SPY,
    )
    await page.logs_in()
    await page.until("!document.querySelector('#phone').hidden")
    await page.calls("100")
    await page.state("connected")
    await hears(page)
    playing = "[...document.querySelectorAll('audio')].some((one) => !one.paused && !one.muted && one.currentTime > 0)"
    await page.until(playing)
    await page.well()


async def test_websdk_phone_keypad_writes_the_number(driver, phone, log):
    page = await phone()
    for key in ("1", "0", "9"):
        await page.click(f"[data-key='{key}']")
    await page.click("#erase")
    await page.click("[data-key='0']")
    await page.click("#call")
    assert await log.until("calls") == "alice calls 100"
    await page.state("connected")
    await page.click("[data-key='#']")
    await log.until("tone #")
    await page.well()


async def test_websdk_phone_offers_the_scenarios(driver, phone, log):
    page = await phone()
    await page.click("#offer-list button")
    assert await page.focused() == "call"
    await page.press("Enter")
    await log.until("calls")
    await page.state("connected")


@both
async def test_websdk_phone_holds_mutes_and_resumes(driver, phone, log, sdk):
    page = await phone(IVR, sdk)
    await page.calls("100")
    await page.state("connected")
    await page.click(".mute")
    assert await page.run("document.querySelector('.mute').getAttribute('aria-pressed')") == "true"
    await page.click(".hold")
    await page.state("held")
    await log.until("on hold")
    assert await page.run("document.querySelector('#keys-row').hidden"), "a second number can be written"
    await page.click(".hold")
    await page.state("connected")
    await log.until("off hold")
    await page.well()


@both
async def test_websdk_phone_answers_a_call(driver, show, begin, log, sdk):
    page = await show(CALL_ALICE, sdk)
    await page.logs_in()
    await page.until("!document.querySelector('#phone').hidden")
    await begin(page.server)
    await page.state("incoming")
    assert await page.run("document.querySelector('.peer').textContent") == "Sales <b>team</b>"
    assert "Incoming call" in await page.run("document.title")
    assert await page.focused() == "peer", "the focus is beside the buttons, and on none of them"
    await page.tab_to("answer")
    await page.press("Enter")
    await log.until("Call.Connected")
    await page.state("connected")
    await page.sees("<img src=x onerror=alert(1)>")
    await page.click(".hangup")
    await log.until("Call.Disconnected")
    await page.well()


async def test_websdk_phone_rejects_a_call(driver, show, begin, log):
    page = await show(CALL_ALICE)
    await page.logs_in()
    await page.until("!document.querySelector('#phone').hidden")
    await begin(page.server)
    await page.state("incoming")
    await page.tab_to("reject")
    await page.press(" ")
    assert await log.until("Call.Failed") == "Call.Failed 603"
    await page.sees("Call ended: rejected")
    await page.well()


async def test_websdk_phone_two_phones_and_a_transfer(driver, phone, show):
    alice = await phone(BRIDGE)
    bob = await phone(user="bob")
    await alice.calls("bob")
    await bob.state("incoming")
    assert await bob.run("document.querySelector('.peer').textContent") == "Alice"
    await bob.click(".answer")
    await alice.state("connected")
    await alice.click(".transfer")
    await alice.type("bob")
    await alice.press("Enter")
    await alice.until("document.querySelectorAll('.call').length === 2")
    await alice.state("held", 1)
    await bob.state("incoming")
    await bob.click(".answer")
    await bob.state("held", 1)
    # The platform calls the new partner once more, for the one who is transferred.
    await bob.state("incoming")
    await bob.click(".answer")
    await alice.sees("Call ended: transferred to bob")
    await alice.well()


async def test_websdk_phone_says_why_a_call_failed(driver, phone):
    page = await phone()
    await page.calls("busy")
    await page.sees("Call ended: busy (486)")
    assert await page.run("document.querySelector('#log .bad').textContent.includes('Failed code 486')")
    await page.well()


async def test_websdk_phone_says_that_nobody_is_there(driver, phone):
    page = await phone("""
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    out = VoxEngine.call_user(username="bob", callerid="1")
    out.add_event_listener(CallEvents.Failed, lambda failed: event.call.reject(failed.code))
""")
    await page.calls("bob")
    await page.sees("nobody is logged in there (480)")


@both
async def test_websdk_phone_wrong_password(driver, show, sdk):
    page = await show(sdk=sdk)
    await page.logs_in(password="wrong")
    await page.sees("The password is wrong.")
    assert await page.focused() == "password"
    assert await page.run("document.querySelector('#password').getAttribute('aria-invalid')") == "true"
    await page.type(PASSWORD)
    await page.press("Enter")
    await page.until("!document.querySelector('#phone').hidden")
    secret = await page.run("document.querySelector('#log').textContent + JSON.stringify(localStorage)")
    assert PASSWORD not in secret
    await page.click("#leave")
    await page.until("!document.querySelector('#entrance').hidden")
    with trio.fail_after(10):
        while page.server.gateway.connections:
            await trio.sleep(0.01)
    await page.logs_in()
    await page.until("!document.querySelector('#phone').hidden")
    await page.well()


async def test_websdk_phone_somebody_else_logs_in_by_hand(driver, show):
    page = await show()
    await page.until("!document.querySelector('#entrance').hidden")
    await page.run(
        "const user = document.querySelector('#user'); user.value = ''; user.dispatchEvent(new Event('change'));"
        "document.querySelector('#full-name').focus()"
    )
    await page.type("nobody")
    await page.press("Tab")
    await page.type(PASSWORD)
    await page.press("Enter")
    await page.sees("There is no user of this name")
    await page.run("document.querySelector('#full-name').value = 'bob@app.account.voximplant.com'")
    await page.press("Enter")
    await page.until("document.querySelector('#name').textContent === 'Bob'")
    await page.well()


async def test_websdk_phone_without_users_says_what_to_write(driver, show):
    page = await show(people=())
    await page.sees("No user of this server has a password yet.")
    await page.sees('name = "alice"')


async def test_websdk_phone_comes_back_after_the_connection_was_lost(driver, phone, log):
    page = await phone()
    await page.calls("100")
    await page.state("connected")
    (connection,) = page.server.gateway.devices("alice")
    await page.server.door.call(connection.drop, 4000, "a test")
    await page.until("document.querySelector('#said').textContent === 'Connected again'")
    await page.type("7")
    await log.until("tone 7")
    await page.well()


@both
async def test_websdk_phone_comes_back_after_the_server_was_gone(driver, phone, log, sdk):
    page = await phone(IVR, sdk)
    (connection,) = page.server.gateway.devices("alice")
    await page.server.door.call(connection.end, "a test")
    await page.sees("The server is gone.")
    await page.until("document.querySelector('#notice').hidden")
    await page.calls("100")
    await log.until("calls")
    await page.state("connected")


async def test_websdk_phone_without_a_microphone(driver, show, log):
    denied = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); };"
    page = await show(before=denied)
    await page.logs_in()
    await page.until("!document.querySelector('#phone').hidden")
    await page.calls("100")
    await page.sees("The browser does not let this page use the microphone.")
    await page.sees("Call ended: no microphone")
    await page.click("#notice-more button")
    await log.until("calls")
    await page.state("connected")
    await page.well()


async def test_websdk_phone_without_the_sdk_says_how_to_get_it(driver, browser, serve, tls, tmp_path):
    server = await serve(IVR, tls=tls, package=Package(tmp_path))
    page = await PhonePage.opened(browser, f"{server.url}/phone")
    await page.sees("One thing is missing: the Web SDK")
    shown = await page.run("document.querySelector('#commands').textContent")
    assert shown.split("\n") == [f"cd {tmp_path}", "npm install voximplant-websdk"]
    await page.well()
    installed = tmp_path / "node_modules" / "voximplant-websdk"
    installed.mkdir(parents=True)
    (installed / "voximplant.min.js").write_text("window.VoxImplant = {};")
    await page.click("#again")
    await page.sees("The Web SDK did not start")
    await page.page.close()


async def test_websdk_phone_without_tls_says_so(driver, browser, serve):
    server = await serve(IVR)
    page = await PhonePage.opened(browser, f"{server.url}/phone")
    await page.sees("start it without --no-tls")
    await page.well()
    await page.page.close()


async def test_websdk_phone_leads_to_the_page_where_the_certificate_is_accepted(
    driver, serve, tls, users, tmp_path, monkeypatch
):
    if not (FOLDER / NEW).is_dir():
        pytest.skip("needs the Web SDK: npm install --no-package-lock --prefix tests/node")
    users("alice")
    server = await serve(IVR, tls=tls, package=Package(named=FOLDER / NEW))
    monkeypatch.setattr("chromium.OPTIONS", tuple(one for one in OPTIONS if "certificate" not in one))
    with running(tmp_path / "profile") as url:
        async with Browser.driven(url) as browser:
            page = await PhonePage.opened(browser, f"{server.url}/phone")
            await page.sees("certificate yet, so the SDK cannot connect")
            assert await page.run("document.querySelector('#notice a').href") == f"{server.secure_url}/phone"
            await page.page.open(f"{server.secure_url}/phone")
            await page.type("thisisunsafe")  # what Chromium takes for a click on Advanced and Proceed
            await page.logs_in()
            await page.until("!document.querySelector('#phone').hidden")
            await page.calls("100")
            await page.state("connected")
            await page.well()
