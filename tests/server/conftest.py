"""A real server on loopback, in the test's own trio run, with the engine's driver as its clock."""

import time
from random import SystemRandom

import pytest
import trio
from echoing import ECHO, Session
from rawsocket import RawSocket

from voxsim.driver import Pace
from voxsim.parties.behaviour import Behaviour
from voxsim.parties.world import World
from voxsim.platform.storage import Memory
from voxsim.server.limits import ServerLimits
from voxsim.server.server import Address, Server


@pytest.fixture
def world():
    return World(
        random=SystemRandom(),
        epoch=int(time.time()),
        pace=Pace.parse("real"),
        until=None,
        stranger=Behaviour(),
        loose_records=100,
    )


@pytest.fixture
def driver(world):
    """The clock of the test: pytest-trio runs a test on the one clock among its fixtures."""
    return world.driver


@pytest.fixture
def serve(world, driver, nursery, tmp_path):
    """Serve a scenario, given as text, with one rule for every destination; returns the running server."""

    async def start(scenario="", **settings):
        assert trio.lowlevel.current_clock() is driver, "a test on a server must take `driver` itself, too"
        file = tmp_path / "scenario.py"
        file.write_text("from voxsim import *\n" + scenario)
        rule = world.add_rule(file)
        server = Server(world, Memory(), **settings)
        server.rule = rule
        ready = trio.Event()
        secure_port = 0 if settings.get("tls") is not None else None
        nursery.start_soon(server.run, Address(port=0, secure_port=secure_port), ready.set)
        await ready.wait()
        return server

    return start


@pytest.fixture
def begin(world):
    """Begin a session over HTTP, as StartScenarios does, and wait until it has started."""

    async def started(server, custom_data=""):
        session = await server.door.call(world.start, server.rule, custom_data)
        await server.door.call(lambda: None)
        return session

    return started


@pytest.fixture
async def connect(driver):
    """Connect to a URL's host and port, to send any bytes; the connections are closed at the end."""
    opened = []

    async def to(url, **options):
        opened.append(await RawSocket.connect(url, **options))
        return opened[-1]

    yield to
    for raw in opened:
        raw.vanish()


@pytest.fixture
def echo(serve, begin, connect):
    """Begin a session of a scenario whose sockets echo, on a server with these limits."""

    async def begun(scenario=ECHO, custom_data="", **limits):
        server = await serve(scenario, limits=ServerLimits(**limits))
        return Session(server, await begin(server, custom_data), connect)

    return begun
