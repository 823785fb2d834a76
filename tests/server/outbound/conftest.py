"""The real network on loopback: an engine in real time, a `RealWeb` for it, and small servers to meet."""

import ssl
from contextlib import asynccontextmanager

import h11
import pytest
import trio
import trustme

from voxsim.engine.http import HttpRequestOptions
from voxsim.engine.net import net_of
from voxsim.engine.origin import Origin
from voxsim.engine.session import Session
from voxsim.server.network import RealWeb


class NoProgram:
    """A program without files."""

    names = ()

    def load(self, session, index):
        """There is nothing to load."""

    def release(self, session):
        """There is nothing to drop."""


class Moving:
    """An engine that moves in real time, with one session that has no code of its own."""

    def __init__(self, world, web):
        self.world = world
        self.switch = world.switch
        self.switch.web = self.web = web
        self.session = Session(self.switch, NoProgram(), Origin())
        self.do(self.session.begin)

    def do(self, step, *args):
        """Do this as a step of the engine."""
        self.switch.post(step, *args)
        self.world.driver.poke()

    async def until_done(self, begin):
        """Call `begin(done)` as a step, and return what `done` is called with."""
        given = []
        event = trio.Event()

        def done(*result):
            given.extend(result)
            event.set()

        self.do(begin, done)
        await event.wait()
        return given[0] if len(given) == 1 else tuple(given)

    async def request(self, url, **options):
        """The result of an HTTP request."""
        chosen = HttpRequestOptions(**options)
        return await self.until_done(lambda done: net_of(self.session).request(url, chosen, done))

    async def mail(self, mail):
        """The code and the error of a mail."""
        return await self.until_done(lambda done: self.web.send_mail(mail, done))


@pytest.fixture(scope="session")
def authority():
    """A certificate authority that only those know who are told of it."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority, tmp_path_factory):
    """Its certificate as a file."""
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return file


@pytest.fixture(scope="session")
def server_tls(authority):
    """The TLS of a server on loopback."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture
async def moving(world, driver):
    """`moving(web)` lets the engine go, in real time, with this web."""
    assert trio.lowlevel.current_clock() is driver, "The test itself must take `driver`: that makes it the clock."
    async with trio.open_nursery() as nursery:

        async def drive():
            with driver.outside():
                await driver.run(lambda: False)

        nursery.start_soon(drive)
        yield lambda web: Moving(world, web)
        nursery.cancel_scope.cancel()


@pytest.fixture
async def net(moving, driver, ca_file):
    """An engine on the real network, which trusts the tests' authority."""
    async with RealWeb.opened(driver, ca_file=ca_file) as web:
        yield moving(web)


@asynccontextmanager
async def _listening(handler, tls):
    async with trio.open_nursery() as nursery:
        if tls is None:
            listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        else:
            listeners = await trio.open_ssl_over_tcp_listeners(0, tls, host="127.0.0.1", https_compatible=True)
        inner = listeners[0] if tls is None else listeners[0].transport_listener
        nursery.start_soon(trio.serve_listeners, handler, listeners)
        yield inner.socket.getsockname()[1]
        nursery.cancel_scope.cancel()


@pytest.fixture
def listening():
    """`async with listening(handler) as port`: a server that calls `handler(stream)` for each connection."""
    return lambda handler, tls=None: _listening(handler, tls)


class Site:
    """An HTTP server that answers from a function and remembers what it was asked.

    Attributes:
        requests: the requests, as (method, target, headers, body).
        connections: how many there have been.
    """

    def __init__(self, answer):
        self.requests = []
        self.connections = 0
        self._answer = answer

    async def serve(self, stream):
        """One connection."""
        self.connections += 1
        connection = h11.Connection(h11.SERVER)
        with trio.CancelScope():
            while (request := await self._next(connection, stream)) is not None:
                status, headers, body = self._answer(request)
                headers = [("Content-Length", str(len(body))), *headers]
                await stream.send_all(connection.send(h11.Response(status_code=status, headers=headers)))
                await stream.send_all(connection.send(h11.Data(b"" if request[0] == "HEAD" else body)))
                await stream.send_all(connection.send(h11.EndOfMessage()))
                if connection.our_state is h11.MUST_CLOSE:
                    return
                connection.start_next_cycle()

    async def _next(self, connection, stream):
        request, body = None, b""
        while True:
            match connection.next_event():
                case h11.NEED_DATA:
                    try:
                        connection.receive_data(await stream.receive_some())
                    except trio.BrokenResourceError:
                        return None
                case h11.Request() as request:
                    pass
                case h11.Data(data=data):
                    body += bytes(data)
                case h11.EndOfMessage():
                    headers = {name.decode(): value.decode() for name, value in request.headers}
                    self.requests.append((request.method.decode(), request.target.decode(), headers, body))
                    return self.requests[-1]
                case h11.ConnectionClosed():
                    return None


@pytest.fixture
async def site(listening):
    """`await site(answer)`: the running server and its URL; `answer(request)` gives status, headers, body."""
    async with trio.open_nursery() as nursery:

        async def start(answer=lambda request: (200, [], b""), tls=None):
            served = Site(answer)
            ready = trio.Event()
            ports = []

            async def run():
                async with listening(served.serve, tls) as port:
                    ports.append(port)
                    ready.set()
                    await trio.sleep_forever()

            nursery.start_soon(run)
            await ready.wait()
            served.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{ports[0]}"
            return served

        yield start
        nursery.cancel_scope.cancel()


@pytest.fixture
def silent():
    """A server that takes requests and says nothing: `asked` and `left` are set as the client comes and goes."""

    class Silent:
        def __init__(self):
            self.asked = trio.Event()
            self.left = trio.Event()

        async def serve(self, stream):
            await stream.receive_some()
            self.asked.set()
            assert await stream.receive_some() == b""
            self.left.set()

    return Silent()
