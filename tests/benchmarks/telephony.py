"""Figures of Web SDK clients: how fast they log in, what they take, and 100 calls at once with real audio.

Server and clients share the machine. Calls are measured by what they cost the server, and by how evenly its packets
come: every 20 ms, or a listener hears gaps.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

import psutil
import trio
from pylibsrtp import Policy, Session
from rows import SCENARIOS, Row
from softphones import PASSWORD, STEP, Microphone, Softphone, any_certificate, talk

_CLIENTS: Final = 500
_CALLS: Final = 100
_AT_ONCE: Final = 16
_SECONDS: Final = 10.0


def sdk_clients() -> list[Row]:
    """500 clients log in, 16 at a time, over TLS; and the memory of each."""
    with _voxsim() as (port, process):
        memory = psutil.Process(process.pid).memory_info
        tls = any_certificate()

        async def one_by_one() -> tuple[float, float, float]:
            async with trio.open_nursery() as nursery:
                first = [Softphone(port, f"user{number}") for number in range(50)]  # what is made once is no client's
                await _in_parallel([partial(phone.log_in, nursery, tls) for phone in first])
                before, began = memory().rss, time.perf_counter()
                phones = [Softphone(port, f"user{number}") for number in range(_CLIENTS)]
                await _in_parallel([partial(phone.log_in, nursery, tls) for phone in phones])
                logins = _CLIENTS / (time.perf_counter() - began)
                kib = (memory().rss - before) / _CLIENTS / 1024
                began = time.perf_counter()
                await _in_parallel([partial(_handshake, port, tls)] * _CLIENTS)
                handshakes = _CLIENTS / (time.perf_counter() - began)
                nursery.cancel_scope.cancel()
            return logins, handshakes, kib

        logins, handshakes, kib = trio.run(one_by_one)
    return [
        Row("sdk_clients", logins, "logins/s", "TLS handshakes alone", handshakes, "-"),
        Row("sdk_clients", kib, "KiB", "a page of memory", 4, "<= 200"),
    ]


def sdk_calls() -> list[Row]:
    """100 calls at once among 500 clients, each with audio both ways, for ten seconds."""
    with _voxsim() as (port, process):
        tls = any_certificate()
        microphones = [Microphone(number) for number in range(_CALLS)]

        async def begin() -> tuple[float, float]:
            async with trio.open_nursery() as nursery:
                phones = [Softphone(port, f"user{number}") for number in range(_CLIENTS)]
                await _in_parallel([partial(phone.log_in, nursery, tls) for phone in phones])
                began = time.perf_counter()
                pairs = zip(phones, microphones, strict=False)
                await _in_parallel([partial(_connect, phone, microphone) for phone, microphone in pairs])
                calls = _CALLS / (time.perf_counter() - began)
                load = await trio.to_thread.run_sync(_load, process.pid, microphones)
                nursery.cancel_scope.cancel()
            return calls, load

        calls, load = trio.run(begin)
    packets = [one.arrivals for one in microphones]
    gaps = sorted(after - before for arrivals in packets for (before, _), (after, _) in pairwise(arrivals))
    sent = sum((arrivals[-1][1] - arrivals[0][1] & 0xFFFF) + 1 for arrivals in packets)
    came = sum(map(len, packets)) / sent * 100
    return [
        Row("sdk_calls", calls, "calls/s", "calls wanted", _CALLS, "-"),
        Row("sdk_calls", load, "% CPU", "SRTP and sockets alone", _bare_load(), "<= 100"),
        Row("sdk_calls", gaps[len(gaps) * 99 // 100] * 1000, "ms p99", "a packet's audio", STEP * 1000, "ratio <= 2"),
        Row("sdk_calls", came, "% heard", "packets sent", 100, "ratio >= 0.99"),
    ]


# --- clients ---


async def _in_parallel(jobs: list[Callable[[], Awaitable[None]]]) -> None:
    """Do all of these, some at a time."""
    limit = trio.CapacityLimiter(_AT_ONCE)

    async def one(job: Callable[[], Awaitable[None]]) -> None:
        async with limit:
            await job()

    async with trio.open_nursery() as nursery:
        for job in jobs:
            nursery.start_soon(one, job)


async def _handshake(port: int, tls: ssl.SSLContext) -> None:
    stream = await trio.open_ssl_over_tcp_stream("127.0.0.1", port, ssl_context=tls, https_compatible=True)
    await stream.do_handshake()
    await trio.aclose_forcefully(stream)


async def _connect(phone: Softphone, microphone: Microphone) -> None:
    await microphone.connect(await phone.call("100", microphone.offer()))


def _load(process: int, microphones: list[Microphone]) -> float:
    """How much of a core the server takes while all talk, in percent."""
    for one in microphones:
        one.renew()
    times = psutil.Process(process).cpu_times
    before, began = times(), time.perf_counter()
    talk(microphones, _SECONDS)
    after = times()
    taken = float(after.user + after.system - before.user - before.system)
    return taken / (time.perf_counter() - began) * 100


def _bare_load() -> float:
    """What the same packets take with nothing around them: one in, one out, for each call every 20 ms; in percent."""
    here, there = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    here.bind(("127.0.0.1", 0))
    there.bind(("127.0.0.1", 0))
    key = os.urandom(30)
    out = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    back = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND))
    count = 20_000
    began = time.process_time()
    for number in range(count):
        packet = bytes([0x80, 0]) + number.to_bytes(2, "big") + bytes(168)
        here.sendto(out.protect(packet), there.getsockname())
        back.unprotect(there.recvfrom(2048)[0])
    taken = (time.process_time() - began) / count
    here.close()
    there.close()
    return taken * _CALLS / STEP * 100


# --- the server ---


@contextlib.contextmanager
def _voxsim() -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A `voxsim serve` with 500 users; the port of its TLS, and its process."""
    lines = ['[[application]]\nname = "app"\n[[application.rule]]\nname = "all"\nscenarios = ["hotline.py"]\n']
    lines += [f'[[user]]\nname = "user{number}"\npassword = "{PASSWORD}"\n' for number in range(_CLIENTS)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "hotline.py").write_text((SCENARIOS / "hotline.py").read_text())
        (folder / "voxsim.toml").write_text("".join(lines))
        options = ["--port", "0", "--secure-port", "0", "--quiet", "--memory"]
        command = [sys.executable, "-m", "voxsim", "serve", str(folder), *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            try:
                yield _secure_port(process), process
            finally:
                process.terminate()
                if process.stdout is not None:
                    process.stdout.read()


def _secure_port(process: subprocess.Popen[str]) -> int:
    said = ""
    for line in process.stdout or ():
        said += line
        if (found := re.search(r"https://127\.0\.0\.1:(\d+)", line)) is not None:
            return int(found[1])
    raise RuntimeError(f"The server did not start:\n{said[-2000:]}")
