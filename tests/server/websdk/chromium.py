"""A headless Chromium, driven by the DevTools protocol: contexts that know nothing of each other, each with a page."""

import contextlib
import itertools
import json
import shutil
import subprocess
import time

import trio
from websockets.trio.client import connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--ignore-certificate-errors",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--remote-debugging-port=0",
)


@contextlib.contextmanager
def running(folder, *options):
    """A Chromium process; gives the URL of its DevTools."""
    rules = "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
    command = [CHROMIUM, *OPTIONS, f"--host-resolver-rules={rules}", f"--user-data-dir={folder}", *options]
    process = subprocess.Popen([*command, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield _devtools(folder, process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _devtools(folder, process):
    file = folder / "DevToolsActivePort"
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError(f"Chromium ended with {process.returncode} before it could be driven.")
        if file.exists() and len(lines := file.read_text().splitlines()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.05)
    raise AssertionError("Chromium did not say where it can be driven.")


class Browser:
    """A connection to a Chromium's DevTools."""

    def __init__(self, socket):
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers = {}
        self._told = {}

    @classmethod
    @contextlib.asynccontextmanager
    async def driven(cls, url):
        async with connect(url, max_size=None, compression=None) as socket, trio.open_nursery() as nursery:
            browser = cls(socket)
            nursery.start_soon(browser._read)
            yield browser
            nursery.cancel_scope.cancel()

    async def _read(self):
        async for text in self._socket:
            message = json.loads(text)
            if "id" in message:
                send = self._answers.pop(message["id"], None)
                if send is not None:
                    send.send_nowait(message)
            else:
                told = self._told.get(message.get("sessionId"))
                if told is not None:
                    told(message["method"], message["params"])

    async def command(self, method, session=None, **params):
        number = next(self._numbers)
        send, receive = trio.open_memory_channel(1)
        self._answers[number] = send
        asked = {"id": number, "method": method, "params": params}
        await self._socket.send(json.dumps({**asked, "sessionId": session} if session else asked))
        answer = await receive.receive()
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    async def page(self, url):
        """A page in a context of its own."""
        context = (await self.command("Target.createBrowserContext"))["browserContextId"]
        target = (await self.command("Target.createTarget", url="about:blank", browserContextId=context))["targetId"]
        session = (await self.command("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        page = Page(self, session, context)
        self._told[session] = page._happened
        for domain in ("Page", "Runtime", "Network"):
            await self.command(f"{domain}.enable", session)
        await page.open(url)
        return page


class Page:
    """One page: it runs scripts, and tells what went wrong in it."""

    def __init__(self, browser, session, context):
        self.browser = browser
        self.session = session
        self.context = context
        self.console = []
        self.closed = False
        self._loaded = trio.Event()

    def _happened(self, method, params):
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.console.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.console.append(" ".join(str(one.get("value", one.get("description"))) for one in params["args"]))

    async def open(self, url):
        self._loaded = trio.Event()
        await self.browser.command("Page.navigate", self.session, url=url)
        await self._loaded.wait()

    async def run(self, script):
        """The value of a JavaScript expression, awaited."""
        result = await self.browser.command(
            "Runtime.evaluate", self.session, expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            thrown = details.get("exception", {})
            raise AssertionError(thrown.get("description") or thrown.get("value") or details["text"])
        return result["result"].get("value")

    async def close(self):
        if self.closed:
            return
        self.closed = True
        await self.browser.command("Target.disposeBrowserContext", browserContextId=self.context)
