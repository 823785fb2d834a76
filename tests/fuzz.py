"""`python tests/fuzz.py [--seconds 60] [--seed N]`: a server is sent what is hardly HTTP, and hardly a WebSocket.

Pieces of requests and of frames, and random bytes, are put together, split anywhere, and sent on one connection after
the other. After each one the server must answer the next client. Prints the figures; status 1 when it did not.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "server"))

from processes import serving

SCENARIO = """
from voxsim import AppEvents, VoxEngine

@VoxEngine.on(AppEvents.Started)
def started(event):
    VoxEngine.allow_web_socket_connections()
    VoxEngine.call_pstn("15550100", "15550001")

@VoxEngine.on(AppEvents.HttpRequest)
def asked(event):
    return event.content

@VoxEngine.on(AppEvents.WebSocket)
def opened(event):
    socket = event.websocket
    socket.onmessage = lambda message: socket.send(message.text)
"""

REQUESTS = (
    b"GET / HTTP/1.1\r\n",
    b"POST /calls HTTP/1.1\r\n",
    b"POST %(target)s HTTP/1.1\r\n",
    b"GET /sessions/ HTTP/1.1\r\n",
    b"POST /platform_api HTTP/1.1\r\n",
    b"Host: localhost\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Type: multipart/form-data; boundary=x\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: Upgrade\r\nUpgrade: websocket\r\n",
    b"Expect: 100-continue\r\n",
    b"\r\n",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"--x\r\nContent-Disposition: form-data; name=cmd\r\n\r\nGetRules\r\n--x--",
)
HANDSHAKE = (
    b"GET %(target)s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
FRAMES = (
    b"\x81\x85\0\0\0\0hello",
    b"\x01\x83\0\0\0\0abc",
    b"\x80\x83\0\0\0\0abc",
    b"\x89\x80\0\0\0\0",
    b"\x8a\x80\0\0\0\0",
    b"\x88\x82\0\0\0\0\x03\xe8",
    b"\x88\x81\0\0\0\0x",
    b"\x82\x81\0\0\0\0x",
    b"\xf1\x81\0\0\0\0x",
    b"\x81\xfe\xff\xff",
    b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
    b"\x81\x83\0\0\0\0\xff\xfe\xfd",
)


def made(chance, target):
    """The bytes of one connection."""
    socket_like = chance.random() < 0.4
    pool = FRAMES if socket_like else REQUESTS
    parts = [
        chance.choice(pool) if chance.random() < 0.85 else chance.randbytes(chance.randrange(40))
        for _ in range(chance.randrange(1, 12))
    ]
    whole = bytearray((HANDSHAKE if socket_like else b"") + b"".join(parts))
    whole = bytearray(bytes(whole).replace(b"%(target)s", target))
    if whole and chance.random() < 0.3:
        whole[chance.randrange(len(whole))] = chance.randrange(256)
    return bytes(whole)


def sent(port, data, chance):
    """Send bytes in pieces and read to the end; the status of the first answer, or what else came."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        try:
            at = 0
            while at < len(data):
                step = chance.randrange(1, len(data) + 1)
                connection.sendall(data[at : at + step])
                at += step
            connection.shutdown(socket.SHUT_WR)
            heard = b""
            while piece := connection.recv(65_536):
                heard += piece
        except TimeoutError:
            return "HANGS"
        except OSError:
            return "closed"
    return heard[9:12].decode() if heard.startswith(b"HTTP/1.1 ") else "nothing" if not heard else "other"


def fuzz(seconds, seed, most=1 << 60):
    """Send for so long; the number of connections by what came of them, and what the server wrote to stderr."""
    chance, outcomes = random.Random(seed), Counter()
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "echoing.py").write_text(SCENARIO)
        with serving(place, "--memory", "--no-tls") as server:
            port = int(server.url.rpartition(":")[2])
            form = f"account_id=1&api_key={server.api_key}&rule_id=1".encode()
            with urllib.request.urlopen(f"{server.url}/platform_api/StartScenarios/", form) as answer:
                target = json.load(answer)["media_session_access_url"].partition(str(port))[2].encode()
            began = time.monotonic()
            while time.monotonic() - began < seconds and outcomes.total() < most and server.process.poll() is None:
                outcomes[sent(port, made(chance, target), chance)] += 1
                if outcomes.total() % 20 == 0:
                    with urllib.request.urlopen(server.url, timeout=20) as answer:
                        answer.read()
            server.process.terminate()
            _, told = server.process.communicate()
    return outcomes, told


def main(arguments=None):
    """Fuzz, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    outcomes, told = fuzz(options.seconds, options.seed)
    print(f"{outcomes.total():,} connections")
    for outcome, count in sorted(outcomes.items()):
        print(f"  {outcome:<8} {count:>9,}")
    errors = [line for line in told.splitlines() if "rror" in line]
    print(f"errors of the server's own: {len(errors)}")
    for line in errors[:10]:
        print(f"  {line}")
    return 1 if errors or outcomes["HANGS"] else 0


if __name__ == "__main__":
    sys.exit(main())
