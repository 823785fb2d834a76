"""HTTP as clients speak it and misspeak it: framing, limits, slowness, and what is closed behind it."""

import time

import pytest
import trio
from rawhttp import RawClient, answer_of, parted, rest_of

from voxsim.server.limits import ServerLimits

pytestmark = pytest.mark.trio

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
CALL = b"POST /calls HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
async def client(serve, driver):
    return RawClient(await serve("", limits=ServerLimits(header_bytes=2000, body_bytes=1000, connections=20)))


async def test_a_connection_serves_many_requests(client, driver):
    stream = await client.connect()
    async with stream:
        for _ in range(3):
            await stream.send_all(GET)
            assert (await answer_of(stream))[0] == 200


async def test_requests_that_come_at_once_are_answered_in_order(client, driver):
    told = await client.send(GET + b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n" + LAST)
    statuses = [int(part[:3]) for part in told.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 404, 200]


async def test_a_request_may_come_byte_by_byte(client, driver):
    told = await client.send(*(bytes([byte]) for byte in CALL + b"Connection: close\r\nContent-Length: 2\r\n\r\n[]"))
    assert parted(told)[0] == 400


async def test_the_head_alone(client, driver):
    status, head, body = parted(await client.send(LAST.replace(b"GET", b"HEAD")))
    assert (status, body) == (200, "")
    assert "content-length: 0" not in head


async def test_a_client_that_waits_for_permission_gets_it(client, driver):
    stream = await client.connect()
    async with stream:
        await stream.send_all(CALL + b"Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
        assert (await stream.receive_some(100)).startswith(b"HTTP/1.1 100")
        await stream.send_all(b"[]")
        assert parted(await rest_of(stream))[0] == 400


async def test_a_body_in_chunks(client, driver):
    body = b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\nX-Trailer: 1\r\n\r\n"
    status, _, told = parted(await client.send(CALL + body))
    assert (status, "is a JSON object" in told) == (400, True)


async def test_http_1_0(client, driver):
    status, head, _ = parted(await client.send(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"))
    assert (status, "connection: close" in head) == (200, True)


async def test_a_target_in_absolute_form_counts_more_than_the_host(client, driver):
    ask = b"GET http://%b/ HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n"
    assert parted(await client.send(ask % (b"localhost", b"evil.example")))[0] == 200
    assert parted(await client.send(ask % (b"evil.example", b"localhost")))[0] == 421


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"\r\n\r\nhello\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX : a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", 431),
        (CALL + b"Content-Length: 1001\r\n\r\n", 413),
        (CALL + b"Content-Length: " + b"9" * 19 + b"\r\n\r\n", 413),
        (CALL + b"Transfer-Encoding: chunked\r\n\r\n500\r\n" + b"a" * 1280 + b"\r\n0\r\n\r\n", 413),
        (CALL + b"Content-Length: -1\r\n\r\n", 400),
        (CALL + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\na", 400),
        (CALL + b"Transfer-Encoding: gzip\r\n\r\n", 501),
        (CALL + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"GET /request/a/b HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 404),
    ],
)
async def test_what_is_wrong_is_said_and_the_connection_closed(client, driver, request_, status):
    assert parted(await client.send(request_))[0] == status
    assert parted(await client.send(LAST))[0] == 200


async def test_a_slow_request_gets_408_and_an_idle_connection_is_closed(client, serve, driver, monkeypatch):
    slow, idle = await client.connect(), await client.connect()
    async with slow, idle:
        await slow.send_all(CALL)
        await idle.send_all(GET)
        await answer_of(idle)
        later = time.monotonic() + 1000
        with monkeypatch.context() as patched:
            patched.setattr(time, "monotonic", lambda: later)
            assert (await answer_of(slow))[0] == 408
            assert await rest_of(idle) == b""


async def test_one_client_too_many_is_turned_away(client, driver):
    streams = [await client.connect() for _ in range(20)]
    for stream in streams:
        await stream.send_all(GET)
        await answer_of(stream)
    assert parted(await client.send(b""))[0] == 503
    for stream in streams:
        await stream.aclose()
    with trio.fail_after(5):
        while parted(await client.send(LAST))[0] != 200:
            await trio.sleep(0.01)


async def test_clients_that_vanish_leave_nothing_behind(client, driver):
    before = trio.lowlevel.current_statistics().tasks_living
    for part in (b"", GET[:10], CALL + b"Content-Length: 500\r\n\r\nhalf", GET * 30):
        stream = await client.connect()
        await stream.send_all(part)
        await trio.aclose_forcefully(stream)
    with trio.fail_after(5):
        while trio.lowlevel.current_statistics().tasks_living > before:
            await trio.sleep(0.01)
    assert parted(await client.send(LAST))[0] == 200


async def test_a_stop_closes_idle_connections(serve, driver):
    server = await serve("")
    client = RawClient(server)
    stream = await client.connect()
    async with stream:
        await stream.send_all(GET)
        await answer_of(stream)
        server.stop()
        assert await rest_of(stream) == b""
