"""`python tests/soak.py [--sessions 10000] [--connections 1000]`: many sessions while many clients misbehave.

A real server runs in this process, and so many clients are connected at any moment: some behave, others send garbage,
stop in the middle, never read, or vanish. When all sessions have ended, memory, tasks and descriptors are compared with
what they were after the first part of the run. Prints the figures; status 1 when something was left over.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import random
import socket
import struct
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil
import trio
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Request, TextMessage

from voxsim.engine.session import Session
from voxsim.server.building import Project
from voxsim.server.server import Address

SCENARIO = """
from voxsim import AppEvents, VoxEngine

@VoxEngine.on(AppEvents.Started)
def started(event):
    VoxEngine.allow_web_socket_connections()

@VoxEngine.on(AppEvents.HttpRequest)
async def asked(event):
    if event.content == "end":
        VoxEngine.terminate()
    return event.content

@VoxEngine.on(AppEvents.WebSocket)
def opened(event):
    socket = event.websocket
    socket.onmessage = lambda message: socket.send(message.text)
"""


class Soak:
    """The run: its server, its clients, its counts."""

    def __init__(self, project, server, sessions, seed):
        self.project = project
        self.server = server
        self.wanted = sessions
        self.chance = random.Random(seed)
        self.counts = Counter()
        self.begun = 0

    @property
    def port(self):
        return int(self.server.url.rpartition(":")[2])

    async def connect(self):
        return await trio.open_tcp_stream("127.0.0.1", self.port)

    async def ask(self, stream, target, body):
        head = f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        await stream.send_all(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += await self._more(stream)
        head, _, rest = answer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(rest) < length:
            rest += await self._more(stream)
        self.counts[f"answered {head[9:12].decode()}"] += 1
        return rest.decode()

    async def _more(self, stream):
        data = await stream.receive_some(65_536)
        if not data:
            raise trio.BrokenResourceError
        return data

    async def start(self, stream):
        """Begin a session; the target of its managing URL."""
        key = self.project.account.api_key
        answer = await self.ask(stream, "/platform_api/StartScenarios/", f"account_id=1&api_key={key}&rule_id=1")
        self.counts["sessions"] += 1
        return answer.partition('"media_session_access_url": "')[2].partition('"')[0].partition(str(self.port))[2]

    # --- clients ---

    async def client(self):
        """One connection after the other, until enough sessions have begun."""
        kinds = (self.well, self.well, self.well, self.talks, self.garbage, self.stops, self.vanishes, self.deaf)
        while self.begun < self.wanted:
            kind = self.chance.choice(kinds)
            self.counts[kind.__name__] += 1
            with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError, OSError):
                async with await self.connect() as stream:
                    await kind(stream)

    async def well(self, stream):
        """Begins a session, asks it something, and ends it."""
        self.begun += 1
        target = await self.start(stream)
        for _ in range(3):
            assert await self.ask(stream, target, "hello") == "hello"
        await self.ask(stream, target, "end")

    async def talks(self, stream):
        """Begins a session and echoes over a WebSocket, then ends the session."""
        self.begun += 1
        target = await self.start(stream)
        async with await self.connect() as other:
            ws = await self.open(other, target)
            await other.send_all(ws.send(TextMessage(data="x" * 100)))
            ws.receive_data(await self._more(other))
            assert [event.data for event in ws.events()] == ["x" * 100]
            if self.chance.random() < 0.5:
                await other.send_all(ws.send(CloseConnection(code=1000)))
            await self.ask(stream, target, "end")

    async def open(self, stream, target):
        """A WebSocket whose handshake is over."""
        ws = WSConnection(ConnectionType.CLIENT)
        await stream.send_all(ws.send(Request(host="localhost", target=target)))
        while True:
            ws.receive_data(await self._more(stream))
            for event in ws.events():
                if isinstance(event, AcceptConnection):
                    return ws
                raise trio.BrokenResourceError

    async def garbage(self, stream):
        """Sends what is no HTTP."""
        await stream.send_all(self.chance.randbytes(self.chance.randrange(1, 3000)) + b"\r\n\r\n")
        await self._more(stream)

    async def stops(self, stream):
        """Sends a part of a request, waits a while, and goes."""
        await stream.send_all(
            b"POST /platform_api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nhalf"[
                : self.chance.randrange(1, 80)
            ]
        )
        await trio.sleep(self.chance.random())

    async def vanishes(self, stream):
        """Begins a session, and resets the connection in the middle of a request to it."""
        self.begun += 1
        target = await self.start(stream)
        await stream.send_all(f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nend".encode())
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async def deaf(self, stream):
        """Opens a WebSocket, sends much and reads nothing; the session is ended by another connection."""
        self.begun += 1
        target = await self.start(stream)
        async with await self.connect() as other:
            ws = await self.open(other, target)
            with trio.move_on_after(0.2):
                for _ in range(50):
                    await other.send_all(ws.send(TextMessage(data="y" * 20_000)))
            await self.ask(stream, target, "end")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "echoing.py").write_text(SCENARIO)
        project = Project.opened(Path(place), tls=False)
        return trio.run(_soak, project, options, clock=project.world.driver)


async def _soak(project, options):
    began = time.perf_counter()
    async with project.serving() as server, trio.open_nursery() as nursery:
        ready = trio.Event()
        nursery.start_soon(server.run, Address(port=0, secure_port=None), ready.set)
        await ready.wait()
        run = Soak(project, server, options.sessions // 5, options.seed)
        await _part(run, options.connections)
        first = await _figures(project)
        run.wanted = options.sessions
        await _part(run, options.connections)
        last = await _figures(project)
        nursery.cancel_scope.cancel()
    print(f"{time.perf_counter() - began:.0f} s, {options.connections} connections at a time")
    for name, count in sorted(run.counts.items()):
        print(f"  {name:<14} {count:>8,}")
    print(f"{'left over':<14} {'after a fifth':>15} {'at the end':>15}")
    for name, before in first.items():
        print(f"  {name:<14} {before:>13,} {last[name]:>15,}")
    exact = ("tasks", "descriptors", "sessions alive", "sessions kept")
    sound = all(last[name] <= first[name] for name in exact) and last["memory KiB"] <= first["memory KiB"] * 1.25
    print("nothing was left over" if sound else "SOMETHING WAS LEFT OVER")
    return 0 if sound else 1


async def _part(run, connections):
    async with trio.open_nursery() as clients:
        for _ in range(connections):
            clients.start_soon(run.client)


async def _figures(project):
    """What is there when all clients are gone and all sessions have ended."""
    switch = project.world.switch
    with trio.move_on_after(90):  # sessions that nobody ended end by themselves after 60 s without a call
        while switch.sessions:
            await trio.sleep(0.2)
    await trio.sleep(1.5)
    gc.collect()
    with contextlib.suppress(AttributeError):  # glibc keeps freed memory for later: only what is in use counts
        ctypes.CDLL(None).malloc_trim(0)
    return {
        "sessions alive": len(switch.sessions),
        "sessions kept": sum(isinstance(thing, Session) for thing in gc.get_objects()),
        "tasks": trio.lowlevel.current_statistics().tasks_living,
        "descriptors": psutil.Process().num_fds(),
        "memory KiB": psutil.Process().memory_info().rss // 1024,
    }


if __name__ == "__main__":
    sys.exit(main())
