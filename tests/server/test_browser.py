"""A real browser on a session's URL: its WebSocket is one more independent client."""

import json
import shutil
import subprocess

import pytest
import trio

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.trio,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]

SCENARIO = """
@VoxEngine.on(AppEvents.Started)
def started(event):
    VoxEngine.allow_web_socket_connections()

@VoxEngine.on(AppEvents.WebSocket)
def opened(event):
    socket = event.websocket
    socket.onmessage = lambda message: socket.send(message.text)
    socket.onclose = lambda closed: Logger.write(f"closed {closed.code} {closed.was_clean}")

@VoxEngine.on(AppEvents.HttpRequest)
def told(event):
    Logger.write(event.content)
"""

PAGE = """<!doctype html><script>
const found = {};
const socket = new WebSocket("SOCKET", ["chat"]);
const texts = ["", "x".repeat(125), "x".repeat(126), "ü€😀", "y".repeat(70000)];
const tell = () => fetch("HTTP", {method: "POST", mode: "no-cors", body: JSON.stringify(found)});
found.echoes = [];
socket.onopen = () => { found.protocol = socket.protocol; socket.send(texts[0]); };
socket.onerror = () => { found.error = true; };
socket.onmessage = (message) => {
  found.echoes.push(message.data === texts[found.echoes.length]);
  if (found.echoes.length < texts.length) socket.send(texts[found.echoes.length]);
  else socket.close(3000, "enough");
};
socket.onclose = (closed) => { found.close = [closed.code, closed.wasClean]; tell(); };
</script>"""

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",  # without one it shows the page and leaves
)


@pytest.fixture
def browse(tmp_path):
    """Let Chromium show a page; it is ended with the test."""
    browsers = []

    def show(page):
        (tmp_path / "page.html").write_text(page)
        command = [CHROMIUM, *OPTIONS, f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "page.html").as_uri()]
        browsers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    yield show
    for browser in browsers:
        browser.kill()
        browser.wait()


async def test_chromium_talks_to_a_session(serve, begin, driver, world, browse):
    server = await serve(SCENARIO)
    session = await begin(server)
    told = trio.Event()
    world.switch.subscribe(lambda record: told.set() if len(session.log) == 2 else None)
    browse(PAGE.replace("SOCKET", session.access_url.replace("http", "ws", 1)).replace("HTTP", session.access_url))
    with trio.fail_after(60):
        await told.wait()
    closed, found = sorted(session.log)
    assert closed == "closed 3000 True"
    assert json.loads(found) == {"protocol": "chat", "echoes": [True] * 5, "close": [3000, True]}
