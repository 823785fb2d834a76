"""Pages with the official Web SDK in a real browser, logged in to a server in the test's own trio run."""

import http.server
import threading
from pathlib import Path

import pytest
import trio
from chromium import CHROMIUM, Browser, running
from sdks import FOLDER, PASSWORD

from voxsim.platform.account import User, password_hash, password_sha256
from voxsim.server.certificates import Authority


class Files(http.server.SimpleHTTPRequestHandler):
    """The page, and the SDKs beside it."""

    def translate_path(self, path):
        name = path.partition("?")[0].lstrip("/")
        return str(FOLDER / name)

    def do_GET(self):
        if not self.path.startswith("/page/"):
            super().do_GET()
            return
        text = (
            (Path(__file__).parent / "page.html").read_text().replace("/SDK/", f"/{self.path.removeprefix('/page/')}/")
        )
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture(scope="session")
def pages():
    """The URL of the pages' own server."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """One browser for all tests; each page has a context of its own."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    with running(tmp_path_factory.mktemp("profile")) as url:
        yield url


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    return Authority.kept_in(tmp_path_factory.mktemp("ca")).server_context()


@pytest.fixture
def users(world):
    """Let an account have users, all with one password; gives their full names."""

    def add(*names, **facts):
        account = world.platform.account
        for name in names:
            number = len(account.users) + 1
            account.users[number] = User(
                id=number,
                name=name,
                display_name=name.title(),
                password_hash=password_hash(name, PASSWORD),
                password_sha256=password_sha256(name, PASSWORD),
                applications=(1,),
                **facts,
            )
        return [f"{name}@app.account.voximplant.com" for name in names]

    return add


@pytest.fixture
async def browser(chromium, driver):
    async with Browser.driven(chromium) as driven:
        yield driven


@pytest.fixture
async def visit(browser, pages):
    """Open a page with an SDK, connected to a server; the page is closed behind the test."""
    opened = []

    async def show(sdk, server, config="{}"):
        if not (FOLDER / sdk).is_dir():
            pytest.skip("needs the Web SDK: npm install --no-package-lock --prefix tests/node")
        page = await browser.page(f"{pages}/page/{sdk}")
        opened.append(page)
        page.address = server.secure_url.removeprefix("https://")
        with trio.fail_after(30):
            await page.run(f"setUp('{page.address}', {config})")
        return page

    yield show
    for page in opened:
        await page.close()


class Log:
    """The lines that scenarios write, in order; `until` waits for one that nobody has waited for yet."""

    def __init__(self):
        self.lines = []
        self._changed = trio.Event()

    def told(self, record):
        if record.kind == "log":
            self.lines.append(record.name)
            self._changed.set()
            self._changed = trio.Event()

    async def until(self, words):
        with trio.fail_after(20):
            while True:
                for index, line in enumerate(self.lines):
                    if words in line:
                        del self.lines[: index + 1]
                        return line
                await self._changed.wait()


@pytest.fixture
def log(world):
    found = Log()
    world.switch.subscribe(found.told)
    return found


@pytest.fixture
def enter(visit):
    """Open a page with an SDK, connected, and logged in as somebody."""

    async def log_in(sdk, server, user, config="{}"):
        page = await visit(sdk, server, config)
        result = await page.run(f"login('{user}', '{PASSWORD}')")
        assert result["result"] is True
        return page

    return log_in
